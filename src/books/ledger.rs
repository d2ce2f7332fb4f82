//! The ledger: what was run, which files were taken, which orders were sent. It lies in the shop's database, so that
//! an entry commits together with the rows that it tells of.

use anyhow::Result;
use chrono::NaiveDateTime;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde_json::{Map, Value};

use crate::moment::{format_time, parse_time};
use crate::report::{FileOutcome, Report};
use crate::text::Text;

mod batches;
mod cases;

pub(crate) use batches::*;
pub(crate) use cases::*;

/// Notes that a run has begun. Nobody may be left to note its end.
pub(crate) fn begin_run(connection: &Connection, report: &Report) -> Result<()> {
    connection.execute(
        "INSERT INTO tempostar_runs (run_id, command, started_at)
         VALUES (?1, ?2, ?3)",
        [&report.run_id, report.command, &format_time(report.started_at)],
    )?;
    Ok(())
}

/// Notes how a run ended.
pub(crate) fn end_run(connection: &Connection, report: &Report) -> Result<()> {
    connection.execute(
        "UPDATE tempostar_runs
         SET finished_at = :finished_at, outcome = :outcome, exit_code = :exit_code, counts = :counts,
             waiting_files = :waiting_files
         WHERE run_id = :run_id",
        named_params! {
            ":run_id": report.run_id,
            ":finished_at": format_time(report.finished_at),
            ":outcome": report.outcome(),
            ":exit_code": report.exit.code(),
            ":counts": serde_json::to_string(&report.counts)?,
            ":waiting_files": waiting_files(report)?,
        },
    )?;
    Ok(())
}

/// How many waiting files a run's record names.
const WAITING_NAMED_MAX: usize = 100;

/// The names of the files that a run left in the inbox, if any.
fn waiting_files(report: &Report) -> Result<Option<String>> {
    let waiting = report.files.iter().filter(|file| file.outcome == FileOutcome::Waiting);
    let names: Vec<&str> = waiting.map(|file| file.name.as_str()).take(WAITING_NAMED_MAX).collect();
    Ok(if names.is_empty() { None } else { Some(serde_json::to_string(&names)?) })
}

/// A finished run.
#[derive(Clone, Debug)]
pub(crate) struct EndedRun {
    /// Which one.
    pub run_id: String,
    /// When it began, Japan time.
    pub started_at: String,
    /// How it ended; `None`: at work, or died.
    pub outcome: Option<String>,
    /// Its exit code, where it ended.
    pub exit_code: Option<u8>,
    /// Its figures, where it ended.
    pub counts: Vec<(String, u64)>,
    /// Files that it left in the inbox for a later one.
    pub waiting_files: Vec<String>,
}

/// The last run of a job, and its last success.
pub(crate) fn last_runs(
    connection: &Connection,
    command: &str,
) -> Result<(Option<EndedRun>, Option<EndedRun>)> {
    let find = |condition: &str| {
        let sql = format!(
            "SELECT run_id, started_at, outcome, exit_code, counts, waiting_files
             FROM tempostar_runs
             WHERE command = ?1 AND {condition}
             ORDER BY id DESC
             LIMIT 1"
        );
        let read = |row: &Row<'_>| {
            let counts: Option<String> = row.get(4)?;
            let waiting: Option<String> = row.get(5)?;
            let counts: Map<String, Value> =
                counts.and_then(|counts| serde_json::from_str(&counts).ok()).unwrap_or_default();
            Ok(EndedRun {
                run_id: row.get(0)?,
                started_at: row.get(1)?,
                outcome: row.get(2)?,
                exit_code: row.get(3)?,
                counts: counts
                    .into_iter()
                    .filter_map(|(name, count)| Some((name, count.as_u64()?)))
                    .collect(),
                waiting_files: waiting
                    .and_then(|names| serde_json::from_str(&names).ok())
                    .unwrap_or_default(),
            })
        };
        connection.query_row(&sql, [command], read).optional()
    };
    Ok((find("true")?, find("exit_code IN (0, 3)")?))
}

/// When the earliest run that is still known began.
pub(crate) fn first_run(connection: &Connection) -> Result<Option<String>> {
    Ok(connection.query_row("SELECT min(started_at) FROM tempostar_runs", [], |row| row.get(0))?)
}

