//! The `metrics` object of SPEC §4, the same in topics, replay and the HTTP API.

use crate::domain::answers::metrics::{Availability, ClosedBy, Csat, Durations, Metrics, Moods, Sla, Utilisation};

use super::writer::JsonWriter;

/// The `metrics` object as a whole text.
#[must_use]
pub fn metrics_json(metrics: &Metrics) -> Vec<u8> {
    JsonWriter::document(|json| members(json, metrics))
}

/// The `metrics` object as the next value.
pub(super) fn write_metrics(json: &mut JsonWriter, metrics: &Metrics) {
    json.object(|json| members(json, metrics));
}

fn members(json: &mut JsonWriter, metrics: &Metrics) {
    let least = metrics.minimum_n;
    json.key("csat").object(|json| csat(json, &metrics.csat, least));
    json.key("mood").object(|json| mood(json, &metrics.mood, least));
    for (name, durations) in [
        ("first_response", &metrics.first_response),
        ("response", &metrics.response),
        ("handle", &metrics.handle),
        ("resolution", &metrics.resolution),
    ] {
        json.key(name).object(|json| write_durations(json, durations, least));
    }
    for (name, sla) in [
        ("first_response_sla", &metrics.first_response_sla),
        ("response_sla", &metrics.response_sla),
        ("resolution_sla", &metrics.resolution_sla),
    ] {
        json.key(name).object(|json| write_sla(json, sla, least));
    }
    counts(json, metrics);
    agents_and_contacts(json, metrics);
}

fn csat(json: &mut JsonWriter, csat: &Csat, minimum_n: Option<u32>) {
    json.key("answers").array(csat.answers, JsonWriter::integer);
    json.key("total").integer(csat.total());
    json.key("positive").integer(csat.positive());
    json.optional_quotient("score", csat.score());
    json.optional_quotient("average", csat.average());
    if let Some(interval) = csat.interval() {
        json.key("interval").array(interval, JsonWriter::quotient);
    }
    json.key("sent").integer(csat.sent);
    json.key("sent_answered").integer(csat.sent_answered);
    json.optional_quotient("response_rate", csat.response_rate());
    json.key("refused").object(|json| {
        for (reason, count) in csat.refused.by_reason().into_iter().filter(|(_, count)| *count > 0) {
            json.key(reason).integer(count);
        }
    });
    thin(json, csat.total(), minimum_n);
}

fn mood(json: &mut JsonWriter, mood: &Moods, minimum_n: Option<u32>) {
    json.key("happy").integer(mood.happy);
    json.key("neutral").integer(mood.neutral);
    json.key("unhappy").integer(mood.unhappy);
    json.optional_quotient("average", mood.average());
    json.key("prompted").integer(mood.prompted);
    json.key("prompted_recorded").integer(mood.prompted_recorded);
    json.optional_quotient("completion", mood.completion());
    thin(json, mood.total(), minimum_n);
}

fn write_durations(json: &mut JsonWriter, durations: &Durations, minimum_n: Option<u32>) {
    json.key("count").integer(durations.count);
    json.key("sum_ms").integer(durations.sum_ms);
    json.optional_quotient("mean_ms", durations.mean_ms());
    if let Some(percentiles) = durations.percentiles {
        json.key("p50_ms").integer(percentiles.p50_ms);
        json.key("p90_ms").integer(percentiles.p90_ms);
        json.key("p95_ms").integer(percentiles.p95_ms);
        json.key("p99_ms").integer(percentiles.p99_ms);
        json.key("max_ms").integer(percentiles.max_ms);
    }
    thin(json, durations.count, minimum_n);
}

fn write_sla(json: &mut JsonWriter, sla: &Sla, minimum_n: Option<u32>) {
    json.key("within").integer(sla.within);
    json.key("count").integer(sla.count);
    json.optional_quotient("share", sla.share());
    thin(json, sla.count, minimum_n);
}

fn counts(json: &mut JsonWriter, metrics: &Metrics) {
    json.key("conversations_started").integer(metrics.conversations_started);
    json.key("closed").integer(metrics.closed);
    json.key("closed_by").object(|json| closed_by(json, &metrics.closed_by));
    json.key("resolved").integer(metrics.resolved);
    json.key("abandoned").integer(metrics.abandoned);
    json.key("reopened").integer(metrics.reopened);
    json.key("customer_messages").integer(metrics.customer_messages);
    json.key("agent_messages").integer(metrics.agent_messages);
    json.key("automated_messages").integer(metrics.automated_messages);
    json.key("proactive_messages").integer(metrics.proactive_messages);
}

fn closed_by(json: &mut JsonWriter, closed_by: &ClosedBy) {
    json.key("agent").integer(closed_by.agent);
    json.key("customer").integer(closed_by.customer);
    json.key("system").integer(closed_by.system);
}

fn agents_and_contacts(json: &mut JsonWriter, metrics: &Metrics) {
    json.key("active_agents").integer(metrics.active_agents);
    if let Some(unique_contacts) = metrics.unique_contacts {
        json.key("unique_contacts").integer(unique_contacts);
    }
    json.key("focus_ms").integer(metrics.focus_ms);
    if let Some(availability) = &metrics.availability {
        json.key("availability").object(|json| write_availability(json, availability));
    }
    if let Some(utilisation) = &metrics.utilisation {
        json.key("utilisation").object(|json| write_utilisation(json, utilisation));
    }
}

fn write_availability(json: &mut JsonWriter, availability: &Availability) {
    json.key("online_ms").integer(availability.online_ms);
    json.key("away_ms").integer(availability.away_ms);
    json.optional_quotient("share", availability.share());
}

fn write_utilisation(json: &mut JsonWriter, utilisation: &Utilisation) {
    json.key("focus_ms").integer(utilisation.focus_ms);
    json.key("online_ms").integer(utilisation.online_ms);
    json.optional_quotient("share", utilisation.share());
}

fn thin(json: &mut JsonWriter, count: u64, minimum_n: Option<u32>) {
    if is_thin(count, minimum_n) {
        json.key("thin").boolean(true);
    }
}

/// Whether a count is too small to lean on.
pub(in crate::wire::output) fn is_thin(count: u64, minimum_n: Option<u32>) -> bool {
    minimum_n.is_some_and(|least| count < u64::from(least))
}
