//! Text on a terminal: kept to one line, and in columns that stand below each other whatever the width of their
//! characters. The only home of `unicode-width`.

use std::fmt::Write;

use indicatif::HumanCount;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::language::{Language, Text};

/// What somebody has typed into a field, or named a file, must not move the cursor.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What somebody has typed into a field, or named a file, must not steer a terminal or turn a line around in it: such
/// signs are shown as `\u001b`, which says the same in JSON.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            // The marks that change the direction of writing.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                push_escaped(&mut shown, c);
            }
            c if c.is_control() => push_escaped(&mut shown, c),
            c => shown.push(c),
        }
    }
    shown
}

fn push_escaped(shown: &mut String, c: char) {
    // Writing to a String cannot fail.
    let _ = write!(shown, "\\u{:04x}", u32::from(c));
}

/// How many columns the widest of them takes; a Japanese character takes two.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts.into_iter().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// The text, with blanks behind it up to this width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The rows' cells one below the other, two blanks between them.
pub(crate) fn columns(rows: &[impl AsRef<[Text]>], language: Language) -> Vec<String> {
    let count = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
    let cell = |row: &'_ [Text], column: usize| row.get(column).map(|cell| cell.get(language).width());
    let width = |column: usize| rows.iter().filter_map(|row| cell(row.as_ref(), column)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let line = |row: &_| {
        let cells = AsRef::<[Text]>::as_ref(row).iter().zip(&widths);
        let cells = cells.map(|(cell, width)| padded(cell.get(language), *width));
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect()
}

/// `A-1, A-2, …`: the first names, up to so many.
pub(crate) fn first_names(names: &[impl AsRef<str>], most: usize) -> String {
    let mut shown = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if names.len() > most {
        shown.push_str(", …");
    }
    shown
}

/// How many characters of a value are shown: descriptions can be pages.
const VALUE_SHOWN_MAX: usize = 40;

/// A value, as far as there is room for it.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.chars().count() > VALUE_SHOWN_MAX => {
            text.chars().take(VALUE_SHOWN_MAX).chain(['…']).collect()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `1980 → 198`
pub(crate) fn old_and_new(old: &Value, new: &Value) -> String {
    format!("{} → {}", value(old), value(new))
}

pub(crate) fn as_count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// `1 file`, `3 files`
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12480` → `12,480`
pub(crate) fn grouped(number: u64) -> String {
    HumanCount(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        let typed = "1\u{1b}[31m\r2\u{7f}\u{9b}3\u{202e}4\u{2066}5\u{200f}6\u{61c}\n\tお客様";
        let shown = "1\\u001b[31m\\u000d2\\u007f\\u009b3\\u202e4\\u20665\\u200f6\\u061c\n\tお客様";
        assert_eq!(visible(typed), shown);
    }

    #[test]
    fn columns_stand_below_each_other_in_japanese_too() {
        let rows = [&["商品", "12", "x"][..], &["a", "3"]];
        let rows = rows.map(|row| row.iter().map(|cell| Text::same(*cell)).collect::<Vec<_>>());
        assert_eq!(columns(&rows, Language::Ja), ["商品  12  x", "a     3 "]);
        assert_eq!(columns(&rows[..0], Language::Ja), [""; 0]);
    }

    #[test]
    fn names_beyond_the_first_are_hinted_at() {
        assert_eq!(first_names(&["a", "b"], 2), "a, b");
        assert_eq!(first_names(&["a", "b", "c"], 2), "a, b, …");
        assert_eq!(first_names(&[""; 0], 2), "");
    }

    #[test]
    fn figures_are_grouped_by_thousands() {
        let figures = [(0, "0"), (999, "999"), (1000, "1,000"), (12_480, "12,480"), (1_000_000, "1,000,000")];
        for (number, expected) in figures {
            assert_eq!(grouped(number), expected);
        }
    }
}
