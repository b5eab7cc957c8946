//! What librdkafka has fetched of all partitions, many records at a time.
//!
//! rdkafka hands over record by record, and each is an event with a look at the clock and four locks. So the partitions of
//! a consumer send to a queue beside its own, from which a whole batch is taken by one call. Everything that is no record
//! (statistics, the state of brokers) stays on the consumer's queue.
#![expect(
    unsafe_code,
    reason = "rdkafka has no safe way to many messages at once; audited: a queue that is made and freed, messages that are \
              read and freed"
)]

use std::ffi::{CStr, CString};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::bindings;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;

use super::headers::HeaderBytes;
use super::positions::Partition;
use crate::domain::event::Millis;
use crate::wire::batch::Arrival;

type Code = bindings::rd_kafka_resp_err_t;
type Raw = bindings::rd_kafka_message_t;

/// The queue to which the partitions of a consumer send.
pub(super) struct Inbox<C: ConsumerContext> {
    /// Of the consumer below. Null if librdkafka had none to give: nothing comes then but by the consumer itself.
    queue: *mut bindings::rd_kafka_queue_t,
    topics: Arc<[String]>,
    /// Room for what one call gives.
    room: Vec<*mut Raw>,
    /// Where the positions of librdkafka are behind an error, which it counts like a record.
    behind_errors: Vec<(Partition, i64)>,
    consumer: Arc<BaseConsumer<C>>,
}

/// What became of taking records.
pub(super) struct Taken {
    /// How many messages there were, with those that are errors.
    pub(super) count: usize,
    /// The first error among them.
    pub(super) trouble: Option<KafkaError>,
}

impl<C: ConsumerContext> Drop for Inbox<C> {
    fn drop(&mut self) {
        if !self.queue.is_null() {
            // SAFETY: the queue is ours, and the consumer it belongs to is dropped after it. Partitions that still send to
            // it keep it alive themselves.
            unsafe { bindings::rd_kafka_queue_destroy(self.queue) };
        }
    }
}

impl<C: ConsumerContext> Inbox<C> {
    /// Of a consumer that is assigned no partitions yet.
    pub(super) fn of(consumer: &Arc<BaseConsumer<C>>, topics: &Arc<[String]>) -> Self {
        // SAFETY: the client is alive for as long as the consumer, which is kept.
        let queue = unsafe { bindings::rd_kafka_queue_new(consumer.client().native_ptr()) };
        let (topics, consumer) = (topics.clone(), consumer.clone());
        Self { queue, topics, room: Vec::new(), behind_errors: Vec::new(), consumer }
    }

    /// Has the records of a partition come here, before it is assigned.
    pub(super) fn gather(&mut self, (topic, partition): Partition) {
        self.behind_errors.retain(|(behind, _)| *behind != (topic, partition));
        // The settings take no name with a zero byte.
        let Ok(name) = CString::new(self.topics[topic].as_str()) else { return };
        if self.queue.is_null() {
            return;
        }
        // SAFETY: the client is alive, and the name for the length of the call. The partition's queue is freed here, by
        // which it only loses this reference; the partition holds one to ours from then on.
        unsafe {
            let client = self.consumer.client().native_ptr();
            let of_partition = bindings::rd_kafka_queue_get_partition(client, name.as_ptr(), partition);
            if !of_partition.is_null() {
                bindings::rd_kafka_queue_forward(of_partition, self.queue);
                bindings::rd_kafka_queue_destroy(of_partition);
            }
        }
    }

    /// Whether it is an error of which librdkafka says that a partition has been read up to `next`.
    pub(super) fn is_behind_an_error(&self, partition: Partition, next: i64) -> bool {
        self.behind_errors.contains(&(partition, next))
    }

