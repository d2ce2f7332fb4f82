//! What can be wrong. A [`Kind`] is what all problems of one code have in common; a [`Problem`] is one that was met.
//!
//! Code asks a kind what it means (who acts, how it ends, which exit code) and never compares its code with a word.

use std::fmt;

use crate::language::Text;

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
    pub fn code(self) -> u8 {
        self as u8
    }
}

words! {
    /// How much a problem matters.
    pub enum Severity {
        /// Worth knowing, nothing to do; not shown with `--quiet`.
        Note = "note",
        /// Somebody should look at it.
        Warning = "warning",
        /// Something was not done.
        Error = "error",
    }
}

words! {
    /// Somebody who can mend something.
    pub enum Who {
        /// 店舗様
        Shop = "shop",
        /// SAVAWAY, who run TEMPOSTAR.
        Savaway = "savaway",
        /// 弊社: whoever runs the shop's platform and this program.
        Support = "support",
    }
}

/// How a problem that lasts from run to run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// It is told by the run that meets it, and not followed from run to run.
    WithRun,
    /// When a run that looked at everything does not meet it any more.
    Unseen,
    /// With the next run that gets as far as its lock.
    NextRun,
    /// With the next file of the same series that is applied without it; in silence, some days after the last one.
    GoodFile,
    /// When somebody has decided about what is held, or later files have replaced it.
    Decided,
    /// It leaves nothing that a later run could see: in silence, some hours after the last time.
    InSilence,
}

/// What all problems of one code have in common. Declared by `problems!` in `text`, beside their sentences.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Stable kebab-case word, documented in `docs/problems.md`.
    pub code: &'static str,
    pub severity: Severity,
    /// The exit code of a run that ends by it; of one that goes on, if it is [`Exit::Held`].
    pub exit: Exit,
    pub ends: Ends,
    /// Who should act, in this order; empty: nobody, it passes.
    pub who: &'static [Who],
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Kind {}

impl Kind {
    /// What it is followed as from run to run: a server that fails in several ways in one night is one problem.
    pub fn followed_as(&'static self) -> &'static Self {
        match self.exit {
            Exit::Remote => &SERVER_FAILS,
            Exit::Held => &FILE_HELD,
            Exit::Ok | Exit::Internal | Exit::Usage | Exit::Partial | Exit::Settings => self,
            Exit::Locked | Exit::Database | Exit::Interrupted | Exit::Terminated => self,
        }
    }

    /// Whether it is followed from run to run.
    pub fn lasts(&self) -> bool {
        self.ends != Ends::WithRun
    }
}

/// A server or network that fails, in whatever way.
pub static SERVER_FAILS: Kind =
    Kind { code: "server", severity: Severity::Error, exit: Exit::Remote, ends: Ends::Unseen, who: &[] };

/// A file that the guard keeps, for whatever reason.
pub static FILE_HELD: Kind = Kind {
    code: "file-held",
    severity: Severity::Error,
    exit: Exit::Held,
    ends: Ends::Decided,
    who: &[Who::Shop],
};

/// A problem that another version of this program knew.
pub static RETIRED: Kind = Kind {
    code: "retired",
    severity: Severity::Error,
    exit: Exit::Partial,
    ends: Ends::Unseen,
    who: &[Who::Support],
};

/// One thing that went wrong, for a person (`message`, `hint`) and for a program (`kind`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: &'static Kind,
    /// How much it matters here: as its kind says, or less.
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
    pub order_no: Option<String>,
    /// Whoever reads what each run prints was told of it before: it lasts, and no reminder is due.
    pub is_known: bool,
}

impl Problem {
    pub fn new(kind: &'static Kind, message: Text, hint: Text) -> Self {
        Self {
            kind,
            severity: kind.severity,
            message,
            hint,
            file: None,
            line: None,
            column: None,
            order_no: None,
            is_known: false,
        }
    }

    pub fn is(&self, kind: &Kind) -> bool {
        self.kind == kind
    }

    pub fn exit_if_run_goes_on(&self) -> Exit {
        match (self.severity, self.kind.exit) {
            (Severity::Note | Severity::Warning, _) => Exit::Ok,
            (Severity::Error, Exit::Held | Exit::Locked) => self.kind.exit,
            (Severity::Error, _) => Exit::Partial,
        }
    }

    /// The same problem, mattering no more than this.
    #[must_use]
    pub fn no_worse_than(mut self, severity: Severity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }

    #[must_use]
    pub fn because(mut self, reason: &Text) -> Self {
        self.message = self.message.because(reason);
        self
    }

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

    #[must_use]
    pub fn in_column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }

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

/// What ends a run: its exit code, and the problems that the reader is told.
///
/// Everything else that travels in an `anyhow::Error` is an internal error (exit code 1).
#[derive(Clone, Debug)]
pub struct Failure {
    pub exit: Exit,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl Failure {
    /// A failure by this problem, with its kind's exit code.
    pub fn of(problem: Problem) -> Self {
        Self { exit: problem.kind.exit, problems: vec![problem] }
    }

    pub fn none() -> Self {
        Self { exit: Exit::Ok, problems: Vec::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<String> = self.problems.iter().map(|p| p.located_message().en).collect();
        f.write_str(&messages.join("; "))
    }
}

impl std::error::Error for Failure {}
