//! What each topic should be like, and what is wrong with one that is otherwise. Pure: asked by `topics`.

use std::collections::BTreeMap;

use crate::config::Settings;
use crate::domain::event::Millis;
use crate::publish::topics::OutputTopics;

const HOUR_MS: Millis = 3_600_000;
const DAY_MS: Millis = 24 * HOUR_MS;
/// Events reach back a day from their records, so the source must keep a day more than the longest life.
const LOOK_BACK_MS: Millis = DAY_MS;
/// Nothing private is kept longer than this, and dead letters hold whatever was sent.
const PRIVATE_MOST_MS: Millis = 31 * DAY_MS;
/// Room for a live state that names many conversations, and for a rejected record with our headers.
const LARGE_BYTES: &str = "16777216";

/// What a topic should be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) topic: String,
    /// Kafka's `cleanup.policy`, its words sorted.
    policy: &'static str,
    /// Kafka's `retention.ms`: at least, at most, and as created. Absent where nothing is deleted by age.
    retention: Option<Retention>,
    /// Whether its records may be larger than Kafka's default.
    large: bool,
    /// Who has to do with it.
    part: Part,
}

/// What a topic has to do with `run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Read,
    Written,
    /// No version uses it yet.
    Later,
}

/// What `run` makes of the topics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ForRun {
    /// The numbers would be wrong.
    pub(super) fatal: Vec<String>,
    /// Worth a line.
    pub(super) others: Vec<String>,
}

/// Tells what would make `run` wrong from what it can live with.
pub(super) fn for_run(layouts: &[Layout], found: &BTreeMap<String, Found>) -> ForRun {
    let mut all = ForRun::default();
    for layout in layouts {
        let of_run = layout.for_run(found.get(&layout.topic).unwrap_or(&Found::default()));
        all.fatal.extend(of_run.fatal);
        all.others.extend(of_run.others);
    }
    all
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Retention {
    least_ms: Millis,
    most_ms: Option<Millis>,
    created_ms: Millis,
}

/// What a topic is like: how many partitions, and its settings by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) partitions: usize,
    pub(super) settings: BTreeMap<String, String>,
}

/// The layout of every topic of the contract, in the order data flows; of those too that no version uses yet.
pub(super) fn layouts(settings: &Settings) -> Vec<Layout> {
    let topics = &settings.topics;
    let least_ms = settings.forget_after_ms + LOOK_BACK_MS;
    let events = Retention { least_ms, most_ms: None, created_ms: least_ms };
    let inputs = [&topics.conversation, &topics.survey, &topics.agent].map(|topic| Layout {
        topic: topic.clone(),
        policy: "delete",
        retention: Some(events),
        large: false,
        part: Part::Read,
    });
    let (topic, part) = (topics.policy.clone(), Part::Later);
    let policies = Layout { topic, policy: "compact", retention: None, large: false, part };
    let names = OutputTopics::new(&topics.output_prefix);
    // A decision is an event too: it must be there as long as those it was made of.
    let (topic, retention) = (names.rating_requests.clone(), Some(events));
    let requests = Layout { topic, policy: "delete", retention, large: false, part };
    inputs.into_iter().chain([policies]).chain(outputs(&names)).chain([requests]).collect()
}

fn outputs(topics: &OutputTopics) -> Vec<Layout> {
    let days = |least: Millis, most: Option<Millis>, created: Millis| {
        Some(Retention {
            least_ms: least * DAY_MS,
            most_ms: most.map(|most| most * DAY_MS),
            created_ms: created * DAY_MS,
        })
    };
    let of = |topic: String| {
        let (policy, retention) = match &topic {
            topic if *topic == topics.buckets => ("compact,delete", days(1, None, 31)),
            topic if *topic == topics.dead_letters => ("delete", days(1, Some(PRIVATE_MOST_MS / DAY_MS), 7)),
            _ => ("compact", None),
        };
        let large = topic == topics.live || topic == topics.dead_letters;
        Layout { topic, policy, retention, large, part: Part::Written }
    };
    topics.all().into_iter().map(of).collect()
}

