//! The CSV dialect of the sheets that are exchanged with TEMPOSTAR: columns found by their header's name, true line
//! numbers, strict text, and the file of rejected rows that can be corrected and fed back.
//!
//! A file is read twice. The first pass ([`Scanner`], which can run while the file arrives) decides whether the file can
//! be used as a whole: encoding, impossible bytes, quotes, a cut-off end, records too long to be kept in memory. So
//! whatever [`Sheet::next_row`] gives afterwards, no row of a broken file has been looked at. The second pass parses
//! bytes, and decodes only those fields that are asked for.

mod foreign;
mod header;
mod lines;
mod naming;
mod passing;
mod rejects;
mod row;
mod scan;
mod write;

use std::fmt;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::Context;
use csv::ByteRecord;

use header::are_values;
pub(crate) use header::header_only;
pub use header::{Column, Header};
pub use naming::{Naming, Unnamed, nearest};
pub(crate) use passing::Passing;
pub use rejects::{REJECT_COLUMNS, RejectsWriter};
pub use row::{KeptRow, Row, RowProblem};
pub use scan::{Scan, Scanner};
pub use write::{SheetRows, SheetWriter, UnencodableField};

use crate::encoding::{BadBytes, Encoding};
use crate::kept::open_copy;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::text::sheet as text;
use foreign::{HEAD_BYTES, foreign};
use lines::Lines;
use scan::{FIELDS_MAX, Flaw, FlawKind, RECORD_BYTES_MAX};

words! {
    /// What the settings say about a file's encoding.
    pub enum EncodingChoice {
        /// UTF-8 by byte-order mark, name or content, else CP932.
        Auto = "auto",
        Cp932 = "cp932",
        Utf8 = "utf-8",
    }
}

impl EncodingChoice {
    fn for_file(self, name: &str) -> Option<Encoding> {
        match self {
            Self::Auto => Encoding::promised_by_name(name),
            Self::Cp932 => Some(Encoding::Cp932),
            Self::Utf8 => Some(Encoding::Utf8),
        }
    }
}

/// A file that cannot be used as a whole, and why. Data for the caller, who puts the file aside, not the end of a run.
///
/// It travels in an `anyhow::Error`; [`Refusal::of`] tells it from a disk that fails.
#[derive(Debug)]
pub struct Refusal(Box<Problem>);

impl Refusal {
    pub fn new(problem: Problem) -> Self {
        Self(Box::new(problem))
    }

    /// The problem for which a file was refused, if that is what the error says.
    pub fn of(error: &anyhow::Error) -> Option<&Problem> {
        error.downcast_ref::<Self>().map(|refusal| &*refusal.0)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.located_message().fmt(f)
    }
}

impl std::error::Error for Refusal {}

/// After how many rows it is shown how far a sheet has been read.
const ROWS_BETWEEN_SHOWS: u64 = 4096;

/// A sheet that can be used, and its next row.
pub struct Sheet {
    source: Source,
    header: Header,
    has_header: bool,
    record: ByteRecord,
    row_has_nul: bool,
    rows_read: u64,
    blanks_read: u64,
    progress: Progress,
    /// Without a header the first record is a row, and has been read to find that out.
    is_row_waiting: bool,
}

impl Sheet {
    /// Opens the file at `path`, which the reader knows as `name`. The error is a [`Refusal`] if the file can be read but
    /// not used.
    pub fn open(path: &Path, name: &str, choice: EncodingChoice) -> anyhow::Result<Self> {
        Self::open_scanned(path, name, scan_file(path, name, choice)?, &Naming::default())
    }

    /// Likewise, with the names that the settings have for its columns.
    pub fn open_named(
        path: &Path,
        name: &str,
        choice: EncodingChoice,
        naming: &Naming,
    ) -> anyhow::Result<Self> {
        Self::open_scanned(path, name, scan_file(path, name, choice)?, naming)
    }

    /// Likewise, either way, a file that has been scanned already.
    pub fn open_scanned(path: &Path, name: &str, scan: Scan, naming: &Naming) -> anyhow::Result<Self> {
        let mut source = Source::open(path, name, scan)?;
        source.check()?;
        let mut record = ByteRecord::new();
        read_record(&mut source.reader, &mut record, name)?;
        let first = source.texts(&record)?;
        let row_names = naming.of_row(&first);
        let is_row_waiting = row_names.is_some();
        if source.scan.records == 1 && !is_row_waiting {
            return Err(source.refusal(header_only(&first)).into());
        }
        let header = match row_names {
            None => source.header(first, record.clone(), naming)?,
            Some(names) => source.header(names.to_vec(), source.written(names), naming)?,
        };
        Ok(Self {
            source,
            header,
            has_header: !is_row_waiting,
            record,
            row_has_nul: false,
            rows_read: 0,
            blanks_read: 0,
            progress: Progress::none(),
            is_row_waiting,
        })
    }

