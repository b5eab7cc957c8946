//! The facts a timeline establishes (SPEC §3): what happened when, and who gets the credit.

use std::collections::BTreeSet;

/// When something counts, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// When.
    pub at_ms: i64,
    /// The agent, if any.
    pub agent: Option<String>,
    /// The skill, if any.
    pub skill: Option<String>,
    /// What it is about.
    pub about: About,
}

/// What a fact is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The event's own contact, else the conversation's.
    pub contact: Option<String>,
    /// Line, channel and company of the conversation.
    pub line: Option<String>,
    pub channel: Option<String>,
    pub company: Option<String>,
    /// All tagged by then.
    pub topics: BTreeSet<String>,
}

/// One fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// When and for whom.
    pub credit: Credit,
    /// What.
    pub kind: Kind,
}

/// What a fact says.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A conversation started.
    Started,
    /// A customer wrote: this contact, if known.
    CustomerMessage(Option<String>),
    /// A human agent wrote.
    AgentMessage,
    /// A bot wrote.
    AutomatedMessage,
    /// A human agent wrote before any customer.
    ProactiveMessage,
    /// A human answered after this many milliseconds.
    Response(i64),
    /// As the last, for the first response of a conversation.
    FirstResponse(i64),
    /// A response within its target, or not (or overdue).
    ResponseSla(bool),
    /// As the last, for the first response.
    FirstResponseSla(bool),
    /// A resolution within its target, or not (or overdue).
    ResolutionSla(bool),
    /// A close that had an effect, by `agent`, `customer` or `system`.
    Closed(String),
    /// One of them with the outcome `abandoned`.
    Abandoned,
    /// A close with the outcome `resolved` that stands, and the resolution time.
    Resolved(i64),
    /// A closed conversation was opened again.
    Reopened,
    /// A survey was sent; whether it has a valid answer by now.
    SurveySent(bool),
    /// The valid answer that stands: its score.
    Answer(i32),
    /// An answer that was refused, and why.
    Refused(&'static str),
    /// The mood that stands.
    Mood(String),
    /// An agent was first asked for the mood; whether there is one by now.
    Prompted(bool),
}
