//! How much is remembered: as much after a month as after a week, and nothing less while a partition may still matter.

use std::sync::Arc;

use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::event::Millis;
use cxpulse::domain::history::{HistorySettings, Remembered};
use cxpulse::domain::life::silence::Silence;
use cxpulse::domain::policy::{Policies, PolicyBook};
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::wire::batch::{Arrival, End, Position, RecordBatch};

use crate::engine::{Folded, add_line_to, kind_named, live_of, metrics_of};

/// 2026-01-05T00:00:00Z.
const BEGIN: Millis = 1_767_571_200_000;
const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// A fold of one topic of two partitions, under which a life ends after a day's silence.
struct Desk {
    fold: Fold,
    topics: Arc<[String]>,
    offsets: [i64; 2],
    now: Millis,
}

impl Desk {
    fn open() -> Self {
        let silence = Silence { closed_ms: DAY, open_ms: DAY };
        let account = AccountSettings {
            history: HistorySettings { silence, ..HistorySettings::default() },
            ..AccountSettings::default()
        };
        let settings = FoldSettings { account, ..FoldSettings::default() };
        let mut fold = Fold::new(settings, Arc::new(PolicyBook::default()), Arc::<Outcomes>::default(), BEGIN);
        fold.set_caught_up();
        let topics = Arc::from(["events".to_owned()]);
        Self { fold, topics, offsets: [0; 2], now: BEGIN }
    }

    /// Tells the fold that both partitions are there.
    fn with_both() -> Self {
        let mut desk = Self::open();
        let beginning = |partition| Position { topic: 0, partition, next: 0 };
        desk.batch(|batch| [0, 1].into_iter().for_each(|partition| batch.note_position(beginning(partition))));
        desk
    }

    fn batch(&mut self, fill: impl FnOnce(&mut RecordBatch)) {
        let mut batch = RecordBatch::new(self.topics.clone());
        fill(&mut batch);
        self.fold.fold(&batch, &mut |record, refusal| panic!("{}: {refusal}", record.place.identity_text()));
    }

