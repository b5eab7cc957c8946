//! Bytes to domain and back: events, policies and metrics, as JSON and as Protobuf. The only place that knows prost.
//!
//! Inwards, `event` reads what a record holds, and `policy` reads policy documents. Outwards, `output` writes what cxpulse
//! says; `event::encode` writes what a source says, for the simulator and for tests. `batch` carries records from a
//! source to a fold. What several of them need stands beside: `admission`, `nearest`, `text`, `time`, `window` and `words`.

pub mod admission;
pub mod batch;
pub mod event;
pub mod keys;
pub mod nearest;
pub mod output;
pub mod policy;
pub mod proto;
pub mod text;
pub mod time;
mod utf8;
pub mod window;
pub mod words;

pub use admission::{Admission, admit};
pub use event::{Decoded, FileRecord, Hint, Place, Reason, RecordRef, Refusal, decode, decode_line, text_of};
