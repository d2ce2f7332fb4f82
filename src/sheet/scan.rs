//! The first pass over a file: can it be used at all?
//!
//! It knows quotes and line ends as the csv crate does, so it can say where a record is broken or endless before
//! anybody keeps such a record in memory.

use std::fs::File;
use std::io::{self, Read, Write};

use memchr::{memchr, memchr_iter, memchr3};

use super::EncodingChoice;
use crate::encoding::{BYTE_ORDER_MARK, Detected, Detector};
use crate::threads::CHUNK_BYTES;

/// The longest record, in bytes; the csv crate keeps a whole one in memory.
pub(super) const RECORD_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The most fields in a record; each costs memory too.
pub(super) const FIELDS_MAX: u64 = 100_000;

/// The sign by which some programs end a file.
pub(super) const CTRL_Z: u8 = 0x1a;

/// What is known about a file after reading it once.
#[derive(Clone, Debug)]
pub struct Scan {
    pub(super) detected: Detected,
    pub(super) has_nul: bool,
    /// Where the first record may begin, in bytes: behind the byte-order mark.
    pub(super) body_at: u64,
    /// Blank lines are no records.
    pub(super) records: u64,
    /// Whether the records are the lines: no blank line, no line break inside a field.
    pub(super) is_line_per_record: bool,
    pub(super) flaw: Option<Flaw>,
}

/// Why the records of a file cannot be told apart, and where (in bytes) that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub kind: FlawKind,
    pub at: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlawKind {
    QuoteNotClosed,
    TextAfterQuote,
    RecordTooLong,
    TooManyFields,
    Truncated,
}

/// Reads the file from where it stands to its end, or to its first flaw.
pub(super) fn scan(file: &mut File, mut scanner: Scanner) -> io::Result<Scan> {
    let mut chunk = vec![0; CHUNK_BYTES];
    while scanner.structure.flaw.is_none() {
        let length = read_full(file, &mut chunk)?;
        if length == 0 {
            break;
        }
        scanner.feed(&chunk[..length]);
    }
    Ok(scanner.finish())
}

/// The first pass, over a file in chunks.
#[derive(Debug)]
pub struct Scanner {
    detector: Detector,
    structure: Structure,
    breaks: Breaks,
    has_nul: bool,
}

impl Scanner {
    pub fn new(name: &str, choice: EncodingChoice) -> Self {
        let detector = Detector::new(choice.for_file(name));
        Self { detector, structure: Structure::default(), breaks: Breaks::default(), has_nul: false }
    }

    /// Takes the next chunk. The first one must not cut a byte-order mark in two. What comes behind a flaw is passed over.
    pub fn feed(&mut self, chunk: &[u8]) {
        if self.structure.flaw.is_some() {
            return;
        }
        self.detector.feed(chunk);
        self.has_nul = self.has_nul || memchr(0, chunk).is_some();
        self.structure.feed(chunk);
        self.breaks.feed(chunk);
    }

    pub fn finish(mut self) -> Scan {
        if self.structure.flaw.is_none() {
            self.structure.finish();
        }
        let is_line_per_record = self.structure.is_line_per_record(self.breaks.count);
        let Structure { body_at, records, flaw, .. } = self.structure;
        let (detected, has_nul) = (self.detector.finish(), self.has_nul);
        Scan { detected, has_nul, body_at, records, is_line_per_record, flaw }
    }
}

impl Write for Scanner {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.feed(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts line breaks, in quotes and out of them: CRLF, LF and a lone CR.
#[derive(Debug, Default)]
struct Breaks {
    count: u64,
    after_cr: bool,
}

impl Breaks {
    fn feed(&mut self, chunk: &[u8]) {
        let mut pairs = 0;
        let mut line_feeds = 0;
        for at in memchr_iter(b'\n', chunk) {
            let is_pair = if at == 0 { self.after_cr } else { chunk[at - 1] == b'\r' };
            line_feeds += 1;
            pairs += u64::from(is_pair);
        }
        let returns = memchr_iter(b'\r', chunk).count() as u64;
        // The CR of a pair may have been counted with the chunk before.
        self.count = (self.count + line_feeds + returns) - pairs;
        self.after_cr = chunk.last() == Some(&b'\r');
    }
}

/// Fills the buffer unless the file ends, so that a byte-order mark is never cut in two.
fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    BetweenRecords,
    FieldStart,
    Plain,
    Quoted,
    AfterQuote,
}

/// Follows quotes, fields and records through the chunks of a file.
#[derive(Debug, Default)]
struct Structure {
    state: State,
    position: u64,
    body_at: u64,
    record_at: u64,
    quote_at: u64,
    fields: u64,
    header_fields: u64,
    records: u64,
    flaw: Option<Flaw>,
}

impl Structure {
    fn feed(&mut self, chunk: &[u8]) {
        let mut at = 0;
        if self.position == 0 && chunk.starts_with(BYTE_ORDER_MARK) {
            at = BYTE_ORDER_MARK.len();
            self.body_at = at as u64;
        }
        while self.flaw.is_none() && at < chunk.len() {
            at += self.step(&chunk[at..], self.position + at as u64);
        }
        self.position += chunk.len() as u64;
        if self.state != State::BetweenRecords {
            self.check_length(self.position);
        }
    }

