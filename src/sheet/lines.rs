//! True physical line numbers.
//!
//! The csv crate's own are one too small after CRLF and wrong after blank lines, and counting while reading would
//! cost every row something. So the number is counted from the file when somebody asks, going on from the last answer.

use std::cell::Cell;
use std::fs::File;
use std::os::unix::fs::FileExt;

use memchr::memchr2_iter;

/// Counts lines in a file, cheaply if asked in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Lines {
    last: Cell<Option<Mark>>,
}

/// What has been counted: the breaks before `at`.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    asked: u64,
    at: u64,
    breaks: u64,
    after_cr: bool,
}

impl Lines {
    /// The line (1-based) of the first byte from `offset` on that is no line break: the line on which a record begins
    /// whose predecessor ended at `offset`. CRLF, LF and a lone CR each end a line, in quotes and out of them.
    ///
    /// If the file cannot be read any more, the answer is the line up to which it could: this is asked while
    /// something else is being reported, and that comes first.
    pub(super) fn line_from(&self, file: &File, offset: u64) -> u64 {
        let mut mark = match self.last.get() {
            Some(last) if last.asked == offset => return last.breaks + 1,
            Some(last) if last.at <= offset => last,
            _ => Mark::default(),
        };
        mark.asked = offset;
        let mut buffer = [0; 4 * 1024];
        let mut is_done = false;
        while !is_done {
            let wanted =
                usize::try_from(offset.saturating_sub(mark.at)).unwrap_or(usize::MAX).saturating_add(16);
            let wanted = wanted.min(buffer.len());
            let Ok(length @ 1..) = file.read_at(&mut buffer[..wanted], mark.at) else { break };
            is_done = mark.count(&buffer[..length]);
        }
        self.last.set(Some(mark));
        mark.breaks + 1
    }
}

impl Mark {
    /// Counts on through these bytes; true when the byte asked for has been found.
    fn count(&mut self, bytes: &[u8]) -> bool {
        let before = usize::try_from(self.asked.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let (before, rest) = bytes.split_at(before.min(bytes.len()));
        self.pass(before);
        for &byte in rest {
            match byte {
                b'\n' if self.after_cr => {}
                b'\r' | b'\n' => self.breaks += 1,
                _ if self.at >= self.asked => return true,
                _ => {}
            }
            self.after_cr = byte == b'\r';
            self.at += 1;
        }
        false
    }

    /// Counts the breaks in bytes that stand before the one asked for.
    fn pass(&mut self, bytes: &[u8]) {
        for at in memchr2_iter(b'\r', b'\n', bytes) {
            let is_after_cr = if at == 0 { self.after_cr } else { bytes[at - 1] == b'\r' };
            self.breaks += u64::from(!(bytes[at] == b'\n' && is_after_cr));
        }
        if let Some(last) = bytes.last() {
            self.after_cr = *last == b'\r';
        }
        self.at += bytes.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    /// The same, the slow way: cut the text in front into lines.
    fn line_by_hand(text: &str, offset: usize) -> u64 {
        let begin =
            text[offset..].find(|c| c != '\r' && c != '\n').map_or(text.len(), |skipped| offset + skipped);
        text[..begin].replace("\r\n", "\n").replace('\r', "\n").split('\n').count() as u64
    }

    proptest! {
        #[test]
        fn lines_are_counted_as_by_hand(text in "[ab\"\r\n]{0,60}", asked in prop::collection::vec(0_usize..60, 1..8)) {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let lines = Lines::default();
            for offset in asked.into_iter().map(|offset| offset.min(text.len())) {
                prop_assert_eq!(lines.line_from(&file, offset as u64), line_by_hand(&text, offset), "at {}", offset);
            }
        }
    }

    #[test]
    fn lines_are_counted_across_the_borders_of_the_buffer() {
        let mut file = tempfile::tempfile().unwrap();
        let text = "x\r\n".repeat(20_000);
        file.write_all(text.as_bytes()).unwrap();
        assert_eq!(Lines::default().line_from(&file, 3 * 19_999 - 1), 20_000);
    }
}
