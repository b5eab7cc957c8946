//! What an account tells of itself beside its numbers: which scopes changed, and how much was stated and taken back.

use cxpulse::domain::account::{Account, Scope};
use cxpulse::domain::event::{Body, Event, Identity, Millis, Presence, Sequence};
use cxpulse::domain::fact::FactKind;
use cxpulse::domain::policy::{BUILT_IN, Policies, Policy};

const BEGIN: Millis = 1_772_452_800_000;

fn event(id: u64, at: Millis, body: Body<'static>) -> Event<'static> {
    let conversation = if matches!(body, Body::AgentStatus { .. }) { "" } else { "c" };
    Event {
        account: "acme".into(),
        conversation: conversation.into(),
        identity: Identity(id),
        at,
        sequence: Sequence::said(0),
        body,
    }
}

fn message(id: u64, at: Millis) -> Event<'static> {
    event(id, at, Body::CustomerMessage { contact: None, characters: 1, automated: false })
}

#[test]
fn an_event_before_the_first_of_its_conversation_takes_no_message_back() {
    let mut account = Account::new(Policies::default(), BEGIN);
    for number in 0..20 {
        let _ = account.apply(&message(number, BEGIN - 1000 * number as Millis));
        account.advance_to(BEGIN);
    }
    let flow = account.flow();
    assert_eq!((flow.stated(FactKind::CustomerMessage), flow.retracted(FactKind::CustomerMessage)), (20, 0));
    assert_eq!((account.conversations(), account.live().waiting), (1, 1));
}

#[test]
fn a_status_that_lapses_stops_growing_and_is_named_as_a_change() {
    let policy = Policy { status_cap_ms: 60_000, ..BUILT_IN };
    let policies = Policies::new(vec![(0, policy)]).expect("one version");
    let mut account = Account::new(policies, BEGIN);
    let online = Body::AgentStatus { agent: "anna".into(), status: Presence::Online };
    let _ = account.apply(&event(1, BEGIN, online));
    let (whole, anna) = (Scope::default(), Scope { skill: None, agent: Some("anna".into()) });
    let online_at = |account: &mut Account, at: Millis| {
        account.advance_to(at);
        let metrics = account.window_metrics(&anna, &[60]).remove(0);
        let grows = account.rates(&anna, &account.running()).online;
        let changed = account.drain_changes().scopes;
        (metrics.availability.map(|availability| availability.online_ms), grows, changed.contains(&whole))
    };
    assert_eq!(online_at(&mut account, BEGIN + 59_999), (Some(59_999), 1, true));
    assert_eq!(online_at(&mut account, BEGIN + 60_000), (Some(60_000), 0, true));
    assert_eq!(online_at(&mut account, BEGIN + 90_000), (Some(60_000), 0, false));
}
