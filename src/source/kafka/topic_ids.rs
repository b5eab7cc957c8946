//! The ids of topics, by which one made anew is told from the one that had its name before.
//!
//! Offsets do not tell: a topic made anew may hold as many records as the old one. Brokers give ids since Kafka 2.8, and
//! librdkafka has them only in the answer to a question that rdkafka does not ask.
#![expect(
    unsafe_code,
    reason = "rdkafka has no safe way to a topic's id; audited: one question, its answer read and freed"
)]

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::bindings;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::RDKafkaErrorCode;

/// An id: 128 bits, never all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TopicId(i64, i64);

#[cfg(test)]
impl TopicId {
    /// Of a test's own.
    pub(super) fn of(number: i64) -> Self {
        Self(0, number)
    }
}

/// What the brokers say of one topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identified {
    /// It exists; brokers older than Kafka 2.8 tell no id.
    Exists(Option<TopicId>),
    /// There is no such topic.
    Missing,
    /// They do not say.
    Unclear,
}

type Code = bindings::rd_kafka_resp_err_t;

/// What is said of each topic, in the order of their names; an error is that nobody answers.
pub(super) type Said = Result<Vec<Identified>, RDKafkaErrorCode>;

/// Asks the brokers for topics by name, and waits for the answer.
pub(super) fn identify<C: ConsumerContext>(
    consumer: &Arc<BaseConsumer<C>>,
    topics: &Arc<[String]>,
    wait: Duration,
) -> Said {
    let Some(question) = Question::ask(consumer, topics, wait) else {
        return Ok(vec![Identified::Unclear; topics.len()]);
    };
    // The question itself ends in time; the second is for its answer to come through.
    question.answer(wait + Duration::from_secs(1)).unwrap_or(Err(RDKafkaErrorCode::OperationTimedOut))
}

/// A question for topics that is on its way. Who asks need not wait: the broker that is asked may be the one that is
/// down.
pub(super) struct Question<C: ConsumerContext> {
    topics: Arc<[String]>,
    /// Where the answer comes. Not null, and of the consumer below.
    queue: *mut bindings::rd_kafka_queue_t,
    /// Kept alive for the queue's sake.
    _consumer: Arc<BaseConsumer<C>>,
}

impl<C: ConsumerContext> Drop for Question<C> {
    fn drop(&mut self) {
        // SAFETY: the queue is ours, and the consumer it belongs to is dropped after it. An answer that comes later is
        // librdkafka's to throw away.
        unsafe { bindings::rd_kafka_queue_destroy(self.queue) };
    }
}

impl<C: ConsumerContext> Question<C> {
    /// Asks; an answer comes within `wait`, if only that there is none. `None` where there is nothing to ask.
    pub(super) fn ask(consumer: &Arc<BaseConsumer<C>>, topics: &Arc<[String]>, wait: Duration) -> Option<Self> {
        // The settings take no name with a zero byte; of one there would be nothing to say.
        let names: Result<Vec<CString>, _> = topics.iter().map(|topic| CString::new(topic.as_str())).collect();
        let queue = send(consumer.client().native_ptr(), &names.ok()?, wait)?;
        Some(Self { topics: topics.clone(), queue, _consumer: consumer.clone() })
    }

    /// The answer, if it comes within `wait`. It comes once.
    pub(super) fn answer(&self, wait: Duration) -> Option<Said> {
        // SAFETY: the queue is alive, and so is its consumer.
        let event = unsafe { bindings::rd_kafka_queue_poll(self.queue, milliseconds(wait)) };
        if event.is_null() {
            return None;
        }
        Some(Answer { event }.said().map(|found| {
            let of = |topic: &String| found.iter().find(|(name, _)| name == topic).map(|(_, found)| *found);
            self.topics.iter().map(|topic| of(topic).unwrap_or(Identified::Unclear)).collect()
        }))
    }
}

