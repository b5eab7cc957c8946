//! In which buckets something of each agent changed.
//!
//! Only a configuration asks for single buckets of agents, so nothing is noted unless it does: a bit for each agent and
//! bucket of the day.

use std::ops::RangeInclusive;

use crate::domain::bucket::Bucket;
use crate::domain::names::Name;
use crate::domain::span::Span;

/// Buckets that an agent's bits tell apart; more than are ever kept.
const RING: i64 = 512;

/// The bits, by agent code; absent where nobody asks.
#[derive(Debug)]
pub(super) struct AgentMarks(Option<Vec<Bits>>);

type Bits = [u64; RING as usize / 64];

impl AgentMarks {
    pub(super) fn new(are_asked_for: bool) -> Self {
        Self(are_asked_for.then(Vec::new))
    }

    /// Something of an agent changed in a bucket.
    pub(super) fn mark(&mut self, agent: Option<Name>, bucket: Bucket) {
        let Some(agents) = &mut self.0 else { return };
        let code = Name::to_code(agent) as usize;
        if agents.len() <= code {
            agents.resize_with(code + 1, Bits::default);
        }
        let place = bucket.modulo(RING) as usize;
        agents[code][place / 64] |= 1 << (place % 64);
    }

    /// Something of an agent changed over a span.
    pub(super) fn mark_span(&mut self, agent: Option<Name>, span: Span) {
        if self.0.is_some() {
            Bucket::cut(span.from, span.to).for_each(|(bucket, _)| self.mark(agent, bucket));
        }
    }

    /// The buckets kept in which something of an agent changed since the last call, oldest first.
    pub(super) fn take(&mut self, code: usize, kept: &RangeInclusive<Bucket>) -> Vec<Bucket> {
        let Some(agent) = self.0.as_mut().and_then(|agents| agents.get_mut(code)) else { return Vec::new() };
        let bits = std::mem::take(agent);
        if bits == Bits::default() {
            return Vec::new();
        }
        let count = kept.end().since(*kept.start());
        let is_changed = |bucket: &Bucket| {
            let place = bucket.modulo(RING) as usize;
            bits[place / 64] >> (place % 64) & 1 == 1
        };
        (0..=count).map(|place| kept.start().later(place)).filter(is_changed).collect()
    }
}
