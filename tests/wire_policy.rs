//! Policy documents: what is read, and how a wrong one is refused.

use cxpulse::domain::event::Outcome;
use cxpulse::domain::policy::{BUILT_IN, CsatCredit, FrtStart, Policy, PolicyBook, Reopen};
use cxpulse::wire::policy::{from_json, from_toml, record_from_json};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A JSON document with one account and one version of these fields.
fn version(fields: Value) -> String {
    let mut version = json!({"effective_from": 0});
    for (name, value) in fields.as_object().expect("fields are an object") {
        version[name] = value.clone();
    }
    json!({"policies": [{"account_id": "acme", "versions": [version]}]}).to_string()
}

fn policy(fields: Value) -> Result<Policy, String> {
    book(&version(fields)).map(|book| book.of("acme").at(0).clone())
}

fn book(json: &str) -> Result<PolicyBook, String> {
    from_json(json.as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn every_field_is_read_and_units_become_milliseconds() {
    let policy = policy(json!({
        "first_response_target_seconds": 60, "response_target_seconds": 1, "resolution_target_seconds": u32::MAX,
        "csat_target": 0.85, "minimum_n": 10, "frt_start": "handed_off", "csat_credit": "closer",
        "reopen": "count_each", "visit_cap_seconds": 600, "status_cap_seconds": 3600, "system_close": "abandoned",
        "handle_requires_reply": true, "rate_within_hours": 72, "change_within_hours": 1,
        "ask_users": false, "ask_leads": false, "ask_on_outbound": false, "ask_on_workflow": true, "agent_metrics": false,
    }));
    assert_eq!(
        policy,
        Ok(Policy {
            first_response_target_ms: Some(60_000),
            response_target_ms: Some(1000),
            resolution_target_ms: Some(4_294_967_295_000),
            csat_target: Some(0.85),
            minimum_n: Some(10),
            frt_start: FrtStart::HandedOff,
            csat_credit: CsatCredit::Closer,
            reopen: Reopen::CountEach,
            visit_cap_ms: 600_000,
            status_cap_ms: 3_600_000,
            system_close: Outcome::Abandoned,
            handle_requires_reply: true,
            rate_within_ms: Some(259_200_000),
            change_within_ms: Some(3_600_000),
            ask_users: false,
            ask_leads: false,
            ask_on_outbound: false,
            ask_on_workflow: true,
            agent_metrics: false,
        })
    );
}

#[test]
fn absent_and_null_fields_take_the_built_in_default() {
    assert_eq!(policy(json!({})), Ok(BUILT_IN));
    assert_eq!(policy(json!({"reopen": null, "visit_cap_seconds": null, "ask_users": null})), Ok(BUILT_IN));
}

#[test]
fn toml_and_json_say_the_same() {
    let toml = r#"
        [[policies]]
        account_id = "*"
        [[policies.versions]]
        effective_from = 2026-07-01T09:00:00+02:00
        reopen = "count_each"
        csat_target = 1
        [[policies.versions]]
        effective_from = "1970-01-01T00:00:00Z"

        [[policies]]
        account_id = "acme"
        versions = [{ effective_from = "1970-01-01T00:00:01Z", minimum_n = 0 }]
    "#;
    let json = r#"{"policies": [
        {"account_id": "*", "versions": [
            {"effective_from": 1782889200000, "reopen": "count_each", "csat_target": 1.0}, {"effective_from": 0}]},
        {"account_id": "acme", "versions": [{"effective_from": "1970-01-01T00:00:01.0009Z", "minimum_n": 0}]}]}"#;
    let read = from_toml(toml).expect("well-formed");
    assert_eq!(Ok(&read), from_json(json.as_bytes()).as_ref());
    assert_eq!(read.of("anyone").at(1_782_889_199_999).reopen, Reopen::Retract);
    assert_eq!(read.of("anyone").at(1_782_889_200_000).reopen, Reopen::CountEach);
    assert_eq!(read.of("acme").at(999).minimum_n, None);
    assert_eq!(read.of("acme").at(1000).minimum_n, Some(0));
}

