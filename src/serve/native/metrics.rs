//! Metrics by any grouping and filter, in intervals, compared with the time before, sorted and searched.

use std::sync::Arc;

use super::asked::{self, FILTERS, TIME};
use super::paging::{Answered, PAGING, Slice};
use super::parameters::Parameters;
use super::rows::{Order, searched};
use crate::domain::answers::Answers;
use crate::domain::answers::catalogue;
use crate::domain::answers::people::named::{Named, are_people};
use crate::domain::answers::questions::outline::Outline;
use crate::domain::answers::questions::{Answer, Dimension, Ids, MOST_GROUPED, NoQuestion, Question};
use crate::domain::day::view::View;
use crate::domain::event::Millis;
use crate::serve::asking::{Desk, Moment};
use crate::serve::problem::Problem;
use crate::wire::nearest::hint;
use crate::wire::output::json::{Head, Table, answer_json};
use crate::wire::words::{DIMENSIONS, Words, word_of};

/// A question that can be answered, and what of the answer is told.
#[derive(Debug)]
pub(super) struct MetricsQuestion {
    question: Question,
    /// The same over the time before, where it is compared with that.
    previous: Option<Question>,
    order: Order,
    search: Option<String>,
    /// The members of `metrics` that are wanted; none: all.
    members: Option<Vec<&'static str>>,
}

const OTHERS: [&str; 6] = ["group_by", "interval", "compare", "sort", "search", "metrics"];
/// With what an answer may be compared.
pub(in crate::serve) const COMPARED: &Words<()> = &[("previous", ())];

/// How many metrics an answer may have in memory, over rows and intervals: some 200 MB.
const MOST_METRICS: usize = 250_000;

/// The answer to what the parameters of an address ask for.
///
/// # Errors
/// The first parameter that is wrong.
pub(super) fn ask(desk: &Desk, pairs: &[(String, String)]) -> Result<Answered, Problem> {
    let parameters = parameters(pairs)?;
    // What the sums do not have is gathered from the facts of a view, which holds nobody up.
    let (question, summed, view, moment) = desk.ask(|answers, moment| {
        let question = MetricsQuestion::read(&parameters, moment.as_of)?;
        let summed = question.ask_sums(answers);
        Ok((question, summed, answers.shared_view(), moment))
    })?;
    let outlines = question.outline(summed, &view)?;
    Ok(question.answered(desk, outlines, view, moment))
}

/// The same, if it is answered in a moment.
pub(super) fn ask_at_once(desk: &Desk, pairs: &[(String, String)]) -> Option<Answered> {
    let parameters = parameters(pairs).ok().filter(|parameters| parameters.one("page").is_none())?;
    desk.ask_at_once(|answers, moment| {
        let question = MetricsQuestion::read(&parameters, moment.as_of).ok()?;
        let answer = answers.at_once(&question.question).filter(|_| question.previous.is_none())?;
        let outline = question.outline_of(answer);
        Some(question.answered(desk, (outline, None), answers.shared_view(), moment))
    })
}

fn parameters(pairs: &[(String, String)]) -> Result<Parameters<'_>, Problem> {
    let known: Vec<&str> = TIME.into_iter().chain(FILTERS).chain(OTHERS).chain(PAGING).collect();
    Parameters::read(pairs, &known)
}

/// What the sums have of a question, and of the same over the time before, where that is asked for.
pub(super) type Summed = (Option<Answer>, Option<Option<Answer>>);

/// Which rows an answer has, and one over the time before.
type Outlines = (Outline, Option<Outline>);

