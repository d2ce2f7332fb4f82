//! What a run tells: its outcome, its figures, its problems, its exit code.
//!
//! These are values; `main` prints them, `ledger` keeps them, `notify` mails them.

use std::fmt;

use serde::Serialize;

use crate::text::Text;

/// How a run ended, as cron sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Ok = 0,
    /// An error in the program itself.
    Internal = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Done, but some rows, files or orders were rejected or held back.
    Partial = 3,
    /// The safety guard held a file.
    Held = 4,
    /// The FTP server or the network failed; just run again.
    Remote = 5,
    /// Settings, credentials or permissions are wrong; running again does not help.
    Settings = 6,
    /// Another run of the same job is at work.
    Locked = 7,
    /// The database cannot be used.
    Database = 8,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, nothing to do; not shown with `--quiet`.
    Note,
    /// Somebody should look at it.
    Warning,
    /// Something was not done.
    Error,
}

/// One thing that went wrong, for a person (`message`, `hint`) and for a program (`code`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable kebab-case word, documented in `docs/problems.md`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What happened, to what.
    pub message: Text,
    /// What the reader can do about it; empty when nothing.
    pub hint: Text,
    /// The file that it concerns, as the reader knows it.
    pub file: Option<String>,
    /// The physical line in that file, 1-based.
    pub line: Option<u64>,
    /// The column in that file, by its header name.
    pub column: Option<String>,
}

impl Problem {
    fn new(severity: Severity, code: &'static str, message: Text, hint: Text) -> Self {
        Self { code, severity, message, hint, file: None, line: None, column: None }
    }

    /// A problem because of which something was not done.
    pub fn error(code: &'static str, message: Text, hint: Text) -> Self {
        Self::new(Severity::Error, code, message, hint)
    }

    /// A problem that somebody should look at.
    pub fn warning(code: &'static str, message: Text, hint: Text) -> Self {
        Self::new(Severity::Warning, code, message, hint)
    }

    /// Something worth knowing.
    pub fn note(code: &'static str, message: Text, hint: Text) -> Self {
        Self::new(Severity::Note, code, message, hint)
    }

    /// The same problem, in this file.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    /// The same problem, at this physical line (1-based).
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same problem, in this column.
    #[must_use]
    pub fn in_column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }

    /// Where and what, in one line: `stock1.csv: line 4: 在庫数: "12x" is not a whole number`.
    pub fn located_message(&self) -> Text {
        let place = |line_word: &dyn Fn(u64) -> String| {
            let parts = [self.file.clone(), self.line.map(line_word), self.column.clone()];
            parts.into_iter().flatten().map(|part| part + ": ").collect::<String>()
        };
        Text {
            ja: place(&|line| format!("{line}行目")) + &self.message.ja,
            en: place(&|line| format!("line {line}")) + &self.message.en,
        }
    }
}

/// The error that decides an exit code: a class, and the problems that the reader is told.
///
/// Everything else that travels in an `anyhow::Error` is an internal error (exit code 1).
#[derive(Debug)]
pub struct Failure {
    /// The class.
    pub exit: Exit,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl Failure {
    /// A failure of one problem.
    pub fn new(exit: Exit, problem: Problem) -> Self {
        Self { exit, problems: vec![problem] }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<String> = self.problems.iter().map(|p| p.located_message().en).collect();
        f.write_str(&messages.join("; "))
    }
}

impl std::error::Error for Failure {}
