//! Private text goes where it is meant to go: into no log line, no error message and nothing that is printed for one.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use cxpulse::cli::generate::{Format, push_value};
use cxpulse::domain::event::{Body, Private};
use cxpulse::simulate::{Payload, Settings, Simulation};
use cxpulse::source::dead_letters::dead_letter;
use cxpulse::wire::batch::{Arrival, RecordBatch};
use cxpulse::wire::{Decoded, Refusal, decode, proto};
use prost::Message as _;
use serde_json::{Value, json};

/// What must not be seen anywhere.
const SECRET: &str = "s3cret-Ünlü";

/// Events with every private field of SPEC §1, as lines of JSON.
pub(crate) fn events(at: &str) -> Vec<String> {
    let fields = [
        ("conversation_started", json!({"contact_name": SECRET})),
        ("customer_message", json!({"characters": 3, "text": SECRET})),
        ("agent_message", json!({"characters": 3, "agent_id": "lily", "text": SECRET})),
        ("survey_answered", json!({"score": 5, "comment": SECRET})),
        ("survey_commented", json!({"comment": SECRET})),
        ("agent_status", json!({"agent_id": "lily", "agent_name": SECRET, "status": "online"})),
    ];
    let whole = |(number, (event_type, fields)): (usize, (&str, Value))| {
        let mut event = json!({"event_id": format!("e{number}"), "account_id": "acme", "conversation_id": "c1",
            "occurred_at": at, "recorded_at": at, "type": event_type});
        event.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        event.to_string()
    };
    fields.into_iter().enumerate().map(whole).collect()
}

/// The same with something wrong in each: cut short, a text where none is read or a list for it, an id that is none.
pub(crate) fn wrong_events(at: &str) -> Vec<String> {
    let quoted = format!("\"{SECRET}\"");
    let wrong = |line: &String| {
        let cut = line[..line.find(SECRET).expect("it is in each") + SECRET.len()].to_owned();
        // A message's text may be anything, because nobody reads it; how long it is may not.
        let list = match line.contains("\"characters\":3") {
            true => line.replace("\"characters\":3", &format!("\"characters\":{quoted}")),
            false => line.replace(&quoted, &format!("[{quoted}]")),
        };
        let ill = line.replace("\"acme\"", &format!("\"{SECRET} x\""));
        [cut, list, ill]
    };
    events(at).iter().flat_map(wrong).collect()
}

/// Events that hold the secret where nobody reads it: in fields of other types, and in such as nobody knows.
fn unread_events(at: &str) -> Vec<String> {
    let secret = format!("{SECRET} \u{1f600}");
    let fields = [
        json!({"comment": secret, "agent_name": [secret]}),
        json!({"customer": {"name": secret, "mails": [secret, null]}}),
        json!({secret.clone(): 1}),
        json!({"text": {"html": secret}}),
        json!({"contact_name": secret, "score": secret, "recorded_at": secret}),
    ];
    let whole = |(number, fields): (usize, Value)| {
        let mut event = json!({"event_id": format!("u{number}"), "account_id": "acme", "conversation_id": "c1",
            "occurred_at": at, "type": "handed_off"});
        event.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        event.to_string()
    };
    fields.into_iter().enumerate().map(whole).collect()
}

/// Panics if the secret, its bytes as numbers or its escaped form are in what was printed.
#[track_caller]
pub(crate) fn assert_silent(printed: &str) {
    let start = format!("{:?}", &SECRET.as_bytes()[..6]);
    for form in [SECRET, "s3cret", start.trim_matches(['[', ']'])] {
        assert!(!printed.contains(form), "{form} in {printed}");
    }
}

const NOON: &str = "2026-01-05T12:00:00Z";

#[test]
fn private_text_prints_its_length() {
    assert_eq!(format!("{:?}", Private::new("ünlü")), "Private(6 bytes)");
}

