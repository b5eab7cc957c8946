//! The texts of messages, of an account that keeps them: for who looks at one conversation, and for nobody else.
//!
//! No fact depends on them, so they stand beside the timelines and are found by an event's place in its conversation. A text
//! stays for 31 days at most, as long as its conversation is remembered, and while it is among the newest that fit: when
//! there are more, the oldest five minutes go, however few of theirs have come by then. So which texts there are follows
//! from the set of events and the time.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
use crate::domain::bucket::Bucket;
use crate::domain::event::{Event, Millis};
use crate::domain::kept::{Kept, cut};
use crate::domain::names::hash_of;

/// A text is kept up to so many bytes of UTF-8, and cut at a character.
pub const MOST_BYTES: usize = 4096;
/// For how long after its event: nothing private is kept for longer (SPEC §1).
pub const STANDS_MS: Millis = 31 * 24 * 3_600_000;
/// What all texts of an account may take, in bytes.
const MOST_BYTES_IN_ALL: usize = 256 << 20;
/// What a text takes beside its bytes, about.
const BESIDE_BYTES: usize = 96;

/// Where a text belongs: its conversation, moment and identity.
type Place = (u32, Millis, u64);

/// Texts by their places, and by when they go.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: BTreeMap<Place, Kept>,
    /// The conversations with texts of five minutes, and how much these take.
    buckets: BTreeMap<Bucket, InBucket>,
    bytes: usize,
    /// What is older does not fit.
    fit_from: Option<Bucket>,
}

#[derive(Debug, Default)]
struct InBucket {
    conversations: BTreeSet<u32>,
    bytes: usize,
}

/// The texts of one conversation, by moment and identity.
#[derive(Debug, Clone, Default)]
pub struct TextsOfOne(Vec<((Millis, u64), Kept)>);

impl TextsOfOne {
    /// What the message of that moment and identity said, if it is kept.
    #[must_use]
    pub fn of(&self, at: Millis, identity: u64) -> Option<&Kept> {
        let place = self.0.binary_search_by_key(&(at, identity), |(place, _)| *place).ok()?;
        Some(&self.0[place].1)
    }
}

impl Texts {
    /// Keeps a text. Of two texts of one place the lesser is kept, whichever comes first.
    fn say(&mut self, place: Place, text: &str, most_bytes: usize) {
        let bucket = Bucket::of(place.1);
        if self.fit_from.is_some_and(|from| bucket < from) {
            return;
        }
        let text = cut(text, MOST_BYTES);
        match self.all.get(&place) {
            Some(known) if **known <= *text => return,
            Some(known) => self.count(bucket, known.len() + BESIDE_BYTES, false),
            None => {}
        }
        self.all.insert(place, Kept::new(text));
        self.count(bucket, text.len() + BESIDE_BYTES, true);
        self.buckets.entry(bucket).or_default().conversations.insert(place.0);
        while self.bytes > most_bytes {
            let Some(oldest) = self.buckets.keys().next().copied() else { return };
            self.fit_from = Some(oldest.next());
            self.drop_bucket(oldest);
        }
    }

    fn count(&mut self, bucket: Bucket, bytes: usize, more: bool) {
        let of_bucket = &mut self.buckets.entry(bucket).or_default().bytes;
        if more {
            (*of_bucket, self.bytes) = (*of_bucket + bytes, self.bytes + bytes);
        } else {
            (*of_bucket, self.bytes) = (*of_bucket - bytes, self.bytes - bytes);
        }
    }

    /// Drops five-minute buckets all of whose texts are older.
    fn drop_before(&mut self, moment: Millis) {
        while let Some(oldest) = self.buckets.keys().next().copied().filter(|oldest| oldest.end() <= moment) {
            self.drop_bucket(oldest);
        }
    }

    fn drop_bucket(&mut self, bucket: Bucket) {
        let Some(InBucket { conversations, bytes }) = self.buckets.remove(&bucket) else { return };
        self.bytes -= bytes;
        for conversation in conversations {
            let texts = self.all.range((conversation, bucket.start(), 0)..(conversation, bucket.end(), 0));
            let places: Vec<Place> = texts.map(|(place, _)| *place).collect();
            places.iter().for_each(|place| drop(self.all.remove(place)));
        }
    }

    /// Forgets a conversation whose number another one may get.
    fn forget(&mut self, conversation: u32) {
        let texts = self.all.range((conversation, Millis::MIN, 0)..=(conversation, Millis::MAX, u64::MAX));
        let places: Vec<(Place, usize)> = texts.map(|(place, text)| (*place, text.len() + BESIDE_BYTES)).collect();
        for (place, bytes) in places {
            self.all.remove(&place);
            self.count(Bucket::of(place.1), bytes, false);
        }
    }

