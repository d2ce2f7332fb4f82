//! The ledger's part about runs: which began when, and how each ended.

use anyhow::Result;
use rusqlite::{Connection, Row, named_params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::books::rows::{Ask, Cells, Record};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::{Kind, Problem};
use crate::report::{FileOutcome, FileReport, Outcome, Report};
use crate::text::Text;

/// Notes that a run has begun. Nobody may be left to note its end.
pub(crate) fn begin_run(connection: &Connection, report: &Report, user: Option<&str>) -> Result<()> {
    let sql = "INSERT INTO tempostar_runs (run_id, command, started_at, started_by) VALUES (?1, ?2, ?3, ?4)";
    connection.change(sql, (&report.run_id, report.command(), report.started_at, user))
}

pub(crate) fn end_run(connection: &Connection, report: &Report) -> Result<()> {
    let waiting = report.files.iter().filter(|file| file.outcome == FileOutcome::Waiting);
    connection.change(
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
            ":waiting_files": array_of(waiting.map(|file| &file.name).take(WAITING_NAMED_MAX))?,
            ":files": array_of(report.files.iter().take(FILES_KEPT_MAX))?,
            ":problems": array_of(report.problems.iter().take(PROBLEMS_KEPT_MAX).map(ToldProblem::of))?,
        },
    )
}

/// So many files that it left in the inbox a run's record names, …
const WAITING_NAMED_MAX: usize = 100;

/// … of so many files it has the figures …
const FILES_KEPT_MAX: usize = 100;

/// … and of so many problems what was told.
const PROBLEMS_KEPT_MAX: usize = 10;

/// As JSON; nothing where there is none.
fn array_of<T: Serialize>(things: impl Iterator<Item = T>) -> Result<Option<String>> {
    let things: Vec<T> = things.collect();
    Ok(if things.is_empty() { None } else { Some(serde_json::to_string(&things)?) })
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ToldProblem {
    #[serde(rename = "code")]
    pub kind: &'static Kind,
    pub severity: String,
    #[serde(flatten)]
    pub message: Text,
}

impl ToldProblem {
    fn of(problem: &Problem) -> Self {
        let severity = problem.severity.as_str().to_owned();
        Self { kind: problem.kind, severity, message: problem.located_message() }
    }
}

pub(crate) fn told(connection: &Connection, run_id: &str) -> Result<(Vec<FileReport>, Vec<ToldProblem>)> {
    let sql = "SELECT files, problems FROM tempostar_runs WHERE run_id = ?1";
    let told = connection.first(sql, [run_id], |row| Ok((row.json("files")?, row.json("problems")?)))?;
    Ok(told.unwrap_or_default())
}

pub(crate) fn find_run(connection: &Connection, run_id: &str) -> Result<Option<Run>> {
    Run::first(connection, "AS runs WHERE run_id = ?1", [run_id])
}

pub(crate) fn last_that_told(connection: &Connection, kind: &Kind) -> Result<Option<Run>> {
    let code = format!("\"code\":\"{}\"", kind.code);
    Run::first(connection, "AS runs WHERE instr(problems, ?1) > 0 ORDER BY id DESC LIMIT 1", [code])
}

pub(crate) fn command_of(connection: &Connection, run_id: &str) -> Result<Option<String>> {
    let sql = "SELECT command FROM tempostar_runs WHERE run_id = ?1";
    connection.value_if_any(sql, [run_id])
}

record! {
    pub(crate) struct Run of "tempostar_runs" {
        pub run_id: String,
        /// A job, or `undo`.
        pub command: String,
        pub started_at: Moment,
        /// The user, where the environment named one.
        pub started_by: Option<String>,
        pub finished_at: Option<Moment>,
        /// How it ended; `None`: at work, or died.
        pub end: Option<RunEnd> => (RunEnd::read, "outcome, exit_code"),
        /// Whether no run of its job began later.
        pub is_last: bool = "NOT EXISTS (SELECT 1
                                         FROM tempostar_runs AS later
                                         WHERE later.command = runs.command AND later.id > runs.id)",
        pub counts: Vec<(String, u64)> => (counts, "counts"),
        /// Files that it left in the inbox for a later one.
        pub waiting_files: Vec<String> => (|row: &Row<'_>| row.json("tempostar_runs.waiting_files"), "waiting_files"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunEnd {
    pub outcome: Outcome,
    pub exit_code: u8,
}

impl RunEnd {
    fn read(row: &Row<'_>) -> Result<Option<Self>> {
        let outcome: Option<Outcome> = row.cell("tempostar_runs.outcome")?;
        let exit_code: Option<u8> = row.cell("tempostar_runs.exit_code")?;
        Ok(outcome.zip(exit_code).map(|(outcome, exit_code)| Self { outcome, exit_code }))
    }
}

fn counts(row: &Row<'_>) -> Result<Vec<(String, u64)>> {
    let counts: Map<String, Value> = row.json("tempostar_runs.counts")?;
    Ok(counts.into_iter().filter_map(|(name, count)| Some((name, count.as_u64()?))).collect())
}

/// The runs that began at this moment or later, of one job or of all, newest first.
pub(crate) fn runs_since(connection: &Connection, job: Option<Job>, since: Moment) -> Result<Vec<Run>> {
    let which = "AS runs WHERE started_at >= ?1 AND (?2 IS NULL OR command = ?2) ORDER BY id DESC";
    Run::all(connection, which, (since, job))
}

/// The last run of a job, and its last success.
pub(crate) fn last_runs(connection: &Connection, job: Job) -> Result<(Option<Run>, Option<Run>)> {
    let find = |condition: &str| {
        let which = format!("AS runs WHERE command = ?1 AND {condition} ORDER BY id DESC LIMIT 1");
        Run::first(connection, &which, [job])
    };
    Ok((find("true")?, find("exit_code IN (0, 3)")?))
}

pub(crate) fn first_run(connection: &Connection) -> Result<Option<Moment>> {
    connection.value("SELECT min(started_at) FROM tempostar_runs", [])
}

pub(crate) fn newest_run(connection: &Connection) -> Result<Option<Moment>> {
    connection.value("SELECT max(started_at) FROM tempostar_runs", [])
}

/// When the last run of a job began, if nobody has noted its end: it is at work, or died.
pub(crate) fn run_under_way(connection: &Connection, job: Job) -> Result<Option<Moment>> {
    let (last, _) = last_runs(connection, job)?;
    Ok(last.filter(|run| run.end.is_none()).map(|run| run.started_at))
}

pub(crate) fn last_without_problem(connection: &Connection, job: Job) -> Result<Option<Moment>> {
    let sql = "SELECT started_at
               FROM tempostar_runs
               WHERE command = ?1 AND exit_code = 0
               ORDER BY id DESC
               LIMIT 1";
    connection.value_if_any(sql, [job])
}
