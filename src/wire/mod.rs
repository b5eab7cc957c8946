//! Bytes to domain and back: events, policies and metrics, as JSON and as Protobuf. The only place that knows prost.

pub mod batch;
