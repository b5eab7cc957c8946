//! The questions of `replay` beyond one scope each: any grouping, filter and interval, and why a number is what it is.
//!
//! They are the questions of the HTTP API, so that what a server says can be checked with its events alone.

use clap::Args;

use crate::cli::Failure;
use crate::domain::answers::Answers;
use crate::domain::answers::catalogue::{Metric, Scopes};
use crate::domain::answers::explain::Page;
use crate::domain::answers::questions::{Dimension, Filter, Frame, Question};
use crate::wire::nearest::nearest;
use crate::wire::output::json::{Head, Table, answer_json, explanation_json};
use crate::wire::window;
use crate::wire::words::{DIMENSIONS, value_of};

/// Minutes of a bucket.
const BUCKET_MINUTES: u32 = 5;

/// What is asked.
#[derive(Debug, Args)]
pub(super) struct QuestionFlags {
    /// One row for each combination of these, at most three: agent, skill, line, channel, topic, contact, company
    #[arg(long, value_name = "DIM[,DIM…]", value_delimiter = ',', value_parser = dimension)]
    group_by: Vec<Dimension>,
    /// Only what has any of these ids; -1 for none, \, for a comma in a name. Several filters: what passes all of them
    #[arg(long, value_name = "DIM=ID[,ID…]", allow_hyphen_values = true, value_parser = filter)]
    filter: Vec<Filter>,
    /// Each row's numbers for every so many minutes too, a multiple of 5: 5m, 30m, 1h
    #[arg(long, value_name = "30m|1h", allow_hyphen_values = true, value_parser = interval_buckets)]
    interval: Option<u32>,
    /// Print why a number is what it is, by its path in the metrics: csat.score, closed_by.system, csat.answers.5
    #[arg(long, value_name = "METRIC", value_parser = metric)]
    explain: Option<Metric>,
}

/// A question to every account.
pub(super) struct Asked {
    question: Question,
    explain: Option<Metric>,
}

impl QuestionFlags {
    /// The flags of it that were given.
    pub(super) fn given(&self) -> Vec<&'static str> {
        let flags = [
            ("--group-by", !self.group_by.is_empty()),
            ("--filter", !self.filter.is_empty()),
            ("--interval", self.interval.is_some()),
            ("--explain", self.explain.is_some()),
        ];
        flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag).collect()
    }

    /// What they ask for over some time; nothing if none was given.
    pub(super) fn asked(&self, frame: Frame) -> Result<Option<Asked>, Failure> {
        let given = self.given();
        if given.is_empty() {
            return Ok(None);
        }
        if let Some(flag) =
            given.iter().find(|flag| self.explain.is_some() && ["--group-by", "--interval"].contains(flag))
        {
            let right = "right would be --filter: one number is explained at a time";
            return Err(Failure::Usage(format!("{flag} does not go with --explain; {right}")));
        }
        let question = self.question(frame)?;
        match self.explain.filter(|metric| !question.has(metric.entry.scopes)) {
            Some(metric) => Err(does_not_exist(metric)),
            None => Ok(Some(Asked { question, explain: self.explain })),
        }
    }

    fn question(&self, frame: Frame) -> Result<Question, Failure> {
        let wrong = |flag: &'static str| move |error| Failure::Usage(format!("{flag}: {error}"));
        let mut question = Question::over(frame).grouped_by(&self.group_by).map_err(wrong("--group-by"))?;
        for filter in &self.filter {
            question = question.filtered_by(filter.clone()).map_err(wrong("--filter"))?;
        }
        match self.interval {
            Some(buckets) => question.in_intervals_of(buckets).map_err(wrong("--interval")),
            None => Ok(question),
        }
    }
}

impl Asked {
    /// The answer of one account.
    pub(super) fn answer(&self, account: &str, answers: &Answers) -> Vec<u8> {
        let head = Head::of_files(account, answers.now());
        match self.explain {
            Some(metric) => explanation_json(&head, &self.question.explain(answers.view(), metric, Page::ALL), None),
            None => answer_json(&Table::whole(head, self.question.group_by(), &answers.ask(&self.question))),
        }
    }
}

fn does_not_exist(metric: Metric) -> Failure {
    let right = match metric.entry.scopes {
        Scopes::AccountAndAgent => "it exists where nothing but agents is filtered",
        Scopes::AccountAndSkill => "it exists where agents are not filtered",
        Scopes::All => "it exists everywhere",
    };
    Failure::Usage(format!("--explain {} does not go with these filters; {right}", metric.path()))
}

fn dimension(word: &str) -> Result<Dimension, String> {
    let words = || DIMENSIONS.iter().map(|(word, _)| *word);
    value_of(DIMENSIONS, word).ok_or_else(|| {
        let hint = nearest(word, words()).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        format!("{hint}right would be one of {}", words().collect::<Vec<_>>().join(", "))
    })
}

fn filter(text: &str) -> Result<Filter, String> {
    let right = || "right would be a dimension and ids, such as skill=sales,support".to_owned();
    let (word, names) = text.split_once('=').ok_or_else(right)?;
    let any_of = names_of(names);
    if any_of.iter().any(String::is_empty) {
        return Err(right());
    }
    Ok(Filter { dimension: dimension(word)?, any_of })
}

/// The names of a list. A label may hold a comma, which is written with a backslash before it.
fn names_of(list: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut letters = list.chars().peekable();
    while let Some(letter) = letters.next() {
        let name = names.last_mut().expect("there is always one");
        match letter {
            '\\' if letters.next_if_eq(&',').is_some() => name.push(','),
            ',' => names.push(String::new()),
            letter => name.push(letter),
        }
    }
    names
}

fn interval_buckets(word: &str) -> Result<u32, String> {
    let minutes = window::parse(word).filter(|minutes| minutes.is_multiple_of(BUCKET_MINUTES));
    let buckets = minutes.map(|minutes| minutes / BUCKET_MINUTES);
    buckets.ok_or_else(|| "right would be a multiple of 5 minutes, from 5m to 1440m or from 1h to 24h".to_owned())
}

fn metric(path: &str) -> Result<Metric, String> {
    Metric::find(path).ok_or_else(|| {
        let paths: Vec<String> = Metric::all().map(|metric| metric.path()).collect();
        let near = nearest(path, paths.iter().map(String::as_str));
        let hint = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        format!("{hint}right would be a path in the metrics, such as csat.score or first_response.p95_ms")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_by_commas_but_for_those_in_a_label() {
        assert_eq!(names_of(r"a,b\,c,d\e"), ["a", "b,c", r"d\e"]);
        assert_eq!(names_of(""), [""]);
    }
}
