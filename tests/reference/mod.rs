//! The batch reference: `cxpulse replay`, computed as plainly as SPEC allows, to hold the engine against.
//!
//! For a question at a moment it takes all admitted events up to it, sorts them, cuts them into lives and drops
//! repeats. Every number is then the answer to a question about a sorted slice: `last_human_before(i)`,
//! `close_before(i)`. Nothing is incremental, nothing is retracted, nothing is remembered from one event to the next.
//! It is slow, and that is fine.
//!
//! Readings, where SPEC is silent:
//!
//! 1. *Lines.* A missing, empty or non-string `type` is ill-formed. An ill-formed line is rejected even if it is late,
//!    an ill-formed `recorded_at` rejects its line. What is skipped unread must be JSON by its grammar.
//! 2. *Fields.* An empty string is absent for text, ids, labels, words and times; for an integer, a flag or a list it
//!    is ill-formed. `event_id` is any text, `survey_id` an id. A label may hold any white space that is no control
//!    character.
//! 3. *Repeats.* The content is the fields as read, and a said `sequence` other than 0. Of two contents at one place
//!    the lesser stands. Each event unlike the one that stands is one conflict, each one like it one duplicate. Lines
//!    later than `as_of` are in no count but `late`, `unknown`, `rejected`.
//! 4. *Open.* A `reopened` that nothing was closed before opens the life, but is no reopening. The moment `until` ends
//!    a snooze. No moment after the silence that ends a life is overdue; repeats break the silence too.
//! 5. *Waits.* What "before" and "so far" look at is the life. A response replaces what was overdue even without a
//!    target in force; several waits overdue for the first response count once, at the first.
//! 6. *Resolution.* The clock runs from the first customer message by now: one that comes late takes back what was
//!    overdue from the start. A later reopening takes back the last close's resolution only; the verdict falls with
//!    it.
//! 7. *Visits.* The cap is that of the `focused` that began the visit. An action exactly at the cap continues it. A
//!    visit ends with its life at the latest: when the silence after the last event has been as long as it may be.
//!    The skill is that of its beginning, in focus time too. Only an `unfocused` of the same conversation ends it.
//! 8. *Surveys.* A survey that is sent again is the one sent last. The first answer settles the credit even if
//!    refused. The score that stands, given again, is refused for nothing. A comment before any answer freezes later
//!    changes only.
//! 9. *People.* A mood completes a prompt that comes before or after it. `first_responder` is whoever first ended a
//!    wait, also where there is no first response. `active_agents` is a count and stays under `agent_metrics = false`.
//! 10. *Live* state is listed for every account with an admitted event.
//! 11. *Rating requests.* Only closes with an effect decide. The last message may be a bot's; without any it is not
//!     `too_old`. `agent_id` and `skill_id` are absent where there is none, `agent_id` also under `agent_metrics =
//!     false`. The `request_id` is this module's own, not to be compared.
//! 12. *Questions.* A visit is about what its conversation was at its end. While it goes on, its focus time is told by
//!     agent and skill alone. Where agents or skills are asked for, each has its own handle time of a close. A filter of
//!     topics leaves other topics no row. Contacts are counted unless agents are asked for.
//! 13. *Words.* Private text, skills, capacity and `by` are no content. A name or profile is the latest said by any
//!     admitted event; a name stands for the closed silence (contacts) or 31 days (agents) after it.
//! 14. *Numbers.* Percentiles are exact; who compares allows 1 %, and quotients a few units in the last place. Wilson:
//!     (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), clamped. `thin` is only on objects with a count of
//!     samples.

mod account;
mod asked;
mod body;
mod closing;
mod conversation;
mod count;
mod event;
mod fact;
mod fields;
mod json;
mod life;
mod live;
mod numbers;
mod people;
mod policy;
mod presence;
mod requests;
mod surveys;
mod time;
mod timeline;
mod visits;
mod waits;
mod words;

#[cfg(test)]
mod boundaries;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod rating;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod story;
#[cfg(test)]
mod waiting;

use account::{Account, Timelines};
pub use asked::{Asked, answer};
pub use count::Dimension;
use count::Part;
use numbers::{Object, has_nonzero};
use policy::Policies;
use serde_json::Value;
use std::collections::BTreeMap;
pub use time::with_silences;
use time::{Window, print_time};

/// One line of a file.
#[derive(Clone, Debug)]
pub struct Input {
    /// The file's name as given; with the line it stands in for a missing `event_id`.
    pub name: String,
    /// The line's number.
    pub line_number: u64,
    /// The line.
    pub text: String,
}

/// By what an account is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Not at all.
    Account,
    /// By skill.
    Skill,
    /// By agent.
    Agent,
    /// By agent within skill.
    AgentSkill,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The moment of the question.
    pub as_of_ms: i64,
    /// How many minutes back.
    pub window_minutes: u32,
    /// By what accounts are divided.
    pub by: By,
    /// Only this account.
    pub account: Option<String>,
}

