//! Conversations one by one, as JSON.

use crate::domain::answers::people::conversations::Conversation;
use crate::domain::current::Overdue;
use crate::wire::words::{CONVERSATION_STATES, word_of};

use super::listing::Listing;
use super::writer::JsonWriter;

/// A list of conversations.
#[must_use]
pub fn conversations_json(conversations: &Listing<'_, Conversation>) -> Vec<u8> {
    conversations.document(|json, conversation| write(json, conversations, conversation))
}

fn write(json: &mut JsonWriter, of: &Listing<'_, Conversation>, one: &Conversation) {
    let (names, credit) = (&of.view.names, &one.credit);
    let [line, channel, _] = names.combinations.origins(credit.via);
    json.optional_text("conversation_id", of.conversation(Some(one.conversation)));
    json.key("state").text(word_of(CONVERSATION_STATES, &one.state));
    let agent = credit.agent.filter(|_| of.names_agents());
    json.optional_text("agent_id", agent.map(|agent| names.agents.text(agent)));
    json.key("skill_id").text(names.skill_text(credit.skill));
    json.optional_text("line_id", line.map(|line| names.lines.text(line)));
    json.optional_text("channel", channel.map(|channel| names.channels.text(channel)));
    json.optional_text("contact_id", of.contact(credit));
    if let Some(started_at) = one.started_at {
        json.key("started_at").time(started_at);
    }
    json.key("last_event_at").time(one.last_event_at);
    if let Some(since) = one.waiting_since {
        json.key("waiting_ms").integer(of.view.now - since);
    }
    let overdue = words(one.overdue);
    if !overdue.is_empty() {
        json.key("overdue").array(overdue, |json, word| json.text(word));
    }
    if let Some(messages) = one.messages {
        json.key("messages").integer(messages);
    }
    let topics = names.combinations.topics(credit.topics);
    let mut topics: Vec<&str> = topics.into_iter().map(|topic| names.topics.text(topic)).collect();
    topics.sort_unstable();
    json.key("topics").array(topics, |json, topic| json.text(topic));
}

fn words(overdue: Overdue) -> Vec<&'static str> {
    let all = [
        (overdue.first_response, "first_response"),
        (overdue.response, "response"),
        (overdue.resolution, "resolution"),
    ];
    all.into_iter().filter(|(is_overdue, _)| *is_overdue).map(|(_, word)| word).collect()
}
