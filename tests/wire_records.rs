//! What cxpulse says, as it stands on the wire: metrics, records, live state, rating requests, keys.

use cxpulse::domain::account::rating_request::{RatingRequest, Reason};
use cxpulse::domain::answers::live::{Live, Waiting};
use cxpulse::domain::answers::metrics::{
    Availability, ClosedBy, Csat, Durations, Metrics, Moods, Percentiles, Refused, Sla, Utilisation,
};
use cxpulse::domain::bucket::Bucket;
use cxpulse::domain::event::{Audience, Origin};
use cxpulse::domain::scope::Scope;
use cxpulse::wire::output::json::{
    Stamp, bucket_json, live_json, metric_json, metrics_json, rating_request_json, replay_json,
};
use cxpulse::wire::output::keys::{bucket_key, metric_key, part};
use cxpulse::wire::output::protobuf::{bucket_protobuf, live_protobuf, metric_protobuf};
use cxpulse::wire::proto;
use proptest::prelude::*;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Value, json};

const AS_OF: i64 = 1_782_909_015_123;
const AS_OF_TEXT: &str = "2026-07-01T12:30:15.123Z";

/// `serde_json` may read a number's last bit wrongly, so what has many digits is compared as text instead.
fn parsed(json: Vec<u8>) -> Value {
    serde_json::from_slice(&json).expect("valid JSON")
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("valid UTF-8")
}

fn scope(skill: Option<&str>, agent: Option<&str>) -> Scope {
    Scope { skill: skill.map(str::to_owned), agent: agent.map(str::to_owned) }
}

/// Every key present, every number different.
fn full() -> Metrics {
    let durations = |count| Durations {
        count,
        sum_ms: 1000,
        percentiles: Some(Percentiles { p50_ms: 1, p90_ms: 2, p95_ms: 3, p99_ms: 4, max_ms: 5 }),
    };
    Metrics {
        csat: Csat {
            answers: [1, 0, 0, 1, 2],
            sent: 8,
            sent_answered: 3,
            refused: Refused { invalid_score: 2, change_window: 1, ..Refused::default() },
        },
        mood: Moods { happy: 1, neutral: 1, unhappy: 0, prompted: 4, prompted_recorded: 1 },
        first_response: durations(3),
        response: durations(4),
        handle: durations(8),
        resolution: durations(16),
        first_response_sla: Sla { within: 1, count: 4 },
        response_sla: Sla { within: 2, count: 2 },
        resolution_sla: Sla { within: 0, count: 5 },
        conversations_started: 31,
        closed: 32,
        closed_by: ClosedBy { agent: 20, customer: 11, system: 1 },
        resolved: 33,
        abandoned: 34,
        reopened: 35,
        customer_messages: 36,
        agent_messages: 37,
        automated_messages: 38,
        proactive_messages: 39,
        active_agents: 40,
        unique_contacts: Some(41),
        focus_ms: 42,
        availability: Some(Availability { online_ms: 300, away_ms: 100 }),
        utilisation: Some(Utilisation { focus_ms: 150, online_ms: 300 }),
        minimum_n: Some(4),
    }
}

#[test]
fn nothing_is_written_as_zeros_without_quotients() {
    let zero = r#"{"csat":{"answers":[0,0,0,0,0],"total":0,"positive":0,"sent":0,"sent_answered":0,"refused":{}},"#
        .to_owned()
        + r#""mood":{"happy":0,"neutral":0,"unhappy":0,"prompted":0,"prompted_recorded":0},"#
        + r#""first_response":{"count":0,"sum_ms":0},"response":{"count":0,"sum_ms":0},"#
        + r#""handle":{"count":0,"sum_ms":0},"resolution":{"count":0,"sum_ms":0},"#
        + r#""first_response_sla":{"within":0,"count":0},"response_sla":{"within":0,"count":0},"#
        + r#""resolution_sla":{"within":0,"count":0},"conversations_started":0,"closed":0,"#
        + r#""closed_by":{"agent":0,"customer":0,"system":0},"resolved":0,"abandoned":0,"reopened":0,"#
        + r#""customer_messages":0,"agent_messages":0,"automated_messages":0,"proactive_messages":0,"#
        + r#""active_agents":0,"focus_ms":0}"#;
    assert_eq!(text(metrics_json(&Metrics::default())), zero);
}

