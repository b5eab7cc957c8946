//! What some buckets behind each other say of each group, and how far their facts have been read for it.

use std::sync::Arc;

use super::{COLUMNS, Draft, Key, Making, Summing, Walk};
use crate::domain::bucket::Bucket;
use crate::domain::day::DayView;
use crate::domain::day::facts::{Cursor, FactsView};
use crate::domain::event::Millis;

/// A digest. It never changes.
#[derive(Debug)]
pub struct Digest {
    /// Its first bucket, and how many there are.
    buckets: (Bucket, i64),
    /// Those with facts, oldest first, and how far each was read.
    read: Box<[(Bucket, Cursor)]>,
    /// What ended in it and began before is told apart.
    start: Millis,
    /// One entry a group, ascending by key.
    entries: Arc<Entries>,
}

/// How much of what there is a digest may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacks {
    /// Whoever makes a larger one of it would never know.
    Nothing,
    /// Whoever answers reads the rest.
    Little,
}

/// What there is of each group.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) groups: usize,
    pub(super) bytes: Vec<u8>,
    /// Whether the greatest duration of a group is not known.
    has_lost: bool,
    /// The key of some entries, and where they begin: whoever asks for one group need not read all before it.
    index: Vec<(Key, usize)>,
}

/// Of so many entries one is in the index.
const INDEXED: usize = 32;

impl Entries {
    /// None, with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// Appends the entry of the next group.
    pub(super) fn push(&mut self, key: &Key, start: Millis, summing: &mut Summing) {
        if self.groups % INDEXED == INDEXED - 1 {
            self.index.push((*key, self.bytes.len()));
        }
        self.groups += 1;
        self.has_lost |= summing.has_lost();
        summing.write(key, start, &mut self.bytes);
    }

    /// Gives back the room for more.
    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.index.shrink_to_fit();
    }

    /// Where to read on for a group and those after it: at the last entry of the index that is not behind it.
    fn before(&self, key: &Key) -> usize {
        let behind = self.index.partition_point(|(other, _)| other <= key);
        behind.checked_sub(1).map_or(0, |place| self.index[place].1)
    }
}

/// What is not in one is read for each answer. Once there is so much of it, one of a bucket goes on, and one of many is
/// made anew.
const REST_PART: usize = 256;
const REST_BYTES: usize = 2_048;

impl Digest {
    /// Of so many buckets, all that is there.
    pub(super) fn of_facts(making: &mut Making<'_>, buckets: (Bucket, i64)) -> Option<Self> {
        let (day, start) = (making.cutting.day, buckets.0.start());
        let (mut draft, mut read) = (Draft::new(making), Vec::new());
        for facts in facts_of(day, buckets) {
            let mut cursor = Cursor::default();
            draft.read(facts, &mut cursor);
            read.push((facts.bucket(), cursor));
        }
        (!read.is_empty()).then(|| Self { buckets, read: read.into(), start, entries: draft.entries(start).into() })
    }

    /// The same of a bucket where another goes on where it stopped, or where none does.
    pub(super) fn followed(&self, is_followed: bool) -> Self {
        let (buckets, read) = ((self.buckets.0, i64::from(!is_followed)), self.read.clone());
        Self { buckets, read, start: self.start, entries: self.entries.clone() }
    }

    /// Whether a day has all facts of a bucket that were read for it.
    pub(super) fn is_within(&self, day: &DayView) -> bool {
        let has = |(bucket, cursor): &(Bucket, Cursor)| {
            day.bucket(*bucket).is_some_and(|facts| facts.bytes() >= cursor.read_bytes())
        };
        self.read.iter().all(has)
    }

    /// Of what came since in its bucket; none where nothing did, or the day does not have all that is in it.
    pub(super) fn of_rest(&self, making: &mut Making<'_>) -> Option<Self> {
        let (day, (buckets, start)) = (making.cutting.day, (self.buckets, self.start));
        self.lacks(day)?;
        let (facts, mut cursor) = self.rest(day).next()?;
        let mut draft = Draft::new(making);
        draft.read(facts, &mut cursor);
        let read = [(facts.bucket(), cursor)].into();
        Some(Self { buckets, read, start, entries: draft.entries(start).into() })
    }

