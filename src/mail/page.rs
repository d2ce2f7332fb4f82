//! A mail's content, written once and shown twice: as plain text, and as simple HTML.

use std::fmt::Write;

use crate::layout::visible;
use crate::text::Language;

/// A piece of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// What follows, in a few words.
    Heading(String),
    /// One or more sentences.
    Paragraph(String),
    /// Short things, one a line.
    List(Vec<String>),
    /// Rows under a header.
    Table(Vec<String>, Vec<Vec<String>>),
}

/// A mail to the shop manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML, for mail programs that show it.
    pub html: String,
}

/// Lays a mail out.
pub(super) fn mail(subject: &str, language: Language, blocks: &[Block]) -> Mail {
    let (text, html) = (visible(&text(blocks)), visible(&html(subject, language.as_str(), blocks)));
    Mail { subject: visible(subject), text, html }
}

/// As plain text.
pub(super) fn text(blocks: &[Block]) -> String {
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

/// As a document of HTML, without anything that a mail program would have to fetch.
pub(super) fn html(title: &str, language: &str, blocks: &[Block]) -> String {
    let body: String = blocks.iter().map(html_of).collect();
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body style=\"font-family: sans-serif; line-height: 1.6\">\n{body}</body>\n</html>\n"
    )
}

fn html_of(block: &Block) -> String {
    match block {
        Block::Heading(heading) => {
            format!("<h2 style=\"font-size: 1.1em; margin-bottom: 0\">{}</h2>\n", escaped(heading))
        }
        Block::Paragraph(paragraph) => format!("<p>{}</p>\n", escaped(paragraph).replace('\n', "<br>\n")),
        Block::List(items) => {
            let items = items.iter().fold(String::new(), |mut shown, item| {
                // Writing to a String cannot fail.
                let _ = writeln!(shown, "<li>{}</li>", escaped(item));
                shown
            });
            format!("<ul>\n{items}</ul>\n")
        }
        Block::Table(header, rows) => {
            let rows: String = rows.iter().map(|row| html_row("td", row)).collect();
            let style = "border-collapse: collapse";
            format!(
                "<table border=\"1\" cellpadding=\"4\" style=\"{style}\">\n{}{rows}</table>\n",
                html_row("th", header)
            )
        }
    }
}

fn html_row(tag: &str, cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
    format!("<tr>{cells}</tr>\n")
}

/// What stands in a file must not become HTML.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            other => shown.push(other),
        }
    }
    shown
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
        assert!(shown.contains("<td>&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt;</td>"), "{shown}");
        assert!(shown.contains("1 &lt; 2</h2>") && shown.contains("<title>a&amp;b</title>"), "{shown}");
        assert_eq!(text(&blocks), "■ 1 < 2\n\n・行: 4 / 理由: <b>\"x\" & 'y'</b>\n");
    }
}
