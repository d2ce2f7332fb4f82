//! Files from an inbox to the shop's tables.
//!
//! Per file, oldest first: list → ready? → download to the spool and scan → verify size → parse and compare all of it
//! → **one transaction: rows and ledger entry** → local archive → remote archive. Whatever step a crash hits, the next
//! run loses nothing and applies nothing twice: before the commit the file still waits on the server, after it the
//! ledger knows the content, and only the cleaning up is repeated. A file that changes very much takes several
//! transactions, of which the ledger knows the first and the last: see `commit`.

mod aside;
mod by_shop;
mod commit;
mod holding;
mod inbox;
mod intake;
mod job;
mod judge;
mod plan;
mod read_ahead;
mod recognise;
mod rejects;
mod trouble;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::aside::{lay_aside, tell_aside};
use self::by_shop::ByShop;
use self::commit::{commit, rehearse};
pub(crate) use self::holding::look;
use self::holding::{keep, supersede, take_up, with_approval};
use self::inbox::{Approval, Place, Spooled, Visit, copy_to_spool, forget_file, mark_cleaned_up};
pub use self::inbox::{join, marker_name};
pub use self::job::{Comparison, HELD_ROWS, HeldRows, ImportJob, Incoming, Progress};
use self::judge::{Verdict, compare, judge, refuse};
pub use self::plan::{Plan, code_at, part, rowids};
pub use self::read_ahead::{Room, read_ahead};
pub(crate) use self::recognise::kind_of;
pub use self::rejects::Rejects;
use self::rejects::tell_rejects;
use super::run::{Approvals, Run};
use crate::books::Decider;
use crate::books::files::{self, Decision, FileState, KnownFile};
use crate::books::held::{self, Held, HeldState};
use crate::file_time::by_numbers;
use crate::interrupt;
use crate::permit::Permit;
use crate::report::{FileOutcome, FileReport, Look};
use crate::shelf::set_time;
use crate::text::sync as text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The job's inbox on the FTP server.
    Inbox,
    /// Files given by hand.
    Files(Vec<PathBuf>),
}

#[derive(Debug)]
struct Decided {
    decision: Decision,
    /// The ledger entry; none in a dry run.
    entry_id: Option<i64>,
}

pub fn import(run: &mut Run<'_>, source: &Source, job: &dyn ImportJob) -> Result<()> {
    let Some(permit) = run.permit else {
        let spool = run.shelf.passing_spool(&run.report.run_id)?;
        return import_from(run, source, job, spool.path());
    };
    let spool = run.spool()?;
    clear(&spool)?;
    finish_begun(run, job)?;
    import_from(run, source, job, &spool)?;
    match source {
        Source::Inbox => give_up_begun(run, permit),
        Source::Files(_) => Ok(()),
    }
}

