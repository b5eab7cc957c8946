//! Rating requests (SPEC §5): what is decided at each close by an agent, from the events before that close alone.

use super::account::Account;
use super::body::{Body, Started};
use super::closing::Close;
use super::conversation::Conversation;
use super::event::Event;
use super::numbers::Object;
use super::policy::Version;
use super::time::{DAY_MS, HOUR_MS, print_time};
use serde_json::Value;
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64;

/// The decisions of an account in the order of the closes.
pub fn rating_requests(account: &Account) -> Vec<Value> {
    let mut decisions = Vec::new();
    for conversation in &account.conversations {
        let mut was_asked = false;
        for close in conversation.closes().iter().filter(|close| close.by == "agent" && close.outcome != "spam") {
            let reasons = Before::of(conversation, close).reasons(was_asked);
            was_asked |= reasons.is_empty();
            decisions.push((close.event.place(), decision(account, conversation, close, reasons)));
        }
    }
    decisions.sort_by(|a, b| a.0.cmp(&b.0));
    decisions.into_iter().map(|(_, decision)| decision).collect()
}

fn decision(account: &Account, conversation: &Conversation, close: &Close, reasons: Vec<&str>) -> Value {
    let before = Before::of(conversation, close);
    let request = format!("{},{},{}", account.name, conversation.life.id, close.event.event_id);
    Object::default()
        .with("account_id", account.name)
        .with("conversation_id", conversation.life.id.as_str())
        .with("request_id", format!("{:016x}", xxh3_64(request.as_bytes())))
        .with("closed_at", print_time(close.event.at_ms))
        .with("expires_at", print_time(close.event.at_ms + HOUR_MS))
        .with_some("agent_id", close.agent.clone().filter(|_| account.policy.agent_metrics))
        .with_some("skill_id", conversation.life.skill_after(close.at))
        .with("origin", before.origin())
        .with("audience", before.audience())
        .with("characters", before.characters())
        .with("eligible", reasons.is_empty())
        .with("reasons", reasons)
        .done()
}

/// What had happened in the conversation when it was closed.
struct Before<'a> {
    events: &'a [Event],
    closed_ms: i64,
    policy: &'a Version,
}

impl<'a> Before<'a> {
    fn of(conversation: &Conversation<'a>, close: &Close) -> Before<'a> {
        let events = &conversation.life.events()[..close.at];
        Before { events, closed_ms: close.event.at_ms, policy: conversation.policy(close.at) }
    }

    /// All reasons that failed, in the order of SPEC §5.
    fn reasons(&self, was_asked: bool) -> Vec<&'static str> {
        let joined = self.has(|event| matches!(event.body, Body::ParticipantJoined { .. }));
        let asks_audience = if self.audience() == "lead" { self.policy.ask_leads } else { self.policy.ask_users };
        let checks = [
            ("too_short", self.characters() <= 250),
            ("too_old", self.last_message_ms().is_some_and(|last_ms| self.closed_ms - last_ms > 7 * DAY_MS)),
            ("group", joined || self.contacts().len() > 1),
            ("asked_before", was_asked || self.has(Event::is_survey_sent)),
            ("audience_off", !asks_audience),
        ];
        let failed = checks.into_iter().filter(|(_, has_failed)| *has_failed).map(|(reason, _)| reason);
        self.origin_reason().into_iter().chain(failed).collect()
    }

    fn origin_reason(&self) -> Option<&'static str> {
        match self.origin() {
            "inbound" => (!self.human_wrote_after_customer()).then_some("no_human_reply"),
            "outbound" => (!self.policy.ask_on_outbound).then_some("outbound_off"),
            _ if !self.policy.ask_on_workflow => Some("workflow_off"),
            _ => (!self.has(Event::is_human)).then_some("no_human_part"),
        }
    }

    fn human_wrote_after_customer(&self) -> bool {
        let customer = self.events.iter().position(Event::is_customer);
        customer.is_some_and(|customer| self.events[customer..].iter().any(Event::is_human))
    }

    /// What customers and humans wrote, together.
    fn characters(&self) -> u64 {
        let characters = |event: &Event| match &event.body {
            Body::CustomerMessage { characters, automated: false, .. }
            | Body::AgentMessage { characters, automated: false, .. } => u64::from(*characters),
            _ => 0,
        };
        self.events.iter().map(characters).sum()
    }

    /// The last one may be a bot's, but not a machine's that writes for a customer (reading 11).
    fn last_message_ms(&self) -> Option<i64> {
        let is_message = |event: &&Event| event.is_customer() || event.is_human() || event.is_bot();
        self.events.iter().rfind(is_message).map(|event| event.at_ms)
    }

    /// Who wrote; a message without a contact is the conversation's contact's.
    fn contacts(&self) -> BTreeSet<&'a String> {
        let own = self.started().and_then(|started| started.contact.as_ref());
        let contact = |event: &'a Event| match &event.body {
            Body::CustomerMessage { contact, automated: false, .. } => contact.as_ref().or(own),
            _ => None,
        };
        self.events.iter().filter_map(contact).collect()
    }

    fn origin(&self) -> &'a str {
        self.started().map_or("inbound", |started| &started.origin)
    }

    fn audience(&self) -> &'a str {
        self.started().map_or("user", |started| &started.audience)
    }

    /// The start, if it came before: a later one is not known yet.
    fn started(&self) -> Option<&'a Started> {
        self.events.iter().find_map(|event| match &event.body {
            Body::ConversationStarted(started) => Some(started),
            _ => None,
        })
    }

    fn has(&self, is_so: impl Fn(&Event) -> bool) -> bool {
        self.events.iter().any(is_so)
    }
}
