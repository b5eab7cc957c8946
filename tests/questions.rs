//! Questions of any grouping and filter, told as stories: what SPEC leaves open about them, one story each.

use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::catalogue::{self, Missing};
use cxpulse::domain::answers::questions::{Answer, AnswerRow, Dimension, Filter, Frame, NoQuestion, Question};
use cxpulse::domain::bucket::Bucket;
use cxpulse::domain::fact::FactKind;
use cxpulse::domain::names::Name;
use cxpulse::wire::output::json::metrics_json;
use serde_json::Value;

use crate::engine::{Folded, add_line, book, fold};
use crate::scenarios::{lines_of, moment};

/// The account of a story, at a moment of it.
fn account(told: &str, at: &str) -> Answers {
    let (lines, policies) = lines_of(told);
    fold(&lines, &book(&policies), moment(at)).asked().remove("acme").expect("it has events")
}

fn window(at: &str, minutes: u32) -> Question {
    Question::over(Frame::window(moment(at), minutes))
}

/// From one time to another, both at the edge of a bucket.
fn between(from: &str, to: &str) -> Question {
    Question::over(Frame { from: Bucket::of(moment(from)), to: Bucket::asked_at(moment(to)) })
}

fn by(question: Question, dimensions: &[Dimension]) -> Question {
    question.grouped_by(dimensions).expect("few, each once")
}

fn only(question: Question, dimension: Dimension, any_of: &[&str]) -> Question {
    let any_of = any_of.iter().map(|name| (*name).to_owned()).collect();
    question.filtered_by(Filter { dimension, any_of }).expect("once")
}

/// The rows with some of their numbers: `sales/anna: 3 -`; `-` for one that is absent.
fn told(answer: &Answer, paths: &[&str]) -> Vec<String> {
    let row = |row: &AnswerRow| {
        let metrics: Value = serde_json::from_slice(&metrics_json(&row.metrics)).expect("valid JSON is written");
        let number = |path: &&str| {
            let value = path.split('.').try_fold(&metrics, |value, key| value.get(key));
            value.map_or("-".to_owned(), Value::to_string)
        };
        let numbers: Vec<String> = paths.iter().map(number).collect();
        format!("{}: {}", row.ids.join("/"), numbers.join(" "))
    };
    answer.rows.iter().map(row).collect()
}

/// The same of the answer to a question, which is also asked of the facts alone.
fn asked(account: &Answers, question: &Question, paths: &[&str]) -> Vec<String> {
    let answer = account.ask(question);
    assert_eq!(answer, question.answer(account.view()), "the sums say what the facts say");
    told(&answer, paths)
}

const TWO_TOPICS: &str = "
13:00 c1 conversation_started line_id=+4930 channel=chat contact_id=kim
13:00:01 c1 customer_message
13:00:02 c1 topic_tagged topic=delivery
13:00:03 c1 customer_message
13:00:04 c1 topic_tagged topic=\"late, lost\"
13:00:05 c1 customer_message
13:01 c2 conversation_started line_id=+4989 contact_id=lee
13:01:01 c2 customer_message contact_id=kim";

#[test]
fn a_fact_counts_in_each_topic_tagged_by_then_and_the_answer_says_that_rows_overlap() {
    let account = account(TWO_TOPICS, "13:02");
    let topics = by(window("13:02", 5), &[Dimension::Topic]);
    assert_eq!(
        asked(&account, &topics, &["customer_messages", "unique_contacts"]),
        ["-1: 2 1", "delivery: 2 1", "late, lost: 1 1"]
    );
    assert!(account.ask(&topics).overlapping);
    let lines = by(window("13:02", 5), &[Dimension::Line, Dimension::Channel]);
    assert!(!account.ask(&lines).overlapping);
    assert_eq!(
        asked(&account, &lines, &["customer_messages", "conversations_started"]),
        ["+4930/chat: 3 1", "+4989/-1: 1 1"]
    );
}

#[test]
fn a_filter_of_a_dimension_leaves_its_other_names_no_row() {
    let account = account(TWO_TOPICS, "13:02");
    let late = only(by(window("13:02", 5), &[Dimension::Topic]), Dimension::Topic, &["late, lost"]);
    assert_eq!(asked(&account, &late, &["customer_messages"]), ["late, lost: 1"]);
    let none = only(window("13:02", 5), Dimension::Topic, &["-1"]);
    assert_eq!(asked(&account, &none, &["customer_messages"]), [": 2"]);
    let both = only(only(window("13:02", 5), Dimension::Contact, &["kim", "lee"]), Dimension::Line, &["+4989"]);
    assert_eq!(asked(&account, &both, &["customer_messages", "conversations_started"]), [": 1 1"]);
    let unheard = only(window("13:02", 5), Dimension::Company, &["nobody"]);
    assert_eq!(asked(&account, &unheard, &["customer_messages", "unique_contacts"]), [": 0 0"]);
}

