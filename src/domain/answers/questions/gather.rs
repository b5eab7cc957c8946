//! Answers from the facts: one pass over the buckets asked for, each fact added to its group and interval.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::FixedState;

use super::asked::{Asked, Key};
use super::spans::AgentSpans;
use super::{Answer, AnswerRow, Dimension};
use crate::domain::answers::metrics::Metrics;
use crate::domain::answers::numbers;
use crate::domain::answers::open_visits::open_visits;
use crate::domain::answers::standing::standing;
use crate::domain::bucket::Bucket;
use crate::domain::day::tally::{Tally, Times};
use crate::domain::fact::{Credit, FactKind, Row, Sign, Stated};
use crate::domain::names::Name;
use crate::domain::span::Span;

/// What is gathered of one group in one interval.
#[derive(Default, Clone)]
struct Part {
    tally: Tally,
    contacts: HashSet<Name, FixedState>,
    agents: HashSet<Name, FixedState>,
}

/// The parts of one group, by interval; without intervals there is one.
type Parts = BTreeMap<usize, Part>;

struct Gathering<'a> {
    asked: &'a Asked<'a>,
    /// The time of each part; the whole frame where there are no intervals.
    spans: Vec<Span>,
    groups: HashMap<Key, Parts, FixedState>,
    /// By agent code, where presence is asked for.
    presence: BTreeMap<u32, AgentSpans>,
}

/// The answer to a question.
pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    let whole = asked.question.frame.span(asked.view.now);
    let intervals = asked.intervals();
    let spans = if intervals.is_empty() { vec![whole] } else { intervals.clone() };
    let (groups, presence) = (HashMap::default(), BTreeMap::new());
    let mut gathering = Gathering { asked, spans, groups, presence };
    gathering.read_facts();
    gathering.read_running();
    gathering.add_presence();
    let overlapping = asked.question.group_by.contains(&Dimension::Topic);
    Answer { span: whole, rows: gathering.rows(intervals.len()), intervals, overlapping }
}

/// The rows of a frame from what there is to know of it: what happened in it, and what goes on for a while and reaches into
/// it.
pub(super) fn rows(asked: &Asked<'_>, happened: &[(Stated, Row)], reaching: &[(Stated, Row)]) -> Vec<AnswerRow> {
    let spans = vec![asked.question.frame.span(asked.view.now)];
    let (groups, presence) = (HashMap::default(), BTreeMap::new());
    let mut gathering = Gathering { asked, spans, groups, presence };
    happened.iter().for_each(|(fact, row)| gathering.add(fact, row, 0));
    reaching.iter().for_each(|(fact, row)| gathering.add_span(fact, row));
    gathering.read_running();
    gathering.add_presence();
    gathering.rows(0)
}

impl Gathering<'_> {
    fn read_facts(&mut self) {
        let asked = self.asked;
        let frame = asked.question.frame;
        for bucket in asked.view.day.newest_first().take_while(|bucket| *bucket >= frame.from) {
            let place = frame.place(bucket, asked.view.now).map(|bucket| self.place_of(bucket));
            // Spans lie in the bucket of their end, which may come after the frame.
            for (fact, row) in standing(&asked.view.day, bucket) {
                if fact.kind.is_span() {
                    self.add_span(&fact, &row);
                } else if let Some(place) = place {
                    self.add(&fact, &row, place);
                }
            }
        }
    }

    /// The part into which a bucket of the frame falls.
    fn place_of(&self, bucket: Bucket) -> usize {
        let buckets = self.asked.question.interval_buckets.map_or(i64::MAX, i64::from);
        (bucket.since(self.asked.question.frame.from) / buckets) as usize
    }

    fn add(&mut self, fact: &Stated, row: &Row, place: usize) {
        if !self.asked.covers(fact, &row.credit) {
            return;
        }
        for key in self.asked.keys(&row.credit) {
            let part = self.part(key, place);
            // Nothing is taken back here, so no maximum is lost.
            let _ = part.tally.add(fact.kind, fact.value, Sign::State);
            match fact.kind {
                FactKind::CustomerMessage => part.contacts.extend(row.credit.contact),
                FactKind::AgentMessage => part.agents.extend(row.credit.agent),
                _ => {}
            }
        }
    }

    fn part(&mut self, key: Key, place: usize) -> &mut Part {
        self.groups.entry(key).or_default().entry(place).or_default()
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
        for key in self.asked.keys(credit) {
            self.add_times(key, span, |focus_ms| Times { focus_ms, ..Times::default() });
        }
    }

    /// Adds time spent, as much of it as lies in each part.
    fn add_times(&mut self, key: Key, span: Span, times: impl Fn(i64) -> Times) {
        for place in 0..self.spans.len() {
            let ms = self.spans[place].overlap_ms(span);
            if ms > 0 {
                self.part(key, place).tally.add_times(times(ms), 1);
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
            for key in self.asked.keys(&credit) {
                for (span, status) in spans.statuses() {
                    self.add_times(key, span, |ms| Times::of_status(status, ms));
                }
                for span in spans.visits_online() {
                    self.add_times(key, span, |focus_online_ms| Times { focus_online_ms, ..Times::default() });
                }
            }
        }
    }

    /// The rows by name: two numbers may have one name, since a line may be called as what stands for none.
    fn rows(mut self, intervals: usize) -> Vec<AnswerRow> {
        let mut by_name: BTreeMap<Vec<String>, Parts> = BTreeMap::new();
        let asked = self.asked;
        if asked.question.group_by.is_empty() && !asked.asks_for_nobody {
            by_name.insert(Vec::new(), Parts::new());
        }
        for (key, parts) in self.groups.drain() {
            let of_name = by_name.entry(asked.ids(key)).or_default();
            for (place, part) in parts {
                of_name.entry(place).or_default().merge(&part);
            }
        }
        let row = |(ids, parts): (Vec<String>, Parts)| {
            let mut whole = Part::default();
            parts.values().for_each(|part| whole.merge(part));
            let nothing = Part::default();
            let of_interval = |place| self.metrics(parts.get(&place).unwrap_or(&nothing));
            AnswerRow { ids, metrics: self.metrics(&whole), intervals: (0..intervals).map(of_interval).collect() }
        };
        let is_shown = |row: &AnswerRow| asked.question.group_by.is_empty() || !row.metrics.is_zero();
        by_name.into_iter().map(row).filter(is_shown).collect()
    }

    fn metrics(&self, part: &Part) -> Metrics {
        let question = &self.asked.question;
        let (availability, utilisation) = numbers::presence(&part.tally);
        let has_presence = question.has_presence();
        Metrics {
            active_agents: part.agents.len() as u64,
            unique_contacts: question.has_contacts().then_some(part.contacts.len() as u64),
            availability: has_presence.then_some(availability),
            utilisation: has_presence.then_some(utilisation),
            minimum_n: self.asked.view.policy().minimum_n,
            ..Metrics::from(&part.tally)
        }
    }
}

impl Part {
    fn merge(&mut self, other: &Self) {
        self.tally.merge(&other.tally);
        self.contacts.extend(&other.contacts);
        self.agents.extend(&other.agents);
    }
}
