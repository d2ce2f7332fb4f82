//! Files from an inbox to the shop's tables.
//!
//! Per file, oldest first: list → ready? → download to the spool and scan → verify size → parse and compare all of it
//! → **one transaction: rows and ledger entry** → local archive → remote archive. Whatever step a crash hits, the next
//! run loses nothing and applies nothing twice: before the commit the file still waits on the server, after it the
//! ledger knows the content, and only the cleaning up is repeated. A file that changes very much takes several
//! transactions, of which the ledger knows the first and the last: see `commit`.

mod commit;
mod inbox;
mod intake;
mod plan;
mod read_ahead;
mod rejects;

use std::fs;
use std::path::{Path, PathBuf};

use crate::moment::Moment;
use anyhow::{Context, Result};
use rusqlite::Connection;

use self::commit::{commit, finish_begun};
use self::inbox::{Place, Spooled, clean_up_remote, copy_to_spool, download, list_ready, mark_cleaned_up};
pub use self::inbox::{join, marker_name};
pub use self::plan::{Plan, part, rowids};
pub use self::read_ahead::{Room, read_ahead};
pub use self::rejects::Rejects;
use self::rejects::tell_rejects;
use super::run::Run;
use crate::books::files::{self, Decision, KnownFile};
use crate::books::history::Recording;
use crate::interrupt;
use crate::layout::first_names;
use crate::permit::Permit;
use crate::problem::Problem;
use crate::report::{Counts, FileOutcome, FileReport, Look};
use crate::server::Remote;
use crate::settings::Inbox;
use crate::sheet::{Refusal, Sheet, scan_file};
use crate::shelf::set_time;
use crate::text::sync as text;

/// How many names of unknown columns a message holds: a file can have thousands, of malls that are not ours.
const COLUMNS_TOLD_MAX: usize = 200;

/// Where the files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The job's inbox on the FTP server.
    Inbox,
    /// Files given by hand.
    Files(Vec<PathBuf>),
}

/// What an import does with a sheet.
pub trait ImportJob {
    /// What has to be known before the first file; only for a real run that takes the inbox.
    fn begin(&self, _run: &mut Run<'_>, _permit: Permit, _remote: &mut Remote<'_>) -> Result<()> {
        Ok(())
    }

    /// Where its files lie.
    fn inbox(&self) -> &Inbox;

    /// What the columns of a file without a header are called, if there are such files.
    fn default_header(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Reads the whole sheet and compares it with the shop. A `Refusal` is the error of a file that cannot be used as a whole.
    fn compare(&self, incoming: &mut Incoming<'_>) -> Result<Comparison>;
}

/// Whether a part of a file's rows is in the shop's tables already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// None is.
    New,
    /// An interrupted run has written some; they compare as unchanged now.
    Begun,
}

/// A sheet and what is needed to judge it.
pub struct Incoming<'a> {
    /// The rows.
    pub sheet: &'a mut Sheet,
    /// Where rows go that are wrong in themselves.
    pub rejects: &'a mut Rejects,
    /// The shop as it was when reading began. Only temporary tables may be written.
    pub shop: &'a Connection,
    /// The file's own time.
    pub file_time: Moment,
    /// How far the file is.
    pub progress: Progress,
    /// What the reader should know, if the file is applied. An error makes the run end as partial.
    pub problems: Vec<Problem>,
}

/// What reading and comparing a sheet found.
#[derive(Default)]
pub struct Comparison {
    /// What has to be written.
    pub plan: Box<dyn Plan>,
    /// Rows that change something.
    pub applied: u64,
    /// Rows that agree with the shop.
    pub unchanged: u64,
    /// Rows about something that the shop does not have.
    pub unknown: u64,
    /// Whether the shop has had nothing of the kind so far.
    pub is_first_load: bool,
    /// The job's own figures.
    pub counts: Counts,
    /// Columns without a home.
    pub unknown_columns: Vec<String>,
    /// Why the safety guard keeps this file.
    pub held_because: Option<Problem>,
}

/// What was decided about a file.
#[derive(Debug)]
struct Decided {
    decision: Decision,
    /// The ledger entry; none in a dry run.
    entry_id: Option<i64>,
}

impl Decided {
    fn is_held(&self) -> bool {
        matches!(self.decision, Decision::Held(_))
    }
}

/// Runs an import in a run's frame.
pub fn import(run: &mut Run<'_>, source: &Source, job: &dyn ImportJob) -> Result<()> {
    let Some(permit) = run.permit else {
        let spool = run.shelf.passing_spool(&run.report.run_id)?;
        return import_from(run, source, job, spool.path());
    };
    let spool = run.spool()?;
    clear(&spool)?;
    finish_begun(run, permit, job)?;
    import_from(run, source, job, &spool)
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
        Source::Inbox => import_inbox(run, job, spool),
        Source::Files(paths) => import_files(run, paths, job, spool),
    }
}

