//! Conversations one by one: those that are open now, in any state, and those that closed in a time.

use super::asked::{self, FILTERS, TIME};
use super::order::{self, Size};
use super::paging::{Answered, PAGING};
use super::parameters::Parameters;
use crate::domain::answers::people::conversations::{Conversation, ConversationState};
use crate::domain::answers::questions::{Frame, Question};
use crate::domain::day::DAY_MINUTES;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::serve::asking::Desk;
use crate::serve::problem::Problem;
use crate::wire::output::json::conversations_json;
use crate::wire::words::{CONVERSATION_STATES, Words, word_of};

const OTHERS: [&str; 2] = ["state", "sort"];

/// By which field of a row.
#[derive(Debug, Clone, Copy)]
enum By {
    Conversation,
    State,
    Agent,
    Skill,
    Contact,
    StartedAt,
    LastEventAt,
    Waiting,
    Messages,
}

const FIELDS: &Words<By> = &[
    ("conversation_id", By::Conversation),
    ("state", By::State),
    ("agent_id", By::Agent),
    ("skill_id", By::Skill),
    ("contact_id", By::Contact),
    ("started_at", By::StartedAt),
    ("last_event_at", By::LastEventAt),
    ("waiting_ms", By::Waiting),
    ("messages", By::Messages),
];
/// The words of what they can be sorted by.
pub(in crate::serve) fn sorted_by() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|(word, _)| *word)
}

/// Where nothing else is asked for: who waits longest is what a list of conversations is looked at for.
const LONGEST_WAITING: (By, bool) = (By::Waiting, true);

/// Which conversations are asked for, and in which order.
struct ConversationsQuestion {
    states: Vec<ConversationState>,
    /// The filters; and the time in which what is closed was closed, where that is asked for.
    question: Question,
    by: By,
    descending: bool,
}

/// The conversations that the parameters of an address ask for.
///
/// # Errors
/// The first parameter that is wrong.
pub(super) fn ask(desk: &Desk, pairs: &[(String, String)]) -> Result<Answered, Problem> {
    let (view, moment) = desk.view();
    let asked = ConversationsQuestion::read(pairs, moment.as_of)?;
    let mut all = asked.question.conversations(&view, &asked.states);
    let names = &view.names;
    let id = |one: &Conversation| names.conversations.text(one.conversation);
    order::sort(&mut all, asked.descending, |one| asked.by.size(&view, one), id);
    let span = asked.states.contains(&ConversationState::Closed).then(|| asked.question.span(&view));
    Ok(Answered::list((desk, moment), Desk::head, (view, span), all, conversations_json))
}

impl ConversationsQuestion {
    fn read(pairs: &[(String, String)], now: Millis) -> Result<Self, Problem> {
        let known: Vec<&str> = TIME.into_iter().chain(FILTERS).chain(OTHERS).chain(PAGING).collect();
        let parameters = Parameters::read(pairs, &known)?;
        let states = parameters.words("state", CONVERSATION_STATES)?.unwrap_or(vec![ConversationState::Open]);
        let question = asked::question(&parameters, frame(&parameters, &states, now)?)?;
        let (by, descending) = sort(&parameters)?;
        Ok(Self { states, question, by, descending })
    }
}

/// When what is closed was closed: in the last day where nothing else is said. What is open is so now.
fn frame(parameters: &Parameters<'_>, states: &[ConversationState], now: Millis) -> Result<Frame, Problem> {
    let given = TIME.into_iter().find_map(|name| Some((name, parameters.one(name)?)));
    match given {
        None => Ok(Frame::window(now, DAY_MINUTES)),
        Some(_) if states.contains(&ConversationState::Closed) => asked::frame(parameters, now),
        Some((name, value)) => {
            let what = "a time is that of closing, and no closed conversations are asked for";
            Err(Problem::invalid_parameter(name, value, what, "a time with state=closed, or none"))
        }
    }
}

fn sort(parameters: &Parameters<'_>) -> Result<(By, bool), Problem> {
    let Some(text) = parameters.one("sort") else { return Ok(LONGEST_WAITING) };
    let (name, descending) = order::direction(text);
    Parameters::word_of("sort", name, FIELDS).map(|by| (by, descending))
}

impl By {
    fn size<'v>(self, view: &'v View, one: &Conversation) -> Option<Size<'v>> {
        let (names, credit) = (&view.names, &one.credit);
        // An order by agents would tell who they are.
        let agent = credit.agent.filter(|_| view.policy().agent_metrics);
        match self {
            Self::Conversation => Some(Size::Text(names.conversations.text(one.conversation))),
            Self::State => Some(Size::Text(word_of(CONVERSATION_STATES, &one.state))),
            Self::Agent => agent.map(|agent| Size::Text(names.agents.text(agent))),
            Self::Skill => Some(Size::Text(names.skill_text(credit.skill))),
            Self::Contact => credit.contact.map(|contact| Size::Text(names.contacts.text(contact))),
            Self::StartedAt => one.started_at.map(Size::whole),
            Self::LastEventAt => Some(Size::whole(one.last_event_at)),
            Self::Waiting => one.waiting_since.map(|since| Size::whole(view.now - since)),
            Self::Messages => one.messages.map(Size::whole),
        }
    }
}
