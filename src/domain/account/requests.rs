//! The account's decisions on rating requests, as if all events had arrived in the order of event time (SPEC §10).

use super::Account;
use crate::domain::account::rating_request::RatingRequest;
use crate::domain::event::{Identity, Millis};
use crate::domain::life::Decision;

/// How long after the close a request may be sent.
const EXPIRES_AFTER_MS: Millis = 3_600_000;

impl Account {
    /// Every decision, in the order of their closes. `name` is the account's id, which fixes the requests' own.
    pub fn rating_requests(&mut self, name: &str) -> Vec<RatingRequest> {
        let decided = self.history.decisions();
        self.count();
        let names = self.history.names();
        let id = |conversation| names.conversations.text(conversation).to_owned();
        let mut decided: Vec<(Decision, String)> =
            decided.into_iter().map(|(conversation, decision)| (decision, id(conversation))).collect();
        decided.sort_by(|(a, a_id), (b, b_id)| a.close.cmp(&b.close).then_with(|| a_id.cmp(b_id)));
        decided.into_iter().map(|(decision, id)| self.request(name, decision, id)).collect()
    }

    fn request(&self, name: &str, decision: Decision, conversation: String) -> RatingRequest {
        let names = self.history.names();
        let names_agents = self.history.policies().at(self.now()).agent_metrics;
        let fixed_by = format!("{name},{conversation},{:016x}", decision.close.identity);
        RatingRequest {
            request_id: format!("{:016x}", Identity::of(fixed_by.as_bytes()).0),
            conversation,
            closed_at: decision.close.at,
            expires_at: decision.close.at + EXPIRES_AFTER_MS,
            agent: decision.agent.filter(|_| names_agents).map(|agent| names.agents.text(agent).to_owned()),
            skill: decision.skill.map(|skill| names.skills.text(skill).to_owned()),
            origin: decision.origin,
            audience: decision.audience,
            characters: decision.characters,
            reasons: decision.reasons,
        }
    }
}
