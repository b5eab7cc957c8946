//! What digests of a cut are made with, one after the other.

use super::draft::Item;
use super::groups::Groups;
use super::{Cutting, Key, Summing};
use crate::domain::compact::prefetch::prefetch;
use crate::domain::fact::Stated;

/// The room in which facts are put together. What is known of their rows serves all digests that are made.
pub struct Making<'a> {
    /// Where the facts are, and how they are cut.
    pub cutting: Cutting<'a>,
    pub(super) groups: Groups,
    /// The sums of one group at a time.
    pub summing: Summing,
    /// Facts that are read at a time.
    pub(super) together: Vec<Stated>,
    /// Those of a digest on its way.
    pub(super) items: Vec<Item>,
    pub(super) sorting: Sorting,
}

/// The groups of some items in order, and the items of each.
#[derive(Debug, Default)]
pub(super) struct Sorting {
    /// By the number of a group, where its items end in `places`. Of groups that have none it is 0.
    ends: Vec<u32>,
    /// The groups that have some, ascending by key.
    touched: Vec<(Key, u32)>,
    places: Vec<u32>,
}

impl<'a> Making<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn of(cutting: &Cutting<'a>) -> Self {
        let (groups, summing, sorting) = Default::default();
        Self { cutting: *cutting, groups, summing, together: Vec::new(), items: Vec::new(), sorting }
    }
}

impl Sorting {
    /// Sorts items by the key of their group, and tells each group with its items.
    pub(super) fn each(&mut self, items: &[Item], groups: &Groups, mut tell: impl FnMut(&Key, Sorted<'_>)) {
        let Self { ends, touched, places } = self;
        touched.clear();
        ends.resize(groups.len(), 0);
        places.resize(items.len().max(places.len()), 0);
        for Item { group, .. } in items {
            let count = &mut ends[*group as usize];
            if *count == 0 {
                touched.push((groups.key(*group), *group));
            }
            *count += 1;
        }
        touched.sort_unstable();
        let mut begin = 0;
        for (_, group) in &*touched {
            begin += std::mem::replace(&mut ends[*group as usize], begin);
        }
        for (place, item) in (0..).zip(items) {
            let end = &mut ends[item.group as usize];
            places[*end as usize] = place;
            *end += 1;
        }
        let places = &places[..items.len()];
        let mut from = 0;
        for (key, group) in &*touched {
            let to = std::mem::take(&mut ends[*group as usize]);
            let ahead = places.get(from as usize + AHEAD..).unwrap_or_default();
            tell(key, Sorted { items, places: &places[from as usize..to as usize], ahead });
            from = to;
        }
    }
}

/// The items of a group.
pub(super) struct Sorted<'s> {
    items: &'s [Item],
    places: &'s [u32],
    /// Those that come so much later, of this group and the next ones.
    ahead: &'s [u32],
}

impl<'s> Sorted<'s> {
    /// Each of them, when those soon after it are on their way into the caches.
    #[inline]
    pub(super) fn for_each(self, mut each: impl FnMut(&'s Item)) {
        for (nth, place) in self.places.iter().enumerate() {
            self.ahead.get(nth).into_iter().for_each(|ahead| prefetch(&self.items[*ahead as usize]));
            each(&self.items[*place as usize]);
        }
    }
}

/// How far one looks ahead.
const AHEAD: usize = 16;

impl std::fmt::Debug for Making<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Making").field("cut", &self.cutting.cut).finish_non_exhaustive()
    }
}
