//! Answers from digests of the facts: what a day's buckets have of each group, of which most are kept from the question before.
//!
//! The columns by which digests are cut are the dimensions of the grouping and of the filters: rows are then entries that
//! stand behind each other.

mod naming;

use std::sync::Arc;

use super::asked::Asked;
use super::gather::metrics;
use super::outline::Value;
use super::{Answer, AnswerRow, Dimension, Ids};
use crate::domain::answers::metrics::{Durations, Metrics};
use crate::domain::answers::numbers::{PERCENTS, exact};
use crate::domain::answers::open_visits::open_visits;
use crate::domain::bucket::Bucket;
use crate::domain::day::digests::{COLUMNS, Cut, Cutting, Digest, Draft, Key, Keys, Lost, Making, Walk, greatest};
use crate::domain::day::tally::{Tally, whole};
use crate::domain::event::Status;
use crate::domain::fact::{Credit, DurationKind, FactKind, Kinds};
use crate::domain::names::Name;
use crate::domain::span::Span;

use naming::Names;

/// The dimensions whose names are so few that a filter of one is worth digests of all.
const FEW: [Dimension; 4] = [Dimension::Skill, Dimension::Line, Dimension::Channel, Dimension::Company];

/// A question that digests answer.
pub(super) struct Digested<'a> {
    asked: &'a Asked<'a>,
    /// The dimensions of the columns: those of the grouping come first.
    by: Vec<Dimension>,
    /// Of each the number of a name that is called as what stands for none, so that both have one row; 0 if there is none.
    called_none: Key,
    cut: Cut,
    /// Its buckets.
    from: Bucket,
    to: Bucket,
    /// Its time, up to now.
    span: Span,
}

/// A group, and its value if one is to be told.
pub(super) type Group = (Key, Option<f64>);

/// What has the numbers of all groups: digests, and of what is in none of them one that is made for the question.
pub(super) struct Cover {
    inside: Vec<Arc<Digest>>,
    /// After its time, for what reaches back into it.
    later: Vec<Arc<Digest>>,
    rest: Digest,
}

/// The numbers of groups, before they have their names.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    unsettled: Vec<Unsettled>,
}

struct Row {
    key: Key,
    metrics: Box<Metrics>,
}

/// The durations of a group whose greatest is to be found, and their percentiles as bins have them.
struct Unsettled {
    row: usize,
    which: DurationKind,
    found: [u64; 4],
}

/// A group that has one of these has a row, whatever else there is of it.
const EVIDENT: Kinds = {
    use FactKind as K;
    Kinds::of(&[K::CustomerMessage, K::AgentMessage, K::ClosedByAgent, K::ClosedByCustomer, K::ClosedBySystem])
};

impl<'a> Digested<'a> {
    /// The question in columns; none where its groups are too many, or its parts: contacts, intervals, a filter of an agent.
    pub(super) fn of(asked: &'a Asked<'a>) -> Option<Self> {
        let question = &asked.question;
        let mut by = question.group_by.clone();
        by.sort_unstable();
        let mut filtered: Vec<Dimension> = question.filters.iter().map(|filter| filter.dimension).collect();
        filtered.retain(|dimension| !by.contains(dimension));
        filtered.sort_unstable();
        let is_few = filtered.iter().all(|dimension| FEW.contains(dimension)) && !by.contains(&Dimension::Contact);
        by.extend(filtered);
        let frame = question.frame;
        let to = frame.last(asked.view.now)?;
        let is_whole = question.interval_buckets.is_none() && !asked.asks_for_nobody;
        if !is_few || !is_whole || by.is_empty() || by.len() > COLUMNS {
            return None;
        }
        let mut columns = [u8::MAX; COLUMNS];
        columns.iter_mut().zip(&by).for_each(|(column, dimension)| *column = *dimension as u8);
        let (has_people, has_presence) = (question.has_contacts(), question.has_presence());
        let (kinds, has_side) = (Kinds::ALL, false);
        let cut = Cut { by: columns, scope: asked.scope, kinds, has_side, has_people, has_presence };
        let mut called_none = Key::default();
        called_none.iter_mut().zip(&by).for_each(|(code, dimension)| *code = asked.called_none(*dimension));
        Some(Self { asked, by, called_none, cut, from: frame.from, to, span: frame.span(asked.view.now) })
    }

