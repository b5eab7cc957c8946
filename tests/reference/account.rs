//! Everything that is known of one account at the moment of a question, and which scopes it has.

use super::event::{Event, Reading, read};
use super::fact::Fact;
use super::policy::{Policies, Version};
use super::presence::{Span, spans};
use super::timeline::{Life, conversation_lives, presence_lives};
use super::visits::{Handle, Mark, Placed, Visit, handles, visits};
use super::walk::{Walk, walk};
use super::{Counts, Input};
use std::collections::BTreeSet;

/// The timelines of all accounts: every admitted event that exists by now (SPEC §2), and how many others there were.
pub struct Timelines {
    /// The lives of conversations.
    pub conversations: Vec<Life>,
    /// The lives of agents' presence.
    pub presences: Vec<Life>,
    /// What was not admitted or is void.
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
    /// Its lives, walked.
    pub walks: Vec<Walk<'a>>,
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
        for input in inputs.iter().filter(|input| !input.text.trim().is_empty()) {
            match read(input) {
                Reading::Admitted(event) if event.at_ms <= now_ms => events.push(*event),
                Reading::Admitted(_) => {}
                Reading::Late => counts.late += 1,
                Reading::Unknown => counts.unknown += 1,
                Reading::Rejected => counts.rejected += 1,
            }
        }
        let (conversations, presences) = (conversation_lives(&events), presence_lives(&events));
        for life in conversations.iter().chain(&presences) {
            counts.duplicate += life.duplicate;
            counts.conflicting += life.conflicting;
        }
        Timelines { conversations, presences, counts }
    }

    /// Every account with an admitted event, in the order of their ids.
    pub fn accounts<'a>(&'a self, policies: &'a Policies, now_ms: i64) -> Vec<Account<'a>> {
        let lives = self.conversations.iter().chain(&self.presences);
        let names: BTreeSet<&str> = lives.map(|life| life.account.as_str()).collect();
        names.into_iter().map(|name| self.account(name, policies, now_ms)).collect()
    }

    fn account<'a>(&'a self, name: &'a str, policies: &'a Policies, now_ms: i64) -> Account<'a> {
        let of_account = |life: &&Life| life.account == name;
        let conversations = self.conversations.iter().filter(of_account);
        let walks: Vec<Walk> = conversations.map(|life| walk(life, policies, now_ms)).collect();
        let spans: Vec<Span> = self.presences.iter().filter(of_account).flat_map(|life| spans(life, now_ms)).collect();
        let visits = visits(name, marks(&walks, &spans), policies, now_ms);
        let of_walk = |(index, walk)| handles(walk, index, &visits);
        let handles = walks.iter().enumerate().flat_map(of_walk).collect();
        Account { name, policy: policies.at(name, now_ms), now_ms, walks, visits, handles, spans }
    }
}

impl Account<'_> {
    /// The facts of all its conversations.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.walks.iter().flat_map(|walk| &walk.facts)
    }

    /// Every pair of skill and agent that has a fact, a visit or, with no skill, a presence.
    pub fn pairs(&self) -> BTreeSet<(Option<String>, Option<String>)> {
        let facts = self.facts().map(|fact| (fact.credit.skill.clone(), fact.credit.agent.clone()));
        let visits = self.visits.iter().map(|visit| (visit.skill.clone(), Some(visit.agent.clone())));
        let spans = self.spans.iter().map(|span| (None, Some(span.agent.clone())));
        facts.chain(visits).chain(spans).collect()
    }
}

/// All that concerns visits: the marks of every life, and every `offline`.
fn marks(walks: &[Walk], spans: &[Span]) -> Vec<Placed> {
    let of_walk = |(index, walk): (usize, &Walk)| {
        let placed = move |(place, mark)| (place, Some(index), mark);
        walk.marks.clone().into_iter().map(placed).collect::<Vec<Placed>>()
    };
    let of_span = |span: &Span| (span.place.clone(), None, Mark::Offline { agent: span.agent.clone() });
    let offline = spans.iter().filter(|span| span.status == "offline").map(of_span);
    walks.iter().enumerate().flat_map(of_walk).chain(offline).collect()
}
