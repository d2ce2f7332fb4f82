//! Our own folder on this computer.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::finding::{Found, OTHERS, mode_if_open};
use super::world::World;
use crate::kept::create_file;
use crate::problem::Failure;
use crate::shelf::{Shelf, unusable};
use crate::text::{check_settings as say, sync as say_sync};

/// The folders in which the jobs make further ones or files. Each may be a disk of its own.
pub(super) const FOLDERS: [&str; 4] = ["archive", "held", "rejects", "spool"];

/// Makes the folder where it is missing, and a file in it and in each of the folders that an earlier run has made: one
/// by hand as another user leaves some in which cron's user must not write.
pub(super) fn usable(world: &mut World<'_>) -> Result<Found> {
    let path = world.settings.work_dir.as_path();
    let work_dir = Shelf::open(path)?;
    let probe = format!(".check-{}", world.run_id);
    try_out(path, &probe)?;
    for name in FOLDERS {
        let folder = path.join(name);
        for folder in [&folder].into_iter().chain(&entries(&folder, |entry| entry.is_dir())) {
            try_out(folder, &probe)?;
        }
    }
    let is_lock = |path: &Path| path.extension().is_some_and(|extension| extension == "lock");
    for lock in entries(path, is_lock) {
        OpenOptions::new().write(true).open(&lock).map_err(|error| unusable(&lock, &error))?;
    }
    world.work_dir = Some(work_dir);
    let shown = path.display().to_string();
    let open = mode_if_open(path, OTHERS).map(|mode| say::work_folder_open(&shown, &mode));
    Ok(Found::ok(say::work_folder_fine(&shown)).with(open))
}

/// What lies in a folder of ours; nothing where it was not made yet. That it cannot be read, the probe will say.
fn entries(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| wanted(path)).collect()
}

/// Makes a file in the folder, if that is there, and takes it away again.
fn try_out(folder: &Path, probe: &str) -> Result<(), Failure> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // The work folder may be a link; those in it must not, and the jobs refuse to follow one.
        Ok(found) if found.is_symlink() && FOLDERS.iter().any(|name| folder.ends_with(name)) => {
            let problem = say_sync::work_dir_link(&folder.display().to_string());
            return Err(Failure::of(problem));
        }
        _ => {}
    }
    let path = folder.join(probe);
    let made = create_file(&path).and_then(|mut file| file.write_all(b"check-settings\n"));
    let removed = fs::remove_file(&path);
    made.and(removed).map_err(|error| unusable(folder, &error))
}