    /// Takes some bytes from the front of `rest`, which stands at `position`; gives their number.
    fn step(&mut self, rest: &[u8], position: u64) -> usize {
        let byte = rest[0];
        match self.state {
            State::BetweenRecords if is_break(byte) || rest == [CTRL_Z] => 1,
            State::BetweenRecords => self.begin_record(position),
            State::FieldStart if byte == b'"' => {
                self.quote_at = position;
                self.state = State::Quoted;
                1
            }
            State::FieldStart | State::Plain => {
                let end = memchr3(b',', b'\r', b'\n', rest);
                let length = end.unwrap_or(rest.len());
                self.state = State::Plain;
                end.map_or(length, |_| length + self.end_field(rest[length], position + length as u64))
            }
            State::Quoted => match memchr(b'"', rest) {
                Some(length) => {
                    self.state = State::AfterQuote;
                    length + 1
                }
                None => rest.len(),
            },
            State::AfterQuote if byte == b'"' => {
                self.state = State::Quoted;
                1
            }
            State::AfterQuote if byte == b',' || is_break(byte) => self.end_field(byte, position),
            // The csv crate would go on as if the quote had never been there. But most likely a quote was not
            // doubled or not closed some way back, and what now looks like values are the gaps between them.
            State::AfterQuote => self.fail(FlawKind::TextAfterQuote, self.quote_at),
        }
    }

    fn begin_record(&mut self, position: u64) -> usize {
        self.state = State::FieldStart;
        self.record_at = position;
        self.records += 1;
        self.fields = 1;
        0
    }

    fn end_field(&mut self, end: u8, position: u64) -> usize {
        if end == b',' {
            self.state = State::FieldStart;
            self.fields += 1;
            if self.fields > FIELDS_MAX {
                self.fail(FlawKind::TooManyFields, self.record_at);
            }
        } else {
            self.state = State::BetweenRecords;
            self.check_length(position);
            self.note_header();
        }
        1
    }

    /// Every record but perhaps the last ends a line; any break more is inside of one, or a line of its own.
    fn is_line_per_record(&self, breaks: u64) -> bool {
        let is_last_ended = self.state == State::BetweenRecords;
        breaks + u64::from(!is_last_ended) == self.records
    }

    fn note_header(&mut self) {
        if self.records == 1 {
            self.header_fields = self.fields;
        }
    }

    fn check_length(&mut self, end: u64) {
        if end - self.record_at > RECORD_BYTES_MAX {
            self.fail(FlawKind::RecordTooLong, self.record_at);
        }
    }

    fn fail(&mut self, kind: FlawKind, at: u64) -> usize {
        self.flaw = self.flaw.or(Some(Flaw { kind, at }));
        0
    }

