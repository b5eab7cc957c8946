//! What is admitted and how it is understood: tables of small cases.

use super::story::{Story, ms};
use super::{By, Counts, counts, live};
use serde_json::{Value, json};

/// What becomes of a customer message with these fields changed: `admitted`, `rejected` or `unknown`.
fn fate(changes: Value) -> &'static str {
    let counted = counts(&Story::default().on("13:00", "c", "customer_message", changes).inputs, i64::MAX);
    match counted {
        Counts { rejected: 1, .. } => "rejected",
        Counts { unknown: 1, .. } => "unknown",
        _ => "admitted",
    }
}

#[test]
fn lines_are_admitted_by_the_rules_of_the_contract() {
    let good = |changes: Value| {
        let mut fields = json!({"characters": 1});
        fields.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        fate(fields)
    };
    let admitted = [
        json!({}),
        json!({"event_id": ""}),
        json!({"contact_id": null, "text": ""}),
        json!({"contact_id": "-1"}),
        json!({"occurred_at": "2026-03-02T13:00:00.1239+01:00"}),
        json!({"occurred_at": 0, "unheard_of": [1.5]}),
        json!({"sequence": 4_294_967_295_u32}),
        json!({"characters": 1.0}),
        json!({"text": 7}),
        json!({"score": "none of its fields", "topic": [1]}),
    ];
    let rejected = [
        json!({"characters": 1.5}),
        json!({"characters": "1"}),
        json!({"characters": -1}),
        json!({"characters": null}),
        json!({"account_id": ""}),
        json!({"account_id": "a b"}),
        json!({"conversation_id": "a,b"}),
        json!({"contact_id": "x".repeat(129)}),
        json!({"event_id": "x".repeat(129)}),
        json!({"occurred_at": "2026-12-31T23:59:60Z"}),
        json!({"occurred_at": -1}),
        json!({"occurred_at": 253_402_300_800_000_i64}),
        json!({"sequence": 4_294_967_296_u64}),
        json!({"type": null}),
        json!({"type": "agent_message", "agent_id": "-1"}),
        json!({"type": "agent_message", "agent_id": "x", "automated": "true"}),
        json!({"type": "closed", "outcome": "lost"}),
        json!({"type": "survey_commented", "comment": ""}),
        json!({"contact_id": 1.5}),
        json!({"contact_id": true}),
        json!({"recorded_at": "yesterday"}),
    ];
    admitted.into_iter().for_each(|changes| assert_eq!(good(changes.clone()), "admitted", "{changes}"));
    rejected.into_iter().for_each(|changes| assert_eq!(good(changes.clone()), "rejected", "{changes}"));
    assert_eq!(good(json!({"type": "whatever", "account_id": 1})), "unknown");
}

/// How a customer message is understood that has this raw text among its fields: as many as are counted.
fn counted(raw: &str) -> Value {
    let line = format!(
        r#"{{"account_id":"a","conversation_id":"c","occurred_at":{},"type":"customer_message",{raw}}}"#,
        ms("13:00")
    );
    let metrics = Story::default().raw(&line).hour("13:29");
    metrics.get("customer_messages").cloned().unwrap_or(json!(0))
}