/// Removes what a run that died left in the spool.
fn clear(spool: &Path) -> Result<()> {
    for entry in fs::read_dir(spool).with_context(|| format!("cannot read {}", spool.display()))? {
        let path = entry?.path();
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

fn import_from(run: &mut Run<'_>, source: &Source, job: &dyn ImportJob, spool: &Path) -> Result<()> {
    match source {
        Source::Inbox => import_inbox(run, job, spool)?,
        Source::Files(paths) => import_files(run, paths, job, spool)?,
    }
    supersede(run, job)
}

fn import_inbox(run: &mut Run<'_>, job: &dyn ImportJob, spool: &Path) -> Result<()> {
    let mut visit = Visit::new(run, job.inbox());
    let taken = take_files(&mut visit, job, spool);
    let Visit { run, remote, trouble, .. } = visit;
    trouble.end(run, taken)?;
    remote.close();
    run.report.look = Look::Whole;
    tell_absence(run)
}

fn take_files(visit: &mut Visit<'_, '_>, job: &dyn ImportJob, spool: &Path) -> Result<()> {
    let permit = visit.run.permit;
    if let Some(permit) = permit {
        job.begin(visit.run, permit, &mut visit.remote)?;
    }
    apply_held(visit.run, job)?;
    let files = visit.list_ready()?;
    log::info!("{} files are ready in {}", files.len(), visit.inbox.folder);
    prepare_rehearsal(visit.run, files.len(), spool)?;
    for (file, file_time) in files {
        if let Some(spooled) = visit.download(&file, file_time, spool)? {
            log::info!(file = spooled.shown; "downloaded, {} bytes", spooled.entry.size);
            take_file(visit, job, spooled)?;
        }
    }
    permit.map_or(Ok(()), |permit| visit.sweep(permit))
}

fn take_file(visit: &mut Visit<'_, '_>, job: &dyn ImportJob, file: Spooled) -> Result<()> {
    let permit = visit.run.permit;
    if let Some(known) = known_and_only_to_clean_up(visit.run, &file)? {
        tell_known(visit.run, &file, &known);
        return permit.map_or(Ok(()), |permit| clean_up_known(visit, permit, &file, &known));
    }
    let file = with_approval(visit.run, file)?;
    let decided = process(visit.run, job, &file)?;
    let Some((permit, id)) = permit.zip(decided.entry_id) else { return Ok(()) };
    let place = match decided.decision {
        Decision::Applied | Decision::Begun | Decision::Held(_) => Place::Archive,
        Decision::Refused(_) => Place::Error,
    };
    // The copy in our archive, then the server's.
    archive_locally(visit.run, permit, &file)?;
    visit.put_away(permit, &file, place, id)?;
    log::info!(file = file.shown; "put away on the server");
    Ok(())
}

/// A file that does not come fails nothing, and is nobody's run: so each run looks when the last one came.
fn tell_absence(run: &mut Run<'_>) -> Result<()> {
    let job = run.report.job;
    let Some(newest) = files::newest_came(&run.books, job)? else { return Ok(()) };
    if let Some(hours) = run.settings.hours_without_file(job, newest, run.clock.now()) {
        let file = job.file();
        run.report.tell(text::no_file_for_long(&file.ja, &file.en, newest, hours));
    }
    Ok(())
}

fn import_files(run: &mut Run<'_>, paths: &[PathBuf], job: &dyn ImportJob, spool: &Path) -> Result<()> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(copy_to_spool(run, path, job.inbox(), spool)?);
    }
    files.sort_by(|Spooled { entry: a, .. }, Spooled { entry: b, .. }| {
        a.file_time.cmp(&b.file_time).then_with(|| by_numbers(&a.name, &b.name))
    });
    prepare_rehearsal(run, files.len(), spool)?;
    for spooled in files {
        interrupt::check()?;
        let spooled = with_approval(run, spooled)?;
        let decided = process(run, job, &spooled)?;
        if let Some((permit, id)) = run.permit.zip(decided.entry_id) {
            archive_locally(run, permit, &spooled)?;
            mark_cleaned_up(run, permit, id)?;
        }
    }
    Ok(())
}

/// A dry run compares each of several files with the shop as those before it would leave it.
fn prepare_rehearsal(run: &mut Run<'_>, files: usize, spool: &Path) -> Result<()> {
    if run.permit.is_none() && files > 1 {
        run.books = run.books.copy_for_rehearsal(run.settings, spool)?;
    }
    Ok(())
}

/// The ledger's entry when this very file was decided before, and only its cleaning up is left to do. A content that
/// comes back after another one of the same name is a new file, and so is one that is newer than what we put away (the
/// same was said again), or that somebody put back after it had been refused.
fn known_and_only_to_clean_up(run: &Run<'_>, file: &Spooled) -> Result<Option<KnownFile>> {
    let Some(known) = files::find_file(&run.books, &file.entry)? else { return Ok(None) };
    let is_done = if known.state == FileState::Applied {
        // Where the server tells no time, it is newer if the other one was seen to be gone.
        let is_newer = match file.listed.as_ref().is_some_and(|listed| listed.modified.is_some()) {
            true => file.entry.file_time > known.entry.file_time,
            false => known.is_gone,
        };
        let was_said_again = known.is_cleaned_up && is_newer;
        known.entry.file_time == file.entry.file_time
            || !(was_said_again || files::is_superseded(&run.books, &known)?)
    } else {
        !known.is_cleaned_up
    };
    Ok(is_done.then_some(known))
}

fn tell_known(run: &mut Run<'_>, file: &Spooled, known: &KnownFile) {
    let outcome = match known.state {
        FileState::Refused => FileOutcome::Refused,
        FileState::Held => FileOutcome::Held,
        FileState::Applied | FileState::Begun => FileOutcome::AlreadyApplied,
    };
    let mut told = file.report(outcome);
    if let Some(reason) = known.reason.as_ref().filter(|_| known.state == FileState::Refused) {
        // The run that decided may have died before it could tell.
        let problem = text::refused_before().because(reason).in_file(&file.shown);
        told.refused_because = Some(problem.clone());
        run.report.tell(problem);
    }
    run.report.files.push(told);
}

fn clean_up_known(
    visit: &mut Visit<'_, '_>,
    permit: Permit,
    file: &Spooled,
    known: &KnownFile,
) -> Result<()> {
    if known.state == FileState::Held {
        fs::remove_file(&file.path).with_context(|| format!("cannot remove {}", file.path.display()))?;
    } else {
        set_time(&file.path, known.entry.file_time)?;
        visit.run.shelf.archive(permit, &file.path, &known.entry.archived_as, file.entry.content())?;
    }
    let place = if known.state == FileState::Refused { Place::Error } else { Place::Archive };
    visit.put_away(permit, file, place, known.id)
}

/// Finishes the files of which an interrupted run has written a part, as far as their copies are what they were. For the
/// others, the server's copy takes their place.
fn finish_begun(run: &mut Run<'_>, job: &dyn ImportJob) -> Result<()> {
    for KnownFile { entry, .. } in files::begun_files(&run.books, run.report.job)? {
        if let Some(file) = Spooled::kept(entry).where_it_is(run) {
            process(run, job, &file)?;
        }
    }
    Ok(())
}

/// Reads, compares, and writes: everything that happens to a file's rows. Once more, where the shop refuses some of them.
fn process(run: &mut Run<'_>, job: &dyn ImportJob, file: &Spooled) -> Result<Decided> {
    let before = run.report.mark();
    let mut refused = ByShop::default();
    let mut decided = process_without(run, job, file, &refused);
    while let Err(error) = decided {
        let is_new = refused.add(error.downcast()?);
        // What was approved is not to become something else.
        let Some(file) = file.where_it_is(run).filter(|file| is_new && file.approval.is_none()) else {
            return Err(refused.into_failure(job, file));
        };
        run.report.go_back(before);
        decided = process_without(run, job, &file, &refused);
    }
    decided
}

fn process_without(
    run: &mut Run<'_>,
    job: &dyn ImportJob,
    file: &Spooled,
    refused: &ByShop,
) -> Result<Decided> {
    let mut told = file.report(FileOutcome::Applied);
    let mut rejects = Rejects::new(run, &file.entry.name)?;
    let progress = match files::is_begun(&run.books, &file.entry)? {
        true => Progress::Begun,
        false => Progress::New,
    };
    rejects.refused = refused.lines(job, file)?;
    let verdict = match examine(run, job, file, progress, &mut rejects, &mut told) {
        Ok(verdict) => verdict,
        Err(error) => {
            let discarded = rejects.discard();
            let refused = refuse(run, error, file, progress, &rejects, &mut told)?;
            discarded?;
            refused
        }
    };
    let entry_id = match (run.permit, &verdict.holding) {
        (None, None) => None,
        (permit, Some(holding)) => keep(run, permit, file, holding)?,
        (Some(permit), None) => Some(commit(run, permit, file, &verdict)?),
    };
    tell_aside(run, file, verdict.aside.as_ref())?;
    if progress == Progress::Begun && run.permit.is_some() {
        run.report.tell(text::begun_finished().in_file(&file.shown));
    }
    if run.permit.is_none() {
        rehearse(run, file, &verdict)?;
    }
    let decision = verdict.decision;
    log::info!(file = file.shown; "{}, {} rows of it changed something", decision.state(), told.applied);
    run.report.add_file(told);
    Ok(Decided { decision, entry_id })
}

/// Tells which begun files nobody can finish: their copies are lost, and the inbox did not have them either.
fn give_up_begun(run: &mut Run<'_>, permit: Permit) -> Result<()> {
    for KnownFile { id, entry, .. } in files::begun_files(&run.books, run.report.job)? {
        forget_file(run, permit, id)?;
        let copy = run.shelf.archived(&entry.archived_as).display().to_string();
        run.report.tell(text::begun_copy_lost(&copy).in_file(&entry.name));
    }
    Ok(())
}

/// Reads a file against the shop, and says what is to be done about it.
fn examine(
    run: &mut Run<'_>,
    job: &dyn ImportJob,
    file: &Spooled,
    progress: Progress,
    rejects: &mut Rejects,
    told: &mut FileReport,
) -> Result<Verdict> {
    let compared = compare(run, job, file, progress, rejects, told);
    log::info!(file = file.shown; "read and compared, {} rows", told.rows);
    told.rejected = rejects.count;
    let (comparison, problems) = compared?;
    let kept = rejects.keep(file.entry.file_time)?;
    tell_rejects(run, rejects, told, kept.as_deref());
    let mut verdict = judge(run, file, comparison, problems, told)?;
    let held = verdict.held_rows.take();
    verdict.aside =
        held.map(|rows| lay_aside(run, job, file, progress, (rows, rejects), told)).transpose()?;
    Ok(verdict)
}

/// Applies all that is held, if that was asked for.
pub(super) fn apply_held(run: &mut Run<'_>, job: &dyn ImportJob) -> Result<()> {
    let Approvals::HeldNow(by) = run.approvals.clone() else { return Ok(()) };
    for held in held::held_of(&run.books, run.report.job)? {
        let approval = Approval { id: Some(held.id), by: by.clone(), shown: None };
        apply(run, job, held, approval)?;
    }
    Ok(())
}

/// Applies what is held under this number, if it would change just what the person was shown who approves it. `None`: there
/// is nothing of this number to be decided.
pub(crate) fn approve(run: &mut Run<'_>, job: &dyn ImportJob, id: i64, by: &Decider) -> Result<Option<()>> {
    let held = held::find(&run.books, id)?.filter(|held| held.state == HeldState::Held);
    let Some(held) = held else { return Ok(None) };
    let approval = Approval { id: Some(id), by: by.clone(), shown: Some(held.shown.clone()) };
    apply(run, job, held, approval).map(Some)
}

fn apply(run: &mut Run<'_>, job: &dyn ImportJob, held: Held, approval: Approval) -> Result<()> {
    let file = Spooled { approval: Some(approval), ..take_up(run, &held)? };
    let decided = process(run, job, &file)?;
    if let (Some(permit), Decision::Applied) = (run.permit, decided.decision) {
        archive_locally(run, permit, &file)?;
    }
    Ok(())
}

/// A file that was written in slices lies in the archive already.
fn archive_locally(run: &Run<'_>, permit: Permit, file: &Spooled) -> Result<()> {
    if !file.path.exists() {
        return Ok(());
    }
    set_time(&file.path, file.entry.file_time)?;
    run.shelf.archive(permit, &file.path, &file.entry.archived_as, file.entry.content())
}
