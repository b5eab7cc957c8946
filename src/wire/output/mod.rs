//! What cxpulse says, as bytes: the keys and values of its topics, and the objects of `replay`.

pub mod json;
pub mod keys;
pub mod protobuf;