    /// Shows from now on how many rows have been given.
    pub fn show(&mut self, progress: &Progress) {
        progress.read(&self.source.name, self.source.scan.records - u64::from(self.has_header));
        self.progress = progress.clone();
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn encoding(&self) -> Encoding {
        self.source.scan.detected.encoding
    }

    /// How many rows have been given so far, the wrong ones included.
    pub fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// The next row, or `None` at the end. Fails only if the disk does. A record without content is a blank line.
    pub fn next_row(&mut self) -> anyhow::Result<Option<Row<'_>>> {
        if !std::mem::take(&mut self.is_row_waiting) {
            read_record(&mut self.source.reader, &mut self.record, &self.source.name)?;
        }
        while !self.record.is_empty() && is_blank(&self.record) {
            self.blanks_read += 1;
            read_record(&mut self.source.reader, &mut self.record, &self.source.name)?;
        }
        if self.record.is_empty() {
            return Ok(None);
        }
        self.rows_read += 1;
        if self.rows_read.is_multiple_of(ROWS_BETWEEN_SHOWS) {
            self.progress.advance_to(self.rows_read);
        }
        self.row_has_nul = self.source.scan.has_nul && self.record.as_slice().contains(&0);
        Ok(Some(Row { sheet: self }))
    }

    /// The physical line (1-based) on which the row begins that was given last.
    fn line_of_record(&self) -> u64 {
        if self.source.scan.is_line_per_record {
            return self.rows_read + self.blanks_read + u64::from(self.has_header);
        }
        let offset = self.record.position().map_or(0, csv::Position::byte);
        self.source.line_at(self.source.scan.body_at + offset)
    }
}

/// At the end the record is empty.
fn read_record(reader: &mut csv::Reader<File>, record: &mut ByteRecord, name: &str) -> anyhow::Result<bool> {
    reader.read_byte_record(record).with_context(|| format!("cannot read {name}"))
}

/// Nothing in any field; or the sign by which some programs end a file (Ctrl-Z).
fn is_blank(record: &ByteRecord) -> bool {
    record.as_slice().iter().all(|byte| matches!(byte, b' ' | b'\t')) || record.as_slice() == [scan::CTRL_Z]
}

pub fn scan_file(path: &Path, name: &str, choice: EncodingChoice) -> anyhow::Result<Scan> {
    let scanned = open_copy(path).and_then(|mut file| scan::scan(&mut file, Scanner::new(name, choice)));
    scanned.with_context(|| unreadable(path))
}

fn unreadable(path: &Path) -> String {
    format!("cannot read {}", path.display())
}

/// A file after the first pass, about to be read.
struct Source {
    name: String,
    scan: Scan,
    reader: csv::Reader<File>,
    lines: Lines,
}

