//! Where silence parts a conversation into lives, again: after an event that came late, lives may have to be joined or cut.
//!
//! An event that comes last cannot move a cut. Any other may: it breaks a silence, or it opens or closes what follows, so
//! that a longer or shorter silence ends it; and it may be the first of its identity. Then everything from its life on is
//! parted anew.

use super::History;
use super::life::Life;
use super::moves::Move;
use crate::domain::event::Millis;
use crate::domain::names::Name;
use crate::domain::planted::{Bug, is_planted};
use crate::domain::timeline::{Act, Entry};

impl History {
    /// Parts a conversation again from a life on, to which an event at `at` was added. Whether an event is lost because of
    /// it: two lives that are joined may have an identity in common.
    pub(super) fn part_again(&mut self, conversation: u32, life: usize, at: Millis) -> bool {
        if self.is_parted(conversation, life, at) || is_planted(Bug::PartedOnce) {
            return false;
        }
        let lives = &self.conversations[conversation as usize].lives[life..];
        let all: Vec<Vec<Entry>> = lives.iter().map(Life::entries).collect();
        let own = |entries: &[Entry]| entries.iter().copied().filter(|entry| entry.act.is_own()).collect::<Vec<_>>();
        let before: Vec<Vec<Entry>> = all.iter().map(|entries| own(entries)).collect();
        let after = self.silence.part(before.concat());
        if before == after {
            return false;
        }
        let left = all.concat().into_iter().filter(|entry| !entry.act.is_own()).collect();
        self.replace_lives(conversation, life, after.clone(), left);
        let (before, after) = (before.concat(), after.concat());
        self.follow_moves(conversation, &before, &after);
        before.iter().zip(&after).any(|(before, after)| after.lost && !before.lost)
    }

    /// Whether an event at `at` can have moved no cut from its life on, as far as a glance tells.
    fn is_parted(&self, conversation: u32, life: usize, at: Millis) -> bool {
        let lives = &self.conversations[conversation as usize].lives;
        let one = &lives[life];
        let [first_at, last_at] = one.span();
        let is_short = last_at - first_at <= self.silence.closed_ms;
        match lives.get(life + 1) {
            None => is_short || at == last_at,
            Some(next) => is_short && next.first_at() - last_at > self.silence.open_ms,
        }
    }

    /// Puts lives of these events in the place of those from `first` on. Each life gets all its events at once: a visit
    /// that another conversation ended long ago must not seem to go on in between.
    fn replace_lives(&mut self, conversation: u32, first: usize, mut lives: Vec<Vec<Entry>>, left: Vec<Entry>) {
        for left in left {
            let life = self.life_left(conversation, &lives, left);
            lives[life].push(left);
        }
        for life in (first..self.conversations[conversation as usize].lives.len()).rev() {
            self.rewrite(conversation, life, Vec::clear);
            self.conversations[conversation as usize].lives.remove(life);
        }
        for (life, mut events) in (first..).zip(lives) {
            let own = || events.iter().filter(|event| event.act.is_own()).map(|event| event.key.at);
            let mut one = Life::new(own().min().expect("a life has an event"));
            own().for_each(|at| one.open().reaches(at));
            events.sort_by_key(|event| event.key);
            self.conversations[conversation as usize].lives.insert(life, one);
            self.rewrite(conversation, life, |entries| *entries = events);
        }
    }

    /// The life to which what ends a visit belongs: that in which the agent had opened the conversation. A move that was
    /// forgotten lies before all that still changes: then the last life begun is as good as any.
    fn life_left(&self, conversation: u32, lives: &[Vec<Entry>], left: Entry) -> usize {
        let Act::Left(agent) = left.act else { unreachable!("only these are asked for") };
        let moves = &self.agents[Name::to_code(Some(agent)) as usize].moves;
        let opened_at = moves.left_by(left.key, conversation).map_or(left.key.at, |opened| opened.key.at);
        let begun = lives.iter().filter(|life| life.first().is_some_and(|first| first.key.at <= opened_at)).count();
        begun.saturating_sub(1)
    }

    /// Keeps agents' moves in step with which events stand.
    fn follow_moves(&mut self, conversation: u32, before: &[Entry], after: &[Entry]) {
        let changed = || before.iter().zip(after).filter(|(before, after)| before.lost != after.lost);
        for (_, after) in changed() {
            let Act::Focused(agent) = after.act else { continue };
            let change = Move { key: after.key, to: Some(conversation) };
            if after.lost { self.unmoved(agent, change) } else { self.moved(agent, change) }
        }
    }
}
