//! The main job from outside: `cxpulse run` on a real Kafka, with Kafka's own tools at both ends.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use cxpulse::domain::answers::metrics::Metrics;
use cxpulse::domain::event::Millis;
use cxpulse::domain::life::silence::Silence;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::domain::scope::{Scope, ScopeKind};
use cxpulse::pipeline::replay::{Question, Replayed, replay};
use cxpulse::publish::topics::OutputTopics;
use cxpulse::telemetry;
use cxpulse::wire::output::json::{Stamp, live_json, metrics_json};
use cxpulse::wire::output::keys::metric_key;
use cxpulse::wire::output::protobuf::metric_protobuf;
use cxpulse::wire::proto;
use cxpulse::wire::time::{parse_rfc3339, rfc3339};
use prost::Message;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;

use crate::privacy;
use crate::support::kafka::KafkaServer;
use crate::support::promtool;
use crate::support::run::{LONG, Run, Topics};

const WINDOWS: [u32; 7] = [5, 15, 30, 60, 240, 720, 1440];
const AGENT_WINDOWS: [u32; 2] = [60, 1440];

/// The windows of a scope's records.
fn windows_of(scope: &Scope) -> &'static [u32] {
    if scope.agent.is_some() { &AGENT_WINDOWS } else { &WINDOWS }
}
const KINDS: [ScopeKind; 4] = [ScopeKind::Account, ScopeKind::Skill, ScopeKind::Agent, ScopeKind::AgentSkill];

fn scratch(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"))
}

/// A generated day in a file, every line of it twice, in another order.
fn day(name: &str, conversations: &str) -> (String, Vec<String>) {
    let path = scratch(name);
    let args = ["generate", "--seed", "7", "--agents", "30", "--skills", "5", "--accounts", "2", "--hours", "20"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    let made = command.args(args).args(["--conversations", conversations, "--output", &path]).status();
    assert!(made.is_ok_and(|status| status.success()));
    let text = std::fs::read_to_string(&path).expect("it was written");
    let mut lines: Vec<String> = text.lines().flat_map(|line| [line.to_owned(), line.to_owned()]).collect();
    lines.sort_by_key(|line| xxhash_rust::xxh3::xxh3_64(line.as_bytes()));
    (path, lines)
}

fn replayed(path: &str, as_of: Millis) -> Replayed {
    let (inputs, policies) = ([path.to_owned()], PolicyBook::default());
    let question = Question { inputs: &inputs, as_of, account: None, policies: &policies, silence: Silence::default() };
    replay(&question, &mut |_| ()).expect("the file is there")
}

fn as_of(record: &Value) -> Millis {
    parse_rfc3339(record["as_of"].as_str().expect("every record has it")).expect("is a time")
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("is JSON")
}

/// The last records are those of `path` replayed at the same moments: every scope there, and every number.
fn assert_equals_replay(path: &str, kind: ScopeKind, records: &BTreeMap<String, Value>) {
    let moments: BTreeSet<Millis> = records.values().map(as_of).collect();
    for moment in moments {
        let there = records.iter().filter(|(_, record)| as_of(record) == moment);
        let mut replayed = replayed(path, moment);
        for (key, record) in there {
            let name = |field: &str| record[field].as_str().map(str::to_owned);
            let account = name("account_id").expect("every record has it");
            let scope = Scope { skill: name("skill_id"), agent: name("agent_id") };
            assert_eq!(*key, metric_key(&account, &scope));
            let asked = windows_of(&scope);
            let expected = replayed.answers(&account).window_metrics(&scope, asked);
            let windows = record["windows"].as_array().expect("a metric record has windows");
            for (minutes, (published, expected)) in asked.iter().zip(windows.iter().zip(&expected)) {
                assert_eq!(published["window_minutes"], *minutes);
                assert_eq!(published["metrics"], json(&metrics_json(expected)), "{key} over {minutes} at {moment}");
            }
            assert_eq!(windows.len(), asked.len());
        }
        let missing = not_zero(&mut replayed, kind).into_iter().filter(|key| !records.contains_key(key));
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<String>::new(), "at {moment}");
    }
}

/// The key of every scope in which any number differs from zero.
fn not_zero(replayed: &mut Replayed, kind: ScopeKind) -> Vec<String> {
    let mut keys = Vec::new();
    for (account, state) in &mut replayed.accounts {
        let all = state.answers().all_window_metrics(kind, &WINDOWS).into_iter();
        let scopes = all.filter(|(_, windows)| !windows.iter().all(Metrics::is_zero));
        keys.extend(scopes.map(|(scope, _)| metric_key(account, &scope)));
    }
    keys
}

