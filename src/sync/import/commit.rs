//! The transaction that decides about a file: its rows and its ledger entry, or neither.
//!
//! One transaction per file is the rule. But SQLite has one writer at a time, and a whole catalogue that changes would
//! keep the shop from selling for seconds. So a file that changes very many rows is written in slices, with pauses in
//! which the shop's writers get their turn; but not the first one of a shop that has nothing to sell yet. It still
//! counts as applied only when all of it is:
//!
//! * its copy goes to the archive before the first slice;
//! * the first slice commits together with the ledger entry `begun`, the last one makes it `applied`;
//! * a run that finds a `begun` entry finishes it, from the copy, before it looks at anything else. It compares the file
//!   with the shop once more: what was written is unchanged then, and what was not is written now.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Transaction;

use super::aside::Aside;
use super::by_shop::{check_all_is_there, refused};
use super::inbox::{Approval, Spooled};
use super::judge::Verdict;
use crate::books;
use crate::books::Writing;
use crate::books::files::{self, Decision, FileEntry};
use crate::books::held::{self, HeldState};
use crate::books::history::{HistoryFile, Recording};
use crate::interrupt;
use crate::moment::Moment;
use crate::permit::Permit;
use crate::settings::test_hook;
use crate::shelf::set_time;
use crate::sync::run::Run;
use crate::text::progress;

/// Up to so many changed rows are one transaction.
const WHOLE_MAX: u64 = 5_000;

/// How many rows the first slice has; the next ones are as large as they can be within [`SLICE_TIME`].
const FIRST_SLICE: u64 = 2_500;

/// And how many each has at least: every slice costs a commit.
const SLICE_MIN: u64 = 50;

/// For how long a slice may keep the shop's writers waiting.
const SLICE_TIME: Duration = Duration::from_millis(100);

/// Commits what was decided; gives the ledger entry.
pub(super) fn commit(run: &Run<'_>, permit: Permit, file: &Spooled, verdict: &Verdict) -> Result<i64> {
    let written = write_all(run, permit, file, verdict);
    written.map_err(|error| match refused(run, verdict.plan.as_ref(), &file.entry, error) {
        Ok(refused) => refused.into(),
        Err(error) => error,
    })
}

fn write_all(run: &Run<'_>, permit: Permit, file: &Spooled, verdict: &Verdict) -> Result<i64> {
    let whole_max = slice_max().unwrap_or(WHOLE_MAX);
    if verdict.recording == Recording::Rows && verdict.plan.len() > whole_max {
        // Of a file that is begun already it lies there.
        if run.shelf.intact_copy(&file.entry.archived_as, file.entry.content()).is_none() {
            set_time(&file.path, file.entry.file_time)?;
            run.shelf.archive(permit, &file.path, &file.entry.archived_as, file.entry.content())?;
        }
        return write_slices(run, permit, verdict, file);
    }
    run.progress.wait(&progress::writing(&file.shown));
    let now = run.clock.now();
    run.books.write(permit, "committed", |books| write_whole(run, books, file, verdict, now))
}

fn write_whole(
    run: &Run<'_>,
    books: &Transaction<'_>,
    file: &Spooled,
    verdict: &Verdict,
    now: Moment,
) -> Result<i64> {
    if verdict.decision == Decision::Applied {
        let history = HistoryFile::begin(books, verdict.recording)?;
        verdict.plan.write(&writing(books, &file.entry, now, history), 0..verdict.plan.len())?;
        check_all_is_there(books, verdict.plan.as_ref())?;
        history.keep(books, &file.entry, &run.report.run_id, now)?;
    }
    let id = record(books, file, &verdict.decision, now)?;
    note(books, file, verdict, now)?;
    interrupt::check()?;
    Ok(id)
}

/// What a dry run does instead: lists what would change, and changes it in the copy of the database, if other files
/// follow.
pub(super) fn rehearse(run: &mut Run<'_>, file: &Spooled, verdict: &Verdict) -> Result<()> {
    verdict.plan.list(&run.books, &mut run.report.changes)?;
    run.books.rehearse(|books| write_whole(run, books, file, verdict, run.clock.now()))
}

