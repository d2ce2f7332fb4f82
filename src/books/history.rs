//! The history: what changed in the shop's tables, by which run, from which file and line. The entries lie in the shop's
//! database and commit together with the rows that they tell of; only changes are recorded, and forgotten after
//! `history_days`.
//!
//! A file that is the first of its kind in a shop (or of which nothing was written) has no rows in the history: what it
//! brought is what the tables say, and a second copy of it would be of no use.

use anyhow::Result;
use chrono::NaiveDateTime;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params};

use crate::books;
use crate::books::ledger::FileEntry;
use crate::books::staging::Left;
use crate::interrupt;
use crate::moment::format_time;

/// How many rows one transaction forgets: some milliseconds.
const FORGOTTEN_AT_ONCE: usize = 5_000;

/// How many such transactions one run does at most; the next run goes on.
const STEPS_MAX: u32 = 20;

/// The tables of rows, with what stands behind the file in their keys.
const TABLES: [(&str, &str); 3] = [
    ("tempostar_stock_history", "sku_code"),
    ("tempostar_catalogue_history", "kind, code"),
    ("tempostar_order_history", "order_no, event, number"),
];

/// Whether the rows of a file are recorded one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recording {
    /// Those that change something.
    Rows,
    /// The shop had nothing of the kind before.
    FirstLoad,
}

/// One run's writing of one file: rows are recorded under it before it is kept itself, because only then it is known
/// whether there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HistoryFile {
    id: i64,
    recording: Recording,
}

impl HistoryFile {
    /// The next one. Its number is free as long as the transaction lasts, and taken by [`HistoryFile::keep`].
    pub(crate) fn begin(transaction: &Transaction<'_>, recording: Recording) -> Result<Self> {
        let sql = "SELECT coalesce(max(id), 0) + 1 FROM tempostar_history_files";
        Ok(Self { id: transaction.query_row(sql, [], |row| row.get(0))?, recording })
    }

    /// Under which number rows are recorded; `None`: they are not.
    pub(crate) fn rows_under(self) -> Option<i64> {
        (self.recording == Recording::Rows).then_some(self.id)
    }

    /// Keeps the entry if there is anything to tell, and gives it then. Once more does no harm.
    pub(crate) fn keep(
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
pub(crate) fn forget_before(database: &Connection, before: NaiveDateTime) -> Result<Left> {
    for _ in 0..STEPS_MAX {
        if oldest_before(database, before)?.is_none() {
            return Ok(Left::Nothing);
        }
        let transaction = Transaction::new_unchecked(database, TransactionBehavior::Immediate)?;
        let left = forget_some(&transaction, before)?;
        transaction.commit()?;
        if left == Left::Nothing || interrupt::is_requested() {
            return Ok(left);
        }
        interrupt::sleep(books::WRITERS_TURN);
    }
    Ok(Left::More)
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

/// One file after the other, the oldest first. The rows of a file go before it: its number may be given away again when
/// it is gone itself.
fn forget_some(transaction: &Transaction<'_>, before: NaiveDateTime) -> Result<Left> {
    let mut room = FORGOTTEN_AT_ONCE;
    while let Some(id) = oldest_before(transaction, before)? {
        for (table, key) in TABLES {
            room -= forget_rows(transaction, table, key, id, room)?;
        }
        if room == 0 {
            return Ok(Left::More);
        }
        transaction.execute("DELETE FROM tempostar_history_files WHERE id = ?1", [id])?;
        room -= 1;
    }
    Ok(Left::Nothing)
}

/// Forgets at most so many rows of a file, and gives their number.
fn forget_rows(
    transaction: &Transaction<'_>,
    table: &str,
    key: &str,
    id: i64,
    at_most: usize,
) -> Result<usize> {
    let mut statement = transaction.prepare_cached(&format!(
        "DELETE FROM {table}
         WHERE history_file_id = ?1
           AND ({key}) IN (SELECT {key}
                           FROM {table}
                           WHERE history_file_id = ?1
                           ORDER BY {key}
                           LIMIT ?2)"
    ))?;
    Ok(statement.execute((id, at_most))?)
}

/// Where a change came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The entry's number: they are in the order of writing.
    pub id: i64,
    /// When it was written, Japan time.
    pub at: String,
    /// By which run.
    pub run_id: String,
    /// Of which job.
    pub command: String,
    /// From which file.
    pub file: String,
    /// That file's own time.
    pub file_time: String,
    /// Where the file's copy lies, below the work folder's archive.
    pub archived_as: String,
    /// From which line; `None`: the first load, of which lines are not recorded.
    pub line: Option<u64>,
}

/// The columns of an [`Origin`], but for the line.
const ORIGIN_SQL: &str =
    "file.id, file.written_at, file.run_id, file.command, file.file_name, file.file_time,
                          file.archived_as";

fn read_origin(row: &Row<'_>, line: Option<u64>) -> rusqlite::Result<Origin> {
    Ok(Origin {
        id: row.get(0)?,
        at: row.get(1)?,
        run_id: row.get(2)?,
        command: row.get(3)?,
        file: row.get(4)?,
        file_time: row.get(5)?,
        archived_as: row.get(6)?,
        line,
    })
}

/// A SKU's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    /// TEMPOSTAR's figure.
    pub quantity: i64,
    /// What of it was allocated.
    pub allocated: i64,
}

/// One change of a SKU's stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockChange {
    /// Where it came from.
    pub origin: Origin,
    /// `None`: there was no stock row.
    pub old: Option<Figures>,
    /// As the file set them.
    pub new: Figures,
}

