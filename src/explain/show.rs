//! A page of facts: headings, labelled values one below the other, and tables, each aligned in the reader's language.

use unicode_width::UnicodeWidthStr;

use crate::text::{Language, Text};

/// What is shown, from top to bottom.
#[derive(Debug, Default)]
pub(super) struct Page(Vec<Block>);

#[derive(Debug)]
enum Block {
    Heading(Text),
    Fact(Text, Text),
    Note(Text),
    Table(Vec<Vec<Text>>),
}

impl Page {
    pub(super) fn heading(&mut self, heading: Text) {
        self.0.push(Block::Heading(heading));
    }

    pub(super) fn fact(&mut self, label: Text, value: Text) {
        self.0.push(Block::Fact(label, value));
    }

    /// A sentence of its own.
    pub(super) fn note(&mut self, note: Text) {
        self.0.push(Block::Note(note));
    }

    /// Nothing where there are no rows.
    pub(super) fn table(&mut self, rows: Vec<Vec<Text>>) {
        if !rows.is_empty() {
            self.0.push(Block::Table(rows));
        }
    }

    pub(super) fn text(&self, language: Language) -> String {
        let labels = self.0.iter().filter_map(|block| match block {
            Block::Fact(label, _) => Some(label.get(language).width()),
            _ => None,
        });
        let width = labels.max().unwrap_or(0);
        let mut lines = Vec::new();
        for block in &self.0 {
            match block {
                Block::Heading(heading) => {
                    if !lines.is_empty() {
                        lines.push(String::new());
                    }
                    lines.push(heading.get(language).to_owned());
                }
                Block::Fact(label, value) => {
                    lines.push(format!("  {}  {}", padded(label.get(language), width), value.get(language)));
                }
                Block::Note(note) => lines.push(format!("  {}", note.get(language))),
                Block::Table(rows) => lines.extend(table_lines(rows, language)),
            }
        }
        lines.iter().map(|line| format!("{}\n", one_line(line).trim_end())).collect()
    }
}

fn table_lines(rows: &[Vec<Text>], language: Language) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.get(language).width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<Text>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| padded(cell.get(language), *width));
        format!("    {}", cells.collect::<Vec<_>>().join("  "))
    };
    rows.iter().map(line).collect()
}

/// Japanese characters are two columns wide.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// What somebody has typed into a field must not move the cursor.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(ja: &str, en: &str) -> Text {
        Text { ja: ja.to_owned(), en: en.to_owned() }
    }

    #[test]
    fn values_and_cells_stand_below_each_other_in_both_languages() {
        let mut page = Page::default();
        page.heading(both("見出し", "heading"));
        page.fact(both("在庫数", "quantity"), Text::same("12"));
        page.fact(both("引当", "allocated"), Text::same("3"));
        page.table(vec![
            vec![Text::same("1001"), both("未送信", "not sent"), Text::same("x")],
            vec![Text::same("1"), both("送信済み", "sent"), Text::same("y")],
        ]);
        page.heading(Text::same("a\u{1b}[31mb\nc"));
        assert_eq!(
            page.text(Language::Ja),
            "見出し\n  在庫数  12\n  引当    3\n    1001  未送信    x\n    1     送信済み  y\n\na [31mb c\n"
        );
        assert_eq!(
            page.text(Language::En),
            "heading\n  quantity   12\n  allocated  3\n    1001  not sent  x\n    1     sent      y\n\na [31mb c\n"
        );
    }
}
