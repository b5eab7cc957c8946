//! The visits of agents to conversations: focus time, and the handle time stated at each close (SPEC §3).

use super::policy::Policies;
use super::time::forget_after_ms;
use super::timeline::Place;
use super::walk::Walk;
use std::collections::BTreeMap;

/// What concerns visits.
#[derive(Clone, Debug)]
pub enum Mark {
    /// An agent opened the conversation, which then had this skill.
    Focused {
        /// Who.
        agent: String,
        /// Under which skill.
        skill: Option<String>,
    },
    /// A human wrote.
    Wrote {
        /// Who.
        agent: String,
    },
    /// An agent left the conversation.
    Unfocused {
        /// Who.
        agent: String,
    },
    /// The conversation closed.
    Closed,
    /// An agent went offline.
    Offline {
        /// Who.
        agent: String,
    },
}

/// One visit.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The life visited, by its place in the account's list.
    pub life: usize,
    /// Who.
    pub agent: String,
    /// The skill it began under.
    pub skill: Option<String>,
    /// The `focused` that began it.
    pub begin: Place,
    /// When it ended; `now` if it is running.
    pub end_ms: i64,
    /// Whether the agent wrote during it.
    pub wrote: bool,
    last_action_ms: i64,
    cap_ms: i64,
}

/// What the closes of a conversation state: the visits that belong to one close.
pub struct Handle {
    /// When.
    pub at_ms: i64,
    /// Whose visits, under which skill, how long.
    pub parts: Vec<(String, Option<String>, i64)>,
}

/// A mark in an account: where it stands, and the life it concerns (none for `offline`).
pub type Placed = (Place, Option<usize>, Mark);

/// Follows the agents of one account through all its marks.
pub fn visits(account: &str, mut marks: Vec<Placed>, policies: &Policies, now_ms: i64) -> Vec<Visit> {
    marks.sort_by(|a, b| a.0.cmp(&b.0));
    let mut running: BTreeMap<String, Visit> = BTreeMap::new();
    let mut ended = Vec::new();
    for (place, life, mark) in marks {
        end_capped(&mut running, &mut ended, place.at_ms);
        let at_ms = place.at_ms;
        match mark {
            Mark::Focused { agent, skill } => {
                let life = life.expect("only a conversation can be focused");
                if let Some(visit) = running.get_mut(&agent).filter(|visit| visit.life == life) {
                    visit.last_action_ms = at_ms;
                    continue;
                }
                end_where(&mut running, &mut ended, at_ms, |visit| visit.agent == agent);
                let cap_ms = policies.at(account, at_ms).visit_cap_ms.min(forget_after_ms());
                let visit = Visit {
                    life,
                    agent,
                    skill,
                    begin: place,
                    end_ms: at_ms,
                    wrote: false,
                    last_action_ms: at_ms,
                    cap_ms,
                };
                running.insert(visit.agent.clone(), visit);
            }
            Mark::Wrote { agent } => {
                if let Some(visit) = running.get_mut(&agent).filter(|visit| Some(visit.life) == life) {
                    visit.last_action_ms = at_ms;
                    visit.wrote = true;
                }
            }
            Mark::Unfocused { agent } => {
                end_where(&mut running, &mut ended, at_ms, |visit| visit.agent == agent && Some(visit.life) == life)
            }
            Mark::Closed => end_where(&mut running, &mut ended, at_ms, |visit| Some(visit.life) == life),
            Mark::Offline { agent } => end_where(&mut running, &mut ended, at_ms, |visit| visit.agent == agent),
        }
    }
    end_capped(&mut running, &mut ended, now_ms);
    end_where(&mut running, &mut ended, now_ms, |_| true);
    ended
}

/// The handle time of every close of one life: the visits begun since the previous one, without those that the policy
/// `handle_requires_reply` leaves out.
pub fn handles(walk: &Walk, life: usize, visits: &[Visit]) -> Vec<Handle> {
    let mut previous: Option<&Place> = None;
    let mut handles = Vec::new();
    for close in &walk.closes {
        let at_ms = close.credit.at_ms;
        let requires_reply = walk.policy(at_ms).handle_requires_reply;
        let belongs = |visit: &&Visit| {
            visit.life == life
                && previous.is_none_or(|previous| *previous < visit.begin)
                && visit.begin < close.place
                && (visit.wrote || !requires_reply)
        };
        let part = |visit: &Visit| (visit.agent.clone(), visit.skill.clone(), visit.end_ms - visit.begin.at_ms);
        handles.push(Handle { at_ms, parts: visits.iter().filter(belongs).map(part).collect() });
        previous = Some(&close.place);
    }
    handles
}

/// Ends the visits whose last action is more than the cap ago: at that action plus the cap (reading 2).
fn end_capped(running: &mut BTreeMap<String, Visit>, ended: &mut Vec<Visit>, at_ms: i64) {
    let limit_ms = |visit: &Visit| visit.last_action_ms.saturating_add(visit.cap_ms);
    let capped = running.extract_if(.., |_, visit| at_ms > limit_ms(visit)).map(|(_, visit)| visit);
    ended.extend(capped.map(|visit| Visit { end_ms: limit_ms(&visit), ..visit }));
}

fn end_where(
    running: &mut BTreeMap<String, Visit>,
    ended: &mut Vec<Visit>,
    at_ms: i64,
    is_over: impl Fn(&Visit) -> bool,
) {
    let over = running.extract_if(.., |_, visit| is_over(visit)).map(|(_, visit)| visit);
    ended.extend(over.map(|visit| Visit { end_ms: at_ms, ..visit }));
}