#[test]
fn what_is_called_as_nothing_is_shown_with_it() {
    let told = "
        13:00 c1 conversation_started channel=\"-1\"
        13:00 c2 conversation_started";
    let account = account(told, "13:02");
    let channels = by(window("13:02", 5), &[Dimension::Channel]);
    assert_eq!(asked(&account, &channels, &["conversations_started"]), ["-1: 2"]);
    let none = only(window("13:02", 5), Dimension::Channel, &["-1"]);
    assert_eq!(asked(&account, &none, &["conversations_started"]), [": 2"]);
}

const VISIT: &str = "
13:00 - agent_status agent_id=anna status=online
13:00 c1 conversation_started line_id=+4930 skill_id=sales
13:01 c1 focused agent_id=anna
13:03 c1 assigned skill_id=support
13:04 c1 topic_tagged topic=delivery";

#[test]
fn a_visit_that_goes_on_is_about_what_its_conversation_is_now_under_the_skill_of_its_beginning() {
    let account = account(VISIT, "13:07");
    let skills = by(window("13:07", 10), &[Dimension::Skill]);
    assert_eq!(asked(&account, &skills, &["focus_ms", "conversations_started"]), ["sales: 360000 1"]);
    let lines = by(window("13:07", 10), &[Dimension::Line]);
    assert_eq!(asked(&account, &lines, &["focus_ms", "conversations_started"]), ["+4930: 360000 1"]);
    let both = by(window("13:07", 10), &[Dimension::Topic, Dimension::Skill]);
    assert_eq!(asked(&account, &both, &["focus_ms"]), ["-1/sales: 0", "delivery/sales: 360000"]);
}

#[test]
fn a_visit_to_a_closed_conversation_is_about_what_that_is_now() {
    let told = "
        13:00 c1 conversation_started line_id=+4930 skill_id=sales
        13:01 c1 closed
        13:02 c1 focused agent_id=anna
        13:04 c1 topic_tagged topic=delivery";
    let topics = by(window("13:07", 10), &[Dimension::Topic, Dimension::Line]);
    let focus = |told: &str| asked(&account(told, "13:07"), &topics, &["focus_ms"]);
    assert_eq!(focus(told), ["-1/+4930: 0", "delivery/+4930: 300000"]);
    let reopened = format!("{told}\n13:05 c1 reopened\n13:06 c1 topic_tagged topic=bill");
    assert_eq!(focus(&reopened), ["-1/+4930: 0", "bill/+4930: 300000", "delivery/+4930: 300000"]);
}

#[test]
fn a_visit_that_ended_is_about_what_its_conversation_was_then_under_the_skill_of_its_beginning() {
    let account = account(&format!("{VISIT}\n13:07 c1 unfocused agent_id=anna"), "13:09");
    let question = by(window("13:09", 10), &[Dimension::Topic, Dimension::Skill]);
    assert_eq!(
        asked(&account, &question, &["focus_ms", "conversations_started"]),
        ["-1/sales: 0 1", "delivery/sales: 360000 0"]
    );
}

#[test]
fn a_frame_before_now_has_its_part_of_what_went_on_and_everybody_who_was_there() {
    let told = "
        13:00 - agent_status agent_id=anna status=online
        13:02 c1 focused agent_id=anna
        13:03 c1 customer_message contact_id=kim
        13:04 c1 agent_message agent_id=anna
        13:12 c1 customer_message contact_id=kim
        13:13 c1 agent_message agent_id=anna";
    let account = account(told, "13:20");
    let paths = ["focus_ms", "unique_contacts", "active_agents", "availability.online_ms", "utilisation.focus_ms"];
    assert_eq!(asked(&account, &between("13:00", "13:05"), &paths), [": 180000 1 1 300000 180000"]);
    assert_eq!(asked(&account, &between("13:05", "13:10"), &paths), [": 300000 0 0 300000 300000"]);
}

