//! What a question is about, by the parameters that all of them know: its time, and its filters.

use super::parameters::Parameters;
use crate::domain::answers::questions::{Dimension, Filter, Frame, Question};
use crate::domain::bucket::{BUCKET_MS, Bucket};
use crate::domain::day::DAY_MINUTES;
use crate::domain::event::Millis;
use crate::domain::scope::NONE;
use crate::serve::problem::Problem;
use crate::wire::text::is_label;
use crate::wire::time::parse_rfc3339;
use crate::wire::window;
use crate::wire::words::DIMENSIONS;

/// The parameters of the time.
pub(in crate::serve) const TIME: [&str; 3] = ["window", "from", "to"];
/// Those of the filters: each dimension by its word.
pub(in crate::serve) const FILTERS: [&str; 7] = ["agent", "skill", "line", "channel", "topic", "contact", "company"];

/// Where nothing else is asked for.
const WINDOW_MINUTES: u32 = 60;
/// The longest text that is searched for, in bytes.
pub(in crate::serve) const LONGEST_SEARCH: usize = 128;
const A_TIME: &str = "a time such as 2026-03-01T13:00:00Z within the last 24 hours";
const NAMES: &str = "ids separated by commas, -1 for none";

/// The time that is asked for, in whole buckets.
///
/// # Errors
/// Where it is no time, lies ahead or more than a day back, or is given twice over.
pub(super) fn frame(parameters: &Parameters<'_>, now: Millis) -> Result<Frame, Problem> {
    let [word, from, to] = TIME.map(|name| parameters.one(name));
    match (word, from, to) {
        (None, None, None) => Ok(Frame::window(now, WINDOW_MINUTES)),
        (Some(word), None, None) => {
            let minutes = window::parse(word);
            let wrong = || Problem::invalid_parameter("window", word, "there is no such window", window::RIGHT);
            minutes.map(|minutes| Frame::window(now, minutes)).ok_or_else(wrong)
        }
        (Some(word), ..) => {
            let what = "it stands beside from or to";
            Err(Problem::invalid_parameter("window", word, what, "either window, or from and to"))
        }
        (None, None, Some(_)) => Err(Problem::missing_parameter("from", A_TIME)),
        (None, Some(from), to) => between(from, to, now),
    }
}

fn between(from: &str, to: Option<&str>, now: Millis) -> Result<Frame, Problem> {
    let oldest = Bucket::window_start(now, DAY_MINUTES);
    let (began, ended) = (time("from", from)?, to.map(|to| time("to", to)).transpose()?.unwrap_or(now));
    let wrong = |name, text: &str, what| Err(Problem::invalid_parameter(name, text, what, A_TIME));
    if Bucket::of(began) < oldest {
        return wrong("from", from, "it is more than 24 hours ago");
    }
    if ended > now {
        return wrong("to", to.unwrap_or_default(), "it lies ahead");
    }
    if began >= ended {
        return wrong("from", from, "it is not before to");
    }
    Ok(Frame { from: Bucket::of(began), to: Bucket::asked_at(ended) })
}

fn time(name: &str, text: &str) -> Result<Millis, Problem> {
    // A plus in an address is a blank to some who read it.
    let read = parse_rfc3339(text).or_else(|_| parse_rfc3339(text.replace(' ', "+")));
    read.map_err(|_| Problem::invalid_parameter(name, text, "it is no such time", A_TIME))
}

/// A question over a time, with the filters that are given.
///
/// # Errors
/// Where a filter has something that can be no name.
pub(super) fn question(parameters: &Parameters<'_>, frame: Frame) -> Result<Question, Problem> {
    let mut question = Question::over(frame);
    for (word, dimension) in DIMENSIONS {
        if let Some(any_of) = names(parameters, word, *dimension)? {
            let filter = Filter { dimension: *dimension, any_of };
            question = question.filtered_by(filter).expect("each dimension stands in the table once");
        }
    }
    Ok(question)
}

/// The names that a parameter lists.
///
/// # Errors
/// Where one can be no name of this kind.
pub(super) fn names(
    parameters: &Parameters<'_>,
    word: &str,
    dimension: Dimension,
) -> Result<Option<Vec<String>>, Problem> {
    let Some(names) = parameters.list(word, NAMES)? else { return Ok(None) };
    names.into_iter().map(|name| named(word, dimension, name)).collect::<Result<_, _>>().map(Some)
}

/// The text that is searched for, in small letters.
///
/// # Errors
/// Where it is empty or too long.
pub(super) fn search(parameters: &Parameters<'_>) -> Result<Option<String>, Problem> {
    let wrong = |text: &str| {
        let right = format!("1 to {LONGEST_SEARCH} bytes of text");
        Problem::invalid_parameter("search", text, "it is empty or too long", &right)
    };
    let read = |text: &str| match (1..=LONGEST_SEARCH).contains(&text.len()) {
        true => Ok(text.to_lowercase()),
        false => Err(wrong(text)),
    };
    parameters.one("search").map(read).transpose()
}

