//! Numbers as Prometheus reads them, written without an allocation: a scrape has a hundred thousand.

use crate::domain::answers::catalogue::Number;

/// The number in base units: seconds, and fractions of one.
pub(super) fn text(number: Number) -> String {
    let mut text = String::new();
    write(&mut text, number);
    text
}

/// Appends the number in base units.
pub(super) fn write(out: &mut String, number: Number) {
    match number {
        Number::Count(n) => whole(out, n),
        Number::Millis(n) => seconds(out, n),
        Number::MeanMillis(x) => shortest(out, x / 1_000.0),
        Number::Quotient(x) => shortest(out, x),
        Number::Flag => out.push('1'),
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

/// The fewest digits that read back as the same number.
fn shortest(out: &mut String, x: f64) {
    let mut digits = zmij::Buffer::new();
    let text = digits.format(x);
    out.push_str(text.strip_suffix(".0").unwrap_or(text));
}
