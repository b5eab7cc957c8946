//! The pure heart: what events mean. Nothing here reads a clock, a file, the environment or a socket.
//!
//! Bottom up: `event` and `policy` come in; `intern`, `timeline` and `conversation` turn them into `fact`s; `facts`
//! and `rows` keep those, `tally`, `buckets`, `contacts` and `agent` add them up; `account` holds all of it; `metrics` and
//! `live` go out.

pub mod account;
pub mod agent;
pub mod ahead;
pub mod bucket;
pub mod buckets;
pub mod contacts;
pub mod conversation;
pub mod event;
pub mod fact;
pub mod facts;
pub mod growth;
pub mod histogram;
pub mod intern;
pub mod live;
pub mod metrics;
pub mod planted;
pub mod policy;
pub mod rates;
pub mod rating_request;
pub mod rows;
pub mod scope;
pub mod sets;
pub mod silence;
pub mod tally;
pub mod timeline;
pub mod varint;
pub mod window;
