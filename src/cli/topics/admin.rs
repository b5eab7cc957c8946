//! The topics as the brokers have them: found, created, and held against their layout.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, Producer as _};
use rdkafka::types::RDKafkaRespErr;

use super::NewTopics;
use super::layout::{Found, Layout, for_run, layouts};
use crate::cli::last_reason::{LastReason, SERVE_WAIT};
use crate::cli::{Failure, output};
use crate::config::Settings;
use crate::connection;
use crate::source::kafka::{Checked, TopicCheck};

/// How long the brokers may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(8);
/// Who asks for a topic by name must not make it so.
const FIXED: [(&str, &str); 1] = [("allow.auto.create.topics", "false")];
/// Partitions of a new topic where nobody says how many.
const PARTITIONS: i32 = 6;
/// What leaves the number of copies to the brokers.
const AS_CONFIGURED: i32 = -1;

/// Creates what is missing, where `new` says how, then names what is wrong.
pub(super) fn create_and_check(settings: &Settings, new: Option<NewTopics>) -> Result<(), Failure> {
    let desk = Desk::new(settings)?;
    let layouts = layouts(settings);
    let mut found = desk.find(&layouts).map_err(|unclear| desk.failure(unclear))?;
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
    TopicCheck(Box::new(move || match Desk::new(&settings) {
        Ok(desk) => check(&desk, &settings).unwrap_or_else(|unclear| unclear.checked()),
        Err(failure) => Checked::Wrong(failure.to_string()),
    }))
}

fn check(desk: &Desk, settings: &Settings) -> Result<Checked, Unclear> {
    let mut layouts = layouts(settings);
    layouts.retain(Layout::is_of_run);
    let mut found = desk.find_names(&layouts)?;
    // Who may read a topic may not always read its settings.
    let unread = desk.add_settings(&mut found).err().map(|unclear| format!("topics are not checked: {unclear}"));
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

/// Why it is not known what there is of the topics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Unclear {
    /// Nobody answers, for this reason.
    #[error("Kafka does not answer ({0})")]
    Away(String),
    /// A topic is about to be made, or to move: it may be there in a moment.
    #[error("{0}")]
    Unsettled(String),
    /// This user is not told.
    #[error("{0}; right would be a user who may describe it")]
    Denied(String),
}

impl Unclear {
    /// What the brokers say of a topic instead of what was asked.
    fn of(what: &str, code: RDKafkaErrorCode) -> Self {
        let said = format!("{what}: {code}");
        match code {
            RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::ClusterAuthorizationFailed => {
                Self::Denied(said)
            }
            _ => Self::Unsettled(said),
        }
    }

    fn checked(self) -> Checked {
        match self {
            Self::Away(why) | Self::Unsettled(why) => Checked::Away(why),
            Self::Denied(_) => Checked::Wrong(self.to_string()),
        }
    }
}

/// What there is of a topic by its metadata; nothing only where the brokers say that they know no such topic.
fn found(topic: &str, error: Option<RDKafkaRespErr>, partitions: usize) -> Result<Option<Found>, Unclear> {
    match error {
        None => Ok(Some(Found { partitions, ..Found::default() })),
        Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) => Ok(None),
        Some(error) => Err(Unclear::of(topic, error.into())),
    }
}

struct Desk {
    brokers: String,
    /// Asks by name, which the other cannot tell the reason of where nobody answers.
    asker: BaseProducer<LastReason>,
    client: AdminClient<LastReason>,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    fn new(settings: &Settings) -> Result<Self, Failure> {
        let brokers = settings.brokers.join(",");
        let defaults = [("client.id", "cxpulse-topics")];
        let connection = connection::of(settings);
        let refused = |refused: connection::Refused| Failure::Usage(refused.to_string());
        let asker = connection::client(&defaults, &connection, &FIXED, LastReason::default()).map_err(refused)?;
        let client = connection::client(&defaults, &connection, &FIXED, LastReason::default()).map_err(refused)?;
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|error| Failure::Running(format!("no runtime: {error}")))?;
        Ok(Self { brokers, asker, client, runtime })
    }

    /// What there is of the topics, by name.
    fn find(&self, layouts: &[Layout]) -> Result<BTreeMap<String, Found>, Unclear> {
        let mut found = self.find_names(layouts)?;
        self.add_settings(&mut found)?;
        Ok(found)
    }

    /// The same without their settings. Each is asked for: a list of all leaves out what this user may not see.
    fn find_names(&self, layouts: &[Layout]) -> Result<BTreeMap<String, Found>, Unclear> {
        let mut all = BTreeMap::new();
        for Layout { topic, .. } in layouts {
            let metadata = self.asker.client().fetch_metadata(Some(topic), ANSWER_WAIT);
            let metadata = metadata.map_err(|error| self.away(&error))?;
            if let Some(answer) = metadata.topics().iter().find(|answer| answer.name() == topic)
                && let Some(found) = found(topic, answer.error(), answer.partitions().len())?
            {
                all.insert(topic.clone(), found);
            }
        }
        Ok(all)
    }

    fn add_settings(&self, found: &mut BTreeMap<String, Found>) -> Result<(), Unclear> {
        let names: Vec<String> = found.keys().cloned().collect();
        if names.is_empty() {
            return Ok(());
        }
        let asked: Vec<ResourceSpecifier<'_>> = names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
        let answers = self.runtime.block_on(self.client.describe_configs(&asked, &options()));
        // Answers come in the order of the questions.
        for (name, answer) in names.iter().zip(answers.map_err(|error| self.away(&error))?) {
            let config = answer.map_err(|code| Unclear::of(&format!("settings of {name}"), code))?;
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
        for result in results.map_err(|error| self.failure(self.away(&error)))? {
            match result {
                Ok(topic) => output::print(format!("created {topic}\n").as_bytes())?,
                // Somebody else was quicker.
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => refused.push(Refused { topic, code }),
            }
        }
        Ok(refused)
    }

    fn away(&self, error: &KafkaError) -> Unclear {
        self.asker.poll(SERVE_WAIT);
        Unclear::Away(self.asker.context().of(error))
    }

    fn failure(&self, unclear: Unclear) -> Failure {
        let brokers = &self.brokers;
        match unclear {
            Unclear::Away(why) => Failure::Running(format!("Kafka at {brokers} does not answer ({why})")),
            Unclear::Unsettled(what) => {
                Failure::Running(format!("Kafka at {brokers} has no answer yet: {what}; right would be to try again"))
            }
            Unclear::Denied(_) => Failure::Usage(unclear.to_string()),
        }
    }
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(ANSWER_WAIT)).operation_timeout(Some(ANSWER_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_topic_that_the_brokers_do_not_know_is_missing() {
        let answer = |error| found("live", error, 6);
        assert_eq!(answer(None).map(|found| found.map(|found| found.partitions)), Ok(Some(6)));
        assert_eq!(answer(Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)), Ok(None));
        let young = answer(Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)).expect_err("it is unclear");
        assert!(matches!(young.checked(), Checked::Away(why) if why.starts_with("live: ")), "it is tried again");
    }

    #[test]
    fn a_topic_that_this_user_may_not_describe_is_no_missing_one() {
        let denied = found("live", Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), 0);
        let Checked::Wrong(said) = denied.expect_err("it is unclear").checked() else { panic!("it is tried again") };
        assert!(said.starts_with("live: ") && said.ends_with("right would be a user who may describe it"), "{said}");
    }
}
