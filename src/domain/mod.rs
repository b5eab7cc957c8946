//! The pure heart: what events mean. Nothing here reads a clock, a file, the environment or a socket.
//!
//! Three ideas, three rooms. `history` is what happened: lives of conversations, ways and statuses of agents; it grows by
//! events and is forgotten by progress. `day` is what is counted: facts in five-minute buckets, dropped by age.
//! `answers` is what is asked: metrics and live state at a moment. An `account` joins them: facts flow from its history
//! to its day.

pub mod account;
pub mod answers;
pub mod bucket;
pub mod comment;
pub mod compact;
pub mod current;
pub mod day;
pub mod event;
pub mod fact;
pub mod history;
pub mod kept;
pub mod life;
pub mod names;
pub mod planted;
pub mod policy;
pub mod scope;
pub mod span;
pub mod timeline;
