//! What a run tells: its outcome, its figures, its files, its problems.
//!
//! These are values; `main` prints them, `books` keeps them, `mail` mails them.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hashing::Hashing;
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::{Exit, Failure, Problem};
use crate::text::Text;

/// Figures of a run by name, in the order in which they were first named; a name that was set up with 0 is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Vec<(&'static str, u64)>);

impl Counts {
    /// These names, all 0.
    pub fn zero(names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| (*name, 0)).collect())
    }

    pub fn add(&mut self, name: &'static str, more: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += more,
            None => self.0.push((name, more)),
        }
    }

    /// A figure; 0 for one that was never named.
    pub fn get(&self, name: &str) -> u64 {
        self.0.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().copied()
    }
}

impl Serialize for Counts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

words! {
    pub enum FileOutcome {
        /// Its rows are in the shop's tables (with `--dry-run`: would be).
        Applied = "applied",
        /// It was applied by an earlier run, which could not clean up; nothing was applied again.
        AlreadyApplied = "already_applied",
        /// Nothing of it was written.
        Refused = "refused",
        /// The guards keep it, or all its rows; nothing of it was written.
        Held = "held",
        /// Not complete yet; it stays for the next run.
        Waiting = "waiting",
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// Rows that the guards hold while the others go on.
    #[serde(default)]
    pub held: u64,
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
            held: 0,
            outcome,
            unknown_columns: Vec::new(),
            refused_because: None,
            counts: Counts::default(),
        }
    }
}

/// One value that changes, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub table: &'static str,
    pub code: String,
    /// The table's; `code` for a row that comes or goes.
    pub column: String,
    pub old: Value,
    pub new: Value,
    /// Why it does not.
    pub reason: Option<Text>,
    /// Of an order that is sent: when it was placed, and its amount.
    pub order: Option<[Value; 2]>,
}

impl Change {
    /// The code of what it is about: a destination is listed as `order/number`.
    pub(crate) fn about(&self) -> &str {
        match (self.table, self.code.rsplit_once('/')) {
            ("order_shipments", Some((order_no, _))) => order_no,
            _ => &self.code,
        }
    }

    /// Whether an order's payment is captured by it.
    pub(crate) fn is_tick(&self) -> bool {
        self.table == "orders" && self.column == "captured_at"
    }

    pub fn new(
        table: &'static str,
        code: impl Into<String>,
        column: impl Into<String>,
        old: Value,
        new: Value,
    ) -> Self {
        Self { table, code: code.into(), column: column.into(), old, new, reason: None, order: None }
    }

    /// Of a whole row that stays.
    pub fn of_row(table: &'static str, code: &str) -> Self {
        Self::new(table, code, "code", code.into(), code.into())
    }

    /// An order that is sent.
    pub fn of_order(order_no: String, ordered_at: Value, total: Value) -> Self {
        let change = Self::new("orders", order_no, "exported_at", Value::Null, Value::Null);
        Self { order: Some([ordered_at, total]), ..change }
    }

    /// It does not, for this reason.
    #[must_use]
    pub fn because(self, reason: Text) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

const CHANGES_SHOWN_MAX: usize = 20;

/// Changes: how many there are, and the first of them.
#[derive(Clone, Debug)]
pub struct Changes {
    pub count: u64,
    pub shown: Vec<Change>,
    most: usize,
    /// Of all of them, if that was asked for.
    hashing: Option<Hashing<io::Sink>>,
}

impl Changes {
    fn up_to(most: usize) -> Self {
        Self { count: 0, shown: Vec::new(), most, hashing: None }
    }

    /// None, and all will be shown.
    pub(crate) fn all() -> Self {
        Self::up_to(usize::MAX)
    }

    /// None, and they will be hashed.
    pub(crate) fn hashed() -> Self {
        Self { hashing: Some(Hashing::new(io::sink())), ..Self::up_to(0) }
    }

    /// Two lists of the same hash tell of the same changes.
    pub(crate) fn hash(self) -> String {
        self.hashing.map(|hashing| hashing.finish().2).unwrap_or_default()
    }

    /// None, and as many will be shown.
    pub fn emptied(&self) -> Self {
        Self::up_to(self.most)
    }

    /// Counts it, and keeps it if it is one of the first.
    pub fn add(&mut self, change: Change) {
        self.count += 1;
        // The allocation is computed when a file is written: nobody approves it.
        if let Some(hashing) = self.hashing.as_mut().filter(|_| change.column != "allocated") {
            let Change { table, code, column, old, new, .. } = &change;
            // A sink takes everything.
            let _ = writeln!(hashing, "{table}\0{code}\0{column}\0{old}\0{new}");
        }
        if self.shown.len() < self.most {
            self.shown.push(change);
        }
    }

