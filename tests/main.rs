//! One test binary.

mod architecture;
#[cfg(feature = "kafka")]
mod broker;
mod support;
