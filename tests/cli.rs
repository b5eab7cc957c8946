//! The command line and its settings: which layer wins, and what every wrong one is told.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _, Parser as _};
use cxpulse::cli::Cli;
use cxpulse::config::{self, ConfigError, Layers, Origin, Resolved, SETTINGS, Shape};

/// A command line's flags, an environment and a file, without a process around them.
#[derive(Default)]
struct Given {
    flags: Vec<(&'static str, String)>,
    environment: Vec<(&'static str, &'static str)>,
    file: Option<&'static str>,
}

impl Given {
    fn flag(mut self, name: &'static str, value: &str) -> Self {
        self.flags.push((name, value.to_owned()));
        self
    }

    fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    fn file(mut self, text: &'static str) -> Self {
        self.file = Some(text);
        self
    }

    fn load(&self) -> Result<Resolved, ConfigError> {
        let layers = Layers { flags: self.flags.clone(), file: self.file.map(|_| PathBuf::from("cxpulse.toml")) };
        let environment = |name: &str| {
            self.environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let read = |_: &Path| self.file.map(str::to_owned).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
        config::load_from(&layers, &environment, &read)
    }

    fn refused(&self) -> String {
        self.load().expect_err("this configuration is wrong").to_string()
    }
}

fn origin_of(resolved: &Resolved, name: &str) -> Origin {
    let row = SETTINGS.iter().position(|setting| setting.name == name).expect("a setting of that name");
    resolved.origins[row].clone()
}

#[test]
fn without_any_layer_the_defaults_hold() {
    let resolved = Given::default().load().expect("defaults are right");
    let settings = &resolved.settings;
    assert_eq!(settings.brokers, ["127.0.0.1:9092"]);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.policy, None);
    assert_eq!(settings.windows, [5, 15, 30, 60, 240, 720, 1440]);
    assert_eq!((settings.publish_interval_ms, settings.agent_publish_interval_ms), (250, 5_000));
    assert_eq!(settings.forget_after_ms, 7 * 86_400_000);
    assert_eq!(settings.forget_open_after_ms, 31 * 86_400_000);
    assert_eq!(settings.series_cap, 100_000);
    assert_eq!(settings.histogram_bounds_ms.first(), Some(&5_000));
    assert_eq!(settings.histogram_bounds_ms.last(), Some(&86_400_000));
    assert!(resolved.origins.iter().all(|origin| *origin == Origin::Default));
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let file = "series_cap = 3000\nlisten = \"127.0.0.1:3\"\nlog = \"warn\"\n";
    let given = Given::default()
        .file(file)
        .variable("CXPULSE_SERIES_CAP", "4000")
        .variable("CXPULSE_LISTEN", "127.0.0.1:4")
        .flag("series_cap", "5000");
    let resolved = given.load().expect("every layer is right");
    assert_eq!(resolved.settings.series_cap, 5000);
    assert_eq!(resolved.settings.listen.port(), 4);
    assert_eq!(resolved.settings.log, "warn");
    assert_eq!(origin_of(&resolved, "series_cap"), Origin::Flag("series-cap".into()));
    assert_eq!(origin_of(&resolved, "listen"), Origin::Environment("CXPULSE_LISTEN".into()));
    assert_eq!(origin_of(&resolved, "log"), Origin::File("cxpulse.toml".into()));
    assert_eq!(origin_of(&resolved, "brokers"), Origin::Default);
}

#[test]
fn a_variable_that_is_set_to_nothing_counts_as_not_set() {
    let resolved = Given::default().variable("CXPULSE_LISTEN", "").load().expect("nothing is given");
    assert_eq!(origin_of(&resolved, "listen"), Origin::Default);
}

#[test]
fn the_environment_can_name_the_file() {
    let environment = |name: &str| (name == "CXPULSE_CONFIG").then(|| "of-the-environment.toml".to_owned());
    let read = |path: &Path| {
        assert_eq!(path, Path::new("of-the-environment.toml"));
        Ok("series_cap = 7000".to_owned())
    };
    let resolved = config::load_from(&Layers::default(), &environment, &read).expect("a right file");
    assert_eq!(resolved.settings.series_cap, 7000);
}

#[test]
fn lists_are_arrays_in_the_file_and_comma_separated_elsewhere() {
    let file = "windows = [60, 5]\nkeep_text = [\"north\", \"south\"]\n\
                [kafka_properties]\n\"security.protocol\" = \"SSL\"\n";
    let settings = Given::default().file(file).flag("brokers", "a:1, b:2").load().expect("right").settings;
    assert_eq!(settings.windows, [5, 60]);
    assert_eq!(settings.keep_text, ["north", "south"]);
    assert_eq!(settings.kafka_properties, [("security.protocol".to_owned(), "SSL".to_owned())]);
    assert_eq!(settings.brokers, ["a:1", "b:2"]);
}

#[test]
fn a_window_is_minutes_or_hours_wherever_it_is_named() {
    let windows = |given: Given| given.load().expect("right").settings.windows;
    assert_eq!(windows(Given::default().flag("windows", "60m,24h,5m")), [5, 60, 1440]);
    assert_eq!(windows(Given::default().flag("windows", "1440m, 1h")), [60, 1440]);
    assert_eq!(windows(Given::default().file("windows = [\"1h\", 30]")), [30, 60]);
    for window in ["60m", "1h", "1440m", "24h"] {
        let line = format!("replay --input a --as-of 2026-03-01T00:00:00Z --window {window}");
        assert_eq!(command_line(&line).0, 0);
    }
}

#[test]
fn what_is_printed_names_every_setting_and_its_origin_and_is_itself_a_configuration() {
    let given = Given::default().variable("CXPULSE_SERIES_CAP", "4000").flag("windows", "5,60");
    let resolved = given.load().expect("right");
    let printed = resolved.print();
    for setting in SETTINGS {
        assert!(printed.lines().any(|line| line.starts_with(&format!("{} = ", setting.name))), "{}", setting.name);
    }
    assert!(
        printed.lines().any(|l| l.starts_with("series_cap = 4000 ") && l.ends_with("# environment CXPULSE_SERIES_CAP"))
    );
    assert!(printed.lines().any(|l| l.starts_with("windows = [\"5m\", \"1h\"] ") && l.ends_with("# flag --windows")));
    assert!(printed.lines().any(|l| l.starts_with("listen = \"127.0.0.1:8080\" ") && l.ends_with("# default")));
    let again =
        config::load_from(&Layers { file: Some("printed.toml".into()), ..Layers::default() }, &|_| None, &|_| {
            Ok(printed.clone())
        });
    assert_eq!(again.expect("the output is a right file").settings, resolved.settings);
}

#[test]
fn the_page_of_agents_has_an_hour_and_a_day_or_of_other_windows_the_longest() {
    let agents = |given: Given| given.load().expect("right").settings.agent_metrics_windows;
    assert_eq!(agents(Given::default()), [60, 1440]);
    assert_eq!(agents(Given::default().flag("windows", "5,60")), [60]);
    assert_eq!(agents(Given::default().flag("windows", "5,15")), [15]);
    assert_eq!(agents(Given::default().flag("agent_metrics_windows", "5m,60m")), [5, 60]);
}

#[test]
fn the_windows_of_agents_are_printed_as_they_come_out_and_never_replaced_where_somebody_named_them() {
    let few = || Given::default().flag("windows", "5m,15m");
    let printed = few().load().expect("right").print();
    for name in ["agent_windows", "agent_metrics_windows"] {
        let line = printed.lines().find(|line| line.starts_with(&format!("{name} = "))).expect("it is printed");
        assert!(line.starts_with(&format!("{name} = [\"15m\"] ")) && line.ends_with("# default"), "{line}");
        let refused = few().flag(name, "1h,24h").refused();
        assert!(refused.contains("\"1h\" is none of the windows; right would be any of 5m,15m"), "{refused}");
        let twice = Given::default().flag(name, "1h,60m").refused();
        assert!(twice.contains("1h stands there twice"), "{twice}");
        let minutes = Given::default().flag(name, "60m").load().expect("right").print();
        assert!(minutes.contains(&format!("{name} = [\"1h\"] ")), "{minutes}");
    }
    assert_eq!(Given::default().flag("agent_windows", "60").load().expect("right").settings.agent_windows, [60]);
}

#[test]
fn secrets_are_neither_printed_nor_named_in_errors() {
    let given = Given::default().flag("kafka_properties", "sasl.password=hunter2,sasl.username=me");
    let printed = given.load().expect("right").print();
    assert!(printed.contains("sasl.password=…") && !printed.contains("hunter2"), "{printed}");
    let wrong = Given::default().flag("kafka_properties", "hunter2").refused();
    assert!(!wrong.contains("hunter2"), "{wrong}");
}

#[test]
fn every_wrong_value_is_one_line_that_names_the_setting_its_origin_and_what_would_be_right() {
    let wrong = [
        ("brokers", "kafka-1", "\"kafka-1\" is not HOST:PORT; right would be host names"),
        ("brokers", "a:0", "\"a:0\" is not HOST:PORT"),
        ("brokers", "http://a:9092/", "\"http://a:9092/\" is a URL; right would be the address alone, \"a:9092\""),
        ("brokers", "b:1,kafka://a:1", "\"kafka://a:1\" is a URL; right would be the address alone, \"a:1\""),
        ("brokers", "http://kafka", "\"http://kafka\" is a URL; right would be the address alone, \"kafka:9092\""),
        ("brokers", "http://me@a:1/b?c", "is a URL; right would be the address alone, \"a:1\""),
        ("brokers", "http://", "\"http://\" is a URL; right would be host names or addresses with a port"),
        ("brokers", "me@a:1", "\"me@a:1\" is not HOST:PORT"),
        ("kafka_properties", "bootstrap.servers=a:1", "bootstrap.servers is what the setting brokers says"),
        ("survey_topic", "conversation-events", "conversation_topic (default) names the same topic; right would be a"),
        ("conversation_topic", "agent-events", "agent_topic (default) names the same topic"),
        ("policy_topic", "survey-events", "survey_topic (default) names the same topic"),
        ("forget_open_after_hours", "24", "it is less than forget_after_hours, 168 (default); right would be 168 or"),
        ("forget_open_after_hours", "745", "745 is out of range; right would be a whole number of hours from 24 to"),
        ("brokers", ",", "there is no address"),
        ("kafka_properties", "security.protocol", "an item is not key=value; right would be librdkafka's"),
        ("listen", "8080", "it is not ADDRESS:PORT; right would be an IP address and a port, such as 127.0.0.1:8080"),
        ("data_dir", "", "it is empty; right would be a folder"),
        ("conversation_topic", "events today", "Kafka takes no such name; right would be 1 to 200 of"),
        ("survey_topic", "", "Kafka takes no such name"),
        ("agent_topic", "..", "Kafka takes no such name"),
        ("policy_topic", "a/b", "Kafka takes no such name"),
        ("output_prefix", "ü", "Kafka takes no such name"),
        ("windows", "5,2000", "\"2000\" is no window; right would be different windows, separated by commas, such as"),
        ("windows", "60m,1h", "1h stands there twice"),
        ("windows", "25h", "\"25h\" is no window"),
        ("windows", "", "it is empty"),
        ("publish_interval_ms", "10", "10 is out of range; right would be a whole number of milliseconds from 50 to"),
        ("agent_publish_interval_ms", "-1", "-1 is out of range"),
        (
            "republish_after_seconds",
            "301",
            "301 is out of range; right would be a whole number of seconds from 1 to 300",
        ),
        ("format", "xml", "it is no such word; right would be json or protobuf"),
        ("bucket_scopes", "team", "\"team\" is no scope; right would be any of account, skill, agent, agent-skill"),
        ("keep_text", "a b", "\"a b\" is no id; right would be ids of 1 to 128 bytes"),
        ("accounts", "", "it is empty, so that every event would be refused; right would be ids separated by commas"),
        ("accounts", "acme,*", "* stands beside other ids; right would be ids"),
        ("accounts", "a b", "\"a b\" is no id"),
        ("http_connections", "7", "7 is out of range"),
        ("requests_at_once", "0", "0 is out of range; right would be a whole number of requests from 1 to 10000"),
        (
            "liveperson_skills_key",
            "skills",
            "it is no such word; right would be skillsMetricsPerAgent or skillsMetrics",
        ),
        ("cors_origins", "*", "\"*\" is no origin; right would be origins separated by commas, such as https://wall"),
        ("cors_origins", "https://a.b,https://c.d/", "\"https://c.d/\" is no origin"),
        ("forget_after_hours", "23", "23 is out of range; right would be a whole number of hours from 24 to 744"),
        ("series_cap", "many", "it is no whole number; right would be a whole number of series from 1000"),
        ("agent_windows", "1h,45m", "\"45m\" is none of the windows; right would be any of 5m,15m,30m,1h,4h,12h,24h"),
        ("agent_windows", "", "it is empty; right would be any of 5m,15m,30m,1h,4h,12h,24h"),
        (
            "agent_metrics_windows",
            "1h,45m",
            "\"45m\" is none of the windows; right would be any of 5m,15m,30m,1h,4h,12h,24h",
        ),
        ("agent_metrics_windows", "", "it is empty"),
        ("agent_metrics_families", "", "it is empty; right would be families such as csat_ratio or csat, or all"),
        ("histogram_bounds_seconds", "0", "0 is out of range"),
        ("accept_gap", "maybe", "it is no such word; right would be true or false"),
        ("log", "loud", "it is no log filter; right would be off, error"),
        ("log_format", "xml", "it is no such word; right would be text or json"),
    ];
    for (name, value, expected) in wrong {
        let message = Given::default().flag(name, value).refused();
        let flag = format!("{name} = {:?} (flag --{}): ", shown(name, value), name.replace('_', "-"));
        assert!(message.starts_with(&flag) && message.contains(expected), "{message}");
        assert!(!message.contains('\n') && message.contains("; right would be "), "{message}");
    }
    let names: Vec<_> = wrong.iter().map(|(name, ..)| *name).collect();
    let free = ["policy", "keys_file"];
    let missing = SETTINGS.iter().map(|s| s.name).filter(|name| !names.contains(name) && !free.contains(name));
    assert_eq!(missing.collect::<Vec<_>>(), [""; 0], "a setting whose message no case shows");
}

fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if name == "kafka_properties" { "…" } else { value }
}

