//! A file's own time: the moment for which its figures are true.

use std::cmp::Ordering;
use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::moment::{JAPAN_AHEAD, Moment};

/// The time in a file's name, Japan time: `stock_20261124101500.csv`, `20261124-1015.csv`, `2026-11-24_10-15-00.csv`;
/// that of another zone where the name says so: `20261124T011500Z.csv`, `20261124T101500+0900.csv`. A date alone is no
/// time: it would make every figure of the day as old as midnight.
pub fn time_in_name(name: &str) -> Option<Moment> {
    found_in_name(name).map(|found| found.moment)
}

/// A time that a name may mean.
#[derive(Clone, Copy, Debug)]
struct InName {
    moment: Moment,
    has_seconds: bool,
}

fn found_in_name(name: &str) -> Option<InName> {
    let characters: Vec<char> = name.chars().collect();
    (0..characters.len())
        .filter(|&start| start == 0 || !characters[start - 1].is_ascii_digit())
        .find_map(|start| time_at(&characters[start..]))
}

/// The own time of a file that a person gives: from its name, else as the disk knows it; never later than now.
pub fn own_time(name: &str, modified: Option<Moment>, now: Moment) -> Moment {
    time_in_name(name).or(modified).unwrap_or(now).min(now)
}

words! {
    /// Whether times in names count.
    pub enum TimeInName {
        /// Where they agree with what the server tells.
        Auto = "auto",
        Never = "never",
    }
}

/// How late a file can arrive that has a time to the second in its name. Four digits behind a date are as often a number.
const ARRIVES_WITHIN: TimeDelta = TimeDelta::days(1);
const ARRIVES_WITHIN_IF_DIGITS: TimeDelta = TimeDelta::hours(1);

/// By so much two clocks may differ.
const SLACK: TimeDelta = TimeDelta::minutes(10);

/// How the times of the files of one listing are understood: all in one way, for they are one server's.
#[derive(Clone, Debug)]
pub struct Times {
    listed_at: Moment,
    in_names: TimeInName,
    /// By how much what the server tells, read as UTC, is ahead of our clock.
    ahead: TimeDelta,
    /// The own time of the newest file so far: one that comes after it, and tells nothing, is no older.
    newest: Option<Moment>,
    /// Forms of names in which the digits behind a date were seen to be none of a time.
    numbered: HashSet<String>,
}

impl Times {
    /// `ahead`: as it was measured, or seen before; `earlier`: names of files that were taken before.
    pub fn new(
        listed: &[(&str, Option<NaiveDateTime>)],
        earlier: &[String],
        listed_at: Moment,
        in_names: TimeInName,
        ahead: Option<TimeDelta>,
        newest: Option<Moment>,
    ) -> Self {
        let names = listed.iter().map(|(name, _)| *name).chain(earlier.iter().map(String::as_str));
        let numbered = names.filter(|name| time_in_name(name).is_none()).map(form).collect();
        let times = Self { listed_at, in_names, ahead: TimeDelta::zero(), newest, numbered };
        let ahead = ahead.or_else(|| times.tells_japan_time(listed).then_some(JAPAN_AHEAD));
        Self { ahead: ahead.unwrap_or_default(), ..times }
    }

    /// Whether the server must tell Japan time: as UTC, something would be from the future; or the times in the names say
    /// so, and none says otherwise.
    fn tells_japan_time(&self, listed: &[(&str, Option<NaiveDateTime>)]) -> bool {
        let (mut for_japan, mut for_utc) = (false, false);
        for (name, told) in listed.iter().filter_map(|(name, told)| Some((name, Moment::of_utc((*told)?)))) {
            for_japan |= told > self.listed_at + TimeDelta::hours(1) && told - JAPAN_AHEAD <= self.listed_at;
            if let Some(named) = self.named(name) {
                for_japan |= (told - JAPAN_AHEAD - named.moment).abs() <= SLACK;
                for_utc |= (told - named.moment).abs() <= SLACK;
            }
        }
        for_japan && !for_utc
    }

