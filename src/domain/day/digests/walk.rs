//! Several digests read side by side, group by group.

use super::{Digest, Key, Summing};
use crate::domain::compact::varint::Reader;
use crate::domain::event::Millis;
use crate::domain::fact::Kinds;

/// Digests on the way.
#[derive(Debug, Default)]
pub struct Walk<'d> {
    reading: Vec<Reading<'d>>,
    /// What they have of the group that was met last.
    met: Vec<Met<'d>>,
}

/// An entry of a group.
#[derive(Debug, Clone, Copy)]
struct Met<'d> {
    body: &'d [u8],
    start: Millis,
    is_later: bool,
}

/// How far a digest has been read.
#[derive(Debug)]
struct Reading<'d> {
    digest: &'d Digest,
    reader: Reader<'d>,
    start: Millis,
    groups: usize,
    /// Whether only what reaches into the time before it matters.
    is_later: bool,
    is_over: bool,
    /// The next entry.
    key: Key,
    body: &'d [u8],
}

impl<'d> Walk<'d> {
    /// Over all of these digests.
    pub fn over(digests: impl Iterator<Item = &'d Digest>) -> Self {
        let mut walk = Self::default();
        digests.for_each(|digest| walk.add(digest, false));
        walk
    }

    /// Adds a digest; of one that is later than what is asked for, what reaches back into it.
    pub fn add(&mut self, digest: &'d Digest, is_later: bool) {
        let reader = Reader::new(digest.entries());
        let (key, body, is_over) = (Key::default(), Default::default(), false);
        let (start, groups) = (digest.start(), digest.groups());
        let mut reading = Reading { digest, reader, start, groups, is_later, is_over, key, body };
        reading.advance();
        if !reading.is_over {
            self.reading.push(reading);
        }
    }

    /// No fewer groups than the digest with the most has.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.reading.iter().map(|reading| reading.groups).max().unwrap_or_default()
    }

    /// The key of the next group; none after the last.
    #[must_use]
    pub fn peek(&self) -> Option<Key> {
        self.reading.iter().map(|reading| reading.key).min()
    }

    /// Leaves out the groups before one.
    pub fn skip_to(&mut self, key: &Key) {
        self.reading.iter_mut().for_each(|reading| reading.skip_to(key));
        self.reading.retain(|reading| !reading.is_over);
    }

    /// Meets the next group by so many of the columns that has what is wanted: its key is that of the first entry in it. None
    /// after the last.
    pub fn next(&mut self, columns: usize, is_wanted: impl Fn(&Key) -> bool) -> Option<Key> {
        loop {
            let key = self.peek()?;
            if self.meet(&key[..columns], &is_wanted) {
                return Some(key);
            }
        }
    }

    /// Meets what is wanted of the group by some columns, if it is the next one, and goes on to the one after it. Says whether
    /// there was any.
    pub fn meet(&mut self, group: &[u32], is_wanted: impl Fn(&Key) -> bool) -> bool {
        let Self { reading: all, met } = self;
        met.clear();
        let mut place = 0;
        while let Some(reading) = all.get_mut(place) {
            while reading.key.starts_with(group) && !reading.is_over {
                if is_wanted(&reading.key) {
                    let Reading { body, start, is_later, .. } = *reading;
                    met.push(Met { body, start, is_later });
                }
                reading.advance();
            }
            if reading.is_over {
                all.swap_remove(place);
            } else {
                place += 1;
            }
        }
        !met.is_empty()
    }

    /// Whether the group that was met last has any fact of some kinds, all together.
    #[must_use]
    pub fn has_some(&self, kinds: Kinds) -> bool {
        let inside = self.met.iter().filter(|met| !met.is_later);
        inside.map(|met| Summing::count_in(met.body, kinds)).sum::<i64>() > 0
    }

    /// Sums the group that was met last.
    pub fn sum(&self, summing: &mut Summing) {
        for Met { body, start, is_later } in &self.met {
            if *is_later {
                summing.read_later(body, *start);
            } else {
                summing.read(body, *start);
            }
        }
        summing.net();
    }
}

impl Reading<'_> {
    /// Goes on to the first entry that is not before a group.
    fn skip_to(&mut self, key: &Key) {
        if self.key >= *key {
            return;
        }
        let from = self.digest.entries_from(key);
        if from.len() < self.reader.left() {
            self.reader = Reader::new(from);
            self.advance();
        }
        while !self.is_over && self.key < *key {
            self.advance();
        }
    }

    /// Goes on to the next entry.
    fn advance(&mut self) {
        self.is_over = self.reader.is_at_end();
        if self.is_over {
            return;
        }
        self.key = std::array::from_fn(|_| self.reader.number() as u32);
        let length = self.reader.number() as usize;
        self.body = self.reader.slice(length);
    }
}
