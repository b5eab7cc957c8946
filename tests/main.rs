//! One test binary.

mod simulate;
