//! A page of facts: headings, labelled values one below the other, and tables, each aligned in the reader's language.

use crate::layout::{columns, one_line, padded, widest};
use crate::text::{Language, Text};

#[derive(Clone, Debug, Default)]
pub(crate) struct Page(Vec<Block>);

#[derive(Clone, Debug)]
enum Block {
    Heading(Text),
    Fact(Text, Text),
    Note(Text),
    Table(Vec<Vec<Text>>),
}

impl Page {
    pub(crate) fn heading(&mut self, heading: Text) {
        self.0.push(Block::Heading(heading));
    }

    pub(crate) fn fact(&mut self, label: Text, value: Text) {
        self.0.push(Block::Fact(label, value));
    }

    /// A sentence of its own.
    pub(crate) fn note(&mut self, note: Text) {
        self.0.push(Block::Note(note));
    }

    /// Nothing where there are no rows.
    pub(crate) fn table(&mut self, rows: Vec<Vec<Text>>) {
        if !rows.is_empty() {
            self.0.push(Block::Table(rows));
        }
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn text(&self, language: Language) -> String {
        let labels = self.0.iter().filter_map(|block| match block {
            Block::Fact(label, _) => Some(label.get(language)),
            _ => None,
        });
        let width = widest(labels);
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
                Block::Table(rows) => {
                    lines.extend(columns(rows, language).iter().map(|line| format!("    {line}")));
                }
            }
        }
        lines.iter().map(|line| format!("{}\n", one_line(line).trim_end())).collect()
    }
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
