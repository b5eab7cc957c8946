//! What is asked over HTTP.

use cxpulse::domain::answers::Answers;
use cxpulse::domain::names::Names;

/// A kind, as its row is called, and a path.
pub(crate) type Request = (&'static str, String);

/// Chooses questions by chance: the same ones in each run.
pub(crate) struct Requests {
    account: String,
    skills: Vec<String>,
    agents: Vec<String>,
    state: u64,
}

impl Requests {
    /// About this account, and whoever is known in it.
    pub(crate) fn new(account: &str, answers: &Answers) -> Self {
        let texts = |names: &Names| names.texts().known().map(|name| names.text(name).to_owned()).collect();
        let names = &answers.view().names;
        Self { account: account.to_owned(), skills: texts(&names.skills), agents: texts(&names.agents), state: 1 }
    }

    /// Of the account, one skill and one agent as often, over anything from five minutes to a day; so many of a hundred by
    /// LivePerson's methods.
    pub(crate) fn mixed(&mut self, liveperson: u64) -> Request {
        let minutes = self.below(1_436) + 5;
        let subject = self.below(3);
        let is_liveperson = self.below(100) < liveperson;
        let filter = match (subject, is_liveperson) {
            (0, _) => String::new(),
            (1, false) => format!("&skill={}", self.skill()),
            (1, true) => format!("&skillIds={}", self.skill()),
            (_, false) => format!("&agent={}", self.agent()),
            (_, true) => format!("&agentIds={}", self.agent()),
        };
        if is_liveperson {
            let method = ["msgcsatdistribution", "msgconversation"][self.below(2) as usize];
            let kind = ["LivePerson, account", "LivePerson, one skill", "LivePerson, one agent"][subject as usize];
            let path = format!("/operations/api/account/{}/{method}?v=1&timeframe={minutes}{filter}", self.account);
            return (kind, path);
        }
        let kind = ["account", "one skill", "one agent"][subject as usize];
        (kind, self.native(&format!("window={minutes}m{filter}")))
    }

    /// All agents, over anything from five minutes to a day.
    pub(crate) fn all_agents(&mut self) -> Request {
        let minutes = self.below(1_436) + 5;
        ("all agents", self.native(&format!("window={minutes}m&group_by=agent")))
    }

    /// By two dimensions over a day.
    pub(crate) fn two_dimensions(&mut self) -> Request {
        let by = ["skill,agent", "skill,line", "skill,channel", "skill,topic", "agent,channel"][self.below(5) as usize];
        ("two dimensions, 24h", self.native(&format!("window=24h&group_by={by}")))
    }

    fn native(&self, query: &str) -> String {
        format!("/v1/accounts/{}/metrics?{query}", self.account)
    }

    fn skill(&mut self) -> String {
        let place = self.below(self.skills.len() as u64) as usize;
        self.skills[place].replace(' ', "%20")
    }

    fn agent(&mut self) -> String {
        let place = self.below(self.agents.len() as u64) as usize;
        self.agents[place].replace(' ', "%20")
    }

    /// A number by chance (splitmix64).
    fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}