    /// If it is one.
    pub fn add_differing(&mut self, change: Change) {
        if change.old != change.new {
            self.add(change);
        }
    }
}

words! {
    pub enum Outcome {
        Ok = "ok",
        NothingToDo = "nothing_to_do",
        /// Done, but for some rows, files or orders.
        Partial = "partial",
        /// The guards keep a file, or rows of one.
        Held = "held",
        Failed = "failed",
        /// Another run of the job is at work.
        Locked = "locked",
    }
}

#[derive(Clone, Debug)]
pub struct Report {
    pub job: Job,
    /// Unique among all runs.
    pub run_id: String,
    /// `demo` or `production`; `None` when the settings could not be read.
    pub environment: Option<&'static str>,
    pub started_at: Moment,
    pub finished_at: Moment,
    /// Whether effects were forbidden.
    pub is_dry_run: bool,
    pub counts: Counts,
    /// The files that it met, in the order of their time.
    pub files: Vec<FileReport>,
    /// What went wrong, in the order in which it was met.
    pub problems: Vec<Problem>,
    /// What a dry run would change, and what an undo changed.
    pub changes: Changes,
    /// What an undo leaves as it is.
    pub kept: Changes,
    /// The run that this one undoes; `None`: it does its job.
    pub undoes: Option<String>,
    /// Whether it computes allocations anew.
    pub repairs: bool,
    pub exit: Exit,
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
    pub fn begin(job: Job, run_id: String, started_at: Moment) -> Self {
        Self {
            job,
            run_id,
            environment: None,
            started_at,
            finished_at: started_at,
            is_dry_run: false,
            counts: Counts::default(),
            files: Vec::new(),
            problems: Vec::new(),
            changes: Changes::up_to(CHANGES_SHOWN_MAX),
            kept: Changes::up_to(CHANGES_SHOWN_MAX),
            undoes: None,
            repairs: false,
            exit: Exit::Ok,
            look: Look::Partial,
            fatal_problems: 0,
        }
    }

    pub fn command(&self) -> &'static str {
        match &self.undoes {
            Some(_) => "undo",
            None if self.repairs => "reconcile",
            None => self.job.as_str(),
        }
    }

    /// Whether it puts something right for a person, who sits in front of it, instead of doing its job.
    pub fn is_by_hand(&self) -> bool {
        self.undoes.is_some() || self.repairs
    }

    /// A file is dealt with: only now does it count.
    pub fn add_file(&mut self, file: FileReport) {
        file.counts.iter().for_each(|(name, count)| self.counts.add(name, count));
        self.files.push(file);
    }

    /// Tells of a problem, with which the run goes on. An error decides the exit code: something was not done.
    pub fn tell(&mut self, problem: Problem) {
        self.exit = self.exit.max(problem.exit_if_run_goes_on());
        self.problems.push(problem);
    }

    /// How far the telling is.
    pub(crate) fn mark(&self) -> (usize, Exit) {
        (self.problems.len(), self.exit)
    }

    /// Takes back what was told since.
    pub(crate) fn go_back(&mut self, (problems, exit): (usize, Exit)) {
        self.problems.truncate(problems);
        self.exit = exit;
    }

    /// The run ends here. What it did before stands.
    pub fn fail(&mut self, failure: Failure) {
        self.fatal_problems = failure.problems.len();
        self.problems.extend(failure.problems);
        self.exit = failure.exit;
    }

    /// Notes which of its problems earlier runs told of, in their order.
    pub fn mark_known(&mut self, known: &[bool]) {
        for (problem, is_known) in self.problems.iter_mut().zip(known) {
            problem.is_known = *is_known;
        }
    }

    /// Whether there was nothing to do and nothing is to be told.
    pub fn is_uneventful(&self) -> bool {
        self.outcome() == Outcome::NothingToDo && self.problems.is_empty()
    }

    pub fn outcome(&self) -> Outcome {
        let is_idle = self.files.is_empty() && self.counts.iter().all(|(_, count)| count == 0);
        match self.exit {
            Exit::Ok if is_idle => Outcome::NothingToDo,
            Exit::Ok => Outcome::Ok,
            Exit::Partial => Outcome::Partial,
            Exit::Held => Outcome::Held,
            Exit::Locked => Outcome::Locked,
            Exit::Internal
            | Exit::Usage
            | Exit::Remote
            | Exit::Settings
            | Exit::Database
            | Exit::Interrupted
            | Exit::Terminated => Outcome::Failed,
        }
    }
}
