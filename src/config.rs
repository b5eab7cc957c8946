//! The only reader of files and environment: defaults < TOML < `CXPULSE_…` < flags.
