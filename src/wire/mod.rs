//! Bytes to domain and back: events, policies and metrics, as JSON and as Protobuf. The only place that knows prost.
//!
//! Inwards: `record` tells the formats apart, `json_event` and `protobuf_event` find the fields of either, and
//! `event` turns fields into an `Event` by one set of rules. `policy` reads policy documents. Outwards: `metrics_json`,
//! `live_json`, `records`, `rating_request_json` and `records_protobuf` write what cxpulse says, under `keys`;
//! `encode_event` writes what a source says, for the simulator and for tests.

pub mod admission;
pub mod batch;
mod document;
pub mod encode_event;
mod event;
mod event_sink;
pub mod event_type;
pub mod field;
mod json_event;
mod json_writer;
pub mod keys;
pub mod live_json;
pub mod metrics_json;
pub mod policy;
pub mod proto;
mod protobuf_event;
mod protobuf_reader;
pub mod rating_request_json;
pub mod record;
pub mod records;
pub mod records_protobuf;
pub mod refusal;
pub mod text;
pub mod time;
pub mod window;
pub mod words;

pub use admission::{Admission, admit};
pub use record::{Decoded, FileRecord, Place, RecordRef, decode, decode_line};
pub use refusal::{Reason, Refusal};
