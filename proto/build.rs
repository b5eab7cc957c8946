//! Compiles the contract with `protox`, so that nobody has to install protoc.
//!
//! The descriptor set goes beside the generated code, comments included: a test lints the contract by it.

use std::path::PathBuf;

use protox::prost::Message as _;

const FILES: [&str; 2] = ["cxpulse/v1/events.proto", "cxpulse/v1/metrics.proto"];

/// Messages that hold private text: what prints them is written by hand, in `wire`.
const WITH_PRIVATE_TEXT: [&str; 6] = [
    ".cxpulse.v1.ConversationStarted",
    ".cxpulse.v1.CustomerMessage",
    ".cxpulse.v1.AgentMessage",
    ".cxpulse.v1.SurveyAnswered",
    ".cxpulse.v1.SurveyCommented",
    ".cxpulse.v1.AgentStatus",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    #[expect(clippy::disallowed_methods, reason = "a build script has nothing but its environment")]
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(folder.join("descriptors.bin"), descriptors.encode_to_vec())?;
    prost_build::Config::new().btree_map(["."]).skip_debug(WITH_PRIVATE_TEXT).compile_fds(descriptors)?;
    Ok(())
}
