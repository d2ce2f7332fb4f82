//! The history: what changed in the shop's tables, by which run, from which file and line. The entries lie in the shop's
//! database and commit together with the rows that they tell of; only changes are recorded, and forgotten after
//! `history_days`.
//!
//! A file that is the first of its kind in a shop (or of which nothing was written) has no rows in the history: what it
//! brought is what the tables say, and a second copy of it would be of no use.

use anyhow::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row, Transaction, named_params};
use serde_json::{Map, Value};

use crate::books::files::FileEntry;
use crate::books::open::{Books, WRITERS_TURN};
use crate::books::rows::{Ask, Cells, Record};
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
        Ok(Self { id: transaction.value(sql, [])?, recording })
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
        transaction.change(
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
        Ok(transaction.value::<bool>(sql, [self.id])?.then_some(self))
    }

    /// Notes that this was no file, but the undoing of a run.
    pub(crate) fn mark_undo(self, transaction: &Transaction<'_>, undone: &str) -> Result<()> {
        transaction.change("UPDATE tempostar_history_files SET undoes = ?2 WHERE id = ?1", (self.id, undone))
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
    let sql = "SELECT id, written_at < ?1 FROM tempostar_history_files ORDER BY id LIMIT 1";
    let oldest = database.first(sql, [before], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(oldest.and_then(|(id, is_old): (i64, bool)| is_old.then_some(id)))
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

record! {
    #[derive(PartialEq, Eq)]
    pub(crate) struct Origin of "tempostar_history_files" {
        /// The entry's number: they are in the order of writing.
        pub id: i64,
        pub at: Moment as "written_at",
        pub run_id: String,
        pub job: Job as "command",
        pub file: String as "file_name",
        pub file_time: Moment,
        /// Where the file's copy lies, below the work folder's archive.
        pub archived_as: String,
        /// The run that was undone; `None`: this was a file.
        pub undoes: Option<String>,
        /// From which line; `None`: the first load, of which lines are not recorded.
        pub line: Option<u64>,
    }
}

/// What gives a file's entry the line of a change where it has none.
const WITHOUT_LINE: &str = "AS file CROSS JOIN (SELECT NULL AS line)";

/// Reads the changes of one of the tables of rows, each with its origin; `sql` says which and in which order.
fn changes<T>(
    database: &Connection,
    table: &str,
    columns: &str,
    sql: &str,
    parameters: impl Params,
    read: impl Fn(&Row<'_>, Origin) -> Result<T>,
) -> Result<Vec<T>> {
    let sql = format!(
        "SELECT {}, {columns}
         FROM tempostar_history_files AS file
         CROSS JOIN {table} AS change
         WHERE change.history_file_id = file.id AND {sql}",
        Origin::columns(),
    );
    database.all(&sql, parameters, |row| read(row, Origin::read(row)?))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    pub quantity: i64,
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
    let columns = "old_quantity, old_allocated, quantity, allocated, is_removed";
    let which = "sku_code = ?1 ORDER BY file.id DESC";
    changes(database, "tempostar_stock_history", columns, which, [sku_code], |row, origin| {
        let old_quantity: Option<i64> = row.cell("tempostar_stock_history.old_quantity")?;
        let old_allocated: Option<i64> = row.cell("tempostar_stock_history.old_allocated")?;
        let new = Figures {
            quantity: row.cell("tempostar_stock_history.quantity")?,
            allocated: row.cell("tempostar_stock_history.allocated")?,
        };
        let old = old_quantity.zip(old_allocated);
        Ok(StockChange {
            origin,
            old: old.map(|(quantity, allocated)| Figures { quantity, allocated }),
            new: (!row.cell::<bool>("tempostar_stock_history.is_removed")?).then_some(new),
        })
    })
}

words! {
    pub(crate) enum Kind {
        Product = "product",
        Sku = "sku",
    }
}

impl Kind {
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Product => "products",
            Self::Sku => "skus",
        }
    }
}

words! {
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
    let (table, columns) = ("tempostar_catalogue_history", format!("changes, {FATE_SQL}"));
    let which = "kind = ?1 AND code = ?2 ORDER BY file.id DESC";
    let mut found = changes(database, table, &columns, which, (kind, code), |row, origin| {
        let values = read_changes(row.get_ref("changes")?)?;
        Ok(CatalogueChange { origin, fate: row.cell("fate")?, values })
    })?;
    let load = first_load(database, Job::Products)?;
    let load = load.filter(|load| created_at == Some(load.at.to_string().as_str()));
    if !found.iter().any(|change| change.fate == Fate::Created) {
        let created = |origin| CatalogueChange { origin, fate: Fate::Created, values: Vec::new() };
        found.extend(load.map(created));
    }
    Ok(found)
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
    let sql = format!(
        "SELECT change.code, change.line, change.changes, file.written_at, {FATE_SQL}
         FROM tempostar_history_files AS file
         CROSS JOIN tempostar_catalogue_history AS change
         WHERE change.history_file_id = file.id AND change.kind = ?1 AND file.run_id = ?2
         ORDER BY change.code, file.id"
    );
    let mut net: Option<Net> = None;
    database.each(&sql, (kind, run_id), |row| {
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
        Ok(())
    })?;
    net.map_or(Ok(()), take)
}

record! {
    pub(crate) struct Recorded of "tempostar_history_files" {
        pub job: Job as "command",
        pub is_first_load: bool = "max(is_first_load)",
        pub has_old_values: bool = "min(has_old_values)",
    }
}

pub(crate) fn recorded(database: &Connection, run_id: &str) -> Result<Option<Recorded>> {
    Recorded::first(database, "WHERE run_id = ?1 GROUP BY command", [run_id])
}

pub(crate) fn last_file(database: &Connection, run_id: &str) -> Result<Option<Origin>> {
    let which = format!("{WITHOUT_LINE} WHERE run_id = ?1 ORDER BY id DESC LIMIT 1");
    Origin::first(database, &which, [run_id])
}

words! {
    pub(crate) enum Event {
        Shipment = "shipment",
        Line = "line",
        Ticked = "ticked",
        Cancelled = "cancelled",
        Revived = "revived",
    }
}

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
    let (table, columns) = ("tempostar_order_history", "event, number");
    let which = "order_no = ?1 ORDER BY file.id, line, event, number";
    changes(database, table, columns, which, [order_no], |row, origin| {
        let event = row.cell("tempostar_order_history.event")?;
        Ok(OrderEvent { origin, event, number: row.cell("tempostar_order_history.number")? })
    })
}

/// The first load of a job, if it has not been forgotten.
pub(crate) fn first_load(database: &Connection, job: Job) -> Result<Option<Origin>> {
    let which = format!("{WITHOUT_LINE} WHERE command = ?1 AND is_first_load ORDER BY id DESC LIMIT 1");
    Origin::first(database, &which, [job])
}
