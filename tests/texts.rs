//! What is kept beside the numbers, as stories: comments on answers, names, what agents do and can do, what is open.

use cxpulse::domain::account::Account;
use cxpulse::domain::current::{OpenConversation, Overdue};
use cxpulse::domain::day::view::View;
use cxpulse::domain::fact::FactKind;
use cxpulse::domain::kept::Kept;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use crate::engine::{Folded, add_line, book, fold};
use crate::privacy;

/// 2026-03-02 13:00 UTC.
const ONE: i64 = 1_772_456_400_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An event of conversation `c1` so many milliseconds after one o'clock.
fn line(after_ms: i64, event_type: &str, fields: Value) -> String {
    let drawn = xxh3_64(fields.to_string().as_bytes());
    let mut event = json!({"event_id": format!("{after_ms} {event_type} {drawn}"), "account_id": "acme",
        "conversation_id": "c1", "occurred_at": ONE + after_ms, "type": event_type});
    event.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    event.to_string()
}

fn answered(after_ms: i64, score: i32, fields: Value) -> String {
    let mut all = json!({"score": score});
    all.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    line(after_ms, "survey_answered", all)
}

/// The account as of so many milliseconds after one o'clock, whichever order the lines come in.
fn view_at(after_ms: i64, lines: &[String]) -> View {
    let views = [lines.to_vec(), lines.iter().rev().cloned().collect()].map(|lines| {
        let mut folded = fold(&lines, &book(&Value::Null), ONE + after_ms);
        account(&mut folded).view()
    });
    let [one, other] = views.each_ref().map(comments);
    assert_eq!(one, other, "the order of arrival changes no comment");
    let [view, _] = views;
    view
}

fn account(folded: &mut Folded) -> &mut Account {
    folded.accounts.get_mut("acme").expect("it has events")
}

/// The answers with comments: when after one o'clock, and what was said.
fn comments(view: &View) -> Vec<(i64, FactKind, String)> {
    let all = view.day.comments.all();
    all.map(|(_, at, answer, text)| (at - ONE, answer, text.reveal().to_owned())).collect()
}

fn comment(view: &View, after_ms: i64, answer: FactKind) -> Option<&str> {
    let conversation = view.names.conversations.known().find(|name| view.names.conversations.text(*name) == "c1")?;
    view.day.comments.of_answer(conversation, ONE + after_ms, answer).map(Kept::reveal)
}

fn agent_name<'v>(view: &'v View, agent: &str) -> Option<&'v str> {
    view.agent_name(view.names.agents.find(agent)?).map(Kept::reveal)
}

/// What the contact `kim` is called.
fn kims_name(view: &View) -> Option<&str> {
    let kim = view.names.contacts.known().find(|name| view.names.contacts.text(*name) == "kim")?;
    view.contact_name(kim).map(Kept::reveal)
}

fn open(view: &View) -> OpenConversation {
    *view.current.open.iter().next().expect("it is open")
}

#[test]
fn an_answer_has_its_own_comment_else_the_last_one_said_while_it_stood() {
    let view = view_at(
        HOUR,
        &[
            answered(1, 2, json!({"survey_id": "s"})),
            line(2, "survey_commented", json!({"survey_id": "s", "comment": "too slow"})),
            line(3, "survey_commented", json!({"survey_id": "s", "comment": "much too slow"})),
            line(3, "survey_commented", json!({"survey_id": "other", "comment": "of another survey"})),
            answered(4, 5, json!({"survey_id": "t", "comment": "thank you"})),
            line(5, "survey_commented", json!({"survey_id": "t", "comment": "and good night"})),
        ],
    );
    assert_eq!(comment(&view, 1, FactKind::Answer2), Some("much too slow"));
    assert_eq!(comment(&view, 4, FactKind::Answer5), Some("thank you"));
    assert_eq!((comment(&view, 1, FactKind::Answer5), comment(&view, 2, FactKind::Answer2)), (None, None));
}

