//! Random sets of events, made to collide: few ids, times on and around edges, everything allowed.

use serde_json::{Value, json};

use super::{recorded, wide, words};

/// A small generator of its own, so that a seed means the same set for ever (SplitMix64, Steele and others, 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def0)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

/// When the event of a line happened.
pub(crate) fn at_ms(line: &str) -> i64 {
    let event: Value = serde_json::from_str(line).expect("our own");
    event["occurred_at"].as_i64().expect("our own")
}

/// The fewest lines of a set for which `fails` still holds, found by leaving out one after the other.
pub(super) fn fewest(set: &Set, fails: impl Fn(&Set) -> bool) -> Set {
    let mut least = set.clone();
    let mut place = least.lines.len();
    while place > 0 {
        place -= 1;
        let mut less = least.clone();
        less.lines.remove(place);
        if fails(&less) {
            least = less;
        }
    }
    least
}

/// A set of events and a question.
#[derive(Clone)]
pub(crate) struct Set {
    pub(crate) seed: u64,
    pub(crate) lines: Vec<String>,
    pub(crate) policies: Value,
    pub(crate) as_of_ms: i64,
    pub(crate) window_minutes: u32,
    /// How long before noon it begins.
    pub(crate) span_ms: i64,
}

/// 2026-03-02 12:00 UTC.
const NOON_MS: i64 = 1_772_452_800_000;
const MINUTE_MS: i64 = 60_000;

/// How far apart the events of a set lie.
#[derive(Clone, Copy)]
struct Span {
    length_ms: i64,
    grain_ms: i64,
}

const SPANS: [Span; 6] = [
    Span { length_ms: 20 * MINUTE_MS, grain_ms: 1000 },
    Span { length_ms: 2 * 60 * MINUTE_MS, grain_ms: MINUTE_MS },
    Span { length_ms: 6 * 60 * MINUTE_MS, grain_ms: 5 * MINUTE_MS },
    Span { length_ms: 26 * 60 * MINUTE_MS, grain_ms: 10 * MINUTE_MS },
    Span { length_ms: 40 * 24 * 60 * MINUTE_MS, grain_ms: 12 * 60 * MINUTE_MS },
    // So few and far between that silences end lives, open ones too.
    Span { length_ms: 150 * 24 * 60 * MINUTE_MS, grain_ms: 12 * 60 * MINUTE_MS },
];
const WIDE_SPANS: [Span; 6] = [
    Span { length_ms: 3000, grain_ms: 1 },
    Span { length_ms: 60 * MINUTE_MS, grain_ms: 17 },
    Span { length_ms: 25 * 60 * MINUTE_MS, grain_ms: 5 * MINUTE_MS },
    Span { length_ms: 9 * 24 * 60 * MINUTE_MS, grain_ms: 1777 },
    Span { length_ms: 60 * 24 * 60 * MINUTE_MS, grain_ms: 6 * 60 * MINUTE_MS },
    Span { length_ms: 60 * 24 * 60 * MINUTE_MS, grain_ms: MINUTE_MS },
];

const DAYS: [Span; 4] = [
    Span { length_ms: 3 * 24 * 60 * MINUTE_MS, grain_ms: 60 * MINUTE_MS },
    Span { length_ms: 6 * 24 * 60 * MINUTE_MS, grain_ms: 6 * 60 * MINUTE_MS },
    Span { length_ms: 6 * 24 * 60 * MINUTE_MS, grain_ms: 7 * MINUTE_MS },
    Span { length_ms: 20 * 24 * 60 * MINUTE_MS, grain_ms: 12 * 60 * MINUTE_MS },
];

impl Set {
    pub(crate) fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let span = *random.of(&SPANS);
        Self::over(seed, random, span)
    }

    /// A set of another mix: long lives, values beyond 32 bits, more of everything, and often something missing.
    pub(crate) fn wide(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0xdead_beef);
        let span = *random.of(&WIDE_SPANS);
        wide::widened(Self::over(seed, random, span))
    }

    /// A set over several days, whose lines say when they were recorded; see `recorded`.
    pub(crate) fn of_days(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x0f0f_6e77);
        let span = *random.of(&DAYS);
        recorded::recorded(Self::over(seed, random, span))
    }

    fn over(seed: u64, mut random: Random, span: Span) -> Self {
        let count = 10 + random.below(150);
        let mut maker = Maker { random, span };
        let mut lines: Vec<String> = (0..count).map(|number| maker.line(number)).collect();
        let copies: Vec<String> = (0..count / 12).map(|_| maker.copy(&lines)).collect();
        lines.extend(copies);
        let lines = lines.iter().map(|line| words::worded(line)).collect();
        let policies = maker.policies();
        let as_of_ms =
            NOON_MS - maker.random.below(4) as i64 * span.length_ms / 8 + *maker.random.of(&[0, 0, -1, 1, 150_000]);
        let window_minutes = *maker.random.of(&[1, 5, 7, 30, 60, 239, 720, 1440, 1440]);
        Self { seed, lines, policies, as_of_ms, window_minutes, span_ms: span.length_ms }
    }

    /// The set as a file and a question, for whoever has to find out what differs.
    pub(crate) fn told(&self) -> String {
        let Self { lines, policies, as_of_ms, window_minutes, .. } = self;
        format!("as of {as_of_ms}, {window_minutes} min, {policies}\n{}", lines.join("\n"))
    }
}

