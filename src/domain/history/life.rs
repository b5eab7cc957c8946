//! What the account keeps of a conversation: its lives, each a timeline and, while it is in use, a state.
//!
//! The state of a closed conversation is dropped after a while and folded again when something late comes.

use std::collections::VecDeque;

use smallvec::SmallVec;

use super::last_rows::LastRows;
use crate::domain::compact::prefetch::{prefetch, prefetch_beginning};
use crate::domain::event::Millis;
use crate::domain::life::silence::Phase;
use crate::domain::life::{Context, State};
use crate::domain::timeline::{self, Entry, Sealed, Timeline};

/// The lives of one conversation id, in order, parted by silence.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) lives: SmallVec<[Life; 1]>,
}

/// One life.
#[derive(Debug)]
pub(super) enum Life {
    /// In use: its state and its timeline in one piece.
    Open(Box<OpenLife>),
    /// Nothing happens in it: a fold of the whole timeline gives the state.
    Sealed(Sealed),
}

/// A life that is in use. What every event reads comes first, and lies together.
#[derive(Debug)]
#[repr(C)]
pub(super) struct OpenLife {
    pub(super) first_at: Millis,
    pub(super) last_at: Millis,
    /// The next moment for which the account has set an alarm.
    pub(super) alarm: Millis,
    /// Whether it is to be looked at among the open ones.
    pub(super) is_stirred: bool,
    /// Whether it is queued to have its state dropped.
    pub(super) is_queued: bool,
    /// Absent until the timeline has been folded.
    pub(super) state: Option<State>,
    /// The rows of its last facts.
    pub(super) last_rows: LastRows,
    pub(super) timeline: Timeline,
}

impl Conversation {
    /// Has all of its last life brought into the caches.
    pub(super) fn prefetch(&self) {
        if let Some(Life::Open(open)) = self.lives.last() {
            prefetch(&**open);
        }
    }
}

impl Life {
    pub(super) fn new(at: Millis) -> Self {
        Self::Open(Box::new(OpenLife::new(at, at, Timeline::default())))
    }

    /// The first and the last moment of the conversation's own events.
    pub(super) fn span(&self) -> [Millis; 2] {
        match self {
            Self::Open(open) => [open.first_at, open.last_at],
            Self::Sealed(sealed) => sealed.span(),
        }
    }

    pub(super) fn first_at(&self) -> Millis {
        self.span()[0]
    }

    pub(super) fn last_at(&self) -> Millis {
        self.span()[1]
    }

    /// Whether a moment lies between its first and its last.
    pub(super) fn has(&self, moment: Millis) -> bool {
        let [first_at, last_at] = self.span();
        first_at <= moment && moment <= last_at
    }

    /// The state, if it is kept.
    pub(super) fn state(&self) -> Option<&State> {
        match self {
            Self::Open(open) => open.state.as_ref(),
            Self::Sealed(_) => None,
        }
    }

    /// Whether the conversation is open; not if the state was dropped.
    pub(super) fn is_open(&self) -> bool {
        self.state().is_some_and(State::is_open)
    }

    /// Where it stands between its opening and its close. A state is dropped only of one that is not open: of those, all
    /// that matters here is that they are not.
    pub(super) fn phase(&self) -> Phase {
        self.state().map_or(Phase::Closed, State::phase)
    }

    /// Whether some event has this identity.
    pub(super) fn knows(&self, identity: u64) -> bool {
        match self {
            Self::Open(open) => open.timeline.knows(identity),
            Self::Sealed(sealed) => sealed.knows(identity),
        }
    }

    /// How many events there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Open(open) => open.timeline.len(),
            Self::Sealed(sealed) => sealed.len(),
        }
    }

    /// The events in order.
    pub(super) fn entries(&self) -> Vec<Entry> {
        match self {
            Self::Open(open) => open.timeline.entries().collect(),
            Self::Sealed(sealed) => sealed.entries().collect(),
        }
    }

    /// A copy of its events.
    pub(super) fn sealed(&self) -> Sealed {
        match self {
            Self::Open(open) => open.timeline.seal(open.first_at, open.last_at),
            Self::Sealed(sealed) => sealed.clone(),
        }
    }

    /// The life with room for more events.
    pub(super) fn open(&mut self) -> &mut OpenLife {
        if let Self::Sealed(sealed) = self {
            let [first_at, last_at] = sealed.span();
            *self = Self::Open(Box::new(OpenLife::new(first_at, last_at, sealed.open())));
        }
        match self {
            Self::Open(open) => open,
            Self::Sealed(_) => unreachable!("it was opened above"),
        }
    }

    /// The life if it has room for more events.
    pub(super) fn opened(&mut self) -> Option<&mut OpenLife> {
        match self {
            Self::Open(open) => Some(open),
            Self::Sealed(_) => None,
        }
    }

    /// Has what folding an event will read brought into the caches, but for the timeline, which `prefetch_timeline` has.
    pub(super) fn prefetch(&self) {
        match self {
            Self::Open(open) => {
                prefetch_beginning(&**open, std::mem::offset_of!(OpenLife, timeline) + timeline::HEAD_BYTES)
            }
            Self::Sealed(sealed) => sealed.prefetch(),
        }
    }

    /// The same of the timeline: a little later, since it looks how long that is.
    pub(super) fn prefetch_timeline(&self) {
        if let Self::Open(open) = self {
            open.timeline.prefetch();
        }
    }

    /// Drops the state if nothing will happen by itself; gives what it and the room for more events took.
    pub(super) fn drop_state(&mut self) -> Option<Box<OpenLife>> {
        let Self::Open(open) = self else { return None };
        open.is_queued = false;
        if !open.state.as_ref().is_some_and(State::is_at_rest) || !open.begins_with_its_first() {
            return None;
        }
        let sealed = Self::Sealed(open.timeline.seal(open.first_at, open.last_at));
        match std::mem::replace(self, sealed) {
            Self::Open(open) => Some(open),
            Self::Sealed(_) => None,
        }
    }
}

