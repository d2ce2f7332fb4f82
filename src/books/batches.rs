//! The ledger's part about orders: which file each order went in, and how far that file has come.

use std::collections::HashSet;

use anyhow::{Context, Result};
use rusqlite::{Connection, Row, ToSql, Transaction, params_from_iter};
use serde::{Deserialize, Serialize};

use crate::books::open::dropped_by_shop;
use crate::books::orders::{IS_DATED_SQL, SENT_SQL};
use crate::books::rows::{Ask, Cells, Record};
use crate::moment::Moment;
use crate::problem::Failure;
use crate::settings::Settings;
use crate::text::books as text;

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

record! {
    pub(crate) struct Batch of "tempostar_batches" {
        pub id: i64,
        pub file_name: String,
        pub state: BatchState,
        pub sha256: String,
        pub size: u64,
        pub order_count: u64,
        pub line_count: u64,
        pub run_id: String,
        pub prepared_at: Moment,
        pub sent_at: Option<Moment>,
        /// When TEMPOSTAR was seen to have taken it.
        pub taken_at: Option<Moment>,
        /// Where its copy lies, below the work folder's archive.
        pub archived_as: Option<String>,
        /// `None`: made before places were noted, and so for the one of the settings.
        pub place: Option<Place> => (Place::read, "server, outbox, shop_code"),
        /// Whether its rename was asked for: then it may have its final name.
        pub rename_tried: bool = "rename_tried_at IS NOT NULL",
    }
}

/// Where a file of orders goes, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// `user@host`: the account. Its port may change.
    pub server: String,
    pub outbox: String,
    pub shop_code: String,
}

impl Place {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            server: format!("{}@{}", settings.ftp.server.user, settings.ftp.server.host),
            outbox: settings.orders.outbox.clone(),
            shop_code: settings.shop.code.clone(),
        }
    }

    fn read(row: &Row<'_>) -> Result<Option<Self>> {
        let Some(server) = row.cell("tempostar_batches.server")? else { return Ok(None) };
        let outbox = row.cell("tempostar_batches.outbox")?;
        Ok(Some(Self { server, outbox, shop_code: row.cell("tempostar_batches.shop_code")? }))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOrder {
    pub order_no: String,
    /// Its `updated_at` when it was read.
    pub updated_at: String,
    pub content: SentContent,
}

/// What was sent under an order's number; it holds no customer's data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentContent {
    /// A hash of when, by whom, for how much, and which lines.
    pub fingerprint: String,
    /// JSON array of `[SKU, quantity]`.
    pub lines: String,
}

#[derive(Clone, Debug)]
pub(crate) struct NewBatch<'a> {
    pub file_name: &'a str,
    pub sha256: &'a str,
    pub size: u64,
    pub orders: &'a [BatchOrder],
    pub line_count: u64,
    pub run_id: &'a str,
    pub place: &'a Place,
}

/// A step of a batch is taken by the run that has claimed it, and only from where the batch stands; else two runs
/// without a working lock would send it twice.
fn must_hit_one(rows: usize) -> Result<()> {
    match rows {
        1 => Ok(()),
        _ => Err(Failure::of(text::batch_taken_over()).into()),
    }
}

/// Makes a batch this run's to bring to its end.
pub(crate) fn claim(connection: &Connection, id: i64, run_id: &str) -> Result<()> {
    let sql = "UPDATE tempostar_batches SET claimed_by = ?2 WHERE id = ?1 AND state <> 'sent'";
    must_hit_one(connection.execute(sql, (id, run_id))?)
}

/// Fixes a batch and its members. An order that is in another batch already makes it fail.
pub(crate) fn prepare_batch(
    transaction: &Transaction<'_>,
    batch: &NewBatch<'_>,
    now: Moment,
) -> Result<Batch> {
    insert!(transaction, "INSERT INTO tempostar_batches" {
        file_name: batch.file_name,
        state: BatchState::Prepared,
        sha256: batch.sha256,
        size: batch.size,
        order_count: batch.orders.len(),
        line_count: batch.line_count,
        run_id: batch.run_id,
        prepared_at: now,
        claimed_by: batch.run_id,
        server: batch.place.server,
        outbox: batch.place.outbox,
        shop_code: batch.place.shop_code,
    })?;
    let id = transaction.last_insert_rowid();
    let mut insert = transaction.prepare(
        "INSERT INTO tempostar_batch_orders (order_no, batch_id, known_updated_at, fingerprint, lines)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for BatchOrder { order_no, updated_at, content } in batch.orders {
        insert.execute((order_no, id, updated_at, &content.fingerprint, &content.lines))?;
    }
    Batch::first(transaction, "WHERE id = ?1", [id])?.context("the batch is gone")
}

