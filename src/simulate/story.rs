//! One conversation as a story told step by step: its state, and whose step comes next.
//!
//! Every step says at most one thing and knows when the next is due; chance comes from the story's own stream, so
//! that it does not matter which other stories run beside it. `opening`, `chat` and `aftermath` hold the steps.

use super::centre::{Centre, contact_name};
use super::random::{Quantiles, Random};
use super::record::Extras;
use super::words::{ASKS, BOT_LINES, CHANNELS, message};
use crate::domain::event::{Body, Millis, Origin};
use std::borrow::Cow;

/// What a bot is called where an agent's id is asked for.
const BOT: &str = "bot-1";

/// The channel on which people take hours, not seconds.
pub(super) const EMAIL: u8 = 3;

const CUSTOMER_GAP: Quantiles = [4_000, 12_000, 20_000, 30_000, 45_000, 70_000, 110_000, 200_000, 900_000];
const MAIL_GAP: Quantiles =
    [120_000, 400_000, 900_000, 1_500_000, 2_400_000, 4_000_000, 7_000_000, 11_000_000, 20_000_000];

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

    pub(super) fn bot_says(&mut self) -> Said {
        let (characters, text) = message(&BOT_LINES, &mut self.random);
        let body = Body::AgentMessage { agent: Cow::Borrowed(BOT), characters, automated: true };
        Some((body, Extras { text }))
    }

    pub(super) fn customer_says(&mut self) -> Said {
        let (characters, text) = message(&ASKS, &mut self.random);
        let contact = self.random.chance(300).then(|| contact_name(self.contact));
        Some((Body::CustomerMessage { contact, characters, automated: false }, Extras { text }))
    }
}
