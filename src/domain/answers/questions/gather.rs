//! Answers from the facts: one pass over the buckets asked for, each fact added to its group and interval.

use std::collections::BTreeMap;

use super::asked::Asked;
use super::groups::{Groups, Part};
use super::spans::AgentSpans;
use super::{Answer, AnswerRow, Dimension, Ids};
use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::numbers;
use crate::domain::answers::open_visits::open_visits;
use crate::domain::answers::standing::facts_standing;
use crate::domain::bucket::Bucket;
use crate::domain::day::tally::{Tally, Times};
use crate::domain::fact::{Credit, FactKind, Row, Stated};
use crate::domain::names::Name;
use crate::domain::span::Span;

/// The parts of one group, by interval; without intervals there is one.
type Parts = Vec<Option<Box<Part>>>;

struct Gathering<'a> {
    asked: &'a Asked<'a>,
    /// The time of each part; the whole frame where there are no intervals.
    spans: Vec<Span>,
    groups: Groups<'a>,
    /// By agent code, where presence is asked for.
    presence: BTreeMap<u32, AgentSpans>,
}

/// The answer to a question; nothing if it has more numbers than so many rows and intervals.
pub(super) fn answer(asked: &Asked<'_>, most: usize) -> Option<Answer> {
    let whole = asked.question.frame.span(asked.view.now);
    let intervals = asked.intervals();
    let spans = if intervals.is_empty() { vec![whole] } else { intervals.clone() };
    let mut gathering = Gathering::new(asked, spans);
    gathering.read_facts(most)?;
    gathering.read_running();
    gathering.add_presence();
    let overlapping = asked.question.group_by.contains(&Dimension::Topic);
    Some(Answer { span: whole, rows: gathering.rows(intervals.len()), intervals, overlapping })
}

/// The rows of a frame from what there is to know of it: what happened in it, and what goes on for a while and reaches into
/// it.
pub(super) fn rows(asked: &Asked<'_>, happened: &[(Stated, Row)], reaching: &[(Stated, Row)]) -> Vec<AnswerRow> {
    let mut gathering = Gathering::new(asked, vec![asked.question.frame.span(asked.view.now)]);
    for (fact, row) in happened.iter().filter(|(fact, _)| asked.covers_kind(fact)) {
        gathering.groups.add(fact, 0, || row.credit);
    }
    reaching.iter().for_each(|(fact, row)| gathering.add_span(fact, row));
    gathering.read_running();
    gathering.add_presence();
    gathering.rows(0)
}

impl<'a> Gathering<'a> {
    fn new(asked: &'a Asked<'a>, spans: Vec<Span>) -> Self {
        let groups = Groups::new(asked, spans.len());
        Self { asked, spans, groups, presence: BTreeMap::new() }
    }

    fn read_facts(&mut self, most: usize) -> Option<()> {
        let asked = self.asked;
        let (frame, day) = (asked.question.frame, &asked.view.day);
        for bucket in day.newest_first().take_while(|bucket| *bucket >= frame.from) {
            let place = frame.place(bucket, asked.view.now).map(|bucket| self.place_of(bucket));
            // Spans lie in the bucket of their end, which may come after the frame.
            for fact in facts_standing(day, bucket) {
                if fact.kind.is_span() {
                    self.add_span(&fact, &day.rows.get(fact.row));
                } else if let Some(place) = place.filter(|_| asked.covers_kind(&fact)) {
                    self.groups.add(&fact, place, || day.rows.get(fact.row).credit);
                }
            }
            if self.groups.len() > most {
                return None;
            }
        }
        Some(())
    }

    /// The part into which a bucket of the frame falls.
    fn place_of(&self, bucket: Bucket) -> usize {
        let buckets = self.asked.question.interval_buckets.map_or(i64::MAX, i64::from);
        (bucket.since(self.asked.question.frame.from) / buckets) as usize
    }

    fn add_span(&mut self, fact: &Stated, row: &Row) {
        if !self.asked.covers(fact, &row.credit) || !self.asked.is_in_time(fact.bucket(), fact) {
            return;
        }
        if fact.kind == FactKind::Visit {
            self.add_focus(fact.span(), &row.credit);
        }
        if self.asked.question.has_presence() {
            self.presence.entry(Name::to_code(row.credit.agent)).or_default().add(fact.kind, fact.span());
        }
    }

