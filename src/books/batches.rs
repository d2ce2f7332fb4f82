//! The ledger's part about orders: which file each order went in, and how far that file has come.

use std::collections::HashSet;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::books::rows::Cells;
use crate::moment::Moment;

words! {
    /// How far a file of orders has come.
    pub(crate) enum BatchState {
        /// Its bytes and members are fixed.
        Prepared = "prepared",
        /// Complete on the server under its temporary name; only the rename is missing.
        Uploaded = "uploaded",
        /// Complete on the server under its name.
        Sent = "sent",
    }
}

/// A file of orders that has not arrived yet.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub id: i64,
    pub file_name: String,
    pub state: BatchState,
    pub sha256: String,
    pub order_count: u64,
    pub line_count: u64,
}

/// One member of a file of orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOrder {
    /// Its number in the shop.
    pub order_no: String,
    /// Its `updated_at` when it was read.
    pub updated_at: String,
}

/// What fixes a file of orders.
#[derive(Clone, Debug)]
pub(crate) struct NewBatch<'a> {
    pub file_name: &'a str,
    pub sha256: &'a str,
    pub size: u64,
    pub orders: &'a [BatchOrder],
    pub line_count: u64,
    pub run_id: &'a str,
}

/// Fixes a batch and its members. An order that is in another batch already makes it fail.
pub(crate) fn prepare_batch(transaction: &Transaction<'_>, batch: &NewBatch<'_>, now: Moment) -> Result<i64> {
    transaction.execute(
        "INSERT INTO tempostar_batches
             (file_name, state, sha256, size, order_count, line_count, run_id, prepared_at)
         VALUES (:file_name, 'prepared', :sha256, :size, :order_count, :line_count, :run_id, :now)",
        named_params! {
            ":file_name": batch.file_name,
            ":sha256": batch.sha256,
            ":size": batch.size,
            ":order_count": batch.orders.len(),
            ":line_count": batch.line_count,
            ":run_id": batch.run_id,
            ":now": now,
        },
    )?;
    let id = transaction.last_insert_rowid();
    let mut insert = transaction.prepare(
        "INSERT INTO tempostar_batch_orders (order_no, batch_id, known_updated_at)
         VALUES (?1, ?2, ?3)",
    )?;
    for order in batch.orders {
        insert.execute((&order.order_no, id, &order.updated_at))?;
    }
    Ok(id)
}

/// Batches that an earlier run did not bring to their end, oldest first.
pub(crate) fn open_batches(connection: &Connection) -> Result<Vec<Batch>> {
    let mut statement = connection.prepare(
        "SELECT id, file_name, state, sha256, order_count, line_count
         FROM tempostar_batches
         WHERE state <> 'sent'
         ORDER BY id",
    )?;
    let batches = statement.query_and_then([], |row| {
        Ok(Batch {
            id: row.cell("tempostar_batches.id")?,
            file_name: row.cell("tempostar_batches.file_name")?,
            state: row.cell("tempostar_batches.state")?,
            sha256: row.cell("tempostar_batches.sha256")?,
            order_count: row.cell("tempostar_batches.order_count")?,
            line_count: row.cell("tempostar_batches.line_count")?,
        })
    })?;
    batches.collect()
}

/// Whether a batch of this name exists.
pub(crate) fn is_batch_name_taken(connection: &Connection, file_name: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_batches WHERE file_name = ?1)";
    Ok(connection.query_row(sql, [file_name], |row| row.get(0))?)
}

/// Gives a batch that has not been uploaded another name.
pub(crate) fn rename_batch(connection: &Connection, id: i64, file_name: &str) -> Result<()> {
    connection.execute("UPDATE tempostar_batches SET file_name = ?2 WHERE id = ?1", (id, file_name))?;
    Ok(())
}

/// Notes that a batch lies complete on the server, under its temporary name.
pub(crate) fn mark_uploaded(connection: &Connection, id: i64) -> Result<()> {
    connection.execute("UPDATE tempostar_batches SET state = 'uploaded' WHERE id = ?1", [id])?;
    Ok(())
}

/// Notes that a batch has its final name, and that its orders are exported as of now.
pub(crate) fn mark_sent(
    transaction: &Transaction<'_>,
    id: i64,
    archived_as: &str,
    now: Moment,
) -> Result<()> {
    transaction.execute(
        "UPDATE tempostar_batches
         SET state = 'sent', sent_at = ?2, archived_as = ?3
         WHERE id = ?1",
        (id, now, archived_as),
    )?;
    transaction.execute(
        "UPDATE orders
         SET exported_at = ?2
         WHERE order_no IN (SELECT order_no FROM tempostar_batch_orders WHERE batch_id = ?1)",
        (id, now),
    )?;
    Ok(())
}

/// Where the copy of a batch of these bytes lies, below the work folder's archive, if it was sent.
pub(crate) fn archived_batch(connection: &Connection, sha256: &str) -> Result<Option<String>> {
    let sql = "SELECT archived_as FROM tempostar_batches WHERE sha256 = ?1 AND archived_as IS NOT NULL";
    Ok(connection.query_row(sql, [sha256], |row| row.get(0)).optional()?)
}

/// A batch as it is found by its bytes.
#[derive(Clone, Debug)]
pub(crate) struct KnownBatch {
    pub id: i64,
    pub state: BatchState,
    pub order_count: u64,
}

