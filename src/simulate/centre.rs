//! The centre itself: accounts, the skills and agents they have, and who is there to take a conversation.
//!
//! Skills and agents are numbered through all accounts, so that one table of desks serves them all.

use super::desks::Desks;
use super::ids::numbered;
use super::random::Random;
use super::rota::Rota;
use super::words::{ACCOUNTS, SKILLS};
use crate::domain::event::{Millis, Status, Text};
use std::borrow::Cow;

/// Every account of a run, and what they share.
#[derive(Debug)]
pub(super) struct Centre {
    accounts: Vec<Account>,
    pub(super) desks: Desks,
    /// How many customers there are: some call again.
    contacts: u32,
}

#[derive(Debug)]
struct Account {
    name: Text<'static>,
    first_skill: u32,
    skills: u32,
    first_agent: u32,
    agents: u32,
}

impl Centre {
    /// Skills and agents are shared out evenly; an account has at least one of each.
    pub(super) fn new(accounts: u32, skills: u32, agents: u32, conversations: u64) -> Self {
        let mut centre = Self { accounts: Vec::new(), desks: Desks::default(), contacts: contacts(conversations) };
        let (mut first_skill, mut first_agent) = (0, 0);
        for nth in 0..accounts {
            let account = Account {
                name: nth_name(&ACCOUNTS, nth),
                first_skill,
                skills: share(skills, accounts, nth),
                first_agent,
                agents: share(agents, accounts, nth),
            };
            first_skill += account.skills;
            first_agent += account.agents;
            centre.accounts.push(account);
        }
        centre.desks = Desks::new(first_agent);
        centre
    }

    /// Every agent, by number.
    pub(super) fn agents(&self) -> std::ops::Range<u32> {
        0..self.accounts.last().map_or(0, |last| last.first_agent + last.agents)
    }

    /// An account: the first ones are the largest.
    pub(super) fn any_account(&self, random: &mut Random) -> u32 {
        let accounts = self.accounts.len() as u32;
        random.below(accounts).min(random.below(accounts))
    }

    /// A skill of the account: the first ones are asked for most.
    pub(super) fn any_skill(&self, account: u32, random: &mut Random) -> u32 {
        let account = &self.accounts[account as usize];
        account.first_skill + random.below(account.skills).min(random.below(account.skills))
    }

    /// A customer.
    pub(super) fn any_contact(&self, random: &mut Random) -> u32 {
        random.below(self.contacts)
    }

    /// Somebody to take a conversation: of the skill and online, or of any skill and online, if a few tries find one;
    /// else whoever was tried last.
    pub(super) fn any_agent(&self, account: u32, skill: u32, at: Millis, random: &mut Random) -> u32 {
        let account = &self.accounts[account as usize];
        let mut agent = account.any_of(skill, random);
        for nth in 0..30 {
            if self.is_online(agent, at) {
                break;
            }
            agent = if nth < 10 { account.any_of(skill, random) } else { account.any(random) };
        }
        agent
    }

    /// Whether an agent can be given work.
    pub(super) fn is_online(&self, agent: u32, at: Millis) -> bool {
        self.rota(agent).presence(at) == Status::Online
    }

    /// When an agent works.
    pub(super) fn rota(&self, agent: u32) -> Rota {
        let account = &self.accounts[self.account_of(agent) as usize];
        let local = agent - account.first_agent;
        // Within a skill the shifts follow each other; the skills do not all begin with the same one.
        Rota::new(agent, local / account.skills + local % account.skills)
    }

    /// Whose agent it is.
    pub(super) fn account_of(&self, agent: u32) -> u32 {
        self.accounts.partition_point(|account| account.first_agent <= agent) as u32 - 1
    }

    /// What an agent can do: the skill they are hired for, and the next one.
    pub(super) fn skills_of(&self, agent: u32) -> Vec<Text<'static>> {
        let account = &self.accounts[self.account_of(agent) as usize];
        let local = agent - account.first_agent;
        (0..account.skills.min(2)).map(|more| nth_name(&SKILLS, (local + more) % account.skills)).collect()
    }

    pub(super) fn account_name(&self, account: u32) -> Text<'static> {
        self.accounts[account as usize].name.clone()
    }

    pub(super) fn skill_name(&self, account: u32, skill: u32) -> Text<'static> {
        nth_name(&SKILLS, skill - self.accounts[account as usize].first_skill)
    }
}

impl Account {
    /// An agent hired for the skill, or any at all where there are more skills than agents.
    fn any_of(&self, skill: u32, random: &mut Random) -> u32 {
        let local_skill = skill - self.first_skill;
        if local_skill >= self.agents {
            return self.any(random);
        }
        let hired = (self.agents - local_skill).div_ceil(self.skills);
        self.first_agent + local_skill + self.skills * random.below(hired)
    }

    fn any(&self, random: &mut Random) -> u32 {
        self.first_agent + random.below(self.agents)
    }
}

/// An agent's id.
pub(super) fn agent_name(agent: u32) -> Text<'static> {
    Cow::Owned(numbered("a", agent, 7))
}

/// A customer's id.
pub(super) fn contact_name(contact: u32) -> Text<'static> {
    Cow::Owned(numbered("c", contact, 8))
}

/// A name from the list, or a number beyond it.
fn nth_name(names: &[&'static str], nth: u32) -> Text<'static> {
    match names.get(nth as usize) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(format!("{}-{nth}", names[nth as usize % names.len()])),
    }
}

/// The nth of `parts` nearly equal shares of a whole, at least 1.
fn share(whole: u32, parts: u32, nth: u32) -> u32 {
    (whole / parts + u32::from(nth < whole % parts)).max(1)
}

/// Seven in ten conversations are with somebody new.
fn contacts(conversations: u64) -> u32 {
    u32::try_from(conversations / 10 * 7).unwrap_or(u32::MAX).max(20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_its_own_agents_and_all_of_them_work() {
        let centre = Centre::new(3, 4, 10, 100);
        assert_eq!(centre.agents(), 0..10);
        let mut random = Random::new(1, 1);
        let mut seen = [false; 10];
        for _ in 0..2000 {
            let account = centre.any_account(&mut random);
            let skill = centre.any_skill(account, &mut random);
            let agent = centre.any_agent(account, skill, Millis::from(random.below(86_400_000)), &mut random);
            assert_eq!(centre.account_of(agent), account);
            seen[agent as usize] = true;
        }
        assert_eq!(seen, [true; 10]);
    }

    #[test]
    fn more_accounts_than_agents_is_no_error() {
        assert_eq!(Centre::new(5, 1, 2, 100).agents(), 0..5);
    }
}
