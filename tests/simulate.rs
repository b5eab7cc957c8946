//! Whether the simulated centre is one: the same for the same seed, sorted, well-formed, of a believable shape, and
//! chaotic only when asked.

use std::collections::{HashMap, HashSet};

use cxpulse::cli::generate::{Format, push_line, push_value};
use cxpulse::domain::event::{Body, Event, Private, Sequence};
use cxpulse::simulate::{Payload, Record, Settings, Simulation, Topic};
use cxpulse::wire::{Admission, Decoded, Place, RecordRef, admit, decode, decode_line, proto};
use prost::Message;

const END: i64 = 1_790_000_123_456;
const HOUR_MS: i64 = 3_600_000;

fn settings() -> Settings {
    Settings { seed: 7, conversations: 3000, agents: 60, skills: 5, accounts: 2, hours: 24, end_ms: END, chaos: false }
}

fn calm() -> Vec<Record> {
    Simulation::new(&settings()).collect()
}

fn chaotic() -> Vec<Record> {
    Simulation::new(&Settings { chaos: true, ..settings() }).collect()
}

fn lines(settings: &Settings) -> Vec<u8> {
    let mut bytes = Vec::new();
    Simulation::new(settings).for_each(|record| push_line(&mut bytes, &record));
    bytes
}

/// The events of records that hold one, with the text of their identity.
fn events(records: &[Record]) -> impl Iterator<Item = (&str, &Event<'static>)> {
    records.iter().filter_map(|record| match &record.payload {
        Payload::Event { event_id, event, .. } => Some((event_id.as_str(), event)),
        Payload::Raw { .. } => None,
    })
}

