//! A file by its name: when it came, what became of it and by whom, and what of it lies where now.

use std::path::Path;

use anyhow::Result;
use rusqlite::OptionalExtension;
use serde_json::json;

use super::desk::Desk;
use super::facts::Facts;
use crate::books::files::FileState;
use crate::books::held::{self, Decision};
use crate::books::rows::Cells;
use crate::books::runs;
use crate::job::Job;
use crate::layout::grouped;
use crate::moment::Moment;
use crate::past_runs;
use crate::report::FileReport;
use crate::text::{Text, explain as text, held as held_text};

/// How many files of one name are explained, the newest first.
const SAME_NAME_MAX: usize = 20;

/// The files of this name, whatever folder stands before it, newest first: those that came, then those that were sent.
pub(super) fn read(desk: &Desk<'_>, asked: &str) -> Result<Vec<Facts>> {
    let name = asked.rsplit('/').next().unwrap_or(asked);
    let mut found = came(desk, name)?;
    if found.is_empty() {
        found.extend(waiting(desk, name)?);
    }
    found.extend(sent(desk, name)?);
    Ok(found)
}

/// A file that a job took.
struct Came {
    job: Job,
    sha256: String,
    size: u64,
    file_time: Moment,
    run_id: String,
    state: FileState,
    reason: Option<Text>,
    decided_at: Moment,
    archived_as: String,
    is_cleaned_up: bool,
    put_as: Option<String>,
    undone_by: Option<String>,
}

fn came(desk: &Desk<'_>, name: &str) -> Result<Vec<Facts>> {
    let mut statement = desk.database.prepare(
        "SELECT command, sha256, size, file_time, run_id, outcome, reason_ja, reason_en, decided_at, archived_as,
                is_cleaned_up, put_as, undone_by
         FROM tempostar_files
         WHERE name = ?1
         ORDER BY id DESC
         LIMIT ?2",
    )?;
    let files = statement.query_and_then((name, SAME_NAME_MAX), |row| {
        let reason: (Option<String>, Option<String>) =
            (row.cell("tempostar_files.reason_ja")?, row.cell("tempostar_files.reason_en")?);
        Ok(Came {
            job: row.cell("tempostar_files.command")?,
            sha256: row.cell("tempostar_files.sha256")?,
            size: row.cell("tempostar_files.size")?,
            file_time: row.cell("tempostar_files.file_time")?,
            run_id: row.cell("tempostar_files.run_id")?,
            state: row.cell("tempostar_files.outcome")?,
            reason: reason.0.zip(reason.1).map(|(ja, en)| Text { ja, en }),
            decided_at: row.cell("tempostar_files.decided_at")?,
            archived_as: row.cell("tempostar_files.archived_as")?,
            is_cleaned_up: row.cell("tempostar_files.is_cleaned_up")?,
            put_as: row.cell("tempostar_files.put_as")?,
            undone_by: row.cell("tempostar_files.undone_by")?,
        })
    })?;
    let files: Vec<Came> = files.collect::<Result<_>>()?;
    files.iter().map(|file| file.facts(desk, name)).collect()
}

impl Came {
    fn facts(&self, desk: &Desk<'_>, name: &str) -> Result<Facts> {
        let mut facts = Facts::about(text::file_heading(name).because(&self.job.title()));
        let held = held::of_content(desk.database, self.job, name, &self.sha256)?;
        let outcome = match (self.state, &held) {
            (FileState::Held, Some(held)) => held.state.as_str(),
            (state, _) => state.as_str(),
        };
        facts.member("job", self.job.as_str());
        facts.member("name", name);
        facts.fact("outcome", outcome, text::state(), Some(self.outcome(held.as_ref())));
        let time = |time: Moment| Some(Text::same(time.to_string()));
        facts.fact("file_time", json!(self.file_time), held_text::file_time(), time(self.file_time));
        facts.fact("came_at", json!(self.decided_at), text::came(), time(self.decided_at));
        content(&mut facts, &self.run_id, &self.sha256, self.size);
        figures(&mut facts, &told(desk, &self.run_id, name, &self.sha256)?);
        facts.fact(
            "undone_by",
            self.undone_by.as_deref(),
            text::undone(),
            self.undone_by.as_ref().map(|run_id| text::undone_by(run_id)),
        );
        decision(&mut facts, held.as_ref());
        self.places(&mut facts, desk, name);
        Ok(facts)
    }

    fn outcome(&self, held: Option<&Decision>) -> Text {
        let outcome = match (self.state, held) {
            (FileState::Held, Some(held)) => past_runs::held_state(held.state),
            (FileState::Held, None) => past_runs::held_state(held::HeldState::Held),
            (FileState::Applied, _) => text::applied(),
            (FileState::Refused, _) => text::refused(),
            (FileState::Begun, _) => text::begun(),
        };
        self.reason.as_ref().map_or(outcome.clone(), |reason| outcome.because(reason))
    }

