//! What cxpulse says as JSON: metrics, live states, rating requests, the records that hold them, answers to questions,
//! lists of what is one by one, and the events of a stream.

mod agents;
mod answer;
mod conversations;
mod explanation;
mod head;
mod listing;
mod live;
mod lives;
mod metrics;
mod rating_request;
mod ratings;
mod records;
mod stream;
mod writer;

pub use agents::{agent_row, agents_json};
pub use answer::{Table, answer_json, answer_members, answer_rows, id_key};
pub use conversations::conversations_json;
pub use explanation::explanation_json;
pub use head::Head;
pub use listing::Listing;
pub use live::{live_answer_json, live_json, live_members};
pub use lives::{LivesPart, lives_json, why_taken_back};
pub use metrics::metrics_json;
pub use rating_request::rating_request_json;
pub use ratings::{rating_rows, ratings_json};
pub use records::{Stamp, bucket_json, metric_json, replay_json};
pub use stream::{Hello, StreamPart, bye_json, hello_json, view_json};