impl OpenLife {
    /// As it was before anything happened.
    fn clear(&mut self) {
        (self.alarm, self.is_stirred, self.is_queued) = (Millis::MAX, false, false);
        (self.state, self.last_rows) = (None, LastRows::default());
        self.timeline.clear();
    }

    fn new(first_at: Millis, last_at: Millis, timeline: Timeline) -> Self {
        Self {
            first_at,
            last_at,
            alarm: Millis::MAX,
            is_stirred: false,
            is_queued: false,
            state: None,
            last_rows: LastRows::default(),
            timeline,
        }
    }

    /// Notes an event of the conversation's own at `at`.
    pub(super) fn reaches(&mut self, at: Millis) {
        self.first_at = self.first_at.min(at);
        self.last_at = self.last_at.max(at);
    }

    /// Whether the conversation is open.
    pub(super) fn is_open(&self) -> bool {
        self.state.as_ref().is_some_and(State::is_open)
    }

    /// Whether its first event is in the timeline. While another one of its moment takes its place it is not; sealed then,
    /// the life would seem to begin with the next one, and to last too long.
    fn begins_with_its_first(&self) -> bool {
        let first = self.timeline.entries().find(|entry| entry.act.is_own());
        first.is_some_and(|first| first.key.at == self.first_at)
    }

    /// The state, folded if it is not there; `None` for one without events.
    pub(super) fn wake(&mut self, cx: &mut Context<'_>) -> Option<&mut State> {
        wake(&mut self.state, &self.timeline, cx)
    }
}

/// The state of a life, folded if it is not there; `None` for one without events.
pub(super) fn wake<'s>(
    state: &'s mut Option<State>,
    timeline: &Timeline,
    cx: &mut Context<'_>,
) -> Option<&'s mut State> {
    if state.is_none() {
        *state = State::fold(timeline.entries(), Millis::MAX, cx);
        // It was at rest: these facts stand already, and no visit goes on.
        cx.forget_all();
    }
    state.as_mut()
}

/// Room of lives that were sealed, for the next that begin: so those that are open stay close together, where what is kept
/// of the others does not come between them.
#[derive(Debug, Default)]
pub(super) struct SpareLives {
    #[expect(clippy::vec_box, reason = "they go into lives as they are")]
    spare: Vec<Box<OpenLife>>,
    /// How many were made so far.
    made: usize,
}

impl SpareLives {
    /// How many are made at once, in an account that has made many.
    const AT_ONCE: usize = 16;
    /// How many are kept for lives to come.
    const MOST: usize = 1_024;

    /// A life that begins at `at`.
    pub(super) fn begin(&mut self, at: Millis) -> Life {
        if self.spare.is_empty() {
            let more = (self.made / Self::AT_ONCE).clamp(1, Self::AT_ONCE);
            self.spare.extend((0..more).map(|_| Box::new(OpenLife::new(at, at, Timeline::default()))));
            self.made += more;
        }
        let mut life = self.spare.pop().expect("some were made if there were none");
        (life.first_at, life.last_at) = (at, at);
        Life::Open(life)
    }

    /// Takes the room of a life that was sealed.
    pub(super) fn give_back(&mut self, mut life: Box<OpenLife>) {
        if self.spare.len() < Self::MOST {
            life.clear();
            self.spare.push(life);
        }
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

    /// The one that will have rested long enough so many later.
    pub(super) fn ahead(&self, later: usize) -> Option<u32> {
        self.queue.get((self.queue.len() + later).checked_sub(self.most)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::history::moves::PACKED_BYTES;

    #[test]
    fn sizes_are_those_that_the_architecture_page_tells() {
        assert_eq!(size_of::<Conversation>(), 24);
        assert_eq!(PACKED_BYTES, 24);
        assert!(size_of::<OpenLife>() <= 1000, "{}", size_of::<OpenLife>());
    }
}
