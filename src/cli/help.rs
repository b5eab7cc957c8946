//! What stands below the flags of every command's help: two examples, and what the exit status says.

/// What a shell is told, as `--help` says it.
macro_rules! exit_status {
    () => {
        "Exit status: 0 when done; 1 when something fails while running; 2 when a flag, setting, policy, topic or \
         input is wrong."
    };
}

/// The end of a command's help: its examples, one a line, and the exit status.
macro_rules! examples {
    ($($line:literal),+) => {
        concat!("Examples:\n", $("  ", $line, "\n",)+ "\n", $crate::cli::help::exit_status!())
    };
}

pub(super) use {examples, exit_status};

/// The version, and whether this build can speak to Kafka.
pub(super) const VERSION: &str = if cfg!(feature = "kafka") {
    concat!(env!("CARGO_PKG_VERSION"), " (kafka)")
} else {
    concat!(env!("CARGO_PKG_VERSION"), " (without kafka)")
};

/// What a command says that needs Kafka, in a build without it.
#[cfg(not(feature = "kafka"))]
pub(super) const WITHOUT_KAFKA: &str = "this cxpulse was built without Kafka (`cxpulse --version` tells); right \
     would be the program that `make release` builds";
