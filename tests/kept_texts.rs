//! The texts of messages: kept for the accounts that `keep_text` lists, and told with a conversation to who may see them.

use std::sync::Arc;

use cxpulse::domain::event::Private;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::serve::access::{Access, AccessSettings, Keyring};
use cxpulse::wire::batch::{Arrival, RecordBatch};
use cxpulse::wire::keys::Secret;
use cxpulse::wire::{Place, RecordRef, text_of};
use serde_json::{Value, json};

use crate::stream::key;
use crate::support::site::Site;

/// 2026-01-05T12:00:00Z.
const NOON: i64 = 1_767_614_400_000;
const DAY: i64 = 24 * 3_600_000;
/// The number of a customer's message among the bodies of the contract.
const CUSTOMER_MESSAGE: u8 = 22;

fn keeping() -> FoldSettings {
    FoldSettings { keep_text: ["acme".to_owned()].into(), ..FoldSettings::default() }
}

fn message(after_ms: i64, text: &Value) -> String {
    let event = json!({"event_id": format!("e{after_ms}"), "account_id": "acme", "conversation_id": "c",
        "occurred_at": NOON + after_ms, "type": "customer_message", "characters": 3, "text": text});
    event.to_string()
}

fn site(lines: &[String], now: i64) -> Site {
    Site::with(keeping(), lines, PolicyBook::default(), now, Access::open())
}

/// What is told of the messages of the conversation: of each its text.
fn texts(site: &Site, head: &str) -> Vec<Value> {
    let told = site.asks("/v1/accounts/acme/conversations/c?limit=1000", head).json();
    let events = told["lives"].as_array().expect("a list").iter().flat_map(|life| life["events"].as_array());
    let messages = events.flatten().filter(|event| event["type"] == "customer_message");
    messages.map(|event| event.get("text").cloned().unwrap_or_default()).collect()
}

#[test]
fn texts_are_told_with_their_conversation_where_they_are_kept_and_after_a_restart_the_same() {
    let mut lines: Vec<String> = [(0, json!("hello")), (5, json!("")), (7, Value::Null), (9, json!("\u{1f600} again"))]
        .iter()
        .map(|(at, text)| message(*at, text))
        .collect();
    let told = [json!("hello"), Value::Null, Value::Null, json!("\u{1f600} again")];
    assert_eq!(texts(&site(&lines, NOON + 1_000), ""), told);
    lines.reverse();
    lines.extend(lines.clone());
    assert_eq!(texts(&site(&lines, NOON + 1_000), ""), told, "whatever comes first, and however often");
    let elsewhere = Site::of(&lines, PolicyBook::default(), NOON + 1_000, Access::open());
    assert_eq!(texts(&elsewhere, ""), [Value::Null, Value::Null, Value::Null, Value::Null], "nobody keeps them");
}

#[test]
fn who_may_not_see_private_words_is_told_no_text() {
    let settings = AccessSettings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        requests_at_once: 32,
        cors_origins: Vec::new(),
        session_secret: None,
    };
    let keyring = Keyring::new(vec![key(1, true), key(2, false)], Box::new(|| None));
    let access = Access::new(&settings, Some(keyring), Box::new(|| NOON), || Some([0; 32]));
    let site = Site::with(keeping(), &[message(0, &json!("geheim"))], PolicyBook::default(), NOON + 9, access);
    let bearer = |seed| format!("authorization: Bearer {}\r\n", Secret::new([seed; 32]).reveal());
    assert_eq!([texts(&site, &bearer(1)), texts(&site, &bearer(2))], [[json!("geheim")], [Value::Null]]);
    for path in ["metrics?window=24h", "conversations", "agents", "ratings", "live", "export/facts.csv"] {
        let told = site.asks(&format!("/v1/accounts/acme/{path}"), &bearer(1));
        assert!(told.status == 200 && !told.body.contains("geheim"), "{path}: {}", told.body);
    }
}

#[test]
fn a_text_goes_after_31_days_though_its_conversation_goes_on() {
    let site = site(&[message(0, &json!("old"))], NOON + 1);
    site.happens(&[message(20 * DAY, &json!("new"))], NOON + 20 * DAY);
    site.happens(&[], NOON + 31 * DAY);
    assert_eq!(texts(&site, ""), [json!("old"), json!("new")]);
    site.happens(&[], NOON + 31 * DAY + 300);
    assert_eq!(texts(&site, ""), [Value::Null, json!("new")]);
    site.happens(&[message(1, &json!("as old"))], NOON + 31 * DAY + 600);
    assert_eq!(texts(&site, ""), [Value::Null, Value::Null, json!("new")], "one that comes too late is not kept");
}

#[test]
fn a_long_text_is_cut_at_a_character() {
    let site = site(&[message(0, &json!("\u{20ac}".repeat(500_000)))], NOON + 1);
    let told = texts(&site, "");
    assert_eq!(told, [json!("\u{20ac}".repeat(4096 / 3))]);
}

#[test]
fn a_text_that_is_kept_must_be_one_and_another_may_be_anything() {
    let lines = [message(0, &json!({"html": "x"})), message(1, &json!(7)), message(2, &json!("fine"))];
    let counts = |settings: FoldSettings| {
        let outcomes = Arc::new(Outcomes::default());
        let mut fold = Fold::new(settings, Arc::default(), outcomes.clone(), NOON + 9);
        let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
        for (offset, line) in (0..).zip(&lines) {
            let payload = Some(line.as_bytes());
            batch.push(Arrival { topic: 0, partition: Some(0), offset, timestamp: None, key: None, payload }, []);
        }
        let mut refused = Vec::new();
        fold.fold(&batch, &mut |_, refusal| refused.push(refusal.to_string()));
        (outcomes.events().applied, refused)
    };
    assert_eq!(counts(FoldSettings::default()), (3, vec![]));
    let (applied, refused) = counts(keeping());
    assert_eq!((applied, refused.len()), (1, 2));
    assert!(refused.iter().all(|refusal| refusal.contains("text")), "{refused:?}");
}

#[test]
fn a_text_is_read_in_either_format_and_one_that_is_none_is_absent() {
    let read = |payload: &[u8]| {
        let place = Place::Offset { topic: "t", partition: 0, offset: 0 };
        let record = RecordRef { payload: Some(payload), content_type: None, timestamp: None, place };
        text_of(&record).map(|text| text.as_ref().map(Private::reveal).map(str::to_owned))
    };
    // A body of characters (4), text (6), and the text once more.
    let protobuf = |text: &[u8]| {
        let mut body = vec![4 << 3, 3, 6 << 3 | 2, 1, b'x', 6 << 3 | 2, text.len() as u8];
        body.extend_from_slice(text);
        let tag = u16::from(CUSTOMER_MESSAGE) << 3 | 2;
        let mut message = vec![(tag & 0x7f | 0x80) as u8, (tag >> 7) as u8, body.len() as u8];
        message.extend(body);
        message
    };
    assert_eq!(read(&protobuf("hell\u{f6}".as_bytes())), Ok(Some("hell\u{f6}".to_owned())));
    assert_eq!(read(&protobuf(&[0xff, 0xfe])), Ok(None));
    assert_eq!(read(br#"{"text":"x","text":"hell\u00f6"}"#), Ok(Some("hell\u{f6}".to_owned())));
    assert_eq!(read(br#"{"text":"\ud800"}"#), Ok(None), "half a character");
    assert!(read(br#"{"text":5}"#).is_err());
}
