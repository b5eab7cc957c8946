//! What `make check` says of the instructions an event takes: nothing of noise, and of a change which, by how much, and
//! what to do.

#[path = "../benches/instructions/kept.rs"]
mod kept;

use kept::{Kept, total_of};

const TOOLCHAIN: &str = "rustc 1.95.0 x86_64-unknown-linux-gnu";

fn of(toolchain: &str, counts: &[(&str, f64)]) -> Kept {
    let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    Kept { toolchain: toolchain.to_owned(), counts }
}

#[test]
fn the_file_is_read_as_it_was_written() {
    let kept = of(TOOLCHAIN, &[("decode", 1837.0), ("decode-and-fold", 6980.0)]);
    assert_eq!(Kept::parse(&kept.to_text()), Ok(kept));
    let problem = Kept::parse("decode many\n").expect_err("it is no number");
    assert!(problem.contains("\"decode many\"") && problem.contains("make instructions ARGS=--write"), "{problem}");
    assert!(Kept::parse("decode 1\n").is_err(), "it does not say what compiled it");
}

#[test]
fn the_file_of_the_benches_can_be_read() {
    let text = include_str!("../benches/instructions.txt");
    let kept = Kept::parse(text).expect("the bench wrote it");
    assert_eq!(kept.to_text(), text);
}

#[test]
fn a_difference_within_five_percent_is_none() {
    let kept = of(TOOLCHAIN, &[("decode", 1000.0), ("fold", 2000.0)]);
    let said = kept.compare(&of(TOOLCHAIN, &[("decode", 1049.0), ("fold", 1904.0)])).expect("both are near");
    assert!(said.contains("+4.9 %") && said.contains("-4.8 %") && !said.contains("GREW"), "{said}");
}

#[test]
fn what_grew_or_shrank_is_named_with_the_command_that_keeps_it() {
    let kept = of(TOOLCHAIN, &[("decode", 1000.0), ("fold", 2000.0)]);
    let said = kept.compare(&of(TOOLCHAIN, &[("decode", 1060.0), ("fold", 1880.0)])).expect_err("both are far");
    assert!(said.contains("1060 instructions an event, kept 1000: +6.0 %  GREW"), "{said}");
    assert!(said.contains("1880 instructions an event, kept 2000: -6.0 %  SHRANK"), "{said}");
    assert!(said.ends_with("If this is meant: make instructions ARGS=--write"), "{said}");
}

#[test]
fn a_figure_that_is_not_kept_or_not_counted_is_a_difference() {
    let both = of(TOOLCHAIN, &[("decode", 1000.0), ("fold", 2000.0)]);
    let one = of(TOOLCHAIN, &[("decode", 1000.0)]);
    assert!(one.compare(&both).expect_err("fold is new").contains("NOT KEPT"));
    assert!(both.compare(&one).expect_err("fold is gone").contains("not counted any more"));
}

#[test]
fn another_compiler_may_differ_by_more_and_is_named() {
    let kept = of(TOOLCHAIN, &[("fold", 1000.0)]);
    let other = "rustc 1.91.0 x86_64-unknown-linux-gnu";
    let said = kept.compare(&of(other, &[("fold", 1140.0)])).expect("another compiler");
    assert!(said.starts_with(&format!("kept with {TOOLCHAIN}, counted with {other}: 15 % may differ\n")), "{said}");
    assert!(kept.compare(&of(other, &[("fold", 1160.0)])).is_err());
}

#[test]
fn nothing_counted_is_no_count() {
    assert_eq!(total_of("version: 1\nevents: Ir\nfn=main\n1 42\ntotals: 42\n"), Some(42));
    assert_eq!(total_of("version: 1\nevents: Ir\ntotals: 0\n"), None, "no function was called so");
    assert_eq!(total_of(""), None);
}
