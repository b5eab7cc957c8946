//! Whether the simulated centre is one: the same for the same seed, sorted, of a believable shape, and chaotic only
//! when asked.

use cxpulse::domain::event::{Body, Event};
use cxpulse::simulate::{Payload, Record, Settings, Simulation, Topic};
use std::collections::{HashMap, HashSet};

const END: i64 = 1_790_000_123_456;
const HOUR_MS: i64 = 3_600_000;

fn settings() -> Settings {
    Settings { seed: 7, conversations: 4000, agents: 60, skills: 5, accounts: 2, hours: 24, end_ms: END, chaos: false }
}

fn run(settings: &Settings) -> Vec<Record> {
    Simulation::new(settings).collect()
}

fn events(records: &[Record]) -> impl Iterator<Item = (&str, &Event<'static>)> {
    records.iter().filter_map(|record| match &record.payload {
        Payload::Event { event_id, event, .. } => Some((event_id.as_str(), event)),
        Payload::Raw { .. } => None,
    })
}

#[test]
fn shape() {
    let records = run(&settings());
    let mut kinds: HashMap<String, u32> = HashMap::new();
    for (_, event) in events(&records) {
        let name = format!("{:?}", event.body);
        *kinds.entry(name.split([' ', '(', '{']).next().unwrap().to_owned()).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|k| std::cmp::Reverse(k.1));
    let n = events(&records).filter(|e| !e.1.conversation.is_empty()).count();
    println!("{} per conv {kinds:#?}", n as f64 / 4000.0);
}
