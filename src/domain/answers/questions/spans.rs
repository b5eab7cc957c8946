//! One agent's visits and statuses, for the time in which a visit was made while online.

use crate::domain::current::StatusSpan;
use crate::domain::event::Status;
use crate::domain::fact::FactKind;
use crate::domain::span::Span;

/// What an agent did over a time.
#[derive(Debug, Default)]
pub(super) struct AgentSpans {
    visits: Vec<Span>,
    online: Vec<Span>,
    away: Vec<Span>,
}

impl AgentSpans {
    /// Adds a visit, or a status that another one has followed.
    pub(super) fn add(&mut self, kind: FactKind, span: Span) {
        match kind {
            FactKind::Visit => self.visits.push(span),
            FactKind::Online => self.online.push(span),
            FactKind::Away => self.away.push(span),
            _ => debug_assert!(false, "only these go on for a while"),
        }
    }

    /// Adds the status that holds.
    pub(super) fn add_status(&mut self, held: StatusSpan) {
        match held.status {
            Status::Online => self.online.push(held.span),
            Status::Away => self.away.push(held.span),
            Status::Offline => {}
        }
    }

    /// Online and away, and for how long.
    pub(super) fn statuses(&self) -> impl Iterator<Item = (Span, Status)> {
        let online = self.online.iter().map(|span| (*span, Status::Online));
        online.chain(self.away.iter().map(|span| (*span, Status::Away)))
    }

    /// The parts of visits while online: an agent has one status at a time.
    pub(super) fn visits_online(&self) -> impl Iterator<Item = Span> {
        let while_online = |visit: &Span| {
            let visit = *visit;
            self.online.iter().map(move |online| online.shared(visit))
        };
        self.visits.iter().flat_map(while_online).filter(|part| part.length_ms() > 0)
    }
}
