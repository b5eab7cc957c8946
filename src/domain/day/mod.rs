//! What is counted: facts in five-minute buckets, and what is summed of them.

pub mod agent;
pub mod agent_log;
pub mod buckets;
pub mod contacts;
pub mod facts;
pub mod histogram;
pub mod rows;
pub mod tally;
pub mod window;
