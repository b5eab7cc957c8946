//! From the text of a setting to its value, or to what is wrong with it and what would be right.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr as _;

use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::wire::window;

/// A value as a layer gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Raw {
    /// From a flag, the environment, or a scalar of the file; commas part the items of a list.
    Text(String),
    /// An array of the file, or the pairs of a table.
    List(Vec<String>),
}

/// What is wrong with a value, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) what: String,
    pub(super) right: String,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>, right: impl Into<String>) -> Self {
        Self { what: what.into(), right: right.into() }
    }
}

impl Raw {
    /// The items of a list, trimmed; none if there is nothing.
    #[must_use]
    pub(super) fn items(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.clone(),
            Self::Text(text) => text.split(',').map(|item| item.trim().to_owned()).filter(|i| !i.is_empty()).collect(),
        }
    }

    /// As one line.
    #[must_use]
    pub(super) fn text(&self) -> String {
        match self {
            Self::List(items) => items.join(","),
            Self::Text(text) => text.trim().to_owned(),
        }
    }
}

/// `HOST:PORT` addresses, at least one.
pub(super) fn addresses(raw: &Raw) -> Result<Vec<String>, Wrong> {
    let right = "host names or addresses with a port, separated by commas, such as kafka-1:9092,kafka-2:9092";
    let items = raw.items();
    if items.is_empty() {
        return Err(Wrong::new("there is no address", right));
    }
    if let Some((url, rest)) = items.iter().find_map(|item| Some((item, item.split_once("://")?.1))) {
        let right = address_in(rest).map_or_else(|| right.to_owned(), |it| format!("the address alone, {it:?}"));
        return Err(Wrong::new(format!("{url:?} is a URL"), right));
    }
    match items.iter().find(|item| !is_address(item)) {
        Some(item) => Err(Wrong::new(format!("{item:?} is not HOST:PORT"), right)),
        None => Ok(items),
    }
}

fn is_address(item: &str) -> bool {
    let port = item.rsplit_once(':').and_then(|(host, port)| Some((host.len(), port.parse::<u16>().ok()?)));
    matches!(port, Some((1.., 1..))) && !item.contains(['/', '@', ' '])
}

/// The address that a URL means, as it would be taken; with Kafka's usual port where it has none.
fn address_in(rest: &str) -> Option<String> {
    let host = rest.split(['/', '?']).next()?.rsplit('@').next()?;
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:9092") };
    is_address(&address).then_some(address)
}

/// One address to listen on.
pub(super) fn address(raw: &Raw) -> Result<SocketAddr, Wrong> {
    let text = raw.text().replace("localhost:", "127.0.0.1:");
    let right = "an IP address and a port, such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080";
    text.parse().map_err(|_| Wrong::new("it is not ADDRESS:PORT", right))
}

pub(super) fn required_path(raw: &Raw) -> Result<PathBuf, Wrong> {
    optional_path(raw)?.ok_or_else(|| Wrong::new("it is empty", "a folder"))
}

/// A path; the empty text is none.
pub(super) fn optional_path(raw: &Raw) -> Result<Option<PathBuf>, Wrong> {
    let text = raw.text();
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

/// Origins as browsers send them: scheme, host and perhaps a port, and nothing else.
pub(super) fn origins(raw: &Raw) -> Result<Vec<String>, Wrong> {
    let right = "origins separated by commas, such as https://wall.example.com or http://localhost:3000";
    let origins: Vec<String> = raw.items().iter().map(|item| item.to_ascii_lowercase()).collect();
    match origins.iter().find(|origin| !is_origin(origin)) {
        Some(other) => Err(Wrong::new(format!("{other:?} is no origin"), right)),
        None => Ok(origins),
    }
}

fn is_origin(text: &str) -> bool {
    let Some(host) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.chars().all(plain)
}

/// A name that Kafka takes for a topic.
pub(super) fn topic(raw: &Raw) -> Result<String, Wrong> {
    let text = raw.text();
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let fits = (1..=200).contains(&text.len()) && text.chars().all(legal) && text != "." && text != "..";
    let right = "1 to 200 of the characters a-z A-Z 0-9 . _ -";
    if fits { Ok(text) } else { Err(Wrong::new("Kafka takes no such name", right)) }
}

/// A whole number in a range.
pub(super) fn whole<T: TryFrom<i64>>(raw: &Raw, unit: &str, range: RangeInclusive<i64>) -> Result<T, Wrong> {
    let right = format!("a whole number of {unit} from {} to {}", range.start(), range.end());
    let n: i64 = raw.text().parse().map_err(|_| Wrong::new("it is no whole number", right.as_str()))?;
    in_range(n, &range, &right)
}

/// Whole numbers in a range, at least one, sorted here, none twice.
pub(super) fn ascending(raw: &Raw, unit: &str, range: RangeInclusive<i64>) -> Result<Vec<u32>, Wrong> {
    let right =
        format!("different whole numbers of {unit} from {} to {}, separated by commas", range.start(), range.end());
    let mut numbers = Vec::new();
    for item in raw.items() {
        let n = item.parse().map_err(|_| Wrong::new(format!("{item:?} is no whole number"), right.as_str()))?;
        numbers.push(in_range(n, &range, &right)?);
    }
    different(numbers, &right, |number| number.to_string())
}

/// Lengths of windows in minutes, at least one, sorted here, none twice: words such as `1h`, or numbers of minutes.
pub(super) fn windows(raw: &Raw) -> Result<Vec<u32>, Wrong> {
    let right = format!("different windows, separated by commas, such as 5m,1h,24h: {}", window::RIGHT);
    let mut lengths = Vec::new();
    for item in raw.items() {
        lengths.push(minutes(&item).ok_or_else(|| Wrong::new(format!("{item:?} is no window"), right.as_str()))?);
    }
    different(lengths, &right, |minutes| window::word(*minutes))
}

/// The one word for an item of such a list.
pub(super) fn window_word(item: &str) -> String {
    minutes(item).map_or_else(|| item.to_owned(), window::word)
}

/// A number without its unit is minutes, as the setting had it before it knew words.
fn minutes(item: &str) -> Option<u32> {
    window::parse(item).or_else(|| window::parse(&format!("{item}m")))
}

fn different(mut items: Vec<u32>, right: &str, said: impl Fn(&u32) -> String) -> Result<Vec<u32>, Wrong> {
    items.sort_unstable();
    if items.is_empty() {
        return Err(Wrong::new("it is empty", right));
    }
    match items.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Wrong::new(format!("{} stands there twice", said(&pair[0])), right)),
        None => Ok(items),
    }
}

