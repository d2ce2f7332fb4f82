//! A mail's content, written once and shown twice: as plain text, and as simple HTML.

use maud::{DOCTYPE, Markup, html};

use crate::layout::visible;
use crate::text::{Language, Text};

/// Longer words may not fit a telephone.
const UNBROKEN_MAX: usize = 28;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Heading(String),
    Paragraph(String),
    /// Short things, one a line.
    List(Vec<String>),
    Table(Vec<String>, Vec<Vec<String>>),
}

/// A mail to the shop manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    /// One line.
    pub subject: String,
    pub text: String,
    /// The same, for mail programs that show it.
    pub html: String,
}

/// A mail that is being written, from top to bottom.
pub(super) struct Page {
    language: Language,
    blocks: Vec<Block>,
}

impl Page {
    pub(super) fn new(language: Language) -> Self {
        Self { language, blocks: Vec::new() }
    }

    fn said(&self, text: &Text) -> String {
        text.get(self.language).to_owned()
    }

    pub(super) fn heading(&mut self, heading: &Text) {
        self.blocks.push(Block::Heading(self.said(heading)));
    }

    pub(super) fn paragraph(&mut self, paragraph: &Text) {
        self.blocks.push(Block::Paragraph(self.said(paragraph)));
    }

    pub(super) fn list(&mut self, items: Vec<String>) {
        self.blocks.push(Block::List(items));
    }

    pub(super) fn table(&mut self, header: &[Text], rows: Vec<Vec<String>>) {
        self.blocks.push(Block::Table(header.iter().map(|name| self.said(name)).collect(), rows));
    }

    pub(super) fn mail(self, subject: &Text) -> Mail {
        let subject = subject.get(self.language);
        let text = visible(&text(&self.blocks));
        let html = visible(&html(subject, self.language.as_str(), &self.blocks));
        Mail { subject: visible(subject), text, html }
    }
}

fn text(blocks: &[Block]) -> String {
    blocks.iter().map(text_of).collect::<Vec<_>>().join("\n")
}

fn text_of(block: &Block) -> String {
    match block {
        Block::Heading(heading) => format!("■ {heading}\n"),
        Block::Paragraph(paragraph) => format!("{paragraph}\n"),
        Block::List(items) => items.iter().fold(String::new(), |shown, item| shown + "・" + item + "\n"),
        Block::Table(header, rows) => table_text(header, rows),
    }
}

/// A mail program's font may have any widths: each row says by itself what it is about.
fn table_text(header: &[String], rows: &[Vec<String>]) -> String {
    rows.iter().fold(String::new(), |shown, row| {
        let cells = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        let cells: Vec<String> = cells.map(|(name, cell)| format!("{name}: {cell}")).collect();
        shown + "・" + &cells.join(" / ") + "\n"
    })
}

/// A document without anything that a mail program would have to fetch.
fn html(title: &str, language: &str, blocks: &[Block]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(language) {
            head { meta charset="utf-8"; title { (title) } }
            body style="font-family: sans-serif; line-height: 1.6; overflow-wrap: break-word" {
                @for block in blocks { (html_of(block)) "\n" }
            }
        }
    };
    page.into_string()
}

fn html_of(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Heading(heading) => h2 style="font-size: 1.1em; margin-bottom: 0" { (heading) },
            Block::Paragraph(paragraph) => p { @for (at, line) in paragraph.lines().enumerate() { @if at > 0 { br; } (unbroken(line)) } },
            Block::List(items) => ul { @for item in items { li { (unbroken(item)) } } },
            Block::Table(header, rows) => table border="1" cellpadding="4" style="border-collapse: collapse" {
                tr { @for name in header { th { (name) } } }
                @for row in rows { tr { @for cell in row { td { (cell) } } } }
            },
        }
    }
}

/// Text in which no option, name of a job or date breaks at its hyphens.
fn unbroken(text: &str) -> Markup {
    let is_other = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    html! {
        @for piece in text.split_inclusive(is_other) {
            @let (word, after) = piece.split_at(piece.find(is_other).unwrap_or(piece.len()));
            @if word.contains('-') && word.len() < UNBROKEN_MAX {
                span style="white-space: nowrap" { (word) } (after)
            } @else { (piece) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_stands_in_a_file_does_not_become_html() {
        let table = Block::Table(strings(&["行", "理由"]), vec![strings(&["4", "<b>\"x\" & 'y'</b>"])]);
        let blocks = [Block::Heading("1 < 2".to_owned()), table];
        let shown = html("a&b", "ja", &blocks);
        assert!(shown.contains("<td>&lt;b&gt;&quot;x&quot; &amp; 'y'&lt;/b&gt;</td>"), "{shown}");
        assert!(shown.contains("1 &lt; 2</h2>") && shown.contains("<title>a&amp;b</title>"), "{shown}");
        let command = [Block::Paragraph("cd /a-b/c; x --env demo, <".to_owned())];
        let shown = html("", "en", &command);
        let whole = |word: &str| format!("<span style=\"white-space: nowrap\">{word}</span>");
        let expected = format!("<p>cd /{}/c; x {} demo, &lt;</p>", whole("a-b"), whole("--env"));
        assert!(shown.contains(&expected), "{shown}");
        assert_eq!(text(&blocks), "■ 1 < 2\n\n・行: 4 / 理由: <b>\"x\" & 'y'</b>\n");
    }
}
