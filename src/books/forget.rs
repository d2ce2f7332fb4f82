//! What the ledger forgets with time.

use anyhow::Result;
use rusqlite::{Connection, Transaction};

use crate::moment::Moment;

/// Forgets runs and files of before this moment, and gives the places of the files' copies in the archive. Which orders
/// were sent is never forgotten: they must not be sent again in a year. A file that still has to be deleted on the server
/// stays.
pub(crate) fn forget_before(transaction: &Transaction<'_>, before: Moment) -> Result<Vec<String>> {
    transaction.execute("DELETE FROM tempostar_runs WHERE started_at < ?1", [before])?;
    transaction.execute("DELETE FROM tempostar_problems WHERE ended_at < ?1 AND is_done", [before])?;
    let mut copies = transaction.prepare(
        "SELECT archived_as
         FROM tempostar_files
         WHERE decided_at < ?1 AND is_cleaned_up AND put_as IS NULL",
    )?;
    let copies = copies.query_map([before], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    transaction.execute(
        "DELETE FROM tempostar_files WHERE decided_at < ?1 AND is_cleaned_up AND put_as IS NULL",
        [before],
    )?;
    Ok(copies)
}

/// Whether there is anything that [`forget_before`] would forget.
pub(crate) fn is_anything_older(connection: &Connection, before: Moment) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_runs WHERE started_at < ?1)
                   OR EXISTS (SELECT 1 FROM tempostar_problems WHERE ended_at < ?1 AND is_done)
                   OR EXISTS (SELECT 1 FROM tempostar_files
                              WHERE decided_at < ?1 AND is_cleaned_up AND put_as IS NULL)";
    Ok(connection.query_row(sql, [before], |row| row.get(0))?)
}