    /// Takes at most so many records that are there; if there are none, the first that comes while it waits. `each` gets
    /// those of the topics that are read.
    pub(super) fn take(
        &mut self,
        most: usize,
        wait: Duration,
        mut each: impl FnMut(&Arrival<'_>, HeaderBytes<'_>),
    ) -> Taken {
        self.fill(most, wait);
        let mut taken = Taken { count: self.room.len(), trouble: None };
        let mut topic = (ptr::null_mut(), None);
        for place in 0..self.room.len() {
            // SAFETY: `fill` put in what librdkafka gave, none of it null; each is read here alone and freed below.
            let message = unsafe { &*self.room[place] };
            // All of them are alive until the end, and so one handle is one topic.
            if topic.0 != message.rkt {
                topic = (message.rkt, self.topic_of(message));
            }
            match (message.err, topic.1) {
                (Code::RD_KAFKA_RESP_ERR_NO_ERROR, Some(topic)) => {
                    // SAFETY: it is a message of librdkafka's, and alive until it is freed below.
                    let headers = unsafe { HeaderBytes::of(ptr::from_ref(message).cast_mut()) };
                    each(&arrival(message, topic), headers);
                }
                // Only assigned topics arrive; another would be a fault of librdkafka.
                (Code::RD_KAFKA_RESP_ERR_NO_ERROR, None) => {}
                (error, topic) => {
                    let partition = topic.map(|topic| (topic, message.partition));
                    self.behind_errors.extend(partition.map(|partition| (partition, message.offset + 1)));
                    taken.trouble.get_or_insert(KafkaError::MessageConsumption(error.into()));
                }
            }
        }
        for message in self.room.drain(..) {
            // SAFETY: it is ours, and nothing borrowed from it outlives the loop above.
            unsafe { bindings::rd_kafka_message_destroy(message) };
        }
        taken
    }

    /// Reads a record that came by the consumer itself, as it would of a partition that could not be gathered.
    pub(super) fn read(&self, message: &BorrowedMessage<'_>, each: impl FnOnce(&Arrival<'_>, HeaderBytes<'_>)) {
        // SAFETY: the message is alive for as long as it is borrowed here.
        let (raw, headers) = unsafe { (&*message.ptr(), HeaderBytes::of(message.ptr())) };
        if let Some(topic) = self.topic_of(raw) {
            each(&arrival(raw, topic), headers);
        }
    }

    /// Puts messages into the room, which is empty.
    fn fill(&mut self, most: usize, wait: Duration) {
        if self.queue.is_null() {
            return;
        }
        self.room.reserve(most);
        // SAFETY: there is room for as many as are asked for, and so many as it says have been written, none of them null.
        unsafe {
            let count = bindings::rd_kafka_consume_batch_queue(self.queue, 0, self.room.as_mut_ptr(), most);
            self.room.set_len(usize::try_from(count).unwrap_or(0));
        }
        if self.room.is_empty() && !wait.is_zero() {
            let milliseconds = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
            // SAFETY: the queue is alive; a message that did not come is null.
            let message = unsafe { bindings::rd_kafka_consume_queue(self.queue, milliseconds) };
            self.room.extend((!message.is_null()).then_some(message));
        }
    }

    fn topic_of(&self, message: &Raw) -> Option<usize> {
        if message.rkt.is_null() {
            return None;
        }
        // SAFETY: the topic belongs to the message, which is alive, and its name ends in zero.
        let name = unsafe { CStr::from_ptr(bindings::rd_kafka_topic_name(message.rkt)) };
        self.topics.iter().position(|topic| topic.as_bytes() == name.to_bytes())
    }
}

fn arrival(message: &Raw, topic: usize) -> Arrival<'_> {
    // SAFETY: key and payload belong to the message and are as long as it says, or null.
    let bytes = |start: *mut std::ffi::c_void, length| {
        (!start.is_null()).then(|| unsafe { std::slice::from_raw_parts(start.cast_const().cast::<u8>(), length) })
    };
    Arrival {
        topic,
        partition: Some(message.partition),
        offset: message.offset,
        timestamp: timestamp(message),
        key: bytes(message.key, message.key_len),
        payload: bytes(message.payload, message.len),
    }
}

fn timestamp(message: &Raw) -> Option<Millis> {
    let mut kind = bindings::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    // SAFETY: the message is alive.
    let at = unsafe { bindings::rd_kafka_message_timestamp(message, &raw mut kind) };
    (at != -1 && kind != bindings::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE).then_some(at)
}
