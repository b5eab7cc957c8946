//! A value that is mostly empty: then it takes a pointer, and reads as an empty one.

use std::ops::{Deref, DerefMut};

/// A value, absent where it is empty.
#[derive(Debug, Clone)]
pub struct Rare<T>(Option<Box<T>>);

/// What a rare value may be.
pub trait Emptiable: Clone + 'static {
    /// An empty one.
    fn empty() -> &'static Self;

    /// Whether it is as good as an empty one.
    fn is_empty(&self) -> bool;
}

/// A copy of a value.
impl<T: Emptiable> From<&T> for Rare<T> {
    fn from(value: &T) -> Self {
        Self((!value.is_empty()).then(|| Box::new(value.clone())))
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Emptiable> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => T::empty(),
        }
    }
}

/// Whoever may change it makes it.
impl<T: Emptiable> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_with(|| Box::new(T::empty().clone()))
    }
}
