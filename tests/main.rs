//! One test binary.

mod wire_contract;
mod wire_hostile;
mod wire_json_event;
mod wire_policy;
mod wire_protobuf_event;
mod wire_records;
mod wire_support;
mod wire_time;
