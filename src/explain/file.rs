//! A file by its name: when it came, what became of it and by whom, and what of it lies where now.

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::desk::Desk;
use super::facts::Facts;
use super::order;
use crate::books::files::{self, FileEntry, FileState, KnownFile};
use crate::books::held::{self, Decision};
use crate::books::{batches, runs};
use crate::job::Job;
use crate::layout::grouped;
use crate::moment::Moment;
use crate::past_runs;
use crate::report::{FileOutcome, FileReport};
use crate::text::{Text, explain as text, held as held_text};

/// How many files of one name are explained, the newest first.
const SAME_NAME_MAX: usize = 20;

/// The files of this name, whatever folder stands before it, newest first: those that came, then those that were sent.
pub(super) fn read(desk: &Desk<'_>, asked: &str) -> Result<Vec<Facts>> {
    let name = asked.rsplit('/').next().unwrap_or(asked);
    let came = files::files_named(desk.database, name, SAME_NAME_MAX)?;
    let mut found: Vec<Facts> = came.iter().map(|file| facts(file, desk)).collect::<Result<_>>()?;
    if found.is_empty() {
        found.extend(waiting(desk, name)?);
    }
    found.extend(sent(desk, name)?);
    Ok(found)
}

fn facts(file: &KnownFile, desk: &Desk<'_>) -> Result<Facts> {
    let FileEntry { job, run_id, name, sha256, size, file_time, .. } = &file.entry;
    let mut facts = Facts::about(text::file_heading(name).because(&job.title()));
    let held = held::of_content(desk.database, *job, name, sha256)?;
    let state = match (file.state, &held) {
        (FileState::Held, Some(held)) => held.state.as_str(),
        (state, _) => state.as_str(),
    };
    facts.member("job", job.as_str());
    facts.member("name", name.as_str());
    facts.fact("outcome", state, text::state(), Some(outcome(file, held.as_ref())));
    let time = |time: Moment| Some(Text::same(time.to_string()));
    facts.fact("file_time", json!(file_time), held_text::file_time(), time(*file_time));
    facts.fact("came_at", json!(file.decided_at), text::came(), time(file.decided_at));
    content(&mut facts, run_id, sha256, *size);
    figures(&mut facts, &told(desk, run_id, name, sha256)?);
    let undone_by = file.undone_by.as_deref();
    facts.fact("undone_by", undone_by, text::undone(), undone_by.map(text::undone_by));
    decision(&mut facts, held.as_ref());
    places(&mut facts, file, desk);
    Ok(facts)
}

fn outcome(file: &KnownFile, held: Option<&Decision>) -> Text {
    let outcome = match (file.state, held) {
        (FileState::Held, Some(held)) => past_runs::held_state(held.state),
        (FileState::Held, None) => past_runs::held_state(held::HeldState::Held),
        (FileState::Applied, _) => text::applied(),
        (FileState::Refused, _) => text::refused(),
        (FileState::Begun, _) => text::begun(),
    };
    file.reason.as_ref().map_or(outcome.clone(), |reason| outcome.because(reason))
}

/// What of it lies where now, as far as this user may see.
fn places(facts: &mut Facts, file: &KnownFile, desk: &Desk<'_>) {
    let FileEntry { archived_as, run_id, name, .. } = &file.entry;
    let there = |path: &Path| path.exists().then(|| path.display().to_string());
    let copy = desk.copy(archived_as);
    let is_held = file.state == FileState::Held && copy.is_none();
    let held = there(&desk.work_dir.held(archived_as)).filter(|_| is_held);
    let rejects = there(&desk.work_dir.rejects(run_id, name));
    for (key, place, label) in [
        ("copy", copy, text::copy()),
        ("held_copy", held, text::held_copy()),
        ("rejects", rejects, text::rejects()),
    ] {
        facts.fact(key, place.as_deref(), label, place.as_deref().map(Text::same));
    }
    let on_server = match (&file.put_as, file.is_cleaned_up) {
        (Some(put_as), _) => Some(Text::same(put_as)),
        (None, true) => None,
        (None, false) => Some(text::in_inbox()),
    };
    facts.member("put_as", file.put_as.as_deref());
    facts.fact("is_cleaned_up", file.is_cleaned_up, text::on_server(), on_server);
}

fn content(facts: &mut Facts, run_id: &str, sha256: &str, size: u64) {
    facts.fact("run_id", run_id, text::run(), Some(Text::same(run_id)));
    facts.fact("sha256", sha256, Text::same("SHA-256"), Some(Text::same(sha256)));
    facts.fact("size", size, text::size(), Some(text::bytes(&grouped(size))));
}

