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

/// Asks the brokers for topics by name. The answers are in the order of the names; an error is that nobody answers.
pub(super) fn identify<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topics: &[String],
    wait: Duration,
) -> Result<Vec<Identified>, RDKafkaErrorCode> {
    let names: Result<Vec<CString>, _> = topics.iter().map(|topic| CString::new(topic.as_str())).collect();
    // The settings take no name with a zero byte; of one there would be nothing to say.
    let Ok(names) = names else { return Ok(vec![Identified::Unclear; topics.len()]) };
    let answer = Answer::wait_for(consumer.client().native_ptr(), &names, wait)?;
    let found = answer.read();
    let of = |topic: &String| found.iter().find(|(name, _)| name == topic).map(|(_, found)| *found);
    Ok(topics.iter().map(|topic| of(topic).unwrap_or(Identified::Unclear)).collect())
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
    fn wait_for(
        client: *mut bindings::rd_kafka_t,
        names: &[CString],
        wait: Duration,
    ) -> Result<Self, RDKafkaErrorCode> {
        let mut pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
        let wait_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: the client is alive for as long as the caller's consumer. The names are copied by the first call; the
        // collection, the options and the queue are made here, used by one question and freed once it is answered or
        // given up. A null queue or event is not touched.
        let event = unsafe {
            let topics = bindings::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len());
            let kind = bindings::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS;
            let options = bindings::rd_kafka_AdminOptions_new(client, kind);
            bindings::rd_kafka_AdminOptions_set_request_timeout(options, wait_ms, ptr::null_mut(), 0);
            let queue = bindings::rd_kafka_queue_new(client);
            bindings::rd_kafka_DescribeTopics(client, topics, options, queue);
            // The question itself ends in time; the second is for its answer to come through.
            let event = bindings::rd_kafka_queue_poll(queue, wait_ms.saturating_add(1_000));
            bindings::rd_kafka_queue_destroy(queue);
            bindings::rd_kafka_AdminOptions_destroy(options);
            bindings::rd_kafka_TopicCollection_destroy(topics);
            event
        };
        if event.is_null() {
            return Err(RDKafkaErrorCode::OperationTimedOut);
        }
        let answer = Self { event };
        // SAFETY: the event is alive.
        match unsafe { bindings::rd_kafka_event_error(event) } {
            Code::RD_KAFKA_RESP_ERR_NO_ERROR => Ok(answer),
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
