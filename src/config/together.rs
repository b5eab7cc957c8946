//! What must hold between settings, each of which is right by itself.

use super::ConfigError;
use super::layers::{Origin, Resolved};

/// The first two settings that do not go together.
pub(super) fn check(resolved: &Resolved) -> Result<(), ConfigError> {
    topics_differ(resolved)?;
    open_lives_are_the_longer_ones(resolved)
}

/// What serves must know who may ask, unless nobody but this machine can. Commands that do not serve may read the same
/// file of settings, and are not asked for it.
pub(super) fn check_serving(resolved: &Resolved) -> Result<(), ConfigError> {
    let settings = &resolved.settings;
    if settings.keys_file.is_some() || settings.listen.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    let what = format!(
        "other machines can reach it, and keys_file ({}) names no file of keys that say who may ask",
        resolved.origin("keys_file")
    );
    let right = "keys_file with a file that `cxpulse keys create` makes, or a loopback address such as 127.0.0.1:8080";
    Err(resolved.wrong("listen", what, right))
}

/// Events of two kinds are keyed in two ways, and policies are compacted: no two of these can share a topic.
fn topics_differ(resolved: &Resolved) -> Result<(), ConfigError> {
    let topics = &resolved.settings.topics;
    let named = [
        ("conversation_topic", &topics.conversation),
        ("survey_topic", &topics.survey),
        ("agent_topic", &topics.agent),
        ("policy_topic", &topics.policy),
    ];
    for (nth, (later, topic)) in named.iter().enumerate() {
        let Some((earlier, _)) = named[..nth].iter().find(|(_, other)| other == topic) else { continue };
        // Who left one of the two alone has set the other.
        let (blamed, other) =
            if *resolved.origin(later) == Origin::Default { (*earlier, *later) } else { (*later, *earlier) };
        let what = format!("{other} ({}) names the same topic", resolved.origin(other));
        return Err(resolved.wrong(blamed, what, "a topic of its own for each: their records have different keys"));
    }
    Ok(())
}

fn open_lives_are_the_longer_ones(resolved: &Resolved) -> Result<(), ConfigError> {
    let settings = &resolved.settings;
    if settings.forget_open_after_ms >= settings.forget_after_ms {
        return Ok(());
    }
    let hours = settings.forget_after_ms / 3_600_000;
    let what = format!("it is less than forget_after_hours, {hours} ({})", resolved.origin("forget_after_hours"));
    let right = format!("{hours} or more: an open conversation is not forgotten sooner than a closed one");
    Err(resolved.wrong("forget_open_after_hours", what, right))
}
