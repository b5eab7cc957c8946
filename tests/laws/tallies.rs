//! Retraction undoes exactly: what is stated and taken back leaves no trace, whatever happened in between.

use std::sync::Arc;

use cxpulse::domain::bucket::{BUCKET_MS, Bucket};
use cxpulse::domain::current::Current;
use cxpulse::domain::day::Day;
use cxpulse::domain::day::flow::Flow;
use cxpulse::domain::day::sums::{Logged, Sums};
use cxpulse::domain::day::tally::Tally;
use cxpulse::domain::day::view::{NamesView, View};
use cxpulse::domain::day::window::Windows;
use cxpulse::domain::fact::{Credit, Fact, FactKind, Row, Scopes, Sign, Signed, Stated};
use cxpulse::domain::names::Name;
use cxpulse::domain::scope::ScopeId;

use super::random::Random;

/// A day, and a moment at its end.
const OLDEST: i64 = 5_000_000;
const NOW_MS: i64 = (OLDEST + 288) * BUCKET_MS;

fn oldest() -> Bucket {
    Bucket::of(OLDEST * BUCKET_MS)
}

/// Where facts count; a message counts in all.
const SCOPES: [Scopes; 4] = [Scopes::ALL, Scopes::ALL, Scopes::ACCOUNT, Scopes::AGENT_SKILL];

/// A fact of the day; values meet, and some need more than 32 bits.
fn fact(random: &mut Random) -> Fact {
    let kinds: Vec<FactKind> = FactKind::ALL.into_iter().filter(|kind| !kind.is_span()).collect();
    let kind = *random.of(&kinds);
    let value = *random.of(&[0, 1, 127, 128, 90_000, 90_001, 5_000_000_000]);
    let name = |random: &mut Random| Name::from_code(random.below(3) as u32);
    Fact {
        at: OLDEST * BUCKET_MS + random.below(8) as i64 * 36 * BUCKET_MS + random.below(300_000) as i64,
        kind,
        value: if kind.duration().is_some() { value } else { 0 },
        scopes: if kind == FactKind::AgentMessage { Scopes::ALL } else { *random.of(&SCOPES) },
        credit: Credit { agent: name(random), skill: name(random), ..Credit::default() },
    }
}

/// Facts of which `staying` are left when all has been stated and some taken back, in an order of no kind.
fn history(random: &mut Random, passing: usize, staying: usize) -> (Vec<Signed>, Vec<Fact>) {
    let mut open: Vec<Fact> = Vec::new();
    let mut history = Vec::new();
    let stays: Vec<Fact> = (0..staying).map(|_| fact(random)).collect();
    let mut all: Vec<(Fact, bool)> = stays.iter().map(|fact| (*fact, true)).collect();
    all.extend((0..passing).map(|_| (fact(random), false)));
    while !all.is_empty() || !open.is_empty() {
        let states = open.is_empty() || !all.is_empty() && random.chance(60);
        if states {
            let (fact, stays) = all.swap_remove(random.below(all.len() as u64) as usize);
            history.push(Signed { fact, sign: Sign::State });
            open.extend((!stays).then_some(fact));
        } else {
            let fact = open.swap_remove(random.below(open.len() as u64) as usize);
            history.push(Signed { fact, sign: Sign::Retract });
        }
    }
    (history, stays)
}

fn stated(facts: Vec<Fact>) -> Vec<Signed> {
    facts.into_iter().map(|fact| Signed { fact, sign: Sign::State }).collect()
}

/// The sums of a day, taken up in pieces.
fn summed(history: &[Signed]) -> Sums {
    let (mut day, mut sums) = (Day::new(oldest(), Flow::default()), Sums::new(false));
    for (number, Signed { fact, sign }) in history.iter().enumerate() {
        let Fact { at, kind, value, scopes, credit } = *fact;
        day.add_row(Row { conversation: None, credit });
        day.add(&[Stated { at, value, row: number as u64, kind, sign: *sign, scopes }]);
        if number % 37 == 0 {
            sums.take_up(&view(&mut day));
        }
    }
    sums.take_up(&view(&mut day));
    sums
}

fn view(day: &mut Day) -> View {
    let (current, names) = (Current::default(), NamesView::default());
    View { now: NOW_MS, policies: Arc::default(), day: day.view(), current, names }
}

fn every_tallied() -> impl Iterator<Item = ScopeId> {
    [ScopeId::Account].into_iter().chain((0..3).map(|code| ScopeId::Skill(Name::from_code(code))))
}

#[test]
fn what_is_stated_and_taken_back_leaves_an_empty_tally_in_every_bucket() {
    for seed in 0..200 {
        let (history, _) = history(&mut Random::new(seed), 300, 0);
        let buckets = summed(&history).buckets;
        for bucket in buckets.newest_first() {
            for scope in every_tallied() {
                let tally = buckets.tally(scope, bucket).cloned().unwrap_or_default();
                assert_eq!(tally, Tally::default(), "seed {seed}, {scope:?} in {bucket:?}");
            }
        }
    }
}

#[test]
fn what_passes_leaves_the_buckets_as_if_it_had_never_been_stated() {
    for seed in 0..200 {
        let (history, stays) = history(&mut Random::new(seed), 200, 60);
        let (passed, never) = (summed(&history).buckets, summed(&stated(stays)).buckets);
        let windows = Windows::at(NOW_MS, &[5, 700, 1440]);
        for scope in every_tallied() {
            assert_eq!(passed.parts(scope, &windows), never.parts(scope, &windows), "seed {seed}, {scope:?}");
        }
    }
}

#[test]
fn what_passes_leaves_an_agents_log_as_if_it_had_never_been_stated() {
    for seed in 0..200 {
        let (history, stays) = history(&mut Random::new(seed), 200, 60);
        let (passed, never) = (summed(&history), summed(&stated(stays)));
        let windows = Windows::at(NOW_MS, &[5, 700, 1440]);
        let skills = (0..3).map(|code| Some(Name::from_code(code)));
        for (agent, skill) in
            (0..3).flat_map(|agent| [None].into_iter().chain(skills.clone()).map(move |of| (agent, of)))
        {
            let [passed, never] =
                [&passed, &never].map(|sums| sums.agent(agent).map(|one| one.log.over(&[skill], &windows).remove(0)));
            let nothing = || Logged { parts: Vec::new(), newest: None };
            assert_eq!(passed.unwrap_or_else(nothing), never.unwrap_or_else(nothing), "seed {seed}, {agent} {skill:?}");
        }
    }
}
