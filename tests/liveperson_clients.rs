//! Requests as clients that others wrote for LivePerson send them, over HTTP: each reads its numbers.

use cxpulse::serve::access::Access;
use serde_json::{Value, json};

use crate::engine::book;
use crate::scenarios::{lines_of, moment};
use crate::support::site::{Answer, Site};

const TOLD: &str = "
13:20 c1 customer_message
13:20 c1 assigned agent_id=9 skill_id=4
13:21 c1 closed
13:22 c1 survey_answered survey_id=s1 score=5";
const CSAT: &str = "/operations/api/account/acme/msgcsatdistribution";
const CONVERSATION: &str = "/operations/api/account/acme/msgconversation";

fn site() -> Site {
    let (lines, policies) = lines_of(TOLD);
    Site::of(&lines, book(&policies), moment("13:29"), Access::open())
}

fn post(site: &Site, path: &str, kind: &str, body: &str) -> Answer {
    let kind = if kind.is_empty() { String::new() } else { format!("content-type: {kind}\r\n") };
    site.posts("POST", path, &format!("{kind}content-length: {}\r\n", body.len()), body)
}

#[track_caller]
fn totals(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["metricsTotals"].clone()
}

#[test]
fn what_a_python_wrapper_leaves_out_it_sends_as_null() {
    let site = site();
    let body = r#"{"timeframe": 1440, "v": 1, "skillIds": null, "agentIds": null, "interval": null}"#;
    assert_eq!(totals(&post(&site, CONVERSATION, "application/json", body))["totalResolvedConversations"], 1);
    let body = r#"{"timeframe": 60, "v": 1, "skillIds": "all", "agentIds": null}"#;
    let answer = post(&site, CSAT, "application/json", body).json();
    assert_eq!(answer["skillsMetricsPerAgent"]["metricsPerSkill"]["4"]["metricsPerAgent"]["9"]["total_answers"], 1);
    assert_eq!(answer.get("agentsMetrics"), None);
}

#[test]
fn a_version_in_the_address_and_in_the_body_is_one_version() {
    let site = site();
    let body = r#"{"timeframe":"60","v":"1","source":"ccui","breakdown":true}"#;
    let answer = post(&site, &format!("{CONVERSATION}?v=1&source=ccui"), "application/json;charset=UTF-8", body);
    assert_eq!(totals(&answer)["totalResolvedConversations"], 1);
    let answer = post(&site, &format!("{CONVERSATION}?timeframe=5&v=1"), "", body);
    assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!("timeframe")), "two times are none");
}

#[test]
fn a_request_is_read_whatever_stands_around_it() {
    let site = site();
    let expected = totals(&site.get(&format!("{CSAT}?timeframe=60&v=1")));
    assert_eq!(expected["csat_score"], 1.0);
    for (path, head) in [
        (format!("{CSAT}/?timeframe=60&v=1"), ""),
        (format!("{CSAT}?v=1&timeframe=60&userType=human&fromMillis=1&_=1767614400000"), ""),
        (format!("{CSAT}?timeframe=60&v=1"), "content-type: application/json\r\naccept: */*\r\n"),
        (
            format!("{CSAT}?timeframe=60&v=1"),
            "content-type: application/x-www-form-urlencoded\r\naccept: text/html\r\n",
        ),
        (format!("{CSAT}?timeframe=60&v=1"), "authorization: OAuth oauth_token=\"t\"\r\ncookie: JSESSIONID=x\r\n"),
    ] {
        assert_eq!(totals(&site.asks(&path, head)), expected, "{path} {head}");
    }
    for (kind, body) in [
        ("", r#"{"timeframe":60,"v":1}"#),
        ("application/json", r#"{"timeframe":60.0,"v":1.0}"#),
        ("application/vnd.api+json", r#"{"timeframe":"60","v":"1","metrics":["all"],"of":{"a":null}}"#),
    ] {
        assert_eq!(totals(&post(&site, CSAT, kind, body)), expected, "{kind} {body}");
    }
    assert_eq!(totals(&post(&site, &format!("{CSAT}?timeframe=60&v=1"), "", "")), expected);
    let head = site.sends("HEAD", &format!("{CSAT}?timeframe=60&v=1"), "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn the_example_of_the_documentation_is_answered_in_its_shape() {
    let site = site();
    let body = r#"{"timeframe":"1440","v":"1","agentIds":"9,9","interval":"1440","skillIds":"4,2"}"#;
    let answer = post(&site, CONVERSATION, "application/json", body).json();
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&answer), ["agentsMetrics", "metricsByIntervals", "skillsMetricsPerAgent"]);
    assert_eq!(keys(&answer["metricsByIntervals"][0]), ["metricsData", "timestamp"]);
    assert_eq!(keys(&answer["metricsByIntervals"][0]["metricsData"]), ["agentsMetrics", "skillsMetricsPerAgent"]);
    assert_eq!(keys(&answer["skillsMetricsPerAgent"]), ["metricsPerSkill", "metricsTotals"]);
    let skill = &answer["skillsMetricsPerAgent"]["metricsPerSkill"]["4"];
    assert_eq!(keys(skill), ["metricsPerAgent", "metricsTotals"]);
    let sides = ["", "_byCCP", "_byConsumer", "_bySystem"];
    let named = |name: &str| sides.map(|side| format!("{name}{side}"));
    let mut leaf: Vec<String> = ["avgTime_resolvedConversations", "totalHandlingTime_resolvedConversations"]
        .into_iter()
        .flat_map(named)
        .chain(named("resolvedConversations").into_iter().skip(1))
        .chain(["totalResolvedConversations".to_owned()])
        .collect();
    leaf.sort();
    assert_eq!((keys(&skill["metricsTotals"]), keys(&skill["metricsPerAgent"]["9"])), (leaf.clone(), leaf));
}

#[test]
fn a_client_that_asks_where_the_methods_are_is_sent_here() {
    let site = site();
    let ask = |path: &str, host: &str| site.asks(path, &format!("host: {host}\r\n"));
    let one = "/api/account/42/service/leDataReporting/baseURI.json?version=1.0";
    let expected = json!({"service": "leDataReporting", "account": "42", "baseURI": "localhost:8443"});
    assert_eq!(ask(one, "localhost:8443").json(), expected);
    let all = ask("/api/account/42/service/baseURI.json?version=1.0", "localhost:8443");
    assert_eq!(all.json(), json!({"baseURIs": [expected]}));
    assert_eq!(ask("/api/account/42/service/leDataReporting/baseURI.json", "a@localhost").status, 400);
    assert_eq!(site.get("/api/account/42/service/leDataReporting").status, 404);
    assert_eq!(site.get("/api/account/42/login").status, 404);
}
