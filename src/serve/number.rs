//! Numbers as Prometheus reads them, written without an allocation: a scrape has a hundred thousand.

use std::fmt::Write as _;

/// One number, in the unit in which it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// A count.
    Count(u64),
    /// Whole milliseconds, written as seconds.
    Millis(u64),
    /// Fractional milliseconds, written as seconds.
    MeanMillis(f64),
    /// A share, score or mean.
    Quotient(f64),
}

impl Value {
    /// Whether it is nothing.
    pub(super) fn is_zero(self) -> bool {
        match self {
            Self::Count(n) | Self::Millis(n) => n == 0,
            Self::MeanMillis(x) | Self::Quotient(x) => x == 0.0,
        }
    }

    /// The number in base units.
    pub(super) fn text(self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    /// Appends the number in base units.
    pub(super) fn write(self, out: &mut String) {
        match self {
            Self::Count(n) => whole(out, n),
            Self::Millis(n) => seconds(out, n),
            Self::MeanMillis(x) => shortest(out, x / 1_000.0),
            Self::Quotient(x) => shortest(out, x),
        }
    }
}

/// Appends a label's value with its three escapes.
pub(super) fn label(out: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
}

fn whole(out: &mut String, n: u64) {
    out.push_str(itoa::Buffer::new().format(n));
}

fn seconds(out: &mut String, ms: u64) {
    whole(out, ms / 1_000);
    let rest = ms % 1_000;
    if rest > 0 {
        let digits = [b'.', b'0' + (rest / 100) as u8, b'0' + (rest / 10 % 10) as u8, b'0' + (rest % 10) as u8];
        let text = std::str::from_utf8(&digits).expect("a point and digits are ASCII");
        out.push_str(text.trim_end_matches('0'));
    }
}

fn shortest(out: &mut String, x: f64) {
    write!(out, "{x}").expect("a String takes every write");
}
