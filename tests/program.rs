//! The program from outside: what it prints, what it serves, how it ends.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use cxpulse::domain::event::Millis;
use cxpulse::simulate::{Settings, Simulation};
use serde_json::Value;

use crate::support::demo::Demo;
#[cfg(feature = "kafka")]
use crate::support::kafka::KafkaServer;

const END_MS: Millis = 1_772_366_400_000;
const AS_OF: &str = "2026-03-01T12:00:00Z";

fn cxpulse(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("messages are UTF-8")
}

/// A folder of its own for one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cxpulse-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    fn file(&self, name: &str, text: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a temporary file");
        path.to_str().expect("a plain name").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).expect("it was made here");
    }
}

/// The lines of a small centre with everything that can go wrong in it.
fn lines() -> Vec<Vec<u8>> {
    let settings = Settings {
        seed: 7,
        conversations: 150,
        agents: 8,
        skills: 3,
        accounts: 2,
        hours: 6,
        end_ms: END_MS,
        chaos: true,
    };
    let records = Simulation::new(&settings).records_until(Millis::MAX).collect::<Vec<_>>();
    let line = |record| {
        let mut line = Vec::new();
        cxpulse::cli::generate::push_line(&mut line, record);
        line
    };
    records.iter().map(line).collect()
}

#[test]
fn replay_prints_the_same_bytes_whatever_the_order_and_however_often_each_line_comes() {
    let folder = Folder::new("order");
    let mut lines = lines();
    let straight = folder.file("straight.jsonl", &lines.concat());
    lines.sort_unstable_by_key(|line| xxhash_rust::xxh3::xxh3_64(line));
    let (front, back) = lines.split_at(lines.len() / 3);
    let doubled = folder
        .file("doubled.jsonl", &back.iter().flat_map(|line| [line.clone(), line.clone()].concat()).collect::<Vec<_>>());
    let rest = folder.file("rest.jsonl", &front.concat());
    for question in [
        &["--window", "60m"][..],
        &["--window", "24h", "--by", "skill"],
        &["--window", "5h", "--by", "agent"],
        &["--window", "7m", "--by", "agent-skill"],
        &["--window", "5h", "--group-by", "skill,agent", "--interval", "1h"],
        &["--window", "24h", "--filter", "channel=chat", "--group-by", "topic"],
        &["--window", "24h", "--explain", "csat.score"],
        &["--window", "6h", "--filter", "skill=support,-1", "--explain", "resolution.mean_ms"],
        &["--show", "live"],
        &["--show", "rating-requests"],
    ] {
        let ask = |inputs: &[&str]| {
            let mut arguments = vec!["replay", "--as-of", AS_OF, "--input"];
            arguments.extend(inputs);
            arguments.extend(question);
            let output = cxpulse(&arguments);
            assert_eq!(output.status.code(), Some(0), "{}", error(&output));
            output.stdout
        };
        let once = ask(&[&straight]);
        assert!(once.starts_with(b"[\n{\"account_id\":"), "{question:?} has nothing to say");
        assert_eq!(once, ask(&[&doubled, &rest]), "{question:?}");
        assert_eq!(once, ask(&[&rest, &straight, &doubled]), "{question:?}");
    }
}

#[test]
fn replay_reads_standard_input_keeps_to_an_account_and_counts_what_it_skips() {
    let mut child = command(&["replay", "--input", "-", "--as-of", AS_OF, "--window", "24h", "--account", "bluebird"]);
    let child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(&lines().concat()).expect("it reads to the end");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8(output.stdout.clone()).expect("JSON is UTF-8");
    assert_eq!(printed.lines().count(), 3, "one object: {printed}");
    assert!(printed.contains("\"account_id\":\"bluebird\""));
    let counts = error(&output);
    for fate in [
        "applied",
        "duplicate",
        "conflicting",
        "late",
        "of an unknown type",
        "of other accounts",
        "undecodable (first at -:",
    ] {
        assert!(counts.contains(fate), "no {fate} in {counts}");
    }
}

#[test]
fn replay_of_nothing_is_an_empty_array() {
    let folder = Folder::new("nothing");
    let empty = folder.file("empty.jsonl", b"\n\n");
    let output = cxpulse(&["replay", "--input", &empty, "--as-of", AS_OF, "--window", "60m"]);
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"[]\n"[..]));
}

