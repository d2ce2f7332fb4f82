//! The two ends of a file's way: how it gets from the inbox, or from a person's hand, to the spool; and how the server's
//! copy is put away.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::moment::Moment;
use anyhow::{Context, Result};
use chrono::TimeDelta;

use super::super::clock;
use super::super::run::Run;
use super::intake::{Intake, Received};
use super::trouble::Trouble;
use crate::books::Decider;
use crate::books::files::{self, FileEntry};
use crate::file_time::{TimeInName, by_numbers, own_time};
use crate::interrupt;
use crate::kept::{self, Early, PACKED, create_file, find_copy};
use crate::permit::Permit;
use crate::problem::{Failure, Problem};
use crate::report::{FileOutcome, FileReport};
use crate::server::{self, ErrorKind, Remote, RemoteFile, Unreadable};
use crate::settings::{AfterImport, Inbox, Ready};
use crate::sheet::Scan;
use crate::shelf::time_of;
use crate::text::{progress, sync as text};
use crate::threads::CHUNK_BYTES;

/// How many names that cannot be used are told one by one: a listing can be a megabyte of nonsense.
const IGNORED_NAMES_TOLD_MAX: usize = 20;

/// A file of the inbox, or one given by hand, in the spool.
#[derive(Clone, Debug)]
pub(super) struct Spooled {
    /// As the reader knows it: the name on the server, or the path given by hand.
    pub(super) shown: String,
    pub(super) entry: FileEntry,
    pub(super) path: PathBuf,
    /// As it was on the server; none for one given by hand.
    pub(super) listed: Option<RemoteFile>,
    /// None where it has not been scanned on its way.
    pub(super) scan: Option<Scan>,
    /// Of what the guards have held, or would hold.
    pub(super) approval: Option<Approval>,
}

/// Somebody's leave to apply what the guards hold.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    /// The number of what is held; none where an earlier version left it in the inbox.
    pub(super) id: Option<i64>,
    pub(super) by: Decider,
    /// A hash of what it would change as they were shown it; `None`: whatever that is.
    pub(super) shown: Option<String>,
}

impl Spooled {
    /// The same one where it lies now: what was written in slices is in the archive. `None`: it is not what it was.
    pub(super) fn where_it_is(&self, run: &Run<'_>) -> Option<Self> {
        let is_there = self.path.exists().then(|| self.path.clone());
        let in_archive = || run.shelf.intact_copy(&self.entry.archived_as, self.entry.content());
        Some(Self { path: is_there.or_else(in_archive)?, ..self.clone() })
    }

    /// One that lies in the work folder already; where is still to be said.
    pub(super) fn kept(entry: FileEntry) -> Self {
        let (shown, path) = (entry.name.clone(), PathBuf::new());
        Self { shown, entry, path, listed: None, scan: None, approval: None }
    }

    /// What there is to report of it so far.
    pub(super) fn report(&self, outcome: FileOutcome) -> FileReport {
        FileReport { sha256: self.entry.sha256.clone(), ..FileReport::new(&self.shown, outcome) }
    }
}

/// A visit to a job's inbox: a session with the server, and what goes wrong with single files in it.
pub(super) struct Visit<'r, 'a> {
    pub(super) run: &'r mut Run<'a>,
    pub(super) remote: Remote<'a>,
    pub(super) inbox: Inbox,
    pub(super) trouble: Trouble,
}

impl<'r, 'a> Visit<'r, 'a> {
    pub(super) fn new(run: &'r mut Run<'a>, inbox: &Inbox) -> Self {
        let remote = run.remote();
        Self { run, remote, inbox: inbox.clone(), trouble: Trouble::default() }
    }

    fn path(&self, name: &str) -> String {
        join(&self.inbox.folder, name)
    }

    /// Where a file's marker lies, if files have one.
    fn marker(&self, name: &str) -> Option<String> {
        match &self.inbox.ready {
            Ready::Marker { suffix } => Some(self.path(&marker_name(name, suffix))),
            Ready::Stable { .. } => None,
        }
    }

