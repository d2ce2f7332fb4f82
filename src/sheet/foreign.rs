//! What arrives as a CSV file and is none, named for what it is: its first bytes tell.

use crate::encoding::decode_euc_jp;
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
    let line =
        head.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or_default();
    let has = |byte: u8| line.contains(&byte);
    let nuls = head.iter().filter(|byte| **byte == 0).count();
    match mark {
        Some((_, problem)) => Some(problem()),
        None if !head.is_empty() && nuls == head.len() => Some(text::is_zeros()),
        None if head.len() > 8 && nuls * 4 > head.len() => Some(text::is_utf_16()),
        None if is_markup(line) => Some(text::is_html()),
        None if is_euc_jp(line) => Some(text::is_euc_jp()),
        None if line.strip_prefix(b"\"").unwrap_or(line).starts_with(b"sep=") => Some(text::has_sep_line()),
        None if !has(b',') && has(b'\t') => Some(text::separated_otherwise("タブ", "tabs")),
        None if !has(b',') && has(b';') => Some(text::separated_otherwise("セミコロン（;）", "semicolons")),
        None => None,
    }
}

fn is_markup(line: &[u8]) -> bool {
    let start =
        String::from_utf8_lossy(line).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    ["<!doctype", "<html", "<head", "<?xml", "<!--"].iter().any(|mark| start.starts_with(mark))
}

/// As CP932 it would be half-width kana.
fn is_euc_jp(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_err()
        && decode_euc_jp(line).is_some_and(|text| IN_HEADERS.iter().any(|word| text.contains(word)))
}
