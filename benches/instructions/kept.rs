//! The figures that are kept, as text, and what is said when they are counted again.

use std::fmt::Write as _;

/// How far a figure may be from the one that is kept. Two runs of one program agree to a thousandth; a change
/// elsewhere moves what the compiler inlines by some hundredths.
const TOLERANCE: f64 = 0.05;
/// Another compiler makes other instructions of the same source.
const TOLERANCE_OF_ANOTHER_TOOLCHAIN: f64 = 0.15;

/// What to do when a change is meant.
const TO_WRITE: &str = "make instructions ARGS=--write";

const HEAD: &str = "\
# Instructions an event, counted by callgrind over a fixed day: `make check` compares them.
# Written by `make instructions ARGS=--write`; commit it with the change that moved them, and say why.
";

/// Instructions an event, by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    /// What compiled them.
    pub(crate) toolchain: String,
    /// In the order in which they are told.
    pub(crate) counts: Vec<(String, f64)>,
}

impl Kept {
    /// Reads what `to_text` wrote.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (mut toolchain, mut counts) = (None, Vec::new());
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let wrong = || format!("benches/instructions.txt: {line:?} is no name and number; `{TO_WRITE}` writes it");
            match line.split_once(' ').ok_or_else(wrong)? {
                ("toolchain", rest) => toolchain = Some(rest.to_owned()),
                (name, number) => counts.push((name.to_owned(), number.parse().map_err(|_| wrong())?)),
            }
        }
        let toolchain = toolchain.ok_or("benches/instructions.txt names no toolchain")?;
        Ok(Self { toolchain, counts })
    }

    /// As it stands in the file.
    pub(crate) fn to_text(&self) -> String {
        let counts = self.counts.iter().map(|(name, count)| format!("{name} {count:.0}\n"));
        format!("{HEAD}{}toolchain {}\n", counts.collect::<String>(), self.toolchain)
    }

    /// One line for each figure; an error if any of them is out of tolerance, or not in both.
    pub(crate) fn compare(&self, counted: &Self) -> Result<String, String> {
        let tolerance = if self.toolchain == counted.toolchain { TOLERANCE } else { TOLERANCE_OF_ANOTHER_TOOLCHAIN };
        let (mut said, mut is_wrong) = (String::new(), false);
        if self.toolchain != counted.toolchain {
            let (kept, now) = (&self.toolchain, &counted.toolchain);
            let percent = tolerance * 100.0;
            let _ = writeln!(said, "kept with {kept}, counted with {now}: {percent:.0} % may differ");
        }
        for (name, now) in &counted.counts {
            let kept = self.counts.iter().find(|(known, _)| known == name).map_or(f64::NAN, |(_, kept)| *kept);
            let change = now / kept - 1.0;
            // What is not kept is not a number, and no number is within a tolerance of it.
            let is_within = change.abs() <= tolerance;
            is_wrong |= !is_within;
            let word = match (is_within, change > 0.0, change < 0.0) {
                (true, ..) => "",
                (_, true, _) => "  GREW",
                (_, _, true) => "  SHRANK",
                _ => "  NOT KEPT",
            };
            let percent = change * 100.0;
            let _ =
                writeln!(said, "{name:<16} {now:>7.0} instructions an event, kept {kept:.0}: {percent:+.1} %{word}");
        }
        for (name, _) in self.counts.iter().filter(|(name, _)| counted.counts.iter().all(|(known, _)| known != name)) {
            is_wrong = true;
            let _ = writeln!(said, "{name:<16} is kept, and not counted any more");
        }
        if is_wrong { Err(format!("not as kept\n{said}If this is meant: {TO_WRITE}")) } else { Ok(said) }
    }
}

/// What callgrind's file says it counted in all; `None` if that is nothing.
pub(crate) fn total_of(dump: &str) -> Option<u64> {
    let total = dump.lines().find_map(|line| line.strip_prefix("totals: "))?;
    total.trim().parse().ok().filter(|total| *total > 0)
}
