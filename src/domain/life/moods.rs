//! The customer's mood as the agents saw it, and whether those who were asked said so (SPEC §3, mood).

use super::{Context, State};
use crate::domain::event::{self, Millis};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::names::Name;

/// What one agent was asked and said.
#[derive(Debug, Clone, Default)]
pub(super) struct Mood {
    /// The first prompt.
    prompted: Option<Fact>,
    /// The latest mood.
    recorded: Option<Fact>,
}

impl State {
    pub(super) fn mood_prompted(&mut self, at: Millis, agent: Name, cx: &mut Context<'_>) {
        let prompted = self.fact(FactKind::MoodPrompted, at, Some(agent));
        let mood = self.mood_of(agent);
        if mood.prompted.is_some() {
            return;
        }
        mood.prompted = Some(prompted);
        cx.state(prompted);
        if mood.recorded.is_some() {
            cx.state(Fact { kind: FactKind::MoodPromptedRecorded, ..prompted });
        }
    }

    pub(super) fn mood_recorded(&mut self, at: Millis, agent: Name, mood: event::Mood, cx: &mut Context<'_>) {
        let recorded = self.fact(FactKind::mood(mood), at, Some(agent));
        let mood = self.mood_of(agent);
        cx.state(recorded);
        if let Some(changed) = mood.recorded.replace(recorded) {
            cx.retract(changed);
        } else if let Some(prompted) = mood.prompted {
            cx.state(Fact { kind: FactKind::MoodPromptedRecorded, ..prompted });
        }
    }

    fn mood_of(&mut self, agent: Name) -> &mut Mood {
        let moods = &mut self.asked.get_or_insert_default().moods;
        let place = moods.place(agent);
        moods.at(place)
    }
}
