//! One number by its path: an entry of the catalogue, or one of the numbers in its list or map, as `csat.answers.5`.

use super::{Entry, Label, Number, Read, entries, entry};
use crate::domain::answers::metrics::Metrics;
use crate::domain::fact::FactKind;

/// What can be asked for by a path.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its row in the catalogue.
    pub entry: &'static Entry,
    /// Which of the entry's numbers it is; without it, it is all of them.
    pub place: Option<usize>,
}

/// What a metric comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// One number.
    One(Number),
    /// Those of a list or map that exist, each with its place among the words of the label.
    Each(Label, Vec<(usize, Number)>),
}

impl Metric {
    /// The metric of a path.
    #[must_use]
    pub fn find(path: &str) -> Option<Self> {
        if let Some(entry) = entry(path) {
            return Some(Self { entry, place: None });
        }
        let (path, word) = path.rsplit_once('.')?;
        let entry = entry(path)?;
        let place = entry.label()?.words.iter().position(|known| *known == word)?;
        Some(Self { entry, place: Some(place) })
    }

    /// Every metric there is, in the order of the catalogue: an entry, then each of its words.
    pub fn all() -> impl Iterator<Item = Self> {
        entries().iter().flat_map(|entry| {
            let words = entry.label().map_or(0, |label| label.words.len());
            std::iter::once(None).chain((0..words).map(Some)).map(move |place| Self { entry, place })
        })
    }

    /// The path by which it is found.
    #[must_use]
    pub fn path(&self) -> String {
        self.word().map_or_else(|| self.entry.path.clone(), |word| format!("{}.{word}", self.entry.path))
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> String {
        self.word().map_or_else(|| self.entry.title.clone(), |word| format!("{}: {word}", self.entry.title))
    }

    /// Its value; none where it does not exist.
    #[must_use]
    pub fn value(&self, metrics: &Metrics) -> Option<Value> {
        match (self.place, self.entry.label()) {
            (None, Some(label)) => {
                let each: Vec<_> = self.entry.numbers(metrics).collect();
                (!each.is_empty()).then_some(Value::Each(label, each))
            }
            (place, _) => self.entry.number(metrics, place.unwrap_or(0)).map(Value::One),
        }
    }

    /// Whether it is one number, and no list or map.
    #[must_use]
    pub fn is_one_number(&self) -> bool {
        self.place.is_some() || self.entry.label().is_none()
    }

    /// The facts that are counted or summed, or stand above the line.
    pub(in crate::domain::answers) fn above(&self) -> Vec<FactKind> {
        self.place.map_or_else(|| self.entry.numerator.concat(), |place| self.entry.numerator[place].to_vec())
    }

    fn word(&self) -> Option<&'static str> {
        Some(self.entry.label()?.words[self.place?])
    }
}

impl Entry {
    /// What tells its numbers apart, if it is a list or map.
    #[must_use]
    pub fn label(&self) -> Option<Label> {
        match self.read {
            Read::Each(label, _) => Some(label),
            Read::One(_) | Read::Of(..) | Read::OfSla(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_finds_its_own_metric() {
        for metric in Metric::all() {
            let found = Metric::find(&metric.path()).expect("it is found by its path");
            assert_eq!((&found.entry.path, found.place), (&metric.entry.path, metric.place));
        }
        assert_eq!(Metric::all().filter(|metric| metric.place.is_some()).count(), 5 + 2 + 4);
        assert!(Metric::find("csat.answers.6").is_none() && Metric::find("csat").is_none());
    }

    #[test]
    fn one_of_a_list_is_called_by_its_word() {
        let five = Metric::find("csat.answers.5").expect("a number");
        assert_eq!((five.title(), five.above()), ("Answers by score: 5".to_owned(), vec![FactKind::Answer5]));
    }
}