    /// What of it lies where now, as far as this user may see.
    fn places(&self, facts: &mut Facts, desk: &Desk<'_>, name: &str) {
        let there = |path: &Path| path.exists().then(|| path.display().to_string());
        let copy = desk.work_dir.copy(&self.archived_as).map(|copy| copy.display().to_string());
        let is_held = self.state == FileState::Held && copy.is_none();
        let held = there(&desk.work_dir.held(&self.archived_as)).filter(|_| is_held);
        let rejects = there(&desk.work_dir.rejects(&self.run_id, name));
        for (key, place, label) in [
            ("copy", copy, text::copy()),
            ("held_copy", held, text::held_copy()),
            ("rejects", rejects, text::rejects()),
        ] {
            facts.fact(key, place.as_deref(), label, place.as_deref().map(Text::same));
        }
        let on_server = match (&self.put_as, self.is_cleaned_up) {
            (Some(put_as), _) => Some(Text::same(put_as)),
            (None, true) => None,
            (None, false) => Some(text::in_inbox()),
        };
        facts.member("put_as", self.put_as.as_deref());
        facts.fact("is_cleaned_up", self.is_cleaned_up, text::on_server(), on_server);
    }
}

fn content(facts: &mut Facts, run_id: &str, sha256: &str, size: u64) {
    facts.fact("run_id", run_id, text::run(), Some(Text::same(run_id)));
    facts.fact("sha256", sha256, Text::same("SHA-256"), Some(Text::same(sha256)));
    facts.fact("size", size, text::size(), Some(text::bytes(&grouped(size))));
}

/// The figures of a file, as its run told them.
fn told(desk: &Desk<'_>, run_id: &str, name: &str, sha256: &str) -> Result<Option<FileReport>> {
    let (files, _) = runs::told(desk.database, run_id)?;
    let of_content = |file: &&FileReport| file.sha256 == sha256;
    let found = files.iter().filter(of_content).find(|file| file.name.ends_with(name));
    Ok(found.or_else(|| files.iter().find(of_content)).cloned())
}

pub(super) fn figures(facts: &mut Facts, told: &Option<FileReport>) {
    let shown = told.as_ref().map(figures_text);
    facts.fact("rows", told.as_ref().map(|file| file.rows), text::rows(), shown);
    for (key, count) in [
        ("applied", told.as_ref().map(|file| file.applied)),
        ("unchanged", told.as_ref().map(|file| file.unchanged)),
        ("unknown", told.as_ref().map(|file| file.unknown)),
        ("rejected", told.as_ref().map(|file| file.rejected)),
        ("held", told.as_ref().map(|file| file.held)),
    ] {
        facts.member(key, count);
    }
}

pub(super) fn figures_text(file: &FileReport) -> Text {
    let [rows, applied, unchanged, unknown, rejected, held] =
        [file.rows, file.applied, file.unchanged, file.unknown, file.rejected, file.held].map(grouped);
    text::row_figures(&rows, &applied, &unchanged, &unknown, &rejected, &held)
}

/// What was decided about it while it was held, and by whom.
fn decision(facts: &mut Facts, held: Option<&Decision>) {
    facts.member("held_id", held.and_then(|held| held.id));
    facts.fact(
        "held_at",
        json!(held.map(|held| held.held_at)),
        held_text::since(),
        held.map(|held| Text::same(held.held_at.to_string())),
    );
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
    let sql = "SELECT state, sha256, size, order_count, line_count, run_id, prepared_at, sent_at, taken_at, archived_as
               FROM tempostar_batches
               WHERE file_name = ?1";
    let found = desk.database.query_row(sql, [name], |row| {
        let mut facts = Facts::about(text::file_heading(name).because(&Job::Orders.title()));
        let (state, sha256, size): (String, String, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (orders, lines): (u64, u64) = (row.get(3)?, row.get(4)?);
        let (run_id, made): (String, String) = (row.get(5)?, row.get(6)?);
        let (sent, taken): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
        let archived_as: Option<String> = row.get(9)?;
        facts.member("job", Job::Orders.as_str());
        facts.member("name", name);
        facts.member("prepared_at", made.as_str());
        let shown = sent.as_ref().map_or_else(text::under_way, |sent| text::sent(sent));
        facts.fact("outcome", state, text::state(), Some(shown));
        facts.member("sent_at", sent.as_deref());
        let seen = taken.as_ref().map_or_else(text::not_seen_taken, |taken| text::seen_taken(taken));
        facts.fact("taken_at", taken.as_deref(), text::taken(), sent.is_some().then_some(seen));
        content(&mut facts, &run_id, &sha256, size);
        let shown = text::orders_and_lines(&grouped(orders), &grouped(lines));
        facts.fact("orders", orders, text::contents(), Some(shown));
        facts.member("lines", lines);
        let copy = archived_as.and_then(|archived_as| desk.work_dir.copy(&archived_as));
        let copy = copy.map(|copy| copy.display().to_string());
        facts.fact("copy", copy.as_deref(), text::copy(), copy.as_deref().map(Text::same));
        Ok(facts)
    });
    Ok(found.optional()?)
}
