//! The time: read by `main` alone, handed to everybody else.

use std::time::SystemTime;

use chrono::{Duration, NaiveDate, NaiveDateTime, Timelike, Utc};

/// How far Japan is ahead of UTC. Japan has no daylight-saving time.
pub const JAPAN_AHEAD_H: i64 = 9;

/// How a moment is written in the database: `YYYY-MM-DD HH:MM:SS`, Japan time.
pub const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// Where the time comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The host's clock, whatever its time zone.
    System,
    /// Always this moment (Japan time): tests.
    Fixed(NaiveDateTime),
}

impl Clock {
    /// The time in Japan, in whole seconds.
    pub fn now(&self) -> NaiveDateTime {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the clock's one home")]
            Self::System => {
                let now = japan_time(Utc::now().naive_utc());
                now.with_nanosecond(0).unwrap_or(now)
            }
            Self::Fixed(now) => *now,
        }
    }
}

/// A UTC moment in Japan time.
pub fn japan_time(utc: NaiveDateTime) -> NaiveDateTime {
    utc + Duration::hours(JAPAN_AHEAD_H)
}

/// A moment in Japan as the system reckons it.
pub fn system_time(japan_time: NaiveDateTime) -> SystemTime {
    let seconds = (japan_time - Duration::hours(JAPAN_AHEAD_H)).and_utc().timestamp();
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// As the database writes it: [`TIME_FORMAT`], spelt out, because imports write it a million times.
pub fn format_time(time: NaiveDateTime) -> String {
    // A leap second is chrono's second 59 with more than a second of nanoseconds.
    let second = time.second() + time.nanosecond() / 1_000_000_000;
    format!("{} {:02}:{:02}:{second:02}", time.date(), time.hour(), time.minute())
}

/// To the minute, where seconds are of no interest to a person.
pub fn format_minute(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

/// As the database writes it; `None` for anything else.
pub fn parse_time(text: &str) -> Option<NaiveDateTime> {
    // chrono reads its format anew for each text, and what it lets pass besides (`2024-5-1 9:05:00`) is rare.
    parse_padded(text.as_bytes()).or_else(|| NaiveDateTime::parse_from_str(text, TIME_FORMAT).ok())
}

/// Exactly `YYYY-MM-DD HH:MM:SS`.
fn parse_padded(text: &[u8]) -> Option<NaiveDateTime> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', i1, i2, b':', s1, s2] = text else {
        return None;
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    date.and_hms_opt(number(&[h1, h2])?, number(&[i1, i2])?, number(&[s1, s2])?)
}

fn number(digits: &[u8]) -> Option<u32> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chronos(text: &str) -> Option<NaiveDateTime> {
        NaiveDateTime::parse_from_str(text, TIME_FORMAT).ok()
    }

    #[test]
    fn a_time_is_read_as_its_format_says() {
        for text in [
            "2024-05-01 09:05:07",
            "0000-01-01 00:00:00",
            "9999-12-31 23:59:60",
            "2024-5-1 9:05:07",
            "+2024-05-01 09:05:07",
            "2024-05-01  09:05:07",
            "2024-02-30 09:05:07",
            "2024-05-01 24:00:00",
            "2024-05-01T09:05:07",
            "2024-05-01 09:05",
            "2024-05-01 09:05:07 ",
            "２０24-05-01 09:05",
            "",
        ] {
            assert_eq!(parse_time(text), chronos(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_time_is_written_and_read_as_chrono_does(seconds in -100_000_000_000_i64..300_000_000_000, nanos in 0_u32..2_000_000_000) {
            if let Some(time) = chrono::DateTime::from_timestamp(seconds, nanos) {
                let text = format_time(time.naive_utc());
                prop_assert_eq!(&text, &time.naive_utc().format(TIME_FORMAT).to_string());
                prop_assert_eq!(parse_time(&text), chronos(&text));
            }
        }

        #[test]
        fn whatever_looks_like_a_time_is_judged_as_chrono_does(text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9]") {
            prop_assert_eq!(parse_time(&text), chronos(&text));
        }
    }
}