/// The batch of these bytes.
pub(crate) fn batch_of(connection: &Connection, sha256: &str) -> Result<Option<KnownBatch>> {
    let sql =
        "SELECT id, state, order_count FROM tempostar_batches WHERE sha256 = ?1 ORDER BY id DESC LIMIT 1";
    let mut statement = connection.prepare(sql)?;
    let found = statement.query_and_then([sha256], |row| {
        Ok(KnownBatch {
            id: row.cell("tempostar_batches.id")?,
            state: row.cell("tempostar_batches.state")?,
            order_count: row.cell("tempostar_batches.order_count")?,
        })
    })?;
    { found }.next().transpose()
}

/// Where the copies of all batches lie that have one, below the work folder's archive.
pub(crate) fn archived_batches(connection: &Connection) -> Result<HashSet<String>> {
    let mut statement =
        connection.prepare("SELECT archived_as FROM tempostar_batches WHERE archived_as IS NOT NULL")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A batch that the database has forgotten.
#[derive(Clone, Debug)]
pub(crate) struct RestoredBatch<'a> {
    pub file_name: &'a str,
    pub sha256: &'a str,
    pub size: u64,
    pub order_numbers: &'a [String],
    pub line_count: u64,
    /// Where its copy lies; `None`: it may still lack its final name.
    pub archived_as: Option<&'a str>,
    pub run_id: &'a str,
}

/// Takes a batch up again that was fixed at that time; gives the numbers of its orders that the database does not have.
/// An order that is in another batch stays there.
pub(crate) fn restore_batch(
    transaction: &Transaction<'_>,
    batch: &RestoredBatch<'_>,
    fixed_at: Moment,
) -> Result<Vec<String>> {
    let mut find = transaction.prepare("SELECT updated_at FROM orders WHERE order_no = ?1")?;
    let mut orders = Vec::new();
    let mut lost = Vec::new();
    for order_no in batch.order_numbers {
        let updated_at: Option<Option<String>> = find.query_row([order_no], |row| row.get(0)).optional()?;
        match updated_at {
            _ if is_in_batch(transaction, order_no)? => {}
            Some(updated_at) => orders
                .push(BatchOrder { order_no: order_no.clone(), updated_at: updated_at.unwrap_or_default() }),
            None => lost.push(order_no.clone()),
        }
    }
    let new = NewBatch {
        file_name: batch.file_name,
        sha256: batch.sha256,
        size: batch.size,
        orders: &orders,
        line_count: batch.line_count,
        run_id: batch.run_id,
    };
    let id = prepare_batch(transaction, &new, fixed_at)?;
    match batch.archived_as {
        Some(archived_as) => mark_sent(transaction, id, archived_as, fixed_at)?,
        None => mark_uploaded(transaction, id)?,
    }
    Ok(lost)
}

fn is_in_batch(connection: &Connection, order_no: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_batch_orders WHERE order_no = ?1)";
    Ok(connection.query_row(sql, [order_no], |row| row.get(0))?)
}

/// Forgets a batch of which nothing has reached TEMPOSTAR; its orders wait again.
pub(crate) fn release_batch(transaction: &Transaction<'_>, id: i64) -> Result<()> {
    transaction.execute("DELETE FROM tempostar_batch_orders WHERE batch_id = ?1", [id])?;
    transaction.execute("DELETE FROM tempostar_batches WHERE id = ?1", [id])?;
    Ok(())
}

/// A file of orders in the outbox.
#[derive(Clone, Debug)]
pub(crate) struct SentBatch {
    pub file_name: String,
    pub sent_at: Moment,
    pub order_count: u64,
}

/// The files of orders that were sent and that TEMPOSTAR was not seen to have taken, oldest first, for a person.
pub(crate) fn sent_batches(connection: &Connection) -> Result<Vec<SentBatch>> {
    let mut statement = connection.prepare(
        "SELECT file_name, sent_at, order_count
         FROM tempostar_batches
         WHERE taken_at IS NULL AND state = 'sent'
         ORDER BY sent_at, id",
    )?;
    let batches = statement.query_and_then([], |row| {
        Ok(SentBatch {
            file_name: row.cell("tempostar_batches.file_name")?,
            sent_at: row.cell("tempostar_batches.sent_at")?,
            order_count: row.cell("tempostar_batches.order_count")?,
        })
    })?;
    batches.collect()
}

/// The files of orders that were sent and that TEMPOSTAR was not seen to have taken, oldest first.
pub(crate) fn batches_not_taken(connection: &Connection) -> Result<Vec<(i64, String)>> {
    let mut statement = connection.prepare(
        "SELECT id, file_name
         FROM tempostar_batches
         WHERE taken_at IS NULL AND state = 'sent'
         ORDER BY sent_at, id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Those of them that were sent before this moment: name, and when they were sent.
pub(crate) fn sent_before(connection: &Connection, before: Moment) -> Result<Vec<(String, Moment)>> {
    let mut statement = connection.prepare(
        "SELECT file_name, sent_at
         FROM tempostar_batches
         WHERE taken_at IS NULL AND state = 'sent' AND sent_at < ?1
         ORDER BY sent_at, id",
    )?;
    let batches = statement.query_and_then([before], |row| {
        Ok((row.cell("tempostar_batches.file_name")?, row.cell("tempostar_batches.sent_at")?))
    })?;
    batches.collect()
}

/// Whether TEMPOSTAR has ever been seen to take a file of orders away.
pub(crate) fn has_any_been_taken(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_batches WHERE taken_at IS NOT NULL)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Notes that TEMPOSTAR has taken a file of orders.
pub(crate) fn mark_taken(connection: &Connection, id: i64, now: Moment) -> Result<()> {
    connection.execute(
        "UPDATE tempostar_batches
         SET taken_at = ?2
         WHERE id = ?1 AND taken_at IS NULL",
        (id, now),
    )?;
    Ok(())
}