/// Batches that an earlier run did not bring to their end, oldest first.
pub(crate) fn open_batches(connection: &Connection) -> Result<Vec<Batch>> {
    Batch::all(connection, "WHERE state <> 'sent' ORDER BY id", [])
}

pub(crate) fn is_batch_name_taken(connection: &Connection, file_name: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_batches WHERE file_name = ?1)";
    connection.value(sql, [file_name])
}

/// A step of a batch on its way, noted as it is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// It lies complete on the server, under its temporary name.
    Uploaded,
    /// Nothing of it lies on the server: it is uploaded again.
    NotUploaded,
    /// It gets another name; its rename was never asked for.
    NameChanged(&'a str),
    /// Its rename is about to be asked for; from now on it may have its final name.
    RenameTried(Moment),
    /// The server refused its rename: it never happened.
    RenameRefused,
}

pub(crate) fn take_step(connection: &Connection, id: i64, run_id: &str, step: Step<'_>) -> Result<()> {
    let (set, only_if, value): (_, _, Option<&dyn ToSql>) = match &step {
        Step::Uploaded => ("state = 'uploaded'", "state = 'prepared'", None),
        Step::NotUploaded => ("state = 'prepared'", "state = 'uploaded' AND rename_tried_at IS NULL", None),
        Step::NameChanged(name) => {
            ("file_name = ?3", "state = 'uploaded' AND rename_tried_at IS NULL", Some(name))
        }
        Step::RenameTried(now) => ("rename_tried_at = ?3", "state = 'uploaded'", Some(now)),
        Step::RenameRefused => ("rename_tried_at = NULL", "state = 'uploaded'", None),
    };
    let sql = format!("UPDATE tempostar_batches SET {set} WHERE id = ?1 AND claimed_by = ?2 AND {only_if}");
    let parameters = [&id as &dyn ToSql, &run_id].into_iter().chain(value);
    must_hit_one(connection.execute(&sql, params_from_iter(parameters))?)
}

/// Notes that a batch has its final name. That its orders are exported is for [`mark_exported`].
pub(crate) fn mark_sent(
    transaction: &Transaction<'_>,
    id: i64,
    run_id: &str,
    archived_as: &str,
    now: Moment,
) -> Result<()> {
    must_hit_one(transaction.execute(
        "UPDATE tempostar_batches
         SET state = 'sent', sent_at = ?3, archived_as = ?4
         WHERE id = ?1 AND claimed_by = ?2 AND state = 'uploaded'",
        (id, run_id, now, archived_as),
    )?)
}

/// Notes that a batch is sent whose copy lies in the archive, however far the ledger knew it.
pub(crate) fn mark_sent_as_found(
    transaction: &Transaction<'_>,
    id: i64,
    archived_as: &str,
    sent_at: Moment,
) -> Result<()> {
    must_hit_one(transaction.execute(
        "UPDATE tempostar_batches
         SET state = 'sent', sent_at = ?2, archived_as = ?3
         WHERE id = ?1 AND state <> 'sent'",
        (id, sent_at, archived_as),
    )?)
}

/// Marks orders as exported when the ledger says that they were sent. Where the shop keeps `updated_at` by a trigger, what
/// our own write did to it is not the shop's change.
///
/// # Errors
/// A refusal (see [`crate::books::refusal`]) where a trigger or constraint of the shop refuses one of them, or lets it drop.
pub(crate) fn mark_exported(transaction: &Transaction<'_>, orders: &[&str]) -> Result<()> {
    let orders = serde_json::to_string(orders)?;
    let change = |sql: &str| transaction.change(sql, [&orders]);
    let has_triggers = has_triggers(transaction, "orders")?;
    if has_triggers {
        change(
            "UPDATE tempostar_batch_orders
             SET known_updated_at = NULL
             WHERE order_no IN (SELECT value FROM json_each(?1))
               AND known_updated_at IS NOT (SELECT updated_at FROM orders WHERE order_no = tempostar_batch_orders.order_no)",
        )?;
    }
    change(
        "UPDATE orders
         SET exported_at = (SELECT batch.sent_at
                            FROM tempostar_batch_orders AS member
                            JOIN tempostar_batches AS batch ON batch.id = member.batch_id
                            WHERE member.order_no = orders.order_no)
         WHERE order_no IN (SELECT value FROM json_each(?1))",
    )?;
    if has_triggers {
        change(
            "UPDATE tempostar_batch_orders
             SET known_updated_at = (SELECT updated_at FROM orders WHERE order_no = tempostar_batch_orders.order_no)
             WHERE order_no IN (SELECT value FROM json_each(?1)) AND known_updated_at IS NOT NULL
               AND known_updated_at IS NOT (SELECT updated_at FROM orders WHERE order_no = tempostar_batch_orders.order_no)",
        )?;
    }
    let dropped = format!(
        "SELECT EXISTS (SELECT 1
                        FROM orders
                        WHERE order_no IN (SELECT value FROM json_each(?1)) AND NOT {SENT_SQL})"
    );
    if transaction.value(&dropped, [&orders])? { Err(dropped_by_shop().into()) } else { Ok(()) }
}

