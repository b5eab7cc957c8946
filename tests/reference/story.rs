//! Helpers with which the tests of this module tell their stories: short lines in, single numbers out.

use super::{By, Input, Question, metrics};
use serde_json::{Value, json};

/// 2026-03-02 at a time of day written `13:29` or `13:29:30.5`, plus whole days.
pub fn day_ms(day: i64, clock: &str) -> i64 {
    let parts: Vec<f64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let seconds = parts[0] * 3600.0 + parts[1] * 60.0 + parts.get(2).copied().unwrap_or(0.0);
    1_772_409_600_000 + day * 86_400_000 + (seconds * 1000.0).round() as i64
}

/// As `day_ms`, on the first day.
pub fn ms(clock: &str) -> i64 {
    day_ms(0, clock)
}

/// The lines of a file, and the policies.
#[derive(Clone, Default)]
pub struct Story {
    pub inputs: Vec<Input>,
    pub policies: Value,
}

impl Story {
    /// A story whose account `a` has one policy from the beginning of time.
    pub fn under(policy: Value) -> Story {
        let mut version = policy;
        version["effective_from"] = json!(0);
        let policies = json!({"policies": [{"account_id": "a", "versions": [version]}]});
        Story { inputs: Vec::new(), policies }
    }

    /// A line as it is written.
    pub fn raw(mut self, text: &str) -> Story {
        let line_number = self.inputs.len() as u64 + 1;
        self.inputs.push(Input { name: "story".to_owned(), line_number, text: text.to_owned() });
        self
    }

    /// A line that is this value.
    pub fn line(self, value: Value) -> Story {
        self.raw(&value.to_string())
    }

    /// An event of account `a` at a moment.
    pub fn event(self, at_ms: i64, conversation: &str, kind: &str, fields: Value) -> Story {
        let mut value = json!({"account_id": "a", "conversation_id": conversation, "occurred_at": at_ms, "type": kind});
        for (key, field) in fields.as_object().unwrap() {
            value[key] = field.clone();
        }
        self.line(value)
    }

    /// An event on the first day.
    pub fn on(self, clock: &str, conversation: &str, kind: &str, fields: Value) -> Story {
        self.event(ms(clock), conversation, kind, fields)
    }

    pub fn customer(self, clock: &str, conversation: &str) -> Story {
        self.on(clock, conversation, "customer_message", json!({"characters": 10}))
    }

    pub fn human(self, clock: &str, conversation: &str, agent: &str) -> Story {
        self.on(clock, conversation, "agent_message", json!({"agent_id": agent, "characters": 10}))
    }

    pub fn close(self, clock: &str, conversation: &str) -> Story {
        self.on(clock, conversation, "closed", json!({}))
    }

    pub fn focus(self, clock: &str, conversation: &str, agent: &str) -> Story {
        self.on(clock, conversation, "focused", json!({"agent_id": agent}))
    }

    pub fn answer(self, clock: &str, conversation: &str, score: i32) -> Story {
        self.on(clock, conversation, "survey_answered", json!({"score": score}))
    }

    pub fn status(self, clock: &str, agent: &str, status: &str) -> Story {
        self.on(clock, "ignored", "agent_status", json!({"agent_id": agent, "status": status}))
    }

    /// What `replay` prints.
    pub fn ask(&self, as_of_ms: i64, window_minutes: u32, by: By) -> Value {
        let question = Question { as_of_ms, window_minutes, by, account: None };
        metrics(&self.inputs, &self.policies, &question)
    }

    /// The metrics of account `a` in the last hour before a time of the first day; `null` if they are all zero.
    pub fn hour(&self, clock: &str) -> Value {
        self.ask(ms(clock), 60, By::Account)[0]["metrics"].clone()
    }

    /// Those of a day, at any moment.
    pub fn day(&self, as_of_ms: i64) -> Value {
        self.ask(as_of_ms, 1440, By::Account)[0]["metrics"].clone()
    }
}
