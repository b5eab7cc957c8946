//! The rows of the catalogue, in the order of the `metrics` object.

use super::{Entry, Kind, Label, Minimum, Number, Read, ReadOf, Scopes, is_thin};
use crate::domain::answers::metrics::{Durations, Metrics, Percentiles, Sla};
use crate::domain::fact::FactKind as K;

/// Facts of each value of a map; of a plain number the first alone.
type Facts = &'static [&'static [K]];

const ANSWERS: Facts = &[&[K::Answer1], &[K::Answer2], &[K::Answer3], &[K::Answer4], &[K::Answer5]];
const VALID: &[K] = &[K::Answer1, K::Answer2, K::Answer3, K::Answer4, K::Answer5];
const POSITIVE: &[K] = &[K::Answer4, K::Answer5];
const REFUSED: Facts =
    &[&[K::RefusedInvalidScore], &[K::RefusedRatingWindow], &[K::RefusedCommentFrozen], &[K::RefusedChangeWindow]];
const MOODS: &[K] = &[K::MoodHappy, K::MoodNeutral, K::MoodUnhappy];
const CLOSES: &[K] = &[K::ClosedByAgent, K::ClosedByCustomer, K::ClosedBySystem];
const RESOLUTIONS: &[K] = &[K::Resolved, K::ResolvedWithin, K::ResolvedMissed];

const SCORES: Label = Label { name: "score", words: &["1", "2", "3", "4", "5"], keyed: false };
const BOUNDS: Label = Label { name: "bound", words: &["low", "high"], keyed: false };
const REASONS: Label = Label {
    name: "reason",
    words: &["invalid_score", "rating_window", "comment_frozen", "change_window"],
    keyed: true,
};

pub(super) fn all() -> Vec<Entry> {
    let mut all = answers();
    all.extend(surveys());
    all.extend(mood());
    all.extend(DURATIONS.into_iter().flat_map(of_durations));
    all.extend(SLAS.into_iter().flat_map(of_sla));
    all.extend(counts());
    all.extend(people());
    all.extend(presence());
    all
}

fn answers() -> Vec<Entry> {
    vec![
        Entry {
            kind: Kind::Map,
            numerator: ANSWERS,
            read: Read::Each(SCORES, |m, place| count(m.csat.answers[place])),
            ..row("csat.answers", "Answers by score", "Valid answers by score.", "how many with each score")
        },
        counted("csat.total", "Answers", "Valid answers.", &[VALID], |m| count(m.csat.total())),
        counted("csat.positive", "Positive answers", "Answers of 4 and 5.", &[POSITIVE], |m| count(m.csat.positive())),
        Entry {
            read: Read::One(|m| quotient(m.csat.score())),
            ..share("csat.score", "CSAT score", "Positive ÷ all valid answers.", &[POSITIVE], VALID, &["csat.total"])
        },
        Entry {
            kind: Kind::Mean,
            formula: "sum of the scores ÷ valid answers".to_owned(),
            read: Read::One(|m| quotient(m.csat.average())),
            ..share("csat.average", "Average rating", "Mean score, 1 to 5.", &[VALID], VALID, &["csat.total"])
        },
        Entry {
            kind: Kind::Interval,
            formula: "Wilson's score interval of positive ÷ valid answers, z = 1.96, within 0 and 1".to_owned(),
            read: Read::Each(BOUNDS, |m, place| quotient(m.csat.interval().map(|interval| interval[place]))),
            ..share(
                "csat.interval",
                "CSAT interval",
                "Wilson 95 % interval of the ratio.",
                &[POSITIVE, POSITIVE],
                VALID,
                &["csat.total"],
            )
        },
    ]
}

fn surveys() -> Vec<Entry> {
    vec![
        counted("csat.sent", "Surveys sent", "Surveys sent.", &[&[K::SurveySent]], |m| count(m.csat.sent)),
        counted(
            "csat.sent_answered",
            "Surveys answered",
            "Surveys sent that have a valid answer.",
            &[&[K::SurveySentAnswered]],
            |m| count(m.csat.sent_answered),
        ),
        Entry {
            read: Read::One(|m| quotient(m.csat.response_rate())),
            ..share(
                "csat.response_rate",
                "Response rate",
                "Of the surveys sent, the share answered.",
                &[&[K::SurveySentAnswered]],
                &[K::SurveySent],
                &["csat.sent"],
            )
        },
        Entry {
            kind: Kind::Map,
            numerator: REFUSED,
            read: Read::Each(REASONS, |m, place| count(m.csat.refused.by_reason()[place].1)),
            ..row("csat.refused", "Refused answers", "Answers that entered no average.", "how many for each reason")
        },
        Entry {
            read: Read::One(|m| thin(m.minimum_n, m.csat.total())),
            ..flag(
                "csat.thin",
                "Answers, thin",
                "1 where the answers are fewer than minimum_n.",
                &[VALID],
                &["csat.total"],
            )
        },
    ]
}