    /// An event in a partition, written as it happened.
    fn event(&mut self, partition: i32, at: Millis, rest: &str) {
        self.written(partition, Some(at), &format!(r#"{{"account_id":"acme","occurred_at":{at},{rest}}}"#));
    }

    fn written(&mut self, partition: i32, timestamp: Option<Millis>, payload: &str) {
        let next = &mut self.offsets[partition as usize];
        let offset = std::mem::replace(next, *next + 1);
        let payload = Some(payload.as_bytes());
        let arrival = Arrival { topic: 0, partition: Some(partition), offset, timestamp, key: None, payload };
        self.batch(|batch| batch.push(arrival, []));
    }

    /// A customer, new every time, who writes and is answered within ten minutes.
    fn conversation(&mut self, partition: i32, at: Millis) {
        let id = format!(r#""conversation_id":"conversation-{partition}-{at}""#);
        let agent = format!(r#""agent_id":"agent-{}""#, at / HOUR % 4);
        let contact = format!(r#""contact_id":"contact-{partition}-{at}""#);
        self.event(partition, at, &format!(r#"{id},"type":"conversation_started",{contact}"#));
        self.event(partition, at, &format!(r#"{id},"type":"customer_message","characters":1,{contact}"#));
        self.event(partition, at + MINUTE, &format!(r#"{id},"type":"focused",{agent}"#));
        self.event(partition, at + 5 * MINUTE, &format!(r#"{id},"type":"agent_message","characters":9,{agent}"#));
        self.event(partition, at + 9 * MINUTE, &format!(r#"{id},"type":"closed",{agent}"#));
    }

    /// A day of conversations in both partitions, and of agents who come and go; the last conversation stays open.
    fn day(&mut self, begin: Millis) {
        for hour in 0..24 {
            let at = begin + hour * HOUR;
            self.conversation(0, at);
            self.conversation(1, at + 20 * MINUTE);
            let status = ["online", "away", "offline"][(hour % 3) as usize];
            let agent = format!(r#""agent_id":"agent-{}""#, hour % 4);
            self.event(0, at + 30 * MINUTE, &format!(r#""type":"agent_status",{agent},"status":"{status}""#));
            self.tick(at + 50 * MINUTE);
        }
        let open = format!(r#""conversation_id":"open-{begin}","type":"customer_message","characters":1"#);
        self.event(1, begin + 23 * HOUR + 50 * MINUTE, &open);
    }

    fn end(&mut self, partition: i32) {
        let end = End { topic: 0, partition, at: self.now };
        self.batch(|batch| batch.note_end(end));
    }

    fn tick(&mut self, now: Millis) {
        self.now = now;
        let _pass = self.fold.tick(now);
    }

    fn remembered(&self) -> Remembered {
        self.fold.accounts().first().map(|(_, account)| account.remembered()).unwrap_or_default()
    }
}

#[test]
fn after_a_month_no_more_is_remembered_than_after_a_week() {
    let mut desk = Desk::open();
    (0..7).for_each(|day| desk.day(BEGIN + day * DAY));
    let after_a_week = desk.remembered();
    (7..30).for_each(|day| desk.day(BEGIN + day * DAY));
    // A day's silence, a day in which an event is not late, an hour's grace, and what has begun since.
    assert!((96..=4 * 49).contains(&after_a_week.lives), "{after_a_week:?}");
    assert!(after_a_week.moves > 0 && after_a_week.statuses > 0 && after_a_week.names > 0, "{after_a_week:?}");
    assert_eq!(desk.remembered(), after_a_week);
}

#[test]
fn after_a_month_of_silence_only_the_last_statuses_are_remembered_and_the_account_is_still_known() {
    let mut desk = Desk::open();
    desk.day(BEGIN);
    let mut at_the_end_of_both = |day: i64| {
        desk.tick(BEGIN + day * DAY);
        [0, 1].into_iter().for_each(|partition| desk.end(partition));
        desk.tick(BEGIN + day * DAY + HOUR);
        desk.remembered()
    };
    let Remembered { lives, moves, statuses, names } = at_the_end_of_both(5);
    assert_eq!((lives, moves, statuses, names), (0, 0, 4, 0), "a status may hold still");
    let last_statuses = Remembered { statuses: 4, ..Remembered::default() };
    assert_eq!(at_the_end_of_both(34), last_statuses, "other policies may let one hold for any time");
    let mut accounts = desk.fold.accounts_mut();
    assert!(accounts.iter_mut().all(|(_, account)| !account.is_empty() && account.answers().live().open == 0));
}

#[test]
fn a_partition_that_stands_still_keeps_everything_from_being_forgotten_until_it_is_at_its_end() {
    let mut desk = Desk::with_both();
    desk.conversation(1, BEGIN);
    (0..10).for_each(|day| desk.conversation(0, BEGIN + day * DAY));
    desk.tick(BEGIN + 10 * DAY);
    assert_eq!(desk.remembered().lives, 11, "what partition 1 still holds may touch them");
    desk.end(1);
    desk.tick(BEGIN + 10 * DAY + HOUR);
    assert_eq!(desk.remembered().lives, 11, "of partition 0 too, only the earliest record since the last look counts");
    desk.conversation(0, BEGIN + 10 * DAY + 2 * HOUR);
    desk.tick(BEGIN + 10 * DAY + 3 * HOUR);
    assert_eq!(desk.remembered().lives, 3, "of the last two days and an hour, and their silence");
}

#[test]
fn a_partition_of_which_nothing_was_ever_read_keeps_everything_too() {
    let mut desk = Desk::with_both();
    (0..10).for_each(|day| desk.conversation(0, BEGIN + day * DAY));
    desk.end(0);
    desk.tick(BEGIN + 10 * DAY);
    assert_eq!(desk.remembered().lives, 10);
}

#[test]
fn a_record_that_does_not_tell_when_it_was_written_keeps_everything_for_ever() {
    let mut desk = Desk::with_both();
    (0..10).for_each(|day| desk.conversation(0, BEGIN + day * DAY));
    desk.written(1, None, r#"{"account_id":"acme","conversation_id":"c","occurred_at":0,"type":"reopened"}"#);
    desk.now = BEGIN + 10 * DAY;
    [0, 1].into_iter().for_each(|partition| desk.end(partition));
    desk.tick(BEGIN + 10 * DAY);
    assert_eq!(desk.remembered().lives, 11);
}

/// An account under which a life ends after six hours' silence, once it has been told of the first line and forgotten
/// what comes before `admissible_from`.
fn after_the_first(line: &str, admissible_from: Millis, now: Millis) -> Folded {
    let mut folded = Folded::nothing();
    tell(&mut folded, line, now);
    folded.advance_to(now);
    folded.accounts.values_mut().for_each(|account| account.forget_before(admissible_from, usize::MAX));
    folded
}

fn tell(folded: &mut Folded, line: &str, now: Millis) {
    let silence = Silence { closed_ms: 6 * HOUR, open_ms: 6 * HOUR };
    let settings = AccountSettings {
        history: HistorySettings { silence, ..HistorySettings::default() },
        ..AccountSettings::default()
    };
    add_line_to(folded, 1, line, |_| Account::new(Policies::default(), &settings, now));
}

#[test]
fn a_life_that_an_event_at_exactly_the_limit_goes_on_with_is_remembered() {
    let started = |at: Millis| {
        let rest = r#""account_id":"acme","conversation_id":"c","type":"conversation_started""#;
        format!(r#"{{"event_id":"{at}","occurred_at":{at},{rest}}}"#)
    };
    let limit = BEGIN + 6 * HOUR;
    let lives_after = |now: Millis, admissible_from: Millis| {
        let mut folded = after_the_first(&started(BEGIN), admissible_from, now);
        let kept = folded.accounts["acme"].remembered().lives;
        tell(&mut folded, &started(admissible_from), now);
        (kept, folded.accounts["acme"].remembered().lives)
    };
    assert_eq!(lives_after(limit + 2 * DAY, limit), (1, 1), "the second goes on with the first");
    assert_eq!(lives_after(limit + 2 * DAY, limit + 1), (0, 1), "the second begins another");
    assert_eq!(lives_after(limit + DAY, limit + 1), (1, 2), "a fact of the first may be in a bucket of the day");
}

#[test]
fn a_status_that_one_of_exactly_31_days_later_repeats_is_remembered() {
    let status = |at: Millis, status: &str| {
        let rest = r#""event_id":"s","account_id":"acme","agent_id":"ann","type":"agent_status""#;
        format!(r#"{{"occurred_at":{at},"status":"{status}",{rest}}}"#)
    };
    let limit = BEGIN + 31 * DAY;
    let now = limit + 2 * DAY;
    let conflicting_after = |admissible_from: Millis| {
        let mut folded = after_the_first(&status(BEGIN, "online"), admissible_from, now);
        tell(&mut folded, &status(admissible_from, "away"), now);
        folded.counts().conflicting
    };
    assert_eq!((conflicting_after(limit), conflicting_after(limit + 1)), (1, 0));
}

#[test]
fn the_name_of_a_conversation_whose_next_event_is_held_is_remembered() {
    let message = |at: Millis| {
        let rest = r#""account_id":"acme","conversation_id":"held","type":"customer_message","characters":1"#;
        format!(r#"{{"event_id":"{at}","occurred_at":{at},{rest}}}"#)
    };
    let now = BEGIN + 9 * DAY;
    let mut folded = Folded::nothing();
    [BEGIN, now + HOUR].iter().for_each(|at| tell(&mut folded, &message(*at), now));
    folded.advance_to(now);
    folded.accounts.values_mut().for_each(|account| account.forget_before(now - DAY, usize::MAX));
    tell(&mut folded, &message(now).replace("held", "another"), now);
    folded.advance_to(now + HOUR);
    let waiting = live_of(&folded.asked())[0]["longest_waiting"].clone();
    let ids: Vec<&str> = (0..2).filter_map(|place| waiting[place]["conversation_id"].as_str()).collect();
    assert_eq!(ids, ["another", "held"]);
}

#[test]
fn a_contact_whom_a_long_life_named_in_its_beginning_only_is_remembered() {
    let event = |at: Millis, conversation: &str, rest: &str| {
        let id = format!(r#""account_id":"acme","conversation_id":"{conversation}""#);
        format!(r#"{{"event_id":"{at}","occurred_at":{at},{id},"type":{rest}}}"#)
    };
    let mut folded = Folded::nothing();
    tell(&mut folded, &event(BEGIN, "long", r#""conversation_started","contact_id":"first""#), BEGIN);
    for hour in (5..100).step_by(5) {
        let now = BEGIN + hour * HOUR;
        folded.advance_to(now);
        tell(&mut folded, &event(now, "long", r#""customer_message","characters":1"#), now);
        folded.accounts.values_mut().for_each(|account| account.forget_before(now, usize::MAX));
    }
    let now = BEGIN + 100 * HOUR;
    folded.advance_to(now);
    tell(&mut folded, &event(now, "short", r#""customer_message","characters":1,"contact_id":"second""#), now);
    let account = metrics_of(&folded.asked(), 1440, kind_named("account"));
    assert_eq!(account[0]["metrics"]["unique_contacts"], 2);
}
