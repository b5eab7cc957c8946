//! What a timeline establishes: one thing that counts, when, how much, and for whom.
//!
//! A fact has a sign when it travels: `+` states it, `−` takes it back. Every number that is ever shown is a sum of signed
//! facts, and of what runs at the moment of the question.

use super::bucket::Bucket;
use super::event::{Millis, Mood, Side};
use super::names::Name;
use super::planted::{Bug, is_planted};
use super::span::Span;

/// A fact of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// When, in event time: it counts in the bucket of this moment. A span begins then.
    pub at: Millis,
    /// What.
    pub kind: FactKind,
    /// Milliseconds, where the kind has a duration; of an answer that was replaced or refused its score; else 0.
    pub value: Millis,
    /// Where it counts.
    pub scopes: Scopes,
    /// Who and what it is credited to.
    pub credit: Credit,
}

/// Who and what a fact is credited to; its line, channel and company are the conversation's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credit {
    /// None is shown as `-1`.
    pub agent: Option<Name>,
    /// None is shown as `-1`.
    pub skill: Option<Name>,
    /// The event's own, else the conversation's.
    pub contact: Option<Name>,
    /// All tagged so far: a number from `Combinations`.
    pub topics: u32,
    /// Line, channel and company: a number from `Combinations`.
    pub via: u32,
}

/// Conversation and credit, which facts share: a history numbers the rows through, a day keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The conversation; none of an agent's statuses.
    pub conversation: Option<Name>,
    /// Whom it is credited to.
    pub credit: Credit,
}

/// A signed fact on its way from a history to a day: its row instead of its credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    /// As in `Fact`.
    pub at: Millis,
    /// As in `Fact`.
    pub value: Millis,
    /// Whose it is: the number of a row.
    pub row: u64,
    /// What.
    pub kind: FactKind,
    /// Stated or taken back.
    pub sign: Sign,
    /// Where it counts.
    pub scopes: Scopes,
}

impl Stated {
    /// The bucket in which it is kept: that of its moment, of a span that of its last millisecond.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        let at = if self.kind.is_span() { self.at + self.value - 1 } else { self.at };
        Bucket::of(at - Millis::from(is_planted(Bug::EdgeOnTheWrongSide)))
    }

    /// The span of a kind that has one.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { from: self.at, to: self.at + self.value }
    }
}

/// A fact stated (`+`) or taken back (`−`); or something else that a timeline establishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<T = Fact> {
    /// What is stated or taken back.
    pub fact: T,
    /// Which of the two.
    pub sign: Sign,
}

/// Stated or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `+`.
    State,
    /// `−`.
    Retract,
}

impl Sign {
    /// `+1` or `−1`.
    #[must_use]
    pub fn unit(self) -> i64 {
        match self {
            Self::State => 1,
            Self::Retract => -1,
        }
    }
}

/// The kinds of scope in which a fact counts, as bits; of a resolution also which side closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scopes(pub u8);

impl Scopes {
    /// The account.
    pub const ACCOUNT: Self = Self(1);
    /// The skill of the credit.
    pub const SKILL: Self = Self(2);
    /// The agent of the credit.
    pub const AGENT: Self = Self(4);
    /// The agent of the credit within its skill.
    pub const AGENT_SKILL: Self = Self(8);
    /// The account and the agent: presence belongs to no skill.
    pub const PRESENCE: Self = Self(5);
    /// Once in each: what nearly every fact does.
    pub const ALL: Self = Self(15);

    /// Where the side stands.
    const SIDE: u32 = 4;

    /// Whether it counts in a kind of scope.
    #[must_use]
    pub fn has(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    /// The same of what a side resolved.
    #[must_use]
    pub fn resolved_by(self, side: Side) -> Self {
        Self(self.0 & Self::ALL.0 | (side as u8 + 1) << Self::SIDE)
    }

    /// The side that closed what was resolved; none of any other fact.
    #[must_use]
    pub fn side(self) -> Option<Side> {
        [Side::Agent, Side::Customer, Side::System].into_iter().find(|side| *side as u8 + 1 == self.0 >> Self::SIDE)
    }
}

/// The four durations with percentiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DurationKind {
    /// First response time.
    FirstResponse,
    /// Response time.
    Response,
    /// Handle time.
    Handle,
    /// Resolution time.
    Resolution,
}

