//! Questions about a day: what an answer takes, by what is asked, of an account as large as the figures name.
//!
//! Serves "API: account, one skill or one agent" and "all agents" of SPEC §12. First the library alone: each question is asked
//! some times; its row has what it took first, when digests of the facts are made that later questions share, and the median
//! and the slowest of the others, in milliseconds of CPU of the thread that answers. Then some of them over HTTP while events
//! come in: a client in another process asks at a rate, whatever it is answered.

mod alone;
mod client;
mod cores;
mod cpu;
mod load;
mod options;
mod requests;
mod service;
mod source;
#[path = "../support/mod.rs"]
mod support;

use options::Options;
use service::Day;

fn main() {
    let flags = support::flags();
    if flags.first().is_some_and(|flag| flag == client::FLAG) {
        return client::run(&flags[1..]);
    }
    let options = Options::read(&flags);
    let day = Day::fold(&options);
    if options.is_asked_alone {
        day.ask(alone::ask_all);
    }
    load::run(&options, day);
}
