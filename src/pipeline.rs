//! The only place that knows every stage: builds them, joins them by bounded channels, owns tasks and shutdown order.

pub mod replay;
