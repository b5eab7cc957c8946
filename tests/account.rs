//! What an account tells of itself beside its numbers: which scopes changed, and how much was stated and taken back.

use cxpulse::domain::account::{Account, AccountSettings};
use cxpulse::domain::event::{Body, Event, Identity, Millis, Sequence, Status};
use cxpulse::domain::fact::FactKind;
use cxpulse::domain::history::{Fate, HistorySettings};
use cxpulse::domain::policy::{BUILT_IN, Policies, Policy};
use cxpulse::domain::scope::Scope;
use cxpulse::domain::scope::ScopeId;

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
    let mut account = Account::new(Policies::default(), &AccountSettings::default(), BEGIN);
    for number in 0..20 {
        let _ = account.apply(&message(number, BEGIN - 1000 * number as Millis));
        account.advance_to(BEGIN);
    }
    let flow = account.flow();
    assert_eq!((flow.stated(FactKind::CustomerMessage), flow.retracted(FactKind::CustomerMessage)), (20, 0));
    assert_eq!((account.conversations(), account.answers().live().waiting), (1, 1));
}

#[test]
fn a_repeat_of_an_event_that_waits_to_be_put_in_is_a_duplicate_however_it_comes() {
    let history = HistorySettings { long_from: 2, ..HistorySettings::default() };
    let settings = AccountSettings { history, ..AccountSettings::default() };
    let mut account = Account::new(Policies::default(), &settings, BEGIN + 60_000);
    let told: Vec<Event<'_>> = (0..20).map(|number| message(number, BEGIN + 1000 * number as Millis)).collect();
    assert!(account.apply_all(told.iter()).iter().all(|fate| *fate == Fate::Applied));
    let late = message(20, BEGIN + 500);
    assert_eq!(account.apply_all([&late].into_iter()), [Fate::Applied]);
    assert_eq!(account.apply(&message(20, BEGIN + 30_000)), Fate::Conflicting);
    assert_eq!(account.apply(&late), Fate::Duplicate);
    let _ = account.answers();
    let flow = account.flow();
    assert_eq!(flow.stated(FactKind::CustomerMessage) - flow.retracted(FactKind::CustomerMessage), 21);
}

#[test]
fn a_status_that_lapses_stops_growing_and_is_named_as_a_change() {
    let policy = Policy { status_cap_ms: 60_000, ..BUILT_IN };
    let policies = Policies::new(vec![(0, policy)]).expect("one version");
    let mut account = Account::new(policies, &AccountSettings::default(), BEGIN);
    let (agent, status) = ("anna".into(), Status::Online);
    let online = Body::AgentStatus { agent, name: None, status, skills: vec![], capacity: None };
    let _ = account.apply(&event(1, BEGIN, online));
    let mut answers = account.answers();
    let anna = Scope { skill: None, agent: Some("anna".into()) };
    let mut online_at = |account: &mut Account, at: Millis| {
        account.advance_to(at);
        answers.renew(account.view().into());
        let metrics = answers.window_metrics(&anna, &[60]).remove(0);
        let grows = answers.rates(answers.find(&anna).expect("she was heard of")).online;
        let changed = answers.drain_changes().changed.scopes;
        (metrics.availability.map(|availability| availability.online_ms), grows, changed.contains(&ScopeId::Account))
    };
    assert_eq!(online_at(&mut account, BEGIN + 59_999), (Some(59_999), 1, true));
    assert_eq!(online_at(&mut account, BEGIN + 60_000), (Some(60_000), 0, true));
    assert_eq!(online_at(&mut account, BEGIN + 90_000), (Some(60_000), 0, false));
}
