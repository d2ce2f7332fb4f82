//! Files from an inbox to the shop's tables.
//!
//! Per file, oldest first: list → ready? → download to the spool and scan → verify size → parse and compare all of it
//! → **one transaction: rows and ledger entry** → local archive → remote archive. Whatever step a crash hits, the next
//! run loses nothing and applies nothing twice: before the commit the file still waits on the server, after it the
//! ledger knows the content, and only the cleaning up is repeated. A file that changes very much takes several
//! transactions, of which the ledger knows the first and the last: see `commit`.

mod approval;
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
mod telling;
mod trouble;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::approval::Approval;
use self::aside::{lay_aside, tell_aside};
use self::by_shop::ByShop;
use self::commit::{commit, give_up_begun, rehearse};
pub(crate) use self::holding::look;
use self::holding::{keep, supersede, take_up, with_approval};
use self::inbox::{
    Place, Spooled, clean_up_remote, copy_to_spool, download, list_ready, mark_cleaned_up, sweep_server,
};
pub use self::inbox::{join, marker_name};
pub use self::job::{Comparison, HELD_ROWS, HeldRows, ImportJob, Incoming, Progress};
use self::judge::{compare, judge, refuse};
pub use self::plan::{Plan, code_at, part, rowids};
pub use self::read_ahead::{Room, read_ahead};
pub(crate) use self::recognise::kind_of;
pub use self::rejects::Rejects;
use self::rejects::tell_rejects;
use self::trouble::Trouble;
use super::run::{Approvals, Run};
use crate::books::Decider;
use crate::books::files::{self, Decision, FileState, KnownFile};
use crate::books::held::{self, Held, HeldState};
use crate::file_time::by_numbers;
use crate::interrupt;
use crate::permit::Permit;
use crate::report::{FileOutcome, FileReport, Look};
use crate::server::Remote;
use crate::settings::Inbox;
use crate::shelf::set_time;
use crate::text::sync as text;

/// Where the files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The job's inbox on the FTP server.
    Inbox,
    /// Files given by hand.
    Files(Vec<PathBuf>),
}

/// What was decided about a file.
#[derive(Debug)]
struct Decided {
    decision: Decision,
    /// The ledger entry; none in a dry run.
    entry_id: Option<i64>,
}

/// Runs an import in a run's frame.
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
    let mut remote = run.remote();
    let mut trouble = Trouble::default();
    let taken = take_files(run, job, &mut remote, spool, &mut trouble);
    trouble.end(run, taken)?;
    remote.close();
    run.report.look = Look::Whole;
    tell_absence(run)
}

fn take_files(
    run: &mut Run<'_>,
    job: &dyn ImportJob,
    remote: &mut Remote<'_>,
    spool: &Path,
    trouble: &mut Trouble,
) -> Result<()> {
    let inbox = job.inbox().clone();
    if let Some(permit) = run.permit {
        job.begin(run, permit, remote)?;
    }
    apply_held(run, job)?;
    let files = list_ready(run, remote, &inbox)?;
    log::info!("{} files are ready in {}", files.len(), inbox.folder);
    prepare_rehearsal(run, files.len(), spool)?;
    for (file, file_time) in files {
        let Some(spooled) = download(run, remote, &inbox, &file, file_time, spool, trouble)? else {
            continue;
        };
        log::info!(file = spooled.shown; "downloaded, {} bytes", spooled.entry.size);
        if let Some(known) = known_and_only_to_clean_up(run, &spooled)? {
            tell_known(run, &spooled, &known);
            if let Some(permit) = run.permit {
                clean_up_known(run, permit, remote, &inbox, &spooled, &known, trouble)?;
            }
            continue;
        }
        let spooled = with_approval(run, spooled)?;
        let decided = process(run, job, &spooled)?;
        if let Some((permit, id)) = run.permit.zip(decided.entry_id) {
            put_away(run, permit, remote, &inbox, &spooled, (&decided.decision, id), trouble)?;
        }
    }
    if let Some(permit) = run.permit {
        sweep_server(run, permit, remote, &inbox)?;
    }
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
    let found = files::find_file(&run.books, file.entry.job, &file.entry.name, &file.entry.sha256)?;
    Ok(found.filter(|known| {
        if known.state == FileState::Applied {
            // Where the server tells no time, it is newer if the other one was seen to be gone.
            let is_newer = match file.listed.as_ref().is_some_and(|listed| listed.modified.is_some()) {
                true => file.entry.file_time > known.file_time,
                false => known.is_gone,
            };
            let was_said_again = known.is_cleaned_up && is_newer;
            known.file_time == file.entry.file_time || !(known.is_superseded || was_said_again)
        } else {
            !known.is_cleaned_up
        }
    }))
}

