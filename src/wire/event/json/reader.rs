//! JSON's form, borrowed: where each value of an object begins and ends, and nothing of what it says.
//!
//! An event carries what nobody here reads: the text of a message, the fields of a newer version. Such a value must not
//! cost the event, so it is passed over by the grammar alone: whether its escapes make text, its numbers fit or its
//! lists end in a hundred levels is asked of values that are wanted, when they are wanted. Nothing is copied, and no
//! depth of nesting reaches the stack.

use std::borrow::Cow;

use crate::domain::event::Text;
use crate::wire::text::plain_id;
use crate::wire::utf8;

/// The bytes are not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// A value as it stands there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Value<'a> {
    /// `null`, or no value at all.
    #[default]
    Absent,
    Boolean(bool),
    /// Digits and what belongs to them.
    Number(&'a [u8]),
    Text(Quoted<'a>),
    /// A list with its brackets.
    List(&'a [u8]),
    Object,
}

/// What stands between quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted<'a> {
    raw: &'a [u8],
    has_escapes: bool,
}

impl<'a> Quoted<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// The bytes of the text; `None` if its escapes make none. Without escapes they may be anything.
    #[inline]
    pub(super) fn bytes(self) -> Option<Cow<'a, [u8]>> {
        if self.has_escapes {
            unescaped(self.raw).map(|text| Cow::Owned(text.into_bytes()))
        } else {
            Some(Cow::Borrowed(self.raw))
        }
    }

    /// The text, if it is a plain id without escapes.
    #[inline]
    pub(super) fn plain_id(self) -> Option<&'a str> {
        if self.has_escapes { None } else { plain_id(self.raw) }
    }

    /// The text; `None` if it is none, by its escapes or by its bytes.
    #[inline]
    pub(super) fn text(self) -> Option<Text<'a>> {
        if self.has_escapes { unescaped(self.raw).map(Cow::Owned) } else { utf8::text(self.raw).map(Cow::Borrowed) }
    }
}

/// Reads a document that is one object, and tells `member` each name and value in their order.
#[inline]
pub(super) fn read_object<'a>(json: &'a [u8], mut member: impl FnMut(Quoted<'a>, Value<'a>)) -> Result<(), Malformed> {
    let mut reader = Reader { rest: json };
    reader.expect(b'{')?;
    let mut is_over = reader.found(b'}')?;
    while !is_over {
        let name = reader.name()?;
        member(name, reader.value()?);
        is_over = reader.ends(b'}')?;
    }
    reader.skip_space();
    if reader.rest.is_empty() { Ok(()) } else { Err(Malformed) }
}

/// Reads the items of a list that a `Value` holds.
pub(super) fn read_list<'a>(list: &'a [u8], mut item: impl FnMut(Value<'a>)) -> Result<(), Malformed> {
    let mut reader = Reader { rest: list };
    reader.expect(b'[')?;
    let mut is_over = reader.found(b']')?;
    while !is_over {
        item(reader.value()?);
        is_over = reader.ends(b']')?;
    }
    Ok(())
}

/// What is left of a document. What is called seldom takes it by value and gives it back: so it stays in registers.
#[derive(Clone, Copy)]
struct Reader<'a> {
    rest: &'a [u8],
}

/// What holds a value: its end.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Holder {
    List = b']',
    Object = b'}',
}

