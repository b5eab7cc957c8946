//! The texts of names by their numbers, in pieces that readers share.

use std::sync::{Arc, LazyLock};

use super::Name;
use crate::domain::compact::growth;
use crate::domain::compact::pages::Pages;
use crate::domain::compact::prefetch::{prefetch, prefetch_lines};
use crate::domain::compact::rare::Emptiable;

/// Texts by number. A clone shares them, and stays as it is whatever is added or forgotten later.
#[derive(Debug, Default, Clone)]
pub struct Texts {
    /// For each name its number, its length and its bytes, in no order: whoever finds a name has read them all.
    pieces: Vec<Arc<Vec<u8>>>,
    /// Where each begins, by number, or `FREE`.
    starts: Pages<u32, 4096>,
    /// Bytes in the pieces that belong to forgotten names.
    unused_bytes: usize,
    bytes: usize,
}

/// Instead of a beginning, where the name of a number has been forgotten.
const FREE: u32 = u32::MAX;
/// Bytes before those of a name: its number and its length.
const HEAD: usize = size_of::<u32>() + 1;
/// Most names have no more bytes.
const USUAL: usize = 40;
/// The bits of a beginning that say where in its piece it is; the others tell the piece.
const PIECE_BITS: u32 = 16;
const PIECE_BYTES: usize = 1 << PIECE_BITS;

impl Emptiable for Texts {
    fn empty() -> &'static Self {
        static EMPTY: LazyLock<Texts> = LazyLock::new(Texts::default);
        &EMPTY
    }

    fn is_empty(&self) -> bool {
        self.numbers() == 0
    }
}

impl Texts {
    /// The text of a name; nothing of one that was forgotten.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        let start = self.start(name);
        let bytes = start.map(|start| self.bytes_at(start)).unwrap_or_default();
        std::str::from_utf8(bytes).expect("only whole strings go in")
    }

    /// How many numbers there are, those of forgotten names included.
    #[must_use]
    pub fn numbers(&self) -> usize {
        self.starts.len()
    }

    /// Every name that is known, by ascending number.
    pub fn known(&self) -> impl Iterator<Item = Name> {
        self.starts.iter().enumerate().filter(|(_, start)| **start != FREE).map(|(place, _)| Name::at(place))
    }

    /// Where the text of a name begins, unless it was forgotten.
    pub(super) fn start(&self, name: Name) -> Option<u32> {
        self.starts.get(name.index()).copied().filter(|start| *start != FREE)
    }

    /// The bytes of the name that begins at `start`.
    #[inline]
    pub(super) fn bytes_at(&self, start: u32) -> &[u8] {
        let name = &self.at(start)[HEAD - 1..];
        &name[1..][..usize::from(name[0])]
    }

    /// The name that begins at `start`.
    #[inline]
    pub(super) fn name_at(&self, start: u32) -> Name {
        let number = self.at(start).first_chunk().expect("a name begins with its number");
        Name::at(u32::from_le_bytes(*number) as usize)
    }

    /// Has what tells where a name begins brought into the caches.
    #[inline]
    pub fn prefetch_start(&self, name: Name) {
        self.starts.get(name.index()).into_iter().for_each(prefetch);
    }

    /// Has the text of a name brought into the caches: a little later, since it looks where that begins.
    #[inline]
    pub fn prefetch(&self, name: Name) {
        self.start(name).into_iter().for_each(|start| self.prefetch_at(start));
    }

    /// The same of a name that begins at `start`.
    #[inline]
    pub(super) fn prefetch_at(&self, start: u32) {
        // How long it is would have to be read first: most are no longer.
        prefetch_lines(self.at(start), HEAD + USUAL);
    }

    /// Writes a text under a number of its own, new or free.
    pub(super) fn write(&mut self, place: u32, name: &str) -> u32 {
        let start = self.append(place, name.as_bytes());
        if self.starts.len() <= place as usize {
            self.starts.push(start);
        } else {
            *self.starts.entry(place as usize) = start;
        }
        start
    }

    /// Lets the text of a number go.
    pub(super) fn forget(&mut self, name: Name) {
        let Some(start) = self.start(name) else { return };
        self.unused_bytes += HEAD + self.bytes_at(start).len();
        *self.starts.entry(name.index()) = FREE;
    }

    /// Whether most bytes belong to forgotten names.
    pub(super) fn is_mostly_unused(&self) -> bool {
        self.unused_bytes > self.bytes / 2
    }

    /// Leaves out the text of forgotten names; every beginning changes.
    pub(super) fn close_up(&mut self) {
        let old = std::mem::take(self);
        for (place, start) in old.starts.iter().enumerate() {
            let start = if *start == FREE { FREE } else { self.append(place as u32, old.bytes_at(*start)) };
            self.starts.push(start);
        }
    }

    #[cfg(test)]
    pub(super) fn kept_bytes(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    #[inline]
    fn at(&self, start: u32) -> &[u8] {
        &self.pieces[(start >> PIECE_BITS) as usize][start as usize % PIECE_BYTES..]
    }

    /// A text lies in one piece.
    fn append(&mut self, place: u32, name: &[u8]) -> u32 {
        let bytes = HEAD + name.len();
        if self.pieces.last().is_none_or(|piece| piece.len() + bytes > PIECE_BYTES) {
            self.pieces.push(Arc::default());
        }
        let number = self.pieces.len() as u32 - 1;
        let piece = Arc::make_mut(self.pieces.last_mut().expect("one was pushed if there was none with room"));
        let start = number << PIECE_BITS | piece.len() as u32;
        growth::make_room(piece, bytes);
        piece.extend_from_slice(&place.to_le_bytes());
        piece.push(u8::try_from(name.len()).expect("ids and labels have at most 128 bytes"));
        piece.extend_from_slice(name);
        self.bytes += bytes;
        assert!(number < 1 << (u32::BITS - PIECE_BITS), "fewer than 4 GiB of names");
        start
    }
}