    /// The complete files of the inbox with their own time, oldest first.
    pub(super) fn list_ready(&mut self) -> Result<Vec<(RemoteFile, Moment)>> {
        let (waiting, markers) = self.list()?;
        if let Ready::Stable { settle } = &self.inbox.ready
            && !waiting.is_empty()
        {
            self.run.progress.wait(&progress::settling());
            interrupt::sleep(*settle);
        }
        let times = clock::times(self.run, &self.inbox, &waiting)?;
        let mut files = Vec::new();
        for file in waiting {
            if self.is_ready(&file, &markers)? {
                let file_time = times.own_time(&file.name, file.modified);
                files.push((file, file_time));
            } else {
                leave(self.run, &file.name, text::not_ready());
            }
        }
        files.sort_by(|(a, at), (b, bt)| at.cmp(bt).then_with(|| by_numbers(&a.name, &b.name)));
        Ok(files)
    }

    /// What lies there: files, and the names of markers.
    fn list(&mut self) -> Result<(Vec<RemoteFile>, HashSet<String>)> {
        let Inbox { ready, pattern, folder, .. } = &self.inbox;
        let is_marker =
            |name: &str| matches!(ready, Ready::Marker { suffix } if name.ends_with(suffix.as_str()));
        let listing = self.remote.list(folder, &|name| is_marker(name) || pattern.matches(name))?;
        tell_ignored(self.run, &listing.ignored);
        for Unreadable { name, reply } in &listing.unreadable {
            leave(self.run, name, text::unreadable(reply));
        }
        let (markers, files): (Vec<_>, Vec<_>) =
            listing.files.into_iter().partition(|file| is_marker(&file.name));
        if let Some(permit) = self.run.permit {
            let unreadable = listing.unreadable.iter().map(|file| file.name.as_str());
            let lying = files.iter().map(|file| file.name.as_str()).chain(unreadable).collect();
            self.note_files_that_are_gone(permit, &lying)?;
        }
        Ok((files, markers.into_iter().map(|marker| marker.name).collect()))
    }

    /// A run that died after putting a file away could not note it any more. And a held file may have been taken away by a
    /// person. A marker left behind goes too: it would call the next file of that name complete while it is still growing.
    fn note_files_that_are_gone(&mut self, permit: Permit, lying: &HashSet<&str>) -> Result<()> {
        for file in files::unfinished_files(&self.run.books, self.run.report.job)? {
            let path = self.path(&file.name);
            if lying.contains(file.name.as_str()) || self.remote.size(&path)?.is_some() {
                continue;
            }
            if let Some(marker) = self.marker(&file.name) {
                match self.remote.delete(permit, &marker) {
                    Err(error) if error.concerns_session => return Err(error.into()),
                    // The next run tries again.
                    Err(_) => continue,
                    Ok(()) => {}
                }
            }
            match file.is_left_there {
                true => forget_file(self.run, permit, file.id)?,
                false => mark_cleaned_up(self.run, permit, file.id)?,
            }
        }
        Ok(())
    }

    fn is_ready(&mut self, file: &RemoteFile, markers: &HashSet<String>) -> Result<bool> {
        match &self.inbox.ready {
            Ready::Marker { suffix } => Ok(markers.contains(&marker_name(&file.name, suffix))),
            Ready::Stable { .. } => Ok(self.remote.size(&self.path(&file.name))? == Some(file.size)),
        }
    }

