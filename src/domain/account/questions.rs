//! What can be asked of an account, as of `now`: metrics over windows and buckets, scopes, live state.

use std::collections::{BTreeMap, HashSet};

use super::Account;
use super::distinct::Distinct;
use crate::domain::answers::live::{Live, Waiting};
use crate::domain::answers::metrics::{Availability, Metrics, Utilisation};
use crate::domain::bucket::Bucket;
use crate::domain::day::agent::Agent;
use crate::domain::day::buckets::Tallied;
use crate::domain::day::tally::{Newest, Tally};
use crate::domain::day::window::{Span, Windows};
use crate::domain::event::{Millis, Presence};
use crate::domain::life::State;
use crate::domain::names::Name;
use crate::domain::scope::{NONE, Scope, ScopeKind};

/// How many of the longest waiting the live state names.
const LONGEST_WAITING: usize = 10;

/// A scope by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Tallied(Tallied),
    Agent(usize),
    AgentSkill(usize, Option<Name>),
}

impl Account {
    /// Every scope of a kind with anything in the last day, sorted; none of agents under `agent_metrics = false`.
    #[must_use]
    pub fn scopes(&self, kind: ScopeKind) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = self.asked(kind).into_iter().map(|asked| self.scope(asked)).collect();
        scopes.sort_unstable();
        scopes
    }

    /// One scope over each of the windows (minutes, 1–1440), in their order.
    #[must_use]
    pub fn window_metrics(&self, scope: &Scope, minutes: &[u32]) -> Vec<Metrics> {
        let windows = Windows::at(self.now, minutes);
        match self.find(scope) {
            Some(asked) => self.over(asked, &windows),
            None => minutes.iter().map(|_| self.nothing(scope.kind())).collect(),
        }
    }

    /// Every scope of a kind over each of the windows, sorted by skill, agent.
    #[must_use]
    pub fn all_window_metrics(&self, kind: ScopeKind, minutes: &[u32]) -> Vec<(Scope, Vec<Metrics>)> {
        let windows = Windows::at(self.now, minutes);
        let of = |asked: Asked| (self.scope(asked), self.over(asked, &windows));
        let mut all: Vec<_> = self.asked(kind).into_iter().map(of).collect();
        all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// One scope in one bucket.
    #[must_use]
    pub fn bucket_metrics(&self, scope: &Scope, bucket: Bucket) -> Metrics {
        self.all_bucket_metrics(&[scope], bucket).remove(0)
    }

    /// Scopes in one bucket, in their order: its facts are read once for all of them.
    #[must_use]
    pub fn all_bucket_metrics(&self, scopes: &[&Scope], bucket: Bucket) -> Vec<Metrics> {
        let asked: Vec<Option<Asked>> = scopes.iter().map(|scope| self.find(scope)).collect();
        let tallied = asked.iter().filter_map(|asked| match asked {
            Some(Asked::Tallied(scope)) => Some(*scope),
            Some(Asked::Agent(_) | Asked::AgentSkill(..)) | None => None,
        });
        let distinct = Distinct::of(&self.buckets, bucket, tallied.collect());
        let metrics = asked.into_iter().zip(scopes).map(|(asked, scope)| match asked {
            Some(Asked::Tallied(scope)) => self.tallied_in(scope, bucket, &distinct),
            Some(Asked::Agent(code)) => self.agent_in(code, None, bucket),
            Some(Asked::AgentSkill(code, skill)) => self.agent_in(code, Some(skill), bucket),
            None => self.nothing(scope.kind()),
        });
        metrics.collect()
    }

    fn tallied_in(&self, scope: Tallied, bucket: Bucket, distinct: &Distinct) -> Metrics {
        let mut tally = self.buckets.tally(scope, bucket).cloned().unwrap_or_default();
        let span = Span { from: bucket.start(), to: bucket.end().min(self.now) };
        tally.add_times(self.running_times(scope, &[span])[0], 1);
        Metrics {
            active_agents: distinct.count(scope, Newest::Agent),
            unique_contacts: Some(distinct.count(scope, Newest::Contact)),
            ..self.tallied(scope, &tally)
        }
    }

    /// The live state.
    #[must_use]
    pub fn live(&self) -> Live {
        let mut live = Live::default();
        let mut waiting = Vec::new();
        let mut owned: BTreeMap<&str, u64> = BTreeMap::new();
        for (conversation, state) in self.open_states() {
            let id = self.names.conversations.text(Name::at(conversation as usize));
            live.open += 1;
            live.snoozed += u64::from(state.is_snoozed(self.now));
            live.unassigned += u64::from(state.assignee().is_none());
            waiting.extend(state.waiting_since(self.now).map(|since| (since, id)));
            state
                .assignee()
                .into_iter()
                .for_each(|agent| *owned.entry(self.names.agents.text(agent)).or_default() += 1);
        }
        live.waiting = waiting.len() as u64;
        live.longest_waiting = self.longest(waiting);
        if self.policies.at(self.now).agent_metrics {
            live.owned = owned.into_iter().map(|(agent, conversations)| (agent.to_owned(), conversations)).collect();
        }
        live.agents_online = self.agents_with(Presence::Online);
        live.agents_away = self.agents_with(Presence::Away);
        live
    }

    /// How many conversations are remembered, over all their lives.
    #[must_use]
    pub fn conversations(&self) -> usize {
        self.conversations.iter().map(|conversation| conversation.lives.len()).sum()
    }

    /// Whether no event has been added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let nothing = self.conversations() == 0 && !self.round.has_forgotten;
        nothing && self.agents.iter().all(|agent| agent.presence.is_empty())
    }

    fn open_states(&self) -> impl Iterator<Item = (u32, &State)> {
        let lives = self.open.iter().flat_map(|&conversation| {
            self.conversations[conversation as usize].lives.iter().map(move |life| (conversation, life))
        });
        let living = lives.filter(|(_, life)| self.now - life.last_at <= self.silence.open_ms);
        let states = living.filter_map(|(conversation, life)| Some((conversation, life.state()?)));
        states.filter(|(_, state)| state.is_open())
    }

    fn longest(&self, mut waiting: Vec<(Millis, &str)>) -> Vec<Waiting> {
        waiting.sort_unstable();
        let longest = waiting.into_iter().take(LONGEST_WAITING);
        longest.map(|(since, id)| Waiting { conversation: id.to_owned(), since, age_ms: self.now - since }).collect()
    }

    fn agents_with(&self, status: Presence) -> u64 {
        let current = |agent: &Agent| agent.presence.current(self.now);
        self.agents.iter().filter_map(current).filter(|current| *current == status).count() as u64
    }

    fn over(&self, asked: Asked, windows: &Windows) -> Vec<Metrics> {
        match asked {
            Asked::Tallied(scope) => self.tallied_over(scope, windows),
            Asked::Agent(code) => self.agent_over(code, None, windows),
            Asked::AgentSkill(code, skill) => self.agent_over(code, Some(skill), windows),
        }
    }

    fn tallied_over(&self, scope: Tallied, windows: &Windows) -> Vec<Metrics> {
        let mut tallies = self.buckets.over(scope, windows);
        let (places, spans): (Vec<usize>, Vec<Span>) = windows.spans().unzip();
        for (place, times) in places.into_iter().zip(self.running_times(scope, &spans)) {
            tallies[place].add_times(times, 1);
        }
        tallies.iter().map(|tally| self.tallied(scope, tally)).collect()
    }

    fn tallied(&self, scope: Tallied, tally: &Tally) -> Metrics {
        let (availability, utilisation) = tally.presence();
        let has_presence = scope == Tallied::Account;
        Metrics {
            unique_contacts: Some(tally.contacts()),
            availability: has_presence.then_some(availability),
            utilisation: has_presence.then_some(utilisation),
            minimum_n: self.policies.at(self.now).minimum_n,
            ..tally.metrics()
        }
    }

    /// An agent, alone (`skill` is `None`) or under a skill.
    fn agent_over(&self, code: usize, skill: Option<Option<Name>>, windows: &Windows) -> Vec<Metrics> {
        let agent = &self.agents[code];
        let tallies = agent.log.over(skill, windows);
        let mut all: Vec<Metrics> = tallies.iter().map(Tally::metrics).collect();
        let active = skill.map_or_else(|| agent.log.active(), |skill| agent.log.active_under(skill));
        for (place, span) in windows.spans() {
            let wrote = active.is_some_and(|bucket| bucket.start() >= span.from);
            let metrics = &mut all[place];
            metrics.active_agents = u64::from(wrote);
            metrics.minimum_n = self.policies.at(self.now).minimum_n;
            self.add_agent_times(metrics, code, skill, span);
        }
        all
    }

    pub(super) fn add_agent_times(&self, metrics: &mut Metrics, code: usize, skill: Option<Option<Name>>, span: Span) {
        let agent = &self.agents[code];
        let running = self.running_visit(code, agent);
        let running = running.filter(|running| skill.is_none_or(|skill| skill == running.skill));
        let shared = running.map(|running| running.span.shared(span));
        metrics.focus_ms = (agent.visited_ms(span, skill) + shared.map_or(0, Span::length_ms)) as u64;
        if skill.is_some() {
            return;
        }
        let status = |status| agent.presence.status_ms(span, status) as u64;
        let online_ms = status(Presence::Online);
        let focus_online = agent.visited_online_ms(span) + shared.map_or(0, |visit| agent.presence.online_ms(visit));
        metrics.availability = Some(Availability { online_ms, away_ms: status(Presence::Away) });
        metrics.utilisation = Some(Utilisation { focus_ms: focus_online as u64, online_ms });
    }

    fn nothing(&self, kind: ScopeKind) -> Metrics {
        let has_contacts = matches!(kind, ScopeKind::Account | ScopeKind::Skill);
        let has_presence = matches!(kind, ScopeKind::Account | ScopeKind::Agent);
        Metrics {
            unique_contacts: has_contacts.then_some(0),
            availability: has_presence.then(Availability::default),
            utilisation: has_presence.then(Utilisation::default),
            minimum_n: self.policies.at(self.now).minimum_n,
            ..Metrics::default()
        }
    }

    /// Every scope of a kind of which anything may be known.
    fn asked(&self, kind: ScopeKind) -> Vec<Asked> {
        let names_agents = self.policies.at(self.now).agent_metrics;
        match kind {
            ScopeKind::Account => vec![Asked::Tallied(Tallied::Account)],
            ScopeKind::Skill => self.skills().into_iter().map(|skill| Asked::Tallied(Tallied::Skill(skill))).collect(),
            ScopeKind::Agent if names_agents => (0..self.agents.len()).map(Asked::Agent).collect(),
            ScopeKind::AgentSkill if names_agents => {
                (0..self.agents.len()).flat_map(|code| self.skills_of(code)).collect()
            }
            ScopeKind::Agent | ScopeKind::AgentSkill => Vec::new(),
        }
    }

    fn skills(&self) -> HashSet<Option<Name>> {
        let agents = self.agents.iter().enumerate();
        let running = agents.filter_map(|(code, agent)| self.running_visit(code, agent)).map(|running| running.skill);
        self.buckets.skills().into_iter().chain(running).collect()
    }

    fn skills_of(&self, code: usize) -> Vec<Asked> {
        let agent = &self.agents[code];
        let running = self.running_visit(code, agent).map(|running| running.skill);
        let skills: HashSet<Option<Name>> = agent.log.skills().chain(running).collect();
        skills.into_iter().map(|skill| Asked::AgentSkill(code, skill)).collect()
    }

    pub(super) fn find(&self, scope: &Scope) -> Option<Asked> {
        let skill = |text: &str| self.names.skills.find(text).map(Some).or((text == NONE).then_some(None));
        let agent = |text: &str| self.names.agents.find(text).map(Some).or((text == NONE).then_some(None));
        let code = |text: &str| agent(text).map(|agent| Name::to_code(agent) as usize);
        let known = |code: &usize| *code < self.agents.len() && self.policies.at(self.now).agent_metrics;
        match (&scope.skill, &scope.agent) {
            (None, None) => Some(Asked::Tallied(Tallied::Account)),
            (Some(text), None) => skill(text).map(|skill| Asked::Tallied(Tallied::Skill(skill))),
            (None, Some(text)) => code(text).filter(known).map(Asked::Agent),
            (Some(of), Some(text)) => {
                let code = code(text).filter(known)?;
                skill(of).map(|skill| Asked::AgentSkill(code, skill))
            }
        }
    }

    fn scope(&self, asked: Asked) -> Scope {
        let agent = |code: usize| Some(self.names.agent_text(Name::from_code(code as u32)).to_owned());
        let skill = |skill: Option<Name>| Some(self.names.skill_text(skill).to_owned());
        match asked {
            Asked::Tallied(Tallied::Account) => Scope::default(),
            Asked::Tallied(Tallied::Skill(of)) => Scope { skill: skill(of), agent: None },
            Asked::Agent(code) => Scope { skill: None, agent: agent(code) },
            Asked::AgentSkill(code, of) => Scope { skill: skill(of), agent: agent(code) },
        }
    }
}
