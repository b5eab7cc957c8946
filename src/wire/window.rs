//! The length of a rolling window as a word: `5m`, `1h`. One reader and one writer for flags, settings, labels and texts.

/// The longest window, a day.
pub const MOST_MINUTES: u32 = 1_440;
/// What would be right where a word is none.
pub const RIGHT: &str = "minutes from 1m to 1440m or hours from 1h to 24h";

/// The minutes of a word such as `60m` or `1h`, if there is a window so long.
#[must_use]
pub fn parse(word: &str) -> Option<u32> {
    let (number, unit_minutes) = match word.strip_suffix('h') {
        Some(hours) => (hours, 60),
        None => (word.strip_suffix('m')?, 1),
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let minutes = number.parse::<u32>().ok().filter(|_| digits)?.checked_mul(unit_minutes)?;
    (1..=MOST_MINUTES).contains(&minutes).then_some(minutes)
}

/// The one word for so many minutes: whole hours as hours.
#[must_use]
pub fn word(minutes: u32) -> String {
    if minutes.is_multiple_of(60) { format!("{}h", minutes / 60) } else { format!("{minutes}m") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_and_hours_are_two_spellings_of_one_word() {
        for (spelled, minutes, printed) in
            [("60m", 60, "1h"), ("1h", 60, "1h"), ("1440m", 1440, "24h"), ("24h", 1440, "24h"), ("90m", 90, "90m")]
        {
            assert_eq!(parse(spelled), Some(minutes));
            assert_eq!(word(minutes), printed);
        }
    }

    #[test]
    fn what_is_no_window_is_none() {
        for wrong in ["", "m", "h", "0m", "0h", "60", "+5m", "-5m", "1441m", "25h", "1.5h", "5 m", "99999999999m", "1d"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