#[test]
fn a_changed_rating_and_a_refused_one_keep_what_was_said_with_them() {
    let view = view_at(
        HOUR,
        &[
            answered(1, 4, json!({})),
            answered(2, 9, json!({"comment": "nine of ten"})),
            answered(3, 2, json!({"comment": "on reflection"})),
            answered(4, 1, json!({"comment": "worse and worse"})),
            answered(5, 2, json!({"comment": "still"})),
        ],
    );
    assert_eq!(
        comments(&view),
        [
            (2, FactKind::RefusedInvalidScore, "nine of ten".to_owned()),
            (3, FactKind::Answer2, "on reflection".to_owned()),
            (4, FactKind::RefusedCommentFrozen, "worse and worse".to_owned()),
        ]
    );
}

#[test]
fn what_is_said_before_the_rating_is_about_the_rating_to_come() {
    let said = line(1, "survey_commented", json!({"comment": "lovely people"}));
    let view = view_at(HOUR, &[said.clone(), answered(2, 0, json!({})), answered(3, 5, json!({}))]);
    assert_eq!(comments(&view), [(3, FactKind::Answer5, "lovely people".to_owned())]);
    assert_eq!(comments(&view_at(HOUR, &[said])), []);
}

#[test]
fn a_survey_that_is_sent_late_takes_the_comment_with_it() {
    let mut lines = vec![
        answered(10, 3, json!({"survey_id": "s"})),
        answered(15, 5, json!({"survey_id": "t"})),
        line(20, "survey_commented", json!({"comment": "about which?"})),
    ];
    assert_eq!(comments(&view_at(HOUR, &lines)), []);
    lines.push(line(12, "survey_sent", json!({"survey_id": "s"})));
    assert_eq!(comments(&view_at(HOUR, &lines)), [(10, FactKind::Answer3, "about which?".to_owned())]);
    lines.push(line(18, "survey_sent", json!({"survey_id": "t"})));
    assert_eq!(comments(&view_at(HOUR, &lines)), [(15, FactKind::Answer5, "about which?".to_owned())]);
}

#[test]
fn of_two_texts_of_one_event_the_lesser_is_kept_whichever_comes_first() {
    let copy = |text: &str| answered(1, 4, json!({"event_id": "one", "comment": text}));
    let view = view_at(HOUR, &[copy("second"), copy("first"), copy("third")]);
    assert_eq!(comments(&view), [(1, FactKind::Answer4, "first".to_owned())]);
}

#[test]
fn comments_and_names_are_cut_at_a_character() {
    let long = "é".repeat(5_000);
    let view = view_at(
        HOUR,
        &[
            answered(1, 4, json!({"comment": format!("x{long}")})),
            line(1, "conversation_started", json!({"contact_id": "kim", "contact_name": format!("x{long}")})),
            line(1, "agent_status", json!({"agent_id": "anna", "agent_name": long, "status": "online"})),
        ],
    );
    assert_eq!(comment(&view, 1, FactKind::Answer4).map(str::len), Some(4_095));
    assert_eq!((kims_name(&view).map(str::len), agent_name(&view, "anna").map(str::len)), (Some(255), Some(256)));
}

#[test]
fn comments_are_forgotten_after_a_day_and_stay_in_the_views_that_have_them() {
    let lines = [answered(0, 4, json!({"comment": "fine"})), line(HOUR, "closed", json!({}))];
    let mut folded = fold(&lines, &book(&Value::Null), ONE + HOUR);
    let account = account(&mut folded);
    let before = account.view();
    account.advance_to(ONE + DAY + 5 * MINUTE - 1);
    assert_eq!(comments(&account.view()).len(), 1, "its bucket is asked for to the last");
    account.advance_to(ONE + DAY + 5 * MINUTE);
    assert_eq!(comments(&account.view()), []);
    assert_eq!(comments(&before), [(0, FactKind::Answer4, "fine".to_owned())]);
    let late = answered(1, 5, json!({"comment": "too late"}));
    add_line(&mut folded, &book(&Value::Null), ONE + DAY, 9, &late);
    assert_eq!(comments(&folded.accounts.get_mut("acme").expect("it has events").view()), []);
}

