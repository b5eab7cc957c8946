//! The pure heart: what events mean. Nothing here reads a clock, a file, the environment or a socket.

pub mod account;
pub mod bucket;
pub mod event;
pub mod live;
pub mod metrics;
pub mod policy;
pub mod rating_request;