/// `true` or `false`.
pub(super) fn switch(raw: &Raw) -> Result<bool, Wrong> {
    word(raw, &[("true", true), ("false", false)])
}

/// One of a few words.
pub(super) fn word<T: Copy>(raw: &Raw, words: &[(&str, T)]) -> Result<T, Wrong> {
    let text = raw.text();
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Wrong::new("it is no such word", all.join(" or "))
    })
}

/// Account ids.
pub(super) fn ids(raw: &Raw) -> Result<Vec<String>, Wrong> {
    let bad = |id: &String| {
        id.is_empty() || id.len() > 128 || id.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',')
    };
    let items = raw.items();
    match items.iter().find(|id| bad(id)) {
        Some(id) => {
            Err(Wrong::new(format!("{id:?} is no id"), "ids of 1 to 128 bytes, without blanks, separated by commas"))
        }
        None => Ok(items),
    }
}

/// What stands for every account where accounts are listed.
pub(super) const EVERY_ACCOUNT: &str = "*";

/// The accounts there are; none listed where all are. A list without any would refuse every event.
pub(super) fn accounts(raw: &Raw) -> Result<Option<BTreeSet<String>>, Wrong> {
    let right = "ids separated by commas, such as acme,globex, or * alone for every account";
    let ids = ids(raw)?;
    match ids.as_slice() {
        [] => Err(Wrong::new("it is empty, so that every event would be refused", right)),
        [every] if every == EVERY_ACCOUNT => Ok(None),
        _ if ids.iter().any(|id| id == EVERY_ACCOUNT) => Err(Wrong::new("* stands beside other ids", right)),
        _ => Ok(Some(ids.into_iter().collect())),
    }
}

/// `key=value` pairs. Those that only one client decides by itself, that client refuses.
pub(super) fn properties(raw: &Raw) -> Result<Vec<(String, String)>, Wrong> {
    let right = "librdkafka's key=value pairs, separated by commas, such as security.protocol=SSL";
    let mut pairs = Vec::new();
    for item in raw.items() {
        let Some((key, value)) = item.split_once('=').filter(|(key, _)| !key.trim().is_empty()) else {
            return Err(Wrong::new("an item is not key=value", right));
        };
        let key = key.trim();
        if ["bootstrap.servers", "metadata.broker.list"].contains(&key) {
            return Err(Wrong::new(format!("{key} is what the setting brokers says"), "brokers alone"));
        }
        pairs.push((key.to_owned(), value.trim().to_owned()));
    }
    Ok(pairs)
}

/// A filter that `tracing` takes.
pub(super) fn log_filter(raw: &Raw) -> Result<String, Wrong> {
    let text = raw.text();
    let right = "off, error, warn, info, debug, trace, or target=level pairs such as cxpulse=debug,info";
    // A lone word that is no level would pass for a target, and silence everything else.
    let level = |item: &str| LevelFilter::from_str(item.trim()).is_ok();
    let sound = text.split(',').all(|item| item.contains('=') || level(item));
    match text.parse::<Targets>() {
        Ok(_) if sound => Ok(text),
        _ => Err(Wrong::new("it is no log filter", right)),
    }
}

fn in_range<T: TryFrom<i64>>(n: i64, range: &RangeInclusive<i64>, right: &str) -> Result<T, Wrong> {
    let value = T::try_from(n).ok().filter(|_| range.contains(&n));
    value.ok_or_else(|| Wrong::new(format!("{n} is out of range"), right))
}
