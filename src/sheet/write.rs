//! Writing a sheet: every field quoted, CRLF, one line a row.

use std::borrow::Cow;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::{mem, slice};

use anyhow::{Context, bail, ensure};
use memchr::memchr;

use crate::encoding::{Encoding, Unencodable, look_alikes};

/// The text on one line: each line break and each other control character becomes a space.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", " ").replace(breaks, " "))
}

/// Whether every encoding writes it as it stands: so do most fields.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A field of a row that has a character which the sheet's encoding lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnencodableField {
    pub column: String,
    pub character: char,
    /// Where it is, in characters from the beginning of the field.
    pub index: usize,
}

/// Rows on their way into a sheet: complete before anything of them is written, so that they can be given up.
#[derive(Clone, Debug)]
pub struct SheetRows {
    encoding: Encoding,
    names: Arc<[String]>,
    bytes: Vec<u8>,
    /// Where the row that is being made begins, and how many fields it has so far.
    begin: usize,
    fields: usize,
    /// How many fields each of the others has.
    ended: Vec<usize>,
}

/// The fields that a row begins with, for others that begin alike.
#[derive(Clone, Debug)]
pub struct Begun {
    bytes: Range<usize>,
    fields: usize,
}

/// Signs that stand for words, in a note as these words.
fn spelled_out(text: &str) -> Cow<'_, str> {
    match text.contains(['㋿', '㍿']) {
        true => text.replace('㋿', "令和").replace('㍿', "株式会社").into(),
        false => text.into(),
    }
}

impl SheetRows {
    /// Adds a field that must be kept exactly, but for line breaks and look-alikes. On failure the row is as before.
    pub fn push_exact(&mut self, text: &str) -> Result<(), UnencodableField> {
        let before = self.begin_field();
        let text = if is_plain(text) { Cow::Borrowed(text) } else { self.prepared(text) };
        let encoded = self.encoding.encode(&text, &mut self.bytes);
        if let Err(Unencodable { character, index }) = encoded {
            self.bytes.truncate(before);
            let column = self.names.get(self.fields).cloned().unwrap_or_default();
            return Err(UnencodableField { column, character, index });
        }
        self.end_field(before);
        Ok(())
    }

    /// Adds a field with `〓` for each character that the encoding lacks, and gives these.
    pub fn push_with_geta(&mut self, text: &str) -> Vec<char> {
        let before = self.begin_field();
        let missing = self.encoding.encode_with_geta(&self.prepared(&spelled_out(text)), &mut self.bytes);
        self.end_field(before);
        missing
    }

    fn begin_field(&mut self) -> usize {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(if self.fields == 0 { b"\"" } else { b",\"" });
        before
    }

    /// Neither encoding has a quotation mark's byte in another character.
    fn end_field(&mut self, before: usize) {
        let text = before + if self.fields == 0 { 1 } else { 2 };
        if memchr(b'"', &self.bytes[text..]).is_some() {
            for byte in self.bytes.split_off(text) {
                self.bytes.extend_from_slice(if byte == b'"' { b"\"\"" } else { slice::from_ref(&byte) });
            }
        }
        self.bytes.push(b'"');
        self.fields += 1;
    }

    pub fn end_row(&mut self) {
        self.bytes.extend_from_slice(b"\r\n");
        self.begin = self.bytes.len();
        self.ended.push(mem::take(&mut self.fields));
    }

    /// The fields that the row has so far.
    pub fn begun(&self) -> Begun {
        Begun { bytes: self.begin..self.bytes.len(), fields: self.fields }
    }

    /// Begins a row with the same fields as another one.
    pub fn begin_like(&mut self, begun: &Begun) {
        self.bytes.extend_from_within(begun.bytes.clone());
        self.fields = begun.fields;
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ended.clear();
        (self.begin, self.fields) = (0, 0);
    }

    fn prepared<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let text = one_line(text);
        match self.encoding {
            Encoding::Utf8 => text,
            Encoding::Cp932 => match look_alikes(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(text) => Cow::Owned(text),
            },
        }
    }
}

/// Writes a sheet, header first. No byte-order mark.
pub struct SheetWriter<W: Write> {
    encoding: Encoding,
    names: Arc<[String]>,
    out: W,
    rows: u64,
}

impl<W: Write> SheetWriter<W> {
    /// Writes the header; fails if the encoding lacks a character of a name.
    pub fn new(out: W, encoding: Encoding, names: &[&str]) -> anyhow::Result<Self> {
        let names: Arc<[String]> = names.iter().map(|&name| name.to_owned()).collect();
        let mut writer = Self { encoding, names, out, rows: 0 };
        let mut header = writer.rows();
        for name in Arc::clone(&writer.names).iter() {
            header.push_exact(name).map_err(|error| {
                anyhow::anyhow!("{} cannot write {:?} of the column {name}", encoding.name(), error.character)
            })?;
        }
        header.end_row();
        writer.write(&header)?;
        writer.rows = 0;
        Ok(writer)
    }

