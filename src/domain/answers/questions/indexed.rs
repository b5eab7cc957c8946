//! Answers from what is summed: the account, skills, agents, and agents within skills, over a window up to now.

use super::{Answer, AnswerRow, Dimension, Ids, Question};
use crate::domain::answers::Answers;
use crate::domain::answers::metrics::Metrics;
use crate::domain::bucket::Bucket;
use crate::domain::day::sums::AgentSums;
use crate::domain::names::Name;
use crate::domain::scope::{NONE, Scope, ScopeId, ScopeKind};

/// How a question has to do with agents, or with skills.
enum Wanted<'a> {
    /// Not at all.
    Nothing,
    /// A row for each.
    Each,
    /// A row for each of these.
    Some(&'a [String]),
    /// One alone, in no grouping.
    One(&'a String),
}

impl Answers {
    /// The answer to a question: from the sums where they have it, else from the facts.
    #[must_use]
    pub fn ask(&self, question: &Question) -> Answer {
        self.from_sums(question).unwrap_or_else(|| question.answer(&self.view))
    }

    /// The answer from the sums; none where they do not have it.
    #[must_use]
    pub fn from_sums(&self, question: &Question) -> Option<Answer> {
        self.wanted(question).map(|wanted| self.summed(question, &wanted))
    }

    /// The same, if it takes no longer than a moment: a row of the account, a skill, or an agent of whom there is not very much.
    #[must_use]
    pub fn at_once(&self, question: &Question) -> Option<Answer> {
        let wanted = self.wanted(question).filter(|wanted| !wanted.iter().any(Wanted::are_many))?;
        let agent = self.find(&Scope { skill: None, agent: wanted[0].one() }).and_then(ScopeId::agent);
        let sums = agent.and_then(|agent| self.sums.agent(Name::to_code(agent) as usize));
        sums.is_none_or(AgentSums::is_soon_read).then(|| self.summed(question, &wanted))
    }

    /// What a question asks for of agents and skills; nothing where the sums do not have it.
    fn wanted<'q>(&self, question: &'q Question) -> Option<[Wanted<'q>; 2]> {
        let now = self.now();
        let is_window = question.frame.to == Bucket::asked_at(now) && question.frame.from <= question.frame.to;
        if !is_window
            || question.interval_buckets.is_some()
            || !question.touches_only(&[Dimension::Agent, Dimension::Skill])
        {
            return None;
        }
        let [agents, skills] = [question.wanted(Dimension::Agent)?, question.wanted(Dimension::Skill)?];
        // Of many agents each has a log of the day to be read: digests of the facts have their numbers sooner.
        let is_long = agents.are_many() || agents.is_some() && skills.are_many();
        (!is_long).then_some([agents, skills])
    }

    fn summed(&self, question: &Question, [agents, skills]: &[Wanted<'_>; 2]) -> Answer {
        let (span, rows) = (question.frame.span(self.now()), self.rows(question, agents, skills));
        Answer { span, intervals: Vec::new(), rows, overlapping: false }
    }

    fn rows(&self, question: &Question, agents: &Wanted<'_>, skills: &Wanted<'_>) -> Vec<AnswerRow> {
        let kind = match (agents.is_some(), skills.is_some()) {
            (false, false) => ScopeKind::Account,
            (false, true) => ScopeKind::Skill,
            (true, false) => ScopeKind::Agent,
            (true, true) => ScopeKind::AgentSkill,
        };
        let ids = match [agents, skills].into_iter().any(Wanted::are_many) {
            true => self.scope_ids(kind),
            false => self.find(&Scope { skill: skills.one(), agent: agents.one() }).into_iter().collect(),
        };
        let named = ids.into_iter().map(|id| (self.view.names.scope(id), id));
        let covered = named.filter(|(scope, _)| agents.has(scope.agent.as_ref()) && skills.has(scope.skill.as_ref()));
        let row = |(scope, id)| (scope, self.since(id, question.frame.from));
        let mut found = covered.map(row).map(|(scope, metrics)| question.row(&scope, metrics));
        if question.group_by.is_empty() {
            let asks_for_nobody = question.touches(Dimension::Agent) && !self.view.policy().agent_metrics;
            let nothing =
                || AnswerRow { ids: Ids::new(), metrics: Box::new(self.nothing(kind)), intervals: Vec::new() };
            return if asks_for_nobody { Vec::new() } else { vec![found.next().unwrap_or_else(nothing)] };
        }
        let mut rows: Vec<AnswerRow> = found.filter(|row| !row.metrics.is_zero()).collect();
        rows.sort_unstable_by(|a, b| a.ids.cmp(&b.ids));
        rows
    }
}

impl Question {
    /// What of a dimension it asks for, if the sums have it.
    fn wanted(&self, dimension: Dimension) -> Option<Wanted<'_>> {
        let filter = self.filters.iter().find(|filter| filter.dimension == dimension);
        match (self.group_by.contains(&dimension), filter.map(|filter| filter.any_of.as_slice())) {
            (false, None) => Some(Wanted::Nothing),
            (false, Some([one])) => Some(Wanted::One(one)),
            // Sums of several would count twice who is counted once.
            (false, Some(_)) => None,
            (true, None) => Some(Wanted::Each),
            (true, Some(some)) => Some(Wanted::Some(some)),
        }
    }

    fn row(&self, scope: &Scope, metrics: Metrics) -> AnswerRow {
        let metrics = Box::new(metrics);
        let id = |dimension: &Dimension| {
            let id = if *dimension == Dimension::Agent { &scope.agent } else { &scope.skill };
            id.as_deref().unwrap_or(NONE).into()
        };
        AnswerRow { ids: self.group_by.iter().map(id).collect(), metrics, intervals: Vec::new() }
    }
}

impl Wanted<'_> {
    fn is_some(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Whether there may be many of them.
    fn are_many(&self) -> bool {
        matches!(self, Self::Each | Self::Some(_))
    }

    /// The one alone.
    fn one(&self) -> Option<String> {
        match self {
            Self::One(one) => Some((*one).clone()),
            Self::Nothing | Self::Each | Self::Some(_) => None,
        }
    }

    fn has(&self, id: Option<&String>) -> bool {
        match self {
            Self::Nothing | Self::Each => true,
            Self::Some(some) => id.is_some_and(|id| some.contains(id)),
            Self::One(one) => id == Some(*one),
        }
    }
}
