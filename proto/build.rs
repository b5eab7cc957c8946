//! Compiles the contract with `protox`, so that nobody has to install protoc.
//!
//! The descriptor set goes beside the generated code, comments included: a test lints the contract by it. The build gets
//! a name as well, made of the source: pages that are open all day load anew when the server's has changed.

use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

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

/// What a build is made of.
const SOURCES: [&str; 4] = ["proto", "src", "Cargo.toml", "Cargo.lock"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    SOURCES.iter().for_each(|path| println!("cargo:rerun-if-changed={path}"));
    println!("cargo:rustc-env=SOURCE_BUILD={:016x}", build()?);
    let descriptors = protox::compile(FILES, ["proto"])?;
    #[expect(clippy::disallowed_methods, reason = "a build script has nothing but its environment")]
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(folder.join("descriptors.bin"), descriptors.encode_to_vec())?;
    prost_build::Config::new().btree_map(["."]).skip_debug(WITH_PRIVATE_TEXT).compile_fds(descriptors)?;
    Ok(())
}

/// The same for the same source, whoever builds it.
fn build() -> std::io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    SOURCES.iter().try_for_each(|path| add(Path::new(path), &mut hasher))?;
    Ok(hasher.finish())
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> std::io::Result<()> {
    if !path.is_dir() {
        hasher.write(path.to_string_lossy().as_bytes());
        hasher.write(&std::fs::read(path)?);
        return Ok(());
    }
    let entries = std::fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
    let mut paths = entries.collect::<std::io::Result<Vec<PathBuf>>>()?;
    paths.sort_unstable();
    paths.iter().try_for_each(|path| add(path, hasher))
}
