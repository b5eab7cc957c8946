//! What a number leaves out, rule by rule: how much of it, and the newest.
//!
//! All facts that some rule leaves out are read together: a number has up to six rules, and a day many facts.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::behind::{focus_not_online, light};
use super::light::{Light, newest_first, sort};
use super::{Counts, EXCLUDED_ROWS, Excluded, What, told};
use crate::domain::answers::catalogue::{LATE, LeftOut, Metric, Missing, left_out};
use crate::domain::answers::questions::asked::Asked;
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;
use crate::domain::fact::FactKind as K;
use crate::domain::names::Name;

const CLOSES: &[K] = &[K::ClosedByAgent, K::ClosedByCustomer, K::ClosedBySystem];
/// A close that resolved, whether or not a reopening took it back.
const RESOLUTIONS: &[K] = &[K::Resolved, K::ResolvedWithin, K::ResolvedMissed, K::ResolutionReopened];

/// What is left out of a number, in the order of its rules.
pub(super) fn excluded<'v>(asked: &Asked<'v>, metric: Metric) -> Vec<Excluded<'v>> {
    if !asked.question.has(metric.entry.scopes) {
        return Vec::new();
    }
    let mut rules: Vec<Rule<'v>> = left_out(&metric.entry.path).iter().map(Rule::of).collect();
    read_facts(asked, &mut rules);
    for rule in &mut rules {
        let others: Vec<Light> = match rule.what {
            Missing::OpenWaits => open_waits(asked),
            Missing::FocusNotOnline => focus_not_online(asked, metric).collect(),
            Missing::Facts(_)
            | Missing::Unanswered
            | Missing::Unresolving
            | Missing::WithoutContact
            | Missing::LateEvents => continue,
        };
        others.iter().for_each(|light| rule.add(asked, light));
    }
    let all = rules.into_iter().map(|rule| rule.excluded).chain([late(asked)]);
    all.filter(|excluded| excluded.count > 0).collect()
}

/// The events that came too late, in the time of the question, to be counted in any.
fn late<'v>(asked: &Asked<'v>) -> Excluded<'v> {
    let LeftOut { reason, rule, .. } = LATE;
    let (frame, newest) = (asked.question.frame(), Bucket::asked_at(asked.view.now));
    let is_asked_for = |bucket: Bucket| (frame.from..=frame.to).contains(&bucket.min(newest));
    let late = asked.view.day.late.iter().filter(|(bucket, _)| is_asked_for(*bucket));
    let count = if asked.question.touches_only(&[]) { late.map(|(_, count)| count).sum() } else { 0 };
    Excluded { rule, reason, count, rows: Vec::new() }
}

/// A rule, and what it left out so far.
struct Rule<'v> {
    what: Missing,
    excluded: Excluded<'v>,
    /// How often there is something of a conversation and moment, beside which a fact is not left out.
    beside: HashMap<(Option<Name>, Millis), u32, FixedState>,
}

impl<'v> Rule<'v> {
    fn of(left_out: &LeftOut) -> Self {
        let LeftOut { reason, rule, what } = *left_out;
        Self { what, excluded: Excluded { rule, reason, count: 0, rows: Vec::new() }, beside: HashMap::default() }
    }

    /// The kinds of the facts that it may leave out.
    fn kinds(&self) -> &'static [K] {
        match self.what {
            Missing::Facts(kinds) => kinds,
            Missing::Unanswered => &[K::SurveySent],
            Missing::Unresolving => CLOSES,
            Missing::WithoutContact => &[K::CustomerMessage],
            Missing::OpenWaits | Missing::FocusNotOnline | Missing::LateEvents => &[],
        }
    }

    /// The kinds of facts beside which, of the same conversation and moment, it does not leave one out.
    fn kinds_beside(&self) -> &'static [K] {
        match self.what {
            Missing::Unanswered => &[K::SurveySentAnswered],
            Missing::Unresolving => RESOLUTIONS,
            _ => &[],
        }
    }

    fn leaves_out(&mut self, kind: K, light: &Light) -> bool {
        if !self.kinds().contains(&kind) || self.what == Missing::WithoutContact && light.credit.contact.is_some() {
            return false;
        }
        match self.beside.get_mut(&(light.conversation, light.at)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        }
    }

    fn add(&mut self, asked: &Asked<'v>, light: &Light) {
        self.excluded.count += 1;
        if self.excluded.rows.len() < EXCLUDED_ROWS {
            self.excluded.rows.push(told::row(asked.view, light));
        }
    }
}

/// Gives each rule the facts that it leaves out.
fn read_facts<'v>(asked: &Asked<'v>, rules: &mut [Rule<'v>]) {
    for (kind, light) in facts(asked, rules.iter().flat_map(Rule::kinds_beside).copied().collect()) {
        for rule in rules.iter_mut().filter(|rule| rule.kinds_beside().contains(&kind)) {
            *rule.beside.entry((light.conversation, light.at)).or_default() += 1;
        }
    }
    for (kind, light) in facts(asked, rules.iter().flat_map(Rule::kinds).copied().collect()) {
        for rule in rules.iter_mut() {
            if rule.leaves_out(kind, &light) {
                rule.add(asked, &light);
            }
        }
    }
}

/// The facts of some kinds, newest first.
fn facts<'a>(asked: &'a Asked<'a>, kinds: Vec<K>) -> impl Iterator<Item = (K, Light)> + 'a {
    let is_asked_for = !kinds.is_empty();
    let rows = is_asked_for.then(|| {
        newest_first(asked, Vec::new(), move |fact, row| {
            let value = fact.kind.points().or(fact.kind.has_value().then_some(fact.value));
            kinds.contains(&fact.kind).then(|| light(fact, row, fact.at, value))
        })
    });
    rows.into_iter().flatten().filter_map(|light| match light.what {
        What::Fact(kind) => Some((kind, light)),
        What::Waiting => None,
    })
}

/// The waits that go on and began by the end of the frame.
fn open_waits(asked: &Asked<'_>) -> Vec<Light> {
    let until = asked.question.frame().span(asked.view.now).to;
    let waits = asked.view.current.open.iter().filter_map(|open| {
        let at = open.waiting_since().filter(|since| *since <= until)?;
        let credit = open.credit();
        let (what, value) = (What::Waiting, Some(asked.view.now - at));
        let (conversation, counts) = (Some(open.conversation), Counts::default());
        let wait = Light { at, what, value, conversation, credit, counts, running: true };
        asked.covers_credit(&credit).then_some(wait)
    });
    sort(asked, waits.collect())
}
