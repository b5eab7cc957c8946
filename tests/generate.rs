//! `cxpulse generate` as far as it goes without a broker: files, rates, and what it says about a wrong flag.

use std::io;

use clap::Parser;
use cxpulse::cli::generate::{Destination, Format, GenerateArgs, JsonLines, Output, Pace};
use cxpulse::domain::event::Millis;
use cxpulse::simulate::{Payload, Record};

const NOW: Millis = 1_790_000_000_000;

#[derive(Parser)]
#[command(no_binary_name = true)]
struct Line {
    #[command(flatten)]
    generate: GenerateArgs,
}

fn parsed(flags: &str) -> GenerateArgs {
    Line::try_parse_from(flags.split_whitespace()).unwrap_or_else(|error| panic!("{error}")).generate
}

/// What the user reads when the command line itself is wrong.
fn refusal(flags: &str) -> String {
    let error = Line::try_parse_from(flags.split_whitespace()).err().expect("a refusal");
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

/// What the user reads when a flag is well-formed, but does not go with the others.
fn usage(flags: &str) -> String {
    let arguments = parsed(flags);
    let error = arguments.settings(NOW).err().or(arguments.destination().err()).expect("a refusal");
    assert!(error.is_usage());
    error.to_string()
}

/// A clock that moves as it is waited for, and a run that is stopped after a while.
struct Clock {
    now: Millis,
    stop_at: Millis,
}

impl Pace for Clock {
    fn now(&mut self) -> Millis {
        self.now
    }

    fn wait(&mut self, for_ms: Millis) -> bool {
        self.now += for_ms;
        self.now <= self.stop_at
    }
}

#[derive(Default)]
struct Kept {
    records: Vec<Record>,
    flushed: usize,
}

impl Output for Kept {
    fn write(&mut self, record: Record) -> io::Result<()> {
        self.records.push(record);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed = self.records.len();
        Ok(())
    }
}

fn run_for(flags: &str, live_ms: Millis) -> Kept {
    let arguments = parsed(flags);
    let mut kept = Kept::default();
    let mut clock = Clock { now: NOW, stop_at: NOW + live_ms };
    let settings = arguments.settings(NOW).expect("good flags");
    arguments.run_to(&settings, &mut kept, &mut clock, "memory").expect("memory takes everything");
    kept
}

#[test]
fn without_a_rate_it_ends_with_the_hours_and_leaves_nothing_behind() {
    let kept = run_for("--conversations 50 --hours 2 --output -", 0);
    assert_eq!(kept.flushed, kept.records.len());
    assert!(kept.records.len() > 500);
}

#[test]
fn with_a_rate_it_goes_on_live_at_exactly_that_rate() {
    let history = run_for("--conversations 50 --hours 2 --output - --rate 700", 0);
    let live = run_for("--conversations 50 --hours 2 --output - --rate 700", 10_000);
    assert_eq!(live.flushed, live.records.len());
    let live = &live.records[history.records.len()..];
    assert_eq!(live.len(), 7000);
    assert!(history.records.iter().all(|record| record.timestamp_ms <= NOW));
    for (nth, record) in live.iter().enumerate() {
        assert_eq!(record.timestamp_ms, NOW + nth as i64 * 1000 / 700);
        let Payload::Event { event, .. } = &record.payload else { panic!("no chaos was asked for") };
        assert!((0..=20 * 60_000).contains(&(record.timestamp_ms - event.at)), "delays stay as they were");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure_but_a_full_disk_is() {
    struct Broken(io::ErrorKind);
    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let arguments = parsed("--conversations 50 --output -");
    let settings = arguments.settings(NOW).unwrap();
    let run = |kind| {
        let mut clock = Clock { now: NOW, stop_at: NOW };
        arguments.run_to(&settings, &mut JsonLines::new(Broken(kind)), &mut clock, "the disk")
    };
    assert!(run(io::ErrorKind::BrokenPipe).is_ok());
    let error = run(io::ErrorKind::StorageFull).expect_err("the disk is full");
    assert!(!error.is_usage());
    assert!(error.to_string().starts_with("cannot write to the disk: "));
}

#[test]
fn a_file_gets_the_same_bytes_as_any_other_run_of_the_same_seed_and_end() {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("cxpulse-generate-{}.jsonl", std::process::id()));
    let flags = format!("--conversations 40 --end 2026-03-01T13:00:00+01:00 --chaos --output {}", path.display());
    parsed(&flags).run_to_destination(|| NOW).unwrap();
    let first = std::fs::read(&path).unwrap();
    parsed(&flags).run_to_destination(|| NOW + 77).unwrap();
    assert_eq!(first, std::fs::read(&path).unwrap());
    std::fs::remove_file(&path).unwrap();
    assert!(first.ends_with(b"\n") && first.len() > 100_000);
}

#[test]
fn the_destination_is_a_file_standard_output_or_kafka() {
    assert_eq!(parsed("--output -").destination().unwrap(), Destination::StandardOutput);
    assert_eq!(parsed("--output a.jsonl").destination().unwrap(), Destination::File("a.jsonl".into()));
    let kafka = Destination::Kafka { brokers: "k:9092".to_owned(), format: Format::Protobuf };
    assert_eq!(parsed("--brokers k:9092 --format protobuf").destination().unwrap(), kafka);
}

#[test]
fn a_wrong_flag_is_one_message_that_names_it_and_what_would_be_right() {
    assert!(
        refusal("--output - --agents 0").contains("'--agents <N>': right would be a whole number from 1 to 10000000")
    );
    assert!(refusal("--output - --hours x").contains("'--hours <H>'"));
    assert!(refusal("--output - --end yesterday").contains("such as 2026-03-01T13:00:00Z"));
    assert!(refusal("--output - --rate 0").contains("'--rate <EVENTS/S>'"));
    assert!(refusal("--output - --brokers k:9092").contains("cannot be used with"));
    assert!(refusal("--output - --format xml").contains("[possible values: json, protobuf]"));
}

#[test]
fn flags_that_do_not_go_together_are_named_too() {
    assert_eq!(
        usage("--output a --format protobuf"),
        "--format: a file holds JSON lines, not Protobuf; right would be --format json, or Kafka with --brokers HOST:PORT"
    );
    assert!(usage("").starts_with("--output: the records have nowhere to go; "));
    assert!(usage("--output - --end 1970-01-02T00:00:00Z").starts_with("--end: 1970-01-02T00:00:00.000Z leaves no"));
    assert!(usage("--output - --end 9999-12-31T00:00:00Z").contains("right would be events between"));
}

#[test]
fn a_file_that_cannot_be_made_is_the_users_to_put_right() {
    let error =
        parsed("--output /no/such/folder/a.jsonl").run_to_destination(|| NOW).expect_err("there is no such folder");
    assert!(error.is_usage());
    assert!(error.to_string().starts_with("--output: cannot create /no/such/folder/a.jsonl: "));
}
