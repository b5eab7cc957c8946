//! The seventh law: a fold never waits for a reader longer than copying pointers takes, and no reader sees half a batch.
//!
//! Readers here take a view at every tick and hold them all, as if each had a question that takes seconds, and walk them
//! on threads of their own while the fold goes on.

#[path = "../benches/support/mod.rs"]
mod measured;

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;

use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::questions::{Answer, Dimension, Frame, Question};
use cxpulse::domain::day::DAY_MINUTES;
use cxpulse::domain::day::view::View;
use cxpulse::domain::event::{Event, Millis};
use cxpulse::domain::policy::Policies;
use cxpulse::domain::scope::ScopeKind;
use cxpulse::simulate::Payload;
use measured::{Counted, counting, day, taken_bytes, thread_cpu_ns};

#[global_allocator]
static COUNTED: Counted = Counted;

/// What is folded between two views: at ten thousand events a second, a publishing interval's worth.
const TICK_EVENTS: usize = 2_500;
/// What is folded at once.
const BATCH_EVENTS: usize = 500;

/// What comes between two views.
struct Tick {
    events: Vec<Event<'static>>,
    /// The moment to which time has passed then.
    now: Millis,
}

fn ticks(conversations: u64, events_each: usize) -> Vec<Tick> {
    let events = day(conversations, 200).filter_map(|record| match record.payload {
        Payload::Event { event, .. } => Some(event),
        Payload::Raw { .. } => None,
    });
    let events: Vec<Event<'static>> = events.collect();
    let mut now = Millis::MIN;
    let mut tick = |events: &[Event<'static>]| {
        now = events.iter().map(|event| event.at).fold(now, Millis::max);
        Tick { events: events.to_vec(), now }
    };
    events.chunks(events_each).map(&mut tick).collect()
}

fn account(ticks: &[Tick]) -> Account {
    Account::new(Policies::default(), &AccountSettings::default(), ticks.first().map_or(0, |tick| tick.now))
}

fn fold(account: &mut Account, tick: &Tick) {
    for batch in tick.events.chunks(BATCH_EVENTS) {
        let _ = account.apply_all(batch.iter());
    }
    account.advance_to(tick.now);
}

/// Reads all facts of the day.
fn walked(view: &View) -> Answer {
    let question = Question::over(Frame::window(view.now, DAY_MINUTES));
    let grouped = question.grouped_by(&[Dimension::Skill, Dimension::Channel, Dimension::Topic]);
    grouped.expect("three, each once").answer(view)
}

/// Everything that a view tells, with every name in it.
fn told(view: &View) -> String {
    let answers = Answers::new(view.clone(), false);
    format!("{:?} {:?} {:?}", walked(view), answers.live(), answers.scopes(ScopeKind::AgentSkill))
}

/// Holds every view that comes, and walks them all again and again until no more come.
fn walk_all(views: &Receiver<View>) -> Vec<View> {
    let mut held: Vec<View> = views.recv().into_iter().collect();
    while let Some(last) = held.last() {
        std::hint::black_box(walked(last));
        match views.try_recv() {
            Ok(view) => held.push(view),
            // One of long ago: it is still as it was.
            Err(TryRecvError::Empty) => drop(std::hint::black_box(walked(&held[held.len() / 2]))),
            Err(TryRecvError::Disconnected) => break,
        }
    }
    held
}

#[test]
fn no_reader_sees_half_a_batch_however_long_it_holds_a_view() {
    const READERS: usize = 2;
    let ticks = ticks(400, 400);
    let mut alone = account(&ticks);
    let told_alone = |tick| {
        fold(&mut alone, tick);
        told(&alone.view())
    };
    let expected: Vec<String> = ticks.iter().map(told_alone).collect();
    let mut beside = account(&ticks);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                let (sender, views) = sync_channel(ticks.len());
                (sender, scope.spawn(move || walk_all(&views).iter().map(told).collect::<Vec<_>>()))
            })
            .collect();
        for tick in &ticks {
            fold(&mut beside, tick);
            let view = beside.view();
            readers.iter().for_each(|(sender, _)| sender.send(view.clone()).expect("it takes all"));
        }
        for (sender, reader) in readers {
            drop(sender);
            let found = reader.join().expect("a reader never fails");
            assert_eq!(found.len(), expected.len());
            for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert!(found == expected, "the view after tick {place} is not that of the batches up to it");
            }
        }
    });
}

/// At most so much is copied for a view: in a tenth of a millisecond, of the 250 between two of them.
const COPIED_BYTES: u64 = 1 << 19;

/// The bytes that a fold of some ticks asked for, after others: with a view held of each, or with none.
fn taken(before: &[Tick], ticks: &[Tick], holds_views: bool) -> u64 {
    let mut account = account(before);
    before.iter().for_each(|tick| fold(&mut account, tick));
    let mut held = vec![account.view()];
    held.truncate(usize::from(holds_views));
    let asked_before = taken_bytes();
    counting(|| {
        for tick in ticks {
            fold(&mut account, tick);
            held.extend(holds_views.then(|| account.view()));
        }
    });
    taken_bytes() - asked_before
}

#[test]
fn what_a_view_makes_the_fold_copy_does_not_grow_with_the_account() {
    let ticks = ticks(8_000, TICK_EVENTS);
    let copied = |before: usize| {
        let (before, now) = (&ticks[..before], &ticks[before..before + 8]);
        taken(before, now, true).saturating_sub(taken(before, now, false)) / 8
    };
    let [small, large] = [ticks.len() / 8, ticks.len() - 8].map(copied);
    assert!(large <= COPIED_BYTES, "{large} B are copied at a tick");
    assert!(large < small * 2, "{small} B a tick, in an account of eight times the size {large} B");
}

/// The CPU time of a fold beside a reader that walks views: its own at every tick, or another account's.
fn folded_ns(ticks: &[Tick], others: &View, takes_views: bool) -> u64 {
    let mut account = account(ticks);
    let (sender, views): (SyncSender<View>, _) = sync_channel(ticks.len() + 1);
    sender.send(others.clone()).expect("it has room");
    thread::scope(|scope| {
        scope.spawn(move || drop(walk_all(&views)));
        let before = thread_cpu_ns();
        for tick in ticks {
            fold(&mut account, tick);
            if takes_views {
                sender.send(account.view()).expect("it has room");
            }
        }
        let took = thread_cpu_ns() - before;
        drop(sender);
        took
    })
}

#[test]
fn views_taken_at_every_tick_and_held_cost_the_fold_a_tenth_at_most() {
    /// Other work on the machine makes a run longer, never shorter: the least of several is nearest to its own. Where other
    /// tests run beside, a quiet moment may be long in coming for one of the two.
    const MOST_ROUNDS: usize = 200;
    let ticks = ticks(3_000, TICK_EVENTS);
    let mut other = account(&ticks);
    ticks.iter().for_each(|tick| fold(&mut other, tick));
    let others = other.view();
    let (mut without, mut with) = (u64::MAX, u64::MAX);
    for round in 1..=MOST_ROUNDS {
        without = without.min(folded_ns(&ticks, &others, false));
        with = with.min(folded_ns(&ticks, &others, true));
        if round > 2 && with * 10 <= without * 11 {
            return;
        }
    }
    panic!("{without} ns without views, {with} ns with them");
}
