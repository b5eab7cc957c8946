//! One test binary: laws, scenarios, the batch reference, and the program from outside.

mod engine;
mod laws;
#[expect(unreachable_pub, reason = "it stands by itself, as a crate would")]
mod reference;
mod scenarios;
mod stories;
