//! Pages of one answer: who asks for the next page gets what stood behind the first, whatever happened since.
//!
//! An endpoint makes an answer that can write any part of itself. If a page leaves something over, the answer is kept, and
//! `next_page` names it and where to go on. So much is kept in all; what was made longest ago goes first, and who comes for
//! it then is told to begin again. What is an hour old goes too, since there may be private text in it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use super::parameters::Parameters;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::span::Span;
use crate::serve::asking::{Desk, Moment};
use crate::serve::problem::Problem;
use crate::wire::output::json::{Head, Listing};

/// The parameters of pages, which every endpoint with rows knows.
pub(super) const PAGING: [&str; 2] = ["limit", "page"];

/// Rows of a page where nothing else is asked for.
const LIMIT: usize = 100;
/// Rows of a page at most.
pub(in crate::serve) const MOST_ROWS: usize = 1_000;
/// How much is kept in all, in rows: some 200 MB of the largest.
const KEPT_ROWS: usize = 200_000;
/// Answers kept at most.
const KEPT_ANSWERS: usize = 64;
/// For how long at most.
const KEPT_MS: Millis = 3_600_000;

const A_PAGE: &str = "what next_page says, with the other parameters as they were";

/// An answer that can write any part of itself.
pub(super) struct Answered {
    /// How many rows it holds in memory.
    pub(super) rows: usize,
    /// Writes a part as JSON.
    pub(super) write: Box<Write>,
}

/// Writes the part of an answer that a slice names.
type Write = dyn Fn(&Slice) -> Vec<u8> + Send + Sync;

impl Answered {
    /// A list of rows of a view, which `json` writes, and how it begins.
    pub(super) fn list<R: Send + Sync + 'static>(
        (desk, moment): (&Desk, Moment),
        head: fn(&Desk, Moment) -> Head<'_>,
        (view, span): (Arc<View>, Option<Span>),
        rows: Vec<R>,
        json: fn(&Listing<'_, R>) -> Vec<u8>,
    ) -> Self {
        let (desk, total_rows) = (desk.clone(), rows.len());
        let write = move |slice: &Slice| {
            let (head, next_page) = (head(&desk, moment), slice.next_page(total_rows));
            let (rows, next_page) = (slice.of(&rows), next_page.as_deref());
            json(&Listing { head, span, view: &view, rows, total_rows, next_page })
        };
        Self { rows: total_rows, write: Box::new(write) }
    }
}

/// Which rows a page has.
#[derive(Debug)]
pub(super) struct Slice {
    /// How many come before it.
    pub(super) skip: usize,
    /// How many it has at most.
    pub(super) limit: usize,
    /// By what the answer is found again.
    id: u64,
    is_last: Cell<bool>,
}

impl Slice {
    /// The rows of the page, of all there are.
    pub(super) fn of<'a, T>(&self, rows: &'a [T]) -> &'a [T] {
        &rows[self.places(rows.len())]
    }

    /// The places of its rows among so many.
    pub(super) fn places(&self, total_rows: usize) -> Range<usize> {
        let from = self.skip.min(total_rows);
        from..total_rows.min(from.saturating_add(self.limit))
    }

    /// What the next page is asked for by, if there are so many rows that there is one.
    pub(super) fn next_page(&self, total_rows: usize) -> Option<String> {
        let next = self.skip.saturating_add(self.limit);
        self.is_last.set(next >= total_rows);
        (next < total_rows).then(|| format!("{:016x}-{next}", self.id))
    }
}

/// The answers of which somebody may want more.
#[derive(Default)]
pub(super) struct Pages {
    /// The newest last.
    kept: Mutex<VecDeque<Kept>>,
    /// How many answers there were.
    answers: AtomicU64,
}

struct Kept {
    id: u64,
    /// What was known when it was made.
    as_of: Millis,
    /// Who asked for what: nobody else is shown it.
    question: String,
    answered: Arc<Answered>,
}

impl Pages {
    /// The page that is asked for: the first of a new answer, which `ask` makes, or another one of an answer that is kept.
    ///
    /// # Errors
    /// Where `limit` or `page` is wrong, or the page is gone; and whatever `ask` says.
    pub(super) fn answer(
        &self,
        desk: &Desk,
        endpoint: &str,
        pairs: &[(String, String)],
        ask: impl FnOnce() -> Result<Answered, Problem>,
    ) -> Result<Vec<u8>, Problem> {
        let parameters = Parameters::unchecked(pairs);
        let limit = parameters.whole("limit", 1..=MOST_ROWS)?.unwrap_or(LIMIT);
        let question = || question(desk, endpoint, pairs);
        self.drop_old(desk.known_as_of());
        if let Some(page) = parameters.one("page") {
            let (id, skip) = read(page).ok_or_else(|| wrong_page(page, "it is no page"))?;
            let answered = self.find(id, &question())?;
            return Ok((answered.write)(&Slice { skip, limit, id, is_last: Cell::default() }));
        }
        let answered = ask()?;
        let slice = Slice { skip: 0, limit, id: self.new_id(desk), is_last: Cell::new(true) };
        let body = (answered.write)(&slice);
        if !slice.is_last.get() {
            let (id, as_of) = (slice.id, desk.known_as_of());
            self.keep(Kept { id, as_of, question: question(), answered: Arc::new(answered) });
        }
        Ok(body)
    }

