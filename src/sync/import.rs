//! Files from an inbox to the shop's tables.
//!
//! Per file, oldest first: list → ready? → download to the spool → verify size → decode, parse and compare all of it
//! → **one transaction: rows and ledger entry** → local archive → remote archive. Whatever step a crash hits, the next
//! run loses nothing and applies nothing twice: before the commit the file still waits on the server, after it the
//! ledger knows the content, and only the cleaning up is repeated.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::NaiveDateTime;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Mode, Run};
use crate::crash;
use crate::file_time::{own_time, server_time};
use crate::hashing::Hashing;
use crate::interrupt;
use crate::ledger::{self, Decision, FileEntry, KnownFile};
use crate::remote::{Downloaded, Kind, Remote, RemoteFile};
use crate::report::{Counts, Exit, Failure, FileOutcome, FileReport, Problem};
use crate::settings::{AfterImport, Inbox, Ready};
use crate::sheet::{Refusal, RejectsWriter, Row, RowProblem, Sheet};
use crate::text::sync as text;
use crate::work_dir::{RUN_ID_TIME, WorkDir, create_file, set_time, time_of};

/// How many rejected rows of a file are told one by one; all of them are in the rejects file.
const BAD_ROWS_TOLD_MAX: u64 = 100;

/// How many names of unknown columns a message holds: a file can have thousands, of malls that are not ours.
const COLUMNS_TOLD_MAX: usize = 200;

/// How many names that cannot be used are told one by one: a listing can be a megabyte of nonsense.
const IGNORED_NAMES_TOLD_MAX: usize = 20;

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
    /// What has to be known before the first file; only for a run that takes the inbox.
    ///
    /// # Errors
    /// The server's and the database's.
    fn begin(&mut self, _run: &mut Run<'_>, _remote: &mut Remote<'_>) -> Result<()> {
        Ok(())
    }

    /// Where its files lie.
    fn inbox(&self) -> &Inbox;

    /// Opens a sheet; a job whose files may lack a header says so here.
    ///
    /// # Errors
    /// A `Refusal` when the file cannot be used as a whole.
    fn open_sheet(&self, path: &Path, name: &str) -> Result<Sheet> {
        Sheet::open(path, name, self.inbox().encoding)
    }

    /// Reads the whole sheet and compares it with the shop. What has to be written is left in temporary tables.
    ///
    /// # Errors
    /// A `Refusal` when the file cannot be used as a whole; else the database's or the disk's.
    fn compare(&mut self, incoming: &mut Incoming<'_>) -> Result<Comparison>;

    /// Writes what `compare` found. Runs at once after it, in the transaction that holds the ledger entry.
    ///
    /// # Errors
    /// The database's.
    fn apply(&mut self, transaction: &Transaction<'_>, stamp: &Stamp) -> Result<()>;
}

/// The times and the run that rows are stamped with.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The file's own time, Japan time.
    pub file_time: NaiveDateTime,
    /// The time of writing, Japan time.
    pub now: NaiveDateTime,
}

/// A sheet and what is needed to judge it.
pub struct Incoming<'a> {
    /// The rows.
    pub sheet: &'a mut Sheet,
    /// Where rows go that are wrong in themselves.
    pub rejects: &'a mut Rejects,
    /// The shop as it was when reading began. Only temporary tables may be written.
    pub shop: &'a Connection,
    /// Times.
    pub stamp: Stamp,
    /// What the reader should know, if the file is applied. An error makes the run end as partial.
    pub problems: Vec<Problem>,
}

/// What reading and comparing a sheet found.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Rows that change something.
    pub applied: u64,
    /// Rows that agree with the shop.
    pub unchanged: u64,
    /// Rows about something that the shop does not have.
    pub unknown: u64,
    /// The job's own figures.
    pub counts: Counts,
    /// Columns without a home.
    pub unknown_columns: Vec<String>,
    /// Why the safety guard keeps this file.
    pub held_because: Option<Problem>,
}

