//! The contract of `proto/` as generated types: for encoding, tests and everything cold; the hot path decodes borrowed.

include!(concat!(env!("OUT_DIR"), "/cxpulse.v1.rs"));

/// The compiled contract with its comments, as a serialised `FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
