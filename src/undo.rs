//! `undo RUN`: products and stock of one run go back where they still are what that run wrote. The rest stays, and is
//! named with the reason.
//!
//! What left the shop cannot be called back: ticks, captures and orders that were sent are never undone. An undo is a
//! run of its own, with the lock of the job that it undoes, one transaction and its own history; so it can be undone
//! itself. The file stays known as applied: that it still lies on the server does not bring it back.

mod catalogue;
mod stock;

use anyhow::Result;
use rusqlite::{Connection, Transaction};

use self::catalogue::Catalogue;
use self::stock::StockBack;
use crate::books::files::{self, FileEntry};
use crate::books::history::{self, HistoryFile, Recorded, Recording};
use crate::books::{self, Writing, runs};
use crate::interrupt;
use crate::job::Job;
use crate::problem::{Failure, Problem};
use crate::report::{Changes, Counts};
use crate::settings::Settings;
use crate::sync::Run;
use crate::text::undo as text;

/// The job of a run that can be undone.
///
/// # Errors
/// A `Failure` with the reason where it cannot.
pub(crate) fn job_of(settings: &Settings, run_id: &str) -> Result<Job> {
    let (job, hindrance) = find(&*books::open_read_only(settings)?, settings, run_id)?;
    hindrance.map_or(Ok(job), |problem| Err(Failure::of(problem).into()))
}

/// Why a run cannot be undone; `None`: it can.
pub(crate) fn hindrance(books: &Connection, settings: &Settings, run_id: &str) -> Result<Option<Problem>> {
    find(books, settings, run_id).map(|(_, hindrance)| hindrance)
}

fn find(books: &Connection, settings: &Settings, run_id: &str) -> Result<(Job, Option<Problem>)> {
    let recorded = history::recorded(books, run_id)?;
    let Some(Recorded { job, is_first_load, has_old_values }) = recorded else {
        let days = settings.limits.history_days;
        let command = runs::command_of(books, run_id)?;
        let job = command.as_deref().and_then(|command| command.parse().ok());
        return Ok(match (job, command) {
            (Some(Job::Orders), _) => (Job::Orders, Some(text::of_orders(run_id))),
            (Some(Job::Logistics), _) => (Job::Logistics, Some(text::of_logistics(run_id))),
            (_, Some(_)) => (Job::Stock, Some(text::nothing_recorded(run_id, days))),
            (_, None) => (Job::Stock, Some(text::unknown_run(run_id))),
        });
    };
    let hindrance = match job {
        Job::Orders => Some(text::of_orders(run_id)),
        Job::Logistics => Some(text::of_logistics(run_id)),
        Job::Products | Job::Stock if is_first_load => Some(text::of_first_load(run_id)),
        Job::Products | Job::Stock if !has_old_values => Some(text::without_old_values(run_id)),
        Job::Products | Job::Stock => {
            let is_begun = files::begun_files(books, job)?.iter().any(|file| file.entry.run_id == run_id);
            is_begun.then(|| text::unfinished(run_id, job.as_str()))
        }
    };
    Ok((job, hindrance))
}

enum Back {
    Catalogue(Catalogue),
    Stock(StockBack),
}

impl Back {
    /// Compares what the run wrote with what is there now; what must stay goes to `kept`.
    fn find(shop: &Connection, job: Job, run_id: &str, kept: &mut Changes) -> Result<Self> {
        Ok(match job {
            Job::Products => Self::Catalogue(Catalogue::find(shop, run_id, kept)?),
            Job::Stock | Job::Logistics | Job::Orders => Self::Stock(StockBack::find(shop, run_id, kept)?),
        })
    }

    fn counts(&self) -> Vec<(&'static str, u64)> {
        match self {
            Self::Catalogue(catalogue) => catalogue.counts(),
            Self::Stock(stock) => vec![("stock_undone", stock.count())],
        }
    }

    fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()> {
        match self {
            Self::Catalogue(catalogue) => catalogue.list(shop, changes),
            Self::Stock(stock) => stock.list(shop, changes),
        }
    }

    fn write(&self, writing: &Writing<'_>) -> Result<()> {
        match self {
            Self::Catalogue(catalogue) => catalogue.write(writing),
            Self::Stock(stock) => stock.write(writing),
        }
    }
}

pub(crate) fn run(run: &mut Run<'_>, undone: &str) -> Result<()> {
    let job = run.report.job;
    let (mut changes, mut kept) = (run.report.changes.emptied(), run.report.kept.emptied());
    let mut find = |shop: &Connection| {
        let back = Back::find(shop, job, undone, &mut kept)?;
        back.list(shop, &mut changes)?;
        Ok::<_, anyhow::Error>(back)
    };
    let back = match run.permit {
        None => {
            let snapshot = run.books.unchecked_transaction()?;
            let back = find(&snapshot)?;
            // A roll-back would take the temporary tables with it.
            snapshot.commit()?;
            back
        }
        // Found and written in one transaction: nothing that the shop writes meanwhile is overwritten.
        Some(permit) => run.books.write(permit, "undone", |transaction| {
            let back = find(transaction)?;
            write(run, transaction, &back, undone)?;
            interrupt::check()?;
            Ok(back)
        })?,
    };
    let mut counts = Counts::default();
    back.counts().into_iter().chain([("kept", kept.count)]).for_each(|(name, count)| counts.add(name, count));
    run.report.counts = counts;
    if kept.count > 0 {
        run.report.tell(text::kept(kept.count));
    }
    (run.report.changes, run.report.kept) = (changes, kept);
    Ok(())
}

fn write(run: &Run<'_>, transaction: &Transaction<'_>, back: &Back, undone: &str) -> Result<()> {
    let now = run.clock.now();
    let Some(last) = history::last_file(transaction, undone)? else { return Ok(()) };
    let history = HistoryFile::begin(transaction, Recording::Rows)?;
    let file_time = last.file_time;
    back.write(&Writing { transaction, file_time, now, history: history.rows_under() })?;
    // What goes back came from that file, and is told of under its name.
    let entry = FileEntry {
        job: last.job,
        run_id: last.run_id,
        name: last.file,
        sha256: String::new(),
        size: 0,
        file_time,
        archived_as: last.archived_as,
    };
    if history.keep(transaction, &entry, &run.report.run_id, now)?.is_some() {
        history.mark_undo(transaction, undone)?;
        files::mark_undone(transaction, undone, &run.report.run_id)?;
    }
    Ok(())
}
