//! The endpoints that tell what stands behind the numbers, and what is so one by one.

use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{Required, schema::ArrayBuilder};

use super::endpoint::Endpoint;
use super::native::{TAG, head, of_groups, question, span};
use super::parameters::{
    comma_list, filters, of_window, optional, paging, required, search, time_and_filters, time_only,
};
use super::schemas::{
    Members as _, Named, anything, boolean, component, id, list, map, object, text, time, whole, word,
};
use crate::domain::answers::catalogue::Metric;
use crate::serve::native::conversations;
use crate::serve::native::stream::part::PARTS;
use crate::wire::output::fact_words::fact_word;
use crate::wire::words::{BECAME, CONVERSATION_STATES, PRESENCES, UNITS, Words};

const EXPLANATION: &str = "Explanation";
const RATINGS: &str = "Ratings";
const CONVERSATIONS: &str = "Conversations";
const AGENTS: &str = "Agents";
const LIVE: &str = "Live";
const LIVES: &str = "ConversationLives";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let explained = "The rows are the facts behind the number, the newest first; what grows by itself has `running`. Whoever \
        folds them by the formula gets the value again. `excluded` has what a reader might miss, rule by rule.";
    let lives = "Each life with its events in order, the facts they state, and what was taken back and why.";
    vec![
        listed("explain", "explain", "Why a number is what it is", explained)
            .takes([required("metric", "The path of a number, as in `GET /v1/metrics`.", path_of_metric())])
            .takes(time_and_filters())
            .answers_json("The rows behind it.", EXPLANATION, explanation_example()),
        listed("ratings", "ratings", "Answers to surveys, the newest first", "")
            .takes([
                comma_list("score", "Only answers with these scores.", word("", ["1", "2", "3", "4", "5"]), None),
                optional("comment", "Only those with a comment, or without one.", word("", ["true", "false"])),
            ])
            .takes(time_and_filters())
            .answers_json("The answers.", RATINGS, ratings_example()),
        listed("conversations", "conversations", "Conversations, the longest waiting first", "")
            .takes([
                comma_list("state", "Only those in any of these states.", words("", CONVERSATION_STATES), None),
                optional("sort", "A field of the rows; `-` before it for the greatest first.", sorted_by()),
            ])
            .takes(time_and_filters())
            .answers_json("The conversations.", CONVERSATIONS, conversations_example()),
        listed("conversations/{conversation}", "conversation", "One conversation, event by event", lives)
            .takes([conversation()])
            .answers_json("Its lives.", LIVES, lives_example()),
        listed("agents", "agents", "Agents: what each does now, and numbers where a time is given", "")
            .takes([
                comma_list("skill", "Only agents who can do any of these.", id(""), None),
                comma_list("status", "Only those in any of these.", words("", PRESENCES), None),
                optional("sort", "A field of the rows or, with a time, the path of a number.", text("")),
                search(),
            ])
            .takes(time_only())
            .answers_json("The agents.", AGENTS, agents_example()),
        question("live", "live").says(TAG, "The live state", "").answers_json("The state.", LIVE, live_example()),
        question("stream", "stream")
            .says(TAG, "What changes, as server-sent events", "`hello`, then `snapshot`, then `update` with whole rows that differ, `heartbeat` every five seconds, and `bye` at the \
                 end. A snapshot with all updates since is the answer as of the last one. From and to, interval, sort, search and \
                 pages are for what is over.")
            .takes(stream_parameters())
            .answers_text(200, "Events until the client goes or the server stops.", "text/event-stream", STREAM_EXAMPLE)
            .refuses(&[406]),
    ]
}

/// An endpoint with rows, a page of them at a time.
fn listed(path: &str, id: &str, summary: &str, about: &str) -> Endpoint {
    question(path, id).says(TAG, summary, about).takes(paging()).refuses(&[406, 410])
}

pub(super) fn schemas() -> Vec<Named> {
    vec![
        component(EXPLANATION, explanation()),
        component(RATINGS, span(rows_of("Answers to surveys.", rating()))),
        component(CONVERSATIONS, maybe_span(rows_of("Conversations.", conversation_row()))),
        component(AGENTS, maybe_span(rows_of("Agents.", agent()))),
        component(LIVE, live()),
        component(LIVES, lives()),
    ]
}

fn words<T>(about: &str, words: &Words<T>) -> ObjectBuilder {
    word(about, words.iter().map(|(word, _)| *word))
}

/// The pattern of what conversations can be sorted by.
fn sorted_by() -> ObjectBuilder {
    let fields: Vec<&str> = conversations::sorted_by().collect();
    text("").pattern(Some(format!("^-?({})$", fields.join("|"))))
}

fn path_of_metric() -> ObjectBuilder {
    let paths: Vec<String> = Metric::all().map(|metric| metric.path()).collect();
    word("", paths.iter().map(String::as_str))
}

