//! That Prometheus takes every page of metrics as it is, by its own checker.

use crate::support::demo::Demo;
use crate::support::promtool::faults;

#[test]
fn prometheus_own_checker_finds_no_fault_in_either_page() {
    let mut demo = Demo::start(&[]);
    demo.says("CSAT");
    for (page, family) in [
        ("/metrics", "cxpulse_first_response_seconds_bucket{"),
        ("/metrics/agents", "cxpulse_agent_first_response_samples{"),
    ] {
        let (status, text) = demo.get(page);
        assert_eq!(status, 200);
        assert!(text.contains(family), "{page} has no {family}");
        assert_eq!(faults(&text), None, "{page}");
    }
}

#[test]
fn the_checker_finds_the_faults_that_there_are() {
    let counter = "# HELP cxpulse_things Things.\n# TYPE cxpulse_things counter\ncxpulse_things 1\n";
    let lint = faults(counter).expect("a counter's name ends with _total");
    assert!(lint.contains("cxpulse_things"), "{lint}");
    let twice = faults("cxpulse_things 1\ncxpulse_things 2\n").expect("a series stands there once");
    assert!(twice.contains("cxpulse_things"), "{twice}");
}
