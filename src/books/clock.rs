//! What the ledger knows of time: when something was done last, how far a server's clock is ahead of ours, and stamps of
//! moments that have not come yet.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Connection, Transaction};

use crate::books::open::{meta, set_meta};
use crate::books::rows::Ask;
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::Exit;

/// When something was last done by a clock that was believed: a run that ended for wrong settings, its clock among them,
/// does not count, nor does this one.
pub(crate) fn newest_believed(connection: &Connection, this_run: &str) -> Result<Option<Moment>> {
    newest(connection, this_run, Exit::Settings.code())
}

/// Likewise by any clock.
pub(crate) fn newest_of_all(connection: &Connection, this_run: &str) -> Result<Option<Moment>> {
    // No run has it.
    newest(connection, this_run, u8::MAX)
}

fn newest(connection: &Connection, this_run: &str, but_for_exit: u8) -> Result<Option<Moment>> {
    connection.value(
        "SELECT max(started_at)
         FROM (SELECT *
               FROM (SELECT max(started_at, coalesce(finished_at, '')) AS started_at
                     FROM tempostar_runs
                     WHERE run_id <> ?1 AND coalesce(exit_code, 0) <> ?2
                     ORDER BY tempostar_runs.started_at DESC
                     LIMIT 1)
               UNION ALL
               SELECT max(decided_at) FROM tempostar_files)",
        (this_run, but_for_exit),
    )
}

/// How it is known how far a server's clock is ahead of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// From the time of something that we wrote there.
    Measured,
    /// From a listing that could not be understood otherwise.
    Seen,
}

impl Known {
    /// `server` is `user@host`.
    fn key(self, server: &str) -> String {
        match self {
            Self::Measured => format!("server_ahead_s {server}"),
            Self::Seen => format!("server_seen_ahead_s {server}"),
        }
    }
}

/// By how much what this server tells of files, read as UTC, is ahead of our clock.
pub(crate) fn server_ahead(connection: &Connection, server: &str, known: Known) -> Result<Option<TimeDelta>> {
    let found = meta(connection, &known.key(server))?;
    Ok(found.and_then(|seconds| seconds.parse().ok()).and_then(TimeDelta::try_seconds))
}

pub(crate) fn note_server_ahead(
    connection: &Connection,
    server: &str,
    known: Known,
    ahead: TimeDelta,
) -> Result<()> {
    Ok(set_meta(connection, &known.key(server), &ahead.num_seconds().to_string())?)
}

/// Where a job's run has laid down a small file for the server to stamp, and may have died before it took it away.
pub(crate) fn probe(connection: &Connection, job: Job) -> Result<Option<String>> {
    Ok(meta(connection, &probe_key(job))?.filter(|path| !path.is_empty()))
}

/// `path`: empty when it is taken away.
pub(crate) fn note_probe(connection: &Connection, job: Job, path: &str) -> Result<()> {
    Ok(set_meta(connection, &probe_key(job), path)?)
}

fn probe_key(job: Job) -> String {
    format!("clock_probe {job}")
}

/// Under which key stands when a person last had the clock checked (`check-settings --write-test`).
const CONFIRMED: &str = "clock_confirmed";

pub(crate) fn note_confirmed(connection: &Connection, now: Moment) -> Result<()> {
    Ok(set_meta(connection, CONFIRMED, &now.to_string())?)
}

pub(crate) fn confirmed(connection: &Connection) -> Result<Option<Moment>> {
    Ok(meta(connection, CONFIRMED)?.and_then(|at| at.parse().ok()))
}

/// Where we stamp something.
const STAMPS: [(&str, &[&str]); 13] = [
    ("products", &["tempostar_as_of"]),
    ("skus", &["tempostar_as_of"]),
    ("order_shipments", &["tempostar_as_of"]),
    ("tempostar_missing_skus", &["since"]),
    ("stock", &["as_of", "updated_at"]),
    ("orders", &["exported_at", "cancelled_in_tempostar_at"]),
    ("tempostar_unknown_stock", &["as_of"]),
    ("tempostar_runs", &["started_at", "finished_at"]),
    ("tempostar_files", &["file_time", "decided_at"]),
    ("tempostar_batches", &["prepared_at", "rename_tried_at", "sent_at", "taken_at", "seen_lying_at"]),
    ("tempostar_history_files", &["file_time", "written_at"]),
    ("tempostar_problems", &["first_seen", "last_seen", "mail_from", "mailed_at", "ended_at"]),
    ("tempostar_missing_products", &["since"]),
];

/// Makes stamps later than `limit` stamps of now; gives how many there were.
pub(crate) fn put_right(transaction: &Transaction<'_>, limit: Moment, now: Moment) -> Result<usize> {
    let mut count = 0;
    for (table, columns) in STAMPS {
        for column in columns {
            let sql = format!(
                "UPDATE {table}
                 SET {column} = ?2
                 WHERE {column} > ?1 AND {column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] *'"
            );
            count += transaction.execute(&sql, (limit, now))?;
        }
    }
    Ok(count)
}
