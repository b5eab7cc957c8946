//! A client of a stream on a real socket: its events, one after the other.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A client that listens until it is dropped.
pub(super) struct Listener {
    head: String,
    body: BufReader<TcpStream>,
}

impl Listener {
    /// Asks, and reads the head of the answer.
    pub(super) fn connect(address: SocketAddr, path: &str, headers: &[&str]) -> Self {
        let mut stream = TcpStream::connect(address).expect("it listens");
        // A test that goes wrong is to fail, and not to hang.
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("it can be set");
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let request = format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n{lines}\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let (mut body, mut head) = (BufReader::new(stream), String::new());
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(body.read_line(&mut head).expect("it answers"), 0, "it ended in its head");
        }
        Self { head, body }
    }

    pub(super) fn head(&self) -> &str {
        &self.head
    }

    /// What an answer that is no stream says.
    pub(super) fn rest(mut self) -> String {
        let mut rest = String::new();
        self.body.read_to_string(&mut rest).expect("text");
        rest
    }

    fn left(&mut self) -> String {
        let mut left = String::new();
        self.body.read_to_string(&mut left).expect("text");
        left
    }

    /// The next event: its name and data; none at the end.
    pub(super) fn event(&mut self) -> Option<(String, Value)> {
        let (mut name, mut data) = (String::new(), Value::Null);
        loop {
            let mut line = String::new();
            if self.body.read_line(&mut line).expect("it goes on") == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", event)) => event.clone_into(&mut name),
                Some(("data", text)) => data = serde_json::from_str(text).expect("JSON"),
                Some(_) => {}
                None if name.is_empty() => panic!("no stream begins here: {line}{}", self.left()),
                None => return Some((name, data)),
            }
        }
    }

    /// The data of the next event, which has this name.
    #[track_caller]
    pub(super) fn next(&mut self, name: &str) -> Value {
        let (found, data) = self.event().expect("it goes on");
        assert_eq!(found, name, "{data}");
        data
    }

    /// The data of the next event with this name.
    pub(super) fn skip_to(&mut self, name: &str) -> Value {
        loop {
            let (found, data) = self.event().expect("it goes on");
            if found == name {
                return data;
            }
        }
    }

    /// The greeting, and the first snapshot.
    pub(super) fn snapshot(&mut self) -> Value {
        self.next("hello");
        self.next("snapshot")
    }

    /// Whether nothing follows.
    pub(super) fn is_over(&mut self) -> bool {
        self.event().is_none()
    }
}
