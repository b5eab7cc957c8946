//! The middle of a conversation: an agent opens it, answers, leaves it for another; the customer writes again.

use super::centre::{Centre, agent_name, contact_name};
use super::random::Quantiles;
use super::record::Extras;
use super::story::{Said, Step, Story};
use super::words::{ANSWERS, TOPICS, message};
use crate::domain::event::{Body, Millis, Origin, Text};
use std::borrow::Cow;

const PICKS_UP: Quantiles = [500, 2_000, 4_000, 8_000, 15_000, 28_000, 50_000, 90_000, 300_000];
const WRITES: Quantiles = [2_000, 6_000, 10_000, 15_000, 22_000, 32_000, 48_000, 75_000, 200_000];
const WRITES_ON: Quantiles = [1_500, 3_000, 5_000, 7_000, 10_000, 14_000, 20_000, 30_000, 60_000];
const LEAVES: Quantiles = [300, 800, 1_500, 2_500, 4_000, 6_000, 9_000, 15_000, 60_000];
const WRAPS_UP: Quantiles = [2_000, 6_000, 12_000, 20_000, 35_000, 60_000, 120_000, 300_000, 1_200_000];

/// How long what is put off is put off.
const SNOOZE_MS: [Millis; 4] = [600_000, 1_800_000, 3_600_000, 14_400_000];

/// How often an agent lets a conversation wait for another before going at both at once.
const MOST_PUT_OFF: u8 = 3;

/// After so long without a word the system closes.
const SILENCE_MS: Millis = 1_800_000;

impl Story {
    /// An agent gets to it after a while.
    pub(super) fn then_pick_up(&mut self) {
        self.then_within(Step::Focus, &PICKS_UP);
    }

    /// Opens the conversation on screen, once the agent's hands are free.
    pub(super) fn focus(&mut self, centre: &mut Centre) -> Said {
        let agent = self.human();
        if self.put_off < MOST_PUT_OFF && !centre.is_online(agent, self.due) && self.random.chance(700) {
            // Gone home, or on a break: somebody else takes it.
            self.put_off += 1;
            self.then_within(Step::Assign, &LEAVES);
            return None;
        }
        let free = centre.desks.free(agent, self.due);
        if free > self.due && self.put_off < MOST_PUT_OFF {
            self.put_off += 1;
            // A breath between two tasks; who waited for the same agent does not start at the same moment.
            self.due = free + Millis::from(self.random.between(200, 2_000));
            return None;
        }
        self.put_off = 0;
        let already = centre.desks.shows(agent, self.number);
        centre.desks.open(agent, self.number);
        self.after_focus(agent, centre);
        let says = !already || self.random.chance(250);
        says.then(|| (Body::Focused { agent: agent_name(agent) }, Extras::default()))
    }

    fn after_focus(&mut self, agent: u32, centre: &mut Centre) {
        if self.origin == Origin::Inbound && self.random.chance(8) {
            self.is_spam = true;
            self.then_within(Step::Close, &LEAVES);
        } else {
            self.then_within(Step::Reply, &WRITES);
        }
        centre.desks.keep_busy(agent, self.due);
    }

    /// A human answers.
    pub(super) fn reply(&mut self, centre: &mut Centre) -> Said {
        let agent = self.human();
        let (characters, text) = message(&ANSWERS, &mut self.random);
        if self.step == Step::Reply && self.random.chance(250) {
            self.then_within(Step::ReplyMore, &WRITES_ON);
            centre.desks.keep_busy(agent, self.due);
        } else {
            self.exchanges = self.exchanges.saturating_sub(1);
            self.after_reply(agent, centre);
        }
        let body = Body::AgentMessage { agent: agent_name(agent), characters, automated: false };
        Some((body, Extras { text }))
    }

    fn after_reply(&mut self, agent: u32, centre: &mut Centre) {
        match self.random.below(100) {
            0..22 => self.then_within(Step::Tag, &LEAVES),
            22..24 => self.then_within(Step::Join, &LEAVES),
            _ => self.after_work(),
        }
        if matches!(self.step, Step::Tag | Step::Join | Step::Leave) {
            centre.desks.keep_busy(agent, self.due);
        }
    }

    /// What is left to do once the answer is written.
    fn after_work(&mut self) {
        match (self.exchanges, self.random.below(100)) {
            (0, 0..85) => self.then_within(Step::Close, &WRAPS_UP),
            (0, _) => self.then(Step::TimeOut, SILENCE_MS),
            // Some are left without a word, by opening another one.
            (_, 0..60) => self.then_within(Step::Leave, &LEAVES),
            _ => self.after_leaving(),
        }
    }

    fn after_leaving(&mut self) {
        match self.random.below(100) {
            0..4 => self.then_within(Step::Snooze, &LEAVES),
            4..6 => self.then(Step::TimeOut, SILENCE_MS),
            _ => self.then_customer(Step::CustomerWrites),
        }
    }

    pub(super) fn tag(&mut self) -> Said {
        self.after_work();
        Some((Body::TopicTagged { topic: Cow::Borrowed(self.random.pick(&TOPICS)) }, Extras::default()))
    }

    pub(super) fn join(&mut self, centre: &Centre) -> Said {
        self.after_work();
        let contact = contact_name(centre.any_contact(&mut self.random));
        Some((Body::ParticipantJoined { contact }, Extras::default()))
    }

    /// Leaves it, if it is still on screen.
    pub(super) fn leave(&mut self, centre: &mut Centre) -> Said {
        let agent = self.human();
        let shown = centre.desks.shows(agent, self.number);
        centre.desks.leave(agent, self.number);
        self.after_leaving();
        shown.then(|| (Body::Unfocused { agent: agent_name(agent) }, Extras::default()))
    }

    pub(super) fn snooze(&mut self) -> Said {
        let after = self.random.pick(&SNOOZE_MS);
        let until = self.random.chance(800).then_some(self.due + after);
        // Half come back before their time.
        let wakes = if self.random.chance(500) { after } else { after / 2 };
        self.then(Step::CustomerWrites, wakes);
        Some((Body::Snoozed { until }, Extras::default()))
    }

    pub(super) fn customer_writes(&mut self) -> Said {
        match self.random.below(100) {
            0..20 => self.then_within(Step::CustomerWritesMore, &WRITES_ON),
            20..26 => self.then_within(Step::Assign, &WRITES_ON),
            _ => self.then_pick_up(),
        }
        self.customer_says()
    }

    /// A second thought, on the heels of the first.
    pub(super) fn customer_writes_more(&mut self) -> Said {
        if self.agent.is_some() {
            self.then_pick_up();
        } else {
            self.then_within(Step::Assign, &WRITES_ON);
        }
        self.customer_says()
    }

    /// The human in charge.
    pub(super) fn human(&self) -> u32 {
        self.agent.expect("only an assigned conversation has steps of an agent")
    }

    /// The human's name, if there is one.
    pub(super) fn human_name(&self) -> Option<Text<'static>> {
        self.agent.map(agent_name)
    }
}
