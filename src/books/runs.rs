//! The ledger's part about runs: which began when, and how each ended.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::books::rows::{Ask, Cells};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::Kind;
use crate::report::{FileOutcome, FileReport, Outcome, Report};
use crate::text::Text;

/// Notes that a run has begun. Nobody may be left to note its end.
pub(crate) fn begin_run(connection: &Connection, report: &Report, user: Option<&str>) -> Result<()> {
    connection.execute(
        "INSERT INTO tempostar_runs (run_id, command, started_at, started_by)
         VALUES (?1, ?2, ?3, ?4)",
        (&report.run_id, report.command(), report.started_at, user),
    )?;
    Ok(())
}

pub(crate) fn end_run(connection: &Connection, report: &Report) -> Result<()> {
    connection.execute(
        "UPDATE tempostar_runs
         SET finished_at = :finished_at, outcome = :outcome, exit_code = :exit_code, counts = :counts,
             waiting_files = :waiting_files, files = :files, problems = :problems
         WHERE run_id = :run_id",
        named_params! {
            ":run_id": report.run_id,
            ":finished_at": report.finished_at,
            ":outcome": report.outcome(),
            ":exit_code": report.exit.code(),
            ":counts": serde_json::to_string(&report.counts)?,
            ":waiting_files": waiting_files(report)?,
            ":files": array_of(report.files.iter().take(FILES_KEPT_MAX))?,
            ":problems": array_of(report.problems.iter().take(PROBLEMS_KEPT_MAX).map(|problem| ToldProblem {
                kind: problem.kind,
                severity: problem.severity.as_str().to_owned(),
                message: problem.located_message(),
            }))?,
        },
    )?;
    Ok(())
}

/// Of so many files a run's record has the figures …
const FILES_KEPT_MAX: usize = 100;

/// … and of so many problems what was told.
const PROBLEMS_KEPT_MAX: usize = 10;

/// As JSON; nothing where there is none.
fn array_of<T: Serialize>(things: impl Iterator<Item = T>) -> Result<Option<String>> {
    let things: Vec<T> = things.collect();
    Ok(if things.is_empty() { None } else { Some(serde_json::to_string(&things)?) })
}

/// A problem as a run told it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ToldProblem {
    #[serde(rename = "code")]
    pub kind: &'static Kind,
    pub severity: String,
    #[serde(flatten)]
    pub message: Text,
}

