//! From the board to people and scrapers, over HTTP.
