//! Every number of the `metrics` object, one row each: what it is called, what it counts, how it is read.
//!
//! JSON, Prometheus and the documents read these rows, so that a new number is one row here, and has one name everywhere.
//! They stand in the order of the object.

mod left_out;
mod metric;
mod policy_fields;
mod rows;

use std::sync::LazyLock;

use super::metrics::{Durations, Metrics, Sla};
use crate::domain::fact::FactKind;
pub use left_out::{LATE, LeftOut, Missing, left_out};
pub use metric::{Metric, Value};
pub use policy_fields::{PolicyField, policy_fields};

/// One number of the object, or one map or list of numbers.
#[derive(Debug)]
pub struct Entry {
    /// Where it stands in the object: `csat.score`.
    pub path: String,
    /// What people call it: `CSAT score`.
    pub title: String,
    /// One sentence.
    pub help: String,
    /// How it is calculated, in words.
    pub formula: String,
    /// What sort of number it is.
    pub kind: Kind,
    /// The facts that are counted or summed, or stand above the line of a quotient; of a map or list those of each
    /// value. Of people the facts by which they are counted, of time those that go on for it.
    pub numerator: &'static [&'static [FactKind]],
    /// The facts below the line of a quotient, those above it included.
    pub denominator: &'static [FactKind],
    /// The scopes in which it exists.
    pub scopes: Scopes,
    /// The paths of the counts or times on which it rests, where it is none itself; of several, their sum.
    pub rests_on: Vec<String>,
    /// How its value is found.
    pub read: Read,
}

/// What sort of number it is, and so its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// How many.
    Count,
    /// A mean: of a duration milliseconds, else points from 1 to 5.
    Mean,
    /// A fraction from 0 to 1.
    Share,
    /// A percentile or maximum, in milliseconds.
    Percentile,
    /// A sum of time, in milliseconds.
    Time,
    /// A list or map of counts, by a label.
    Map,
    /// A list of fractions: the two ends of an interval.
    Interval,
    /// True, or absent.
    Flag,
}

/// The unit in which a number is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// How many; of a flag, which stands for 1.
    Count,
    /// Milliseconds.
    Ms,
    /// A fraction from 0 to 1.
    Share,
    /// Points from 1 to 5.
    Score,
}

/// The scopes in which a number exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scopes {
    /// In all four.
    All,
    /// In the account and the skill.
    AccountAndSkill,
    /// In the account and the agent.
    AccountAndAgent,
}

/// One number, in the unit in which it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A count.
    Count(u64),
    /// Whole milliseconds.
    Millis(u64),
    /// Fractional milliseconds.
    MeanMillis(f64),
    /// A share, score or mean.
    Quotient(f64),
    /// True.
    Flag,
}

/// The count below which a number is thin, if the policy names one.
pub type Minimum = Option<u32>;

/// How a number of an object is found.
pub type ReadOf<T> = fn(&T, Minimum) -> Option<Number>;

/// How an entry's numbers are found in a window's metrics; where there is none, it has no value.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// One number.
    One(fn(&Metrics) -> Option<Number>),
    /// One number of a duration.
    Of(fn(&Metrics) -> &Durations, ReadOf<Durations>),
    /// One number of a service level.
    OfSla(fn(&Metrics) -> &Sla, ReadOf<Sla>),
    /// A list, or a map where `keyed`: a number for each word of a label.
    Each(Label, fn(&Metrics, usize) -> Option<Number>),
}

/// What tells the values of a map or list apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Its name: `score`.
    pub name: &'static str,
    /// Its words, in their order.
    pub words: &'static [&'static str],
    /// Whether the words are keys in the object; those of a list are its places.
    pub keyed: bool,
}

/// What stands together in the `metrics` object: the members of an object in it, or one number by itself.
#[derive(Debug)]
pub struct Object {
    /// Its name there.
    pub name: &'static str,
    /// Its numbers, in their order.
    pub entries: &'static [Entry],
}

/// Every number there is.
#[must_use]
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(rows::all);
    &ENTRIES
}

/// The same, by the objects in which they stand.
#[must_use]
pub fn objects() -> &'static [Object] {
    static OBJECTS: LazyLock<Vec<Object>> = LazyLock::new(|| {
        let together = entries().chunk_by(|one, next| one.object() == next.object());
        together.map(|entries| Object { name: entries[0].object(), entries }).collect()
    });
    &OBJECTS
}

/// The number of a path.
#[must_use]
pub fn entry(path: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.path == path)
}

/// The facts that a count counts; those of one value of a map by its word, as in `csat.answers.5`.
#[must_use]
pub fn facts(path: &str) -> Option<&'static [FactKind]> {
    let metric = Metric::find(path)?;
    metric.entry.numerator.get(metric.place.unwrap_or(0)).copied()
}

