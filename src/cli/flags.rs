//! The settings as flags: one for each row of the table, so that no command lists them by hand.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::{Failure, agent_families, output};
use crate::config::{self, Layers, Resolved, SETTINGS, Setting, Shape, Topics, Use};
use crate::publish::topics::OutputTopics;

/// The heading over what a first start needs.
const MAIN: &str = "Main settings";

/// The flags of a command that folds, serves, knows the topics, or reads and publishes; with `--config` and
/// `--print-config`.
#[derive(Debug, Clone, Default)]
pub struct SettingFlags<const FOLD: bool, const SERVE: bool, const TOPICS: bool, const KAFKA: bool> {
    layers: Layers,
    print_config: bool,
}

/// What `run` takes.
pub type RunFlags = SettingFlags<true, true, true, true>;
/// What `demo` takes.
pub type DemoFlags = SettingFlags<true, true, false, false>;
/// What `replay` takes.
pub type FoldFlags = SettingFlags<true, false, false, false>;
/// What `topics` takes.
pub type TopicFlags = SettingFlags<false, false, true, false>;

impl<const FOLD: bool, const SERVE: bool, const TOPICS: bool, const KAFKA: bool>
    SettingFlags<FOLD, SERVE, TOPICS, KAFKA>
{
    /// Every setting's result; `None` once `--print-config` has printed them, which is then all there is to do.
    ///
    /// # Errors
    /// A wrong setting.
    pub fn load(&self) -> Result<Option<Resolved>, Failure> {
        let resolved = config::load(&self.layers)?;
        if TOPICS {
            check_topics(&resolved)?;
        }
        if SERVE {
            agent_families::check(&resolved)?;
            config::check_serving(&resolved)?;
        }
        if self.print_config {
            output::print(resolved.print().as_bytes())?;
            return Ok(None);
        }
        Ok(Some(resolved))
    }

    fn settings() -> impl Iterator<Item = &'static Setting> {
        SETTINGS.iter().filter(|setting| match setting.used_by {
            Use::Fold => FOLD,
            Use::Lives => FOLD || TOPICS,
            Use::Serve => SERVE,
            Use::Topics => TOPICS,
            Use::Kafka => KAFKA,
        })
    }
}

impl<const FOLD: bool, const SERVE: bool, const TOPICS: bool, const KAFKA: bool> Args
    for SettingFlags<FOLD, SERVE, TOPICS, KAFKA>
{
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .help("A TOML file of settings, named as the flags are, with _ for - [env: CXPULSE_CONFIG]")
            .help_heading(MAIN)
            .value_parser(clap::value_parser!(PathBuf));
        let print = Arg::new("print_config")
            .long("print-config")
            .action(ArgAction::SetTrue)
            .help_heading(MAIN)
            .help("Print every setting's result and where it came from, and stop");
        Self::settings().fold(command.arg(config).arg(print), |command, setting| command.arg(flag(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const FOLD: bool, const SERVE: bool, const TOPICS: bool, const KAFKA: bool> FromArgMatches
    for SettingFlags<FOLD, SERVE, TOPICS, KAFKA>
{
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let given = |setting: &Setting| matches.get_one::<String>(setting.name).cloned();
        self.layers.flags = Self::settings().filter_map(|s| Some((s.name, given(s)?))).collect();
        self.layers.file = matches.get_one("config").cloned();
        self.print_config = matches.get_flag("print_config");
        Ok(())
    }
}

/// What cxpulse writes it must not read, or numbers would be made of numbers.
fn check_topics(resolved: &Resolved) -> Result<(), Failure> {
    let Topics { conversation, survey, agent, policy, output_prefix } = &resolved.settings.topics;
    let outputs = OutputTopics::new(output_prefix);
    let written = [outputs.all(), vec![outputs.rating_requests]].concat();
    let read = [
        ("conversation_topic", conversation),
        ("survey_topic", survey),
        ("agent_topic", agent),
        ("policy_topic", policy),
    ];
    match read.into_iter().find(|(_, topic)| written.contains(topic)) {
        Some((name, _)) => {
            let what = format!("cxpulse writes this topic itself, by output_prefix {output_prefix:?}");
            Err(resolved.wrong(name, what, "another name, or another prefix").into())
        }
        None => Ok(()),
    }
}

fn flag(setting: &Setting) -> Arg {
    let default = if setting.default.is_empty() { String::new() } else { format!("[default: {}] ", setting.default) };
    let help = format!("{} {default}[env: {}]", setting.help, setting.variable());
    let arg = Arg::new(setting.name).long(setting.flag()).value_name(setting.placeholder).help(help);
    let arg = arg.help_heading(heading(setting));
    match setting.shape {
        // What is wrong with a negative number is the setting's to say.
        Shape::Number | Shape::Numbers => arg.allow_negative_numbers(true),
        Shape::Windows => arg.allow_hyphen_values(true),
        Shape::Switch => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
        Shape::Text | Shape::Texts => arg,
    }
}

/// Where `--help` lists it.
fn heading(setting: &Setting) -> &'static str {
    match setting.used_by {
        _ if setting.main => MAIN,
        Use::Fold | Use::Lives => "Numbers",
        Use::Serve => "Windows, HTTP and logs",
        Use::Topics => "Kafka and its topics",
        Use::Kafka => "Reading and publishing",
    }
}