fn mood() -> Vec<Entry> {
    const ALL: [&str; 3] = ["mood.happy", "mood.neutral", "mood.unhappy"];
    vec![
        counted("mood.happy", "Happy", "Happy customers.", &[&[K::MoodHappy]], |m| count(m.mood.happy)),
        counted("mood.neutral", "Neutral", "Neutral customers.", &[&[K::MoodNeutral]], |m| count(m.mood.neutral)),
        counted("mood.unhappy", "Unhappy", "Unhappy customers.", &[&[K::MoodUnhappy]], |m| count(m.mood.unhappy)),
        Entry {
            kind: Kind::Mean,
            formula: "(5 × happy + 3 × neutral + unhappy) ÷ moods".to_owned(),
            read: Read::One(|m| quotient(m.mood.average())),
            ..share("mood.average", "Average mood", "Mean mood, 1 to 5.", &[MOODS], MOODS, &ALL)
        },
        counted("mood.prompted", "Mood prompts", "Agents asked for a mood.", &[&[K::MoodPrompted]], |m| {
            count(m.mood.prompted)
        }),
        counted(
            "mood.prompted_recorded",
            "Mood prompts answered",
            "Agents asked who gave one.",
            &[&[K::MoodPromptedRecorded]],
            |m| count(m.mood.prompted_recorded),
        ),
        Entry {
            read: Read::One(|m| quotient(m.mood.completion())),
            ..share(
                "mood.completion",
                "Mood completion",
                "Of the agents asked, the share who gave one.",
                &[&[K::MoodPromptedRecorded]],
                &[K::MoodPrompted],
                &["mood.prompted"],
            )
        },
        Entry {
            read: Read::One(|m| thin(m.minimum_n, m.mood.total())),
            ..flag("mood.thin", "Moods, thin", "1 where the moods are fewer than minimum_n.", &[MOODS], &ALL)
        },
    ]
}

/// A duration: its object, what people call it, its facts, where it is.
type DurationRow = (&'static str, &'static str, Facts, fn(&Metrics) -> &Durations);

const DURATIONS: [DurationRow; 4] = [
    (
        "first_response",
        "First response time",
        &[&[K::FirstResponse, K::FirstResponseWithin, K::FirstResponseMissed]],
        |m| &m.first_response,
    ),
    ("response", "Response time", &[&[K::Response, K::ResponseWithin, K::ResponseMissed]], |m| &m.response),
    ("handle", "Handle time", &[&[K::Handled]], |m| &m.handle),
    ("resolution", "Resolution time", &[RESOLUTIONS], |m| &m.resolution),
];

fn of_durations((object, what, facts, of): DurationRow) -> Vec<Entry> {
    fn percentile(d: &Durations, pick: fn(&Percentiles) -> u64) -> Option<Number> {
        d.percentiles.as_ref().map(|p| Number::Millis(pick(p)))
    }
    let rank = "the least of the durations that so many of them do not exceed, within 1 %";
    let each: [(&str, &str, Kind, &str, ReadOf<Durations>); 9] = [
        ("count", "how many", Kind::Count, "how many there are", |d, _| count(d.count)),
        ("sum_ms", "sum", Kind::Time, "sum of the durations", |d, _| millis(d.sum_ms)),
        ("mean_ms", "mean", Kind::Mean, "sum ÷ count", |d, _| d.mean_ms().map(Number::MeanMillis)),
        ("p50_ms", "median", Kind::Percentile, rank, |d, _| percentile(d, |p| p.p50_ms)),
        ("p90_ms", "90th percentile", Kind::Percentile, rank, |d, _| percentile(d, |p| p.p90_ms)),
        ("p95_ms", "95th percentile", Kind::Percentile, rank, |d, _| percentile(d, |p| p.p95_ms)),
        ("p99_ms", "99th percentile", Kind::Percentile, rank, |d, _| percentile(d, |p| p.p99_ms)),
        ("max_ms", "maximum", Kind::Percentile, "the longest", |d, _| percentile(d, |p| p.max_ms)),
        ("thin", "1 where there are fewer than minimum_n", Kind::Flag, FEWER, |d, minimum| thin(minimum, d.count)),
    ];
    let title = |what, kind, how| if kind == Kind::Flag { format!("{what}, thin") } else { format!("{what}, {how}") };
    let entry = |(key, how, kind, formula, read)| Entry {
        kind,
        numerator: facts,
        denominator: if kind == Kind::Mean { facts[0] } else { &[] },
        rests_on: resting(kind, &[&format!("{object}.count")]),
        read: Read::Of(of, read),
        ..row(&format!("{object}.{key}"), &title(what, kind, how), &format!("{what}: {how}."), formula)
    };
    each.map(entry).into()
}