/// What a run told: its files and its first problems.
pub(crate) fn told(connection: &Connection, run_id: &str) -> Result<(Vec<FileReport>, Vec<ToldProblem>)> {
    let sql = "SELECT files, problems FROM tempostar_runs WHERE run_id = ?1";
    let found = connection.query_row(sql, [run_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (files, problems): (Option<String>, Option<String>) = found.unwrap_or_default();
    let files = files.and_then(|files| serde_json::from_str(&files).ok());
    let problems = problems.and_then(|problems| serde_json::from_str(&problems).ok());
    Ok((files.unwrap_or_default(), problems.unwrap_or_default()))
}

pub(crate) fn find_run(connection: &Connection, run_id: &str) -> Result<Option<Run>> {
    connection.first(&format!("{SELECT_RUNS} WHERE run_id = ?1"), [run_id], read_run)
}

/// The last run that told of a problem of this kind.
pub(crate) fn last_that_told(connection: &Connection, kind: &Kind) -> Result<Option<Run>> {
    let sql = format!("{SELECT_RUNS} WHERE instr(problems, ?1) > 0 ORDER BY id DESC LIMIT 1");
    let code = format!("\"code\":\"{}\"", kind.code);
    connection.first(&sql, [code], read_run)
}

pub(crate) fn command_of(connection: &Connection, run_id: &str) -> Result<Option<String>> {
    let sql = "SELECT command FROM tempostar_runs WHERE run_id = ?1";
    connection.first(sql, [run_id], |row| Ok(row.get(0)?))
}

/// How many waiting files a run's record names.
const WAITING_NAMED_MAX: usize = 100;

/// The names of the files that a run left in the inbox, if any.
fn waiting_files(report: &Report) -> Result<Option<String>> {
    let waiting = report.files.iter().filter(|file| file.outcome == FileOutcome::Waiting);
    let names: Vec<&str> = waiting.map(|file| file.name.as_str()).take(WAITING_NAMED_MAX).collect();
    Ok(if names.is_empty() { None } else { Some(serde_json::to_string(&names)?) })
}

/// A run as the ledger has it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub run_id: String,
    /// A job, or `undo`.
    pub command: String,
    pub started_at: Moment,
    /// The user, where the environment named one.
    pub started_by: Option<String>,
    pub finished_at: Option<Moment>,
    /// How it ended; `None`: at work, or died.
    pub end: Option<RunEnd>,
    /// Whether no run of its job began later.
    pub is_last: bool,
    /// Its figures, where it ended.
    pub counts: Vec<(String, u64)>,
    /// Files that it left in the inbox for a later one.
    pub waiting_files: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunEnd {
    pub outcome: Outcome,
    pub exit_code: u8,
}

const SELECT_RUNS: &str = "SELECT run_id, command, started_at, started_by, finished_at, outcome, exit_code, counts, waiting_files,
        NOT EXISTS (SELECT 1 FROM tempostar_runs AS later WHERE later.command = runs.command AND later.id > runs.id) AS is_last
     FROM tempostar_runs AS runs";

/// The runs that began at this moment or later, of one job or of all, newest first.
pub(crate) fn runs_since(connection: &Connection, job: Option<Job>, since: Moment) -> Result<Vec<Run>> {
    let sql = format!(
        "{SELECT_RUNS}
         WHERE started_at >= ?1 AND (?2 IS NULL OR command = ?2)
         ORDER BY id DESC"
    );
    connection.all(&sql, (since, job), read_run)
}

/// The last run of a job, and its last success.
pub(crate) fn last_runs(connection: &Connection, job: Job) -> Result<(Option<Run>, Option<Run>)> {
    let find = |condition: &str| -> Result<Option<Run>> {
        let sql = format!(
            "{SELECT_RUNS}
             WHERE command = ?1 AND {condition}
             ORDER BY id DESC
             LIMIT 1"
        );
        connection.first(&sql, [job], read_run)
    };
    Ok((find("true")?, find("exit_code IN (0, 3)")?))
}

fn read_run(row: &Row<'_>) -> Result<Run> {
    let counts: Option<String> = row.cell("tempostar_runs.counts")?;
    let waiting: Option<String> = row.cell("tempostar_runs.waiting_files")?;
    let counts: Map<String, Value> =
        counts.and_then(|counts| serde_json::from_str(&counts).ok()).unwrap_or_default();
    let end: (Option<Outcome>, Option<u8>) =
        (row.cell("tempostar_runs.outcome")?, row.cell("tempostar_runs.exit_code")?);
    Ok(Run {
        run_id: row.cell("tempostar_runs.run_id")?,
        command: row.cell("tempostar_runs.command")?,
        started_at: row.cell("tempostar_runs.started_at")?,
        started_by: row.cell("tempostar_runs.started_by")?,
        finished_at: row.cell("tempostar_runs.finished_at")?,
        is_last: row.cell("tempostar_runs.is_last")?,
        end: end.0.zip(end.1).map(|(outcome, exit_code)| RunEnd { outcome, exit_code }),
        counts: counts.into_iter().filter_map(|(name, count)| Some((name, count.as_u64()?))).collect(),
        waiting_files: waiting.and_then(|names| serde_json::from_str(&names).ok()).unwrap_or_default(),
    })
}

/// When the earliest run that is still known began.
pub(crate) fn first_run(connection: &Connection) -> Result<Option<Moment>> {
    one_moment(connection, "SELECT min(started_at) AS started_at FROM tempostar_runs")
}

/// When the latest run began.
pub(crate) fn newest_run(connection: &Connection) -> Result<Option<Moment>> {
    one_moment(connection, "SELECT max(started_at) AS started_at FROM tempostar_runs")
}

fn one_moment(connection: &Connection, sql: &str) -> Result<Option<Moment>> {
    Ok(connection.first(sql, [], |row| row.cell("tempostar_runs.started_at"))?.flatten())
}

/// When the last run of a job began, if nobody has noted its end: it is at work, or died.
pub(crate) fn run_under_way(connection: &Connection, job: Job) -> Result<Option<Moment>> {
    let (last, _) = last_runs(connection, job)?;
    Ok(last.filter(|run| run.end.is_none()).map(|run| run.started_at))
}

/// When a job last ended without a problem.
pub(crate) fn last_without_problem(connection: &Connection, job: Job) -> Result<Option<Moment>> {
    let sql = "SELECT started_at
               FROM tempostar_runs
               WHERE command = ?1 AND exit_code = 0
               ORDER BY id DESC
               LIMIT 1";
    connection.first(sql, [job], |row| Ok(row.get(0)?))
}
