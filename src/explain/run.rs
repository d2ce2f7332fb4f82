//! A run by its id: how it ended, who started it, what it did, what it told, and how it is undone.

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::desk::Desk;
use super::facts::Facts;
use super::file::figures_text;
use crate::books::rows::Ask;
use crate::books::runs;
use crate::past_runs::{UnderWay, figures, run_json};
use crate::report::FileReport;
use crate::text::{Text, explain as text, held as held_text};
use crate::undo;

pub(super) fn read(desk: &Desk<'_>, under_way: &UnderWay, asked: &str) -> Result<Option<Facts>> {
    let Some(run) = runs::find_run(desk.database, asked)? else { return Ok(None) };
    let fate = under_way.fate(&run);
    let mut facts = Facts::about(text::run_heading(asked, &run.command));
    if let Value::Object(members) = run_json(&run, fate) {
        members.into_iter().for_each(|(key, value)| facts.member(&key, value));
    }
    facts.line(text::state(), fate.text());
    facts.line(text::began(), Text::same(run.started_at.to_string()));
    if let Some(end) = run.finished_at {
        facts.line(text::ended(), Text::same(end.to_string()));
    }
    let by = run.started_by.as_deref();
    facts.line(text::started_by(), by.map_or_else(text::unknown_user, Text::same));
    facts.line(text::figures(), figures(&run));
    let (told_files, problems) = runs::told(desk.database, asked)?;
    facts.table("files", text::files(), files(desk.database, asked, told_files)?);
    let language = desk.settings.language;
    let rows = problems.iter().map(|told| {
        let json = json!({
            "code": told.kind,
            "severity": told.severity,
            "message": told.message.get(language),
        });
        (json, vec![Text::same(told.kind.code), told.message.clone()])
    });
    facts.table("problems", text::problems(), rows.collect());
    how_to_undo(&mut facts, desk, asked)?;
    Ok(Some(facts))
}

/// What it told of its files; of one that died, what the ledger has of them.
fn files(database: &Connection, run_id: &str, told: Vec<FileReport>) -> Result<Vec<(Value, Vec<Text>)>> {
    let mut rows: Vec<_> = told
        .iter()
        .map(|file| {
            (json!(file), vec![Text::same(&file.name), outcome(file.outcome.as_str()), figures_text(file)])
        })
        .collect();
    let sql = "SELECT name, sha256, outcome FROM tempostar_files WHERE run_id = ?1
               UNION ALL
               SELECT file_name, sha256, state FROM tempostar_batches WHERE run_id = ?1";
    database.each(sql, [run_id], |row| {
        let (name, sha256, state): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !told.iter().any(|file| file.sha256 == sha256) {
            let (json, became) =
                (json!({ "name": name, "sha256": sha256, "outcome": state }), outcome(&state));
            rows.push((json, vec![Text::same(name), became]));
        }
        Ok(())
    })?;
    Ok(rows)
}

/// What became of a file, which is a word in the ledger.
fn outcome(word: &str) -> Text {
    match word {
        "applied" | "already_applied" => text::applied(),
        "refused" => text::refused(),
        "held" => held_text::is_held(),
        "begun" => text::begun(),
        "waiting" => text::file_waiting(),
        "sent" => text::file_sent(),
        _ => text::under_way(),
    }
}

fn how_to_undo(facts: &mut Facts, desk: &Desk<'_>, run_id: &str) -> Result<()> {
    let sql = "SELECT max(undone_by) FROM tempostar_files WHERE run_id = ?1";
    let undone_by: Option<String> = desk.database.value(sql, [run_id])?;
    let hindrance = undo::hindrance(desk.database, desk.settings, run_id)?;
    let can_be_undone = hindrance.is_none() && undone_by.is_none();
    let command = format!("tempostar undo {run_id}");
    facts.member("undo", can_be_undone.then_some(command.as_str()));
    facts.member("undone_by", undone_by.as_deref());
    let shown = match (undone_by, hindrance) {
        (Some(by), _) => text::undone_by(&by),
        (None, Some(problem)) => problem.message,
        (None, None) => text::how_to_undo(&command),
    };
    facts.line(text::undo(), shown);
    Ok(())
}
