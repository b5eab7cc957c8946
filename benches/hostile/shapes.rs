//! The shapes: each many of one thing, and each such that a plain way to fold it takes time that grows with its length.
//!
//! Those called *long* are one conversation with all of it; *live* ones are folded while time passes and passes are made.

use cxpulse::domain::event::Millis;
use cxpulse::wire::proto::event::Body;
use cxpulse::wire::proto::{
    AgentMessage, AgentStatus, Assigned, Closed, ConversationStarted, CustomerMessage, Focused, Mood, MoodPrompted,
    MoodRecorded, ParticipantJoined, Presence, Reopened, Snoozed, SurveyAnswered, SurveySent, TopicTagged,
};

use super::events::{BEGIN, Order, Sent, event, scatter};

/// When passes are made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passes {
    /// Once, when everything has been folded: as after a catch-up.
    AtTheEnd,
    /// Whenever one is due, as time passes with the records.
    Live,
}

/// Something hostile, of any size.
pub(crate) struct Shape {
    pub(crate) name: String,
    /// The smaller size: how many there are of what the shape has many of.
    pub(crate) size: usize,
    pub(crate) passes: Passes,
    /// Whether the memory of each of them is told.
    pub(crate) weighs: bool,
    /// Whether that is an account, for which there is a figure.
    pub(crate) is_of_accounts: bool,
    pub(crate) make: Box<dyn Fn(usize) -> Vec<Sent>>,
}

impl Shape {
    fn new(name: &str, size: usize, make: impl Fn(usize) -> Vec<Sent> + 'static) -> Self {
        let (passes, make) = (Passes::AtTheEnd, Box::new(make));
        Self { name: name.to_owned(), size, passes, weighs: false, is_of_accounts: false, make }
    }

    /// Passes are made meanwhile, as its records come.
    fn live(name: &str, size: usize, make: impl Fn(usize) -> Vec<Sent> + 'static) -> Self {
        Self { passes: Passes::Live, ..Self::new(name, size, make) }
    }

    fn weighed(self) -> Self {
        Self { weighs: true, ..self }
    }

    fn of_accounts(self) -> Self {
        Self { is_of_accounts: true, ..self.weighed() }
    }
}

type Make = fn(usize) -> Vec<Sent>;

/// Every shape there is.
pub(crate) fn shapes() -> Vec<Shape> {
    let long: [(&str, usize, Make); 5] = [
        ("long: talk", 50_000, talk),
        ("long: surveys with ids", 50_000, named_surveys),
        ("long: surveys without ids", 50_000, unnamed_surveys),
        ("long: 1 000 agents focus", 50_000, focuses),
        ("long: moods of 1 000 agents", 50_000, moods),
    ];
    let both_ways: [(&str, usize, Make); 8] = [
        ("long: 8 000 agents focus twice", 2_000, agents_twice),
        ("one agent through 100 000 conversations", 25_000, through_conversations),
        ("one agent between two conversations", 50_000, between_two),
        ("statuses of one agent", 50_000, statuses),
        ("long: close, reopen", 50_000, reopenings),
        ("one contact in 100 000 conversations", 25_000, one_contact),
        ("long: 8 days between any two", 50_000, silences),
        ("a conversation each", 50_000, conversation_each),
    ];
    let in_each = |(name, size, make): (&str, usize, Make), orders: &'static [Order]| {
        let name = name.to_owned();
        let shape = move |order: &Order| {
            let order = *order;
            Shape::new(&format!("{name}, {}", order.words()), size, move |size| order.of(make(size)))
        };
        orders.iter().map(shape).collect::<Vec<_>>()
    };
    let long = long.into_iter().flat_map(|base| in_each(base, &Order::EVERY));
    let both_ways = both_ways.into_iter().flat_map(|base| in_each(base, &[Order::Forward, Order::Reversed]));
    long.chain(both_ways).chain(many_of_one_thing()).chain(as_time_passes()).collect()
}