impl Layout {
    /// The settings it is created with.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let retention = self.retention.map(|retention| ("retention.ms", retention.created_ms.to_string()));
        let large = self.large.then(|| ("max.message.bytes", LARGE_BYTES.to_owned()));
        [("cleanup.policy", self.policy.to_owned())].into_iter().chain(retention).chain(large).collect()
    }

    /// Whether `run` has to do with it.
    pub(super) fn is_of_run(&self) -> bool {
        self.part != Part::Later
    }

    /// Everything wrong with the topic, one sentence each, with what would be right.
    pub(super) fn faults(&self, found: &Found) -> Vec<String> {
        if found.partitions == 0 {
            return vec![format!("{}: does not exist; right would be `cxpulse topics create`", self.topic)];
        }
        let faults = [self.policy_fault(found), self.age_fault(found), self.size_fault(found)];
        faults.into_iter().flatten().map(|fault| format!("{}: {fault}", self.topic)).collect()
    }

    /// A wrong policy of an input loses events as they come; what is kept too short a restart will miss.
    fn for_run(&self, found: &Found) -> ForRun {
        if found.partitions == 0 && self.part != Part::Later {
            return ForRun { fatal: self.faults(found), others: Vec::new() };
        }
        let named = |fault: String| format!("{}: {fault}", self.topic);
        let policy = self.policy_fault(found).map(named).into_iter();
        let kept = [self.age_fault(found), self.size_fault(found)].into_iter().flatten().map(named);
        match self.part {
            Part::Read => {
                let missed = kept.map(|fault| format!("{fault}; until then a restart may not find all it needs"));
                ForRun { fatal: policy.collect(), others: missed.collect() }
            }
            Part::Written => ForRun { fatal: Vec::new(), others: policy.chain(kept).collect() },
            Part::Later => ForRun::default(),
        }
    }

    fn policy_fault(&self, found: &Found) -> Option<String> {
        let policy = found.settings.get("cleanup.policy")?;
        let mut words: Vec<&str> = policy.split(',').map(str::trim).collect();
        words.sort_unstable();
        (words.join(",") != self.policy)
            .then(|| format!("cleanup.policy is {policy}; right would be {} ({})", self.policy, self.reason()))
    }

    fn reason(&self) -> &'static str {
        match self.policy {
            "delete" => "every record counts, not only the last of a key",
            "compact" => "the last record of a key is kept however old it is",
            _ => "the last record of a key is kept until it is too old",
        }
    }

    fn age_fault(&self, found: &Found) -> Option<String> {
        let retention = self.retention?;
        let text = found.settings.get("retention.ms")?;
        // Kafka's -1 is for ever.
        let kept_ms = text.parse::<Millis>().ok().filter(|ms| *ms >= 0).unwrap_or(Millis::MAX);
        if kept_ms < retention.least_ms {
            let right = retention.least_ms;
            return Some(format!("retention.ms is {text}; right would be {right} ({}) or more", hours(right)));
        }
        let most = retention.most_ms.filter(|most| kept_ms > *most)?;
        Some(format!("retention.ms is {text}; right would be {most} ({}) or less: it holds private text", hours(most)))
    }

    fn size_fault(&self, found: &Found) -> Option<String> {
        let text = found.settings.get("retention.bytes").filter(|text| *text != "-1" && self.retention.is_some())?;
        Some(format!("retention.bytes is {text}; right would be -1: size must not delete what age would keep"))
    }
}

