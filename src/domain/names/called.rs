//! What contacts and agents are called: of each the name that was said last, as long as it stands.
//!
//! People are called something by events, and events are forgotten. So a name stands for some time after the event that said
//! it, whatever else is remembered: who is called what depends on the set of events and on the moment alone.

use crate::domain::compact::pages::Pages;
use crate::domain::event::Millis;
use crate::domain::kept::{Kept, Latest, Said, cut};
use crate::domain::names::Name;

/// A name is kept up to so many bytes of UTF-8, and cut at a character.
pub const MOST_BYTES: usize = 256;

/// For how long an agent's name stands after the status that said it: nothing private is kept for longer (SPEC §1).
pub const AGENT_NAME_STANDS_MS: Millis = 31 * 24 * 3_600_000;

/// What those of one kind are called, by their numbers. A clone shares it, and stays as it is.
///
/// Nearly all that is said is who is called what already. So names stand apart from when they were said: a page of those holds
/// no text, and is copied for a reader in a moment.
#[derive(Debug, Clone, Default)]
pub struct Called {
    names: Pages<Option<Kept>, 1024>,
    /// By which event each was said last.
    said: Pages<Said, 1024>,
}

impl Called {
    /// Hears what somebody is called. Whether that is another name than before.
    pub fn hear(&mut self, who: Name, said: Said, name: &str) -> bool {
        let name = cut(name, MOST_BYTES);
        let known = self.names.get(who.index()).and_then(Option::as_ref);
        let latest = known.zip(self.said.get(who.index())).map(|(value, said)| Latest { said: *said, value });
        if latest.as_ref().is_some_and(|known| !known.yields_to(said, |known| *name < ***known)) {
            return false;
        }
        let is_other = latest.is_none_or(|known| **known.value != *name);
        if is_other {
            *self.names.entry(who.index()) = Some(Kept::new(name));
        }
        *self.said.entry(who.index()) = said;
        is_other
    }

    /// What somebody is called, if it was said at `from` or later.
    #[must_use]
    pub fn since(&self, who: Name, from: Millis) -> Option<&Kept> {
        let name = self.names.get(who.index())?.as_ref()?;
        self.said.get(who.index()).is_some_and(|said| said.at >= from).then_some(name)
    }

    /// Forgets what somebody is called.
    pub fn forget(&mut self, who: Name) {
        if self.names.get(who.index()).is_some_and(Option::is_some) {
            *self.names.entry(who.index()) = None;
        }
    }

    /// Forgets what was said before a moment.
    pub fn forget_before(&mut self, moment: Millis) {
        let heard = self.names.iter().zip(self.said.iter()).enumerate();
        let is_old = |(name, said): (&Option<Kept>, &Said)| name.is_some() && said.at < moment;
        let old: Vec<usize> = heard.filter(|(_, one)| is_old(*one)).map(|(place, _)| place).collect();
        old.into_iter().for_each(|place| *self.names.entry(place) = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(at: Millis) -> Said {
        Said { at, sequence: 0, identity: 1 }
    }

    #[test]
    fn sizes_are_those_that_the_architecture_page_tells() {
        // Beside it, the text has two counts of eight bytes.
        assert_eq!(size_of::<Option<Kept>>() + size_of::<Said>(), 40);
    }

    #[test]
    fn the_latest_name_stands_whatever_the_order_and_for_as_long_as_is_asked() {
        let [ann, bob] = [0, 1].map(Name::at);
        let mut called = Called::default();
        let heard = [(ann, 5, "Ann Lee"), (ann, 3, "Ann"), (bob, 1, "Bob"), (ann, 5, "Ann L."), (bob, 9, "Bob")];
        let changes = heard.map(|(who, at, name)| called.hear(who, said(at), name));
        assert_eq!(changes, [true, false, true, true, false]);
        let since = |called: &Called, who, from| called.since(who, from).map(|name| name.reveal().to_owned());
        assert_eq!(since(&called, ann, 5).as_deref(), Some("Ann L."));
        assert_eq!((since(&called, ann, 6), since(&called, Name::at(7), 0)), (None, None));
        let taken = called.clone();
        called.forget(bob);
        called.forget_before(6);
        assert_eq!([ann, bob].map(|who| since(&called, who, 0)), [None, None]);
        assert_eq!(since(&taken, bob, 9).as_deref(), Some("Bob"));
    }
}
