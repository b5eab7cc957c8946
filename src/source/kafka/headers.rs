//! A record's headers as bytes.
//!
//! rdkafka's own reader panics on a header whose name is not UTF-8, and nothing that arrives on a topic may stop the
//! processor.
#![expect(
    unsafe_code,
    reason = "rdkafka's safe reader of headers panics on hostile bytes; audited: one call in a loop"
)]

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

use rdkafka::bindings;
use rdkafka::message::BorrowedMessage;

/// The headers of `message`, in their order, with null values as they are.
pub(in crate::source) fn headers<'m>(message: &'m BorrowedMessage<'_>) -> HeaderBytes<'m> {
    // SAFETY: the message is alive for 'm.
    unsafe { HeaderBytes::of(message.ptr()) }
}

/// Reads headers one by one.
pub(in crate::source) struct HeaderBytes<'m> {
    /// Null, or a list that lives as long as the message.
    list: *mut bindings::rd_kafka_headers_t,
    index: usize,
    message: PhantomData<&'m ()>,
}

impl HeaderBytes<'_> {
    /// Those of a message.
    ///
    /// # Safety
    /// The message must be librdkafka's, and alive for the lifetime that is chosen.
    pub(super) unsafe fn of(message: *mut bindings::rd_kafka_message_t) -> Self {
        let mut list = ptr::null_mut();
        // SAFETY: the message is alive, and `list` is only read when the call says that it was set. The list belongs to
        // the message.
        let found = unsafe { bindings::rd_kafka_message_headers(message, &raw mut list) };
        let is_set = found == bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
        Self { list: if is_set { list } else { ptr::null_mut() }, index: 0, message: PhantomData }
    }
}

impl<'m> Iterator for HeaderBytes<'m> {
    type Item = (&'m [u8], Option<&'m [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.list.is_null() {
            return None;
        }
        let mut name: *const c_char = ptr::null();
        let mut value: *const c_void = ptr::null();
        let mut size = 0;
        // SAFETY: `list` is not null and alive for 'm; an index past the end is answered with an error, and without one
        // the name is a string that ends in zero and the value, unless null, is `size` bytes long, both alive for 'm.
        let item = unsafe {
            let error =
                bindings::rd_kafka_header_get_all(self.list, self.index, &raw mut name, &raw mut value, &raw mut size);
            (error == bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR).then(|| {
                let value = (!value.is_null()).then(|| std::slice::from_raw_parts(value.cast::<u8>(), size));
                (CStr::from_ptr(name).to_bytes(), value)
            })
        };
        self.index += 1;
        item
    }
}