fn tell_known(run: &mut Run<'_>, file: &Spooled, known: &KnownFile) {
    let outcome = match known.state {
        FileState::Refused => FileOutcome::Refused,
        FileState::Held => FileOutcome::Held,
        FileState::Applied | FileState::Begun => FileOutcome::AlreadyApplied,
    };
    let mut told = FileReport::new(&file.shown, outcome);
    told.sha256.clone_from(&file.entry.sha256);
    if let Some(reason) = known.refused_because.as_ref().filter(|_| known.state == FileState::Refused) {
        // The run that decided may have died before it could tell.
        let problem = text::refused_before().because(reason).in_file(&file.shown);
        told.refused_because = Some(problem.clone());
        run.report.tell(problem);
    }
    run.report.files.push(told);
}

fn clean_up_known(
    run: &mut Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    known: &KnownFile,
    trouble: &mut Trouble,
) -> Result<()> {
    if known.state == FileState::Held {
        fs::remove_file(&file.path).with_context(|| format!("cannot remove {}", file.path.display()))?;
    } else {
        set_time(&file.path, known.file_time)?;
        run.shelf.archive(permit, &file.path, &known.archived_as, file.entry.content())?;
    }
    let place = if known.state == FileState::Refused { Place::Error } else { Place::Archive };
    clean_up_remote(run, permit, remote, inbox, file, (place, known.id), trouble)
}

/// Finishes the files of which an interrupted run has written a part, as far as their copies are what they were. For the
/// others, the server's copy takes their place.
fn finish_begun(run: &mut Run<'_>, job: &dyn ImportJob) -> Result<()> {
    for (_, entry) in files::begun_files(&run.books, run.report.job)? {
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
    let mut told = FileReport::new(&file.shown, FileOutcome::Applied);
    told.sha256.clone_from(&file.entry.sha256);
    let mut rejects = Rejects::new(run, &file.entry.name)?;
    let progress = match files::is_begun(&run.books, &file.entry)? {
        true => Progress::Begun,
        false => Progress::New,
    };
    rejects.refused = refused.lines(job, file)?;
    let compared = compare(run, job, file, progress, &mut rejects, &mut told);
    log::info!(file = file.shown; "read and compared, {} rows", told.rows);
    told.rejected = rejects.count;
    let mut verdict = match compared {
        Ok((comparison, problems)) => {
            let kept = rejects.keep(file.entry.file_time)?;
            tell_rejects(run, &rejects, &told, kept.as_deref());
            judge(run, file, comparison, problems, &mut told)?
        }
        Err(error) => {
            let discarded = rejects.discard();
            let refused = refuse(run, error, file, progress, &rejects, &mut told)?;
            discarded?;
            refused
        }
    };
    let held = verdict.held_rows.take();
    verdict.aside =
        held.map(|rows| lay_aside(run, job, file, progress, (rows, &rejects), &mut told)).transpose()?;
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

/// After the decision: the copy in our archive, then the server's.
fn put_away(
    run: &mut Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    (decision, id): (&Decision, i64),
    trouble: &mut Trouble,
) -> Result<()> {
    let place = match decision {
        Decision::Applied | Decision::Begun | Decision::Held(_) => Place::Archive,
        Decision::Refused(_) => Place::Error,
    };
    archive_locally(run, permit, file)?;
    clean_up_remote(run, permit, remote, inbox, file, (place, id), trouble)?;
    log::info!(file = file.shown; "put away on the server");
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
