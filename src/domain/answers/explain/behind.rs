//! The rows behind a number: the facts that the catalogue names for it, and what of them goes on.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use super::light::{Light, newest_first};
use super::{Counts, What};
use crate::domain::answers;
use crate::domain::answers::catalogue::Metric;
use crate::domain::answers::questions::asked::Asked;
use crate::domain::event::{Millis, Status};
use crate::domain::fact::{Credit, FactKind, Row, Stated};
use crate::domain::names::Name;
use crate::domain::span::Span;

/// How the facts of a number count, by kind.
struct Behind<'a> {
    asked: &'a Asked<'a>,
    counts: [Counts; FactKind::COUNT],
    span: Span,
    /// When each agent was online, where a visit counts only then.
    online: Option<Online>,
    /// By what people are told apart, where people are counted.
    person: Option<fn(&Credit) -> Option<Name>>,
}

/// By agent code.
type Online = HashMap<u32, Vec<Span>, FixedState>;

/// The rows behind a number, newest first.
pub(super) fn rows<'a>(asked: &'a Asked<'a>, metric: Metric) -> impl Iterator<Item = Light> + 'a {
    let behind = Behind::of(asked, metric);
    let (going_on, person) = (behind.going_on(), behind.person);
    let mut seen: HashSet<Name, FixedState> = HashSet::default();
    let rows = newest_first(asked, going_on, move |fact, row| behind.row(fact, row));
    rows.map(move |light| {
        // Whoever wrote is counted once, by the newest message.
        let is_known = person.and_then(|of| of(&light.credit)).is_some_and(|person| !seen.insert(person));
        if is_known { Light { counts: Counts::default(), ..light } } else { light }
    })
}

/// What of each visit in the frame the agent was not online: rows that count nowhere.
pub(super) fn focus_not_online<'a>(asked: &'a Asked<'a>, metric: Metric) -> impl Iterator<Item = Light> + 'a {
    let behind = Behind::of(asked, metric);
    let rest = move |span: Span, credit: &Credit| span.length_ms() - behind.part_ms(FactKind::Visit, span, credit);
    let frame = asked.question.frame().span(asked.view.now);
    let rest_of = move |light: Light, span: Span| {
        let rest_ms = rest(span, &light.credit);
        (rest_ms > 0).then_some(Light { value: Some(rest_ms), counts: Counts::default(), ..light })
    };
    let going_on = open_visits(asked).filter_map(|(light, span)| rest_of(light, span)).collect();
    newest_first(asked, going_on, move |fact, row| {
        let span = fact.span().shared(frame);
        let is_visit = fact.kind == FactKind::Visit;
        is_visit.then(|| rest_of(light(fact, row, span.to, None), span)).flatten()
    })
}

/// The visits that go on, as far as they lie in the frame.
fn open_visits(asked: &Asked<'_>) -> impl Iterator<Item = (Light, Span)> {
    let (frame, now) = (asked.question.frame().span(asked.view.now), asked.view.now);
    answers::open_visits::open_visits(asked).into_iter().filter_map(move |visit| {
        let span = Span { from: visit.since, to: now }.shared(frame);
        let conversation = Some(visit.conversation);
        let light = Light { conversation, ..going_on(FactKind::Visit, span, visit.credit) };
        (span.length_ms() > 0).then_some((light, span))
    })
}

impl<'a> Behind<'a> {
    fn of(asked: &'a Asked<'a>, metric: Metric) -> Self {
        let mut counts = [Counts::default(); FactKind::COUNT];
        let above = metric.above();
        // Of time in visits while online the visits are counted; the statuses only say how much of them.
        let is_focus_online = above.contains(&FactKind::Visit) && above.contains(&FactKind::Online);
        for kind in above.into_iter().filter(|kind| !is_focus_online || *kind != FactKind::Online) {
            counts[kind as usize].numerator = true;
        }
        for kind in metric.entry.denominator {
            counts[*kind as usize].denominator = true;
        }
        let person: Option<fn(&Credit) -> Option<Name>> = match metric.entry.path.as_str() {
            "active_agents" => Some(|credit| credit.agent),
            "unique_contacts" => Some(|credit| credit.contact),
            _ => None,
        };
        let span = asked.question.frame().span(asked.view.now);
        Self { asked, counts, span, online: is_focus_online.then(|| online(asked)), person }
    }

