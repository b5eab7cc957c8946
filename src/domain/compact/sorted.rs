//! Values in ascending order, of which one may come or go anywhere: in pieces, so that none moves more than a few others.
//!
//! Most come last, and then it is a plain column. A single column would move half of itself for each that comes in reverse.

use super::growth;

/// Values in ascending order.
#[derive(Debug)]
pub struct Sorted<T> {
    /// None is empty, and each comes before the next.
    pieces: Vec<Vec<T>>,
    len: usize,
}

/// Values in a piece at most; a full one is split.
const PIECE: usize = 512;

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self { pieces: Vec::new(), len: 0 }
    }
}

impl<T: Copy> Sorted<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<T> {
        self.pieces.last().and_then(|piece| piece.last()).copied()
    }

    /// The values in the last piece, which are read when one comes last.
    #[must_use]
    pub fn last_piece(&self) -> &[T] {
        self.pieces.last().map(Vec::as_slice).unwrap_or_default()
    }

    /// All in ascending order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + '_ {
        self.pieces.iter().flatten().copied()
    }

    /// Those that `comes_before` does not hold for, in ascending order; it holds for all up to some place.
    pub fn from(&self, comes_before: impl Fn(&T) -> bool) -> impl Iterator<Item = T> + '_ {
        let (piece, at) = self.place(comes_before);
        let rest = self.pieces.get(piece).map(|piece| &piece[at..]).unwrap_or_default();
        rest.iter().chain(self.pieces.iter().skip(piece + 1).flatten()).copied()
    }

    /// Those that `comes_before` holds for, the last of them first.
    pub fn before(&self, comes_before: impl Fn(&T) -> bool) -> impl Iterator<Item = T> + '_ {
        let (piece, at) = self.place(comes_before);
        let head = self.pieces.get(piece).map(|piece| &piece[..at]).unwrap_or_default();
        head.iter().rev().chain(self.pieces[..piece].iter().rev().flat_map(|piece| piece.iter().rev())).copied()
    }

    /// Puts one behind those that `comes_before` holds for.
    pub fn insert(&mut self, value: T, comes_before: impl Fn(&T) -> bool) {
        let (piece, at) = self.place(comes_before);
        self.len += 1;
        if piece == self.pieces.len() {
            match self.pieces.last_mut().filter(|last| last.len() < PIECE) {
                Some(last) => growth::push(last, value),
                None => self.pieces.push(vec![value]),
            }
            return;
        }
        growth::make_room(&mut self.pieces[piece], 1);
        self.pieces[piece].insert(at, value);
        if self.pieces[piece].len() > PIECE {
            let rest = self.pieces[piece].split_off(PIECE / 2);
            self.pieces.insert(piece + 1, rest);
        }
    }

    /// Takes out the one behind those that `comes_before` holds for, if `is_it`.
    pub fn remove(&mut self, comes_before: impl Fn(&T) -> bool, is_it: impl FnOnce(&T) -> bool) -> Option<T> {
        let (piece, at) = self.place(comes_before);
        let values = self.pieces.get_mut(piece)?;
        if !is_it(&values[at]) {
            return None;
        }
        let value = values.remove(at);
        if values.is_empty() {
            self.pieces.remove(piece);
        }
        self.len -= 1;
        Some(value)
    }

    /// Changes each; not its order.
    pub fn change_all(&mut self, change: impl FnMut(&mut T)) {
        self.pieces.iter_mut().flatten().for_each(change);
    }

    /// Drops those that `comes_before` holds for.
    pub fn drop_before(&mut self, comes_before: impl Fn(&T) -> bool) {
        let (piece, at) = self.place(comes_before);
        self.len -= self.pieces.drain(..piece).map(|piece| piece.len()).sum::<usize>() + at;
        if let Some(first) = self.pieces.first_mut() {
            first.drain(..at);
        }
    }

    /// The piece and the place in it of the first that `comes_before` does not hold for; behind the last piece if there is
    /// none.
    fn place(&self, comes_before: impl Fn(&T) -> bool) -> (usize, usize) {
        let ends_before = |piece: &Vec<T>| comes_before(piece.last().expect("no piece is empty"));
        let is_last = self.pieces.last().is_none_or(ends_before);
        let piece = if is_last { self.pieces.len() } else { self.pieces.partition_point(ends_before) };
        let at = self.pieces.get(piece).map_or(0, |piece| piece.partition_point(comes_before));
        (piece, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_sorted_column_whatever_comes_and_goes() {
        let (mut sorted, mut column) = (Sorted::default(), Vec::new());
        for number in 0..5_000_u64 {
            let value = number * 7_919 % 4_001;
            if number % 3 == 2 {
                let at = column.partition_point(|one| *one < value);
                let expected = (column.get(at) == Some(&value)).then(|| column.remove(at));
                assert_eq!(sorted.remove(|one| *one < value, |one| *one == value), expected);
            } else {
                column.insert(column.partition_point(|one| *one < value), value);
                sorted.insert(value, |one| *one < value);
            }
        }
        assert!(sorted.pieces.len() > 5, "it is in several pieces");
        assert_eq!((sorted.iter().collect::<Vec<_>>(), sorted.len()), (column.clone(), column.len()));
        for limit in [0, 1, 2_000, 4_000, 9_000] {
            let at = column.partition_point(|one| *one < limit);
            assert_eq!(sorted.from(|one| *one < limit).collect::<Vec<_>>(), column[at..]);
            assert!(sorted.before(|one| *one < limit).eq(column[..at].iter().rev().copied()));
        }
        sorted.drop_before(|one| *one < 2_000);
        column.drain(..column.partition_point(|one| *one < 2_000));
        assert_eq!((sorted.iter().collect::<Vec<_>>(), sorted.len()), (column.clone(), column.len()));
        assert_eq!(sorted.last(), column.last().copied());
        sorted.drop_before(|_| true);
        assert!(sorted.is_empty() && sorted.pieces.is_empty());
    }
}
