//! What is told of people one by one: what customers answered, which conversations there are, what agents do; and, for
//! those who may see it, what people are called and said.
//!
//! Rows are numbers of names, so that a hundred thousand of them can be sorted before those of a page are told by name.

pub mod agents;
pub mod conversations;
pub mod named;
pub mod ratings;