    pub(super) fn download(
        &mut self,
        file: &RemoteFile,
        file_time: Moment,
        spool: &Path,
    ) -> Result<Option<Spooled>> {
        let name = &file.name;
        if file.size > self.run.settings.limits.max_file_bytes {
            tell_too_large(self.run, name, file.size);
            return Ok(None);
        }
        let path = spool.join(name);
        let permit = self.run.permit;
        let begin = |local| Intake::new(local, name, self.inbox.encoding, early(permit, &path, file.size));
        let error = match self.remote.download_through(&self.inbox.folder, file, &path, begin) {
            Ok(intake) => {
                self.trouble.got_through();
                let received = intake.finish()?;
                let spooled = spooled(self.run, name.clone(), name.clone(), path, received, file_time);
                return Ok(Some(Spooled { listed: Some(file.clone()), ..spooled }));
            }
            Err(error) => error,
        };
        match error.kind {
            ErrorKind::Missing => self.run.report.tell(text::vanished().in_file(name)),
            ErrorKind::Forbidden => leave(self.run, name, *error.problem),
            ErrorKind::Changed => leave(self.run, name, text::not_ready()),
            _ => self.trouble.leave(self.run, name, error)?,
        }
        Ok(None)
    }

    /// Puts the server's copy away.
    pub(super) fn put_away(&mut self, permit: Permit, file: &Spooled, place: Place, id: i64) -> Result<()> {
        let error = match self.move_away(permit, file, place) {
            Ok(PutAway::Done(put_as)) => {
                // Where no time is told, this alone says that the same name and bytes were put there anew.
                let tells_time = file.listed.as_ref().is_none_or(|listed| listed.modified.is_some());
                let path = self.path(&file.entry.name);
                let is_gone = !tells_time && matches!(self.remote.size(&path), Ok(None));
                return mark_put_away(self.run, permit, id, put_as.as_deref(), is_gone);
            }
            Ok(PutAway::Replaced) => {
                self.run.report.tell(text::replaced_meanwhile().in_file(&file.shown));
                return mark_cleaned_up(self.run, permit, id);
            }
            Err(error) => error,
        };
        let lacks = error.kind == ErrorKind::Unsupported;
        let error = if lacks { error } else { self.trouble.bear(error)? };
        // The rows are safe and the ledger knows the file: the other files need not wait for it.
        let problem = text::cannot_clean_up().because(&error.problem.message);
        self.run.report.tell(problem.in_file(&file.shown));
        if lacks {
            self.trouble.lacks(error);
        }
        Ok(())
    }

    fn move_away(&mut self, permit: Permit, file: &Spooled, place: Place) -> Result<PutAway, server::Error> {
        let name = &file.entry.name;
        if let Some(listed) = &file.listed
            && self.remote.is_replaced(&self.inbox.folder, listed)?
        {
            return Ok(PutAway::Replaced);
        }
        let put_as = match (place, self.inbox.after_import) {
            (Place::Error, _) => Some(self.move_into(permit, file, "error")?),
            (Place::Archive, AfterImport::Archive) => Some(self.move_into(permit, file, "archive")?),
            (Place::Archive, AfterImport::Delete) => {
                self.remote.delete(permit, &self.path(name))?;
                None
            }
        };
        if let Some(marker) = self.marker(name) {
            self.remote.delete(permit, &marker)?;
        }
        Ok(PutAway::Done(put_as.filter(|_| self.inbox.keep_on_server_days > 0)))
    }

    /// Moves a file of the inbox to a folder beside it, under a name that is free there; gives that.
    fn move_into(&mut self, permit: Permit, file: &Spooled, folder: &str) -> Result<String, server::Error> {
        let name = &file.entry.name;
        let (source, folder) = (self.path(name), self.path(folder));
        let mut target = join(&folder, name);
        if self.remote.size(&target)?.is_some() {
            let stamp = file.entry.archived_as.split('/').nth(1).unwrap_or(&file.entry.run_id);
            target = join(&folder, &unused_name(name, stamp));
        }
        match self.remote.rename(permit, &source, &target) {
            Err(error) if may_lack_folder(error.kind) => {
                self.remote.make_folder(permit, &folder)?;
                self.remote.rename(permit, &source, &target)
            }
            result => result,
        }?;
        Ok(target)
    }

