//! What a source says happened, in the past tense: SPEC §1's events, borrowed from the bytes they came in.
//!
//! An `Event` here is well-formed: ids, labels, ranges and required fields have been checked by `wire`. The fold
//! interns what it keeps; nothing of an `Event` outlives the batch it was decoded from.

use std::borrow::Cow;
use std::fmt;

/// A point in event time or a duration, in milliseconds; points count from the Unix epoch.
pub type Millis = i64;

/// Text borrowed from a record, or owned where JSON had escapes in it.
pub type Text<'a> = Cow<'a, str>;

/// Text that people wrote or are called by (SPEC §1: `text`, `comment`, `contact_name`, `agent_name`). It goes where it
/// is meant to go and nowhere else: what prints it for a log or a test prints its length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Private<'a>(Text<'a>);

impl<'a> Private<'a> {
    /// Keeps it to itself from now on.
    #[must_use]
    pub fn new(text: impl Into<Text<'a>>) -> Self {
        Self(text.into())
    }

    /// The text itself, for an output that is meant to hold it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Private<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({} bytes)", self.0.len())
    }
}

/// XXH3-64 (seed 0) of an event's identity text; two identities that share it are the same identity (SPEC §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(pub u64);

impl Identity {
    /// The identity an `event_id`, or the coordinates that stand in for it, amounts to.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        Self(xxhash_rust::xxh3::xxh3_64(text))
    }
}

/// One admitted event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// The brand or site.
    pub account: Text<'a>,
    /// Empty on `agent_status` alone.
    pub conversation: Text<'a>,
    /// What makes a repeat a duplicate.
    pub identity: Identity,
    /// When it happened, in event time.
    pub at: Millis,
    /// Orders events of the same millisecond.
    pub sequence: Sequence,
    /// What happened.
    pub body: Body<'a>,
}

/// What orders events of the same millisecond, and whether the producer said so. Only what was said is content: copies of
/// one event that differ in an assumed one are the same event (SPEC §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// The producer said it. A said 0 is the default, and so `Assumed(0)`.
    Said(u32),
    /// 0; of a time in whole seconds, the milliseconds from it to the record's timestamp.
    Assumed(u32),
}

impl Sequence {
    /// What a producer said, if anything.
    #[must_use]
    pub fn said(number: u32) -> Self {
        if number == 0 { Self::Assumed(0) } else { Self::Said(number) }
    }

    /// The place among the events of the same millisecond.
    #[must_use]
    pub fn place(self) -> u32 {
        match self {
            Self::Said(number) | Self::Assumed(number) => number,
        }
    }
}

