//! What `tests/setup.sh` asks for before each make target: no more than the target needs, since it installs it.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// What the script itself calls.
const OF_THE_SCRIPT: [&str; 4] = ["cut", "dirname", "sed", "sort"];

/// What a machine lacks that has nothing but the script's own tools, and therefore nothing to install with.
fn missing(target: &str) -> String {
    let (status, said) = says(target, &[]);
    assert_eq!(status, Some(1), "{said}");
    said
}

/// How the script ends, and what it says, on a machine with its own tools and such programs, each of which prints a line.
fn says(target: &str, programs: &[(&str, &str)]) -> (Option<i32>, String) {
    // Tests run side by side, and two may ask for the same target.
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let (process, nth) = (std::process::id(), ASKED.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(format!("cxpulse-setup-{process}-{nth}"));
    std::fs::create_dir_all(&path).expect("a temporary folder");
    for name in OF_THE_SCRIPT {
        symlink(program(name), path.join(name)).expect("a link");
    }
    for (name, line) in programs {
        // It takes what it is told first, so that who tells it does not find it gone.
        let script = format!("#!{}\nread -r told\necho '{line}'\n", program("bash").display());
        std::fs::write(path.join(name), script).expect("a script");
        std::fs::set_permissions(path.join(name), PermissionsExt::from_mode(0o755)).expect("that can be run");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup.sh");
    let output = Command::new(program("bash")).arg(script).arg(target).env("PATH", &path).output();
    std::fs::remove_dir_all(&path).expect("it was made here");
    let output = output.expect("bash starts");
    assert!(output.stdout.is_empty(), "{output:?}");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

fn program(name: &str) -> PathBuf {
    let folders = ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(name));
    folders.into_iter().find(|path| path.exists()).expect("every system has it")
}

#[test]
fn the_program_is_built_without_what_only_tests_need() {
    let said = missing("build");
    assert!(said.contains("- g++ (apt: g++)\n") && said.contains("- Rust "), "{said}");
    for needless in ["Java", "Maven", "curl", "kill", "promtool", "Node.js", "npm", "Chromium"] {
        assert!(!said.contains(needless), "{needless} in {said}");
    }
}

#[test]
fn the_wallboard_is_built_where_it_can_be_and_all_else_works_without() {
    let rust = [("cargo", "cargo 99.0.0"), ("rustc", "rustc 99.0.0"), ("cc", "")];
    let told = |more: &[(&str, &str)]| says("demo", &[&rust, more].concat());
    let lacks = |what: &str| (Some(0), format!("setup: the wallboard is not built, all else works; missing: {what}\n"));
    let (node, npm) = ("Node.js 18 or newer (apt: nodejs)", "npm (apt: npm)");
    assert_eq!(told(&[]), lacks(&format!("{node}, {npm}")));
    assert_eq!(told(&[("node", "v16.20.2"), ("npm", "8.19.4")]), lacks(node));
    assert_eq!(told(&[("node", "v20.1.0")]), lacks(npm));
}

#[test]
fn tests_show_the_wallboard_to_a_browser() {
    for target in ["test", "check"] {
        let said = missing(target);
        let all = ["Node.js 18 or newer (apt: nodejs)", "npm (apt: npm)", "Chromium (apt: chromium)"];
        assert!(all.iter().all(|what| said.contains(&format!("- {what}\n"))), "{said}");
    }
    for target in ["kafka", "instructions"] {
        assert!(!missing(target).contains("Node.js"), "{target}");
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
