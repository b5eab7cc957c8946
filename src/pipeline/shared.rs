//! What the stages of any pipeline share: each is written by one of them and read by others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use super::PipelineError;
use super::access;
use super::engine::{Counts, Engine};
use super::folding::{self, Outlets};
use super::passing;
use super::stages::Stages;
use crate::board::{Board, Inquiries, Outbox};
use crate::clock;
use crate::config::Settings;
use crate::domain::account::AccountSettings;
use crate::domain::history::HistorySettings;
use crate::domain::policy::PolicyBook;
use crate::fold::handover::Tray;
use crate::fold::outcomes::Outcomes;
use crate::fold::pass::{PassSettings, Passes};
use crate::fold::{Fold, FoldSettings};
use crate::serve::access::Access;
use crate::serve::asking::Asking;
use crate::serve::flows::Flows;
use crate::serve::health::Health;
use crate::serve::http::{self, Said, Serving, Shown};
use crate::serve::limits::Limits;
use crate::serve::liveperson::SkillsKey;
use crate::serve::native::stream::{StreamSettings, Streams};
use crate::serve::selection::Families;
use crate::serve::traffic::Traffic;
use crate::source::Feed;
use crate::source::status::SourceStatus;
use crate::telemetry;
use crate::wire::Refusal;
use crate::wire::batch::Record;

/// How often the recorder tidies its histograms, which otherwise keep every observation until the next scrape.
const UPKEEP: Duration = Duration::from_secs(5);
/// How often it is looked whether a bucket has ended.
const LOOK: Duration = Duration::from_secs(1);

/// One of each.
pub(super) struct Shared {
    pub(super) board: Arc<Board>,
    pub(super) status: Arc<SourceStatus>,
    outcomes: Arc<Outcomes>,
    inquiries: Arc<Inquiries>,
    flows: Arc<Flows>,
    health: Arc<Health>,
    access: Arc<Access>,
    skills_key: SkillsKey,
    recorder: PrometheusHandle,
    shown: Shown,
    limits: Limits,
    publish_interval: Duration,
}

impl Shared {
    /// # Errors
    /// When a setting names a family that there is not, the keys file is wrong, or the process records engine metrics already.
    pub(super) fn new(settings: &Settings) -> Result<Self, PipelineError> {
        let outcomes = Outcomes::default();
        let topics = &settings.topics;
        outcomes.expect_topics([&topics.conversation, &topics.survey, &topics.agent]);
        Ok(Self {
            shown: shown(settings)?,
            access: Arc::new(access::of(settings)?),
            skills_key: if settings.has_plain_skills_key { SkillsKey::Plain } else { SkillsKey::PerAgent },
            limits: limits(settings),
            publish_interval: Duration::from_millis(settings.publish_interval_ms.unsigned_abs()),
            board: Arc::new(Board::new(&settings.windows)),
            status: Arc::default(),
            outcomes: Arc::new(outcomes),
            inquiries: Arc::default(),
            flows: Arc::default(),
            health: Arc::default(),
            recorder: telemetry::start_engine_metrics().map_err(|error| PipelineError::Running(error.to_string()))?,
        })
    }

