//! The arrows and the rules, as tables, and what of a file breaks them.

use std::collections::BTreeSet;

use super::source::{Source, item_length};

/// Which modules of the crate a module may name, beside itself. The order is that of `lib.rs`: as data flows.
const ARROWS: &[(&str, &[&str])] = &[
    ("board", &["domain"]),
    (
        "cli",
        &[
            "board",
            "clock",
            "config",
            "connection",
            "domain",
            "pipeline",
            "random",
            "serve",
            "simulate",
            "source",
            "publish",
            "telemetry",
            "wire",
        ],
    ),
    ("clock", &["domain"]),
    ("config", &["domain", "wire"]),
    ("connection", &["config"]),
    ("domain", &[]),
    ("fold", &["board", "domain", "telemetry", "wire"]),
    ("lib", &[]),
    ("main", &["cli"]),
    (
        "pipeline",
        &[
            "board",
            "clock",
            "config",
            "connection",
            "domain",
            "fold",
            "publish",
            "random",
            "serve",
            "simulate",
            "source",
            "telemetry",
            "wire",
        ],
    ),
    ("publish", &["board", "connection", "domain", "telemetry", "wire"]),
    ("random", &[]),
    ("serve", &["board", "domain", "telemetry", "wire"]),
    ("simulate", &["domain"]),
    ("source", &["connection", "domain", "simulate", "telemetry", "wire"]),
    ("telemetry", &["config"]),
    ("wire", &["domain"]),
];

/// The rooms of the domain, and which of the others each may name. Those that are not listed are words of all.
const ROOMS: &[(&str, &[&str])] = &[
    ("compact", &[]),
    ("names", &["compact"]),
    ("timeline", &["names", "compact"]),
    ("life", &["timeline", "names"]),
    ("history", &["life", "timeline", "names", "compact"]),
    ("day", &["names", "compact"]),
    ("answers", &["day", "names"]),
    ("account", &["history", "day", "answers", "life", "names"]),
];

/// What also those files of the domain may name that stand outside its rooms.
const WORDS_OF_ALL: &[&str] = &["names", "compact"];

/// What meets in `pipeline` and nowhere else.
const STAGES: &[&str] = &["source", "fold", "publish", "serve"];

/// The modules that read no clock, file, environment or socket, and the crates that do none of it either.
const PURE: &[(&str, &[&str])] = &[
    ("domain", &["chrono", "foldhash", "hashbrown", "smallvec", "thiserror", "xxhash_rust"]),
    ("simulate", &["chrono", "foldhash", "itoa", "thiserror", "xxhash_rust"]),
    (
        "wire",
        &[
            "blake3",
            "chrono",
            "foldhash",
            "itoa",
            "prost",
            "serde",
            "serde_json",
            "subtle",
            "thiserror",
            "toml",
            "xxhash_rust",
        ],
    ),
];
const IMPURE_STD: &[&str] = &["env", "fs", "net", "os", "process", "thread"];

/// Crates with one home.
const HOMES: &[(&str, &str)] = &[
    ("prost", "wire"),
    ("dashmap", "board"),
    ("blake3", "wire"),
    ("getrandom", "random"),
    ("rust_embed", "serve"),
    ("utoipa", "serve"),
];

/// What only some modules may do: a type or module of std or chrono, its functions (none named: any), and who.
const EFFECTS: &[(&str, &[&str], &[&str])] = &[
    ("Instant", &["now"], &["clock"]),
    ("SystemTime", &["now"], &["clock"]),
    ("Utc", &["now"], &["clock"]),
    ("Local", &["now"], &["clock"]),
    ("env", &["var", "var_os", "vars", "vars_os"], &["config"]),
    ("env", &["args", "args_os"], &["cli", "main"]),
    ("fs", &[], &["config", "source", "cli"]),
    ("File", &[], &["config", "source", "cli"]),
];

const LONGEST_FUNCTION_LINES: usize = 60;

