//! What a LivePerson client asks for: a timeframe, and perhaps skills, agents and an interval.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde_json::{Number, Value};

use crate::domain::bucket::BUCKET_MS;
use crate::domain::day::DAY_MINUTES;
use crate::domain::scope::NONE;
use crate::serve::problem::Problem;
use crate::wire::text::is_id;

/// A request that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The last so many minutes, 1 to 1440.
    pub timeframe: u32,
    /// Which skills, if any are asked for.
    pub skills: Option<Ids>,
    /// Which agents.
    pub agents: Option<Ids>,
    /// The length of an interval in buckets.
    pub interval: Option<u32>,
}

/// The ids of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// Every one that was active.
    All,
    /// These, each once; `-1` is none.
    These(BTreeSet<String>),
}

impl Ids {
    /// Whether an id is asked for.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(id),
        }
    }
}

const BUCKET_MINUTES: u32 = (BUCKET_MS / 60_000) as u32;
/// What is read; clients send more.
const NAMES: [&str; 5] = ["timeframe", "v", "skillIds", "agentIds", "interval"];
const TIMEFRAME: &str = "a whole number of minutes from 1 to 1440";
const LIST: &str = "ids separated by commas, -1 for none, or all";
const INTERVAL: &str = "a whole number of minutes, a multiple of 5, that divides the timeframe and is not greater";

impl Request {
    /// Reads parameters; those that are not known here are skipped.
    ///
    /// # Errors
    /// The first that is missing, repeated or wrong.
    pub fn read(parameters: &[(String, String)]) -> Result<Self, Problem> {
        let one = |name: &str| one(parameters, name);
        let timeframe = one("timeframe")?.ok_or_else(|| Problem::missing_parameter("timeframe", TIMEFRAME))?;
        let timeframe = minutes(timeframe)
            .filter(|minutes| *minutes <= DAY_MINUTES)
            .ok_or_else(|| Problem::invalid_parameter("timeframe", timeframe, "it is no such number", TIMEFRAME))?;
        match one("v")? {
            Some("1") => {}
            Some(other) => return Err(Problem::invalid_parameter("v", other, "there is no such version", "1")),
            None => return Err(Problem::missing_parameter("v", "1")),
        }
        let list = |name: &str| one(name)?.map(|list| ids(name, list)).transpose();
        let interval = one("interval")?.map(|text| interval(text, timeframe)).transpose()?;
        Ok(Self { timeframe, skills: list("skillIds")?, agents: list("agentIds")?, interval })
    }
}

/// The parameters of a JSON body: an object of strings and numbers. What is `null` there is not said, since clients write an
/// option that was not given so; what is not known here is skipped, whatever it is.
pub(super) fn of_body(headers: &HeaderMap, body: &Bytes) -> Result<Vec<(String, String)>, Problem> {
    let said = headers.get(header::CONTENT_TYPE).map(|said| said.to_str().unwrap_or(""));
    let is_json = |said: &str| {
        let essence = said.split(';').next().unwrap_or("").trim();
        essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
    };
    if said.is_some_and(|said| !is_json(said)) {
        return Err(Problem::wrong_media_type("application/json"));
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return Err(Problem::malformed_body("the body is no JSON object"));
    };
    let known = members.into_iter().filter(|(name, value)| NAMES.contains(&name.as_str()) && !value.is_null());
    let text = |(name, value): (String, Value)| match value {
        Value::String(text) => Ok((name, text)),
        Value::Number(number) => Ok((name, by_value(&number))),
        other => Err(Problem::invalid_parameter(
            &name,
            &other.to_string(),
            "it is neither text nor a number",
            "text or a number",
        )),
    };
    known.map(text).collect()
}

/// A whole number is one however it is written: `60.0` comes from languages whose numbers all have fractions.
fn by_value(number: &Number) -> String {
    let is_whole = |value: &f64| value.fract() == 0.0 && value.abs() <= f64::from(u32::MAX);
    match number.as_f64().filter(is_whole) {
        Some(value) if number.is_f64() => format!("{value:.0}"),
        _ => number.to_string(),
    }
}

fn one<'p>(parameters: &'p [(String, String)], name: &str) -> Result<Option<&'p str>, Problem> {
    let mut all = parameters.iter().filter(|(other, _)| other == name);
    let first = all.next().map(|(_, value)| value.as_str());
    if all.next().is_some() {
        return Err(Problem::repeated_parameter(name));
    }
    Ok(first)
}

/// A whole number above 0, of digits alone.
fn minutes(text: &str) -> Option<u32> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|minutes| is_digits && *minutes > 0)
}

fn ids(name: &str, list: &str) -> Result<Ids, Problem> {
    let wrong = |what: &'static str| Problem::invalid_parameter(name, list, what, LIST);
    let items: Vec<&str> = list.split(',').map(str::trim).collect();
    if items == ["all"] {
        return Ok(Ids::All);
    }
    if items.contains(&"all") {
        return Err(wrong("all stands beside ids"));
    }
    if items.iter().any(|item| item.is_empty()) {
        return Err(wrong("an id in the list is empty"));
    }
    if !items.iter().all(|item| *item == NONE || is_id(item)) {
        return Err(wrong("something in the list can be no id"));
    }
    Ok(Ids::These(items.into_iter().map(str::to_owned).collect()))
}

