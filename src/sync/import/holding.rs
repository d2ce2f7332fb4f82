//! What the guards hold: a file is kept in the work folder and leaves the inbox like an applied one, so that it never keeps
//! the others waiting. It is applied when somebody has approved just what they were shown, and let go when somebody has
//! discarded it or later files say something newer about all that it says.

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::{Context, Result};

use super::aside::tell;
use super::inbox::{Approval, Spooled};
use super::job::{ImportJob, Progress, key_columns};
use super::judge::compare;
use super::rejects::Rejects;
use crate::books::Decider;
use crate::books::files::{self, Decision, FileEntry};
use crate::books::held::{self, Held, HeldState};
use crate::books::rows::{Ask, CODES};
use crate::kept::{find_copy, is_intact};
use crate::permit::Permit;
use crate::problem::{Failure, Problem};
use crate::report::{Changes, FileOutcome, FileReport};
use crate::settings::Inbox;
use crate::sheet::{REJECT_COLUMNS, Sheet};
use crate::shelf::set_time;
use crate::sync::run::{Approvals, Run};
use crate::text::held as text;

/// What `--force` says about a file that the run meets: whether its very content was held before the run began.
pub(super) fn with_approval(run: &Run<'_>, file: Spooled) -> Result<Spooled> {
    let Approvals::HeldNow(by) = &run.approvals else { return Ok(file) };
    let job = run.report.job;
    let is_it = |held: &&Held| held.file.sha256 == file.entry.sha256 && held.file.run_id != run.report.run_id;
    let id = held::held_of(&run.books, job)?.iter().find(is_it).map(|held| held.id);
    let is_left_there = held::is_left_in_inbox(&run.books, job, &file.entry.sha256)?;
    let is_approved = id.is_some() || is_left_there;
    let approval = is_approved.then(|| Approval { id, by: by.clone(), shown: None });
    Ok(Spooled { approval, ..file })
}

/// The file, if its bytes are those that were held.
pub(super) fn take_up(run: &Run<'_>, held: &Held) -> Result<Spooled> {
    let path = run.shelf.held(&held.file.archived_as);
    let is_intact = is_intact(&path, held.file.content());
    if !is_intact.with_context(|| format!("cannot read {}", path.display()))? {
        return Err(Failure::of(text::damaged(held.id, &path.display().to_string())).into());
    }
    let entry = FileEntry { run_id: run.report.run_id.clone(), ..held.file.clone() };
    Ok(Spooled { path, ..Spooled::kept(entry) })
}

/// Keeps a file that the guards hold, and tells why; gives its entry in the ledger. A dry run only tells.
pub(super) fn keep(
    run: &mut Run<'_>,
    permit: Option<Permit>,
    file: &Spooled,
    (verdicts, shown): &(Vec<Problem>, String),
) -> Result<Option<i64>> {
    let held_before = file.approval.as_ref().and_then(|approval| approval.id);
    let entry = match (permit, held_before) {
        (None, _) => None,
        (Some(permit), Some(id)) => {
            run.books.write(permit, "shown-noted", |books| held::note_shown(books, id, shown))?;
            None
        }
        (Some(permit), None) => Some(keep_new(run, permit, file, verdicts, shown)?),
    };
    tell(run, file, verdicts, held_before.or(entry.map(|(_, id)| id)));
    Ok(entry.map(|(entry, _)| entry))
}

/// Gives the numbers of the ledger's entry, and of what is held.
fn keep_new(
    run: &Run<'_>,
    permit: Permit,
    file: &Spooled,
    verdicts: &[Problem],
    shown: &str,
) -> Result<(i64, i64)> {
    set_time(&file.path, file.entry.file_time)?;
    run.shelf.hold(permit, &file.path, &file.entry.archived_as)?;
    let now = run.clock.now();
    let reason = verdicts.first().map(|verdict| verdict.message.clone()).unwrap_or_default();
    run.books.write(permit, "committed", |books| {
        let entry = files::record_file(books, &file.entry, &Decision::Held(reason), now)?;
        Ok((entry, held::hold(books, &file.entry, verdicts, shown, now)?))
    })
}

