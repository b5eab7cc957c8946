//! The rows by which a conversation's last facts were credited, remembered beside it.
//!
//! Facts that follow each other mostly have the same credit, so they share a row. Looking rows up where they are kept would
//! wait for memory. Two are remembered, because a bot and a human, or a customer before and after a transfer, take turns.

use crate::domain::event::Millis;
use crate::domain::fact::{Credit, Row};
use crate::domain::names::Name;

/// The last two rows of one conversation, or of one agent.
#[derive(Debug, Clone, Copy, Default)]
pub struct LastRows([Option<Made>; 2]);

#[derive(Debug, Clone, Copy)]
struct Made {
    number: u64,
    credit: Credit,
    /// When a fact first had it, in minutes: near enough.
    minute: u32,
}

/// Rows on their way to the day, numbered through.
#[derive(Debug, Default)]
pub struct NewRows {
    first: u64,
    rows: Vec<Row>,
}

/// For how long a row is shared: if it were for longer, a long conversation would keep all rows that came after its first.
const SHARED_MINUTES: u32 = 60;

impl NewRows {
    /// The number of the row for a fact at `at`: one of the last that says the same, else a new one.
    pub fn number(&mut self, conversation: Option<Name>, credit: Credit, at: Millis, last: &mut LastRows) -> u64 {
        let minute = at.div_euclid(60_000) as u32;
        let says_it = |made: &&Made| made.credit == credit && made.minute.abs_diff(minute) <= SHARED_MINUTES;
        if let Some(made) = last.0.iter().flatten().find(says_it) {
            return made.number;
        }
        let number = self.first + self.rows.len() as u64;
        self.rows.push(Row { conversation, credit });
        last.0 = [Some(Made { number, credit, minute }), last.0[0]];
        number
    }

    /// Takes those made since the last call.
    pub fn drain(&mut self) -> impl Iterator<Item = Row> + '_ {
        self.first += self.rows.len() as u64;
        self.rows.drain(..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: Millis = 3_600_000;

    #[test]
    fn a_conversation_shares_its_row_for_an_hour() {
        let (mut rows, mut last) = (NewRows::default(), LastRows::default());
        let credit = Credit::default();
        assert_eq!(rows.number(None, credit, 0, &mut last), 0);
        assert_eq!(rows.number(None, credit, HOUR_MS, &mut last), 0);
        assert_eq!(rows.drain().count(), 1);
        assert_eq!(rows.number(None, credit, HOUR_MS + 60_000, &mut last), 1);
        let other = Credit { topics: 1, ..credit };
        assert_eq!(rows.number(None, other, 0, &mut last), 2);
        assert_eq!(rows.number(None, credit, HOUR_MS + 60_000, &mut last), 1, "the one before the last is known too");
    }
}
