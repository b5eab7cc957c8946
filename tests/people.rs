//! What is asked of people one by one, over HTTP: ratings, conversations, agents and the live state, and who may see what
//! people are called and said.

mod agents;
mod conversations;
mod hostile;
mod live;
mod named;
mod ratings;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::{Extension, Router};
use cxpulse::board::{Board, Pass, Reception};
use cxpulse::domain::answers::Answers;
use cxpulse::domain::day::view::View;
use cxpulse::serve::access::Access;
use cxpulse::serve::access::Caller;
use cxpulse::serve::asking::Asking;
use cxpulse::serve::native;
use cxpulse::serve::native::stream::{StreamSettings, Streams};
use cxpulse::wire::keys::Accounts;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::engine::{book, fold};
use crate::scenarios::{lines_of, moment};

/// An account that can be asked as over HTTP, by somebody who may see private texts or not.
pub(crate) struct Desk {
    router: Router,
    runtime: Runtime,
}

impl Desk {
    pub(crate) fn of(view: &View, private: bool) -> Self {
        let board = Board::new(&[60]);
        board.put(&Pass { as_of: view.now, revision: 7, ..Pass::default() });
        let reception = Reception::new(Box::new(view.clone()), 7, false);
        board.open_reception(&Arc::from("acme"), Arc::new(reception));
        let asking = Arc::new(Asking::new(Arc::new(board), Arc::default(), Box::new(|| 0), 4));
        let streams = Streams::new(asking.clone(), Arc::new(Access::open()), StreamSettings::default());
        let caller = Caller::with(Accounts::Every, private);
        let router = native::routes(asking, Arc::new(streams)).layer(Extension(caller));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        Self { router, runtime }
    }

    /// The account of a story at a moment of it, asked by who may see private texts.
    fn told(told: &str, at: &str) -> Self {
        Self::of(account(told, at).view(), true)
    }

    /// Status and body of the answer to a path of the account.
    pub(crate) fn ask(&self, path: &str) -> (u16, Value) {
        let address = format!("/v1/accounts/acme/{path}");
        let request = Request::builder().uri(address).body(Body::empty()).expect("an address");
        self.runtime.block_on(async {
            let answer = TowerToHyperService::new(self.router.clone()).call(request).await.expect("it never fails");
            let status = answer.status().as_u16();
            let body = to_bytes(answer.into_body(), usize::MAX).await.expect("it is in memory");
            (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
        })
    }

    /// The body of an answer that is none of a problem.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(path);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The rows of one.
    #[track_caller]
    pub(crate) fn rows(&self, path: &str) -> Vec<Value> {
        let body = self.get(path);
        let rows = body["rows"].as_array().expect("it has rows").clone();
        assert!(body["total_rows"].as_u64() >= Some(rows.len() as u64), "{body}");
        rows
    }

    /// Some members of the rows, a row each: `c1 open`; `-` for one that is absent.
    #[track_caller]
    fn told_rows(&self, path: &str, members: &[&str]) -> Vec<String> {
        let member = |row: &Value, path: &str| {
            let value = path.split('.').try_fold(row, |value, key| value.get(key));
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            value.map_or("-".to_owned(), plain)
        };
        let told = |row: &Value| members.iter().map(|name| member(row, name)).collect::<Vec<_>>().join(" ");
        self.rows(path).iter().map(told).collect()
    }

    /// The parameter that is to blame for a problem of a status.
    #[track_caller]
    fn blamed(&self, path: &str, status: u16) -> String {
        let (found, body) = self.ask(path);
        assert_eq!(found, status, "{path}: {body}");
        body["parameter"].as_str().expect("one is to blame").to_owned()
    }
}

fn account(told: &str, at: &str) -> Answers {
    let (lines, policies) = lines_of(told);
    fold(&lines, &book(&policies), moment(at)).asked().remove("acme").expect("it has events")
}

/// A time of the stories' day as answers write it.
fn time(clock: &str) -> String {
    format!("2026-03-02T{clock}.000Z")
}