/// The modules that `module` may name; none for a module that has no place in the picture.
pub(super) fn arrows(module: &str) -> Option<&'static [&'static str]> {
    find(ARROWS, module)
}

/// Everything in a file that breaks an arrow or a rule.
pub(super) fn broken(source: &Source) -> Vec<String> {
    let tokens = source.tokens();
    let checks = [arrows_broken, rooms_left, stages_met, impurities, homes_left, effects, manners, long_functions];
    let problems = checks.iter().flat_map(|check| check(source, &tokens));
    problems.map(|problem| format!("src/{}: {problem}", source.path())).collect()
}

fn arrows_broken(source: &Source, tokens: &[&str]) -> Vec<String> {
    let module = source.module();
    let allowed = arrows(module).unwrap_or_default();
    let others = modules_named(source, tokens).into_iter().filter(|name| *name != module && !allowed.contains(name));
    others.map(|name| format!("`{module}` may not name `{name}`")).collect()
}

/// Which room of the domain names one that it may not.
fn rooms_left(source: &Source, tokens: &[&str]) -> Vec<String> {
    let Some(room) = source.room() else { return Vec::new() };
    let allowed = find(ROOMS, room);
    let mut named = heads_after(tokens, &["crate", "::", "domain"]);
    let to_the_domain = vec!["super"; source.depth() - 1].join(" :: ");
    named.extend(heads_after(tokens, &to_the_domain.split(' ').collect::<Vec<_>>()));
    let is_other = |name: &&str| *name != room && find(ROOMS, name).is_some();
    let others: BTreeSet<&str> = named.into_iter().filter(is_other).collect();
    let problem = |name: &str| format!("`domain::{room}` may not name `domain::{name}`");
    match allowed {
        Some(allowed) => others.into_iter().filter(|name| !allowed.contains(name)).map(problem).collect(),
        None => others.into_iter().filter(|name| !WORDS_OF_ALL.contains(name)).map(problem).collect(),
    }
}

fn stages_met(source: &Source, tokens: &[&str]) -> Vec<String> {
    let named = modules_named(source, tokens);
    let stages: Vec<&str> = STAGES.iter().copied().filter(|stage| named.contains(stage)).collect();
    let meet = stages.len() > 1 && source.module() == "cli";
    if meet { vec![format!("names the stages {}; they meet in `pipeline`", stages.join(", "))] } else { Vec::new() }
}

fn impurities(source: &Source, tokens: &[&str]) -> Vec<String> {
    let module = source.module();
    let Some(pure) = find(PURE, module) else { return Vec::new() };
    let crates = crates_used(tokens).into_iter().filter(|name| !pure.contains(&name.as_str()));
    let parts = heads_after(tokens, &["std"]).into_iter().filter(|part| IMPURE_STD.contains(part));
    let crates = crates.map(|name| format!("`{module}` may not use the crate `{name}`"));
    crates.chain(parts.map(|part| format!("`{module}` may not use `std::{part}`"))).collect()
}

fn homes_left(source: &Source, tokens: &[&str]) -> Vec<String> {
    let used = crates_used(tokens);
    let strays = HOMES.iter().filter(|(name, home)| *home != source.module() && used.iter().any(|used| used == name));
    strays.map(|(name, home)| format!("only `{home}` may use `{name}`")).collect()
}

fn effects(source: &Source, tokens: &[&str]) -> Vec<String> {
    let mut problems = Vec::new();
    for (of, functions, may) in EFFECTS.iter().filter(|(_, _, may)| !may.contains(&source.module())) {
        for function in heads_after(tokens, &[of]) {
            if functions.is_empty() || functions.contains(&function) {
                problems.push(format!("`{of}::{function}` belongs in `{}`", may.join("`, `")));
            }
        }
    }
    problems
}