/// The rows of a file that are wrong in themselves: told, counted, and kept for correction.
pub struct Rejects {
    count: u64,
    told: Vec<Problem>,
    work_dir: WorkDir,
    run_id: String,
    path: PathBuf,
    /// None in a dry run.
    writer: Option<RejectsWriter>,
}

impl Rejects {
    fn new(run: &Run<'_>, name: &str) -> Result<Self> {
        let path = run.work_dir.rejects(&run.report.run_id, name);
        let writer = match run.mode {
            Mode::DryRun => None,
            Mode::Real => Some(RejectsWriter::new(path.clone(), run.settings.language)),
        };
        let (work_dir, run_id) = (run.work_dir.clone(), run.report.run_id.clone());
        Ok(Self { count: 0, told: Vec::new(), work_dir, run_id, path, writer })
    }

    /// Rejects a row for this problem.
    ///
    /// # Errors
    /// When the file of rejected rows cannot be written.
    pub fn add(&mut self, row: &Row<'_>, problem: RowProblem) -> Result<()> {
        if self.count == 0 && self.writer.is_some() {
            self.work_dir.make_rejects_folder(&self.run_id)?;
        }
        self.count += 1;
        if let Some(writer) = &mut self.writer {
            writer.reject(row, &problem)?;
        }
        if self.count <= BAD_ROWS_TOLD_MAX {
            self.told.push(problem.into());
        }
        Ok(())
    }

    /// How many so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Ends the file of rejected rows, as old as the file that they came from. Gives its path if there are any.
    fn keep(&mut self, file_time: NaiveDateTime) -> Result<Option<PathBuf>> {
        let Some(path) = self.writer.take().map(RejectsWriter::finish).transpose()?.flatten() else {
            return Ok(None);
        };
        set_time(&path, file_time)?;
        Ok(Some(path))
    }

    /// The rejected rows of a refused file are not kept: whoever fed them back would forget the others.
    fn discard(&mut self) -> Result<()> {
        if let Some(path) = self.writer.take().map(RejectsWriter::finish).transpose()?.flatten() {
            fs::remove_file(&path)?;
            let _ = self.path.parent().map(fs::remove_dir);
        }
        Ok(())
    }
}

/// A file of the inbox, or one given by hand, in the spool.
#[derive(Debug)]
struct Spooled {
    /// As the reader knows it: the name on the server, or the path given by hand.
    shown: String,
    entry: FileEntry,
    path: PathBuf,
    /// As it was on the server; none for one given by hand.
    listed: Option<RemoteFile>,
}

/// Whether the run goes on with the next file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
}

/// What was decided about a file.
#[derive(Debug)]
struct Decided {
    decision: Decision,
    /// The ledger entry; none in a dry run.
    entry_id: Option<i64>,
}

/// Runs an import in a run's frame.
///
/// # Errors
/// What stops the whole run: the server, the database, the disk. What concerns one file is in the report.
pub fn import(run: &mut Run<'_>, source: &Source, job: &mut dyn ImportJob) -> Result<()> {
    let spool = clear_spool(run)?;
    let imported = match source {
        Source::Inbox => import_inbox(run, job, &spool),
        Source::Files(paths) => import_files(run, paths, job, &spool),
    };
    imported.and(remove_dry_spool(run, &spool))
}

fn import_inbox(run: &mut Run<'_>, job: &mut dyn ImportJob, spool: &Path) -> Result<()> {
    let settings = run.settings;
    let inbox = job.inbox().clone();
    let mut remote = Remote::new(&settings.ftp);
    job.begin(run, &mut remote)?;
    let files = list_ready(run, &mut remote, &inbox)?;
    let mut stopped = false;
    for (file, file_time) in files {
        if stopped {
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            continue;
        }
        let Some(spooled) = download(run, &mut remote, &inbox, &file, file_time, spool)? else { continue };
        crash::point("downloaded");
        if let Some(known) = known_and_only_to_clean_up(run, &spooled)? {
            clean_up_known(run, &mut remote, &inbox, &spooled, &known)?;
            continue;
        }
        let decided = process(run, job, &spooled)?;
        stopped = put_away(run, &mut remote, &inbox, &spooled, &decided)? == Next::Stop;
    }
    remote.close();
    Ok(())
}

