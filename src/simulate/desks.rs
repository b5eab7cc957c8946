//! The agents' desks: which conversation each has on screen, and until when their hands are full.
//!
//! An agent does one thing at a time, which is what makes visits to parallel conversations follow each other.

use crate::domain::event::Millis;

/// The longest an agent lets work lie because of other work. A centre too small for its load would otherwise fall
/// behind without end; this way it just has inhumanly quick agents, and every conversation keeps its shape.
const LONGEST_BACKLOG_MS: Millis = 90_000;

/// Every agent's desk, by number.
#[derive(Debug, Default)]
pub(super) struct Desks(Vec<Desk>);

#[derive(Debug, Clone, Copy, Default)]
struct Desk {
    /// The conversation on screen, plus 1; 0 is none.
    on_screen: u64,
    busy_until: Millis,
}

impl Desks {
    pub(super) fn new(agents: u32) -> Self {
        Self(vec![Desk::default(); agents as usize])
    }

    /// When the agent can begin something that is due at `due`.
    pub(super) fn free(&self, agent: u32, due: Millis) -> Millis {
        self.0[agent as usize].busy_until.clamp(due, due + LONGEST_BACKLOG_MS)
    }

    /// The agent is at work until then.
    pub(super) fn keep_busy(&mut self, agent: u32, until: Millis) {
        let desk = &mut self.0[agent as usize];
        desk.busy_until = desk.busy_until.max(until);
    }

    /// The agent opens a conversation, whatever was on screen before.
    pub(super) fn open(&mut self, agent: u32, conversation: u64) {
        self.0[agent as usize].on_screen = conversation + 1;
    }

    /// Whether this conversation is what the agent has on screen.
    pub(super) fn shows(&self, agent: u32, conversation: u64) -> bool {
        self.0[agent as usize].on_screen == conversation + 1
    }

    /// The agent leaves this conversation, if it is on screen.
    pub(super) fn leave(&mut self, agent: u32, conversation: u64) {
        if self.shows(agent, conversation) {
            self.clear(agent);
        }
    }

    /// Nothing is on screen any more.
    pub(super) fn clear(&mut self, agent: u32) {
        self.0[agent as usize].on_screen = 0;
    }
}