fn interval(text: &str, timeframe: u32) -> Result<u32, Problem> {
    let wrong = |what: &'static str| Problem::invalid_parameter("interval", text, what, INTERVAL);
    let minutes = minutes(text).ok_or_else(|| wrong("it is no such number"))?;
    if minutes > timeframe {
        return Err(wrong("it is longer than the timeframe"));
    }
    if minutes % BUCKET_MINUTES != 0 {
        return Err(wrong("it is no multiple of 5"));
    }
    if !timeframe.is_multiple_of(minutes) {
        return Err(wrong("it does not divide the timeframe"));
    }
    Ok(minutes / BUCKET_MINUTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Request, String> {
        let pair = |one: &str| one.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        let parameters: Vec<_> = query.split('&').filter_map(pair).collect();
        Request::read(&parameters).map_err(|problem| problem.body())
    }

    #[test]
    fn what_can_be_answered_is_read() {
        let these = |ids: &[&str]| Some(Ids::These(ids.iter().map(|id| (*id).to_owned()).collect()));
        let whole = Request { timeframe: 1440, skills: None, agents: None, interval: Some(1) };
        assert_eq!(read("timeframe=1440&v=1&interval=5"), Ok(whole));
        let read = read("timeframe=7&v=1&skillIds=4,-1,4, 7&agentIds=all&source=board").expect("it is right");
        assert_eq!((read.timeframe, read.skills, read.agents), (7, these(&["-1", "4", "7"]), Some(Ids::All)));
    }

    #[test]
    fn what_cannot_be_answered_names_the_parameter() {
        for (query, parameter) in [
            ("v=1", "timeframe"),
            ("timeframe=&v=1", "timeframe"),
            ("timeframe=0&v=1", "timeframe"),
            ("timeframe=-5&v=1", "timeframe"),
            ("timeframe=+5&v=1", "timeframe"),
            ("timeframe=7.0&v=1", "timeframe"),
            ("timeframe=1441&v=1", "timeframe"),
            ("timeframe=99999999999999999999&v=1", "timeframe"),
            ("timeframe=5&timeframe=5&v=1", "timeframe"),
            ("timeframe=5", "v"),
            ("timeframe=5&v=2", "v"),
            ("timeframe=5&v=1&skillIds=", "skillIds"),
            ("timeframe=5&v=1&skillIds=4,,7", "skillIds"),
            ("timeframe=5&v=1&agentIds=all,4", "agentIds"),
            ("timeframe=5&v=1&agentIds=a b", "agentIds"),
            ("timeframe=60&v=1&interval=7", "interval"),
            ("timeframe=60&v=1&interval=25", "interval"),
            ("timeframe=5&v=1&interval=10", "interval"),
            ("timeframe=60&v=1&interval=0", "interval"),
        ] {
            let problem = read(query).expect_err(query);
            assert!(problem.contains(&format!(r#""parameter":"{parameter}""#)), "{query}: {problem}");
        }
    }

    #[test]
    fn a_body_has_the_same_names_as_text_or_numbers() {
        let of = |body: &str| of_body(&HeaderMap::new(), &Bytes::copy_from_slice(body.as_bytes()));
        let parameters = of(r#"{"timeframe":60,"v":"1","skillIds":"4,7","interval":5}"#).expect("an object");
        let request = Request::read(&parameters).expect("it is right");
        assert_eq!((request.timeframe, request.interval), (60, Some(1)));
        assert!(of("[]").is_err() && of("{").is_err() && of(r#"{"v":true}"#).is_err());
        assert!(of(r#"{"skillIds":["4"]}"#).is_err());
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "text/xml".parse().expect("a media type"));
        assert!(of_body(&headers, &Bytes::from_static(b"{}")).is_err());
    }

    #[test]
    fn a_body_may_leave_out_by_null_and_have_more_than_is_known() {
        let of = |body: &str| {
            let parameters = of_body(&HeaderMap::new(), &Bytes::copy_from_slice(body.as_bytes())).expect(body);
            Request::read(&parameters).map_err(|problem| problem.body())
        };
        let plain = Request { timeframe: 60, skills: None, agents: None, interval: None };
        for body in [
            r#"{"timeframe":60,"v":1,"skillIds":null,"agentIds":null,"interval":null}"#,
            r#"{"timeframe":60.0,"v":1.0}"#,
            r#"{"timeframe":6e1,"v":"1","source":"ccui","breakdown":true,"metrics":["all"],"of":{"a":1}}"#,
        ] {
            assert_eq!(of(body), Ok(plain.clone()), "{body}");
        }
        assert!(of(r#"{"timeframe":null,"v":1}"#).expect_err("none").contains("missing"));
        assert!(of(r#"{"timeframe":60.5,"v":1}"#).is_err() && of(r#"{"timeframe":1e300,"v":1}"#).is_err());
    }
}
