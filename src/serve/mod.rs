//! From the board to people and scrapers, over HTTP.

mod accept;
pub mod access;
mod addresses;
pub mod asking;
mod cap;
mod compression;
pub mod exposition;
mod families;
pub mod flows;
pub mod health;
pub mod http;
pub mod limits;
pub mod liveperson;
pub mod native;
mod number;
mod openapi;
mod pages;
mod patience;
pub mod problem;
mod renderings;
pub mod selection;
pub mod server;
mod streamed;
pub mod traffic;
pub mod wallboard;
