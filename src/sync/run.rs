//! A run under way: what it knows, and whether it may have effects.

use std::path::PathBuf;

use anyhow::Result;

use crate::books::{Books, Decider};
use crate::lock::Lock;
use crate::moment::Clock;
use crate::permit::Permit;
use crate::progress::Progress;
use crate::report::Report;
use crate::server::{LoginGate, Remote};
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

/// Whether a person has looked at what the guards would hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarding {
    /// Hold what looks wrong.
    Watch,
    /// Somebody has approved this very content.
    Approved,
}

/// What of that which the guards hold, or would hold, somebody has approved.
#[derive(Clone, Debug)]
pub enum Approvals {
    None,
    /// What is held when the run begins.
    HeldNow(Decider),
    /// Everything, because it is only looked at.
    All,
}

#[derive(Debug)]
pub struct Run<'a> {
    pub settings: &'a Settings,
    pub clock: &'a Clock,
    /// A dry run has none.
    pub permit: Option<Permit>,
    pub books: Books,
    pub shelf: Shelf,
    pub report: Report,
    /// Where a person sees how far it is.
    pub progress: Progress,
    /// What the guards have no say in.
    pub approvals: Approvals,
    /// Held until the run ends.
    pub(super) locks: Vec<Lock>,
}

impl<'a> Run<'a> {
    /// A session with the server, behind the gate that all jobs of its account share.
    pub(super) fn remote(&self) -> Remote<'a> {
        let place = self.shelf.place(&format!("login-refused.{}", self.settings.environment.as_str()));
        let gate = LoginGate::new(place, self.clock.now(), self.permit);
        Remote::new(&self.settings.ftp).behind(gate).showing(&self.progress)
    }

    /// Whether the guards have a say in a file of which this is known.
    pub(super) fn guarding_of(&self, is_approved: bool) -> Guarding {
        let is_approved = is_approved || matches!(self.approvals, Approvals::All);
        if is_approved { Guarding::Approved } else { Guarding::Watch }
    }

    /// The folder for this job's files in progress; the other environment's runs have another.
    pub(super) fn spool(&self) -> Result<PathBuf> {
        self.shelf.spool(&format!("{}.{}", self.report.job, self.settings.environment.as_str()))
    }
}
