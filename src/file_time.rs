//! A file's own time: the moment for which its figures are true.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::moment::Moment;

/// The time in a file's name, Japan time: `stock_20261124101500.csv`, `20261124-1015.csv`, `2026-11-24_10-15-00.csv`.
/// A date alone is no time: it would make every figure of the day as old as midnight.
pub fn time_in_name(name: &str) -> Option<Moment> {
    let characters: Vec<char> = name.chars().collect();
    (0..characters.len())
        .filter(|&start| start == 0 || !characters[start - 1].is_ascii_digit())
        .find_map(|start| time_at(&characters[start..]))
}

/// The file's own time: from its name, else as the server or the disk knows it, else the time of listing; never later
/// than the listing.
pub fn own_time(name: &str, modified: Option<Moment>, listed_at: Moment) -> Moment {
    time_in_name(name).or(modified).unwrap_or(listed_at).min(listed_at)
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

/// What a server's MDTM means in Japan time. It should be UTC, but some servers (vsftpd as Debian configures it) tell
/// their local time: nine hours in the future, then, if they stand in Japan. A file that seemed newer than it is would
/// let units be sold twice.
pub fn server_time(mdtm: NaiveDateTime, listed_at: Moment) -> Moment {
    let (if_utc, if_japans) = (Moment::of_utc(mdtm), Moment::of_japan(mdtm));
    let is_absurd = if_utc > listed_at + TimeDelta::hours(1);
    if is_absurd && if_japans <= listed_at { if_japans } else { if_utc }
}

/// A time at the very beginning of the text, in which date, hour and so on may be set apart by one character each.
fn time_at(text: &[char]) -> Option<Moment> {
    let mut rest = text;
    let year = take_number(&mut rest, 4)?;
    let [month, day, hour, minute] = [(); 4].map(|()| take_part(&mut rest));
    let second = take_part(&mut rest).unwrap_or(0);
    if rest.first().is_some_and(char::is_ascii_digit) || !(2000..2100).contains(&year) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month?, day?)?;
    Moment::at(date, hour?, minute?, second)
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
        let mut names = [
            "s_10.csv",
            "s_9.csv",
            "s.csv",
            "s_9a.csv",
            "s_010.csv",
            "s_99999999999999999999999.csv",
            "在庫2",
            "在庫10",
        ];
        names.sort_by(|a, b| by_numbers(a, b));
        let expected = [
            "s.csv",
            "s_9.csv",
            "s_9a.csv",
            "s_010.csv",
            "s_10.csv",
            "s_99999999999999999999999.csv",
            "在庫2",
            "在庫10",
        ];
        assert_eq!(names, expected);
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
        let told = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
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
