//! Events in batches: what each will need is brought into the caches while those before it are folded.
//!
//! Nothing depends on it but speed. A batch is folded in the order of event time, which spares the second look at what
//! came out of order by less than a batch. Each step of looking ahead tells where the next one is, so an event passes
//! through all of them, some events apart, before its turn comes.

use super::dictionary::Hashes;
use super::late::Late;
use super::life::Life;
use super::{Fate, History, Interned};
use crate::domain::compact::prefetch::prefetch;
use crate::domain::event::Event;
use crate::domain::names::Name;
use crate::domain::timeline::{Act, Entry};

/// How many events ahead each step is done: where a conversation and an agent are kept, their states, the bytes of their
/// timelines, and the same of the conversation that an agent leaves.
const STEPS: [usize; 4] = [48, 36, 24, 12];

impl History {
    /// Adds events to the set; what became of each, in the order in which they are given.
    pub fn apply_all<'e, 'a: 'e>(&mut self, events: impl Iterator<Item = &'e Event<'a>>) -> Vec<Fate> {
        let events: Vec<&Event<'_>> = events.collect();
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|&place| events[place].at);
        let hashes: Vec<Hashes> = order.iter().map(|&place| self.names.prefetch(events[place])).collect();
        let mut interned = std::mem::take(&mut self.ahead);
        interned.extend(order.iter().zip(hashes).map(|(&place, hashes)| self.intern(events[place], hashes)));
        let mut fates = vec![Fate::Applied; events.len()];
        let mut late: Vec<Late> = Vec::new();
        for (number, &place) in order.iter().enumerate() {
            for (step, ahead) in STEPS.into_iter().enumerate() {
                if let Some(later) = interned.get(number + ahead) {
                    self.look_ahead(step, later);
                }
            }
            match interned[number] {
                Interned::Conversation(conversation, entry) if self.is_late_in_a_long_life(conversation, &entry) => {
                    late.push((place, conversation, entry));
                }
                one => fates[place] = self.take(one),
            }
        }
        self.add_late(late, &mut fates);
        interned.clear();
        self.ahead = interned;
        self.thin_out_stirred();
        fates
    }

    fn look_ahead(&self, step: usize, later: &Interned) {
        let (conversation, agent) = named(later);
        let agent = agent.and_then(|agent| self.agents.get(Name::to_code(Some(agent)) as usize));
        let left = || agent.and_then(|agent| agent.visiting).map(|visiting| visiting.conversation);
        match step {
            0 => {
                conversation.and_then(|number| self.conversations.get(number as usize)).into_iter().for_each(prefetch);
                agent.into_iter().for_each(prefetch);
            }
            1 => {
                self.last_life(conversation).into_iter().for_each(Life::prefetch);
                agent.into_iter().for_each(|agent| agent.moves.prefetch());
                left().and_then(|left| self.conversations.get(left as usize)).into_iter().for_each(prefetch);
            }
            2 => {
                self.last_life(conversation).into_iter().for_each(|life| life.timeline.prefetch());
                self.last_life(left()).into_iter().for_each(Life::prefetch);
            }
            _ => self.last_life(left()).into_iter().for_each(|life| life.timeline.prefetch()),
        }
    }

    fn last_life(&self, conversation: Option<u32>) -> Option<&Life> {
        self.conversations.get(conversation? as usize)?.lives.last()
    }
}

/// The conversation of an event, and the agent whose way it may change.
fn named(interned: &Interned) -> (Option<u32>, Option<Name>) {
    match interned {
        Interned::Conversation(conversation, Entry { act: Act::Focused(agent), .. }) => {
            (Some(*conversation), Some(*agent))
        }
        Interned::Conversation(conversation, _) => (Some(*conversation), None),
        Interned::Status(agent, _) => (None, Some(*agent)),
    }
}
