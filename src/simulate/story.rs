//! One conversation as a story told step by step: its state, and how it begins.
//!
//! Every step says at most one thing and knows when the next is due; chance comes from the story's own stream, so
//! that it does not matter which other stories run beside it. `chat` holds the middle, `aftermath` the end.

use super::centre::{Centre, agent_name, contact_name};
use super::ids::numbered;
use super::random::{Quantiles, Random};
use super::record::Extras;
use super::words::{ASKS, BOT_LINES, CHANNELS, message, person};
use crate::domain::event::{Audience, Body, Change, Millis, Origin, Started, Text};
use std::borrow::Cow;

/// What a bot is called where an agent's id is asked for.
const BOT: &str = "bot-1";

/// The channel on which people take hours, not seconds.
const EMAIL: u8 = 3;

const OPENS: Quantiles = [200, 1_000, 2_000, 4_000, 7_000, 12_000, 20_000, 35_000, 90_000];
const BOT_ANSWERS: Quantiles = [300, 500, 700, 900, 1_100, 1_300, 1_600, 2_000, 4_000];
const ANSWERS_BOT: Quantiles = [2_000, 4_000, 7_000, 10_000, 14_000, 20_000, 30_000, 45_000, 120_000];
const ROUTING: Quantiles = [400, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 240_000];
const CUSTOMER_GAP: Quantiles = [4_000, 12_000, 20_000, 30_000, 45_000, 70_000, 110_000, 200_000, 900_000];
const MAIL_GAP: Quantiles =
    [120_000, 400_000, 900_000, 1_500_000, 2_400_000, 4_000_000, 7_000_000, 11_000_000, 20_000_000];
const GIVES_UP: Quantiles = [40_000, 70_000, 100_000, 140_000, 190_000, 250_000, 350_000, 500_000, 900_000];

/// The next thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Start,
    Greet,
    Open,
    BotAnswers,
    CustomerAnswersBot,
    HandOff,
    Assign,
    Focus,
    Reply,
    ReplyMore,
    Tag,
    Join,
    Leave,
    Snooze,
    CustomerWrites,
    CustomerWritesMore,
    GiveUp,
    TimeOut,
    Close,
    PromptMood,
    RecordMood,
    SendSurvey,
    AnswerSurvey,
    CommentOnSurvey,
    Reopen,
    Over,
}

/// What a step says, if anything.
pub(super) type Said = Option<(Body<'static>, Extras)>;

/// One conversation under way.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) number: u64,
    pub(super) random: Random,
    /// When the next step is due.
    pub(super) due: Millis,
    pub(super) account: u32,
    pub(super) skill: u32,
    /// The human in charge; none before the first assignment.
    pub(super) agent: Option<u32>,
    pub(super) contact: u32,
    pub(super) step: Step,
    pub(super) channel: u8,
    /// Exchanges still to come before the close.
    pub(super) exchanges: u8,
    pub(super) origin: Origin,
    pub(super) has_bot: bool,
    pub(super) is_spam: bool,
    pub(super) reopened: bool,
    pub(super) answered: bool,
    pub(super) surveys: u8,
    /// How often the agent's other work came first.
    pub(super) put_off: u8,
    pub(super) survey_has_id: bool,
    /// Events said so far.
    pub(super) told: u32,
}

impl Story {
    /// The `number`th conversation, due to begin.
    pub(super) fn new(number: u64, mut random: Random, due: Millis, centre: &Centre) -> Self {
        let account = centre.any_account(&mut random);
        let origin = match random.below(100) {
            0..88 => Origin::Inbound,
            88..94 => Origin::Outbound,
            94..97 => Origin::Workflow,
            _ => Origin::Api,
        };
        Self {
            number,
            due,
            account,
            skill: centre.any_skill(account, &mut random),
            agent: None,
            contact: centre.any_contact(&mut random),
            step: Step::Start,
            channel: random.below(CHANNELS.len() as u32).min(random.below(CHANNELS.len() as u32)) as u8,
            exchanges: (random.between(2, 4) + random.below(4)) as u8,
            has_bot: !matches!(origin, Origin::Outbound) && random.chance(550),
            origin,
            is_spam: false,
            reopened: false,
            put_off: 0,
            answered: false,
            surveys: 0,
            survey_has_id: random.chance(800),
            told: 0,
            random,
        }
    }