    /// By how much what the server tells, read as UTC, is ahead of our clock.
    pub fn ahead(&self) -> TimeDelta {
        self.ahead
    }

    /// When the server says that a file was written, by our clock.
    pub fn told(&self, told: NaiveDateTime) -> Moment {
        Moment::of_utc(told) - self.ahead
    }

    fn named(&self, name: &str) -> Option<InName> {
        let may_count = self.in_names == TimeInName::Auto && !self.numbered.contains(&form(name));
        may_count.then(|| found_in_name(name)).flatten()
    }

    /// The file's own time: from its name, if that agrees with the server; else as the server tells it, else the time of
    /// listing; never later than the listing.
    pub fn own_time(&self, name: &str, told: Option<NaiveDateTime>) -> Moment {
        let told = told.map(|told| self.told(told));
        let agrees = |named: InName| {
            let within = if named.has_seconds { ARRIVES_WITHIN } else { ARRIVES_WITHIN_IF_DIGITS };
            // Where the server tells none, one from the future is none either: it would be as old as our clock says.
            told.map_or(named.moment <= self.listed_at + SLACK, |told| {
                named.moment <= told + SLACK && told - named.moment <= within
            })
        };
        let named = self.named(name).filter(|named| agrees(*named)).map(|named| named.moment);
        match named.or(told) {
            Some(told) => told.min(self.listed_at),
            None => self
                .newest
                .map_or(self.listed_at, |newest| self.listed_at.max(newest.min(self.listed_at + SLACK))),
        }
    }

    /// A moment after the listing that both a file's name and the server tell: it is our clock that is behind.
    pub fn later_than_now(&self, listed: &[(&str, Option<NaiveDateTime>)]) -> Option<Moment> {
        let both = |(name, told): &(&str, Option<NaiveDateTime>)| {
            let (named, told) = (self.named(name)?, self.told((*told)?));
            let agree = named.has_seconds && (told - named.moment).abs() <= SLACK;
            agree.then_some(named.moment).filter(|named| *named > self.listed_at + SLACK)
        };
        listed.iter().filter_map(both).max()
    }
}

/// A name with all its digits alike.
fn form(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// The order of names in which `stock_9` comes before `stock_10`.
pub fn by_numbers(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    while let (Some(x), Some(y)) = (left.chars().next(), right.chars().next()) {
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (x, y) = (take_digits(&mut left), take_digits(&mut right));
            (x.len(), x).cmp(&(y.len(), y))
        } else {
            (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
            x.cmp(&y)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len()).then_with(|| a.cmp(b))
}

/// The number at the beginning, without its leading zeros.
fn take_digits<'a>(text: &mut &'a str) -> &'a str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    digits.trim_start_matches('0')
}

/// What a single MDTM means in Japan time, where it is only shown. It should be UTC, but some servers (vsftpd as Debian
/// configures it) tell their local time: nine hours in the future, then, if they stand in Japan.
pub fn server_time(mdtm: NaiveDateTime, listed_at: Moment) -> Moment {
    let (if_utc, if_japans) = (Moment::of_utc(mdtm), Moment::of_japan(mdtm));
    let is_absurd = if_utc > listed_at + TimeDelta::hours(1);
    if is_absurd && if_japans <= listed_at { if_japans } else { if_utc }
}

/// A time at the very beginning of the text, in which date, hour and so on may be set apart by one character each.
fn time_at(text: &[char]) -> Option<InName> {
    let mut rest = text;
    let year = take_number(&mut rest, 4)?;
    let [month, day] = [(); 2].map(|()| take_part(&mut rest));
    let is_iso = rest.first() == Some(&'T');
    let [hour, minute] = [(); 2].map(|()| take_part(&mut rest));
    let second = take_part(&mut rest);
    let zone = zone_ahead(rest, is_iso);
    if rest.first().is_some_and(char::is_ascii_digit) || !(2000..2100).contains(&year) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month?, day?)?;
    let moment = Moment::at(date, hour?, minute?, second.unwrap_or(0))?;
    let moment = zone.map_or(moment, |ahead| moment + (JAPAN_AHEAD - ahead));
    Some(InName { moment, has_seconds: second.is_some() || zone.is_some() })
}

