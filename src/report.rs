//! What a run tells: its outcome, its figures, its problems, its exit code.
//!
//! These are values; `main` prints them, `ledger` keeps them, `notify` mails them.

use std::fmt;

use chrono::NaiveDateTime;
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
    /// SIGINT stopped the run.
    Interrupted = 130,
    /// SIGTERM stopped the run.
    Terminated = 143,
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

impl Severity {
    /// Its word, as the ledger and programs know it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
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
    /// The order that it concerns.
    pub order_no: Option<String>,
}

impl Problem {
    fn new(severity: Severity, code: &'static str, message: Text, hint: Text) -> Self {
        Self { code, severity, message, hint, file: None, line: None, column: None, order_no: None }
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

    /// The same problem, with its reason behind it.
    #[must_use]
    pub fn because(mut self, reason: &Text) -> Self {
        self.message = self.message.because(reason);
        self
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

    /// The same problem, about this order.
    #[must_use]
    pub fn about_order(mut self, order_no: &str) -> Self {
        self.order_no = Some(order_no.to_owned());
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

/// Figures of a run by name, in the order in which they were first named; a name that was set up with 0 is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Vec<(&'static str, u64)>);

impl Counts {
    /// These names, all 0.
    pub fn zero(names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| (*name, 0)).collect())
    }

    /// Adds to a figure.
    pub fn add(&mut self, name: &'static str, more: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += more,
            None => self.0.push((name, more)),
        }
    }

    /// Adds all of another's figures.
    pub fn add_all(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            self.add(name, *count);
        }
    }

    /// A figure; 0 for one that was never named.
    pub fn get(&self, name: &str) -> u64 {
        self.0.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count)
    }

    /// Name and figure, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().copied()
    }
}

impl Serialize for Counts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOutcome {
    /// Its rows are in the shop's tables (with `--dry-run`: would be).
    Applied,
    /// It was applied by an earlier run, which could not clean up; nothing was applied again.
    AlreadyApplied,
    /// Nothing of it was written.
    Refused,
    /// The safety guard keeps it; nothing of it was written.
    Held,
    /// Not complete yet; it stays for the next run.
    Waiting,
}

/// One file of a run.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// Its name on the server, or the path given by hand.
    pub name: String,
    /// Of its bytes, lower-case hex; empty when it was not downloaded.
    pub sha256: String,
    /// Rows read, without the header.
    pub rows: u64,
    /// Rows that changed something.
    pub applied: u64,
    /// Rows that agreed with the shop already.
    pub unchanged: u64,
    /// Rows about something that the shop does not have.
    pub unknown: u64,
    /// Rows that are wrong in themselves.
    pub rejected: u64,
    /// What became of it.
    pub outcome: FileOutcome,
    /// Columns that the shop has no field for; told once per run, as a problem.
    #[serde(skip)]
    pub unknown_columns: Vec<String>,
    /// Why nothing of it was written.
    #[serde(skip)]
    pub refused_because: Option<Problem>,
    /// What it adds to the run's figures.
    #[serde(skip)]
    pub counts: Counts,
}

impl FileReport {
    /// A file of which nothing is known yet but its name.
    pub fn new(name: &str, outcome: FileOutcome) -> Self {
        Self {
            name: name.to_owned(),
            sha256: String::new(),
            rows: 0,
            applied: 0,
            unchanged: 0,
            unknown: 0,
            rejected: 0,
            outcome,
            unknown_columns: Vec::new(),
            refused_because: None,
            counts: Counts::default(),
        }
    }
}

/// The outcome of a run that found nothing.
const NOTHING_TO_DO: &str = "nothing_to_do";

/// What a run of a job tells.
#[derive(Clone, Debug)]
pub struct Report {
    /// The subcommand.
    pub command: &'static str,
    /// Unique among all runs.
    pub run_id: String,
    /// `demo` or `production`; `None` when the settings could not be read.
    pub environment: Option<&'static str>,
    /// Japan time.
    pub started_at: NaiveDateTime,
    /// Japan time.
    pub finished_at: NaiveDateTime,
    /// Whether effects were forbidden.
    pub is_dry_run: bool,
    /// The job's figures.
    pub counts: Counts,
    /// The files that it met, in the order of their time.
    pub files: Vec<FileReport>,
    /// What went wrong, in the order in which it was met.
    pub problems: Vec<Problem>,
    /// The exit code.
    pub exit: Exit,
    /// How far it looked.
    pub look: Look,
    /// How many of the problems, the last ones, ended the run.
    pub fatal_problems: usize,
}

/// How far a run came in looking at what may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It looked at nothing, or at some of it.
    Partial,
    /// It looked at everything that the job is there for: what it did not see is not there.
    Whole,
}

impl Report {
    /// The report of a run that has just begun.
    pub fn begin(command: &'static str, run_id: String, started_at: NaiveDateTime) -> Self {
        Self {
            command,
            run_id,
            environment: None,
            started_at,
            finished_at: started_at,
            is_dry_run: false,
            counts: Counts::default(),
            files: Vec::new(),
            problems: Vec::new(),
            exit: Exit::Ok,
            look: Look::Partial,
            fatal_problems: 0,
        }
    }

    /// A file is dealt with: only now does it count.
    pub fn add_file(&mut self, file: FileReport) {
        self.counts.add_all(&file.counts);
        self.files.push(file);
    }

    /// Something was not done, but the run goes on.
    pub fn partial(&mut self, problem: Problem) {
        self.problems.push(problem);
        self.exit = self.exit.max(Exit::Partial);
    }

    /// Something that the reader should know. If it is an error, something was not done.
    pub fn tell(&mut self, problem: Problem) {
        match problem.severity {
            Severity::Error => self.partial(problem),
            Severity::Warning | Severity::Note => self.problems.push(problem),
        }
    }

    /// The run ends here. What it did before stands.
    pub fn fail(&mut self, failure: Failure) {
        self.fatal_problems = failure.problems.len();
        self.problems.extend(failure.problems);
        self.exit = failure.exit;
    }

    /// Whether there was nothing to do and nothing is to be told.
    pub fn is_uneventful(&self) -> bool {
        self.outcome() == NOTHING_TO_DO && self.problems.is_empty()
    }

    /// The run in one word.
    pub fn outcome(&self) -> &'static str {
        match self.exit {
            Exit::Ok if self.files.is_empty() && self.counts.iter().all(|(_, count)| count == 0) => {
                NOTHING_TO_DO
            }
            Exit::Ok => "ok",
            Exit::Partial => "partial",
            Exit::Held => "held",
            Exit::Locked => "locked",
            _ => "failed",
        }
    }
}
