//! The contract of `proto/` as generated types: for encoding, tests and everything cold; the hot path decodes borrowed.

include!(concat!(env!("OUT_DIR"), "/cxpulse.v1.rs"));

/// The compiled contract with its comments, as a serialised `FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// Prints the name alone: the message holds private text, and no log line needs the rest.
macro_rules! print_the_name_alone {
    ($($message:ident)*) => {$(
        impl std::fmt::Debug for $message {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($message)).finish_non_exhaustive()
            }
        }
    )*};
}

print_the_name_alone! {
    ConversationStarted CustomerMessage AgentMessage SurveyAnswered SurveyCommented AgentStatus
}
