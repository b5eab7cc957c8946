//! A column in pages that readers may hold: a clone shares every page, and writing copies only a page that is shared.
//!
//! So a reader takes a column as it is in the time of copying some pointers, and whoever writes on pays for what changes.

use std::sync::Arc;

use smallvec::SmallVec;

use super::growth;

/// Values by number, `PAGE` of them a page.
#[derive(Debug)]
pub struct Pages<T, const PAGE: usize> {
    /// Every page but the last is full. Most columns have one.
    pages: SmallVec<[Arc<Vec<T>>; 1]>,
    len: usize,
}

impl<T, const PAGE: usize> Default for Pages<T, PAGE> {
    fn default() -> Self {
        Self { pages: SmallVec::new(), len: 0 }
    }
}

impl<T, const PAGE: usize> Clone for Pages<T, PAGE> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), len: self.len }
    }
}

impl<T: Clone, const PAGE: usize> Pages<T, PAGE> {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of a number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&T> {
        self.pages.get(number / PAGE)?.get(number % PAGE)
    }

    /// The value of a number, to be changed.
    pub fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        Arc::make_mut(self.pages.get_mut(number / PAGE)?).get_mut(number % PAGE)
    }

    /// Appends a value.
    pub fn push(&mut self, value: T) {
        if self.len.is_multiple_of(PAGE) {
            self.pages.push(Arc::default());
        }
        let last = self.pages.last_mut().expect("one was pushed if the last was full");
        growth::push(Arc::make_mut(last), value);
        self.len += 1;
    }

    /// Takes the last value off.
    pub fn pop(&mut self) -> Option<T> {
        let value = Arc::make_mut(self.pages.last_mut()?).pop()?;
        self.len -= 1;
        if self.len.is_multiple_of(PAGE) {
            self.pages.pop();
        }
        Some(value)
    }

    /// Takes a value off; the last one takes its number.
    pub fn swap_remove(&mut self, number: usize) -> Option<T> {
        let last = self.pop()?;
        match self.get_mut(number) {
            Some(value) => Some(std::mem::replace(value, last)),
            None => Some(last),
        }
    }

    /// Every value by ascending number.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// The values of each page whose memory differs from that of the same page of `before`, with the number of the first.
    pub fn changed_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (usize, &'a [T])> {
        let is_same = |(place, page): &(usize, &Arc<Vec<T>>)| {
            before.pages.get(*place).is_some_and(|before| Arc::ptr_eq(before, page))
        };
        let changed = self.pages.iter().enumerate().filter(move |page| !is_same(page));
        changed.map(|(place, page)| (place * PAGE, page.as_slice()))
    }
}

impl<T: Clone + Default, const PAGE: usize> Pages<T, PAGE> {
    /// The value of a number, to be changed; those up to it that are missing begin as their default.
    pub fn entry(&mut self, number: usize) -> &mut T {
        while self.len <= number {
            self.push(T::default());
        }
        self.get_mut(number).expect("pushed above")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_took_stays_as_it_was() {
        let mut pages: Pages<u32, 4> = Pages::default();
        (0..10).for_each(|n| pages.push(n));
        let taken = pages.clone();
        *pages.entry(1) = 77;
        pages.push(10);
        assert_eq!(pages.swap_remove(2), Some(2));
        assert_eq!(taken.iter().copied().collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        assert_eq!(pages.iter().copied().collect::<Vec<_>>(), [0, 77, 10, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(pages.changed_since(&taken).map(|(first, _)| first).collect::<Vec<_>>(), [0, 8]);
    }

    #[test]
    fn the_last_value_goes_and_so_does_an_empty_page() {
        let mut pages: Pages<u32, 2> = Pages::default();
        (0..3).for_each(|n| pages.push(n));
        assert_eq!(
            [pages.swap_remove(2), pages.pop(), pages.swap_remove(0), pages.pop()],
            [Some(2), Some(1), Some(0), None]
        );
        assert!(pages.is_empty() && pages.pages.is_empty());
    }
}
