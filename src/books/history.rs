//! The history: what changed in the shop's tables, by which run, from which file and line. The entries lie in the shop's
//! database and commit together with the rows that they tell of; only changes are recorded, and forgotten after
//! `history_days`.
//!
//! A file that is the first of its kind in a shop (or of which nothing was written) has no rows in the history: what it
//! brought is what the tables say, and a second copy of it would be of no use.

use anyhow::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde_json::{Map, Value};

use crate::books::files::FileEntry;
use crate::books::open::{Books, WRITERS_TURN};
use crate::books::rows::{Ask, Cells};
use crate::interrupt;
use crate::job::Job;
use crate::moment::Moment;
use crate::permit::Permit;

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
        now: Moment,
    ) -> Result<Option<Self>> {
        let has_rows = TABLES
            .map(|(table, _)| format!("EXISTS (SELECT 1 FROM {table} WHERE history_file_id = :id)"))
            .join(" OR ");
        transaction.execute(
            &format!(
                "INSERT OR IGNORE INTO tempostar_history_files
                     (id, command, run_id, file_name, file_time, archived_as, written_at, is_first_load,
                      has_old_values)
                 SELECT :id, :command, :run_id, :file_name, :file_time, :archived_as, :now, :is_first_load, 1
                 WHERE :is_first_load OR {has_rows}"
            ),
            named_params! {
                ":id": self.id,
                ":command": file.job,
                ":run_id": run_id,
                ":file_name": file.name,
                ":file_time": file.file_time,
                ":archived_as": file.archived_as,
                ":now": now,
                ":is_first_load": self.recording == Recording::FirstLoad,
            },
        )?;
        let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_history_files WHERE id = ?1)";
        let is_kept: bool = transaction.query_row(sql, [self.id], |row| row.get(0))?;
        Ok(is_kept.then_some(self))
    }
}

impl HistoryFile {
    /// Notes that this was no file, but the undoing of a run.
    pub(crate) fn mark_undo(self, transaction: &Transaction<'_>, undone: &str) -> Result<()> {
        let sql = "UPDATE tempostar_history_files SET undoes = ?2 WHERE id = ?1";
        transaction.execute(sql, (self.id, undone))?;
        Ok(())
    }
}

/// Whether there is more to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Left {
    Nothing,
    More,
}

/// Forgets what was written before this moment, some thousand rows at a time; what is too much for one run is left to the
/// next.
pub(crate) fn forget_before(books: &Books, permit: Permit, before: Moment) -> Result<Left> {
    for _ in 0..STEPS_MAX {
        if oldest_before(books, before)?.is_none() {
            return Ok(Left::Nothing);
        }
        let left = books.write(permit, "history-forgotten", |books| forget_some(books, before))?;
        if left == Left::Nothing || interrupt::is_requested() {
            return Ok(left);
        }
        interrupt::sleep(WRITERS_TURN);
    }
    Ok(Left::More)
}

/// Entries are in the order of writing; a host whose clock was turned back only keeps some for longer.
fn oldest_before(database: &Connection, before: Moment) -> Result<Option<i64>> {
    let oldest = database.query_row(
        "SELECT id, written_at < ?1 FROM tempostar_history_files ORDER BY id LIMIT 1",
        [before],
        |row| Ok((row.get(0)?, row.get(1)?)),
    );
    Ok(oldest.optional()?.and_then(|(id, is_old): (i64, bool)| is_old.then_some(id)))
}

/// One file after the other, the oldest first. The rows of a file go before it: its number may be given away again when
/// it is gone itself.
fn forget_some(transaction: &Transaction<'_>, before: Moment) -> Result<Left> {
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
    pub at: Moment,
    pub run_id: String,
    pub job: Job,
    pub file: String,
    pub file_time: Moment,
    /// Where the file's copy lies, below the work folder's archive.
    pub archived_as: String,
    /// From which line; `None`: the first load, of which lines are not recorded.
    pub line: Option<u64>,
    /// The run that was undone; `None`: this was a file.
    pub undoes: Option<String>,
}

/// The columns of an [`Origin`], but for the line.
const ORIGIN_SQL: &str =
    "file.id, file.written_at, file.run_id, file.command, file.file_name, file.file_time,
                          file.archived_as, file.undoes";

