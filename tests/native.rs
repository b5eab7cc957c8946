//! The API under `/v1`, asked over HTTP: pages, marks, explanations and the lives of a conversation.

use cxpulse::serve::access::Access;
use serde_json::{Value, json};

use crate::engine::book;
use crate::scenarios::{lines_of, moment};
use crate::support::site::{Answer, Site};

/// Ann answers Cleo's customer, who rates twice and writes again; Ben's is still waiting.
const TOLD: &str = "
12:58 c1 conversation_started skill_id=4 line_id=+49-30-1 contact_id=cleo
12:58 c1 customer_message
12:59 c1 focused agent_id=ann
13:00 c1 agent_message agent_id=ann
13:01 c1 closed agent_id=ann
13:02 c1 survey_sent survey_id=s1
13:03 c1 survey_answered survey_id=s1 score=2
13:04 c1 survey_answered survey_id=s1 score=5
13:05 c1 customer_message
13:20 c2 conversation_started skill_id=7
13:20 c2 assigned agent_id=ben
13:21 c2 customer_message
13:25 c3 customer_message
13:26 c3 agent_message agent_id=zoe";

fn site_of(told: &str, at: &str) -> Site {
    let (lines, policies) = lines_of(told);
    Site::of(&lines, book(&policies), moment(at), Access::open())
}

fn site() -> Site {
    site_of(TOLD, "13:29")
}