#[test]
fn json_by_kafkas_own_producer_ends_as_exactly_what_a_replay_of_the_file_says() {
    let topics = Topics::create("kr-json");
    let (path, lines) = day("kr-json.jsonl", "400");
    // Any kind of event may come on any topic.
    for (number, name) in ["conversation", "survey", "agent"].into_iter().enumerate() {
        let part = lines.iter().skip(number).step_by(3).map(|line| format!("NULL\tkey{}\t{line}\n", line.len()));
        topics.kafka.tool(&["produce", "--topic", &topics.input(name)], &part.collect::<String>());
    }

    topics.run_once(&[]);

    let names = OutputTopics::new(topics.prefix);
    for kind in KINDS {
        let records = topics.last_records(names.metrics(kind));
        assert!(!records.is_empty());
        assert_equals_replay(&path, kind, &records);
    }
    let lives = topics.last_records(&names.live);
    assert_eq!(lives.len(), 2);
    for (account, record) in &lives {
        let revision = record["revision"].as_u64();
        let moment = as_of(record);
        let expected = live_json(account, moment, revision, &replayed(&path, moment).answers(account).live());
        assert_eq!(*record, json(&expected));
        assert_eq!(revision, Some(lines.len() as u64), "every record of the three topics has been folded");
    }
    let buckets = topics.last_records(&names.buckets);
    assert!(buckets.len() > 100, "{}", buckets.len());
    assert!(topics.consume(&names.dead_letters).is_empty());
}

