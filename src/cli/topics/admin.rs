//! The topics as the brokers have them: found, created, and held against their layout.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::NewTopics;
use super::layout::{Found, Layout, for_run, layouts};
use crate::cli::{Failure, output};
use crate::config::Settings;
use crate::connection;
use crate::source::kafka::{Checked, TopicCheck};

/// How long the brokers may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(8);
/// Partitions of a new topic where nobody says how many.
const PARTITIONS: i32 = 6;
/// What leaves the number of copies to the brokers.
const AS_CONFIGURED: i32 = -1;

/// Creates what is missing, where `new` says how, then names what is wrong.
pub(super) fn create_and_check(settings: &Settings, new: Option<NewTopics>) -> Result<(), Failure> {
    let desk = Desk::new(settings)?;
    let layouts = layouts(settings);
    let mut found = desk.find(&layouts)?;
    let mut refused = Vec::new();
    let mut others = None;
    if let Some(NewTopics { partitions, replication }) = new {
        others = partitions.and_then(|asked| other_partitions(&found, asked));
        let partitions = partitions.unwrap_or(PARTITIONS);
        let missing: Vec<&Layout> = layouts.iter().filter(|layout| !found.contains_key(&layout.topic)).collect();
        refused = desk.create(&missing, partitions, replication)?;
        for layout in missing {
            // A broker may need a moment to know what it has just created.
            let settings = layout.settings().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            found.insert(layout.topic.clone(), Found { partitions: partitions.unsigned_abs() as usize, settings });
        }
    }
    judge(&layouts, &found, &refused, others)
}

/// What is wrong where topics exist already with another number of partitions than was asked for.
fn other_partitions(found: &BTreeMap<String, Found>, asked: i32) -> Option<String> {
    let others = found.iter().filter(|(_, found)| i32::try_from(found.partitions) != Ok(asked));
    let others: Vec<String> = others.map(|(name, found)| format!("{name} ({})", found.partitions)).collect();
    let right = "right would be to leave --partitions out, or to delete these topics first: their number is fixed when \
                 they are made";
    (!others.is_empty())
        .then(|| format!("--partitions {asked}: there are others already: {}; {right}", others.join(", ")))
}

/// What `run` asks once the brokers answer.
pub(crate) fn check_for_run(settings: Settings) -> TopicCheck {
    TopicCheck(Box::new(move || check(&settings).unwrap_or_else(|failure| Checked::Away(failure.to_string()))))
}

fn check(settings: &Settings) -> Result<Checked, Failure> {
    let desk = Desk::new(settings)?;
    let layouts = layouts(settings);
    let mut found = desk.find_names(&layouts)?;
    // Who may read a topic may not always read its settings.
    let unread = desk.add_settings(&mut found).err().map(|failure| format!("topics are not checked: {failure}"));
    let all = for_run(&layouts, &found);
    if all.fatal.is_empty() {
        return Ok(Checked::Fine(all.others.into_iter().chain(unread).collect()));
    }
    Ok(Checked::Wrong(all.fatal.join("\ncxpulse: ")))
}

/// Says everything that is wrong, at once: what was not created, and what is not as it should be.
fn judge(
    layouts: &[Layout],
    found: &BTreeMap<String, Found>,
    refused: &[Refused],
    others: Option<String>,
) -> Result<(), Failure> {
    let of = |layout: &Layout| layout.faults(found.get(&layout.topic).unwrap_or(&Found::default()));
    let faults = layouts.iter().flat_map(of);
    let problems: Vec<String> = others.into_iter().chain(refused.iter().map(Refused::message)).chain(faults).collect();
    if problems.is_empty() {
        return output::print(format!("{} topics are as they should be\n", layouts.len()).as_bytes());
    }
    let message = problems.join("\ncxpulse: ");
    if refused.iter().all(Refused::is_usage) { Err(Failure::Usage(message)) } else { Err(Failure::Running(message)) }
}

/// A topic that the brokers did not create.
struct Refused {
    topic: String,
    code: RDKafkaErrorCode,
}

impl Refused {
    fn message(&self) -> String {
        let Self { topic, code } = self;
        let right = match code {
            RDKafkaErrorCode::InvalidReplicationFactor => {
                "; right would be --replication with at most as many copies as there are brokers"
            }
            RDKafkaErrorCode::InvalidTopic => {
                "; right would be another name: Kafka takes none that an existing topic has but for a . in place of a _"
            }
            _ => "",
        };
        format!("cannot create {topic}: {code}{right}")
    }

    /// Whether it is the flag that is wrong.
    fn is_usage(&self) -> bool {
        self.code == RDKafkaErrorCode::InvalidReplicationFactor
    }
}

struct Desk {
    brokers: String,
    client: AdminClient<Quiet>,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    fn new(settings: &Settings) -> Result<Self, Failure> {
        let brokers = settings.brokers.join(",");
        let defaults = [("client.id", "cxpulse-topics")];
        let client = connection::client(&defaults, &connection::of(settings), &[], Quiet);
        let client = client.map_err(|refused| Failure::Usage(refused.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|error| Failure::Running(format!("no runtime: {error}")))?;
        Ok(Self { brokers, client, runtime })
    }

    /// What there is of the topics, by name.
    fn find(&self, layouts: &[Layout]) -> Result<BTreeMap<String, Found>, Failure> {
        let mut found = self.find_names(layouts)?;
        self.add_settings(&mut found)?;
        Ok(found)
    }

    /// The same without their settings.
    fn find_names(&self, layouts: &[Layout]) -> Result<BTreeMap<String, Found>, Failure> {
        let metadata = self.client.inner().fetch_metadata(None, ANSWER_WAIT).map_err(|error| self.away(&error))?;
        let ours = |name: &str| layouts.iter().any(|layout| layout.topic == name);
        let topics = metadata.topics().iter().filter(|topic| ours(topic.name()) && topic.error().is_none());
        let found = topics
            .map(|topic| (topic.name().to_owned(), topic.partitions().len()))
            .map(|(name, partitions)| (name, Found { partitions, ..Found::default() }));
        Ok(found.collect())
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

    /// Creates what it can, and gives back what it cannot.
    fn create(&self, missing: &[&Layout], partitions: i32, replication: Option<i32>) -> Result<Vec<Refused>, Failure> {
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let settings: Vec<Vec<(&str, String)>> = missing.iter().map(|layout| layout.settings()).collect();
        let new = missing.iter().zip(&settings).map(|(layout, settings)| {
            let copies = TopicReplication::Fixed(replication.unwrap_or(AS_CONFIGURED));
            settings
                .iter()
                .fold(NewTopic::new(&layout.topic, partitions, copies), |topic, (name, value)| topic.set(name, value))
        });
        let new: Vec<NewTopic<'_>> = new.collect();
        let results = self.runtime.block_on(self.client.create_topics(&new, &options()));
        let mut refused = Vec::new();
        for result in results.map_err(|error| self.away(&error))? {
            match result {
                Ok(topic) => output::print(format!("created {topic}\n").as_bytes())?,
                // Somebody else was quicker.
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => refused.push(Refused { topic, code }),
            }
        }
        Ok(refused)
    }

    fn away(&self, error: &KafkaError) -> Failure {
        Failure::Running(format!("Kafka at {} does not answer: {error}", self.brokers))
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
