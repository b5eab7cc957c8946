//! Looking ahead: what a batch of events will need is brought into the caches before, so that the waits for memory overlap.
//!
//! Folding an event reads some twenty places one after the other, and most of them are not in any cache when a million
//! conversations are open. One such wait is as long as the work itself; many at once cost little more than one.

/// Bytes that come into the caches together.
const LINE: usize = 64;

/// Has the memory of a value brought into the caches, without waiting for it.
#[inline]
pub fn prefetch<T>(value: &T) {
    lines(std::ptr::from_ref(value).cast(), size_of::<T>());
}

/// The same of so many bytes at the beginning of a slice, whether it is as long or not.
#[inline]
pub fn prefetch_lines(bytes: &[u8], count: usize) {
    lines(bytes.as_ptr(), count);
}

/// The same of so many bytes from the beginning of a value on.
#[inline]
pub fn prefetch_beginning<T>(value: &T, bytes: usize) {
    lines(std::ptr::from_ref(value).cast(), bytes);
}

/// The same of some bytes of a slice from a place on.
#[inline]
pub fn prefetch_at(bytes: &[u8], at: usize) {
    let start = bytes.as_ptr().wrapping_add(at);
    hint(start);
    hint(start.wrapping_add(LINE / 4));
}

/// The same of the last elements of a slice, and of the place behind them.
#[inline]
pub fn prefetch_end<T>(values: &[T]) {
    let end = values.as_ptr_range().end.cast::<u8>();
    hint(end.wrapping_sub(1));
    hint(end.wrapping_add(LINE / 2));
}

/// The same of all elements of a slice.
#[inline]
pub fn prefetch_all<T>(values: &[T]) {
    lines(values.as_ptr().cast(), size_of_val(values));
}

/// Every line that holds one of these bytes.
#[inline]
fn lines(start: *const u8, bytes: usize) {
    let before = start.addr() % LINE;
    let first = start.wrapping_sub(before);
    (0..(before + bytes).div_ceil(LINE)).for_each(|line| hint(first.wrapping_add(line * LINE)));
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "a hint to the processor: it reads nothing, and no address makes it fault")]
#[inline]
fn hint(address: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: the instruction has no effect but on the caches, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
}

#[cfg(not(target_arch = "x86_64"))]
fn hint(_: *const u8) {}
