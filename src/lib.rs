//! cxpulse turns a contact centre's event streams into live numbers.
//!
//! The modules, in the order data flows:

pub mod board;
pub mod cli;
pub mod clock;
pub mod config;
#[cfg(feature = "kafka")]
pub mod connection;
pub mod domain;
pub mod fold;
pub mod pipeline;
pub mod publish;
pub mod random;
pub mod serve;
pub mod simulate;
pub mod source;
pub mod telemetry;
pub mod wire;
