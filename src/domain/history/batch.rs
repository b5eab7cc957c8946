//! Events in batches: what each will need is brought into the caches while those before it are folded.
//!
//! Nothing depends on it but speed. A batch is folded in the order of event time, which spares the second look at what
//! came out of order by less than a batch. Each step of looking ahead tells where the next one is, so an event passes
//! through all of them, some events apart, before its turn comes.

use smallvec::SmallVec;

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

/// How many events' names are looked up at once: few enough that what they read stays in the nearest cache.
const NAMED: usize = 64;

/// Events that are folded at once at most: so many can be told apart beside a time.
pub(super) const MOST: usize = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 14;

/// Of whom an event is, as far as it is looked at ahead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touched {
    conversation: Option<u32>,
    /// Whose way it may change.
    agent: Option<Name>,
}

impl History {
    /// Adds events to the set; what became of each, in the order in which they are given.
    pub fn apply_all<'e, 'a: 'e>(&mut self, events: impl Iterator<Item = &'e Event<'a>>) -> Vec<Fate> {
        let events: Vec<&Event<'_>> = events.collect();
        let mut fates = vec![Fate::Applied; events.len()];
        for (events, fates) in events.chunks(MOST).zip(fates.chunks_mut(MOST)) {
            self.apply_batch(events, fates);
        }
        self.thin_out_stirred();
        fates
    }

    fn apply_batch(&mut self, events: &[&Event<'_>], fates: &mut [Fate]) {
        let mut interned = std::mem::take(&mut self.ahead);
        self.intern_all(events, &mut interned);
        self.fold_batch(&interned, fates);
        interned.clear();
        // Of an account that has an event now and then there are many: it keeps no room for more.
        self.ahead = if interned.capacity() > NAMED { interned } else { Vec::new() };
    }

    /// Folds events whose time has come, each with the place of its fate.
    pub(super) fn fold_batch(&mut self, interned: &[(u16, Interned)], fates: &mut [Fate]) {
        let mut touched = std::mem::take(&mut self.touched);
        touched.extend(interned.iter().map(|(_, one)| Touched::by(one)));
        let mut late: Vec<Late> = Vec::new();
        for (number, &(place, one)) in interned.iter().enumerate() {
            self.look_ahead(&touched[number..]);
            match one {
                Interned::Conversation(conversation, entry) if self.is_late_in_a_long_life(conversation, &entry) => {
                    late.push((usize::from(place), conversation, entry));
                }
                one => fates[usize::from(place)] = self.take(one),
            }
        }
        self.add_late(late, fates);
        touched.clear();
        self.touched = if touched.capacity() > NAMED { touched } else { Vec::new() };
        if self.facts.capacity() <= NAMED {
            self.facts = Vec::new();
        }
    }

    /// Events in terms of numbers, in the order of their timelines, each with its place. Names are looked up in steps, each
    /// of which tells where the next one reads, so that nothing waits for memory.
    fn intern_all(&mut self, events: &[&Event<'_>], interned: &mut Vec<(u16, Interned)>) {
        for some in by_time(events).chunks(NAMED) {
            let event = |place: &u16| events[usize::from(*place)];
            let hashes: SmallVec<[Hashes; NAMED]> =
                some.iter().map(|place| self.names.prefetch(event(place))).collect();
            hashes.iter().for_each(|hashes| self.names.prefetch_texts(hashes));
            interned
                .extend(some.iter().zip(&hashes).map(|(place, hashes)| (*place, self.intern(event(place), hashes))));
        }
        // Of one moment only the numbers tell what comes first.
        for of_moment in interned.chunk_by_mut(|(_, a), (_, b)| a.at() == b.at()) {
            of_moment.sort_by_key(|(_, one)| one.key());
        }
    }

    /// Looks at the events that come so many later, each step at another.
    fn look_ahead(&self, touched: &[Touched]) {
        let agent = |one: &Touched| self.agents.get(Name::to_code(Some(one.agent?)) as usize);
        let left = |one: &Touched| agent(one).and_then(|agent| agent.visiting).map(|visiting| visiting.conversation);
        if let Some(one) = touched.get(STEPS[0]) {
            one.conversation.and_then(|number| self.conversations.get(number as usize)).into_iter().for_each(prefetch);
            agent(one).into_iter().for_each(prefetch);
        }
        if let Some(one) = touched.get(STEPS[1]) {
            self.last_life(one.conversation).into_iter().for_each(Life::prefetch);
            agent(one).into_iter().for_each(|agent| agent.moves.prefetch());
            if let Some(left) = left(one) {
                self.conversations.get(left as usize).into_iter().for_each(prefetch);
                self.names.conversations.texts().prefetch_start(Name::at(left as usize));
            }
        }
        if let Some(one) = touched.get(STEPS[2]) {
            self.last_life(one.conversation).into_iter().for_each(Life::prefetch_timeline);
            if let Some(left) = left(one) {
                self.last_life(Some(left)).into_iter().for_each(Life::prefetch);
                self.names.conversations.texts().prefetch(Name::at(left as usize));
            }
        }
        if let Some(left) = touched.get(STEPS[3]).and_then(left) {
            self.last_life(Some(left)).into_iter().for_each(Life::prefetch_timeline);
        }
    }

    fn last_life(&self, conversation: Option<u32>) -> Option<&Life> {
        self.conversations.get(conversation? as usize)?.lives.last()
    }
}

impl Touched {
    fn by(interned: &Interned) -> Self {
        match interned {
            Interned::Conversation(conversation, Entry { act: Act::Focused(agent), .. }) => {
                Self { conversation: Some(*conversation), agent: Some(*agent) }
            }
            Interned::Conversation(conversation, _) => Self { conversation: Some(*conversation), agent: None },
            Interned::Status(agent, _) => Self { conversation: None, agent: Some(*agent) },
        }
    }
}

/// The places of events in the order of their times, and of one time in the order in which they are given.
fn by_time(events: &[&Event<'_>]) -> Vec<u16> {
    // One number that holds both is sorted in half the time.
    let key = |(place, event): (usize, &&Event<'_>)| (event.at as u64) << PLACE_BITS | place as u64;
    let mut keys: Vec<u64> = events.iter().enumerate().map(key).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u16 & (MOST - 1) as u16).collect()
}