fn import_inbox(run: &mut Run<'_>, job: &dyn ImportJob, spool: &Path) -> Result<()> {
    let settings = run.settings;
    let inbox = job.inbox().clone();
    let mut remote = Remote::new(&settings.ftp).showing(&run.progress);
    if let Some(permit) = run.permit {
        job.begin(run, permit, &mut remote)?;
    }
    let files = list_ready(run, &mut remote, &inbox)?;
    log::info!("{} files are ready in {}", files.len(), inbox.folder);
    let mut stopped = false;
    for (file, file_time) in files {
        if stopped {
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            continue;
        }
        let Some(spooled) = download(run, &mut remote, &inbox, &file, file_time, spool)? else { continue };
        log::info!(file = spooled.shown; "downloaded, {} bytes", spooled.entry.size);
        if let Some(known) = known_and_only_to_clean_up(run, &spooled)? {
            tell_known(run, &spooled, &known);
            if let Some(permit) = run.permit {
                clean_up_known(run, permit, &mut remote, &inbox, &spooled, &known)?;
            }
            continue;
        }
        let decided = process(run, job, &spooled)?;
        stopped = decided.is_held();
        if let Some((permit, id)) = run.permit.zip(decided.entry_id) {
            put_away(run, permit, &mut remote, &inbox, &spooled, &decided.decision, id)?;
        }
    }
    remote.close();
    run.report.look = Look::Whole;
    Ok(())
}

fn import_files(run: &mut Run<'_>, paths: &[PathBuf], job: &dyn ImportJob, spool: &Path) -> Result<()> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(copy_to_spool(run, path, job.inbox().encoding, spool)?);
    }
    files.sort_by(|a, b| (a.entry.file_time, &a.entry.name).cmp(&(b.entry.file_time, &b.entry.name)));
    let mut stopped = false;
    for spooled in files {
        interrupt::check()?;
        if stopped {
            run.report.files.push(FileReport::new(&spooled.shown, FileOutcome::Waiting));
            continue;
        }
        let decided = process(run, job, &spooled)?;
        stopped = decided.is_held();
        if let Some((permit, id)) = run.permit.zip(decided.entry_id).filter(|_| !stopped) {
            archive_locally(run, permit, &spooled)?;
            mark_cleaned_up(run, permit, id)?;
        }
    }
    Ok(())
}

/// The ledger's entry when this very file was decided before, and only its cleaning up is left to do. A content that
/// comes back after another one of the same name is a new file, and so is one that somebody put back after it had
/// been refused.
fn known_and_only_to_clean_up(run: &Run<'_>, file: &Spooled) -> Result<Option<KnownFile>> {
    let found = files::find_file(&run.books, file.entry.job, &file.entry.name, &file.entry.sha256)?;
    Ok(found.filter(|known| {
        if known.is_applied {
            !known.is_superseded || known.file_time == file.entry.file_time
        } else {
            !known.is_cleaned_up
        }
    }))
}

