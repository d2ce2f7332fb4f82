//! A run under way: what it knows, and whether it may have effects.

use std::path::PathBuf;

use anyhow::Result;

use crate::books::Books;
use crate::lock::Lock;
use crate::moment::Clock;
use crate::permit::Permit;
use crate::progress::Progress;
use crate::report::Report;
use crate::settings::Settings;
use crate::shelf::Shelf;

/// Whether a run may have effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything as it should be.
    Real,
    /// Nothing is written, neither here nor on the server.
    DryRun,
}

/// A run under way.
#[derive(Debug)]
pub struct Run<'a> {
    /// The checked settings.
    pub settings: &'a Settings,
    /// The time.
    pub clock: &'a Clock,
    /// A dry run has none.
    pub permit: Option<Permit>,
    /// The shop's database.
    pub books: Books,
    /// The work folder.
    pub shelf: Shelf,
    /// What it has to tell so far.
    pub report: Report,
    /// Where a person sees how far it is.
    pub progress: Progress,
    /// Held until the run ends.
    pub(super) locks: Vec<Lock>,
}

impl Run<'_> {
    /// The folder for this job's files in progress; the other environment's runs have another.
    pub(super) fn spool(&self) -> Result<PathBuf> {
        self.shelf.spool(&format!("{}.{}", self.report.job, self.settings.environment.as_str()))
    }
}
