//! The seeded contact centre of `demo`, `generate`, tests and benches. Pure: seed and times in, records out.
