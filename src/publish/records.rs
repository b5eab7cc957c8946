//! A pass as records: topic, key and value of each, and what it is about.

use crate::board::{BucketUpdate, LiveUpdate, Pass, ScopeUpdate, Subject};
use crate::domain::answers::PerWindow;
use crate::wire::output::json::{Stamp, bucket_json, live_json, metric_json};
use crate::wire::output::keys::{bucket_key, metric_key, part};
use crate::wire::output::protobuf::{bucket_protobuf, live_protobuf, metric_protobuf};

use super::topics::OutputTopics;

/// How values are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// The JSON of SPEC §4 and §6.
    #[default]
    Json,
    /// `cxpulse.v1`.
    Protobuf,
}

impl Format {
    /// The `content-type` of a record so written.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/protobuf",
        }
    }
}

/// One record to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutRecord<'a> {
    /// Where to.
    pub topic: &'a str,
    /// Under which key, percent-encoded.
    pub key: String,
    /// What; absent is a tombstone.
    pub value: Option<Vec<u8>>,
    /// What it is about.
    pub subject: Subject,
}

/// How passes become records.
#[derive(Debug, Clone)]
pub struct Encoding {
    /// The rolling windows (minutes), in the order of a view's metrics.
    pub windows: Vec<u32>,
    /// Which of them the records of agents, and of agents within skills, have.
    pub agent_windows: Vec<u32>,
    /// How values are written.
    pub format: Format,
    /// Where they go.
    pub topics: OutputTopics,
}

impl Encoding {
    /// The records of a pass, made as they are asked for: scopes, live states, buckets.
    pub fn records<'a>(&'a self, pass: &'a Pass) -> impl Iterator<Item = OutRecord<'a>> {
        let scopes = pass.scopes.iter().map(|update| self.scope(update));
        let lives = pass.lives.iter().map(|update| self.live(update));
        let buckets = pass.buckets.iter().map(|update| self.bucket(pass, update));
        scopes.chain(lives).chain(buckets)
    }

