//! How a conversation begins: who speaks first, what the bot does, and which human gets it.

use super::centre::{Centre, agent_name, contact_name};
use super::ids::numbered;
use super::random::Quantiles;
use super::record::Extras;
use super::story::{EMAIL, Said, Step, Story};
use super::words::{CHANNELS, person};
use crate::domain::event::{Audience, Body, Change, Origin, Started, Text};
use std::borrow::Cow;

const OPENS: Quantiles = [200, 1_000, 2_000, 4_000, 7_000, 12_000, 20_000, 35_000, 90_000];
const BOT_ANSWERS: Quantiles = [300, 500, 700, 900, 1_100, 1_300, 1_600, 2_000, 4_000];
const ANSWERS_BOT: Quantiles = [2_000, 4_000, 7_000, 10_000, 14_000, 20_000, 30_000, 45_000, 120_000];
const ROUTING: Quantiles = [400, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 240_000];
const GIVES_UP: Quantiles = [40_000, 70_000, 100_000, 140_000, 190_000, 250_000, 350_000, 500_000, 900_000];

impl Story {
    pub(super) fn start(&mut self, centre: &Centre) -> Said {
        let started = Body::ConversationStarted(Box::new(Started {
            contact: Some(contact_name(self.contact)),
            contact_name: Some(person(self.contact)),
            company: self.company(),
            channel: Some(Cow::Borrowed(CHANNELS[usize::from(self.channel)])),
            line: Some(self.line()),
            skill: self.random.chance(900).then(|| centre.skill_name(self.account, self.skill)),
            origin: self.origin,
            audience: if self.contact.is_multiple_of(4) { Audience::Lead } else { Audience::User },
        }));
        self.begin();
        Some((started, Extras::default()))
    }

    /// Who speaks first.
    fn begin(&mut self) {
        match self.origin {
            Origin::Outbound => self.then_within(Step::Assign, &ROUTING),
            Origin::Workflow | Origin::Api => self.then_within(Step::Greet, &BOT_ANSWERS),
            Origin::Inbound if self.has_bot && self.random.chance(250) => self.then_within(Step::Greet, &BOT_ANSWERS),
            Origin::Inbound => self.then_within(Step::Open, &OPENS),
        }
    }

    pub(super) fn greet(&mut self) -> Said {
        let ignored = self.origin != Origin::Inbound && self.random.chance(300);
        if ignored {
            self.then(Step::TimeOut, 3_600_000);
        } else {
            self.then_within(Step::Open, &OPENS);
        }
        self.bot_says()
    }

    pub(super) fn open(&mut self) -> Said {
        if self.has_bot {
            self.then_within(Step::BotAnswers, &BOT_ANSWERS);
        } else if self.random.chance(200) {
            self.then_customer(Step::CustomerWritesMore);
        } else {
            self.then_within(Step::Assign, &ROUTING);
        }
        self.customer_says()
    }

    pub(super) fn bot_answers(&mut self) -> Said {
        match self.random.below(100) {
            0..45 => self.then_within(Step::CustomerAnswersBot, &ANSWERS_BOT),
            45..55 => self.then(Step::TimeOut, 600_000),
            _ => self.then_within(Step::HandOff, &BOT_ANSWERS),
        }
        self.bot_says()
    }

    pub(super) fn customer_answers_bot(&mut self) -> Said {
        let step = if self.random.chance(300) { Step::BotAnswers } else { Step::HandOff };
        self.then_within(step, &BOT_ANSWERS);
        self.customer_says()
    }

    pub(super) fn hand_off(&mut self) -> Said {
        self.then_within(Step::Assign, &ROUTING);
        Some((Body::HandedOff, Extras::default()))
    }

    /// To somebody of the skill; later ones are transfers, half of them to another skill.
    pub(super) fn assign(&mut self, centre: &mut Centre) -> Said {
        let first = self.agent.is_none();
        if let Some(before) = self.agent {
            centre.desks.leave(before, self.number);
        }
        if !first && self.random.chance(500) {
            self.skill = centre.any_skill(self.account, &mut self.random);
        }
        let agent = centre.any_agent(self.account, self.skill, self.due, &mut self.random);
        self.agent = Some(agent);
        let skill = if first || self.random.chance(500) {
            Change::Set(centre.skill_name(self.account, self.skill))
        } else {
            Change::Keep
        };
        if first && self.origin == Origin::Inbound && self.random.chance(40) {
            self.then_within(Step::GiveUp, &GIVES_UP);
        } else {
            self.then_pick_up();
        }
        Some((Body::Assigned { agent: Change::Set(agent_name(agent)), skill }, Extras::default()))
    }

    /// Two in five customers belong to a company.
    fn company(&self) -> Option<Text<'static>> {
        (self.contact % 5 < 2).then(|| Cow::Owned(numbered("co", self.contact % 97, 3)))
    }

    /// Each account has two numbers or inboxes on each channel.
    fn line(&mut self) -> Text<'static> {
        let nth = self.account * 10 + u32::from(self.channel) * 2 + self.random.below(2);
        Cow::Owned(numbered(if self.channel == EMAIL { "inbox-" } else { "+4930" }, nth, 6))
    }
}
