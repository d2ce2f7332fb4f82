//! Reads a file against one snapshot of the shop, and says what is to be done about it.

use anyhow::Result;
use rusqlite::Connection;

use super::aside::Aside;
use super::inbox::{Approval, Spooled};
use super::job::{Comparison, HeldRows, ImportJob, Incoming, Progress};
use super::plan::{Plan, fingerprint};
use super::recognise;
use super::rejects::{Rejects, tell_rejects};
use crate::books::files::{self, Decision};
use crate::books::history::Recording;
use crate::layout::first_names;
use crate::problem::{Exit, Failure, Problem, Severity};
use crate::report::{FileOutcome, FileReport};
use crate::sheet::{Refusal, Sheet, header_only, scan_file};
use crate::sync::run::Run;
use crate::text::jobs::{STALE, all_stale};
use crate::text::{Text, held as held_text, sync as text};

/// How many names of unknown columns a message holds: a file can have thousands, of malls that are not ours.
const COLUMNS_TOLD_MAX: usize = 200;

pub(super) struct Verdict {
    pub(super) decision: Decision,
    /// Why it is held, and a hash of what it would change.
    pub(super) holding: Option<(Vec<Problem>, String)>,
    /// Rows of it that are held while the others are applied …
    pub(super) held_rows: Option<HeldRows>,
    /// … and where they lie then.
    pub(super) aside: Option<Aside>,
    /// Columns that the next file of the series must not lack.
    pub(super) telling: Vec<String>,
    /// What is written if it is applied.
    pub(super) plan: Box<dyn Plan>,
    pub(super) recording: Recording,
}

impl Verdict {
    fn without_a_plan(decision: Decision) -> Self {
        Self {
            decision,
            holding: None,
            held_rows: None,
            aside: None,
            telling: Vec::new(),
            plan: Box::default(),
            recording: Recording::Rows,
        }
    }
}

/// Opens the sheet, and has the job read all of it against one snapshot of the shop.
pub(super) fn compare(
    run: &Run<'_>,
    job: &dyn ImportJob,
    file: &Spooled,
    progress: Progress,
    rejects: &mut Rejects,
    told: &mut FileReport,
) -> Result<(Comparison, Vec<Problem>)> {
    let scan = match &file.scan {
        Some(scan) => scan.clone(),
        None => scan_file(&file.path, &file.shown, job.inbox().encoding)?,
    };
    let mut sheet = Sheet::open_scanned(&file.path, &file.shown, scan, &job.inbox().naming)?;
    recognise::check(run.settings, run.report.job, sheet.header(), &file.shown)?;
    sheet.show(&run.progress);
    let snapshot = run.books.unchecked_transaction()?;
    let mut incoming = Incoming {
        sheet: &mut sheet,
        rejects,
        shop: &snapshot,
        file_time: file.entry.file_time,
        progress,
        guarding: run.guarding_of(file.approval.is_some()),
        had: files::telling(&snapshot, run.report.job, &file.entry.name)?,
        problems: Vec::new(),
    };
    let compared = job.compare(&mut incoming);
    let problems = incoming.problems;
    // Ends the snapshot; a roll-back would take the temporary tables with it.
    let ended = snapshot.commit();
    told.rows = sheet.rows_read();
    let comparison = compared?;
    ended?;
    if told.rows == 0 {
        return Err(Refusal::new(header_only(sheet.header().names()).in_file(&file.shown)).into());
    }
    let tolerated_percent = job.inbox().max_bad_rows_percent;
    // A file that is begun cannot be refused any more.
    if progress == Progress::New && are_too_many(rejects.count, told.rows, tolerated_percent) {
        let problem = text::too_many_bad_rows(rejects.count, told.rows, tolerated_percent);
        return Err(Refusal::new(problem.in_file(&file.shown)).into());
    }
    Ok((comparison, problems))
}

/// Below this many rows a percentage says nothing: one bad row of three is no broken file.
const ROWS_JUDGED_MIN: u64 = 20;

/// 0 percent tolerates none, however small the file.
fn are_too_many(bad: u64, rows: u64, tolerated_percent: u32) -> bool {
    match tolerated_percent {
        1.. if rows < ROWS_JUDGED_MIN => bad == rows,
        percent => bad * 100 > u64::from(percent) * rows,
    }
}

