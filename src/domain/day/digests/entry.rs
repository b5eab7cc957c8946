//! How what a digest has of one group stands in bytes.

use crate::domain::compact::varint::{Reader, write, write_signed};
use crate::domain::event::Millis;
use crate::domain::span::Span;

use super::presence::Signed;

/// Whether there are visits.
pub(super) const HAS_VISITS: u8 = 0x01;
/// Whether an agent's presence follows.
pub(super) const HAS_PRESENCE: u8 = 0x02;
/// Whether there are durations.
pub(super) const HAS_DURATIONS: u8 = 0x04;
/// Whether people follow.
pub(super) const HAS_PEOPLE: u8 = 0x08;

/// Appends a span, told from a moment nearby; its length has the sign.
pub(super) fn push_span(out: &mut Vec<u8>, (span, unit): Signed, near: Millis) {
    write_signed(out, span.from - near);
    write_signed(out, span.length_ms() * Millis::from(unit));
}

/// Reads what `push_span` wrote.
#[inline]
pub(super) fn read_span(reader: &mut Reader<'_>, near: Millis) -> Signed {
    let from = near + reader.signed();
    let length_ms = reader.signed();
    (Span { from, to: from + length_ms.abs() }, if length_ms < 0 { -1 } else { 1 })
}

/// Appends a number that fits 63 bits, and how often it counts, which is once most of the time.
pub(super) fn write_times(out: &mut Vec<u8>, number: u64, times: i32) {
    write(out, number << 1 | u64::from(times != 1));
    if times != 1 {
        write_signed(out, i64::from(times));
    }
}

/// Reads what `write_times` wrote.
#[inline]
pub(super) fn read_times(reader: &mut Reader<'_>) -> (u64, i32) {
    let number = reader.number();
    (number >> 1, if number & 1 == 0 { 1 } else { reader.signed() as i32 })
}
