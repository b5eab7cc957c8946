//! A conversation's lives as JSON: each with its events in order, and what these state and take back.

use crate::domain::day::view::{NamesView, View};
use crate::domain::event::Millis;
use crate::domain::fact::{FactKind, Sign, Signed};
use crate::domain::history::texts::TextsOfOne;
use crate::domain::kept::{Kept, Said};
use crate::domain::life::State;
use crate::domain::life::steps::{Step, Told};
use crate::domain::names::Name;
use crate::domain::timeline::{About, Act, Entry, Set};
use crate::wire::event::EventType;
use crate::wire::output::fact_words::fact_word;
use crate::wire::words::{AUDIENCES, MOODS, ORIGINS, OUTCOMES, SIDES, word_of};

use super::head::Head;
use super::writer::JsonWriter;

/// A part of a conversation's lives: steps from one to another, counted through all of them.
#[derive(Debug, Clone, Copy)]
pub struct LivesPart<'a> {
    /// How it begins; `private` says whether private texts are told.
    pub head: Head<'a>,
    /// The account at the moment up to which the lives are told.
    pub view: &'a View,
    /// The conversation.
    pub conversation: Name,
    /// What its messages say, where that is kept.
    pub texts: &'a TextsOfOne,
    /// All of its lives.
    pub lives: &'a [Told],
    /// How many steps are passed over.
    pub skip: usize,
    /// How many are told at most.
    pub limit: usize,
    /// What the next part is asked for by, if there is one.
    pub next_page: Option<&'a str>,
}

/// A part of a conversation's lives. A life without a step in it is told without events.
#[must_use]
pub fn lives_json(part: &LivesPart<'_>) -> Vec<u8> {
    let teller = Teller {
        view: part.view,
        names: &part.view.names,
        conversation: part.conversation,
        texts: part.texts,
        private: part.head.private == Some(true),
        names_agents: part.view.policy().agent_metrics,
    };
    let total: usize = part.lives.iter().map(|life| life.steps.len()).sum();
    JsonWriter::document(|json| {
        part.head.write(json, None);
        json.key("conversation_id").text(part.view.names.conversations.text(part.conversation));
        let mut before = 0;
        json.key("lives").array(part.lives, |json, life| {
            let from = part.skip.saturating_sub(before).min(life.steps.len());
            let to = (part.skip.saturating_add(part.limit)).saturating_sub(before).min(life.steps.len());
            before += life.steps.len();
            teller.life(json, life, &life.steps[from..to.max(from)]);
        });
        json.key("total_rows").integer(total);
        json.optional_text("next_page", part.next_page);
    })
}

/// Why facts of a kind are taken back.
#[must_use]
pub fn why_taken_back(kind: FactKind) -> &'static str {
    use FactKind as K;
    match kind {
        K::Resolved | K::ResolvedWithin | K::ResolvedMissed => {
            "a reopening takes a resolution back until the next close, unless the policy reopen is count_each"
        }
        K::FirstResponseOverdue | K::ResponseOverdue => {
            "the response has come, and takes the place of the overdue wait"
        }
        K::ResolutionOverdue => "it was closed, which ends the overdue resolution",
        K::Answer1 | K::Answer2 | K::Answer3 | K::Answer4 | K::Answer5 => {
            "the customer rated again, and the newest rating of a survey counts"
        }
        K::MoodHappy | K::MoodNeutral | K::MoodUnhappy => "the agent changed it, and the newest mood counts",
        K::SurveySent | K::SurveySentAnswered => "the survey has been sent or answered since, which moves its cohort",
        _ => "what happened since says otherwise",
    }
}

struct Teller<'a> {
    view: &'a View,
    names: &'a NamesView,
    conversation: Name,
    texts: &'a TextsOfOne,
    private: bool,
    names_agents: bool,
}

