//! The rows that were rejected, as a sheet that a person corrects and feeds back.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Context;
use csv::{ByteRecord, QuoteStyle, Terminator};

use super::write::one_line;
use super::{Row, RowProblem};
use crate::encoding::{Encoding, look_alikes};
use crate::problem::Problem;
use crate::text::Language;

/// The columns that say which row it was and why it was rejected; of no meaning when the file is fed back.
pub const REJECT_COLUMNS: [&str; 2] = ["行番号", "理由"];

/// Writes rejected rows with their own header, encoding and bytes, and [`REJECT_COLUMNS`] behind them.
///
/// The file (readable by its owner only) is made when the first row is rejected.
pub struct RejectsWriter {
    path: PathBuf,
    language: Language,
    out: Option<csv::Writer<File>>,
    rows: u64,
}

impl RejectsWriter {
    /// A writer to `path`, with reasons in this language. Writes nothing yet.
    pub fn new(path: PathBuf, language: Language) -> Self {
        Self { path, language, out: None, rows: 0 }
    }

    pub fn reject(&mut self, row: &Row<'_>, problem: &RowProblem) -> anyhow::Result<()> {
        let context = || format!("cannot write {}", self.path.display());
        let out = match &mut self.out {
            Some(out) => out,
            none => none.insert(begin(&self.path, row).with_context(context)?),
        };
        let reason = reason(problem.problem().clone()).get(self.language).to_owned();
        let added = [row.line().to_string(), reason];
        let added = added.map(|text| encode(row.sheet.encoding(), &text));
        let fields = own_fields(row, &row.sheet.record);
        out.write_byte_record(&with_added(fields, &added)).with_context(context)?;
        self.rows += 1;
        Ok(())
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is left, and gives the file's path if there is a file.
    pub fn finish(self) -> anyhow::Result<Option<PathBuf>> {
        let Some(mut out) = self.out else { return Ok(None) };
        out.flush().with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(Some(self.path))
    }
}

fn quoted_writer(out: File) -> csv::Writer<File> {
    csv::WriterBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(out)
}

fn begin(path: &PathBuf, row: &Row<'_>) -> anyhow::Result<csv::Writer<File>> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut out = quoted_writer(file);
    let names = REJECT_COLUMNS.map(|name| encode(row.sheet.encoding(), name));
    out.write_byte_record(&with_added(own_fields(row, &row.header().raw), &names))?;
    Ok(out)
}

/// What was wrong and in which column; file and line stand elsewhere.
fn reason(problem: Problem) -> crate::text::Text {
    Problem { file: None, line: None, ..problem }.located_message()
}

fn encode(encoding: Encoding, text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoding.encode_with_geta(&look_alikes(&one_line(text)), &mut bytes);
    bytes
}

fn with_added<'a>(fields: impl Iterator<Item = &'a [u8]>, added: &'a [Vec<u8>; 2]) -> ByteRecord {
    fields.chain(added.iter().map(Vec::as_slice)).collect()
}

/// The fields without line number and reason of an earlier rejection.
///
/// A row with the wrong number of fields is never filled up or cut to the right one, however often it is fed back:
/// then it would be taken, with its values in the wrong columns. Its two added fields are the last two.
fn own_fields<'a>(row: &Row<'_>, record: &'a ByteRecord) -> impl Iterator<Item = &'a [u8]> {
    let header = row.header();
    let added = REJECT_COLUMNS.map(|name| header.optional(name).map(|column| column.index));
    let is_off = record.len() != header.names().len();
    let shift = |index: usize| {
        if is_off { (index + record.len()).checked_sub(header.names().len()) } else { Some(index) }
    };
    let added = added.map(|index| index.and_then(shift));
    record.iter().enumerate().filter(move |(index, _)| !added.contains(&Some(*index))).map(|(_, field)| field)
}