fn told(desk: &Desk<'_>, run_id: &str, name: &str, sha256: &str) -> Result<Option<FileReport>> {
    let (files, _) = runs::told(desk.database, run_id)?;
    let of_content = |file: &&FileReport| file.sha256 == sha256;
    let found = files.iter().filter(of_content).find(|file| file.name.ends_with(name));
    Ok(found.or_else(|| files.iter().find(of_content)).cloned())
}

pub(super) fn figures(facts: &mut Facts, told: &Option<FileReport>) {
    let told = told.as_ref();
    facts.fact("rows", told.map(|file| file.rows), text::rows(), told.map(figures_text));
    facts.member("applied", told.map(|file| file.applied));
    facts.member("unchanged", told.map(|file| file.unchanged));
    facts.member("unknown", told.map(|file| file.unknown));
    facts.member("rejected", told.map(|file| file.rejected));
    facts.member("held", told.map(|file| file.held));
}

pub(super) fn figures_text(file: &FileReport) -> Text {
    let [rows, applied, unchanged, unknown, rejected, held] =
        [file.rows, file.applied, file.unchanged, file.unknown, file.rejected, file.held].map(grouped);
    let figures = text::row_figures(&rows, &applied, &unchanged, &unknown, &rejected, &held);
    let told = file.applied + file.unchanged + file.unknown + file.rejected + file.held;
    match file.rows.saturating_sub(told) {
        left if left > 0 && file.outcome == FileOutcome::Applied => {
            figures.followed_by(&text::rows_left_alone(&grouped(left)))
        }
        _ => figures,
    }
}

/// What was decided about it while it was held, and by whom.
fn decision(facts: &mut Facts, held: Option<&Decision>) {
    facts.member("held_id", held.and_then(|held| held.id));
    let held_at = held.map(|held| held.held_at);
    let shown = held_at.map(|held_at| Text::same(held_at.to_string()));
    facts.fact("held_at", json!(held_at), held_text::since(), shown);
    let decided = held.and_then(past_runs::decided);
    facts.member("decided_at", json!(held.and_then(|held| held.decided_at)));
    facts.member("terminal", held.and_then(|held| held.terminal.as_deref()));
    facts.fact("decided_by", held.and_then(|held| held.decided_by.as_deref()), text::decided(), decided);
    let open = held.filter(|held| held.state == held::HeldState::Held).and_then(|held| held.id);
    if let Some(id) = open {
        facts.note(held_text::how(id));
    }
}

/// A file that the last run of its job left in the inbox.
fn waiting(desk: &Desk<'_>, name: &str) -> Result<Option<Facts>> {
    for job in Job::ALL {
        let (Some(run), _) = runs::last_runs(desk.database, *job)? else { continue };
        if !run.waiting_files.iter().any(|waiting| waiting == name) {
            continue;
        }
        let mut facts = Facts::about(text::file_heading(name).because(&job.title()));
        facts.member("job", job.as_str());
        facts.member("name", name);
        facts.fact("outcome", "waiting", text::state(), Some(text::file_waiting()));
        facts.fact("run_id", run.run_id.as_str(), text::run(), Some(Text::same(&run.run_id)));
        return Ok(Some(facts));
    }
    Ok(None)
}

/// A file of orders that we made.
fn sent(desk: &Desk<'_>, name: &str) -> Result<Option<Facts>> {
    let Some(batch) = batches::batch_named(desk.database, name)? else { return Ok(None) };
    let mut facts = Facts::about(text::file_heading(name).because(&Job::Orders.title()));
    facts.member("job", Job::Orders.as_str());
    facts.member("name", name);
    facts.member("prepared_at", json!(batch.prepared_at));
    let shown = batch.sent_at.map_or_else(text::under_way, |sent| text::sent(&sent.to_string()));
    facts.fact("outcome", batch.state.as_str(), text::state(), Some(shown));
    facts.member("sent_at", json!(batch.sent_at));
    let seen = batch.sent_at.map(|_| order::taken(&batch));
    facts.fact("taken_at", json!(batch.taken_at), text::taken(), seen);
    content(&mut facts, &batch.run_id, &batch.sha256, batch.size);
    let shown = text::orders_and_lines(&grouped(batch.order_count), &grouped(batch.line_count));
    facts.fact("orders", batch.order_count, text::contents(), Some(shown));
    facts.member("lines", batch.line_count);
    let copy = batch.archived_as.as_deref().and_then(|archived_as| desk.copy(archived_as));
    facts.fact("copy", copy.as_deref(), text::copy(), copy.as_deref().map(Text::same));
    Ok(Some(facts))
}
