//! The stories of `scenarios/*.txt`, told to the fold and to the batch reference.

use std::path::Path;

use crate::engine::{Engine, Reference};
use crate::scenarios::{Subject, run};

fn hold(subject: &dyn Subject) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let failures = run(&folder, subject);
    let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} expectations do not hold:\n{}", told.len(), told.join("\n"));
}

#[test]
fn the_fold_tells_every_story_as_it_was_worked_out_by_hand() {
    hold(&Engine);
}

#[test]
fn the_batch_reference_tells_the_same_stories() {
    hold(&Reference);
}
