//! Answers from digests of the facts: what a day's buckets have of each group, of which most are kept from the question before.
//!
//! The columns by which digests are cut are the dimensions of the grouping and of the filters: rows are then entries that
//! stand behind each other.

use super::asked::Asked;
use super::gather::metrics;
use super::{Answer, AnswerRow, Dimension, Id, Ids};
use crate::domain::answers::metrics::{Durations, Metrics};
use crate::domain::answers::numbers::{PERCENTS, exact};
use crate::domain::answers::open_visits::open_visits;
use crate::domain::bucket::Bucket;
use crate::domain::day::digests::{COLUMNS, Cut, Cutting, Digest, Draft, Key, Keys, Lost, Summing, Walk, greatest};
use crate::domain::day::tally::{Tally, whole};
use crate::domain::event::Status;
use crate::domain::fact::{Credit, DurationKind, FactKind, Kinds};
use crate::domain::names::Name;
use crate::domain::span::Span;

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

/// The numbers of a group, before it has its names.
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
        let rows = self.rows(most)?;
        let overlapping = self.asked.question.group_by.contains(&Dimension::Topic);
        Some(Answer { span: self.span, intervals: Vec::new(), rows: self.named(rows), overlapping })
    }

    /// Makes its digests of a whole day.
    pub(super) fn prepare(&self, goes_on: impl Fn() -> bool) {
        let keys = |credit: &Credit| self.keys(credit);
        let cutting = Cutting { day: &self.asked.view.day, cut: self.cut, keys: &keys };
        cutting.day.digests.prepare(&cutting, goes_on);
    }

    fn rows(&self, most: usize) -> Option<Vec<Row>> {
        let keys = |credit: &Credit| self.keys(credit);
        let cutting = Cutting { day: &self.asked.view.day, cut: self.cut, keys: &keys };
        let mut summing = Summing::default();
        let digests = &cutting.day.digests;
        let inside = digests.cover(&cutting, self.from, self.to, &mut summing);
        let later = digests.cover(&cutting, self.to.next(), Bucket::of(self.asked.view.now).next(), &mut summing);
        let mut draft = Draft::of_rest(&cutting, &inside);
        for (facts, mut cursor) in later.iter().flat_map(|digest| digest.rest(cutting.day)) {
            draft.read_spans(facts, &mut cursor, self.span);
        }
        self.draft_running(&mut draft);
        let rest = Digest::of_draft(draft, self.span.from, &mut summing);
        let mut walk = Walk::over(inside.iter().map(|digest| &**digest).chain([&rest]));
        later.iter().for_each(|digest| walk.add(digest, true));
        self.sum(&cutting, walk, &mut summing, most)
    }

    /// What runs: visits that go on, and statuses that hold.
    fn draft_running(&self, draft: &mut Draft<'_>) {
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

    fn sum(&self, cutting: &Cutting<'_>, mut walk: Walk<'_>, summing: &mut Summing, most: usize) -> Option<Vec<Row>> {
        let columns = self.asked.question.group_by.len();
        // Without a grouping there is one row, however many entries it is made of.
        let groups = if columns == 0 { 1 } else { walk.groups().min(most) };
        let (mut rows, mut unsettled) = (Vec::with_capacity(groups), Vec::new());
        while let Some(key) = walk.next(columns, |key| self.wants(key), summing) {
            let tally = summing.tally(self.span);
            let people = self.people(&key, &tally, summing.take_people());
            let mut metrics = Box::new(metrics(self.asked, &tally, people));
            for which in DurationKind::ALL {
                let durations = summing.durations(which);
                let Some(found) = durations.percentiles(PERCENTS) else { continue };
                let (count, max_ms) = (durations.count(), durations.greatest());
                let percentiles = max_ms.map(|max_ms| exact(found, count, whole(max_ms)));
                *metrics.durations_mut(which) = Durations { count, sum_ms: durations.sum_ms(), percentiles };
                unsettled.extend(max_ms.is_none().then_some(Unsettled { row: rows.len(), which, found }));
            }
            summing.clear();
            rows.push(Row { key: self.group(&key), metrics });
            if rows.len() > most {
                return None;
            }
        }
        self.settle(cutting, &mut rows, &unsettled);
        Some(rows)
    }

    /// How many contacts and agents wrote; where agents are told apart, who is of a group is known.
    fn people(&self, key: &Key, tally: &Tally, counted: [u64; 2]) -> [u64; 2] {
        let Some(column) = self.by.iter().position(|by| *by == Dimension::Agent) else { return counted };
        let wrote = key[column] != 0 && tally.count(FactKind::AgentMessage) > 0;
        [0, u64::from(wrote)]
    }

    /// Finds the greatest durations of groups that lost theirs.
    fn settle(&self, cutting: &Cutting<'_>, rows: &mut [Row], unsettled: &[Unsettled]) {
        if unsettled.is_empty() {
            return;
        }
        let lost: Vec<Lost> = unsettled.iter().map(|group| (rows[group.row].key, group.which)).collect();
        let group = |key: &Key| self.wants(key).then(|| self.group(key));
        let columns = self.asked.question.group_by.len();
        let all_ms = greatest(cutting, (self.from, self.to), columns, &lost, group);
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
        let mut group = Key::default();
        let columns = self.asked.question.group_by.len();
        group[..columns].copy_from_slice(&key[..columns]);
        group
    }

    /// The rows that are shown, by name.
    fn named(&self, mut rows: Vec<Row>) -> Vec<AnswerRow> {
        let question = &self.asked.question;
        if question.group_by.is_empty() {
            let nothing = || metrics(self.asked, &Tally::default(), [0, 0]);
            let metrics = rows.pop().map_or_else(|| Box::new(nothing()), |row| row.metrics);
            return vec![AnswerRow { ids: Ids::new(), metrics, intervals: Vec::new() }];
        }
        let column = |dimension| self.by.iter().position(|by| *by == dimension).expect("a column for each dimension");
        let names =
            question.group_by.iter().map(|dimension| Names::of(self.asked, *dimension, column(*dimension), &rows));
        let names: Vec<Names> = names.collect();
        let mut order: Vec<([u32; COLUMNS], usize)> = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate().filter(|(_, row)| !row.metrics.is_zero()) {
            let mut by_name = [0; COLUMNS];
            by_name.iter_mut().zip(&names).for_each(|(rank, names)| *rank = names.rank(row));
            order.push((by_name, place));
        }
        order.sort_unstable();
        let mut metrics: Vec<Option<Box<Metrics>>> = rows.into_iter().map(|row| Some(row.metrics)).collect();
        let row = |(by_name, place): ([u32; COLUMNS], usize)| AnswerRow {
            ids: names.iter().zip(by_name).map(|(names, rank)| names.ids[rank as usize].clone()).collect(),
            metrics: metrics[place].take().expect("each has one place in the order"),
            intervals: Vec::new(),
        };
        order.into_iter().map(row).collect()
    }
}

/// The names of one dimension in some rows, sorted once: rows are then sorted by numbers.
struct Names {
    column: usize,
    ids: Vec<Id>,
    /// By code, the place in these.
    ranks: Vec<u32>,
}

impl Names {
    fn of(asked: &Asked<'_>, dimension: Dimension, column: usize, rows: &[Row]) -> Self {
        let most = rows.iter().map(|row| row.key[column]).max().unwrap_or_default();
        let mut ranks = vec![u32::MAX; most as usize + 1];
        let mut texts = Vec::new();
        for code in rows.iter().map(|row| row.key[column]) {
            if std::mem::take(&mut ranks[code as usize]) == u32::MAX {
                texts.push((asked.text(dimension, code), code));
            }
        }
        texts.sort_unstable();
        (0..).zip(&texts).for_each(|(rank, (_, code))| ranks[*code as usize] = rank);
        Self { column, ids: Id::together(texts.iter().map(|(text, _)| *text)), ranks }
    }

    fn rank(&self, row: &Row) -> u32 {
        self.ranks[row.key[self.column] as usize]
    }
}
