//! A source file as the rules see it: tokens without comments, literals and tests.

use std::path::Path;

/// One file of `src/`.
pub(super) struct Source {
    path: String,
    text: String,
    /// The text with comments, literals and test modules blanked, line for line.
    code: String,
}

impl Source {
    /// `path` is relative to `src/`.
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: without_tests(&without_literals(text)) }
    }

    /// Every file under `src/`, by path.
    pub(super) fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        collect(&root, &root, &mut found);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// The module of the crate that it belongs to: `board` for `board/mod.rs`, `clock` for `clock.rs`.
    pub(super) fn module(&self) -> &str {
        let first = self.path.split('/').next().expect("a split has a first part");
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The room of the domain that it belongs to: `day` for `domain/day/sums/mod.rs`, `fact` for `domain/fact.rs`.
    pub(super) fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("domain/")?;
        let first = inside.split('/').next().expect("a split has a first part");
        (first != "mod.rs").then(|| first.strip_suffix(".rs").unwrap_or(first))
    }

    /// How many `super` lead from it to the root of the crate.
    pub(super) fn depth(&self) -> usize {
        match self.path.as_str() {
            "main.rs" | "lib.rs" => 0,
            path => path.trim_end_matches("/mod.rs").split('/').count(),
        }
    }

    /// Identifiers, `::`, and every other character by itself.
    pub(super) fn tokens(&self) -> Vec<&str> {
        let mut tokens = Vec::new();
        let mut rest = self.code.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let length = if word > 0 {
                word
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push(&rest[..length]);
            rest = rest[length..].trim_start();
        }
        tokens
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("a folder of src/ is readable") {
        let path = entry.expect("a folder of src/ is readable").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source file is text");
            let relative = path.strip_prefix(root).expect("it was found below the root");
            found.push(Source::new(&relative.to_string_lossy(), &text));
        }
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Blanks comments, strings and characters, and keeps the line ends.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let literal = literal_length(rest, code.chars().next_back());
        let length = literal.unwrap_or(first.len_utf8());
        match literal {
            Some(_) => code.extend(rest[..length].chars().map(|c| if c == '\n' { c } else { ' ' })),
            None => code.push(first),
        }
        rest = &rest[length..];
    }
    code
}

/// The length of the comment or literal that `rest` begins with.
fn literal_length(rest: &str, before: Option<char>) -> Option<usize> {
    let through = |from: usize, end: &str| Some(rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len()));
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return through(2, "*/");
    }
    if rest.starts_with('"') {
        return Some(quoted_length(rest, '"'));
    }
    if rest.starts_with('r') && !before.is_some_and(is_word_but_b) {
        let hashes = rest[1..].find(|c| c != '#').unwrap_or(0);
        if rest[1 + hashes..].starts_with('"') {
            return through(2 + hashes, &format!("\"{}", "#".repeat(hashes)));
        }
    }
    // A character, not a lifetime: its quote closes after one, perhaps escaped, character.
    let character = rest.strip_prefix('\'')?;
    let closes = character.starts_with('\\') || character.chars().nth(1) == Some('\'');
    closes.then(|| quoted_length(rest, '\''))
}

/// Before a raw string's `r` may stand the `b` of bytes; any other letter makes it the end of a name.
fn is_word_but_b(c: char) -> bool {
    is_word(c) && c != 'b'
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Blanks what stands under `#[cfg(test)]`, up to the brace that closes it or, without one, its semicolon.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        let (before, tests) = rest.split_at(at);
        let end = item_length(tests);
        kept.push_str(before);
        kept.extend(tests[..end].chars().filter(|&c| c == '\n'));
        rest = &tests[end..];
    }
    kept + rest
}

/// The length of the item that `code` begins with, through its closing brace or semicolon.
pub(super) fn item_length(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}
