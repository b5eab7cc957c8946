//! Bytes and caches, without a meaning of their own: how little memory a number takes, how early it is read, and who
//! shares it.

pub mod due;
pub mod growth;
pub mod pages;
pub mod prefetch;
pub mod rare;
pub mod shared_sorted;
pub mod small_map;
pub mod sorted;
pub mod tape;
pub mod varint;
