//! What goes wrong with single files while the others are taken. Only what concerns the session ends a run.

use anyhow::Result;

use crate::report::{FileOutcome, FileReport};
use crate::server::{Error, ErrorKind};
use crate::sync::run::Run;

/// So many time-outs and broken connections in a row are no matter of single files any more.
const IN_A_ROW_MAX: usize = 3;

/// The files that this run leaves behind, and why.
#[derive(Default)]
pub(super) struct Trouble {
    left: Vec<(String, Error)>,
    in_a_row: usize,
    has_file_got_through: bool,
    /// What the server lacks to put files away.
    lacking: Option<Error>,
}

impl Trouble {
    /// A file has been fetched.
    pub(super) fn got_through(&mut self) {
        (self.has_file_got_through, self.in_a_row) = (true, 0);
    }

    /// Whether the other files may go on after this; the error otherwise.
    pub(super) fn bear(&mut self, error: Error) -> Result<Error> {
        let is_network = matches!(error.kind, ErrorKind::Timeout | ErrorKind::Lost);
        self.in_a_row = if is_network { self.in_a_row + 1 } else { 0 };
        if error.concerns_session || self.in_a_row == IN_A_ROW_MAX { Err(error.into()) } else { Ok(error) }
    }

    /// This file cannot be fetched now.
    pub(super) fn leave(&mut self, run: &mut Run<'_>, name: &str, error: Error) -> Result<()> {
        let error = self.bear(error)?;
        run.report.files.push(FileReport::new(name, FileOutcome::Waiting));
        self.left.push((name.to_owned(), error));
        Ok(())
    }

    /// No file can be put away, but each can be taken.
    pub(super) fn lacks(&mut self, error: Error) {
        self.lacking.get_or_insert(error);
    }

    /// Tells of the files that were left. Where none got through, it was the server after all.
    pub(super) fn end(self, run: &mut Run<'_>, taken: Result<()>) -> Result<()> {
        let mut left = self.left;
        let is_all = taken.is_ok() && !self.has_file_got_through && !left.is_empty();
        let first = is_all.then(|| left.remove(0).1);
        for (name, error) in left {
            run.report.tell((*error.problem).in_file(&name));
        }
        taken?;
        first.or(self.lacking).map_or(Ok(()), |error| Err(error.into()))
    }
}
