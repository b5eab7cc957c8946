//! The second law for questions: any grouping and filter, any buckets, with and without intervals, as a batch computation
//! has it; and what is summed says the same as the facts.

use cxpulse::domain::answers::Answers;
use cxpulse::domain::answers::catalogue::{self, Kind, Metric, Number};
use cxpulse::domain::answers::metrics::Metrics;
use cxpulse::domain::answers::questions::outline::Outline;
use cxpulse::domain::answers::questions::{Answer, AnswerRow, Dimension, Filter, Frame, Id, Ids, Question};
use cxpulse::domain::bucket::{BUCKET_MS, Bucket};
use cxpulse::domain::day::DAY_MINUTES;
use cxpulse::domain::fact::{FactKind, Scopes};
use cxpulse::wire::output::json::metrics_json;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use crate::engine::{Folded, add_line, asked_of_reference, book, fold};
use crate::reference;

use super::arrival::shuffled_and_repeated;
use super::compare::differences;
use super::random::{Random, Set, at_ms};

/// How many questions are asked of a set.
const QUESTIONS: usize = 6;

pub(super) const DIMENSIONS: [(Dimension, reference::Dimension, &[&str]); 7] = [
    (Dimension::Agent, reference::Dimension::Agent, &["a1", "a2", "a3", "-1", "nobody"]),
    (Dimension::Skill, reference::Dimension::Skill, &["s1", "s2", "-1", "nobody"]),
    (Dimension::Line, reference::Dimension::Line, &["l1", "l2", "-1", "nobody"]),
    (Dimension::Channel, reference::Dimension::Channel, &["chat", "e mail", "-1"]),
    (Dimension::Topic, reference::Dimension::Topic, &["a topic", "b", "c, d", "-1"]),
    (Dimension::Contact, reference::Dimension::Contact, &["k1", "k2", "k3", "-1", "nobody"]),
    (Dimension::Company, reference::Dimension::Company, &["f1", "f2", "-1"]),
];

/// A question in the words of both.
struct Both {
    ours: Question,
    theirs: reference::Asked,
}

/// The answers to random questions that are not those of a batch computation.
pub(super) fn broken_questions(set: &Set) -> Vec<String> {
    let mut set = set.clone();
    set.lines.iter_mut().for_each(|line| *line = with_origins(line));
    let mut folded = fold(&set.lines, &book(&set.policies), set.as_of_ms);
    let mut random = Random::new(set.seed ^ 0xa5a5_1234);
    let mut broken = vec![];
    for (name, account) in folded.asked() {
        for _ in 0..QUESTIONS {
            let Both { ours, theirs } = question(&mut random, &set);
            let answer = ours.answer(account.view());
            let expected = asked_of_reference(&set.lines, &set.policies, &name, &theirs);
            let path = format!("{name}, {theirs:?}");
            broken.extend(differences(&path, &expected, &shown(&answer)));
            broken.extend(unlike_its_outline(&path, &ours, &Outlined::of(&ours, &account)));
            broken.extend(unlike_the_sums(&path, &account, &ours, &answer));
            broken.extend(unlike_the_facts(&path, &account, &ours, &answer));
            broken.extend(unlike_its_buckets(&path, &account, &ours));
            if theirs.group_by.is_empty() {
                broken.extend(unlike_what_is_listed(&path, &account, &ours, scope(&theirs)));
            }
        }
    }
    broken
}

/// How many questions are asked again and again while a set is folded, and how many lines come in between.
const AGAIN: usize = 12;
const LINES_BETWEEN: usize = 3;

