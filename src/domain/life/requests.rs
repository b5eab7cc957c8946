//! Whether to ask for a rating at this close, decided from what the timeline held by then (SPEC §5).

use super::{Context, Known, State};
use crate::domain::event::{Audience, Millis, Origin};
use crate::domain::names::Name;
use crate::domain::policy::Policy;
use crate::domain::timeline::{Entry, Key};

/// Characters that customers and humans must have exchanged at least, less one.
const SHORT_CHARACTERS: u64 = 250;
/// How long after the last message a close is too old to ask.
const OLD_MS: Millis = 7 * 24 * 3_600_000;

/// Why a rating is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Inbound, and no human wrote after a customer.
    NoHumanReply,
    /// Outbound, and the policy says no.
    OutboundOff,
    /// By a workflow or a program, and the policy says no.
    WorkflowOff,
    /// By a workflow or a program, and no human wrote.
    NoHumanPart,
    /// At most 250 characters.
    TooShort,
    /// Closed more than seven days after the last message.
    TooOld,
    /// More than one customer.
    Group,
    /// Asked before in this conversation.
    AskedBefore,
    /// The policy says no for this audience.
    AudienceOff,
}

impl Reason {
    /// Its word in outputs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoHumanReply => "no_human_reply",
            Self::OutboundOff => "outbound_off",
            Self::WorkflowOff => "workflow_off",
            Self::NoHumanPart => "no_human_part",
            Self::TooShort => "too_short",
            Self::TooOld => "too_old",
            Self::Group => "group",
            Self::AskedBefore => "asked_before",
            Self::AudienceOff => "audience_off",
        }
    }
}

/// Who said how much so far: what the decision looks at.
#[derive(Debug, Clone, Default)]
pub(super) struct Talk {
    pub(super) started: bool,
    pub(super) group: bool,
    pub(super) asked: bool,
    pub(super) last_message_at: Option<Millis>,
    /// How many messages there were, of customers and humans: to show, no decision depends on it.
    pub(super) messages: u32,
    characters: u64,
    human_wrote: bool,
    human_replied: bool,
    /// The first contact that a message named itself.
    named: Option<Name>,
    /// Whether a message left it to the conversation.
    unnamed: bool,
}

impl Talk {
    pub(super) fn customer(&mut self, at: Millis, characters: u32, named: Option<Name>) {
        self.last_message_at = Some(at);
        self.messages = self.messages.saturating_add(1);
        self.characters += u64::from(characters);
        self.group |= self.named.is_some() && named.is_some() && self.named != named;
        self.named = self.named.or(named);
        self.unnamed |= named.is_none();
    }

    pub(super) fn human(&mut self, at: Millis, characters: u32, after_customer: bool) {
        self.last_message_at = Some(at);
        self.messages = self.messages.saturating_add(1);
        self.characters += u64::from(characters);
        self.human_wrote = true;
        self.human_replied |= after_customer;
    }
}

/// A decision, interned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The close.
    pub close: Key,
    /// Credit of the close.
    pub agent: Option<Name>,
    /// The conversation's skill.
    pub skill: Option<Name>,
    /// How the conversation came about.
    pub origin: Origin,
    /// Whom it is with.
    pub audience: Audience,
    /// Customers' and humans' characters.
    pub characters: u64,
    /// Every reason against it, in SPEC's order.
    pub reasons: Vec<Reason>,
}

impl State {
    pub(super) fn decide_request(&mut self, close: &Entry, agent: Option<Name>, cx: &mut Context<'_>) {
        let at = close.key.at;
        let policy = cx.policies.at(at);
        // A `conversation_started` that comes after the close was not known when it was decided.
        let known = if self.talk.started { self.known } else { Known::nothing(self.known) };
        let too_old = self.talk.last_message_at.is_some_and(|last| at - last > OLD_MS);
        let checks = [
            (self.talk.characters <= SHORT_CHARACTERS, Reason::TooShort),
            (too_old, Reason::TooOld),
            (self.is_group(&known), Reason::Group),
            (self.talk.asked, Reason::AskedBefore),
            (!asks(known.audience, policy), Reason::AudienceOff),
        ];
        let failed = checks.into_iter().filter_map(|(failed, reason)| failed.then_some(reason));
        let reasons: Vec<Reason> = self.origin_reason(known.origin, policy).into_iter().chain(failed).collect();
        self.talk.asked |= reasons.is_empty();
        cx.decisions.push(Decision {
            close: close.key,
            agent,
            skill: self.skill,
            origin: known.origin,
            audience: known.audience,
            characters: self.talk.characters,
            reasons,
        });
    }

    fn origin_reason(&self, origin: Origin, policy: &Policy) -> Option<Reason> {
        match origin {
            Origin::Inbound => (!self.talk.human_replied).then_some(Reason::NoHumanReply),
            Origin::Outbound => (!policy.ask_on_outbound).then_some(Reason::OutboundOff),
            Origin::Workflow | Origin::Api if !policy.ask_on_workflow => Some(Reason::WorkflowOff),
            Origin::Workflow | Origin::Api => (!self.talk.human_wrote).then_some(Reason::NoHumanPart),
        }
    }

    /// Whether two customers took part; a message that names none is of the conversation's contact.
    fn is_group(&self, known: &Known) -> bool {
        let Talk { named, unnamed, group, .. } = self.talk;
        let differ = named.zip(known.contact).is_some_and(|(named, contact)| named != contact);
        group || unnamed && differ
    }
}

fn asks(audience: Audience, policy: &Policy) -> bool {
    match audience {
        Audience::User => policy.ask_users,
        Audience::Lead => policy.ask_leads,
    }
}
