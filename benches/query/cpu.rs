//! How long the threads of this process have run, by their names.

use std::collections::BTreeMap;
use std::fs;

/// CPU time in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    /// Of the thread that folds.
    pub(crate) fold: u64,
    /// Of the thread that makes passes.
    pub(crate) passes: u64,
    /// Of all that serves, threads that have ended since included.
    pub(crate) serving: u64,
}

impl Cpu {
    /// Up to now.
    pub(crate) fn now() -> Self {
        let threads = by_name();
        let of = |name: &str| threads.get(name).copied().unwrap_or(0);
        let (fold, passes, others) = (of(FOLD), of(PASSES), of(SOURCE) + main_thread());
        Self { fold, passes, serving: process().saturating_sub(fold + passes + others) }
    }

    pub(crate) fn since(self, before: Self) -> Self {
        let (fold, passes) = (self.fold - before.fold, self.passes - before.passes);
        Self { fold, passes, serving: self.serving.saturating_sub(before.serving) }
    }
}

/// What threads are called.
pub(crate) const FOLD: &str = "fold";
pub(crate) const PASSES: &str = "passes";
pub(crate) const SOURCE: &str = "source";

fn by_name() -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").expect("Linux lists threads").flatten() {
        // One that ends meanwhile is in the process's time.
        let read = |file: &str| fs::read_to_string(task.path().join(file)).ok();
        let (Some(name), Some(ran)) = (read("comm"), read("schedstat")) else { continue };
        *all.entry(name.trim().to_owned()).or_default() += first_number(&ran);
    }
    all
}

fn main_thread() -> u64 {
    first_number(&fs::read_to_string("/proc/self/schedstat").expect("Linux tells a thread's time"))
}

/// To ten milliseconds, which is little of half a minute.
fn process() -> u64 {
    const TICK_NS: u64 = 10_000_000;
    let text = fs::read_to_string("/proc/self/stat").expect("Linux tells a process's time");
    let (_, numbers) = text.rsplit_once(") ").expect("the name is in parentheses");
    // Fields 14 and 15 of the line, of which the name is the second.
    numbers.split(' ').skip(11).take(2).map(first_number).sum::<u64>() * TICK_NS
}

fn first_number(text: &str) -> u64 {
    text.split_whitespace().next().and_then(|number| number.parse().ok()).expect("it is a number")
}
