//! The keys of published records (SPEC §6): parts joined by `/`, each percent-encoded so that none can hold one.

use crate::domain::bucket::Bucket;
use crate::domain::scope::{Scope, ScopeKind};

/// `account[/skill][/agent]`, the key on a metric topic.
#[must_use]
pub fn metric_key(account: &str, scope: &Scope) -> String {
    let mut key = part(account);
    push_names(&mut key, scope);
    key
}

/// `account/{account|skill|agent|agent-skill}/ids…/end in Unix ms`, the key on the bucket topic.
#[must_use]
pub fn bucket_key(account: &str, scope: &Scope, bucket: Bucket) -> String {
    let mut key = part(account);
    key.push('/');
    key.push_str(kind_word(scope.kind()));
    push_names(&mut key, scope);
    key.push('/');
    key.push_str(itoa::Buffer::new().format(bucket.end()));
    key
}

/// The key of an account's live state, or of a conversation's rating requests: one part.
#[must_use]
pub fn part(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    push_part(&mut key, text);
    key
}

/// The word for a kind of scope in keys and topic names.
#[must_use]
pub fn kind_word(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Account => "account",
        ScopeKind::Skill => "skill",
        ScopeKind::Agent => "agent",
        ScopeKind::AgentSkill => "agent-skill",
    }
}

fn push_names(key: &mut String, scope: &Scope) {
    for name in scope.skill.iter().chain(&scope.agent) {
        key.push('/');
        push_part(key, name);
    }
}

/// Everything but RFC 3986's unreserved bytes becomes `%XX`.
fn push_part(key: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            key.push(char::from(byte));
        } else {
            key.push('%');
            key.push(char::from(HEX[usize::from(byte >> 4)]));
            key.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
