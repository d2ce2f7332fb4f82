//! What the checks look at, and what an earlier one leaves to the later ones.

use std::collections::HashSet;

use anyhow::{Context, Result};
use rusqlite::Connection;

use super::finding::{Check, Found, Status};
use super::{folders, server, write_test};
use crate::books::Books;
use crate::books::batches::{Place, is_batch_name_taken};
use crate::cli::CheckSettings;
use crate::job::Job;
use crate::moment::Clock;
use crate::progress::Progress;
use crate::server::{Remote, Step};
use crate::settings::{Inbox, Settings};
use crate::shelf::Shelf;
use crate::text::check_settings as say;
use crate::text::progress::connecting;

pub(super) struct World<'a> {
    pub(super) settings: &'a Settings,
    pub(super) options: &'a CheckSettings,
    pub(super) run_id: &'a str,
    pub(super) clock: &'a Clock,
    pub(super) progress: &'a Progress,
    /// Those that were made so far.
    pub(super) checks: Vec<Check>,
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
    pub(super) fn database(&self) -> Result<&Connection> {
        self.database.as_deref().context("no database")
    }

    pub(super) fn work_dir(&self) -> Result<&Shelf> {
        self.work_dir.as_ref().context("no work folder")
    }

    pub(super) fn has_passed(&self, id: &str) -> bool {
        let has_passed = |check: &Check| matches!(check.status, Status::Ok | Status::Warning);
        self.checks.iter().any(|check| check.id == id && has_passed(check))
    }

    pub(super) fn inbox_of(&self, job: Job) -> Result<&'a Inbox> {
        self.settings.inbox(job).context("orders have no inbox")
    }

    pub(super) fn trust(&mut self) -> Result<Found> {
        server::trust(&mut self.remote, &self.settings.ftp.server.tls)
    }

    /// Tries to reach the server. This is where the waiting is done, for the next checks too.
    pub(super) fn approach(&mut self) -> Result<Found> {
        if self.options.offline {
            return Ok(Found::skipped(say::offline()));
        }
        self.progress.wait(&connecting());
        self.approach = Some(server::Approach::new(&mut self.remote, self.settings));
        self.step(Step::Resolve)
    }

    pub(super) fn step(&mut self, step: Step) -> Result<Found> {
        let approach = self.approach.as_ref().context("the server was not tried")?;
        Ok(approach.told(step, self.clock.now()))
    }

    pub(super) fn visit(&mut self) -> Result<Found> {
        self.places = folders::visit(&mut self.remote, self.settings)?;
        folders::together(&mut self.remote, &self.settings.shop.code, &self.places)
    }

    pub(super) fn inbox(&mut self, job: Job) -> Result<Found> {
        let inbox = self.inbox_of(job)?;
        folders::inbox(&mut self.places, job, inbox, &self.settings.shop.code, self.clock.now())
    }

    pub(super) fn outbox(&mut self) -> Result<Found> {
        let database = self.database.as_deref();
        let is_known = |name: &str| database.map_or(Ok(true), |books| is_batch_name_taken(books, name));
        folders::outbox(&mut self.places, self.clock.now(), is_known)
    }

    pub(super) fn write_to_outbox(&mut self) -> Result<Found> {
        let probe = write_test::Probe::write(self.work_dir()?, self.run_id)?;
        let probe = self.probe.insert(probe);
        let outbox = &self.settings.orders.outbox;
        let (found, written) = write_test::outbox(&mut self.remote, outbox, probe, self.clock);
        self.written = written;
        Ok(found)
    }

    pub(super) fn write_to_inbox(&mut self, job: Job) -> Result<Found> {
        let (inbox, probe) = (self.inbox_of(job)?, self.probe.as_ref().context("no probe")?);
        Ok(write_test::inbox(&mut self.remote, inbox, job, probe))
    }

    pub(super) fn compare_clocks(&mut self) -> Result<Found> {
        let written = self.written.as_ref().context("nothing was written")?;
        if let Some(books) = &self.database {
            write_test::remember(books, &Place::new(self.settings).server, written)?;
        }
        Ok(write_test::difference_told(written))
    }
}
