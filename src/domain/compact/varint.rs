//! Small numbers as few bytes: little-endian base 128, as Protobuf has it.

/// Appends a number: seven bits a byte, the eighth says that more follow.
#[inline]
pub fn write(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a number of either sign; small ones of both stay small.
#[inline]
pub fn write_signed(out: &mut Vec<u8>, number: i64) {
    write(out, (number << 1 ^ number >> 63) as u64);
}

/// A few numbers one after the other, to be appended at once: asking for room byte by byte costs more than the bytes.
#[derive(Debug)]
pub struct Encoded {
    bytes: [u8; LONGEST],
    len: usize,
}

/// What is encoded at once has no more bytes.
const LONGEST: usize = 64;

impl Encoded {
    /// It begins with a byte.
    #[inline]
    #[must_use]
    pub fn new(head: u8) -> Self {
        let mut bytes = [0; LONGEST];
        bytes[0] = head;
        Self { bytes, len: 1 }
    }

    /// Appends a byte.
    #[inline]
    pub fn byte(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    /// Appends a number, as `write` does.
    #[inline]
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// Appends a number of either sign, as `write_signed` does.
    #[inline]
    pub fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    /// Appends eight bytes as they are.
    pub fn eight(&mut self, number: u64) {
        number.to_le_bytes().into_iter().for_each(|byte| self.byte(byte));
    }

    /// All of them.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Reads what `write` wrote. The bytes are our own, so it does not expect them to end early.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// From the first byte on.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> u8 {
        let byte = self.bytes[self.at];
        self.at += 1;
        byte
    }

    /// The next number.
    #[inline]
    pub fn number(&mut self) -> u64 {
        let first = self.byte();
        if first < 0x80 {
            return u64::from(first);
        }
        let (mut number, mut shift) = (u64::from(first & 0x7f), 7);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    /// The next number of either sign.
    #[inline]
    pub fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }

    /// How many bytes there are after this.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next bytes, so many.
    pub fn slice(&mut self, length: usize) -> &'a [u8] {
        let slice = &self.bytes[self.at..self.at + length];
        self.at += length;
        slice
    }

    /// Whether all has been read.
    #[inline]
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// How many bytes have been read.
    #[must_use]
    pub fn read_bytes(&self) -> usize {
        self.at
    }

    /// The next eight bytes as they are.
    pub fn eight(&mut self) -> u64 {
        let bytes = self.bytes[self.at..self.at + 8].try_into().expect("a slice of eight");
        self.at += 8;
        u64::from_le_bytes(bytes)
    }
}
