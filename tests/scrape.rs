//! The pages of metrics as a scraper asks for them: narrowed, compressed, and over the cap.

use std::io::Read as _;

use flate2::read::GzDecoder;

use cxpulse::telemetry::PROCESS_METRICS;

use crate::support::demo::Demo;
use crate::support::promtool::faults;

/// The lines that are series.
fn series(page: &str) -> Vec<&str> {
    page.lines().filter(|line| !line.starts_with('#') && !line.starts_with("cxpulse_export_series_dropped")).collect()
}

/// The values of a label, each once.
fn values<'a>(page: &'a str, label: &str) -> Vec<&'a str> {
    let opening = format!("{label}=\"");
    let of = |line: &'a str| line.split_once(&opening)?.1.split('"').next();
    let mut values: Vec<&str> = series(page).into_iter().filter_map(of).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn dropped(page: &str, scope: &str) -> u64 {
    let name = format!("cxpulse_export_series_dropped{{scope=\"{scope}\"}} ");
    let found = page.lines().find_map(|line| line.strip_prefix(&name));
    found.expect("every page says what it left out").parse().expect("a whole number")
}

#[test]
fn a_scrape_is_narrowed_by_what_its_address_names() {
    let mut demo = Demo::start(&[]);
    demo.says("CSAT");
    let page = |path: &str| {
        let (status, page) = demo.get(path);
        assert_eq!(status, 200, "{path}: {page}");
        assert_eq!(faults(&page), None, "{path}");
        page
    };

    let agents = page("/metrics/agents");
    assert_eq!(values(&agents, "window"), ["1h", "24h"]);
    assert!(agents.contains("\ncxpulse_account_live_owned{") && !agents.contains("_p50_"));
    assert_eq!((dropped(&agents, "agent"), dropped(&agents, "agent_skill")), (0, 0));
    let all = page("/metrics");
    assert_eq!(values(&all, "window"), ["12h", "15m", "1h", "24h", "30m", "4h", "5m"]);
    assert_eq!((dropped(&all, "account"), dropped(&all, "skill")), (0, 0));
    for name in PROCESS_METRICS {
        assert!(all.contains(&format!("\n{name} ")), "{name}");
        assert_eq!(series(&page(&format!("/metrics?family={name}"))).len(), 1, "{name}");
    }

    let [account, other] = values(&all, "account")[..] else { panic!("the demonstration has two accounts") };
    let crew = page(&format!("/metrics/agents?account={account}&window=1h&family=cxpulse_agent_csat_samples"));
    let agent = *values(&crew, "agent").last().expect("somebody was rated");
    let one = page(&format!("/metrics/agents?account={account}&agent={agent},nobody&window=60m,5m&family=csat,closed"));
    assert_eq!((values(&one, "account"), values(&one, "agent")), (vec![account], vec![agent]));
    assert!(values(&one, "window").iter().all(|window| ["1h", "5m"].contains(window)));
    let named =
        |line: &&str| line.starts_with("cxpulse_agent") && (line.contains("_csat_") || line.contains("_closed{"));
    assert!(series(&one).iter().all(named), "{one}");

    let theirs = page(&format!("/metrics?account={account}"));
    assert_eq!(values(&theirs, "account"), [account]);
    assert!(!theirs.contains(other) && !theirs.contains("\ncxpulse_ready"), "the engine belongs to no account");
    assert!(theirs.contains("\ncxpulse_messages_total{") && theirs.contains("\ncxpulse_account_live_open{"));
    assert_eq!(series(&page("/metrics?agent=9")), [""; 0], "agents have a page of their own");
    assert_eq!(series(&page("/metrics?family=cxpulse_ready")), ["cxpulse_ready 1"]);
}

#[test]
fn what_a_page_does_not_know_is_refused_with_what_would_be_right() {
    let demo = Demo::start(&[]);
    for (path, said) in [
        ("/metrics?window=7m", "window = \"7m\": there is no such window; right would be any of 5m, 15m, 30m, 1h, 4h"),
        (
            "/metrics/agents?agents=9",
            "agents = \"9\": there is no such parameter; right would be any of account, skill",
        ),
        (
            "/metrics/agents?family=csat,nps",
            "family = \"nps\": there is no such family; right would be a metric's name",
        ),
        ("/metrics?account=", "account = \"\": it is no id; right would be ids of 1 to 128 bytes"),
    ] {
        let (status, answer) = demo.get(path);
        assert_eq!(status, 400, "{path}: {answer}");
        assert!(answer.starts_with(said), "{path}: {answer}");
        assert_eq!(answer.lines().count(), 1, "{answer}");
    }
}

#[test]
fn a_page_is_compressed_for_those_who_ask_for_it_alone() {
    let mut demo = Demo::start(&[]);
    demo.says("CSAT");
    for page in ["/metrics", "/metrics/agents"] {
        let (head, body) = demo.ask(page, "Accept-Encoding: br, gzip\r\n");
        assert!(head.contains("content-encoding: gzip\r\n") && head.contains("vary: accept-encoding\r\n"), "{head}");
        let mut text = String::new();
        GzDecoder::new(&body[..]).read_to_string(&mut text).expect("gzip of UTF-8");
        assert!(text.starts_with("# HELP cxpulse_") && body.len() * 5 < text.len(), "{page}");
        let (head, body) = demo.ask(page, "");
        assert!(!head.contains("content-encoding") && body.starts_with(b"# HELP cxpulse_"), "{head}");
    }
}

#[test]
fn over_the_cap_whole_agents_are_missing_from_the_page_which_says_so_and_so_does_the_log_once() {
    let mut demo = Demo::start_aside(&["--series-cap", "1000", "--agent-metrics-families", "all", "--agents", "40"]);
    demo.says("CSAT");
    let narrow = "/metrics/agents?window=24h&family=agent_messages";
    let everybody = demo.get(narrow).1;
    let alone = |line: &&&str| line.starts_with("cxpulse_agent_agent_messages{");
    let all = series(&everybody).iter().filter(alone).count();
    let page = demo.get("/metrics/agents").1;
    let (kept, left_out) = (
        series(&page).iter().filter(|line| line.starts_with("cxpulse_agent_agent_messages{")).count(),
        dropped(&page, "agent"),
    );
    assert!(kept > 0 && kept < 2 * all, "{kept} of {all}");
    assert!(left_out > 0 && dropped(&page, "agent_skill") > 0);
    assert!(series(&page).iter().filter(|line| !line.starts_with("cxpulse_agent_skill_")).count() <= 1_000);
    demo.get("/metrics/agents");
    assert!(dropped(&demo.get("/metrics").1, "account") > 0, "two accounts have more than a thousand series");

    let log = demo.end();
    for scope in ["account", "agent", "agent_skill"] {
        let warned =
            log.lines().filter(|line| line.contains(&format!("series of the scope {scope} are over series_cap")));
        assert_eq!(warned.count(), 1, "{scope} in {log}");
    }
}
