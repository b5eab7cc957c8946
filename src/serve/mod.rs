//! From the board to people and scrapers, over HTTP.

pub mod exposition;
mod families;
mod number;
