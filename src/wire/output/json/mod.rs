//! What cxpulse says as JSON: metrics, live states, rating requests, and the records and objects that hold them.

mod live;
mod metrics;
mod rating_request;
mod records;
mod writer;

pub use live::live_json;
pub use metrics::metrics_json;
pub use rating_request::rating_request_json;
pub use records::{Stamp, bucket_json, metric_json, replay_json};
