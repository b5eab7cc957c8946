//! Rows that say whom facts are credited to, by the numbers that the history gave them.
//!
//! They are kept in pieces, so that adding one copies none, a reader shares them, and a day's oldest go piece by piece. A
//! piece that is full is packed: of each number it keeps as many bits as the piece needs to tell its own apart, ten bytes a
//! row where there are thousands of agents and millions of conversations.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::compact::growth;
use crate::domain::compact::prefetch::prefetch_at;
use crate::domain::fact::{Credit, Row};
use crate::domain::names::Name;

/// The rows of one account. A clone shares them.
#[derive(Debug, Default, Clone)]
pub struct Rows {
    /// The number of the first row kept; a multiple of `PIECE`.
    first: u64,
    full: VecDeque<Arc<Packed>>,
    /// Those behind the full pieces.
    open: Arc<Vec<Row>>,
}

/// Of a row what sums ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SummedFor {
    /// To whom facts are credited.
    pub agent: Option<Name>,
    /// What the conversation was in then.
    pub skill: Option<Name>,
    /// The customer.
    pub contact: Option<Name>,
}

/// Rows in a piece.
const PIECE: usize = 4096;
/// Numbers in a row.
const NUMBERS: usize = 6;

/// A full piece.
#[derive(Debug)]
struct Packed {
    columns: [Column; NUMBERS],
    /// Bits of a row.
    row_bits: usize,
    /// Row behind row, and eight bytes more: reading takes eight at once.
    bytes: Box<[u8]>,
}

/// Where one of the numbers of a row stands.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    /// It is added to what stands there.
    least: u32,
    mask: u32,
    /// The first of its bits in a row.
    bit: usize,
}

impl Rows {
    /// No row with a smaller number is kept.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Adds the row of the next number.
    pub fn push(&mut self, row: Row) {
        let open = Arc::make_mut(&mut self.open);
        growth::push(open, row);
        if open.len() == PIECE {
            self.full.push_back(Arc::new(Packed::of(open)));
            open.clear();
        }
    }

    /// A row by its number.
    #[must_use]
    pub fn get(&self, number: u64) -> Row {
        let place = (number - self.first) as usize;
        match self.full.get(place / PIECE) {
            Some(full) => full.get(place % PIECE),
            None => self.open[place % PIECE],
        }
    }

    /// Whom facts with a row are summed for.
    #[inline]
    #[must_use]
    pub fn summed_for(&self, number: u64) -> SummedFor {
        let place = (number - self.first) as usize;
        match self.full.get(place / PIECE) {
            Some(full) => full.summed_for(place % PIECE),
            None => {
                let Credit { agent, skill, contact, .. } = self.open[place % PIECE].credit;
                SummedFor { agent, skill, contact }
            }
        }
    }

    /// Has a row brought into the caches.
    #[inline]
    pub fn prefetch(&self, number: u64) {
        let place = (number - self.first) as usize;
        if let Some(full) = self.full.get(place / PIECE) {
            prefetch_at(&full.bytes, place % PIECE * full.row_bits / 8);
        }
    }

    /// Drops rows before `oldest`, as far as full pieces go.
    pub fn drop_before(&mut self, oldest: u64) {
        while !self.full.is_empty() && self.first + PIECE as u64 <= oldest {
            self.full.pop_front();
            self.first += PIECE as u64;
        }
    }
}

impl Packed {
    fn of(rows: &[Row]) -> Self {
        let mut columns = [Column::default(); NUMBERS];
        let mut row_bits = 0;
        for (place, column) in columns.iter_mut().enumerate() {
            let numbers = || rows.iter().map(|row| numbers_of(row)[place]);
            let least = numbers().min().unwrap_or_default();
            let bits = numbers().max().unwrap_or_default().wrapping_sub(least).checked_ilog2().map_or(0, |log| log + 1);
            *column = Column { least, mask: ((1_u64 << bits) - 1) as u32, bit: row_bits };
            row_bits += bits as usize;
        }
        let bytes = vec![0; (rows.len() * row_bits).div_ceil(8) + size_of::<u64>()].into_boxed_slice();
        let mut packed = Self { columns, row_bits, bytes };
        rows.iter().enumerate().for_each(|(place, row)| packed.put(place, row));
        packed
    }

    fn put(&mut self, place: usize, row: &Row) {
        for (column, number) in self.columns.iter().zip(numbers_of(row)) {
            let bit = place * self.row_bits + column.bit;
            let eight: &mut [u8; 8] = eight_at(&mut self.bytes, bit / 8);
            *eight = (u64::from_le_bytes(*eight) | u64::from(number - column.least) << (bit % 8)).to_le_bytes();
        }
    }

    #[inline]
    fn number(&self, place: usize, column: &Column) -> u32 {
        let bit = place * self.row_bits + column.bit;
        let eight = self.bytes[bit / 8..bit / 8 + 8].try_into().expect("a slice of eight");
        column.least + ((u64::from_le_bytes(eight) >> (bit % 8)) as u32 & column.mask)
    }

    #[inline]
    fn summed_for(&self, place: usize) -> SummedFor {
        let [_, agent, skill, contact, ..] = &self.columns;
        let name = |column| Name::from_code(self.number(place, column));
        SummedFor { agent: name(agent), skill: name(skill), contact: name(contact) }
    }

    fn get(&self, place: usize) -> Row {
        let number = |column: &Column| self.number(place, column);
        let [conversation, agent, skill, contact, topics, via] = &self.columns;
        Row {
            conversation: Name::from_code(number(conversation)),
            credit: Credit {
                agent: Name::from_code(number(agent)),
                skill: Name::from_code(number(skill)),
                contact: Name::from_code(number(contact)),
                topics: number(topics),
                via: number(via),
            },
        }
    }
}

fn eight_at(bytes: &mut [u8], at: usize) -> &mut [u8; 8] {
    (&mut bytes[at..at + 8]).try_into().expect("a slice of eight")
}

/// The numbers of a row, in the order of the columns.
fn numbers_of(row: &Row) -> [u32; NUMBERS] {
    let Row { conversation, credit: Credit { agent, skill, contact, topics, via } } = *row;
    let [conversation, agent, skill, contact] = [conversation, agent, skill, contact].map(Name::to_code);
    [conversation, agent, skill, contact, topics, via]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that need all bits, few, or none.
    fn row(number: usize) -> Row {
        let name = |number: usize| Name::from_code(number as u32);
        let credit = Credit {
            agent: name(number * 7_919 % 10_007),
            skill: name(number / PIECE % 3 * 500),
            contact: name(usize::MAX - number * 1_000_003),
            topics: u32::MAX - number as u32,
            via: number as u32 % 2 * u32::MAX,
        };
        Row { conversation: name(number + 1), credit }
    }

    #[test]
    fn numbers_stay_when_old_pieces_go() {
        let (mut rows, count) = (Rows::default(), PIECE * 3 + 5);
        (0..count).for_each(|number| rows.push(row(number)));
        assert!((0..count).all(|number| rows.get(number as u64) == row(number)));
        let taken = rows.clone();
        rows.drop_before(PIECE as u64 * 2 - 1);
        assert_eq!((rows.first, rows.full.len()), (PIECE as u64, 2));
        assert!((PIECE..count).all(|number| rows.get(number as u64) == row(number)));
        rows.drop_before(u64::MAX);
        rows.push(row(7));
        assert_eq!((rows.get(count as u64), rows.get(count as u64 - 1)), (row(7), row(count - 1)));
        assert_eq!(taken.get(0), row(0));
    }
}
