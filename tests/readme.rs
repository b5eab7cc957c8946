//! README as a new user follows it: every block of commands is run as it is printed, in order, in one shell, and must
//! print what the block after it says.
//!
//! Three things are not as a user has them: `make` builds and tests nothing but brings what is built already, the Kafka
//! that it starts is this test's own, and 8080 is another free port. A block of one `curl` is tried again until its
//! answer comes: people are slower than this test.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::support::kafka::KafkaServer;
use crate::support::promtool;

const README: &str = include_str!("../README.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PRINTED_ADDRESS: &str = "127.0.0.1:8080";
/// How often a `curl` is tried, and the pause between in seconds.
const TRIES: usize = 60;
const PAUSE: &str = "0.5";

/// A fenced block: what it is written in, and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some(Block { language: language.to_owned(), text: String::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert_eq!(open, None, "a block that does not end");
    blocks
}

/// The blocks of commands, each with the first lines that it prints, if the next block has them.
fn steps(page: &str) -> Vec<(String, Vec<String>)> {
    let blocks = blocks(page);
    let printed = |at: usize| blocks.get(at + 1).filter(|block| block.language == "text");
    let lines = |at| printed(at).map_or_else(Vec::new, |block| block.text.lines().map(str::to_owned).collect());
    let commands = blocks.iter().enumerate().filter(|(_, block)| block.language == "sh");
    commands.map(|(at, block)| (block.text.clone(), lines(at))).collect()
}

/// Whether a line is as printed; `…` stands for anything.
fn is_like(line: &str, printed: &str) -> bool {
    let Some((first, rest)) = printed.split_once('…') else { return line == printed };
    let Some(mut line) = line.strip_prefix(first) else { return false };
    let parts: Vec<&str> = rest.split('…').collect();
    let (last, between) = parts.split_last().expect("a split has a part");
    for part in between {
        let Some(at) = line.find(part) else { return false };
        line = &line[at + part.len()..];
    }
    line.ends_with(last)
}

fn begins_like(output: &str, printed: &[String]) -> bool {
    let mut lines = output.lines();
    printed.iter().all(|printed| lines.next().is_some_and(|line| is_like(line, printed)))
}

/// A folder with what a fresh clone has, and a `make` before the real one. Gone with the value.
struct Clone {
    folder: PathBuf,
}

impl Clone {
    fn new(kafka: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("cxpulse-readme-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("bin")).expect("a temporary folder");
        for name in ["deploy", "Makefile", "proto"] {
            symlink(Path::new(ROOT).join(name), folder.join(name)).expect("a link");
        }
        let make = folder.join("bin/make");
        std::fs::write(&make, make_script(kafka)).expect("a script");
        std::fs::set_permissions(&make, std::fs::Permissions::from_mode(0o755)).expect("that can be run");
        Self { folder }
    }
}

/// Every target that README names; any other fails.
fn make_script(kafka: &str) -> String {
    let built = env!("CARGO_BIN_EXE_cxpulse");
    format!(
        "#!/bin/sh\n\
         for target do :; done\n\
         case $target in\n\
           release) mkdir -p target/release && ln -sf '{built}' target/release/cxpulse ;;\n\
           kafka-up) echo 'export CXPULSE_BROKERS={kafka}'; echo \"export PATH=\\\"$PWD/target/release:\\$PATH\\\"\" ;;\n\
           demo) exec '{built}' demo --listen 127.0.0.1:0 --agents 10 --for 1s ;;\n\
           test | kafka-down | clean-kafka) ;;\n\
           *) echo \"make: what does $target do here?\" >&2; exit 2 ;;\n\
         esac\n"
    )
}

impl Drop for Clone {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).expect("it was made here");
    }
}

/// One shell, which ends its background jobs when its input ends, however this process does.
struct Shell {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    address: String,
}

const END_OF_BLOCK: &str = "-- end of block, status ";

impl Shell {
    fn start(clone: &Clone) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let path = format!("{}:{}", clone.folder.join("bin").display(), path());
        let mut shell = Command::new("bash");
        shell.current_dir(&clone.folder).env("PATH", path).env("CXPULSE_LISTEN", free.to_string());
        shell.env_remove("CXPULSE_TEST_BOOTSTRAP").env_remove("CXPULSE_BROKERS");
        let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("bash starts");
        let mut input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        writeln!(input, "exec 2>&1; trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT").expect("it reads");
        Self { child, input, output, address: free.to_string() }
    }

    /// What the commands print, and the status of the last.
    fn run(&mut self, commands: &str) -> (String, i32) {
        let commands = commands.replace(PRINTED_ADDRESS, &self.address);
        writeln!(self.input, "{{\n{commands}\n}} </dev/null\necho \"{END_OF_BLOCK}$?\"").expect("it reads");
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).expect("text"), 0, "the shell ended in\n{commands}\n{printed}");
            if let Some((before, status)) = line.split_once(END_OF_BLOCK) {
                printed.push_str(before);
                let shown = printed.replace(&self.address, PRINTED_ADDRESS);
                return (shown, status.trim().parse().expect("a status"));
            }
            printed.push_str(&line);
        }
    }

    /// The same, once more and again while a `curl` has another answer than the one printed.
    fn run_until(&mut self, commands: &str, printed: &[String]) -> (String, i32) {
        let waits = commands.starts_with("curl ") && commands.lines().count() == 1;
        for _ in 1..TRIES {
            let (output, status) = self.run(commands);
            if !waits || (status == 0 && begins_like(&output, printed)) {
                return (output, status);
            }
            self.run(&format!("sleep {PAUSE}"));
        }
        self.run(commands)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Should it have ended already, there is nobody to be told.
        drop(writeln!(self.input, "exit"));
        drop(self.child.wait());
    }
}

