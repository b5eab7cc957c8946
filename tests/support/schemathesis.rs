//! What schemathesis finds: it reads the description of the API and asks what it says, and what it does not.

use std::path::Path;
use std::process::{Command, Stdio};

/// Where `tests/setup.sh` puts it when it is not on the path.
const FETCHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/schemathesis/bin/schemathesis");
/// What of its checks is otherwise here, and why.
const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis.toml");

/// Everything it finds wrong with a server that listens at an address, asked with a key; nothing if it is content. Panics
/// where there is no schemathesis.
pub(crate) fn findings(address: &str, key: &str) -> Option<String> {
    let name = if Path::new(FETCHED).exists() { FETCHED } else { "schemathesis" };
    let mut schemathesis = Command::new(name);
    schemathesis.args(["--config-file", SETTINGS, "run", &format!("http://{address}/openapi.json"), "--no-color"]);
    schemathesis.args(["--header", &format!("Authorization: Bearer {key}")]);
    // A stream goes on until its client goes.
    schemathesis.args(["--exclude-operation-id", "stream"]);
    // It keeps what it has found before in the folder where it runs.
    schemathesis.current_dir(std::env::temp_dir()).stdin(Stdio::null());
    let output = schemathesis.output().unwrap_or_else(|error| {
        panic!("schemathesis is neither {FETCHED} nor on the path ({error}); `make setup` fetches it")
    });
    let said = [output.stdout, output.stderr].concat();
    (!output.status.success()).then(|| format!("{}: {}", output.status, String::from_utf8_lossy(&said)))
}
