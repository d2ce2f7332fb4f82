//! The two ends of a file's way: how it gets from the inbox, or from a person's hand, to the spool; and how the server's
//! copy is put away.

use std::collections::HashSet;
use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::moment::Moment;
use anyhow::{Context, Result};
use chrono::TimeDelta;

use super::super::clock;
use super::super::run::Run;
use super::approval::Approval;
use super::intake::{Intake, Received};
use super::trouble::Trouble;
use crate::books::files::{self, FileEntry};
use crate::file_time::{TimeInName, by_numbers, own_time};
use crate::interrupt;
use crate::kept::{self, PACKED, create_file, find_copy};
use crate::permit::Permit;
use crate::problem::Failure;
use crate::report::{FileOutcome, FileReport};
use crate::server::{ErrorKind, Remote, RemoteFile, Unreadable};
use crate::settings::{AfterImport, Inbox, Ready};
use crate::sheet::Scan;
use crate::shelf::time_of;
use crate::text::{progress, sync as text};

/// How many names that cannot be used are told one by one: a listing can be a megabyte of nonsense.
const IGNORED_NAMES_TOLD_MAX: usize = 20;

/// How much of a file given by hand is copied at a time.
const COPY_BYTES: usize = 128 * 1024;

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
}

/// The complete files of the inbox with their own time, oldest first.
pub(super) fn list_ready(
    run: &mut Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
) -> Result<Vec<(RemoteFile, Moment)>> {
    let is_marker =
        |name: &str| matches!(&inbox.ready, Ready::Marker { suffix } if name.ends_with(suffix.as_str()));
    let wanted = |name: &str| is_marker(name) || inbox.pattern.matches(name);
    let listing = remote.list(&inbox.folder, &wanted)?;
    tell_ignored(run, &listing.ignored);
    for Unreadable { name, reply } in &listing.unreadable {
        run.report.tell(text::unreadable(reply).in_file(name));
        run.report.files.push(FileReport::new(name, FileOutcome::Waiting));
    }
    let markers: HashSet<String> =
        listing.files.iter().map(|file| file.name.clone()).filter(|name| is_marker(name)).collect();
    let mut waiting = listing.files;
    waiting.retain(|file| !is_marker(&file.name));
    if let Some(permit) = run.permit {
        let lying = waiting.iter().map(|file| file.name.as_str());
        let lying = lying.chain(listing.unreadable.iter().map(|file| file.name.as_str())).collect();
        note_files_that_are_gone(run, permit, remote, inbox, &lying)?;
    }
    if let Ready::Stable { settle } = &inbox.ready
        && !waiting.is_empty()
    {
        run.progress.wait(&progress::settling());
        interrupt::sleep(*settle);
    }
    let times = clock::times(run, inbox, &waiting)?;
    let mut files = Vec::new();
    for file in waiting {
        if is_ready(remote, inbox, &file, &markers)? {
            let file_time = times.own_time(&file.name, file.modified);
            files.push((file, file_time));
        } else {
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            run.report.tell(text::not_ready().in_file(&file.name));
        }
    }
    files.sort_by(|(a, a_time), (b, b_time)| a_time.cmp(b_time).then_with(|| by_numbers(&a.name, &b.name)));
    Ok(files)
}

pub(super) fn tell_ignored(run: &mut Run<'_>, names: &[String]) {
    for name in names.iter().take(IGNORED_NAMES_TOLD_MAX) {
        run.report.tell(text::ignored_name(name));
    }
    if names.len() > IGNORED_NAMES_TOLD_MAX {
        run.report.tell(text::more_ignored_names(names.len() - IGNORED_NAMES_TOLD_MAX));
    }
}

/// A run that died after putting a file away could not note it any more. And a held file may have been taken away by a
/// person. A marker left behind goes too: it would call the next file of that name complete while it is still growing.
pub(super) fn note_files_that_are_gone(
    run: &Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    lying: &HashSet<&str>,
) -> Result<()> {
    for file in files::unfinished_files(&run.books, run.report.job)? {
        if lying.contains(file.name.as_str()) || remote.size(&join(&inbox.folder, &file.name))?.is_some() {
            continue;
        }
        if let Ready::Marker { suffix } = &inbox.ready {
            match remote.delete(permit, &join(&inbox.folder, &marker_name(&file.name, suffix))) {
                Err(error) if error.concerns_session => return Err(error.into()),
                // The next run tries again.
                Err(_) => continue,
                Ok(()) => {}
            }
        }
        if file.is_left_there {
            run.books.write(permit, "file-forgotten", |books| files::forget_file(books, file.id))?;
        } else {
            mark_cleaned_up(run, permit, file.id)?;
        }
    }
    Ok(())
}

