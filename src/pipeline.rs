//! The only file that knows every stage: builds them, joins them by bounded channels, owns tasks and shutdown order.
