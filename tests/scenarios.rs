//! Runs the stories of `scenarios/*.txt` against anything that answers questions about a set of events.
//!
//! The expectations were worked out by hand from the contract, without looking at any fold, so that a shared
//! misunderstanding has one place less to hide. Each question is asked five times: of the lines as written, backwards,
//! every other line first, every line twice, and without what lies after the moment asked. All answers must be equal.

use std::path::Path;

use serde_json::Value;

mod compare;
mod story;

use compare::{answer_mistakes, check, element_mistakes};
use story::{Kind, Question, Scenario};

/// What was skipped, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) late: u64,
    pub(crate) unknown: u64,
    pub(crate) rejected: u64,
    pub(crate) duplicate: u64,
    pub(crate) conflicting: u64,
}

/// Anything that turns event lines (JSON, in order of arrival) and a policy document into answers.
pub(crate) trait Subject {
    /// The array that `replay --by …` prints.
    fn metrics(&self, lines: &[String], policies: &Value, as_of_ms: i64, window_minutes: u32, by: &str) -> Value;
    /// The array that `replay --show live` prints.
    fn live(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Value;
    /// The array that `replay --show rating-requests` prints.
    fn rating_requests(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Value;
    /// What `replay` reports as skipped.
    fn counts(&self, lines: &[String], policies: &Value, as_of_ms: i64) -> Counts;
}

/// One expectation that did not hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) scenario: String,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Failure { file, line, scenario, expected, found } = self;
        write!(out, "{file}:{line}: {scenario}\n    expected {expected}\n    found    {found}")
    }
}

/// Runs every story in `folder` and returns what did not hold, by file and line. A folder without stories, and a
/// story without a question, are failures too: they would pass without having looked.
pub(crate) fn run(folder: &Path, subject: &dyn Subject) -> Vec<Failure> {
    let mut failures = Vec::new();
    let files = story_files(folder);
    if files.is_empty() {
        failures.push(unreadable(&folder.display().to_string(), 0, "stories (*.txt)", "none"));
    }
    for path in files {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match std::fs::read_to_string(&path) {
            Ok(text) => failures.extend(run_text(&file, &text, subject)),
            Err(error) => failures.push(unreadable(&file, 0, "a readable file", &error.to_string())),
        }
    }
    failures
}

/// Runs the stories in `text`; `file` is only a name for the failures.
pub(crate) fn run_text(file: &str, text: &str, subject: &dyn Subject) -> Vec<Failure> {
    match story::parse(text) {
        Err(mistake) => vec![unreadable(file, mistake.line, "a story", &mistake.what)],
        Ok(scenarios) => scenarios.iter().flat_map(|scenario| run_scenario(file, scenario, subject)).collect(),
    }
}

/// What happened in a story's words, as lines of a file, and its policies.
pub(crate) fn lines_of(told: &str) -> (Vec<String>, Value) {
    let lines: Vec<&str> = told.lines().map(str::trim).collect();
    // A story has a question.
    let story = format!("== what happened\n{}\ncounts at 23:59: late=0", lines.join("\n"));
    let scenario = story::parse(&story).expect("it is told as stories are").remove(0);
    (scenario.arrival(), scenario.policies)
}

/// A time of a story as Unix ms.
pub(crate) fn moment(told: &str) -> i64 {
    story::read_time(told).expect("it is told as stories are")
}

fn story_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    files.sort();
    files
}

fn run_scenario(file: &str, scenario: &Scenario, subject: &dyn Subject) -> Vec<Failure> {
    let failure = |(line, expected, found): (usize, String, String)| Failure {
        file: file.to_owned(),
        line,
        scenario: scenario.title.clone(),
        expected,
        found,
    };
    scenario.questions.iter().flat_map(|question| ask(scenario, question, subject)).map(failure).collect()
}

type Mistake = (usize, String, String);

fn ask(scenario: &Scenario, question: &Question, subject: &dyn Subject) -> Vec<Mistake> {
    let asked = Asked { scenario, question, subject };
    let lines = scenario.arrival();
    match &question.kind {
        Kind::Metrics { window_minutes, scopes } => {
            let answer = asked.metrics(&lines, *window_minutes);
            let mut mistakes = answer_mistakes(&answer, question, *window_minutes);
            for scope in scopes {
                mistakes.extend(check::scope(&answer, question, scope));
            }
            mistakes.extend(asked.unequal(&answer, |lines| asked.metrics(lines, *window_minutes)));
            mistakes
        }
        Kind::Live { checks } => {
            let answer = subject.live(&lines, &scenario.policies, question.as_of_ms);
            let mut mistakes = check::live(&answer, question, checks);
            mistakes.extend(asked.unequal(&answer, |lines| subject.live(lines, &scenario.policies, question.as_of_ms)));
            mistakes
        }
        Kind::RatingRequests { requests } => {
            let answer = subject.rating_requests(&lines, &scenario.policies, question.as_of_ms);
            let mut mistakes = element_mistakes(&answer, question, requests);
            let again = |lines: &[String]| subject.rating_requests(lines, &scenario.policies, question.as_of_ms);
            mistakes.extend(asked.unequal(&answer, again));
            mistakes
        }
        Kind::Counts { checks } => {
            let counts = subject.counts(&lines, &scenario.policies, question.as_of_ms);
            let mut mistakes = check::counts(counts, checks);
            let backwards = subject.counts(&scenario.backwards(), &scenario.policies, question.as_of_ms);
            if !scenario.as_written_only && backwards != counts {
                mistakes.push((question.line, format!("{counts:?} backwards too"), format!("{backwards:?}")));
            }
            mistakes
        }
    }
}

struct Asked<'a> {
    scenario: &'a Scenario,
    question: &'a Question,
    subject: &'a dyn Subject,
}

impl Asked<'_> {
    /// The answers for all four kinds of scope, so that the law is checked for each of them.
    fn metrics(&self, lines: &[String], window_minutes: u32) -> Value {
        let by = |by: &&str| {
            let policies = &self.scenario.policies;
            let rows = self.subject.metrics(lines, policies, self.question.as_of_ms, window_minutes, by);
            ((*by).to_owned(), rows)
        };
        Value::Object(compare::SCOPES.iter().map(by).collect())
    }

    /// The one law: the answer depends on the set of events and the time asked, on nothing else.
    fn unequal(&self, answer: &Value, again: impl Fn(&[String]) -> Value) -> Vec<Mistake> {
        if self.scenario.as_written_only {
            return Vec::new();
        }
        let ways = [
            ("backwards", self.scenario.backwards()),
            ("with every other line first", self.scenario.every_other_first()),
            ("with every line twice", self.scenario.doubled()),
            ("without what is later than the moment asked", self.scenario.without_later(self.question.as_of_ms)),
        ];
        let differs = |(way, lines): (&str, Vec<String>)| {
            let other = again(&lines);
            let difference = compare::first_difference(answer, &other)?;
            Some((self.question.line, format!("the same answer {way}"), difference))
        };
        ways.into_iter().filter_map(differs).collect()
    }
}

fn unreadable(file: &str, line: usize, expected: &str, found: &str) -> Failure {
    Failure {
        file: file.to_owned(),
        line,
        scenario: "(the file itself)".to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

#[cfg(test)]
mod tests;
