//! The rows of a file that are wrong in themselves.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::moment::Moment;
use anyhow::Result;

use super::super::run::Run;
use crate::permit::Permit;
use crate::problem::Problem;
use crate::report::FileReport;
use crate::sheet::{RejectsWriter, Row, RowProblem};
use crate::shelf::{Shelf, set_time};
use crate::text::sync as text;

/// How many rejected rows of a file are told one by one; all of them are in the rejects file.
const BAD_ROWS_TOLD_MAX: u64 = 100;

/// The rows of a file that are wrong in themselves: told, counted, and kept for correction.
pub struct Rejects {
    pub(super) count: u64,
    /// On which they stand, in their order.
    lines: Vec<u64>,
    pub(super) told: Vec<Problem>,
    /// Lines that the shop itself refuses: the code, and why.
    pub(super) refused: HashMap<u64, (String, String)>,
    pub(super) shelf: Shelf,
    pub(super) run_id: String,
    pub(super) path: PathBuf,
    /// None in a dry run.
    pub(super) writer: Option<(Permit, RejectsWriter)>,
}

impl Rejects {
    pub(super) fn new(run: &Run<'_>, name: &str) -> Result<Self> {
        let path = run.shelf.rejects(&run.report.run_id, name);
        let writer =
            run.permit.map(|permit| (permit, RejectsWriter::new(path.clone(), run.settings.language)));
        let (shelf, run_id) = (run.shelf.clone(), run.report.run_id.clone());
        Ok(Self {
            count: 0,
            lines: Vec::new(),
            told: Vec::new(),
            refused: HashMap::new(),
            shelf,
            run_id,
            path,
            writer,
        })
    }

    pub fn add(&mut self, row: &Row<'_>, problem: RowProblem) -> Result<()> {
        if let Some((permit, writer)) = &mut self.writer {
            if self.count == 0 {
                self.shelf.make_rejects_folder(*permit, &self.run_id)?;
            }
            writer.reject(row, &problem)?;
        }
        self.count += 1;
        self.lines.push(row.line());
        if self.count <= BAD_ROWS_TOLD_MAX {
            self.told.push(problem.into());
        }
        Ok(())
    }

    /// Why the shop refuses this row, if it does.
    pub(crate) fn refused(&self, row: &Row<'_>) -> Option<RowProblem> {
        let (code, reason) = self.refused.get(&row.line())?;
        Some(row.problem(text::refused_by_shop(code, reason)))
    }

    pub(super) fn has(&self, line: u64) -> bool {
        self.lines.binary_search(&line).is_ok()
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Ends the file of rejected rows, as old as the file that they came from. Gives its path if there are any.
    pub(super) fn keep(&mut self, file_time: Moment) -> Result<Option<PathBuf>> {
        let Some(path) = self.finish()? else { return Ok(None) };
        set_time(&path, file_time)?;
        self.shelf.flush_rejects(&self.run_id, &path)?;
        Ok(Some(path))
    }

    fn finish(&mut self) -> Result<Option<PathBuf>> {
        Ok(self.writer.take().map(|(_, writer)| writer.finish()).transpose()?.flatten())
    }

    /// The rejected rows of a refused file are not kept: whoever fed them back would forget the others.
    pub(super) fn discard(&mut self) -> Result<()> {
        if let Some(path) = self.finish()? {
            fs::remove_file(&path)?;
            let _ = self.path.parent().map(fs::remove_dir);
        }
        Ok(())
    }
}

pub(super) fn tell_rejects(run: &mut Run<'_>, rejects: &Rejects, told: &FileReport, kept: Option<&Path>) {
    for problem in &rejects.told {
        run.report.tell(problem.clone());
    }
    if rejects.count > BAD_ROWS_TOLD_MAX {
        run.report.tell(text::more_bad_rows(rejects.count - BAD_ROWS_TOLD_MAX).in_file(&told.name));
    }
    if let Some(path) = kept {
        run.report.tell(text::rejects_kept(rejects.count, &path.display().to_string()).in_file(&told.name));
    }
}
