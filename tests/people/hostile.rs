//! Parameters that nobody means well: each is a problem that names it, and costs nobody else anything.

use super::{Desk, account};

const STORY: &str = "
13:00 - agent_status agent_id=anna agent_name=\"Anna Secret\" status=online
13:01 c1 conversation_started contact_id=kim contact_name=\"Kim Secret\"
13:02 c1 survey_answered score=5 comment=\"a secret\"";

#[test]
fn a_wrong_parameter_is_named_whatever_is_asked() {
    let desk = Desk::told(STORY, "13:10");
    for (path, parameter) in [
        ("ratings?score=6", "score"),
        ("ratings?score=", "score"),
        ("ratings?score=4,,5", "score"),
        ("ratings?score=-1", "score"),
        ("ratings?comment=yes", "comment"),
        ("ratings?limit=0", "limit"),
        ("ratings?limit=99999999999999999999999", "limit"),
        ("ratings?sort=at", "sort"),
        ("ratings?window=25h", "window"),
        ("ratings?agent=a%20b", "agent"),
        ("ratings?skill=a&skill=b", "skill"),
        ("conversations?state=opened", "state"),
        ("conversations?state=", "state"),
        ("conversations?sort=--waiting_ms", "sort"),
        ("conversations?sort=", "sort"),
        ("conversations?to=2026-03-02T13:00:00Z", "to"),
        ("conversations?state=closed&to=2026-03-02T13:00:00Z", "from"),
        ("conversations?contact=%00", "contact"),
        ("agents?status=busy", "status"),
        ("agents?skill=,", "skill"),
        ("agents?agent=anna", "agent"),
        ("agents?search=", "search"),
        ("agents?sort=csat.answers&window=1h", "sort"),
        ("agents?sort=skills", "sort"),
        ("agents?from=2026-03-02T13:11:00Z", "from"),
        ("live?as_of=now", "as_of"),
    ] {
        assert_eq!(desk.blamed(path, 400), parameter, "{path}");
    }
    let long = format!("agents?search={}", "x".repeat(10_000));
    assert_eq!(desk.blamed(&long, 400), "search");
}

#[test]
fn nothing_private_is_told_to_who_may_not_see_it_whatever_is_asked() {
    let desk = Desk::of(account(STORY, "13:10").view(), false);
    for path in [
        "ratings",
        "ratings?comment=true",
        "ratings?contact=kim&score=5",
        "conversations",
        "agents",
        "agents?window=1h&search=secret",
        "agents?sort=-agent_name",
        "live",
        "metrics?group_by=agent,contact",
        "metrics?group_by=contact&search=secret",
    ] {
        let (_, body) = desk.ask(path);
        assert!(!body.to_string().contains("ecret"), "{path}: {body}");
    }
}

#[test]
fn of_what_was_never_heard_there_is_nothing() {
    let desk = Desk::told(STORY, "13:10");
    for path in ["ratings?contact=nobody", "conversations?topic=none%20such", "agents?skill=x", "ratings?company=x"] {
        assert_eq!(desk.get(path)["total_rows"], 0, "{path}");
    }
    let (status, body) = desk.ask("ratings/x");
    assert_eq!((status, body.is_null()), (404, true));
}