impl Source {
    fn open(path: &Path, name: &str, scan: Scan) -> anyhow::Result<Self> {
        let mut file = open_copy(path).with_context(|| unreadable(path))?;
        file.seek(SeekFrom::Start(scan.body_at)).with_context(|| unreadable(path))?;
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 * 1024)
            .from_reader(file);
        Ok(Self { name: name.to_owned(), scan, reader, lines: Lines::default() })
    }

    /// Refuses what the first pass found to be unusable.
    fn check(&mut self) -> anyhow::Result<()> {
        let mut head = vec![0; HEAD_BYTES];
        let length = self.reader.get_ref().read_at(&mut head, 0)?;
        if let Some(problem) = foreign(&head[..length]) {
            return Err(self.refusal(problem).into());
        }
        if let Some(flaw) = self.scan.flaw {
            return Err(self.refusal_at(flaw.at, flaw_problem(flaw)).into());
        }
        if let Some(offset) = self.scan.detected.first_bad {
            return Err(self.undecodable(offset)?.into());
        }
        if self.scan.records == 0 {
            return Err(self.refusal(text::file_empty()).into());
        }
        Ok(())
    }

    /// The line on which the record at `offset` of the file begins.
    fn line_at(&self, offset: u64) -> u64 {
        self.lines.line_from(self.reader.get_ref(), offset)
    }

    fn refusal(&self, problem: Problem) -> Refusal {
        Refusal::new(problem.in_file(&self.name))
    }

    fn refusal_at(&self, offset: u64, problem: Problem) -> Refusal {
        Refusal::new(problem.in_file(&self.name).at_line(self.line_at(offset)))
    }

    /// Finds the field in which the impossible bytes at `offset` of the file stand.
    fn undecodable(&mut self, offset: u64) -> anyhow::Result<Refusal> {
        let encoding = self.scan.detected.encoding;
        let mut names = ByteRecord::new();
        let mut record = ByteRecord::new();
        while read_record(&mut self.reader, &mut record, &self.name)? {
            if names.is_empty() {
                names.clone_from(&record);
            }
            let fields = record.iter().enumerate();
            let bad = fields.filter_map(|(index, field)| Some((index, encoding.decode(field).err()?))).next();
            if let Some((index, bad)) = bad {
                let names: Vec<&[u8]> = names.iter().collect();
                let name = names.get(index).filter(|_| !are_values(&names));
                let name = name.and_then(|name| encoding.decode(name).ok());
                let column = name.map_or_else(|| (index + 1).to_string(), |name| name.into_owned());
                let problem = text::undecodable(&bad.to_string(), encoding.name()).in_column(&column);
                let at = record.position().map_or(0, csv::Position::byte);
                return Ok(self.refusal_at(self.scan.body_at + at, problem));
            }
        }
        // Outside every field: a byte-order mark of UTF-8 in a file that is said to be CP932.
        let mut bytes = [0; 2];
        let length = self.reader.get_ref().read_at(&mut bytes, offset)?;
        let bad = BadBytes { offset: 0, bytes: bytes[..length].to_vec() };
        Ok(self.refusal_at(offset, text::undecodable(&bad.to_string(), encoding.name())))
    }

    fn texts(&self, record: &ByteRecord) -> anyhow::Result<Vec<String>> {
        let encoding = self.scan.detected.encoding;
        let bad = |bad: BadBytes| self.refusal(text::undecodable(&bad.to_string(), encoding.name()));
        let texts = record.iter().map(|field| Ok(encoding.decode(field).map_err(bad)?.into_owned()));
        texts.collect()
    }

    /// Names as they would stand in the file.
    fn written(&self, names: &[String]) -> ByteRecord {
        let written = names.iter().map(|name| {
            let mut bytes = Vec::new();
            self.scan.detected.encoding.encode_with_geta(name, &mut bytes);
            bytes
        });
        written.collect()
    }

    fn header(&self, names: Vec<String>, raw: ByteRecord, naming: &Naming) -> anyhow::Result<Header> {
        Ok(Header::new(&self.name, self.line_at(self.scan.body_at), names, raw, naming)?)
    }
}

