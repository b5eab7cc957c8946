//! The account's decisions on rating requests, as if all events had arrived in the order of event time (SPEC §10).

use super::Account;
use crate::domain::answers::rating_request::RatingRequest;
use crate::domain::event::{Identity, Millis};
use crate::domain::life::{Decision, State};
use crate::domain::names::Name;
use crate::domain::timeline::Timeline;

/// How long after the close a request may be sent.
const EXPIRES_AFTER_MS: Millis = 3_600_000;

impl Account {
    /// Every decision, in the order of their closes. `name` is the account's id, which fixes the requests' own.
    pub fn rating_requests(&mut self, name: &str) -> Vec<RatingRequest> {
        let mut decided: Vec<(Decision, String)> = Vec::new();
        for conversation in 0..self.conversations.len() {
            let id = self.names.conversations.text(Name::at(conversation)).to_owned();
            for life in 0..self.conversations[conversation].lives.len() {
                let timeline = std::mem::take(&mut self.conversations[conversation].lives[life].timeline);
                decided.extend(self.decisions_of(&timeline).into_iter().map(|decision| (decision, id.clone())));
                self.conversations[conversation].lives[life].timeline = timeline;
            }
        }
        decided.sort_by(|(a, a_id), (b, b_id)| a.close.cmp(&b.close).then_with(|| a_id.cmp(b_id)));
        decided.into_iter().map(|(decision, id)| self.request(name, decision, id)).collect()
    }

    fn decisions_of(&mut self, timeline: &Timeline) -> Vec<Decision> {
        let mut decisions = Vec::new();
        self.in_context(|cx| {
            let _ = State::fold(timeline, Millis::MIN, cx);
            cx.facts.clear();
            decisions = std::mem::take(cx.decisions);
        });
        decisions
    }

    fn request(&self, name: &str, decision: Decision, conversation: String) -> RatingRequest {
        let names_agents = self.policies.at(self.now).agent_metrics;
        let fixed_by = format!("{name},{conversation},{:016x}", decision.close.identity);
        RatingRequest {
            request_id: format!("{:016x}", Identity::of(fixed_by.as_bytes()).0),
            conversation,
            closed_at: decision.close.at,
            expires_at: decision.close.at + EXPIRES_AFTER_MS,
            agent: decision.agent.filter(|_| names_agents).map(|agent| self.names.agents.text(agent).to_owned()),
            skill: decision.skill.map(|skill| self.names.skills.text(skill).to_owned()),
            origin: decision.origin,
            audience: decision.audience,
            characters: decision.characters,
            reasons: decision.reasons,
        }
    }
}
