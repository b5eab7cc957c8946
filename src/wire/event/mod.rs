//! One record in, at most one event out, whether it is JSON or Protobuf; and events outwards, for the simulator.
//!
//! `framing` uncovers what a record holds, and `decode` tells the formats apart. `json` and `protobuf` each have a `reader`
//! that passes over the form, and keep what stands under each field. `rules` turns fields into an `Event`, by one set of
//! rules for both formats, or into a `Refusal`.

mod decode;
pub mod encode;
mod event_type;
mod field;
mod framing;
mod json;
mod protobuf;
mod refusal;
mod rules;

pub use decode::{Decoded, FileRecord, Place, RecordRef, decode, decode_line, text_of};
pub use event_type::{EventType, FIRST_BODY_NUMBER};
pub use field::Field;
pub(in crate::wire) use framing::without_mark;
pub use refusal::{Hint, Reason, Refusal};