/// Notes what became of a file, and with it that what was held of it is decided.
fn record(books: &Transaction<'_>, file: &Spooled, decision: &Decision, now: Moment) -> Result<i64> {
    if let Some(Approval { id: Some(id), by, .. }) = &file.approval {
        held::decide(books, *id, HeldState::Approved, by, now)?;
    }
    files::record_file(books, &file.entry, decision, now)
}

/// Notes which of its rows are held, and what the next file is compared with.
fn note(books: &Transaction<'_>, file: &Spooled, verdict: &Verdict, now: Moment) -> Result<()> {
    if verdict.decision == Decision::Applied {
        files::note_telling(books, &file.entry, &verdict.telling)?;
    }
    let Some(Aside { entry: Some(entry), verdicts, shown }) = &verdict.aside else { return Ok(()) };
    held::hold(books, entry, verdicts, shown, now).map(drop)
}

fn writing<'a>(
    transaction: &'a Transaction<'a>,
    entry: &FileEntry,
    now: Moment,
    history: HistoryFile,
) -> Writing<'a> {
    Writing { transaction, file_time: entry.file_time, now, history: history.rows_under() }
}

/// Writes all of a plan, a slice at a time; gives the ledger entry.
fn write_slices(run: &Run<'_>, permit: Permit, verdict: &Verdict, file: &Spooled) -> Result<i64> {
    let (entry, plan) = (&file.entry, verdict.plan.as_ref());
    run.progress.wait(&progress::writing(&entry.name));
    let (now, mut rows, mut next) = (run.clock.now(), FIRST_SLICE, 0);
    let (mut history, mut begun) = (None, None);
    loop {
        interrupt::check()?;
        let began = Instant::now();
        let end = plan.len().min(next + slice_max().map_or(rows, |most| rows.min(most)));
        let id = run.books.write(permit, "slice-committed", |books| {
            let entered = history.map_or_else(|| HistoryFile::begin(books, Recording::Rows), Ok)?;
            plan.write(&writing(books, entry, now, entered), next..end)?;
            // An entry that is not kept leaves its number to somebody else.
            history = entered.keep(books, entry, &run.report.run_id, now)?;
            let id = begun.map_or_else(|| record(books, file, &Decision::Begun, now), Ok)?;
            if next == 0 {
                note(books, file, verdict, now)?;
            }
            if end == plan.len() {
                check_all_is_there(books, plan)?;
                files::mark_applied(books, id)?;
            }
            Ok(id)
        })?;
        if end == plan.len() {
            return Ok(id);
        }
        (begun, next) = (Some(id), end);
        let took = began.elapsed();
        thread::sleep(books::WRITERS_TURN);
        rows = next_slice(rows, took);
    }
}

/// As many rows as can be written in [`SLICE_TIME`], going by the last slice; at most twice as many as before, because
/// the rows to come may take longer.
fn next_slice(rows: u64, took: Duration) -> u64 {
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    let wanted_us = u64::try_from(SLICE_TIME.as_micros()).unwrap_or(u64::MAX);
    (rows.saturating_mul(wanted_us) / took_us).clamp(SLICE_MIN, rows.saturating_mul(2))
}

/// What a test wants to be the most rows of a slice, and of a file that is one transaction.
fn slice_max() -> Option<u64> {
    test_hook("TEMPOSTAR_SLICE_MAX")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_shrink_at_once_and_grow_by_steps() {
        assert_eq!(next_slice(1000, SLICE_TIME), 1000);
        assert_eq!(next_slice(1000, SLICE_TIME * 4), 250);
        assert_eq!(next_slice(1000, SLICE_TIME / 10), 2000);
        assert_eq!(next_slice(SLICE_MIN, Duration::from_secs(60)), SLICE_MIN);
        assert_eq!(next_slice(1000, Duration::ZERO), 2000);
    }
}