    /// Deletes on the server what was put away there so long ago, if it is still the file that we have put there.
    pub(super) fn sweep(&mut self, permit: Permit) -> Result<()> {
        let days = TimeDelta::days(i64::from(self.inbox.keep_on_server_days));
        if days.is_zero() {
            return Ok(());
        }
        let (run, remote) = (&mut *self.run, &mut self.remote);
        for file in files::put_before(&run.books, run.report.job, run.clock.now() - days, SWEPT_MAX)? {
            interrupt::check()?;
            if remote.size(&file.put_as)? == Some(file.size)
                && let Err(error) = remote.delete(permit, &file.put_as)
            {
                if !matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden) {
                    return Err(error.into());
                }
                run.report.tell(text::cannot_sweep(&file.put_as).because(&error.problem.message));
                return Ok(());
            }
            run.books.write(permit, "swept", |books| files::let_go(books, file.id))?;
        }
        Ok(())
    }
}

fn may_lack_folder(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Missing | ErrorKind::FolderMissing)
}

/// A file that stays where it is for now, and why.
fn leave(run: &mut Run<'_>, name: &str, problem: Problem) {
    run.report.tell(problem.in_file(name));
    run.report.files.push(FileReport::new(name, FileOutcome::Waiting));
}

fn tell_ignored(run: &mut Run<'_>, names: &[String]) {
    for name in names.iter().take(IGNORED_NAMES_TOLD_MAX) {
        run.report.tell(text::ignored_name(name));
    }
    if names.len() > IGNORED_NAMES_TOLD_MAX {
        run.report.tell(text::more_ignored_names(names.len() - IGNORED_NAMES_TOLD_MAX));
    }
}

fn tell_too_large(run: &mut Run<'_>, name: &str, size: u64) {
    let mb = 1024 * 1024;
    let limit = run.settings.limits.max_file_bytes / mb;
    leave(run, name, text::file_too_large(size.div_ceil(mb), limit));
}

pub(super) fn forget_file(run: &Run<'_>, permit: Permit, id: i64) -> Result<()> {
    run.books.write(permit, "file-forgotten", |books| files::forget_file(books, id))
}

pub(super) fn copy_to_spool(
    run: &mut Run<'_>,
    given: &Path,
    inbox: &Inbox,
    spool: &Path,
) -> Result<Option<Spooled>> {
    let from = &given_file(run, given)?;
    let shown = from.display().to_string();
    let unreadable = |error: &io::Error| Failure::of(text::file_argument(&shown, &error.to_string()));
    let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(PACKED).map(str::to_owned).unwrap_or(name);
    let modified = time_of(from).map_err(|error| unreadable(&error))?;
    let mut input = kept::unpacked(from).map_err(|error| unreadable(&error))?;
    let path = spool.join(&name);
    let output = create_file(&path).with_context(|| format!("cannot create {}", path.display()))?;
    let packing = early(run.permit, &path, fs::metadata(from)?.len());
    let mut output = Intake::new(output, &shown, inbox.encoding, packing);
    // Measured while reading, not before: it can grow.
    let limit = run.settings.limits.max_file_bytes;
    kept::copy_large(&mut (&mut input).take(limit + 1), &mut output)
        .with_context(|| format!("cannot copy {shown} to {}", path.display()))?;
    let received = output.finish()?;
    if received.size > limit {
        tell_too_large(run, &shown, received.size.max(fs::metadata(from)?.len()));
        fs::remove_file(&path)?;
        return Ok(None);
    }
    let file_time = match known_time(run, from, &name, &received.sha256)? {
        Some(known) => known,
        None if inbox.time_in_name == TimeInName::Never => modified.min(run.clock.now()),
        None => own_time(&name, Some(modified), run.clock.now()),
    };
    Ok(Some(spooled(run, shown, name, path, received, file_time)))
}

