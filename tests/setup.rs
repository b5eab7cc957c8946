//! What `tests/setup.sh` asks for before each make target: no more than the target needs, since it installs it.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// What the script itself calls.
const OF_THE_SCRIPT: [&str; 4] = ["cut", "dirname", "sed", "sort"];

/// What a machine lacks that has nothing but the script's own tools, and therefore nothing to install with.
fn missing(target: &str) -> String {
    // Tests run side by side, and two may ask for the same target.
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let (process, nth) = (std::process::id(), ASKED.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(format!("cxpulse-setup-{process}-{nth}"));
    std::fs::create_dir_all(&path).expect("a temporary folder");
    for name in OF_THE_SCRIPT {
        symlink(program(name), path.join(name)).expect("a link");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup.sh");
    let output = Command::new(program("bash")).arg(script).arg(target).env("PATH", &path).output();
    std::fs::remove_dir_all(&path).expect("it was made here");
    let output = output.expect("bash starts");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn program(name: &str) -> PathBuf {
    let folders = ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(name));
    folders.into_iter().find(|path| path.exists()).expect("every system has it")
}

#[test]
fn the_program_is_built_without_what_only_tests_need() {
    let said = missing("build");
    assert!(said.contains("- g++ (apt: g++)\n") && said.contains("- Rust "), "{said}");
    for needless in ["Java", "Maven", "curl", "kill", "promtool"] {
        assert!(!said.contains(needless), "{needless} in {said}");
    }
}

#[test]
fn a_kafka_to_try_needs_no_compiler() {
    let said = missing("kafka");
    assert!(said.contains("- Java 17 or newer (apt: default-jdk-headless)\n  - Maven (apt: maven)\n"), "{said}");
    assert!(!said.contains("g++") && !said.contains("Rust"), "{said}");
}

#[test]
fn the_programs_that_tests_call_are_asked_for_though_the_shell_has_one_of_that_name() {
    let said = missing("test");
    assert!(said.contains("- curl (apt: curl)\n  - kill (apt: procps)\n"), "{said}");
    assert!(said.contains("- Python 3.10 or newer with venv (apt: python3 python3-venv)\n"), "{said}");
    assert!(!missing("demo").contains("curl"));
}

#[test]
fn only_what_counts_instructions_needs_a_counter() {
    let valgrind = "- valgrind (apt: valgrind)\n";
    assert!(missing("instructions").contains(valgrind) && missing("check").contains(valgrind));
    assert!(!missing("test").contains("valgrind") && !missing("instructions").contains("Java"));
}
