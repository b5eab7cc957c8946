//! What LivePerson's clients read, shape by shape, told as stories.

use cxpulse::domain::answers::Answers;
use cxpulse::serve::liveperson::{Method, Request, SkillsKey};
use serde_json::{Value, json};

use crate::engine::{book, fold};
use crate::scenarios::{lines_of, moment};

/// Agent 9 and nobody in skill 4, agent 8 in skill 7, and a conversation that nobody owned.
const TOLD: &str = "
13:19:59 c0 assigned agent_id=7 skill_id=5
13:19:59 c0 survey_answered survey_id=s0 score=1
13:20 c1 customer_message
13:20 c1 assigned agent_id=9 skill_id=4
13:21 c1 closed
13:22 c1 survey_answered survey_id=s1 score=5
13:23 c1 survey_answered survey_id=s2 score=2
13:24 c2 customer_message
13:24 c2 assigned agent_id=8 skill_id=7
13:26 c2 closed closed_by=customer
13:27 c3 assigned skill_id=4
13:28 c3 survey_answered survey_id=s3 score=4
13:29 c4 survey_answered survey_id=s4 score=4";

fn answers(told: &str, at: &str) -> Answers {
    let (lines, policies) = lines_of(told);
    fold(&lines, &book(&policies), moment(at)).asked().remove("acme").expect("it has events")
}

/// The answer of an account to a query, as of a moment.
fn asked_with(told: &str, at: &str, method: Method, query: &str, key: SkillsKey) -> Value {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .map(|pair| pair.split_once('=').expect("a name and a value"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let request = Request::read(&pairs).unwrap_or_else(|problem| panic!("{query}: {}", problem.body()));
    serde_json::from_str(&method.answer(answers(told, at).view(), &request, key)).expect("valid JSON is written")
}

fn csat(at: &str, query: &str) -> Value {
    asked_with(TOLD, at, Method::CsatDistribution, query, SkillsKey::default())
}

fn conversations(at: &str, query: &str) -> Value {
    asked_with(TOLD, at, Method::Conversation, query, SkillsKey::default())
}

/// A leaf of `msgcsatdistribution`.
fn leaf(answers: [u64; 5], score: f64) -> Value {
    let [one, two, three, four, five] = answers;
    json!({
        "csat_score1_answers": one, "csat_score2_answers": two, "csat_score3_answers": three,
        "csat_score4_answers": four, "csat_score5_answers": five,
        "total_answers": answers.iter().sum::<u64>(), "positive_answers": four + five, "csat_score": score
    })
}

const NOTHING: [u64; 5] = [0; 5];

#[test]
fn without_lists_there_are_the_totals_of_whole_buckets() {
    // At 13:29 seven minutes are 13:20 to 13:29: what happened a second before is not in them.
    assert_eq!(csat("13:29", "timeframe=7&v=1"), json!({"metricsTotals": leaf([0, 1, 0, 2, 1], 0.75)}));
    let earlier = csat("13:29", "timeframe=10&v=1");
    assert_eq!(earlier, json!({"metricsTotals": leaf([1, 1, 0, 2, 1], 0.6)}));
}

#[test]
fn a_skill_has_the_agents_who_were_active_in_it_whoever_else_is_asked_for() {
    let expected = json!({
        "skillsMetricsPerAgent": {
            "metricsPerSkill": {"4": {
                "metricsPerAgent": {"9": leaf([0, 1, 0, 0, 1], 0.5), "-1": leaf([0, 0, 0, 1, 0], 1.0)},
                "metricsTotals": leaf([0, 1, 0, 1, 1], 0.666_666_7)
            }},
            "metricsTotals": leaf([0, 1, 0, 1, 1], 0.666_666_7)
        },
        "agentsMetrics": {"metricsPerAgent": {"8": leaf(NOTHING, 0.0)}, "metricsTotals": leaf(NOTHING, 0.0)}
    });
    assert_eq!(csat("13:29", "timeframe=7&v=1&skillIds=4,99&agentIds=8,77"), expected);
}

#[test]
fn all_are_those_with_an_answer_or_a_close_and_nobody_is_one_of_them() {
    let answer = csat("13:29", "timeframe=7&v=1&skillIds=all&agentIds=all");
    let keys = |value: &Value| value.as_object().expect("a map").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&answer["skillsMetricsPerAgent"]["metricsPerSkill"]), ["-1", "4", "7"]);
    assert_eq!(keys(&answer["agentsMetrics"]["metricsPerAgent"]), ["-1", "8", "9"]);
    assert_eq!(answer["agentsMetrics"]["metricsTotals"], leaf([0, 1, 0, 2, 1], 0.75));
    let none = csat("13:29", "timeframe=7&v=1&skillIds=-1");
    assert_eq!(keys(&none["skillsMetricsPerAgent"]["metricsPerSkill"]), ["-1"]);
}

