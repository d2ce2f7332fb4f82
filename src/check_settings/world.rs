//! What the checks look at, and what an earlier one leaves to the later ones.

use std::collections::HashSet;

use anyhow::{Context, Result};
use rusqlite::Connection;

use super::finding::Found;
use super::{folders, server, write_test};
use crate::books::Books;
use crate::cli::CheckSettings;
use crate::moment::Clock;
use crate::progress::Progress;
use crate::server::Remote;
use crate::settings::{Ftp, Inbox, Settings};
use crate::shelf::Shelf;

/// What the checks look at, and what an earlier one leaves to the later ones.
pub(super) struct World<'a> {
    pub(super) settings: &'a Settings,
    pub(super) options: &'a CheckSettings,
    pub(super) run_id: &'a str,
    pub(super) clock: &'a Clock,
    pub(super) progress: &'a Progress,
    /// The checks that have passed so far.
    pub(super) passed: Vec<&'static str>,
    pub(super) remote: Remote<'a>,
    pub(super) work_dir: Option<Shelf>,
    pub(super) database: Option<Books>,
    pub(super) approach: Option<server::Approach<'a>>,
    /// Orders that are held back for what `data-shape` has told.
    pub(super) odd_orders: HashSet<String>,
    pub(super) places: Vec<folders::Place>,
    pub(super) probe: Option<write_test::Probe>,
    pub(super) written: Option<write_test::Written>,
}

impl<'a> World<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        ftp: &'a Ftp,
        options: &'a CheckSettings,
        run_id: &'a str,
        clock: &'a Clock,
        progress: &'a Progress,
    ) -> Self {
        Self {
            settings,
            options,
            run_id,
            clock,
            progress,
            passed: Vec::new(),
            remote: Remote::new(ftp),
            work_dir: None,
            database: None,
            approach: None,
            odd_orders: HashSet::new(),
            places: Vec::new(),
            probe: None,
            written: None,
        }
    }

    pub(super) fn database(&self) -> Result<&Connection> {
        self.database.as_deref().context("no database")
    }

    pub(super) fn has_passed(&self, id: &str) -> bool {
        self.passed.contains(&id)
    }

    pub(super) fn approach(&mut self) -> Result<&mut server::Approach<'a>> {
        self.approach.as_mut().context("the server was not tried")
    }

    pub(super) fn try_outbox(&mut self) -> Result<Found> {
        let work_dir = self.work_dir.as_ref().context("no work folder")?;
        let probe = self.probe.insert(write_test::Probe::write(work_dir, self.run_id)?);
        let outbox = &self.settings.orders.outbox;
        let (found, written) = write_test::outbox(&mut self.remote, outbox, probe, self.clock);
        self.written = written;
        Ok(found)
    }

    /// `setting` names the inbox.
    pub(super) fn try_inbox(&mut self, inbox: &Inbox, setting: &str) -> Result<Found> {
        let probe = self.probe.as_ref().context("no probe")?;
        Ok(write_test::inbox(&mut self.remote, inbox, setting, probe))
    }
}