#[test]
fn protobuf_in_and_protobuf_out_are_the_numbers_of_a_replay() {
    let topics = Topics::create("kr-proto");
    let end = rfc3339(cxpulse::clock::now());
    let generate = ["generate", "--seed", "3", "--conversations", "150", "--hours", "20", "--end", &end];
    let path = scratch("kr-proto.jsonl");
    let mut file = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    assert!(file.args(generate).args(["--output", &path]).status().is_ok_and(|status| status.success()));
    let made = topics.cxpulse(&[&generate[..], &["--format", "protobuf"]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let mut run = Run::start(&topics, &["--format", "protobuf"]);
    run.wait_for("ready:");
    let metrics = run.get("/metrics");
    run.terminate();

    let events = std::fs::read_to_string(&path).expect("it was written").lines().count();
    assert!(metrics.contains(&format!("cxpulse_records_consumed_total {events}\n")), "{metrics}");
    for problem in ["duplicate", "conflicting"] {
        assert!(metrics.contains(&format!("cxpulse_records_{problem}_total 0\n")), "{problem}: {metrics}");
    }
    for (problem, topic) in ["unknown", "late", "empty"].iter().zip(["survey", "agent", "conversation"]) {
        let series = format!("cxpulse_records_{problem}_total{{topic=\"{}\"}} 0\n", topics.input(topic));
        assert!(metrics.contains(&series), "{series} in {metrics}");
    }
    let page = metrics.split_once("\r\n\r\n").expect("a head and a body").1;
    assert_eq!(promtool::faults(page), None);
    let topic = OutputTopics::new(topics.prefix).metrics(ScopeKind::Skill).to_owned();
    let last: BTreeMap<String, String> =
        topics.consume_bytes(&topic).into_iter().map(|read| (read.key, read.value)).collect();
    assert!(last.len() > 1);
    for (key, escaped) in last {
        let record = proto::MetricRecord::decode(unescaped(&escaped).as_slice()).expect("is a metric record");
        let mut replayed = replayed(&path, record.as_of_ms());
        let scope = Scope { skill: record.skill_id.clone(), agent: None };
        assert_eq!(key, metric_key(record.account_id(), &scope));
        let asked = windows_of(&scope);
        let expected = replayed.answers(record.account_id()).window_metrics(&scope, asked);
        let stamp = Stamp {
            account: record.account_id(),
            scope: &scope,
            as_of: record.as_of_ms(),
            revision: record.revision(),
        };
        let expected = metric_protobuf(&stamp, asked.iter().copied().zip(&expected));
        assert_eq!(proto::MetricRecord::decode(expected.as_slice()), Ok(record), "{key}");
    }
}

/// What Kafka prints for bytes: those outside printable ASCII, and the backslash, as `\xHH`.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).expect("two digits"));
        rest = &rest[at + 4..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

#[test]
fn no_private_text_is_in_any_log_line_of_a_run_or_on_any_page() {
    let topics = Topics::create("kr-private");
    let at = rfc3339(cxpulse::clock::now());
    let lines = [privacy::events(&at), privacy::wrong_events(&at)].concat();
    let records: String = lines.iter().map(|line| format!("NULL\tkey\t{line}\n")).collect();
    topics.kafka.tool(&["produce", "--topic", &topics.input("conversation")], &records);

    let mut run = Run::start(&topics, &["--log", "trace"]);
    run.wait_for("ready:");
    let pages = run.get("/metrics") + &run.get("/metrics/agents");
    assert!(pages.contains(&format!("cxpulse_records_consumed_total {}\n", lines.len())), "{pages}");
    let said = run.terminate();

    privacy::assert_silent(&(said.join("\n") + &pages));
    assert_eq!(topics.consume(&OutputTopics::new(topics.prefix).dead_letters).len(), 18);
}

#[test]
fn hostile_bytes_on_every_topic_end_as_dead_letters_and_the_rest_goes_on() {
    let topics = Topics::create("kr-hostile");
    let mut config = ClientConfig::new();
    let producer: BaseProducer =
        config.set("bootstrap.servers", topics.kafka.bootstrap()).create().expect("a producer");
    let hostile: [(&[u8], &str); 6] = [
        (b"\x00\xff\xfe{", "undecodable"),
        (b"{\"account_id\":", "undecodable"),
        (b"", "missing"),
        (
            b"{\"type\":\"focused\",\"account_id\":\"a\",\"conversation_id\":\"c\",\"occurred_at\":1700000000000}",
            "missing",
        ),
        (b"{\"type\":\"focused\",\"account_id\":\"\xc3\x28\"}", "undecodable"),
        (b"[[[[[[[[[[[[[[[[", "undecodable"),
    ];
    let now = cxpulse::clock::now();
    for name in ["conversation", "survey", "agent"] {
        let topic = topics.input(name);
        for (number, (payload, _)) in hostile.iter().enumerate() {
            let headers = OwnedHeaders::new().insert(Header { key: "trace", value: Some(&number.to_string()) });
            let headers = headers.insert(Header { key: hostile_name(), value: None::<&str> });
            let key = format!("{name}{number}");
            let record = BaseRecord::to(&topic).payload(*payload).key(&key).headers(headers);
            producer.send(record).expect("the queue has room");
        }
        let good = format!(
            r#"{{"type":"survey_answered","account_id":"a","conversation_id":"{name}","occurred_at":{now},"score":5}}"#
        );
        producer.send(BaseRecord::to(&topic).payload(&good).key("good")).expect("the queue has room");
    }
    producer.flush(LONG).expect("the broker takes them");

    topics.run_once(&[]);

    let names = OutputTopics::new(topics.prefix);
    let account = &topics.last_records(names.metrics(ScopeKind::Account))["a"];
    assert_eq!(account["windows"][0]["metrics"]["csat"]["total"], 3, "the good ones count");
    let letters = topics.consume_bytes(&names.dead_letters);
    assert_eq!(letters.len(), 3 * hostile.len());
    for (number, (_, reason)) in hostile.iter().enumerate() {
        let key = format!("agent{number}");
        let letter = letters.iter().find(|letter| letter.key == key).expect("each has a letter");
        for part in [
            format!("trace:{number}"),
            format!("cxpulse-reason:{reason}"),
            "cxpulse-field:".to_owned(),
            "cxpulse-topic:kr-hostile-agent-events".to_owned(),
            "cxpulse-partition:".to_owned(),
            "cxpulse-offset:".to_owned(),
            "cxpulse-timestamp:".to_owned(),
        ] {
            assert!(letter.headers.contains(&part), "{part} in {}", letter.headers);
        }
    }
    let cut = letters.iter().find(|letter| letter.key == "survey1").expect("each has a letter");
    assert_eq!(cut.value, "{\"account_id\":");
}

/// Not UTF-8, as a header's name must be: other clients than ours can write it.
#[expect(unsafe_code, reason = "no safe client writes what this test is about; only its bytes are ever read")]
fn hostile_name() -> &'static str {
    // SAFETY: rdkafka passes pointer and length on and looks at nothing in between.
    static NAME: [u8; 5] = [b'b', b'a', b'd', 0xff, 0xfe];
    unsafe { std::str::from_utf8_unchecked(NAME.as_slice()) }
}

#[test]
fn generate_goes_to_kafka_by_the_same_properties_as_run() {
    let topics = Topics::create("kr-generate");
    let generate = |properties: &str| {
        let few = ["generate", "--conversations", "1", "--agents", "1", "--hours", "1"];
        let output = topics.cxpulse(&[&few[..], &["--kafka-properties", properties]].concat());
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    assert_eq!(generate("security.protocol=PLAINTEXT"), (Some(0), String::new()));
    let (status, said) = generate("security.protocol=SSL,message.timeout.ms=1000");
    assert_eq!(status, Some(1), "this broker speaks no TLS: {said}");
    assert!(said.contains("cannot write to Kafka"), "{said}");
    let (status, said) = generate("sasl.pasword=hunter2");
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("kafka_properties: no such property: sasl.pasword;") && !said.contains("hunter2"), "{said}");
}

#[test]
fn every_topic_that_cannot_be_created_is_named_and_the_others_are_created() {
    let kafka = KafkaServer::start();
    let topics = Topics { kafka, prefix: "kr-create" };
    let create = |more: &[&str]| {
        let output = topics.cxpulse(&[&["topics", "create", "--partitions", "2"], more].concat());
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        (output.status.code(), said)
    };
    let (status, said) = create(&["--replication", "3"]);
    assert_eq!(status, Some(2), "{said}");
    assert_eq!(said.matches("right would be --replication").count(), 12, "{said}");

    // Kafka takes no name that differs from another by a dot for an underscore alone.
    for in_the_way in ["kr-create_live_v1", "kr-create_buckets_v1"] {
        kafka.create_topic(in_the_way, 1, &[]);
    }
    let (status, said) = create(&[]);
    assert_eq!(status, Some(1), "{said}");
    for topic in ["kr-create.live.v1", "kr-create.buckets.v1"] {
        assert!(said.contains(&format!("cxpulse: cannot create {topic}: ")), "{said}");
    }
    for topic in ["kr-create-policies", "kr-create.rating-requests.v1", "kr-create.dead-letters.v1"] {
        assert!(said.contains(&format!("created {topic}\n")), "{said}");
    }
    assert_eq!(said.matches("created ").count(), 10, "{said}");

    for in_the_way in ["kr-create_live_v1", "kr-create_buckets_v1"] {
        kafka.delete_topic(in_the_way);
    }
    let (status, said) = create(&[]);
    assert_eq!((status, said.ends_with("12 topics are as they should be\n")), (Some(0), true), "{said}");
}

#[test]
fn missing_topics_are_named_with_what_to_do_and_a_silent_broker_is_waited_for() {
    let kafka = KafkaServer::start();
    let missing = Topics { kafka, prefix: "kr-missing" };
    let ended = missing.cxpulse(&["run", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("kr-missing-agent-events") && said.contains("kr-missing.live.v1"), "{said}");
    assert!(said.contains("cxpulse topics create"), "{said}");

    let mut silent = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    let process = silent.args(["run", "--listen", "127.0.0.1:0", "--brokers", "127.0.0.1:1"]).stderr(Stdio::piped());
    let mut process = process.spawn().expect("cxpulse starts");
    let errors = BufReader::new(process.stderr.take().expect("it is piped"));
    let line = errors.lines().map_while(Result::ok).find(|line| line.contains("WARN"));
    let line = line.expect("it says so");
    assert!(line.contains("127.0.0.1:1 does not answer (") && line.contains("Connection refused"), "{line}");
    process.kill().expect("it is still there, trying");
    assert!(!process.wait().expect("it ends").success());
}

/// The value of a series without labels.
fn figure(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.parse().ok()
}

#[test]
fn offsets_that_are_no_more_are_a_clear_stop_or_a_gap_that_was_accepted() {
    let topics = Topics::create("kr-gap");
    let topic = topics.input("survey");
    let answer = |conversation: &str| {
        let now = cxpulse::clock::now();
        let event =
            format!(r#""conversation_id":"{conversation}","type":"survey_answered","occurred_at":{now},"score":4"#);
        topics.kafka.tool(&["produce", "--topic", &topic], &format!("NULL\tk\t{{\"account_id\":\"a\",{event}}}\n"));
    };
    for conversation in ["c1", "c2", "c3"] {
        answer(conversation);
    }
    let mut strict = Run::start(&topics, &[]);
    let mut lenient = Run::start(&topics, &["--accept-gap"]);
    strict.wait_for("ready:");
    lenient.wait_for("ready:");

    topics.kafka.delete_topic(&topic);
    topics.kafka.create_topic(&topic, 3, &[]);
    answer("c4");

    strict.wait_for("--accept-gap");
    let said = strict.said.last().expect("it said so");
    assert!(said.contains("kr-gap-survey-events was made anew"), "{said}");
    assert_eq!(strict.process.wait().expect("it ends").code(), Some(1));
    lenient.wait_for("as --accept-gap says");

    // What came over the gap is published, and the lag known again; by then every engine metric is there, and those
    // that must have moved.
    let page = lenient.get_until("/metrics", |page| {
        let published = figure(page, "cxpulse_event_to_publish_seconds_count") > Some(0.0);
        published && page.contains("\ncxpulse_consumer_lag_records{")
    });
    for (name, ..) in telemetry::ENGINE_METRICS {
        assert!(page.contains(&format!("\n{name}")), "no {name} in {page}");
    }
    for moved in ["rebalances_total", "records_consumed_total", "records_published_total", "ready", "conversations"] {
        assert!(figure(&page, &format!("cxpulse_{moved}")) > Some(0.0), "{moved} in {page}");
    }
    assert!(page.contains("cxpulse_restore_progress_ratio 1\n"), "{page}");
    lenient.terminate();
}
