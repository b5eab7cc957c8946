//! The laws catch what they are there for: each deliberate bug of the fold, and nothing where there is none.
//!
//! `cargo test --features planted-bugs --test main planted`.

use cxpulse::domain::planted::{self, Bug};

use crate::laws::{LAWS, breaks};
use crate::stories;

/// How many sets each law looks at: a few of the usual.
const SETS: u64 = 40;

/// What notices a bug: the first law that it breaks, or the stories.
fn caught(bug: Option<Bug>) -> Option<&'static str> {
    let law = || LAWS.into_iter().find(|(_, law)| breaks(*law, SETS)).map(|(name, _)| name);
    let story = || stories::untold_by_the_fold().map(|_| "the stories");
    planted::with(bug, || law().or_else(story))
}

#[test]
fn planted_nowhere_nothing_is_caught() {
    assert_eq!(caught(None), None);
}

#[test]
fn planted_anywhere_it_is_caught() {
    let missed: Vec<Bug> = planted::ALL.into_iter().filter(|bug| caught(Some(*bug)).is_none()).collect();
    assert_eq!(missed, [] as [Bug; 0], "no law and no story notices these");
}
