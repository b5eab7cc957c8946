//! One client of a stream: what it was told, and what it is told next.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Bytes;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

use super::event::{Kind, event};
use super::shared::Streams;
use super::told::{Newest, Told};
use super::wanted::Wanted;
use crate::serve::access::{Caller, Permit};
use crate::serve::problem::Problem;
use crate::wire::output::json::{Hello, bye_json, hello_json, view_json};

/// Of the events and their fields.
const SCHEMA: u32 = 1;

/// Why a stream ends.
const STOPPING: (&str, &str) = ("stopping", "the server stops; connect again");
const REVOKED: (&str, &str) = ("revoked", "the key or the session does not hold any more");
/// A board goes on with another stream after this word, whose answer makes the cookie anew.
const STALE: (&str, &str) = ("stopping", "the session's cookie has to be made anew; connect again");
const FAILED: (&str, &str) = ("failed", "the view could not be made, which is a fault of this server");

/// A client that listens.
pub(super) struct Client {
    streams: Arc<Streams>,
    caller: Caller,
    wanted: Arc<Wanted>,
    newest: watch::Receiver<Newest>,
    ending: watch::Receiver<bool>,
    heartbeat: Pin<Box<Sleep>>,
    was: Was,
    /// It is one of so many.
    _permit: Permit,
}

/// What a client was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Was {
    Nothing,
    Greeted,
    /// The view of this number.
    Told(u64),
    /// Nothing follows.
    Over,
}

/// What happens next.
enum Happens {
    Ending,
    News(Newest),
    Quiet,
}

impl Client {
    pub(super) fn new(
        streams: Arc<Streams>,
        caller: Caller,
        wanted: Arc<Wanted>,
        mut newest: watch::Receiver<Newest>,
        permit: Permit,
    ) -> Self {
        // The first view is there: it is the first thing that happens.
        newest.mark_changed();
        let heartbeat = Box::pin(sleep(streams.settings().heartbeat));
        let ending = streams.ending();
        Self { streams, caller, wanted, newest, ending, heartbeat, was: Was::Nothing, _permit: permit }
    }

    /// The next event, which is waited for; none after the last.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        match self.was {
            Was::Nothing => {
                self.was = Was::Greeted;
                Some(self.hello())
            }
            Was::Greeted | Was::Told(_) => Some(self.wait().await),
            Was::Over => None,
        }
    }

    async fn wait(&mut self) -> Bytes {
        loop {
            let happens = self.happens().await;
            if matches!(happens, Happens::Ending) {
                return self.bye(STOPPING);
            }
            if !self.streams.still_holds(&self.caller) {
                return self.bye(REVOKED);
            }
            if self.streams.is_stale(&self.caller) {
                return self.bye(STALE);
            }
            let event = match happens {
                Happens::Quiet => self.beat(),
                Happens::News(Some(Ok(told))) => self.tell(&told),
                Happens::News(Some(Err(problem))) => Some(self.bye(("refused", problem.detail()))),
                Happens::News(None) | Happens::Ending => Some(self.bye(FAILED)),
            };
            if let Some(event) = event {
                return event;
            }
        }
    }

    /// Waits for what happens first; where several things have, the end comes first, and news before a sign of life.
    async fn happens(&mut self) -> Happens {
        tokio::select! {
            biased;
            _ended = self.ending.wait_for(|ending| *ending) => Happens::Ending,
            changed = self.newest.changed() => match changed {
                Ok(()) => Happens::News(self.newest.borrow_and_update().clone()),
                // Who makes the views is gone.
                Err(_) => Happens::News(None),
            },
            () = &mut self.heartbeat => Happens::Quiet,
        }
    }

    fn tell(&mut self, told: &Told) -> Option<Bytes> {
        let sent = if let Was::Told(number) = self.was { Some(number) } else { None };
        self.was = Was::Told(told.number);
        told.after(sent)
    }

    fn hello(&self) -> Bytes {
        let settings = self.streams.settings();
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let hello = Hello {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            build: env!("SOURCE_BUILD"),
            publish_interval_ms: millis(settings.publish_interval),
            heartbeat_ms: millis(settings.heartbeat),
            parts: &self.wanted.words(),
        };
        event(Kind::Hello, None, &hello_json(&hello))
    }

    /// A sign of life; none where the account cannot be asked for the moment, which the next one tells again.
    fn beat(&mut self) -> Option<Bytes> {
        self.heartbeat = Box::pin(sleep(self.streams.settings().heartbeat));
        let head = self.streams.known(&self.caller, &self.wanted.account).ok()?;
        Some(event(Kind::Heartbeat, None, &view_json(&head, [])))
    }

    fn bye(&mut self, (reason, detail): (&str, &str)) -> Bytes {
        self.was = Was::Over;
        event(Kind::Bye, None, &bye_json(reason, detail))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("was", &self.was).finish_non_exhaustive()
    }
}

