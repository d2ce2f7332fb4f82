//! The time: read by `main` alone, handed to everybody else.

use std::time::SystemTime;

use chrono::{Duration, NaiveDateTime, Timelike, Utc};

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

/// As the database writes it.
pub fn format_time(time: NaiveDateTime) -> String {
    time.format(TIME_FORMAT).to_string()
}

/// To the minute, where seconds are of no interest to a person.
pub fn format_minute(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

/// As the database writes it; `None` for anything else.
pub fn parse_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, TIME_FORMAT).ok()
}
