//! Entries of some bytes behind each other, in pieces of one size: none is ever moved, and what is freed fits what comes.
//!
//! There are thousands of tapes, to each of which something comes now and then. Columns that grow would all be copied to a
//! larger place at about the same time, and leave behind places that are too small for the others. The newest entries
//! stand in the tape itself, next to what else is read when one comes.

use super::prefetch::prefetch;

/// Entries with a state `C` in which reading begins: each entry may say how it differs from the one before.
#[derive(Debug)]
pub struct Tape<C> {
    /// Oldest first; all but the last have no room for what comes.
    pieces: Vec<Box<Piece<C>>>,
    /// The state before the newest entries.
    start: C,
    used: u8,
    /// The newest entries, which come into a piece together.
    newest: [u8; NEWEST],
}

#[derive(Debug)]
struct Piece<C> {
    start: C,
    used: u8,
    bytes: [u8; PIECE],
}

/// Bytes of the newest entries.
const NEWEST: usize = 56;
/// Bytes of entries in a piece: four times the newest. With what else is in it, a block of the allocator's without waste.
const PIECE: usize = 4 * NEWEST;

impl<C: Copy + Default> Default for Tape<C> {
    fn default() -> Self {
        Self { pieces: Vec::new(), start: C::default(), used: 0, newest: [0; NEWEST] }
    }
}

impl<C: Copy> Tape<C> {
    /// Appends an entry of at most 56 bytes; `before` is the state after the one before it.
    #[inline]
    pub fn append(&mut self, entry: &[u8], before: C) {
        if usize::from(self.used) + entry.len() > NEWEST {
            self.lay_down();
        }
        if self.used == 0 {
            self.start = before;
        }
        let used = usize::from(self.used);
        self.newest[used..used + entry.len()].copy_from_slice(entry);
        self.used += entry.len() as u8;
    }

    /// Whole entries with the state in which reading them begins, oldest first.
    pub fn pieces(&self) -> impl Iterator<Item = (C, &[u8])> {
        let ahead = self.pieces.iter().skip(2).map(Some).chain(std::iter::repeat(None));
        let pieces = self.pieces.iter().zip(ahead).map(|(piece, ahead)| {
            ahead.into_iter().for_each(|ahead| prefetch(&**ahead));
            (piece.start, &piece.bytes[..usize::from(piece.used)])
        });
        pieces.chain([(self.start, &self.newest[..usize::from(self.used)])])
    }

    /// How many bytes there are to be read at most.
    pub fn bytes(&self) -> usize {
        self.pieces.len() * PIECE + usize::from(self.used)
    }

    /// Drops pieces of which nothing is wanted any more.
    pub fn retain(&mut self, is_wanted: impl Fn(C, &[u8]) -> bool) {
        self.pieces.retain(|piece| is_wanted(piece.start, &piece.bytes[..usize::from(piece.used)]));
        if !is_wanted(self.start, &self.newest[..usize::from(self.used)]) {
            self.used = 0;
        }
    }

    #[cold]
    #[inline(never)]
    fn lay_down(&mut self) {
        let newest = &self.newest[..usize::from(self.used)];
        if self.pieces.last().is_none_or(|last| usize::from(last.used) + newest.len() > PIECE) {
            self.pieces.push(Box::new(Piece { start: self.start, used: 0, bytes: [0; PIECE] }));
        }
        let last = self.pieces.last_mut().expect("one was pushed if there was none with room");
        last.bytes[usize::from(last.used)..][..newest.len()].copy_from_slice(newest);
        last.used += newest.len() as u8;
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries that say by how much their number is greater than the one before.
    fn read(tape: &Tape<u64>) -> Vec<u64> {
        let piece = |(start, bytes): (u64, &[u8])| {
            let mut number = start;
            bytes
                .iter()
                .map(move |by| {
                    number += u64::from(*by);
                    number
                })
                .collect::<Vec<_>>()
        };
        tape.pieces().flat_map(piece).collect()
    }

    #[test]
    fn entries_are_read_in_their_order_and_old_pieces_go() {
        let (mut tape, mut before, mut written) = (Tape::default(), 0, Vec::new());
        for number in 0..2_000_u64 {
            let by = number % 7;
            tape.append(&[by as u8], before);
            before += by;
            written.push(before);
        }
        assert_eq!(read(&tape), written);
        tape.retain(|start, bytes| start + bytes.iter().map(|by| u64::from(*by)).sum::<u64>() >= 3_000);
        let kept = read(&tape);
        assert!(written.ends_with(&kept), "only the oldest went");
        assert!(kept[0] > 2_000, "no more stays than shares a piece with what is wanted");
        tape.retain(|_, _| false);
        assert_eq!(read(&tape), [0_u64; 0]);
        tape.append(&[7], 5);
        assert_eq!(read(&tape), [12]);
    }
}
