//! What several tests need and none is about.

pub(crate) mod browser;
pub(crate) mod demo;
#[cfg(feature = "kafka")]
pub(crate) mod kafka;
pub(crate) mod promtool;
#[cfg(feature = "kafka")]
pub(crate) mod run;
pub(crate) mod schemathesis;
pub(crate) mod site;
