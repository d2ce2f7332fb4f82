//! Rows that the guards hold while the others of their file are applied: they become a file of their own, which is held as
//! any other.

use anyhow::Result;

use super::inbox::{self, Spooled};
use super::job::{HELD_ROWS, HeldRows, ImportJob, Progress};
use super::rejects::Rejects;
use crate::books::files::FileEntry;
use crate::books::held;
use crate::kept::hash_copy;
use crate::problem::Problem;
use crate::report::{FileOutcome, FileReport};
use crate::settings::Inbox;
use crate::sheet::{RejectsWriter, Sheet};
use crate::shelf::set_time;
use crate::sync::run::Run;
use crate::text::held as text;

/// The rows of a file that are held, as a file of their own in the work folder's `held`.
pub(super) struct Aside {
    /// None in a dry run, and where an interrupted run has held rows of the file: those are all.
    pub(super) entry: Option<FileEntry>,
    pub(super) verdicts: Vec<Problem>,
    pub(super) shown: String,
}

/// Copies the rows that are held to a file of their own, which has the lines where they stood, and counts them. A dry run
/// only counts.
pub(super) fn lay_aside(
    run: &Run<'_>,
    job: &dyn ImportJob,
    file: &Spooled,
    progress: Progress,
    (held, rejects): (HeldRows, &Rejects),
    told: &mut FileReport,
) -> Result<Aside> {
    let HeldRows { verdicts, column, shown } = held;
    let are_held = progress == Progress::Begun && held::rows_of(&run.books, &file.entry)?.is_some();
    let permit = run.permit.filter(|_| !are_held);
    let spool = permit.map(|_| run.spool()).transpose()?;
    let path = spool.map(|spool| spool.join(format!("{}.held", file.entry.name)));
    let writer = path.clone().map(|path| RejectsWriter::new(path, run.settings.language));
    let count = copy_rows(run, job, file, (column, rejects), verdicts.first(), writer)?;
    // Of a product whose rows disagree, some can say what the shop has already.
    let same = count.saturating_sub(told.applied);
    told.applied -= count - same;
    told.unchanged = told.unchanged.saturating_sub(same);
    told.held = count;
    told.counts.add("held", count);
    if told.applied + told.unchanged + told.rejected == 0 {
        told.outcome = FileOutcome::Held;
    }
    let entry = match permit.zip(path) {
        None => None,
        Some((permit, path)) => {
            let (sha256, size) = hash_copy(&path)?;
            let FileEntry { name, file_time, .. } = &file.entry;
            let entry = inbox::entry(run, name.clone(), sha256, size, *file_time);
            set_time(&path, *file_time)?;
            run.shelf.hold(permit, &path, &entry.archived_as)?;
            Some(entry)
        }
    };
    Ok(Aside { entry, verdicts, shown })
}

/// Gives their number.
fn copy_rows(
    run: &Run<'_>,
    job: &dyn ImportJob,
    file: &Spooled,
    (column, rejects): (&str, &Rejects),
    reason: Option<&Problem>,
    mut writer: Option<RejectsWriter>,
) -> Result<u64> {
    let Inbox { encoding, naming, .. } = job.inbox();
    let mut sheet = Sheet::open_named(&file.path, &file.shown, *encoding, naming)?;
    let column = sheet.header().required(column)?;
    let mut is_held = run.books.prepare(&format!("SELECT 1 FROM temp.{HELD_ROWS} WHERE code = ?1"))?;
    let mut count = 0;
    while let Some(row) = sheet.next_row()? {
        let Ok(code) = row.code(column) else { continue };
        if !is_held.exists([&code])? || rejects.has(row.line()) {
            continue;
        }
        count += 1;
        if let Some((writer, reason)) = writer.as_mut().zip(reason) {
            writer.reject(&row, &row.problem(reason.clone()))?;
        }
    }
    writer.map(RejectsWriter::finish).transpose()?;
    Ok(count)
}

/// Tells of the rows that are held.
pub(super) fn tell_aside(run: &mut Run<'_>, file: &Spooled, aside: Option<&Aside>) -> Result<()> {
    let Some(Aside { verdicts, .. }) = aside else { return Ok(()) };
    let id = held::rows_of(&run.books, &file.entry)?;
    tell(run, file, verdicts, id);
    Ok(())
}

/// Tells why something is held, and how to decide about it.
pub(super) fn tell(run: &mut Run<'_>, file: &Spooled, verdicts: &[Problem], id: Option<i64>) {
    for verdict in verdicts {
        let hint =
            id.map_or_else(|| verdict.hint.clone(), |id| verdict.hint.clone().followed_by(&text::how(id)));
        run.report.tell(Problem { hint, ..verdict.clone() }.in_file(&file.shown));
    }
}
