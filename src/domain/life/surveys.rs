//! Satisfaction surveys: sent, answered, changed, refused, and who is credited (SPEC §3, surveys; §5, refusal).

use super::keyed::Keyed;
use super::remarks::TalkedAbout;
use super::{Context, State};
use crate::domain::event::Millis;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::names::Name;
use crate::domain::policy::CsatCredit;
use crate::domain::timeline::Key;

/// The surveys of a life, in the order in which they were first heard of.
#[derive(Debug, Clone, Default)]
pub(super) struct Surveys {
    all: Keyed<SurveyName, Survey>,
    /// The one sent last.
    latest: Option<usize>,
}

#[derive(Debug, Clone, Default)]
struct Survey {
    /// The fact that it was sent.
    sent: Option<Fact>,
    /// Agent and skill, settled once.
    credit: Option<[Option<Name>; 2]>,
    /// The valid answer that stands.
    standing: Option<Fact>,
    /// A comment has frozen the rating.
    frozen: bool,
    talked_about: TalkedAbout,
}

/// By what a survey is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum SurveyName {
    /// By its id, wherever that stands.
    Id(u64),
    /// By having been sent without an id: each is another one.
    Sending,
    /// Neither: answers and comments without an id before anything was sent are about it.
    Unsent,
}

impl Surveys {
    /// The survey an answer or comment is about.
    fn about(&mut self, id: Option<u64>) -> usize {
        match (id, self.latest) {
            (Some(id), _) => self.all.place(SurveyName::Id(id)),
            (None, Some(latest)) => latest,
            (None, None) => self.all.place(SurveyName::Unsent),
        }
    }

    /// The survey that is sent.
    fn sent_as(&mut self, id: Option<u64>) -> usize {
        let place = match id {
            Some(id) => self.all.place(SurveyName::Id(id)),
            None => self.all.push_apart(SurveyName::Sending),
        };
        self.latest = Some(place);
        place
    }
}

impl State {
    pub(super) fn survey_sent(&mut self, at: Millis, id: Option<u64>, own: [Option<Name>; 2], cx: &mut Context<'_>) {
        self.talk.asked = true;
        let place = self.surveys().sent_as(id);
        let known = self.survey(place).credit;
        if self.survey(place).sent.is_some() {
            return;
        }
        let sent = self.survey_fact(FactKind::SurveySent, at, self.settled(known, at, own, cx));
        cx.state(sent);
        let survey = self.survey(place);
        (survey.sent, survey.credit) = (Some(sent), Some([sent.credit.agent, sent.credit.skill]));
        if survey.standing.is_some() {
            cx.state(Fact { kind: FactKind::SurveySentAnswered, ..sent });
        }
    }

    pub(super) fn survey_answered(
        &mut self,
        key: Key,
        id: Option<u64>,
        (score, commented): (i32, bool),
        own: [Option<Name>; 2],
        cx: &mut Context<'_>,
    ) {
        let (at, place) = (key.at, self.surveys().about(id));
        let survey = self.survey(place).clone();
        let credit = self.settled(survey.credit, at, own, cx);
        let judgement = self.judge(at, score, &survey, cx);
        self.survey(place).credit = Some(credit);
        match judgement {
            Judgement::Refused(reason) => {
                cx.state(Fact { value: score.into(), ..self.survey_fact(reason, at, credit) });
                self.survey(place).talked_about.refused(key, reason, commented, cx);
            }
            Judgement::Again => {
                self.survey(place).frozen |= commented;
                self.survey(place).talked_about.given_again(key, commented, cx);
            }
            Judgement::Valid(answer) => {
                let answer = self.survey_fact(answer, at, credit);
                cx.state(answer);
                let survey = self.survey(place);
                survey.accept(answer, cx);
                survey.frozen |= commented;
                survey.talked_about.accepted(key, answer.kind, commented, cx);
            }
        }
    }

    pub(super) fn survey_commented(&mut self, key: Key, id: Option<u64>, cx: &mut Context<'_>) {
        let place = self.surveys().about(id);
        let survey = self.survey(place);
        survey.frozen = true;
        survey.talked_about.commented(key, cx);
    }

    fn surveys(&mut self) -> &mut Surveys {
        &mut self.asked.get_or_insert_default().surveys
    }

    fn survey(&mut self, place: usize) -> &mut Survey {
        self.surveys().all.at(place)
    }

    /// What an answer is worth; of the reasons against it the first.
    fn judge(&self, at: Millis, score: i32, survey: &Survey, cx: &Context<'_>) -> Judgement {
        let Some(valid) = FactKind::answer(score) else { return Judgement::Refused(FactKind::RefusedInvalidScore) };
        let policy = cx.policies.at(at);
        let since = self.last_close.as_ref().map(|close| close.at).or(survey.sent.map(|sent| sent.at));
        let too_late = |limit: Option<Millis>| limit.is_some_and(|limit| since.is_none_or(|since| at - since > limit));
        match survey.standing {
            None if too_late(policy.rate_within_ms) => Judgement::Refused(FactKind::RefusedRatingWindow),
            Some(standing) if standing.kind == valid => Judgement::Again,
            Some(_) if survey.frozen => Judgement::Refused(FactKind::RefusedCommentFrozen),
            Some(_) if too_late(policy.change_within_ms) => Judgement::Refused(FactKind::RefusedChangeWindow),
            None | Some(_) => Judgement::Valid(valid),
        }
    }

    /// Agent and skill of a survey, as settled before or now.
    fn settled(
        &self,
        before: Option<[Option<Name>; 2]>,
        at: Millis,
        own: [Option<Name>; 2],
        cx: &Context<'_>,
    ) -> [Option<Name>; 2] {
        before.unwrap_or_else(|| self.survey_credit(at, own, cx))
    }

    /// Agent and skill of a survey: the event's own, else what the policy names, else whoever wrote last.
    fn survey_credit(&self, at: Millis, [agent, skill]: [Option<Name>; 2], cx: &Context<'_>) -> [Option<Name>; 2] {
        let by_policy = match cx.policies.at(at).csat_credit {
            CsatCredit::LastHumanSender => self.last_human,
            CsatCredit::FirstResponder => self.first_responder,
            CsatCredit::Closer => self.last_close.as_ref().and_then(|close| close.own_agent),
            CsatCredit::Assignee => self.assignee,
        };
        let agent = agent.or(by_policy).or(self.last_human).or(self.last_bot).or(self.assignee);
        [agent, skill.or(self.skill)]
    }

    fn survey_fact(&self, kind: FactKind, at: Millis, [agent, skill]: [Option<Name>; 2]) -> Fact {
        let mut fact = self.fact(kind, at, agent);
        fact.credit.skill = skill;
        fact
    }
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy)]
enum Judgement {
    /// It counts, in place of what stood before.
    Valid(FactKind),
    /// It says what stands already.
    Again,
    /// It does not count.
    Refused(FactKind),
}

impl Survey {
    fn accept(&mut self, answer: Fact, cx: &mut Context<'_>) {
        if let Some(changed) = self.standing.replace(answer) {
            cx.retract(changed);
            // Who asks why it does not count finds it by this, in whatever order the two came.
            let score = changed.kind.points().unwrap_or_default();
            cx.state(Fact { kind: FactKind::AnswerReplaced, value: score, ..changed });
        } else if let Some(sent) = self.sent {
            cx.state(Fact { kind: FactKind::SurveySentAnswered, ..sent });
        }
    }
}
