//! How many instructions an event takes to decode and to fold, compared with what is kept in `benches/instructions.txt`.
//!
//! Time depends on what else the machine does; instructions do not. So these few figures can stand in `make check`: they
//! say that a change made the fold dearer before anybody measures it. Callgrind counts them over one small fixed day.
//! They say nothing of misses of the caches, which the other benches are for.
//!
//! `make instructions` builds it as the file's figures were built, and then counts and compares; with `ARGS=--write` it
//! writes the file anew, for a change that is meant. Built in another way, it counts other figures.

mod kept;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use cxpulse::board::Board;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::fold::pass::{PassSettings, Passes};
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::wire::batch::RecordBatch;
use cxpulse::wire::{Decoded, decode};
use kept::Kept;
use support::{END, day, flags, record_batches};

const CONVERSATIONS: u64 = 2_000;
const AGENTS: u32 = 100;
/// Records of a batch, as a poll brings them.
const POLLED: usize = 512;

/// What is counted: the name in the file, and the function of this program that does it and nothing else.
const COUNTED: [(&str, &str); 3] = [("decode", "decode_all"), ("decode-and-fold", "fold_all"), ("pass", "pass_once")];

/// Where callgrind writes what it counted.
const OUT: &str = "out";

fn main() -> ExitCode {
    let flags = flags();
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    if let [first, function] = flags.as_slice()
        && first == "--run"
    {
        run(function);
        return ExitCode::SUCCESS;
    }
    if !has("--count") {
        println!("instructions: `make instructions` builds this as the figures in benches/instructions.txt were built");
        return ExitCode::SUCCESS;
    }
    match count().and_then(|counted| if has("--write") { write(&counted) } else { compare(&counted) }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("instructions: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.txt")
}

fn write(counted: &Kept) -> Result<(), String> {
    print!("{}", counted.to_text());
    fs::write(file(), counted.to_text()).map_err(|error| format!("{}: {error}", file().display()))
}

fn compare(counted: &Kept) -> Result<(), String> {
    let text = fs::read_to_string(file()).map_err(|error| format!("{}: {error}", file().display()))?;
    let kept = Kept::parse(&text)?;
    kept.compare(counted).map(|said| print!("{said}"))
}

/// What callgrind counts of this program's own `--run`.
fn count() -> Result<Kept, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("instructions-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let counted = count_in(&folder);
    // What is left there disturbs nobody.
    let _removed = fs::remove_dir_all(&folder);
    counted
}

fn count_in(folder: &Path) -> Result<Kept, String> {
    let out = folder.join(OUT);
    let count = |(name, function): (&str, &str)| Ok((name.to_owned(), count_function(function, &out)?));
    let counts = COUNTED.into_iter().map(count).collect::<Result<_, String>>()?;
    Ok(Kept { toolchain: toolchain()?, counts })
}

/// Instructions an event within one function, in a run of its own: callgrind counts two in one only together.
fn count_function(function: &str, out: &Path) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet", &format!("--callgrind-out-file={}", out.display())]);
    valgrind.arg(format!("--toggle-collect=*::{function}")).arg(program).args(["--run", function]);
    let output = valgrind.output().map_err(|error| {
        format!(
            "valgrind does not start ({error}); `make setup-instructions` installs it, and nothing has been counted"
        )
    })?;
    if !output.status.success() {
        return Err(format!("valgrind ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let events = said.trim().parse::<u64>().map_err(|_| format!("not a number of events: {said:?}"))?;
    let dump = fs::read_to_string(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let total = kept::total_of(&dump).ok_or_else(|| format!("callgrind counted nothing in {function}"))?;
    Ok(total as f64 / events as f64)
}

/// The compiler, on which the figures depend.
fn toolchain() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("unknown").to_owned();
    Ok(format!("rustc {} {}", line("release: "), line("host: ")))
}

/// Does what `function` does, and little else but the making of the records. Prints how many events there were.
fn run(function: &str) {
    let batches = record_batches(&mut day(CONVERSATIONS, AGENTS), POLLED);
    let events: usize = batches.iter().map(RecordBatch::len).sum();
    if function == "decode_all" {
        assert_eq!(decode_all(&batches), events, "all of them are events");
    } else {
        let board = Arc::new(Board::new(&[5, 15, 30, 60, 240, 720, 1440]));
        let mut passes = Passes::new(PassSettings::default(), board);
        let outcomes = Arc::<Outcomes>::default();
        let mut fold = Fold::new(FoldSettings::default(), Arc::<PolicyBook>::default(), outcomes, END);
        fold_all(&mut fold, &batches);
        fold.set_caught_up();
        pass_once(&mut fold, &mut passes);
    }
    println!("{events}");
}

#[inline(never)]
fn decode_all(batches: &[RecordBatch]) -> usize {
    let records = batches.iter().flat_map(RecordBatch::records);
    records.filter(|record| matches!(black_box(decode(&record.as_ref())), Decoded::Event(_))).count()
}

#[inline(never)]
fn fold_all(fold: &mut Fold, batches: &[RecordBatch]) {
    for batch in batches {
        fold.fold(black_box(batch), &mut |record, _| panic!("{} is an event", record.place.identity_text()));
    }
}

#[inline(never)]
fn pass_once(fold: &mut Fold, passes: &mut Passes) {
    let handover = fold.tick(END).expect("it has caught up");
    assert!(black_box(passes.pass(handover)).is_some(), "there is something to say");
}
