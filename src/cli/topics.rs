//! `cxpulse topics create|check`: the topics this version reads and writes, as they should be.

use clap::{Args, Subcommand};

use super::Failure;
use super::flags::KafkaFlags;

/// Create the topics, or check that they are as they should be
#[derive(Debug, Args)]
pub(super) struct Topics {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create the topics that do not exist, and check the others
    Create(Create),
    /// Name everything that is wrong with the topics, and what would be right
    Check(Check),
}

#[derive(Debug, Args)]
struct Create {
    /// Partitions of each new topic
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(i32).range(1..=10_000))]
    partitions: i32,
    /// Copies of each partition [default: as the brokers are configured]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=100))]
    replication: Option<i32>,
    #[command(flatten)]
    flags: KafkaFlags,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    flags: KafkaFlags,
}

impl Topics {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let (Action::Create(Create { flags, .. }) | Action::Check(Check { flags })) = &self.action;
        let Some(resolved) = flags.load()? else { return Ok(()) };
        let new = match &self.action {
            Action::Create(create) => Some((create.partitions, create.replication)),
            Action::Check(_) => None,
        };
        with_kafka::run(&resolved.settings, new)
    }
}

#[cfg(not(feature = "kafka"))]
mod with_kafka {
    use super::Failure;
    use crate::config::Settings;

    pub(super) fn run(_: &Settings, _: Option<(i32, Option<i32>)>) -> Result<(), Failure> {
        let message = "this cxpulse was built without Kafka; right would be a build with the feature `kafka`";
        Err(Failure::Usage(message.to_owned()))
    }
}

#[cfg(feature = "kafka")]
mod with_kafka {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use rdkafka::ClientConfig;
    use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
    use rdkafka::client::ClientContext;
    use rdkafka::config::RDKafkaLogLevel;
    use rdkafka::error::{KafkaError, RDKafkaErrorCode};

    use crate::cli::topic_layout::{Found, Layout, layouts};
    use crate::cli::{Failure, output};
    use crate::config::Settings;

    /// How long the brokers may take to answer.
    const ANSWER_WAIT: Duration = Duration::from_secs(8);
    /// What leaves the number of copies to the brokers.
    const AS_CONFIGURED: i32 = -1;

    /// Creates what is missing, where `new` says how, then names what is wrong.
    pub(super) fn run(settings: &Settings, new: Option<(i32, Option<i32>)>) -> Result<(), Failure> {
        let desk = Desk::new(settings)?;
        let layouts = layouts(settings);
        let mut found = desk.find(&layouts)?;
        if let Some((partitions, replication)) = new {
            let missing: Vec<&Layout> = layouts.iter().filter(|layout| !found.contains_key(&layout.topic)).collect();
            desk.create(&missing, partitions, replication)?;
            for layout in missing {
                // A broker may need a moment to know what it has just created.
                let settings = layout.settings().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                found.insert(layout.topic.clone(), Found { partitions: partitions.unsigned_abs() as usize, settings });
            }
        }
        judge(&layouts, &found)
    }

    fn judge(layouts: &[Layout], found: &BTreeMap<String, Found>) -> Result<(), Failure> {
        let of = |layout: &Layout| layout.faults(found.get(&layout.topic).unwrap_or(&Found::default()));
        let faults: Vec<String> = layouts.iter().flat_map(of).collect();
        if faults.is_empty() {
            return output::print(format!("{} topics are as they should be\n", layouts.len()).as_bytes());
        }
        Err(Failure::Usage(faults.join("\ncxpulse: ")))
    }

    struct Desk {
        brokers: String,
        client: AdminClient<Quiet>,
        runtime: tokio::runtime::Runtime,
    }

