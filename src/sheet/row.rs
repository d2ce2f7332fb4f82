//! One row, and what its cells mean.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveTime};
use csv::ByteRecord;

use super::{Column, Header, Sheet};
use crate::moment::Moment;
use crate::problem::Problem;
use crate::text::sheet as text;

/// Why one row cannot be used, with file, line and (where there is one) column.
///
/// Not an error type, so that `?` cannot turn one bad row into a failed run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem(Box<Problem>);

impl RowProblem {
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl From<RowProblem> for Problem {
    fn from(problem: RowProblem) -> Self {
        *problem.0
    }
}

/// One row of a sheet.
///
/// A row that is wrong in itself (too few or too many fields, a NUL byte) gives its problem at every use.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub(super) sheet: &'a Sheet,
}

/// How much of a wrong value a problem shows, in characters.
const VALUE_SHOWN_MAX: usize = 40;

impl<'a> Row<'a> {
    /// The physical line on which the row begins (1-based; line breaks inside fields and blank lines count).
    pub fn line(&self) -> u64 {
        self.sheet.line_of_record()
    }

    /// Which of the rows it is, the wrong ones included.
    pub(crate) fn number(&self) -> u64 {
        self.sheet.rows_read
    }

    pub fn header(&self) -> &'a Header {
        &self.sheet.header
    }

    pub fn check(&self) -> Result<(), RowProblem> {
        let (found, expected) = (self.sheet.record.len(), self.sheet.header.names().len());
        if found != expected {
            return Err(self.problem(text::field_count(found, expected)));
        }
        if self.sheet.row_has_nul {
            return Err(self.problem(text::nul_byte()));
        }
        Ok(())
    }

    pub fn problem(&self, problem: Problem) -> RowProblem {
        RowProblem(Box::new(problem.in_file(&self.sheet.source.name).at_line(self.line())))
    }

    pub fn problem_in(&self, column: Column, problem: Problem) -> RowProblem {
        self.problem(problem.in_column(self.header().name(column)))
    }

    /// The text of a field as it stands, perhaps empty.
    pub fn text(&self, column: Column) -> Result<Cow<'a, str>, RowProblem> {
        let encoding = self.sheet.encoding();
        let bytes = self.bytes(column)?;
        // The first pass has decoded every byte; only a file that changes under our hands gets here.
        let undecodable =
            |bad: crate::encoding::BadBytes| text::undecodable(&bad.to_string(), encoding.name());
        encoding.decode(bytes).map_err(|bad| self.problem_in(column, undecodable(bad)))
    }

    /// A code as it stands: not empty, no blanks around it, no control characters in it. Leading zeros matter.
    pub fn code(&self, column: Column) -> Result<Cow<'a, str>, RowProblem> {
        let code = self.text(column)?;
        if code.is_empty() {
            return Err(self.problem_in(column, text::value_missing()));
        }
        if has_blanks(&code) {
            return Err(self.problem_in(column, text::code_has_blanks(&shortened(&code))));
        }
        Ok(code)
    }

    /// A whole number: at most 15 digits, perhaps a `-`, perhaps spaces around. Empty is `None`.
    pub fn whole_number(&self, column: Column) -> Result<Option<i64>, RowProblem> {
        self.cell(column, whole_number, text::not_a_whole_number)
    }

    /// A number from 0 up with at most 9 digits on each side of its point, in its shortest form (`08.50` is `8.5`), so
    /// that equal numbers are equal texts. Empty is `None`.
    pub fn decimal(&self, column: Column) -> Result<Option<String>, RowProblem> {
        self.cell(column, decimal, text::not_a_decimal)
    }

    /// `0` or `1`. Empty is `None`.
    pub fn flag(&self, column: Column) -> Result<Option<bool>, RowProblem> {
        self.cell(column, flag, text::not_a_flag)
    }

    /// A day, as [`Row::date_time`]; a time behind it must be right, and is left out. Empty is `None`.
    pub fn date(&self, column: Column) -> Result<Option<NaiveDate>, RowProblem> {
        Ok(self.date_time(column)?.map(|at| at.date()))
    }

    /// `YYYY/MM/DD` or `YYYY-MM-DD`, perhaps with ` HH:MM` or ` HH:MM:SS`, in Japan time. Empty is `None`.
    pub fn date_time(&self, column: Column) -> Result<Option<Moment>, RowProblem> {
        self.cell(column, date_time, text::not_a_date)
    }

    /// A value that must be there: `row.filled(column, row.whole_number(column)?)?`.
    pub fn filled<T>(&self, column: Column, value: Option<T>) -> Result<T, RowProblem> {
        value.ok_or_else(|| self.problem_in(column, text::value_missing()))
    }

    fn bytes(&self, column: Column) -> Result<&'a [u8], RowProblem> {
        self.check()?;
        Ok(self.sheet.record.get(column.index).unwrap_or_default())
    }

    /// Reads a cell of which every right value is ASCII.
    fn cell<T>(
        &self,
        column: Column,
        read: fn(&[u8]) -> Option<T>,
        problem: fn(&str) -> Problem,
    ) -> Result<Option<T>, RowProblem> {
        let bytes = trimmed(self.bytes(column)?);
        if bytes.is_empty() {
            return Ok(None);
        }
        match read(bytes) {
            Some(value) => Ok(Some(value)),
            None => Err(self.problem_in(column, problem(&shortened(&self.text(column)?)))),
        }
    }
}