    /// Of what is in several, the parts of so many buckets; none of none.
    pub(super) fn of_parts(buckets: (Bucket, i64), parts: &[Arc<Self>], summing: &mut Summing) -> Option<Self> {
        let unfollowed = parts.iter().filter(|part| part.buckets.1 > 0);
        let read: Box<[_]> = unfollowed.flat_map(|part| &part.read).copied().collect();
        if read.is_empty() {
            return None;
        }
        let (start, mut entries) = (buckets.0.start(), Entries::default());
        let mut walk = Walk::over(parts.iter().map(|part| &**part));
        while let Some(key) = walk.next(COLUMNS, |_| true) {
            walk.sum(summing);
            entries.push(&key, start, summing);
        }
        entries.shrink();
        Some(Self { buckets, read, start, entries: entries.into() })
    }

    /// Of what is in a draft, told from a moment on.
    #[must_use]
    pub fn of_draft(draft: Draft<'_, '_>, start: Millis) -> Self {
        let (buckets, read) = ((Bucket::of(start), 0), Box::default());
        Self { buckets, read, start, entries: draft.entries(start).into() }
    }

    /// Whether all facts of its buckets are in it, or all but a few if these will do, and none that the day does not have.
    pub(super) fn serves(&self, day: &DayView, lacks: Lacks) -> bool {
        self.lacks(day).is_some_and(|rest| match lacks {
            Lacks::Nothing => rest == 0,
            Lacks::Little => rest <= self.read_bytes() / REST_PART + REST_BYTES,
        })
    }

    /// How many bytes of the facts of its buckets are not in it; none where some are that the day does not have.
    fn lacks(&self, day: &DayView) -> Option<usize> {
        let (mut found, mut rest) = (0, 0);
        for (facts, cursor) in self.cursors(day) {
            rest += facts.bytes().checked_sub(cursor.read_bytes())?;
            found += usize::from(cursor != Cursor::default());
        }
        (found == self.read.len()).then_some(rest)
    }

    /// How many bytes of facts were read for it.
    pub(super) fn read_bytes(&self) -> usize {
        self.read.iter().map(|(_, cursor)| cursor.read_bytes()).sum()
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let index = self.entries.index.len() * size_of::<(Key, usize)>();
        self.entries.bytes.len() + index + size_of_val(&*self.read) + size_of::<Self>()
    }

    /// The buckets of which not all facts are in it, and from where on.
    pub fn rest<'v>(&self, day: &'v DayView) -> impl Iterator<Item = (&'v FactsView, Cursor)> {
        self.cursors(day).filter(|(facts, cursor)| !facts.is_read(cursor))
    }

    /// Each of its buckets that has facts in a day, and how far it was read.
    fn cursors<'v>(&self, day: &'v DayView) -> impl Iterator<Item = (&'v FactsView, Cursor)> {
        facts_of(day, self.buckets).map(|facts| {
            let read = self.read.binary_search_by_key(&facts.bucket(), |(bucket, _)| *bucket);
            (facts, read.map_or_else(|_| Cursor::default(), |place| self.read[place].1))
        })
    }

    pub(super) fn start(&self) -> Millis {
        self.start
    }

    /// Whether the greatest duration of a group is not known.
    pub(super) fn has_lost(&self) -> bool {
        self.entries.has_lost
    }

    pub(super) fn groups(&self) -> usize {
        self.entries.groups
    }

    pub(super) fn entries(&self) -> &[u8] {
        &self.entries.bytes
    }

    /// The entries from one on that is not behind a group.
    pub(super) fn entries_from(&self, key: &Key) -> &[u8] {
        &self.entries.bytes[self.entries.before(key)..]
    }
}

/// What a day has of so many buckets.
pub(super) fn facts_of(day: &DayView, (first, count): (Bucket, i64)) -> impl Iterator<Item = &FactsView> {
    let from = day.buckets.partition_point(|facts| facts.bucket() < first);
    day.buckets[from..].iter().take_while(move |facts| facts.bucket().since(first) < count)
}