/// The file can be applied as far as its rows go; the guards may still keep it, and so may somebody's approval, if it was
/// of something else.
pub(super) fn judge(
    run: &mut Run<'_>,
    file: &Spooled,
    comparison: Comparison,
    problems: Vec<Problem>,
    told: &mut FileReport,
) -> Result<Verdict> {
    let held_because = match &file.approval {
        None => comparison.held_because,
        Some(approval) => moved_on(approval, comparison.plan.as_ref(), &run.books)?.into_iter().collect(),
    };
    if let Some(first) = held_because.first() {
        told.outcome = FileOutcome::Held;
        let reason = first.message.clone();
        let shown = fingerprint(comparison.plan.as_ref(), &run.books)?;
        let holding = Some((held_because, shown));
        return Ok(Verdict { holding, ..Verdict::without_a_plan(Decision::Held(reason)) });
    }
    told.applied = comparison.applied;
    told.unchanged = comparison.unchanged;
    told.unknown = comparison.unknown;
    told.unknown_columns = comparison.unknown_columns;
    told.counts = comparison.counts;
    told.counts.add("rejected", told.rejected);
    for problem in problems {
        let problem = weigh_staleness(run, file, problem, told.applied)?;
        run.report.tell(problem.in_file(&told.name));
    }
    tell_unknown_columns(run, told);
    let recording = match comparison.is_first_load && !comparison.plan.is_empty() {
        true => Recording::FirstLoad,
        false => Recording::Rows,
    };
    let Comparison { held_rows, plan, telling, .. } = comparison;
    Ok(Verdict { held_rows, plan, telling, recording, ..Verdict::without_a_plan(Decision::Applied) })
}

/// What is told if the file would change something else now than was approved.
fn moved_on(approval: &Approval, plan: &dyn Plan, shop: &Connection) -> Result<Option<Problem>> {
    let (Some(id), Some(shown)) = (approval.id, &approval.shown) else { return Ok(None) };
    let is_other = fingerprint(plan, shop)? != *shown;
    Ok(is_other.then(|| held_text::moved_on(id)))
}

/// That some of a file is older than what the shop has is worth a note; all of it, and it may be a clock that is wrong.
fn weigh_staleness(run: &Run<'_>, file: &Spooled, problem: Problem, applied: u64) -> Result<Problem> {
    if !STALE.contains(&problem.kind) {
        return Ok(problem);
    }
    if applied > 0 {
        return Ok(Problem { hint: Text::default(), ..problem }.no_worse_than(Severity::Note));
    }
    let newest = files::newest_applied_time(&run.books, run.report.job)?.unwrap_or(file.entry.file_time);
    let message = all_stale(file.entry.file_time, newest).because(&problem.message);
    Ok(Problem { message, ..problem })
}

/// An error while reading is a refusal of this file, or else ends the run.
pub(super) fn refuse(
    run: &mut Run<'_>,
    error: anyhow::Error,
    file: &Spooled,
    progress: Progress,
    rejects: &Rejects,
    told: &mut FileReport,
) -> Result<Verdict> {
    let Some(problem) = Refusal::of(&error).cloned() else { return Err(error) };
    if progress == Progress::Begun {
        // It could be used when it was begun: the settings were others then.
        return Err(Failure { exit: Exit::Settings, problems: vec![problem] }.into());
    }
    tell_rejects(run, rejects, told, None);
    told.outcome = FileOutcome::Refused;
    told.refused_because = Some(problem.clone());
    told.counts.add("rejected", told.rejected);
    let reason = problem.located_message();
    run.report.tell(problem);
    if file.listed.is_some() && run.permit.is_some() {
        run.report.tell(text::refused(told.rows).in_file(&told.name));
    }
    Ok(Verdict::without_a_plan(Decision::Refused(reason)))
}

/// Each name once per run: the files of an inbox mostly have the same columns.
fn tell_unknown_columns(run: &mut Run<'_>, told: &FileReport) {
    let is_told = |name: &String| run.report.files.iter().any(|file| file.unknown_columns.contains(name));
    let new: Vec<&str> =
        told.unknown_columns.iter().filter(|name| !is_told(name)).map(String::as_str).collect();
    if new.is_empty() {
        return;
    }
    let names = first_names(&new, COLUMNS_TOLD_MAX);
    run.report.tell(text::unknown_columns(&names, new.len()).in_file(&told.name));
}
