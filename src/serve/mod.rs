//! From the board to people and scrapers, over HTTP.

pub mod access;
mod cap;
mod compression;
pub mod exposition;
mod families;
pub mod flows;
pub mod health;
pub mod http;
pub mod limits;
mod number;
mod pages;
mod patience;
pub mod problem;
mod renderings;
pub mod selection;
pub mod server;
pub mod traffic;