/// What happened; the order of the variants is the order of SPEC §1's table, which breaks ties.
#[derive(Debug, Clone, PartialEq)]
pub enum Body<'a> {
    /// A conversation exists. In a box: it says so much that every other event would be moved as if it did.
    ConversationStarted(Box<Started<'a>>),
    /// Sets the agent or skill it carries.
    Assigned {
        /// Whom the conversation belongs to from now on.
        agent: Change<'a>,
        /// Which skill it belongs to from now on.
        skill: Change<'a>,
    },
    /// A bot gave the conversation to humans.
    HandedOff,
    /// A further customer.
    ParticipantJoined {
        /// The further customer.
        contact: Text<'a>,
    },
    /// The conversation is about this.
    TopicTagged {
        /// A label.
        topic: Text<'a>,
    },
    /// The agent opened the conversation on screen.
    Focused {
        /// Who.
        agent: Text<'a>,
    },
    /// The customer wrote.
    CustomerMessage {
        /// Who wrote, where it is not the conversation's contact.
        contact: Option<Text<'a>>,
        /// Unicode scalar values.
        characters: u32,
        /// An out-of-office reply or the like: counted as an automated message, with no other effect.
        automated: bool,
    },
    /// An agent, a bot or a macro wrote.
    AgentMessage {
        /// Who.
        agent: Text<'a>,
        /// Unicode scalar values.
        characters: u32,
        /// A bot, workflow or macro without a human.
        automated: bool,
    },
    /// The agent left the conversation.
    Unfocused {
        /// Who.
        agent: Text<'a>,
    },
    /// It waits without being closed.
    Snoozed {
        /// When the snooze ends by itself.
        until: Option<Millis>,
    },
    /// Closed, if it was open.
    Closed {
        /// Who closed it, by name.
        agent: Option<Text<'a>>,
        /// Which side closed it.
        closed_by: Side,
        /// How it ended; `None` of a close by the system that does not say: then the policy says it.
        outcome: Option<Outcome>,
    },
    /// Reopened, if it was closed.
    Reopened {
        /// By whom, if that was said. It changes no number.
        by: Option<Side>,
    },
    /// A satisfaction survey went to the customer.
    SurveySent {
        /// Absent: a new survey.
        survey: Option<Text<'a>>,
        /// Whom it is about.
        agent: Option<Text<'a>>,
        /// Which skill it is about.
        skill: Option<Text<'a>>,
    },
    /// The customer rated.
    SurveyAnswered {
        /// Absent: the survey sent last before it, else the one that was never sent.
        survey: Option<Text<'a>>,
        /// Valid from 1 to 5.
        score: i32,
        /// For numbers, only whether there is one counts.
        comment: Option<Private<'a>>,
        /// Whom it is about.
        agent: Option<Text<'a>>,
        /// Which skill it is about.
        skill: Option<Text<'a>>,
    },
    /// The customer commented, apart from any rating.
    SurveyCommented {
        /// Absent: the survey sent last before it, else the one that was never sent.
        survey: Option<Text<'a>>,
        /// Never empty.
        comment: Private<'a>,
    },
    /// The after-call-work window asked the agent for the customer's mood.
    MoodPrompted {
        /// Who was asked.
        agent: Text<'a>,
    },
    /// The agent said how the customer felt.
    MoodRecorded {
        /// Who said so.
        agent: Text<'a>,
        /// How the customer felt.
        mood: Mood,
    },
    /// The agent's presence; holds until the next one.
    AgentStatus {
        /// Who.
        agent: Text<'a>,
        /// What the agent is called.
        name: Option<Private<'a>>,
        /// Online, away or offline.
        status: Status,
        /// What the agent can do; none: it does not say.
        skills: Vec<Text<'a>>,
        /// How many conversations the agent takes at once.
        capacity: Option<u32>,
    },
}

/// What `conversation_started` carries; all but `skill` holds for the whole conversation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Started<'a> {
    /// The customer.
    pub contact: Option<Text<'a>>,
    /// What the customer is called.
    pub contact_name: Option<Private<'a>>,
    /// The customer's company.
    pub company: Option<Text<'a>>,
    /// A label.
    pub channel: Option<Text<'a>>,
    /// The phone number or inbox it came in on.
    pub line: Option<Text<'a>>,
    /// The ring group, team or queue it starts in.
    pub skill: Option<Text<'a>>,
    /// How it came about.
    pub origin: Origin,
    /// Whom it is with.
    pub audience: Audience,
}

/// What `assigned` does to the agent or to the skill.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Change<'a> {
    /// The field was absent.
    #[default]
    Keep,
    /// The field was an empty string.
    Clear,
    /// The field named one.
    Set(Text<'a>),
}

/// Which side acted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    /// An agent.
    #[default]
    Agent,
    /// The customer.
    Customer,
    /// Neither.
    System,
}

/// How a close ended the conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Solved.
    #[default]
    Resolved,
    /// The customer gave up.
    Abandoned,
    /// Nobody wanted it.
    Spam,
}

/// How a conversation came about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// The customer wrote or called.
    #[default]
    Inbound,
    /// An agent did.
    Outbound,
    /// A workflow did.
    Workflow,
    /// A program did.
    Api,
}

/// Whom a conversation is with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Audience {
    /// A known user.
    #[default]
    User,
    /// A lead.
    Lead,
}

/// How the customer felt: happy counts 5, neutral 3, unhappy 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// 5.
    Happy,
    /// 3.
    Neutral,
    /// 1.
    Unhappy,
}

/// Whether an agent can be given work. In the order of the words: of two statuses of one identity and moment, the lower
/// stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Logged in, not here.
    Away,
    /// Gone; ends the visit the agent is in.
    Offline,
    /// Here.
    Online,
}