/// Asks for topics by their names; the queue to which the answer comes, which is the caller's to free.
fn send(
    client: *mut bindings::rd_kafka_t,
    names: &[CString],
    wait: Duration,
) -> Option<*mut bindings::rd_kafka_queue_t> {
    let mut pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
    // SAFETY: the client is alive for as long as the caller's consumer. The names are copied by the first call. The
    // collection and the options are made here, copied by the question and freed after it; one that is null is neither
    // used nor freed.
    unsafe {
        let kind = bindings::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS;
        let options = bindings::rd_kafka_AdminOptions_new(client, kind);
        if options.is_null() {
            return None;
        }
        bindings::rd_kafka_AdminOptions_set_request_timeout(options, milliseconds(wait), ptr::null_mut(), 0);
        let topics = bindings::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len());
        let queue = bindings::rd_kafka_queue_new(client);
        let possible = !topics.is_null() && !queue.is_null();
        if possible {
            bindings::rd_kafka_DescribeTopics(client, topics, options, queue);
        }
        if !topics.is_null() {
            bindings::rd_kafka_TopicCollection_destroy(topics);
        }
        bindings::rd_kafka_AdminOptions_destroy(options);
        possible.then_some(queue)
    }
}

fn milliseconds(wait: Duration) -> i32 {
    i32::try_from(wait.as_millis()).unwrap_or(i32::MAX)
}

/// An answer of librdkafka's, freed with this value.
struct Answer {
    /// Not null, and of the kind that a question for topics has.
    event: *mut bindings::rd_kafka_event_t,
}

impl Drop for Answer {
    fn drop(&mut self) {
        // SAFETY: the event is ours, and nothing borrowed from it outlives this value.
        unsafe { bindings::rd_kafka_event_destroy(self.event) };
    }
}

impl Answer {
    fn said(&self) -> Result<Vec<(String, Identified)>, RDKafkaErrorCode> {
        // SAFETY: the event is alive.
        match unsafe { bindings::rd_kafka_event_error(self.event) } {
            Code::RD_KAFKA_RESP_ERR_NO_ERROR => Ok(self.read()),
            error => Err(error.into()),
        }
    }

    /// The topics by name.
    fn read(&self) -> Vec<(String, Identified)> {
        let mut count = 0;
        // SAFETY: the event is alive; a result of another kind is null and not read. The list has `count` topics, which
        // belong to the event, and so do their names.
        unsafe {
            let result = bindings::rd_kafka_event_DescribeTopics_result(self.event);
            if result.is_null() {
                return Vec::new();
            }
            let list = bindings::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
            let topics = (0..count).map(|index| *list.add(index));
            let name = |topic| CStr::from_ptr(bindings::rd_kafka_TopicDescription_name(topic)).to_string_lossy();
            topics.map(|topic| (name(topic).into_owned(), identified(topic))).collect()
        }
    }
}

/// What is said of one topic.
///
/// # Safety
/// The topic must be part of an answer that is alive.
unsafe fn identified(topic: *const bindings::rd_kafka_TopicDescription_t) -> Identified {
    // SAFETY: the error and the id belong to the topic, which is alive; a null one is not read.
    unsafe {
        let error = bindings::rd_kafka_TopicDescription_error(topic);
        let code =
            if error.is_null() { Code::RD_KAFKA_RESP_ERR_NO_ERROR } else { bindings::rd_kafka_error_code(error) };
        match code {
            Code::RD_KAFKA_RESP_ERR_NO_ERROR => {}
            Code::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART => return Identified::Missing,
            _ => return Identified::Unclear,
        }
        let id = bindings::rd_kafka_TopicDescription_topic_id(topic);
        if id.is_null() {
            return Identified::Exists(None);
        }
        let id = TopicId(
            bindings::rd_kafka_Uuid_most_significant_bits(id),
            bindings::rd_kafka_Uuid_least_significant_bits(id),
        );
        Identified::Exists((id != TopicId(0, 0)).then_some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kafka::client::consumer;

    #[test]
    fn who_asks_silent_brokers_goes_on_and_is_told_later_that_nobody_answered() {
        let silent = ("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned());
        let consumer = Arc::new(consumer(&[silent]).expect("good settings"));
        let topics = Arc::from(["events".to_owned()]);
        let question = Question::ask(&consumer, &topics, Duration::from_secs(30)).expect("there is one to ask for");
        assert_eq!(question.answer(Duration::ZERO), None, "had it been waited for, it would have ended");
        drop(question);
        let question = Question::ask(&consumer, &topics, Duration::from_millis(1)).expect("there is one to ask for");
        assert!(question.answer(Duration::from_secs(30)).is_some_and(|said| said.is_err()));
    }
}
