//! The groups of a cut by number, and into which of them what is credited to a row falls: looked up once a row.

use std::collections::HashMap;
use std::slice;

use foldhash::fast::FixedState;

use super::{Cutting, Key};
use crate::domain::compact::prefetch::prefetch;
use crate::domain::names::Name;

/// The groups that were met.
#[derive(Debug, Default)]
pub(super) struct Groups {
    index: HashMap<Key, u32, FixedState>,
    /// By the number of a group.
    keys: Vec<Key>,
    /// What is known of rows, in pieces: most who ask have facts of a few rows behind each other.
    rows: Vec<Option<Box<[OfRow; PIECE]>>>,
    /// The groups of rows that have another number of them than one.
    others: Vec<Box<[u32]>>,
}

/// What is known of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfRow {
    /// Its group, or with `OTHERS` the place of its groups among others.
    group: u32,
    /// The codes of whom it names.
    pub(super) contact: u32,
    pub(super) agent: u32,
}

const PIECE: usize = 4_096;
const OTHERS: u32 = 1 << 31;
const UNKNOWN: OfRow = OfRow { group: u32::MAX, contact: 0, agent: 0 };

impl Groups {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The numbers that tell a group.
    pub(super) fn key(&self, group: u32) -> Key {
        self.keys[group as usize]
    }

    /// The number of a group.
    pub(super) fn number(&mut self, key: Key) -> u32 {
        let keys = &mut self.keys;
        *self.index.entry(key).or_insert_with(|| {
            keys.push(key);
            keys.len() as u32 - 1
        })
    }

    /// Has what is known of a row brought into the caches.
    #[inline]
    pub(super) fn prefetch(&self, cutting: &Cutting<'_>, row: u64) {
        let place = (row - cutting.day.rows.first()) as usize;
        match self.rows.get(place / PIECE) {
            Some(Some(piece)) => prefetch(&piece[place % PIECE]),
            _ => cutting.day.rows.prefetch(row),
        }
    }

    /// What there is to know of a row.
    #[inline]
    pub(super) fn of_row(&mut self, cutting: &Cutting<'_>, row: u64) -> OfRow {
        let place = (row - cutting.day.rows.first()) as usize;
        match self.rows.get(place / PIECE) {
            Some(Some(piece)) if piece[place % PIECE].group != UNKNOWN.group => piece[place % PIECE],
            _ => self.find(cutting, row, place),
        }
    }

    /// The groups of a row.
    #[inline]
    pub(super) fn groups<'g>(&'g self, of_row: &'g OfRow) -> &'g [u32] {
        match of_row.group & OTHERS {
            0 => slice::from_ref(&of_row.group),
            _ => &self.others[(of_row.group & !OTHERS) as usize],
        }
    }

    #[cold]
    fn find(&mut self, cutting: &Cutting<'_>, row: u64, place: usize) -> OfRow {
        let credit = cutting.day.rows.get(row).credit;
        let keys = (cutting.keys)(&credit);
        let group = if let [key] = keys[..] {
            self.number(key)
        } else {
            let groups = keys.into_iter().map(|key| self.number(key)).collect();
            self.others.push(groups);
            OTHERS | (self.others.len() as u32 - 1)
        };
        let [contact, agent] = [credit.contact, credit.agent].map(Name::to_code);
        let found = OfRow { group, contact, agent };
        let pieces = self.rows.len().max(place / PIECE + 1);
        self.rows.resize_with(pieces, || None);
        let piece = self.rows[place / PIECE].get_or_insert_with(|| Box::new([UNKNOWN; PIECE]));
        piece[place % PIECE] = found;
        found
    }
}