#[test]
fn presence_exists_where_nothing_but_agents_is_asked_for_and_contacts_where_agents_are_not() {
    let account = account(VISIT, "13:07");
    let paths = ["unique_contacts", "availability.online_ms", "utilisation.focus_ms"];
    let of = |question: Question| asked(&account, &question, &paths).remove(0);
    assert_eq!(of(window("13:07", 10)), ": 0 420000 360000");
    assert_eq!(of(only(window("13:07", 10), Dimension::Agent, &["anna", "ben"])), ": - 420000 360000");
    assert_eq!(of(by(window("13:07", 10), &[Dimension::Line])), "+4930: 0 - -");
    assert_eq!(of(by(window("13:07", 10), &[Dimension::Skill, Dimension::Agent])), "sales/-1: - - -");
}

const TRANSFERRED: &str = "
13:00 c1 customer_message
13:00 c1 focused agent_id=anna
13:02 c1 unfocused agent_id=anna
13:02 c1 focused agent_id=ben
13:05 c1 closed agent_id=ben";

#[test]
fn where_agents_or_skills_are_asked_for_each_has_its_own_handle_time_of_a_close() {
    let account = account(TRANSFERRED, "13:06");
    let paths = ["handle.count", "handle.sum_ms"];
    assert_eq!(asked(&account, &window("13:06", 10), &paths), [": 1 300000"]);
    let both = only(window("13:06", 10), Dimension::Agent, &["anna", "ben"]);
    assert_eq!(asked(&account, &both, &paths), [": 2 300000"]);
    let agents = by(window("13:06", 10), &[Dimension::Agent]);
    assert_eq!(asked(&account, &agents, &paths), ["-1: 0 0", "anna: 1 120000", "ben: 1 180000"]);
    let skill = only(window("13:06", 10), Dimension::Skill, &["-1"]);
    assert_eq!(asked(&account, &skill, &paths), [": 1 300000"]);
}

#[test]
fn what_happened_at_exactly_now_joins_the_newest_interval_and_the_last_may_be_shorter() {
    let told = "
        8:00 c1 customer_message contact_id=kim
        8:05 c1 customer_message contact_id=kim
        8:10 c1 customer_message contact_id=kim";
    let account = account(told, "8:10");
    let question = window("8:10", 14).in_intervals_of(2).expect("one at least");
    let answer = account.ask(&question);
    let ends: Vec<i64> = answer.intervals.iter().map(|span| span.to).collect();
    assert_eq!(ends, ["8:05", "8:10"].map(moment));
    let counts = |row: &AnswerRow| row.intervals.iter().map(|of| (of.customer_messages, of.unique_contacts)).collect();
    let rows: Vec<Vec<_>> = answer.rows.iter().map(counts).collect();
    assert_eq!(rows, [[(1, Some(1)), (2, Some(1))]]);
    assert_eq!(told_once(&answer), [": 3 1"]);
    let three = account.ask(&window("8:10", 14).in_intervals_of(1).expect("one at least"));
    assert_eq!(three.rows[0].intervals.len(), 3, "empty ones are there");
}

fn told_once(answer: &Answer) -> Vec<String> {
    told(answer, &["customer_messages", "unique_contacts"])
}

#[test]
fn where_no_agent_may_be_named_no_question_of_agents_has_a_row() {
    let account = account(&format!("policy agent_metrics=false\n{TRANSFERRED}"), "13:06");
    assert_eq!(asked(&account, &by(window("13:06", 10), &[Dimension::Agent]), &["closed"]), [""; 0]);
    assert_eq!(asked(&account, &only(window("13:06", 10), Dimension::Agent, &["ben"]), &["closed"]), [""; 0]);
    assert_eq!(asked(&account, &by(window("13:06", 10), &[Dimension::Line]), &["closed"]), ["-1: 1"]);
}

