//! The numbers of one scope for each rolling window, in little memory.

use std::ops::Index;

use crate::domain::answers::metrics::Metrics;

/// Numbers by window. Where nothing happened between the ends of two windows they are equal, and kept once: of twenty
/// thousand accounts most have had something in the last hours or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct PerWindow {
    distinct: Box<[Metrics]>,
    /// Where each window's are.
    places: Box<[u16]>,
}

impl PerWindow {
    /// Each window's, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Metrics> {
        self.places.iter().map(|place| &self.distinct[usize::from(*place)])
    }
}

impl From<Vec<Metrics>> for PerWindow {
    fn from(metrics: Vec<Metrics>) -> Self {
        let (mut distinct, mut places) = (Vec::<Metrics>::new(), Vec::with_capacity(metrics.len()));
        for one in metrics {
            if distinct.last() != Some(&one) {
                distinct.push(one);
            }
            places.push(distinct.len() as u16 - 1);
        }
        Self { distinct: distinct.into(), places: places.into() }
    }
}

impl Index<usize> for PerWindow {
    type Output = Metrics;

    fn index(&self, window: usize) -> &Metrics {
        &self.distinct[usize::from(self.places[window])]
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
        assert_eq!((kept.distinct.len(), &kept[4], &kept[5]), (3, &all[4], &all[5]));
        assert_eq!(PerWindow::from(Vec::new()).iter().count(), 0);
    }
}
