//! Surveys: which one an answer belongs to, who gets the credit, and which answers are refused (SPEC §3, §5).

use super::body::Answered;
use super::event::Event;
use super::fact::{Credit, Fact, Kind};
use super::walk::Walk;

/// One survey of a conversation.
#[derive(Clone, Default)]
pub struct Survey {
    /// Its id, if it has one.
    id: Option<String>,
    /// When it was sent, if it was.
    sent_ms: Option<i64>,
    /// Whose it is, once settled; the time in it is of no account.
    credit: Option<Credit>,
    /// The valid answer that stands: when, and its score.
    standing: Option<(i64, i32)>,
    /// Whether a comment froze the rating.
    is_frozen: bool,
}

/// Where a survey is kept: among those sent, or as the one that was not.
#[derive(Clone, Copy)]
enum Slot {
    Sent(usize),
    Unsent,
}

impl Walk<'_> {
    /// A survey went out; a repeat of its id is no new one.
    pub fn survey_sent(&mut self, event: &Event, id: &Option<String>, agent: &Option<String>, skill: &Option<String>) {
        let is_repeat = id.is_some() && self.surveys.iter().any(|survey| survey.id == *id);
        if is_repeat {
            return;
        }
        let credit = Some(self.survey_credit(event, agent, skill));
        self.surveys.push(Survey { id: id.clone(), sent_ms: Some(event.at_ms), credit, ..Survey::default() });
    }

    /// An answer: counted in its survey, or refused for one reason.
    pub fn survey_answered(&mut self, event: &Event, answer: &Answered) {
        let slot = self.slot(&answer.survey);
        if self.survey(slot).credit.is_none() {
            let credit = self.survey_credit(event, &answer.agent, &answer.skill);
            self.survey(slot).credit = Some(credit);
        }
        let survey = self.survey(slot).clone();
        if let Some(reason) = self.refusal(event, answer, &survey) {
            let credit = credit_at(event.at_ms, &survey);
            self.facts.push(Fact { credit, kind: Kind::Refused(reason) });
            return;
        }
        let survey = self.survey(slot);
        survey.standing = Some((event.at_ms, answer.score));
        survey.is_frozen |= answer.comment.is_some();
    }

    /// A comment freezes the rating from then on.
    pub fn survey_commented(&mut self, id: &Option<String>) {
        let slot = self.slot(id);
        self.survey(slot).is_frozen = true;
    }

    /// States the surveys sent, and the answers that stand by now.
    pub fn state_surveys(&mut self) {
        for survey in self.surveys.iter().chain(&self.unsent) {
            if let Some(sent_ms) = survey.sent_ms {
                let kind = Kind::SurveySent(survey.standing.is_some());
                self.facts.push(Fact { credit: credit_at(sent_ms, survey), kind });
            }
            if let Some((at_ms, score)) = survey.standing {
                self.facts.push(Fact { credit: credit_at(at_ms, survey), kind: Kind::Answer(score) });
            }
        }
    }

    /// With an id, the survey of that id sent before; without one, the latest sent before; else the unsent one
    /// (reading 1).
    fn slot(&self, id: &Option<String>) -> Slot {
        let found = match id {
            Some(_) => self.surveys.iter().position(|survey| survey.id == *id),
            None => self.surveys.len().checked_sub(1),
        };
        found.map_or(Slot::Unsent, Slot::Sent)
    }

    fn survey(&mut self, slot: Slot) -> &mut Survey {
        match slot {
            Slot::Sent(index) => &mut self.surveys[index],
            Slot::Unsent => self.unsent.get_or_insert_default(),
        }
    }

    /// One reason per answer, in the order of SPEC §5.
    fn refusal(&self, event: &Event, answer: &Answered, survey: &Survey) -> Option<&'static str> {
        let policy = self.policy(event.at_ms);
        if !(1..=5).contains(&answer.score) {
            return Some("invalid_score");
        }
        let last_close_ms = self.closes.last().map(|close| close.credit.at_ms);
        let from_ms = last_close_ms.or(survey.sent_ms);
        let is_too_late = |limit_ms: Option<i64>| match (from_ms, limit_ms) {
            (Some(from_ms), Some(limit_ms)) => event.at_ms - from_ms > limit_ms,
            _ => false,
        };
        if survey.standing.is_none() {
            return is_too_late(policy.rate_within_ms).then_some("rating_window");
        }
        if survey.is_frozen {
            return Some("comment_frozen");
        }
        is_too_late(policy.change_within_ms).then_some("change_window")
    }

    /// Credit is settled once: the event's own, then what the policy names, then whoever is left (SPEC §3).
    fn survey_credit(&self, event: &Event, agent: &Option<String>, skill: &Option<String>) -> Credit {
        let by_policy = match self.policy(event.at_ms).csat_credit.as_str() {
            "first_responder" => self.first_responder.clone(),
            "closer" => self.closes.last().and_then(|close| close.own_agent.clone()),
            "assignee" => self.assignee.clone(),
            _ => self.last_human.clone(),
        };
        let agent = agent.clone().or(by_policy);
        let agent = agent.or(self.last_human.clone()).or(self.last_bot.clone()).or(self.assignee.clone());
        Credit { at_ms: event.at_ms, agent, skill: skill.clone().or(self.skill.clone()) }
    }
}

fn credit_at(at_ms: i64, survey: &Survey) -> Credit {
    let settled = survey.credit.clone();
    let (agent, skill) = settled.map_or((None, None), |credit| (credit.agent, credit.skill));
    Credit { at_ms, agent, skill }
}