#[test]
fn the_latest_name_stands_as_long_as_it_may() {
    let started = |after_ms: i64, name: &str| {
        line(after_ms, "conversation_started", json!({"contact_id": "kim", "contact_name": name}))
    };
    let status = |after_ms: i64, name: Value| {
        line(after_ms, "agent_status", json!({"agent_id": "anna", "agent_name": name, "status": "online"}))
    };
    let lines = [
        started(5, "Kim"),
        started(9, "Kim Lee"),
        started(7, "K."),
        status(1, json!("Anna B.")),
        status(2, json!("Anna C.")),
        status(3, Value::Null),
        status(2 * HOUR, json!("Anna D.")),
    ];
    let names = |after_ms: i64| {
        let view = view_at(after_ms, &lines);
        [kims_name(&view), agent_name(&view, "anna")].map(|name| name.map(str::to_owned))
    };
    assert_eq!(names(HOUR), [Some("Kim Lee".to_owned()), Some("Anna C.".to_owned())]);
    assert_eq!(names(2 * HOUR), [Some("Kim Lee".to_owned()), Some("Anna D.".to_owned())]);
    assert_eq!(names(9 + 7 * DAY)[0].as_deref(), Some("Kim Lee"));
    assert_eq!(names(10 + 7 * DAY), [None, Some("Anna D.".to_owned())]);
    assert_eq!(names(31 * DAY + 2 * HOUR)[1].as_deref(), Some("Anna D."));
    assert_eq!(names(31 * DAY + 2 * HOUR + 1), [None, None]);
}

#[test]
fn whoever_gets_the_number_of_a_forgotten_contact_does_not_get_the_name() {
    let lines = [
        line(0, "conversation_started", json!({"contact_id": "kim", "contact_name": "Kim Lee"})),
        line(1, "closed", json!({})),
    ];
    let mut folded = fold(&lines, &book(&Value::Null), ONE + HOUR);
    let kim = account(&mut folded).view();
    let later = ONE + 20 * DAY;
    account(&mut folded).advance_to(later);
    account(&mut folded).forget_before(later - DAY, usize::MAX);
    account(&mut folded).forget_before(later - DAY, usize::MAX);
    let other = line(20 * DAY, "conversation_started", json!({"contact_id": "lee", "conversation_id": "c2"}));
    add_line(&mut folded, &book(&Value::Null), later, 9, &other);
    let view = account(&mut folded).view();
    let known: Vec<_> = view.names.contacts.known().collect();
    assert_eq!(known.iter().map(|name| view.names.contacts.text(*name)).collect::<Vec<_>>(), ["lee"]);
    assert!(known.iter().all(|name| view.contact_name(*name).is_none()));
    assert_eq!(kims_name(&kim), Some("Kim Lee"));
}

#[test]
fn an_agent_is_told_with_what_is_on_screen_what_is_owned_and_what_the_statuses_say() {
    let status = |after_ms, fields: Value| {
        let mut all = json!({"agent_id": "anna", "status": "online"});
        all.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        line(after_ms, "agent_status", all)
    };
    let owned = |conversation: &str, event_type: &str, fields: Value| {
        let mut all = json!({"conversation_id": conversation});
        all.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        line(10, event_type, all)
    };
    let view = view_at(
        MINUTE,
        &[
            status(1, json!({"skill_ids": ["support", "billing", "support"], "capacity": 3})),
            status(2, json!({"capacity": 2})),
            owned("c1", "assigned", json!({"agent_id": "anna"})),
            owned("c2", "assigned", json!({"agent_id": "anna"})),
            owned("c2", "customer_message", json!({"characters": 3})),
            owned("c3", "customer_message", json!({"characters": 3})),
            owned("c2", "focused", json!({"agent_id": "anna"})),
        ],
    );
    let anna = view.names.agents.find("anna").expect("she is known");
    let current = &view.current;
    assert_eq!(current.owned_by(anna), (2, 1));
    assert_eq!(current.focused_on(anna).map(|name| view.names.conversations.text(name)), Some("c2"));
    let skills: Vec<_> = current.skills_of(anna).iter().map(|skill| view.names.skills.text(*skill)).collect();
    assert_eq!((skills, current.capacity_of(anna)), (vec!["billing", "support"], Some(2)));
}

