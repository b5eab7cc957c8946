//! Answers to surveys one by one, as JSON.

use std::collections::HashMap;

use crate::domain::answers::people::ratings::{Became, Rating};
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::wire::output::fact_words::fact_word;
use crate::wire::words::{BECAME, word_of};

use super::listing::Listing;
use super::writer::JsonWriter;

/// A list of ratings.
#[must_use]
pub fn ratings_json(ratings: &Listing<'_, Rating>) -> Vec<u8> {
    ratings.document(|json, rating| write(json, ratings, rating))
}

/// Each rating as a stream tells of it: an object of its `id` alone, which no other row has, and the whole row with it. What
/// was answered when and where is the id; of those alike in that, their place among them.
pub fn rating_rows<'a>(ratings: &'a Listing<'_, Rating>) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> + 'a {
    let mut alike: HashMap<(Millis, Option<Name>, Millis), u32> = HashMap::new();
    ratings.rows.iter().map(move |rating| {
        let nth = alike.entry((rating.at, rating.conversation, rating.score)).or_default();
        *nth += 1;
        // No id of a conversation has a comma.
        let conversation = ratings.conversation(rating.conversation).unwrap_or_default();
        let id = format!("{},{conversation},{},{nth}", rating.at, rating.score);
        let row = |json: &mut JsonWriter| {
            json.key("id").text(&id);
            write(json, ratings, rating);
        };
        (JsonWriter::document(|json| json.key("id").text(&id)), JsonWriter::document(row))
    })
}

fn write(json: &mut JsonWriter, of: &Listing<'_, Rating>, rating: &Rating) {
    let (view, credit, is_private) = (of.view, &rating.credit, of.head.shows_private());
    let became = rating.became();
    json.key("at").time(rating.at);
    json.key("score").integer(rating.score);
    json.key("state").text(word_of(BECAME, &became));
    if became == Became::Refused {
        let word = fact_word(rating.kind);
        json.key("reason").text(word.strip_prefix("refused_").unwrap_or(word));
    }
    json.optional_text("survey_id", rating.survey(view));
    json.optional_text("conversation_id", of.conversation(rating.conversation));
    if of.names_agents() {
        json.key("agent_id").text(view.names.agent_text(credit.agent));
    }
    json.key("skill_id").text(view.names.skill_text(credit.skill));
    json.optional_text("contact_id", of.contact(credit));
    let name = credit.contact.filter(|_| is_private).and_then(|contact| view.contact_name(contact));
    json.private_text("contact_name", name, is_private);
    let comment = if is_private { rating.comment(view) } else { None };
    json.private_text("comment", comment, is_private);
}
