//! What several tests need and none is about.

#[cfg(feature = "kafka")]
pub(crate) mod kafka;
