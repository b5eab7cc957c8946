//! What cxpulse says as lines of comma-separated values (RFC 4180): facts one by one, and metrics bucket by bucket.

mod buckets;
mod facts;
mod writer;

pub use buckets::{BucketLine, begin_buckets, write_bucket};
pub use facts::{begin_facts, write_fact};
pub use writer::CsvWriter;