#[test]
fn where_none_of_the_asked_was_active_the_map_is_empty_and_the_totals_are_zeros() {
    let empty = json!({"skillsMetricsPerAgent": {"metricsPerSkill": {}, "metricsTotals": leaf(NOTHING, 0.0)}});
    assert_eq!(csat("13:29", "timeframe=7&v=1&skillIds=5"), empty);
}

#[test]
fn the_block_of_skills_has_the_name_of_the_documentation_where_that_is_set() {
    let query = "timeframe=7&v=1&skillIds=7";
    let answer = asked_with(TOLD, "13:29", Method::CsatDistribution, query, SkillsKey::Plain);
    assert_eq!(answer.as_object().expect("an object").keys().collect::<Vec<_>>(), ["skillsMetrics"]);
}

#[test]
fn intervals_come_newest_first_empty_ones_included_each_with_what_was_active_in_it() {
    let answer = csat("13:37", "timeframe=20&v=1&skillIds=all&interval=10");
    let intervals = answer["metricsByIntervals"].as_array().expect("a list");
    let ends: Vec<i64> = intervals.iter().map(|of| of["timestamp"].as_i64().expect("Unix ms")).collect();
    assert_eq!(ends, ["13:40", "13:30", "13:20"].map(moment));
    let skills = |of: &Value| of["skillsMetricsPerAgent"]["metricsPerSkill"].as_object().expect("a map").len();
    let each: Vec<usize> = intervals.iter().map(|of| skills(&of["metricsData"])).collect();
    assert_eq!((each, skills(&answer)), (vec![0, 3, 1], 4));
    assert_eq!(
        intervals[0]["metricsData"]["skillsMetricsPerAgent"]["metricsTotals"],
        leaf(NOTHING, 0.0),
        "an empty interval is there, with zeros"
    );
}

#[test]
fn a_day_by_five_minutes_has_289_intervals_and_what_happened_at_exactly_now_joins_the_newest() {
    let answer = csat("13:29", "timeframe=1440&v=1&interval=5");
    assert_eq!(answer["metricsByIntervals"].as_array().map(Vec::len), Some(289));
    let told = "13:30 c1 survey_answered survey_id=s score=5";
    let query = "timeframe=10&v=1&interval=5";
    let answer = asked_with(told, "13:30", Method::CsatDistribution, query, SkillsKey::default());
    let newest = &answer["metricsByIntervals"][0];
    assert_eq!(newest["timestamp"], moment("13:30"));
    assert_eq!(newest["metricsData"]["metricsTotals"]["total_answers"], 1);
    assert_eq!(answer["metricsByIntervals"].as_array().map(Vec::len), Some(2));
}

#[test]
fn resolutions_are_told_by_the_side_that_closed_with_their_times() {
    let totals = &conversations("13:29", "timeframe=7&v=1")["metricsTotals"];
    let number = |name: &str| totals[name].as_f64().unwrap_or_else(|| panic!("{name} in {totals}"));
    assert_eq!(number("resolvedConversations_byCCP"), 1.0);
    assert_eq!(number("resolvedConversations_byConsumer"), 1.0);
    assert_eq!(number("resolvedConversations_bySystem"), 0.0);
    assert_eq!(number("totalResolvedConversations"), 2.0);
    assert_eq!(number("totalHandlingTime_resolvedConversations_byCCP"), 60_000.0);
    assert_eq!(number("totalHandlingTime_resolvedConversations_byConsumer"), 120_000.0);
    assert_eq!(number("avgTime_resolvedConversations"), 90_000.0);
    assert_eq!(number("avgTime_resolvedConversations_bySystem"), 0.0);
    assert_eq!(totals.as_object().map(serde_json::Map::len), Some(12));
}

#[test]
fn a_reopening_takes_a_resolution_back_and_the_close_stays_active() {
    let told = format!("{TOLD}\n13:29:30 c1 reopened");
    let query = "timeframe=7&v=1&agentIds=9";
    let answer = asked_with(&told, "13:29:40", Method::Conversation, query, SkillsKey::default());
    assert_eq!(answer["agentsMetrics"]["metricsPerAgent"]["9"]["totalResolvedConversations"], 0);
}

#[test]
fn where_agents_are_not_named_none_is() {
    let told = format!("policy agent_metrics=false\n{}", TOLD.trim_start());
    let query = "timeframe=7&v=1&skillIds=4&agentIds=all";
    let answer = asked_with(&told, "13:29", Method::CsatDistribution, query, SkillsKey::default());
    assert_eq!(answer["agentsMetrics"], json!({"metricsPerAgent": {}, "metricsTotals": leaf(NOTHING, 0.0)}));
    assert_eq!(answer["skillsMetricsPerAgent"]["metricsPerSkill"]["4"]["metricsPerAgent"], json!({}));
}
