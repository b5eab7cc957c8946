//! From the board to people and scrapers, over HTTP.

mod cap;
mod compression;
pub mod exposition;
mod families;
pub mod flows;
pub mod health;
pub mod http;
mod number;
mod pages;
pub mod selection;
