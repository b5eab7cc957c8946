//! How much is remembered: as much after a month as after a week, and nothing less while a partition may still matter.

use std::sync::Arc;

use cxpulse::board::Board;
use cxpulse::domain::account::Remembered;
use cxpulse::domain::event::Millis;
use cxpulse::domain::policy::PolicyBook;
use cxpulse::fold::outcomes::Outcomes;
use cxpulse::fold::{Fold, FoldSettings};
use cxpulse::wire::batch::{Arrival, End, Position, RecordBatch};

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
        let board = Arc::new(Board::new(&[60]));
        let settings = FoldSettings { forget_after_ms: DAY, ..FoldSettings::default() };
        let mut fold = Fold::new(settings, Arc::new(PolicyBook::default()), board, Arc::<Outcomes>::default(), BEGIN);
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
fn after_days_of_silence_nothing_is_remembered_and_the_account_is_still_known() {
    let mut desk = Desk::open();
    desk.day(BEGIN);
    desk.tick(BEGIN + 5 * DAY);
    [0, 1].into_iter().for_each(|partition| desk.end(partition));
    desk.tick(BEGIN + 5 * DAY + HOUR);
    assert_eq!(desk.remembered(), Remembered::default());
    assert!(desk.fold.accounts().iter().all(|(_, account)| !account.is_empty() && account.live().open == 0));
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
