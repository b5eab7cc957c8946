//! What cxpulse says as JSON: metrics, live states, rating requests, the records that hold them, and answers to questions.

mod answer;
mod explanation;
mod head;
mod live;
mod metrics;
mod rating_request;
mod records;
mod writer;

pub use answer::{Table, answer_json, id_key};
pub use explanation::explanation_json;
pub use head::Head;
pub use live::live_json;
pub use metrics::metrics_json;
pub use rating_request::rating_request_json;
pub use records::{Stamp, bucket_json, metric_json, replay_json};
