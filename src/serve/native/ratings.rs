//! Answers to surveys one by one: with `score=4,5&comment=true` the feed of happy comments.

use super::asked::{self, FILTERS, TIME};
use super::paging::{Answered, PAGING};
use super::parameters::Parameters;
use crate::domain::answers::people::ratings::Wanted;
use crate::domain::answers::questions::Question;
use crate::domain::event::Millis;
use crate::serve::asking::Desk;
use crate::serve::problem::Problem;
use crate::wire::output::json::ratings_json;
use crate::wire::words::Words;

const OTHERS: [&str; 2] = ["score", "comment"];
const SCORES: &Words<Millis> = &[("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5)];
const FLAGS: &Words<bool> = &[("true", true), ("false", false)];

/// Which answers are asked for.
struct RatingsQuestion {
    question: Question,
    wanted: Wanted,
}

/// The answers that the parameters of an address ask for, newest first.
///
/// # Errors
/// The first parameter that is wrong, or asks for more than the caller may see.
pub(super) fn ask(desk: &Desk, pairs: &[(String, String)]) -> Result<Answered, Problem> {
    let (view, moment) = desk.view();
    let RatingsQuestion { question, wanted } = RatingsQuestion::read(pairs, moment.as_of, desk.private)?;
    let ratings = question.ratings(&view, &wanted);
    let span = question.span(&view);
    Ok(Answered::list((desk, moment), Desk::private_head, (view, Some(span)), ratings, ratings_json))
}

impl RatingsQuestion {
    fn read(pairs: &[(String, String)], now: Millis, private: bool) -> Result<Self, Problem> {
        let known: Vec<&str> = TIME.into_iter().chain(FILTERS).chain(OTHERS).chain(PAGING).collect();
        let parameters = Parameters::read(pairs, &known)?;
        let question = asked::question(&parameters, asked::frame(&parameters, now)?)?;
        let (scores, comment) = (parameters.words("score", SCORES)?, parameters.word("comment", FLAGS)?);
        // Who may not see comments does not learn either who left one.
        if comment.is_some() && !private {
            return Err(Problem::needs_private("comment", "nothing: without comment, answers of both sorts are told"));
        }
        Ok(Self { question, wanted: Wanted { scores, comment } })
    }
}