fn manners(source: &Source, tokens: &[&str]) -> Vec<String> {
    let has = |wanted: &[&str]| tokens.windows(wanted.len()).any(|window| window == wanted);
    let mut problems = Vec::new();
    let mut object = |is_broken: bool, problem: &str| {
        if is_broken {
            problems.push(problem.to_owned());
        }
    };
    object(!source.text().starts_with("//! "), "does not open with a `//!` sentence");
    object(has(&[".", "unwrap", "(", ")"]), "unwrap() outside tests");
    object(has(&["[", "allow", "("]), "#[allow(…)]: use #[expect(…, reason)]");
    for word in ["println", "eprintln", "print", "eprint", "dbg"] {
        let may = matches!(source.module(), "cli" | "main") && word != "dbg";
        object(!may && has(&[word, "!", "("]), &format!("`{word}!` outside `cli`"));
    }
    problems
}

fn long_functions(source: &Source, _: &[&str]) -> Vec<String> {
    let code = source.code();
    let mut problems = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts_a_word = !code[..at].ends_with(|c: char| super::source::is_word(c));
        let name = code[at + 3..].split(|c: char| !super::source::is_word(c)).next().unwrap_or_default();
        let lines = code[at..at + item_length(&code[at..])].lines().count();
        if starts_a_word && !name.is_empty() && lines > LONGEST_FUNCTION_LINES {
            problems.push(format!("fn {name} is {lines} lines long; {LONGEST_FUNCTION_LINES} is the most"));
        }
    }
    problems
}

/// The modules of the crate that a file names, by `crate::` or by enough `super::`, each once.
fn modules_named<'a>(source: &Source, tokens: &[&'a str]) -> Vec<&'a str> {
    let mut named = heads_after(tokens, &["crate"]);
    named.extend(heads_after(tokens, &["cxpulse"]));
    if source.depth() > 0 {
        let to_the_root = vec!["super"; source.depth()].join(" :: ");
        named.extend(heads_after(tokens, &to_the_root.split(' ').collect::<Vec<_>>()));
    }
    named.sort_unstable();
    named.dedup();
    named.retain(|name| *name != "super");
    named
}

/// What stands right after `path::`, wherever that occurs: one name, or those of a group in braces.
fn heads_after<'a>(tokens: &[&'a str], path: &[&str]) -> Vec<&'a str> {
    let mut heads = Vec::new();
    for at in 0..tokens.len().saturating_sub(path.len() + 1) {
        let begins = at == 0 || tokens[at - 1] != "::" || path[0] != "super";
        let after = at + path.len();
        if begins && tokens[at..after] == *path && tokens[after] == "::" {
            heads.extend(group(&tokens[after + 1..]));
        }
    }
    heads
}

/// `a::b` begins with a; `{a::b, c::{d, e}}` begins with a and c.
fn group<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    if tokens.first() != Some(&"{") {
        return tokens.first().copied().into_iter().collect();
    }
    let mut heads = Vec::new();
    let mut depth = 0;
    for pair in tokens.windows(2) {
        match pair[0] {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        match pair {
            _ if depth == 0 => break,
            ["{" | ",", head] if depth == 1 => heads.push(*head),
            _ => {}
        }
    }
    heads
}

/// The dependencies of Cargo.toml that a file names. `metrics` is also a word of ours, so it cannot be told.
fn crates_used(tokens: &[&str]) -> Vec<String> {
    let named = |name: &str| {
        tokens.windows(3).any(|window| window[0] != "::" && window[1] == name && window[2] == "::")
            || tokens.windows(3).any(|window| window[0] == "use" && window[1] == name && window[2] == ";")
    };
    dependencies().into_iter().filter(|name| name != "metrics" && named(name)).collect()
}

fn dependencies() -> Vec<String> {
    let manifest = include_str!("../../Cargo.toml");
    let table = manifest.split("\n[dependencies]\n").nth(1).expect("Cargo.toml has dependencies");
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_"));
    names.collect()
}

fn find<T: Copy>(table: &[(&str, T)], key: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
}
