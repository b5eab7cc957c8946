//! Exports: what stands behind the numbers, as lines of comma-separated values, each file from one view.
//!
//! They are made while they are sent, bucket by bucket, so that a day of ten million facts takes the room of a bucket.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::asked::{self, FILTERS, TIME};
use super::parameters::Parameters;
use crate::domain::answers::questions::by_bucket::ByBucket;
use crate::domain::answers::questions::{AnswerRow, Dimension, Id, NoQuestion, Question};
use crate::domain::bucket::Bucket;
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::domain::scope::ScopeKind;
use crate::serve::asking::{Asking, Desk};
use crate::serve::problem::Problem;
use crate::serve::streamed::{Chunks, Gone};
use crate::wire::output::csv::{BucketLine, CsvWriter, begin_buckets, begin_facts, write_bucket, write_fact};
use crate::wire::time::rfc3339;

/// The kind of answer, as clients ask for it.
pub(in crate::serve) const KIND: &str = "text/csv";
/// How such a file begins.
pub(in crate::serve) const FACTS_EXAMPLE: &str = "\
at,fact,value,conversation_id,agent_id,skill_id,line_id,channel,topics,contact_id,company_id,counts_in\r\n\
2026-01-05T11:58:03.250Z,answer_5,5,c-4711,9,4,\"+4930\",chat,delivery;refund,kim,,account;skill;agent;agent_skill\r\n";
/// How the other one does, cut on the right.
pub(in crate::serve) const BUCKETS_EXAMPLE: &str = "\
bucket,scope,skill_id,agent_id,csat.answers.1\r\n2026-01-05T12:00:00.000Z,account,,,0\r\n";
/// The same with what a reader needs to know of it.
const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Export {
    /// The facts that stand.
    Facts,
    /// The metrics of every scope in every bucket.
    Buckets,
}

/// By what the scopes of each kind are told apart.
const SCOPES: [(ScopeKind, &[Dimension]); 4] = [
    (ScopeKind::Account, &[]),
    (ScopeKind::Skill, &[Dimension::Skill]),
    (ScopeKind::Agent, &[Dimension::Agent]),
    (ScopeKind::AgentSkill, &[Dimension::Skill, Dimension::Agent]),
];

impl Export {
    /// The answer to what the parameters of an address ask for, which goes on while its body is taken.
    ///
    /// # Errors
    /// The first parameter that is wrong, or that as many exports are under way as may be.
    pub(super) fn answer(self, asking: &Asking, desk: &Desk, pairs: &[(String, String)]) -> Result<Response, Problem> {
        let (view, moment) = desk.view();
        let known: Vec<&str> = TIME.into_iter().chain(FILTERS).collect();
        let parameters = Parameters::read(pairs, &known)?;
        let question = asked::question(&parameters, asked::frame(&parameters, moment.as_of)?)?;
        let body = asking.stream(move |chunks| self.write(&question, &view, chunks))?;
        let name = format!("attachment; filename=\"{}\"", self.file_name(desk.account(), moment.as_of));
        let head = [
            (header::CONTENT_TYPE, MEDIA_TYPE.to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        Ok((head, body).into_response())
    }

    /// What the file is called: `cxpulse-facts-acme-20260105T120000Z.csv`, as of that moment.
    fn file_name(self, account: &str, as_of: Millis) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let account: String = account.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let at: String = rfc3339(as_of).split('.').next().unwrap_or_default().replace(['-', ':'], "");
        format!("cxpulse-{}-{account}-{at}Z.csv", self.word())
    }

    fn word(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Buckets => "buckets",
        }
    }

    fn write(self, question: &Question, view: &View, chunks: Chunks) -> Result<(), Gone> {
        match self {
            Self::Facts => write_facts(question, view, chunks),
            Self::Buckets => match buckets(question, view) {
                Ok(buckets) => write_buckets(buckets, chunks),
                Err(_) => unreachable!("these groupings are few, and each has a dimension once"),
            },
        }
    }
}

fn write_facts(question: &Question, view: &View, chunks: Chunks) -> Result<(), Gone> {
    let mut csv = CsvWriter::default();
    begin_facts(&mut csv);
    for of_bucket in question.listed(view) {
        for fact in &of_bucket {
            write_fact(&mut csv, fact);
            send_chunk(&mut csv, &chunks)?;
        }
        chunks.look()?;
    }
    chunks.end(csv.take())
}

fn buckets<'v>(question: &Question, view: &'v View) -> Result<ByBucket<'v>, NoQuestion> {
    question.by_bucket(view, &SCOPES.map(|(_, dimensions)| dimensions))
}

fn write_buckets(buckets: ByBucket<'_>, chunks: Chunks) -> Result<(), Gone> {
    let mut csv = CsvWriter::default();
    begin_buckets(&mut csv);
    for (bucket, by_kind) in buckets {
        for ((kind, _), rows) in SCOPES.into_iter().zip(&by_kind) {
            for row in rows {
                write_bucket(&mut csv, &line(bucket, kind, row));
                send_chunk(&mut csv, &chunks)?;
            }
        }
        chunks.look()?;
    }
    chunks.end(csv.take())
}

fn line(bucket: Bucket, kind: ScopeKind, row: &AnswerRow) -> BucketLine<'_> {
    let id = |place: usize| row.ids.get(place).map(Id::as_str);
    let (skill, agent) = match kind {
        ScopeKind::Account => (None, None),
        ScopeKind::Skill => (id(0), None),
        ScopeKind::Agent => (None, id(0)),
        ScopeKind::AgentSkill => (id(0), id(1)),
    };
    BucketLine { bucket, kind, skill, agent, metrics: &row.metrics }
}

/// Sends what is written, if it is a chunk.
fn send_chunk(csv: &mut CsvWriter, chunks: &Chunks) -> Result<(), Gone> {
    if Chunks::is_chunk(csv.len()) { chunks.send(csv.take()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_what_is_in_it_whose_it_is_and_when_it_was_so() {
        let name = Export::Facts.file_name("a/c\"me ü", 1_767_614_400_123);
        assert_eq!(name, "cxpulse-facts-a_c_me__-20260105T120000Z.csv");
        assert_eq!(Export::Buckets.file_name("acme", 0), "cxpulse-buckets-acme-19700101T000000Z.csv");
    }
}
