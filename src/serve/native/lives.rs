//! One conversation: its lives, each with its events, the facts they state, and what was taken back.

use std::time::Duration;

use super::paging::{Answered, PAGING, Slice};
use super::parameters::Parameters;
use crate::board::Unanswered;
use crate::serve::asking::Desk;
use crate::serve::problem::Problem;
use crate::wire::output::json::{LivesPart, lives_json};

/// How long the fold is waited for: it answers between two batches.
const WAIT: Duration = Duration::from_secs(5);

/// The lives of a conversation, step by step.
///
/// # Errors
/// Where a parameter is wrong, nothing is known of the conversation, or the fold has no time.
pub(super) fn ask(desk: &Desk, conversation: &str, pairs: &[(String, String)]) -> Result<Answered, Problem> {
    let _none_but_pages = Parameters::read(pairs, &PAGING)?;
    let found = desk.inquire(conversation, WAIT).map_err(|unanswered| match unanswered {
        Unanswered::TooMany => Problem::too_many("as many conversations are asked for as may be", WAIT),
        Unanswered::NotInTime => Problem::busy(),
    })?;
    let (found, moment) = found.ok_or_else(|| Problem::unknown_id("conversation", conversation))?;
    let (desk, lives) = (desk.clone(), found.lives.told(found.view.now, &found.view.policies));
    let rows = lives.iter().map(|life| life.steps.len()).sum();
    let write = move |slice: &Slice| {
        let next_page = slice.next_page(rows);
        lives_json(&LivesPart {
            head: desk.private_head(moment),
            view: &found.view,
            conversation: found.lives.conversation,
            texts: &found.lives.texts,
            lives: &lives,
            skip: slice.skip,
            limit: slice.limit,
            next_page: next_page.as_deref(),
        })
    };
    Ok(Answered { rows, write: Box::new(write) })
}