    /// The file is over. A last record without line end is fine if it has all its fields.
    fn finish(&mut self) {
        match self.state {
            State::BetweenRecords => {}
            State::Quoted => {
                self.fail(FlawKind::QuoteNotClosed, self.quote_at);
            }
            State::FieldStart | State::Plain | State::AfterQuote => {
                self.note_header();
                if self.fields < self.header_fields {
                    self.fail(FlawKind::Truncated, self.record_at);
                }
            }
        }
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn structure_of(bytes: &[u8], chunk: usize) -> Structure {
        let mut structure = Structure::default();
        bytes.chunks(chunk).for_each(|chunk| structure.feed(chunk));
        structure.finish();
        structure
    }

    fn flaw_of(bytes: &[u8]) -> Option<(FlawKind, u64)> {
        structure_of(bytes, 1).flaw.map(|flaw| (flaw.kind, flaw.at))
    }

    #[test]
    fn sound_files_have_no_flaw() {
        for sound in
            ["", "\r\n\n", "a,b\n1,2", "\"a\",\"b\"\r\n\"1\"\"\",\"\"\r\n", "a\"b,c\"\r1,2\r", "a\n\"x\ny\""]
        {
            assert_eq!(flaw_of(sound.as_bytes()), None, "{sound:?}");
        }
        assert_eq!(
            flaw_of(b"\"\x95\x5C\",\"\x95\x7C\"\r\n\"1\",\"2\"\r\n"),
            None,
            "second bytes 0x5C and 0x7C"
        );
    }

    #[test]
    fn a_flaw_is_found_where_it_begins() {
        assert_eq!(flaw_of(b"a,b\n1,\"2\n3,4\n"), Some((FlawKind::QuoteNotClosed, 6)));
        assert_eq!(flaw_of(b"a,b\n\"1\"x,2\n"), Some((FlawKind::TextAfterQuote, 4)));
        assert_eq!(flaw_of(b"a,b\n\"1\" ,2\n"), Some((FlawKind::TextAfterQuote, 4)));
        assert_eq!(flaw_of(b"\"a\",\"b\"\n\"1\",\"2\n\"3\",\"4\"\n"), Some((FlawKind::TextAfterQuote, 12)));
        assert_eq!(flaw_of(b"a,b,c\n1,2,3\n4,5"), Some((FlawKind::Truncated, 12)));
        assert_eq!(flaw_of(b"a,b,c\n1,2,3\n4,5\n"), None, "a whole row of two fields is that row's problem");
    }

    #[test]
    fn a_record_may_be_as_long_as_the_limit_and_no_longer() {
        let limit = RECORD_BYTES_MAX as usize;
        let sheet_of = |length: usize| [b"a\n\"".as_slice(), &vec![b'x'; length - 2], b"\"\nb\n"].concat();
        let flaw = |length: usize| structure_of(&sheet_of(length), CHUNK_BYTES).flaw;
        assert_eq!(flaw(limit), None);
        assert_eq!(flaw(limit + 1), Some(Flaw { kind: FlawKind::RecordTooLong, at: 2 }));
        let unclosed = [b"a\n\"".as_slice(), &vec![b'\n'; 2 * limit]].concat();
        assert_eq!(structure_of(&unclosed, CHUNK_BYTES).flaw.unwrap().kind, FlawKind::RecordTooLong);
    }

    #[test]
    fn a_record_of_nothing_but_commas_is_refused() {
        let commas = vec![b','; FIELDS_MAX as usize];
        assert_eq!(flaw_of(&commas), Some((FlawKind::TooManyFields, 0)));
        assert_eq!(flaw_of(&commas[1..]), None);
    }

    proptest! {
        #[test]
        fn a_file_in_which_the_records_are_the_lines_is_told_from_others(bytes in "[a\",\r\n]{0,30}", chunk in 1_usize..9) {
            let structure = structure_of(bytes.as_bytes(), chunk);
            prop_assume!(structure.flaw.is_none() && !bytes.is_empty());
            let mut breaks = Breaks::default();
            bytes.as_bytes().chunks(chunk).for_each(|chunk| breaks.feed(chunk));
            let lines = bytes.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(breaks.count, lines.matches('\n').count() as u64);
            // One by one, every line is a record then.
            let expected = lines.lines().all(|line| !line.is_empty() && structure_of(line.as_bytes(), 9).flaw.is_none())
                && lines.lines().count() as u64 == structure.records;
            prop_assert_eq!(structure.is_line_per_record(breaks.count), expected);
        }

        #[test]
        fn records_and_fields_are_those_of_the_csv_crate(bytes in "[a\",\r\n]{0,40}", chunk in 1_usize..9) {
            let structure = structure_of(bytes.as_bytes(), chunk);
            prop_assert_eq!(structure.flaw, structure_of(bytes.as_bytes(), usize::MAX).flaw);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_bytes());
            let lengths: Vec<u64> = reader.byte_records().map(|record| record.unwrap().len() as u64).collect();
            match structure.flaw.map(|flaw| flaw.kind) {
                None => {
                    prop_assert_eq!(structure.records, lengths.len() as u64);
                    prop_assert_eq!(structure.fields, lengths.last().copied().unwrap_or(0));
                    prop_assert_eq!(structure.header_fields, lengths.first().copied().unwrap_or(0));
                }
                Some(FlawKind::Truncated) => prop_assert!(lengths.last() < lengths.first()),
                Some(_) => {}
            }
        }
    }
}
