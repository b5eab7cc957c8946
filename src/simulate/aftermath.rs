//! How a conversation ends, and what comes after: the customer's mood, the survey, and some that open again.

use super::centre::{Centre, agent_name};
use super::random::Quantiles;
use super::record::Extras;
use super::story::{Said, Step, Story};
use super::words::COMMENTS;
use crate::domain::event::{Body, Mood, Outcome, Private, Side, Text};
use std::borrow::Cow;

const ASKS_MOOD: Quantiles = [200, 400, 600, 800, 1_000, 1_300, 1_700, 2_500, 6_000];
const TELLS_MOOD: Quantiles = [1_500, 3_000, 5_000, 8_000, 12_000, 17_000, 25_000, 40_000, 180_000];
const SENDS_SURVEY: Quantiles = [1_000, 2_000, 3_000, 5_000, 8_000, 15_000, 30_000, 60_000, 300_000];
const RATES: Quantiles = [6_000, 20_000, 40_000, 80_000, 180_000, 600_000, 2_400_000, 7_200_000, 20_000_000];
const COMES_BACK: Quantiles =
    [30_000, 120_000, 400_000, 1_200_000, 3_000_000, 6_000_000, 12_000_000, 20_000_000, 40_000_000];

/// Of a hundred answers: most people are content, some are not, and some systems send nonsense.
const SCORES: [(u32, i32); 7] = [(48, 5), (74, 4), (84, 3), (90, 2), (98, 1), (99, 0), (100, 11)];

impl Story {
    /// Closed by whoever the step says: the agent, the customer who gave up, or a timer.
    pub(super) fn close(&mut self, centre: &mut Centre) -> Said {
        if let Some(agent) = self.agent {
            centre.desks.leave(agent, self.number);
        }
        let body = match self.step {
            Step::GiveUp => closed(None, Side::Customer, Outcome::Abandoned),
            Step::TimeOut => closed(None, Side::System, self.outcome()),
            _ if self.is_spam => closed(self.human_name(), Side::Agent, Outcome::Spam),
            _ if self.random.chance(100) => closed(None, Side::Customer, Outcome::Resolved),
            _ => {
                let named = self.random.chance(900);
                closed(self.human_name().filter(|_| named), Side::Agent, self.outcome())
            }
        };
        self.after_close();
        Some((body, Extras::default()))
    }

    fn outcome(&mut self) -> Outcome {
        if self.random.chance(940) { Outcome::Resolved } else { Outcome::Abandoned }
    }

    fn after_close(&mut self) {
        if self.is_spam || self.step == Step::GiveUp {
            self.then(Step::Over, 0);
        } else if self.agent.is_some() && self.random.chance(350) {
            self.then_within(Step::PromptMood, &ASKS_MOOD);
        } else {
            self.after_mood();
        }
    }

    pub(super) fn prompt_mood(&mut self) -> Said {
        if self.random.chance(780) {
            self.then_within(Step::RecordMood, &TELLS_MOOD);
        } else {
            self.after_mood();
        }
        Some((Body::MoodPrompted { agent: agent_name(self.human()) }, Extras::default()))
    }

    pub(super) fn record_mood(&mut self) -> Said {
        let mood = match self.random.below(100) {
            0..58 => Mood::Happy,
            58..86 => Mood::Neutral,
            _ => Mood::Unhappy,
        };
        if self.random.chance(40) {
            self.then_within(Step::RecordMood, &TELLS_MOOD);
        } else {
            self.after_mood();
        }
        Some((Body::MoodRecorded { agent: agent_name(self.human()), mood }, Extras::default()))
    }

    fn after_mood(&mut self) {
        match self.random.below(100) {
            0..48 => self.then_within(Step::SendSurvey, &SENDS_SURVEY),
            // Some answer a survey that nobody saw go out.
            48 => self.then_within(Step::AnswerSurvey, &RATES),
            _ => self.after_survey(),
        }
    }

    pub(super) fn send_survey(&mut self, centre: &Centre) -> Said {
        self.surveys += 1;
        self.answered = false;
        if self.random.chance(440) {
            self.then_within(Step::AnswerSurvey, &RATES);
        } else {
            self.after_survey();
        }
        let names_agent = self.random.chance(500);
        let names_skill = self.random.chance(250);
        let body = Body::SurveySent {
            survey: self.survey_id(),
            agent: self.human_name().filter(|_| names_agent),
            skill: names_skill.then(|| centre.skill_name(self.account, self.skill)),
        };
        Some((body, Extras::default()))
    }

    /// The rating, or a change of it.
    pub(super) fn answer_survey(&mut self) -> Said {
        let draw = self.random.below(100);
        let score = SCORES.iter().find(|(below, _)| draw < *below).map_or(5, |(_, score)| *score);
        let comment = self.random.chance(220).then(|| self.comment());
        let changes = !self.answered && self.random.chance(80);
        self.answered = true;
        if changes {
            self.then_within(Step::AnswerSurvey, &RATES);
        } else if comment.is_none() && self.random.chance(120) {
            self.then_within(Step::CommentOnSurvey, &SENDS_SURVEY);
        } else {
            self.after_survey();
        }
        let body = Body::SurveyAnswered { survey: self.survey_id(), score, comment, agent: None, skill: None };
        Some((body, Extras::default()))
    }

    pub(super) fn comment_on_survey(&mut self) -> Said {
        // One in four then thinks better of the rating: too late, for a comment freezes it.
        if self.random.chance(250) {
            self.then_within(Step::AnswerSurvey, &RATES);
        } else {
            self.after_survey();
        }
        let comment = self.comment();
        Some((Body::SurveyCommented { survey: self.survey_id(), comment }, Extras::default()))
    }

    fn after_survey(&mut self) {
        if self.reopened || !self.random.chance(80) {
            return self.then(Step::Over, 0);
        }
        self.reopened = true;
        self.exchanges = self.random.between(1, 2) as u8;
        // Half say so; the other half just write.
        let opens = self.agent.is_some() && self.random.chance(500);
        self.then_within(if opens { Step::Reopen } else { Step::CustomerWritesMore }, &COMES_BACK);
    }

    pub(super) fn reopen(&mut self) -> Said {
        let by = self.random.pick(&[Side::Customer, Side::Customer, Side::Agent, Side::System]);
        if by == Side::Customer {
            self.then_customer(Step::CustomerWrites);
        } else {
            self.then_pick_up();
        }
        Some((Body::Reopened { by: Some(by) }, Extras::default()))
    }

    fn survey_id(&self) -> Option<Text<'static>> {
        const IDS: [&str; 4] = ["survey-0", "survey-1", "survey-2", "survey-3"];
        self.survey_has_id.then(|| Cow::Borrowed(IDS[usize::from(self.surveys) % IDS.len()]))
    }

    fn comment(&mut self) -> Private<'static> {
        Private::new(self.random.pick(&COMMENTS))
    }
}

fn closed(agent: Option<Text<'static>>, closed_by: Side, outcome: Outcome) -> Body<'static> {
    Body::Closed { agent, closed_by, outcome: Some(outcome) }
}