#[test]
fn what_is_wrong_before_it_begins_is_one_line_and_status_2() {
    let folder = Folder::new("wrong");
    let events = folder.file("events.jsonl", b"");
    let policy = folder.file(
        "policy.json",
        br#"{"policies":[{"account_id":"a","versions":[{"effective_from":0,"reopen":"never"}]}]}"#,
    );
    let toml = folder.file("cxpulse.toml", b"windows = [5, 2000]");
    let missing = folder.0.join("missing.jsonl").to_str().expect("a plain name").to_owned();
    let folder_name = folder.0.to_str().expect("a plain name").to_owned();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let address = taken.local_addr().expect("it has an address").to_string();
    let cases: [(&[&str], &[&str]); 10] = [
        (&["replay", "--input", &missing, "--as-of", AS_OF, "--window", "5m"], &["missing.jsonl"]),
        (
            &["replay", "--input", &events, "--as-of", AS_OF, "--window", "5m", "--policy", &policy],
            &["policies[0].versions[0].reopen", "retract", "count_each"],
        ),
        (
            &["replay", "--input", &events, "--as-of", AS_OF, "--window", "5m", "--policy", &missing],
            &["policy", "missing.jsonl"],
        ),
        (&["demo", "--config", &toml], &["windows", "cxpulse.toml", "2000", "from 1m to 1440m"]),
        (&["run", "--brokers", "nowhere"], &["brokers", "--brokers", "HOST:PORT"]),
        (
            &["run", "--histogram-bounds-seconds", "5,0.5"],
            &["histogram_bounds_seconds", "\"0.5\" is no whole number", "different whole numbers of seconds"],
        ),
        (&["demo", "--policy", &folder_name], &["policy", &folder_name, "right would be a file this user can read"]),
        (&["run", "--config", &folder_name], &["configuration", &folder_name, "right would be a file"]),
        (&["demo", "--listen", &address], &["listen = ", &address, "right would be a free address"]),
        (
            &["demo", "--listen", "192.0.2.1:1", "--keys-file", &missing],
            &["listen = \"192.0.2.1:1\"", "right would be a free address"],
        ),
    ];
    for (arguments, expected) in cases {
        let output = cxpulse(arguments);
        let message = error(&output);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert_eq!(message.trim_end().lines().count(), 1, "{message}");
        for word in expected {
            assert!(message.contains(word), "no {word} in {message}");
        }
    }
}

