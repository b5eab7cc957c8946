//! The cxpulse command: parses the command line and calls one function.

fn main() {}
