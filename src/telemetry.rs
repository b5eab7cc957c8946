//! Tracing set-up, and every engine metric's name in one table.