impl MetricsQuestion {
    /// What the parameters of an address ask for.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub(super) fn read(parameters: &Parameters<'_>, now: Millis) -> Result<Self, Problem> {
        let frame = asked::frame(parameters, now)?;
        let question = grouped(parameters, asked::question(parameters, frame)?)?;
        let previous = match parameters.word("compare", COMPARED)? {
            Some(()) => {
                let before = asked::question(parameters, asked::before(frame, now)?)?;
                Some(grouped(parameters, before)?)
            }
            None => None,
        };
        let question = match asked::interval(parameters)? {
            Some(buckets) => question.in_intervals_of(buckets).expect("it is a multiple of five minutes"),
            None => question,
        };
        Ok(Self {
            order: Order::read(parameters.one("sort"), question.group_by())?,
            search: asked::search(parameters)?,
            members: members(parameters)?,
            question,
            previous,
        })
    }

    /// The answers from what is summed, where that has them.
    pub(super) fn ask_sums(&self, answers: &Answers) -> Summed {
        let previous = self.previous.as_ref().map(|previous| answers.from_sums(previous));
        (answers.from_sums(&self.question), previous)
    }

    /// How an answer begins: whether it has private texts is said where its rows are of people, who are called something.
    pub(super) fn head<'d>(&self, desk: &'d Desk, moment: Moment) -> Head<'d> {
        let is_of_people = self.question.group_by().iter().any(|dimension| are_people(*dimension));
        if is_of_people { desk.private_head(moment) } else { desk.head(moment) }
    }

    /// What those are called who are in some rows, which have these ids, if that may be seen.
    pub(super) fn named<'i>(&self, ids: impl Iterator<Item = &'i Ids> + Clone, view: &View, private: bool) -> Named {
        if private { names(view, self.question.group_by(), ids) } else { Named::default() }
    }

    /// The same with what the sums do not have, from the facts of the view.
    ///
    /// # Errors
    /// Where it is too much.
    pub(super) fn gather(&self, (summed, previous): Summed, view: &View) -> Result<(Answer, Option<Answer>), Problem> {
        let answer = summed.map_or_else(|| self.gathered(&self.question, view), Ok)?;
        let gather =
            |(previous, summed): (&Question, Option<Answer>)| summed.map_or_else(|| self.gathered(previous, view), Ok);
        Ok((answer, self.previous.as_ref().zip(previous).map(gather).transpose()?))
    }

    fn gathered(&self, question: &Question, view: &View) -> Result<Answer, Problem> {
        question.answer_within(view, MOST_METRICS).ok_or_else(|| self.too_much())
    }

    fn too_much(&self) -> Problem {
        let by: Vec<&str> = self.question.group_by().iter().map(|by| word_of(DIMENSIONS, by)).collect();
        let what = format!("it comes to more than {MOST_METRICS} rows, counted for each interval");
        let right = "fewer dimensions, longer intervals, a shorter time, or a filter";
        Problem::invalid_parameter("group_by", &by.join(","), what, right)
    }

    /// Which rows the answer has, and that over the time before, where it is compared with that.
    fn outline(&self, (summed, previous): Summed, view: &Arc<View>) -> Result<Outlines, Problem> {
        let value = self.order.value();
        let outline = |question: &Question, summed, value| {
            question.outline(summed, view, MOST_METRICS, value).ok_or_else(|| self.too_much())
        };
        let before = self.previous.as_ref().zip(previous).map(|(question, summed)| outline(question, summed, None));
        Ok((outline(&self.question, summed, value.as_ref().map(|value| value as _))?, before.transpose()?))
    }

    fn outline_of(&self, answer: Answer) -> Outline {
        Outline::of(answer, self.order.value().as_ref().map(|value| value as _))
    }

    /// The answer as its pages tell it.
    fn answered(self, desk: &Desk, (mut outline, previous): Outlines, view: Arc<View>, moment: Moment) -> Answered {
        self.arrange(&mut outline, &view, desk.private);
        let (desk, rows) = (desk.clone(), outline.metrics());
        let write = move |slice: &Slice| self.page(&outline, previous.as_ref(), &view, self.head(&desk, moment), slice);
        Answered { rows, write: Box::new(write) }
    }

    /// What is told of an answer, all its rows.
    pub(super) fn table<'a>(&'a self, answer: &'a Answer, previous: Option<&'a Answer>, head: Head<'a>) -> Table<'a> {
        let metrics = self.members.as_deref();
        Table { previous, metrics, ..Table::whole(head, self.question.group_by(), answer) }
    }

    /// Leaves the rows that are searched for, in the order that is asked for.
    fn arrange(&self, outline: &mut Outline, view: &View, private: bool) {
        let rows = &mut outline.rows;
        if let Some(search) = &self.search {
            let named = self.named(rows.iter().map(|row| &row.ids), view, private);
            searched(rows, search, self.question.group_by(), &named);
        }
        self.order.sort(rows);
    }

    /// A page of it, as JSON, with what people are called where the head says that this may be seen.
    fn page(
        &self,
        outline: &Outline,
        previous: Option<&Outline>,
        view: &View,
        head: Head<'_>,
        slice: &Slice,
    ) -> Vec<u8> {
        let total_rows = outline.rows.len();
        let answer = outline.answer(slice.places(total_rows));
        let ids = || answer.rows.iter().map(|row| &row.ids);
        let previous = previous.map(|previous| previous.answer_like(ids()));
        let named = self.named(ids(), view, head.private == Some(true));
        let next_page = slice.next_page(total_rows);
        let (named, next_page) = (Some(&named), next_page.as_deref());
        answer_json(&Table { named, total_rows, next_page, ..self.table(&answer, previous.as_ref(), head) })
    }
}

/// What the people of some rows are called.
fn names<'i>(view: &View, group_by: &[Dimension], ids: impl Iterator<Item = &'i Ids> + Clone) -> Named {
    let of = |(place, dimension): (usize, &Dimension)| {
        Named::of(view, *dimension, ids.clone().map(move |ids| ids[place].as_str()))
    };
    group_by.iter().enumerate().map(of).fold(Named::default(), Named::and)
}

fn grouped(parameters: &Parameters<'_>, question: Question) -> Result<Question, Problem> {
    let Some(dimensions) = parameters.words("group_by", DIMENSIONS)? else { return Ok(question) };
    question.grouped_by(&dimensions).map_err(|wrong: NoQuestion| {
        let given = parameters.one("group_by").unwrap_or_default();
        let right = format!("up to {MOST_GROUPED} different dimensions");
        Problem::invalid_parameter("group_by", given, wrong.to_string(), &right)
    })
}

/// The members to which `metrics` is to be cut, if it is.
///
/// # Errors
/// Where there is no such member.
pub(super) fn members(parameters: &Parameters<'_>) -> Result<Option<Vec<&'static str>>, Problem> {
    let names = || catalogue::objects().iter().map(|object| object.name);
    let all = names().collect::<Vec<_>>().join(", ");
    let Some(items) = parameters.list("metrics", &all)? else { return Ok(None) };
    let find = |item: &str| {
        names().find(|name| *name == item).ok_or_else(|| {
            Problem::invalid_parameter("metrics", item, format!("there is no such member{}", hint(item, names())), &all)
        })
    };
    items.into_iter().map(find).collect::<Result<_, _>>().map(Some)
}