impl DurationKind {
    /// All of them, by their numbers.
    pub const ALL: [Self; 4] = [Self::FirstResponse, Self::Response, Self::Handle, Self::Resolution];
}

/// A duration against the target in force at the event that ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// There was no target.
    Not,
    /// At most the target.
    Within,
    /// More.
    Missed,
}

impl Judged {
    /// The judgement of `value` by `target`.
    #[must_use]
    pub fn by(target: Option<Millis>, value: Millis) -> Self {
        match target {
            None => Self::Not,
            Some(target) if value <= target => Self::Within,
            Some(_) => Self::Missed,
        }
    }
}

/// What a fact says. The number of a kind is its place in a tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "SPEC §3 and §4 define each by its name")]
pub enum FactKind {
    Started,
    ClosedByAgent,
    ClosedByCustomer,
    ClosedBySystem,
    /// A close of a closed conversation.
    ClosedAgain,
    Abandoned,
    Reopened,
    CustomerMessage,
    AgentMessage,
    AutomatedMessage,
    Proactive,
    FirstResponse,
    FirstResponseWithin,
    FirstResponseMissed,
    FirstResponseOverdue,
    Response,
    ResponseWithin,
    ResponseMissed,
    ResponseOverdue,
    Resolved,
    ResolvedWithin,
    ResolvedMissed,
    ResolutionOverdue,
    Handled,
    SurveySent,
    /// In the bucket of the sending.
    SurveySentAnswered,
    Answer1,
    Answer2,
    Answer3,
    Answer4,
    Answer5,
    RefusedInvalidScore,
    RefusedRatingWindow,
    RefusedCommentFrozen,
    RefusedChangeWindow,
    /// A valid answer that another one has replaced, in the bucket in which it was given. Its value is the score.
    AnswerReplaced,
    /// A resolution that a reopening took back, in the bucket of its close. Its value is the resolution time.
    ResolutionReopened,
    MoodHappy,
    MoodNeutral,
    MoodUnhappy,
    MoodPrompted,
    /// In the bucket of the first prompt.
    MoodPromptedRecorded,
    /// A visit, from its beginning for `value` ms; it counts part by part in the buckets it crosses.
    Visit,
    /// An agent's status that another one has followed, likewise.
    Online,
    /// Likewise.
    Away,
}

impl FactKind {
    /// How many kinds there are.
    pub const COUNT: usize = Self::Away as usize + 1;

