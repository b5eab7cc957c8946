//! The only reader of wall time.