impl Object {
    /// Whether it is one number and no object.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.entries[0].path == self.name
    }

    /// Whether it is there at all.
    #[must_use]
    pub fn exists(&self, metrics: &Metrics) -> bool {
        self.entries.iter().any(|entry| entry.exists(metrics))
    }

    /// Whether there is nothing in it: everything else follows from its counts and times.
    #[must_use]
    pub fn is_nothing(&self, metrics: &Metrics) -> bool {
        let mut basic = self.entries.iter().filter(|entry| matches!(entry.kind, Kind::Count | Kind::Time | Kind::Map));
        !basic.any(|entry| entry.numbers(metrics).any(|(_, number)| !number.is_zero()))
    }
}

impl Entry {
    /// The object in which it stands: `csat`; a number that stands by itself is its own.
    #[must_use]
    pub fn object(&self) -> &str {
        object(&self.path)
    }

    /// Its name in that object.
    #[must_use]
    pub fn key(&self) -> &str {
        self.path.rsplit_once('.').map_or(&self.path, |(_, key)| key)
    }

    /// Its unit.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self.kind {
            Kind::Count | Kind::Map | Kind::Flag => Unit::Count,
            Kind::Share | Kind::Interval => Unit::Share,
            Kind::Percentile | Kind::Time => Unit::Ms,
            Kind::Mean if self.path.ends_with("_ms") => Unit::Ms,
            Kind::Mean => Unit::Score,
        }
    }

    /// How many numbers it has at most: one, or one for each word of its label.
    #[must_use]
    pub fn width(&self) -> usize {
        self.label().map_or(1, |label| label.words.len())
    }

    /// Its number at a place among the words of its label; the one of an entry without a label is at 0.
    #[must_use]
    #[inline]
    pub fn number(&self, metrics: &Metrics, place: usize) -> Option<Number> {
        match self.read {
            Read::One(read) => read(metrics),
            Read::Of(of, read) => read(of(metrics), metrics.minimum_n),
            Read::OfSla(of, read) => read(of(metrics), metrics.minimum_n),
            Read::Each(_, read) => read(metrics, place),
        }
    }

    /// Every number of it, with its place.
    pub fn numbers(&self, metrics: &Metrics) -> impl Iterator<Item = (usize, Number)> {
        (0..self.width()).filter_map(|place| Some((place, self.number(metrics, place)?)))
    }

    /// Whether it has any number.
    #[must_use]
    pub fn exists(&self, metrics: &Metrics) -> bool {
        self.numbers(metrics).next().is_some()
    }

    /// The facts that its number is made of, above the line and below, each kind once.
    #[must_use]
    pub fn facts(&self) -> Vec<FactKind> {
        let mut facts: Vec<FactKind> = self.numerator.concat();
        facts.extend(self.denominator);
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}

/// The object in which a path begins.
#[must_use]
pub fn object(path: &str) -> &str {
    path.split_once('.').map_or(path, |(object, _)| object)
}

impl Number {
    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        match self {
            Self::Count(n) | Self::Millis(n) => n == 0,
            Self::MeanMillis(x) | Self::Quotient(x) => x == 0.0,
            Self::Flag => false,
        }
    }
}

/// Whether a count is too small to lean on.
#[must_use]
pub fn is_thin(count: u64, minimum: Minimum) -> bool {
    minimum.is_some_and(|least| count < u64::from(least))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_path_is_one_and_what_a_number_rests_on_is_a_count_or_a_time() {
        let paths: BTreeSet<&str> = entries().iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths.len(), entries().len());
        for entry in entries() {
            let derived = !matches!(entry.kind, Kind::Count | Kind::Time | Kind::Map);
            assert_eq!(derived, !entry.rests_on.is_empty(), "{}", entry.path);
            for path in &entry.rests_on {
                let kind = super::entry(path).map(|entry| entry.kind);
                assert!(matches!(kind, Some(Kind::Count | Kind::Time)), "{} rests on {path}", entry.path);
            }
            assert!(entry.help.ends_with('.') && !entry.formula.ends_with('.'), "{}", entry.path);
        }
    }

    #[test]
    fn every_number_is_made_of_facts() {
        assert!(entries().iter().all(|entry| !entry.facts().is_empty()));
    }

    #[test]
    fn a_map_has_facts_for_each_of_its_words() {
        for entry in entries() {
            if let Some(label) = entry.label() {
                assert_eq!(entry.numerator.len(), label.words.len(), "{}", entry.path);
            }
        }
        assert_eq!(facts("csat.answers.5"), Some(&[FactKind::Answer5][..]));
        assert_eq!(facts("closed_by.system"), Some(&[FactKind::ClosedBySystem][..]));
        assert_eq!((facts("csat.answers.6"), facts("nps")), (None, None));
    }

    #[test]
    fn the_words_of_refusals_are_those_of_the_metrics() {
        let words = Metrics::default().csat.refused.by_reason().map(|(word, _)| word);
        let Some(Read::Each(label, _)) = entry("csat.refused").map(|entry| entry.read) else { panic!("it is a map") };
        assert_eq!(words, label.words);
    }
}
