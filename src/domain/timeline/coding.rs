//! What happened, as bytes: the fields of each type as varints, in the order of its declaration.

use super::{About, Act, Entry, Set};
use crate::domain::compact::varint::{Encoded, Reader};
use crate::domain::event::{Audience, Millis, Mood, Origin, Outcome, Side};
use crate::domain::names::Name;

/// Writes what follows the head and the time of an event.
pub(super) fn write_act(out: &mut Encoded, entry: &Entry) {
    let name = |out: &mut Encoded, name: Option<Name>| out.number(u64::from(Name::to_code(name)));
    match entry.act {
        Act::HandedOff => {}
        Act::Joined(one) | Act::Tagged(one) | Act::Focused(one) | Act::Unfocused(one) | Act::MoodPrompted(one) => {
            name(out, Some(one));
        }
        Act::Left(agent) => {
            name(out, Some(agent));
            out.byte(entry.key.rank << 2 | (entry.key.across + 1) as u8);
        }
        Act::Started(about) => {
            for one in [about.contact, about.company, about.channel, about.line, about.skill] {
                name(out, one);
            }
            out.byte((about.origin as u8) << 1 | about.audience as u8);
        }
        Act::Assigned { agent, skill } => [agent, skill].into_iter().for_each(|set| write_set(out, set)),
        Act::CustomerMessage { contact, characters, automated } => {
            name(out, contact);
            out.number(u64::from(characters) << 1 | u64::from(automated));
        }
        Act::AgentMessage { agent, characters, automated } => {
            name(out, Some(agent));
            out.number(u64::from(characters) << 1 | u64::from(automated));
        }
        Act::Snoozed(until) => out.number(until.map_or(0, |until| until as u64 + 1)),
        Act::Closed { agent, closed_by, outcome } => {
            name(out, agent);
            out.byte((closed_by as u8) << 2 | outcome.map_or(UNSAID, |outcome| outcome as u8));
        }
        Act::Reopened { by } => out.byte(by.map_or(UNSAID, |by| by as u8)),
        Act::SurveySent { survey, agent, skill } => {
            write_survey(out, survey);
            name(out, agent);
            name(out, skill);
        }
        Act::SurveyAnswered { survey, score, commented, agent, skill } => {
            write_survey(out, survey);
            out.number(u64::from(score as u32) << 1 | u64::from(commented));
            name(out, agent);
            name(out, skill);
        }
        Act::SurveyCommented { survey } => write_survey(out, survey),
        Act::MoodRecorded { agent, mood } => {
            name(out, Some(agent));
            out.byte(mood as u8);
        }
    }
}

fn write_set(out: &mut Encoded, set: Set) {
    let code = match set {
        Set::Keep => 0,
        Set::To(name) => u64::from(Name::to_code(name)) + 1,
    };
    out.number(code);
}

fn write_survey(out: &mut Encoded, survey: Option<u64>) {
    out.byte(u8::from(survey.is_some()));
    survey.into_iter().for_each(|survey| out.eight(survey));
}

/// The act with its rank and side in ties.
pub(super) fn read_act(tag: u8, from: &mut Reader<'_>) -> (Act, u8, i8) {
    let act = match tag {
        0 => Act::Started(read_about(from)),
        1 => Act::Assigned { agent: read_set(from), skill: read_set(from) },
        2 => Act::HandedOff,
        3 => Act::Joined(read_name(from)),
        4 => Act::Tagged(read_name(from)),
        5 => Act::Focused(read_name(from)),
        6 => {
            let (contact, packed) = (read_optional(from), from.number());
            Act::CustomerMessage { contact, characters: (packed >> 1) as u32, automated: packed & 1 == 1 }
        }
        7 => {
            let (agent, packed) = (read_name(from), from.number());
            Act::AgentMessage { agent, characters: (packed >> 1) as u32, automated: packed & 1 == 1 }
        }
        8 => Act::Unfocused(read_name(from)),
        9 => Act::Snoozed(from.number().checked_sub(1).map(|until| until as Millis)),
        10 => {
            let (agent, packed) = (read_optional(from), from.byte());
            Act::Closed { agent, closed_by: side(packed >> 2), outcome: outcome(packed & 3) }
        }
        11 => {
            let said = from.byte();
            Act::Reopened { by: (said != UNSAID).then(|| side(said)) }
        }
        12 => Act::SurveySent { survey: read_survey(from), agent: read_optional(from), skill: read_optional(from) },
        13 => {
            let (survey, packed) = (read_survey(from), from.number());
            let (agent, skill) = (read_optional(from), read_optional(from));
            Act::SurveyAnswered { survey, score: (packed >> 1) as u32 as i32, commented: packed & 1 == 1, agent, skill }
        }
        14 => Act::SurveyCommented { survey: read_survey(from) },
        15 => Act::MoodPrompted(read_name(from)),
        16 => Act::MoodRecorded { agent: read_name(from), mood: mood(from.byte()) },
        // `rank::STATUS`: nothing else is written.
        _ => {
            let (agent, packed) = (read_name(from), from.byte());
            return (Act::Left(agent), packed >> 2, (packed & 3) as i8 - 1);
        }
    };
    (act, act.rank(), 0)
}

/// A name; 0 stands for none.
fn read_optional(from: &mut Reader<'_>) -> Option<Name> {
    Name::from_code(from.number() as u32)
}

fn read_name(from: &mut Reader<'_>) -> Name {
    read_optional(from).expect("written from a name")
}

fn read_about(from: &mut Reader<'_>) -> About {
    let mut name = || read_optional(from);
    let (contact, company, channel, line, skill) = (name(), name(), name(), name(), name());
    let packed = from.byte();
    let origin = [Origin::Inbound, Origin::Outbound, Origin::Workflow, Origin::Api][usize::from(packed >> 1)];
    let audience = if packed & 1 == 0 { Audience::User } else { Audience::Lead };
    About { contact, company, channel, line, skill, origin, audience }
}

fn read_set(from: &mut Reader<'_>) -> Set {
    match from.number() {
        0 => Set::Keep,
        code => Set::To(Name::from_code((code - 1) as u32)),
    }
}

fn read_survey(from: &mut Reader<'_>) -> Option<u64> {
    (from.byte() == 1).then(|| from.eight())
}

fn side(code: u8) -> Side {
    [Side::Agent, Side::Customer, Side::System][usize::from(code)]
}

/// The code of an outcome or a side that the event does not say.
const UNSAID: u8 = 3;

fn outcome(code: u8) -> Option<Outcome> {
    [Some(Outcome::Resolved), Some(Outcome::Abandoned), Some(Outcome::Spam), None][usize::from(code)]
}

fn mood(code: u8) -> Mood {
    [Mood::Happy, Mood::Neutral, Mood::Unhappy][usize::from(code)]
}