    fn add_focus(&mut self, span: Span, credit: &Credit) {
        self.add_times(credit, span, |focus_ms| Times { focus_ms, ..Times::default() });
    }

    /// Adds time spent, as much of it as lies in each part.
    fn add_times(&mut self, credit: &Credit, span: Span, times: impl Fn(i64) -> Times) {
        for place in 0..self.spans.len() {
            let ms = self.spans[place].overlap_ms(span);
            if ms > 0 {
                self.groups.add_times(place, times(ms), credit);
            }
        }
    }

    /// What runs: visits that go on, and statuses that hold.
    fn read_running(&mut self) {
        let asked = self.asked;
        for visit in open_visits(asked) {
            if asked.covers_credit(&visit.credit) {
                let span = Span { from: visit.since, to: asked.view.now };
                self.add_focus(span, &visit.credit);
                if asked.question.has_presence() {
                    self.presence.entry(visit.code).or_default().add(FactKind::Visit, span);
                }
            }
        }
        if asked.question.has_presence() {
            self.read_statuses();
        }
    }

    fn read_statuses(&mut self) {
        for (code, now) in self.asked.view.current.agents.iter().enumerate() {
            let credit = Credit { agent: Name::from_code(code as u32), ..Credit::default() };
            if let Some(held) = now.status.filter(|_| self.asked.covers_credit(&credit)) {
                self.presence.entry(code as u32).or_default().add_status(held);
            }
        }
    }

    fn add_presence(&mut self) {
        for (code, spans) in std::mem::take(&mut self.presence) {
            let credit = Credit { agent: Name::from_code(code), ..Credit::default() };
            for (span, status) in spans.statuses() {
                self.add_times(&credit, span, |ms| Times::of_status(status, ms));
            }
            for span in spans.visits_online() {
                self.add_times(&credit, span, |focus_online_ms| Times { focus_online_ms, ..Times::default() });
            }
        }
    }

    /// The rows by name: two numbers may have one name, since a line may be called as what stands for none.
    fn rows(self, intervals: usize) -> Vec<AnswerRow> {
        let mut by_name: BTreeMap<Ids, Parts> = BTreeMap::new();
        let Self { asked, spans, groups, .. } = self;
        let nothing = || vec![None; spans.len()];
        if asked.question.group_by.is_empty() && !asked.asks_for_nobody {
            by_name.insert(Ids::new(), nothing());
        }
        for (key, parts) in groups.drain() {
            let of_name = by_name.entry(asked.ids(key)).or_insert_with(nothing);
            for (to, part) in of_name.iter_mut().zip(parts) {
                match to {
                    Some(to) => part.into_iter().for_each(|part| to.merge(&part)),
                    None => *to = part,
                }
            }
        }
        let row = |(ids, parts): (Ids, Parts)| {
            let nothing = Part::default();
            let of_place = |place: usize| numbers_of(asked, parts[place].as_deref().unwrap_or(&nothing));
            let whole = if parts.len() == 1 { of_place(0) } else { numbers_of(asked, &Part::sum(&parts)) };
            AnswerRow { ids, metrics: Box::new(whole), intervals: (0..intervals).map(of_place).collect() }
        };
        let is_shown = |row: &AnswerRow| asked.question.group_by.is_empty() || !row.metrics.is_zero();
        by_name.into_iter().map(row).filter(is_shown).collect()
    }
}

fn numbers_of(asked: &Asked<'_>, part: &Part) -> Metrics {
    metrics(asked, &part.tally, [part.contacts.count(), part.agents.count()])
}

/// The numbers of a group, and how many contacts and agents wrote in it.
pub(super) fn metrics(asked: &Asked<'_>, tally: &Tally, [contacts, agents]: [u64; 2]) -> Metrics {
    let question = &asked.question;
    let (availability, utilisation) = numbers::presence(tally.times());
    let has_presence = question.has_presence();
    Metrics {
        active_agents: agents,
        unique_contacts: question.has_contacts().then_some(contacts),
        availability: has_presence.then_some(availability),
        utilisation: has_presence.then_some(utilisation),
        minimum_n: asked.view.policy().minimum_n,
        ..Metrics::from(tally)
    }
}
