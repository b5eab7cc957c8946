//! Values that many facts share, numbered as they come. Readers share them, in pages: a number that comes later copies the
//! page that it goes into, once for a reader.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::FixedState;

use crate::domain::compact::pages::Pages;

/// Values in a page.
const PAGE: usize = 256;

/// Values by number; 0 is the default one, which takes no memory: many accounts never have another.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    values: NumberedView<T>,
    /// The number of each but the default one.
    numbers: HashMap<T, u32, FixedState>,
}

/// The values as they were when they were taken, from number 1 on.
#[derive(Debug)]
pub(super) struct NumberedView<T>(Pages<T, PAGE>);

impl<T> Default for NumberedView<T> {
    fn default() -> Self {
        Self(Pages::default())
    }
}

impl<T> Clone for NumberedView<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> NumberedView<T> {
    /// The value of a number; none is the default one.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.0.get((number as usize).checked_sub(1)?)
    }
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { values: NumberedView::default(), numbers: HashMap::default() }
    }
}

impl<T: Clone + Default + Eq + Hash> Numbered<T> {
    /// The value of a number that was given.
    pub(super) fn of(&self, number: u32) -> T {
        debug_assert!(number as usize <= self.values.0.len(), "it was given");
        self.values.get(number).cloned().unwrap_or_default()
    }

    /// The number of a value, new if it was not known.
    pub(super) fn number(&mut self, value: T) -> u32 {
        if value == T::default() {
            return 0;
        }
        if let Some(&number) = self.numbers.get(&value) {
            return number;
        }
        self.values.0.push(value.clone());
        let number = self.values.0.len() as u32;
        self.numbers.insert(value, number);
        number
    }

    /// The values as they are now.
    pub(super) fn view(&self) -> NumberedView<T> {
        self.values.clone()
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.values.0.len()
    }
}