#[test]
fn nothing_on_the_way_of_a_record_prints_private_text() {
    let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
    let lines = [events(NOON), unread_events(NOON), wrong_events(NOON)].concat();
    for (line, offset) in lines.iter().zip(0..) {
        let payload = Some(line.as_bytes());
        let arrival = Arrival { topic: 0, partition: Some(0), offset, timestamp: None, key: None, payload };
        assert_silent(&format!("{arrival:?}"));
        batch.push(arrival, [(b"content-type".as_slice(), Some(SECRET.as_bytes()))]);
    }
    assert_silent(&format!("{batch:#?}"));
    let mut refused = 0;
    for record in batch.records() {
        let decoded = decode(&record.as_ref());
        assert_silent(&format!("{record:?} {:?} {:?} {decoded:?}", record.as_ref(), record.headers.into_iter()));
        if let Decoded::Rejected(refusal) = decoded {
            refused += 1;
            assert_silent(&format!("{refusal} {:?}", dead_letter(&record, &refusal)));
            assert_ne!(refusal, Refusal::FAR_FUTURE);
        }
    }
    assert_eq!((lines.len(), refused), (29, 18), "the right are taken, and the wrong are not");
}

#[test]
fn a_refusal_says_what_a_value_looks_like_and_never_what_it_is() {
    let seconds = 1_767_614_400;
    for name in ["occurred_at", "until"] {
        let mut event = json!({"event_id": SECRET, "account_id": "acme", "conversation_id": "c1",
            "occurred_at": NOON, "type": "snoozed"});
        event[name] = seconds.into();
        let mut batch = RecordBatch::new(Arc::from(["conversation-events".to_owned()]));
        let event = event.to_string();
        let (timestamp, payload) = (None, Some(event.as_bytes()));
        batch.push(Arrival { topic: 0, partition: Some(0), offset: 7, timestamp, key: None, payload }, []);
        let record = batch.records().next().expect("one was pushed");
        let Decoded::Rejected(refusal) = decode(&record.as_ref()) else { panic!("{name} is in seconds") };
        let said = format!("{refusal} {refusal:?} {:?}", dead_letter(&record, &refusal));
        assert!(said.contains(&format!("ill_formed: {name}, it looks like seconds")), "{said}");
        assert!(!said.contains(&seconds.to_string()), "{said}");
        assert_silent(&said);
    }
}

#[test]
fn what_the_simulator_says_prints_no_private_text_in_either_format() {
    let settings = Settings {
        seed: 3,
        conversations: 60,
        agents: 5,
        skills: 2,
        accounts: 1,
        hours: 6,
        end_ms: 1_772_366_400_000,
        chaos: true,
    };
    let mut told = 0;
    for record in Simulation::new(&settings) {
        let Payload::Event { event, extras, .. } = &record.payload else { continue };
        let said = match &event.body {
            Body::ConversationStarted(started) => started.contact_name.as_ref(),
            Body::AgentStatus { name, .. } => name.as_ref(),
            Body::SurveyAnswered { comment, .. } => comment.as_ref(),
            Body::SurveyCommented { comment, .. } => Some(comment),
            _ => None,
        };
        let texts = [extras.text.as_ref(), said];
        let mut bytes = Vec::new();
        push_value(&mut bytes, &record, Format::Protobuf);
        let message = proto::Event::decode(&bytes[..]).expect("a message of the contract");
        for text in texts.into_iter().flatten().map(Private::reveal).filter(|text| text.len() > 4) {
            told += 1;
            assert!(!format!("{record:?} {message:?}").contains(text), "{text}");
        }
    }
    assert!(told > 100, "{told} private texts are not many");
}

#[test]
fn replay_names_what_it_skips_by_place_and_never_by_what_is_in_it() {
    let mut replay = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    let replay = replay.args(["replay", "--input", "-", "--as-of", "2026-01-05T13:00:00Z", "--window", "2h"]);
    let replay = replay.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut replay = replay.spawn().expect("the program starts");
    let lines = [events(NOON), wrong_events(NOON)].concat().join("\n");
    replay.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("it reads to the end");
    let output = replay.wait_with_output().expect("it ends");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
    assert!(said.contains("6 applied") && said.contains("6 undecodable (first at -:"), "{said}");
    assert_silent(&said);
}
