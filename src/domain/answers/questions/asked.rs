//! A question in numbers: what of a credit it covers, and which groups that falls into.

use smallvec::{SmallVec, smallvec};

use super::{Dimension, Ids, MOST_GROUPED, Question};
use crate::domain::bucket::Bucket;
use crate::domain::day::view::{NamesView, View};
use crate::domain::fact::{Credit, FactKind, Scopes, Stated};
use crate::domain::names::texts::Texts;
use crate::domain::names::{Name, Names};
use crate::domain::scope::NONE;
use crate::domain::span::Span;

/// A question to a view.
pub(in crate::domain::answers) struct Asked<'v> {
    pub(in crate::domain::answers) view: &'v View,
    pub(in crate::domain::answers) question: Question,
    /// Of each filter the codes of its names, as far as anything is called so.
    filters: Vec<(Dimension, Vec<u32>)>,
    /// Of the scopes in which a fact may count, the one that the question is about.
    pub(super) scope: Scopes,
    /// Whether it asks for agents where none may be named.
    pub(in crate::domain::answers) asks_for_nobody: bool,
}

/// The codes of a group's names, in the order of the grouping.
pub(super) type Key = [u32; MOST_GROUPED];

/// Nearly every fact has one.
type Codes = SmallVec<[u32; 4]>;

impl<'v> Asked<'v> {
    pub(in crate::domain::answers) fn of(view: &'v View, question: &Question) -> Self {
        let codes =
            |dimension, names: &[String]| names.iter().flat_map(|name| codes_of(view, dimension, name)).collect();
        let filters = question.filters.iter().map(|filter| (filter.dimension, codes(filter.dimension, &filter.any_of)));
        let touches = |dimension| question.touches(dimension);
        Self {
            view,
            question: question.clone(),
            filters: filters.collect(),
            scope: match (touches(Dimension::Agent), touches(Dimension::Skill)) {
                (false, false) => Scopes::ACCOUNT,
                (false, true) => Scopes::SKILL,
                (true, false) => Scopes::AGENT,
                (true, true) => Scopes::AGENT_SKILL,
            },
            asks_for_nobody: touches(Dimension::Agent) && !view.policy().agent_metrics,
        }
    }

    /// Whether a fact that is kept in a bucket is in the frame, or partly.
    pub(in crate::domain::answers) fn is_in_time(&self, bucket: Bucket, fact: &Stated) -> bool {
        let frame = self.question.frame;
        if fact.kind.is_span() {
            return fact.span().overlap_ms(frame.span(self.view.now)) > 0;
        }
        frame.place(bucket, self.view.now).is_some()
    }

    /// Whether a fact counts, whenever it is of.
    pub(in crate::domain::answers) fn covers(&self, fact: &Stated, credit: &Credit) -> bool {
        self.covers_kind(fact) && self.covers_credit(credit)
    }

    /// Whether a fact counts, to whomever it is credited.
    pub(super) fn covers_kind(&self, fact: &Stated) -> bool {
        let is_presence = matches!(fact.kind, FactKind::Online | FactKind::Away);
        fact.scopes.has(self.scope) && (!is_presence || self.question.has_presence())
    }

    pub(in crate::domain::answers) fn covers_credit(&self, credit: &Credit) -> bool {
        let covers = |(dimension, codes): &(Dimension, Vec<u32>)| {
            self.codes(*dimension, credit).iter().any(|code| codes.contains(code))
        };
        !self.asks_for_nobody && self.filters.iter().all(covers)
    }

    /// The groups of what has a credit: those that its filters name.
    pub(super) fn keys(&self, credit: &Credit) -> SmallVec<[Key; 1]> {
        let mut keys: SmallVec<[Key; 1]> = smallvec![[0; MOST_GROUPED]];
        for (place, dimension) in self.question.group_by.iter().enumerate() {
            keys = with_each(&keys, place, &self.shown(*dimension, credit));
        }
        keys
    }

    /// The groups of what has a credit by any dimensions, whatever the filters name.
    pub(super) fn keys_by(&self, dimensions: &[Dimension], credit: &Credit) -> SmallVec<[Key; 1]> {
        let mut keys: SmallVec<[Key; 1]> = smallvec![[0; MOST_GROUPED]];
        for (place, dimension) in dimensions.iter().enumerate() {
            match self.codes(*dimension, credit)[..] {
                [code] => keys.iter_mut().for_each(|key| key[place] = code),
                ref several => keys = with_each(&keys, place, several),
            }
        }
        keys
    }