impl<'a> Reader<'a> {
    #[inline]
    fn value(&mut self) -> Result<Value<'a>, Malformed> {
        match self.token()? {
            b'[' => {
                let from = self.rest;
                *self = self.behind_nested()?;
                Ok(Value::List(&from[..from.len() - self.rest.len()]))
            }
            b'{' => {
                *self = self.behind_nested()?;
                Ok(Value::Object)
            }
            _ => self.flat(),
        }
    }

    /// A value that holds no others.
    #[inline]
    fn flat(&mut self) -> Result<Value<'a>, Malformed> {
        match self.token()? {
            b'"' => self.quoted().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number().map(Value::Number),
            b't' => self.word(b"true").map(|()| Value::Boolean(true)),
            b'f' => self.word(b"false").map(|()| Value::Boolean(false)),
            b'n' => self.word(b"null").map(|()| Value::Absent),
            _ => Err(Malformed),
        }
    }

    /// Passes over a list or an object. What is open is kept in memory of its own: a stranger says how deep it goes.
    fn behind_nested(mut self) -> Result<Self, Malformed> {
        let mut open = Vec::new();
        loop {
            match self.token()? {
                b'[' => {
                    self.pass(1);
                    if !self.found(b']')? {
                        open.push(Holder::List);
                        continue;
                    }
                }
                b'{' => {
                    self.pass(1);
                    if !self.found(b'}')? {
                        self.name()?;
                        open.push(Holder::Object);
                        continue;
                    }
                }
                _ => drop(self.flat()?),
            }
            if !self.goes_on(&mut open)? {
                return Ok(self);
            }
        }
    }

    /// Behind a value: closes what ends with it, and says whether a further value comes.
    fn goes_on(&mut self, open: &mut Vec<Holder>) -> Result<bool, Malformed> {
        while let Some(holder) = open.last() {
            if !self.ends(*holder as u8)? {
                if *holder == Holder::Object {
                    self.name()?;
                }
                return Ok(true);
            }
            open.pop();
        }
        Ok(false)
    }

    /// A member's name and its colon.
    #[inline]
    fn name(&mut self) -> Result<Quoted<'a>, Malformed> {
        if self.token()? != b'"' {
            return Err(Malformed);
        }
        let name = self.quoted()?;
        self.expect(b':')?;
        Ok(name)
    }

    /// A string, from its opening quote on.
    #[inline(always)]
    fn quoted(&mut self) -> Result<Quoted<'a>, Malformed> {
        let from = &self.rest[1..];
        let mut length = plain_length(from);
        let has_escapes = from.get(length) != Some(&b'"');
        if has_escapes {
            length = length_with_escapes(from, length)?;
        }
        let (raw, rest) = from.split_at(length);
        self.rest = &rest[1..];
        Ok(Quoted { raw, has_escapes })
    }

    #[inline]
    fn number(&mut self) -> Result<&'a [u8], Malformed> {
        let (number, rest) = self.rest.split_at(number_length(self.rest)?);
        self.rest = rest;
        Ok(number)
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Malformed> {
        self.rest = self.rest.strip_prefix(word).ok_or(Malformed)?;
        Ok(())
    }

    /// The byte that the next token begins with; it is not passed.
    #[inline]
    fn token(&mut self) -> Result<u8, Malformed> {
        match self.rest.first() {
            Some(byte) if *byte > b' ' => Ok(*byte),
            _ => {
                self.skip_space();
                self.rest.first().copied().ok_or(Malformed)
            }
        }
    }

    #[inline]
    fn expect(&mut self, token: u8) -> Result<(), Malformed> {
        if self.found(token)? { Ok(()) } else { Err(Malformed) }
    }

    /// Passes over the next token if it is this one.
    #[inline]
    fn found(&mut self, token: u8) -> Result<bool, Malformed> {
        let is_it = self.token()? == token;
        self.pass(is_it.into());
        Ok(is_it)
    }

    /// Behind a value: whether its holder ends here, rather than going on behind a comma.
    #[inline]
    fn ends(&mut self, end: u8) -> Result<bool, Malformed> {
        let token = self.token()?;
        self.pass(1);
        if token == b',' || token == end { Ok(token == end) } else { Err(Malformed) }
    }

    #[inline]
    fn skip_space(&mut self) {
        self.rest = behind_space(self.rest);
    }

    /// Passes over bytes that are known to be there.
    #[inline]
    fn pass(&mut self, count: usize) {
        self.rest = &self.rest[count..];
    }
}

fn behind_space(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// How long a string is whose first bytes are plain, up to its closing quote.
#[cold]
fn length_with_escapes(string: &[u8], plain: usize) -> Result<usize, Malformed> {
    let mut length = plain;
    loop {
        let rest = &string[length..];
        length += match rest {
            [b'"', ..] => return Ok(length),
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'\\', b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|hex| hex.is_ascii_hexdigit()) => 6,
            // The end, an escape that there is not, or a control character.
            _ => return Err(Malformed),
        };
        length += plain_length(&string[length..]);
    }
}

/// How long the number is that begins here.
fn number_length(bytes: &[u8]) -> Result<usize, Malformed> {
    let is_next = |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|byte| marks.contains(byte));
    let whole = usize::from(is_next(0, b"-"));
    let mut length = whole + digits(bytes, whole)?;
    if is_next(whole, b"0") && length > whole + 1 {
        return Err(Malformed);
    }
    if is_next(length, b".") {
        length += 1 + digits(bytes, length + 1)?;
    }
    if is_next(length, b"eE") {
        let exponent = length + 1 + usize::from(is_next(length + 1, b"+-"));
        length = exponent + digits(bytes, exponent)?;
    }
    Ok(length)
}