fn flaw_problem(flaw: Flaw) -> Problem {
    match flaw.kind {
        FlawKind::QuoteNotClosed => text::quote_not_closed(),
        FlawKind::TextAfterQuote => text::text_after_quote(),
        FlawKind::RecordTooLong => text::record_too_long(RECORD_BYTES_MAX / (1024 * 1024)),
        FlawKind::TooManyFields => text::too_many_fields(FIELDS_MAX),
        FlawKind::Truncated => text::file_truncated(),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;
    use crate::text::Language;

    /// A directory with sheets in it.
    struct Desk {
        dir: TempDir,
    }

    impl Desk {
        fn new() -> Self {
            Self { dir: tempfile::tempdir().unwrap() }
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join("sheet")
        }

        #[track_caller]
        fn open(&self, bytes: &[u8]) -> Sheet {
            fs::write(self.path(), bytes).unwrap();
            Sheet::open(&self.path(), "stock.csv", EncodingChoice::Auto).unwrap()
        }

        #[track_caller]
        fn refusal(&self, bytes: &[u8], choice: EncodingChoice) -> (&'static str, String) {
            fs::write(self.path(), bytes).unwrap();
            let error = Sheet::open(&self.path(), "stock.csv", choice).err().expect("the file was taken");
            let problem = Refusal::of(&error).expect("a refusal");
            (problem.kind.code, problem.located_message().en)
        }
    }

    fn cp932(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        Encoding::Cp932.encode(text, &mut bytes).unwrap();
        bytes
    }

    /// Line and texts of every row, or its problem's code.
    fn rows(sheet: &mut Sheet) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let names = sheet.header().names().to_vec();
        let columns: Vec<Column> = names.iter().map(|name| sheet.header().required(name).unwrap()).collect();
        let mut all = Vec::new();
        while let Some(row) = sheet.next_row().unwrap() {
            let texts = columns.iter().map(|&column| row.text(column).map(Cow::into_owned)).collect();
            all.push((row.line(), Result::map_err(texts, |problem: RowProblem| problem.problem().kind.code)));
        }
        all
    }

    #[test]
    fn lines_are_those_that_an_editor_shows() {
        let desk = Desk::new();
        let mut sheet = desk.open(b"\n\r\na,b\r\n\r\n1,\"x\ny\"\r2,z\n\n\n3,\"u\r\nv\"\r\n4,w");
        let lines: Vec<u64> = rows(&mut sheet).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [5, 7, 10, 12]);
        let (_, message) = desk.refusal(b"\n\nA,a\n1,2\n", EncodingChoice::Auto);
        assert_eq!(message, "stock.csv: line 3: a: the column is there twice (as number 1 and number 2)");
    }

    #[test]
    fn files_that_cannot_be_used_are_refused_with_the_place() {
        let desk = Desk::new();
        let refusal = |bytes: &[u8]| desk.refusal(bytes, EncodingChoice::Auto);
        let (code, message) = refusal(b"");
        assert_eq!((code, message.as_str()), ("file-empty", "stock.csv: the file is empty"));
        assert_eq!(refusal(b"\r\n\r\n").0, "file-empty");
        assert_eq!(refusal(b"\xEF\xBB\xBF").0, "file-empty");
        assert_eq!(refusal(b"a,b\r\n\r\n").0, "header-only");
        let (code, message) = refusal(b"a,b\r\n1,2\r\n3,\"4\r\n5,6\r\n");
        assert_eq!(code, "quote-not-closed");
        assert!(message.starts_with("stock.csv: line 3: a quote opens here"), "{message}");
        let (code, message) = refusal(b"\"a\",\"b\"\r\n\"1\",\"2\r\n\"3\",\"4\"\r\n");
        assert_eq!(code, "text-after-quote");
        assert!(message.starts_with("stock.csv: line 2:"), "{message}");
        assert_eq!(refusal(b"\"a\",\"b\"\r\n\"1\"x,\"2\"\r\n").0, "text-after-quote");
        let (code, message) = refusal(b"a,b\r\n1,2\r\n3");
        assert_eq!(
            (code, message.as_str()),
            ("file-truncated", "stock.csv: line 3: the last row is cut off")
        );
    }

    #[test]
    fn an_impossible_byte_refuses_the_file_wherever_it_stands() {
        let desk = Desk::new();
        let refusal = |bytes: &[u8]| desk.refusal(bytes, EncodingChoice::Auto);
        let bytes = [cp932("商品コード,備考\r\n1,表\r\n2,"), b"a\x82\"b\r\n3,x\r\n".to_vec()].concat();
        let message = "stock.csv: line 3: 備考: the bytes 82 are no character in CP932 (Shift_JIS)";
        assert_eq!(refusal(&bytes), ("undecodable", message.to_owned()));
        let cut = [cp932("\"商品コード\",備考\r\n1,"), b"\x95".to_vec()].concat();
        let message = "stock.csv: line 2: 備考: the bytes 95 are no character in CP932 (Shift_JIS)";
        assert_eq!(refusal(&cut), ("undecodable", message.to_owned()));
        let message = "stock.csv: line 1: 2: the bytes 80 are no character in CP932 (Shift_JIS)";
        assert_eq!(refusal(b"a,\x80\n1,2\n"), ("undecodable", message.to_owned()));
        let message = "stock.csv: line 2: a: the bytes FF are no character in UTF-8";
        assert_eq!(desk.refusal(b"a\n\xFF\n", EncodingChoice::Utf8), ("undecodable", message.to_owned()));
        let (_, message) = desk.refusal(b"\xEF\xBB\xBFa\n1\n", EncodingChoice::Cp932);
        assert_eq!(message, "stock.csv: line 1: the bytes EF BB are no character in CP932 (Shift_JIS)");
    }

    #[test]
    fn an_impossible_byte_is_found_at_every_place_of_a_buffer() {
        let desk = Desk::new();
        for length in 128 * 1024 - 12..128 * 1024 + 4 {
            let good = [b"a\n".as_slice(), &vec![b'x'; length], &cp932("表\n1\n")].concat();
            assert_eq!(rows(&mut desk.open(&good)).len(), 2);
            let bad = [b"a\n".as_slice(), &vec![b'x'; length], b"\x95\n1\n"].concat();
            let (code, message) = desk.refusal(&bad, EncodingChoice::Cp932);
            assert_eq!(code, "undecodable");
            assert!(message.starts_with("stock.csv: line 2: a:"), "{message}");
        }
    }

    /// Rejects every row that has a problem in its first or second column, and gives the path of the rejects.
    fn reject_wrong_rows(sheet: &mut Sheet, path: PathBuf) -> Option<PathBuf> {
        let columns = [Column { index: 0 }, Column { index: 1 }];
        let mut rejects = RejectsWriter::new(path, Language::Ja);
        while let Some(row) = sheet.next_row().unwrap() {
            if let Err(problem) = row.code(columns[0]).and_then(|_| row.whole_number(columns[1])) {
                rejects.reject(&row, &problem).unwrap();
            }
        }
        rejects.finish().unwrap()
    }

    #[test]
    fn rejected_rows_keep_their_bytes_and_can_be_fed_back() {
        let desk = Desk::new();
        let mut sheet =
            desk.open(&cp932("商品コード,在庫数,メモ\nA,x,表\"\"\nB,1,よい\nC,2\nD,,\"a\r\nb\"\n\"\",3,\n"));
        let path = reject_wrong_rows(&mut sheet, desk.dir.path().join("rejects.csv")).unwrap();
        let bytes = fs::read(&path).unwrap();
        let text = Encoding::Cp932.decode(&bytes).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "\"商品コード\",\"在庫数\",\"メモ\",\"行番号\",\"理由\"");
        assert_eq!(lines[1], "\"A\",\"x\",\"表\"\"\"\"\",\"2\",\"在庫数: 「x」は整数ではありません。\"");
        assert_eq!(lines[2], "\"C\",\"2\",\"4\",\"項目の数が見出しと合いません（見出し3個、この行2個）。\"");
        assert_eq!(lines[3], "\"\",\"3\",\"\",\"7\",\"商品コード: 値が空です。\"");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        // Uncorrected, the same rows are rejected again, for the same reasons, and the file does not grow sideways.
        for _ in 0..3 {
            let mut again = Sheet::open(&path, "rejects.csv", EncodingChoice::Auto).unwrap();
            let known = ["商品コード", "在庫数", "メモ"].map(|name| again.header().required(name).unwrap());
            assert_eq!(again.header().others(&known), []);
            let new = reject_wrong_rows(&mut again, desk.dir.path().join("again.csv")).unwrap();
            fs::rename(new, &path).unwrap();
            let bytes = fs::read(&path).unwrap();
            let text = Encoding::Cp932.decode(&bytes).unwrap();
            let fields = |line: &str| line.split("\",\"").count();
            assert_eq!(text.split("\r\n").map(fields).collect::<Vec<_>>(), [5, 5, 4, 5, 1]);
            assert!(text.contains("\"C\",\"2\",\"3\","), "{text}");
        }
    }

    /// One of the ways in which a sheet may be written.
    fn written_field(text: &str, is_quoted: bool) -> String {
        if is_quoted || text.contains([',', '"', '\r', '\n']) || text.is_empty() {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_with_its_line(
            table in prop::collection::vec(
                prop::collection::vec(("[aｱ表髙ポ,\"\r\n]{0,5}", any::<bool>()), 2..=2),
                1..6,
            ),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r\n", "\r", "\r\n\r\n", "\n\r\n", "\r\r"]), 6),
            is_cp932 in any::<bool>(),
        ) {
            let mut text = format!("第１列,第2列{}", ends[0]);
            let mut expected = Vec::new();
            for (row, end) in table.iter().zip(&ends[1..]) {
                let line = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count() as u64;
                if row.iter().any(|(field, _)| !field.is_empty()) {
                    expected.push((line, Ok(row.iter().map(|(field, _)| field.clone()).collect())));
                }
                let fields: Vec<String> = row.iter().map(|(field, quoted)| written_field(field, *quoted)).collect();
                text.push_str(&fields.join(","));
                text.push_str(end);
            }
            let bytes = if is_cp932 { cp932(&text) } else { text.clone().into_bytes() };
            let desk = Desk::new();
            prop_assert_eq!(rows(&mut desk.open(&bytes)), expected, "{:?}", text);
        }

        #[test]
        fn no_file_makes_the_reader_panic(bytes in "[a1,\"\r\n\0\u{80}表]{0,60}", cut in 0_usize..4) {
            let bytes = &bytes.as_bytes()[..bytes.len().saturating_sub(cut)];
            let desk = Desk::new();
            fs::write(desk.path(), bytes).unwrap();
            if let Ok(mut sheet) = Sheet::open(&desk.path(), "x.csv", EncodingChoice::Auto) {
                while let Some(row) = sheet.next_row().unwrap() {
                    let _ = (row.line(), row.check());
                }
            }
        }
    }
}
