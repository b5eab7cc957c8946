//! Rows that say whom facts are credited to, by the numbers that the history gave them.
//!
//! They are kept in pieces, so that adding one copies none, a reader shares them, and a day's oldest go piece by piece.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::compact::growth;
use crate::domain::fact::Row;

/// The rows of one account. A clone shares them.
#[derive(Debug, Default, Clone)]
pub struct Rows {
    /// The number of the first row kept; a multiple of `PIECE`.
    first: u64,
    pieces: VecDeque<Arc<Vec<Row>>>,
}

/// Rows in a piece.
const PIECE: usize = 4096;

impl Rows {
    /// Adds the row of the next number.
    pub fn push(&mut self, row: Row) {
        if self.pieces.back().is_none_or(|piece| piece.len() == PIECE) {
            self.pieces.push_back(Arc::default());
        }
        let last = self.pieces.back_mut().expect("one was pushed if there was none with room");
        growth::push(Arc::make_mut(last), row);
    }

    /// A row by its number.
    #[must_use]
    pub fn get(&self, number: u64) -> &Row {
        let place = (number - self.first) as usize;
        &self.pieces[place / PIECE][place % PIECE]
    }

    /// Drops rows before `oldest`, as far as whole pieces go.
    pub fn drop_before(&mut self, oldest: u64) {
        while self.pieces.len() > 1 && self.first + PIECE as u64 <= oldest {
            self.pieces.pop_front();
            self.first += PIECE as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::Credit;
    use crate::domain::names::Name;

    fn row(conversation: usize) -> Row {
        Row { conversation: Some(Name::at(conversation)), credit: Credit::default() }
    }

    #[test]
    fn numbers_stay_when_old_pieces_go() {
        let (mut rows, count) = (Rows::default(), PIECE * 3);
        (0..count).for_each(|conversation| rows.push(row(conversation)));
        let taken = rows.clone();
        rows.drop_before(PIECE as u64 * 2 - 1);
        assert_eq!((rows.first, rows.pieces.len()), (PIECE as u64, 2));
        assert_eq!(*rows.get(count as u64 - 1), row(count - 1));
        rows.drop_before(u64::MAX);
        rows.push(row(7));
        assert_eq!(*rows.get(count as u64), row(7));
        assert_eq!(*taken.get(0), row(0));
    }
}