/// When the latest run began.
pub(crate) fn newest_run(connection: &Connection) -> Result<Option<String>> {
    Ok(connection.query_row("SELECT max(started_at) FROM tempostar_runs", [], |row| row.get(0))?)
}

/// When the last run of a job began, if nobody has noted its end: it is at work, or died.
pub(crate) fn run_under_way(connection: &Connection, command: &str) -> Result<Option<String>> {
    let sql = "SELECT started_at, finished_at IS NULL
               FROM tempostar_runs
               WHERE command = ?1
               ORDER BY id DESC
               LIMIT 1";
    let last = connection.query_row(sql, [command], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(last.and_then(|(started_at, is_open): (String, bool)| is_open.then_some(started_at)))
}

/// What became of a file's content, for good or for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Its rows are in the shop's tables.
    Applied,
    /// Nothing of it is, for this reason.
    Refused(Text),
    /// The guard keeps it, for this reason.
    Held(Text),
    /// Its rows are being written, in several transactions.
    Begun,
}

impl Decision {
    /// In one word.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Refused(_) => "refused",
            Self::Held(_) => "held",
            Self::Begun => "begun",
        }
    }

    fn reason(&self) -> Option<&Text> {
        match self {
            Self::Applied | Self::Begun => None,
            Self::Refused(reason) | Self::Held(reason) => Some(reason),
        }
    }
}

/// A file's content under a name.
#[derive(Clone, Debug)]
pub(crate) struct FileEntry {
    /// The job.
    pub command: &'static str,
    /// The run that decided.
    pub run_id: String,
    /// The file's name, without a folder.
    pub name: String,
    /// Lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// The file's own time, Japan time.
    pub file_time: NaiveDateTime,
    /// Where its copy lies, below the work folder's archive.
    pub archived_as: String,
}

/// What the ledger knows of a file's content.
#[derive(Clone, Debug)]
pub(crate) struct KnownFile {
    /// The entry's number.
    pub id: i64,
    /// Whether its rows were applied (else it was refused).
    pub is_applied: bool,
    /// Why it was refused.
    pub refused_because: Option<Text>,
    /// Whether the server's copy has been put away.
    pub is_cleaned_up: bool,
    /// The file's own time.
    pub file_time: NaiveDateTime,
    /// Where its copy lies, below the work folder's archive.
    pub archived_as: String,
    /// Whether another content came under the same name since.
    pub is_superseded: bool,
}

/// Notes what became of a file; inside the transaction that writes its rows. A `held` entry of the same content is
/// replaced. Gives the entry's number.
pub(crate) fn record_file(
    transaction: &Transaction<'_>,
    file: &FileEntry,
    decision: &Decision,
    now: NaiveDateTime,
) -> Result<i64> {
    transaction.execute(
        "DELETE FROM tempostar_files
         WHERE command = ?1 AND name = ?2 AND sha256 = ?3 AND outcome = 'held'",
        [file.command, &file.name, &file.sha256],
    )?;
    transaction.execute(
        "INSERT INTO tempostar_files
             (command, name, sha256, size, file_time, run_id, outcome, reason_ja, reason_en, decided_at, archived_as)
         VALUES (:command, :name, :sha256, :size, :file_time, :run_id, :outcome, :reason_ja, :reason_en, :now,
                 :archived_as)",
        named_params! {
            ":command": file.command,
            ":name": file.name,
            ":sha256": file.sha256,
            ":size": file.size,
            ":file_time": format_time(file.file_time),
            ":run_id": file.run_id,
            ":outcome": decision.as_str(),
            ":reason_ja": decision.reason().map(|reason| &reason.ja),
            ":reason_en": decision.reason().map(|reason| &reason.en),
            ":now": format_time(now),
            ":archived_as": file.archived_as,
        },
    )?;
    Ok(transaction.last_insert_rowid())
}

/// Notes that the last rows of a begun file are written.
pub(crate) fn mark_applied(transaction: &Transaction<'_>, id: i64) -> Result<()> {
    transaction.execute("UPDATE tempostar_files SET outcome = 'applied' WHERE id = ?1", [id])?;
    Ok(())
}