fn named(word: &str, dimension: Dimension, name: &str) -> Result<String, Problem> {
    let is_labelled = matches!(dimension, Dimension::Channel | Dimension::Topic);
    let is_name = name == NONE || if is_labelled { is_label(name) } else { crate::wire::text::is_id(name) };
    let wrong = || Problem::invalid_parameter(word, name, "it can be no name of this kind", NAMES);
    if is_name { Ok(name.to_owned()) } else { Err(wrong()) }
}

/// The frame of the same length just before.
///
/// # Errors
/// Where it begins more than a day ago.
pub(super) fn before(frame: Frame, now: Millis) -> Result<Frame, Problem> {
    let buckets = frame.to.since(frame.from) + 1;
    let before = Frame { from: frame.from.later(-buckets), to: frame.from.later(-1) };
    if before.from < Bucket::window_start(now, DAY_MINUTES) {
        let what = "the time before begins more than 24 hours ago";
        let right = "less than half a day: a window of 715m at the most, since both times are whole five minutes";
        return Err(Problem::invalid_parameter("compare", "previous", what, right));
    }
    Ok(before)
}

/// An interval, in buckets.
///
/// # Errors
/// Where it is no multiple of five minutes.
pub(super) fn interval(parameters: &Parameters<'_>) -> Result<Option<u32>, Problem> {
    const MINUTES: u32 = (BUCKET_MS / 60_000) as u32;
    let Some(word) = parameters.one("interval") else { return Ok(None) };
    let minutes = window::parse(word).filter(|minutes| minutes.is_multiple_of(MINUTES));
    let right = "a multiple of five minutes up to a day, such as 5m, 30m or 1h";
    let wrong = || Problem::invalid_parameter("interval", word, "it is no such interval", right);
    minutes.map(|minutes| Some(minutes / MINUTES)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;
    /// 13:29 on a working day.
    const NOW: Millis = 1_795_008_540_000;

    fn pairs(query: &str) -> Vec<(String, String)> {
        let pair = |one: &str| one.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        query.split('&').filter_map(pair).collect()
    }

    fn framed(query: &str) -> Result<(Millis, Millis), String> {
        let pairs = pairs(query);
        let parameters = Parameters::read(&pairs, &TIME).expect("they are known");
        let minutes = |frame: Frame| ((NOW - frame.from.start()) / MINUTE, (NOW - frame.to.end()) / MINUTE);
        frame(&parameters, NOW).map(minutes).map_err(|problem| problem.body())
    }

    #[test]
    fn a_time_is_whole_buckets_and_an_hour_where_nothing_is_said() {
        let at = |ago: Millis| crate::wire::time::rfc3339(NOW - ago * MINUTE);
        assert_eq!(framed(""), Ok((64, -1)));
        assert_eq!(framed("window=7m"), Ok((9, -1)));
        assert_eq!(framed(&format!("from={}", at(10))), Ok((14, -1)));
        assert_eq!(framed(&format!("from={}&to={}", at(60), at(29))), Ok((64, 29)), "up to an edge");
    }

    #[test]
    fn a_time_that_cannot_be_asked_for_is_named() {
        let at = |ago: Millis| crate::wire::time::rfc3339(NOW - ago * MINUTE);
        for (query, parameter) in [
            ("window=25h".to_owned(), "window"),
            (format!("window=1h&from={}", at(10)), "window"),
            (format!("to={}", at(10)), "from"),
            (format!("from={}", at(1500)), "from"),
            (format!("from={}&to={}", at(10), at(-1)), "to"),
            (format!("from={}&to={}", at(10), at(10)), "from"),
            ("from=yesterday".to_owned(), "from"),
        ] {
            let problem = framed(&query).expect_err(&query);
            assert!(problem.contains(&format!(r#""parameter":"{parameter}""#)), "{query}: {problem}");
        }
    }

    #[test]
    fn the_time_before_is_as_long_and_of_the_last_day() {
        let frame = Frame::window(NOW, 60);
        let earlier = before(frame, NOW).expect("an hour ago");
        assert_eq!((earlier.to.next(), earlier.to.since(earlier.from)), (frame.from, frame.to.since(frame.from)));
        assert!(before(Frame::window(NOW, 721), NOW).is_err());
    }

    #[test]
    fn a_filter_takes_names_and_nobody() {
        let pairs = pairs("skill=4,-1&topic=late, lost");
        let parameters = Parameters::read(&pairs, &FILTERS).expect("they are known");
        assert!(question(&parameters, Frame::window(NOW, 5)).is_ok());
        let pairs = [("agent".to_owned(), "a b".to_owned())];
        let parameters = Parameters::read(&pairs, &FILTERS).expect("it is known");
        assert!(question(&parameters, Frame::window(NOW, 5)).is_err());
    }
}
