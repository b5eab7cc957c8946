//! What happened: names, and agents' moves and statuses.

pub(in crate::domain) mod dictionary;
pub mod moves;
pub mod statuses;