    /// The answer; nothing if it has more rows than so many.
    pub(super) fn answer(&self, most: usize) -> Option<Answer> {
        let mut rows = self.rows(most)?;
        if self.asked.question.group_by.is_empty() {
            let nothing = || metrics(self.asked, &Tally::default(), [0, 0]);
            let metrics = rows.pop().map_or_else(|| Box::new(nothing()), |row| row.metrics);
            let row = AnswerRow { ids: Ids::new(), metrics, intervals: Vec::new() };
            return Some(Answer { rows: vec![row], ..self.frame() });
        }
        rows.retain(|row| !row.metrics.is_zero());
        let keys: Vec<Key> = rows.iter().map(|row| row.key).collect();
        let mut metrics: Vec<Option<Box<Metrics>>> = rows.into_iter().map(|row| Some(row.metrics)).collect();
        let row = |(place, ids): (usize, Ids)| AnswerRow {
            ids,
            metrics: metrics[place].take().expect("each has one place in the order"),
            intervals: Vec::new(),
        };
        Some(Answer { rows: self.named(&keys).map(row).collect(), ..self.frame() })
    }

    /// The answer without its rows.
    pub(super) fn frame(&self) -> Answer {
        let overlapping = self.asked.question.group_by.contains(&Dimension::Topic);
        Answer { span: self.span, intervals: Vec::new(), rows: Vec::new(), overlapping }
    }

    /// Makes its digests of a whole day.
    pub(super) fn prepare(&self, goes_on: impl Fn() -> bool) {
        self.make(|making| self.asked.view.day.digests.prepare(making, goes_on));
    }

    /// What has the numbers of its groups.
    pub(super) fn cover(&self) -> Cover {
        self.make(|making| self.cover_with(making))
    }

    /// The groups that have a row, and of each the value if one is to be told; nothing if there are more than so many.
    pub(super) fn groups(&self, cover: &Cover, most: usize, value: Option<Value<'_>>) -> Option<Vec<Group>> {
        self.make(|making| {
            let (mut walk, mut groups) = (cover.walk(), Vec::new());
            // Those whose greatest duration is still to be found, and their places among the groups.
            let (mut rows, mut places) = (Rows::default(), Vec::new());
            while let Some(key) = walk.next(self.columns(), |key| self.wants(key)) {
                if value.is_none() && walk.has_some(EVIDENT) {
                    groups.push((self.group(&key), None));
                } else {
                    self.add(&key, &walk, making, &mut rows);
                    let metrics = &rows.rows[rows.rows.len() - 1].metrics;
                    if metrics.is_zero() {
                        rows.pop();
                        continue;
                    }
                    groups.push((self.group(&key), value.and_then(|value| value(metrics))));
                    if rows.is_settled() || value.is_none() {
                        rows.pop();
                    } else {
                        places.push(groups.len() - 1);
                    }
                }
                if groups.len() > most {
                    return None;
                }
            }
            self.settle(making, &mut rows);
            for (place, row) in places.into_iter().zip(&rows.rows) {
                groups[place].1 = value.and_then(|value| value(&row.metrics));
            }
            Some(groups)
        })
    }