#[test]
fn integers_are_judged_by_value() {
    for good in ["5", "5.0", "1e3", "1E+3", "-0", "-0.0", "0e999999999999", "10e-1", "4294967295", "4.294967295e9"] {
        assert_eq!(counted(&format!(r#""characters":{good}"#)), 1, "{good}");
    }
    let bad =
        ["5.5", "1e-1", "-1", "4294967296", "1e400", "5.00000000000000000000000001", "\"5\"", "\"\"", "[5]", "true"];
    for bad in bad {
        assert_eq!(counted(&format!(r#""characters":{bad}"#)), 0, "{bad}");
    }
}

#[test]
fn an_integer_is_an_id_by_its_exact_digits() {
    let agents = |raw: &str| {
        let fields = format!(r#""account_id":7,"conversation_id":12345,"agent_id":{raw},"characters":1"#);
        let line = format!(r#"{{"occurred_at":{},"type":"agent_message",{fields}}}"#, ms("13:00"));
        let rows = Story::default().raw(&line).ask(ms("13:29"), 60, By::Agent);
        rows[0]["agent_id"].as_str().map(str::to_owned)
    };
    let long = "9".repeat(128);
    let good =
        [("42", "42"), ("42.0", "42"), ("1e3", "1000"), ("-7", "-7"), ("-0", "0"), (long.as_str(), long.as_str())];
    good.into_iter().for_each(|(raw, id)| assert_eq!(agents(raw).as_deref(), Some(id), "{raw}"));
    let bad = ["-1", "1.5", "1e128", &format!("{long}0"), &format!("-{long}")];
    bad.into_iter().for_each(|raw| assert_eq!(agents(raw), None, "{raw}"));
}

#[test]
fn what_nobody_asks_for_is_skipped_unread() {
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let skipped = [r#""\ud83d""#, "1e400", "-1e400", deep.as_str(), r#"{"a":"\udc00"}"#];
    for value in skipped {
        for name in ["text", "comment", "unheard_of", r"\ud83d", "agent_id"] {
            assert_eq!(counted(&format!(r#""characters":1,"{name}":{value}"#)), 1, "{name}");
        }
        assert_eq!(counted(&format!(r#""characters":1,"contact_id":{value}"#)), 0);
    }
    for broken in [
        r#""characters":1 "x":1"#,
        r#""characters":1,"#,
        r#""characters":1,"x":nan"#,
        r#""characters":1,"x":[1"#,
        r#""characters":1,7:1"#,
    ] {
        assert_eq!(counted(broken), 0, "{broken}");
    }
}

#[test]
fn of_a_repeated_name_the_last_counts_and_a_name_may_be_escaped() {
    assert_eq!(counted(r#""characters":"x","characters":1"#), 1);
    assert_eq!(counted(r#""characters":1,"characters":"x""#), 0);
    assert_eq!(counted(r#""\u0063haracters":1"#), 1);
}

#[test]
fn times_are_read_in_many_spellings() {
    let read = |raw: &str| super::time::read_time(raw);
    let noon = Some(ms("12:00"));
    for text in [
        "2026-03-02T12:00:00Z",
        "2026-03-02t12:00:00z",
        "2026-03-02 12:00:00+00:00",
        "2026-03-02T17:30:00+0530",
        "2026-03-02T17:30:00.0009+05:30",
        "2026-03-01T12:01:00-23:59",
    ] {
        assert_eq!(read(&format!("\"{text}\"")), noon, "{text}");
    }
    for text in ["1772452800000", "1772452800000.0", "1.7724528e12"] {
        assert_eq!(read(text), noon, "{text}");
    }
    assert_eq!((read("0"), read("10000000000"), read("9999999999")), (Some(0), Some(10_000_000_000), None));
    let last = r#""9999-12-31T23:59:59.9999Z""#;
    assert_eq!((read(last), read("253402300799999")), (Some(253_402_300_799_999), Some(253_402_300_799_999)));
    for text in [
        "2026-03-02T12:00:00",
        "2026-03-02T12:00:60Z",
        "2026-02-29T12:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T12:00Z",
        "2026-03-02T12:00:00.Z",
        "2026-03-02T12:00:00+24:00",
        "2026-03-02T12:00:00+05:60",
        "1969-12-31T23:59:59.9999Z",
        "9999-12-31T23:59:59-00:01",
        "1772452800000",
        " 2026-03-02T12:00:00Z",
    ] {
        assert_eq!(read(&format!("\"{text}\"")), None, "{text}");
    }
    assert_eq!((read("1772452800"), read("-1"), read("1772452800000.5")), (None, None, None));
}

#[test]
fn a_byte_order_mark_is_skipped_and_a_blank_line_is_nothing() {
    let line = r#"{"account_id":"a","conversation_id":"c","occurred_at":0,"type":"handed_off"}"#;
    let story = Story::default().raw(&format!("\u{feff}{line}")).raw("").raw(" \t").raw("{}").raw("nonsense");
    assert_eq!(counts(&story.inputs, i64::MAX), Counts { rejected: 2, ..Counts::default() });
    assert_eq!(live(&story.inputs, &Value::Null, 1)[0]["open"], 1);
}

#[test]
fn an_absent_sequence_of_a_whole_second_is_taken_from_the_record() {
    let last = |clock: &str, first: Value, second: Value| {
        let assigned = |story: Story, agent: &str, mut fields: Value| {
            fields["agent_id"] = json!(agent);
            story.on(clock, "c", "assigned", fields)
        };
        let story = assigned(assigned(Story::default(), "ann", first), "bob", second);
        live(&story.inputs, &story.policies, ms("13:29"))[0]["owned"]
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap()
            .clone()
    };
    let recorded = |clock: &str| json!({"recorded_at": ms(clock)});
    assert_eq!(last("13:00:05", recorded("13:00:05.2"), recorded("13:00:05.1")), "ann");
    assert_eq!(last("13:00:05", recorded("13:00:05.1"), recorded("13:00:05.2")), "bob");
    // It is 0 where the record is not known or not later; one that is said stands.
    assert_eq!(last("13:00:05", recorded("13:00:05.1"), json!({})), "ann");
    assert_eq!(last("13:00:05", recorded("13:00:05.1"), recorded("13:00:04")), "ann");
    assert_eq!(last("13:00:05", recorded("13:00:05.1"), json!({"sequence": 101})), "bob");
    assert_eq!(last("13:00:05", json!({"sequence": 2}), json!({"sequence": 1, "recorded_at": ms("13:00:09")})), "ann");
    let by_hash = last("13:00:05.001", json!({}), json!({}));
    assert_eq!(last("13:00:05.001", recorded("13:00:05.3"), recorded("13:00:05.2")), by_hash);
    assert_eq!(last("13:00:05.001", recorded("13:00:05.2"), recorded("13:00:05.3")), by_hash);
}

#[test]
fn an_absent_sequence_and_a_default_that_is_said_are_no_content() {
    let fate = |first: Value, second: Value| {
        let with_id = |mut fields: Value| {
            fields["event_id"] = json!("e");
            fields
        };
        let story =
            Story::default().on("13:00", "c", "closed", with_id(first)).on("13:00", "c", "closed", with_id(second));
        let counts = counts(&story.inputs, i64::MAX);
        (counts.duplicate, counts.conflicting)
    };
    assert_eq!(
        fate(json!({}), json!({"closed_by": "agent", "outcome": "resolved", "agent_id": "", "sequence": 0})),
        (1, 0)
    );
    assert_eq!(fate(json!({"recorded_at": ms("13:00:01")}), json!({"recorded_at": ms("13:00:02")})), (1, 0));
    assert_eq!(fate(json!({}), json!({"sequence": 1})), (0, 1));
    assert_eq!(fate(json!({}), json!({"outcome": "spam"})), (0, 1));
}

#[test]
fn of_one_identity_the_first_in_the_timeline_stands() {
    let stands = |events: [(&str, &str, u32); 2]| {
        let fields = |sequence: u32| json!({"event_id": "e", "sequence": sequence, "agent_id": "ann", "characters": 1});
        let story = events
            .iter()
            .fold(Story::default(), |story, (clock, kind, sequence)| story.on(clock, "c", kind, fields(*sequence)));
        let metrics = story.hour("13:29");
        if metrics["customer_messages"] == 1 { "customer" } else { "agent" }
    };
    let (customer, agent) = ("customer_message", "agent_message");
    assert_eq!(stands([("13:00:00.001", customer, 0), ("13:00", agent, 9)]), "agent");
    assert_eq!(stands([("13:00", customer, 2), ("13:00", agent, 1)]), "agent");
    assert_eq!(stands([("13:00", agent, 1), ("13:00", customer, 1)]), "customer");
}

#[test]
fn a_close_by_system_without_an_outcome_is_what_the_policy_says() {
    let told = |policy: Value, fields: Value| {
        let metrics = Story::under(policy).on("13:00", "c", "closed", fields).hour("13:29");
        (metrics["resolved"].clone(), metrics["abandoned"].clone())
    };
    let (resolved, abandoned) = ((json!(1), json!(0)), (json!(0), json!(1)));
    let abandons = || json!({"system_close": "abandoned"});
    assert_eq!(told(json!({}), json!({"closed_by": "system"})), resolved);
    assert_eq!(told(abandons(), json!({"closed_by": "system"})), abandoned);
    assert_eq!(told(abandons(), json!({"closed_by": "system", "outcome": "resolved"})), resolved);
    assert_eq!(told(abandons(), json!({"closed_by": "customer"})), resolved);
}

#[test]
fn a_line_without_an_id_is_the_same_as_one_whose_id_is_its_name_and_number() {
    let fields = |id: &str| json!({"characters": 1, "event_id": id});
    let story = Story::default().on("13:00", "c", "customer_message", fields(""));
    let story = story.on("13:00", "c", "customer_message", fields("story:00000000000000000001"));
    assert_eq!(counts(&story.inputs, i64::MAX).duplicate, 1);
}

#[test]
fn an_assignment_sets_what_it_carries_and_an_empty_string_clears() {
    let assign = |story: Story, clock: &str, fields: Value| story.on(clock, "c", "assigned", fields);
    let story = assign(Story::default(), "13:00", json!({"agent_id": "ann", "skill_id": "s"})).customer("13:01", "c");
    let story = assign(story, "13:02", json!({"agent_id": "", "skill_id": null})).customer("13:03", "c");
    let story = assign(story, "13:04", json!({"skill_id": ""})).customer("13:05", "c");
    let rows = story.ask(ms("13:29"), 60, By::AgentSkill);
    let ids = |row: &Value| (row["skill_id"].clone(), row["agent_id"].clone());
    let expected = [(json!("-1"), json!("-1")), (json!("s"), json!("-1")), (json!("s"), json!("ann"))];
    assert_eq!(rows.as_array().unwrap().iter().map(ids).collect::<Vec<_>>(), expected);
}

#[test]
fn a_survey_belongs_to_whom_the_policy_names() {
    let credited = |policy: Value| {
        let story = Story::under(policy).on("12:59", "c", "assigned", json!({"agent_id": "dan"}));
        let story = story.customer("13:00", "c").human("13:01", "c", "ann").human("13:02", "c", "bob");
        let story =
            story.on("13:03", "c", "closed", json!({"agent_id": "cat"})).on("13:04", "c", "survey_sent", json!({}));
        let rows = story.human("13:05", "c", "eve").answer("13:06", "c", 5).ask(ms("13:29"), 60, By::Agent);
        let row = rows.as_array().unwrap().iter().find(|row| row["metrics"]["csat"]["total"] == 1).unwrap().clone();
        row["agent_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(credited(json!({})), "bob");
    assert_eq!(credited(json!({"csat_credit": "first_responder"})), "ann");
    assert_eq!(credited(json!({"csat_credit": "closer"})), "cat");
    assert_eq!(credited(json!({"csat_credit": "assignee"})), "dan");
}

#[test]
fn a_policy_holds_from_its_moment_and_the_star_only_without_a_record_of_ones_own() {
    let told = |account: &str| {
        let version = json!({"effective_from": ms("13:00:30"), "response_target_seconds": 60});
        let mut story = Story::default().customer("13:00", "c").human("13:00:30", "c", "ann");
        story.policies = json!({"policies": [{"account_id": account, "versions": [version]},
            {"account_id": "b", "versions": []}]});
        story.hour("13:29")["response_sla"]["within"].clone()
    };
    assert_eq!((told("a"), told("*"), told("z")), (json!(1), json!(1), json!(0)));
}
