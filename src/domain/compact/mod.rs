//! Bytes and caches, without a meaning of their own: how little memory a number takes, and how early it is read.

pub mod growth;
pub mod prefetch;
pub mod varint;
