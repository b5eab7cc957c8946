//! What may stand before an event in its record, and says nothing of it: a schema registry's framing, a byte order mark.
//!
//! Framing is a zero byte and the schema's number in four; before Protobuf comes the path of the message's type within
//! its schema, too. No Protobuf message and no JSON text begins with a zero byte, and no Protobuf message with a mark, so
//! that neither takes anything from a record without them.

use super::protobuf::reader::{Malformed, Reader};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a record holds behind framing and mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unframed<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether there was framing: then a message's path comes before the message.
    pub(super) is_framed: bool,
}

impl<'a> Unframed<'a> {
    #[inline]
    pub(super) fn of(payload: &'a [u8]) -> Self {
        let (bytes, is_framed) = match payload {
            [0, _, _, _, _, rest @ ..] => (rest, true),
            _ => (payload, false),
        };
        Self { bytes: without_mark(bytes), is_framed }
    }

    /// The Protobuf message, behind its path.
    #[inline]
    pub(super) fn message(self) -> Result<&'a [u8], Malformed> {
        if self.is_framed { without_path(self.bytes) } else { Ok(self.bytes) }
    }
}

/// The bytes behind a byte order mark, if they begin with one.
#[inline]
pub(in crate::wire) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// A path is a count and as many numbers, each a varint with the sign in its lowest bit; a single 0 stands for the path of
/// a schema's first message. Which message it is nobody asks: on these topics there is one.
fn without_path(bytes: &[u8]) -> Result<&[u8], Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.varint()?;
    if count & 1 == 1 {
        return Err(Malformed);
    }
    for _ in 0..count / 2 {
        reader.varint()?;
    }
    Ok(reader.rest())
}
