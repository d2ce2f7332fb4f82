//! The work folder: what lies where in it, for nobody's eyes but the user's (0700, files 0600).
//!
//! ```text
//! spool/<job>.<env>/               downloads in progress; files of orders that have not arrived yet
//! archive/<job>/…/                 a copy of every file that was taken
//! held/<job>/…/                    files that the guards keep until somebody has decided
//! archive/export-orders.<env>/…/   a copy of every file that was sent
//! rejects/<run>/                   rows that were rejected, to be corrected and fed back
//! export-orders.<env>.last         the last file of orders that may have reached TEMPOSTAR
//! <job>.<env>.lock
//! ```
//!
//! A symbolic link among them is an error, and not followed: it would lead customers' data, or what is deleted, out of
//! the folder. The work folder itself may be one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::crash;
use crate::hashing::Content;
use crate::job::Job;
use crate::kept::{create_file, find_copy, forget_early, is_intact, keep, keep_as_it_is, remove_copy};
use crate::lock::Lock;
use crate::moment::Moment;
use crate::owner;
use crate::permit::Permit;
use crate::problem::Failure;
use crate::text::sync as text;

/// The folder of what the guards keep.
const HELD: &str = "held";

/// What the name ends in of what stays of an old copy of a file of orders, behind the name of the file.
pub(crate) const ESSENCE: &str = ".sent";

/// Where a run keeps its files.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
}

impl Shelf {
    /// Takes this folder, and makes it where it is missing.
    pub fn open(root: &Path) -> Result<Self> {
        private_folders().recursive(true).create(root).map_err(|error| unusable(root, &error))?;
        Ok(Self::at(root))
    }

    /// This folder, only to tell where things lie in it.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder for the files in progress of somebody of this name.
    pub fn spool(&self, name: &str) -> Result<PathBuf> {
        self.make_folder(&Path::new("spool").join(name))
    }

    /// The same for somebody who leaves nothing behind.
    pub(crate) fn passing_spool(&self, name: &str) -> Result<PassingSpool> {
        self.spool(name).map(PassingSpool)
    }

