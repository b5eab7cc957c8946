//! What is kept by its moment, and taken when that has come.

use std::collections::BTreeMap;

/// Takes out what stands before a key. Where there is nothing, as nearly always, it costs a look.
pub fn take_before<K: Ord, V>(all: &mut BTreeMap<K, V>, key: &K) -> BTreeMap<K, V> {
    if all.first_key_value().is_none_or(|(first, _)| first >= key) {
        return BTreeMap::new();
    }
    let later = all.split_off(key);
    std::mem::replace(all, later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_come_is_taken_once_and_the_rest_stays() {
        let mut all: BTreeMap<i64, char> = [(3, 'a'), (5, 'b'), (7, 'c')].into();
        assert!(take_before(&mut all, &3).is_empty());
        assert_eq!(take_before(&mut all, &6), [(3, 'a'), (5, 'b')].into());
        assert!(take_before(&mut all, &6).is_empty());
        assert_eq!(all, [(7, 'c')].into());
    }
}