fn import_files(run: &mut Run<'_>, paths: &[PathBuf], job: &mut dyn ImportJob, spool: &Path) -> Result<()> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(copy_to_spool(run, path, spool)?);
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
        stopped = matches!(decided.decision, Decision::Held(_));
        if let Some(id) = decided.entry_id.filter(|_| !stopped) {
            run.work_dir.archive(&spooled.path, &spooled.entry.archived_as)?;
            ledger::mark_cleaned_up(&run.database, id)?;
        }
    }
    Ok(())
}

fn remove_dry_spool(run: &Run<'_>, spool: &Path) -> Result<()> {
    match run.mode {
        Mode::Real => Ok(()),
        Mode::DryRun => {
            fs::remove_dir_all(spool).with_context(|| format!("cannot remove {}", spool.display()))
        }
    }
}

/// The job's spool, without what a run that died left in it. A dry run holds no lock, and so has a spool of its own.
fn clear_spool(run: &Run<'_>) -> Result<PathBuf> {
    let spool = match run.mode {
        Mode::Real => run.spool()?,
        Mode::DryRun => run.work_dir.spool(&run.report.run_id)?,
    };
    for entry in fs::read_dir(&spool).with_context(|| format!("cannot read {}", spool.display()))? {
        let path = entry?.path();
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(spool)
}

/// The complete files of the inbox with their own time, oldest first.
fn list_ready(
    run: &mut Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
) -> Result<Vec<(RemoteFile, NaiveDateTime)>> {
    let is_marker =
        |name: &str| matches!(&inbox.ready, Ready::Marker { suffix } if name.ends_with(suffix.as_str()));
    let wanted = |name: &str| is_marker(name) || inbox.pattern.matches(name);
    let listing = remote.list(&inbox.folder, &wanted)?;
    crash::point("listed");
    tell_ignored(run, &listing.ignored);
    for name in &listing.unreadable {
        run.report.partial(text::unreadable().in_file(name));
        run.report.files.push(FileReport::new(name, FileOutcome::Waiting));
    }
    let markers: HashSet<String> =
        listing.files.iter().map(|file| file.name.clone()).filter(|name| is_marker(name)).collect();
    let mut waiting = listing.files;
    waiting.retain(|file| !is_marker(&file.name));
    if run.mode == Mode::Real {
        let lying = waiting.iter().map(|file| file.name.as_str());
        let lying = lying.chain(listing.unreadable.iter().map(String::as_str)).collect();
        note_files_that_are_gone(run, remote, inbox, &lying)?;
    }
    if let Ready::Stable { settle } = &inbox.ready
        && !waiting.is_empty()
    {
        interrupt::sleep(*settle);
    }
    let listed_at = run.clock.now();
    let mut files = Vec::new();
    for file in waiting {
        if is_ready(remote, inbox, &file, &markers)? {
            let file_time =
                own_time(&file.name, file.modified.map(|mdtm| server_time(mdtm, listed_at)), listed_at);
            files.push((file, file_time));
        } else {
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            run.report.problems.push(text::not_ready().in_file(&file.name));
        }
    }
    files.sort_by(|(a, a_time), (b, b_time)| (a_time, &a.name).cmp(&(b_time, &b.name)));
    Ok(files)
}

fn tell_ignored(run: &mut Run<'_>, names: &[String]) {
    for name in names.iter().take(IGNORED_NAMES_TOLD_MAX) {
        run.report.problems.push(text::ignored_name(name));
    }
    if names.len() > IGNORED_NAMES_TOLD_MAX {
        run.report.problems.push(text::more_ignored_names(names.len() - IGNORED_NAMES_TOLD_MAX));
    }
}

/// A run that died after putting a file away could not note it any more. And a held file may have been taken away by a
/// person. A marker left behind goes too: it would call the next file of that name complete while it is still growing.
fn note_files_that_are_gone(
    run: &Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    lying: &HashSet<&str>,
) -> Result<()> {
    for file in ledger::unfinished_files(&run.database, run.report.command)? {
        if lying.contains(file.name.as_str()) || remote.size(&join(&inbox.folder, &file.name))?.is_some() {
            continue;
        }
        if let Ready::Marker { suffix } = &inbox.ready {
            remote.delete(&join(&inbox.folder, &marker_name(&file.name, suffix)))?;
        }
        if file.is_held {
            ledger::forget_file(&run.database, file.id)?;
        } else {
            ledger::mark_cleaned_up(&run.database, file.id)?;
        }
    }
    Ok(())
}

fn is_ready(
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &RemoteFile,
    markers: &HashSet<String>,
) -> Result<bool> {
    match &inbox.ready {
        Ready::Marker { suffix } => Ok(markers.contains(&marker_name(&file.name, suffix))),
        Ready::Stable { .. } => Ok(remote.size(&join(&inbox.folder, &file.name))? == Some(file.size)),
    }
}

fn download(
    run: &mut Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &RemoteFile,
    file_time: NaiveDateTime,
    spool: &Path,
) -> Result<Option<Spooled>> {
    let limit = run.settings.limits.max_file_bytes;
    if file.size > limit {
        tell_too_large(run, &file.name, file.size);
        return Ok(None);
    }
    let path = spool.join(&file.name);
    match remote.download(&inbox.folder, file, &path) {
        Ok(Downloaded { size, sha256 }) => {
            let spooled = spooled(run, file.name.clone(), file.name.clone(), path, size, sha256, file_time);
            Ok(Some(Spooled { listed: Some(file.clone()), ..spooled }))
        }
        Err(error) if error.kind == Kind::Missing => {
            run.report.problems.push(text::vanished().in_file(&file.name));
            Ok(None)
        }
        Err(error) if error.kind == Kind::Forbidden => {
            run.report.partial((*error.problem).in_file(&file.name));
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            Ok(None)
        }
        Err(error) if error.kind == Kind::Changed => {
            run.report.problems.push(text::not_ready().in_file(&file.name));
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn tell_too_large(run: &mut Run<'_>, name: &str, size: u64) {
    let mb = 1024 * 1024;
    let limit = run.settings.limits.max_file_bytes;
    run.report.partial(text::file_too_large(size.div_ceil(mb), limit / mb).in_file(name));
    run.report.files.push(FileReport::new(name, FileOutcome::Waiting));
}

fn copy_to_spool(run: &mut Run<'_>, from: &Path, spool: &Path) -> Result<Option<Spooled>> {
    let shown = from.display().to_string();
    let unreadable =
        |error: &std::io::Error| Failure::new(Exit::Usage, text::file_argument(&shown, &error.to_string()));
    let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let modified = time_of(from).map_err(|error| unreadable(&error))?;
    let mut input = File::open(from).map_err(|error| unreadable(&error))?;
    let path = spool.join(&name);
    let output = create_file(&path).with_context(|| format!("cannot create {}", path.display()))?;
    let mut output = Hashing::new(output);
    // Measured while reading, not before: it can be a pipe.
    let limit = run.settings.limits.max_file_bytes;
    io::copy(&mut (&mut input).take(limit + 1), &mut output)
        .with_context(|| format!("cannot copy {shown} to {}", path.display()))?;
    let (_, size, sha256) = output.finish();
    if size > limit {
        fs::remove_file(&path)?;
        tell_too_large(run, &shown, size.max(input.metadata()?.len()));
        return Ok(None);
    }
    let file_time = match known_time(run, from, &name, &sha256)? {
        Some(known) => known,
        None => own_time(&name, Some(modified), run.clock.now()),
    };
    Ok(Some(spooled(run, shown, name, path, size, sha256, file_time)))
}

/// The time that a file given by hand had before: one that was taken before, or the corrected rows of one. However late
/// a person corrects them, their figures are as old as the file that they came from.
fn known_time(run: &Run<'_>, from: &Path, name: &str, sha256: &str) -> Result<Option<NaiveDateTime>> {
    if let Some(known) = ledger::find_file(&run.database, run.report.command, name, sha256)? {
        return Ok(Some(known.file_time));
    }
    match run.work_dir.run_of_rejects(from) {
        Some(run_id) => ledger::file_time(&run.database, &run_id, name),
        None => Ok(None),
    }
}

fn spooled(
    run: &Run<'_>,
    shown: String,
    name: String,
    path: PathBuf,
    size: u64,
    sha256: String,
    file_time: NaiveDateTime,
) -> Spooled {
    let taken_at = run.clock.now().format(RUN_ID_TIME);
    let archived_as = format!("{}/{taken_at}-{}/{name}", run.report.command, &sha256[..8]);
    let run_id = run.report.run_id.clone();
    let entry = FileEntry { command: run.report.command, run_id, name, sha256, size, file_time, archived_as };
    Spooled { shown, entry, path, listed: None }
}

/// The ledger's entry when this very file was decided before, and only its cleaning up is left to do. A content that
/// comes back after another one of the same name is a new file, and so is one that somebody put back after it had
/// been refused.
fn known_and_only_to_clean_up(run: &Run<'_>, file: &Spooled) -> Result<Option<KnownFile>> {
    let found = ledger::find_file(&run.database, file.entry.command, &file.entry.name, &file.entry.sha256)?;
    Ok(found.filter(|known| {
        if known.is_applied {
            !known.is_superseded || known.file_time == file.entry.file_time
        } else {
            !known.is_cleaned_up
        }
    }))
}

fn clean_up_known(
    run: &mut Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    known: &KnownFile,
) -> Result<()> {
    let outcome = if known.is_applied { FileOutcome::AlreadyApplied } else { FileOutcome::Refused };
    let mut told = FileReport::new(&file.shown, outcome);
    told.sha256.clone_from(&file.entry.sha256);
    run.report.files.push(told);
    if let Some(reason) = &known.refused_because {
        // The run that decided may have died before it could tell.
        run.report.partial(text::refused_before().because(reason).in_file(&file.shown));
    }
    if run.mode == Mode::DryRun {
        return Ok(());
    }
    set_time(&file.path, known.file_time)?;
    run.work_dir.archive(&file.path, &known.archived_as)?;
    let place = if known.is_applied { Place::Archive } else { Place::Error };
    clean_up_remote(run, remote, inbox, file, place, Some(known.id))
}

/// Reads, compares, and writes: everything that happens to a file's rows.
fn process(run: &mut Run<'_>, job: &mut dyn ImportJob, file: &Spooled) -> Result<Decided> {
    let mut told = FileReport::new(&file.shown, FileOutcome::Applied);
    told.sha256.clone_from(&file.entry.sha256);
    let stamp = Stamp { file_time: file.entry.file_time, now: run.clock.now() };
    let mut rejects = Rejects::new(run, &file.entry.name)?;
    let compared = compare(run, job, file, &stamp, &mut rejects, &mut told);
    told.rejected = rejects.count;
    let decision = match compared {
        Ok((comparison, problems)) => {
            let kept = rejects.keep(stamp.file_time)?;
            tell_rejects(run, &rejects, &told, kept.as_deref());
            judge(run, comparison, problems, rejects.count, &mut told)
        }
        Err(error) => {
            rejects.discard()?;
            refuse(run, error, &rejects, &mut told)?
        }
    };
    let entry_id = match run.mode {
        Mode::DryRun => None,
        Mode::Real => Some(commit(run, job, file, &decision, &stamp)?),
    };
    run.report.files.push(told);
    Ok(Decided { decision, entry_id })
}

/// Opens the sheet, and has the job read all of it against one snapshot of the shop.
fn compare(
    run: &Run<'_>,
    job: &mut dyn ImportJob,
    file: &Spooled,
    stamp: &Stamp,
    rejects: &mut Rejects,
    told: &mut FileReport,
) -> Result<(Comparison, Vec<Problem>)> {
    let mut sheet = job.open_sheet(&file.path, &file.shown)?;
    let snapshot = run.database.unchecked_transaction()?;
    let mut incoming =
        Incoming { sheet: &mut sheet, rejects, shop: &snapshot, stamp: stamp.clone(), problems: Vec::new() };
    let compared = job.compare(&mut incoming);
    let problems = incoming.problems;
    // Ends the snapshot; a roll-back would take the temporary tables with it.
    snapshot.commit()?;
    told.rows = sheet.rows_read();
    let comparison = compared?;
    crash::point("compared");
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
    rejected: u64,
    told: &mut FileReport,
) -> Decision {
    if let Some(problem) = comparison.held_because {
        told.outcome = FileOutcome::Held;
        let reason = problem.message.clone();
        run.report.problems.push(problem.in_file(&told.name));
        run.report.exit = run.report.exit.max(Exit::Held);
        return Decision::Held(reason);
    }
    told.applied = comparison.applied;
    told.unchanged = comparison.unchanged;
    told.unknown = comparison.unknown;
    told.unknown_columns = comparison.unknown_columns;
    run.report.counts.add_all(&comparison.counts);
    run.report.counts.add("rejected", rejected);
    for problem in problems {
        run.report.tell(problem.in_file(&told.name));
    }
    tell_unknown_columns(run, told);
    Decision::Applied
}

/// An error while reading is a refusal of this file, or else ends the run.
fn refuse(
    run: &mut Run<'_>,
    error: anyhow::Error,
    rejects: &Rejects,
    told: &mut FileReport,
) -> Result<Decision> {
    let Some(problem) = Refusal::of(&error).cloned() else { return Err(error) };
    tell_rejects(run, rejects, told, None);
    told.outcome = FileOutcome::Refused;
    let reason = problem.located_message();
    run.report.partial(problem);
    run.report.problems.push(text::refused(told.rows).in_file(&told.name));
    Ok(Decision::Refused(reason))
}

fn tell_rejects(run: &mut Run<'_>, rejects: &Rejects, told: &FileReport, kept: Option<&Path>) {
    for problem in &rejects.told {
        run.report.partial(problem.clone());
    }
    if rejects.count > BAD_ROWS_TOLD_MAX {
        run.report.partial(text::more_bad_rows(rejects.count - BAD_ROWS_TOLD_MAX).in_file(&told.name));
    }
    if let Some(path) = kept {
        run.report
            .partial(text::rejects_kept(rejects.count, &path.display().to_string()).in_file(&told.name));
    }
}

/// Each name once per run: the files of an inbox mostly have the same columns.
fn tell_unknown_columns(run: &mut Run<'_>, told: &FileReport) {
    let is_told = |name: &String| run.report.files.iter().any(|file| file.unknown_columns.contains(name));
    let new: Vec<&str> =
        told.unknown_columns.iter().filter(|name| !is_told(name)).map(String::as_str).collect();
    if new.is_empty() {
        return;
    }
    let mut names = new[..new.len().min(COLUMNS_TOLD_MAX)].join(", ");
    if new.len() > COLUMNS_TOLD_MAX {
        names.push_str(", …");
    }
    run.report.problems.push(text::unknown_columns(&names, new.len()).in_file(&told.name));
}

/// The transaction that decides: rows and ledger entry, or neither.
fn commit(
    run: &Run<'_>,
    job: &mut dyn ImportJob,
    file: &Spooled,
    decision: &Decision,
    stamp: &Stamp,
) -> Result<i64> {
    let transaction = Transaction::new_unchecked(&run.database, TransactionBehavior::Immediate)?;
    crash::point("transaction-begun");
    if *decision == Decision::Applied {
        job.apply(&transaction, stamp)?;
        crash::point("rows-written");
    }
    let id = ledger::record_file(&transaction, &file.entry, decision, stamp.now)?;
    crash::point("recorded");
    interrupt::check()?;
    crash::point("before-commit");
    run.commit(transaction)?;
    crash::point("committed");
    Ok(id)
}

/// After the decision: the copy in our archive, then the server's.
fn put_away(
    run: &mut Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    decided: &Decided,
) -> Result<Next> {
    let place = match decided.decision {
        Decision::Held(_) => return Ok(Next::Stop),
        Decision::Applied => Place::Archive,
        Decision::Refused(_) => Place::Error,
    };
    if run.mode == Mode::DryRun {
        return Ok(Next::GoOn);
    }
    set_time(&file.path, file.entry.file_time)?;
    run.work_dir.archive(&file.path, &file.entry.archived_as)?;
    crash::point("archived-locally");
    clean_up_remote(run, remote, inbox, file, place, decided.entry_id)?;
    Ok(Next::GoOn)
}

/// Where a file of the inbox goes when it is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Archive,
    Error,
}

fn clean_up_remote(
    run: &mut Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    place: Place,
    entry_id: Option<i64>,
) -> Result<()> {
    let name = &file.entry.name;
    if let Some(listed) = &file.listed
        && remote.is_replaced(&inbox.folder, listed)?
    {
        // What lies there now nobody has read yet: moved away, it would be lost.
        run.report.problems.push(text::replaced_meanwhile().in_file(&file.shown));
        return entry_id.map_or(Ok(()), |id| ledger::mark_cleaned_up(&run.database, id));
    }
    let moved = match (place, inbox.after_import) {
        (Place::Error, _) => move_into(remote, inbox, file, "error"),
        (Place::Archive, AfterImport::Archive) => move_into(remote, inbox, file, "archive"),
        (Place::Archive, AfterImport::Delete) => remote.delete(&join(&inbox.folder, name)),
    };
    crash::point("put-away");
    let cleaned = moved.and_then(|()| match &inbox.ready {
        Ready::Marker { suffix } => remote.delete(&join(&inbox.folder, &marker_name(name, suffix))),
        Ready::Stable { .. } => Ok(()),
    });
    match cleaned {
        Ok(()) => {
            crash::point("archived-remotely");
            entry_id.map_or(Ok(()), |id| ledger::mark_cleaned_up(&run.database, id))?;
            crash::point("cleaned-up");
            Ok(())
        }
        // The rows are safe and the ledger knows the file: the other files need not wait for it.
        Err(error)
            if matches!(
                error.kind,
                Kind::Refused | Kind::Forbidden | Kind::Missing | Kind::FolderMissing
            ) =>
        {
            run.report.partial(text::cannot_clean_up().because(&error.problem.message).in_file(&file.shown));
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Moves a file of the inbox to a folder beside it, under a name that is free there.
fn move_into(
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    folder: &str,
) -> Result<(), crate::remote::Error> {
    let name = &file.entry.name;
    let source = join(&inbox.folder, name);
    let folder = join(&inbox.folder, folder);
    let mut target = join(&folder, name);
    if remote.size(&target)?.is_some() {
        target = join(&folder, &unused_name(name, file));
    }
    match remote.rename(&source, &target) {
        Err(error)
            if matches!(
                error.kind,
                Kind::Refused | Kind::Forbidden | Kind::Missing | Kind::FolderMissing
            ) =>
        {
            remote.make_folder(&folder)?;
            crash::point("folder-made");
            remote.rename(&source, &target)
        }
        result => result,
    }
}

/// `stock.csv` → `stock-20261124T101500-1a2b3c4d.csv`
fn unused_name(name: &str, file: &Spooled) -> String {
    let stamp = file.entry.archived_as.split('/').nth(1).unwrap_or(&file.entry.run_id);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{stamp}.{extension}"),
        None => format!("{name}-{stamp}"),
    }
}

/// `stock.csv` and `.lock` → `stock.lock`
pub fn marker_name(name: &str, suffix: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}{suffix}")
}

/// A path on the server.
pub fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}
