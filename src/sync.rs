//! One run: its lock, its record, its outcome; and the one home of the order of effects.
//!
//! [`run`] is the frame of every job. [`import`] takes files from an inbox to the shop's tables; [`export`] takes
//! orders from the shop's tables to the outbox. Neither knows the jobs: they are handed what to do with a sheet, and
//! how to choose and render orders.
//!
//! What holds throughout:
//! * rows and their ledger entry commit in one transaction;
//! * a file on the server is moved away only after that commit, and moving it can be repeated;
//! * no network traffic while a write transaction is open;
//! * `--dry-run` opens the database so that SQLite itself refuses to write.

use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Transaction;

use crate::books;
use crate::books::files::FileEntry;
use crate::books::history::{self, Left};
use crate::books::{forget, runs};
use crate::cases::{self, Aside, Store};
use crate::crash;
use crate::interrupt;
use crate::job::Job;
use crate::moment::{Clock, Moment};
use crate::panics::caught;
use crate::permit::Permit;
use crate::problem::{Exit, Failure};
use crate::progress::Progress;
use crate::report::Report;
use crate::settings::{self, Settings, test_hook};
use crate::shelf::Shelf;
use crate::text::sync as text;

pub(crate) mod clock;
pub mod export;
pub mod import;
mod run;
mod telling;

pub use self::run::{Approvals, Guarding, Mode, Run};
pub use self::telling::tell_without_settings;

/// Runs a job in its frame: takes the lock, opens the database, notes beginning and end in the ledger, and turns
/// every error into the report's last problem.
pub fn run(
    settings: &Settings,
    clock: &Clock,
    mode: Mode,
    mut report: Report,
    job: impl FnOnce(&mut Run<'_>) -> Result<()>,
) -> Report {
    report.environment = Some(settings.environment.as_str());
    report.is_dry_run = mode == Mode::DryRun;
    match begin(settings, clock, mode, &report) {
        Err(error) => {
            report.fail(failure_of(&error));
            if mode == Mode::Real && !report.is_by_hand() {
                telling::tell_of_no_beginning(settings, clock, &mut report);
            }
        }
        Ok(None) => {
            report.tell(text::locked(report.job));
            report.exit = Exit::Locked;
            if !report.is_by_hand() {
                telling::tell_if_locked_for_long(settings, clock, &mut report);
            }
        }
        Ok(Some(mut run)) => {
            log::info!("begins, with {}", settings.environment.as_str());
            interrupt::end_after(run_max(settings));
            let checked = |run: &mut Run<'_>| match run.permit {
                Some(permit) => clock::check(run, permit),
                None => Ok(()),
            };
            if let Err(error) = caught(|| checked(&mut run).and_then(|()| job(&mut run))) {
                run.report.fail(failure_of(&error));
            }
            report = end(run);
            interrupt::end_never();
        }
    }
    report.finished_at = clock.now();
    log::info!("ends: {} (exit code {})", report.outcome(), report.exit.code());
    report
}

fn run_max(settings: &Settings) -> Duration {
    let limit = u64::from(settings.limits.run_max_min) * 60;
    Duration::from_secs(test_hook("TEMPOSTAR_RUN_MAX_S").unwrap_or(limit))
}

fn begin<'a>(
    settings: &'a Settings,
    clock: &'a Clock,
    mode: Mode,
    report: &Report,
) -> Result<Option<Run<'a>>> {
    let shelf = Shelf::open(&settings.work_dir)?;
    let (report, progress, approvals) = (report.clone(), Progress::none(), Approvals::None);
    if mode == Mode::DryRun {
        let (books, permit, locks) = (books::open_read_only(settings)?, None, Vec::new());
        return Ok(Some(Run { settings, clock, permit, books, shelf, report, progress, approvals, locks }));
    }
    let name = report.job.as_str();
    let Some(ours) = shelf.lock(name, settings.environment.as_str())? else { return Ok(None) };
    let Some(databases) = books::lock(settings, name)? else { return Ok(None) };
    crash::point("locked");
    telling::forget_lock_out(settings, &shelf, report.job)?;
    let books = books::open(settings)?;
    let permit = Permit::of_a_real_run();
    // A run that the power cut takes back with its record has done nothing yet.
    let note = |books: &Transaction<'_>| {
        books::list(books, settings)?;
        runs::begin_run(books, &report, settings::user().as_deref())
    };
    books.without_waiting(|| books.write(permit, "begun", note))?;
    let locks = vec![ours, databases];
    Ok(Some(Run { settings, clock, permit: Some(permit), books, shelf, report, progress, approvals, locks }))
}

