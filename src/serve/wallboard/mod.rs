//! The wallboard: one page and its files, for who keeps it open all day.
//!
//! `build.mjs` makes them of `page/`, and they are put into the program as it is compiled. A program that was compiled without
//! them lists at `/` what else there is, and how to build the page.

mod content;

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use self::content::Content;
use super::pages;
use super::problem::Problem;

/// Where the page is.
pub(super) const PATH: &str = "/";
/// Where the files are that it loads.
pub(super) const ASSETS: &str = "/assets/{file}";
/// The kind of the page.
pub(super) const PAGE_KIND: &str = "text/html; charset=utf-8";
/// What it loads, each with its kind.
pub(super) const KINDS: [(&str, &str); 3] = [
    ("board.js", "text/javascript; charset=utf-8"),
    ("board.css", "text/css; charset=utf-8"),
    ("icon.svg", "image/svg+xml"),
];

/// What there is to know where it is not in the program.
const MISSING: &str = "this program has no wallboard: it was built without Node.js and npm; \
    where they are, `make demo` and `make release` put it in";

/// What `build.mjs` has made.
#[derive(RustEmbed)]
#[folder = "src/serve/wallboard/dist/"]
struct Built;

/// The page of this program, if it has one.
static WALLBOARD: LazyLock<Option<Wallboard>> =
    LazyLock::new(|| Wallboard::of(|name| Built::get(name).map(|file| file.data)));

/// The page, and what it loads.
struct Wallboard {
    page: Content,
    assets: Vec<(&'static str, Content)>,
}

impl Wallboard {
    /// Of the files by name; nothing where one of them is not there.
    fn of(find: impl Fn(&str) -> Option<Cow<'static, [u8]>>) -> Option<Self> {
        let page = Content::new(PAGE_KIND, find("index.html")?);
        let asset = |(name, kind)| Some((name, Content::new(kind, find(name)?)));
        Some(Self { page, assets: KINDS.into_iter().map(asset).collect::<Option<_>>()? })
    }

    fn asset(&self, name: &str) -> Option<&Content> {
        self.assets.iter().find(|(known, _)| *known == name).map(|(_, file)| file)
    }
}

/// Whether this program has the page.
#[must_use]
pub fn is_built() -> bool {
    WALLBOARD.is_some()
}

/// Says so in the log where there is no page.
pub(super) fn note() {
    if !is_built() {
        tracing::warn!("{MISSING}; all else works");
    }
}

/// The page and its files, which need no key: no number is in them.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = |headers: HeaderMap| async move { page(WALLBOARD.as_ref(), &headers) };
    let asset = |name: Result<Path<String>, PathRejection>, headers: HeaderMap| async move {
        asset(WALLBOARD.as_ref(), name.ok().map(|Path(name)| name).as_deref(), &headers)
    };
    Router::new().route(PATH, get(page)).route(ASSETS, get(asset))
}

/// Whatever its parameters are: they are for the page to read.
fn page(board: Option<&Wallboard>, headers: &HeaderMap) -> Response {
    match board {
        Some(board) => board.page.answer(headers),
        None => {
            let kind = [(header::CONTENT_TYPE, pages::PLAIN)];
            (content::PROTECTION, kind, format!("{}\n{MISSING}.\n", pages::INDEX)).into_response()
        }
    }
}

/// A file by its name, which may be no text.
fn asset(board: Option<&Wallboard>, name: Option<&str>, headers: &HeaderMap) -> Response {
    let file = board.zip(name).and_then(|(board, name)| board.asset(name));
    file.map_or_else(|| Problem::no_such_path().into_response(), |file| file.answer(headers))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::StatusCode;

    use super::*;

    fn text(answer: Response) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let body = runtime.block_on(to_bytes(answer.into_body(), usize::MAX)).expect("it is there");
        String::from_utf8(body.to_vec()).expect("text")
    }

    /// One whose files have their names in them.
    fn board() -> Wallboard {
        Wallboard::of(|name| Some(Cow::Owned(format!("of {name}").into_bytes()))).expect("all are there")
    }

    #[test]
    fn each_file_is_answered_with_its_kind() {
        let (board, none) = (board(), HeaderMap::new());
        let answer = page(Some(&board), &none);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], PAGE_KIND);
        assert_eq!(text(answer), "of index.html");
        for (name, kind) in KINDS {
            let answer = asset(Some(&board), Some(name), &none);
            assert_eq!(
                (answer.status(), &answer.headers()[header::CONTENT_TYPE]),
                (StatusCode::OK, &kind.parse().expect("one"))
            );
            assert_eq!(text(answer), format!("of {name}"));
        }
    }

    #[test]
    fn nothing_else_is_there_and_nothing_of_a_page_that_is_not_whole() {
        let board = board();
        for name in [Some("index.html"), Some(".gitignore"), Some("../mod.rs"), Some(""), None] {
            assert_eq!(asset(Some(&board), name, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{name:?}");
        }
        assert_eq!(asset(None, Some("board.js"), &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
        assert!(Wallboard::of(|name| (name != "board.css").then_some(Cow::Borrowed(b""))).is_none());
    }

    #[test]
    fn without_the_page_there_is_the_list_of_addresses_and_how_to_build_it() {
        let answer = page(None, &HeaderMap::new());
        assert_eq!(
            (answer.status(), &answer.headers()[header::CONTENT_TYPE]),
            (StatusCode::OK, &pages::PLAIN.parse().expect("one"))
        );
        assert!(answer.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        let text = text(answer);
        assert!(text.contains("\n/metrics/agents ") && text.contains("`make release`"), "{text}");
    }
}
