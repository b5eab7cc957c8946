//! What the account keeps of a conversation: its lives, each a timeline and, while it is in use, a state.
//!
//! The state of a closed conversation is dropped after a while and folded again when something late comes.

use std::collections::VecDeque;

use smallvec::SmallVec;

use super::last_rows::LastRows;
use crate::domain::compact::prefetch::prefetch;
use crate::domain::event::Millis;
use crate::domain::life::State;
use crate::domain::life::silence::Phase;
use crate::domain::timeline::{Entry, Timeline};

/// The lives of one conversation id, in order, parted by silence.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) lives: SmallVec<[Life; 1]>,
}

/// One life.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) timeline: Timeline,
    /// Absent while nothing happens: then a fold of the whole timeline gives the state.
    pub(super) awake: Option<Box<Awake>>,
    pub(super) first_at: Millis,
    pub(super) last_at: Millis,
}

/// What is kept of a life only while it is in use.
#[derive(Debug)]
pub(super) struct Awake {
    pub(super) state: State,
    /// The next moment for which the account has set an alarm.
    pub(super) alarm: Millis,
    /// The rows of its last facts.
    pub(super) last_rows: LastRows,
    /// Whether it is to be looked at among the open ones.
    pub(super) is_stirred: bool,
    /// Whether it is queued to have its state dropped.
    pub(super) is_queued: bool,
}

impl Life {
    pub(super) fn new(at: Millis) -> Self {
        Self { timeline: Timeline::default(), awake: None, first_at: at, last_at: at }
    }

    /// The state, if it is awake.
    pub(super) fn state(&self) -> Option<&State> {
        self.awake.as_ref().map(|awake| &awake.state)
    }

    /// Whether the conversation is open; not if the state was dropped.
    pub(super) fn is_open(&self) -> bool {
        self.state().is_some_and(State::is_open)
    }

    /// Takes the state that a fold of the timeline gave; `None` where there are no events.
    pub(super) fn set_state(&mut self, folded: Option<State>) {
        match (&mut self.awake, folded) {
            (Some(awake), Some(state)) => awake.state = state,
            (None, Some(state)) => {
                self.awake = Some(Box::new(Awake {
                    state,
                    alarm: Millis::MAX,
                    last_rows: LastRows::default(),
                    is_stirred: false,
                    is_queued: false,
                }));
            }
            (_, None) => self.awake = None,
        }
    }

    /// Has what folding an event will read first brought into the caches; `timeline` tells the rest.
    pub(super) fn prefetch(&self) {
        self.awake.iter().for_each(|awake| prefetch(&**awake));
        self.timeline.prefetch_head();
    }

    /// Drops the state if nothing will happen by itself, and gives back the timeline's room for growth.
    pub(super) fn drop_state(&mut self) {
        let Some(awake) = &mut self.awake else { return };
        awake.is_queued = false;
        if awake.state.is_at_rest() {
            self.awake = None;
            self.timeline.seal();
        }
    }

    /// Notes an event of the conversation's own at `at`.
    pub(super) fn reaches(&mut self, at: Millis) {
        self.first_at = self.first_at.min(at);
        self.last_at = self.last_at.max(at);
    }

    /// Where it stands between its opening and its close. A state is dropped only of one that is not open: of those, all
    /// that matters here is that they are not.
    pub(super) fn phase(&self) -> Phase {
        self.state().map_or(Phase::Closed, State::phase)
    }

    /// The events in order.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.timeline.entries().collect()
    }
}

/// Closed conversations whose state will be dropped when enough others have closed.
#[derive(Debug)]
pub(super) struct ClosedQueue {
    queue: VecDeque<u32>,
    most: usize,
}

/// How many closed conversations keep their state, unless told otherwise.
const CLOSED: usize = 4_096;

impl Default for ClosedQueue {
    fn default() -> Self {
        Self::at_most(CLOSED)
    }
}

impl ClosedQueue {
    /// Keeps the states of so many.
    pub(super) fn at_most(most: usize) -> Self {
        Self { queue: VecDeque::new(), most }
    }

    /// Queues a conversation; returns one that has rested long enough.
    pub(super) fn push(&mut self, conversation: u32) -> Option<u32> {
        self.queue.push_back(conversation);
        if self.queue.len() > self.most { self.queue.pop_front() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::history::moves::PACKED_BYTES;

    #[test]
    fn sizes_are_those_that_the_architecture_page_tells() {
        assert_eq!(size_of::<Conversation>(), 56);
        assert_eq!(PACKED_BYTES, 24);
        assert!(size_of::<Awake>() <= 800, "{}", size_of::<Awake>());
    }
}
