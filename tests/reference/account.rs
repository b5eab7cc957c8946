//! Everything that is known of one account at the moment of a question, and which scopes it has.

use super::conversation::Conversation;
use super::event::{Event, Reading, read};
use super::fact::Fact;
use super::life::Life;
use super::policy::{Policies, Version};
use super::presence::{Span, spans};
use super::timeline::{Standing, conversation_lives, statuses};
use super::visits::{Handle, Visit, handles, visits};
use super::{Counts, Input};
use std::collections::{BTreeMap, BTreeSet};

/// The timelines of all accounts: every admitted event that exists by now (SPEC §2), and how many others there were.
pub struct Timelines {
    /// The lives of conversations.
    pub lives: Vec<Life>,
    /// The statuses by account and agent.
    pub statuses: BTreeMap<(String, String), Standing>,
    /// What was not admitted or is a repeat.
    pub counts: Counts,
}

/// One account.
pub struct Account<'a> {
    /// Its id.
    pub name: &'a str,
    /// The policy in force now.
    pub policy: &'a Version,
    /// The moment of the question.
    pub now_ms: i64,
    /// Its conversations, a life each.
    pub conversations: Vec<Conversation<'a>>,
    /// What they establish.
    pub facts: Vec<Fact>,
    /// The visits of its agents.
    pub visits: Vec<Visit>,
    /// The handle time of its closes.
    pub handles: Vec<Handle>,
    /// The presence of its agents.
    pub spans: Vec<Span>,
}

impl Timelines {
    /// Reads the lines; an event later than now does not exist.
    pub fn read(inputs: &[Input], now_ms: i64) -> Timelines {
        let mut counts = Counts::default();
        let mut events: Vec<Event> = Vec::new();
        for input in inputs {
            match read(input) {
                Reading::Admitted(event) if event.at_ms <= now_ms => events.push(*event),
                Reading::Admitted(_) | Reading::Nothing => {}
                Reading::Late => counts.late += 1,
                Reading::Unknown => counts.unknown += 1,
                Reading::Rejected => counts.rejected += 1,
            }
        }
        let (lives, statuses) = (conversation_lives(&events), statuses(&events));
        for standing in lives.iter().map(|life| &life.standing).chain(statuses.values()) {
            counts.duplicate += standing.duplicate;
            counts.conflicting += standing.conflicting;
        }
        Timelines { lives, statuses, counts }
    }

    /// Every account with an admitted event, in the order of their ids.
    pub fn accounts<'a>(&'a self, policies: &'a Policies, now_ms: i64) -> Vec<Account<'a>> {
        let of_lives = self.lives.iter().map(|life| life.account.as_str());
        let names: BTreeSet<&str> = of_lives.chain(self.statuses.keys().map(|(account, _)| account.as_str())).collect();
        names.into_iter().map(|name| self.account(name, policies, now_ms)).collect()
    }

    fn account<'a>(&'a self, name: &'a str, policies: &'a Policies, now_ms: i64) -> Account<'a> {
        let lives = self.lives.iter().filter(|life| life.account == name);
        let conversations: Vec<Conversation> = lives.map(|life| Conversation { life, policies, now_ms }).collect();
        let statuses = self.statuses.iter().filter(|((account, _), _)| account == name);
        let spans: Vec<Span> = statuses.flat_map(|(_, statuses)| spans(statuses, policies, now_ms)).collect();
        let visits = visits(&conversations, &spans, policies, now_ms);
        let of_life = |(life, conversation)| handles(conversation, life, &visits);
        let handles = conversations.iter().enumerate().flat_map(of_life).collect();
        let facts = conversations.iter().flat_map(Conversation::facts).collect();
        Account { name, policy: policies.at(name, now_ms), now_ms, conversations, facts, visits, handles, spans }
    }
}

impl Account<'_> {
    /// Every pair of skill and agent that has a fact, a visit or, with no skill, a presence.
    pub fn pairs(&self) -> BTreeSet<(Option<String>, Option<String>)> {
        let facts = self.facts.iter().map(|fact| (fact.credit.skill.clone(), fact.credit.agent.clone()));
        let visits = self.visits.iter().map(|visit| (visit.skill.clone(), Some(visit.agent.clone())));
        let spans = self.spans.iter().map(|span| (None, Some(span.agent.clone())));
        facts.chain(visits).chain(spans).collect()
    }
}