#[track_caller]
fn problem(answer: &Answer, status: u16, parameter: &str) {
    let told = answer.json();
    assert_eq!((answer.status, &told["parameter"]), (status, &json!(parameter)), "{told}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(told["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{told}");
}

#[test]
fn every_answer_says_whose_it_is_and_as_of_when() {
    let answer = site().get("/v1/accounts/acme/metrics?window=60m").json();
    assert_eq!(answer["account_id"], "acme");
    assert_eq!(answer["as_of"], "2026-03-02T13:29:00.000Z");
    assert_eq!((&answer["stale_ms"], &answer["revision"]), (&json!(0), &json!(14)));
    assert_eq!(answer["to"], answer["as_of"]);
    assert_eq!(answer["rows"][0]["metrics"]["csat"]["answers"], json!([0, 0, 0, 0, 1]));
}

#[test]
fn pages_come_one_after_the_other_from_the_answer_of_the_first() {
    let site = site();
    let address = "/v1/accounts/acme/metrics?group_by=agent&metrics=agent_messages&limit=1";
    let whole = site.get("/v1/accounts/acme/metrics?group_by=agent&metrics=agent_messages").json();
    let (lines, _) = lines_of("13:30 c4 agent_message agent_id=aaa");
    let (mut rows, mut page) = (Vec::new(), String::new());
    loop {
        let answer = site.get(&format!("{address}{page}")).json();
        assert_eq!((&answer["as_of"], &answer["total_rows"]), (&whole["as_of"], &whole["total_rows"]));
        rows.extend(answer["rows"].as_array().expect("rows").clone());
        if rows.len() == 1 {
            site.happens(&lines, moment("13:31"));
        }
        let Some(next) = answer["next_page"].as_str() else { break };
        page = format!("&page={next}");
    }
    assert_eq!(Value::Array(rows), whole["rows"]);
    let now = site.get("/v1/accounts/acme/metrics?group_by=agent").json();
    assert_eq!(now["rows"][1]["agent_id"], "aaa", "a new answer knows what happened since: {now}");
}

#[test]
fn a_page_of_another_question_or_of_none_is_gone() {
    let site = site();
    let first = site.get("/v1/accounts/acme/metrics?group_by=agent&limit=1").json();
    let page = first["next_page"].as_str().expect("there are more").to_owned();
    problem(&site.get(&format!("/v1/accounts/acme/metrics?group_by=skill&page={page}")), 410, "page");
    problem(&site.get("/v1/accounts/acme/metrics?page=0000000000000000-1"), 410, "page");
    problem(&site.get("/v1/accounts/acme/metrics?page=2"), 400, "page");
    problem(&site.get("/v1/accounts/acme/metrics?limit=0"), 400, "limit");
}

#[test]
fn an_answer_that_a_client_has_is_not_sent_again_until_it_changes() {
    let site = site();
    let first = site.get("/v1/accounts/acme/metrics?metrics=csat");
    let mark = first.header("etag").expect("a mark").to_owned();
    let again =
        |site: &Site| site.asks("/v1/accounts/acme/metrics?metrics=csat", &format!("if-none-match: {mark}\r\n"));
    let known = again(&site);
    assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", Some(mark.as_str())));
    let (lines, _) = lines_of("13:29:30 c3 survey_answered score=1");
    site.happens(&lines, moment("13:29:40"));
    assert_eq!(again(&site).status, 200);
}

#[test]
fn the_catalogue_takes_no_parameter() {
    let site = site();
    assert_eq!(site.get("/v1/metrics").status, 200);
    problem(&site.get("/v1/metrics?window=60m"), 400, "window");
}

#[test]
fn a_client_that_takes_no_json_is_told_so() {
    problem(&site().asks("/v1/accounts/acme/metrics", "accept: text/html\r\n"), 406, "Accept");
}

#[test]
fn a_number_is_explained_with_what_was_left_out() {
    let answer = site().get("/v1/accounts/acme/explain?metric=csat.score&window=60m").json();
    assert_eq!((&answer["value"], &answer["numerator"], &answer["denominator"]), (&json!(1.0), &json!(1), &json!(1)));
    assert_eq!(answer["rows"][0]["conversation_id"], "c1");
    let reasons = |answer: &Value| -> Vec<String> {
        let excluded = answer["excluded"].as_array().expect("a list").iter();
        excluded.map(|rule| rule["reason"].as_str().expect("a word").to_owned()).collect()
    };
    assert_eq!(reasons(&answer), ["replaced"]);
    let page = site().get("/v1/accounts/acme/explain?metric=customer_messages&window=60m&limit=3").json();
    assert_eq!((page["rows"].as_array().map(Vec::len), &page["total_rows"]), (Some(3), &json!(4)));
    assert!(page["next_page"].is_string());
}

#[test]
fn a_conversation_tells_its_events_what_they_state_and_what_was_taken_back() {
    let site = site();
    let answer = site.get("/v1/accounts/acme/conversations/c1").json();
    assert_eq!(answer["conversation_id"], "c1");
    let lives = answer["lives"].as_array().expect("lives");
    assert_eq!((lives.len(), &lives[0]["state"]), (1, &json!("waiting")));
    let events = lives[0]["events"].as_array().expect("events");
    let types: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    let told = "conversation_started customer_message focused agent_message closed survey_sent survey_answered \
        survey_answered customer_message";
    assert_eq!(types, told.split(' ').collect::<Vec<_>>());
    assert_eq!(events[0]["line_id"], "+49-30-1");
    let facts = |event: &Value| -> Vec<(String, bool)> {
        let facts = event["facts"].as_array().expect("facts").iter();
        facts.map(|fact| (fact["fact"].as_str().expect("a word").to_owned(), fact["taken_back"] == true)).collect()
    };
    let has = |place: usize, fact: &str, back: bool| {
        assert!(facts(&events[place]).contains(&(fact.to_owned(), back)), "{place} {fact}: {}", events[place]);
    };
    has(0, "started", false);
    has(3, "first_response", false);
    has(4, "resolved", false);
    has(6, "answer_2", false);
    has(7, "answer_2", true);
    has(7, "answer_5", false);
    has(8, "resolved", true);
    has(8, "reopened", false);
    let back = events[8]["facts"].as_array().expect("facts").iter().find(|fact| fact["taken_back"] == true);
    assert!(back.expect("one")["why"].as_str().is_some_and(|why| why.contains("reopening")), "{}", events[8]);
    problem(&site.get("/v1/accounts/acme/conversations/nobody"), 404, "conversation");
}

#[test]
fn who_reopened_is_told_where_that_was_said() {
    let told = "13:00 c1 customer_message contact_id=k1\n13:01 c1 closed\n13:02 c1 reopened by=agent\n13:03 c1 closed\n\
        13:04 c1 reopened by=system\n13:05 c1 closed\n13:06 c1 reopened";
    let answer = site_of(told, "13:10").get("/v1/accounts/acme/conversations/c1").json();
    let events = answer["lives"][0]["events"].as_array().expect("events");
    let reopened = events.iter().filter(|event| event["type"] == "reopened");
    let by: Vec<Option<&str>> = reopened.map(|event| event["by"].as_str()).collect();
    assert_eq!(by, [Some("agent"), Some("system"), None]);
}

#[test]
fn the_events_of_a_conversation_come_in_pages() {
    let site = site();
    let whole = site.get("/v1/accounts/acme/conversations/c1").json();
    let first = site.get("/v1/accounts/acme/conversations/c1?limit=7").json();
    let next = first["next_page"].as_str().expect("two are left");
    let second = site.get(&format!("/v1/accounts/acme/conversations/c1?page={next}&limit=7")).json();
    let events = |answer: &Value| answer["lives"][0]["events"].as_array().expect("events").clone();
    assert_eq!([events(&first), events(&second)].concat(), events(&whole));
    assert_eq!((events(&first).len(), second["next_page"].as_str()), (7, None));
}

#[test]
fn what_is_wrong_with_a_request_is_named() {
    let site = site();
    for (query, parameter) in [
        ("metrics?windows=5m", "windows"),
        ("metrics?window=0m", "window"),
        ("metrics?window=5m&window=6m", "window"),
        ("metrics?group_by=skill,skill", "group_by"),
        ("metrics?group_by=skil", "group_by"),
        ("metrics?group_by=skill,agent,line,topic", "group_by"),
        ("metrics?interval=7m", "interval"),
        ("metrics?interval=0m", "interval"),
        ("metrics?compare=tomorrow", "compare"),
        ("metrics?window=24h&compare=previous", "compare"),
        ("metrics?sort=-happiness", "sort"),
        ("metrics?metrics=csat,", "metrics"),
        ("metrics?search=", "search"),
        ("metrics?agent=a%20b", "agent"),
        ("metrics?limit=1001", "limit"),
        ("metrics?from=2026-01-05T13:00:00Z&to=2026-01-05T12:00:00Z", "from"),
        ("explain", "metric"),
        ("explain?metric=csat", "metric"),
        ("explain?metric=csat.score&group_by=skill", "group_by"),
        ("conversations/c1?window=5m", "window"),
    ] {
        problem(&site.get(&format!("/v1/accounts/acme/{query}")), 400, parameter);
    }
    problem(&site.get("/v1/accounts/globex/metrics"), 404, "account");
    assert_eq!(site.get("/v1/accounts/acme/nothing").status, 404);
}