fn many_of_one_thing() -> Vec<Shape> {
    vec![
        Shape::new("statuses of one agent, one id", 50_000, statuses_of_one_id),
        Shape::new("long: 8 days between any two, filled", 50_000, filled_silences),
        Shape::new("long: one millisecond", 50_000, one_millisecond),
        Shape::new("long: every event twice", 25_000, doubled),
        Shape::new("long: one id, every content", 50_000, |size| conflicts(size, 1)),
        Shape::new("long: 1 000 ids, every content", 50_000, |size| conflicts(size, 1_000)),
        Shape::new("long: every id with two contents", 50_000, |size| conflicts(size, size / 2)),
        Shape::new("long: 100 000 skills assigned", 25_000, skills_assigned).weighed(),
        Shape::new("100 000 skills, one fact each", 25_000, skills_with_facts).weighed(),
        Shape::new("long: 100 000 topics", 25_000, topics).weighed(),
        Shape::new("long: 100 000 topics and messages", 25_000, topics_and_messages).weighed(),
        Shape::new("long: 100 000 participants", 25_000, participants).weighed(),
        Shape::new("100 000 agents, one status each", 25_000, agents_with_statuses).weighed(),
        Shape::new("20 000 accounts of one event", 5_000, accounts).of_accounts(),
    ]
}

/// With passes, at 10 000 records a second.
fn as_time_passes() -> Vec<Shape> {
    vec![
        Shape::live("live: talk", 50_000, |size| quickly(talk(size))),
        Shape::live("live: 1 000 agents focus", 50_000, |size| quickly(focuses(size))),
        Shape::live("live: close, reopen", 50_000, |size| quickly(reopenings(size))),
        Shape::live("live: a conversation each", 50_000, |size| quickly(conversation_each(size))),
        Shape::live("live: the greatest duration retracted", 12_500, greatest_retracted),
        Shape::live("live: snoozes that end", 50_000, |size| quickly(snoozes(size))),
        Shape::live("live: 50 minutes ahead of their time", 50_000, |size| ahead(quickly(talk_of_eight(size)))),
        Shape::live("live: 100 000 skills, one fact each", 25_000, |size| quickly(skills_with_facts(size))),
        Shape::live("live: 100 000 agents, one status each", 25_000, |size| quickly(agents_with_statuses(size))),
        Shape::live("live: 20 000 accounts of one event", 5_000, |size| quickly(accounts(size))).of_accounts(),
    ]
}

/// When the record of this number is written, of ten in a millisecond.
fn quick_moment(number: usize) -> Millis {
    BEGIN + number as Millis / 10
}

fn quickly(sent: Vec<Sent>) -> Vec<Sent> {
    sent.into_iter().enumerate().map(|(number, one)| one.at_ms(quick_moment(number))).collect()
}

fn agent(number: usize) -> Option<String> {
    Some(format!("agent-{number:06}"))
}

fn from_customer() -> Body {
    Body::CustomerMessage(CustomerMessage { characters: Some(40), ..CustomerMessage::default() })
}

fn from_agent(number: usize) -> Body {
    Body::AgentMessage(AgentMessage { agent_id: agent(number), characters: Some(60), ..AgentMessage::default() })
}

fn focus(number: usize) -> Body {
    Body::Focused(Focused { agent_id: agent(number) })
}

fn close() -> Body {
    Body::Closed(Closed::default())
}

/// A conversation that does not end: customer and agents in turn.
fn talk(size: usize) -> Vec<Sent> {
    let body = |number: usize| match number % 8 {
        0 | 3 | 5 => from_customer(),
        1 => focus(number / 8 % 20),
        2 | 4 | 6 => from_agent(number / 8 % 20),
        _ => Body::Assigned(Assigned { agent_id: agent(number / 8 % 20), skill_id: None }),
    };
    (0..size).map(|number| event(number, "conversation", body(number))).collect()
}

fn surveys(size: usize, id: fn(usize) -> Option<String>) -> Vec<Sent> {
    let body = |number: usize| match number % 2 {
        0 => Body::SurveySent(SurveySent { survey_id: id(number / 2), ..SurveySent::default() }),
        _ => {
            let (survey_id, score) = (id(number / 2), Some(1 + (number / 2 % 5) as i32));
            Body::SurveyAnswered(SurveyAnswered { survey_id, score, ..SurveyAnswered::default() })
        }
    };
    (0..size).map(|number| event(number, "conversation", body(number))).collect()
}

