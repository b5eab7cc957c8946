//! The visits of agents to conversations: focus time, and the handle time stated at each close (SPEC §3).

use super::body::Body;
use super::closing::Close;
use super::conversation::Conversation;
use super::event::Event;
use super::fact::About;
use super::policy::Policies;
use super::presence::Span;
use super::timeline::Place;
use std::collections::BTreeSet;

/// Something that concerns the visits of one agent.
struct Move {
    place: Place,
    moved: Moved,
    /// The skill of the conversation after it.
    skill: Option<String>,
}

/// What it is; a number is the life's, by its place in the account's list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// The agent opened the conversation.
    Focused(usize),
    /// The agent wrote in it.
    Wrote(usize),
    /// The agent left it.
    Unfocused(usize),
    /// It was closed.
    Closed(usize),
    /// The agent went offline.
    Offline,
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
    /// Whether nothing has ended it yet.
    pub is_running: bool,
    /// What the conversation was about at its end.
    pub about: About,
}

/// What the closes of a conversation state: the visits that belong to one close.
pub struct Handle {
    /// When.
    pub at_ms: i64,
    /// What the conversation was about at the close.
    pub about: About,
    /// Whose visits, under which skill, how long.
    pub parts: Vec<(String, Option<String>, i64)>,
}

/// The visits of all agents of one account.
pub fn visits(conversations: &[Conversation], spans: &[Span], policies: &Policies, now_ms: i64) -> Vec<Visit> {
    let agents: BTreeSet<&String> = conversations.iter().flat_map(focusing_agents).collect();
    let of_agent =
        |agent: &String| visits_of(agent, &moves(agent, conversations, spans), conversations, policies, now_ms);
    agents.into_iter().flat_map(of_agent).collect()
}

/// The handle time of every close of one life: the visits begun since the previous one, without those that the policy
/// `handle_requires_reply` leaves out.
pub fn handles(conversation: &Conversation, life: usize, visits: &[Visit]) -> Vec<Handle> {
    let handle = |close: &Close| {
        let (end, previous) =
            (close.event.place(), conversation.close_before(close.at).map(|close| close.event.place()));
        let since = |begin: &Place| previous.as_ref().is_none_or(|previous| previous < begin);
        let requires_reply = conversation.policy(close.at).handle_requires_reply;
        let own = visits.iter().filter(|visit| visit.life == life && since(&visit.begin) && visit.begin < end);
        let counted = own.filter(|visit| visit.wrote || !requires_reply);
        let part = |visit: &Visit| (visit.agent.clone(), visit.skill.clone(), visit.end_ms - visit.begin.at_ms);
        Handle { at_ms: close.event.at_ms, about: conversation.about(close.at), parts: counted.map(part).collect() }
    };
    conversation.closes().iter().map(handle).collect()
}

fn focusing_agents<'a>(conversation: &Conversation<'a>) -> Vec<&'a String> {
    let agent = |event: &'a Event| match &event.body {
        Body::Focused { agent } => Some(agent),
        _ => None,
    };
    conversation.life.events().iter().filter_map(agent).collect()
}

/// All that concerns one agent's visits, in order.
fn moves(agent: &String, conversations: &[Conversation], spans: &[Span]) -> Vec<Move> {
    let mut moves = Vec::new();
    for (life, conversation) in conversations.iter().enumerate() {
        let closes: Vec<usize> = conversation.closes().iter().map(|close| close.at).collect();
        for (i, event) in conversation.life.events().iter().enumerate() {
            let moved = if closes.contains(&i) { Some(Moved::Closed(life)) } else { moved(agent, event, life) };
            let skill = conversation.life.skill_after(i);
            moves.extend(moved.map(|moved| Move { place: event.place(), moved, skill }));
        }
    }
    let offline = spans.iter().filter(|span| span.agent == *agent && span.status == "offline");
    moves.extend(offline.map(|span| Move { place: span.place.clone(), moved: Moved::Offline, skill: None }));
    moves.sort_by(|a, b| a.place.cmp(&b.place));
    moves
}

fn moved(who: &String, event: &Event, life: usize) -> Option<Moved> {
    match &event.body {
        Body::Focused { agent } if agent == who => Some(Moved::Focused(life)),
        Body::AgentMessage { agent, automated: false, .. } if agent == who => Some(Moved::Wrote(life)),
        Body::Unfocused { agent } if agent == who => Some(Moved::Unfocused(life)),
        _ => None,
    }
}

/// The visits of one agent: each begins with the first `focused` from the end of the last one on (reading 7).
fn visits_of(
    agent: &str,
    moves: &[Move],
    conversations: &[Conversation],
    policies: &Policies,
    now_ms: i64,
) -> Vec<Visit> {
    let mut visits: Vec<Visit> = Vec::new();
    let mut from = 0;
    while let Some((begin, life)) = focused_from(moves, from) {
        let visited = conversations[life].life;
        let cap_ms = policies.at(&visited.account, moves[begin].place.at_ms).visit_cap_ms;
        let capped_ms = |until: usize| last_action_ms(&moves[begin..until], life).saturating_add(cap_ms);
        let is_over = |i: usize| moves[i].place.at_ms > capped_ms(i) || ends(moves[i].moved, life);
        let end = (begin + 1..moves.len()).find(|i| is_over(*i));
        let until = end.unwrap_or(moves.len());
        let ended_ms = end.map_or(now_ms, |end| moves[end].place.at_ms);
        let end_ms = ended_ms.min(capped_ms(until)).min(visited.end_ms());
        let is_ended = end_ms < now_ms || end.is_some_and(|end| moves[end].place.at_ms == end_ms);
        // What it is about counts up to the move that ended it, or else to the last moment of it.
        let ending = end.map(|end| &moves[end].place).filter(|place| place.at_ms == end_ms);
        let events = visited.events().iter();
        let last = events.take_while(|event| ending.map_or(event.at_ms <= end_ms, |ending| event.place() <= *ending));
        visits.push(Visit {
            life,
            agent: agent.to_owned(),
            skill: moves[begin].skill.clone(),
            begin: moves[begin].place.clone(),
            end_ms,
            wrote: moves[begin..until].iter().any(|one| one.moved == Moved::Wrote(life)),
            is_running: !is_ended,
            about: conversations[life].about(last.count() - 1),
        });
        from = until;
    }
    visits
}

fn focused_from(moves: &[Move], from: usize) -> Option<(usize, usize)> {
    moves.iter().enumerate().skip(from).find_map(|(i, one)| match one.moved {
        Moved::Focused(life) => Some((i, life)),
        Moved::Wrote(_) | Moved::Unfocused(_) | Moved::Closed(_) | Moved::Offline => None,
    })
}

/// The last time the agent did something in this life.
fn last_action_ms(visit: &[Move], life: usize) -> i64 {
    let is_action = |one: &&Move| one.moved == Moved::Focused(life) || one.moved == Moved::Wrote(life);
    visit.iter().rfind(is_action).map_or(i64::MIN, |one| one.place.at_ms)
}

fn ends(moved: Moved, life: usize) -> bool {
    match moved {
        Moved::Focused(other) => other != life,
        Moved::Unfocused(own) | Moved::Closed(own) => own == life,
        Moved::Wrote(_) => false,
        Moved::Offline => true,
    }
}
