//! The parameters of an address: each known, each once, each of the right form, or a problem that names it.

use std::ops::RangeInclusive;

use crate::serve::problem::Problem;
use crate::wire::nearest::hint;
use crate::wire::words::{Words, value_of};

/// The parameters of one request.
pub(super) struct Parameters<'a> {
    pairs: &'a [(String, String)],
}

impl<'a> Parameters<'a> {
    /// Those of an address, all of which must be `known`.
    ///
    /// # Errors
    /// The first that is unknown or stands there twice.
    pub(super) fn read(pairs: &'a [(String, String)], known: &[&str]) -> Result<Self, Problem> {
        for (place, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(Problem::unknown_parameter(name, known));
            }
            if pairs[..place].iter().any(|(before, _)| before == name) {
                return Err(Problem::repeated_parameter(name));
            }
        }
        Ok(Self { pairs })
    }

    /// Those of an address, for who looks at some before all of them are checked.
    pub(super) fn unchecked(pairs: &'a [(String, String)]) -> Self {
        Self { pairs }
    }

    /// The value of one, if it is given.
    pub(super) fn one(&self, name: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The items of a list, none of which may be empty.
    ///
    /// # Errors
    /// Where one is.
    pub(super) fn list(&self, name: &str, right: &str) -> Result<Option<Vec<&'a str>>, Problem> {
        let Some(list) = self.one(name) else { return Ok(None) };
        let items: Vec<&str> = list.split(',').map(str::trim).collect();
        if items.contains(&"") {
            return Err(Problem::invalid_parameter(name, list, "an item of the list is empty", right));
        }
        Ok(Some(items))
    }

    /// A word of some.
    ///
    /// # Errors
    /// Where it is none of them.
    pub(super) fn word<T: Copy>(&self, name: &str, words: &Words<T>) -> Result<Option<T>, Problem> {
        self.one(name).map(|text| Self::word_of(name, text, words)).transpose()
    }

    /// What a part of one stands for.
    ///
    /// # Errors
    /// Where it is none of the words.
    pub(super) fn word_of<T: Copy>(name: &str, text: &str, words: &Words<T>) -> Result<T, Problem> {
        value_of(words, text).ok_or_else(|| unknown_word(name, text, words))
    }

    /// Words of some, separated by commas.
    ///
    /// # Errors
    /// Where one is none of them.
    pub(super) fn words<T: Copy>(&self, name: &str, words: &Words<T>) -> Result<Option<Vec<T>>, Problem> {
        let Some(items) = self.list(name, &all_of(words))? else { return Ok(None) };
        items.into_iter().map(|item| Self::word_of(name, item, words)).collect::<Result<_, _>>().map(Some)
    }

    /// A whole number in a range.
    ///
    /// # Errors
    /// Where it is none.
    pub(super) fn whole(&self, name: &str, range: RangeInclusive<usize>) -> Result<Option<usize>, Problem> {
        let Some(text) = self.one(name) else { return Ok(None) };
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| is_digits && range.contains(number));
        number.map(Some).ok_or_else(|| {
            let right = format!("a whole number from {} to {}", range.start(), range.end());
            Problem::invalid_parameter(name, text, "it is no such number", &right)
        })
    }
}

fn unknown_word<T>(name: &str, text: &str, words: &Words<T>) -> Problem {
    let hint = hint(text, words.iter().map(|(word, _)| *word));
    Problem::invalid_parameter(name, text, format!("there is no such word here{hint}"), &all_of(words))
}

fn all_of<T>(words: &Words<T>) -> String {
    words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::words::DIMENSIONS;

    fn pairs(query: &str) -> Vec<(String, String)> {
        let pair = |one: &str| one.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        query.split('&').filter_map(pair).collect()
    }

    fn problem<T>(read: Result<T, Problem>) -> String {
        read.err().map(|problem| problem.body()).expect("it is wrong")
    }

    #[test]
    fn what_is_unknown_or_given_twice_is_named() {
        let known = ["window", "group_by"];
        let (unknown, twice) = (pairs("groupby=x"), pairs("window=5m&window=5m"));
        assert!(problem(Parameters::read(&unknown, &known)).contains("did you mean group_by?"));
        assert!(problem(Parameters::read(&twice, &known)).contains("\"parameter\":\"window\""));
    }

    #[test]
    fn lists_words_and_numbers_are_read_or_refused() {
        let pairs = pairs("group_by=skill,agent&by=skil&limit=1001&few=7&list=a,,b");
        let parameters = Parameters { pairs: &pairs };
        assert_eq!(parameters.words("group_by", DIMENSIONS).expect("two words").map(|words| words.len()), Some(2));
        assert!(problem(parameters.word("by", DIMENSIONS)).contains("did you mean skill?"));
        assert!(problem(parameters.whole("limit", 1..=1000)).contains("a whole number from 1 to 1000"));
        assert_eq!(parameters.whole("few", 1..=1000).expect("a number"), Some(7));
        assert!(problem(parameters.list("list", "ids")).contains("an item of the list is empty"));
        assert_eq!(parameters.list("absent", "ids").expect("nothing"), None);
    }
}