/// Whether anything else is written where the shop's table is.
fn has_triggers(shop: &Connection, table: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1
                              FROM main.sqlite_schema
                              WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE)";
    shop.value(sql, [table])
}

/// Whether the shop's order of this number was placed after the batch was fixed.
pub(crate) fn is_younger(connection: &Connection, id: i64, order_no: &str) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1
                        FROM orders
                        JOIN tempostar_batches AS batch ON batch.id = ?1
                        WHERE order_no = ?2 AND {IS_DATED_SQL} AND replace(ordered_at, '/', '-') > prepared_at)"
    );
    connection.value(&sql, (id, order_no))
}

/// Where the copy of a batch of these bytes lies, below the work folder's archive, if it was sent.
pub(crate) fn archived_batch(connection: &Connection, sha256: &str) -> Result<Option<String>> {
    let sql = "SELECT archived_as FROM tempostar_batches WHERE sha256 = ?1 AND archived_as IS NOT NULL";
    connection.value_if_any(sql, [sha256])
}

/// The newest batch of these bytes.
pub(crate) fn batch_of(connection: &Connection, sha256: &str) -> Result<Option<Batch>> {
    Batch::first(connection, "WHERE sha256 = ?1 ORDER BY id DESC LIMIT 1", [sha256])
}

pub(crate) fn batch_named(connection: &Connection, file_name: &str) -> Result<Option<Batch>> {
    Batch::first(connection, "WHERE file_name = ?1", [file_name])
}

pub(crate) fn batch_with(connection: &Connection, order_no: &str) -> Result<Option<Batch>> {
    let which = "WHERE id = (SELECT batch_id FROM tempostar_batch_orders WHERE order_no = ?1)";
    Batch::first(connection, which, [order_no])
}

/// Where the copies of all batches lie that have one, below the work folder's archive.
pub(crate) fn archived_batches(connection: &Connection) -> Result<HashSet<String>> {
    let sql = "SELECT archived_as FROM tempostar_batches WHERE archived_as IS NOT NULL";
    Ok(connection.column(sql, [])?.into_iter().collect())
}

/// The files of orders that were sent before this moment and have a copy still, oldest first, at most so many.
pub(crate) fn old_copies(connection: &Connection, before: Moment, at_most: usize) -> Result<Vec<Batch>> {
    let which = "WHERE sent_at < ?1 AND archived_as IS NOT NULL ORDER BY sent_at, id LIMIT ?2";
    Batch::all(connection, which, (before, at_most))
}

/// The numbers of the orders in a file of orders.
pub(crate) fn numbers(connection: &Connection, id: i64) -> Result<Vec<String>> {
    connection
        .column("SELECT order_no FROM tempostar_batch_orders WHERE batch_id = ?1 ORDER BY order_no", [id])
}

/// What was sent in a file of orders: their numbers and contents.
pub(crate) fn members(connection: &Connection, id: i64) -> Result<Vec<(String, SentContent)>> {
    connection.all(
        "SELECT order_no, coalesce(fingerprint, ''), coalesce(lines, '')
         FROM tempostar_batch_orders
         WHERE batch_id = ?1
         ORDER BY order_no",
        [id],
        |row| Ok((row.get(0)?, SentContent { fingerprint: row.get(1)?, lines: row.get(2)? })),
    )
}

/// Notes that the copy of the file of orders with these bytes is no more.
pub(crate) fn forget_copy(connection: &Connection, sha256: &str) -> Result<()> {
    connection.change("UPDATE tempostar_batches SET archived_as = NULL WHERE sha256 = ?1", [sha256])
}