#[test]
fn an_open_conversation_is_told_with_what_it_is_about_and_what_is_overdue() {
    let policies = json!({"policies": [{"account_id": "acme", "versions": [{"effective_from": 0,
        "first_response_target_seconds": 60, "response_target_seconds": 120, "resolution_target_seconds": 600}]}]});
    let started = json!({"contact_id": "kim", "skill_id": "sales", "line_id": "+1", "channel": "web chat",
        "company_id": "initech"});
    let lines = [
        line(0, "conversation_started", started),
        line(SECOND, "customer_message", json!({"characters": 5})),
        line(2 * SECOND, "agent_message", json!({"agent_id": "bot", "characters": 5, "automated": true})),
        line(3 * SECOND, "topic_tagged", json!({"topic": "a refund"})),
        line(15 * MINUTE, "agent_message", json!({"agent_id": "anna", "characters": 5})),
        line(16 * MINUTE, "assigned", json!({"agent_id": "anna", "skill_id": "support"})),
        line(17 * MINUTE, "customer_message", json!({"characters": 5})),
    ];
    let at = |after_ms| account(&mut fold(&lines, &book(&policies), ONE + after_ms)).view();
    let overdue = |first_response, response, resolution| Overdue { first_response, response, resolution };
    let expected = [
        (SECOND + MINUTE, overdue(false, false, false)),
        (SECOND + MINUTE + 1, overdue(true, false, false)),
        (SECOND + 2 * MINUTE + 1, overdue(true, true, false)),
        (SECOND + 10 * MINUTE + 1, overdue(true, true, true)),
        (15 * MINUTE, overdue(false, false, true)),
        (19 * MINUTE + 1, overdue(false, true, true)),
    ];
    for (after_ms, overdue) in expected {
        assert_eq!(open(&at(after_ms)).overdue, overdue, "{after_ms}");
    }
    let view = at(20 * MINUTE);
    let (one, names) = (open(&view), &view.names);
    assert_eq!((one.messages, one.started_at - ONE, one.last_event_at - ONE), (3, 0, 17 * MINUTE));
    assert_eq!((one.waiting_since(), one.snoozed_until()), (Some(ONE + 17 * MINUTE), None));
    assert_eq!((names.skill_text(one.skill), names.agent_text(one.assignee)), ("support", "anna"));
    assert_eq!(one.contact.map(|contact| names.contacts.text(contact)), Some("kim"));
    let [line, channel, company] = names.combinations.origins(one.via);
    let via = [line.map(|it| names.lines.text(it)), channel.map(|it| names.channels.text(it))];
    assert_eq!((via, company.map(|it| names.companies.text(it))), ([Some("+1"), Some("web chat")], Some("initech")));
    let topics = names.combinations.topics(one.topics);
    assert_eq!(topics.iter().map(|topic| names.topics.text(*topic)).collect::<Vec<_>>(), ["a refund"]);
}

#[test]
fn what_no_live_state_counts_is_a_change_of_the_view_and_none_of_the_live_state() {
    let mut folded = fold(&[line(0, "handed_off", json!({}))], &book(&Value::Null), ONE + MINUTE);
    let changes = account(&mut folded).view().current.changes;
    assert!(account(&mut folded).take_changed() && !account(&mut folded).take_changed());
    add_line(&mut folded, &book(&Value::Null), ONE, 2, &line(SECOND, "topic_tagged", json!({"topic": "a refund"})));
    assert!(account(&mut folded).take_changed(), "something happened last");
    let view = account(&mut folded).view();
    assert_eq!((view.current.changes, open(&view).last_event_at), (changes, ONE + SECOND));
}

#[test]
fn nothing_that_is_kept_prints_private_text() {
    let at = "2026-03-02T12:59:00Z";
    let mut lines = privacy::events(at);
    let mut started: Value = serde_json::from_str(&lines[0]).expect("our own");
    started["contact_id"] = json!("kim");
    lines[0] = started.to_string();
    let mut folded = fold(&lines, &book(&Value::Null), ONE - 59 * MINUTE);
    privacy::assert_silent(&format!("{:#?}", account(&mut folded)));
    account(&mut folded).advance_to(ONE);
    let view = account(&mut folded).view();
    assert!(kims_name(&view).is_some() && agent_name(&view, "lily").is_some() && comments(&view).len() == 1);
    privacy::assert_silent(&format!("{:#?} {view:#?}", account(&mut folded)));
}