struct Maker {
    random: Random,
    span: Span,
}

impl Maker {
    fn line(&mut self, number: u64) -> String {
        let mut event = if self.random.chance(8) { self.status() } else { self.happening() };
        event["account_id"] = json!(if self.random.chance(95) { "acme" } else { "other" });
        event["occurred_at"] = json!(self.time());
        // Few identities, so that some collide.
        let identity = if self.random.chance(6) { self.random.below(number + 1) } else { number };
        event["event_id"] = json!(format!("e{identity}"));
        if self.random.chance(10) {
            event["sequence"] = json!(self.random.below(3));
        }
        if self.random.chance(20) {
            self.record(&mut event);
        }
        event.to_string()
    }

    /// A line recorded once more, perhaps with another sequence or with a default that it did not say.
    fn copy(&mut self, lines: &[String]) -> String {
        let line: &String = self.random.of(lines);
        let mut event: Value = serde_json::from_str(line).expect("our own");
        self.record(&mut event);
        self.perhaps(&mut event, "sequence", 20, |maker| json!(maker.random.below(3)));
        if event["type"] == json!("customer_message") && event["automated"].is_null() {
            self.perhaps(&mut event, "automated", 50, |_| json!(false));
        }
        event.to_string()
    }

    /// When a line was recorded: soon after it happened, so that it orders events of clocks that tick in seconds.
    fn record(&mut self, event: &mut Value) {
        let at_ms = event["occurred_at"].as_i64().expect("our own");
        event["recorded_at"] = json!(at_ms + *self.random.of(&[-1, 0, 1, 2, 250, 999, 1000]));
    }

    fn time(&mut self) -> i64 {
        let grains = (self.span.length_ms / self.span.grain_ms) as u64;
        let at = NOON_MS - self.random.below(grains + 1) as i64 * self.span.grain_ms;
        at + *self.random.of(&[0, 0, 0, 0, -1, 1, 1, 30_000, -MINUTE_MS, 1777, 60_001])
    }

    fn agent(&mut self) -> Value {
        json!(*self.random.of(&["a1", "a1", "a2", "a3"]))
    }

    fn skill(&mut self) -> Value {
        json!(*self.random.of(&["s1", "s2"]))
    }

    fn contact(&mut self) -> Value {
        json!(*self.random.of(&["k1", "k2", "k3"]))
    }

    fn status(&mut self) -> Value {
        let status = *self.random.of(&["online", "online", "away", "offline"]);
        json!({"type": "agent_status", "agent_id": self.agent(), "status": status})
    }

    fn happening(&mut self) -> Value {
        let mut event = self.body();
        event["conversation_id"] = json!(*self.random.of(&["c1", "c1", "c2", "c3"]));
        event
    }

    fn body(&mut self) -> Value {
        match self.random.below(34) {
            0 | 1 => self.started(),
            2 | 3 => self.assigned(),
            4 => json!({"type": "handed_off"}),
            5 => json!({"type": "participant_joined", "contact_id": self.contact()}),
            6 => json!({"type": "topic_tagged", "topic": "a topic"}),
            7..=9 => json!({"type": "focused", "agent_id": self.agent()}),
            10..=13 => self.customer_message(),
            14..=17 => self.agent_message(),
            18 => json!({"type": "unfocused", "agent_id": self.agent()}),
            19 => self.snoozed(),
            20..=22 => self.closed(),
            23 => json!({"type": "reopened"}),
            24 | 25 => self.survey("survey_sent"),
            26..=29 => self.answered(),
            30 => self.commented(),
            31 => json!({"type": "mood_prompted", "agent_id": self.agent()}),
            _ => {
                let mood = *self.random.of(&["happy", "neutral", "unhappy"]);
                json!({"type": "mood_recorded", "agent_id": self.agent(), "mood": mood})
            }
        }
    }

    fn started(&mut self) -> Value {
        let origin = *self.random.of(&["inbound", "inbound", "outbound", "workflow", "api"]);
        let mut event = json!({"type": "conversation_started", "origin": origin});
        self.perhaps(&mut event, "contact_id", 70, Self::contact);
        self.perhaps(&mut event, "skill_id", 50, Self::skill);
        self.perhaps(&mut event, "line_id", 50, |_| json!("l1"));
        self.perhaps(&mut event, "audience", 30, |_| json!("lead"));
        event
    }