/// The files of a job of which an interrupted run has written a part, oldest first.
pub(crate) fn begun_files(connection: &Connection, command: &'static str) -> Result<Vec<(i64, FileEntry)>> {
    let mut statement = connection.prepare(
        "SELECT id, run_id, name, sha256, size, file_time, archived_as
         FROM tempostar_files
         WHERE command = ?1 AND outcome = 'begun'
         ORDER BY id",
    )?;
    let rows = statement.query_map([command], |row| {
        let file_time: String = row.get(5)?;
        let entry = FileEntry {
            command,
            run_id: row.get(1)?,
            name: row.get(2)?,
            sha256: row.get(3)?,
            size: row.get(4)?,
            file_time: parse_time(&file_time).unwrap_or_default(),
            archived_as: row.get(6)?,
        };
        Ok((row.get(0)?, entry))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes that the server's copy has been put away.
pub(crate) fn mark_cleaned_up(connection: &Connection, id: i64) -> Result<()> {
    connection.execute("UPDATE tempostar_files SET is_cleaned_up = 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// A file that is not done with: the server's copy is still there, as far as the ledger knows.
#[derive(Clone, Debug)]
pub(crate) struct UnfinishedFile {
    /// The entry's number.
    pub id: i64,
    /// The file's name.
    pub name: String,
    /// Whether the guard holds it (else it was applied or refused, and could not be put away).
    pub is_held: bool,
}

/// The files of a job that are not done with.
pub(crate) fn unfinished_files(connection: &Connection, command: &str) -> Result<Vec<UnfinishedFile>> {
    let mut statement = connection.prepare(
        "SELECT id, name, outcome = 'held'
         FROM tempostar_files
         WHERE command = ?1 AND NOT is_cleaned_up AND outcome <> 'begun'",
    )?;
    let rows = statement.query_map([command], |row| {
        Ok(UnfinishedFile { id: row.get(0)?, name: row.get(1)?, is_held: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest file that a job has taken, by the file's own time: its name, and where its copy lies below the work folder's
/// archive.
pub(crate) fn newest_file(connection: &Connection, command: &str) -> Result<Option<(String, String)>> {
    let sql = "SELECT name, archived_as
               FROM tempostar_files
               WHERE command = ?1 AND outcome IN ('applied', 'refused')
               ORDER BY file_time DESC, id DESC
               LIMIT 1";
    Ok(connection.query_row(sql, [command], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Forgets a held file that somebody has taken away.
pub(crate) fn forget_file(connection: &Connection, id: i64) -> Result<()> {
    connection.execute("DELETE FROM tempostar_files WHERE id = ?1", [id])?;
    Ok(())
}

/// A file that was held or refused, for a person.
#[derive(Clone, Debug)]
pub(crate) struct StoppedFile {
    /// The job.
    pub command: String,
    /// The file's name.
    pub name: String,
    /// Whether the guard holds it (else it was refused).
    pub is_held: bool,
    /// When that was last decided, Japan time.
    pub decided_at: String,
    /// Why.
    pub reason: Text,
    /// Where the copy of a refused one lies, below the work folder's archive.
    pub archived_as: String,
}

/// The files that are held now, and those that were refused without a later file of that name being applied, newest
/// first.
pub(crate) fn stopped_files(connection: &Connection) -> Result<Vec<StoppedFile>> {
    let mut statement = connection.prepare(
        "SELECT command, name, outcome = 'held', decided_at, coalesce(reason_ja, ''), coalesce(reason_en, ''),
                archived_as
         FROM tempostar_files AS file
         WHERE outcome IN ('held', 'refused')
           AND NOT EXISTS (SELECT 1
                           FROM tempostar_files AS later
                           WHERE later.command = file.command AND later.name = file.name AND later.id > file.id)
         ORDER BY id DESC",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(StoppedFile {
            command: row.get(0)?,
            name: row.get(1)?,
            is_held: row.get(2)?,
            decided_at: row.get(3)?,
            reason: Text { ja: row.get(4)?, en: row.get(5)? },
            archived_as: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest entry of this content under this name.
pub(crate) fn find_file(
    connection: &Connection,
    command: &str,
    name: &str,
    sha256: &str,
) -> Result<Option<KnownFile>> {
    let found = connection
        .query_row(
            "SELECT id, outcome = 'applied', is_cleaned_up, file_time, archived_as,
                    EXISTS (SELECT 1
                            FROM tempostar_files AS later
                            WHERE later.command = file.command AND later.name = file.name AND later.id > file.id
                              AND later.sha256 <> file.sha256 AND later.outcome = 'applied'),
                    reason_ja, reason_en
             FROM tempostar_files AS file
             WHERE command = ?1 AND name = ?2 AND sha256 = ?3 AND outcome NOT IN ('held', 'begun')
             ORDER BY id DESC
             LIMIT 1",
            [command, name, sha256],
            |row| {
                let file_time: String = row.get(3)?;
                let reason: (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
                Ok(KnownFile {
                    refused_because: reason.0.zip(reason.1).map(|(ja, en)| Text { ja, en }),
                    id: row.get(0)?,
                    is_applied: row.get(1)?,
                    is_cleaned_up: row.get(2)?,
                    file_time: parse_time(&file_time).unwrap_or_default(),
                    archived_as: row.get(4)?,
                    is_superseded: row.get(5)?,
                })
            },
        )
        .optional()?;
    Ok(found)
}

/// The own time of a file that a run decided about.
pub(crate) fn file_time(connection: &Connection, run_id: &str, name: &str) -> Result<Option<NaiveDateTime>> {
    let sql =
        "SELECT file_time FROM tempostar_files WHERE run_id = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1";
    let time: Option<String> = connection.query_row(sql, [run_id, name], |row| row.get(0)).optional()?;
    Ok(time.as_deref().and_then(parse_time))
}

/// The applied files whose own time is later than this one, oldest first: name and place in the archive.
pub(crate) fn applied_later(
    connection: &Connection,
    command: &str,
    time: NaiveDateTime,
) -> Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(
        "SELECT name, archived_as
         FROM tempostar_files
         WHERE command = ?1 AND file_time > ?2 AND outcome = 'applied'
         ORDER BY file_time, id",
    )?;
    let rows = statement.query_map([command, &format_time(time)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The own times of applied files that are later than this one, the latest first, at most so many.
pub(crate) fn applied_times_after(
    connection: &Connection,
    command: &str,
    time: NaiveDateTime,
    at_most: usize,
) -> Result<Vec<NaiveDateTime>> {
    let mut statement = connection.prepare(
        "SELECT DISTINCT file_time
         FROM tempostar_files
         WHERE command = ?1 AND file_time > ?2 AND outcome = 'applied'
         ORDER BY file_time DESC
         LIMIT ?3",
    )?;
    let times = statement.query_map((command, format_time(time), at_most), |row| row.get::<_, String>(0))?;
    let times = times.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(times.iter().filter_map(|time| parse_time(time)).collect())
}

/// Forgets runs and files of before this moment, and gives the places of the files' copies in the archive. Which orders
/// were sent is never forgotten: they must not be sent again in a year.
pub(crate) fn forget_before(transaction: &Transaction<'_>, before: NaiveDateTime) -> Result<Vec<String>> {
    let before = format_time(before);
    transaction.execute("DELETE FROM tempostar_runs WHERE started_at < ?1", [&before])?;
    transaction.execute("DELETE FROM tempostar_problems WHERE ended_at < ?1 AND is_done", [&before])?;
    let mut copies = transaction.prepare(
        "SELECT archived_as
         FROM tempostar_files
         WHERE decided_at < ?1 AND is_cleaned_up
         UNION
         SELECT archived_as
         FROM tempostar_batches
         WHERE sent_at < ?1 AND archived_as IS NOT NULL",
    )?;
    let copies = copies.query_map([&before], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    transaction.execute("DELETE FROM tempostar_files WHERE decided_at < ?1 AND is_cleaned_up", [&before])?;
    transaction.execute(
        "UPDATE tempostar_batches
         SET archived_as = NULL
         WHERE sent_at < ?1 AND archived_as IS NOT NULL",
        [&before],
    )?;
    Ok(copies)
}

/// Whether there is anything that [`forget_before`] would forget.
pub(crate) fn is_anything_older(connection: &Connection, before: NaiveDateTime) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_runs WHERE started_at < ?1)
                   OR EXISTS (SELECT 1 FROM tempostar_problems WHERE ended_at < ?1 AND is_done)
                   OR EXISTS (SELECT 1 FROM tempostar_files WHERE decided_at < ?1 AND is_cleaned_up)
                   OR EXISTS (SELECT 1 FROM tempostar_batches WHERE sent_at < ?1 AND archived_as IS NOT NULL)";
    Ok(connection.query_row(sql, [format_time(before)], |row| row.get(0))?)
}