/// A service level: its object, what people call it, the facts within the target, all that are judged, where it is.
type SlaRow = (&'static str, &'static str, Facts, Facts, fn(&Metrics) -> &Sla);

const SLAS: [SlaRow; 3] = [
    (
        "first_response_sla",
        "First responses",
        &[&[K::FirstResponseWithin]],
        &[&[K::FirstResponseWithin, K::FirstResponseMissed, K::FirstResponseOverdue]],
        |m| &m.first_response_sla,
    ),
    (
        "response_sla",
        "Responses",
        &[&[K::ResponseWithin]],
        &[&[K::ResponseWithin, K::ResponseMissed, K::ResponseOverdue]],
        |m| &m.response_sla,
    ),
    (
        "resolution_sla",
        "Resolutions",
        &[&[K::ResolvedWithin]],
        &[&[K::ResolvedWithin, K::ResolvedMissed, K::ResolutionOverdue]],
        |m| &m.resolution_sla,
    ),
];

fn of_sla((object, what, within, judged, of): SlaRow) -> Vec<Entry> {
    let all = "those within + those beyond + the overdue";
    type Member = (&'static str, &'static str, Kind, Facts, &'static str, ReadOf<Sla>);
    let each: [Member; 4] = [
        ("within", "within the target", Kind::Count, within, "how many took at most their target", |s, _| {
            count(s.within)
        }),
        ("count", "judged against the target, the overdue included", Kind::Count, judged, all, |s, _| count(s.count)),
        ("share", "share within the target", Kind::Share, within, "within ÷ count", |s, _| quotient(s.share())),
        ("thin", "1 where there are fewer than minimum_n", Kind::Flag, judged, FEWER, |s, minimum| {
            thin(minimum, s.count)
        }),
    ];
    let title =
        |what, kind, how| if kind == Kind::Flag { format!("{what} judged, thin") } else { format!("{what} {how}") };
    let entry = |(key, how, kind, numerator, formula, read)| Entry {
        kind,
        numerator,
        denominator: if kind == Kind::Share { judged[0] } else { &[] },
        rests_on: resting(kind, &[&format!("{object}.count")]),
        read: Read::OfSla(of, read),
        ..row(&format!("{object}.{key}"), &title(what, kind, how), &format!("{what}: {how}."), formula)
    };
    each.map(entry).into()
}

fn counts() -> Vec<Entry> {
    vec![
        counted("conversations_started", "Conversations started", "Conversations started.", &[&[K::Started]], |m| {
            count(m.conversations_started)
        }),
        counted("closed", "Closed", "Closes that had an effect.", &[CLOSES], |m| count(m.closed)),
        counted("closed_by.agent", "Closed by agents", "Closes by an agent.", &[&[K::ClosedByAgent]], |m| {
            count(m.closed_by.agent)
        }),
        counted(
            "closed_by.customer",
            "Closed by customers",
            "Closes by the customer.",
            &[&[K::ClosedByCustomer]],
            |m| count(m.closed_by.customer),
        ),
        counted("closed_by.system", "Closed by the system", "Closes by the system.", &[&[K::ClosedBySystem]], |m| {
            count(m.closed_by.system)
        }),
        counted("resolved", "Resolved", "Conversations whose last close resolved them.", &[RESOLUTIONS], |m| {
            count(m.resolved)
        }),
        counted("abandoned", "Abandoned", "Closes with the outcome abandoned.", &[&[K::Abandoned]], |m| {
            count(m.abandoned)
        }),
        counted("reopened", "Reopened", "Reopenings.", &[&[K::Reopened]], |m| count(m.reopened)),
        counted("customer_messages", "Customer messages", "Messages of customers.", &[&[K::CustomerMessage]], |m| {
            count(m.customer_messages)
        }),
        counted("agent_messages", "Agent messages", "Messages of humans.", &[&[K::AgentMessage]], |m| {
            count(m.agent_messages)
        }),
        counted(
            "automated_messages",
            "Automated messages",
            "Messages of bots, workflows and macros.",
            &[&[K::AutomatedMessage]],
            |m| count(m.automated_messages),
        ),
        counted(
            "proactive_messages",
            "Proactive messages",
            "Human messages before any of the customer.",
            &[&[K::Proactive]],
            |m| count(m.proactive_messages),
        ),
    ]
}

fn people() -> Vec<Entry> {
    vec![
        Entry {
            formula: "how many different agents".to_owned(),
            ..counted("active_agents", "Active agents", "Agents with a human message.", &[&[K::AgentMessage]], |m| {
                count(m.active_agents)
            })
        },
        Entry {
            formula: "how many different contacts".to_owned(),
            scopes: Scopes::AccountAndSkill,
            ..counted(
                "unique_contacts",
                "Unique contacts",
                "Distinct contacts with a message.",
                &[&[K::CustomerMessage]],
                |m| m.unique_contacts.map(Number::Count),
            )
        },
        Entry {
            scopes: Scopes::All,
            ..time("focus_ms", "Focus time", "Time that agents spent in conversations.", &[&[K::Visit]], |m| {
                millis(m.focus_ms)
            })
        },
    ]
}

fn presence() -> Vec<Entry> {
    const ONLINE: Facts = &[&[K::Online]];
    const THERE: &[K] = &[K::Online, K::Away];
    vec![
        time("availability.online_ms", "Online", "Time online.", ONLINE, |m| {
            millis(m.availability.as_ref()?.online_ms)
        }),
        time("availability.away_ms", "Away", "Time away.", &[&[K::Away]], |m| millis(m.availability.as_ref()?.away_ms)),
        Entry {
            formula: "online ÷ (online + away)".to_owned(),
            scopes: Scopes::AccountAndAgent,
            read: Read::One(|m| quotient(m.availability.as_ref()?.share())),
            ..share(
                "availability.share",
                "Availability",
                "Time online ÷ (online + away).",
                ONLINE,
                THERE,
                &["availability.online_ms", "availability.away_ms"],
            )
        },
        time("utilisation.focus_ms", "Focus online", "Focus time while online.", &[&[K::Visit, K::Online]], |m| {
            millis(m.utilisation.as_ref()?.focus_ms)
        }),
        time("utilisation.online_ms", "Online", "Time online.", ONLINE, |m| millis(m.utilisation.as_ref()?.online_ms)),
        Entry {
            formula: "focus while online ÷ online".to_owned(),
            scopes: Scopes::AccountAndAgent,
            read: Read::One(|m| quotient(m.utilisation.as_ref()?.share())),
            ..share(
                "utilisation.share",
                "Utilisation",
                "Focus time while online ÷ time online.",
                &[&[K::Visit, K::Online]],
                &[K::Online],
                &["utilisation.online_ms"],
            )
        },
    ]
}

/// Time, of accounts and agents where nothing else is said.
fn time(path: &str, title: &str, help: &str, numerator: Facts, read: fn(&Metrics) -> Option<Number>) -> Entry {
    Entry {
        numerator,
        kind: Kind::Time,
        scopes: Scopes::AccountAndAgent,
        read: Read::One(read),
        ..row(path, title, help, "sum of the time, the running part included")
    }
}

/// How a flag comes about.
const FEWER: &str = "the count is less than the policy's minimum_n";

/// A count in all scopes that nothing is read from yet.
fn row(path: &str, title: &str, help: &str, formula: &str) -> Entry {
    Entry {
        path: path.to_owned(),
        title: title.to_owned(),
        help: help.to_owned(),
        formula: formula.to_owned(),
        kind: Kind::Count,
        numerator: &[],
        denominator: &[],
        scopes: Scopes::All,
        rests_on: Vec::new(),
        read: Read::One(|_| None),
    }
}

fn counted(path: &str, title: &str, help: &str, numerator: Facts, read: fn(&Metrics) -> Option<Number>) -> Entry {
    Entry { numerator, read: Read::One(read), ..row(path, title, help, "how many there are") }
}

/// A fraction of facts; its help is its formula as well.
fn share(path: &str, title: &str, help: &str, numerator: Facts, denominator: &'static [K], rests_on: &[&str]) -> Entry {
    let rests_on = resting(Kind::Share, rests_on);
    Entry { kind: Kind::Share, numerator, denominator, rests_on, ..row(path, title, help, help.trim_end_matches('.')) }
}

fn flag(path: &str, title: &str, help: &str, numerator: Facts, rests_on: &[&str]) -> Entry {
    Entry { kind: Kind::Flag, numerator, rests_on: resting(Kind::Flag, rests_on), ..row(path, title, help, FEWER) }
}

/// Counts and sums rest on nothing but themselves.
fn resting(kind: Kind, paths: &[&str]) -> Vec<String> {
    match kind {
        Kind::Count | Kind::Time | Kind::Map => Vec::new(),
        Kind::Mean | Kind::Share | Kind::Percentile | Kind::Interval | Kind::Flag => {
            paths.iter().map(|path| (*path).to_owned()).collect()
        }
    }
}

fn count(n: u64) -> Option<Number> {
    Some(Number::Count(n))
}

fn millis(n: u64) -> Option<Number> {
    Some(Number::Millis(n))
}

fn quotient(n: Option<f64>) -> Option<Number> {
    n.map(Number::Quotient)
}

fn thin(minimum: Minimum, n: u64) -> Option<Number> {
    is_thin(n, minimum).then_some(Number::Flag)
}