    /// One that no other answer has, not even one before the process was started again.
    fn new_id(&self, desk: &Desk) -> u64 {
        let nth = self.answers.fetch_add(1, Ordering::Relaxed);
        xxh3_64(format!("{} {nth}", desk.known_as_of()).as_bytes())
    }

    fn drop_old(&self, now: Millis) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| now - one.as_of <= KEPT_MS);
    }

    fn find(&self, id: u64, question: &str) -> Result<Arc<Answered>, Problem> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|kept| kept.id == id).ok_or_else(Problem::page_gone)?;
        // The id of somebody else's answer is as good as none.
        if found.question == question { Ok(found.answered.clone()) } else { Err(Problem::page_gone()) }
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(new);
        let mut rows: usize = kept.iter().map(|one| one.answered.rows).sum();
        while kept.len() > KEPT_ANSWERS || rows > KEPT_ROWS && kept.len() > 1 {
            rows -= kept.pop_front().map_or(0, |oldest| oldest.answered.rows);
        }
    }
}

/// All that an answer depends on but its moment.
fn question(desk: &Desk, endpoint: &str, pairs: &[(String, String)]) -> String {
    let mut others: Vec<_> = pairs.iter().filter(|(name, _)| !PAGING.contains(&name.as_str())).collect();
    others.sort_unstable();
    format!("{:?}", (desk.account(), desk.private, endpoint, others))
}

fn read(page: &str) -> Option<(u64, usize)> {
    let (id, skip) = page.split_once('-')?;
    let is_ours = id.len() == 16 && skip.bytes().all(|byte| byte.is_ascii_digit());
    let id = u64::from_str_radix(id, 16).ok().filter(|_| is_ours)?;
    Some((id, skip.parse().ok()?))
}

fn wrong_page(page: &str, what: &'static str) -> Problem {
    Problem::invalid_parameter("page", page, what, A_PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(skip: usize, limit: usize) -> Slice {
        Slice { skip, limit, id: 7, is_last: Cell::new(true) }
    }

    #[test]
    fn a_page_has_the_rows_after_those_before_it_and_names_the_next() {
        let rows = [1, 2, 3, 4, 5];
        assert_eq!(slice(0, 2).of(&rows), [1, 2]);
        assert_eq!(slice(4, 2).of(&rows), [5]);
        assert_eq!(slice(9, 2).of(&rows), [0; 0]);
        assert_eq!(slice(2, 2).next_page(5).as_deref(), Some("0000000000000007-4"));
        assert_eq!(slice(3, 2).next_page(5), None);
    }

    #[test]
    fn what_names_no_page_is_told_from_what_does() {
        assert_eq!(read("0000000000000007-4"), Some((7, 4)));
        for wrong in ["", "7-4", "0000000000000007-", "0000000000000007--4", "000000000000000g-4", "0000000000000007"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn so_much_is_kept_and_the_oldest_goes_first() {
        let pages = Pages::default();
        let keep = |id, rows| {
            let answered = Arc::new(Answered { rows, write: Box::new(|_| Vec::new()) });
            pages.keep(Kept { id, as_of: id as Millis, question: "q".to_owned(), answered });
        };
        keep(1, KEPT_ROWS);
        keep(2, 10);
        assert!(pages.find(1, "q").is_err() && pages.find(2, "q").is_ok());
        assert!(pages.find(2, "another").is_err(), "nobody is shown what somebody else asked for");
        (3..3 + KEPT_ANSWERS as u64).for_each(|id| keep(id, 0));
        assert!(pages.find(2, "q").is_err() && pages.find(3, "q").is_ok());
        keep(1_000, 2 * KEPT_ROWS);
        assert!(pages.find(1_000, "q").is_ok(), "the newest stays, however large it is");
        pages.drop_old(1_000 + KEPT_MS);
        assert!(pages.find(1_000, "q").is_ok());
        pages.drop_old(1_001 + KEPT_MS);
        assert!(pages.find(1_000, "q").is_err(), "nothing is kept for long");
    }
}
