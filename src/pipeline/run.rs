//! `run`: Kafka in, Kafka and HTTP out.

use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use metrics::{counter, histogram};

use super::PipelineError;
use super::engine::Counts;
use super::shared::Shared;
use super::stages::{Stages, signal};
use crate::board::{Outbox, Subject};
use crate::clock;
use crate::config::{OutputFormat, Settings};
use crate::connection::{self, Refused};
use crate::domain::event::Millis;
use crate::domain::policy::PolicyBook;
use crate::publish::kafka::{Published, Publisher, Sent};
use crate::publish::records::{Encoding, Format};
use crate::publish::topics::OutputTopics;
use crate::serve::http;
use crate::source::Feed;
use crate::source::dead_letters::known_letters;
use crate::source::dead_letters::writer::{DeadLetterCounts, DeadLetterWriter};
use crate::source::dead_letters::{DeadLetter, dead_letter};
use crate::source::kafka::{self, KafkaSourceSettings, SourceError, TopicCheck};
use crate::source::status::SourceStatus;
use crate::telemetry;
use crate::wire::Refusal;
use crate::wire::batch::Record;

/// Batches that may wait for the fold: a poll's records each.
const FEED_ROOM: usize = 8;
/// Dead letters that may wait for their writer. While it is full the fold waits: none is dropped.
const LETTER_ROOM: usize = 1_024;
/// What is on its way to Kafka may take so long at the end.
const GRACE: Duration = Duration::from_secs(4);

/// Runs until SIGTERM or SIGINT; `check` looks at the topics before they are read.
///
/// # Errors
/// When a setting or the topics are wrong, or a stage gives up.
pub async fn run(settings: &Settings, policies: PolicyBook, check: TopicCheck) -> Result<(), PipelineError> {
    let listener = http::listen(settings.listen).await?;
    let address = listener.local_addr().map_err(|error| PipelineError::Running(error.to_string()))?;
    let shared = Shared::new(settings)?;
    let kafka = Kafka::new(settings);
    let mut stages = Stages::new();
    let (feed, fed) = mpsc::sync_channel(FEED_ROOM);
    kafka.start_publishing(settings, &mut stages)?;
    let letters = kafka.start_writing_letters(&mut stages, shared.readiness())?;
    // The writer outlives the fold; were it gone, its own end says why.
    let rejected = move |record: &Record<'_>, refusal: &Refusal| drop(letters.send(dead_letter(record, refusal)));
    shared.start_folding(settings, policies, &mut stages, fed, Some(kafka.outbox.clone()), rejected);
    kafka.start_reading(settings, check, &mut stages, feed, shared.status.clone());
    shared.start_serving(&mut stages, listener, kafka.counts(shared.status.clone()));
    tracing::info!("serving http://{address}/ with metrics at /metrics and /metrics/agents");
    stages.run(signal()).await
}

/// What the stages that speak to Kafka share.
struct Kafka {
    connection: Vec<(String, String)>,
    topics: OutputTopics,
    outbox: Arc<Outbox>,
    published: Arc<Published>,
    dead_letters: Arc<DeadLetterCounts>,
}

impl Kafka {
    fn new(settings: &Settings) -> Self {
        Self {
            connection: connection::of(settings),
            topics: OutputTopics::new(&settings.topics.output_prefix),
            outbox: Arc::default(),
            published: Arc::default(),
            dead_letters: Arc::default(),
        }
    }

    fn start_publishing(&self, settings: &Settings, stages: &mut Stages) -> Result<(), PipelineError> {
        let format = match settings.format {
            OutputFormat::Json => Format::Json,
            OutputFormat::Protobuf => Format::Protobuf,
        };
        let (windows, agent_windows) = (settings.windows.clone(), settings.agent_windows.clone());
        let encoding = Encoding { windows, agent_windows, format, topics: self.topics.clone() };
        let (outbox, published) = (self.outbox.clone(), self.published.clone());
        let latency = Box::new(note_latency);
        let publisher = Publisher::new(&self.connection, encoding, outbox, published, clock::now, latency);
        let publisher = publisher.map_err(refused)?;
        stages.thread(move || {
            publisher.run(GRACE);
            Ok(())
        });
        Ok(())
    }

    /// Starts the writer of dead letters, and gives the way to it.
    fn start_writing_letters(
        &self,
        stages: &mut Stages,
        is_ready: impl Fn() -> bool + Send + 'static,
    ) -> Result<SyncSender<DeadLetter>, PipelineError> {
        let (connection, topic) = (self.connection.clone(), self.topics.dead_letters.clone());
        let counts = self.dead_letters.clone();
        let writer = DeadLetterWriter::new(&connection, &topic, counts, clock::now).map_err(refused)?;
        let (letters, written) = mpsc::sync_channel(LETTER_ROOM);
        let stop = stages.stop().flag();
        stages.thread(move || {
            match known_letters::read(&connection, &topic, clock::now, &stop) {
                Some(known) => writer.run(&written, known, is_ready, GRACE),
                // Without knowing what is there nothing is written: the next start rejects the same records.
                None => tracing::debug!("stopped before the dead letters on {topic} were read"),
            }
            Ok(())
        });
        Ok(letters)
    }

    fn start_reading(
        &self,
        settings: &Settings,
        check: TopicCheck,
        stages: &mut Stages,
        feed: SyncSender<Feed>,
        status: Arc<SourceStatus>,
    ) {
        let topics = &settings.topics;
        let inputs = vec![topics.conversation.clone(), topics.survey.clone(), topics.agent.clone()];
        let source = KafkaSourceSettings {
            connection: self.connection.clone(),
            topics: inputs,
            also_needed: self.topics.all(),
            check,
            accept_gap: settings.accept_gap,
            clock: clock::now,
        };
        let stop = stages.stop().flag();
        stages.thread(move || kafka::run(source, feed, status, &stop).map_err(source_error));
    }

    /// What only a pipeline with Kafka at its ends counts.
    fn counts(&self, status: Arc<SourceStatus>) -> Counts {
        let (published, dead_letters) = (self.published.clone(), self.dead_letters.clone());
        Box::new(move || {
            counter!(telemetry::REBALANCES).absolute(status.reassigned());
            counter!(telemetry::RECORDS_PUBLISHED).absolute(published.delivered());
            counter!(telemetry::DEAD_LETTERS).absolute(dead_letters.written());
            counter!(telemetry::PUBLISH_FAILURES, "what" => "metrics").absolute(published.failed());
            counter!(telemetry::PUBLISH_FAILURES, "what" => "dead_letters").absolute(dead_letters.lost());
        })
    }
}

/// From the oldest record behind a pass to the arrival of each account and skill in it. Agents wait for their own
/// interval, so that the records behind theirs are those of earlier passes.
fn note_latency(sent: &Sent, delivered_at: Millis) {
    let without_agents = matches!(&sent.subject, Subject::Scope(_, scope) if scope.agent.is_none());
    if let Some(written) = sent.oldest_record.filter(|_| without_agents) {
        histogram!(telemetry::EVENT_TO_PUBLISH).record((delivered_at - written).max(0) as f64 / 1_000.0);
    }
}

fn refused(error: Refused) -> PipelineError {
    PipelineError::Configuration(error.to_string())
}

fn source_error(error: SourceError) -> PipelineError {
    if error.is_configuration() {
        PipelineError::Configuration(error.to_string())
    } else {
        PipelineError::Running(error.to_string())
    }
}