fn hours(ms: Millis) -> String {
    format!("{} h", ms / HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(topic: &str) -> Layout {
        let resolved =
            crate::config::load_from(&Default::default(), &|_| None, &|_| Err(std::io::ErrorKind::NotFound.into()));
        let settings = resolved.expect("the defaults hold").settings;
        let all = layouts(&settings);
        assert_eq!(all.len(), 12);
        all.into_iter().find(|layout| layout.topic == topic).expect("is one of the topics")
    }

    fn as_created(layout: &Layout) -> Found {
        let settings = layout.settings().into_iter().map(|(name, value)| (name.to_owned(), value));
        Found { partitions: 6, settings: settings.chain([("retention.bytes".to_owned(), "-1".to_owned())]).collect() }
    }

    fn faults(topic: &str, name: &str, value: &str) -> String {
        let layout = layout(topic);
        let mut found = as_created(&layout);
        found.settings.insert(name.to_owned(), value.to_owned());
        layout.faults(&found).join("\n")
    }

    #[test]
    fn a_topic_as_it_is_created_has_no_faults() {
        for topic in [
            "agent-events",
            "account-policies",
            "cxpulse.metrics.agent-skill.v1",
            "cxpulse.buckets.v1",
            "cxpulse.rating-requests.v1",
            "cxpulse.dead-letters.v1",
        ] {
            let layout = layout(topic);
            assert_eq!(layout.faults(&as_created(&layout)), Vec::<String>::new());
        }
    }

    #[test]
    fn a_missing_topic_is_one_fault() {
        let fault = layout("survey-events").faults(&Found::default());
        assert_eq!(fault, ["survey-events: does not exist; right would be `cxpulse topics create`"]);
    }

    #[test]
    fn a_compacted_input_would_lose_events() {
        let fault = faults("conversation-events", "cleanup.policy", "compact");
        assert!(fault.starts_with("conversation-events: cleanup.policy is compact; right would be delete"), "{fault}");
    }

    #[test]
    fn the_words_of_a_policy_may_come_in_any_order() {
        assert_eq!(faults("cxpulse.buckets.v1", "cleanup.policy", "delete,compact"), "");
        let fault = faults("cxpulse.live.v1", "cleanup.policy", "delete");
        assert!(fault.contains("right would be compact"), "{fault}");
    }

    #[test]
    fn an_input_must_be_kept_for_a_life_and_a_day_and_may_be_kept_for_ever() {
        let least = 8 * DAY_MS;
        assert_eq!(faults("agent-events", "retention.ms", &least.to_string()), "");
        assert_eq!(faults("agent-events", "retention.ms", "-1"), "");
        let fault = faults("agent-events", "retention.ms", &(least - 1).to_string());
        assert!(fault.contains("right would be 691200000 (192 h) or more"), "{fault}");
        assert!(faults("agent-events", "retention.bytes", "1000").contains("right would be -1"));
    }

    #[test]
    fn policies_are_kept_by_account_however_old_and_decisions_as_long_as_events() {
        assert!(faults("account-policies", "cleanup.policy", "delete").contains("right would be compact"));
        assert!(faults("cxpulse.rating-requests.v1", "cleanup.policy", "compact").contains("right would be delete"));
        assert!(faults("cxpulse.rating-requests.v1", "retention.ms", "3600000").contains("or more"));
    }

    fn of_run(topic: &str, name: &str, value: &str) -> (usize, Vec<String>) {
        let layout = layout(topic);
        let mut found = as_created(&layout);
        found.settings.insert(name.to_owned(), value.to_owned());
        let ForRun { fatal, others } = layout.for_run(&found);
        (fatal.len(), others)
    }

    #[test]
    fn a_run_ends_at_a_compacted_input_and_warns_of_one_that_is_kept_too_short() {
        assert_eq!(of_run("survey-events", "cleanup.policy", "compact"), (1, vec![]));
        assert_eq!(of_run("survey-events", "cleanup.policy", "compact,delete"), (1, vec![]));
        let (fatal, others) = of_run("survey-events", "retention.ms", "3600000");
        assert_eq!((fatal, others.len()), (0, 1));
        assert!(others[0].ends_with("until then a restart may not find all it needs"), "{others:?}");
    }

    #[test]
    fn a_run_only_warns_of_a_topic_that_it_writes_and_says_nothing_of_one_that_it_does_not_use() {
        let (fatal, others) = of_run("cxpulse.live.v1", "cleanup.policy", "delete");
        assert_eq!((fatal, others.len()), (0, 1));
        assert_eq!(of_run("account-policies", "cleanup.policy", "delete"), (0, vec![]));
        let missing = |topic: &str| layout(topic).for_run(&Found::default()).fatal.len();
        assert_eq!(["agent-events", "cxpulse.live.v1", "account-policies"].map(missing), [1, 1, 0]);
    }

    #[test]
    fn dead_letters_are_not_kept_for_ever() {
        assert!(faults("cxpulse.dead-letters.v1", "retention.ms", "-1").contains("or less: it holds private text"));
        assert_eq!(faults("cxpulse.dead-letters.v1", "retention.ms", &PRIVATE_MOST_MS.to_string()), "");
    }
}