    /// The numbers of some groups.
    pub(super) fn metrics_of(&self, cover: &Cover, keys: &[Key]) -> impl Iterator<Item = Box<Metrics>> + use<> {
        let mut order: Vec<(Key, usize)> = keys.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let rows = self.make(|making| {
            let (mut walk, mut rows) = (cover.walk(), Rows::default());
            for (key, _) in &order {
                walk.skip_to(key);
                walk.meet(&key[..self.columns()], |key| self.wants(key));
                self.add(key, &walk, making, &mut rows);
            }
            self.settle(making, &mut rows);
            rows.rows
        });
        let mut found: Vec<(usize, Row)> = order.into_iter().map(|(_, place)| place).zip(rows).collect();
        found.sort_unstable_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, row)| row.metrics)
    }

    /// The places of some groups in the order of their names, which are with them.
    pub(super) fn named(&self, keys: &[Key]) -> impl Iterator<Item = (usize, Ids)> {
        let question = &self.asked.question;
        let column = |dimension| self.by.iter().position(|by| *by == dimension).expect("a column for each dimension");
        let names = question.group_by.iter().map(|by| Names::of(self.asked, *by, column(*by), keys));
        let names: Vec<Names> = names.collect();
        let by_name = |key: &Key| {
            let mut by_name = [0; COLUMNS];
            by_name.iter_mut().zip(&names).for_each(|(rank, names)| *rank = names.rank(key));
            by_name
        };
        let mut order: Vec<([u32; COLUMNS], usize)> = keys.iter().map(by_name).zip(0..).collect();
        order.sort_unstable();
        order.into_iter().map(move |(by_name, place)| {
            (place, names.iter().zip(by_name).map(|(names, rank)| names.ids[rank as usize].clone()).collect())
        })
    }

    fn rows(&self, most: usize) -> Option<Vec<Row>> {
        self.make(|making| {
            let cover = self.cover_with(making);
            let (mut walk, mut rows) = (cover.walk(), Rows::default());
            rows.rows.reserve(walk.groups().min(most));
            while let Some(key) = walk.next(self.columns(), |key| self.wants(key)) {
                self.add(&key, &walk, making, &mut rows);
                if rows.rows.len() > most {
                    return None;
                }
            }
            self.settle(making, &mut rows);
            Some(rows.rows)
        })
    }

    fn make<T>(&self, with: impl FnOnce(&mut Making<'_>) -> T) -> T {
        let keys = |credit: &Credit| self.keys(credit);
        with(&mut Making::of(&Cutting { day: &self.asked.view.day, cut: self.cut, keys: &keys }))
    }

    fn cover_with(&self, making: &mut Making<'_>) -> Cover {
        let Cutting { day, .. } = making.cutting;
        let inside = day.digests.cover(making, self.from, self.to);
        let later = day.digests.cover(making, self.to.next(), Bucket::of(self.asked.view.now).next());
        let mut draft = Draft::of_rest(making, &inside);
        for (facts, mut cursor) in later.iter().flat_map(|digest| digest.rest(day)) {
            draft.read_spans(facts, &mut cursor, self.span);
        }
        self.draft_running(&mut draft);
        Cover { inside, later, rest: Digest::of_draft(draft, self.span.from) }
    }

    /// What runs: visits that go on, and statuses that hold.
    fn draft_running(&self, draft: &mut Draft<'_, '_>) {
        let view = self.asked.view;
        for visit in open_visits(self.asked) {
            let span = Span { from: visit.since, to: view.now }.shared(self.span);
            draft.add_span(FactKind::Visit, span, 1, &visit.credit);
        }
        if !self.cut.has_presence {
            return;
        }
        for (code, now) in (0..).zip(view.current.agents.iter()) {
            let kind = match now.status.map(|held| held.status) {
                Some(Status::Online) => FactKind::Online,
                Some(Status::Away) => FactKind::Away,
                Some(Status::Offline) | None => continue,
            };
            let span = now.status.map_or(self.span, |held| held.span).shared(self.span);
            draft.add_span(kind, span, 1, &Credit { agent: Name::from_code(code), ..Credit::default() });
        }
    }

    /// By how many of the columns rows are told apart. Without a grouping there is one row, of however many entries.
    fn columns(&self) -> usize {
        self.asked.question.group_by.len()
    }

    /// Adds the row of the group that was met last.
    fn add(&self, key: &Key, walk: &Walk<'_>, making: &mut Making<'_>, rows: &mut Rows) {
        let summing = &mut making.summing;
        walk.sum(summing);
        let tally = summing.tally(self.span);
        let people = self.people(key, &tally, summing.take_people());
        let mut metrics = Box::new(metrics(self.asked, &tally, people));
        for which in DurationKind::ALL {
            let durations = summing.durations(which);
            let Some(found) = durations.percentiles(PERCENTS) else { continue };
            let (count, max_ms) = (durations.count(), durations.greatest());
            let percentiles = max_ms.map(|max_ms| exact(found, count, whole(max_ms)));
            *metrics.durations_mut(which) = Durations { count, sum_ms: durations.sum_ms(), percentiles };
            rows.unsettled.extend(max_ms.is_none().then_some(Unsettled { row: rows.rows.len(), which, found }));
        }
        summing.clear();
        rows.rows.push(Row { key: self.group(key), metrics });
    }

    /// How many contacts and agents wrote; where agents are told apart, who is of a group is known.
    fn people(&self, key: &Key, tally: &Tally, counted: [u64; 2]) -> [u64; 2] {
        let Some(column) = self.by.iter().position(|by| *by == Dimension::Agent) else { return counted };
        let wrote = key[column] != 0 && tally.count(FactKind::AgentMessage) > 0;
        [0, u64::from(wrote)]
    }

    /// Finds the greatest durations of groups that lost theirs.
    fn settle(&self, making: &mut Making<'_>, Rows { rows, unsettled }: &mut Rows) {
        if unsettled.is_empty() {
            return;
        }
        let lost: Vec<Lost> = unsettled.iter().map(|group| (rows[group.row].key, group.which)).collect();
        let group = |key: &Key| self.wants(key).then(|| self.group(key));
        let all_ms = greatest(making, (self.from, self.to), self.columns(), &lost, group);
        for (Unsettled { row, which, found }, max_ms) in unsettled.iter().zip(all_ms) {
            let durations = rows[*row].metrics.durations_mut(*which);
            durations.percentiles = Some(exact(*found, durations.count, whole(max_ms)));
        }
    }

    /// The numbers of the columns of what has a credit.
    fn keys(&self, credit: &Credit) -> Keys {
        let mut keys = self.asked.keys_by(&self.by, credit);
        for (code, called_none) in keys.iter_mut().flat_map(|key| key.iter_mut().zip(self.called_none)) {
            if *code == called_none {
                *code = 0;
            }
        }
        keys
    }

    /// Whether the filters let a group through.
    fn wants(&self, key: &Key) -> bool {
        let code = |dimension| self.by.iter().position(|by| *by == dimension).map(|column| key[column]);
        self.asked.filters().all(|(dimension, codes)| code(dimension).is_some_and(|code| codes.contains(&code)))
    }

    /// The key of a row.
    fn group(&self, key: &Key) -> Key {
        let (mut group, columns) = (Key::default(), self.columns());
        group[..columns].copy_from_slice(&key[..columns]);
        group
    }
}

impl Cover {
    fn walk(&self) -> Walk<'_> {
        let mut walk = Walk::over(self.inside.iter().map(|digest| &**digest).chain([&self.rest]));
        self.later.iter().for_each(|digest| walk.add(digest, true));
        walk
    }
}

impl Rows {
    /// Whether nothing is to be found of the last one.
    fn is_settled(&self) -> bool {
        self.unsettled.last().is_none_or(|of_it| of_it.row + 1 < self.rows.len())
    }

    /// Forgets the last one.
    fn pop(&mut self) {
        self.rows.pop();
        let left = self.rows.len();
        self.unsettled.retain(|of_it| of_it.row < left);
    }
}
