//! Reads stories: compact lines that become JSON events, one policy document, and questions with expectations.
//!
//! A story is written to be read. Times are of 2026-03-02 in UTC unless a line says otherwise, the account is `acme`,
//! each event's identity comes from its line, and a message that does not say its length has 20 characters, so that
//! nothing but what the story is about needs saying.
//!
//! ```text
//! == a title begins a story                       # begins a comment
//! policy [account=A] [from=13:20] key=value …     one version; several lines are several versions
//! once, in this order                             do not reorder or repeat: some lines have no event_id
//! [+1d ]13:20[:00[.000]] c1 type key=value …      an event of conversation c1 (`-` for none); `key=absent` drops a key
//! raw {"type": …}                                 a line as it is, `<BOM>` for a byte order mark
//! at 13:29 window 7m [account=A]                  a question; its expectations are indented
//!   account: path=value path~value lacks path     `~` is within 1 %, `lacks` says the rest of the line is absent
//!     path=value                                  more about the same scope
//!   skill sales: none                             there is no such row (also `agent anna`, `agent-skill sales/anna`)
//! live at 13:29: waiting=1 longest_waiting=[c1@13:20] owned.anna=1
//! rating-requests at 13:29                        then one line each, in order, or `none`
//!   c1: eligible=false reasons=[too_short]
//! counts at 13:29: late=1 rejected=0
//! ```
//!
//! Values are numbers, true, false, null, quoted strings, [lists], {}, `2/3` (a quotient), `x*128` (repeated) or words.
//! Durations are written as `7d`, `1m20s`, `59.999s`, `10ms`, and their names without the unit: `response.mean=1m20s` is
//! `mean_ms`, and in a policy `response_target=1m` is `response_target_seconds`, `rate_within=1h` is `rate_within_hours`.

use serde_json::{Map, Value, json};

use super::compare::Check;

mod line;
mod value;

use line::{event, parse_checks, scope};
use value::{event_value, parse_time, policy_duration, repeat, window_minutes, words};

/// The account of every line that names none.
pub(crate) const ACCOUNT: &str = "acme";

/// A story: what happened, under which policies, and what must be answered.
pub(crate) struct Scenario {
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) policies: Value,
    pub(crate) questions: Vec<Question>,
    /// Some lines have no `event_id`, so that their place is their identity.
    pub(crate) as_written_only: bool,
}

/// One event line as it would stand in a file; the time is unknown for `raw` lines.
pub(crate) struct Line {
    json: String,
    occurred_at_ms: Option<i64>,
}

/// A question at a moment, with what must be answered.
pub(crate) struct Question {
    pub(crate) line: usize,
    pub(crate) as_of_ms: i64,
    pub(crate) account: String,
    pub(crate) kind: Kind,
}

/// What is asked.
pub(crate) enum Kind {
    Metrics { window_minutes: u32, scopes: Vec<Scope> },
    Live { checks: Vec<Check> },
    RatingRequests { requests: Vec<(usize, String, Vec<Check>)> },
    Counts { checks: Vec<Check> },
}

/// Expectations about one scope; without checks it must not be printed at all.
pub(crate) struct Scope {
    pub(crate) line: usize,
    pub(crate) by: &'static str,
    pub(crate) skill: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) checks: Option<Vec<Check>>,
}

/// Where and why a text is no story.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Scenario {
    pub(crate) fn arrival(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.json.clone()).collect()
    }

    pub(crate) fn backwards(&self) -> Vec<String> {
        self.lines.iter().rev().map(|line| line.json.clone()).collect()
    }

    pub(crate) fn every_other_first(&self) -> Vec<String> {
        let odd = self.lines.iter().skip(1).step_by(2);
        odd.chain(self.lines.iter().step_by(2)).map(|line| line.json.clone()).collect()
    }

    pub(crate) fn doubled(&self) -> Vec<String> {
        self.lines.iter().flat_map(|line| [line.json.clone(), line.json.clone()]).collect()
    }

    pub(crate) fn without_later(&self, as_of_ms: i64) -> Vec<String> {
        let known = |line: &&Line| line.occurred_at_ms.is_none_or(|at_ms| at_ms <= as_of_ms);
        self.lines.iter().filter(known).map(|line| line.json.clone()).collect()
    }
}

/// A moment as every answer writes it.
pub(crate) fn written(at_ms: i64) -> String {
    value::rfc3339(at_ms)
}

/// A written moment as Unix ms.
pub(crate) fn read_time(told: &str) -> Result<i64, String> {
    parse_time(told)
}

#[cfg(test)]
pub(crate) use value::duration_ms;

/// Reads all stories of one file.
pub(crate) fn parse(text: &str) -> Result<Vec<Scenario>, Mistake> {
    let mut stories: Vec<Draft> = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let line = index + 1;
        let told = raw.trim();
        if told.is_empty() || told.starts_with('#') {
            continue;
        }
        if let Some(title) = told.strip_prefix("== ") {
            stories.push(Draft::titled(title, line));
            continue;
        }
        let read = match stories.last_mut() {
            None => Err("a story begins with `== title`".to_owned()),
            Some(story) if raw.starts_with("    ") => story.more_expected(line, told),
            Some(story) if raw.starts_with(' ') => story.expectation(line, told),
            Some(story) => story.statement(line, told),
        };
        read.map_err(|what| Mistake { line, what })?;
    }
    stories.into_iter().map(Draft::finish).collect()
}

