//! The batch reference: `cxpulse replay`, computed as plainly as SPEC allows, to hold the engine against.
//!
//! For a question at a moment it takes all admitted events up to it, groups them, splits them into lives, drops
//! repeats, sorts, walks, lists the facts, filters by window, and counts. Nothing is incremental, nothing retracted.
//!
//! Fixed readings, numbered where the code cites them: (1) an answer or comment looks for its survey among those sent
//! before it; with an id not sent by then it goes to the one unsent survey. (2) A timer at a time comes before the
//! events of that millisecond; a visit capped ends at last action + cap, and an action at exactly that time continues
//! it. (3) Void events break the silence. (4) Start, contact, origin, audience are those of the first
//! `conversation_started` anywhere in the life. (5) The resolution clock runs from the first customer message so far,
//! else from the start. (6) Under `handed_off` (when the wait began) the first response is overdue from the first
//! hand-off of the wait, by the target of that time; its value is judged by the version at the reply. (7) Live waiting
//! under `handed_off`: after any hand-off of the life; `since` is the start of the wait. (8) Presence has lives of its
//! own. (9) A lapsed life or presence is not live; no moment later than its last event + `forget_after` is overdue.
//! (10) `active_agents` is a count and stays under `agent_metrics = false`. (11) Wilson: (p + z²/2n ± z·sqrt(p(1-p)/n +
//! z²/4n²)) / (1 + z²/n), clamped. (12) Only an `unfocused` of the same conversation ends its visit.
//!
//! Choices where SPEC is silent:
//! - Reading. Blank lines are nothing. Of repeated keys in one JSON object the last counts. A missing, `null`, empty or
//!   non-string `type` is ill-formed, not unknown. An ill-formed line is rejected even if it is late. Empty strings
//!   are absent for text, ids, words and times; an integer or flag written `""` is ill-formed. An ill-formed
//!   `recorded_at` rejects its line. A label may hold any white space that is not a control character. `survey_id` is
//!   an id; `event_id` is any text. `null` in `assigned` is absent, not a clearing.
//! - Conversations are told apart by account and id, agents by account and id.
//! - Conflicts. The content is the fields as read (so equal times written differently are equal), without `text`; after
//!   time and type the lower `sequence`, then the lesser body stands. Each event unlike the standing one is one
//!   conflict, each one like it one duplicate. Lines later than `as_of` are in no count but `late`, `unknown`, `rejected`.
//! - `reopened` ends a snooze on an open conversation too. Snoozing a closed one is of no consequence.
//! - A hand-off while nobody waits does nothing to response times. A human message on a closed conversation is a
//!   message, perhaps proactive, and makes its sender the last human.
//! - A conversation whose waits were overdue for a first response several times counts at the first. A response
//!   replaces all of that conversation's first-response waits, and its own response wait, even without a target.
//! - A resolution overdue from its reopening has assignee and skill after that event; it needs a target at the clock's
//!   start, not at the reopening.
//! - A visit's cap is that of the `focused` that began it; `handle_requires_reply` that of the close. The whole visit
//!   has the skill it began under, in focus time too. A close without effect ends no visit. The cap is
//!   `forget_after` at most, so that no visit outlives its conversation's life.
//! - Under `count_each` a later reopening takes back the last close's resolution only. `resolution_sla` stands and
//!   falls with `resolved`.
//! - "The latest survey sent" goes by first sendings; a second `survey_sent` of an id does nothing. The unsent survey's
//!   credit is settled by its first answer, refused or not. Rating limits run from effective closes. `csat_credit` is
//!   the version at the event that settles. A comment before any answer freezes nothing but later changes.
//! - A mood completes a prompt whether it came before or after it.
//! - A status holds `forget_after` from its own time, whatever void events follow.
//! - Live state lists every account with an admitted event; `owned` is `{}` when there is nobody.
//! - Rating requests: only closes with an effect decide; `api` follows `ask_on_workflow`; the last message may be a
//!   bot's; without any message it is not `too_old`; origin, audience and contact are those known before the close;
//!   `agent_id` and `skill_id` are absent where there is none, `agent_id` also under `agent_metrics = false`; the
//!   `request_id` is this module's own and not to be compared.
//! - Whoever compares should allow quotients a few units in the last place, and percentiles 1 %.
//! - `thin` is only on objects with a count of samples: not on `availability`, `utilisation`, `closed_by`.

mod account;
mod body;
mod closing;
mod count;
mod event;
mod fact;
mod fields;
mod live;
mod numbers;
mod policy;
mod presence;
mod requests;
mod surveys;
mod time;
mod timeline;
mod visits;
mod waits;
mod walk;

#[cfg(test)]
mod boundaries;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod story;

use account::{Account, Timelines};
use count::Scope;
use numbers::{Object, has_nonzero};
use policy::Policies;
use serde_json::Value;
use std::collections::BTreeMap;
pub use time::with_forget_after;
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

/// What `replay --show rating-requests` prints.
pub fn rating_requests(inputs: &[Input], policies: &Value, as_of_ms: i64) -> Value {
    let policies = Policies::read(policies);
    let timelines = Timelines::read(inputs, as_of_ms);
    let of_account = |account: &Account| requests::rating_requests(account, &policies);
    timelines.accounts(&policies, as_of_ms).iter().flat_map(of_account).collect()
}

/// How many of the lines take no part at this moment.
pub fn counts(inputs: &[Input], as_of_ms: i64) -> Counts {
    Timelines::read(inputs, as_of_ms).counts
}

/// The scopes of an account, sorted by skill, then agent as shown. Without agent metrics no agent is a scope.
fn scopes(account: &Account, by: By) -> impl Iterator<Item = Scope> {
    let has_skill = matches!(by, By::Skill | By::AgentSkill);
    let has_agent = matches!(by, By::Agent | By::AgentSkill);
    let is_hidden = has_agent && !account.policy.agent_metrics;
    let pairs = account.pairs().into_iter().filter(|_| !is_hidden);
    let scope = |(skill, agent): (Option<String>, Option<String>)| Scope {
        by,
        skill: skill.filter(|_| has_skill),
        agent: agent.filter(|_| has_agent),
    };
    let key = |scope: &Scope| (shown(&scope.skill).to_owned(), shown(&scope.agent).to_owned());
    let sorted: BTreeMap<_, _> = pairs.map(scope).map(|scope| (key(&scope), scope)).collect();
    sorted.into_values()
}

fn scope_metrics(account: &Account, scope: &Scope, question: &Question) -> Option<Value> {
    let window = Window::last(question.window_minutes, question.as_of_ms);
    let metrics = count::metrics(account, scope, window);
    let has_skill = matches!(scope.by, By::Skill | By::AgentSkill);
    let has_agent = matches!(scope.by, By::Agent | By::AgentSkill);
    has_nonzero(&metrics).then(|| {
        Object::default()
            .with("account_id", account.name)
            .with_some("skill_id", has_skill.then(|| shown(&scope.skill)))
            .with_some("agent_id", has_agent.then(|| shown(&scope.agent)))
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
