//! From the board to the metric topics.
//!
//! A pass becomes records here, one by one so that a large pass never stands in memory twice, and goes out in the order
//! it was made. What cannot be delivered is given back to the fold, which answers it anew at its next pass.

#[cfg(feature = "kafka")]
pub mod kafka;
pub mod records;
pub mod topics;