impl Teller<'_> {
    fn life(&self, json: &mut JsonWriter, life: &Told, steps: &[Step]) {
        json.object(|json| {
            if let (Some(first), Some(last)) = (life.steps.first(), life.steps.last()) {
                json.key("from").time(first.at);
                json.key("to").time(last.at);
            }
            json.key("state").text(state_word(&life.state, self.view.now));
            json.key("events").array(steps, |json, step| self.step(json, step));
        });
    }

    fn step(&self, json: &mut JsonWriter, step: &Step) {
        json.object(|json| {
            json.key("at").time(step.at);
            match &step.event {
                Some(entry) => self.event(json, entry),
                None => json.key("type").text("time_passed"),
            }
            json.key("facts").array(&step.facts, |json, fact| self.fact(json, fact));
        });
    }

    fn event(&self, json: &mut JsonWriter, entry: &Entry) {
        json.key("type").text(type_word(entry.act));
        if entry.has_sequence {
            json.key("sequence").integer(entry.key.sequence);
        }
        if entry.lost {
            json.key("replaced").boolean(true);
        }
        self.fields(json, entry);
    }

    fn fields(&self, json: &mut JsonWriter, entry: &Entry) {
        match entry.act {
            Act::Started(about) => self.started(json, about),
            Act::Assigned { agent, skill } => {
                self.set(json, "agent_id", agent, |name| self.names.agents.text(name));
                self.set(json, "skill_id", skill, |name| self.names.skills.text(name));
            }
            Act::HandedOff => {}
            Act::Reopened { by } => json.optional_text("by", by.map(|by| word_of(SIDES, &by))),
            Act::Joined(contact) => self.contact(json, Some(contact)),
            Act::Tagged(topic) => json.key("topic").text(self.names.topics.text(topic)),
            Act::Focused(agent) | Act::Unfocused(agent) | Act::MoodPrompted(agent) | Act::Left(agent) => {
                self.agent(json, Some(agent));
            }
            Act::CustomerMessage { contact, characters, automated } => {
                self.contact(json, contact);
                self.message(json, entry, characters, automated);
            }
            Act::AgentMessage { agent, characters, automated } => {
                self.agent(json, Some(agent));
                self.message(json, entry, characters, automated);
            }
            Act::Snoozed(until) => until.into_iter().for_each(|until| json.key("until").time(until)),
            Act::Closed { agent, closed_by, outcome } => {
                self.agent(json, agent);
                json.key("closed_by").text(word_of(SIDES, &closed_by));
                json.optional_text("outcome", outcome.map(|outcome| word_of(OUTCOMES, &outcome)));
            }
            Act::SurveySent { agent, skill, .. } => self.about(json, agent, skill),
            Act::SurveyAnswered { survey, score, agent, skill, .. } => {
                json.key("score").integer(score);
                let has_id = survey.is_some();
                let survey = self.view.day.comments.survey(self.conversation, entry.key.at, score.into());
                json.optional_text("survey_id", survey.filter(|_| has_id));
                self.about(json, agent, skill);
                self.comment(json, entry);
            }
            Act::SurveyCommented { .. } => self.comment(json, entry),
            Act::MoodRecorded { agent, mood } => {
                self.agent(json, Some(agent));
                json.key("mood").text(word_of(MOODS, &mood));
            }
        }
    }

    fn started(&self, json: &mut JsonWriter, about: About) {
        let About { contact, company, channel, line, skill, origin, audience } = about;
        self.contact(json, contact);
        json.optional_text("company_id", company.map(|name| self.names.companies.text(name)));
        json.optional_text("channel", channel.map(|name| self.names.channels.text(name)));
        json.optional_text("line_id", line.map(|name| self.names.lines.text(name)));
        json.optional_text("skill_id", skill.map(|name| self.names.skills.text(name)));
        json.key("origin").text(word_of(ORIGINS, &origin));
        json.key("audience").text(word_of(AUDIENCES, &audience));
    }

    fn about(&self, json: &mut JsonWriter, agent: Option<Name>, skill: Option<Name>) {
        self.agent(json, agent);
        json.optional_text("skill_id", skill.map(|name| self.names.skills.text(name)));
    }

    fn agent(&self, json: &mut JsonWriter, agent: Option<Name>) {
        let agent = agent.filter(|_| self.names_agents);
        json.optional_text("agent_id", agent.map(|name| self.names.agents.text(name)));
        self.text(json, "agent_name", agent.and_then(|name| self.view.agent_name(name)));
    }

    fn contact(&self, json: &mut JsonWriter, contact: Option<Name>) {
        json.optional_text("contact_id", contact.map(|name| self.names.contacts.text(name)));
        self.text(json, "contact_name", contact.and_then(|name| self.view.contact_name(name)));
    }

    fn message(&self, json: &mut JsonWriter, entry: &Entry, characters: u32, automated: bool) {
        json.key("characters").integer(characters);
        if automated {
            json.key("automated").boolean(true);
        }
        self.text(json, "text", self.texts.of(entry.key.at, entry.key.identity));
    }

    fn comment(&self, json: &mut JsonWriter, entry: &Entry) {
        let said = Said { at: entry.key.at, sequence: entry.key.sequence, identity: entry.key.identity };
        self.text(json, "comment", self.view.day.comments.said(self.conversation, said));
    }

    fn text(&self, json: &mut JsonWriter, key: &str, text: Option<&Kept>) {
        json.optional_text(key, text.filter(|_| self.private).map(Kept::reveal));
    }

    /// What is set; an empty text clears.
    fn set<'t>(&self, json: &mut JsonWriter, key: &str, set: Set, text: impl FnOnce(Name) -> &'t str) {
        match set {
            Set::To(_) if key == "agent_id" && !self.names_agents => {}
            Set::To(name) => json.key(key).text(name.map_or("", text)),
            Set::Keep => {}
        }
    }

    fn fact(&self, json: &mut JsonWriter, signed: &Signed) {
        let fact = &signed.fact;
        json.object(|json| {
            json.key("fact").text(fact_word(fact.kind));
            json.key("at").time(fact.at);
            if let Some(value) = fact.kind.points().or(fact.kind.has_value().then_some(fact.value)) {
                json.key("value").integer(value);
            }
            if self.names_agents {
                json.key("agent_id").text(self.names.agent_text(fact.credit.agent));
            }
            json.key("skill_id").text(self.names.skill_text(fact.credit.skill));
            if signed.sign == Sign::Retract {
                json.key("taken_back").boolean(true);
                json.key("why").text(why_taken_back(fact.kind));
            }
        });
    }
}

