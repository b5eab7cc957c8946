//! `complete_since`: where what was read begins after what is asked for, every answer says from when on it is whole.

use serde_json::{Value, json};

use super::{Centre, NEVER, NOON};

/// The topic's first offset that is left, and when it was written.
const FIRST_LEFT: i64 = 1_000;
const HOUR: i64 = 3_600_000;

/// Of a topic whose oldest record left was written an hour ago.
fn cut_centre() -> Centre {
    let mut centre = Centre::open(NEVER);
    centre.offset = FIRST_LEFT;
    let event = json!({"account_id": "acme", "conversation_id": "c", "occurred_at": NOON - HOUR,
        "type": "conversation_started"});
    centre.takes(NOON - HOUR, &event.to_string());
    centre.starts("sales");
    centre
}

fn told(body: &Value) -> Option<&str> {
    body.get("complete_since").map(|since| since.as_str().expect("a time"))
}

#[test]
fn what_reaches_further_back_than_what_was_read_says_so_and_nothing_else_does() {
    let centre = cut_centre();
    let paths = ["metrics?", "explain?metric=csat.score&", "ratings?", "agents?", "conversations?state=closed&"];
    for path in paths {
        let reaches_back = centre.get(&format!("{path}window=61m"));
        assert_eq!(told(&reaches_back), Some("2026-01-05T11:00:00.000Z"), "{path}: {reaches_back}");
        let from = centre.get(&format!("{path}from=2026-01-05T11:00:00Z"));
        assert_eq!(told(&from), None, "{path}: {from}");
    }
    let compared = centre.get("metrics?window=50m&compare=previous");
    assert_eq!(told(&compared), Some("2026-01-05T11:00:00.000Z"), "so does the time before: {compared}");
    for path in ["live", "agents", "conversations", "metrics?window=50m"] {
        assert_eq!(told(&centre.get(path)), None, "{path}");
    }
}

#[test]
fn streams_say_so_too() {
    let mut centre = cut_centre();
    let mut client = centre.listens("window=24h");
    assert_eq!(told(&client.snapshot()), Some("2026-01-05T11:00:00.000Z"));
    centre.starts("sales");
    assert_eq!(told(&client.next("update")), Some("2026-01-05T11:00:00.000Z"));
    for query in ["parts=live", "window=30m", "parts=agents"] {
        assert_eq!(told(&centre.listens(query).snapshot()), None, "{query}");
    }
    assert_eq!(told(&centre.listens("parts=ratings&window=24h").snapshot()), Some("2026-01-05T11:00:00.000Z"));
}

#[test]
fn where_nothing_is_missing_nothing_is_said() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    assert_eq!(told(&centre.get("metrics?window=24h")), None);
}

#[test]
fn who_asks_why_is_told_how_many_events_came_too_late_to_count() {
    let mut centre = Centre::open(NEVER);
    centre.starts("sales");
    let late = |centre: &mut Centre, id: &str, account: &str| {
        let event = json!({"event_id": id, "account_id": account, "conversation_id": "c", "occurred_at": NOON - 25 * HOUR,
            "type": "conversation_started"});
        centre.takes(NOON, &event.to_string());
    };
    for (id, account) in [("a", "acme"), ("b", "acme"), ("a", "acme"), ("c", "globex")] {
        late(&mut centre, id, account);
    }
    centre.passes_after(250);
    let excluded = |query: &str| centre.get(&format!("explain?metric={query}"))["excluded"].clone();
    let rule = json!([{"rule": "An event that is written to Kafka more than 24 hours after it happened changes nothing.",
        "reason": "late", "count": 2, "rows": []}]);
    assert_eq!([excluded("conversations_started"), excluded("focus_ms&window=5m")], [rule.clone(), rule]);
    assert_eq!(excluded("conversations_started&skill=sales"), json!([]), "nobody knows of which skill they were");
    assert_eq!(excluded("conversations_started&from=2026-01-05T11:00:00Z&to=2026-01-05T11:30:00Z"), json!([]));
}
