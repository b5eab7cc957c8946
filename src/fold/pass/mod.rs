//! What to say of the accounts, and when: what changed, what time moved, and what is due again.

pub mod agenda;
pub mod cadence;
pub(super) mod member;
pub(super) mod repeats;
pub(super) mod sweep;