/// A line as it is; a byte order mark is written `<BOM>`, because nobody would see it.
fn raw(told: &str) -> Line {
    Line { json: told.trim().replace("<BOM>", "\u{feff}"), occurred_at_ms: None }
}

struct Draft {
    line: usize,
    scenario: Scenario,
    versions: Vec<(String, Vec<Value>)>,
}

impl Draft {
    fn titled(title: &str, line: usize) -> Self {
        let scenario = Scenario {
            title: title.trim().to_owned(),
            lines: Vec::new(),
            policies: Value::Null,
            questions: Vec::new(),
            as_written_only: false,
        };
        Draft { line, scenario, versions: Vec::new() }
    }

    fn statement(&mut self, line: usize, told: &str) -> Result<(), String> {
        if told == "once, in this order" {
            self.scenario.as_written_only = true;
            return Ok(());
        }
        let (first, rest) = told.split_once(' ').unwrap_or((told, ""));
        match first {
            "raw" => self.scenario.lines.push(raw(rest)),
            "policy" => self.policy(rest)?,
            "at" | "live" | "rating-requests" | "counts" => self.question(line, told)?,
            _ => self.scenario.lines.push(event(line, told)?),
        }
        Ok(())
    }

    fn policy(&mut self, told: &str) -> Result<(), String> {
        let mut account = ACCOUNT.to_owned();
        let mut version = Map::new();
        version.insert("effective_from".to_owned(), json!("1970-01-01T00:00:00.000Z"));
        for word in words(told)? {
            let (key, written) = word.split_once('=').ok_or_else(|| format!("`{word}` is no key=value"))?;
            match key {
                "account" => account = repeat(written),
                "from" => {
                    let from_ms = parse_time(written)?;
                    version.insert("effective_from".to_owned(), json!(value::rfc3339(from_ms)));
                }
                _ => {
                    let (key, value) = match policy_duration(key, written)? {
                        Some(duration) => duration,
                        None => (key.to_owned(), event_value(key, written)?),
                    };
                    version.insert(key, value);
                }
            }
        }
        match self.versions.iter_mut().find(|(known, _)| *known == account) {
            Some((_, versions)) => versions.push(Value::Object(version)),
            None => self.versions.push((account, vec![Value::Object(version)])),
        }
        Ok(())
    }

    /// `at TIME window 7m [account=A]`, `live at TIME [account=A][: checks]` and so on.
    fn question(&mut self, line: usize, told: &str) -> Result<(), String> {
        let (head, tail) = told.split_once(": ").unwrap_or((told.trim_end_matches(':'), ""));
        let (head, account) = match head.split_once(" account=") {
            Some((head, account)) => (head, account.trim()),
            None => (head, ACCOUNT),
        };
        let (kind, when) = match head.split_once("at ") {
            Some(("", when)) => {
                let (when, window) = when.split_once(" window ").ok_or("`at TIME window 7m`")?;
                (Kind::Metrics { window_minutes: window_minutes(window.trim())?, scopes: Vec::new() }, when)
            }
            Some(("live ", when)) => (Kind::Live { checks: Vec::new() }, when),
            Some(("rating-requests ", when)) => (Kind::RatingRequests { requests: Vec::new() }, when),
            Some(("counts ", when)) => (Kind::Counts { checks: Vec::new() }, when),
            _ => return Err(format!("`{head}` asks nothing")),
        };
        let as_of_ms = parse_time(when.trim())?;
        self.scenario.questions.push(Question { line, as_of_ms, account: account.to_owned(), kind });
        if tail.is_empty() { Ok(()) } else { self.expectation(line, tail) }
    }

    fn expectation(&mut self, line: usize, told: &str) -> Result<(), String> {
        let question = self.scenario.questions.last_mut().ok_or("an expectation before any question")?;
        match &mut question.kind {
            Kind::Live { checks } | Kind::Counts { checks } => checks.extend(parse_checks(line, told)?),
            Kind::RatingRequests { .. } if told == "none" => {}
            Kind::RatingRequests { requests } => {
                let (conversation, told) = told.split_once(':').ok_or("`conversation: key=value …` or `none`")?;
                requests.push((line, conversation.to_owned(), parse_checks(line, told)?));
            }
            Kind::Metrics { scopes, .. } => scopes.push(scope(line, told)?),
        }
        Ok(())
    }

    /// A line indented deeper goes on about the scope of the line before.
    fn more_expected(&mut self, line: usize, told: &str) -> Result<(), String> {
        let question = self.scenario.questions.last_mut().map(|question| &mut question.kind);
        let Some(Kind::Metrics { scopes, .. }) = question else { return self.expectation(line, told) };
        match scopes.last_mut().and_then(|scope| scope.checks.as_mut()) {
            Some(checks) => checks.extend(parse_checks(line, told)?),
            None => return Err("goes on about no scope".to_owned()),
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Scenario, Mistake> {
        if self.scenario.questions.is_empty() {
            return Err(Mistake { line: self.line, what: "a story without a question".to_owned() });
        }
        let accounts = self.versions.into_iter();
        let records: Vec<Value> =
            accounts.map(|(account, versions)| json!({"account_id": account, "versions": versions})).collect();
        self.scenario.policies = json!({ "policies": records });
        Ok(self.scenario)
    }
}