fn conversation() -> Parameter {
    let about = "The conversation's id, percent-encoded.";
    let parameter = ParameterBuilder::new().name("conversation").parameter_in(ParameterIn::Path);
    let parameter = parameter.required(Required::True).description(Some(about)).schema(Some(id(about)));
    parameter.example(Some(Value::from("c1"))).build()
}

fn stream_parameters() -> Vec<Parameter> {
    let parts =
        comma_list("parts", "What is told; metrics and live where nothing else is said.", words("", PARTS), None);
    [parts, of_window()].into_iter().chain(filters()).chain(of_groups()).collect()
}

fn rows_of(about: &str, row: ObjectBuilder) -> ObjectBuilder {
    paged(head(about).may_have("private", is_private()), list("The rows.", row))
}

fn paged(of: ObjectBuilder, rows: ArrayBuilder) -> ObjectBuilder {
    of.has("rows", rows)
        .has("total_rows", whole("How many there are on all pages."))
        .may_have("next_page", text("What the next page is asked for by."))
}

fn is_private() -> ObjectBuilder {
    boolean("Whether private texts are told.")
}

fn maybe_span(of: ObjectBuilder) -> ObjectBuilder {
    of.may_have("from", time("From when on.")).may_have("to", time("Until when."))
}

/// Whom and what something is credited to.
fn credited(of: ObjectBuilder) -> ObjectBuilder {
    of.may_have("conversation_id", id("The conversation."))
        .may_have("agent_id", id("The agent, -1 for nobody."))
        .may_have("skill_id", id("The skill, -1 for none."))
        .may_have("line_id", id("The line."))
        .may_have("contact_id", id("The contact."))
        .may_have("contact_name", text("What the contact is called."))
}

fn explanation() -> ObjectBuilder {
    let whole_or_text = || anything("As the policy has it.");
    let version = object("A version of the policy that was in force.")
        .may_have("effective_from", time("From when on; absent of the defaults."))
        .has("fields", map("The fields that touch the number.", whole_or_text()));
    let row = || {
        credited(object("A fact, or something that goes on."))
            .has("at", time("When."))
            .has("fact", word("What.", fact_words()))
            .may_have("value", anything("Milliseconds, or points."))
            .has("counts", list("On which sides of the line.", word("", ["numerator", "denominator"])))
            .may_have("running", boolean("Whether it grows by itself."))
            .may_have("comment", text("What the customer said with it."))
    };
    let excluded = object("What a rule left out.")
        .has("rule", text("The rule in words."))
        .has("reason", text("In one word."))
        .has("count", whole("How much."))
        .has("rows", list("The newest of it.", row()));
    let begun = span(head("Why a number is what it is.").may_have("private", is_private()))
        .has("metric", text("Its path."))
        .has("title", text("What people call it."))
        .has("unit", words("Its unit.", UNITS))
        .has("formula", text("How it is calculated."))
        .may_have("value", anything("The number, list or map."))
        .may_have("numerator", anything("What stands above the line."))
        .may_have("denominator", anything("What stands below it."))
        .has("policy", list("The versions in force.", version))
        .has("conversations", whole("Of how many conversations the rows are."))
        .has("excluded", list("What was left out.", excluded));
    paged(begun, list("The rows behind it, the newest first.", row()))
}

fn fact_words() -> impl Iterator<Item = &'static str> {
    crate::domain::fact::FactKind::ALL.into_iter().map(fact_word).chain(["waiting"])
}

fn rating() -> ObjectBuilder {
    credited(object("One answer."))
        .has("at", time("When it was given."))
        .has("score", anything("As it was given."))
        .has("state", words("What became of it.", BECAME))
        .may_have("reason", text("Why it was refused."))
        .may_have("survey_id", id("The survey that it names."))
        .may_have("comment", text("What the customer said with it."))
}

fn conversation_row() -> ObjectBuilder {
    credited(object("One conversation."))
        .has("state", words("The most telling one.", CONVERSATION_STATES))
        .may_have("channel", id("The channel."))
        .may_have("started_at", time("When it started."))
        .has("last_event_at", time("When something happened in it last."))
        .may_have("waiting_ms", whole("How long the customer has waited."))
        .may_have("overdue", list("Which targets were missed.", text("")))
        .may_have("messages", whole("How many customers and humans wrote."))
        .has("topics", list("The topics tagged so far.", text("")))
}

fn agent() -> ObjectBuilder {
    object("One agent.")
        .has("agent_id", id("Who."))
        .may_have("agent_name", text("What the agent is called."))
        .may_have("status", words("Online, away or offline.", PRESENCES))
        .may_have("since", time("Since when."))
        .has("owned", whole("Open conversations assigned."))
        .has("waiting", whole("How many of these wait."))
        .may_have("capacity", whole("How many the agent takes at once."))
        .may_have("focused_on", id("The conversation on screen."))
        .has("skills", list("What the agent can do.", id("")))
        .may_have("metrics", super::schemas::named(super::metrics::METRICS))
}

