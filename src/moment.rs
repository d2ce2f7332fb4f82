//! Time: one type for a moment, in Japan's time and to the second, wherever the host is. Read by `main` alone, handed to
//! everybody else; written and read as text here only.

use std::fmt;
use std::ops::{Add, Sub};
use std::path::Path;
use std::str::FromStr;
use std::time::SystemTime;

use anyhow::{Context, Error, Result};
use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use rusqlite::types::{ToSql, ToSqlOutput};

/// How far Japan is ahead of UTC. Japan has no daylight-saving time.
pub(crate) const JAPAN_AHEAD: TimeDelta = TimeDelta::hours(9);

#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The host's clock, whatever its time zone.
    System,
    /// Always this moment: tests.
    Fixed(Moment),
}

impl Clock {
    pub fn now(&self) -> Moment {
        match self {
            // chrono's own panics before 1970, which is what a clock without a battery shows.
            #[expect(clippy::disallowed_methods, reason = "the clock's one home")]
            Self::System => Moment::of_system(SystemTime::now()),
            Self::Fixed(now) => *now,
        }
    }

    /// Whether something is known to keep it right: systemd-timesyncd says so. Others may, and do not tell.
    pub fn is_synchronised(&self) -> bool {
        matches!(self, Self::System) && Path::new("/run/systemd/timesync/synchronized").exists()
    }
}

/// A moment in Japan, to the second. As text it is what the database has: `YYYY-MM-DD HH:MM:SS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(NaiveDateTime);

impl Moment {
    /// Before anything was sold.
    pub const FIRST: Self = match NaiveDate::from_ymd_opt(1, 1, 2) {
        Some(date) => Self(date.and_time(chrono::NaiveTime::MIN)),
        None => Self(NaiveDateTime::MIN),
    };

    /// At this time of day in Japan; `None`: there is no such time.
    pub fn at(date: NaiveDate, hour: u32, minute: u32, second: u32) -> Option<Self> {
        date.and_hms_opt(hour, minute, second).map(Self::of_japan)
    }

    /// At the beginning of a day in Japan.
    pub fn midnight(date: NaiveDate) -> Self {
        Self(date.and_time(chrono::NaiveTime::MIN))
    }

    /// What a clock in Japan shows.
    pub fn of_japan(time: NaiveDateTime) -> Self {
        Self(time.with_nanosecond(0).unwrap_or(time))
    }

    /// What a clock in Greenwich shows.
    pub fn of_utc(time: NaiveDateTime) -> Self {
        Self::of_japan(time.checked_add_signed(JAPAN_AHEAD).unwrap_or(time))
    }

    /// What a file system knows.
    pub fn of_system(time: SystemTime) -> Self {
        Self::of_utc(DateTime::<Utc>::from(time).naive_utc())
    }

    /// As a file system wants it; nothing is before 1970 there.
    pub fn to_system(self) -> SystemTime {
        let seconds = (self - JAPAN_AHEAD).0.and_utc().timestamp();
        SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }

    /// Seconds on a scale of its own: [`Moment::of_seconds`] reads them.
    pub fn seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }

    /// `None`: no moment has so many.
    pub fn of_seconds(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(|time| Self(time.naive_utc()))
    }

    /// The day in Japan.
    pub fn date(self) -> NaiveDate {
        self.0.date()
    }

    /// `2026-11-24 10:15`, where seconds are of no interest to a person.
    pub fn minute(self) -> String {
        format!("{} {:02}:{:02}", self.0.date(), self.0.hour(), self.0.minute())
    }

    /// `2026/11/24 10:15`, as TEMPOSTAR writes it.
    pub fn slashed_minute(self) -> String {
        format!("{} {:02}:{:02}", slashed(self.date()), self.0.hour(), self.0.minute())
    }

    /// `20261124101500`, for the names of files on the server.
    pub fn digits(self) -> String {
        self.0.format("%Y%m%d%H%M%S").to_string()
    }

    /// `20261124T101500`, how the names of runs begin.
    pub fn stamp(self) -> String {
        self.0.format(STAMP).to_string()
    }

    /// What [`Moment::stamp`] has written.
    pub fn of_stamp(text: &str) -> Option<Self> {
        NaiveDateTime::parse_from_str(text, STAMP).ok().map(Self)
    }
}

/// A month in Japan; as text `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    pub fn first(self) -> Moment {
        Moment::midnight(self.0)
    }

    /// The first moment of the next one.
    pub fn after(self) -> Moment {
        Moment::midnight(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
        day.filter(|_| text.len() == 7).map(Self).ok_or_else(|| "a month is written as YYYY-MM".to_owned())
    }
}

const STAMP: &str = "%Y%m%dT%H%M%S";

/// `2026/11/24`, as TEMPOSTAR writes a day.
pub fn slashed(date: NaiveDate) -> String {
    date.to_string().replace('-', "/")
}

impl fmt::Display for Moment {
    /// Spelt out, because imports write it a million times.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0);
        write!(f, "{date} {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }
}

impl FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // chrono reads its format anew for each text, and what it lets pass besides (`2024-5-1 9:05:00`) is rare.
        let read = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok().map(Self::of_japan);
        parse_padded(text.as_bytes())
            .or_else(read)
            .with_context(|| format!("{text:?} is no time of the form YYYY-MM-DD HH:MM:SS"))
    }
}

/// Exactly `YYYY-MM-DD HH:MM:SS`.
fn parse_padded(text: &[u8]) -> Option<Moment> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', i1, i2, b':', s1, s2] = text else {
        return None;
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    Moment::at(date, number(&[h1, h2])?, number(&[i1, i2])?, number(&[s1, s2])?)
}

fn number(digits: &[u8]) -> Option<u32> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))
}

impl Add<TimeDelta> for Moment {
    type Output = Self;

    fn add(self, time: TimeDelta) -> Self {
        Self(self.0.checked_add_signed(time).unwrap_or(NaiveDateTime::MAX))
    }
}

impl Sub<TimeDelta> for Moment {
    type Output = Self;

    fn sub(self, time: TimeDelta) -> Self {
        Self(self.0.checked_sub_signed(time).unwrap_or(NaiveDateTime::MIN))
    }
}

impl Sub for Moment {
    type Output = TimeDelta;

    fn sub(self, earlier: Self) -> TimeDelta {
        self.0 - earlier.0
    }
}

impl ToSql for Moment {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

as_text!(Moment);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chronos(text: &str) -> Option<String> {
        let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
        Some(Moment::of_japan(time).to_string())
    }

    fn ours(text: &str) -> Option<String> {
        text.parse::<Moment>().ok().map(|moment| moment.to_string())
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
            assert_eq!(ours(text), chronos(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_time_is_written_and_read_as_chrono_does(seconds in -100_000_000_000_i64..300_000_000_000, nanos in 0_u32..2_000_000_000) {
            if let Some(time) = chrono::DateTime::from_timestamp(seconds, nanos) {
                let moment = Moment::of_japan(time.naive_utc());
                let text = moment.to_string();
                prop_assert_eq!(ours(&text), chronos(&text));
                prop_assert_eq!(text.parse().ok(), Some(moment));
                prop_assert_eq!(Moment::of_seconds(moment.seconds()), Some(moment));
            }
        }

        #[test]
        fn whatever_looks_like_a_time_is_judged_as_chrono_does(text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9]") {
            prop_assert_eq!(ours(&text), chronos(&text));
        }
    }
}
