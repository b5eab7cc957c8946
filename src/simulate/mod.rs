//! The seeded contact centre of `demo`, `generate`, tests and benches. Pure: seed and times in, records out.
//!
//! Figures measured on thin data mislead, and real data is private: so this plays a whole centre, with busy hours,
//! shifts, bots, transfers, visits over parallel conversations, surveys and moods. The same settings give the same
//! bytes, on any machine: there is no floating-point function here that could differ.

mod aftermath;
mod arrivals;
mod centre;
mod chaos;
mod chat;
mod delivery;
mod desks;
mod ids;
mod opening;
mod random;
mod record;
mod rota;
mod simulation;
mod story;
mod words;

pub use record::{Extras, Payload, Record, Topic};
pub use simulation::{EVENTS_PER_HUNDRED_CONVERSATIONS, Settings, Simulation};
