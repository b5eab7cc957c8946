//! The law of streams: a snapshot with all updates since, applied in order, is a fresh snapshot, whatever happens.
//!
//! Random sets of events are folded piece by piece, in no order, while one client listens from the beginning; after each
//! piece another one comes, who asks the same in other words and so is answered by a computation of its own.

use serde_json::{Map, Value, json};

use super::{Centre, SOON, until};
use crate::engine::book;
use crate::laws::random::{Random, Set, at_ms};
use cxpulse::serve::access::Access;

/// The same question twice over, by its first words and by others.
const QUESTIONS: [(&str, &str); 12] = [
    ("window=60m&group_by=agent,skill", "window=1h&group_by=agent,skill"),
    ("window=24h&group_by=agent", "window=1440m&group_by=agent"),
    ("window=60m", "window=1h"),
    ("window=240m&group_by=skill&compare=previous", "window=4h&group_by=skill&compare=previous"),
    ("window=24h&group_by=contact&parts=metrics", "window=1440m&group_by=contact&parts=metrics"),
    ("window=720m&agent=a1,a2&group_by=topic", "window=12h&agent=a1,a2&group_by=topic"),
    ("parts=live", "parts=live,live"),
    ("parts=agents", "parts=agents&metrics=csat"),
    ("parts=agents,live&window=60m&skill=s1,s2,-1", "parts=live,agents&window=1h&skill=s1,s2,-1"),
    ("parts=ratings&window=24h", "parts=ratings&window=1440m"),
    ("window=715m&compare=previous&parts=ratings,metrics", "window=0715m&compare=previous&parts=ratings,metrics"),
    ("parts=ratings,agents&window=120m&agent=a1,a2,a3", "parts=ratings,agents&window=2h&agent=a1,a2,a3"),
];

/// Events of a piece.
const PIECE: usize = 12;
/// How long a sign of life is waited for, at the most, before the law is broken.
const PATIENCE: usize = 2_000;

#[test]
fn a_snapshot_with_all_updates_since_is_a_fresh_snapshot() {
    for seed in 0..24 {
        let set = Set::random(seed);
        let mut random = Random::new(seed ^ 0x5eed);
        let began = set.as_of_ms - 3 * 3_600_000;
        let policies = book(&set.policies);
        let mut centre = Centre::start(policies, began, SOON, Access::open());
        let (question, again) = QUESTIONS[seed as usize % QUESTIONS.len()];
        // The account is there from the first event on.
        centre.takes(began, &of_acme(began));
        centre.passes_after(1_000);
        let mut client = centre.listens(question);
        let mut view = client.snapshot();
        for lines in set.lines.chunks(PIECE).chain([&[][..]; 8]) {
            // Who came before is gone: nobody is shown what was computed for them.
            until(|| centre.streams.listened_to() == 1);
            lines.iter().for_each(|line| centre.takes(at_ms(line), line));
            // What only grows is told every five seconds.
            centre.passes_after(*random.of(&[5_250, 60_000, 600_000, 7 * 3_600_000]));
            let fresh = if question == "parts=live" { live(&centre) } else { centre.listens(again).snapshot() };
            let mut patience = PATIENCE;
            while lasting(&view) != lasting(&fresh) {
                let (name, data) = client.event().expect("it goes on");
                apply(&mut view, &name, data);
                patience -= 1;
                assert_ne!(patience, 0, "{question}\n{view:#}\nfresh: {fresh:#}\n{}", set.told());
            }
            if view["as_of"] == fresh["as_of"] {
                assert_eq!(view, fresh, "what grows is as of the same moment: {question}\n{}", set.told());
            }
        }
    }
}

/// The live state by another question, since it has no other words.
fn live(centre: &Centre) -> Value {
    let mut fresh = centre.listens("window=5m").snapshot();
    fresh.as_object_mut().expect("an object").remove("metrics");
    fresh
}

/// An event that makes the account known.
fn of_acme(at: i64) -> String {
    let event = json!({"event_id": "the first", "account_id": "acme", "conversation_id": "the-first",
        "occurred_at": at, "type": "handed_off"});
    event.to_string()
}

/// What of a view does not follow from the time.
fn lasting(view: &Value) -> Value {
    let mut view = view.clone();
    for name in ["as_of", "revision", "stale_ms"] {
        view[name].take();
    }
    for part in ["metrics", "agents", "ratings"] {
        drop(view.pointer_mut(&format!("/{part}/to")).map(Value::take));
    }
    let waiting = view.pointer_mut("/live/longest_waiting").and_then(Value::as_array_mut);
    waiting.into_iter().flatten().for_each(|one| drop(one["age_ms"].take()));
    view
}

/// What a client makes of an event.
fn apply(view: &mut Value, name: &str, mut data: Value) {
    match name {
        "snapshot" => *view = data,
        "update" => {
            for part in ["metrics", "live", "agents", "ratings"] {
                let change = data[part].take();
                if !change.is_null() {
                    apply_part(&mut view[part], change, &|row| ids(part, row));
                }
            }
            for name in ["as_of", "revision", "stale_ms"] {
                view[name] = data[name].take();
            }
        }
        "heartbeat" => {}
        other => panic!("{other}: {data}"),
    }
}

fn apply_part(part: &mut Value, mut change: Value, ids: &dyn Fn(&Value) -> Value) {
    let Some(rows) = change.get_mut("rows").map(Value::take) else {
        *part = change;
        return;
    };
    let gone = change.as_object_mut().expect("an object").remove("gone").unwrap_or_default();
    let new: Vec<Value> = rows.as_array().cloned().expect("a list");
    let named: Vec<Value> = new.iter().map(ids).chain(gone.as_array().cloned().unwrap_or_default()).collect();
    let mut rows: Vec<Value> = part["rows"].as_array().cloned().expect("a list");
    rows.retain(|row| !named.contains(&ids(row)));
    rows.extend(new);
    rows.sort_by_key(|row| ids(row).to_string());
    change["rows"] = rows.into();
    *part = change;
}

/// What tells a row of a part apart.
fn ids(part: &str, row: &Value) -> Value {
    let is_id = |name: &str, value: &Value| match part {
        "agents" => name == "agent_id",
        "ratings" => name == "id",
        _ => value.is_string() && !name.ends_with("_name"),
    };
    let ids = row.as_object().expect("an object").iter().filter(|(name, value)| is_id(name, value));
    ids.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}