    /// Writes a small file of the folder that a power cut leaves as it was or as it is now.
    pub fn keep(&self, _: Permit, name: &str, content: &[u8]) -> Result<()> {
        let (place, new) = (self.place(name), self.place(&format!("{name}.new")));
        let write = || -> io::Result<()> {
            let mut file = create_file(&new)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&new, &place)?;
            File::open(place.parent().unwrap_or(&self.root))?.sync_all()
        };
        write().with_context(|| format!("cannot write {}", place.display()))?;
        crash::point("kept");
        Ok(())
    }

    /// Where something of this name lies, at the top of the folder.
    pub fn place(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The path by which a copy named in the ledger is known: [`kept`](crate::kept) reads it.
    pub fn archived(&self, archived_as: &str) -> PathBuf {
        self.root.join("archive").join(archived_as)
    }

    /// Where a copy named in the ledger really lies, packed or not; `None`: nowhere.
    pub(crate) fn copy(&self, archived_as: &str) -> Option<PathBuf> {
        find_copy(&self.archived(archived_as)).ok().flatten()
    }

    /// The newest copy of a file of this name that a job has taken; the folders between have the time as their names.
    pub fn newest_copy(&self, job: Job, name: &Path) -> Result<Option<PathBuf>> {
        let folder = self.archived(job.as_str());
        if !folder.exists() {
            return Ok(None);
        }
        let mut newest = None;
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let copy = entry?.path().join(name);
            newest = newest.max(find_copy(&copy).ok().flatten());
        }
        Ok(newest)
    }

    /// Moves a file of the spool to its place in the archive. Afterwards it is on the disk; a copy that lies there
    /// already and is whole stays.
    ///
    /// # Errors
    /// When the file cannot be moved; it stays in the spool then.
    pub(crate) fn archive(
        &self,
        _: Permit,
        spooled: &Path,
        archived_as: &str,
        content: Content<'_>,
    ) -> Result<()> {
        let place = Path::new("archive").join(archived_as);
        let (target, folder) = (self.root.join(&place), place.parent().unwrap_or(&place));
        self.make_folder(folder)?;
        let moved = match is_intact(&target, content).unwrap_or(false) {
            true => forget_early(spooled).and_then(|()| fs::remove_file(spooled)),
            // Whatever lies there is damaged.
            false => remove_copy(&target).and_then(|()| keep(spooled, &target)),
        };
        moved
            .and_then(|()| self.flush_folders(folder))
            .with_context(|| format!("cannot move {} to {}", spooled.display(), target.display()))?;
        crash::point("archived");
        Ok(())
    }

    /// Where an archived copy lies, if it is what was put there; `None`: it is missing or damaged.
    pub(crate) fn intact_copy(&self, archived_as: &str, content: Content<'_>) -> Option<PathBuf> {
        intact(self.archived(archived_as), content)
    }

    /// Flushes the entries of a folder of ours, and of those above it: it may be new.
    fn flush_folders(&self, below: &Path) -> io::Result<()> {
        below.ancestors().try_for_each(|folder| File::open(self.root.join(folder))?.sync_all())
    }

    /// Moves a file of the spool to those that are held; afterwards it is on the disk.
    pub(crate) fn hold(&self, _: Permit, spooled: &Path, archived_as: &str) -> Result<()> {
        let place = Path::new(HELD).join(archived_as);
        let folder = place.parent().unwrap_or(&place);
        self.make_folder(folder)?;
        forget_early(spooled)
            .and_then(|()| keep_as_it_is(spooled, &self.root.join(&place)))
            .and_then(|()| self.flush_folders(folder))
            .with_context(|| format!("cannot keep {} in {}", spooled.display(), folder.display()))?;
        crash::point("held");
        Ok(())
    }

    /// Where a file lies that is held; a run that died may have moved it on to the archive already.
    pub(crate) fn held(&self, archived_as: &str) -> PathBuf {
        let place = self.root.join(HELD).join(archived_as);
        // What cannot be seen may be there.
        if place.try_exists().unwrap_or(true) { place } else { self.archived(archived_as) }
    }

    /// Moves a file that was held to the archive.
    pub(crate) fn release(&self, permit: Permit, archived_as: &str, content: Content<'_>) -> Result<()> {
        let place = self.root.join(HELD).join(archived_as);
        if place.exists() {
            self.archive(permit, &place, archived_as, content)?;
            let _ = place.parent().map(fs::remove_dir);
        }
        Ok(())
    }

    /// Removes a copy from the archive, and its folder if that is empty then.
    pub fn forget_copy(&self, _: Permit, archived_as: &str) -> Result<()> {
        let path = self.archived(archived_as);
        if let Some(folder) = Path::new(archived_as).parent() {
            self.check_no_link(&Path::new("archive").join(folder))?;
        }
        remove_copy(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        let _ = path.parent().map(fs::remove_dir);
        Ok(())
    }

    /// Removes the rejected rows of runs that began before this moment; a run's folder has its time as its name.
    pub fn forget_rejects(&self, _: Permit, before: Moment) -> Result<()> {
        let folder = self.root.join("rejects");
        if !folder.exists() {
            return Ok(());
        }
        self.check_no_link(Path::new("rejects"))?;
        let before = before.stamp();
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            // What a person laid beside the runs' folders is the person's.
            let is_of_a_run = entry.file_type()?.is_dir() && is_run_id(&entry.file_name().to_string_lossy());
            if is_of_a_run && entry.file_name().to_string_lossy().as_ref() < before.as_str() {
                fs::remove_dir_all(entry.path())
                    .with_context(|| format!("cannot remove {}", entry.path().display()))?;
            }
        }
        Ok(())
    }

    /// Where the rejected rows of a file go; the folder is not made yet.
    pub fn rejects(&self, run_id: &str, name: &str) -> PathBuf {
        self.root.join("rejects").join(run_id).join(name)
    }

    /// Makes the folder in which [`Shelf::rejects`] lie.
    pub fn make_rejects_folder(&self, _: Permit, run_id: &str) -> Result<()> {
        self.make_folder(&Path::new("rejects").join(run_id)).map(drop)
    }

    /// Sees to it that a file of rejected rows is on the disk.
    pub(crate) fn flush_rejects(&self, run_id: &str, path: &Path) -> Result<()> {
        File::open(path)
            .and_then(|file| file.sync_all())
            .and_then(|()| self.flush_folders(&Path::new("rejects").join(run_id)))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// The run whose rejected rows this file holds, if it lies where they are kept.
    pub fn run_of_rejects(&self, path: &Path) -> Option<String> {
        let folder = fs::canonicalize(path).ok()?.parent()?.to_owned();
        let rejects = fs::canonicalize(self.root.join("rejects")).ok()?;
        (folder.parent()? == rejects)
            .then(|| folder.file_name().map(|name| name.to_string_lossy().into_owned()))?
    }

    /// Takes the lock of a job. `None`: another run holds it.
    pub fn lock(&self, job: &str, environment: &str) -> Result<Option<Lock>> {
        let name = format!("{job}.{environment}.lock");
        let path = self.root.join(&name);
        self.check_no_link(Path::new(&name))?;
        let mut options = OpenOptions::new();
        let opened = options.create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = opened.map_err(|error| unusable(&path, &error))?;
        Lock::take(file).with_context(|| format!("cannot lock {}", path.display()))
    }

    /// Makes a folder of ours and those between, for this user's eyes only; gives its path.
    fn make_folder(&self, below: &Path) -> Result<PathBuf> {
        self.check_no_link(below)?;
        let path = self.root.join(below);
        private_folders().recursive(true).create(&path).map_err(|error| unusable(&path, &error))?;
        Ok(path)
    }

    /// Nothing on the way to this place, which need not exist, is a symbolic link.
    fn check_no_link(&self, below: &Path) -> Result<(), Failure> {
        let mut path = self.root.clone();
        for part in below {
            path.push(part);
            if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
                return Err(Failure::of(text::work_dir_link(&path.display().to_string())));
            }
        }
        Ok(())
    }
}

