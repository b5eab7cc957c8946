//! What one partition has passed: the moment before which none of its records still to be read was written.
//!
//! A partition's records stand in the order in which they were written, near enough. So what has been passed is the
//! earliest of the records read since the last look, not the latest of all: a record whose timestamp is far ahead says
//! nothing about those behind it. A partition at its end has passed the moment at which it was found there.

use crate::domain::event::Millis;
use crate::wire::batch::Written;

/// What has been read of a partition, by time.
#[derive(Debug, Default)]
pub(super) struct PartitionTime {
    /// The records since the last look. One that does not tell when it was written is never late, and more of its kind
    /// may follow: from then on the partition passes nothing.
    since_look: Written,
    /// When it was at its end, if nothing has been read since.
    ended_at: Option<Millis>,
    /// As of the last look.
    passed: Option<Millis>,
}

impl PartitionTime {
    /// Notes records that have been folded.
    pub(super) fn read(&mut self, written: Written) {
        if written != Written::Never {
            self.ended_at = None;
        }
        self.since_look = self.since_look.and(written);
    }

    /// Notes that there was nothing more to read at `at`.
    pub(super) fn ended(&mut self, at: Millis) {
        self.ended_at = Some(at);
    }

    /// What has been passed; nothing where that cannot be said.
    pub(super) fn look(&mut self) -> Option<Millis> {
        match self.since_look {
            Written::Unknown => return None,
            Written::From(earliest) => self.passed = Some(earliest),
            Written::Never => {}
        }
        self.since_look = Written::Never;
        self.passed = self.passed.max(self.ended_at);
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_has_passed_the_earliest_of_the_records_since_the_last_look() {
        let mut time = PartitionTime::default();
        assert_eq!(time.look(), None, "nothing has been read");
        time.read(Written::From(100));
        time.read(Written::From(90));
        assert_eq!(time.look(), Some(90));
        assert_eq!(time.look(), Some(90), "it stands still");
        time.read(Written::From(9_999_999));
        time.read(Written::From(110));
        assert_eq!(time.look(), Some(110), "one clock was ahead");
    }

    #[test]
    fn at_its_end_a_partition_passes_as_long_as_nothing_comes() {
        let mut time = PartitionTime::default();
        time.ended(500);
        assert_eq!(time.look(), Some(500));
        time.ended(600);
        time.read(Written::Never);
        assert_eq!(time.look(), Some(600));
        time.ended(700);
        time.read(Written::From(650));
        assert_eq!(time.look(), Some(650), "what was written before the end was seen came after");
        time.ended(700);
        assert_eq!(time.look(), Some(700));
    }

    #[test]
    fn a_record_without_a_time_keeps_its_partition_from_time_anything() {
        let mut time = PartitionTime::default();
        time.read(Written::Unknown);
        assert_eq!(time.look(), None);
        time.read(Written::From(5));
        time.ended(9);
        assert_eq!(time.look(), None);
    }
}