/// Where an answer is another because of what was asked before, of the same account with fewer lines: what is kept for
/// later questions must not be seen. The same in one interval is asked of the facts alone.
pub(super) fn broken_by_earlier_questions(set: &Set) -> Vec<String> {
    let mut random = Random::new(set.seed ^ 0x5a5a_4321);
    let questions: Vec<Question> = (0..AGAIN).map(|_| question(&mut random, set).ours).collect();
    let (policies, mut folded, mut broken) = (book(&set.policies), Folded::nothing(), vec![]);
    let mut earlier: Vec<Outlined> = vec![];
    for (number, line) in (1..).zip(shuffled_and_repeated(&set.lines, set.seed).iter().map(|line| with_origins(line))) {
        add_line(&mut folded, &policies, set.as_of_ms, number, &line);
        if number % LINES_BETWEEN as u64 == 0 {
            broken.extend(unlike_one_interval(&mut folded, &questions, number));
            // Who looks at a page later sees what was so when the outline was made.
            let before = questions.iter().zip(&earlier);
            broken.extend(before.flat_map(|(question, outlined)| {
                unlike_its_outline(&format!("before line {number}"), question, outlined)
            }));
            earlier.clear();
            if let Some((_, account)) = folded.asked().into_iter().next() {
                earlier.extend(questions.iter().map(|question| Outlined::of(question, &account)));
            }
        }
    }
    for later_ms in [0, BUCKET_MS / 2, 2 * BUCKET_MS, 7 * BUCKET_MS] {
        folded.advance_to(set.as_of_ms + later_ms);
        broken.extend(unlike_one_interval(&mut folded, &questions, u64::MAX));
    }
    broken
}

/// Outlines of an answer, with the answer of the same moment.
struct Outlined {
    answer: Answer,
    plain: Outline,
    /// By what it may be sorted, and an outline that has that of each row.
    valued: Vec<(Metric, Outline)>,
}

/// A count, a share, a percentile, and a number that is found anew when the greatest is taken back.
const SORTED_BY: [&str; 4] = ["closed", "csat.score", "first_response.p50_ms", "resolution.max_ms"];

fn value_of(metric: Metric, metrics: &Metrics) -> Option<f64> {
    match metric.value(metrics)? {
        catalogue::Value::One(Number::Count(number) | Number::Millis(number)) => Some(number as f64),
        catalogue::Value::One(Number::MeanMillis(number) | Number::Quotient(number)) => Some(number),
        other => panic!("{other:?} is not one number"),
    }
}

impl Outlined {
    fn of(question: &Question, account: &Answers) -> Self {
        let view = account.shared_view();
        let plain = question.outline(None, &view, usize::MAX, None).expect("there is no limit");
        let valued = SORTED_BY.map(|path| {
            let metric = Metric::find(path).expect("it is in the catalogue");
            let value = |metrics: &Metrics| value_of(metric, metrics);
            (metric, question.outline(None, &view, usize::MAX, Some(&value)).expect("there is no limit"))
        });
        Self { answer: question.answer(&view), plain, valued: valued.into() }
    }
}

/// Where the rows of an outline are not those of the answer, whichever of them are looked at.
fn unlike_its_outline(path: &str, question: &Question, outlined: &Outlined) -> Vec<String> {
    let Outlined { answer, plain, valued } = outlined;
    let (mut broken, rows) = (vec![], answer.rows.len());
    let mut compare = |what: &str, found: &Answer, expected: &[AnswerRow]| {
        let expected = Answer { rows: expected.to_vec(), ..answer.clone() };
        if *found != expected {
            broken.push(format!("{path}: {what} of {question:?} is {found:?}, the answer has {expected:?}"));
        }
    };
    compare("the whole outline", &plain.answer(0..plain.rows.len()), &answer.rows);
    compare("its second half", &plain.answer(rows / 2..plain.rows.len()), &answer.rows[rows / 2..]);
    let odd: Vec<AnswerRow> = answer.rows.iter().skip(1).step_by(2).cloned().collect();
    let nobody: Ids = question.group_by().iter().map(|_| Id::from("nobody at all")).collect();
    let wanted = odd.iter().map(|row| &row.ids).chain(Some(&nobody).filter(|ids| !ids.is_empty()));
    compare("every second row", &plain.answer_like(wanted), &odd);
    for (_, outline) in valued {
        compare("an outline with values", &outline.answer(0..outline.rows.len()), &answer.rows);
    }
    for (metric, outline) in valued {
        let found: Vec<Option<f64>> = outline.rows.iter().map(|row| row.value).collect();
        let expected: Vec<Option<f64>> = answer.rows.iter().map(|row| value_of(*metric, &row.metrics)).collect();
        if found != expected {
            broken.push(format!("{path}: by {} {found:?}, the answer has {expected:?}", metric.path()));
        }
    }
    broken
}

