//! Growth by a sixteenth instead of by doubling: what is kept for a day is worth more than the copies on the way.

/// Appends to a long-lived column, whose room for more stays small.
#[inline]
pub fn push<T>(column: &mut Vec<T>, value: T) {
    make_room(column, 1);
    column.push(value);
}

/// Room that is made at once at least, in a column that is not small itself.
const LEAST: usize = 16;

/// Makes room for `more` values, and some to spare.
#[inline]
pub fn make_room<T>(column: &mut Vec<T>, more: usize) {
    if column.capacity() - column.len() < more {
        column.reserve_exact(more.max(column.len() / 16).max(LEAST.min(column.len() + 1)));
    }
}
