//! Several digests read side by side, group by group.

use super::{Digest, Key, Summing};
use crate::domain::compact::varint::Reader;
use crate::domain::event::Millis;

/// Digests on the way.
#[derive(Debug, Default)]
pub struct Walk<'d> {
    reading: Vec<Reading<'d>>,
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

    /// Sums the next group by so many of the columns that has what is wanted: its key is that of the first entry in it. None
    /// after the last.
    pub fn next(&mut self, columns: usize, is_wanted: impl Fn(&Key) -> bool, summing: &mut Summing) -> Option<Key> {
        loop {
            let key = self.peek()?;
            if self.sum(&key[..columns], &is_wanted, summing) {
                return Some(key);
            }
        }
    }

    /// Sums what is wanted of the group by some columns, if it is the next one, and goes on to the one after it. Says whether
    /// there was any.
    pub fn sum(&mut self, group: &[u32], is_wanted: impl Fn(&Key) -> bool, summing: &mut Summing) -> bool {
        let (mut place, mut found) = (0, false);
        while let Some(reading) = self.reading.get_mut(place) {
            while reading.key.starts_with(group) && !reading.is_over {
                if is_wanted(&reading.key) {
                    reading.sum(summing);
                    found = true;
                }
                reading.advance();
            }
            if reading.is_over {
                self.reading.swap_remove(place);
            } else {
                place += 1;
            }
        }
        summing.net();
        found
    }
}

impl Reading<'_> {
    /// Adds the next entry.
    fn sum(&self, summing: &mut Summing) {
        if self.is_later {
            summing.read_later(self.body, self.start);
        } else {
            summing.read(self.body, self.start);
        }
    }

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
