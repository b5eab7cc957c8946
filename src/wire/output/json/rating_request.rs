//! A decision whether to ask for a rating, as JSON (SPEC §5).

use crate::domain::account::rating_request::RatingRequest;

use super::writer::JsonWriter;
use crate::wire::words::{AUDIENCES, ORIGINS, word_of};

/// One decision of an account.
#[must_use]
pub fn rating_request_json(account: &str, request: &RatingRequest) -> Vec<u8> {
    JsonWriter::document(|json| {
        json.key("account_id").text(account);
        json.key("conversation_id").text(&request.conversation);
        json.key("request_id").text(&request.request_id);
        json.key("closed_at").time(request.closed_at);
        json.key("expires_at").time(request.expires_at);
        json.optional_text("agent_id", request.agent.as_deref());
        json.optional_text("skill_id", request.skill.as_deref());
        json.key("origin").text(word_of(ORIGINS, &request.origin));
        json.key("audience").text(word_of(AUDIENCES, &request.audience));
        json.key("characters").integer(request.characters);
        json.key("eligible").boolean(request.reasons.is_empty());
        json.key("reasons").array(&request.reasons, |json, reason| json.text(reason.word()));
    })
}