pub(super) fn is_ready(
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

pub(super) fn download(
    run: &mut Run<'_>,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &RemoteFile,
    file_time: Moment,
    spool: &Path,
    trouble: &mut Trouble,
) -> Result<Option<Spooled>> {
    let limit = run.settings.limits.max_file_bytes;
    if file.size > limit {
        tell_too_large(run, &file.name, file.size);
        return Ok(None);
    }
    let path = spool.join(&file.name);
    let begin = |local| Intake::new(local, &file.name, inbox.encoding);
    match remote.download_through(&inbox.folder, file, &path, begin) {
        Ok(intake) => {
            trouble.got_through();
            let spooled =
                spooled(run, file.name.clone(), file.name.clone(), path, intake.finish(), file_time);
            Ok(Some(Spooled { listed: Some(file.clone()), ..spooled }))
        }
        Err(error) if error.kind == ErrorKind::Missing => {
            run.report.tell(text::vanished().in_file(&file.name));
            Ok(None)
        }
        Err(error) if error.kind == ErrorKind::Forbidden => {
            run.report.tell((*error.problem).in_file(&file.name));
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            Ok(None)
        }
        Err(error) if error.kind == ErrorKind::Changed => {
            run.report.tell(text::not_ready().in_file(&file.name));
            run.report.files.push(FileReport::new(&file.name, FileOutcome::Waiting));
            Ok(None)
        }
        Err(error) => trouble.leave(run, &file.name, error).map(|()| None),
    }
}

pub(super) fn tell_too_large(run: &mut Run<'_>, name: &str, size: u64) {
    let mb = 1024 * 1024;
    let limit = run.settings.limits.max_file_bytes;
    run.report.tell(text::file_too_large(size.div_ceil(mb), limit / mb).in_file(name));
    run.report.files.push(FileReport::new(name, FileOutcome::Waiting));
}

pub(super) fn copy_to_spool(
    run: &mut Run<'_>,
    given: &Path,
    inbox: &Inbox,
    spool: &Path,
) -> Result<Option<Spooled>> {
    let (choice, in_names) = (inbox.encoding, inbox.time_in_name);
    let from = &given_file(run, given)?;
    let shown = from.display().to_string();
    let unreadable = |error: &std::io::Error| Failure::of(text::file_argument(&shown, &error.to_string()));
    let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(PACKED).map(str::to_owned).unwrap_or(name);
    let modified = time_of(from).map_err(|error| unreadable(&error))?;
    let mut input = kept::unpacked(from).map_err(|error| unreadable(&error))?;
    let path = spool.join(&name);
    let output = create_file(&path).with_context(|| format!("cannot create {}", path.display()))?;
    let mut output = Intake::new(output, &shown, choice);
    // Measured while reading, not before: it can grow.
    let limit = run.settings.limits.max_file_bytes;
    // Files are large: with its own buffer of 8 KiB, `io::copy` would spend more on calls than on bytes.
    let mut bytes = BufReader::with_capacity(COPY_BYTES, (&mut input).take(limit + 1));
    io::copy(&mut bytes, &mut output)
        .with_context(|| format!("cannot copy {shown} to {}", path.display()))?;
    let received = output.finish();
    if received.size > limit {
        tell_too_large(run, &shown, received.size.max(fs::metadata(from)?.len()));
        fs::remove_file(&path)?;
        return Ok(None);
    }
    let file_time = match known_time(run, from, &name, &received.sha256)? {
        Some(known) => known,
        None if in_names == TimeInName::Never => modified.min(run.clock.now()),
        None => own_time(&name, Some(modified), run.clock.now()),
    };
    Ok(Some(spooled(run, shown, name, path, received, file_time)))
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
pub(super) fn known_time(run: &Run<'_>, from: &Path, name: &str, sha256: &str) -> Result<Option<Moment>> {
    if let Some(known) = files::time_of_content(&run.books, run.report.job, name, sha256)? {
        return Ok(Some(known));
    }
    match run.shelf.run_of_rejects(from) {
        Some(run_id) => files::file_time(&run.books, &run_id, name),
        None => Ok(None),
    }
}

pub(super) fn spooled(
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

pub(super) fn clean_up_remote(
    run: &mut Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    file: &Spooled,
    (place, id): (Place, i64),
    trouble: &mut Trouble,
) -> Result<()> {
    let error = match move_away(remote, permit, inbox, file, place) {
        Ok(PutAway::Done(put_as)) => {
            // Where no time is told, this alone says that the same name and bytes were put there anew.
            let tells_time = file.listed.as_ref().is_none_or(|listed| listed.modified.is_some());
            let path = join(&inbox.folder, &file.entry.name);
            let is_gone = !tells_time && matches!(remote.size(&path), Ok(None));
            return mark_put_away(run, permit, id, put_as.as_deref(), is_gone);
        }
        Ok(PutAway::Replaced) => {
            run.report.tell(text::replaced_meanwhile().in_file(&file.shown));
            return mark_cleaned_up(run, permit, id);
        }
        Err(error) => error,
    };
    let error = if error.kind == ErrorKind::Unsupported { error } else { trouble.bear(error)? };
    // The rows are safe and the ledger knows the file: the other files need not wait for it.
    run.report.tell(text::cannot_clean_up().because(&error.problem.message).in_file(&file.shown));
    if error.kind == ErrorKind::Unsupported {
        trouble.lacks(error);
    }
    Ok(())
}

/// How a file was put away.
enum PutAway {
    /// Under this name, if it lies on the server still.
    Done(Option<String>),
    /// What lies there now nobody has read yet: moved away, it would be lost.
    Replaced,
}

fn move_away(
    remote: &mut Remote<'_>,
    permit: Permit,
    inbox: &Inbox,
    file: &Spooled,
    place: Place,
) -> Result<PutAway, crate::server::Error> {
    let name = &file.entry.name;
    if let Some(listed) = &file.listed
        && remote.is_replaced(&inbox.folder, listed)?
    {
        return Ok(PutAway::Replaced);
    }
    let put_as = match (place, inbox.after_import) {
        (Place::Error, _) => Some(move_into(remote, permit, inbox, file, "error")?),
        (Place::Archive, AfterImport::Archive) => Some(move_into(remote, permit, inbox, file, "archive")?),
        (Place::Archive, AfterImport::Delete) => {
            remote.delete(permit, &join(&inbox.folder, name))?;
            None
        }
    };
    if let Ready::Marker { suffix } = &inbox.ready {
        remote.delete(permit, &join(&inbox.folder, &marker_name(name, suffix)))?;
    }
    Ok(PutAway::Done(put_as.filter(|_| inbox.keep_on_server_days > 0)))
}

/// So many files are deleted by one run: a server that is slow to delete keeps no file waiting.
const SWEPT_MAX: usize = 50;

/// Deletes on the server what was put away there so long ago, if it is still the file that we have put there.
pub(super) fn sweep_server(
    run: &mut Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    inbox: &Inbox,
) -> Result<()> {
    let days = TimeDelta::days(i64::from(inbox.keep_on_server_days));
    if days.is_zero() {
        return Ok(());
    }
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

/// Moves a file of the inbox to a folder beside it, under a name that is free there; gives that.
pub(super) fn move_into(
    remote: &mut Remote<'_>,
    permit: Permit,
    inbox: &Inbox,
    file: &Spooled,
    folder: &str,
) -> Result<String, crate::server::Error> {
    let name = &file.entry.name;
    let source = join(&inbox.folder, name);
    let folder = join(&inbox.folder, folder);
    let mut target = join(&folder, name);
    if remote.size(&target)?.is_some() {
        let stamp = file.entry.archived_as.split('/').nth(1).unwrap_or(&file.entry.run_id);
        target = join(&folder, &unused_name(name, stamp));
    }
    match remote.rename(permit, &source, &target) {
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Missing | ErrorKind::FolderMissing
            ) =>
        {
            remote.make_folder(permit, &folder)?;
            remote.rename(permit, &source, &target)
        }
        result => result,
    }?;
    Ok(target)
}

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

/// A path on the server.
pub fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}