/// A row as it stood in the file, to compare the next one with it.
#[derive(Clone, Debug, Default)]
pub struct KeptRow(Option<ByteRecord>);

impl KeptRow {
    pub fn keep(&mut self, row: &Row<'_>) {
        self.0.get_or_insert_default().clone_from(&row.sheet.record);
    }

    pub fn forget(&mut self) {
        self.0 = None;
    }

    /// Whether a row is right in itself, and has in these columns, byte by byte, what the kept one has.
    pub fn is_same(&self, row: &Row<'_>, columns: &[Column]) -> bool {
        let is_same = |kept: &ByteRecord| {
            columns.iter().all(|column| kept.get(column.index) == row.sheet.record.get(column.index))
        };
        row.check().is_ok() && self.0.as_ref().is_some_and(is_same)
    }
}

/// Blanks around it, or a control character somewhere.
fn has_blanks(code: &str) -> bool {
    // Nearly all codes are plain ASCII, and there are millions of them.
    if code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    code.trim().len() != code.len() || code.contains(char::is_control)
}

/// A value as a problem shows it: on one line, and not too much of it.
pub(super) fn shortened(value: &str) -> String {
    let mut shown = String::new();
    for character in value.chars().take(VALUE_SHOWN_MAX) {
        match character {
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    if value.chars().nth(VALUE_SHOWN_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Without the spaces around: the space bar's only, since whatever else looks like one is worth a question.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let begin = bytes.iter().position(|&byte| byte != b' ').unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|&byte| byte != b' ').map_or(begin, |last| last + 1);
    &bytes[begin..end]
}

/// 15 digits: more than any stock or price, and exact in every spreadsheet.
const DIGITS_MAX: usize = 15;

pub(super) fn whole_number(bytes: &[u8]) -> Option<i64> {
    let (sign, digits) = match bytes {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    let is_right = (1..=DIGITS_MAX).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_right.then(|| sign * digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

fn decimal(bytes: &[u8]) -> Option<String> {
    let number = std::str::from_utf8(bytes).ok()?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_right =
        |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_right(whole) || !is_right(fraction) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    match fraction.trim_end_matches('0') {
        "" => Some(whole.to_owned()),
        fraction => Some(format!("{whole}.{fraction}")),
    }
}

fn flag(bytes: &[u8]) -> Option<bool> {
    match bytes {
        b"0" => Some(false),
        b"1" => Some(true),
        _ => None,
    }
}

fn date_time(bytes: &[u8]) -> Option<Moment> {
    let (date, time) = bytes.split_at_checked(10)?;
    let separator = date[4];
    if !matches!(separator, b'/' | b'-') || date[7] != separator {
        return None;
    }
    let year = i32::try_from(digits(&date[..4])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, digits(&date[5..7])?, digits(&date[8..])?)?;
    Some(Moment::of_japan(day.and_time(time_of_day(time)?)))
}

/// Nothing, ` HH:MM` or ` HH:MM:SS`.
fn time_of_day(bytes: &[u8]) -> Option<NaiveTime> {
    match bytes {
        [] => Some(NaiveTime::MIN),
        [b' ', h1, h2, b':', m1, m2] => {
            NaiveTime::from_hms_opt(digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, 0)
        }
        [b' ', h1, h2, b':', m1, m2, b':', s1, s2] => {
            NaiveTime::from_hms_opt(digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, digits(&[*s1, *s2])?)
        }
        _ => None,
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    whole_number(bytes).filter(|_| bytes[0] != b'-').and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_whole_number_is_ascii_digits_and_perhaps_a_minus() {
        for (written, number) in
            [("7", 7), ("007", 7), ("-10", -10), ("-0", 0), ("999999999999999", 999_999_999_999_999)]
        {
            assert_eq!(whole_number(written.as_bytes()), Some(number), "{written}");
        }
        for wrong in [
            "１２",
            "1.5",
            "1e3",
            "1,200",
            "+3",
            "12x",
            "-",
            "--1",
            "- 1",
            "1 2",
            "0x1",
            "9999999999999999",
            "\t7",
            "−1",
        ] {
            assert_eq!(whole_number(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn only_spaces_are_trimmed() {
        assert_eq!(trimmed(b"  7 "), b"7");
        assert_eq!(trimmed(b"   "), b"");
        assert_eq!(trimmed(b"\t7\n"), b"\t7\n");
    }

    #[test]
    fn equal_decimals_are_equal_texts() {
        for (written, number) in
            [("10", "10"), ("08.50", "8.5"), ("0.1", "0.1"), ("0", "0"), ("000.000", "0")]
        {
            assert_eq!(decimal(written.as_bytes()).as_deref(), Some(number), "{written}");
        }
        for wrong in ["", ".", ".5", "5.", "1.2.3", "-1", "+1", "1e3", "1,5", "８", "10%", "1234567890"] {
            assert_eq!(decimal(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_is_a_day_that_exists() {
        let read = |written: &str| date_time(written.as_bytes()).map(|at| at.to_string());
        assert_eq!(read("2024/02/29").as_deref(), Some("2024-02-29 00:00:00"));
        assert_eq!(read("2026-01-31 23:59").as_deref(), Some("2026-01-31 23:59:00"));
        assert_eq!(read("2026/01/31 23:59:07").as_deref(), Some("2026-01-31 23:59:07"));
        for wrong in [
            "2026/02/29",
            "2026/13/01",
            "2026/1/5",
            "2026/01-05",
            "20260105",
            "2026/01/05T10:00",
            "2026/01/05 24:00",
            "2026/01/05 10:60",
            "2026/01/05 10:00:60",
            "2026/01/05 9:00",
            "2026/01/05 ",
            "2026/01/05x",
            "0000/00/00",
            "２０２６/01/05",
            "2026/01/-5",
            "-026/01/05",
            "2026/01/05 -1:00",
            "表表表表表表",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_shown_value_is_short_and_on_one_line() {
        assert_eq!(shortened("a\r\nb"), "a\\r\\nb");
        assert_eq!(shortened(&"表".repeat(41)), "表".repeat(40) + "…");
        assert_eq!(shortened(&"表".repeat(40)), "表".repeat(40));
    }

    proptest! {
        #[test]
        fn every_whole_number_of_15_digits_is_read(number in -999_999_999_999_999_i64..=999_999_999_999_999) {
            prop_assert_eq!(whole_number(number.to_string().as_bytes()), Some(number));
        }

        #[test]
        fn no_bytes_make_a_cell_fail_otherwise_than_by_refusing(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            let trimmed = trimmed(&bytes);
            if let Some(number) = whole_number(trimmed) {
                prop_assert_eq!(std::str::from_utf8(trimmed).unwrap().parse(), Ok(number));
            }
            let _ = (decimal(trimmed), flag(trimmed), date_time(trimmed));
        }
    }
}
