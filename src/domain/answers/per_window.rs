//! The numbers of one scope for each rolling window, in little memory.

use std::ops::Index;
use std::sync::Arc;

use super::metrics::Metrics;

/// Numbers by window. Where nothing happened between the ends of two windows they are equal, and kept once: of twenty
/// thousand accounts most have had something in the last hours or not at all. A clone shares them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PerWindow(Arc<Numbers>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Numbers {
    distinct: Box<[Metrics]>,
    /// Where each window's are.
    places: Box<[u16]>,
}

impl PerWindow {
    /// Of these numbers each window's are at a place.
    pub(super) fn placed(distinct: Vec<Metrics>, places: Box<[u16]>) -> Self {
        let is_one_way = places.is_sorted() && distinct.windows(2).all(|pair| pair[0] != pair[1]);
        if is_one_way {
            return Self(Arc::new(Numbers { distinct: distinct.into(), places }));
        }
        // What is equal must be kept in one way, or it would not be found equal.
        places.iter().map(|place| distinct[usize::from(*place)].clone()).collect::<Vec<_>>().into()
    }

    /// Each window's, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Metrics> {
        self.0.places.iter().map(|place| &self.0.distinct[usize::from(*place)])
    }
}

impl From<Vec<Metrics>> for PerWindow {
    fn from(mut metrics: Vec<Metrics>) -> Self {
        let mut place = 0;
        let is_other = |number: usize| number > 0 && metrics[number] != metrics[number - 1];
        let next = |number| {
            place += u16::from(is_other(number));
            place
        };
        let places = (0..metrics.len()).map(next).collect();
        metrics.dedup();
        Self(Arc::new(Numbers { distinct: metrics.into(), places }))
    }
}

impl Index<usize> for PerWindow {
    type Output = Metrics;

    fn index(&self, window: usize) -> &Metrics {
        &self.0.distinct[usize::from(self.0.places[window])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_kept_once_and_each_window_has_its_own() {
        let of = |closed| Metrics { closed, ..Metrics::default() };
        let all = [3, 3, 5, 5, 5, 3].map(of);
        let kept = PerWindow::from(all.to_vec());
        assert_eq!(kept.iter().cloned().collect::<Vec<_>>(), all);
        assert_eq!((kept.0.distinct.len(), &kept[4], &kept[5]), (3, &all[4], &all[5]));
        assert_eq!(PerWindow::from(Vec::new()).iter().count(), 0);
        let placed = |distinct: &[u64], places: &[u16]| {
            PerWindow::placed(distinct.iter().copied().map(of).collect(), places.into())
        };
        assert_eq!(placed(&[3, 5, 3], &[0, 0, 1, 1, 1, 2]), kept);
        assert_eq!(placed(&[5, 3], &[1, 1, 0, 0, 0, 1]), kept);
        assert_eq!(placed(&[3, 3, 5, 3], &[0, 1, 2, 2, 2, 3]), kept);
    }
}
