//! The cxpulse command: parses the command line and calls one function.

use std::process::ExitCode;

fn main() -> ExitCode {
    cxpulse::cli::main()
}
