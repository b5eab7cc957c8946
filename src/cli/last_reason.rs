//! Why the brokers do not answer: what librdkafka said last of a connection that failed.
//!
//! A question that nobody answers ends with an error that says no more than that. The reason, such as `Connection
//! refused`, librdkafka tells beside it, and only to who serves its events.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext};

/// How long events are served before the reason is told: they are there already.
pub(super) const SERVE_WAIT: Duration = Duration::from_millis(50);

/// The context of a client that asks; what goes wrong is said once, by the command.
#[derive(Debug, Default)]
pub(super) struct LastReason {
    reason: Mutex<Option<String>>,
}

impl LastReason {
    /// Why a question had no answer: the reason, or what the question ended with where librdkafka gave none.
    pub(super) fn of(&self, error: &KafkaError) -> String {
        self.reason().clone().unwrap_or_else(|| error.to_string())
    }

    fn reason(&self) -> MutexGuard<'_, Option<String>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for LastReason {
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

    fn error(&self, error: KafkaError, reason: &str) {
        // That all are down is no reason: it has the same as the last one that went.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            *self.reason() = Some(reason.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}

impl ProducerContext for LastReason {
    type DeliveryOpaque = ();

    fn delivery(&self, _result: &DeliveryResult<'_>, (): ()) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_that_of_the_last_connection_and_without_one_the_error_itself() {
        let last = LastReason::default();
        let ended = KafkaError::MetadataFetch(RDKafkaErrorCode::BrokerTransportFailure);
        assert_eq!(last.of(&ended), ended.to_string());
        let failed = |code, reason: &str| last.error(KafkaError::Global(code), reason);
        failed(RDKafkaErrorCode::BrokerTransportFailure, "Connect to ipv4#127.0.0.1:1\nfailed: Connection refused");
        failed(RDKafkaErrorCode::AllBrokersDown, "1/1 brokers are down");
        assert_eq!(last.of(&ended), "Connect to ipv4#127.0.0.1:1 failed: Connection refused");
    }
}
