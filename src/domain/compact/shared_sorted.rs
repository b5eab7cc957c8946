//! Values in ascending order that readers may hold: in pieces, of which only those that change are copied.
//!
//! As `pages` for columns: a clone shares every piece, and whoever writes on copies the one that a value comes into.

use std::sync::Arc;

/// Values in ascending order, equal ones side by side.
#[derive(Debug, Clone)]
pub struct SharedSorted<T> {
    /// None is empty, and each comes before the next.
    pieces: Vec<Arc<Vec<T>>>,
}

/// Values in a piece at most; a full one is split.
const PIECE: usize = 64;

impl<T> Default for SharedSorted<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T: Clone> SharedSorted<T> {
    /// Those that `comes_before` does not hold for, in ascending order; it holds for all up to some place.
    pub fn from(&self, comes_before: impl Fn(&T) -> bool) -> impl Iterator<Item = &T> {
        let (piece, at) = self.place(comes_before);
        let rest = self.pieces.get(piece).map(|piece| &piece[at..]).unwrap_or_default();
        rest.iter().chain(self.pieces.iter().skip(piece + 1).flat_map(|piece| piece.iter()))
    }

    /// Puts one behind those that `comes_before` holds for.
    pub fn insert(&mut self, value: T, comes_before: impl Fn(&T) -> bool) {
        let (piece, at) = self.place(comes_before);
        // What comes last goes on in the last piece.
        let (piece, at) = match self.pieces.last() {
            Some(last) if piece == self.pieces.len() && last.len() < PIECE => (piece - 1, last.len()),
            _ => (piece, at),
        };
        let Some(values) = self.pieces.get_mut(piece).map(Arc::make_mut) else {
            self.pieces.push(Arc::new(vec![value]));
            return;
        };
        values.insert(at, value);
        if values.len() > PIECE {
            let rest = values.split_off(PIECE / 2);
            self.pieces.insert(piece + 1, Arc::new(rest));
        }
    }

    /// Takes out the one behind those that `comes_before` holds for, if `is_it`.
    pub fn remove(&mut self, comes_before: impl Fn(&T) -> bool, is_it: impl FnOnce(&T) -> bool) -> Option<T> {
        let (piece, at) = self.place(comes_before);
        if !is_it(&self.pieces.get(piece)?[at]) {
            return None;
        }
        let values = Arc::make_mut(&mut self.pieces[piece]);
        let value = values.remove(at);
        if values.is_empty() {
            self.pieces.remove(piece);
        }
        Some(value)
    }

    /// The piece and the place in it of the first that `comes_before` does not hold for; behind the last piece if there is
    /// none.
    fn place(&self, comes_before: impl Fn(&T) -> bool) -> (usize, usize) {
        let ends_before = |piece: &Arc<Vec<T>>| comes_before(piece.last().expect("no piece is empty"));
        let piece = self.pieces.partition_point(ends_before);
        let at = self.pieces.get(piece).map_or(0, |piece| piece.partition_point(comes_before));
        (piece, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_sorted_column_whatever_comes_and_goes_and_readers_keep_theirs() {
        let (mut sorted, mut column, mut taken) = (SharedSorted::default(), Vec::new(), Vec::new());
        for number in 0..2_000_u64 {
            let value = number * 7_919 % 1_001;
            if number % 3 == 2 {
                let at = column.partition_point(|one| *one < value);
                let expected = (column.get(at) == Some(&value)).then(|| column.remove(at));
                assert_eq!(sorted.remove(|one| *one < value, |one| *one == value), expected);
            } else {
                column.insert(column.partition_point(|one| *one < value), value);
                sorted.insert(value, |one| *one < value);
            }
            if number % 500 == 0 {
                taken.push((sorted.clone(), column.clone()));
            }
        }
        assert!(sorted.pieces.len() > 5, "it is in several pieces");
        taken.push((sorted, column));
        for (sorted, column) in &taken {
            assert!(sorted.from(|_| false).eq(column.iter()));
            for limit in [0, 1, 500, 9_000] {
                let at = column.partition_point(|one| *one < limit);
                assert!(sorted.from(|one| *one < limit).eq(&column[at..]));
            }
        }
    }
}