    /// The code of a name that is called as what stands for none; 0 if there is none, and of contacts.
    pub(super) fn called_none(&self, dimension: Dimension) -> u32 {
        Name::to_code(few(&self.view.names, dimension).and_then(|few| few.find(NONE)))
    }

    /// Of each filter the codes of its names.
    pub(super) fn filters(&self) -> impl Iterator<Item = (Dimension, &[u32])> {
        self.filters.iter().map(|(dimension, codes)| (*dimension, codes.as_slice()))
    }

    fn shown(&self, dimension: Dimension, credit: &Credit) -> Codes {
        let mut codes = self.codes(dimension, credit);
        if let Some((_, named)) = self.filters.iter().find(|(other, _)| *other == dimension) {
            codes.retain(|code| named.contains(code));
        }
        codes
    }

    fn codes(&self, dimension: Dimension, credit: &Credit) -> Codes {
        let names = &self.view.names;
        let one = |name: Option<Name>| smallvec![Name::to_code(name)];
        let via = |place: usize| one(names.combinations.origins(credit.via)[place]);
        match dimension {
            Dimension::Agent => one(credit.agent),
            Dimension::Skill => one(credit.skill),
            Dimension::Contact => one(credit.contact),
            Dimension::Line => via(0),
            Dimension::Channel => via(1),
            Dimension::Company => via(2),
            Dimension::Topic => {
                let topics = names.combinations.topics(credit.topics);
                if topics.is_empty() {
                    one(None)
                } else {
                    topics.iter().map(|topic| Name::to_code(Some(*topic))).collect()
                }
            }
        }
    }

    /// The names of a group, in the order of the grouping.
    pub(super) fn ids(&self, key: Key) -> Ids {
        self.question.group_by.iter().zip(key).map(|(dimension, code)| self.text(*dimension, code).into()).collect()
    }

    /// What a name is called.
    pub(super) fn text(&self, dimension: Dimension, code: u32) -> &str {
        Name::from_code(code).map_or(NONE, |name| texts(&self.view.names, dimension).text(name))
    }

    /// The intervals, or nothing.
    pub(super) fn intervals(&self) -> Vec<Span> {
        let Question { frame, interval_buckets, .. } = self.question;
        let intervals = interval_buckets.into_iter().flat_map(|buckets| frame.intervals(buckets));
        intervals.map(|of_it| of_it.span(self.view.now)).collect()
    }
}

/// Each of some keys with each of some codes at a place.
fn with_each(keys: &[Key], place: usize, codes: &[u32]) -> SmallVec<[Key; 1]> {
    let with = |mut key: Key, code: u32| {
        key[place] = code;
        key
    };
    keys.iter().flat_map(|key| codes.iter().map(move |code| with(*key, *code))).collect()
}

/// The codes that a name of a filter stands for: that of none, and a name's.
fn codes_of(view: &View, dimension: Dimension, text: &str) -> impl Iterator<Item = u32> {
    let none = (text == NONE).then_some(0);
    let named = find(&view.names, dimension, text).map(|name| Name::to_code(Some(name)));
    none.into_iter().chain(named)
}

fn find(names: &NamesView, dimension: Dimension, text: &str) -> Option<Name> {
    match few(names, dimension) {
        Some(few) => few.find(text),
        // Readers have no index of contacts, which are many.
        None => names.contacts.known().find(|name| names.contacts.text(*name) == text),
    }
}

fn texts(names: &NamesView, dimension: Dimension) -> &Texts {
    few(names, dimension).map_or(&*names.contacts, Names::texts)
}

/// The names of a dimension that has few.
fn few(names: &NamesView, dimension: Dimension) -> Option<&Names> {
    match dimension {
        Dimension::Agent => Some(&*names.agents),
        Dimension::Skill => Some(&*names.skills),
        Dimension::Line => Some(&*names.lines),
        Dimension::Channel => Some(&*names.channels),
        Dimension::Topic => Some(&*names.topics),
        Dimension::Company => Some(&*names.companies),
        Dimension::Contact => None,
    }
}
