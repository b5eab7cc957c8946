//! Where events come from: Kafka, files, the simulator; and where rejected records go.

pub mod dead_letters;
pub mod file;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod simulated;
pub mod status;

use crate::wire::batch::RecordBatch;

/// What a source hands to the fold.
#[derive(Debug)]
pub enum Feed {
    /// Records, in the order of each partition.
    Records(RecordBatch),
    /// Everything that was there when the source started has been handed over.
    CaughtUp,
}
