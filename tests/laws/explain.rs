//! Why a number is what it is: the rows fold to it, it is the number of the answer, and neither depends on arrival.

use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::catalogue::Metric;
use cxpulse::domain::answers::explain::{Explanation, Page};
use cxpulse::domain::answers::questions::{Filter, Question};
use cxpulse::wire::output::json::{Head, explanation_json};
use serde_json::Value;

use crate::engine::{Asked, book, fold};
use crate::explain::fold as folded_rows;

use super::arrival::shuffled_and_repeated;
use super::questions::{DIMENSIONS, frame, with_origins};
use super::random::{Random, Set};

/// How many questions are asked of a set.
const QUESTIONS: usize = 3;
/// So few rows a page that some have several.
const PAGE_ROWS: usize = 3;

/// The explanations of random questions that do not explain.
pub(super) fn broken_explanations(set: &Set) -> Vec<String> {
    let mut set = set.clone();
    set.lines.iter_mut().for_each(|line| *line = with_origins(line));
    let asked = fold(&set.lines, &book(&set.policies), set.as_of_ms).asked();
    let shuffled = shuffled_and_repeated(&set.lines, set.seed);
    let elsewhere = fold(&shuffled, &book(&set.policies), set.as_of_ms).asked();
    let mut random = Random::new(set.seed ^ 0x77aa_0192);
    let mut broken = vec![];
    for (name, account) in &asked {
        for _ in 0..QUESTIONS {
            let question = question(&mut random, &set);
            for metric in Metric::all() {
                let faults = faults(account, &elsewhere, name, &question, metric);
                broken.extend(faults.map(|fault| format!("{name}, {question:?}, {}: {fault}", metric.path())));
            }
        }
    }
    broken
}

fn question(random: &mut Random, set: &Set) -> Question {
    let mut question = Question::over(frame(random, set));
    for (dimension, _, names) in DIMENSIONS {
        if random.chance(14) {
            let any_of = (0..1 + random.below(2)).map(|_| (*random.of(names)).to_owned()).collect();
            question = question.filtered_by(Filter { dimension, any_of }).expect("each once");
        }
    }
    question
}

fn faults(
    account: &Answers,
    elsewhere: &Asked,
    name: &str,
    question: &Question,
    metric: Metric,
) -> impl Iterator<Item = String> + use<> {
    let all = question.explain(account.view(), metric, Page::ALL);
    let json = told(name, &all);
    let answer = account.ask(question);
    let expected = answer.rows.first().and_then(|row| metric.value(&row.metrics));
    let minimum_n = account.view().policy().minimum_n.map(u64::from);
    let [folded, value] = [folded_rows(&json, minimum_n), json["value"].clone()];
    let shuffled = told(name, &question.explain(elsewhere[name].view(), metric, Page::ALL));
    // Presence, contacts and agents are not everywhere.
    let exists = question.has(metric.entry.scopes) && !answer.rows.is_empty();
    let faults = [
        (all.value != expected, format!("{:?} is not the answer's {expected:?}", all.value)),
        (exists && folded != value, format!("the rows of {json} fold to {folded}")),
        (!exists && !all.rows.is_empty(), format!("there are rows behind nothing: {json}")),
        (!newest_first(&all), format!("not the newest first: {json}")),
        (pages(account, question, metric) != all.rows.len(), "the pages are not the whole".to_owned()),
        (json != shuffled, format!("in another order {json} is {shuffled}")),
    ];
    faults.into_iter().filter(|(is_broken, _)| *is_broken).map(|(_, fault)| fault)
}

fn newest_first(explanation: &Explanation<'_>) -> bool {
    let lists = explanation.excluded.iter().map(|excluded| &excluded.rows).chain([&explanation.rows]);
    lists.into_iter().all(|rows| rows.is_sorted_by(|a, b| a.at >= b.at))
}

/// How many rows of the pages are those of the whole, in its order.
fn pages(account: &Answers, question: &Question, metric: Metric) -> usize {
    let all = question.explain(account.view(), metric, Page::ALL).rows;
    let mut same = 0;
    for skip in (0..=all.len()).step_by(PAGE_ROWS) {
        let page = question.explain(account.view(), metric, Page { skip, limit: PAGE_ROWS });
        assert_eq!(page.total_rows, all.len());
        same += page.rows.iter().zip(&all[skip..]).filter(|(a, b)| a == b).count();
    }
    same
}

fn told(name: &str, explanation: &Explanation<'_>) -> Value {
    let head = Head::of_files(name, explanation.span.to);
    serde_json::from_slice(&explanation_json(&head, explanation, None)).expect("valid JSON is written")
}