fn named_surveys(size: usize) -> Vec<Sent> {
    surveys(size, |number| Some(format!("survey-{number:06}")))
}

fn unnamed_surveys(size: usize) -> Vec<Sent> {
    surveys(size, |_| None)
}

fn focuses(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, "conversation", focus(number % 1_000))).collect()
}

fn moods(size: usize) -> Vec<Sent> {
    let body = |number: usize| {
        let agent_id = agent(number / 2 % 1_000);
        let mood = Some(Mood::Happy as i32 + (number % 3) as i32);
        match number % 2 {
            0 => Body::MoodPrompted(MoodPrompted { agent_id }),
            _ => Body::MoodRecorded(MoodRecorded { agent_id, mood }),
        }
    };
    (0..size).map(|number| event(number, "conversation", body(number))).collect()
}

fn agents_twice(agents: usize) -> Vec<Sent> {
    (0..2 * agents).map(|number| event(number, "conversation", focus(number % agents))).collect()
}

fn through_conversations(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, format_args!("conversation-{number:06}"), focus(0))).collect()
}

fn between_two(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, format_args!("conversation-{}", number % 2), focus(0))).collect()
}

fn status(of: usize, number: usize) -> Body {
    let status = [Presence::Online, Presence::Away, Presence::Offline][number % 3];
    Body::AgentStatus(AgentStatus { agent_id: agent(of), status: Some(status as i32), ..AgentStatus::default() })
}

fn statuses(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, "", status(0, number))).collect()
}

fn statuses_of_one_id(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, "", status(0, number)).named("the-same")).collect()
}

fn agents_with_statuses(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, "", status(number, 0))).collect()
}

fn reopenings(size: usize) -> Vec<Sent> {
    let body = |number: usize| if number.is_multiple_of(2) { Body::Reopened(Reopened::default()) } else { close() };
    (0..size).map(|number| event(number, "conversation", body(number))).collect()
}

fn one_contact(size: usize) -> Vec<Sent> {
    let contact_id = Some("contact".to_owned());
    let body = || {
        let contact_id = contact_id.clone();
        Body::CustomerMessage(CustomerMessage { contact_id, characters: Some(40), ..CustomerMessage::default() })
    };
    (0..size).map(|number| event(number, format_args!("conversation-{number:06}"), body())).collect()
}

/// Between two of them a closed conversation's life ends, but not an open one's. They begin in 1970, which is far from what looks like seconds.
fn silences(size: usize) -> Vec<Sent> {
    apart(size, 8)
}

fn apart(size: usize, days: Millis) -> Vec<Sent> {
    let at = |number: usize| (200 + number as Millis * days) * 86_400_000;
    let body = |number: usize| if number.is_multiple_of(2) { from_customer() } else { close() };
    (0..size).map(|number| event(number, "conversation", body(number)).at_ms(at(number))).collect()
}

/// Every second one first, so that each is a life of its own; then the others, each of which makes two of them one.
fn filled_silences(size: usize) -> Vec<Sent> {
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for (number, one) in apart(size, 4).into_iter().enumerate() {
        let one = Sent { event: cxpulse::wire::proto::Event { body: Some(close()), ..one.event }, ..one };
        if number.is_multiple_of(2) { first.push(one) } else { then.push(one) }
    }
    first.append(&mut then);
    first
}

fn conversation_each(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, format_args!("conversation-{number:06}"), from_customer())).collect()
}

fn one_millisecond(size: usize) -> Vec<Sent> {
    talk(size).into_iter().map(|one| one.at_ms(BEGIN)).collect()
}

fn doubled(size: usize) -> Vec<Sent> {
    let again = |one: Sent| {
        let twin = Sent { event: one.event.clone(), written: one.written };
        [one, twin]
    };
    talk(size).into_iter().flat_map(again).collect()
}

