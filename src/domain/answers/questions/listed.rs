//! The facts that stand, one by one, with the names of whom and what they are credited to: for whoever counts by himself.
//!
//! They come bucket by bucket, so that one bucket's are held at a time. In which order they were stated depends on how the
//! events arrived; so each bucket's are sorted by what they say.

use super::asked::Asked;
use super::{Dimension, Question};
use crate::domain::answers::standing::standing;
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::fact::{FactKind, Row, Scopes, Stated};

/// A fact by name. Sorted by what it says after its moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed<'v> {
    /// When it was so; of what goes on for a while the end.
    pub at: Millis,
    /// The conversation; none of an agent's statuses.
    pub conversation: Option<&'v str>,
    /// What.
    pub kind: FactKind,
    /// Milliseconds of a duration, or points of an answer or mood.
    pub value: Option<Millis>,
    /// Where it counts.
    pub scopes: Scopes,
    /// Whom it is credited to, `-1` for nobody; none where the policy says that no agent is named.
    pub agent: Option<&'v str>,
    /// Under which skill, `-1` for none.
    pub skill: &'v str,
    /// The contact: the event's own, else the conversation's.
    pub contact: Option<&'v str>,
    /// The line of the conversation.
    pub line: Option<&'v str>,
    /// Its channel.
    pub channel: Option<&'v str>,
    /// Its company.
    pub company: Option<&'v str>,
    /// The topics tagged by then, sorted.
    pub topics: Vec<&'v str>,
}

impl Question {
    /// The facts that stand in its time and pass its filters, in whatever scope they count: the newest bucket first, and in
    /// a bucket the newest fact. A number of a scope is made of those that count in a scope of its kind. Where no agent is
    /// named, those that count for agents alone are not there. Grouping and intervals are not looked at.
    pub fn listed<'v>(&self, view: &'v View) -> impl Iterator<Item = Vec<Listed<'v>>> + use<'v> {
        let asked = Asked::of(view, self);
        let from = self.frame.from;
        let buckets = view.day.newest_first().take_while(move |bucket| *bucket >= from);
        buckets.map(move |bucket| listed(&asked, bucket))
    }

    /// Whether a fact is listed that counts in these scopes: an agent's status is nobody's conversation.
    fn lists(&self, kind: FactKind, scopes: Scopes) -> bool {
        let is_presence = matches!(kind, FactKind::Online | FactKind::Away);
        scopes != Scopes(0) && (!is_presence || self.filters.iter().all(|of| of.dimension == Dimension::Agent))
    }
}

fn listed<'v>(asked: &Asked<'v>, bucket: Bucket) -> Vec<Listed<'v>> {
    let facts = standing(&asked.view.day, bucket);
    let covered = facts.filter(|(fact, row)| asked.is_in_time(bucket, fact) && asked.covers_credit(&row.credit));
    let named = covered.map(|(fact, row)| named(asked.view, &fact, &row));
    let mut listed: Vec<Listed<'v>> = named.filter(|fact| asked.question.lists(fact.kind, fact.scopes)).collect();
    listed.sort_unstable_by(|a, b| b.at.cmp(&a.at).then_with(|| a.cmp(b)));
    listed
}

fn named<'v>(view: &'v View, fact: &Stated, row: &Row) -> Listed<'v> {
    let (names, credit, names_agents) = (&view.names, &row.credit, view.policy().agent_metrics);
    let [line, channel, company] = names.combinations.origins(credit.via);
    let topics = names.combinations.topics(credit.topics);
    let mut topics: Vec<&str> = topics.into_iter().map(|topic| names.topics.text(topic)).collect();
    topics.sort_unstable();
    let of_all = Scopes(Scopes::ACCOUNT.0 | Scopes::SKILL.0);
    Listed {
        at: if fact.kind.is_span() { fact.span().to } else { fact.at },
        conversation: row.conversation.map(|name| names.conversations.text(name)),
        kind: fact.kind,
        value: fact.kind.points().or(fact.kind.has_value().then_some(fact.value)),
        scopes: if names_agents { fact.scopes } else { Scopes(fact.scopes.0 & of_all.0) },
        agent: names_agents.then(|| names.agent_text(credit.agent)),
        skill: names.skill_text(credit.skill),
        contact: credit.contact.map(|name| names.contacts.text(name)),
        line: line.map(|name| names.lines.text(name)),
        channel: channel.map(|name| names.channels.text(name)),
        company: company.map(|name| names.companies.text(name)),
        topics,
    }
}
