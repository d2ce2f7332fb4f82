//! Problems that cannot be kept in the ledger, because there is no database to be used: a small file in the work folder
//! keeps them, so that they are not mailed by each run. The next run that can use its database takes them up.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::books::cases::Case;
use crate::hashing::sha256_hex;
use crate::job::Job;
use crate::kept::{create_file, remove_if_there};
use crate::owner::User;
use crate::settings::Settings;
use crate::shelf::Shelf;

/// Where memory is a folder: a disk that is full does not keep anybody from being told of that.
const IN_MEMORY: &str = "/dev/shm";

#[derive(Clone, Debug)]
pub(crate) struct Aside {
    place: PathBuf,
    /// Where it is kept as long as there is no room in the work folder.
    spare: PathBuf,
}

impl Aside {
    /// The file of this job and environment; it need not be there.
    pub(crate) fn of(settings: &Settings, work_dir: &Shelf, job: Job) -> Self {
        let name = format!("{job}.{}.problems", settings.environment.as_str());
        let folder = sha256_hex(settings.work_dir.as_os_str().as_encoded_bytes());
        let spare = format!("tempostar-{}-{name}", &folder[..16]);
        Self { place: work_dir.place(&name), spare: Path::new(IN_MEMORY).join(spare) }
    }

    /// What it keeps; mostly nothing.
    ///
    /// # Errors
    /// The system's. A file that makes no sense counts as empty.
    pub(crate) fn cases(&self) -> Result<Vec<Case>> {
        // Anybody can lay something down in memory.
        let is_ours = fs::symlink_metadata(&self.spare)
            .is_ok_and(|found| found.is_file() && found.uid() == User::ours().id);
        let place = if is_ours { &self.spare } else { &self.place };
        match fs::read(place) {
            Ok(content) => Ok(serde_json::from_slice(&content).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", place.display())),
        }
    }

    pub(crate) fn keep(&self, cases: &[Case]) -> Result<()> {
        let content = serde_json::to_vec(cases)?;
        let kept = match write(&self.place, &content) {
            Err(error) if error.kind() == ErrorKind::StorageFull => write(&self.spare, &content),
            kept => kept.inspect(|()| drop(fs::remove_file(&self.spare))),
        };
        kept.with_context(|| format!("cannot write {}", self.place.display()))
    }

    pub(crate) fn clear(&self) -> Result<()> {
        // What is somebody else's is not ours to take away.
        let _ = fs::remove_file(&self.spare);
        remove_if_there(&self.place).with_context(|| format!("cannot remove {}", self.place.display()))
    }
}

fn write(place: &Path, content: &[u8]) -> io::Result<()> {
    let beside = place.with_extension("problems.new");
    let written = create_file(&beside).and_then(|mut file| file.write_all(content));
    written.and_then(|()| fs::rename(&beside, place)).inspect_err(|_| drop(fs::remove_file(&beside)))
}