fn unlike_one_interval(folded: &mut Folded, questions: &[Question], number: u64) -> Vec<String> {
    let mut broken = vec![];
    for (name, account) in folded.asked() {
        for question in questions {
            let frame = question.frame();
            let buckets = frame.to.since(frame.from) as u32 + 1;
            let whole = question.clone().in_intervals_of(buckets).expect("one at least").answer(account.view());
            let rows = |answer: Answer| answer.rows.into_iter().map(|row| (row.ids, row.metrics)).collect::<Vec<_>>();
            let (expected, found) = (rows(whole), rows(question.answer(account.view())));
            if expected != found {
                broken
                    .push(format!("{name} after line {number}, {question:?}: {found:?}, the facts have {expected:?}"));
            }
        }
    }
    broken
}

/// More lines, channels, companies and topics than a set has, by what a line says.
pub(super) fn with_origins(line: &str) -> String {
    let mut event: Value = serde_json::from_str(line).expect("our own");
    let mut drawn = Random::new(xxh3_64(event["event_id"].to_string().as_bytes()));
    if event["type"] == json!("conversation_started") {
        for (field, names) in
            [("line_id", ["l1", "l2", "-1"]), ("channel", ["chat", "e mail", ""]), ("company_id", ["f1", "f2", ""])]
        {
            event[field] = json!(*drawn.of(&names));
        }
    } else if event["type"] == json!("topic_tagged") || (event["type"] == json!("participant_joined")) {
        event = json!({"type": "topic_tagged", "topic": *drawn.of(&["a topic", "b", "c, d", "-1"]),
            "account_id": event["account_id"], "conversation_id": event["conversation_id"],
            "event_id": event["event_id"], "occurred_at": event["occurred_at"]});
    }
    event.to_string()
}

fn question(random: &mut Random, set: &Set) -> Both {
    let frame = frame(random, set);
    let length = frame.to.since(frame.from) + 1;
    let mut theirs = reference::Asked {
        as_of_ms: set.as_of_ms,
        from_ms: frame.from.start(),
        until_ms: frame.to.end(),
        group_by: vec![],
        filters: vec![],
        interval_ms: None,
    };
    let mut ours = Question::over(frame);
    let mut group_by = vec![];
    for _ in 0..*random.of(&[0, 1, 1, 2, 3]) {
        let (dimension, other, _) = *random.of(&DIMENSIONS);
        if !group_by.contains(&dimension) {
            group_by.push(dimension);
            theirs.group_by.push(other);
        }
    }
    ours = ours.grouped_by(&group_by).expect("no more than three");
    for (dimension, other, names) in DIMENSIONS {
        if random.chance(14) {
            let any_of: Vec<String> = (0..1 + random.below(2)).map(|_| (*random.of(names)).to_owned()).collect();
            theirs.filters.push((other, any_of.clone()));
            ours = ours.filtered_by(Filter { dimension, any_of }).expect("each once");
        }
    }
    if random.chance(35) {
        let buckets = (length / *random.of(&[1, 2, 3, 5])).max(1);
        theirs.interval_ms = Some(buckets * BUCKET_MS);
        ours = ours.in_intervals_of(buckets as u32).expect("one at least");
    }
    Both { ours, theirs }
}

/// A window up to now, or from one event's bucket to another's.
pub(super) fn frame(random: &mut Random, set: &Set) -> Frame {
    let window = Frame::window(set.as_of_ms, set.window_minutes);
    if set.lines.is_empty() || random.chance(50) {
        return window;
    }
    let kept = Bucket::window_start(set.as_of_ms, DAY_MINUTES)..=Bucket::asked_at(set.as_of_ms);
    let mut one = || Bucket::of(at_ms(random.of::<String>(&set.lines))).clamp(*kept.start(), *kept.end());
    let (from, to) = (one(), one());
    Frame { from: from.min(to), to: from.max(to) }
}

