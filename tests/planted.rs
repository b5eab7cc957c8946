//! The laws catch what they are there for: each deliberate bug of the fold, and nothing where there is none.
//!
//! `cargo test --features planted-bugs --test main planted`.

use cxpulse::domain::planted::{self, Bug};

use crate::laws::random::Set;
use crate::laws::{LAWS, broken};
use crate::stories;

/// How many sets each law looks at, a few of the usual.
const SETS: u64 = 40;

/// The first law, or the stories, that a bug breaks.
fn caught(bug: Option<Bug>) -> Option<String> {
    let broken = |(name, law)| broken(law, 0..SETS, Set::random).map(|told| format!("{name}: {told}"));
    planted::with(bug, || LAWS.into_iter().find_map(broken).or_else(stories::untold_by_the_fold))
}

#[test]
fn planted_nowhere_nothing_is_caught() {
    assert_eq!(caught(None), None);
}

#[test]
fn planted_anywhere_it_is_caught() {
    let missed: Vec<Bug> = planted::ALL.into_iter().filter(|bug| caught(Some(*bug)).is_none()).collect();
    assert_eq!(missed, [], "no law and no story notices these");
}
