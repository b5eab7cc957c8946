//! What people are called and said, in rows of metrics and behind a number.

use cxpulse::domain::answers::catalogue::Metric;
use cxpulse::domain::answers::explain::Page;
use cxpulse::domain::answers::questions::{Frame, Question};
use cxpulse::wire::output::json::{Head, explanation_json};
use serde_json::{Value, json};

use super::{Desk, account};

const STORY: &str = "
12:00 - agent_status agent_id=a1 agent_name=\"Anna Öst\" status=online
13:00 c1 conversation_started contact_id=k1 contact_name=\"Kim Lee\"
13:01 c1 agent_message agent_id=a1
13:02 c2 conversation_started contact_id=k2
13:03 c2 agent_message agent_id=a2
13:04 c1 survey_answered score=3
13:05 c1 survey_answered score=5 comment=\"thank you\"
13:06 c1 survey_answered score=7 comment=\"seven\"";

#[test]
fn rows_of_people_say_what_they_are_called_to_who_may_see_it() {
    let desk = Desk::told(STORY, "13:10");
    let names = ["agent_id", "agent_name", "contact_id", "contact_name"];
    assert_eq!(
        desk.told_rows("metrics?group_by=agent,contact&sort=agent", &names),
        ["-1 - k1 Kim Lee", "-1 - k2 -", "a1 Anna Öst k1 Kim Lee", "a2 - k2 -"]
    );
    assert_eq!(desk.get("metrics?group_by=contact&limit=1")["private"], true);
    let without = Desk::of(account(STORY, "13:10").view(), false);
    let told = without.get("metrics?group_by=agent,contact");
    assert_eq!(told["private"], false);
    assert!(!told.to_string().contains("_name"), "{told}");
    assert_eq!(desk.get("metrics?group_by=skill")["private"], json!(null), "nobody is called anything there");
}

#[test]
fn a_text_is_found_in_names_by_who_may_see_them() {
    let desk = Desk::told(STORY, "13:10");
    let found = |desk: &Desk, query: &str| desk.told_rows(&format!("metrics?{query}"), &["agent_id", "contact_id"]);
    assert_eq!(found(&desk, "group_by=agent&search=%C3%B6st"), ["a1 -"]);
    assert_eq!(found(&desk, "group_by=contact&search=kim+l"), ["- k1"]);
    assert_eq!(found(&desk, "group_by=contact&search=K2"), ["- k2"]);
    let without = Desk::of(account(STORY, "13:10").view(), false);
    assert_eq!(found(&without, "group_by=contact&search=kim"), [""; 0]);
}

/// The explanation of a number as who may see private texts reads it, or who may not.
fn explained(path: &str, private: Option<bool>) -> Value {
    let account = account(STORY, "13:10");
    let metric = Metric::find(path).expect("a path");
    let question = Question::over(Frame::window(account.now(), 30));
    let explanation = question.explain(account.view(), metric, Page::ALL);
    let head = Head { private, ..Head::of_files("acme", account.now()) };
    serde_json::from_slice(&explanation_json(&head, &explanation, None)).expect("JSON")
}

#[test]
fn the_rows_behind_a_number_have_names_and_comments_for_who_may_see_them() {
    let score = explained("csat.score", Some(true));
    let row = &score["rows"][0];
    let told = ["fact", "contact_id", "contact_name", "comment"].map(|member| row[member].as_str());
    assert_eq!(told, ["answer_5", "k1", "Kim Lee", "thank you"].map(Some));
    let refused = &score["excluded"][0]["rows"][0];
    assert_eq!((&refused["comment"], &refused["value"]), (&json!("seven"), &json!(7)));
    assert_eq!(score["excluded"][1]["rows"][0]["fact"], "answer_replaced");
    assert_eq!(score["excluded"][1]["rows"][0]["comment"], json!(null));
    for private in [None, Some(false)] {
        let score = explained("csat.score", private).to_string();
        let texts = ["Kim Lee", "thank you", "seven", "contact_name"];
        assert!(texts.iter().all(|text| !score.contains(text)), "{score}");
    }
}

#[test]
fn what_is_private_is_in_no_debug_output() {
    let account = account(STORY, "13:10");
    let question = Question::over(Frame::window(account.now(), 30));
    let metric = Metric::find("csat.score").expect("a path");
    let said = format!(
        "{:?} {:?}",
        question.explain(account.view(), metric, Page::ALL),
        question.ratings(account.view(), &Default::default())
    );
    assert!(["Kim Lee", "thank you", "seven"].iter().all(|text| !said.contains(text)), "{said}");
}