/// What a held file would change now, and in how many rows; and where in the file each code stands that it changes.
pub(crate) fn look(
    run: &Run<'_>,
    job: &dyn ImportJob,
    held: &Held,
) -> Result<(Changes, u64, HashMap<String, u64>)> {
    let approval = Approval { id: Some(held.id), by: Decider::default(), shown: None };
    let file = Spooled { approval: Some(approval), ..take_up(run, held)? };
    let mut told = file.report(FileOutcome::Held);
    let mut rejects = Rejects::new(run, &file.entry.name)?;
    let (comparison, _) = compare(run, job, &file, Progress::New, &mut rejects, &mut told)?;
    let mut changes = Changes::all();
    comparison.plan.list(&run.books, &mut changes)?;
    let mut lines: HashMap<String, u64> =
        changes.shown.iter().map(|change| (change.about().to_owned(), 0)).collect();
    if let Some(mut sheet) = open(run, job, &held.file)? {
        each_row(&mut sheet, job, |keys, line| {
            for key in keys {
                if let Some(known) = lines.get_mut(job.code_of(key)) {
                    *known = line;
                }
            }
            Ok(0)
        })?;
    }
    Ok((changes, comparison.plan.len(), lines))
}

/// Lets those held files go about all of whose rows later files say something newer.
pub(super) fn supersede(run: &Run<'_>, job: &dyn ImportJob) -> Result<()> {
    let is_new = |file: &&FileReport| matches!(file.outcome, FileOutcome::Applied | FileOutcome::Held);
    let Some(permit) = run.permit.filter(|_| run.report.files.iter().any(|file| is_new(&file))) else {
        return Ok(());
    };
    let held_now = held::held_of(&run.books, run.report.job)?;
    for held in &held_now {
        let mut later = files::applied_later(&run.books, run.report.job, held.file.file_time)?;
        let is_later = |other: &&Held| (other.file.file_time, other.id) > (held.file.file_time, held.id);
        later.extend(held_now.iter().filter(is_later).map(|other| other.file.clone()));
        if later.is_empty() || !is_said_anew(run, job, &held.file, &later)? {
            continue;
        }
        run.books.write(permit, "superseded", |books| {
            held::decide(books, held.id, HeldState::Superseded, &Decider::default(), run.clock.now())
        })?;
        run.shelf.release(permit, &held.file.archived_as, held.file.content())?;
        log::info!(file = held.file.name; "held no more: later files say something newer about all of it");
    }
    Ok(())
}

fn is_said_anew(run: &Run<'_>, job: &dyn ImportJob, held: &FileEntry, later: &[FileEntry]) -> Result<bool> {
    run.books.begin_table("held_codes", CODES)?;
    let mut keep = run.books.prepare("INSERT OR IGNORE INTO temp.held_codes VALUES (?1)")?;
    let Some(mut sheet) = open(run, job, held)? else { return Ok(false) };
    let columns: Vec<String> =
        sheet.header().others(&[]).iter().map(|(_, name)| (*name).to_owned()).collect();
    each_row(&mut sheet, job, |keys, _| keep.execute([&keys[0]]))?;
    let mut remove = run.books.prepare("DELETE FROM temp.held_codes WHERE code = ?1")?;
    let mut is_left = run.books.prepare("SELECT EXISTS (SELECT 1 FROM temp.held_codes)")?;
    for file in later.iter().rev() {
        let Some(mut sheet) = open(run, job, file)? else { continue };
        if columns.iter().all(|column| sheet.header().optional(column).is_some()) {
            each_row(&mut sheet, job, |keys, _| remove.execute([&keys[0]]))?;
        }
        if !is_left.query_row([], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A copy of ours; `None` where it is gone.
fn open(run: &Run<'_>, job: &dyn ImportJob, file: &FileEntry) -> Result<Option<Sheet>> {
    let path = run.shelf.held(&file.archived_as);
    let Inbox { encoding, naming, .. } = job.inbox();
    let open = || Sheet::open_named(&path, &file.name, *encoding, naming);
    find_copy(&path)?.map(|_| open()).transpose()
}

/// What the sheet's rows are about, one after the other: their codes, of which there is at least one, and their lines.
fn each_row(
    sheet: &mut Sheet,
    job: &dyn ImportJob,
    mut each: impl FnMut(&[Cow<'_, str>], u64) -> rusqlite::Result<usize>,
) -> Result<()> {
    let columns = key_columns(job, sheet);
    // Rows that were laid aside know where they stood.
    let stood = sheet.header().optional(REJECT_COLUMNS[0]);
    while let Some(row) = sheet.next_row()? {
        let keys: Vec<_> = columns.iter().filter_map(|column| row.code(*column).ok()).collect();
        if !keys.is_empty() {
            let line = stood.and_then(|column| row.whole_number(column).ok().flatten());
            let line = line.and_then(|line| u64::try_from(line).ok());
            each(&keys, line.unwrap_or_else(|| row.line()))?;
        }
    }
    Ok(())
}