    /// Takes the step that is due and sets the next one.
    pub(super) fn act(&mut self, centre: &mut Centre) -> Said {
        match self.step {
            Step::Start => self.start(centre),
            Step::Greet => self.greet(),
            Step::Open => self.open(),
            Step::BotAnswers => self.bot_answers(),
            Step::CustomerAnswersBot => self.customer_answers_bot(),
            Step::HandOff => self.hand_off(),
            Step::Assign => self.assign(centre),
            Step::Focus => self.focus(centre),
            Step::Reply | Step::ReplyMore => self.reply(centre),
            Step::Tag => self.tag(),
            Step::Join => self.join(centre),
            Step::Leave => self.leave(centre),
            Step::Snooze => self.snooze(),
            Step::CustomerWrites => self.customer_writes(),
            Step::CustomerWritesMore => self.customer_writes_more(),
            Step::GiveUp | Step::TimeOut | Step::Close => self.close(centre),
            Step::PromptMood => self.prompt_mood(),
            Step::RecordMood => self.record_mood(),
            Step::SendSurvey => self.send_survey(centre),
            Step::AnswerSurvey => self.answer_survey(),
            Step::CommentOnSurvey => self.comment_on_survey(),
            Step::Reopen => self.reopen(),
            Step::Over => None,
        }
    }

    /// Whether there is nothing more to tell.
    pub(super) fn is_over(&self) -> bool {
        self.step == Step::Over
    }

    /// The next step, a while later; never at the same moment, or the order would be open.
    pub(super) fn then(&mut self, step: Step, after: Millis) {
        self.step = step;
        self.due += after.max(1);
    }

    /// The next step, a while of this spread later.
    pub(super) fn then_within(&mut self, step: Step, spread: &Quantiles) {
        let after = self.random.spread(spread);
        self.then(step, after);
    }

    /// The next step, when the customer gets round to it.
    pub(super) fn then_customer(&mut self, step: Step) {
        self.then_within(step, if self.channel == EMAIL { &MAIL_GAP } else { &CUSTOMER_GAP });
    }

    fn start(&mut self, centre: &Centre) -> Said {
        let started = Body::ConversationStarted(Started {
            contact: Some(contact_name(self.contact)),
            company: self.company(),
            channel: Some(Cow::Borrowed(CHANNELS[usize::from(self.channel)])),
            line: Some(self.line()),
            skill: self.random.chance(900).then(|| centre.skill_name(self.account, self.skill)),
            origin: self.origin,
            audience: if self.contact.is_multiple_of(4) { Audience::Lead } else { Audience::User },
        });
        let extras = Extras { contact_name: Some(person(self.contact)), ..Extras::default() };
        self.begin();
        Some((started, extras))
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

    fn greet(&mut self) -> Said {
        let ignored = self.origin != Origin::Inbound && self.random.chance(300);
        if ignored {
            self.then(Step::TimeOut, 3_600_000);
        } else {
            self.then_within(Step::Open, &OPENS);
        }
        self.bot_says()
    }

    fn open(&mut self) -> Said {
        if self.has_bot {
            self.then_within(Step::BotAnswers, &BOT_ANSWERS);
        } else if self.random.chance(200) {
            self.then_customer(Step::CustomerWritesMore);
        } else {
            self.then_within(Step::Assign, &ROUTING);
        }
        self.customer_says()
    }

    fn bot_answers(&mut self) -> Said {
        match self.random.below(100) {
            0..45 => self.then_within(Step::CustomerAnswersBot, &ANSWERS_BOT),
            45..55 => self.then(Step::TimeOut, 600_000),
            _ => self.then_within(Step::HandOff, &BOT_ANSWERS),
        }
        self.bot_says()
    }

    fn customer_answers_bot(&mut self) -> Said {
        let step = if self.random.chance(300) { Step::BotAnswers } else { Step::HandOff };
        self.then_within(step, &BOT_ANSWERS);
        self.customer_says()
    }

    fn hand_off(&mut self) -> Said {
        self.then_within(Step::Assign, &ROUTING);
        Some((Body::HandedOff, Extras::default()))
    }

    /// To somebody of the skill; later ones are transfers, half of them to another skill.
    fn assign(&mut self, centre: &mut Centre) -> Said {
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

    pub(super) fn bot_says(&mut self) -> Said {
        let (characters, text) = message(&BOT_LINES, &mut self.random);
        let body = Body::AgentMessage { agent: Cow::Borrowed(BOT), characters, automated: true };
        Some((body, Extras { text, ..Extras::default() }))
    }

    pub(super) fn customer_says(&mut self) -> Said {
        let (characters, text) = message(&ASKS, &mut self.random);
        let contact = self.random.chance(300).then(|| contact_name(self.contact));
        Some((Body::CustomerMessage { contact, characters }, Extras { text, ..Extras::default() }))
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
