//! One test binary: laws, stories, the batch reference, the wire, and the program from outside.

mod access;
mod account;
mod architecture;
#[cfg(feature = "kafka")]
mod broker;
mod catalogue;
mod cli;
mod deploy;
mod engine;
mod explain;
mod exports;
mod exposition;
mod forgetting;
mod generate;
mod http_bounds;
mod instructions;
#[cfg(feature = "kafka")]
mod kafka_bad_days;
#[cfg(feature = "kafka")]
mod kafka_run;
#[cfg(feature = "kafka")]
mod kafka_source;
mod kept_texts;
mod laws;
mod liveperson;
mod liveperson_clients;
mod native;
mod page;
mod passes;
mod people;
#[cfg(feature = "planted-bugs")]
mod planted;
mod privacy;
mod program;
mod promtool;
mod questions;
mod readers;
#[cfg(feature = "kafka")]
mod readme;
#[expect(unreachable_pub, reason = "it stands by itself, as a crate would")]
mod reference;
mod scenarios;
mod schemathesis;
mod scrape;
mod setup;
mod simulate;
mod stories;
mod stream;
mod support;
mod texts;
mod wallboard;
mod wire_contract;
mod wire_framing;
mod wire_hostile;
mod wire_ids;
mod wire_json_event;
mod wire_policy;
mod wire_protobuf_event;
mod wire_records;
mod wire_sequence;
mod wire_skipped;
mod wire_support;
mod wire_time;
