//! What arrives as a CSV file and is none, named for what it is: its first bytes tell.

use crate::encoding::{BYTE_ORDER_MARK, decode_euc_jp};
use crate::problem::Problem;
use crate::text::sheet as text;

/// How much of a file is looked at.
pub(super) const HEAD_BYTES: usize = 4096;

/// How a file of another program begins, and what that is.
type Mark = (&'static [u8], fn() -> Problem);

/// Files of other programs.
const MARKS: [Mark; 6] = [
    (b"PK\x03\x04", text::is_zip),
    (b"PK\x05\x06", text::is_zip),
    (b"\x1F\x8B", text::is_gzip),
    (b"\xD0\xCF\x11\xE0", text::is_excel),
    (b"\xFF\xFE", text::is_utf_16),
    (b"\xFE\xFF", text::is_utf_16),
];

/// Words that stand in the header of every kind of file.
const IN_HEADERS: [&str; 4] = ["コード", "番号", "在庫", "商品"];

/// What a file that begins like this is, if no CSV file.
pub(super) fn foreign(head: &[u8]) -> Option<Problem> {
    let mark = MARKS.iter().find(|(mark, _)| head.starts_with(mark));
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head).trim_ascii_start();
    let line = text.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let has = |byte: u8| line.contains(&byte);
    let nuls = head.iter().filter(|byte| **byte == 0).count();
    match mark {
        Some((_, problem)) => Some(problem()),
        None if !head.is_empty() && nuls == head.len() => Some(text::is_zeros()),
        None if head.len() > 8 && (nuls * 4 > head.len() || nuls > 2 && has_wide_comma(line)) => {
            Some(text::is_utf_16())
        }
        None if is_markup(line) => Some(text::is_html()),
        None if is_euc_jp(line) => Some(text::is_euc_jp()),
        None if line.strip_prefix(b"\"").unwrap_or(line).starts_with(b"sep=") => Some(text::has_sep_line()),
        None if !has(b',') && has(b'\t') => Some(text::separated_otherwise("タブ", "tabs")),
        None if !has(b',') && has(b';') => Some(text::separated_otherwise("セミコロン（;）", "semicolons")),
        None => None,
    }
}

/// Japanese text in UTF-16 has few zero bytes.
fn has_wide_comma(line: &[u8]) -> bool {
    line.windows(2).any(|pair| matches!(pair, b",\0" | b"\0,"))
}

/// `<!doctype`, `<html`, `<?xml`, `<!--`, and `<br />` before an error of PHP.
fn is_markup(line: &[u8]) -> bool {
    matches!(line, [b'<', b'!' | b'?' | b'/' | b'a'..=b'z' | b'A'..=b'Z', ..])
}

/// As CP932 it would be half-width kana.
fn is_euc_jp(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_err()
        && decode_euc_jp(line).is_some_and(|text| IN_HEADERS.iter().any(|word| text.contains(word)))
}
