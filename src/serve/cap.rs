//! Who is left out of a page that has room for some series only: whole scopes, the longest inactive first, and as many
//! of one account as of another.

use std::cmp::Reverse;

use crate::domain::bucket::Bucket;

/// What a scope asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    /// Its account, by any number.
    pub(super) account: usize,
    /// When it was last active.
    pub(super) active: Option<Bucket>,
    /// How many series it has.
    pub(super) series: usize,
}

/// Which of the claims are left out, in their order, so that no more than `cap` series stay; and how many series go.
///
/// The accounts take turns, each with its most recently active scope that has no place yet; it is the turn of the one
/// with the fewest series so far. So a small account stays whole however large another is.
pub(super) fn left_out(claims: &[Claim], cap: usize) -> (Vec<bool>, usize) {
    let mut series = 0;
    let mut out = vec![true; claims.len()];
    for place in by_turn(claims) {
        series += claims[place].series;
        if series > cap {
            break;
        }
        out[place] = false;
    }
    let dropped = claims.iter().zip(&out).filter(|(_, out)| **out).map(|(claim, _)| claim.series).sum();
    (out, dropped)
}

/// The places of the claims in the order in which they get room.
fn by_turn(claims: &[Claim]) -> Vec<usize> {
    let recent = |place: usize| (Reverse(claims[place].active), place);
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_unstable_by_key(|&place| (claims[place].account, recent(place)));
    let mut before = vec![0; claims.len()];
    for of_account in order.chunk_by(|&a, &b| claims[a].account == claims[b].account) {
        let mut series = 0;
        for &place in of_account {
            before[place] = series;
            series += claims[place].series;
        }
    }
    order.sort_by_key(|&place| (before[place], recent(place)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(account: usize, minute: i64, series: usize) -> Claim {
        Claim { account, active: Some(Bucket::of(minute * 60_000)), series }
    }

    #[test]
    fn all_stay_where_there_is_room() {
        assert_eq!(left_out(&[claim(0, 5, 3), claim(1, 9, 4)], 7), (vec![false, false], 0));
        assert_eq!(left_out(&[], 0), (vec![], 0));
    }

    #[test]
    fn the_longest_inactive_go_first_and_never_a_part_of_one() {
        let never = Claim { active: None, ..claim(0, 0, 10) };
        let claims = [claim(0, 100, 10), never, claim(0, 300, 10), claim(0, 200, 10)];
        assert_eq!(left_out(&claims, 25), (vec![true, true, false, false], 20));
    }

    #[test]
    fn a_small_account_stays_whole_beside_a_large_one() {
        let mut claims: Vec<Claim> = (0..100).map(|minute| claim(0, 1_000 + minute * 5, 10)).collect();
        claims.extend([claim(1, 5, 10), claim(1, 10, 10)]);
        let (out, dropped) = left_out(&claims, 100);
        assert_eq!(dropped, 920);
        assert_eq!(out[100..], [false, false], "long inactive, but not by the other's fault");
        assert_eq!(out[..92], [true; 92]);
        assert_eq!(out[92..100], [false; 8]);
    }

    #[test]
    fn where_not_every_account_can_have_a_scope_the_most_active_do() {
        let claims: Vec<Claim> = (0..10).map(|account| claim(account, account as i64 * 5, 7)).collect();
        let (out, dropped) = left_out(&claims, 20);
        assert_eq!(out.iter().filter(|out| !**out).count(), 2);
        assert_eq!((out[8], out[9], dropped), (false, false, 56));
    }
}
