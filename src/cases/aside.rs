//! Problems that cannot be kept in the ledger, because there is no database to be used: a small file in the work folder
//! keeps them, so that they are not mailed by each run. The next run that can use its database takes them up.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::books::cases::Case;
use crate::job::Job;
use crate::kept::{create_file, remove_if_there};
use crate::settings::Settings;
use crate::shelf::Shelf;

/// The file of a job.
#[derive(Clone, Debug)]
pub(crate) struct Aside(PathBuf);

impl Aside {
    /// The file of this job and environment; it need not be there.
    pub(crate) fn of(settings: &Settings, work_dir: &Shelf, job: Job) -> Self {
        Self(work_dir.place(&format!("{job}.{}.problems", settings.environment.as_str())))
    }

    /// What it keeps; mostly nothing.
    ///
    /// # Errors
    /// The system's. A file that makes no sense counts as empty.
    pub(crate) fn cases(&self) -> Result<Vec<Case>> {
        match fs::read(&self.0) {
            Ok(content) => Ok(serde_json::from_slice(&content).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", self.0.display())),
        }
    }

    pub(crate) fn keep(&self, cases: &[Case]) -> Result<()> {
        let while_writing = || format!("cannot write {}", self.0.display());
        let beside = self.0.with_extension("problems.new");
        let mut file = create_file(&beside).with_context(while_writing)?;
        file.write_all(&serde_json::to_vec(cases)?).with_context(while_writing)?;
        fs::rename(&beside, &self.0).with_context(while_writing)
    }

    pub(crate) fn clear(&self) -> Result<()> {
        remove_if_there(&self.0).with_context(|| format!("cannot remove {}", self.0.display()))
    }
}
