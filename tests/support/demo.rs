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
        let mut child = Command::new(env!("CARGO_BIN_EXE_cxpulse"));
        let child = child.args(["demo", "--listen", "127.0.0.1:0", "--agents", "10"]).stdin(Stdio::null());
        let mut child = child.args(arguments).stdout(Stdio::piped()).spawn().expect("the program starts");
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

    /// Status and body of an answer.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (head[9..12].parse().expect("a status"), body.to_owned())
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

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