/// The rows as the reference has them.
fn shown(answer: &Answer) -> Value {
    let metrics =
        |metrics: &Metrics| -> Value { serde_json::from_slice(&metrics_json(metrics)).expect("valid JSON is written") };
    let row = |row: &AnswerRow| {
        let intervals: Vec<Value> = row.intervals.iter().map(metrics).collect();
        json!({"ids": row.ids.iter().map(|id| id.as_str()).collect::<Vec<_>>(), "metrics": metrics(&row.metrics), "intervals": intervals})
    };
    answer.rows.iter().map(row).collect()
}

/// Where what is summed says something else.
fn unlike_the_sums(path: &str, account: &Answers, question: &Question, answer: &Answer) -> Vec<String> {
    let summed = account.from_sums(question);
    let differ = summed.filter(|summed| summed != answer);
    differ.map(|summed| format!("{path}: the sums have {summed:?}, the facts {answer:?}")).into_iter().collect()
}

/// Where the same question bucket by bucket says something else than in intervals of a bucket.
fn unlike_its_buckets(path: &str, account: &Answers, question: &Question) -> Vec<String> {
    let in_intervals = question.clone().in_intervals_of(1).expect("one").answer(account.view());
    let by_bucket = question.by_bucket(account.view(), &[question.group_by()]).expect("it is grouped so");
    let mut broken = vec![];
    for (bucket, mut rows) in by_bucket {
        let place = bucket.since(question.frame().from) as usize;
        let of_it = |row: &AnswerRow| (row.ids.clone(), row.intervals[place].clone());
        let expected = in_intervals.rows.iter().map(of_it).filter(|(_, metrics)| !metrics.is_zero());
        let found = rows.remove(0).into_iter().map(|row| (row.ids, *row.metrics));
        let (expected, found): (Vec<_>, Vec<_>) = (expected.collect(), found.collect());
        if expected != found {
            broken
                .push(format!("{path}: the bucket of {} has {found:?} alone, {expected:?} in intervals", bucket.end()));
        }
    }
    broken
}

/// Where the facts that are listed with a kind of scope are not those behind the numbers of such a scope.
fn unlike_what_is_listed(path: &str, account: &Answers, question: &Question, scope: Scopes) -> Vec<String> {
    let listed: Vec<_> = question.listed(account.view()).flatten().filter(|fact| fact.scopes.has(scope)).collect();
    let differs = |kind: &FactKind| {
        let facts = question.facts(account.view(), &[*kind]).count();
        facts != listed.iter().filter(|fact| fact.kind == *kind).count()
    };
    FactKind::ALL
        .iter()
        .filter(|kind| differs(kind))
        .map(|kind| format!("{path}: {kind:?} is listed otherwise"))
        .collect()
}

/// The kind of scope that a question without a grouping is about.
fn scope(asked: &reference::Asked) -> Scopes {
    let has = |dimension| asked.filters.iter().any(|(of, _)| *of == dimension);
    match (has(reference::Dimension::Agent), has(reference::Dimension::Skill)) {
        (false, false) => Scopes::ACCOUNT,
        (false, true) => Scopes::SKILL,
        (true, false) => Scopes::AGENT,
        (true, true) => Scopes::AGENT_SKILL,
    }
}

/// Where the facts behind a count are not as many as it says.
fn unlike_the_facts(path: &str, account: &Answers, question: &Question, answer: &Answer) -> Vec<String> {
    let [row] = answer.rows.as_slice() else { return vec![] };
    if !row.ids.is_empty() {
        return vec![];
    }
    let people = ["active_agents", "unique_contacts"];
    let counts = catalogue::entries().iter().filter(|entry| entry.kind == Kind::Count);
    let of = |entry: &&catalogue::Entry| entry.number(&row.metrics, 0);
    let differs = |entry: &&catalogue::Entry| {
        let facts = question.facts(account.view(), &entry.facts()).count() as u64;
        !people.contains(&entry.path.as_str()) && of(entry) != Some(Number::Count(facts))
    };
    counts.filter(differs).map(|entry| format!("{path}: {} is not its facts: {:?}", entry.path, of(&entry))).collect()
}
