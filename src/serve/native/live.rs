//! The live state: what is so in an account at this moment.

use super::parameters::Parameters;
use crate::serve::asking::Desk;
use crate::serve::problem::Problem;
use crate::wire::output::json::live_answer_json;

/// The live state, as JSON.
///
/// # Errors
/// Where a parameter is given: there is none.
pub(super) fn answer(desk: &Desk, pairs: &[(String, String)]) -> Result<Vec<u8>, Problem> {
    Parameters::read(pairs, &[])?;
    let (live, moment) = desk.ask(|answers, moment| (answers.live(), moment));
    Ok(live_answer_json(&desk.head(moment), &live))
}
