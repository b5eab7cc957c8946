//! Questions to the library alone.

use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::questions::{Dimension, Filter, Frame, Question};
use cxpulse::domain::names::Names;

use super::support::{print_row, thread_cpu_ns};

/// How often each question is asked, but for those that take long.
const TIMES: usize = 11;
/// No more is asked once a question has taken so long in all, the first time not counted.
const MOST_NS: u64 = 4_000_000_000;

/// Asks every question, and prints its row.
pub(crate) fn ask_all(answers: &Answers) {
    for (name, question) in questions(answers) {
        ask(answers, &name, &question);
    }
}

fn questions(answers: &Answers) -> Vec<(String, Question)> {
    use Dimension::{Agent, Channel, Contact, Line, Skill, Topic};
    let names = &answers.view().names;
    let one = |dimension, names: &Names| {
        let name = names.texts().known().next().expect("there is one");
        Filter { dimension, any_of: vec![names.text(name).to_owned()] }
    };
    let mut all = Vec::new();
    for (window, minutes) in [("5m", 5), ("1h", 60), ("24h", 1440)] {
        let over = Question::over(Frame::window(answers.now(), minutes));
        let filtered = |filter| over.clone().filtered_by(filter).expect("one filter");
        let grouped = |by: &[Dimension]| over.clone().grouped_by(by).expect("a few dimensions");
        all.push((format!("account, {window}"), over.clone()));
        all.push((format!("one skill, {window}"), filtered(one(Skill, &names.skills))));
        all.push((format!("one agent, {window}"), filtered(one(Agent, &names.agents))));
        all.push((format!("all skills, {window}"), grouped(&[Skill])));
        all.push((format!("all agents, {window}"), grouped(&[Agent])));
        for by in
            [&[Skill, Agent][..], &[Skill, Line], &[Skill, Channel], &[Skill, Topic], &[Agent, Channel], &[Contact]]
        {
            all.push((format!("by {by:?}, {window}"), grouped(by)));
        }
        all.push((
            format!("one skill by channel, {window}"),
            filtered(one(Skill, &names.skills)).grouped_by(&[Channel]).expect("one"),
        ));
    }
    all
}

fn ask(answers: &Answers, name: &str, question: &Question) {
    let (mut rows, mut times, mut taken) = (0, Vec::new(), 0);
    while times.len() < 2 || (times.len() < TIMES && taken < MOST_NS) {
        let before = thread_cpu_ns();
        rows = answers.ask(question).rows.len();
        let took = thread_cpu_ns() - before;
        taken += if times.is_empty() { 0 } else { took };
        times.push(took);
    }
    let first = times.remove(0);
    times.sort_unstable();
    let ms = |ns: u64| format!("{:.3}", ns as f64 / 1e6);
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    print_row(
        name,
        &[("ms", ms(median)), ("ms at most", ms(most)), ("ms at first", ms(first)), ("rows", rows.to_string())],
    );
}
