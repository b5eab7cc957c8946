//! What cxpulse says, as bytes: the keys and values of its topics, the objects of `replay`, and answers to
//! questions; exports as lines.

pub mod csv;
pub mod fact_words;
pub mod json;
pub mod keys;
pub mod policy_field;
pub mod protobuf;