    /// None yet.
    pub fn rows(&self) -> SheetRows {
        let (encoding, names) = (self.encoding, Arc::clone(&self.names));
        SheetRows { encoding, names, bytes: Vec::new(), begin: 0, fields: 0, ended: Vec::new() }
    }

    /// Writes rows; one with fields missing is an error, and nothing of them is written.
    pub fn write(&mut self, rows: &SheetRows) -> anyhow::Result<()> {
        let expected = self.names.len();
        ensure!(rows.begin == rows.bytes.len(), "a row that has not ended");
        if let Some(found) = rows.ended.iter().find(|fields| **fields != expected) {
            bail!("a row of {found} fields for a sheet of {expected} columns");
        }
        self.out.write_all(&rows.bytes).context("cannot write the sheet")?;
        self.rows += rows.ended.len() as u64;
        Ok(())
    }

    /// How many, without the header.
    pub fn rows_written(&self) -> u64 {
        self.rows
    }

    /// What was written to.
    pub fn finish(self) -> W {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheet_of(encoding: Encoding, fields: &[&str]) -> Vec<u8> {
        let names: Vec<String> = (1..=fields.len()).map(|number| format!("列{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut writer = SheetWriter::new(Vec::new(), encoding, &names).unwrap();
        let mut rows = writer.rows();
        fields.iter().for_each(|field| drop(rows.push_with_geta(field)));
        rows.end_row();
        writer.write(&rows).unwrap();
        writer.finish()
    }

    #[test]
    fn every_field_is_quoted_and_stands_on_one_line() {
        let bytes = sheet_of(Encoding::Cp932, &["表", "", "a\"b", "1\r\n2\n3\r4\t5\u{2028}6"]);
        let text = Encoding::Cp932.decode(&bytes).unwrap();
        let header = "\"列1\",\"列2\",\"列3\",\"列4\"\r\n";
        assert_eq!(text, format!("{header}\"表\",\"\",\"a\"\"b\",\"1 2 3 4 5 6\"\r\n"));
        assert_eq!(sheet_of(Encoding::Utf8, &["〜é"]), "\"列1\"\r\n\"〜é\"\r\n".as_bytes());
    }

    #[test]
    fn a_field_that_cannot_be_kept_is_named_and_not_added() {
        let writer = SheetWriter::new(Vec::new(), Encoding::Cp932, &["名前", "住所"]).unwrap();
        let mut rows = writer.rows();
        rows.push_exact("髙田〜").unwrap();
        let before = rows.bytes.clone();
        let error = rows.push_exact("東京\n𠮷野").unwrap_err();
        assert_eq!(error, UnencodableField { column: "住所".to_owned(), character: '𠮷', index: 3 });
        assert_eq!((&rows.bytes, rows.fields), (&before, 1));
        assert_eq!(rows.push_with_geta("𠮷野—é"), ['𠮷', 'é']);
    }

    #[test]
    fn a_row_with_fields_missing_is_not_written() {
        let mut writer = SheetWriter::new(Vec::new(), Encoding::Utf8, &["a", "b"]).unwrap();
        let mut rows = writer.rows();
        rows.push_exact("1").unwrap();
        assert!(writer.write(&rows).is_err());
        rows.end_row();
        assert!(writer.write(&rows).is_err());
        rows.clear();
        for _ in 0..2 {
            rows.push_exact("1").unwrap();
            rows.push_exact("2").unwrap();
            rows.end_row();
        }
        writer.write(&rows).unwrap();
        assert_eq!(writer.rows_written(), 2);
        assert_eq!(writer.finish(), b"\"a\",\"b\"\r\n\"1\",\"2\"\r\n\"1\",\"2\"\r\n");
    }

    #[test]
    fn rows_that_begin_alike_are_rows_of_their_own() {
        let mut writer = SheetWriter::new(Vec::new(), Encoding::Utf8, &["a", "b"]).unwrap();
        let mut rows = writer.rows();
        for (first, seconds) in [("1\"", ["2", "3"]), ("4", ["5", "6\""])] {
            rows.push_exact(first).unwrap();
            let begun = rows.begun();
            rows.push_exact(seconds[0]).unwrap();
            rows.end_row();
            rows.begin_like(&begun);
            rows.push_exact(seconds[1]).unwrap();
            rows.end_row();
        }
        writer.write(&rows).unwrap();
        let expected =
            "\"a\",\"b\"\r\n\"1\"\"\",\"2\"\r\n\"1\"\"\",\"3\"\r\n\"4\",\"5\"\r\n\"4\",\"6\"\"\"\r\n";
        assert_eq!(String::from_utf8(writer.finish()).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_one_row_again(fields in prop::collection::vec(any::<String>(), 1..5)) {
            let texts: Vec<&str> = fields.iter().map(String::as_str).collect();
            let bytes = sheet_of(Encoding::Utf8, &texts);
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let expected: Vec<Cow<'_, str>> = texts.iter().map(|text| one_line(text)).collect();
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(rows[0].iter().collect::<Vec<_>>(), expected);
        }
    }
}
