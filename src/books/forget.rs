//! What the ledger forgets with time.

use anyhow::Result;
use rusqlite::{Connection, Transaction};

use crate::books::rows::Ask;
use crate::moment::Moment;

/// Files that are done with. What is held is not, however old it is.
const DONE_FILES_SQL: &str = "tempostar_files AS file
     WHERE decided_at < ?1 AND is_cleaned_up AND put_as IS NULL
       AND NOT EXISTS (SELECT 1
                       FROM tempostar_held AS held
                       WHERE held.archived_as = file.archived_as AND held.state = 'held')";

/// Forgets runs and files of before this moment, and gives the places of the files' copies in the archive. Which orders
/// were sent is never forgotten: they must not be sent again in a year. A file that still has to be deleted on the server
/// stays.
pub(crate) fn forget_before(transaction: &Transaction<'_>, before: Moment) -> Result<Vec<String>> {
    transaction.change("DELETE FROM tempostar_runs WHERE started_at < ?1", [before])?;
    transaction.change("DELETE FROM tempostar_problems WHERE ended_at < ?1 AND is_done", [before])?;
    let copies = transaction.column(
        &format!(
            "SELECT archived_as FROM {DONE_FILES_SQL}
             UNION
             SELECT archived_as FROM tempostar_held WHERE decided_at < ?1"
        ),
        [before],
    )?;
    transaction.change(&format!("DELETE FROM {DONE_FILES_SQL}"), [before])?;
    transaction.change("DELETE FROM tempostar_held WHERE decided_at < ?1", [before])?;
    Ok(copies)
}

/// Whether there is anything that [`forget_before`] would forget.
pub(crate) fn is_anything_older(connection: &Connection, before: Moment) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM tempostar_runs WHERE started_at < ?1)
             OR EXISTS (SELECT 1 FROM tempostar_problems WHERE ended_at < ?1 AND is_done)
             OR EXISTS (SELECT 1 FROM {DONE_FILES_SQL})
             OR EXISTS (SELECT 1 FROM tempostar_held WHERE decided_at < ?1)"
    );
    connection.value(&sql, [before])
}