    /// Starts folding what is fed, and making passes of it: onto the board, and into an outbox if there is one.
    pub(super) fn start_folding(
        &self,
        settings: &Settings,
        policies: PolicyBook,
        stages: &mut Stages,
        fed: Receiver<Feed>,
        outbox: Option<Arc<Outbox>>,
        rejected: impl FnMut(&Record<'_>, &Refusal) + Send + 'static,
    ) {
        let fold = Fold::new(fold_settings(settings), Arc::new(policies), self.outcomes.clone(), clock::now());
        let (passes, tray) = (Passes::new(pass_settings(settings), self.board.clone()), Arc::new(Tray::default()));
        let outlets = self.outlets(tray.clone(), rejected);
        stages.thread(move || {
            folding::run(fold, &fed, outlets);
            Ok(())
        });
        let health = self.health.clone();
        stages.thread(move || {
            passing::run(passes, &tray, outbox, &health);
            Ok(())
        });
    }

    /// Tells whether everything that was there at the start has been folded.
    #[cfg(feature = "kafka")]
    pub(super) fn readiness(&self) -> impl Fn() -> bool + Send + use<> {
        let health = self.health.clone();
        move || health.is_ready()
    }

    /// Where the fold's thread tells what.
    fn outlets(&self, tray: Arc<Tray>, rejected: impl FnMut(&Record<'_>, &Refusal) + Send + 'static) -> Outlets {
        Outlets {
            tray,
            rejected: Box::new(rejected),
            outcomes: self.outcomes.clone(),
            status: self.status.clone(),
            inquiries: self.inquiries.clone(),
            flows: self.flows.clone(),
        }
    }

    fn asking(&self) -> Asking {
        let status = self.status.clone();
        let stale_ms = move || u64::try_from(status.stale_ms(clock::now())).unwrap_or(0);
        Asking::new(self.board.clone(), self.inquiries.clone(), Box::new(stale_ms), questions_at_once())
    }

    /// Starts serving, and tidying what is served.
    pub(super) fn start_serving(&self, stages: &mut Stages, listener: TcpListener, counts: Counts) {
        let traffic = Arc::<Traffic>::default();
        let engine = Engine {
            recorder: self.recorder.clone(),
            outcomes: self.outcomes.clone(),
            status: self.status.clone(),
            health: self.health.clone(),
            traffic: traffic.clone(),
            counts,
            clock: clock::now,
        };
        let asking = Arc::new(self.asking());
        let prepared = asking.clone();
        let streamed = StreamSettings { publish_interval: self.publish_interval, ..StreamSettings::default() };
        let serving = Arc::new(Serving {
            board: self.board.clone(),
            flows: self.flows.clone(),
            health: self.health.clone(),
            traffic,
            engine: Box::new(move || engine.render()),
            shown: self.shown.clone(),
            said: Said::default(),
            access: self.access.clone(),
            streams: Arc::new(Streams::new(asking.clone(), self.access.clone(), streamed)),
            asking,
            skills_key: self.skills_key,
            clock: clock::now,
        });
        let (limits, told) = (self.limits.clone(), stages.stop().told());
        stages.task(async move {
            http::serve(listener, serving, limits, told).await;
            Ok(())
        });
        stages.task(tidy(self.recorder.clone(), stages.stop().told()));
        stages.task(prepare(prepared, stages.stop().flag(), stages.stop().told()));
    }
}

/// Questions that are answered at the same time: as many as there are cores, and some to wait for those. Several may wait for
/// one that has to read a day of facts, and others need not be refused for it.
fn questions_at_once() -> usize {
    4 * std::thread::available_parallelism().map_or(1, usize::from) + 4
}

/// Makes answers quick before they are asked for, after the end of each bucket.
async fn prepare(
    asking: Arc<Asking>,
    stop: Arc<AtomicBool>,
    told: impl Future<Output = ()>,
) -> Result<(), PipelineError> {
    let (mut told, mut prepared) = (std::pin::pin!(told), None);
    while tokio::time::timeout(LOOK, &mut told).await.is_err() {
        let current = asking.current_bucket();
        if current.is_none() || current == prepared {
            continue;
        }
        prepared = current;
        let (asking, stop) = (asking.clone(), stop.clone());
        let work = tokio::task::spawn_blocking(move || asking.prepare(|| !stop.load(Ordering::Relaxed)));
        work.await.map_err(|error| PipelineError::Running(error.to_string()))?;
    }
    Ok(())
}

async fn tidy(recorder: PrometheusHandle, told: impl Future<Output = ()>) -> Result<(), PipelineError> {
    let mut told = std::pin::pin!(told);
    while tokio::time::timeout(UPKEEP, &mut told).await.is_err() {
        recorder.run_upkeep();
    }
    Ok(())
}

fn shown(settings: &Settings) -> Result<Shown, PipelineError> {
    let families = settings.agent_metrics_families.iter().map(String::as_str);
    let agent_families = Families::named("agent_metrics_families", families)
        .map_err(|unknown| PipelineError::Configuration(unknown.to_string()))?;
    let agent_windows = settings.agent_metrics_windows.clone();
    Ok(Shown { series_cap: settings.series_cap, agent_windows, agent_families })
}

fn limits(settings: &Settings) -> Limits {
    let limits = Limits::of_process(settings.http_connections);
    if limits.connections < settings.http_connections {
        tracing::warn!(
            "http_connections = {}, but there are not so many descriptors: {} connections are taken, the others refused",
            settings.http_connections,
            limits.connections
        );
    }
    limits
}

fn fold_settings(settings: &Settings) -> FoldSettings {
    let account = AccountSettings {
        history: HistorySettings { silence: settings.silence(), ..HistorySettings::default() },
        histogram_bounds_ms: Arc::from(settings.histogram_bounds_ms.as_slice()),
    };
    FoldSettings {
        interval_ms: settings.publish_interval_ms,
        account,
        accounts: settings.accounts.clone(),
        keep_text: settings.keep_text.iter().cloned().collect(),
    }
}

fn pass_settings(settings: &Settings) -> PassSettings {
    let scopes = settings.bucket_scopes;
    PassSettings {
        agent_interval_ms: settings.agent_publish_interval_ms,
        republish_after_ms: settings.republish_after_ms,
        buckets: [scopes.account, scopes.skill, scopes.agent, scopes.agent_skill],
    }
}
