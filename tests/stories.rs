//! The stories of `scenarios/*.txt`, told to the fold and to the batch reference.

use std::path::Path;

use crate::engine::{Engine, Reference};
use crate::scenarios::{Subject, run};

fn hold(subject: &dyn Subject) {
    if let Some(untold) = untold(subject) {
        panic!("{untold}");
    }
}

fn untold(subject: &dyn Subject) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let failures = run(&folder, subject);
    let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
    (!failures.is_empty()).then(|| format!("{} expectations do not hold:\n{}", told.len(), told.join("\n")))
}

/// What the fold tells differently, if anything.
#[cfg(feature = "planted-bugs")]
pub(crate) fn untold_by_the_fold() -> Option<String> {
    untold(&Engine)
}

#[test]
fn the_fold_tells_every_story_as_it_was_worked_out_by_hand() {
    hold(&Engine);
}

#[test]
fn the_batch_reference_tells_the_same_stories() {
    hold(&Reference);
}
