//! What the demo shows: headings, commands with their output, small tables, and a tick or a cross per check.

use std::io::{self, Write};

use anyhow::Result;
use tempostar::text::Language;

/// Rows of a query: the names of the columns, and the cells as text.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// One name per column.
    pub names: Vec<String>,
    /// One list of cells per row; the first cell is the row's key.
    pub cells: Vec<Vec<String>>,
}

/// The terminal, and the count of what was checked.
pub struct Screen {
    language: Language,
    passed: usize,
    failed: Vec<String>,
}

impl Screen {
    /// A screen for a reader of this language.
    pub fn new(language: Language) -> Self {
        Self { language, passed: 0, failed: Vec::new() }
    }

    /// The text of the reader's language.
    pub fn pick<'t>(&self, ja: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::Ja => ja,
            Language::En => en,
        }
    }

    /// A paragraph.
    pub fn say(&self, ja: &str, en: &str) -> Result<()> {
        print(self.pick(ja, en))
    }

    /// The heading of a step, with the time in the story.
    pub fn step(&self, number: usize, time: &str, ja: &str, en: &str) -> Result<()> {
        let heading = format!("── {number}. {} ── {time} ", self.pick(ja, en));
        let rest = 100_usize.saturating_sub(width(&heading));
        print(&format!("\n{heading}{}", "─".repeat(rest)))
    }

    /// A command as one would type it, and what it said.
    pub fn command(&self, line: &str, stdout: &str, stderr: &str, exit_code: u8) -> Result<()> {
        print(&format!("\n  $ {line}"))?;
        for output in [stdout, stderr].iter().flat_map(|text| text.lines()) {
            print(&format!("    {output}"))?;
        }
        if exit_code == 0 { Ok(()) } else { print(&format!("    → exit code {exit_code}")) }
    }

    /// An aligned table.
    pub fn table(&self, rows: &Rows) -> Result<()> {
        let all = || std::iter::once(&rows.names).chain(&rows.cells);
        let widths: Vec<usize> = (0..rows.names.len())
            .map(|column| {
                all().map(|cells| cells.get(column).map_or(0, |cell| width(cell))).max().unwrap_or(0)
            })
            .collect();
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        print("")?;
        print(&padded(&rows.names, &widths))?;
        print(&padded(&rule, &widths))?;
        rows.cells.iter().try_for_each(|cells| print(&padded(cells, &widths)))
    }

    /// An aligned table of what is there now; a changed cell shows both values, a new row begins with `+`.
    pub fn change(&self, before: &Rows, after: &Rows) -> Result<()> {
        let cells = after.cells.iter().map(|row| changed_row(before, row)).collect();
        self.table(&Rows { names: after.names.clone(), cells })
    }

    /// A tick or a cross.
    pub fn check(&mut self, is_right: bool, ja: &str, en: &str) -> Result<()> {
        let what = self.pick(ja, en).to_owned();
        print(&format!("  {} {what}", if is_right { "✓" } else { "✗" }))?;
        if is_right {
            self.passed += 1;
        } else {
            self.failed.push(what);
        }
        Ok(())
    }

    /// The last words. True when every check was passed.
    pub fn verdict(&self) -> Result<bool> {
        let all = self.passed + self.failed.len();
        print(&format!("\n{}", "═".repeat(100)))?;
        if self.failed.is_empty() {
            self.say(
                &format!("✓ 連携テスト（STEP 5）の確認項目 {all} 件すべてに合格しました。"),
                &format!("✓ The integration test (STEP 5) is passed: all {all} checks hold."),
            )?;
            return Ok(true);
        }
        self.say(
            &format!("✗ 確認項目 {all} 件のうち {} 件が不合格です。", self.failed.len()),
            &format!("✗ {} of {all} checks failed:", self.failed.len()),
        )?;
        self.failed.iter().try_for_each(|what| print(&format!("  ✗ {what}")))?;
        Ok(false)
    }
}

/// The shop's rows as they are now, beside what they were.
fn changed_row(before: &Rows, row: &[String]) -> Vec<String> {
    let old = before.cells.iter().find(|old| old.first() == row.first());
    let Some(old) = old else {
        let mut new = row.to_vec();
        if let Some(key) = new.first_mut() {
            key.insert_str(0, "+ ");
        }
        return new;
    };
    let cell =
        |(old, new): (&String, &String)| if old == new { new.clone() } else { format!("{old} → {new}") };
    old.iter().zip(row).map(cell).collect()
}

fn padded(cells: &[String], widths: &[usize]) -> String {
    let pad = |(cell, to): (&String, &usize)| format!("{cell}{}", " ".repeat(to.saturating_sub(width(cell))));
    let columns: Vec<String> = cells.iter().zip(widths).map(pad).collect();
    format!("    {}", columns.join("  ")).trim_end().to_owned()
}

/// Columns that a text takes on a terminal: Japanese characters take two.
fn width(text: &str) -> usize {
    let is_wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}')
    };
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn print(line: &str) -> Result<()> {
    Ok(writeln!(io::stdout().lock(), "{line}")?)
}