fn tell_known(run: &mut Run<'_>, file: &Spooled, known: &KnownFile) {
    let outcome = if known.is_applied { FileOutcome::AlreadyApplied } else { FileOutcome::Refused };
    let mut told = FileReport::new(&file.shown, outcome);
    told.sha256.clone_from(&file.entry.sha256);
    if let Some(reason) = &known.refused_because {
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
) -> Result<()> {
    set_time(&file.path, known.file_time)?;
    run.shelf.archive(permit, &file.path, &known.archived_as)?;
    let place = if known.is_applied { Place::Archive } else { Place::Error };
    clean_up_remote(run, permit, remote, inbox, file, place, known.id)
}

/// Reads, compares, and writes: everything that happens to a file's rows.
fn process(run: &mut Run<'_>, job: &dyn ImportJob, file: &Spooled) -> Result<Decided> {
    let mut told = FileReport::new(&file.shown, FileOutcome::Applied);
    told.sha256.clone_from(&file.entry.sha256);
    let mut rejects = Rejects::new(run, &file.entry.name)?;
    let compared = compare(run, job, file, Progress::New, &mut rejects, &mut told);
    log::info!(file = file.shown; "read and compared, {} rows", told.rows);
    told.rejected = rejects.count;
    let verdict = match compared {
        Ok((comparison, problems)) => {
            let kept = rejects.keep(file.entry.file_time)?;
            tell_rejects(run, &rejects, &told, kept.as_deref());
            judge(run, comparison, problems, &mut told)
        }
        Err(error) => {
            rejects.discard()?;
            refuse(run, error, file, &rejects, &mut told)?
        }
    };
    let entry_id = run.permit.map(|permit| commit(run, permit, file, &verdict)).transpose()?;
    let decision = verdict.decision;
    log::info!(file = file.shown; "{}, {} rows of it changed something", decision.state(), told.applied);
    run.report.add_file(told);
    Ok(Decided { decision, entry_id })
}

/// What is to be done about a file.
struct Verdict {
    decision: Decision,
    /// What is written if it is applied.
    plan: Box<dyn Plan>,
    recording: Recording,
}

impl Verdict {
    /// Nothing of the file is written.
    fn without_a_plan(decision: Decision) -> Self {
        Self { decision, plan: Box::default(), recording: Recording::Rows }
    }
}

/// Opens the sheet, and has the job read all of it against one snapshot of the shop.
fn compare(
    run: &Run<'_>,
    job: &dyn ImportJob,
    file: &Spooled,
    progress: Progress,
    rejects: &mut Rejects,
    told: &mut FileReport,
) -> Result<(Comparison, Vec<Problem>)> {
    let scan = match &file.scan {
        Some(scan) => scan.clone(),
        None => scan_file(&file.path, &file.shown, job.inbox().encoding)?,
    };
    let mut sheet = Sheet::open_scanned(&file.path, &file.shown, scan, job.default_header())?;
    sheet.show(&run.progress);
    let snapshot = run.books.unchecked_transaction()?;
    let file_time = file.entry.file_time;
    let (sheet_rows, problems) = (&mut sheet, Vec::new());
    let mut incoming =
        Incoming { sheet: sheet_rows, rejects, shop: &snapshot, file_time, progress, problems };
    let compared = job.compare(&mut incoming);
    let problems = incoming.problems;
    // Ends the snapshot; a roll-back would take the temporary tables with it.
    snapshot.commit()?;
    told.rows = sheet.rows_read();
    let comparison = compared?;
    let tolerated_percent = job.inbox().max_bad_rows_percent;
    if rejects.count * 100 > u64::from(tolerated_percent) * told.rows {
        let problem = text::too_many_bad_rows(rejects.count, told.rows, tolerated_percent);
        return Err(Refusal::new(problem.in_file(&file.shown)).into());
    }
    Ok((comparison, problems))
}

/// The file can be applied as far as its rows go; the guard may still keep it.
fn judge(
    run: &mut Run<'_>,
    comparison: Comparison,
    problems: Vec<Problem>,
    told: &mut FileReport,
) -> Verdict {
    if let Some(problem) = comparison.held_because {
        told.outcome = FileOutcome::Held;
        let reason = problem.message.clone();
        run.report.tell(problem.in_file(&told.name));
        return Verdict::without_a_plan(Decision::Held(reason));
    }
    told.applied = comparison.applied;
    told.unchanged = comparison.unchanged;
    told.unknown = comparison.unknown;
    told.unknown_columns = comparison.unknown_columns;
    told.counts = comparison.counts;
    told.counts.add("rejected", told.rejected);
    for problem in problems {
        run.report.tell(problem.in_file(&told.name));
    }
    tell_unknown_columns(run, told);
    let recording = match comparison.is_first_load && !comparison.plan.is_empty() {
        true => Recording::FirstLoad,
        false => Recording::Rows,
    };
    Verdict { decision: Decision::Applied, plan: comparison.plan, recording }
}

/// An error while reading is a refusal of this file, or else ends the run.
fn refuse(
    run: &mut Run<'_>,
    error: anyhow::Error,
    file: &Spooled,
    rejects: &Rejects,
    told: &mut FileReport,
) -> Result<Verdict> {
    let Some(problem) = Refusal::of(&error).cloned() else { return Err(error) };
    tell_rejects(run, rejects, told, None);
    told.outcome = FileOutcome::Refused;
    told.refused_because = Some(problem.clone());
    let reason = problem.located_message();
    run.report.tell(problem);
    if file.listed.is_some() && run.permit.is_some() {
        run.report.tell(text::refused(told.rows).in_file(&told.name));
    }
    Ok(Verdict::without_a_plan(Decision::Refused(reason)))
}

/// Each name once per run: the files of an inbox mostly have the same columns.
fn tell_unknown_columns(run: &mut Run<'_>, told: &FileReport) {
    let is_told = |name: &String| run.report.files.iter().any(|file| file.unknown_columns.contains(name));
    let new: Vec<&str> =
        told.unknown_columns.iter().filter(|name| !is_told(name)).map(String::as_str).collect();
    if new.is_empty() {
        return;
    }
    let names = first_names(&new, COLUMNS_TOLD_MAX);
    run.report.tell(text::unknown_columns(&names, new.len()).in_file(&told.name));
}

/// After the decision: the copy in our archive, then the server's.
fn put_away(
    run: &mut Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    decision: &Decision,
    id: i64,
) -> Result<()> {
    let place = match decision {
        Decision::Held(_) => return Ok(()),
        Decision::Applied | Decision::Begun => Place::Archive,
        Decision::Refused(_) => Place::Error,
    };
    archive_locally(run, permit, file)?;
    clean_up_remote(run, permit, remote, inbox, file, place, id)?;
    log::info!(file = file.shown; "put away on the server");
    Ok(())
}

/// A file that was written in slices lies in the archive already.
fn archive_locally(run: &Run<'_>, permit: Permit, file: &Spooled) -> Result<()> {
    if !file.path.exists() {
        return Ok(());
    }
    set_time(&file.path, file.entry.file_time)?;
    run.shelf.archive(permit, &file.path, &file.entry.archived_as)
}