/// So many identities in turn, each time with another content, and each time earlier, so that the new one stands.
fn conflicts(size: usize, ids: usize) -> Vec<Sent> {
    let ids = ids.max(1);
    let sent = |(number, one): (usize, Sent)| one.named(number % ids);
    Order::Reversed.of(talk(size)).into_iter().enumerate().map(sent).collect()
}

fn skills_assigned(size: usize) -> Vec<Sent> {
    let body = |number: usize| {
        let skill_id = Some(format!("skill-{number:06}"));
        Body::Assigned(Assigned { agent_id: None, skill_id })
    };
    (0..size).map(|number| event(number, "conversation", body(number))).collect()
}

fn skills_with_facts(size: usize) -> Vec<Sent> {
    let body = |number: usize| {
        let skill_id = Some(format!("skill-{number:06}"));
        Body::ConversationStarted(ConversationStarted { skill_id, ..ConversationStarted::default() })
    };
    (0..size).map(|number| event(number, format_args!("conversation-{number:06}"), body(number))).collect()
}

fn tag(number: usize) -> Body {
    Body::TopicTagged(TopicTagged { topic: Some(format!("topic {number:06}")) })
}

fn topics(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, "conversation", tag(number))).collect()
}

/// What a message states is about all topics so far.
fn topics_and_messages(size: usize) -> Vec<Sent> {
    let body = |number: usize| if number.is_multiple_of(2) { tag(number) } else { from_customer() };
    (0..2 * size).map(|number| event(number, "conversation", body(number))).collect()
}

fn participants(size: usize) -> Vec<Sent> {
    let body = |number: usize| {
        let contact_id = Some(format!("contact-{number:06}"));
        Body::ParticipantJoined(ParticipantJoined { contact_id })
    };
    (0..size).map(|number| event(number, "conversation", body(number))).collect()
}

fn accounts(size: usize) -> Vec<Sent> {
    let sent =
        |number: usize| event(number, "conversation", from_customer()).of_account(format_args!("acme-{number:05}"));
    (0..size).map(sent).collect()
}

/// Many waits of one hour before, answered after ever longer; then for each, the longest first, an answer that came at
/// once.
fn greatest_retracted(size: usize) -> Vec<Sent> {
    let hour_ago = BEGIN - 3_600_000;
    let conversation = |number: usize| format!("conversation-{number:06}");
    let message = |number: usize, of: usize, body: Body, at: Millis| {
        let one = event(number, conversation(of), body).at_ms(at);
        Sent { written: quick_moment(number), ..one }
    };
    let waits = (0..size).map(|of| message(of, of, from_customer(), hour_ago));
    let late = (0..size).map(|of| message(size + of, of, from_agent(of % 100), hour_ago + 2_000 + of as Millis));
    let early = (0..size).map(|nth| {
        let of = size - 1 - nth;
        let at = hour_ago + 1 + (scatter(of) % 1_000) as Millis;
        message(2 * size + nth, of, from_agent(of % 100), at)
    });
    waits.chain(late).chain(early).collect()
}

/// Two snoozes for each conversation, all of which end while more come.
fn snoozes(size: usize) -> Vec<Sent> {
    let body = |number: usize| {
        let until_ms = Some(BEGIN + (scatter(number) % (1 + size as u64 / 10)) as Millis);
        Body::Snoozed(Snoozed { until_ms })
    };
    (0..size).map(|number| event(number, format_args!("conversation-{:06}", number / 2), body(number))).collect()
}

fn talk_of_eight(size: usize) -> Vec<Sent> {
    (0..size).map(|number| event(number, format_args!("conversation-{:06}", number / 8), from_customer())).collect()
}

/// By a clock that is fast: they wait beside the fold until their time comes, at the end.
fn ahead(sent: Vec<Sent>) -> Vec<Sent> {
    let moved = |one: Sent| {
        let (written, at) = (one.written, one.at() + 3_000_000);
        Sent { written, ..one.at_ms(at) }
    };
    sent.into_iter().map(moved).collect()
}
