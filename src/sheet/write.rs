//! Writing a sheet: every field quoted, CRLF, one line a row.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, ensure};
use csv::{ByteRecord, QuoteStyle, Terminator};

use crate::encoding::{Encoding, Unencodable, look_alikes};

/// A csv writer with our dialect.
pub(super) fn quoted_writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(out)
}

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

/// What a row mostly has room in.
const ROW_BYTES: usize = 1024;

/// A field of a row that has a character which the sheet's encoding lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnencodableField {
    pub column: String,
    pub character: char,
    /// Where it is, in characters from the beginning of the field.
    pub index: usize,
}

/// A row on its way into a sheet: complete before anything of it is written, so that it can be given up.
#[derive(Clone, Debug)]
pub struct SheetRow {
    encoding: Encoding,
    names: Arc<[String]>,
    fields: ByteRecord,
    scratch: Vec<u8>,
}

/// Signs that stand for words, in a note as these words.
fn spelled_out(text: &str) -> Cow<'_, str> {
    match text.contains(['㋿', '㍿']) {
        true => text.replace('㋿', "令和").replace('㍿', "株式会社").into(),
        false => text.into(),
    }
}

impl SheetRow {
    /// Adds a field that must be kept exactly, but for line breaks and look-alikes. On failure the row is as before.
    pub fn push_exact(&mut self, text: &str) -> Result<(), UnencodableField> {
        if is_plain(text) {
            self.fields.push_field(text.as_bytes());
            return Ok(());
        }
        self.scratch.clear();
        self.encoding.encode(&self.prepared(text), &mut self.scratch).map_err(|error| {
            let Unencodable { character, index } = error;
            let column = self.names.get(self.fields.len()).cloned().unwrap_or_default();
            UnencodableField { column, character, index }
        })?;
        self.fields.push_field(&self.scratch);
        Ok(())
    }

    /// Adds a field with `〓` for each character that the encoding lacks, and gives these.
    pub fn push_with_geta(&mut self, text: &str) -> Vec<char> {
        self.scratch.clear();
        let missing = self.encoding.encode_with_geta(&self.prepared(&spelled_out(text)), &mut self.scratch);
        self.fields.push_field(&self.scratch);
        missing
    }

    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
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
    out: csv::Writer<W>,
    rows: u64,
}

impl<W: Write> SheetWriter<W> {
    /// Writes the header; fails if the encoding lacks a character of a name.
    pub fn new(out: W, encoding: Encoding, names: &[&str]) -> anyhow::Result<Self> {
        let names: Arc<[String]> = names.iter().map(|&name| name.to_owned()).collect();
        let mut writer = Self { encoding, names, out: quoted_writer(out), rows: 0 };
        let mut header = writer.row();
        for name in Arc::clone(&writer.names).iter() {
            header.push_exact(name).map_err(|error| {
                anyhow::anyhow!("{} cannot write {:?} of the column {name}", encoding.name(), error.character)
            })?;
        }
        writer.write_fields(&header)?;
        Ok(writer)
    }

    pub fn row(&self) -> SheetRow {
        let (encoding, names) = (self.encoding, Arc::clone(&self.names));
        let fields = ByteRecord::with_capacity(ROW_BYTES, self.names.len());
        SheetRow { encoding, names, fields, scratch: Vec::new() }
    }

    /// Writes a row; one with fields missing is an error, and nothing of it is written.
    pub fn write(&mut self, row: &SheetRow) -> anyhow::Result<()> {
        self.write_fields(row)?;
        self.rows += 1;
        Ok(())
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is left, and gives back what was written to.
    pub fn finish(self) -> anyhow::Result<W> {
        self.out.into_inner().map_err(|error| error.into_error()).context("cannot write the sheet")
    }

    fn write_fields(&mut self, row: &SheetRow) -> anyhow::Result<()> {
        let (found, expected) = (row.len(), self.names.len());
        ensure!(found == expected, "a row of {found} fields for a sheet of {expected} columns");
        self.out.write_byte_record(&row.fields).context("cannot write the sheet")
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
        let mut row = writer.row();
        fields.iter().for_each(|field| drop(row.push_with_geta(field)));
        writer.write(&row).unwrap();
        writer.finish().unwrap()
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
        let mut row = writer.row();
        row.push_exact("髙田〜").unwrap();
        let error = row.push_exact("東京\n𠮷野").unwrap_err();
        assert_eq!(error, UnencodableField { column: "住所".to_owned(), character: '𠮷', index: 3 });
        assert_eq!(row.len(), 1);
        assert_eq!(row.push_with_geta("𠮷野—é"), ['𠮷', 'é']);
    }

    #[test]
    fn a_row_with_fields_missing_is_not_written() {
        let mut writer = SheetWriter::new(Vec::new(), Encoding::Utf8, &["a", "b"]).unwrap();
        let mut row = writer.row();
        assert!(row.is_empty());
        row.push_exact("1").unwrap();
        assert!(writer.write(&row).is_err());
        row.push_exact("2").unwrap();
        writer.write(&row).unwrap();
        assert_eq!(writer.rows(), 1);
        assert_eq!(writer.finish().unwrap(), b"\"a\",\"b\"\r\n\"1\",\"2\"\r\n");
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
