//! One test binary.

mod cli;
mod exposition;
mod simulate;
