//! The flags, each with the size that SPEC §12 names.

/// How large the day is, and how it is asked.
pub(crate) struct Options {
    pub(crate) conversations: u64,
    pub(crate) agents: u32,
    /// How long each stretch of the load takes.
    pub(crate) seconds: u64,
    /// Events a second, folded all the time.
    pub(crate) events: u64,
    /// Requests a second.
    pub(crate) rate: u64,
    pub(crate) connections: usize,
    /// How many of a hundred requests are LivePerson's.
    pub(crate) liveperson: u64,
    /// Threads of the runtime that serves.
    pub(crate) workers: usize,
    /// Whether questions are asked of the library, without HTTP, first.
    pub(crate) is_asked_alone: bool,
}

const USAGE: &str = "query: flags are --quick --no-library --conversations N --agents N --seconds N --events N --rate N \
--connections N --liveperson N --workers N";

impl Options {
    /// Of the command line. Panics where a flag is unknown or its value is none.
    pub(crate) fn read(flags: &[String]) -> Self {
        let is_quick = flags.iter().any(|flag| flag == "--quick");
        let (conversations, seconds) = if is_quick { (50_000, 10) } else { (1_000_000, 30) };
        let mut options = Self {
            conversations,
            agents: 10_000,
            seconds,
            events: 2_000,
            rate: 2_000,
            connections: 24,
            liveperson: 10,
            workers: 1,
            is_asked_alone: true,
        };
        let mut flags = flags.iter().filter(|flag| *flag != "--quick");
        while let Some(name) = flags.next() {
            if name == "--no-library" {
                options.is_asked_alone = false;
            } else {
                options.set(name, flags.next().unwrap_or_else(|| panic!("{name}: without a value; {USAGE}")));
            }
        }
        options
    }

    fn set(&mut self, name: &str, value: &str) {
        let number: u64 = value.parse().unwrap_or_else(|_| panic!("{name} {value}: is no number; {USAGE}"));
        match name {
            "--conversations" => self.conversations = number,
            "--agents" => self.agents = u32::try_from(number).expect("fewer agents"),
            "--seconds" => self.seconds = number,
            "--events" => self.events = number,
            "--rate" => self.rate = number,
            "--connections" => self.connections = number as usize,
            "--liveperson" => self.liveperson = number.min(100),
            "--workers" => self.workers = number as usize,
            _ => panic!("{name} is unknown; {USAGE}"),
        }
    }
}