#[test]
fn a_wrong_value_of_the_file_or_the_environment_says_where_it_stands() {
    let file = Given::default().file("series_cap = \"two\"").refused();
    assert!(file.starts_with("series_cap = \"two\" (file cxpulse.toml): it is no whole number"), "{file}");
    let variable = Given::default().variable("CXPULSE_SERIES_CAP", "0").refused();
    assert!(
        variable.starts_with("series_cap = \"0\" (environment CXPULSE_SERIES_CAP): 0 is out of range"),
        "{variable}"
    );
}

#[test]
fn an_unknown_key_of_the_file_is_named_with_the_nearest_setting() {
    let near = Given::default().file("broker = \"a:1\"").refused();
    assert_eq!(
        near,
        "cxpulse.toml: \"broker\" is no setting (did you mean \"brokers\"?); `--print-config` prints every setting"
    );
    let far = Given::default().file("entirely_else = 1").refused();
    assert_eq!(far, "cxpulse.toml: \"entirely_else\" is no setting; `--print-config` prints every setting");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_line() {
    let message = Given::default().file("series_cap = 2000\nlisten: 3\n").refused();
    assert!(message.starts_with("cxpulse.toml: not TOML: line 2: "), "{message}");
    assert!(!message.contains('\n') && message.contains("; right would be lines such as"), "{message}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let layers = Layers { file: Some("nowhere.toml".into()), ..Layers::default() };
    let message = config::load(&layers).expect_err("there is no such file").to_string();
    assert!(message.starts_with("configuration nowhere.toml: "), "{message}");
    let policy = config::policy_book(Some(Path::new("nowhere.json"))).expect_err("there is no such file").to_string();
    assert!(policy.starts_with("policy nowhere.json: "), "{policy}");
}

#[test]
fn the_accounts_there_are_may_be_listed_and_an_empty_list_is_no_list() {
    let accounts = |given: Given| given.load().expect("right").settings.accounts;
    let listed = |ids: [&str; 2]| Some(ids.map(str::to_owned).into());
    assert_eq!(accounts(Given::default()), None);
    assert_eq!(accounts(Given::default().file("accounts = [\"*\"]")), None);
    assert_eq!(accounts(Given::default().file("accounts = [\"acme\", \"42\"]")), listed(["42", "acme"]));
    assert_eq!(accounts(Given::default().variable("CXPULSE_ACCOUNTS", "acme, globex")), listed(["acme", "globex"]));
    let empty = Given::default().file("accounts = []").refused();
    assert!(empty.starts_with("accounts = \"\" (file cxpulse.toml): it is empty"), "{empty}");
}

#[test]
fn every_default_fits_its_own_shape() {
    let table: toml::Table = Given::default().load().expect("right").print().parse().expect("TOML");
    for setting in SETTINGS {
        let value = &table[setting.name];
        let fits = match setting.shape {
            Shape::Text => value.is_str(),
            Shape::Number => value.is_integer(),
            Shape::Switch => value.is_bool(),
            Shape::Texts | Shape::Numbers | Shape::Windows => value.is_array(),
        };
        assert!(fits, "{} = {value}", setting.name);
    }
}

/// What the command line is told, with its exit status.
fn command_line(arguments: &str) -> (i32, String) {
    match Cli::try_parse_from(std::iter::once("cxpulse").chain(arguments.split_whitespace())) {
        Ok(_) => (0, String::new()),
        Err(error) => (error.exit_code(), error.to_string()),
    }
}

#[test]
fn every_wrong_flag_of_replay_is_named_with_what_would_be_right() {
    let right = "replay --input a.jsonl b.jsonl - --as-of 2026-03-01T13:29:00Z --window 7m";
    assert_eq!(command_line(right), (0, String::new()));
    let wrong = [
        ("replay --as-of 2026-03-01T00:00:00Z --window 5m", "--input <FILE>"),
        ("replay --input a --window 5m", "--as-of <RFC3339>"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z", "--window <60m|24h>"),
        ("replay --input a --as-of yesterday --window 5m", "right would be an RFC 3339 time with an offset"),
        ("replay --input a --as-of 2026-03-01T00:00:00 --window 5m", "right would be an RFC 3339 time with an offset"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --window 0m", "right would be minutes from 1m to 1440m"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --window 1441m", "right would be minutes from 1m to 1440m"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --window 25h", "or hours from 1h to 24h"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --window 60", "right would be minutes from 1m to 1440m"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --window +5m", "right would be minutes from 1m to 1440m"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --window 5m --by team", "possible values: account, skill"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --show all", "possible values: live, rating-requests"),
    ];
    for (arguments, expected) in wrong {
        let (status, message) = command_line(arguments);
        assert_eq!(status, 2, "{arguments}");
        assert!(message.contains(expected), "{arguments}: {message}");
    }
}

#[test]
fn every_wrong_question_of_replay_is_named_with_what_would_be_right() {
    let replay = "replay --input a --as-of 2026-03-01T00:00:00Z --window 1h";
    let right = [
        r"--group-by skill,agent --filter line=+4930 --filter topic=a\,b,-1 --interval 30m",
        "--filter agent=-1 --explain utilisation.share",
        "--explain csat.answers.5",
        "--explain closed_by.system",
    ];
    for flags in right {
        assert_eq!(command_line(&format!("{replay} {flags}")), (0, String::new()), "{flags}");
    }
    let wrong = [
        ("--group-by team", "right would be one of agent, skill, line, channel, topic, contact, company"),
        ("--group-by skill,agnet", "did you mean agent?"),
        ("--filter sales", "right would be a dimension and ids, such as skill=sales,support"),
        ("--filter skill=", "right would be a dimension and ids"),
        ("--filter skill=a,,b", "right would be a dimension and ids"),
        ("--filter skil=a", "did you mean skill?"),
        ("--interval 7m", "right would be a multiple of 5 minutes"),
        ("--interval -5m", "right would be a multiple of 5 minutes"),
        ("--explain csat.scroe", "did you mean csat.score?"),
        ("--explain closed_by.sistem", "did you mean closed_by.system?"),
        ("--explain csat", "right would be a path in the metrics"),
    ];
    for (flags, expected) in wrong {
        let (status, message) = command_line(&format!("{replay} {flags}"));
        assert_eq!(status, 2, "{flags}");
        assert!(message.contains(expected), "{flags}: {message}");
    }
}

#[test]
fn the_commands_take_the_settings_that_concern_them_as_flags() {
    assert_eq!(
        command_line("run --brokers a:1 --listen 0.0.0.0:1 --data-dir d --policy p --config c --accept-gap").0,
        0
    );
    assert_eq!(command_line("demo --listen 127.0.0.1:0 --policy p --seed 7 --agents 20 --for 10s").0, 0);
    let (status, message) = command_line("demo --brokers a:1");
    assert_eq!(status, 2);
    assert!(message.contains("unexpected argument '--brokers'"), "{message}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert_eq!(command_line(&format!("completions {shell}")).0, 0);
    }
}

/// Every command with its subcommands, by the words that call it.
fn commands() -> Vec<(String, Command)> {
    let mut open = vec![("cxpulse".to_owned(), Cli::command())];
    let mut all = Vec::new();
    while let Some((name, command)) = open.pop() {
        open.extend(command.get_subcommands().map(|sub| (format!("{name} {}", sub.get_name()), sub.clone())));
        all.push((name, command));
    }
    all
}

fn long_flags(words: &str) -> Vec<String> {
    let (_, command) = commands().into_iter().find(|(name, _)| name == words).expect("a command of that name");
    command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect()
}

#[test]
fn every_command_shows_two_examples_of_itself_and_what_its_exit_status_says() {
    for (name, mut command) in commands() {
        let help = command.render_long_help().to_string();
        let (_, end) = help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{name} shows no examples"));
        let first_word = name.split(' ').nth(1).unwrap_or("demo");
        let examples = end.lines().take_while(|line| !line.is_empty());
        assert!(examples.filter(|line| line.contains(&format!("cxpulse {first_word}"))).count() >= 1, "{name}: {end}");
        assert!(end.lines().take_while(|line| !line.is_empty()).count() >= 2, "{name}: {end}");
        assert!(end.contains("Exit status: 0 when done; 1 when something fails while running; 2 when"), "{name}");
    }
}

#[test]
fn every_example_of_the_help_is_a_command_line_that_is_taken() {
    for (name, mut command) in commands() {
        let help = command.render_long_help().to_string();
        for example in help.lines().skip_while(|line| *line != "Examples:").skip(1).take_while(|line| !line.is_empty())
        {
            let call = example.split_once("cxpulse ").expect("it calls the program").1;
            let call = call.split(['|', '>']).next().expect("split gives one");
            let (_, message) = command_line(call);
            assert!(message.is_empty() || call.contains("--help"), "{name}: {example}: {message}");
        }
    }
}

#[test]
fn the_commands_of_topics_list_only_what_they_act_on() {
    let settings = [
        "config",
        "print-config",
        "brokers",
        "kafka-properties",
        "conversation-topic",
        "survey-topic",
        "agent-topic",
        "policy-topic",
        "output-prefix",
        "forget-after-hours",
    ];
    assert_eq!(long_flags("cxpulse topics check"), settings);
    assert_eq!(long_flags("cxpulse topics create"), [&["partitions", "replication"], &settings[..]].concat());
}

#[test]
fn the_help_of_run_is_in_groups_and_begins_with_what_a_first_start_needs() {
    let (_, run) = commands().into_iter().find(|(name, _)| name == "cxpulse run").expect("there is run");
    let main = run.get_arguments().filter(|arg| arg.get_help_heading() == Some("Main settings"));
    let main: Vec<_> = main.filter_map(|arg| arg.get_long()).collect();
    assert_eq!(main, ["config", "print-config", "brokers", "listen", "data-dir", "policy"]);
    assert!(run.get_arguments().all(|arg| arg.get_help_heading().is_some()), "a setting without a group");
}

#[test]
fn the_version_says_whether_this_build_knows_kafka() {
    let (status, message) = command_line("--version");
    let with = if cfg!(feature = "kafka") { "(kafka)" } else { "(without kafka)" };
    assert_eq!((status, message), (0, format!("cxpulse {} {with}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_number_out_of_range_is_told_the_range_and_a_negative_one_is_no_flag() {
    for (line, expected) in [
        ("demo --agents -5", "'-5' for '--agents <N>': right would be a whole number from 1 to 100000"),
        ("demo --agents 0", "'0' for '--agents <N>': right would be a whole number from 1 to 100000"),
        ("demo --seed -1", "right would be a whole number from 0 to 18446744073709551615"),
        ("demo --for -5s", "right would be a whole number with its unit, such as 30s, 10m or 1h"),
        ("topics create --partitions 0", "right would be a whole number from 1 to 10000"),
        ("topics create --replication -1", "right would be a whole number from 1 to 100"),
        ("generate --output - --conversations -1", "right would be a whole number from 1 to 1000000000"),
        ("generate --output - --rate 1.5", "right would be a whole number from 1 to 10000000"),
        ("replay --input a --as-of 2026-03-01T00:00:00Z --window -5m", "right would be minutes from 1m to 1440m"),
    ] {
        let (status, message) = command_line(line);
        assert_eq!(status, 2, "{line}");
        assert!(message.contains(expected), "{line}: {message}");
    }
    assert_eq!(command_line("run --series-cap -5 --windows -5").0, 0, "the settings say what is wrong with these");
}