fn path() -> String {
    #[expect(clippy::disallowed_methods, reason = "what a user's shell has")]
    std::env::var("PATH").expect("there is a path")
}

#[test]
fn every_block_of_commands_prints_what_the_readme_says() {
    let kafka = KafkaServer::own();
    let clone = Clone::new(kafka.bootstrap());
    let mut shell = Shell::start(&clone);
    let steps = steps(README);
    assert!(steps.len() > 8, "the blocks were found");
    let mut pages = String::new();
    for (commands, printed) in &steps {
        let (output, status) = shell.run_until(commands, printed);
        assert_eq!(status, 0, "\n{commands}\nprinted\n{output}");
        assert!(begins_like(&output, printed), "\n{commands}\nprinted\n{output}\ninstead of\n{}", printed.join("\n"));
        if commands.contains("/metrics") {
            pages = shell.run(&format!("curl --silent http://{PRINTED_ADDRESS}/metrics{{,/agents}}")).0;
        }
    }
    assert_eq!(undocumented_labels(&pages), BTreeSet::new(), "README says what the values of a label mean");
}

/// The labels on the pages that README does not name.
fn undocumented_labels(pages: &str) -> BTreeSet<&str> {
    assert!(pages.contains("\ncxpulse_ready 1"), "a page was read while it ran: {pages}");
    let series = pages.lines().filter(|line| !line.starts_with('#'));
    let names = series.filter_map(|line| line.split_once('{')?.1.split_once('}')).flat_map(|(labels, _)| {
        labels.split("=\"").filter_map(|part| part.rsplit(['{', ',', '"']).next()).filter(|name| !name.is_empty())
    });
    names.filter(|name| !README.contains(&format!("`{name}`"))).collect()
}

#[test]
fn every_question_to_prometheus_can_be_asked() {
    let queries: Vec<String> = blocks(README)
        .into_iter()
        .filter(|block| block.language == "promql")
        .flat_map(|block| block.text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(queries.len() >= 5, "{queries:?}");
    let rule = |(n, query): (usize, &String)| format!("      - record: question:{n}\n        expr: {query:?}\n");
    let rules: String = queries.iter().enumerate().map(rule).collect();
    let file = std::env::temp_dir().join(format!("cxpulse-questions-{}.yml", std::process::id()));
    std::fs::write(&file, format!("groups:\n  - name: readme\n    rules:\n{rules}")).expect("a temporary file");
    let wrong = promtool::wrong(&["check", "rules", file.to_str().expect("a plain name")]);
    std::fs::remove_file(&file).expect("it was made here");
    assert_eq!(wrong, None, "{queries:?}");

    let metrics = queries.iter().flat_map(|query| query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let metrics: Vec<&str> = metrics.filter(|word| word.starts_with("cxpulse_")).collect();
    assert!(metrics.len() >= queries.len());
    for name in metrics {
        let family = name.strip_suffix("_bucket").unwrap_or(name);
        cxpulse::serve::selection::Families::named("family", [family]).expect("a family of ours");
    }
}

#[test]
fn commands_stand_in_blocks_that_are_run() {
    let indented = README
        .lines()
        .filter(|line| ["    cxpulse ", "    make ", "    curl "].iter().any(|opening| line.starts_with(opening)));
    assert_eq!(indented.collect::<Vec<_>>(), [""; 0]);
    let languages: BTreeSet<String> = blocks(README).into_iter().map(|block| block.language).collect();
    let known = ["json", "promql", "sh", "text", "toml"].map(str::to_owned);
    assert!(languages.is_subset(&BTreeSet::from(known)), "{languages:?}");
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    for (line, printed, alike) in [
        ("12 topics", "12 topics", true),
        ("12 topics", "12", false),
        ("cxpulse 0.1.0 (kafka)", "cxpulse 0.1.0…", true),
        ("21272 lines: 21272 applied", "… lines: … applied", true),
        ("21272 lines: 3 late", "… lines: … applied", false),
        ("a{b=\"1\"} 206", "a{b=\"…\"} …", true),
    ] {
        assert_eq!(is_like(line, printed), alike, "{line} | {printed}");
    }
}