fn read_origin(row: &Row<'_>, line: Option<u64>) -> Result<Origin> {
    Ok(Origin {
        id: row.cell("tempostar_history_files.id")?,
        at: row.cell("tempostar_history_files.written_at")?,
        run_id: row.cell("tempostar_history_files.run_id")?,
        job: row.cell("tempostar_history_files.command")?,
        file: row.cell("tempostar_history_files.file_name")?,
        file_time: row.cell("tempostar_history_files.file_time")?,
        archived_as: row.cell("tempostar_history_files.archived_as")?,
        line,
        undoes: row.cell("tempostar_history_files.undoes")?,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    /// TEMPOSTAR's figure.
    pub quantity: i64,
    /// What of it was allocated.
    pub allocated: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockChange {
    pub origin: Origin,
    /// `None`: there was no stock row.
    pub old: Option<Figures>,
    /// As the file set them; `None`: it was the SKU's first figure, and that was undone.
    pub new: Option<Figures>,
}

/// The changes of a SKU's stock, newest first.
pub(crate) fn stock_changes(database: &Connection, sku_code: &str) -> Result<Vec<StockChange>> {
    database.all(&format!(
        "SELECT {ORIGIN_SQL}, change.line, change.old_quantity, change.old_allocated, change.quantity, change.allocated,
                change.is_removed
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_stock_history AS change
         WHERE change.history_file_id = file.id AND change.sku_code = ?1
         ORDER BY file.id DESC"
    ), [sku_code], |row| {
        let old: (Option<i64>, Option<i64>) = (
            row.cell("tempostar_stock_history.old_quantity")?,
            row.cell("tempostar_stock_history.old_allocated")?,
        );
        let new = Figures {
            quantity: row.cell("tempostar_stock_history.quantity")?,
            allocated: row.cell("tempostar_stock_history.allocated")?,
        };
        let is_removed: bool = row.cell("tempostar_stock_history.is_removed")?;
        Ok(StockChange {
            origin: read_origin(row, row.cell("tempostar_stock_history.line")?)?,
            old: old.0.zip(old.1).map(|(quantity, allocated)| Figures { quantity, allocated }),
            new: (!is_removed).then_some(new),
        })
    })
}

words! {
    /// What is told of in the catalogue.
    pub(crate) enum Kind {
        Product = "product",
        Sku = "sku",
    }
}

impl Kind {
    /// The shop's table.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Product => "products",
            Self::Sku => "skus",
        }
    }
}

words! {
    /// What became of a product or SKU.
    pub(crate) enum Fate {
        Created = "created",
        Updated = "updated",
        /// Its creation was undone.
        Removed = "removed",
    }
}

const FATE_SQL: &str =
    "CASE WHEN change.is_removed THEN 'removed' WHEN change.is_new THEN 'created' ELSE 'updated' END AS fate";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CatalogueChange {
    pub origin: Origin,
    pub fate: Fate,
    /// What of it changed; nothing where that was not recorded.
    pub values: Vec<Changed>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub column: String,
    pub old: Value,
    pub new: Value,
}

/// What a `changes` column tells.
pub(crate) fn read_changes(column: ValueRef<'_>) -> Result<Vec<Changed>> {
    // The shop's application may have written bytes that are no text.
    let json = String::from_utf8_lossy(column.as_bytes_or_null()?.unwrap_or(b"{}"));
    let values: Map<String, Value> = serde_json::from_str(&json)?;
    let changed = values.into_iter().map(|(column, mut both)| {
        let mut take = |index: usize| both.get_mut(index).map(Value::take).unwrap_or_default();
        Changed { column, old: take(0), new: take(1) }
    });
    Ok(changed.collect())
}

/// The changes of a product or SKU, newest first; at the end the first load, if that is what created it then.
pub(crate) fn catalogue_changes(
    database: &Connection,
    kind: Kind,
    code: &str,
    created_at: Option<&str>,
) -> Result<Vec<CatalogueChange>> {
    let mut statement = database.prepare(&format!(
        "SELECT {ORIGIN_SQL}, change.line, change.changes,
                {FATE_SQL}
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_catalogue_history AS change
         WHERE change.history_file_id = file.id AND change.kind = ?1 AND change.code = ?2
         ORDER BY file.id DESC"
    ))?;
    let changes = statement.query_and_then((kind, code), |row| {
        let origin = read_origin(row, row.cell("tempostar_catalogue_history.line")?)?;
        Ok(CatalogueChange {
            origin,
            fate: row.cell("fate")?,
            values: read_changes(row.get_ref("changes")?)?,
        })
    })?;
    let mut changes = changes.collect::<Result<Vec<_>>>()?;
    let load = first_load(database, Job::Products)?;
    let load = load.filter(|load| created_at == Some(load.at.to_string().as_str()));
    if !changes.iter().any(|change| change.fate == Fate::Created) {
        changes.extend(load.map(|origin| CatalogueChange {
            origin,
            fate: Fate::Created,
            values: Vec::new(),
        }));
    }
    Ok(changes)
}

/// What a run did to a product or SKU, from its first file to its last.
#[derive(Clone, Debug)]
pub(crate) struct Net {
    pub code: String,
    pub line: u64,
    /// By the first file.
    pub first: Fate,
    /// By the last one.
    pub last: Fate,
    pub values: Vec<Changed>,
    /// What the row was stamped with.
    pub written_at: String,
}

impl Net {
    fn go_on(&mut self, later: Self) {
        for value in later.values {
            match self.values.iter_mut().find(|known| known.column == value.column) {
                Some(known) => known.new = value.new,
                None => self.values.push(value),
            }
        }
        (self.line, self.last, self.written_at) = (later.line, later.last, later.written_at);
    }
}

/// Hands over what a run did to each product or SKU, in the order of their codes.
pub(crate) fn nets(
    database: &Connection,
    run_id: &str,
    kind: Kind,
    mut take: impl FnMut(Net) -> Result<()>,
) -> Result<()> {
    let mut statement = database.prepare(&format!(
        "SELECT change.code, change.line, change.changes, file.written_at, {FATE_SQL}
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_catalogue_history AS change
         WHERE change.history_file_id = file.id AND change.kind = ?1 AND file.run_id = ?2
         ORDER BY change.code, file.id"
    ))?;
    let mut rows = statement.query((kind, run_id))?;
    let mut net: Option<Net> = None;
    while let Some(row) = rows.next()? {
        let fate = row.cell("fate")?;
        let next = Net {
            code: row.cell("tempostar_catalogue_history.code")?,
            line: row.cell("tempostar_catalogue_history.line")?,
            first: fate,
            last: fate,
            values: read_changes(row.get_ref("changes")?)?,
            written_at: row.cell("tempostar_history_files.written_at")?,
        };
        match &mut net {
            Some(net) if net.code == next.code => net.go_on(next),
            _ => net.replace(next).map_or(Ok(()), &mut take)?,
        }
    }
    net.map_or(Ok(()), take)
}

record! {
    /// What is recorded of a run.
    pub(crate) struct Recorded of "tempostar_history_files" {
        pub job: Job as "command",
        pub is_first_load: bool,
        pub has_old_values: bool,
    }
}

pub(crate) fn recorded(database: &Connection, run_id: &str) -> Result<Option<Recorded>> {
    database.first(
        "SELECT command, max(is_first_load) AS is_first_load, min(has_old_values) AS has_old_values
         FROM tempostar_history_files
         WHERE run_id = ?1
         GROUP BY command",
        [run_id],
        Recorded::read,
    )
}

/// The last file that a run wrote.
pub(crate) fn last_file(database: &Connection, run_id: &str) -> Result<Option<Origin>> {
    database.first(&format!(
        "SELECT {ORIGIN_SQL} FROM tempostar_history_files AS file WHERE run_id = ?1 ORDER BY id DESC LIMIT 1"
    ), [run_id], |row| read_origin(row, None))
}

words! {
    /// What a file can do to an order.
    pub(crate) enum Event {
        Shipment = "shipment",
        Line = "line",
        Ticked = "ticked",
        Cancelled = "cancelled",
        Revived = "revived",
    }
}

/// One thing that a file did to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderEvent {
    pub origin: Origin,
    pub event: Event,
    /// Which shipment or line.
    pub number: i64,
}

