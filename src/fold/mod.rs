//! The workers that fold: routing, progress, passes.
