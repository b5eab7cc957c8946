//! Where events come from: Kafka, files, the simulator; and where rejected records go.

#[cfg(feature = "kafka")]
pub mod dead_letter_writer;
pub mod dead_letters;
pub mod file;
mod file_kind;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(feature = "kafka")]
mod kafka_client;
#[cfg(feature = "kafka")]
mod kafka_headers;
#[cfg(feature = "kafka")]
mod kafka_partitions;
#[cfg(feature = "kafka")]
mod kafka_standing;
#[cfg(feature = "kafka")]
mod kafka_topic_ids;
#[cfg(feature = "kafka")]
pub mod known_letters;
pub mod positions;
pub mod simulated;
#[cfg(feature = "kafka")]
mod standing;
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