/// A batch that the database has forgotten.
#[derive(Clone, Debug)]
pub(crate) struct RestoredBatch<'a> {
    pub new: NewBatch<'a>,
    /// Where its copy lies; `None`: it may still lack its final name.
    pub archived_as: Option<&'a str>,
}

/// Takes a batch up again that was fixed at that time. An order that is in another batch stays there; those that the
/// shop does not have, or has with other content, are noted as sent under their numbers all the same. Gives its id.
pub(crate) fn restore_batch(
    transaction: &Transaction<'_>,
    batch: &RestoredBatch<'_>,
    fixed_at: Moment,
) -> Result<i64> {
    let mut members = Vec::new();
    for order in batch.new.orders {
        if !is_in_batch(transaction, &order.order_no)? {
            members.push(order.clone());
        }
    }
    let new = NewBatch { orders: &members, ..batch.new.clone() };
    let id = prepare_batch(transaction, &new, fixed_at)?.id;
    take_step(transaction, id, new.run_id, Step::Uploaded)?;
    take_step(transaction, id, new.run_id, Step::RenameTried(fixed_at))?;
    if let Some(archived_as) = batch.archived_as {
        mark_sent(transaction, id, new.run_id, archived_as, fixed_at)?;
    }
    Ok(id)
}

/// An order's `updated_at`; empty where there is none.
pub(crate) fn updated_at(connection: &Connection, order_no: &str) -> Result<String> {
    let sql = "SELECT coalesce(CAST(updated_at AS TEXT), '') FROM orders WHERE order_no = ?1";
    Ok(connection.value_if_any(sql, [order_no])?.unwrap_or_default())
}

/// Whether any file of orders may have reached a server.
pub(crate) fn has_any_been_sent(connection: &Connection) -> Result<bool> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM tempostar_batches WHERE rename_tried_at IS NOT NULL OR state = 'sent')";
    connection.value(sql, [])
}

fn is_in_batch(connection: &Connection, order_no: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_batch_orders WHERE order_no = ?1)";
    connection.value(sql, [order_no])
}

/// Forgets a batch of which nothing has reached TEMPOSTAR; its orders wait again.
pub(crate) fn release_batch(transaction: &Transaction<'_>, id: i64, run_id: &str) -> Result<()> {
    transaction.change("DELETE FROM tempostar_batch_orders WHERE batch_id = ?1", [id])?;
    must_hit_one(transaction.execute(
        "DELETE FROM tempostar_batches
         WHERE id = ?1 AND claimed_by = ?2 AND state <> 'sent' AND rename_tried_at IS NULL",
        (id, run_id),
    )?)
}

record! {
    /// A file of orders in the outbox.
    pub(crate) struct SentBatch of "tempostar_batches" {
        pub file_name: String,
        pub sent_at: Moment,
        pub order_count: u64,
    }
}

/// The files of orders that were sent and that TEMPOSTAR was not seen to have taken, oldest first, for a person.
pub(crate) fn sent_batches(connection: &Connection) -> Result<Vec<SentBatch>> {
    SentBatch::all(connection, "WHERE taken_at IS NULL AND state = 'sent' ORDER BY sent_at, id", [])
}

/// Those of them that were sent to this server.
pub(crate) fn batches_not_taken(connection: &Connection, server: &str) -> Result<Vec<Batch>> {
    let which =
        "WHERE taken_at IS NULL AND state = 'sent' AND coalesce(server, ?1) = ?1 ORDER BY sent_at, id";
    Batch::all(connection, which, [server])
}

/// Whether TEMPOSTAR has ever been seen to take a file of orders away.
pub(crate) fn has_any_been_taken(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_batches WHERE taken_at IS NOT NULL)";
    connection.value(sql, [])
}

pub(crate) fn note_lying(connection: &Connection, id: i64, now: Moment) -> Result<()> {
    let sql = "UPDATE tempostar_batches SET seen_lying_at = ?2 WHERE id = ?1 AND taken_at IS NULL";
    connection.change(sql, (id, now))
}

pub(crate) fn mark_taken(connection: &Connection, id: i64, now: Moment) -> Result<()> {
    let sql = "UPDATE tempostar_batches SET taken_at = ?2 WHERE id = ?1 AND taken_at IS NULL";
    connection.change(sql, (id, now))
}
