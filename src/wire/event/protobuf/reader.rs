//! Protobuf's wire format, borrowed: varints, keys, length-delimited bytes, and skipping what nobody knows.
//!
//! It accepts and refuses what prost does (a test compares them on mutated bytes), but copies nothing, and unknown groups
//! may nest as deep as they like.

/// The bytes are not Protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire::event) struct Malformed;

/// How a field's value is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire::event) enum WireType {
    Varint,
    Fixed64,
    Bytes,
    GroupStart,
    GroupEnd,
    Fixed32,
}

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

    /// The next field's number and layout; `None` at the end.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Option<(u32, WireType)>, Malformed> {
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
            match self.next_key()? {
                (inner, WireType::GroupStart) => open.push(inner),
                (inner, WireType::GroupEnd) if inner == *innermost => drop(open.pop()),
                (_, wire_type) => self.skip_flat(wire_type)?,
            }
        }
        Ok(())
    }

    #[inline]
    fn next_key(&mut self) -> Result<(u32, WireType), Malformed> {
        let key = u32::try_from(self.varint()?).map_err(|_| Malformed)?;
        let wire_type = match key & 7 {
            0 => WireType::Varint,
            1 => WireType::Fixed64,
            2 => WireType::Bytes,
            3 => WireType::GroupStart,
            4 => WireType::GroupEnd,
            5 => WireType::Fixed32,
            _ => return Err(Malformed),
        };
        if key >> 3 == 0 { Err(Malformed) } else { Ok((key >> 3, wire_type)) }
    }

    fn long_varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for (i, byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if *byte < 0x80 {
                self.rest = &self.rest[i + 1..];
                // The tenth byte holds the 64th bit alone.
                return if i == 9 && *byte > 1 { Err(Malformed) } else { Ok(value) };
            }
        }
        Err(Malformed)
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}
