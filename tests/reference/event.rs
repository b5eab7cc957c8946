//! One input line and what becomes of it: an admitted event, or the reason why not (SPEC §1, §2).

use super::Input;
use super::body::{Body, TYPES, read_body};
use super::fields::{Field, Fields, required};
use super::json::read_object;
use super::time::{DAY_MS, HOUR_MS, SECOND_MS};
use xxhash_rust::xxh3::xxh3_64;

/// An admitted event. `text`, which reading skips, is not part of it.
#[derive(Clone, Debug)]
pub struct Event {
    /// Whose event it is.
    pub account: String,
    /// The conversation; empty for `agent_status`.
    pub conversation: String,
    /// When it happened.
    pub at_ms: i64,
    /// Its order among the events of one millisecond.
    pub sequence: u32,
    /// The `sequence` that was said, unless it is the default: only this one is content.
    pub said_sequence: Option<u32>,
    /// The `event_id`, or what stands in for it.
    pub event_id: String,
    /// The XXH3-64 of `event_id`.
    pub identity: u64,
    /// What it says.
    pub body: Body,
}

/// What becomes of a line.
pub enum Reading {
    /// It takes part.
    Admitted(Box<Event>),
    /// More than 24 h older than its record.
    Late,
    /// Of a type that is not known.
    Unknown,
    /// Ill-formed, or more than 1 h ahead of its record.
    Rejected,
    /// A blank line.
    Nothing,
}

/// Reads one line. The type is looked at first, so that an unknown one is never ill-formed (SPEC §1; reading 1).
pub fn read(input: &Input) -> Reading {
    let line = input.text.trim_start_matches('\u{feff}');
    if line.trim().is_empty() {
        return Reading::Nothing;
    }
    let Some(fields) = read_object(line).map(Fields) else { return Reading::Rejected };
    let Ok(Some(kind)) = fields.text("type") else { return Reading::Rejected };
    if !TYPES.contains(&kind.as_str()) {
        return Reading::Unknown;
    }
    let Ok(recorded_ms) = fields.time("recorded_at") else { return Reading::Rejected };
    match read_event(input, &fields, &kind, recorded_ms) {
        Ok(event) => judge_by_record(event, recorded_ms),
        Err(_) => Reading::Rejected,
    }
}

/// The two limits of SPEC §2; a line without `recorded_at` is within both.
fn judge_by_record(event: Event, recorded_ms: Option<i64>) -> Reading {
    let recorded_ms = recorded_ms.unwrap_or(event.at_ms);
    if recorded_ms - event.at_ms > DAY_MS {
        Reading::Late
    } else if event.at_ms - recorded_ms > HOUR_MS {
        Reading::Rejected
    } else {
        Reading::Admitted(Box::new(event))
    }
}

fn read_event(input: &Input, fields: &Fields, kind: &str, recorded_ms: Option<i64>) -> Field<Event> {
    let conversation = match kind {
        "agent_status" => String::new(),
        _ => required("conversation_id", fields.id("conversation_id")?)?,
    };
    let stand_in = || format!("{}:{:020}", input.name, input.line_number);
    let event_id = fields.event_id()?.unwrap_or_else(stand_in);
    let at_ms = required("occurred_at", fields.time("occurred_at")?)?;
    let said_sequence = fields.integer("sequence")?;
    Ok(Event {
        account: required("account_id", fields.id("account_id")?)?,
        conversation,
        at_ms,
        sequence: said_sequence.unwrap_or_else(|| absent_sequence(at_ms, recorded_ms)),
        said_sequence: said_sequence.filter(|sequence| *sequence != 0),
        identity: xxh3_64(event_id.as_bytes()),
        event_id,
        body: read_body(fields, kind)?,
    })
}

/// What stands in for a `sequence`: of a time in whole seconds the milliseconds to a later record, else 0 (SPEC §1).
fn absent_sequence(at_ms: i64, recorded_ms: Option<i64>) -> u32 {
    let later_ms = recorded_ms.map_or(0, |recorded_ms| recorded_ms - at_ms);
    let is_whole_second = at_ms % SECOND_MS == 0;
    u32::try_from(later_ms).ok().filter(|_| is_whole_second).unwrap_or(0)
}
