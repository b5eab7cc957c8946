//! How long a conversation may be silent, and where silence parts its events into lives (SPEC §3).
//!
//! An open conversation may be silent for longer than a closed one. So where a life ends depends on every event before
//! it: whether it was open, and which of the events of one identity stands. Both follow from the sorted events alone.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::domain::event::Millis;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::timeline::{Act, Entry};

/// The silence after which a life is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// While the conversation is closed, or has not been opened.
    pub closed_ms: Millis,
    /// While it is open; never less than `closed_ms`.
    pub open_ms: Millis,
}

impl Default for Silence {
    /// Seven days, and 31.
    fn default() -> Self {
        const DAY_MS: Millis = 24 * 3_600_000;
        Self { closed_ms: 7 * DAY_MS, open_ms: 31 * DAY_MS }
    }
}

/// Whether a life is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing opened it so far.
    #[default]
    Unopened,
    /// Somebody may still do something about it.
    Open,
    /// Until a reopening.
    Closed,
}

impl Phase {
    /// After an event that stands.
    #[must_use]
    pub fn after(self, act: &Act) -> Self {
        match act {
            Act::Closed { .. } => Self::Closed,
            Act::Reopened { .. } | Act::CustomerMessage { automated: false, .. } => Self::Open,
            Act::Started(_)
            | Act::Assigned { .. }
            | Act::HandedOff
            | Act::Focused(_)
            | Act::AgentMessage { automated: false, .. }
            | Act::Snoozed(_) => match self {
                Self::Unopened | Self::Open => Self::Open,
                Self::Closed => Self::Closed,
            },
            Act::Joined(_)
            | Act::Tagged(_)
            | Act::CustomerMessage { automated: true, .. }
            | Act::AgentMessage { automated: true, .. }
            | Act::Unfocused(_)
            | Act::SurveySent { .. }
            | Act::SurveyAnswered { .. }
            | Act::SurveyCommented { .. }
            | Act::MoodPrompted(_)
            | Act::MoodRecorded { .. }
            | Act::Left(_) => self,
        }
    }
}

impl Silence {
    /// How long a life in this phase may be silent: a longer silence ends it.
    #[must_use]
    pub fn allowed_ms(self, phase: Phase) -> Millis {
        match phase {
            Phase::Open if is_planted(Bug::OpenEndsLikeClosed) => self.closed_ms,
            Phase::Open => self.open_ms,
            Phase::Unopened | Phase::Closed => self.closed_ms,
        }
    }

    /// Parts a conversation's own events, which are in order, into lives, and marks those that are lost: in each life
    /// the first event of an identity stands.
    #[must_use]
    pub fn part(self, events: impl IntoIterator<Item = Entry>) -> Vec<Vec<Entry>> {
        let mut lives: Vec<Vec<Entry>> = Vec::new();
        let (mut phase, mut seen) = (Phase::default(), HashSet::<u64, FixedState>::default());
        for mut event in events {
            let last = lives.last().and_then(|life| life.last());
            if last.is_none_or(|last| event.key.at - last.key.at > self.allowed_ms(phase)) {
                lives.push(Vec::new());
                (phase, seen) = Default::default();
            }
            event.lost = !seen.insert(event.key.identity);
            if !event.lost {
                phase = phase.after(&event.act);
            }
            lives.last_mut().expect("there is one from the first event on").push(event);
        }
        lives
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Identity, Sequence, Side};

    const SILENCE: Silence = Silence { closed_ms: 7, open_ms: 31 };
    const CLOSED: Act = Act::Closed { agent: None, closed_by: Side::Agent, outcome: None };

    fn event(at: Millis, identity: u64, act: Act) -> Entry {
        Entry::own(at, Sequence::said(0), Identity(identity), act)
    }

    fn times(events: &[Entry]) -> Vec<Vec<Millis>> {
        let of_life = |life: &Vec<Entry>| life.iter().map(|event| event.key.at).collect();
        SILENCE.part(events.iter().copied()).iter().map(of_life).collect()
    }

    #[test]
    fn a_closed_conversation_is_over_sooner_than_an_open_one() {
        let open = event(0, 1, Act::HandedOff);
        assert_eq!(times(&[open, event(31, 2, Act::HandedOff)]), [vec![0, 31]]);
        assert_eq!(times(&[open, event(32, 2, Act::HandedOff)]), [vec![0], vec![32]]);
        let closed = event(1, 3, CLOSED);
        assert_eq!(times(&[open, closed, event(8, 2, Act::HandedOff)]), [vec![0, 1, 8]]);
        assert_eq!(times(&[open, closed, event(9, 2, Act::HandedOff)]), [vec![0, 1], vec![9]]);
        assert_eq!(
            times(&[open, closed, event(2, 4, Act::Reopened { by: None }), event(33, 2, CLOSED)]),
            [vec![0, 1, 2, 33]]
        );
    }

    #[test]
    fn what_nothing_opened_counts_as_closed() {
        let comment = |at, identity| event(at, identity, Act::SurveyCommented { survey: None });
        assert_eq!(times(&[comment(0, 1), comment(7, 2), comment(15, 3)]), [vec![0, 7], vec![15]]);
    }

    #[test]
    fn a_lost_close_closes_nothing_and_stands_in_another_life() {
        let (first, repeat) = (event(0, 1, Act::HandedOff), event(5, 1, CLOSED));
        let parted = SILENCE.part([first, repeat, event(36, 2, CLOSED)]);
        assert_eq!(parted[0].iter().map(|event| event.lost).collect::<Vec<_>>(), [false, true, false]);
        let parted = SILENCE.part([first, event(1, 3, CLOSED), event(9, 1, CLOSED)]);
        assert!(!parted[1][0].lost);
    }
}
