//! Satisfaction surveys: sent, answered, changed, refused, and who is credited (SPEC §3, surveys; §5, refusal).

use super::super::event::Millis;
use super::super::fact::{Fact, FactKind};
use super::super::intern::Name;
use super::super::policy::CsatCredit;
use super::{Context, State};

/// The surveys of a life, in the order in which they were first heard of.
#[derive(Debug, Clone, Default)]
pub(super) struct Surveys {
    all: Vec<Survey>,
    /// The one sent last.
    latest: Option<usize>,
    /// The one to which answers and comments belong that find no survey.
    unsent: Option<usize>,
}

#[derive(Debug, Clone, Default)]
struct Survey {
    id: Option<u64>,
    /// The fact that it was sent.
    sent: Option<Fact>,
    /// Agent and skill, settled once.
    credit: Option<[Option<Name>; 2]>,
    /// The valid answer that stands.
    standing: Option<Fact>,
    /// A comment has frozen the rating.
    frozen: bool,
}

impl Surveys {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn sent_with(&self, id: u64) -> Option<usize> {
        self.all.iter().position(|survey| survey.id == Some(id))
    }

    /// The survey an answer or comment is about; the unsent one if there is no other.
    fn about(&mut self, id: Option<u64>) -> usize {
        let found = match id {
            Some(id) => self.sent_with(id),
            None => self.latest,
        };
        if let Some(place) = found.or(self.unsent) {
            return place;
        }
        self.unsent = Some(self.all.len());
        self.all.push(Survey::default());
        self.all.len() - 1
    }
}

impl State {
    pub(super) fn survey_sent(&mut self, at: Millis, id: Option<u64>, own: [Option<Name>; 2], cx: &mut Context<'_>) {
        self.talk.asked = true;
        if id.is_some_and(|id| self.surveys.sent_with(id).is_some()) {
            return;
        }
        let credit = self.survey_credit(at, own, cx);
        let sent = self.survey_fact(FactKind::SurveySent, at, credit);
        cx.state(sent);
        self.surveys.latest = Some(self.surveys.all.len());
        self.surveys.all.push(Survey { id, sent: Some(sent), credit: Some(credit), ..Survey::default() });
    }

    pub(super) fn survey_answered(
        &mut self,
        at: Millis,
        id: Option<u64>,
        (score, commented): (i32, bool),
        own: [Option<Name>; 2],
        cx: &mut Context<'_>,
    ) {
        let place = self.surveys.about(id);
        let settled = self.surveys.all[place].credit;
        let credit = settled.unwrap_or_else(|| self.survey_credit(at, own, cx));
        let judged = self.judge(at, score, &self.surveys.all[place], cx);
        let fact = self.survey_fact(judged.unwrap_or_else(|refused| refused), at, credit);
        cx.state(fact);
        let survey = &mut self.surveys.all[place];
        survey.credit = Some(credit);
        if judged.is_ok() {
            survey.accept(fact, cx);
            survey.frozen |= commented;
        }
    }

    pub(super) fn survey_commented(&mut self, id: Option<u64>) {
        let place = self.surveys.about(id);
        self.surveys.all[place].frozen = true;
    }

    /// The valid answer, or the first reason why it is refused.
    fn judge(&self, at: Millis, score: i32, survey: &Survey, cx: &Context<'_>) -> Result<FactKind, FactKind> {
        let valid = FactKind::answer(score).ok_or(FactKind::RefusedInvalidScore)?;
        let policy = cx.policies.at(at);
        let since = self.last_close.as_ref().map(|close| close.at).or(survey.sent.map(|sent| sent.at));
        let too_late = |limit: Option<Millis>| since.zip(limit).is_some_and(|(since, limit)| at - since > limit);
        match survey.standing {
            None if too_late(policy.rate_within_ms) => Err(FactKind::RefusedRatingWindow),
            Some(_) if survey.frozen => Err(FactKind::RefusedCommentFrozen),
            Some(_) if too_late(policy.change_within_ms) => Err(FactKind::RefusedChangeWindow),
            None | Some(_) => Ok(valid),
        }
    }

    /// Agent and skill of a survey: the event's own, else what the policy names, else whoever wrote last.
    fn survey_credit(&self, at: Millis, [agent, skill]: [Option<Name>; 2], cx: &Context<'_>) -> [Option<Name>; 2] {
        let by_policy = match cx.policies.at(at).csat_credit {
            CsatCredit::LastHumanSender => self.last_human,
            CsatCredit::FirstResponder => self.first_responder(),
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

impl Survey {
    fn accept(&mut self, answer: Fact, cx: &mut Context<'_>) {
        if let Some(changed) = self.standing.replace(answer) {
            cx.retract(changed);
        } else if let Some(sent) = self.sent {
            cx.state(Fact { kind: FactKind::SurveySentAnswered, ..sent });
        }
    }
}
