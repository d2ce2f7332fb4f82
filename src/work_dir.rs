//! The work folder: what lies where in it, for nobody's eyes but the user's (0700, files 0600).
//!
//! ```text
//! spool/<job>/          downloads in progress; files of orders that have not arrived yet
//! archive/<job>/…/      a copy of every file that was taken or sent
//! rejects/<run>/        rows that were rejected, to be corrected and fed back
//! <job>.<environment>.lock
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use chrono::NaiveDateTime;

use crate::clock::JAPAN_AHEAD_H;
use crate::report::{Exit, Failure};
use crate::text::sync as text;

/// How the names of runs, and of their folders, begin.
pub const RUN_ID_TIME: &str = "%Y%m%dT%H%M%S";

/// Where a run keeps its files.
#[derive(Clone, Debug)]
pub struct WorkDir {
    root: PathBuf,
}

impl WorkDir {
    /// Takes this folder, and makes it where it is missing.
    ///
    /// # Errors
    /// `Failure` with `Exit::Settings` when it cannot be made or written to.
    pub fn open(root: &Path) -> Result<Self> {
        make_folder(root).map_err(|error| {
            let problem = text::work_dir_unusable(&root.display().to_string(), &error.to_string());
            Failure::new(Exit::Settings, problem)
        })?;
        Ok(Self::at(root))
    }

    /// This folder, only to tell where things lie in it.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder for a job's files in progress.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn spool(&self, job: &str) -> Result<PathBuf> {
        self.folder(&["spool", job])
    }

    /// Where a copy named in the ledger lies.
    pub fn archived(&self, archived_as: &str) -> PathBuf {
        self.root.join("archive").join(archived_as)
    }

    /// Moves a file of the spool to its place in the archive; a copy that lies there already stays.
    ///
    /// # Errors
    /// When the file cannot be moved; it stays in the spool then.
    pub fn archive(&self, spooled: &Path, archived_as: &str) -> Result<()> {
        let target = self.archived(archived_as);
        if target.exists() {
            return fs::remove_file(spooled).with_context(|| format!("cannot remove {}", spooled.display()));
        }
        if let Some(folder) = target.parent() {
            make_folder(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::rename(spooled, &target)
            .with_context(|| format!("cannot move {} to {}", spooled.display(), target.display()))
    }

    /// Removes a copy from the archive, and its folder if that is empty then.
    ///
    /// # Errors
    /// The system's, but for a copy that is gone already.
    pub fn forget_copy(&self, archived_as: &str) -> Result<()> {
        let path = self.archived(archived_as);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => {}
        }
        let _ = path.parent().map(fs::remove_dir);
        Ok(())
    }

    /// Removes the rejected rows of runs that began before this moment; a run's folder has its time as its name.
    ///
    /// # Errors
    /// The system's.
    pub fn forget_rejects(&self, before: NaiveDateTime) -> Result<()> {
        let folder = self.root.join("rejects");
        if !folder.exists() {
            return Ok(());
        }
        let before = before.format(RUN_ID_TIME).to_string();
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().as_ref() < before.as_str() {
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

    /// The run whose rejected rows this file holds, if it lies where they are kept.
    pub fn run_of_rejects(&self, path: &Path) -> Option<String> {
        let folder = fs::canonicalize(path).ok()?.parent()?.to_owned();
        let rejects = fs::canonicalize(self.root.join("rejects")).ok()?;
        (folder.parent()? == rejects)
            .then(|| folder.file_name().map(|name| name.to_string_lossy().into_owned()))?
    }

    /// Takes the lock of a job, as long as the file lives. The kernel releases it, even after a crash.
    /// `None`: another run holds it.
    ///
    /// # Errors
    /// When the lock file cannot be opened.
    pub fn lock(&self, job: &str, environment: &str) -> Result<Option<File>> {
        let path = self.root.join(format!("{job}.{environment}.lock"));
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(
                |error| {
                    let problem = text::work_dir_unusable(&path.display().to_string(), &error.to_string());
                    Failure::new(Exit::Settings, problem)
                },
            )?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    fn folder(&self, parts: &[&str]) -> Result<PathBuf> {
        let path = parts.iter().fold(self.root.clone(), |path, part| path.join(part));
        make_folder(&path).map_err(|error| {
            let problem = text::work_dir_unusable(&path.display().to_string(), &error.to_string());
            Failure::new(Exit::Settings, problem)
        })?;
        Ok(path)
    }
}

/// Makes a folder and those above it, for this user's eyes only.
///
/// # Errors
/// The system's.
pub fn make_folder(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a file for this user's eyes only; one that was there before is replaced, never followed.
///
/// # Errors
/// The system's.
pub fn create_file(path: &Path) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).read(true).create_new(true).mode(0o600).open(path)
}

/// Gives a file its own time, so that it keeps it when it is fed back by hand.
///
/// # Errors
/// The system's.
pub fn set_time(path: &Path, japan_time: NaiveDateTime) -> std::io::Result<()> {
    let seconds = japan_time.and_utc().timestamp() - JAPAN_AHEAD_H * 3600;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    OpenOptions::new().write(true).open(path)?.set_modified(time)
}

/// A file's own time as the file system knows it, Japan time.
///
/// # Errors
/// The system's.
pub fn time_of(path: &Path) -> std::io::Result<NaiveDateTime> {
    let modified = fs::metadata(path)?.modified()?;
    Ok(crate::clock::japan_time(chrono::DateTime::<chrono::Utc>::from(modified).naive_utc()))
}
