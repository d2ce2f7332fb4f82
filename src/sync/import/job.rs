//! What an import job has to do, and what it is handed.

use anyhow::Result;
use rusqlite::Connection;

use super::plan::Plan;
use super::rejects::Rejects;
use crate::moment::Moment;
use crate::permit::Permit;
use crate::problem::Problem;
use crate::report::Counts;
use crate::server::Remote;
use crate::settings::Inbox;
use crate::sheet::{Column, Sheet};
use crate::sync::run::{Guarding, Run};
use crate::text::jobs as text;

/// What an import does with a sheet.
pub trait ImportJob {
    /// What has to be known before the first file; only for a real run that takes the inbox.
    fn begin(&self, _run: &mut Run<'_>, _permit: Permit, _remote: &mut Remote<'_>) -> Result<()> {
        Ok(())
    }

    fn inbox(&self) -> &Inbox;

    /// Of which columns the first that is filled says what a row is about.
    fn key_columns(&self) -> &'static [&'static str];

    /// What a change of that row is listed under.
    fn code_of<'k>(&self, key: &'k str) -> &'k str {
        key
    }

    /// Reads the whole sheet and compares it with the shop. A `Refusal` is the error of a file that cannot be used as a whole.
    fn compare(&self, incoming: &mut Incoming<'_>) -> Result<Comparison>;
}

/// Those of the key columns that a sheet has.
pub(super) fn key_columns(job: &dyn ImportJob, sheet: &Sheet) -> Vec<Column> {
    job.key_columns().iter().filter_map(|name| sheet.header().optional(name)).collect()
}

/// Whether a part of a file's rows is in the shop's tables already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    New,
    /// An interrupted run has written some; they compare as unchanged now.
    Begun,
}

pub struct Incoming<'a> {
    pub sheet: &'a mut Sheet,
    /// Where rows go that are wrong in themselves.
    pub rejects: &'a mut Rejects,
    /// The shop as it was when reading began. Only temporary tables may be written.
    pub shop: &'a Connection,
    pub file_time: Moment,
    pub progress: Progress,
    pub guarding: Guarding,
    /// [`Comparison::telling`] of the last file of its series.
    pub had: Vec<String>,
    /// What the reader should know, if the file is applied. An error makes the run end as partial.
    pub problems: Vec<Problem>,
}

impl Incoming<'_> {
    /// The columns that the last file of the series had and this one has not, if the guards have a say. A limit of 100
    /// percent is switched off.
    pub(crate) fn lost(&self, telling: &[String], limit: u32) -> Vec<String> {
        let is_watched = self.guarding == Guarding::Watch && self.progress == Progress::New && limit < 100;
        self.had.iter().filter(|name| is_watched && !telling.contains(name)).cloned().collect()
    }

    /// Why the guards keep the file: for what it has lost, or else for what they find in it, if they have a say.
    pub(crate) fn held_because(
        &self,
        lost: &[String],
        find: impl FnOnce() -> Result<Vec<Problem>>,
    ) -> Result<Vec<Problem>> {
        match (self.guarding, self.progress) {
            _ if !lost.is_empty() => Ok(vec![text::guard_columns(&lost.join(", "))]),
            (Guarding::Watch, Progress::New) => find(),
            (Guarding::Approved, _) | (_, Progress::Begun) => Ok(Vec::new()),
        }
    }
}

/// What reading and comparing a sheet found.
#[derive(Default)]
pub struct Comparison {
    pub plan: Box<dyn Plan>,
    pub applied: u64,
    pub unchanged: u64,
    pub unknown: u64,
    /// Whether the shop has had nothing of the kind so far.
    pub is_first_load: bool,
    /// The job's own figures.
    pub counts: Counts,
    /// Columns without a home.
    pub unknown_columns: Vec<String>,
    /// The file's columns without which another value would be written than what they say (most are left alone then).
    pub telling: Vec<String>,
    /// Why the guards keep this file; empty: they do not.
    pub held_because: Vec<Problem>,
    /// What the guards keep of a file whose other rows are applied.
    pub held_rows: Option<HeldRows>,
}

/// Rows that look wrong. They are not in the plan.
pub struct HeldRows {
    pub verdicts: Vec<Problem>,
    /// What says which rows they are: those whose code in this column is one of [`HELD_ROWS`].
    pub column: &'static str,
    /// A hash of what they would change.
    pub shown: String,
}

/// The temporary table of the codes of held rows.
pub const HELD_ROWS: &str = "held_rows";
