//! Answers to surveys one by one.

use serde_json::json;

use super::{Desk, account, time};

const STORY: &str = "
policy rate_within=1h
12:58 c1 conversation_started contact_id=kim contact_name=\"Kim Lee\" line_id=+4930 skill_id=sales
12:59 c1 agent_message agent_id=anna
13:00 c1 survey_sent survey_id=s1
13:01 c1 survey_answered survey_id=s1 score=2 comment=\"too slow\"
13:02 c2 survey_sent survey_id=s2 agent_id=ben skill_id=support
13:03 c2 survey_answered survey_id=s2 score=3
13:04 c2 survey_answered survey_id=s2 score=5
13:05 c2 survey_commented survey_id=s2 comment=\"thank you\"
13:06 c3 survey_answered survey_id=s3 score=9 agent_id=ben
13:07 c3 survey_answered survey_id=s4 score=4 agent_id=ben comment=\"never asked\"";

#[test]
fn ratings_are_told_newest_first_with_what_became_of_each() {
    let expected = json!({
        "account_id": "acme", "as_of": time("13:10:00"), "revision": 7, "stale_ms": 0, "private": true,
        "from": time("12:10:00"), "to": time("13:10:00"),
        "rows": [
            {"at": time("13:07:00"), "score": 4, "state": "refused", "reason": "rating_window", "survey_id": "s4",
                "conversation_id": "c3", "agent_id": "ben", "skill_id": "-1", "comment": "never asked"},
            {"at": time("13:06:00"), "score": 9, "state": "refused", "reason": "invalid_score", "survey_id": "s3",
                "conversation_id": "c3", "agent_id": "ben", "skill_id": "-1"},
            {"at": time("13:04:00"), "score": 5, "state": "counted", "survey_id": "s2", "conversation_id": "c2",
                "agent_id": "ben", "skill_id": "support", "comment": "thank you"},
            {"at": time("13:03:00"), "score": 3, "state": "replaced", "survey_id": "s2", "conversation_id": "c2",
                "agent_id": "ben", "skill_id": "support"},
            {"at": time("13:01:00"), "score": 2, "state": "counted", "survey_id": "s1", "conversation_id": "c1",
                "agent_id": "anna", "skill_id": "sales", "contact_id": "kim", "contact_name": "Kim Lee", "comment": "too slow"},
        ],
        "total_rows": 5,
    });
    assert_eq!(Desk::told(STORY, "13:10").get("ratings"), expected);
}

#[test]
fn who_may_not_see_private_texts_is_told_the_same_without_them() {
    let desk = Desk::of(account(STORY, "13:10").view(), false);
    let body = desk.get("ratings?line=%2B4930");
    assert_eq!(body["private"], false);
    let row = json!({"at": time("13:01:00"), "score": 2, "state": "counted", "survey_id": "s1",
        "conversation_id": "c1", "agent_id": "anna", "skill_id": "sales", "contact_id": "kim"});
    assert_eq!(body["rows"], json!([row]));
    assert_eq!(desk.blamed("ratings?comment=true", 403), "comment");
    assert_eq!(desk.blamed("ratings?comment=false", 403), "comment");
}

#[test]
fn the_feed_of_happy_comments_is_a_choice_of_scores_and_of_those_with_a_comment() {
    let desk = Desk::told(STORY, "13:10");
    let found = |query: &str| desk.told_rows(&format!("ratings?{query}"), &["score", "state"]);
    assert_eq!(found("score=4,5&comment=true"), ["4 refused", "5 counted"]);
    assert_eq!(found("comment=false"), ["9 refused", "3 replaced"]);
    assert_eq!(found("skill=support&agent=ben"), ["5 counted", "3 replaced"]);
    assert_eq!(found("contact=kim,nobody"), ["2 counted"]);
    assert_eq!(found("from=2026-03-02T13:00:00Z&to=2026-03-02T13:05:00Z&score=3,5"), ["5 counted", "3 replaced"]);
    assert_eq!(found("limit=1"), ["4 refused"]);
    assert_eq!(desk.get("ratings?limit=1")["total_rows"], 5);
}

#[test]
fn a_rating_names_no_agent_where_the_policy_says_so() {
    let told = STORY.replace("policy rate_within=1h", "policy rate_within=1h agent_metrics=false");
    let desk = Desk::told(&told, "13:10");
    assert_eq!(desk.told_rows("ratings?score=5", &["agent_id", "skill_id"]), ["- support"]);
    assert_eq!(desk.rows("ratings?agent=ben"), [json!(null); 0]);
}