    fn row(&self, fact: &Stated, row: &Row) -> Option<Light> {
        let counts = self.counts[fact.kind as usize];
        if counts == Counts::default() || self.person.is_some_and(|of| of(&row.credit).is_none()) {
            return None;
        }
        if !fact.kind.is_span() {
            let value = fact.kind.points().or(fact.kind.has_value().then_some(fact.value));
            return Some(Light { counts, ..light(fact, row, fact.at, value) });
        }
        let span = fact.span().shared(self.span);
        let value = self.part_ms(fact.kind, span, &row.credit);
        (value > 0).then(|| Light { counts, ..light(fact, row, span.to, Some(value)) })
    }

    /// What of a span counts: of a visit, where it says so, what the agent was online.
    fn part_ms(&self, kind: FactKind, span: Span, credit: &Credit) -> Millis {
        match &self.online {
            Some(online) if kind == FactKind::Visit => {
                let online = online.get(&Name::to_code(credit.agent)).into_iter().flatten();
                online.map(|online| online.overlap_ms(span)).sum()
            }
            _ => span.length_ms(),
        }
    }

    /// Visits and statuses that go on, as far as they are counted.
    fn going_on(&self) -> Vec<Light> {
        let all = open_visits(self.asked).chain(statuses(self.asked, self.span));
        let counted = all.filter_map(|(light, span)| {
            let What::Fact(kind) = light.what else { return None };
            let (counts, value) = (self.counts[kind as usize], self.part_ms(kind, span, &light.credit));
            let is_counted = counts != Counts::default() && value > 0 && self.asked.covers_credit(&light.credit);
            is_counted.then_some(Light { value: Some(value), counts, ..light })
        });
        counted.collect()
    }
}

/// The last status of each agent, which no other has followed, as far as it lies in the frame; it may have lapsed.
fn statuses<'a>(asked: &'a Asked<'a>, frame: Span) -> impl Iterator<Item = (Light, Span)> + 'a {
    let agents = asked.view.current.agents.iter().enumerate();
    agents.filter_map(move |(code, now)| {
        let held = now.status?;
        let kind = match held.status {
            Status::Online => FactKind::Online,
            Status::Away => FactKind::Away,
            Status::Offline => return None,
        };
        let span = held.span.shared(frame);
        let credit = Credit { agent: Name::from_code(code as u32), ..Credit::default() };
        let light = Light { running: !now.has_lapsed, ..going_on(kind, span, credit) };
        (span.length_ms() > 0).then_some((light, span))
    })
}

/// When agents were online in the frame.
fn online(asked: &Asked<'_>) -> Online {
    let frame = asked.question.frame().span(asked.view.now);
    let mut online = Online::default();
    let facts = newest_first(asked, Vec::new(), move |fact, row| {
        let span = fact.span().shared(frame);
        (fact.kind == FactKind::Online).then(|| light(fact, row, span.to, Some(span.length_ms())))
    });
    let last = statuses(asked, frame).filter(|(light, _)| light.what == What::Fact(FactKind::Online));
    let last = last.map(|(light, span)| Light { value: Some(span.length_ms()), ..light });
    for light in facts.chain(last) {
        let span = Span { from: light.at - light.value.unwrap_or_default(), to: light.at };
        online.entry(Name::to_code(light.credit.agent)).or_default().push(span);
    }
    online
}

/// A fact as a row that counts nowhere yet.
pub(super) fn light(fact: &Stated, row: &Row, at: Millis, value: Option<Millis>) -> Light {
    let (conversation, credit, counts) = (row.conversation, row.credit, Counts::default());
    Light { at, what: What::Fact(fact.kind), value, conversation, credit, counts, running: false }
}

fn going_on(kind: FactKind, span: Span, credit: Credit) -> Light {
    let (what, value) = (What::Fact(kind), Some(span.length_ms()));
    Light { at: span.to, what, value, conversation: None, credit, counts: Counts::default(), running: true }
}
