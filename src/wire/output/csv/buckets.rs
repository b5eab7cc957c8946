//! Metrics bucket by bucket, a line for each scope with anything in it: one column for each number of the catalogue.

use crate::domain::answers::catalogue::{Metric, Number, Value};
use crate::domain::answers::metrics::Metrics;
use crate::domain::bucket::Bucket;
use crate::domain::scope::ScopeKind;
use crate::wire::words::{SCOPE_KINDS, word_of};

use super::CsvWriter;

/// What each line begins with.
const COLUMNS: [&str; 4] = ["bucket", "scope", "skill_id", "agent_id"];

/// One scope in one bucket.
#[derive(Debug, Clone, Copy)]
pub struct BucketLine<'a> {
    /// The bucket, which is told by its end.
    pub bucket: Bucket,
    /// Which kind of scope.
    pub kind: ScopeKind,
    /// Its skill, if it has one.
    pub skill: Option<&'a str>,
    /// Its agent, if it has one.
    pub agent: Option<&'a str>,
    /// Its numbers.
    pub metrics: &'a Metrics,
}

/// Writes the line that names the columns: a number by its path, each of a list or map by its own, as `csat.answers.5`.
pub fn begin_buckets(csv: &mut CsvWriter) {
    COLUMNS.iter().for_each(|column| csv.text(column));
    numbers().for_each(|metric| csv.text(&metric.path()));
    csv.end_line();
}

/// Writes a scope in a bucket; a number without a value is an empty field.
pub fn write_bucket(csv: &mut CsvWriter, line: &BucketLine<'_>) {
    csv.time(line.bucket.end());
    csv.text(word_of(SCOPE_KINDS, &line.kind));
    csv.optional_text(line.skill);
    csv.optional_text(line.agent);
    for metric in numbers() {
        match metric.value(line.metrics) {
            Some(Value::One(number)) => write_number(csv, number),
            Some(Value::Each(..)) | None => csv.nothing(),
        }
    }
    csv.end_line();
}

/// Every number by itself: of a list or map each of its words, not the whole.
fn numbers() -> impl Iterator<Item = Metric> {
    Metric::all().filter(Metric::is_one_number)
}

fn write_number(csv: &mut CsvWriter, number: Number) {
    match number {
        Number::Count(n) | Number::Millis(n) => csv.integer(n),
        Number::MeanMillis(x) | Number::Quotient(x) => csv.quotient(x),
        Number::Flag => csv.text("true"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::metrics::Csat;

    #[test]
    fn each_number_stands_under_its_path_and_one_without_a_value_is_empty() {
        let metrics = Metrics { csat: Csat { answers: [1, 0, 0, 0, 3], ..Csat::default() }, ..Metrics::default() };
        let mut csv = CsvWriter::default();
        begin_buckets(&mut csv);
        let (kind, skill, agent) = (ScopeKind::Skill, Some("4"), None);
        write_bucket(&mut csv, &BucketLine { bucket: Bucket::of(0), kind, skill, agent, metrics: &metrics });
        let text = String::from_utf8(csv.take()).expect("text");
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        let field = |column| lines[1][lines[0].iter().position(|name| *name == column).expect(column)];
        assert_eq!(lines[0].len(), lines[1].len());
        assert_eq!(lines[1][..4], ["1970-01-01T00:05:00.000Z", "skill", "4", ""]);
        assert_eq!(
            ["csat.answers.1", "csat.answers.5", "csat.total", "csat.score"].map(field),
            ["1", "3", "4", "0.75"]
        );
        assert_eq!(["first_response.mean_ms", "availability.share", "csat.thin"].map(field), [""; 3]);
    }
}
