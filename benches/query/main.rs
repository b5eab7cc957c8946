//! Questions about a day: what an answer takes, by what is asked, of an account as large as the figures name.
//!
//! Serves "API: account, one skill or one agent" and "all agents" of SPEC §12. Each question is asked some times; its row has
//! what it took first, when digests of the facts are made that later questions share, and the median and the slowest of the
//! others, in milliseconds of CPU of the thread that answers.

#[path = "../support/mod.rs"]
mod support;

use cxpulse::cli::generate::Format;
use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::questions::{Dimension, Filter, Frame, Question};
use cxpulse::domain::policy::Policies;
use cxpulse::wire::{Decoded, decode};
use support::{Batch, END, day, flags, print_row, thread_cpu_ns};

/// Records made ahead.
const BATCH_RECORDS: usize = 200_000;
/// Records folded at once.
const POLLED: usize = 512;
/// How often each question is asked, but for those that take long.
const TIMES: usize = 11;
/// No more is asked once a question has taken so long in all, the first time not counted.
const MOST_NS: u64 = 4_000_000_000;

fn main() {
    let flags = flags();
    let value = |name: &str| flags.iter().position(|flag| flag == name).and_then(|at| flags.get(at + 1)?.parse().ok());
    let quick = flags.iter().any(|flag| flag == "--quick");
    let conversations = value("--conversations").unwrap_or(if quick { 50_000 } else { 1_000_000 });
    let agents = u32::try_from(value("--agents").unwrap_or(10_000)).expect("a number of agents");
    let only = flags.iter().position(|flag| flag == "--only").and_then(|at| flags.get(at + 1));
    let answers = of_a_day(conversations, agents);
    for (name, question) in questions(&answers).iter().filter(|(name, _)| only.is_none_or(|only| name.contains(only))) {
        ask(&answers, name, question);
    }
}

/// The answers about a day that has been folded.
fn of_a_day(conversations: u64, agents: u32) -> Answers {
    let mut run = day(conversations, agents);
    let mut account = Account::new(Policies::default(), &AccountSettings::default(), END);
    let mut batch = Batch::default();
    batch.fill(&mut run, Format::Protobuf, BATCH_RECORDS);
    while !batch.is_empty() {
        fold(&mut account, &batch);
        batch.fill(&mut run, Format::Protobuf, BATCH_RECORDS);
    }
    account.advance_to(END);
    account.answers()
}

fn fold(account: &mut Account, batch: &Batch) {
    let event = |decoded| {
        let Decoded::Event(event) = decoded else { panic!("the simulator writes events") };
        event
    };
    let mut records = batch.records(Format::Protobuf).peekable();
    while records.peek().is_some() {
        let events: Vec<_> = records.by_ref().take(POLLED).map(|record| event(decode(&record))).collect();
        account.apply_all(events.iter());
    }
}

fn questions(answers: &Answers) -> Vec<(String, Question)> {
    use Dimension::{Agent, Channel, Contact, Line, Skill, Topic};
    let names = &answers.view().names;
    let one = |dimension, names: &cxpulse::domain::names::Names| {
        let name = names.texts().known().next().expect("there is one");
        Filter { dimension, any_of: vec![names.text(name).to_owned()] }
    };
    let mut all = Vec::new();
    for (window, minutes) in [("5m", 5), ("1h", 60), ("24h", 1440)] {
        let over = Question::over(Frame::window(END, minutes));
        let filtered = |filter| over.clone().filtered_by(filter).expect("one filter");
        let grouped = |by: &[Dimension]| over.clone().grouped_by(by).expect("a few dimensions");
        all.push((format!("account, {window}"), over.clone()));
        all.push((format!("one skill, {window}"), filtered(one(Skill, &names.skills))));
        all.push((format!("one agent, {window}"), filtered(one(Agent, &names.agents))));
        all.push((format!("all skills, {window}"), grouped(&[Skill])));
        all.push((format!("all agents, {window}"), grouped(&[Agent])));
        for by in
            [&[Skill, Agent][..], &[Skill, Line], &[Skill, Channel], &[Skill, Topic], &[Agent, Channel], &[Contact]]
        {
            all.push((format!("by {by:?}, {window}"), grouped(by)));
        }
        all.push((
            format!("one skill by channel, {window}"),
            filtered(one(Skill, &names.skills)).grouped_by(&[Channel]).expect("one"),
        ));
    }
    all
}

fn ask(answers: &Answers, name: &str, question: &Question) {
    let (mut rows, mut times, mut taken) = (0, Vec::new(), 0);
    while times.len() < 2 || (times.len() < TIMES && taken < MOST_NS) {
        let before = thread_cpu_ns();
        rows = answers.ask(question).rows.len();
        let took = thread_cpu_ns() - before;
        taken += if times.is_empty() { 0 } else { took };
        times.push(took);
    }
    let first = times.remove(0);
    times.sort_unstable();
    let ms = |ns: u64| format!("{:.3}", ns as f64 / 1e6);
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    print_row(
        name,
        &[("ms", ms(median)), ("ms at most", ms(most)), ("ms at first", ms(first)), ("rows", rows.to_string())],
    );
}
