//! Rows that say whom facts are credited to, shared by the facts of a conversation that follow each other.
//!
//! They are kept in pieces, numbered through, so that adding one copies none and a day's oldest go piece by piece.

use std::collections::VecDeque;

use crate::domain::bucket::Bucket;
use crate::domain::fact::Credit;

/// Conversation and credit, which facts share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The conversation's number.
    pub conversation: u32,
    /// Whom it is credited to.
    pub credit: Credit,
}

/// A conversation's last two rows, remembered beside it: looking them up here would wait for memory. Two, because a
/// bot and a human, or a customer before and after a transfer, take turns.
#[derive(Debug, Clone, Copy, Default)]
pub struct Latest([Option<Made>; 2]);

#[derive(Debug, Clone, Copy)]
struct Made {
    number: u64,
    credit: Credit,
    bucket: Bucket,
}

/// The rows of one account.
#[derive(Debug, Default)]
pub struct Rows {
    /// The number of the first row kept; a multiple of `PIECE`.
    first: u64,
    pieces: VecDeque<Vec<Row>>,
}

/// Rows in a piece.
const PIECE: usize = 4096;

/// Buckets for which a row is shared: if it were for longer, a long conversation would keep all that came after its
/// first row.
const SHARED_BUCKETS: u64 = 12;

impl Rows {
    /// The number of the row for a fact in `bucket`: one of the conversation's latest that says the same, else a new one.
    pub fn number(&mut self, row: Row, bucket: Bucket, latest: &mut Latest) -> u64 {
        let says_it = |made: &&Made| made.credit == row.credit && near(made.bucket, bucket);
        if let Some(made) = latest.0.iter().flatten().find(says_it) {
            return made.number;
        }
        let number = self.push(row);
        latest.0 = [Some(Made { number, credit: row.credit, bucket }), latest.0[0]];
        number
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

    fn push(&mut self, row: Row) -> u64 {
        if self.pieces.back().is_none_or(|piece| piece.len() == PIECE) {
            self.pieces.push_back(Vec::with_capacity(PIECE));
        }
        let full = (self.pieces.len() - 1) * PIECE;
        let last = self.pieces.back_mut().expect("one was pushed if there was none with room");
        last.push(row);
        self.first + (full + last.len() - 1) as u64
    }
}

fn near(one: Bucket, other: Bucket) -> bool {
    one.since(other).unsigned_abs() <= SHARED_BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(conversation: u32) -> Row {
        Row { conversation, credit: Credit::default() }
    }

    #[test]
    fn a_conversation_shares_its_row_for_an_hour() {
        let (mut rows, mut latest, bucket) = (Rows::default(), Latest::default(), Bucket::of(0));
        let first = rows.number(row(1), bucket, &mut latest);
        assert_eq!(rows.number(row(1), bucket.later(12), &mut latest), first);
        assert_ne!(rows.number(row(1), bucket.later(13), &mut latest), first);
        let other = Row { credit: Credit { topics: 1, ..Credit::default() }, ..row(1) };
        let second = rows.number(other, bucket, &mut latest);
        assert_eq!(*rows.get(second), other);
        assert_eq!(*rows.get(first), row(1));
    }

    #[test]
    fn numbers_stay_when_old_pieces_go() {
        let (mut rows, count) = (Rows::default(), PIECE as u32 * 3);
        for conversation in 0..count {
            assert_eq!(rows.number(row(conversation), Bucket::of(0), &mut Latest::default()), u64::from(conversation));
        }
        rows.drop_before(PIECE as u64 * 2 - 1);
        assert_eq!((rows.first, rows.pieces.len()), (PIECE as u64, 2));
        assert_eq!(*rows.get(u64::from(count) - 1), row(count - 1));
        rows.drop_before(u64::MAX);
        assert_eq!(rows.number(row(7), Bucket::of(0), &mut Latest::default()), u64::from(count));
    }
}
