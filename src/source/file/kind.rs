//! Files that are no JSON lines, recognised by how they begin, with what to do about them.

/// What a file is instead of JSON lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherKind {
    /// Compressed, by the program that unpacks it to standard output.
    Packed(&'static str, &'static str),
    /// One JSON array of all events.
    Array,
    /// UTF-16, as some Windows programs write text.
    Utf16,
}

/// How compressed files begin, what they are, and what unpacks them.
const PACKED: &[(&[u8], &str, &str)] = &[
    (&[0x1f, 0x8b], "gzip", "gunzip -c"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd -dc"),
    (b"BZh", "bzip2", "bunzip2 -c"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz", "xz -dc"),
    (b"PK\x03\x04", "zip", "unzip -p"),
];

impl OtherKind {
    /// What begins so, where that is no JSON lines. A bad line is no other kind: it is counted like a bad record.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        if let Some((_, kind, unpack)) = PACKED.iter().find(|(magic, ..)| head.starts_with(magic)) {
            return Some(Self::Packed(kind, unpack));
        }
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Some(Self::Utf16);
        }
        is_array(head).then_some(Self::Array)
    }

    /// What is wrong with the file of this name, and what would be right.
    pub(super) fn said(self, name: &str) -> String {
        let file = if name == "-" { "FILE" } else { name };
        match self {
            Self::Packed(kind, unpack) => {
                format!("is packed ({kind}); right would be `{unpack} {file} | cxpulse replay --input - …`")
            }
            Self::Array => format!(
                "is one JSON array; right would be JSON lines, one event a line: \
                 `jq -c '.[]' {file} | cxpulse replay --input - …`"
            ),
            Self::Utf16 => {
                format!(
                    "is UTF-16; right would be UTF-8: `iconv -f UTF-16 -t UTF-8 {file} | cxpulse replay --input - …`"
                )
            }
        }
    }
}

/// Whether an array of objects begins here that goes on beyond its line or is all there is.
fn is_array(head: &[u8]) -> bool {
    let text = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head).trim_ascii_start();
    let Some(items) = text.strip_prefix(b"[") else { return false };
    let line = items.split(|byte| *byte == b'\n').next().unwrap_or(items);
    let (rest, line) = (items[line.len()..].trim_ascii(), line.trim_ascii());
    if line.is_empty() {
        return rest.starts_with(b"{");
    }
    line.starts_with(b"{") && (!line.ends_with(b"]") || rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_files_are_told_by_their_first_bytes() {
        assert_eq!(OtherKind::of(b"\x1f\x8b\x08\0\0"), Some(OtherKind::Packed("gzip", "gunzip -c")));
        assert_eq!(OtherKind::of(b"PK\x03\x04\x14\0"), Some(OtherKind::Packed("zip", "unzip -p")));
        assert_eq!(OtherKind::of(b"\xff\xfe{\0"), Some(OtherKind::Utf16));
    }

    #[test]
    fn an_array_of_events_is_told_however_it_is_broken_into_lines() {
        for array in
            ["[{\"a\":1},{\"a\":2}]", "[{\"a\":1}]\n", "[\n  {\"a\":1},\n  {\"a\":2}\n]", " [ {\"a\":1},\n{\"a\":2} ]"]
        {
            assert_eq!(OtherKind::of(array.as_bytes()), Some(OtherKind::Array), "{array}");
        }
        assert_eq!(OtherKind::of(b"\xef\xbb\xbf[\r\n{\"a\":1}\r\n]"), Some(OtherKind::Array));
    }

    #[test]
    fn lines_of_events_and_bad_lines_among_them_are_no_other_kind() {
        for lines in
            ["", "\n", "{\"a\":1}\n", "[]\n{\"a\":1}\n", "[{\"a\":1}]\n{\"a\":1}\n", "[1,2", "[", "[]", "time,type\n"]
        {
            assert_eq!(OtherKind::of(lines.as_bytes()), None, "{lines}");
        }
    }
}