/// `Z`, `+0900`; `-0500` only behind a time with its `T`, since elsewhere it is a number.
fn zone_ahead(rest: &[char], is_iso: bool) -> Option<TimeDelta> {
    let is_end = |at: usize| rest.get(at).is_none_or(|c| !c.is_alphanumeric());
    let sign = match rest.first()? {
        'Z' if is_end(1) => return Some(TimeDelta::zero()),
        '+' => 1,
        '-' if is_iso => -1,
        _ => return None,
    };
    let mut digits = &rest[1..];
    let (hours, minutes) = (take_number(&mut digits, 2)?, take_number(&mut digits, 2)?);
    let is_zone = is_end(5) && hours <= 14 && minutes < 60;
    is_zone.then(|| TimeDelta::minutes(sign * i64::from(hours * 60 + minutes)))
}

/// Two digits, with at most one separator before them.
fn take_part(rest: &mut &[char]) -> Option<u32> {
    let before = *rest;
    if let [separator, following @ ..] = *rest
        && matches!(separator, '-' | '_' | 'T' | ' ' | '.' | ':')
    {
        *rest = following;
    }
    let number = take_number(rest, 2);
    if number.is_none() {
        *rest = before;
    }
    number
}

fn take_number(rest: &mut &[char], digits: usize) -> Option<u32> {
    let text: String = rest.get(..digits)?.iter().collect();
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = &rest[digits..];
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(time_in_name(name), expected.map(at), "{name}");
    }

    #[test]
    fn a_time_in_the_name_is_found_in_every_usual_form() {
        check("stock_20261124101530.csv", Some("2026-11-24 10:15:30"));
        check("20261124101530", Some("2026-11-24 10:15:30"));
        check("stock202611241015.csv", Some("2026-11-24 10:15:00"));
        check("stock-20261124-101530.csv", Some("2026-11-24 10:15:30"));
        check("stock-20261124_1015.csv", Some("2026-11-24 10:15:00"));
        check("2026-11-24 10-15-30.csv", Some("2026-11-24 10:15:30"));
        check("stock_20261124T101530_utf8.csv", Some("2026-11-24 10:15:30"));
    }

    #[test]
    fn numbers_in_names_are_in_their_own_order() {
        let sorted = "s.csv s_9.csv s_9a.csv s_010.csv s_10.csv s_99999999999999999999999.csv 在庫2 在庫10";
        let mut names: Vec<&str> = sorted.split(' ').rev().collect();
        names.sort_by(|a, b| by_numbers(a, b));
        assert_eq!(names.join(" "), sorted);
    }

    #[test]
    fn what_is_no_time_is_not_taken_for_one() {
        check("stock.csv", None);
        check("stock_20261124.csv", None);
        check("stock_20261324101530.csv", None);
        check("stock_20261124251530.csv", None);
        check("4901234567894.csv", None);
        check("1920112410153012.csv", None);
        check("order-000012.csv", None);
        check("在庫.csv", None);
    }

    #[test]
    fn a_number_before_the_time_does_not_hide_it() {
        check("12345_20261124101530.csv", Some("2026-11-24 10:15:30"));
        check("在庫20261124101530.csv", Some("2026-11-24 10:15:30"));
    }

    #[test]
    fn a_server_that_tells_its_local_time_is_understood() {
        let listed_at = at("2026-11-24 10:00:00");
        assert_eq!(server_time(told("2026-11-24 00:50:00"), listed_at), at("2026-11-24 09:50:00"), "UTC");
        assert_eq!(
            server_time(told("2026-11-24 09:50:00"), listed_at),
            at("2026-11-24 09:50:00"),
            "Japan time"
        );
        assert_eq!(
            server_time(told("2026-11-24 01:02:00"), listed_at),
            at("2026-11-24 10:02:00"),
            "a clock ahead"
        );
    }

    fn told(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    #[test]
    fn a_zone_in_a_name_means_what_it_says() {
        check("stock_20261124T011530Z.csv", Some("2026-11-24 10:15:30"));
        check("stock_20261124T101530+0900.csv", Some("2026-11-24 10:15:30"));
        check("stock_20261123T201530-0500.csv", Some("2026-11-24 10:15:30"));
        check("stock_20261124-101530-0001.csv", Some("2026-11-24 10:15:30"));
        check("stock_20261124101530Zaiko.csv", Some("2026-11-24 10:15:30"));
    }

    #[test]
    fn a_time_in_a_name_counts_where_it_agrees_with_the_server() {
        let listed_at = at("2026-11-24 10:20:00");
        let of = |name: &str, utc: &str, in_names, earlier: &[&str]| {
            let earlier: Vec<String> = earlier.iter().map(|name| (*name).to_owned()).collect();
            let listed = [(name, Some(told(utc)))];
            Times::new(&listed, &earlier, listed_at, in_names, None, None)
                .own_time(name, Some(told(utc)))
                .to_string()
        };
        let (auto, never) = (TimeInName::Auto, TimeInName::Never);
        assert_eq!(of("s20261124101500.csv", "2026-11-24 01:16:00", auto, &[]), "2026-11-24 10:15:00");
        assert_eq!(of("s20261124101500.csv", "2026-11-24 01:16:00", never, &[]), "2026-11-24 10:16:00");
        // It was under way for hours; or it is a number.
        assert_eq!(of("s20261124041500.csv", "2026-11-24 01:16:00", auto, &[]), "2026-11-24 04:15:00");
        assert_eq!(of("s20261124_0100.csv", "2026-11-24 01:16:00", auto, &[]), "2026-11-24 10:16:00");
        assert_eq!(of("s20261124_1010.csv", "2026-11-24 01:16:00", auto, &[]), "2026-11-24 10:10:00");
        assert_eq!(
            of("s20261124_1010.csv", "2026-11-24 01:16:00", auto, &["s20261123_0099.csv"]),
            "2026-11-24 10:16:00"
        );
        assert_eq!(of("s20261124180000.csv", "2026-11-24 01:16:00", auto, &[]), "2026-11-24 10:16:00");
    }

    #[test]
    fn a_listing_is_understood_in_one_way() {
        let listed_at = at("2026-11-24 10:15:00");
        let local =
            [("old.csv", Some(told("2026-11-24 00:15:00"))), ("new.csv", Some(told("2026-11-24 08:15:00")))];
        let times = Times::new(&local, &[], listed_at, TimeInName::Auto, None, None);
        assert_eq!(times.own_time("old.csv", local[0].1).to_string(), "2026-11-24 00:15:00");
        assert_eq!(times.own_time("new.csv", local[1].1).to_string(), "2026-11-24 08:15:00");
        // By the names alone, and by what was measured.
        let named = [("s202611240015.csv", Some(told("2026-11-24 00:15:40")))];
        let times = Times::new(&named, &[], listed_at, TimeInName::Auto, None, None);
        assert_eq!(
            (times.ahead(), times.own_time("x.csv", named[0].1)),
            (JAPAN_AHEAD, at("2026-11-24 00:15:40"))
        );
        let times =
            Times::new(&local[..1], &[], listed_at, TimeInName::Auto, Some(TimeDelta::minutes(-7)), None);
        assert_eq!(times.own_time("old.csv", local[0].1).to_string(), "2026-11-24 09:22:00");
        let ahead = [("s20261124111500.csv", Some(told("2026-11-24 02:15:10")))];
        let times = Times::new(&ahead, &[], listed_at, TimeInName::Auto, None, None);
        assert_eq!(times.later_than_now(&ahead), Some(at("2026-11-24 11:15:00")));
    }

    #[test]
    fn the_own_time_is_never_later_than_the_listing() {
        let listed_at = at("2026-11-24 10:00:00");
        assert_eq!(own_time("stock_20261124101530.csv", None, listed_at), listed_at);
        assert_eq!(
            own_time("stock.csv", Some(at("2026-11-24 09:00:00")), listed_at),
            at("2026-11-24 09:00:00")
        );
        assert_eq!(own_time("stock.csv", None, listed_at), listed_at);
    }
}