fn live() -> ObjectBuilder {
    let waiting = object("One of the longest waiting.")
        .has("conversation_id", id("Which."))
        .has("since", time("From when the wait counts."))
        .has("age_ms", whole("For how long."));
    ["open", "waiting", "unassigned", "snoozed", "agents_online", "agents_away"]
        .into_iter()
        .fold(head("The live state."), |live, count| live.has(count, whole("How many.")))
        .has("longest_waiting", list("The ten longest waiting.", waiting))
        .has("owned", map("Open conversations by agent.", whole("")))
}

fn lives() -> ObjectBuilder {
    let fact = object("A fact, stated or taken back.")
        .has("fact", word("What.", fact_words()))
        .has("at", time("When."))
        .may_have("value", anything("Milliseconds, or points."))
        .may_have("agent_id", id("Whom it is credited to."))
        .has("skill_id", id("Under which skill."))
        .may_have("taken_back", boolean("Whether it is taken back."))
        .may_have("why", text("Why."));
    // What an event has beside these depends on its type.
    let event = ObjectBuilder::new().description(Some("An event with its fields, or what time alone did."));
    let event = event.has("at", time("When.")).has("type", text("Its type, `left` or `time_passed`."));
    let life = object("One life.")
        .may_have("from", time("Its first moment."))
        .may_have("to", time("Its last."))
        .has("state", word("How it stands.", ["open", "waiting", "snoozed", "closed"]))
        .has("events", list("In order.", event.has("facts", list("What it states and takes back.", fact))));
    head("The lives of a conversation.")
        .may_have("private", is_private())
        .has("conversation_id", id("Which."))
        .has("lives", list("Parted by silence, the first first.", life))
        .has("total_rows", whole("How many events there are on all pages."))
        .may_have("next_page", text("What the next page is asked for by."))
}

fn begun(members: Value) -> Value {
    let mut head = json!({
        "account_id": "acme", "as_of": "2026-01-05T12:00:00.000Z", "revision": 48_213, "stale_ms": 0
    });
    if let (Value::Object(head), Value::Object(members)) = (&mut head, members) {
        head.extend(members);
    }
    head
}

fn explanation_example() -> Value {
    begun(json!({
        "private": true, "from": "2026-01-05T11:00:00.000Z", "to": "2026-01-05T12:00:00.000Z",
        "metric": "csat.score", "title": "Customer satisfaction", "unit": "share", "formula": "positive ÷ total",
        "value": 1.0, "numerator": 1, "denominator": 1, "policy": [], "conversations": 1,
        "rows": [{"conversation_id": "c1", "at": "2026-01-05T11:52:10.000Z", "agent_id": "9", "skill_id": "4",
            "fact": "answer_5", "value": 5, "counts": ["numerator", "denominator"], "comment": "quick!"}],
        "total_rows": 1, "excluded": []
    }))
}

fn ratings_example() -> Value {
    begun(json!({
        "private": false, "from": "2026-01-05T11:00:00.000Z", "to": "2026-01-05T12:00:00.000Z",
        "rows": [{"at": "2026-01-05T11:52:10.000Z", "score": 5, "state": "counted", "conversation_id": "c1",
            "agent_id": "9", "skill_id": "4"}],
        "total_rows": 1
    }))
}

fn conversations_example() -> Value {
    begun(json!({
        "rows": [{"conversation_id": "c2", "state": "waiting", "agent_id": "9", "skill_id": "4",
            "started_at": "2026-01-05T11:50:00.000Z", "last_event_at": "2026-01-05T11:55:00.000Z",
            "waiting_ms": 300_000, "messages": 3, "topics": ["delivery"]}],
        "total_rows": 1
    }))
}

fn agents_example() -> Value {
    begun(json!({
        "private": false,
        "rows": [{"agent_id": "9", "status": "online", "since": "2026-01-05T08:00:00.000Z", "owned": 2, "waiting": 1,
            "skills": ["4"]}],
        "total_rows": 1
    }))
}

fn live_example() -> Value {
    begun(json!({
        "open": 2, "waiting": 1, "unassigned": 0, "snoozed": 0,
        "longest_waiting": [{"conversation_id": "c2", "since": "2026-01-05T11:55:00.000Z", "age_ms": 300_000}],
        "agents_online": 1, "agents_away": 0, "owned": {"9": 2}
    }))
}

fn lives_example() -> Value {
    begun(json!({
        "private": true, "conversation_id": "c1",
        "lives": [{"from": "2026-01-05T11:50:00.000Z", "to": "2026-01-05T11:50:00.000Z", "state": "waiting",
            "events": [{"at": "2026-01-05T11:50:00.000Z", "type": "customer_message", "characters": 42,
                "facts": [{"fact": "customer_message", "at": "2026-01-05T11:50:00.000Z", "agent_id": "-1",
                    "skill_id": "-1"}]}]}],
        "total_rows": 1
    }))
}

const STREAM_EXAMPLE: &str = "event: hello\ndata: {\"schema\":1,…}\n\nevent: snapshot\ndata: {…}\n\n";
