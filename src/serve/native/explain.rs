//! Why a number is what it is.

use super::asked::{self, FILTERS, TIME};
use super::paging::{Answered, PAGING, Slice};
use super::parameters::Parameters;
use crate::domain::answers::catalogue::Metric;
use crate::domain::answers::explain::Page;
use crate::serve::asking::Desk;
use crate::serve::problem::Problem;
use crate::wire::nearest::hint;
use crate::wire::output::json::explanation_json;

const A_METRIC: &str = "a path as in GET /v1/metrics, such as csat.score";
/// What an explanation counts as among what is kept: its rows are read anew for every page.
const KEPT_AS_ROWS: usize = 1_000;

/// The explanation that the parameters of an address ask for.
///
/// # Errors
/// The first parameter that is wrong.
pub(super) fn ask(desk: &Desk, pairs: &[(String, String)]) -> Result<Answered, Problem> {
    let known: Vec<&str> = ["metric"].into_iter().chain(TIME).chain(FILTERS).chain(PAGING).collect();
    let parameters = Parameters::read(pairs, &known)?;
    let metric = metric(parameters.one("metric").ok_or_else(|| Problem::missing_parameter("metric", A_METRIC))?)?;
    let (view, moment) = desk.view();
    let question = asked::question(&parameters, asked::frame(&parameters, moment.as_of)?)?;
    let desk = desk.clone();
    let write = move |slice: &Slice| {
        let page = Page { skip: slice.skip, limit: slice.limit };
        let explanation = question.explain(&view, metric, page);
        let next_page = slice.next_page(explanation.total_rows);
        explanation_json(&desk.private_head(moment), &explanation, next_page.as_deref())
    };
    Ok(Answered { rows: KEPT_AS_ROWS, write: Box::new(write) })
}

fn metric(path: &str) -> Result<Metric, Problem> {
    Metric::find(path).ok_or_else(|| {
        let paths: Vec<String> = Metric::all().map(|metric| metric.path()).collect();
        let what = format!("there is no such number{}", hint(path, paths.iter().map(String::as_str)));
        Problem::invalid_parameter("metric", path, what, A_METRIC)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_path_or_the_nearest_one_is_named() {
        assert!(metric("csat.score").is_ok() && metric("csat.answers.5").is_ok());
        let problem = metric("csat.scroe").expect_err("there is none").body();
        assert!(problem.contains("did you mean csat.score?"), "{problem}");
    }
}
