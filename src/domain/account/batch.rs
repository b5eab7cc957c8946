//! Events in batches: names, conversations and agents are looked up ahead for many of them, then each is folded.
//!
//! Nothing depends on it but speed. A batch is folded in the order of event time, which spares the second look at what
//! came out of order by less than a batch.

use super::life::{Conversation, Life};
use super::{Account, Held, Outcome};
use crate::domain::compact::prefetch::{AHEAD, Touched};
use crate::domain::day::agent::Agent;
use crate::domain::event::{Body, Event};
use crate::domain::names::Name;
use crate::domain::timeline::{Act, Entry};

impl Account {
    /// Adds events to the set; what became of each, in the order in which they are given.
    pub fn apply_all<'e, 'a: 'e>(&mut self, events: impl Iterator<Item = &'e Event<'a>>) -> Vec<Outcome> {
        let events: Vec<&Event<'_>> = events.collect();
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|&place| events[place].at);
        let mut outcomes = vec![Outcome::Applied; events.len()];
        let mut interned = std::mem::take(&mut self.ahead);
        for places in order.chunks(AHEAD) {
            self.names.look_ahead(places.iter().map(|&place| events[place])).settle();
            interned.extend(places.iter().map(|&place| self.intern(events[place])));
            self.look_ahead(&interned).settle();
            for (&place, held) in places.iter().zip(interned.drain(..)) {
                outcomes[place] = self.take(events[place].at, held);
            }
        }
        self.ahead = interned;
        outcomes
    }

    /// Reads what folding will read, step by step for all of them: each step tells where the next one is.
    fn look_ahead(&self, interned: &[Held]) -> Touched {
        let conversations = || interned.iter().filter_map(|held| self.conversation_of(held));
        let lives = || conversations().flat_map(|conversation| &conversation.lives);
        let agents = || interned.iter().filter_map(|held| self.agent_of(held));
        let mut touched = Touched::default();
        conversations().for_each(|conversation| touched.by(conversation.lives.len() as u64));
        lives().for_each(|life| touched.and(life.look_ahead()));
        agents().for_each(|agent| touched.and(agent.look_ahead()));
        lives().for_each(|life| touched.and(life.timeline.look_further_ahead()));
        agents().for_each(|agent| touched.and(agent.look_further_ahead()));
        touched
    }

    fn conversation_of(&self, held: &Held) -> Option<&Conversation> {
        match held {
            Held::Conversation(conversation, _) => self.conversations.get(*conversation as usize),
            Held::Status(..) => None,
        }
    }

    /// The agent to whom most facts of an event will be credited.
    fn agent_of(&self, held: &Held) -> Option<&Agent> {
        let own = match held {
            Held::Status(agent, ..) => Some(*agent),
            Held::Conversation(_, Entry { act: Act::Focused(agent) | Act::AgentMessage { agent, .. }, .. }) => {
                Some(*agent)
            }
            Held::Conversation(..) => None,
        };
        let assignee = || self.conversation_of(held)?.lives.last().and_then(Life::state)?.assignee();
        self.agents.get(Name::to_code(own.or_else(assignee)) as usize)
    }
}

/// The contact that an event names, where many different ones are named.
pub(in crate::domain) fn contact_in<'e>(body: &'e Body<'_>) -> Option<&'e str> {
    if let Body::CustomerMessage { contact, .. } = body {
        return contact.as_deref();
    }
    if let Body::ConversationStarted(started) = body { started.contact.as_deref() } else { None }
}
