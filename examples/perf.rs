//! throwaway
use cxpulse::domain::account::Account;
use cxpulse::domain::policy::Policies;
use cxpulse::simulate::*;
use cxpulse::wire::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
struct A;
static N: AtomicUsize = AtomicUsize::new(0);
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for A {
    unsafe fn alloc(&self, l: Layout) -> *mut u8 {
        N.fetch_add(l.size(), Relaxed);
        unsafe { System.alloc(l) }
    }
    unsafe fn dealloc(&self, p: *mut u8, l: Layout) {
        N.fetch_sub(l.size(), Relaxed);
        unsafe { System.dealloc(p, l) }
    }
    unsafe fn realloc(&self, p: *mut u8, l: Layout, n: usize) -> *mut u8 {
        N.fetch_add(n, Relaxed);
        N.fetch_sub(l.size(), Relaxed);
        unsafe { System.realloc(p, l, n) }
    }
}
#[global_allocator]
static G: A = A;
#[allow(clippy::disallowed_methods, clippy::unwrap_used)]
fn main() {
    let arg = |n: usize, d: u64| std::env::args().nth(n).and_then(|a| a.parse().ok()).unwrap_or(d);
    let conversations = arg(1, 100_000);
    let agents = arg(2, 10_000) as u32;
    let end_ms = 1_772_452_800_000;
    let mut bytes: Vec<u8> = vec![];
    let mut ends: Vec<(usize, i64)> = vec![];
    for r in Simulation::new(&Settings {
        seed: 1,
        conversations,
        agents,
        skills: 100,
        accounts: 1,
        hours: arg(3, 24) as u32,
        end_ms,
        chaos: false,
    }) {
        if let Payload::Event { event_id, event, .. } = &r.payload {
            encode_event::push_protobuf(
                &mut bytes,
                &encode_event::Outgoing { event_id, event, beside: Default::default(), recorded_at: None },
            );
            ends.push((bytes.len(), r.timestamp_ms));
        }
    }
    println!(
        "{} events {} bytes each, {:.1} per conversation",
        ends.len(),
        bytes.len() / ends.len(),
        ends.len() as f64 / conversations as f64
    );
    let m0 = N.load(Relaxed);
    let rss = || {
        std::fs::read_to_string("/proc/self/statm").unwrap().split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
    };
    let r0 = rss();
    let mut account = Account::new(Policies::default(), end_ms);
    let t = std::time::Instant::now();
    let mut from = 0;
    let mut outcomes = [0usize; 4];
    for &(end, ts) in &ends {
        let rec = RecordRef {
            payload: &bytes[from..end],
            content_type: Some(b"application/protobuf"),
            place: Place::Offset { topic: "t", partition: 0, offset: 0 },
        };
        from = end;
        match decode(&rec) {
            Decoded::Event(e) => {
                let _ = admit(e.at, Some(ts));
                outcomes[account.apply(&e) as usize] += 1;
            }
            _ => panic!(),
        }
    }
    let d = t.elapsed();
    println!(
        "{:?} ns/event {:.0}; {} B/conv allocated, {} B/conv rss, outcomes {:?}",
        d,
        d.as_nanos() as f64 / ends.len() as f64,
        (N.load(Relaxed) - m0) / conversations as usize,
        (rss() - r0) / conversations as usize,
        outcomes
    );
    let t = std::time::Instant::now();
    account.advance_to(end_ms);
    println!("advance {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let m = account.window_metrics(&Default::default(), &[5, 15, 30, 60, 240, 720, 1440]);
    println!("account windows {:?} closed {}", t.elapsed(), m[6].closed);
    let t = std::time::Instant::now();
    let m = account.all_window_metrics(cxpulse::domain::account::ScopeKind::Skill, &[5, 15, 30, 60, 240, 720, 1440]);
    println!("skills {} {:?}", m.len(), t.elapsed());
    let t = std::time::Instant::now();
    let m = account.all_window_metrics(cxpulse::domain::account::ScopeKind::Agent, &[5, 15, 30, 60, 240, 720, 1440]);
    println!("agents {} {:?}", m.len(), t.elapsed());
    let t = std::time::Instant::now();
    let l = account.live();
    println!("live {} {:?}", l.open, t.elapsed());
}
