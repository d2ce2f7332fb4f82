//! A sheet of our own that goes by once, on its way out of a packed copy: of each record two columns are picked, as bytes,
//! and nothing else is decoded or kept. Whether the file is what it should be, its hash says, behind the last record.

use std::borrow::Cow;
use std::io::{self, Write};
use std::mem;

use csv::ByteRecord;
use memchr::{memchr, memchr_iter};

use super::row::{trimmed, whole_number};
use super::{Column, EncodingChoice, Header, Naming, RECORD_BYTES_MAX, Refusal};
use crate::encoding::{BYTE_ORDER_MARK, Detector, Encoding};
use crate::problem::Problem;
use crate::text::sheet as text;

/// Takes the bytes of a sheet, and hands out each number (a code) with its amount. Of records with the same number that
/// follow each other the first counts.
pub(crate) struct Passing<T> {
    name: String,
    naming: Naming,
    /// The columns of number and amount; without the second there are numbers only.
    wanted: [&'static str; 2],
    columns: Option<Columns>,
    /// What has come of a record that is not complete.
    begun: Vec<u8>,
    is_in_quotes: bool,
    line: u64,
    last: Vec<u8>,
    taken: T,
    take: fn(&mut T, &str, Option<i64>),
    refusal: Option<Refusal>,
}

#[derive(Clone, Copy)]
struct Columns {
    encoding: Encoding,
    number: Column,
    amount: Option<Column>,
}

impl<T> Passing<T> {
    pub(crate) fn new(
        name: &str,
        naming: &Naming,
        wanted: [&'static str; 2],
        taken: T,
        take: fn(&mut T, &str, Option<i64>),
    ) -> Self {
        Self {
            name: name.to_owned(),
            naming: naming.clone(),
            wanted,
            columns: None,
            begun: Vec::new(),
            is_in_quotes: false,
            line: 0,
            last: Vec::new(),
            taken,
            take,
            refusal: None,
        }
    }

    /// The file is over.
    pub(crate) fn finish(mut self) -> Result<T, Refusal> {
        let last = mem::take(&mut self.begun);
        self.pass(&last);
        self.refusal.map_or(Ok(self.taken), Err)
    }

    /// Takes a line with its end, or what the file ends with.
    fn take_line(&mut self, line: &[u8]) {
        self.is_in_quotes ^= memchr_iter(b'"', line).count() % 2 == 1;
        let is_whole = !self.is_in_quotes && line.ends_with(b"\n");
        if is_whole && self.begun.is_empty() {
            return self.pass(line);
        }
        self.begun.extend_from_slice(line);
        if is_whole {
            let mut record = mem::take(&mut self.begun);
            self.pass(&record);
            record.clear();
            self.begun = record;
        } else if self.begun.len() as u64 > RECORD_BYTES_MAX {
            self.refuse(text::record_too_long(RECORD_BYTES_MAX / (1024 * 1024)));
        }
    }

    fn pass(&mut self, record: &[u8]) {
        self.line += 1;
        let record = record.trim_ascii_end();
        if record.is_empty() || self.refusal.is_some() {
            return;
        }
        let passed = match self.columns {
            None => self.find_columns(record).map(|columns| self.columns = Some(columns)),
            Some(columns) => self.pick(columns, record),
        };
        self.refusal = passed.err();
    }

    /// A header without a Japanese name does not tell the encoding: what can be UTF-8 is hardly anything else.
    fn find_columns(&self, record: &[u8]) -> Result<Columns, Refusal> {
        let mut detector = Detector::new(EncodingChoice::Auto.for_file(&self.name));
        detector.feed(record);
        let encoding = if record.is_ascii() { Encoding::Utf8 } else { detector.finish().encoding };
        let mut rest = record.strip_prefix(BYTE_ORDER_MARK).unwrap_or(record);
        let mut names = Vec::new();
        while !rest.is_empty() {
            names.push(decoded(encoding, &unquoted(next_field(&mut rest))).into_owned());
        }
        let header = Header::new(&self.name, self.line, names, ByteRecord::new(), &self.naming)?;
        let [number, amount] = self.wanted;
        Ok(Columns { encoding, number: header.required(number)?, amount: header.optional(amount) })
    }

    fn pick(&mut self, columns: Columns, record: &[u8]) -> Result<(), Refusal> {
        let number = field(record, columns.number);
        if *number == *self.last {
            return Ok(());
        }
        self.last.clear();
        self.last.extend_from_slice(number);
        let amount = columns.amount.map(|amount| unquoted(field(record, amount))).unwrap_or_default();
        let amount = match trimmed(&amount) {
            b"" => None,
            amount => Some(whole_number(amount).ok_or_else(|| self.no_amount(amount))?),
        };
        (self.take)(&mut self.taken, &decoded(columns.encoding, &unquoted(number)), amount);
        Ok(())
    }

    fn no_amount(&self, found: &[u8]) -> Refusal {
        let problem = text::not_a_whole_number(&String::from_utf8_lossy(found)).in_column(self.wanted[1]);
        Refusal::new(problem.in_file(&self.name).at_line(self.line))
    }

    fn refuse(&mut self, problem: Problem) {
        self.begun = Vec::new();
        self.refusal.get_or_insert(Refusal::new(problem.in_file(&self.name).at_line(self.line + 1)));
    }
}

impl<T> Write for Passing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut begin = 0;
        for end in memchr_iter(b'\n', bytes) {
            self.take_line(&bytes[begin..=end]);
            begin = end + 1;
        }
        self.take_line(&bytes[begin..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn decoded(encoding: Encoding, bytes: &[u8]) -> Cow<'_, str> {
    let decoded = encoding.decode(bytes).or_else(|_| Encoding::Cp932.decode(bytes));
    decoded.unwrap_or_else(|_| String::from_utf8_lossy(bytes))
}

/// As it stands in the record; empty where the record is shorter.
fn field(record: &[u8], column: Column) -> &[u8] {
    let mut rest = record;
    for _ in 0..column.index {
        next_field(&mut rest);
    }
    next_field(&mut rest)
}

/// Takes a field and its comma from the front of a record. No character of CP932 or UTF-8 has the byte of a quote or a comma
/// in it.
fn next_field<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let mut at = 0;
    // What ends a quoted field is no quote that another one follows.
    while rest.get(at) == Some(&b'"') {
        at = memchr(b'"', &rest[at + 1..]).map_or(rest.len(), |length| at + length + 2);
    }
    let end = memchr(b',', &rest[at..]).map_or(rest.len(), |length| at + length);
    let field = &rest[..end];
    *rest = rest.get(end + 1..).unwrap_or_default();
    field
}

fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = field.strip_prefix(b"\"") else { return field.into() };
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    match memchr(b'"', inner) {
        None => inner.into(),
        Some(_) => {
            let mut is_first = false;
            let is_kept = |byte: &u8| {
                is_first = *byte == b'"' && !is_first;
                !is_first
            };
            inner.iter().copied().filter(is_kept).collect::<Vec<u8>>().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Taken = Vec<(String, Option<i64>)>;

    fn taken(bytes: &[u8], chunk: usize) -> Result<Taken, Refusal> {
        let take = |taken: &mut Taken, number: &str, amount| taken.push((number.to_owned(), amount));
        let mut passing =
            Passing::new("order.csv", &Naming::default(), ["number", "amount"], Taken::new(), take);
        bytes.chunks(chunk).for_each(|chunk| passing.write_all(chunk).unwrap());
        passing.finish()
    }

    #[track_caller]
    fn code_of(bytes: &[u8]) -> &'static str {
        taken(bytes, 7).expect_err("it was taken").0.kind.code
    }

    #[test]
    fn what_is_no_sheet_of_ours_is_refused() {
        assert_eq!(code_of(b"\"amount\",\"x\"\r\n"), "column-missing");
        assert_eq!(code_of(b"\"number\",\"amount\"\r\n\"1\",\"2.5\"\r\n"), "not-a-whole-number");
        let endless = [b"number\n\"".as_slice(), &vec![b'\n'; 2 * RECORD_BYTES_MAX as usize]].concat();
        assert_eq!(taken(&endless, 100_000).unwrap_err().0.kind.code, "record-too-long");
    }

    #[test]
    fn a_file_of_other_columns_tells_numbers_only() {
        assert_eq!(taken(b"number\n1\n\n1\n2", 3).unwrap(), [("1".to_owned(), None), ("2".to_owned(), None)]);
    }

    proptest! {
        #[test]
        fn the_orders_are_those_that_were_written(
            rows in prop::collection::vec(("[a-c表ソ髙ﾂ\",\r\n-]{1,4}", 0..99_i64, "[a表,\"\n]{0,3}"), 0..9),
            is_cp932 in any::<bool>(),
            note in prop::sample::select(vec!["備考", "note"]),
            chunk in 1_usize..20,
        ) {
            let encoding = if is_cp932 && note == "備考" { Encoding::Cp932 } else { Encoding::Utf8 };
            let mut text = format!("\"{note}\",\"number\",\"amount\",\"last\"\r\n");
            for (number, amount, note) in &rows {
                let [number, note] = [number, note].map(|field| field.replace('"', "\"\""));
                text += &format!("\"{note}\",\"{number}\",\"{amount}\",\"{note}\"\r\n");
            }
            let mut bytes = Vec::new();
            encoding.encode(&text, &mut bytes).unwrap();
            let mut expected: Taken = rows.into_iter().map(|(number, amount, _)| (number, Some(amount))).collect();
            expected.dedup_by(|next, first| next.0 == first.0);
            prop_assert_eq!(taken(&bytes, chunk).unwrap(), expected, "{}", text);
        }
    }
}