/// How many digits follow from `at` on: at least one.
fn digits(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let count = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 { Err(Malformed) } else { Ok(count) }
}

/// How many bytes go by before a quote, a backslash or a control character, or before the end.
///
/// Eight bytes at a time: where a byte is none of them, the highest bit of `found` is clear, or set by a borrow from one
/// before it that is. No byte from 0x80 on is one.
#[inline]
fn plain_length(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let mut length = 0;
    for eight in bytes.as_chunks::<8>().0 {
        let eight = u64::from_le_bytes(*eight);
        let quotes = (eight ^ (EACH * u64::from(b'"'))).wrapping_sub(EACH);
        let escapes = (eight ^ (EACH * u64::from(b'\\'))).wrapping_sub(EACH);
        let controls = eight.wrapping_sub(EACH * u64::from(b' '));
        let found = (quotes | escapes | controls) & !eight & HIGH;
        if found != 0 {
            return length + (found.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | ..b' ');
    length + bytes[length..].iter().take_while(is_plain).count()
}

/// The text of what stands between quotes.
fn unescaped(raw: &[u8]) -> Option<String> {
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice(&quoted).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    fn reads(json: &[u8]) -> bool {
        read_object(json, |_, _| {}).is_ok()
    }

    /// What serde skips is JSON, if its bytes are text.
    fn is_json_object(json: &[u8]) -> bool {
        json.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(json).is_ok()
    }

    #[test]
    fn plain_bytes_end_at_the_first_that_is_not_wherever_it_stands() {
        for special in [b'"', b'\\', 0, b'\n', 0x1f] {
            for at in 0..40 {
                let mut bytes = "é~ !#[]\u{7f}x".repeat(8).into_bytes()[..40].to_vec();
                bytes[at] = special;
                assert_eq!(plain_length(&bytes), at);
                bytes[39] = special;
                assert_eq!(plain_length(&bytes), at);
            }
        }
        for length in 0..40 {
            assert_eq!(plain_length(&vec![0xff; length]), length);
        }
    }

    #[test]
    fn nesting_is_no_matter_of_the_stack() {
        let deep = |open: &str, close: &str| format!(r#"{{"a":{}1{}}}"#, open.repeat(200_000), close.repeat(200_000));
        assert!(reads(deep("[", "]").as_bytes()));
        assert!(reads(deep(r#"{"a":"#, "}").as_bytes()));
        assert!(reads(deep(r#"[{"a":"#, "}]").as_bytes()));
        assert!(!reads(deep("[", "}").as_bytes()));
    }

    #[test]
    fn a_list_gives_its_items() {
        let mut items = 0;
        assert_eq!(read_list(br#" [ "a" , 1,[2,{}],null ,true]"#, |_| items += 1), Ok(()));
        assert_eq!(items, 5);
        assert_eq!(read_list(b"[]", |_| items += 1), Ok(()));
        assert_eq!(items, 5);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_json_is_what_serde_says_is_json(
            json in r#"[{}\[\],:"\\ \n\t\x00aeEtruflsn0-9.+-]{0,24}"#,
            inside in r#"([{}\[\],:]|"[a\\\x01é]{0,3}"|-?[01]{1,2}(\.[01]?)?([eE][+-]?[0-9]?)?|true|false|null| ){0,12}"#,
        ) {
            for text in [json.clone(), format!("{{{json}}}"), format!(r#"{{"a":{inside}}}"#), format!("{{{inside}}}")] {
                prop_assert_eq!(reads(text.as_bytes()), is_json_object(text.as_bytes()), "{}", text);
            }
        }

        #[test]
        fn a_text_is_what_serde_says_it_is(raw in r#"([a-z é"]|\\["\\/bfnrtu]|\\u[dD][89a-fA-F][0-9]{2}|\\u00[0-9a-f]{2}){0,6}"#) {
            let json = format!(r#"{{"a":"{raw}"}}"#);
            let mut ours = None;
            let read = read_object(json.as_bytes(), |_, value| {
                if let Value::Text(quoted) = value {
                    ours = quoted.text().map(|text| text.into_owned());
                }
            });
            let theirs = serde_json::from_str::<std::collections::HashMap<String, String>>(&json);
            if read.is_ok() {
                prop_assert_eq!(ours, theirs.ok().map(|mut members| members.remove("a").expect("it is there")));
            } else {
                prop_assert!(theirs.is_err());
            }
        }
    }
}
