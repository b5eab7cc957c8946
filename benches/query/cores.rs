//! Which cores the server may use, and which its clients.

use std::num::NonZero;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

/// How the machine was divided.
pub(crate) struct Cores {
    /// Those of the clients, as `taskset` has it; all where nothing could be divided.
    clients: Option<String>,
}

impl Cores {
    /// Gives this process the first core, and its clients the others.
    pub(crate) fn divide() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let own = std::process::id().to_string();
        let bind = || Command::new("taskset").args(["-a", "-c", "-p", "0", &own]).stdout(Stdio::null()).status();
        let is_bound = cores > 1 && bind().is_ok_and(|status| status.success());
        Self { clients: is_bound.then(|| format!("1-{}", cores - 1)) }
    }

    /// A program on the cores of clients.
    pub(crate) fn of_clients(&self, program: &std::path::Path) -> Command {
        let Some(cores) = &self.clients else { return Command::new(program) };
        let mut command = Command::new("taskset");
        command.args(["-c", cores]).arg(program);
        command
    }

    pub(crate) fn described(&self) -> String {
        match &self.clients {
            Some(cores) => format!("the server on core 0, its clients on {cores}"),
            None => "the server and its clients on the same cores: there is one, or no `taskset`".to_owned(),
        }
    }
}