#[test]
fn the_facts_behind_a_number_are_those_that_stand_and_beside_it_stands_what_it_leaves_out() {
    let told = "
        13:00 c1 survey_sent survey_id=s1 agent_id=anna
        13:01 c1 survey_answered survey_id=s1 score=2
        13:02 c1 survey_answered survey_id=s1 score=5
        13:03 c1 survey_answered survey_id=s1 score=9
        13:03 c2 survey_answered survey_id=s1 score=4 agent_id=ben";
    let account = account(told, "13:06");
    let question = only(window("13:06", 10), Dimension::Agent, &["anna"]);
    let names = &account.view().names;
    let behind = |kinds: &[FactKind]| -> Vec<(FactKind, String)> {
        let facts = question.facts(account.view(), kinds);
        let conversation = |name: Option<Name>| names.conversations.text(name.expect("a conversation's")).to_owned();
        facts.map(|of| (of.fact.kind, conversation(of.row.conversation))).collect()
    };
    let score = catalogue::entry("csat.score").expect("a number");
    assert_eq!(behind(&score.facts()), [(FactKind::Answer5, "c1".to_owned())]);
    let left_out = catalogue::left_out("csat.score").iter();
    let left_out: Vec<_> = left_out
        .filter_map(|of| if let Missing::Facts(facts) = of.what { Some((of.rule, behind(facts))) } else { None })
        .collect();
    let found = left_out.into_iter().filter(|(_, facts)| !facts.is_empty()).collect::<Vec<_>>();
    let in_c1 = |kind| vec![(kind, "c1".to_owned())];
    let expected = [
        ("An answer with a score that is not 1 to 5 is refused.", in_c1(FactKind::RefusedInvalidScore)),
        ("A change of rating takes the place of the answer before it.", in_c1(FactKind::AnswerReplaced)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn no_question_has_four_groups_or_one_twice_or_no_length_of_an_interval() {
    let four = [Dimension::Agent, Dimension::Skill, Dimension::Line, Dimension::Topic];
    assert_eq!(window("13:06", 10).grouped_by(&four), Err(NoQuestion::TooManyGroups(4)));
    let twice = [Dimension::Agent, Dimension::Agent];
    assert_eq!(window("13:06", 10).grouped_by(&twice), Err(NoQuestion::Twice(Dimension::Agent)));
    let filtered = only(window("13:06", 10), Dimension::Line, &["a"]);
    let again = filtered.filtered_by(Filter { dimension: Dimension::Line, any_of: vec![] });
    assert_eq!(again, Err(NoQuestion::Twice(Dimension::Line)));
    assert_eq!(window("13:06", 10).in_intervals_of(0), Err(NoQuestion::NoInterval));
}

/// Thirty conversations of anna that lasted 1, 2, 3… minutes, and one of each of some hundred other agents, all resolved
/// within the same five minutes.
fn resolutions() -> Vec<String> {
    let of = |(id, minutes, agent): (String, i64, &str)| {
        let from = format!("{:02}:{:02}", 12 + (60 - minutes) / 60, (60 - minutes) % 60);
        format!(
            "{from} {id} conversation_started skill_id=sales channel=chat\n\
             {from}:01 {id} focused agent_id={agent}\n\
             13:01:{minutes:02} {id} closed agent_id={agent}\n"
        )
    };
    let mut told: String = (1..=30).map(|minutes| of((format!("c{minutes}"), minutes, "anna"))).collect();
    told.extend((1..=120).map(|other| of((format!("of{other}"), other % 50, &format!("other{other}")))));
    lines_of(told.trim_end()).0
}

#[test]
fn the_greatest_durations_are_found_one_after_the_other_when_those_before_are_taken_back() {
    let mut questions: Vec<Question> = vec![
        by(window("13:10", 60), &[Dimension::Agent]),
        by(window("13:10", 60), &[Dimension::Skill, Dimension::Agent]),
        by(window("13:10", 60), &[Dimension::Channel]),
    ];
    questions.push(only(questions[0].clone(), Dimension::Channel, &["chat"]));
    let (mut folded, policies, mut number) = (Folded::nothing(), book(&Value::Null), 0);
    let mut add = |folded: &mut Folded, line: &str| {
        number += 1;
        add_line(folded, &policies, moment("13:10"), number, line);
    };
    resolutions().iter().for_each(|line| add(&mut folded, line));
    for longest in (8..=30_i64).rev() {
        let account = folded.asked().remove("acme").expect("it has events");
        let greatest = |question: &Question| told(&question.answer(account.view()), &["resolution.max_ms"]);
        for question in &questions {
            let of_facts = question.clone().in_intervals_of(13).expect("one at least");
            assert_eq!(greatest(question), greatest(&of_facts), "{question:?} with {longest} left");
        }
        let anna = format!("anna: {}", (longest + 1) * 60_000 + longest * 1_000);
        assert!(greatest(&questions[0]).contains(&anna), "{anna}, of {:?}", greatest(&questions[0]));
        let (lines, _) = lines_of(&format!("13:02:{longest:02} c{longest} reopened"));
        add(&mut folded, &lines[0]);
    }
}