impl OrderEvent {
    /// Whether it is that an order has left which the shop has cancelled: no destination of it was changed.
    pub(crate) fn is_shipped_anyway(&self) -> bool {
        self.event == Event::Shipment && self.number == 0
    }
}

/// What files did to an order, oldest first.
pub(crate) fn order_events(database: &Connection, order_no: &str) -> Result<Vec<OrderEvent>> {
    database.all(
        &format!(
            "SELECT {ORIGIN_SQL}, change.line, change.event, change.number
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_order_history AS change
         WHERE change.history_file_id = file.id AND change.order_no = ?1
         ORDER BY file.id, change.line, change.event, change.number"
        ),
        [order_no],
        |row| {
            Ok(OrderEvent {
                origin: read_origin(row, row.cell("tempostar_order_history.line")?)?,
                event: row.cell("tempostar_order_history.event")?,
                number: row.cell("tempostar_order_history.number")?,
            })
        },
    )
}

/// The first load of a job, if it has not been forgotten.
pub(crate) fn first_load(database: &Connection, job: Job) -> Result<Option<Origin>> {
    database.first(
        &format!(
            "SELECT {ORIGIN_SQL}
         FROM tempostar_history_files AS file
         WHERE file.command = ?1 AND file.is_first_load
         ORDER BY file.id DESC
         LIMIT 1"
        ),
        [job],
        |row| read_origin(row, None),
    )
}