/// The changes of a SKU's stock, newest first.
pub(crate) fn stock_changes(database: &Connection, sku_code: &str) -> Result<Vec<StockChange>> {
    let mut statement = database.prepare(&format!(
        "SELECT {ORIGIN_SQL}, change.line, change.old_quantity, change.old_allocated, change.quantity, change.allocated
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_stock_history AS change
         WHERE change.history_file_id = file.id AND change.sku_code = ?1
         ORDER BY file.id DESC"
    ))?;
    let rows = statement.query_map([sku_code], |row| {
        let old: (Option<i64>, Option<i64>) = (row.get(8)?, row.get(9)?);
        Ok(StockChange {
            origin: read_origin(row, row.get(7)?)?,
            old: old.0.zip(old.1).map(|(quantity, allocated)| Figures { quantity, allocated }),
            new: Figures { quantity: row.get(10)?, allocated: row.get(11)? },
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What is told of in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A product.
    Product,
    /// A SKU.
    Sku,
}

/// One change of a product or SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CatalogueChange {
    /// Where it came from.
    pub origin: Origin,
    /// Whether it was created.
    pub is_new: bool,
}

/// The changes of a product or SKU, newest first; at the end the first load, if that is what created it then.
pub(crate) fn catalogue_changes(
    database: &Connection,
    kind: Kind,
    code: &str,
    created_at: Option<&str>,
) -> Result<Vec<CatalogueChange>> {
    let kind = match kind {
        Kind::Product => "product",
        Kind::Sku => "sku",
    };
    let mut statement = database.prepare(&format!(
        "SELECT {ORIGIN_SQL}, change.line, change.is_new
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_catalogue_history AS change
         WHERE change.history_file_id = file.id AND change.kind = ?1 AND change.code = ?2
         ORDER BY file.id DESC"
    ))?;
    let rows = statement.query_map([kind, code], |row| {
        Ok(CatalogueChange { origin: read_origin(row, row.get(7)?)?, is_new: row.get(8)? })
    })?;
    let mut changes = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let load = first_load(database, "import-products")?;
    let load = load.filter(|load| created_at == Some(load.at.as_str()));
    if !changes.iter().any(|change| change.is_new) {
        changes.extend(load.map(|origin| CatalogueChange { origin, is_new: true }));
    }
    Ok(changes)
}

/// One thing that a file did to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderEvent {
    /// Where it came from.
    pub origin: Origin,
    /// As the table has it: `shipment`, `line`, `ticked`, `cancelled` or `revived`.
    pub event: String,
    /// Which shipment or line.
    pub number: i64,
}

/// What files did to an order, oldest first.
pub(crate) fn order_events(database: &Connection, order_no: &str) -> Result<Vec<OrderEvent>> {
    let mut statement = database.prepare(&format!(
        "SELECT {ORIGIN_SQL}, change.line, change.event, change.number
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_order_history AS change
         WHERE change.history_file_id = file.id AND change.order_no = ?1
         ORDER BY file.id, change.line, change.event, change.number"
    ))?;
    let rows = statement.query_map([order_no], |row| {
        Ok(OrderEvent { origin: read_origin(row, row.get(7)?)?, event: row.get(8)?, number: row.get(9)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The first load of a job, if it has not been forgotten.
pub(crate) fn first_load(database: &Connection, command: &str) -> Result<Option<Origin>> {
    let sql = format!(
        "SELECT {ORIGIN_SQL}
         FROM tempostar_history_files AS file
         WHERE file.command = ?1 AND file.is_first_load
         ORDER BY file.id DESC
         LIMIT 1"
    );
    Ok(database.query_row(&sql, [command], |row| read_origin(row, None)).optional()?)
}