/// A dry run keeps nothing, and a small file is packed when it is kept.
fn early(permit: Option<Permit>, path: &Path, size: u64) -> Option<Early> {
    let is_large = size > CHUNK_BYTES as u64;
    permit.filter(|_| is_large).and_then(|_| Early::begin(path))
}

/// The file that a person means: the one at this path, or, where there is none and only a name was given, the newest
/// copy of that name in the archive.
fn given_file(run: &Run<'_>, given: &Path) -> Result<PathBuf> {
    let is_name = given.components().count() == 1 && given.file_name().is_some();
    let copy = match given.exists() || !is_name {
        true => None,
        false => run.shelf.newest_copy(run.report.job, given)?,
    };
    let found = copy.or_else(|| find_copy(given).ok().flatten());
    Ok(found.unwrap_or_else(|| given.to_owned()))
}

/// The time that a file given by hand had before: one that was taken before, under whatever name, or the corrected rows
/// of one. However late a person corrects or copies them, their figures are as old as the file that they came from.
fn known_time(run: &Run<'_>, from: &Path, name: &str, sha256: &str) -> Result<Option<Moment>> {
    if let Some(known) = files::time_of_content(&run.books, run.report.job, name, sha256)? {
        return Ok(Some(known));
    }
    match run.shelf.run_of_rejects(from) {
        Some(run_id) => files::file_time(&run.books, &run_id, name),
        None => Ok(None),
    }
}

fn spooled(
    run: &Run<'_>,
    shown: String,
    name: String,
    path: PathBuf,
    received: Received,
    file_time: Moment,
) -> Spooled {
    let Received { size, sha256, scan } = received;
    let entry = entry(run, name, sha256, size, file_time);
    Spooled { shown, path, scan: Some(scan), ..Spooled::kept(entry) }
}

/// As the ledger knows what this run has taken.
pub(super) fn entry(run: &Run<'_>, name: String, sha256: String, size: u64, file_time: Moment) -> FileEntry {
    let taken_at = run.clock.now().stamp();
    let archived_as = format!("{}/{taken_at}-{}/{name}", run.report.job, &sha256[..8]);
    let run_id = run.report.run_id.clone();
    FileEntry { job: run.report.job, run_id, name, sha256, size, file_time, archived_as }
}

/// Where a file of the inbox goes when it is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Archive,
    Error,
}

pub(super) fn mark_cleaned_up(run: &Run<'_>, permit: Permit, id: i64) -> Result<()> {
    mark_put_away(run, permit, id, None, false)
}

fn mark_put_away(run: &Run<'_>, permit: Permit, id: i64, put_as: Option<&str>, is_gone: bool) -> Result<()> {
    run.books.write(permit, "cleaned-up", |books| files::mark_cleaned_up(books, id, put_as, is_gone))
}

/// How a file was put away.
enum PutAway {
    /// Under this name, if it lies on the server still.
    Done(Option<String>),
    /// What lies there now nobody has read yet: moved away, it would be lost.
    Replaced,
}

/// So many files are deleted by one run: a server that is slow to delete keeps no file waiting.
const SWEPT_MAX: usize = 50;

/// How long a file's name can be on nearly every file system.
const NAME_BYTES_MAX: usize = 255;

/// `stock.csv` → `stock-20261124T101500-1a2b3c4d.csv`; a long name loses letters before the stamp.
fn unused_name(name: &str, stamp: &str) -> String {
    let (stem, ending) = name.rfind('.').map_or((name, ""), |dot| name.split_at(dot));
    let room = NAME_BYTES_MAX.saturating_sub(stamp.len() + ending.len() + 1);
    let cut = stem.char_indices().map(|(at, letter)| at + letter.len_utf8()).take_while(|end| *end <= room);
    format!("{}-{stamp}{ending}", &stem[..cut.last().unwrap_or(0)])
}

/// `stock.csv` and `.lock` → `stock.lock`
pub fn marker_name(name: &str, suffix: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}{suffix}")
}

pub fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}