/// Why a stream cannot begin whose first view was refused, or never came.
pub(super) fn begun(newest: &Newest) -> Result<(), Problem> {
    match newest {
        Some(Ok(_)) => Ok(()),
        Some(Err(problem)) => Err(problem.clone()),
        None => Err(Problem::internal()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Runtime;

    use super::*;
    use crate::board::Board;
    use crate::serve::access::Access;
    use crate::serve::asking::Asking;
    use crate::serve::native::stream::StreamSettings;
    use crate::serve::native::stream::content::{Content, PartContent};
    use crate::serve::native::stream::part::Part;

    fn content(open: u64) -> Content {
        let live = PartContent::whole(Part::Live, format!(r#""open":{open}"#).into_bytes(), open);
        Content { head: Vec::new(), as_of: 1, parts: vec![live], _room: None }
    }

    /// A client of a question without a task, whose views the test puts up.
    struct Listening {
        runtime: Runtime,
        streams: Arc<Streams>,
        newest: watch::Sender<Newest>,
        client: Client,
    }

    impl Listening {
        fn new() -> Self {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
            let asking = Arc::new(Asking::new(Arc::new(Board::new(&[5])), Arc::default(), Box::new(|| 0), 1));
            let streams = Arc::new(Streams::new(asking, Arc::new(Access::open()), StreamSettings::default()));
            let wanted = Arc::new(Wanted::read("acme", true, &[], 1_800_000_000_000).expect("nothing is wrong"));
            let (newest, first) = watch::channel(Some(Ok(Arc::new(Told::first(content(0))))));
            let permit = streams.enter("acme").expect("there is room");
            let inside = runtime.enter();
            let client = Client::new(streams.clone(), Caller::everything(), wanted, first, permit);
            drop(inside);
            Self { runtime, streams, newest, client }
        }

        fn put(&self, open: u64) {
            self.newest.send_modify(|newest| {
                let last = newest.as_ref().and_then(|newest| newest.as_ref().ok()).expect("there is one");
                *newest = Some(Ok(Arc::new(last.next(content(open), false).expect("it is news"))));
            });
        }

        /// The next event, in one line; nothing at the end.
        fn next(&mut self) -> String {
            let event = self.runtime.block_on(self.client.next()).unwrap_or_default();
            String::from_utf8(event.to_vec()).expect("text").trim_end().replace('\n', " ")
        }
    }

    #[test]
    fn who_missed_a_view_is_told_the_newest_whole_and_then_what_changes() {
        let mut listening = Listening::new();
        assert!(listening.next().starts_with(r#"retry: 1000 event: hello data: {"schema":1,"#));
        assert_eq!(listening.next(), r#"event: snapshot id: 1 data: {"live":{"open":0}}"#);
        listening.put(1);
        assert_eq!(listening.next(), r#"event: update id: 2 data: {"live":{"open":1}}"#);
        (2..9).for_each(|open| listening.put(open));
        assert_eq!(listening.next(), r#"event: snapshot id: 9 data: {"live":{"open":8}}"#, "nothing was queued");
        listening.put(9);
        assert_eq!(listening.next(), r#"event: update id: 10 data: {"live":{"open":9}}"#);
    }

    #[test]
    fn the_end_comes_before_any_news_and_nothing_follows() {
        let mut listening = Listening::new();
        listening.next();
        listening.streams.end();
        assert!(listening.next().starts_with(r#"event: bye data: {"reason":"stopping","#));
        assert_eq!(listening.next(), "");
    }

    #[test]
    fn where_the_views_end_the_client_is_told_why() {
        let mut refused = Listening::new();
        (0..2).for_each(|_| drop(refused.next()));
        refused.newest.send_replace(Some(Err(Problem::too_large(5))));
        let bye = r#"event: bye data: {"reason":"refused","detail":"the body is larger than 5 bytes"}"#;
        assert_eq!(refused.next(), bye);
        let mut failed = Listening::new();
        (0..2).for_each(|_| drop(failed.next()));
        failed.newest = watch::Sender::new(None);
        assert!(failed.next().starts_with(r#"event: bye data: {"reason":"failed","#));
    }
}