    fn scope(&self, update: &ScopeUpdate) -> OutRecord<'_> {
        let ScopeUpdate { account, scope, view } = update;
        let value = view.as_ref().map(|view| {
            let stamp = Stamp { account, scope, as_of: view.as_of, revision: view.revision };
            self.metrics_of(&stamp, &view.metrics)
        });
        OutRecord {
            topic: self.topics.metrics(scope.kind()),
            key: metric_key(account, scope),
            value,
            subject: Subject::Scope(account.clone(), scope.clone()),
        }
    }

    fn metrics_of(&self, stamp: &Stamp<'_>, metrics: &PerWindow) -> Vec<u8> {
        let is_of_agent = stamp.scope.agent.is_some();
        let windows = self.windows.iter().copied().zip(metrics.iter());
        let windows = windows.filter(|(minutes, _)| !is_of_agent || self.agent_windows.contains(minutes));
        match self.format {
            Format::Json => metric_json(stamp, windows),
            Format::Protobuf => metric_protobuf(stamp, windows),
        }
    }

    fn live(&self, update: &LiveUpdate) -> OutRecord<'_> {
        let account = &update.account;
        let value = update.view.as_ref().map(|view| match self.format {
            Format::Json => live_json(account, view.as_of, Some(view.revision), &view.live),
            Format::Protobuf => live_protobuf(account, view.as_of, view.revision, &view.live),
        });
        OutRecord { topic: &self.topics.live, key: part(account), value, subject: Subject::Live(account.clone()) }
    }

    fn bucket(&self, pass: &Pass, update: &BucketUpdate) -> OutRecord<'_> {
        let BucketUpdate { account, scope, bucket, metrics } = update;
        let stamp = Stamp { account, scope, as_of: pass.as_of, revision: pass.revision };
        let value = match self.format {
            Format::Json => bucket_json(&stamp, *bucket, metrics),
            Format::Protobuf => bucket_protobuf(&stamp, *bucket, metrics),
        };
        OutRecord {
            topic: &self.topics.buckets,
            key: bucket_key(account, scope, *bucket),
            value: Some(value),
            subject: Subject::Bucket(account.clone(), scope.clone(), *bucket),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::board::{LiveView, ScopeView};
    use crate::domain::answers::live::Live;
    use crate::domain::answers::metrics::Metrics;
    use crate::domain::answers::rates::Rates;
    use crate::domain::bucket::Bucket;
    use crate::domain::scope::Scope;
    use crate::wire::proto;
    use prost::Message;

    fn pass() -> Pass {
        let account: Arc<str> = Arc::from("acme uk");
        let scope = Scope { skill: Some("-1".into()), agent: None };
        let metrics = Metrics { closed: 3, ..Metrics::default() };
        let (rates, active) = (Rates::default(), None);
        let view = ScopeView { as_of: 1_000, revision: 7, metrics: vec![metrics.clone()].into(), rates, active };
        let bucket = BucketUpdate {
            account: account.clone(),
            scope: Scope::default(),
            bucket: Bucket::of(0),
            metrics: metrics.clone().into(),
        };
        let live = LiveView { as_of: 1_000, revision: 7, live: Live { open: 2, ..Live::default() } };
        Pass {
            as_of: 1_000,
            revision: 7,
            scopes: vec![
                ScopeUpdate { account: account.clone(), scope: scope.clone(), view: Some(Arc::new(view)) },
                ScopeUpdate { account: account.clone(), scope, view: None },
            ],
            buckets: vec![bucket],
            lives: vec![LiveUpdate { account, view: Some(Arc::new(live)) }],
            ..Pass::default()
        }
    }

    fn encoding(format: Format) -> Encoding {
        Encoding { windows: vec![60], agent_windows: vec![60], format, topics: OutputTopics::new("cxpulse") }
    }

    #[test]
    fn a_pass_becomes_records_with_topics_and_encoded_keys() {
        let (encoding, pass) = (encoding(Format::Json), pass());
        let places: Vec<_> = encoding.records(&pass).map(|record| (record.topic.to_owned(), record.key)).collect();
        let expected = [
            ("cxpulse.metrics.skill.v1", "acme%20uk/-1"),
            ("cxpulse.metrics.skill.v1", "acme%20uk/-1"),
            ("cxpulse.live.v1", "acme%20uk"),
            ("cxpulse.buckets.v1", "acme%20uk/account/300000"),
        ];
        assert_eq!(places, expected.map(|(topic, key)| (topic.to_owned(), key.to_owned())));
    }

    #[test]
    fn values_are_json_and_a_forgotten_scope_is_a_tombstone() {
        let (encoding, pass) = (encoding(Format::Json), pass());
        let values: Vec<_> = encoding.records(&pass).map(|record| record.value).collect();
        let json = |index: usize| -> serde_json::Value {
            serde_json::from_slice(values[index].as_deref().expect("has a value")).expect("is JSON")
        };
        assert_eq!(json(0)["windows"][0]["metrics"]["closed"], 3);
        assert_eq!(json(0)["as_of"], "1970-01-01T00:00:01.000Z");
        assert_eq!(values[1], None);
        assert_eq!((json(2)["open"].clone(), json(2)["revision"].clone()), (2.into(), 7.into()));
        assert_eq!(json(3)["bucket"], "1970-01-01T00:05:00.000Z");
    }

    #[test]
    fn records_of_agents_have_the_windows_that_are_named_for_them() {
        let encoding = Encoding { windows: vec![5, 60, 1440], agent_windows: vec![60, 1440], ..encoding(Format::Json) };
        let windows_of = |scope: Scope| {
            let metrics = vec![Metrics::default(); 3].into();
            let view = ScopeView { as_of: 1_000, revision: 7, metrics, rates: Rates::default(), active: None };
            let update = ScopeUpdate { account: Arc::from("acme"), scope, view: Some(Arc::new(view)) };
            let value = encoding.scope(&update).value.expect("has a value");
            let record: serde_json::Value = serde_json::from_slice(&value).expect("is JSON");
            let windows = record["windows"].as_array().expect("is a list").iter();
            windows.filter_map(|window| window["window_minutes"].as_u64()).collect::<Vec<_>>()
        };
        let (skill, agent) = (Some("s".to_owned()), Some("a".to_owned()));
        assert_eq!(windows_of(Scope { skill: skill.clone(), agent: None }), [5, 60, 1440]);
        assert_eq!(windows_of(Scope { skill: None, agent: agent.clone() }), [60, 1440]);
        assert_eq!(windows_of(Scope { skill, agent }), [60, 1440]);
    }

    #[test]
    fn values_are_protobuf_where_that_is_configured() {
        let (encoding, pass) = (encoding(Format::Protobuf), pass());
        let first = encoding.records(&pass).next().and_then(|record| record.value).expect("has a value");
        let record = proto::MetricRecord::decode(first.as_slice()).expect("is a metric record");
        assert_eq!(record.account_id.as_deref(), Some("acme uk"));
        assert_eq!(record.windows[0].window_minutes, Some(60));
    }
}