#[test]
fn everything_is_written_with_its_quotients() {
    let durations = |count: u64| {
        json!({"count": count, "sum_ms": 1000, "mean_ms": 1000.0 / count as f64,
            "p50_ms": 1, "p90_ms": 2, "p95_ms": 3, "p99_ms": 4, "max_ms": 5})
    };
    let mut first_response = durations(3);
    first_response["thin"] = json!(true);
    let json = text(metrics_json(&full()));
    let [low, high] = full().csat.interval().expect("there are answers");
    assert!(json.contains(&format!(r#""interval":[{low},{high}]"#)), "{json}");
    let mut json = parsed(json.into_bytes());
    json["csat"]["interval"] = json!([low, high]);
    assert_eq!(
        json,
        json!({
            "csat": {"answers": [1, 0, 0, 1, 2], "total": 4, "positive": 3, "score": 0.75, "average": 3.75,
                "interval": [low, high], "sent": 8, "sent_answered": 3, "response_rate": 0.375,
                "refused": {"invalid_score": 2, "change_window": 1}},
            "mood": {"happy": 1, "neutral": 1, "unhappy": 0, "average": 4.0, "prompted": 4, "prompted_recorded": 1,
                "completion": 0.25, "thin": true},
            "first_response": first_response, "response": durations(4), "handle": durations(8),
            "resolution": durations(16),
            "first_response_sla": {"within": 1, "count": 4, "share": 0.25},
            "response_sla": {"within": 2, "count": 2, "share": 1.0, "thin": true},
            "resolution_sla": {"within": 0, "count": 5, "share": 0.0},
            "conversations_started": 31, "closed": 32, "closed_by": {"agent": 20, "customer": 11, "system": 1},
            "resolved": 33, "abandoned": 34, "reopened": 35, "customer_messages": 36, "agent_messages": 37,
            "automated_messages": 38, "proactive_messages": 39, "active_agents": 40, "unique_contacts": 41,
            "focus_ms": 42, "availability": {"online_ms": 300, "away_ms": 100, "share": 0.75},
            "utilisation": {"focus_ms": 150, "online_ms": 300, "share": 0.5},
        })
    );
}

#[test]
fn presence_without_time_has_no_share() {
    let metrics = Metrics {
        availability: Some(Availability::default()),
        utilisation: Some(Utilisation::default()),
        unique_contacts: Some(0),
        ..Metrics::default()
    };
    let json = parsed(metrics_json(&metrics));
    assert_eq!(json["availability"], json!({"online_ms": 0, "away_ms": 0}));
    assert_eq!(json["utilisation"], json!({"focus_ms": 0, "online_ms": 0}));
    assert_eq!(json["unique_contacts"], json!(0));
}

#[test]
fn thin_is_said_below_minimum_n_only() {
    for (minimum_n, is_thin) in [(None, false), (Some(0), false), (Some(2), false), (Some(3), true)] {
        let csat = Csat { answers: [0, 0, 0, 0, 2], ..Csat::default() };
        let json = parsed(metrics_json(&Metrics { csat, minimum_n, ..Metrics::default() }));
        assert_eq!(json["csat"].get("thin"), is_thin.then_some(&json!(true)), "{minimum_n:?}");
    }
}

#[test]
fn whole_numbers_keep_every_digit_and_quotients_read_back_exactly() {
    let durations = Durations { count: 3, sum_ms: u64::MAX, percentiles: None };
    let json = text(metrics_json(&Metrics { handle: durations.clone(), ..Metrics::default() }));
    assert!(json.contains(r#""handle":{"count":3,"sum_ms":18446744073709551615,"mean_ms":"#), "{json}");
    let csat = Csat { answers: [2, 0, 0, 0, 1], ..Csat::default() };
    let json = text(metrics_json(&Metrics { csat, ..Metrics::default() }));
    assert!(json.contains(r#""score":0.3333333333333333,"#), "{json}");
}

#[test]
fn a_metric_record_holds_all_windows_of_one_scope() {
    let scope = scope(Some("s\"1"), Some("-1"));
    let stamp = Stamp { account: "acme", scope: &scope, as_of: AS_OF, revision: 77 };
    let metrics = full();
    let json = text(metric_json(&stamp, [(5, &metrics), (1440, &Metrics::default())]));
    let head =
        format!(r#"{{"account_id":"acme","skill_id":"s\"1","agent_id":"-1","as_of":"{AS_OF_TEXT}","revision":77,"#);
    assert!(json.starts_with(&(head + r#""windows":[{"window_minutes":5,"metrics":{"csat":"#)), "{json}");
    let json = parsed(json.into_bytes());
    assert_eq!(json["windows"][0]["metrics"], parsed(metrics_json(&metrics)));
    assert_eq!(json["windows"][1]["window_minutes"], 1440);
    assert_eq!(json["windows"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_account_names_neither_skill_nor_agent() {
    let account = Scope::default();
    let stamp = Stamp { account: "acme", scope: &account, as_of: 0, revision: 0 };
    assert_eq!(
        text(metric_json(&stamp, [])),
        r#"{"account_id":"acme","as_of":"1970-01-01T00:00:00.000Z","revision":0,"windows":[]}"#
    );
}

#[test]
fn a_bucket_record_names_the_bucket_by_its_end() {
    let scope = scope(Some("s"), None);
    let stamp = Stamp { account: "acme", scope: &scope, as_of: AS_OF, revision: 77 };
    let json = parsed(bucket_json(&stamp, Bucket::of(1_782_909_000_000), &full()));
    let expected = json!({"account_id": "acme", "skill_id": "s", "as_of": AS_OF_TEXT, "revision": 77,
        "bucket": "2026-07-01T12:35:00.000Z", "metrics": parsed(metrics_json(&full()))});
    assert_eq!(json, expected);
}

#[test]
fn replay_prints_one_window_of_one_scope_without_a_revision() {
    let json = parsed(replay_json("acme", &scope(None, Some("ann")), 60, AS_OF, &full()));
    let expected = json!({"account_id": "acme", "agent_id": "ann", "window_minutes": 60, "as_of": AS_OF_TEXT,
        "metrics": parsed(metrics_json(&full()))});
    assert_eq!(json, expected);
}

fn live() -> Live {
    Live {
        open: 9,
        waiting: 2,
        unassigned: 3,
        snoozed: 1,
        longest_waiting: vec![
            Waiting { conversation: "c1".to_owned(), since: AS_OF - 7, age_ms: 7 },
            Waiting { conversation: "c2".to_owned(), since: AS_OF, age_ms: 0 },
        ],
        agents_online: 4,
        agents_away: 5,
        owned: vec![("ann".to_owned(), 2), ("bo\"b".to_owned(), 1)],
    }
}

#[test]
fn live_state_is_written_in_the_contract_s_order() {
    let expected = format!(
        r#"{{"account_id":"acme","as_of":"{AS_OF_TEXT}","revision":77,"open":9,"waiting":2,"unassigned":3,"snoozed":1,"#
    ) + r#""longest_waiting":[{"conversation_id":"c1","since":"2026-07-01T12:30:15.116Z","age_ms":7},"#
        + r#"{"conversation_id":"c2","since":"2026-07-01T12:30:15.123Z","age_ms":0}],"#
        + r#""agents_online":4,"agents_away":5,"owned":{"ann":2,"bo\"b":1}}"#;
    assert_eq!(text(live_json("acme", AS_OF, Some(77), &live())), expected);
    let replayed = parsed(live_json("acme", AS_OF, None, &Live::default()));
    let expected = json!({"account_id": "acme", "as_of": AS_OF_TEXT, "open": 0, "waiting": 0, "unassigned": 0,
        "snoozed": 0, "longest_waiting": [], "agents_online": 0, "agents_away": 0, "owned": {}});
    assert_eq!(replayed, expected);
}

#[test]
fn a_rating_request_says_why_not() {
    let mut request = RatingRequest {
        conversation: "c".to_owned(),
        request_id: "00000000000000ff".to_owned(),
        closed_at: AS_OF,
        expires_at: AS_OF + 3_600_000,
        agent: Some("ann".to_owned()),
        skill: None,
        origin: Origin::Workflow,
        audience: Audience::Lead,
        characters: 250,
        reasons: vec![Reason::WorkflowOff, Reason::TooShort],
    };
    let expected = r#"{"account_id":"acme","conversation_id":"c","request_id":"00000000000000ff","#.to_owned()
        + r#""closed_at":"2026-07-01T12:30:15.123Z","expires_at":"2026-07-01T13:30:15.123Z","agent_id":"ann","#
        + r#""origin":"workflow","audience":"lead","characters":250,"eligible":false,"#
        + r#""reasons":["workflow_off","too_short"]}"#;
    assert_eq!(text(rating_request_json("acme", &request)), expected);
    request.reasons.clear();
    let json = parsed(rating_request_json("acme", &request));
    assert_eq!((&json["eligible"], &json["reasons"]), (&json!(true), &json!([])));
}

#[test]
fn keys_are_percent_encoded_part_by_part() {
    assert_eq!(part("AZaz09-._~"), "AZaz09-._~");
    assert_eq!(part("a/b c%é*+"), "a%2Fb%20c%25%C3%A9%2A%2B");
    assert_eq!(part("-1"), "-1");
    assert_eq!(metric_key("a/b", &scope(None, None)), "a%2Fb");
    assert_eq!(metric_key("a", &scope(Some("s/1"), None)), "a/s%2F1");
    assert_eq!(metric_key("a", &scope(None, Some("-1"))), "a/-1");
    assert_eq!(metric_key("a", &scope(Some("s"), Some("n"))), "a/s/n");
    let bucket = Bucket::of(1_782_909_000_000);
    assert_eq!(bucket_key("a:", &scope(None, None), bucket), "a%3A/account/1782909300000");
    assert_eq!(bucket_key("a", &scope(Some("s"), None), bucket), "a/skill/s/1782909300000");
    assert_eq!(bucket_key("a", &scope(None, Some("n")), bucket), "a/agent/n/1782909300000");
    assert_eq!(bucket_key("a", &scope(Some("s"), Some("n")), bucket), "a/agent-skill/s/n/1782909300000");
}

/// A Protobuf record as a tree of its own field names, in the shapes JSON uses.
fn tree(message: &DynamicMessage) -> Value {
    let field = |(field, value): (prost_reflect::FieldDescriptor, &prost_reflect::Value)| {
        (field.name().to_owned(), tree_of(value))
    };
    Value::Object(message.fields().map(field).collect())
}

fn tree_of(value: &prost_reflect::Value) -> Value {
    use prost_reflect::Value as V;
    match value {
        V::U64(number) => json!(number),
        V::U32(number) => json!(number),
        V::I64(number) => json!(number),
        V::F64(number) => json!(number),
        V::Bool(value) => json!(value),
        V::String(text) => json!(text),
        V::Message(message) => tree(message),
        V::List(items) => items.iter().map(tree_of).collect(),
        V::Map(members) => {
            let member = |(key, value): (&prost_reflect::MapKey, &V)| {
                (key.as_str().expect("keys are text").to_owned(), tree_of(value))
            };
            Value::Object(members.iter().map(member).collect())
        }
        value => panic!("no record holds {value:?}"),
    }
}

fn decoded(name: &str, bytes: &[u8]) -> Value {
    let pool = DescriptorPool::decode(proto::DESCRIPTORS).expect("the build wrote it");
    let descriptor = pool.get_message_by_name(&format!("cxpulse.v1.{name}")).expect("the contract has it");
    tree(&DynamicMessage::decode(descriptor, bytes).expect("well-formed"))
}

/// JSON's metrics in the shapes Protobuf has for them: the interval has names, what is empty is not there.
fn as_protobuf(metrics: &Metrics) -> Value {
    let mut json = parsed(metrics_json(metrics));
    if let Some([low, high]) = metrics.csat.interval() {
        json["csat"]["interval"] = json!({"low": low, "high": high});
    }
    if json["csat"]["refused"] == json!({}) {
        json["csat"].as_object_mut().expect("an object").remove("refused");
    }
    json
}

#[test]
fn protobuf_records_say_what_json_says() {
    let scope = scope(Some("s"), Some("n"));
    let stamp = Stamp { account: "acme", scope: &scope, as_of: AS_OF, revision: 77 };
    for metrics in [full(), Metrics::default()] {
        let head = json!({"account_id": "acme", "skill_id": "s", "agent_id": "n", "as_of_ms": AS_OF, "revision": 77});
        let mut metric = head.clone();
        metric["windows"] = json!([{"window_minutes": 5, "metrics": as_protobuf(&metrics)}]);
        assert_eq!(decoded("MetricRecord", &metric_protobuf(&stamp, [(5, &metrics)])), metric);
        let mut bucket = head;
        bucket["bucket_ms"] = json!(1_782_909_300_000_i64);
        bucket["metrics"] = as_protobuf(&metrics);
        let bytes = bucket_protobuf(&stamp, Bucket::of(1_782_909_000_000), &metrics);
        assert_eq!(decoded("BucketRecord", &bytes), bucket);
    }
}

#[test]
fn live_state_as_protobuf_says_what_json_says() {
    let record = proto::LiveRecord::decode(live_protobuf("acme", AS_OF, 77, &live()).as_slice()).expect("well-formed");
    let json = parsed(live_json("acme", AS_OF, Some(77), &live()));
    assert_eq!((record.as_of_ms, record.revision), (Some(AS_OF), Some(77)));
    for (name, number) in [
        ("open", record.open),
        ("waiting", record.waiting),
        ("unassigned", record.unassigned),
        ("snoozed", record.snoozed),
        ("agents_online", record.agents_online),
        ("agents_away", record.agents_away),
    ] {
        assert_eq!(json!(number), json[name], "{name}");
    }
    let waiting = record.longest_waiting.iter().map(|w| (w.conversation_id.as_deref(), w.since_ms, w.age_ms));
    assert_eq!(
        waiting.collect::<Vec<_>>(),
        [(Some("c1"), Some(AS_OF - 7), Some(7)), (Some("c2"), Some(AS_OF), Some(0))]
    );
    let owned: Vec<_> = record.owned.iter().map(|o| (o.agent_id.as_deref(), o.conversations)).collect();
    assert_eq!(owned, [(Some("ann"), Some(2)), (Some("bo\"b"), Some(1))]);
}

proptest! {
    #[test]
    fn any_name_survives_json_and_no_key_has_a_part_too_many(account: String, skill: String) {
        let scope = scope(Some(&skill), None);
        let json = parsed(replay_json(&account, &scope, 5, 0, &Metrics::default()));
        prop_assert_eq!((&json["account_id"], &json["skill_id"]), (&json!(account), &json!(skill)));
        let key = metric_key(&account, &scope);
        prop_assert_eq!(key.matches('/').count(), 1);
        prop_assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte)));
    }
}
