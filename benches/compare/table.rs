//! The figures, as a table in Markdown.

use std::fmt;

use crate::measure::Measured;

pub struct Table {
    title: String,
    /// Whose figures the others are shown as multiples of; empty: nobody's.
    base: String,
    lines: Vec<(String, String, Measured)>,
}

impl Table {
    pub fn new(title: &str, base: &str) -> Self {
        Self { title: title.to_owned(), base: base.to_owned(), lines: Vec::new() }
    }

    pub fn add(&mut self, what: &str, who: &str, measured: Measured) {
        self.lines.push((what.to_owned(), who.to_owned(), measured));
    }

    /// How many times the base's time this is.
    fn ratio(&self, what: &str, measured: &Measured) -> String {
        let base = self.lines.iter().find(|(line, who, _)| line == what && *who == self.base);
        base.map_or(String::new(), |(_, _, base)| {
            format!("{:.2}", measured.wall.as_secs_f64() / base.wall.as_secs_f64())
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n### {}\n", self.title)?;
        let ratio = if self.base.is_empty() { "" } else { " × base |" };
        let line = if self.base.is_empty() { "" } else { "---:|" };
        writeln!(f, "| what | who | s | CPU s |{ratio} MiB |\n|---|---|---:|---:|{line}---:|")?;
        for (what, who, measured) in &self.lines {
            let (wall, cpu) = (measured.wall.as_secs_f64(), measured.cpu.as_secs_f64());
            write!(f, "| {what} | {who} | {wall:.3} | {cpu:.3} |")?;
            if !self.base.is_empty() {
                write!(f, " {} |", self.ratio(what, measured))?;
            }
            writeln!(f, " {} |", measured.memory_kib / 1024)?;
        }
        Ok(())
    }
}
