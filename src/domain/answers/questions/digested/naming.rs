//! What the groups of an answer are called, and their order by that.

use crate::domain::answers::questions::asked::Asked;
use crate::domain::answers::questions::{Dimension, Id};
use crate::domain::day::digests::Key;

/// The names of one dimension in some groups, sorted once: they are then sorted by numbers.
pub(super) struct Names {
    column: usize,
    pub(super) ids: Vec<Id>,
    /// By code, the place in these.
    ranks: Vec<u32>,
}

impl Names {
    pub(super) fn of(asked: &Asked<'_>, dimension: Dimension, column: usize, keys: &[Key]) -> Self {
        let most = keys.iter().map(|key| key[column]).max().unwrap_or_default();
        let mut ranks = vec![u32::MAX; most as usize + 1];
        let mut texts = Vec::new();
        for code in keys.iter().map(|key| key[column]) {
            if std::mem::take(&mut ranks[code as usize]) == u32::MAX {
                texts.push((asked.text(dimension, code), code));
            }
        }
        texts.sort_unstable();
        (0..).zip(&texts).for_each(|(rank, (_, code))| ranks[*code as usize] = rank);
        Self { column, ids: Id::together(texts.iter().map(|(text, _)| *text)), ranks }
    }

    /// The place of a group's name in these.
    pub(super) fn rank(&self, key: &Key) -> u32 {
        self.ranks[key[self.column] as usize]
    }
}
