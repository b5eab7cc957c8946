//! Prometheus' own word on metrics, configurations and rules: `promtool check …`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where `tests/setup.sh` puts it when it is not on the path.
const FETCHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/promtool");

/// What promtool finds wrong with a page of metrics; nothing if it is as Prometheus wants it.
pub(crate) fn faults(page: &str) -> Option<String> {
    run(&["check", "metrics"], page)
}

/// What promtool finds wrong where these arguments name what to look at.
pub(crate) fn wrong(arguments: &[&str]) -> Option<String> {
    run(arguments, "")
}

/// What it says unless it is content. Panics where there is no promtool.
fn run(arguments: &[&str], input: &str) -> Option<String> {
    let name = if Path::new(FETCHED).exists() { FETCHED } else { "promtool" };
    let mut promtool = Command::new(name);
    promtool.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = promtool.spawn().unwrap_or_else(|error| {
        panic!("promtool is neither {FETCHED} nor on the path ({error}); `make setup` fetches it")
    });
    let mut taken = promtool.stdin.take().expect("its input is piped");
    let output = std::thread::scope(|scope| {
        // It may find fault before it has read all of it.
        scope.spawn(move || drop(taken.write_all(input.as_bytes())));
        promtool.wait_with_output().expect("promtool ends")
    });
    let said = [output.stdout, output.stderr].concat();
    (!output.status.success()).then(|| format!("{}: {}", output.status, String::from_utf8_lossy(&said)))
}
