//! The numbers of one scope for each rolling window, in little memory.

use std::ops::Index;
use std::sync::Arc;

use crate::domain::answers::metrics::Metrics;

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
    }
}