    impl Desk {
        fn new(settings: &Settings) -> Result<Self, Failure> {
            let brokers = settings.brokers.join(",");
            let mut config = ClientConfig::new();
            config.set("client.id", "cxpulse-topics").set("bootstrap.servers", &brokers);
            for (key, value) in &settings.kafka_properties {
                config.set(key, value);
            }
            let client = config.create_with_context(Quiet).map_err(|error| Failure::Usage(error.to_string()))?;
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let runtime = runtime.map_err(|error| Failure::Running(format!("no runtime: {error}")))?;
            Ok(Self { brokers, client, runtime })
        }

        /// What there is of the topics, by name.
        fn find(&self, layouts: &[Layout]) -> Result<BTreeMap<String, Found>, Failure> {
            let metadata = self.client.inner().fetch_metadata(None, ANSWER_WAIT).map_err(|error| self.away(&error))?;
            let ours = |name: &str| layouts.iter().any(|layout| layout.topic == name);
            let topics = metadata.topics().iter().filter(|topic| ours(topic.name()) && topic.error().is_none());
            let mut found: BTreeMap<String, Found> = topics
                .map(|topic| (topic.name().to_owned(), topic.partitions().len()))
                .map(|(name, partitions)| (name, Found { partitions, ..Found::default() }))
                .collect();
            self.add_settings(&mut found)?;
            Ok(found)
        }

        fn add_settings(&self, found: &mut BTreeMap<String, Found>) -> Result<(), Failure> {
            let names: Vec<String> = found.keys().cloned().collect();
            if names.is_empty() {
                return Ok(());
            }
            let asked: Vec<ResourceSpecifier<'_>> = names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
            let answers = self.runtime.block_on(self.client.describe_configs(&asked, &options()));
            // Answers come in the order of the questions.
            for (name, answer) in names.iter().zip(answers.map_err(|error| self.away(&error))?) {
                let config =
                    answer.map_err(|code| Failure::Running(format!("cannot read the settings of {name}: {code}")))?;
                let settings = config.entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?)));
                found.entry(name.clone()).or_default().settings = settings.collect();
            }
            Ok(())
        }

        fn create(&self, missing: &[&Layout], partitions: i32, replication: Option<i32>) -> Result<(), Failure> {
            if missing.is_empty() {
                return Ok(());
            }
            let settings: Vec<Vec<(&str, String)>> = missing.iter().map(|layout| layout.settings()).collect();
            let new = missing.iter().zip(&settings).map(|(layout, settings)| {
                let copies = TopicReplication::Fixed(replication.unwrap_or(AS_CONFIGURED));
                settings.iter().fold(NewTopic::new(&layout.topic, partitions, copies), |topic, (name, value)| {
                    topic.set(name, value)
                })
            });
            let new: Vec<NewTopic<'_>> = new.collect();
            let results = self.runtime.block_on(self.client.create_topics(&new, &options()));
            for result in results.map_err(|error| self.away(&error))? {
                match result {
                    Ok(topic) => output::print(format!("created {topic}\n").as_bytes())?,
                    Err((topic, code)) => return Err(refused(&topic, code)),
                }
            }
            Ok(())
        }

        fn away(&self, error: &KafkaError) -> Failure {
            Failure::Running(format!("Kafka at {} does not answer: {error}", self.brokers))
        }
    }

    fn refused(topic: &str, code: RDKafkaErrorCode) -> Failure {
        match code {
            RDKafkaErrorCode::InvalidReplicationFactor => {
                let right = "right would be --replication with at most as many copies as there are brokers";
                Failure::Usage(format!("cannot create {topic}: {code}; {right}"))
            }
            _ => Failure::Running(format!("cannot create {topic}: {code}")),
        }
    }

    fn options() -> AdminOptions {
        AdminOptions::new().request_timeout(Some(ANSWER_WAIT)).operation_timeout(Some(ANSWER_WAIT))
    }

    /// What goes wrong is said once, by us.
    struct Quiet;

    impl ClientContext for Quiet {
        fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

        fn error(&self, _error: KafkaError, _reason: &str) {}
    }
}
