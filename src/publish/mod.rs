//! From the board to the metric topics.
