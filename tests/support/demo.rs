//! `cxpulse demo` as a process: what it serves and says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running demonstration, killed if a test fails before it ends.
pub(crate) struct Demo {
    child: Child,
    address: String,
    said: BufReader<ChildStdout>,
}

impl Demo {
    /// Waits until it has named its address.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let agents = if arguments.contains(&"--agents") { &[][..] } else { &["--agents", "10"] };
        Self::spawn(command().args(agents).args(arguments))
    }

    /// The same, with its log set aside until it ends.
    pub(crate) fn start_aside(arguments: &[&str]) -> Self {
        Self::spawn(command().args(arguments).stderr(Stdio::piped()))
    }

    /// By a command that runs it.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let mut said = BufReader::new(child.stdout.take().expect("piped"));
        let address = loop {
            let mut line = String::new();
            assert_ne!(said.read_line(&mut line).expect("it speaks UTF-8"), 0, "it ended without naming an address");
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split('/').next().expect("split gives one").to_owned();
            }
        };
        Self { child, address, said }
    }

    /// A client that has asked nothing yet.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).expect("it listens")
    }

    /// Status and body of an answer.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let (head, body) = self.ask(path, "");
        (head[9..12].parse().expect("a status"), String::from_utf8(body).expect("text"))
    }

    /// Head and body of the answer to a request with these headers, each with its line's end.
    pub(crate) fn ask(&self, path: &str, headers: &str) -> (String, Vec<u8>) {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n").expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head and a body") + 4;
        let body = answer.split_off(end);
        (String::from_utf8(answer).expect("a head is text"), body)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The answer to a request by some method.
    pub(crate) fn sends(&self, method: &str, path: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in text");
        answer
    }

    /// Tells it to end; what it logged, where that was set aside.
    pub(crate) fn end(mut self) -> String {
        let told = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        assert!(told.expect("kill exists").success());
        let mut log = String::new();
        self.child.stderr.take().expect("it was set aside").read_to_string(&mut log).expect("text");
        assert_eq!(self.status(), Some(0), "{log}");
        log
    }

    /// Reads its log on, where that was set aside, until there is a line with `words` in it.
    pub(crate) fn logs(&mut self, words: &str) {
        let log = self.child.stderr.as_mut().expect("it was set aside");
        let mut line = Vec::new();
        let mut byte = [0];
        while !String::from_utf8_lossy(&line).contains(words) {
            assert_ne!(log.read(&mut byte).expect("it can be read"), 0, "it ended without {words}");
            if byte == *b"\n" {
                line.clear();
            }
            line.push(byte[0]);
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The status with which it ends, which is waited for.
    pub(crate) fn status(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    /// Reads on until it says something with `word` in it; the line.
    pub(crate) fn says(&mut self, word: &str) -> String {
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            assert_ne!(self.said.read_line(&mut line).expect("it speaks UTF-8"), 0, "it ended without {word}");
        }
        line.trim_end().to_owned()
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
    command.args(["demo", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