/// How a life stands.
fn state_word(state: &State, now: Millis) -> &'static str {
    if !state.is_open() {
        "closed"
    } else if state.snoozed_until(now).is_some() {
        "snoozed"
    } else if state.waiting_since(now).is_some() {
        "waiting"
    } else {
        "open"
    }
}

fn type_word(act: Act) -> &'static str {
    let of = |kind: EventType| kind.word();
    match act {
        Act::Started(_) => of(EventType::ConversationStarted),
        Act::Assigned { .. } => of(EventType::Assigned),
        Act::HandedOff => of(EventType::HandedOff),
        Act::Joined(_) => of(EventType::ParticipantJoined),
        Act::Tagged(_) => of(EventType::TopicTagged),
        Act::Focused(_) => of(EventType::Focused),
        Act::CustomerMessage { .. } => of(EventType::CustomerMessage),
        Act::AgentMessage { .. } => of(EventType::AgentMessage),
        Act::Unfocused(_) => of(EventType::Unfocused),
        Act::Snoozed(_) => of(EventType::Snoozed),
        Act::Closed { .. } => of(EventType::Closed),
        Act::Reopened { .. } => of(EventType::Reopened),
        Act::SurveySent { .. } => of(EventType::SurveySent),
        Act::SurveyAnswered { .. } => of(EventType::SurveyAnswered),
        Act::SurveyCommented { .. } => of(EventType::SurveyCommented),
        Act::MoodPrompted(_) => of(EventType::MoodPrompted),
        Act::MoodRecorded { .. } => of(EventType::MoodRecorded),
        // The agent opened another conversation, or went offline.
        Act::Left(_) => "left",
    }
}