/// How many lines take no part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// More than 24 h older than their record.
    pub late: usize,
    /// Of an unknown type.
    pub unknown: usize,
    /// Ill-formed, or more than 1 h ahead of their record.
    pub rejected: usize,
    /// Repeats of an event.
    pub duplicate: usize,
    /// With the identity of another event, but not its content.
    pub conflicting: usize,
}

/// What `replay` prints: one object per scope in which any number differs from zero.
pub fn metrics(inputs: &[Input], policies: &Value, question: &Question) -> Value {
    let policies = Policies::read(policies);
    let timelines = Timelines::read(inputs, question.as_of_ms);
    let mut accounts = timelines.accounts(&policies, question.as_of_ms);
    accounts.retain(|account| question.account.as_ref().is_none_or(|wanted| wanted == account.name));
    let of_account = |account: &Account| {
        scopes(account, question.by).map(|scope| scope_metrics(account, &scope, question)).collect::<Vec<_>>()
    };
    accounts.iter().flat_map(of_account).flatten().collect()
}

/// What `replay --show live` prints.
pub fn live(inputs: &[Input], policies: &Value, as_of_ms: i64) -> Value {
    let policies = Policies::read(policies);
    let timelines = Timelines::read(inputs, as_of_ms);
    timelines.accounts(&policies, as_of_ms).iter().map(live::live).collect()
}

/// Comments on answers, names, what agents do and can do, and what is open, of every account.
pub fn words(inputs: &[Input], policies: &Value, as_of_ms: i64) -> Value {
    let policies = Policies::read(policies);
    let timelines = Timelines::read(inputs, as_of_ms);
    let events = words::events(inputs, as_of_ms);
    timelines.accounts(&policies, as_of_ms).iter().map(|account| words::words(account, &events)).collect()
}

/// Ratings, conversations and agents one by one, of every account.
pub fn people(inputs: &[Input], policies: &Value, as_of_ms: i64) -> Value {
    let policies = Policies::read(policies);
    let timelines = Timelines::read(inputs, as_of_ms);
    timelines.accounts(&policies, as_of_ms).iter().map(|account| people::people(account, inputs)).collect()
}

/// What `replay --show rating-requests` prints.
pub fn rating_requests(inputs: &[Input], policies: &Value, as_of_ms: i64) -> Value {
    let policies = Policies::read(policies);
    let timelines = Timelines::read(inputs, as_of_ms);
    let of_account = |account: &Account| requests::rating_requests(account);
    timelines.accounts(&policies, as_of_ms).iter().flat_map(of_account).collect()
}

/// How many of the lines take no part at this moment.
pub fn counts(inputs: &[Input], as_of_ms: i64) -> Counts {
    Timelines::read(inputs, as_of_ms).counts
}

/// One scope of an account: its skill and its agent, where it has one.
type Scope = (Option<Option<String>>, Option<Option<String>>);

/// The scopes of an account, sorted by skill, then agent as shown. Without agent metrics no agent is a scope.
fn scopes(account: &Account, by: By) -> impl Iterator<Item = Scope> {
    let has_skill = matches!(by, By::Skill | By::AgentSkill);
    let has_agent = matches!(by, By::Agent | By::AgentSkill);
    let is_hidden = has_agent && !account.policy.agent_metrics;
    let pairs = account.pairs().into_iter().filter(|_| !is_hidden);
    let scope = |(skill, agent): (Option<String>, Option<String>)| -> Scope {
        (has_skill.then_some(skill), has_agent.then_some(agent))
    };
    let key = |(skill, agent): &Scope| [skill, agent].map(|id| id.as_ref().map(|id| shown(id).to_owned()));
    let sorted: BTreeMap<_, _> = pairs.map(scope).map(|scope| (key(&scope), scope)).collect();
    sorted.into_values()
}

fn scope_metrics(account: &Account, (skill, agent): &Scope, question: &Question) -> Option<Value> {
    let window = Window::last(question.window_minutes, question.as_of_ms);
    let of = |dimension, id: &Option<Option<String>>| id.clone().map(|id| (dimension, vec![id]));
    let wanted = of(Dimension::Skill, skill).into_iter().chain(of(Dimension::Agent, agent)).collect();
    let metrics = count::metrics(account, &Part { wanted }, window);
    has_nonzero(&metrics).then(|| {
        Object::default()
            .with("account_id", account.name)
            .with_some("skill_id", skill.as_ref().map(shown))
            .with_some("agent_id", agent.as_ref().map(shown))
            .with("window_minutes", question.window_minutes)
            .with("as_of", print_time(question.as_of_ms))
            .with("metrics", metrics)
            .done()
    })
}

/// No agent or skill is shown as `-1` (SPEC §3).
fn shown(id: &Option<String>) -> &str {
    id.as_deref().unwrap_or("-1")
}
