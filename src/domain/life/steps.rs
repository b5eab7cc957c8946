//! A life told step by step: what each of its events, and each moment that comes by itself, states and takes back.
//!
//! It is the same stepping as everywhere, from the beginning, with what is stated taken after every step.

use super::{Context, State};
use crate::domain::event::Millis;
use crate::domain::fact::Signed;
use crate::domain::life::silence::Silence;
use crate::domain::names::combinations::Combinations;
use crate::domain::policy::Policies;
use crate::domain::timeline::Entry;

/// One step of a life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Millis,
    /// The event; none where time alone did it: a wait became overdue, or a visit reached its cap.
    pub event: Option<Entry>,
    /// What it states and takes back, in order. What the numbers in their credits for topics, line, channel and company
    /// mean is known to the teller alone.
    pub facts: Vec<Signed>,
}

/// A whole life, and how it stands.
#[derive(Debug, Clone)]
pub struct Told {
    /// In order.
    pub steps: Vec<Step>,
    /// As of the moment up to which it is told.
    pub state: State,
}

/// A life from its events, which are in order, up to a moment; nothing of one without an event of its own.
#[must_use]
pub fn told(entries: &[Entry], until: Millis, policies: &Policies, silence: Silence) -> Option<Told> {
    let mut combinations = Combinations::default();
    let (mut facts, mut remarks, mut decisions, mut visits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (facts, remarks, decisions, visits) = (&mut facts, &mut remarks, &mut decisions, &mut visits);
    let mut cx = Context { policies, silence, combinations: &mut combinations, facts, remarks, decisions, visits };
    let mut state = State::begin(entries, &mut cx)?;
    let mut steps = Vec::with_capacity(entries.len());
    for entry in entries {
        steps.extend(state.moments_until(entry.key.at, &mut cx));
        state.step(entry, &mut cx);
        steps.push(Step { at: entry.key.at, event: Some(*entry), facts: cx.take_facts() });
    }
    steps.extend(state.moments_until(until, &mut cx));
    Some(Told { steps, state })
}

impl State {
    /// What comes by itself up to a moment, and says something.
    fn moments_until(&mut self, until: Millis, cx: &mut Context<'_>) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(at) = self.next_due().filter(|due| *due <= until) {
            self.fire(at, cx);
            steps.push(Step { at, event: None, facts: cx.take_facts() });
        }
        steps.retain(|step| !step.facts.is_empty());
        steps
    }
}

impl Context<'_> {
    fn take_facts(&mut self) -> Vec<Signed> {
        let facts = std::mem::take(self.facts);
        self.forget_all();
        facts
    }
}
