//! Where events come from: Kafka, files, the simulator; and where rejected records go.