/// A folder of the spool that goes away with whoever had it: a dry run leaves nothing.
#[derive(Debug)]
pub(crate) struct PassingSpool(PathBuf);

impl PassingSpool {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PassingSpool {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            text::cannot_remove(&self.0.display().to_string(), &error.to_string()).warn();
        }
    }
}

pub(crate) fn unusable(path: &Path, error: &io::Error) -> Failure {
    let problem = text::work_dir_unusable(&path.display().to_string(), &error.to_string());
    Failure::of(owner::or_denied(problem, path, error))
}

fn intact(path: PathBuf, content: Content<'_>) -> Option<PathBuf> {
    let is_intact = is_intact(&path, content).unwrap_or_else(|error| {
        text::cannot_read_copy(&path.display().to_string(), &error.to_string()).warn();
        false
    });
    is_intact.then_some(path)
}

/// Whether a folder's name is that of a run: `20261124T101500-1a2b3c`.
fn is_run_id(name: &str) -> bool {
    let time = name.split_once('-').map_or("", |(time, _)| time);
    Moment::of_stamp(time).is_some()
}

fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Gives a file its own time, so that it keeps it when it is fed back by hand.
pub(crate) fn set_time(path: &Path, time: Moment) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.set_modified(time.to_system())
}

/// A file's own time as the file system knows it, Japan time; of a packed copy, that of what is in it.
pub(crate) fn time_of(path: &Path) -> io::Result<Moment> {
    let place = find_copy(path)?.unwrap_or_else(|| path.to_owned());
    Ok(Moment::of_system(fs::metadata(place)?.modified()?))
}
