//! Protobuf's wire format, borrowed: varints, keys, length-delimited bytes, and skipping what nobody knows.
//!
//! It accepts and refuses what prost does (a test compares them on mutated bytes), but copies nothing, and unknown groups
//! may nest as deep as they like.

/// The bytes are not Protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire::event) struct Malformed;

/// How a field's value is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum WireType {
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    GroupStart = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}

/// What stands before a field's value: its number and its layout, neither of which need be any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(u32);

impl Key {
    #[inline]
    pub(super) fn number(self) -> u32 {
        self.0 >> 3
    }

    /// Whether the value is laid out so.
    #[inline]
    pub(super) fn is(self, wire_type: WireType) -> bool {
        self.0 & 7 == wire_type as u32
    }

    /// How the value is laid out, if this is a key at all.
    #[inline]
    pub(super) fn wire_type(self) -> Result<WireType, Malformed> {
        match self.0 & 7 {
            _ if self.number() == 0 => Err(Malformed),
            0 => Ok(WireType::Varint),
            1 => Ok(WireType::Fixed64),
            2 => Ok(WireType::Bytes),
            3 => Ok(WireType::GroupStart),
            4 => Ok(WireType::GroupEnd),
            5 => Ok(WireType::Fixed32),
            _ => Err(Malformed),
        }
    }
}

/// The bit that is clear in the last byte of a varint, in each of eight bytes.
const LAST: u64 = 0x8080_8080_8080_8080;

/// What is left of a message.
#[derive(Debug, Clone, Copy)]
pub(in crate::wire::event) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(in crate::wire::event) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// What has not been read.
    pub(in crate::wire::event) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next field's key; `None` at the end.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Option<Key>, Malformed> {
        if self.rest.is_empty() { Ok(None) } else { self.next_key().map(Some) }
    }

    /// At most ten bytes, seven bits each, least significant first.
    #[inline]
    pub(in crate::wire::event) fn varint(&mut self) -> Result<u64, Malformed> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            [first, second, rest @ ..] if *second < 0x80 => {
                self.rest = rest;
                Ok(u64::from(first & 0x7f) | u64::from(*second) << 7)
            }
            _ => self.long_varint(),
        }
    }

    /// A length and as many bytes.
    #[inline]
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.varint()?;
        self.take(usize::try_from(length).map_err(|_| Malformed)?)
    }

    /// Passes over the value of field `number`.
    #[inline]
    pub(super) fn skip(&mut self, number: u32, wire_type: WireType) -> Result<(), Malformed> {
        match wire_type {
            WireType::GroupStart => self.skip_group(number),
            _ => self.skip_flat(wire_type),
        }
    }

    fn skip_flat(&mut self, wire_type: WireType) -> Result<(), Malformed> {
        match wire_type {
            WireType::Varint => self.varint().map(drop),
            WireType::Fixed64 => self.take(8).map(drop),
            WireType::Bytes => self.bytes().map(drop),
            WireType::Fixed32 => self.take(4).map(drop),
            WireType::GroupStart | WireType::GroupEnd => Err(Malformed),
        }
    }

    /// What is open is kept in memory of its own: a stranger says how deep it goes.
    #[cold]
    fn skip_group(&mut self, number: u32) -> Result<(), Malformed> {
        let mut open = vec![number];
        while let Some(innermost) = open.last() {
            let key = self.next_key()?;
            match key.wire_type()? {
                WireType::GroupStart => open.push(key.number()),
                WireType::GroupEnd if key.number() == *innermost => drop(open.pop()),
                flat => self.skip_flat(flat)?,
            }
        }
        Ok(())
    }

    #[inline]
    fn next_key(&mut self) -> Result<Key, Malformed> {
        u32::try_from(self.varint()?).map(Key).map_err(|_| Malformed)
    }

    /// One of up to eight bytes, as nearly all are, in one look at them.
    #[inline]
    fn long_varint(&mut self) -> Result<u64, Malformed> {
        if let Some(eight) = self.rest.first_chunk() {
            let eight = u64::from_le_bytes(*eight);
            let last = !eight & LAST;
            if last != 0 {
                self.rest = &self.rest[last.trailing_zeros() as usize / 8 + 1..];
                // All bits up to the mark of the last byte.
                return Ok(packed(eight & (last ^ (last - 1))));
            }
        }
        let (value, rest) = longest_varint(self.rest)?;
        self.rest = rest;
        Ok(value)
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// One byte after the other; what is left comes back with it.
#[cold]
fn longest_varint(bytes: &[u8]) -> Result<(u64, &[u8]), Malformed> {
    let mut value = 0;
    for (i, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if *byte < 0x80 {
            // The tenth byte holds the 64th bit alone.
            return if i == 9 && *byte > 1 { Err(Malformed) } else { Ok((value, &bytes[i + 1..])) };
        }
    }
    Err(Malformed)
}

/// Seven bits of each of eight bytes, without the one between them: by pairs, by fours, and all.
#[inline]
const fn packed(eight: u64) -> u64 {
    let sevens = eight & 0x7f7f_7f7f_7f7f_7f7f;
    let pairs = sevens & 0x007f_007f_007f_007f | (sevens & 0x7f00_7f00_7f00_7f00) >> 1;
    let fours = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    fours & 0x0000_0000_0fff_ffff | (fours & 0x0fff_ffff_0000_0000) >> 4
}