    /// Every kind, at its own number.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Started,
        Self::ClosedByAgent,
        Self::ClosedByCustomer,
        Self::ClosedBySystem,
        Self::ClosedAgain,
        Self::Abandoned,
        Self::Reopened,
        Self::CustomerMessage,
        Self::AgentMessage,
        Self::AutomatedMessage,
        Self::Proactive,
        Self::FirstResponse,
        Self::FirstResponseWithin,
        Self::FirstResponseMissed,
        Self::FirstResponseOverdue,
        Self::Response,
        Self::ResponseWithin,
        Self::ResponseMissed,
        Self::ResponseOverdue,
        Self::Resolved,
        Self::ResolvedWithin,
        Self::ResolvedMissed,
        Self::ResolutionOverdue,
        Self::Handled,
        Self::SurveySent,
        Self::SurveySentAnswered,
        Self::Answer1,
        Self::Answer2,
        Self::Answer3,
        Self::Answer4,
        Self::Answer5,
        Self::RefusedInvalidScore,
        Self::RefusedRatingWindow,
        Self::RefusedCommentFrozen,
        Self::RefusedChangeWindow,
        Self::AnswerReplaced,
        Self::ResolutionReopened,
        Self::MoodHappy,
        Self::MoodNeutral,
        Self::MoodUnhappy,
        Self::MoodPrompted,
        Self::MoodPromptedRecorded,
        Self::Visit,
        Self::Online,
        Self::Away,
    ];

    /// The duration its value belongs to.
    #[must_use]
    pub fn duration(self) -> Option<DurationKind> {
        match self {
            Self::FirstResponse | Self::FirstResponseWithin | Self::FirstResponseMissed => {
                Some(DurationKind::FirstResponse)
            }
            Self::Response | Self::ResponseWithin | Self::ResponseMissed => Some(DurationKind::Response),
            Self::Handled => Some(DurationKind::Handle),
            Self::Resolved | Self::ResolvedWithin | Self::ResolvedMissed => Some(DurationKind::Resolution),
            Self::Started
            | Self::ClosedByAgent
            | Self::ClosedByCustomer
            | Self::ClosedBySystem
            | Self::ClosedAgain
            | Self::Abandoned
            | Self::Reopened
            | Self::CustomerMessage
            | Self::AgentMessage
            | Self::AutomatedMessage
            | Self::Proactive
            | Self::FirstResponseOverdue
            | Self::ResponseOverdue
            | Self::ResolutionOverdue
            | Self::SurveySent
            | Self::SurveySentAnswered
            | Self::Answer1
            | Self::Answer2
            | Self::Answer3
            | Self::Answer4
            | Self::Answer5
            | Self::RefusedInvalidScore
            | Self::RefusedRatingWindow
            | Self::RefusedCommentFrozen
            | Self::RefusedChangeWindow
            | Self::AnswerReplaced
            | Self::ResolutionReopened
            | Self::MoodHappy
            | Self::MoodNeutral
            | Self::MoodUnhappy
            | Self::MoodPrompted
            | Self::MoodPromptedRecorded
            | Self::Visit
            | Self::Online
            | Self::Away => None,
        }
    }

    /// Whether its facts go on for `value` ms.
    #[must_use]
    pub fn is_span(self) -> bool {
        self as u8 >= Self::Visit as u8
    }

    /// Whether its facts have a value: the duration kinds, spans, and what does not count or no longer.
    #[must_use]
    pub fn has_value(self) -> bool {
        let tells_what = matches!(
            self,
            Self::AnswerReplaced
                | Self::ResolutionReopened
                | Self::RefusedInvalidScore
                | Self::RefusedRatingWindow
                | Self::RefusedCommentFrozen
                | Self::RefusedChangeWindow
        );
        self.is_span() || self.duration().is_some() || tells_what
    }

    /// An effective close by a side.
    #[must_use]
    pub fn closed(by: Side) -> Self {
        match by {
            Side::Agent => Self::ClosedByAgent,
            Side::Customer => Self::ClosedByCustomer,
            Side::System => Self::ClosedBySystem,
        }
    }

    /// A valid answer; `None` for a score that is not 1–5.
    #[must_use]
    pub fn answer(score: i32) -> Option<Self> {
        match score {
            1 => Some(Self::Answer1),
            2 => Some(Self::Answer2),
            3 => Some(Self::Answer3),
            4 => Some(Self::Answer4),
            5 => Some(Self::Answer5),
            _ => None,
        }
    }

    /// The points of an answer or a mood, 1–5; none of another kind.
    #[must_use]
    pub fn points(self) -> Option<Millis> {
        match self {
            Self::Answer1 | Self::MoodUnhappy => Some(1),
            Self::Answer2 => Some(2),
            Self::Answer3 | Self::MoodNeutral => Some(3),
            Self::Answer4 => Some(4),
            Self::Answer5 | Self::MoodHappy => Some(5),
            _ => None,
        }
    }

    /// A mood.
    #[must_use]
    pub fn mood(mood: Mood) -> Self {
        match mood {
            Mood::Happy => Self::MoodHappy,
            Mood::Neutral => Self::MoodNeutral,
            Mood::Unhappy => Self::MoodUnhappy,
        }
    }

    /// A first response.
    #[must_use]
    pub fn first_response(judged: Judged) -> Self {
        match judged {
            Judged::Not => Self::FirstResponse,
            Judged::Within => Self::FirstResponseWithin,
            Judged::Missed => Self::FirstResponseMissed,
        }
    }

    /// A response.
    #[must_use]
    pub fn response(judged: Judged) -> Self {
        match judged {
            Judged::Not => Self::Response,
            Judged::Within => Self::ResponseWithin,
            Judged::Missed => Self::ResponseMissed,
        }
    }

    /// A resolution.
    #[must_use]
    pub fn resolved(judged: Judged) -> Self {
        match judged {
            Judged::Not => Self::Resolved,
            Judged::Within => Self::ResolvedWithin,
            Judged::Missed => Self::ResolvedMissed,
        }
    }
}