#[test]
fn toml_date_times_need_an_offset() {
    let document = |time: &str| format!("[[policies]]\naccount_id = 'a'\nversions = [{{ effective_from = {time} }}]");
    for good in ["2026-07-01T09:00:00Z", "2026-07-01 09:00:00.123+02:00", "2026-07-01T09:00Z"] {
        assert!(from_toml(&document(good)).is_ok(), "{good}");
    }
    for bad in ["2026-07-01T09:00:00", "2026-07-01", "09:00:00"] {
        let error = from_toml(&document(bad)).expect_err("no instant").to_string();
        let expected = format!("policies[0].versions[0].effective_from: {bad} is not a time between 1970 and 9999: ");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn a_record_on_the_topic_is_one_element_of_the_list() {
    let (account, policies) =
        record_from_json(br#"{"account_id": "acme", "versions": [{"effective_from": 0, "reopen": "count_each"}]}"#)
            .expect("well-formed");
    assert_eq!((account.as_str(), policies.at(5).reopen), ("acme", Reopen::CountEach));
    let error = record_from_json(br#"{"account_id": "acme", "versions": [{"effective_from": 0, "reopen": "no"}]}"#);
    assert_eq!(
        error.expect_err("no such word").to_string(),
        r#"versions[0].reopen: "no" is not one of "retract", "count_each""#
    );
}

#[test]
fn a_wrong_value_is_refused_by_its_path_with_what_would_be_right() {
    for (field, value, problem) in [
        ("first_response_target_seconds", json!(0), "0 is not a whole number from 1 to 4294967295"),
        ("response_target_seconds", json!(-5), "-5 is not a whole number from 1 to 4294967295"),
        ("resolution_target_seconds", json!(1.5), "1.5 is not a whole number from 1 to 4294967295"),
        ("resolution_target_seconds", json!(1e300), "1e300 is not a whole number from 1 to 4294967295"),
        ("status_cap_seconds", json!(0), "0 is not a whole number from 1 to 4294967295"),
        ("status_cap_seconds", json!(-0.0), "-0.0 is not a whole number from 1 to 4294967295"),
        ("system_close", json!("spam"), "\"spam\" is not one of \"resolved\", \"abandoned\""),
        ("visit_cap_seconds", json!(0), "0 is not a whole number from 1 to 4294967295"),
        ("visit_cap_seconds", json!(4_294_967_296_u64), "4294967296 is not a whole number from 1 to 4294967295"),
        ("rate_within_hours", json!(0), "0 is not a whole number from 1 to 4294967295"),
        ("change_within_hours", json!("5"), "\"5\" is not a whole number from 1 to 4294967295"),
        ("minimum_n", json!(-1), "-1 is not a whole number from 0 to 4294967295"),
        ("csat_target", json!(1.01), "1.01 is not a share from 0 to 1, like 0.85"),
        ("csat_target", json!(85), "85 is not a share from 0 to 1, like 0.85"),
        ("csat_target", json!(-0.1), "-0.1 is not a share from 0 to 1, like 0.85"),
        ("csat_target", json!("85 %"), "\"85 %\" is not a share from 0 to 1, like 0.85"),
        ("frt_start", json!("handoff"), "\"handoff\" is not one of \"first_customer_message\", \"handed_off\""),
        ("reopen", json!(""), "\"\" is not one of \"retract\", \"count_each\""),
        ("reopen", json!([]), "a list is not one of \"retract\", \"count_each\""),
        (
            "csat_credit",
            json!(1),
            "1 is not one of \"last_human_sender\", \"first_responder\", \"closer\", \"assignee\"",
        ),
        ("agent_metrics", json!("no"), "\"no\" is not true or false"),
        ("ask_users", json!(0), "0 is not true or false"),
    ] {
        let expected = format!("policies[0].versions[0].{field}: {problem}");
        assert_eq!(policy(json!({field: value})), Err(expected));
    }
}

#[test]
fn a_wrong_shape_is_refused_by_its_path() {
    for (document, expected) in [
        ("[]", "document: a list is not a table"),
        ("{}", "policies: missing; a list of {account_id, versions} is required"),
        (r#"{"policies": {}}"#, "policies: a table is not a list"),
        (r#"{"policy": []}"#, "policy: unknown field; known here: policies"),
        (r#"{"policies": [5]}"#, "policies[0]: 5 is not a table"),
        (r#"{"policies": [{"account": "a"}]}"#, "policies[0].account: unknown field; known here: account_id, versions"),
        (
            r#"{"policies": [{"account_id": "a"}]}"#,
            "policies[0].versions: missing; a list of versions, each with effective_from, is required",
        ),
        (r#"{"policies": [{"account_id": "a", "versions": {}}]}"#, "policies[0].versions: a table is not a list"),
        (
            r#"{"policies": [{"account_id": "a", "account_id": "b", "versions": []}]}"#,
            "policies[0].account_id: given twice; keep one",
        ),
    ] {
        assert_eq!(book(document), Err(expected.to_owned()), "{document}");
    }
    for (account, shown) in [(json!("a b"), "\"a b\""), (json!(""), "\"\""), (json!(5.5), "5.5"), (json!(true), "true")]
    {
        let error = book(&json!({"policies": [{"account_id": account, "versions": []}]}).to_string());
        let expected = format!("policies[0].account_id: {shown} is not an account id, 1–128 bytes");
        assert!(error.as_ref().is_err_and(|error| error.starts_with(&expected)), "{error:?}");
    }
    let error = book(&json!({"policies": [{"versions": []}]}).to_string());
    assert!(error.as_ref().is_err_and(|error| error.starts_with("policies[0].account_id: missing; ")), "{error:?}");
}

#[test]
fn an_unknown_field_of_a_version_is_refused_even_as_null() {
    let error = policy(json!({"reopn": null})).expect_err("misspelt");
    assert!(error.starts_with("policies[0].versions[0].reopn: unknown field; known here: effective_from, "), "{error}");
}

#[test]
fn effective_from_is_required_and_a_point_in_event_time() {
    let version = |from: Value| {
        book(&json!({"policies": [{"account_id": "a", "versions": [{"effective_from": from}]}]}).to_string())
    };
    for good in [
        json!(0),
        json!(-0.0),
        json!(1.7829e12),
        json!(253_402_300_799_999_i64),
        json!("2026-07-01T09:00:00Z"),
        json!("2026-07-01 14:30:00+0530"),
        json!("2026-07-01t09:00:00.1239z"),
    ] {
        assert!(version(good.clone()).is_ok(), "{good}");
    }
    for seconds in [json!(1), json!(1_782_896_400), json!(1.7828964e9), json!(9_999_999_999_i64), json!(-1)] {
        let error = version(seconds).expect_err("seconds");
        assert!(error.starts_with("policies[0].versions[0].effective_from: "), "{error}");
        assert!(error.ends_with("; it looks like seconds"), "{error}");
    }
    for bad in [
        json!(-10_000_000_000_i64),
        json!(253_402_300_800_000_i64),
        json!("2026-07-01"),
        json!(1.5),
        json!(true),
        json!(""),
    ] {
        let error = version(bad).expect_err("no point in event time");
        assert!(error.starts_with("policies[0].versions[0].effective_from: "), "{error}");
        assert!(error.contains("RFC 3339"), "{error}");
    }
    let error = version(Value::Null).expect_err("absent");
    assert!(error.starts_with("policies[0].versions[0].effective_from: missing; "), "{error}");
}

#[test]
fn whole_numbers_are_judged_by_their_value() {
    let expected = policy(json!({"visit_cap_seconds": 60, "minimum_n": 0, "rate_within_hours": 100}));
    assert!(expected.is_ok());
    for (cap, least, hours) in
        [("60", "0", "100"), ("60.0", "-0", "1e2"), ("6e1", "0.0", "100.00"), ("600e-1", "0e5", "0.1E3")]
    {
        let fields = r#"{"visit_cap_seconds": CAP, "minimum_n": N, "rate_within_hours": HOURS, "effective_from": 0}"#;
        let fields = fields.replace("CAP", cap).replace("N", least).replace("HOURS", hours);
        let json = format!(r#"{{"policies": [{{"account_id": "acme", "versions": [{fields}]}}]}}"#);
        assert_eq!(book(&json).map(|book| book.of("acme").at(0).clone()), expected, "{cap} {least} {hours}");
    }
    let toml = "[[policies]]\naccount_id = 'acme'\n[[policies.versions]]\neffective_from = 0\n\
                visit_cap_seconds = 60.0\nminimum_n = -0.0\nrate_within_hours = 1e2";
    assert_eq!(from_toml(toml).map(|book| book.of("acme").at(0).clone()).ok(), expected.ok());
}

#[test]
fn an_account_that_is_a_number_is_its_decimal_text() {
    for account in ["42", "42.0", "4.2e1"] {
        let json = format!(r#"{{"policies": [{{"account_id": {account}, "versions": []}}]}}"#);
        assert_eq!(book(&json).map(|book| book.accounts.into_keys().collect::<Vec<_>>()), Ok(vec!["42".to_owned()]));
    }
    let twice = r#"{"policies": [{"account_id": 42, "versions": []}, {"account_id": "42", "versions": []}]}"#;
    assert!(book(twice).is_err_and(|error| error.starts_with("policies[1].account_id: \"42\" has a record already")));
    assert!(from_toml("[[policies]]\naccount_id = 42\nversions = []").is_ok());
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let json = format!("\u{feff}{}", version(json!({})));
    assert!(book(&json).is_ok());
    assert!(from_toml("\u{feff}policies = []").is_ok());
    assert!(record_from_json("\u{feff}{\"account_id\": \"a\", \"versions\": []}".as_bytes()).is_ok());
}

#[test]
fn two_versions_of_one_moment_and_two_records_of_one_account_are_refused() {
    let versions =
        r#"[{"effective_from": 0}, {"effective_from": 50000000000}, {"effective_from": "1970-01-01T00:00:00.0001Z"}]"#;
    assert_eq!(
        book(&format!(r#"{{"policies": [{{"account_id": "a", "versions": {versions}}}]}}"#)),
        Err("policies[0].versions[2].effective_from: the same moment as policies[0].versions[0]; \
             one moment takes one version"
            .to_owned())
    );
    let record = r#"{"account_id": "a", "versions": []}"#;
    assert_eq!(
        book(&format!(r#"{{"policies": [{record}, {{"account_id": "*", "versions": []}}, {record}]}}"#)),
        Err("policies[2].account_id: \"a\" has a record already; put all versions of an account into one".to_owned())
    );
}

#[test]
fn a_record_without_versions_keeps_an_account_from_the_default_one() {
    let json = r#"{"policies": [{"account_id": "*", "versions": [{"effective_from": 0, "minimum_n": 5}]},
                                {"account_id": "a", "versions": []}]}"#;
    let book = book(json).expect("well-formed");
    assert_eq!(book.of("a").at(0), &BUILT_IN);
    assert_eq!(book.of("b").at(0).minimum_n, Some(5));
}

#[test]
fn a_syntax_error_says_where() {
    let error = from_toml("policies = []\n\n[[policies]\n").expect_err("a bracket is missing").to_string();
    assert!(error.starts_with("not valid TOML: ") && error.ends_with("at line 3"), "{error}");
    let error = book("{\n  \"policies\": [,]\n}").expect_err("a comma too many");
    assert!(error.starts_with("not valid JSON: ") && error.contains("line 2"), "{error}");
    assert!(from_toml("reopen = 1\nreopen = 2").is_err());
    assert!(from_toml("x = nan").is_err_and(|error| error.to_string().contains("x: unknown field")));
}

#[test]
fn not_a_number_is_no_share() {
    for value in ["nan", "inf", "-inf"] {
        let toml =
            format!("[[policies]]\naccount_id = 'a'\nversions = [{{ effective_from = 0, csat_target = {value} }}]");
        let error = from_toml(&toml).expect_err("not a share").to_string();
        assert!(error.starts_with("policies[0].versions[0].csat_target: "), "{error}");
    }
}

proptest! {
    #[test]
    fn no_document_makes_it_panic(bytes: Vec<u8>, text in "[\\[\\]{}\"a-z_=:,.0-9\n -]{0,80}") {
        let _ = (from_json(&bytes), record_from_json(&bytes), from_json(text.as_bytes()), from_toml(&text));
    }

    #[test]
    fn a_mutated_document_is_read_or_refused_by_name(at: prop::sample::Index, byte: u8) {
        let mut json = version(json!({"reopen": "retract", "csat_target": 0.5, "minimum_n": 3})).into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        if let Err(error) = from_json(&json) {
            prop_assert!(error.to_string().contains(": "));
        }
    }
}
