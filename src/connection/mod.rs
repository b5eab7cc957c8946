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

/// Librdkafka's other names for properties, each with the one that is used here. Of two names for the same thing,
/// librdkafka would take whichever it is told last, and rdkafka tells it in no order.
const ALIASES: [(&str, &str); 12] = [
    ("metadata.broker.list", BROKERS),
    ("max.in.flight", "max.in.flight.requests.per.connection"),
    ("sasl.mechanism", "sasl.mechanisms"),
    ("sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"),
    ("sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"),
    ("max.partition.fetch.bytes", "fetch.message.max.bytes"),
    ("queue.buffering.max.ms", "linger.ms"),
    ("message.send.max.retries", "retries"),
    ("compression.codec", "compression.type"),
    ("request.required.acks", "acks"),
    ("delivery.timeout.ms", "message.timeout.ms"),
    ("auto.commit.enable", "enable.auto.commit"),
];

/// The one name of a property that may have two.
fn name_of(key: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == key).map_or(key, |(_, name)| name)
}

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
    let is_fixed = |key: &str| fixed.iter().any(|(ours, _)| name_of(ours) == name_of(key));
    if let Some((key, _)) = connection.iter().find(|(key, _)| is_fixed(key)) {
        return Err(Refused::Ours(key.clone()));
    }
    layered(defaults, connection, fixed).create_with_context(context).map_err(|error| refused(&error, connection))
}

fn layered(defaults: &[(&str, &str)], connection: &[(String, String)], fixed: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    for (key, value) in defaults {
        config.set(name_of(key), *value);
    }
    for (key, value) in connection {
        config.set(name_of(key), value);
    }
    for (key, value) in fixed {
        config.set(name_of(key), *value);
    }
    config
}

fn refused(error: &KafkaError, connection: &[(String, String)]) -> Refused {
    // By the name that was configured, where it has two.
    let named = |name: &str| {
        let configured = connection.iter().rfind(|(key, _)| name_of(key) == name);
        configured.map_or(name, |(key, _)| key).to_owned()
    };
    match error {
        // What librdkafka says of a value may quote it.
        KafkaError::ClientConfig(_, what, key, _) if what.contains("No such") => {
            Refused::Unfit(format!("no such property: {}", named(key)))
        }
        KafkaError::ClientConfig(_, _, key, _) => Refused::Unfit(format!("a value that {} does not take", named(key))),
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

    #[test]
    fn a_property_is_the_same_by_either_of_its_names() {
        for (alias, name) in ALIASES {
            let wishes = pairs(&[(alias, "1")]);
            let config = layered(&[(name, "2")], &wishes, &[]);
            assert_eq!((config.get(name), config.get(alias)), (Some("1"), None), "{alias} is laid over {name}");
            let made: Result<BaseProducer, Refused> = client(&[], &wishes, &[(name, "2")], DefaultProducerContext);
            assert_eq!(made.err(), Some(Refused::Ours(alias.to_owned())), "{alias} is {name}");
        }
    }

    #[test]
    fn librdkafka_knows_every_name_used_here_and_what_it_refuses_has_the_name_configured() {
        let refusal = |key: &str| {
            let made: Result<BaseProducer, Refused> =
                client(&[], &pairs(&[(key, "none")]), &[], DefaultProducerContext);
            made.err().map(|refused| refused.to_string())
        };
        for (_, name) in ALIASES {
            assert!(!refusal(name).is_some_and(|said| said.contains("no such property")), "{name}");
        }
        let said = refusal("queue.buffering.max.ms").expect("it is no number");
        assert!(said.starts_with("kafka_properties: a value that queue.buffering.max.ms does not take;"), "{said}");
    }
}