    fn assigned(&mut self) -> Value {
        let mut event = json!({"type": "assigned"});
        self.perhaps(&mut event, "agent_id", 60, Self::agent);
        self.perhaps(&mut event, "skill_id", 40, Self::skill);
        self.perhaps(&mut event, "agent_id", 10, |_| json!(""));
        self.perhaps(&mut event, "skill_id", 10, |_| json!(""));
        event
    }

    fn customer_message(&mut self) -> Value {
        let mut event = json!({"type": "customer_message", "characters": self.random.below(200)});
        self.perhaps(&mut event, "contact_id", 30, Self::contact);
        self.perhaps(&mut event, "automated", 12, |_| json!(true));
        event
    }

    fn agent_message(&mut self) -> Value {
        let (agent, characters) = (self.agent(), self.random.below(200));
        let automated = self.random.chance(20);
        json!({"type": "agent_message", "agent_id": agent, "characters": characters, "automated": automated})
    }

    fn snoozed(&mut self) -> Value {
        let mut event = json!({"type": "snoozed"});
        let until = self.time();
        self.perhaps(&mut event, "until", 50, |_| json!(until));
        event
    }

    fn closed(&mut self) -> Value {
        let closed_by = *self.random.of(&["agent", "agent", "customer", "system"]);
        let outcome = *self.random.of(&["resolved", "resolved", "resolved", "abandoned", "spam"]);
        let mut event = json!({"type": "closed", "closed_by": closed_by});
        self.perhaps(&mut event, "outcome", 60, |_| json!(outcome));
        self.perhaps(&mut event, "agent_id", 40, Self::agent);
        event
    }

    fn survey(&mut self, kind: &str) -> Value {
        let mut event = json!({"type": kind});
        self.perhaps(&mut event, "survey_id", 60, |random| json!(*random.random.of(&["v1", "v2"])));
        self.perhaps(&mut event, "agent_id", 30, Self::agent);
        self.perhaps(&mut event, "skill_id", 30, Self::skill);
        event
    }

    fn answered(&mut self) -> Value {
        let mut event = self.survey("survey_answered");
        event["score"] = json!(*self.random.of(&[0, 1, 2, 2, 3, 4, 4, 5, 5, 6]));
        self.perhaps(&mut event, "comment", 15, |_| json!("private"));
        event
    }

    fn commented(&mut self) -> Value {
        let mut event = self.survey("survey_commented");
        event["comment"] = json!("private");
        event
    }

    fn perhaps(&mut self, event: &mut Value, field: &str, percent: u64, value: impl FnOnce(&mut Self) -> Value) {
        if self.random.chance(percent) {
            event[field] = value(self);
        }
    }

    fn policies(&mut self) -> Value {
        if self.random.chance(30) {
            return Value::Null;
        }
        let account = *self.random.of(&["acme", "*"]);
        let mut versions = vec![self.version(0)];
        for _ in 0..self.random.below(3) {
            let from = self.time();
            if versions.iter().all(|version: &Value| version["effective_from"] != json!(from)) {
                versions.push(self.version(from));
            }
        }
        json!({"policies": [{"account_id": account, "versions": versions}]})
    }

    fn version(&mut self, effective_from: i64) -> Value {
        let mut version = json!({"effective_from": effective_from});
        for target in ["first_response_target_seconds", "response_target_seconds", "resolution_target_seconds"] {
            self.perhaps(&mut version, target, 60, |maker| json!(*maker.random.of(&[1, 60, 300, 3600, 700_000])));
        }
        for hours in ["rate_within_hours", "change_within_hours"] {
            self.perhaps(&mut version, hours, 40, |maker| json!(*maker.random.of(&[1, 24])));
        }
        self.perhaps(&mut version, "frt_start", 40, |_| json!("handed_off"));
        self.perhaps(&mut version, "reopen", 40, |_| json!("count_each"));
        self.perhaps(&mut version, "handle_requires_reply", 40, |_| json!(true));
        self.perhaps(&mut version, "visit_cap_seconds", 40, |maker| json!(*maker.random.of(&[1, 60, 300, 7200])));
        self.perhaps(&mut version, "status_cap_seconds", 40, |maker| {
            json!(*maker.random.of(&[60, 300, 7200, 604_800]))
        });
        self.perhaps(&mut version, "system_close", 40, |_| json!("abandoned"));
        self.perhaps(&mut version, "minimum_n", 30, |_| json!(3));
        self.perhaps(&mut version, "agent_metrics", 10, |_| json!(false));
        self.perhaps(&mut version, "ask_on_workflow", 40, |_| json!(true));
        self.perhaps(&mut version, "ask_leads", 40, |_| json!(false));
        self.perhaps(&mut version, "csat_credit", 70, |maker| {
            json!(*maker.random.of(&["last_human_sender", "first_responder", "closer", "assignee"]))
        });
        version
    }
}