fn count(records: &[Record], is_wanted: impl Fn(&Body<'_>) -> bool) -> usize {
    events(records).filter(|(_, event)| is_wanted(&event.body)).count()
}

fn decoded<'a>(payload: &'a [u8], content_type: Option<&'a str>) -> Decoded<'a> {
    let place = Place::Offset { topic: "t", partition: 0, offset: 0 };
    let content_type = content_type.map(str::as_bytes);
    decode(&RecordRef { payload: Some(payload), content_type, timestamp: None, place })
}

#[test]
fn the_same_seed_and_end_give_the_same_bytes_and_any_other_gives_others() {
    for chaos in [false, true] {
        let settings = Settings { chaos, conversations: 300, ..settings() };
        let bytes = lines(&settings);
        assert_eq!(bytes, lines(&settings));
        assert_ne!(bytes, lines(&Settings { seed: 8, ..settings.clone() }));
        assert_ne!(bytes, lines(&Settings { end_ms: END + 1, ..settings }));
    }
}

#[test]
fn records_are_sorted_by_their_timestamps_and_nothing_happens_after_the_end() {
    for records in [calm(), chaotic()] {
        assert!(records.is_sorted_by_key(|record| record.timestamp_ms));
    }
    let late = events(&calm()).map(|(_, event)| event.at).max();
    assert!(late.is_some_and(|at| at <= END && at > END - HOUR_MS));
}

#[test]
fn all_conversations_begin_within_the_hours_and_the_delays_are_as_promised() {
    let records = calm();
    let starts = events(&records).filter(|(_, event)| matches!(event.body, Body::ConversationStarted(_)));
    let starts: HashMap<_, _> = starts.map(|(_, event)| (&event.conversation, event.at)).collect();
    assert_eq!(starts.len(), 3000);
    assert!(starts.values().all(|at| (END - 24 * HOUR_MS..END).contains(at)));
    let delays: Vec<_> =
        records.iter().zip(events(&records)).map(|(record, (_, event))| record.timestamp_ms - event.at).collect();
    assert!(delays.iter().all(|delay| (0..=20 * 60_000).contains(delay)));
    let slow = delays.iter().filter(|delay| **delay > 2_000).count();
    assert!((10..30).contains(&(slow * 1000 / delays.len())), "2 % are slow, not {slow} of {}", delays.len());
}

#[test]
fn every_event_is_well_formed_and_reads_back_as_itself_from_both_formats() {
    let mut bytes = Vec::new();
    for record in calm() {
        let Payload::Event { event, .. } = &record.payload else { panic!("a calm run has events alone") };
        for format in [Format::Json, Format::Protobuf] {
            bytes.clear();
            let content_type = push_value(&mut bytes, &record, format);
            assert_eq!(decoded(&bytes, content_type), Decoded::Event(event.clone()), "{format:?}");
        }
        bytes.clear();
        push_line(&mut bytes, &record);
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
        let line = decode_line(bytes.trim_ascii_end(), &Place::Line { name: "f", line: 1 });
        assert_eq!(
            line.decoded,
            Decoded::Event(Event { sequence: assumed(event, record.timestamp_ms), ..event.clone() })
        );
        assert_eq!(line.recorded_at, Some(record.timestamp_ms));
    }
}

/// A line says when it was recorded, and that is the place of what happened in a whole second.
fn assumed(event: &Event<'_>, recorded_ms: i64) -> Sequence {
    match event.sequence {
        Sequence::Assumed(_) if event.at % 1000 == 0 => Sequence::Assumed((recorded_ms - event.at) as u32),
        said => said,
    }
}

#[test]
fn what_no_number_needs_is_written_too() {
    use proto::event::Body as Sent;
    let mut seen = HashSet::new();
    for record in calm() {
        let mut bytes = Vec::new();
        push_value(&mut bytes, &record, Format::Protobuf);
        let Payload::Event { extras, .. } = record.payload else { panic!("a calm run has events alone") };
        match proto::Event::decode(&bytes[..]).expect("a message of the contract").body.expect("a body") {
            Sent::CustomerMessage(said) if said.text.is_some() => {
                assert_eq!(said.text.as_deref(), extras.text.as_ref().map(Private::reveal));
                assert_eq!(said.characters, said.text.map(|text| text.chars().count() as u32));
                seen.insert("text");
            }
            Sent::ConversationStarted(started) => {
                assert!(started.contact_name.is_some_and(|name| !name.is_empty()));
                seen.insert("contact_name");
            }
            Sent::AgentStatus(status) => {
                assert!(status.agent_name.is_some_and(|name| !name.is_empty()));
                assert_eq!((status.skill_ids.len(), status.capacity.is_some()), (2, true));
                seen.insert("agent_name");
            }
            Sent::Reopened(reopened) => {
                assert!(reopened.by.is_some());
                seen.insert("by");
            }
            _ => {}
        }
    }
    assert_eq!(seen.len(), 4);
}

#[test]
fn events_have_identities_of_their_own_and_ids_of_a_real_length() {
    let records = calm();
    let ids: HashSet<_> = events(&records).map(|(id, _)| id).collect();
    assert_eq!(ids.len(), records.len());
    assert!(ids.iter().all(|id| id.len() == 36));
    assert!(events(&records).all(|(_, event)| matches!(event.conversation.len(), 0 | 19)));
    for record in &records {
        let length = if record.topic == Topic::Agent { 8 } else { 19 };
        assert_eq!(record.key().len(), length);
    }
}

#[test]
fn a_conversation_has_about_twenty_events() {
    let records = calm();
    let in_conversations = events(&records).filter(|(_, event)| !event.conversation.is_empty()).count();
    let per_hundred = in_conversations * 100 / 3000;
    assert!((1800..2300).contains(&per_hundred), "{per_hundred} events in a hundred conversations");
    let promised = cxpulse::simulate::EVENTS_PER_HUNDRED_CONVERSATIONS as usize;
    assert!(per_hundred.abs_diff(promised) < 100, "{per_hundred}, not the {promised} that rates are reckoned with");
}

#[test]
fn every_type_of_event_occurs_in_a_believable_share() {
    let records = calm();
    let share = |is_wanted: fn(&Body<'_>) -> bool| count(&records, is_wanted) * 1000 / 3000;
    assert!((600..1000).contains(&share(|body| matches!(body, Body::AgentMessage { automated: true, .. }))));
    assert!((300..600).contains(&share(|body| matches!(body, Body::HandedOff))));
    assert!((950..1200).contains(&share(|body| matches!(body, Body::Closed { .. }))));
    assert!((300..600).contains(&share(|body| matches!(body, Body::SurveySent { .. }))));
    assert!((120..400).contains(&share(|body| matches!(body, Body::SurveyAnswered { .. }))));
    assert!((200..450).contains(&share(|body| matches!(body, Body::MoodPrompted { .. }))));
    assert!((150..400).contains(&share(|body| matches!(body, Body::MoodRecorded { .. }))));
    assert!((10..100).contains(&share(|body| matches!(body, Body::Reopened { .. }))));
    assert!((50..250).contains(&share(|body| matches!(body, Body::Snoozed { .. }))));
    assert!((40..250).contains(&share(|body| matches!(body, Body::ParticipantJoined { .. }))));
    assert!((500..1200).contains(&share(|body| matches!(body, Body::TopicTagged { .. }))));
    assert!((10..80).contains(&share(|body| matches!(body, Body::SurveyCommented { .. }))));
    let unnamed = count(&records, |body| matches!(body, Body::SurveySent { survey: None, .. }));
    let invalid =
        count(&records, |body| matches!(body, Body::SurveyAnswered { score, .. } if !(1..=5).contains(score)));
    assert!(unnamed > 0 && invalid > 0);
}

#[test]
fn agents_turn_between_parallel_conversations_and_some_leave_without_a_word() {
    let records = calm();
    let mut sorted: Vec<_> = events(&records).map(|(_, event)| event).collect();
    sorted.sort_by_key(|event| event.at);
    let mut on_screen = HashMap::new();
    let (mut left_silently, mut left_aloud) = (0, 0);
    for event in sorted {
        match &event.body {
            Body::Focused { agent } => {
                let before = on_screen.insert((&event.account, agent), &event.conversation);
                left_silently += u32::from(before.is_some_and(|before| before != &event.conversation));
            }
            Body::Unfocused { agent } => {
                assert_eq!(on_screen.remove(&(&event.account, agent)), Some(&event.conversation));
                left_aloud += 1;
            }
            _ => {}
        }
    }
    assert!(left_silently > 1000 && left_aloud > 1000, "{left_silently} silently, {left_aloud} aloud");
}

#[test]
fn taking_records_little_by_little_gives_the_same_as_taking_them_at_once() {
    let mut run = Simulation::endless(&settings());
    let mut stepwise = Vec::new();
    let mut now = END - 24 * HOUR_MS;
    while now < END {
        now = (now + 7 * 60_000).min(END);
        stepwise.extend(run.records_until(now));
        assert!(stepwise.last().is_none_or(|last: &Record| last.timestamp_ms <= now));
    }
    let at_once: Vec<_> = calm().into_iter().filter(|record| record.timestamp_ms <= END).collect();
    assert_eq!(stepwise, at_once);
    assert!(run.records_until(END + HOUR_MS).count() > 500, "it goes on after the end");
}

#[test]
fn chaos_has_every_kind_of_trouble_and_calm_has_none() {
    assert_eq!(troubles(&calm()), HashSet::new());
    let all = ["duplicate", "reordered", "late", "far-future", "conflicting", "unknown", "undecodable"];
    assert_eq!(troubles(&chaotic()), HashSet::from(all));
}

#[test]
fn chaos_leaves_the_honest_events_as_they_are() {
    let chaotic = chaotic();
    let known: HashSet<_> = events(&chaotic).map(|(id, event)| (id, event.at)).collect();
    assert!(events(&calm()).all(|(id, event)| known.contains(&(id, event.at))));
}

/// What a reader would complain about. Some reordering is an ordinary day: only much of it is trouble.
fn troubles(records: &[Record]) -> HashSet<&'static str> {
    let mut found = HashSet::new();
    let mut seen: HashMap<&str, &Event<'_>> = HashMap::new();
    let mut slow = 0;
    for record in records {
        match &record.payload {
            Payload::Raw { bytes, .. } => {
                assert!(!bytes.contains(&b'\n'));
                found.insert(match decoded(bytes, None) {
                    Decoded::Event(_) => "an event",
                    Decoded::Unknown => "unknown",
                    Decoded::Rejected(_) => "undecodable",
                    Decoded::Empty => "empty",
                });
            }
            Payload::Event { event_id, event, .. } => {
                match admit(event.at, Some(record.timestamp_ms)) {
                    Admission::Admitted => slow += usize::from(record.timestamp_ms - event.at > 2_000),
                    Admission::Late => _ = found.insert("late"),
                    Admission::TooFarAhead => _ = found.insert("far-future"),
                }
                if let Some(before) = seen.insert(event_id, event) {
                    found.insert(if before == event { "duplicate" } else { "conflicting" });
                }
            }
        }
    }
    if slow * 10 > records.len() {
        found.insert("reordered");
    }
    found
}
