//! Surveys: which one an event belongs to, who gets the credit, and which answers are refused (SPEC §3, §5).

use super::body::{Answered, Body};
use super::conversation::Conversation;
use super::event::Event;
use super::fact::{Credit, Fact, Kind};
use std::collections::BTreeMap;

/// What tells the surveys of a conversation apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Its id.
    Id(String),
    /// It has none: the place of its sending.
    SentAt(usize),
    /// The one without an id that was never sent.
    Unsent,
}

/// A survey: the places of all that belongs to it, in their order.
#[derive(Default)]
pub struct Survey {
    sent: Vec<usize>,
    answers: Vec<usize>,
    /// Said apart from an answer.
    pub comments: Vec<usize>,
}

/// What became of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the first rating, or a change.
    Counts(i32),
    /// The score that stands was given again.
    NoChange,
    /// It is refused for this reason.
    Refused(&'static str),
}

/// An answer that is told by itself.
pub struct Rated {
    /// What it said.
    pub score: i32,
    /// What became of it, and whether it counts still.
    pub became: (Verdict, bool),
    /// Who gets the credit.
    pub credit: Credit,
}

/// The answers of a survey judged so far: the place of each, and its verdict.
type Judged = [(usize, Verdict)];

impl Conversation<'_> {
    /// The surveys sent, the answers that stand, and those refused.
    pub fn survey_facts(&self) -> Vec<Fact> {
        self.surveys().values().flat_map(|survey| self.facts_of(survey)).collect()
    }

    /// All surveys that anything is said of.
    pub fn surveys(&self) -> BTreeMap<Name, Survey> {
        let mut surveys: BTreeMap<Name, Survey> = BTreeMap::new();
        for (i, event) in self.life.events().iter().enumerate() {
            match &event.body {
                Body::SurveySent { .. } => surveys.entry(self.name(i)).or_default().sent.push(i),
                Body::SurveyAnswered(_) => surveys.entry(self.name(i)).or_default().answers.push(i),
                Body::SurveyCommented { .. } => surveys.entry(self.name(i)).or_default().comments.push(i),
                _ => {}
            }
        }
        surveys
    }

    /// An id names its survey wherever it stands; without one it is the one sent last before (reading 8).
    fn name(&self, i: usize) -> Name {
        match &self.life.events()[i].body {
            Body::SurveySent { survey: Some(id), .. }
            | Body::SurveyAnswered(Answered { survey: Some(id), .. })
            | Body::SurveyCommented { survey: Some(id), .. } => Name::Id(id.clone()),
            Body::SurveySent { .. } => Name::SentAt(i),
            _ => self.life.last_before(i, Event::is_survey_sent).map_or(Name::Unsent, |sent| self.name(sent)),
        }
    }

    fn facts_of(&self, survey: &Survey) -> Vec<Fact> {
        let Some(settled) = survey.sent.iter().chain(&survey.answers).min().map(|i| self.survey_credit(*i)) else {
            return Vec::new();
        };
        let fact = |i: usize, kind: Kind| {
            let credit = Credit { skill: settled.skill.clone(), ..self.credit(i, settled.agent.clone()) };
            Fact { credit, kind }
        };
        let judged = self.judged(survey);
        let standing = standing(&judged);
        let sent = survey.sent.first().map(|i| fact(*i, Kind::SurveySent(standing.is_some())));
        let answer = standing.map(|(i, score)| fact(i, Kind::Answer(score)));
        let refused = judged.iter().filter_map(|(i, verdict)| match verdict {
            Verdict::Refused(reason) => Some(fact(*i, Kind::Refused(reason))),
            Verdict::Counts(_) | Verdict::NoChange => None,
        });
        sent.into_iter().chain(answer).chain(refused).collect()
    }

    /// The answers of a survey with what became of each, but for those that say what stands already.
    pub fn rated(&self, survey: &Survey) -> Vec<Rated> {
        let Some(settled) = survey.sent.iter().chain(&survey.answers).min().map(|i| self.survey_credit(*i)) else {
            return Vec::new();
        };
        let judged = self.judged(survey);
        let stands = standing(&judged).map(|(i, _)| i);
        let told = judged.into_iter().filter(|(_, verdict)| *verdict != Verdict::NoChange);
        told.map(|(i, verdict)| {
            let credit = Credit { skill: settled.skill.clone(), ..self.credit(i, settled.agent.clone()) };
            let score = self.answer(i).map_or(0, |answer| answer.score);
            Rated { score, became: (verdict, stands == Some(i)), credit }
        })
        .collect()
    }

    /// The answers of a survey, and what became of each.
    pub fn judged(&self, survey: &Survey) -> Vec<(usize, Verdict)> {
        let mut judged = Vec::new();
        for i in &survey.answers {
            let verdict = self.verdict(survey, *i, &judged);
            judged.push((*i, verdict));
        }
        judged
    }

    /// One reason per answer, in the order of SPEC §5.
    fn verdict(&self, survey: &Survey, i: usize, earlier: &Judged) -> Verdict {
        let score = self.answer(i).map_or(0, |answer| answer.score);
        let policy = self.policy(i);
        let refused = |is_refused: bool, reason| is_refused.then_some(Verdict::Refused(reason));
        let invalid = refused(!(1..=5).contains(&score), "invalid_score");
        let judged = match standing(earlier) {
            None => refused(self.is_out_of_time(survey, i, policy.rate_within_ms), "rating_window"),
            Some((_, standing)) if standing == score => Some(Verdict::NoChange),
            Some(_) => refused(self.is_frozen(survey, i, earlier), "comment_frozen")
                .or_else(|| refused(self.is_out_of_time(survey, i, policy.change_within_ms), "change_window")),
        };
        invalid.or(judged).unwrap_or(Verdict::Counts(score))
    }

    /// The limit runs from the last close before the answer; never closed, from the first sending before it; with
    /// neither it is out of time.
    fn is_out_of_time(&self, survey: &Survey, i: usize, limit_ms: Option<i64>) -> bool {
        let Some(limit_ms) = limit_ms else { return false };
        let close = self.close_before(i).map(|close| close.at);
        let from = close.or_else(|| survey.sent.first().copied().filter(|sent| *sent < i));
        from.is_none_or(|from| self.life.at_ms(i) - self.life.at_ms(from) > limit_ms)
    }

    /// Whether a comment came before: on its own, or in an answer that was not refused.
    fn is_frozen(&self, survey: &Survey, i: usize, earlier: &Judged) -> bool {
        let is_accepted = |verdict: &Verdict| !matches!(verdict, Verdict::Refused(_));
        let has_comment = |i: usize| self.answer(i).is_some_and(|answer| answer.comment.is_some());
        let in_answer = earlier.iter().any(|(i, verdict)| is_accepted(verdict) && has_comment(*i));
        in_answer || survey.comments.iter().any(|comment| *comment < i)
    }

    /// What was answered at `i`.
    pub fn answer(&self, i: usize) -> Option<&Answered> {
        match &self.life.events()[i].body {
            Body::SurveyAnswered(answer) => Some(answer),
            _ => None,
        }
    }

    /// The credit settled at `i`: the event's own, then what the policy names, then who is left (SPEC §3).
    fn survey_credit(&self, i: usize) -> Credit {
        let life = self.life;
        let (agent, skill) = match &life.events()[i].body {
            Body::SurveySent { agent, skill, .. } | Body::SurveyAnswered(Answered { agent, skill, .. }) => {
                (agent, skill)
            }
            _ => (&None, &None),
        };
        let by_policy = match self.policy(i).csat_credit.as_str() {
            "first_responder" => self.first_responder_before(i),
            "closer" => self.close_before(i).and_then(|close| close.own_agent),
            "assignee" => life.assignee_after(i),
            _ => life.last_human_before(i),
        };
        let left = life.last_human_before(i).or(life.last_bot_before(i)).or(life.assignee_after(i));
        let settled = self.credit(i, agent.clone().or(by_policy).or(left));
        Credit { skill: skill.clone().or(settled.skill), ..settled }
    }
}

/// The valid answer that stands: its place and its score.
fn standing(judged: &Judged) -> Option<(usize, i32)> {
    judged.iter().rev().find_map(|(i, verdict)| match verdict {
        Verdict::Counts(score) => Some((*i, *score)),
        Verdict::NoChange | Verdict::Refused(_) => None,
    })
}