    fn of(&self, conversation: u32, from: Millis) -> TextsOfOne {
        let texts = self.all.range((conversation, from, 0)..=(conversation, Millis::MAX, u64::MAX));
        TextsOfOne(texts.map(|((_, at, identity), text)| ((*at, *identity), text.clone())).collect())
    }
}

impl History {
    /// Keeps what a message says that belongs to the set, whether it has been added yet or not.
    pub fn keep_text(&mut self, event: &Event<'_>, text: &str) {
        if event.at < self.now.saturating_sub(STANDS_MS) {
            return;
        }
        let conversation = self.names.conversations.intern_hashed(hash_of(&event.conversation), &event.conversation);
        let place = (conversation.index() as u32, event.at, event.identity.0);
        self.texts.get_or_insert_default().say(place, text, MOST_BYTES_IN_ALL);
    }

    /// What is kept of the texts of a conversation.
    pub(super) fn texts_of(&self, conversation: u32) -> TextsOfOne {
        let from = self.now.saturating_sub(STANDS_MS);
        self.texts.as_ref().map(|texts| texts.of(conversation, from)).unwrap_or_default()
    }

    /// Lets go of texts whose time is over.
    pub(super) fn drop_old_texts(&mut self) {
        let from = self.now.saturating_sub(STANDS_MS);
        self.texts.iter_mut().for_each(|texts| texts.drop_before(from));
    }

    /// Lets go of the texts of a conversation whose id is forgotten.
    pub(super) fn forget_texts(&mut self, conversation: u32) {
        self.texts.iter_mut().for_each(|texts| texts.forget(conversation));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 10_000;
    const BUCKET: Millis = 300_000;

    fn told(texts: &Texts, conversation: u32) -> String {
        let texts = texts.of(conversation, Millis::MIN);
        texts.0.iter().map(|(_, text)| text.reveal()).collect()
    }

    #[test]
    fn a_text_is_found_by_its_moment_and_identity_and_the_lesser_of_two_stands() {
        for order in [["b", "a"], ["a", "b"]] {
            let mut texts = Texts::default();
            order.iter().for_each(|text| texts.say((1, 5, 7), text, ROOM));
            texts.say((1, 4, 9), "x", ROOM);
            texts.say((2, 4, 9), "y", ROOM);
            let of_one = texts.of(1, Millis::MIN);
            assert_eq!(of_one.of(5, 7).map(Kept::reveal), Some("a"));
            assert_eq!((of_one.of(5, 8), of_one.of(4, 9).map(Kept::reveal)), (None, Some("x")));
            assert_eq!(texts.bytes, 3 * (1 + BESIDE_BYTES));
        }
    }

    #[test]
    fn a_text_is_cut_and_what_does_not_fit_goes_by_age_whatever_came_first() {
        let mut said: Vec<(Place, String)> =
            (0..60).map(|n| ((n % 3, i64::from(n) * BUCKET / 2, 1), "t".repeat(400))).collect();
        let mut kept = Vec::new();
        for _ in 0..4 {
            let mut texts = Texts::default();
            said.iter().for_each(|(place, text)| texts.say(*place, text, ROOM));
            assert!(texts.bytes <= ROOM);
            kept.push(texts.all.keys().copied().collect::<Vec<_>>());
            said.rotate_left(23);
            said.reverse();
        }
        assert_eq!(kept[0].len(), 20, "twenty of 496 bytes fit");
        assert!(kept.iter().all(|places| *places == kept[0]));
        let mut texts = Texts::default();
        texts.say((1, 5, 7), &"ü".repeat(MOST_BYTES), ROOM);
        assert_eq!(told(&texts, 1).len(), MOST_BYTES);
    }

    #[test]
    fn what_is_old_or_of_a_forgotten_conversation_goes() {
        let mut texts = Texts::default();
        for (place, text) in [((1, 5, 1), "a"), ((1, BUCKET, 2), "b"), ((2, BUCKET + 5, 3), "c"), ((2, 9, 4), "d")] {
            texts.say(place, text, ROOM);
        }
        texts.drop_before(BUCKET - 1);
        assert_eq!((told(&texts, 1), told(&texts, 2)), ("ab".to_owned(), "dc".to_owned()));
        texts.drop_before(BUCKET);
        assert_eq!((told(&texts, 1), told(&texts, 2)), ("b".to_owned(), "c".to_owned()));
        texts.forget(1);
        assert_eq!((told(&texts, 1), texts.bytes), (String::new(), 1 + BESIDE_BYTES));
        texts.drop_before(9 * BUCKET);
        assert_eq!((texts.all.len(), texts.buckets.len(), texts.bytes), (0, 0, 0));
    }
}
