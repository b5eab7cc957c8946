//! Metric, bucket and live records as Protobuf: what their JSON says, under the same names.

use prost::Message;

use crate::domain::answers::catalogue::is_thin;
use crate::domain::answers::live::Live;
use crate::domain::answers::metrics::{Availability, Csat, Durations, Metrics, Moods, Sla, Utilisation};
use crate::domain::bucket::Bucket;
use crate::domain::event::Millis;

use super::json::Stamp;
use crate::wire::proto;

/// One scope with all its windows, each with its length in minutes.
#[must_use]
pub fn metric_protobuf<'m>(stamp: &Stamp<'_>, windows: impl IntoIterator<Item = (u32, &'m Metrics)>) -> Vec<u8> {
    let window = |(minutes, of_window)| proto::WindowMetrics {
        window_minutes: Some(minutes),
        metrics: Some(metrics(of_window)),
    };
    proto::MetricRecord {
        account_id: Some(stamp.account.to_owned()),
        skill_id: stamp.scope.skill.clone(),
        agent_id: stamp.scope.agent.clone(),
        as_of_ms: Some(stamp.as_of),
        revision: Some(stamp.revision),
        windows: windows.into_iter().map(window).collect(),
    }
    .encode_to_vec()
}

/// One scope in one bucket.
#[must_use]
pub fn bucket_protobuf(stamp: &Stamp<'_>, bucket: Bucket, of_bucket: &Metrics) -> Vec<u8> {
    proto::BucketRecord {
        account_id: Some(stamp.account.to_owned()),
        skill_id: stamp.scope.skill.clone(),
        agent_id: stamp.scope.agent.clone(),
        as_of_ms: Some(stamp.as_of),
        revision: Some(stamp.revision),
        bucket_ms: Some(bucket.end()),
        metrics: Some(metrics(of_bucket)),
    }
    .encode_to_vec()
}

/// An account's live state.
#[must_use]
pub fn live_protobuf(account: &str, as_of: Millis, revision: u64, live: &Live) -> Vec<u8> {
    let waiting = live.longest_waiting.iter().map(|waiting| proto::WaitingConversation {
        conversation_id: Some(waiting.conversation.clone()),
        since_ms: Some(waiting.since),
        age_ms: Some(waiting.age_ms),
    });
    let owned = live.owned.iter().map(|(agent, conversations)| proto::OwnedConversations {
        agent_id: Some(agent.clone()),
        conversations: Some(*conversations),
    });
    proto::LiveRecord {
        account_id: Some(account.to_owned()),
        as_of_ms: Some(as_of),
        revision: Some(revision),
        open: Some(live.open),
        waiting: Some(live.waiting),
        unassigned: Some(live.unassigned),
        snoozed: Some(live.snoozed),
        longest_waiting: waiting.collect(),
        agents_online: Some(live.agents_online),
        agents_away: Some(live.agents_away),
        owned: owned.collect(),
    }
    .encode_to_vec()
}

fn metrics(metrics: &Metrics) -> proto::Metrics {
    let least = metrics.minimum_n;
    proto::Metrics {
        csat: Some(csat(&metrics.csat, least)),
        mood: Some(mood(&metrics.mood, least)),
        first_response: Some(durations(&metrics.first_response, least)),
        response: Some(durations(&metrics.response, least)),
        handle: Some(durations(&metrics.handle, least)),
        resolution: Some(durations(&metrics.resolution, least)),
        first_response_sla: Some(sla(&metrics.first_response_sla, least)),
        response_sla: Some(sla(&metrics.response_sla, least)),
        resolution_sla: Some(sla(&metrics.resolution_sla, least)),
        conversations_started: Some(metrics.conversations_started),
        closed: Some(metrics.closed),
        closed_by: Some(proto::ClosedBy {
            agent: Some(metrics.closed_by.agent),
            customer: Some(metrics.closed_by.customer),
            system: Some(metrics.closed_by.system),
        }),
        resolved: Some(metrics.resolved),
        abandoned: Some(metrics.abandoned),
        reopened: Some(metrics.reopened),
        customer_messages: Some(metrics.customer_messages),
        agent_messages: Some(metrics.agent_messages),
        automated_messages: Some(metrics.automated_messages),
        proactive_messages: Some(metrics.proactive_messages),
        active_agents: Some(metrics.active_agents),
        unique_contacts: metrics.unique_contacts,
        focus_ms: Some(metrics.focus_ms),
        availability: metrics.availability.as_ref().map(availability),
        utilisation: metrics.utilisation.as_ref().map(utilisation),
    }
}

fn csat(csat: &Csat, minimum_n: Option<u32>) -> proto::Csat {
    let refused = csat.refused.by_reason().into_iter().filter(|(_, count)| *count > 0);
    proto::Csat {
        answers: csat.answers.to_vec(),
        total: Some(csat.total()),
        positive: Some(csat.positive()),
        score: csat.score(),
        average: csat.average(),
        interval: csat.interval().map(|[low, high]| proto::Interval { low: Some(low), high: Some(high) }),
        sent: Some(csat.sent),
        sent_answered: Some(csat.sent_answered),
        response_rate: csat.response_rate(),
        refused: refused.map(|(reason, count)| (reason.to_owned(), count)).collect(),
        thin: thin(csat.total(), minimum_n),
    }
}

fn mood(mood: &Moods, minimum_n: Option<u32>) -> proto::Moods {
    proto::Moods {
        happy: Some(mood.happy),
        neutral: Some(mood.neutral),
        unhappy: Some(mood.unhappy),
        average: mood.average(),
        prompted: Some(mood.prompted),
        prompted_recorded: Some(mood.prompted_recorded),
        completion: mood.completion(),
        thin: thin(mood.total(), minimum_n),
    }
}

fn durations(durations: &Durations, minimum_n: Option<u32>) -> proto::Durations {
    let percentiles = durations.percentiles.as_ref();
    proto::Durations {
        count: Some(durations.count),
        sum_ms: Some(durations.sum_ms),
        mean_ms: durations.mean_ms(),
        p50_ms: percentiles.map(|percentiles| percentiles.p50_ms),
        p90_ms: percentiles.map(|percentiles| percentiles.p90_ms),
        p95_ms: percentiles.map(|percentiles| percentiles.p95_ms),
        p99_ms: percentiles.map(|percentiles| percentiles.p99_ms),
        max_ms: percentiles.map(|percentiles| percentiles.max_ms),
        thin: thin(durations.count, minimum_n),
    }
}

fn sla(sla: &Sla, minimum_n: Option<u32>) -> proto::Sla {
    proto::Sla {
        within: Some(sla.within),
        count: Some(sla.count),
        share: sla.share(),
        thin: thin(sla.count, minimum_n),
    }
}

fn availability(availability: &Availability) -> proto::Availability {
    proto::Availability {
        online_ms: Some(availability.online_ms),
        away_ms: Some(availability.away_ms),
        share: availability.share(),
    }
}

fn utilisation(utilisation: &Utilisation) -> proto::Utilisation {
    proto::Utilisation {
        focus_ms: Some(utilisation.focus_ms),
        online_ms: Some(utilisation.online_ms),
        share: utilisation.share(),
    }
}

fn thin(count: u64, minimum_n: Option<u32>) -> Option<bool> {
    is_thin(count, minimum_n).then_some(true)
}