/// Some kinds of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(u64);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(u64::MAX);

    /// These.
    #[must_use]
    pub const fn of(kinds: &[FactKind]) -> Self {
        let (mut all, mut place) = (0, 0);
        while place < kinds.len() {
            all |= 1 << kinds[place] as u8;
            place += 1;
        }
        Self(all)
    }

    /// Whether a kind is one of them.
    #[must_use]
    pub fn has(self, kind: FactKind) -> bool {
        self.0 >> kind as u8 & 1 == 1
    }
}

const _: () = assert!(FactKind::COUNT <= u64::BITS as usize, "each kind has a bit");

/// What must be stated and taken back to get from `old` to `new`, each a list of signed facts.
#[must_use]
pub fn difference<T: Copy + Ord>(old: &[Signed<T>], new: &[Signed<T>]) -> Vec<Signed<T>> {
    let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[same..], &new[same..]);
    let same = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let undone = old[..old.len() - same].iter().map(|signed| (signed.fact, -signed.sign.unit()));
    let done = new[..new.len() - same].iter().map(|signed| (signed.fact, signed.sign.unit()));
    let mut net: Vec<(T, i64)> = undone.chain(done).collect();
    net.sort_unstable();
    net.chunk_by(|a, b| a.0 == b.0).flat_map(net_of).collect()
}

/// What is left of equal facts with opposite signs.
fn net_of<T: Copy>(equal: &[(T, i64)]) -> impl Iterator<Item = Signed<T>> {
    let sum: i64 = equal.iter().map(|(_, unit)| unit).sum();
    let sign = if sum > 0 { Sign::State } else { Sign::Retract };
    std::iter::repeat_n(Signed { fact: equal[0].0, sign }, sum.unsigned_abs() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_own_number() {
        assert!(FactKind::ALL.iter().enumerate().all(|(number, kind)| *kind as usize == number));
    }

    #[test]
    fn some_kinds_are_these_and_no_others() {
        let some = Kinds::of(&[FactKind::Started, FactKind::Away]);
        assert_eq!(FactKind::ALL.map(|kind| some.has(kind)).iter().filter(|has| **has).count(), 2);
        assert!(some.has(FactKind::Away) && FactKind::ALL.iter().all(|kind| Kinds::ALL.has(*kind)));
    }

    #[test]
    fn a_difference_undoes_the_old_and_does_the_new() {
        let fact = |at| Fact { at, kind: FactKind::Started, value: 0, scopes: Scopes::ALL, credit: Credit::default() };
        let state = |at| Signed { fact: fact(at), sign: Sign::State };
        let retract = |at| Signed { fact: fact(at), sign: Sign::Retract };
        assert_eq!(difference(&[state(1), state(2)], &[state(1), state(3)]), [retract(2), state(3)]);
        assert_eq!(difference(&[state(1), state(2), retract(1)], &[state(2)]), []);
        assert_eq!(difference(&[state(2), state(1)], &[state(1), state(2)]), []);
        assert_eq!(difference(&[], &[state(1), state(1)]), [state(1), state(1)]);
    }
}
