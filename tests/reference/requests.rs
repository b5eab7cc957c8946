//! Rating requests (SPEC §5): what is decided at each close by an agent, from the events before that close alone.

use super::account::Account;
use super::body::{Body, Started};
use super::closing::Close;
use super::event::Event;
use super::numbers::Object;
use super::policy::{Policies, Version};
use super::time::{HOUR_MS, print_time};
use super::walk::Walk;
use serde_json::Value;
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64;

/// What had happened in the conversation when it was closed.
#[derive(Default)]
struct Before<'a> {
    started: Option<&'a Started>,
    characters: u64,
    customer_wrote: bool,
    human_wrote: bool,
    human_wrote_after_customer: bool,
    last_message_ms: Option<i64>,
    participant_joined: bool,
    contacts: BTreeSet<Option<&'a String>>,
    survey_sent: bool,
}

/// The decisions of an account in the order of the closes.
pub fn rating_requests(account: &Account, policies: &Policies) -> Vec<Value> {
    let mut decisions = Vec::new();
    for walk in &account.walks {
        let mut was_asked = false;
        for close in walk.closes.iter().filter(|close| close.by == "agent" && close.outcome != "spam") {
            let before = Before::read(walk, close);
            let policy = policies.at(account.name, close.credit.at_ms);
            let reasons = before.reasons(close, policy, was_asked);
            was_asked |= reasons.is_empty();
            decisions.push((&close.place, decision(account, walk, close, &before, reasons)));
        }
    }
    decisions.sort_by(|a, b| a.0.cmp(b.0));
    decisions.into_iter().map(|(_, decision)| decision).collect()
}

fn decision(account: &Account, walk: &Walk, close: &Close, before: &Before, reasons: Vec<&str>) -> Value {
    let closed_ms = close.credit.at_ms;
    let request = format!("{},{},{}", account.name, walk.life.id, close.event_id);
    let agent = close.credit.agent.clone().filter(|_| account.policy.agent_metrics);
    Object::default()
        .with("account_id", account.name)
        .with("conversation_id", walk.life.id.as_str())
        .with("request_id", format!("{:016x}", xxh3_64(request.as_bytes())))
        .with("closed_at", print_time(closed_ms))
        .with("expires_at", print_time(closed_ms + HOUR_MS))
        .with_some("agent_id", agent)
        .with_some("skill_id", close.credit.skill.clone())
        .with("origin", before.origin())
        .with("audience", before.audience())
        .with("characters", before.characters)
        .with("eligible", reasons.is_empty())
        .with("reasons", reasons)
        .done()
}

impl<'a> Before<'a> {
    fn read(walk: &Walk<'a>, close: &Close) -> Before<'a> {
        let mut before = Before::default();
        for event in walk.life.events.iter().filter(|event| event.place() < close.place) {
            before.add(event);
        }
        before
    }

    fn add(&mut self, event: &'a Event) {
        match &event.body {
            Body::ConversationStarted(started) => {
                self.started.get_or_insert(started);
            }
            Body::CustomerMessage { contact, characters } => {
                self.customer_wrote = true;
                self.contacts.insert(contact.as_ref());
                self.message(event, *characters);
            }
            Body::AgentMessage { automated: true, .. } => self.message(event, 0),
            Body::AgentMessage { characters, .. } => {
                self.human_wrote = true;
                self.human_wrote_after_customer |= self.customer_wrote;
                self.message(event, *characters);
            }
            Body::ParticipantJoined { .. } => self.participant_joined = true,
            Body::SurveySent { .. } => self.survey_sent = true,
            _ => {}
        }
    }

    fn message(&mut self, event: &Event, characters: u32) {
        self.last_message_ms = Some(event.at_ms);
        self.characters += u64::from(characters);
    }

    fn origin(&self) -> &'a str {
        self.started.map_or("inbound", |started| &started.origin)
    }

    fn audience(&self) -> &'a str {
        self.started.map_or("user", |started| &started.audience)
    }

    /// All reasons that failed, in the order of SPEC §5.
    fn reasons(&self, close: &Close, policy: &Version, was_asked: bool) -> Vec<&'static str> {
        let closed_ms = close.credit.at_ms;
        let is_old = |last_ms: i64| closed_ms - last_ms > 7 * 24 * HOUR_MS;
        let asks_audience = if self.audience() == "lead" { policy.ask_leads } else { policy.ask_users };
        let checks = [
            ("too_short", self.characters <= 250),
            ("too_old", self.last_message_ms.is_some_and(is_old)),
            ("group", self.participant_joined || self.contact_count() > 1),
            ("asked_before", self.survey_sent || was_asked),
            ("audience_off", !asks_audience),
        ];
        let failed = checks.into_iter().filter(|(_, has_failed)| *has_failed).map(|(reason, _)| reason);
        self.origin_reason(policy).into_iter().chain(failed).collect()
    }

    fn origin_reason(&self, policy: &Version) -> Option<&'static str> {
        match self.origin() {
            "inbound" => (!self.human_wrote_after_customer).then_some("no_human_reply"),
            "outbound" => (!policy.ask_on_outbound).then_some("outbound_off"),
            _ if !policy.ask_on_workflow => Some("workflow_off"),
            _ => (!self.human_wrote).then_some("no_human_part"),
        }
    }

    /// How many contacts wrote; a message without one is the conversation's contact's.
    fn contact_count(&self) -> usize {
        let own = self.started.and_then(|started| started.contact.as_ref());
        self.contacts.iter().filter_map(|contact| contact.or(own)).collect::<BTreeSet<_>>().len()
    }
}
