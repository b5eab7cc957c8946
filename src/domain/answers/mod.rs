//! What is asked: numbers that people read, and what is so at this moment.

pub mod live;
pub mod metrics;
pub mod rates;
pub mod rating_request;
