//! The history: what changed in the shop's tables, by which run, from which file and line. The entries lie in the shop's
//! database and commit together with the rows that they tell of; only changes are recorded, and forgotten after
//! `history_days`.
//!
//! A file that is the first of its kind in a shop (or of which nothing was written) has no rows in the history: what it
//! brought is what the tables say, and a second copy of it would be of no use.

use std::time::Duration;

use anyhow::Result;
use chrono::NaiveDateTime;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, named_params};

use crate::clock::format_time;
use crate::interrupt;
use crate::ledger::FileEntry;

/// How many rows one transaction forgets: some milliseconds.
const FORGOTTEN_AT_ONCE: u32 = 5_000;

/// How many such transactions one run does at most; the next run goes on.
const STEPS_MAX: u32 = 20;

/// Between them the shop's writers get their turn.
const PAUSE: Duration = Duration::from_millis(26);

/// The tables of rows, with what stands behind the file in their keys.
const TABLES: [(&str, &str); 3] = [
    ("tempostar_stock_history", "sku_code"),
    ("tempostar_catalogue_history", "kind, code"),
    ("tempostar_order_history", "order_no, event, number"),
];

/// Whether the rows of a file are recorded one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Those that change something.
    Rows,
    /// The shop had nothing of the kind before.
    FirstLoad,
}

/// One run's writing of one file: rows are recorded under it before it is kept itself, because only then it is known
/// whether there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryFile {
    id: i64,
    recording: Recording,
}

impl HistoryFile {
    /// The next one. Its number is free as long as the transaction lasts, and taken by [`HistoryFile::keep`].
    ///
    /// # Errors
    /// SQLite's.
    pub fn begin(transaction: &Transaction<'_>, recording: Recording) -> Result<Self> {
        let sql = "SELECT coalesce(max(id), 0) + 1 FROM tempostar_history_files";
        Ok(Self { id: transaction.query_row(sql, [], |row| row.get(0))?, recording })
    }

    /// Under which number rows are recorded; `None`: they are not.
    pub fn rows_under(self) -> Option<i64> {
        (self.recording == Recording::Rows).then_some(self.id)
    }

    /// Keeps the entry if there is anything to tell, and gives it then. Once more does no harm.
    ///
    /// # Errors
    /// SQLite's.
    pub fn keep(
        self,
        transaction: &Transaction<'_>,
        file: &FileEntry,
        run_id: &str,
        now: NaiveDateTime,
    ) -> Result<Option<Self>> {
        let has_rows = TABLES
            .map(|(table, _)| format!("EXISTS (SELECT 1 FROM {table} WHERE history_file_id = :id)"))
            .join(" OR ");
        transaction.execute(
            &format!(
                "INSERT OR IGNORE INTO tempostar_history_files
                     (id, command, run_id, file_name, file_time, archived_as, written_at, is_first_load)
                 SELECT :id, :command, :run_id, :file_name, :file_time, :archived_as, :now, :is_first_load
                 WHERE :is_first_load OR {has_rows}"
            ),
            named_params! {
                ":id": self.id,
                ":command": file.command,
                ":run_id": run_id,
                ":file_name": file.name,
                ":file_time": format_time(file.file_time),
                ":archived_as": file.archived_as,
                ":now": format_time(now),
                ":is_first_load": self.recording == Recording::FirstLoad,
            },
        )?;
        let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_history_files WHERE id = ?1)";
        let is_kept: bool = transaction.query_row(sql, [self.id], |row| row.get(0))?;
        Ok(is_kept.then_some(self))
    }
}

/// Forgets what was written before this moment, some thousand rows at a time; what is too much for one run is left to the
/// next.
///
/// # Errors
/// SQLite's.
pub fn forget_before(database: &Connection, before: NaiveDateTime) -> Result<()> {
    for _ in 0..STEPS_MAX {
        let Some(id) = oldest_before(database, before)? else { return Ok(()) };
        let transaction = Transaction::new_unchecked(database, TransactionBehavior::Immediate)?;
        let left = forget_rows(&transaction, id)?;
        transaction.commit()?;
        if left == Rows::More {
            interrupt::sleep(PAUSE);
        }
        if interrupt::is_requested() {
            return Ok(());
        }
    }
    Ok(())
}

/// Entries are in the order of writing; a host whose clock was turned back only keeps some for longer.
fn oldest_before(database: &Connection, before: NaiveDateTime) -> Result<Option<i64>> {
    let oldest = database.query_row(
        "SELECT id, written_at < ?1 FROM tempostar_history_files ORDER BY id LIMIT 1",
        [format_time(before)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    );
    Ok(oldest.optional()?.and_then(|(id, is_old): (i64, bool)| is_old.then_some(id)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Gone,
    More,
}

/// The rows of a file first: its number may be given away again when it is gone itself.
fn forget_rows(transaction: &Transaction<'_>, id: i64) -> Result<Rows> {
    for (table, key) in TABLES {
        let forgotten = transaction.execute(
            &format!(
                "DELETE FROM {table}
                 WHERE history_file_id = ?1
                   AND ({key}) IN (SELECT {key}
                                   FROM {table}
                                   WHERE history_file_id = ?1
                                   ORDER BY {key}
                                   LIMIT ?2)"
            ),
            (id, FORGOTTEN_AT_ONCE),
        )?;
        if forgotten > 0 {
            return Ok(Rows::More);
        }
    }
    transaction.execute("DELETE FROM tempostar_history_files WHERE id = ?1", [id])?;
    Ok(Rows::Gone)
}