/// A command that must end by saying one line with these words in it, as a wrong start does.
fn is_refused(command: &mut Command, words: &[&str]) {
    let output = command.output().expect("the program starts");
    let message = error(&output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    for word in words {
        assert!(message.contains(word), "no {word} in {message}");
    }
}

#[test]
fn a_file_that_is_no_json_lines_is_recognised_and_told_how_to_make_some() {
    let folder = Folder::new("kinds");
    let ask = |input: &str| command(&["replay", "--as-of", AS_OF, "--window", "1h", "--input", input]);
    let gzip = folder.file("events.jsonl.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03");
    let unpacked = format!("is packed (gzip); right would be `gunzip -c {gzip} | cxpulse replay --input - …`");
    is_refused(&mut ask(&gzip), &[&unpacked]);
    let array = folder.file("events.json", b"[\n  {\"type\":\"closed\"},\n  {\"type\":\"closed\"}\n]\n");
    is_refused(&mut ask(&array), &["is one JSON array; right would be JSON lines", &format!("jq -c '.[]' {array}")]);
    let piped = std::fs::File::open(&array).expect("it was just written");
    is_refused(ask("-").stdin(piped), &["input - is one JSON array", "jq -c '.[]' FILE"]);
    is_refused(&mut ask(folder.0.to_str().expect("a plain name")), &["cannot open input", "is a directory"]);
}

#[test]
fn a_question_of_replay_is_answered_and_explained_for_each_account() {
    let folder = Folder::new("questions");
    let answered = |account: &str, minute: u32, rest: &str| {
        format!(
            r#"{{"account_id":"{account}","conversation_id":"c{minute}","occurred_at":"2026-03-01T11:{minute}:00Z","type":"survey_answered",{rest}}}"#
        )
    };
    let lines = [
        answered("a", 50, r#""score":5,"skill_id":"sales""#),
        answered("a", 55, r#""score":2,"skill_id":"sales""#),
        answered("b", 55, r#""score":3"#),
    ];
    // Of an account that nothing else was read of there is nothing to say.
    let late = |account: &str, recorded_at: &str| {
        let times = format!(r#""occurred_at":"2026-02-28T11:00:00Z","recorded_at":"{recorded_at}""#);
        format!(
            r#"{{"event_id":"l{recorded_at}","account_id":"{account}","conversation_id":"c","type":"handed_off",{times}}}"#
        )
    };
    let [in_time, again, after] = ["11:50", "11:55", "12:05"].map(|at| late("a", &format!("2026-03-01T{at}:00Z")));
    let late = [in_time.clone(), late("c", "2026-03-01T11:50:00Z"), in_time, again, after];
    let lines = late.iter().chain(&lines).map(String::as_str).collect::<Vec<_>>();
    let events = folder.file("events.jsonl", lines.join("\n").as_bytes());
    let ask = |question: &[&str]| -> Value {
        let replay = ["replay", "--input", &events, "--as-of", AS_OF, "--window", "15m"];
        let output = cxpulse(&[&replay, question].concat());
        assert_eq!(output.status.code(), Some(0), "{}", error(&output));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    };
    let rows = ask(&["--group-by", "skill", "--interval", "10m", "--filter", "skill=sales"]);
    assert_eq!(rows[0]["rows"][0]["skill_id"], "sales");
    let score = |place: usize| rows[0]["rows"][0]["intervals"][place]["metrics"]["csat"]["score"].clone();
    assert_eq!((score(0), score(1), &rows[1]["rows"]), (1.0.into(), 0.0.into(), &Value::Array(vec![])));
    let explained = ask(&["--explain", "csat.score", "--filter", "skill=sales"]);
    let of_a = &explained[0];
    assert_eq!((&of_a["account_id"], &of_a["value"], &of_a["total_rows"]), (&"a".into(), &0.5.into(), &2.into()));
    assert_eq!(of_a["rows"][0]["fact"], "answer_2");
    assert_eq!((&explained[1]["value"], &explained[1]["denominator"]), (&Value::Null, &0.into()));
    assert_eq!(of_a["excluded"], Value::Array(vec![]), "of what came late nobody knows the skill");
    let explained = ask(&["--explain", "csat.score"]);
    let excluded = &explained[0]["excluded"][0];
    assert_eq!((&excluded["reason"], &excluded["count"]), (&"late".into(), &2.into()), "{explained}");
    assert_eq!(explained.as_array().map(Vec::len), Some(2));
}

#[test]
fn questions_of_replay_that_contradict_each_other_are_refused() {
    let ask = |question: &[&str]| {
        let mut ask = command(&["replay", "--input", "-", "--as-of", AS_OF, "--window", "1h"]);
        ask.args(question);
        ask
    };
    let one_of_them = "right would be to leave one of them out";
    let cases: [(&[&str], &[&str]); 8] = [
        (&["--group-by", "skill", "--by", "agent"], &["--group-by does not go with --by agent", one_of_them]),
        (&["--explain", "closed", "--show", "live"], &["--explain does not go with --show live", one_of_them]),
        (
            &["--group-by", "skill", "--explain", "closed"],
            &["--group-by does not go with --explain", "right would be --filter"],
        ),
        (
            &["--interval", "5m", "--explain", "closed"],
            &["--interval does not go with --explain", "right would be --filter"],
        ),
        (&["--group-by", "skill,skill"], &["--group-by: Skill is given twice"]),
        (&["--group-by", "skill,agent,line,topic"], &["--group-by: grouped by 4 dimensions; right would be up to 3"]),
        (
            &["--filter", "line=a", "--filter", "line=b"],
            &["--filter: Line is given twice; right would be once, with all"],
        ),
        (
            &["--filter", "skill=a", "--explain", "utilisation.share"],
            &[
                "--explain utilisation.share does not go with these filters",
                "it exists where nothing but agents is filtered",
            ],
        ),
    ];
    for (question, expected) in cases {
        is_refused(&mut ask(question), expected);
    }
}

#[test]
fn what_is_shown_whole_is_not_split_into_scopes() {
    let ask = |by: &[&str], show: &str| {
        let mut ask = command(&["replay", "--input", "-", "--as-of", AS_OF, "--show", show]);
        ask.args(by);
        ask
    };
    is_refused(
        &mut ask(&["--by", "agent-skill"], "rating-requests"),
        &["--by agent-skill does not go with --show rating-requests; right would be to leave --by out"],
    );
    is_refused(&mut ask(&["--by", "account"], "live"), &["--by account does not go with --show live"]);
    assert_eq!(ask(&[], "live").output().expect("the program starts").status.code(), Some(0));
}

#[test]
fn a_variable_that_is_no_settings_is_named_with_the_nearest_one() {
    let run = || command(&["run", "--print-config"]);
    is_refused(
        run().env("CXPULSE_BROKER", "a:1"),
        &["CXPULSE_BROKER (environment) is no setting (did you mean CXPULSE_BROKERS?)", "`cxpulse run --help`"],
    );
    is_refused(run().env("CXPULSE_ENTIRELY_ELSE", "1"), &["CXPULSE_ENTIRELY_ELSE (environment) is no setting; right"]);
    let mut generate = command(&["generate", "--conversations", "1", "--output", "-"]);
    is_refused(generate.env("CXPULSE_BROKER", "a:1"), &["CXPULSE_BROKER (environment) is no setting"]);
}

#[test]
fn a_window_that_begins_with_a_hyphen_is_no_flag() {
    is_refused(&mut command(&["run", "--windows", "-5m"]), &["windows = \"-5m\" (flag --windows)", "is no window"]);
}

#[test]
fn a_family_that_there_is_not_is_refused_before_the_configuration_is_printed() {
    for name in ["run", "demo"] {
        is_refused(
            command(&[name, "--print-config"]).env("CXPULSE_AGENT_METRICS_FAMILIES", "csat_ratio,csatt"),
            &[
                "agent_metrics_families = \"csat_ratio,csatt\" (environment CXPULSE_AGENT_METRICS_FAMILIES): \"csatt\"",
                "there is no such family; right would be",
            ],
        );
    }
}

#[test]
fn variables_that_kubernetes_makes_for_a_service_of_the_same_name_are_no_settings() {
    let mut run = command(&["run", "--print-config"]);
    let made = [
        ("CXPULSE_SERVICE_HOST", "10.0.0.1"),
        ("CXPULSE_SERVICE_PORT", "8080"),
        ("CXPULSE_SERVICE_PORT_HTTP", "8080"),
        ("CXPULSE_PORT", "tcp://10.0.0.1:8080"),
        ("CXPULSE_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("CXPULSE_PORT_8080_TCP_PROTO", "tcp"),
        ("CXPULSE_PORT_8080_TCP_PORT", "8080"),
        ("CXPULSE_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("CXPULSE_METRICS_SERVICE_HOST", "10.0.0.2"),
    ];
    let output = run.envs(made).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
}

#[cfg(feature = "kafka")]
#[test]
fn a_topic_that_is_written_cannot_be_read_and_a_property_that_is_ours_cannot_be_set() {
    is_refused(
        &mut command(&["run", "--survey-topic", "cxpulse.live.v1"]),
        &["survey_topic = \"cxpulse.live.v1\"", "writes this topic itself", "right would be another name"],
    );
    is_refused(
        &mut command(&["topics", "check", "--agent-topic", "survey-events"]),
        &["agent_topic = \"survey-events\"", "survey_topic (default) names the same topic"],
    );
    let quiet = ["run", "--listen", "127.0.0.1:0", "--log", "off", "--kafka-properties"];
    for property in ["auto.offset.reset=latest", "partitioner=random"] {
        let name = property.split('=').next().expect("split gives one");
        let ours = format!("kafka_properties: {name} is cxpulse's own to set; right would be to leave it out");
        is_refused(command(&quiet).arg(property), &[&ours]);
    }
}

/// A command with topics of its own on the tests' Kafka.
#[cfg(feature = "kafka")]
fn on_kafka(arguments: &[&str], prefix: &str) -> Command {
    let mut command = command(arguments);
    command.env("CXPULSE_BROKERS", KafkaServer::start().bootstrap()).env("CXPULSE_OUTPUT_PREFIX", prefix);
    for topic in ["conversation", "survey", "agent", "policy"] {
        command.env(format!("CXPULSE_{}_TOPIC", topic.to_uppercase()), format!("{prefix}-{topic}"));
    }
    command
}

#[cfg(feature = "kafka")]
#[test]
fn generate_goes_to_the_brokers_of_the_environment_and_names_a_topic_that_is_not_there() {
    let generate = || on_kafka(&["generate", "--conversations", "1", "--hours", "1"], "cli-generate");
    is_refused(
        &mut generate(),
        &[
            "conversation_topic = \"cli-generate-conversation\"",
            "has no such topic; right would be `cxpulse topics create`",
        ],
    );
    let created = on_kafka(&["topics", "create", "--partitions", "1"], "cli-generate").output().expect("it starts");
    assert_eq!(created.status.code(), Some(0), "{}", error(&created));
    let output = generate().output().expect("the program starts");
    assert_eq!((output.status.code(), error(&output)), (Some(0), String::new()));
}

#[cfg(feature = "kafka")]
#[test]
fn brokers_that_do_not_answer_are_named_with_the_reason() {
    let ask = |arguments: &[&str]| {
        let mut command = command(arguments);
        command.env("CXPULSE_BROKERS", "127.0.0.1:1").stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    for asking in [&["topics", "check"][..], &["topics", "create"], &["generate", "--conversations", "1"]].map(ask) {
        let output = asking.wait_with_output().expect("it ends");
        let said = error(&output);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains("Kafka at 127.0.0.1:1") && said.contains("does not answer ("), "{said}");
        assert!(said.contains("Connection refused"), "{said}");
    }
}

#[cfg(feature = "kafka")]
#[test]
fn partitions_asked_for_topics_that_have_others_are_refused_and_not_passed_over() {
    let create = |more: &[&str]| on_kafka(&[&["topics", "create"], more].concat(), "cli-partitions");
    let done = |more: &[&str]| create(more).output().expect("the program starts").status.code();
    assert_eq!(done(&["--partitions", "2"]), Some(0));
    is_refused(
        &mut create(&["--partitions", "3"]),
        &[
            "--partitions 3: there are others already",
            "cli-partitions-survey (2)",
            "right would be to leave --partitions out",
        ],
    );
    assert_eq!(done(&["--partitions", "2"]), Some(0));
    assert_eq!(done(&[]), Some(0), "the default is for new topics alone");
}

#[test]
fn the_configuration_is_printed_with_where_each_value_came_from() {
    let folder = Folder::new("print");
    let toml = folder.file("cxpulse.toml", b"series_cap = 2000");
    let mut command = command(&["run", "--config", &toml, "--brokers", "a:1,b:2", "--print-config"]);
    let output = command.env("CXPULSE_LISTEN", "127.0.0.1:1").output().expect("the program starts");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0));
    for (value, origin) in [
        ("series_cap = 2000", "file"),
        ("brokers = [\"a:1\", \"b:2\"]", "flag --brokers"),
        ("listen = \"127.0.0.1:1\"", "environment CXPULSE_LISTEN"),
        ("format = \"json\"", "default"),
    ] {
        let found = printed.lines().find(|line| line.starts_with(value)).expect("every setting has its line");
        assert!(found.contains(&format!("# {origin}")), "{found}");
    }
}

#[test]
fn the_demonstration_serves_a_day_of_numbers_and_ends_when_it_is_told_to() {
    let mut demo = Demo::start(&[]);
    assert!(demo.says("curl -s http://").contains("/metrics | grep 'csat_ratio"), "it says what to try next");
    demo.says("replay --input");
    let headings = demo.says("CSAT");
    let line = demo.says("northwind");
    for text in [&headings, &line] {
        assert!(text.chars().count() <= 80, "{text}");
    }
    assert!(headings.contains("1h CSAT"), "{headings}");
    let clock: Vec<usize> = line[..8].split(':').map(|part| part.parse().expect("a clock")).collect();
    assert!(matches!(clock[..], [..24, ..60, ..60]), "{line}");
    assert_eq!(demo.get("/readyz"), (200, "ready\n".to_owned()));
    assert_eq!(demo.get("/livez").0, 200);
    let (status, page) = demo.get("/");
    let is_wallboard = page.starts_with("<!doctype html>");
    assert!(status == 200 && (is_wallboard || page.contains("/metrics/agents")), "{page}");
    assert_eq!(demo.get("/nothing").0, 404);
    let (status, accounts) = demo.get("/metrics");
    assert_eq!(status, 200);
    for family in [
        "cxpulse_account_csat_samples",
        "cxpulse_skill_handle_p95_seconds",
        "cxpulse_account_live_open",
        "cxpulse_ready",
        "cxpulse_survey_answers_total",
    ] {
        assert!(accounts.contains(&format!("\n{family}")), "no {family}");
    }
    assert!(!accounts.contains("agent=\""), "no agent is named on the page of accounts");
    let (_, agents) = demo.get("/metrics/agents");
    assert!(agents.contains("\ncxpulse_agent_skill_first_response_samples{"));
    let told = Command::new("kill").args(["-TERM", &demo.id().to_string()]).status();
    assert!(told.expect("kill exists").success());
    assert_eq!(demo.status(), Some(0));
}

#[test]
fn the_demonstration_stops_by_itself_after_the_time_asked_for() {
    let mut demo = Demo::start(&["--for", "100ms"]);
    assert_eq!(demo.status(), Some(0));
}