/// Writes a person's decision, under the job's lock.
///
/// # Errors
/// With [`Exit::Locked`] while a run of the job is at work.
pub(crate) fn decide(
    settings: &Settings,
    job: Job,
    decision: impl FnOnce(&Transaction<'_>) -> Result<()>,
) -> Result<(), Failure> {
    with_lock(settings, job, |books, _| books.write(Permit::of_a_real_run(), "decided", decision))
}

/// Likewise about a held file that is not applied: its copy goes to the archive.
pub(crate) fn release(
    settings: &Settings,
    file: &FileEntry,
    decision: impl FnOnce(&Transaction<'_>) -> Result<()>,
) -> Result<(), Failure> {
    with_lock(settings, file.job, |books, shelf| {
        let permit = Permit::of_a_real_run();
        books.write(permit, "decided", decision)?;
        shelf.release(permit, &file.archived_as, file.content())
    })
}

fn with_lock(
    settings: &Settings,
    job: Job,
    work: impl FnOnce(&books::Books, &Shelf) -> Result<()>,
) -> Result<(), Failure> {
    let locked = || -> Result<Option<()>> {
        let (shelf, name) = (Shelf::open(&settings.work_dir)?, job.as_str());
        let Some(_ours) = shelf.lock(name, settings.environment.as_str())? else { return Ok(None) };
        let Some(_databases) = books::lock(settings, name)? else { return Ok(None) };
        work(&books::open(settings)?, &shelf).map(Some)
    };
    let done = caught(locked).map_err(|error| failure_of(&error))?;
    done.ok_or_else(|| Failure::of(text::locked(job)))
}

/// On which day old entries were last forgotten, Japan time, and those from before how many days.
const FORGOTTEN: &str = "forgotten";

/// Forgets what is older than the settings want: runs, files that are done with, and their copies. That is done once a
/// day, because before each run there is one that has just become old enough. A failure to do so is no failure of the
/// run; the next one tries again.
fn forget(run: &Run<'_>, permit: Permit) -> Result<()> {
    let (now, days) = (run.clock.now(), run.settings.limits.history_days);
    let done = format!("{} {days}", now.date());
    if books::meta(&run.books, FORGOTTEN)?.as_ref() == Some(&done) {
        return Ok(());
    }
    let before = now - TimeDelta::days(i64::from(days));
    let left = history::forget_before(&run.books, permit, before)?;
    if !forget::is_anything_older(&run.books, before)? {
        return Ok(());
    }
    let left = left.max(forget_entries(run, permit, before)?);
    run.shelf.forget_rejects(permit, before)?;
    match left {
        Left::Nothing => {
            run.books.write(permit, "forgotten", |books| Ok(books::set_meta(books, FORGOTTEN, &done)?))
        }
        Left::More => Ok(()),
    }
}

/// How many days' entries one transaction forgets: some milliseconds …
const FORGOTTEN_DAYS: TimeDelta = TimeDelta::days(10);

/// … and how many such transactions one run does at most.
const FORGETTING_STEPS_MAX: u32 = 10;

fn forget_entries(run: &Run<'_>, permit: Permit, before: Moment) -> Result<Left> {
    for _ in 0..FORGETTING_STEPS_MAX {
        let first = runs::first_run(&run.books)?;
        let step = first.map_or(before, |first| before.min(first + FORGOTTEN_DAYS));
        let copies =
            run.books.write(permit, "entries-forgotten", |books| forget::forget_before(books, step))?;
        for archived_as in copies {
            run.shelf.forget_copy(permit, &archived_as)?;
        }
        if !forget::is_anything_older(&run.books, before)? {
            return Ok(Left::Nothing);
        }
        if interrupt::is_requested() {
            break;
        }
        interrupt::sleep(books::WRITERS_TURN);
    }
    Ok(Left::More)
}

/// Forgets, notes the end, gives the locks back, and only then mails: a slow mail server keeps nobody waiting.
fn end(mut run: Run<'_>) -> Report {
    let Some(permit) = run.permit else { return run.report };
    // What is old is a matter of the clock, which may be what is wrong.
    let may_forget = run.report.exit != Exit::Settings;
    if may_forget && let Err(error) = forget(&run, permit) {
        text::cannot_forget(&format!("{error:#}")).warn();
    }
    run.report.finished_at = run.clock.now();
    let noted = note_end(&run, permit);
    crash::point("ended");
    let Run { settings, clock, books, shelf, mut report, locks, .. } = run;
    drop(locks);
    let told = match noted {
        // Who undoes something sits in front of it.
        Ok(_) if report.is_by_hand() => Vec::new(),
        Ok(known) => {
            report.mark_known(&known);
            let told = telling::tell(settings, Store::Ledger(&books), report.job, clock);
            if told.is_empty() { telling::tell_hand_work(settings, &books, clock) } else { told }
        }
        Err(error) => {
            text::cannot_note_end(&format!("{error:#}")).warn();
            // The first error wins; this one only decides when there was none.
            if report.exit < Exit::Remote {
                report.fail(failure_of(&error));
            }
            telling::tell_of_no_end(settings, clock, &shelf, &mut report)
        }
    };
    report.problems.extend(told);
    report
}

/// The run's end and what it means for the problems that last: one transaction. Gives which of its problems are known
/// from earlier runs.
fn note_end(run: &Run<'_>, permit: Permit) -> Result<Vec<bool>> {
    if run.report.is_by_hand() {
        // Of what is wrong with the job it says nothing.
        let note = |books: &Transaction<'_>| runs::end_run(books, &run.report).map(|()| Vec::new());
        return run.books.write(permit, "end-noted", note);
    }
    let aside = Aside::of(run.settings, &run.shelf, run.report.job);
    let kept_aside = aside.cases()?;
    let is_uneventful = run.report.is_uneventful() && kept_aside.is_empty();
    let note = || {
        run.books.write(permit, "end-noted", |books| {
            runs::end_run(books, &run.report)?;
            cases::note(books, kept_aside, &run.report, run.clock.now(), run.settings.mail.remind_after)
        })
    };
    // Most runs find nothing to do. What they have to note the next one would find anew.
    let known = if is_uneventful { run.books.without_waiting(note) } else { note() }?;
    aside.clear()?;
    Ok(known)
}

/// What an error means to cron and to a person.
pub fn failure_of(error: &anyhow::Error) -> Failure {
    for cause in error.chain() {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.clone();
        }
        if let Some(remote) = cause.downcast_ref::<crate::server::Error>() {
            return Failure { exit: remote.exit(), problems: vec![(*remote.problem).clone()] };
        }
        if let Some(problem) = cause.downcast_ref::<rusqlite::Error>().and_then(books::explain) {
            return Failure::of(problem);
        }
        if cause.downcast_ref::<std::io::Error>().is_some() {
            return Failure::of(text::local_disk(&format!("{error:#}")));
        }
    }
    Failure::of(text::internal(&format!("{error:#}")))
}
