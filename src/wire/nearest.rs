//! What somebody may have meant who wrote a word that is none: the nearest of those that are.

/// How many letters may differ.
const MOST_EDITS: usize = 3;

/// The nearest of some words, if one is near; of those as near the first by name.
#[must_use]
pub fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let near = words.into_iter().map(|known| (edits(word, known), known));
    near.filter(|(edits, _)| *edits <= MOST_EDITS).min().map(|(_, known)| known)
}

/// What an error adds that says a word is none: the nearest of those that are, if one is near.
#[must_use]
pub fn hint<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    nearest(word, words).map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

/// The Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_near_that_differs_in_three_letters_at_most() {
        let words = ["csat.score", "csat.sent", "closed"];
        assert_eq!(nearest("csat.scroe", words), Some("csat.score"));
        assert_eq!(nearest("csat.set", words), Some("csat.sent"));
        assert_eq!(nearest("nps", words), None);
        assert_eq!((hint("close", words), hint("nps", words)), ("; did you mean closed?".to_owned(), String::new()));
    }
}
