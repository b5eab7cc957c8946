//! Connections to Kafka: where the brokers are, and in which order librdkafka's properties are laid over each other.
//!
//! Every client of ours, whatever it is for, has defaults that the configuration may change and some that it may not.

pub mod producer;
pub mod trouble;

use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::KafkaError;

use crate::config::Settings;

/// Librdkafka's name for the brokers' addresses.
pub const BROKERS: &str = "bootstrap.servers";

/// A property that is not taken. It names the property and never its value, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// By librdkafka.
    #[error("kafka_properties: {0}; right would be properties that librdkafka knows, such as security.protocol=SSL")]
    Unfit(String),
    /// By us: with another value the numbers would be wrong.
    #[error("kafka_properties: {0} is cxpulse's own to set; right would be to leave it out")]
    Ours(String),
}

/// What a client is told of the brokers: where they are, and what else the configuration says, such as TLS and SASL.
#[must_use]
pub fn of(settings: &Settings) -> Vec<(String, String)> {
    let brokers = (BROKERS.to_owned(), settings.brokers.join(","));
    [brokers].into_iter().chain(settings.kafka_properties.iter().cloned()).collect()
}

/// A client with these `defaults`, over them the properties of the connection, over both what is `fixed`. Brokers are
/// not asked for.
///
/// # Errors
/// When librdkafka refuses a property, or one of the connection's is among the fixed ones.
pub fn client<C: ClientContext, T: FromClientConfigAndContext<C>>(
    defaults: &[(&str, &str)],
    connection: &[(String, String)],
    fixed: &[(&str, &str)],
    context: C,
) -> Result<T, Refused> {
    if let Some((key, _)) = connection.iter().find(|(key, _)| fixed.iter().any(|(ours, _)| ours == key)) {
        return Err(Refused::Ours(key.clone()));
    }
    layered(defaults, connection, fixed).create_with_context(context).map_err(|error| refused(&error))
}

fn layered(defaults: &[(&str, &str)], connection: &[(String, String)], fixed: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    for (key, value) in defaults {
        config.set(*key, *value);
    }
    for (key, value) in connection {
        config.set(key, value);
    }
    for (key, value) in fixed {
        config.set(*key, *value);
    }
    config
}

fn refused(error: &KafkaError) -> Refused {
    match error {
        // What librdkafka says of a value may quote it.
        KafkaError::ClientConfig(_, what, key, _) if what.contains("No such") => {
            Refused::Unfit(format!("no such property: {key}"))
        }
        KafkaError::ClientConfig(_, _, key, _) => Refused::Unfit(format!("a value that {key} does not take")),
        other => Refused::Unfit(other.to_string()),
    }
}

#[cfg(test)]
mod tests {

    use rdkafka::producer::{BaseProducer, DefaultProducerContext};

    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_configuration_changes_defaults_and_nothing_that_is_fixed() {
        let wishes = pairs(&[("acks", "1")]);
        let config = layered(&[("acks", "all"), ("client.id", "me")], &wishes, &[("linger.ms", "5")]);
        let got = ["acks", "client.id", "linger.ms"].map(|key| config.get(key));
        assert_eq!(got, [Some("1"), Some("me"), Some("5")]);
        let wishes = pairs(&[("linger.ms", "9")]);
        let made: Result<BaseProducer, Refused> = client(&[], &wishes, &[("linger.ms", "5")], DefaultProducerContext);
        assert_eq!(
            made.err().expect("the wish is refused").to_string(),
            "kafka_properties: linger.ms is cxpulse's own to set; right would be to leave it out"
        );
    }

    #[test]
    fn what_is_refused_is_named_without_its_value() {
        let refusal = |pair: (&str, &str)| {
            let made: Result<BaseProducer, Refused> = client(&[], &pairs(&[pair]), &[], DefaultProducerContext);
            made.err().expect("librdkafka refuses it").to_string()
        };
        assert!(refusal(("sasl.pasword", "hunter2")).starts_with("kafka_properties: no such property: sasl.pasword;"));
        let value = refusal(("security.protocol", "hunter2"));
        assert!(value.starts_with("kafka_properties: a value that security.protocol does not take;"), "{value}");
        assert!(!value.contains("hunter2"));
    }
}
