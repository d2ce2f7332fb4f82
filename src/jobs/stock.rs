//! `import-stock` (在庫情報取込): TEMPOSTAR is the master of stock. A stock file holds absolute figures; they replace
//! the shop's own.
//!
//! TEMPOSTAR's figure knows only the orders that it has taken over. What the shop has sold since is on its way, and
//! would be sold a second time if the figure were all that counted. So with each figure the allocation is computed
//! anew, as the number of units in orders that this file cannot know yet:
//!
//! ```text
//! stock.quantity  = TEMPOSTAR's figure
//! stock.allocated = units in orders that are not cancelled, and not sent or sent later than (file's time − lag)
//! sellable        = max(0, quantity − allocated)
//! ```
//!
//! Once TEMPOSTAR has taken an order over, its figure has gone down and the allocation for it goes away; an order
//! cancelled there raises the figure, and the next file brings that.
//!
//! A file that looks broken (it would empty the shop, or is another shop's) is held until a person looks at it.

mod lookup;
mod missing;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Connection, Statement, ToSql, params_from_iter};

use self::lookup::{Batch, Compared, Figure, Lookup};
use self::missing::Named;
use super::later::{Known, LaterSheets};
use super::names::{NAMES_TOLD_MAX, NEAR_MISSES_SOUGHT_MAX, Names, near_misses};
use crate::books::in_flight::{KnownUntil, in_flight, in_flight_sql, uncountable_lines};
use crate::books::missing::FullFile;
use crate::books::rows::{Ask, list_values};
use crate::books::{Writing, batches, files};
use crate::guards::{self, StockFacts};
use crate::job::Job;
use crate::layout::{as_count, first_names};
use crate::moment::Moment;
use crate::permit::Permit;
use crate::problem::Problem;
use crate::report::{self, Counts};
use crate::server::Remote;
use crate::settings::columns::STOCK_REQUIRED;
use crate::settings::{Inbox, ReflectWhen, Settings, Stock, StockFiles};
use crate::sheet::{Column, Header, Row, RowProblem, Sheet};
use crate::shelf::Shelf;
use crate::sync::Run;
use crate::sync::export::{is_about_the_folder, watch_outbox};
use crate::sync::import::{
    Comparison, ImportJob, Incoming, Plan, Progress, Source, code_at, import, part, read_ahead, rowids,
};
use crate::text::jobs as text;

/// Runs the job. What it did and what went wrong is in the report.
pub fn run(run: &mut Run<'_>, source: &Source) -> Result<()> {
    run.report.counts = Counts::zero(&["changed", "unchanged", "unknown", "rejected"]);
    import(run, source, &ImportStock::new(run.settings, &run.shelf))
}

struct Columns {
    sku_code: Column,
    quantity: Column,
    /// A larger figure is a code in the wrong column.
    quantity_max: i64,
}

/// When TEMPOSTAR changed a figure. The file's own time says all that we need.
const UPDATED_AT: &str = "更新日時";

impl Columns {
    fn find(header: &Header, quantity_max: i64) -> Result<Self> {
        let (sku_code, quantity) = (header.required(STOCK_REQUIRED[0])?, header.required(STOCK_REQUIRED[1])?);
        Ok(Self { sku_code, quantity, quantity_max })
    }

    /// Where the settings have several names for a column, the one that this file has: another one can have other figures.
    fn telling(&self, header: &Header) -> Vec<String> {
        let columns = STOCK_REQUIRED.iter().zip([self.sku_code, self.quantity]);
        let of_several = columns.filter(|(ours, _)| header.names_for(ours).nth(1).is_some());
        of_several.map(|(_, column)| header.name(column).to_owned()).collect()
    }

    fn unknown(&self, header: &Header) -> Vec<String> {
        let known: Vec<Column> =
            [self.sku_code, self.quantity].into_iter().chain(header.optional(UPDATED_AT)).collect();
        header.others(&known).into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    fn read<'a>(&self, row: &Row<'a>) -> Result<(Cow<'a, str>, i64), RowProblem> {
        let quantity = row.filled(self.quantity, row.whole_number(self.quantity)?)?;
        if quantity > self.quantity_max {
            return Err(row.problem_in(self.quantity, text::quantity_too_large(quantity, self.quantity_max)));
        }
        Ok((row.code(self.sku_code)?, quantity))
    }
}

pub(super) struct ImportStock<'a> {
    settings: &'a Settings,
    later: LaterSheets,
}

impl<'a> ImportStock<'a> {
    pub(super) fn new(settings: &'a Settings, shelf: &Shelf) -> Self {
        Self { settings, later: LaterSheets { shelf: shelf.clone(), job: Job::Stock } }
    }
}

impl ImportJob for ImportStock<'_> {
    /// Which orders TEMPOSTAR has taken over decides about the allocation.
    fn begin(&self, run: &mut Run<'_>, permit: Permit, remote: &mut Remote<'_>) -> Result<()> {
        match self.settings.stock.reflect_when {
            ReflectWhen::Taken => watch_outbox(run, permit, remote),
            ReflectWhen::Sent if !batches::has_any_been_taken(&run.books)? => Ok(()),
            // Where it cannot be seen, what was not seen to be taken lies there still.
            ReflectWhen::Sent => match watch_outbox(run, permit, remote) {
                Err(error) if is_about_the_folder(&error) => Ok(()),
                done => done,
            },
        }
    }

    fn inbox(&self) -> &Inbox {
        &self.settings.stock.inbox
    }

    fn key_columns(&self) -> &'static [&'static str] {
        &STOCK_REQUIRED[..1]
    }

    fn compare(&self, incoming: &mut Incoming<'_>) -> Result<Comparison> {
        let (shop, file_time, settings) = (incoming.shop, incoming.file_time, &self.settings.stock);
        let columns = Columns::find(incoming.sheet.header(), settings.max_quantity)?;
        let is_first_load: bool = shop.value("SELECT NOT EXISTS (SELECT 1 FROM stock)", [])?;
        let known_until = KnownUntil::new(self.settings, file_time);
        let in_flight = in_flight(shop, &known_until)?;
        let Seen { mut tally, named, is_in_order } = read_file(incoming, &columns, &in_flight)?;
        tally.stale += take_back(&self.later, incoming, self.inbox())?;
        let telling = columns.telling(incoming.sheet.header());
        let lost = incoming.lost(&telling, settings.guard.rise_percent);
        // Before the first products come nothing can match.
        let is_strange = tally.unknown > 0 && has_skus(shop)?;
        let find = || Ok(guards::stock(&facts(incoming, &tally, is_strange, settings)?, &settings.guard));
        let held_because = incoming.held_because(&lost, find)?;
        let unknown_columns = columns.unknown(incoming.sheet.header());
        let compared = finish_comparison(incoming, &tally, is_strange)?;
        let has_freed = settings.files == StockFiles::Differential
            && incoming.progress == Progress::New
            && files::applied_later(shop, Job::Stock, file_time)?.is_empty()
            && free_unnamed(shop, &in_flight, file_time)? > 0;
        let plan = StockPlan::number(shop, is_in_order && !has_freed, known_until, file_time)?;
        // A run that was interrupted in the midst has done it.
        let missing_compared = match incoming.progress {
            Progress::New => Some(named.compare(shop, settings.files, file_time)?),
            Progress::Begun => None,
        };
        Ok(Comparison {
            plan: Box::new(StockPlan { missing_compared, ..plan }),
            is_first_load: is_first_load && compared.applied > 0,
            unknown_columns,
            telling,
            held_because,
            ..compared
        })
    }
}

/// What was seen while a file was read.
struct Seen {
    tally: Tally,
    named: Named,
    is_in_order: bool,
}

/// Reads a file, and keeps what it changes in temporary tables.
fn read_file(
    incoming: &mut Incoming<'_>,
    columns: &Columns,
    in_flight: &HashMap<String, i64>,
) -> Result<Seen> {
    let (mut tally, mut named, mut matched) = (Tally::default(), Named::default(), 0);
    let mut lookup = Lookup::new(incoming.shop, incoming.file_time)?;
    let mut changes = Changes::begin(incoming.shop)?;
    // In this thread, which has less to do than the one that looks up.
    let read = |batch: &mut Batch, row: &Row<'_>| {
        let (sku_code, quantity) = columns.read(row).inspect_err(|_| {
            row.code(columns.sku_code).iter().for_each(|code| named.add(code));
        })?;
        named.add(&sku_code);
        let allocated = in_flight.get(sku_code.as_ref()).copied().unwrap_or(0);
        batch.push(&sku_code, Figure { line: row.line(), quantity, allocated });
        Ok(batch.room())
    };
    read_ahead(incoming, read, |batch| {
        lookup.look_up(batch)?;
        changes.note_all(batch, &mut tally)?;
        matched += batch.matched();
        batch.clear();
        Ok(())
    })?;
    named.matched = matched;
    named.are_all = lookup.are_all_named(incoming.shop)?;
    Ok(Seen { tally, named, is_in_order: changes.is_in_order })
}

/// How many changes are recorded and then written: as many as have their pages in memory still when they are written.
const CHUNK: u64 = 500;

/// A file's new figures, in the order of their codes.
struct StockPlan {
    table: &'static str,
    count: u64,
    /// Behind them: figures of SKUs that the shop does not have, to be kept.
    unknown_count: u64,
    known_until: KnownUntil,
    /// Whether the file is the newest full one; `None`: what it says of missing SKUs has been written.
    missing_compared: Option<bool>,
}

impl StockPlan {
    /// A file in the order of its codes has numbered them already.
    fn number(
        shop: &Connection,
        is_in_order: bool,
        known_until: KnownUntil,
        file_time: Moment,
    ) -> Result<Self> {
        let table = if is_in_order { CHANGES } else { CHANGES_IN_ORDER };
        if !is_in_order {
            shop.begin_table_as(table, &format!("SELECT * FROM temp.{CHANGES} ORDER BY sku_code"))?;
        }
        // What is kept already need not be written again.
        shop.change(
            "DELETE FROM temp.unknown_figures AS new
             WHERE EXISTS (SELECT 1
                           FROM main.tempostar_unknown_stock AS kept
                           WHERE kept.sku_code = new.sku_code
                             AND (kept.quantity = new.quantity OR kept.as_of > ?1))",
            [file_time],
        )?;
        shop.begin_table_as("unknown_changes", "SELECT * FROM temp.unknown_figures ORDER BY sku_code")?;
        let unknown_count = shop.value("SELECT count(*) FROM temp.unknown_changes", [])?;
        let count = shop.value(&format!("SELECT coalesce(max(rowid), 0) FROM temp.{table}"), [])?;
        Ok(Self { table, count, unknown_count, known_until, missing_compared: None })
    }
}

impl Plan for StockPlan {
    fn len(&self) -> u64 {
        self.count + self.unknown_count
    }

    fn code(&self, shop: &Connection, change: u64) -> Result<String> {
        match change.checked_sub(self.count) {
            None => code_at(shop, self.table, "sku_code", change),
            Some(unknown) => code_at(shop, "unknown_changes", "sku_code", unknown),
        }
    }

    fn write(&self, writing: &Writing<'_>, changes: Range<u64>) -> Result<()> {
        if let Some(is_newest_full) = self.missing_compared.filter(|_| changes.start == 0) {
            FullFile::Stock.note(writing, is_newest_full)?;
        }
        // The allocation is computed here, not before: the shop goes on selling while we read.
        fill_in_flight(writing.transaction, &self.known_until)?;
        keep_unknown(writing, &part(&changes, self.count, self.unknown_count))?;
        let known = part(&changes, 0, self.count);
        let mut first = known.start;
        while first < known.end {
            let chunk = first..known.end.min(first + CHUNK);
            record(writing, self.table, &chunk)?;
            write(writing, self.table, &chunk)?;
            first = chunk.end;
        }
        Ok(())
    }

    fn list(&self, shop: &Connection, changes: &mut report::Changes) -> Result<()> {
        fill_in_flight(shop, &self.known_until)?;
        let sql = format!(
            "SELECT change.sku_code, stock.quantity, change.quantity,
                    stock.allocated, coalesce(in_flight.quantity, 0)
             FROM temp.{} AS change
             LEFT JOIN temp.in_flight AS in_flight ON in_flight.sku_code = change.sku_code
             LEFT JOIN main.stock AS stock ON stock.sku_code = change.sku_code
             ORDER BY change.rowid",
            self.table
        );
        list_values(shop, "stock", &["quantity", "allocated"], &sql, [], changes)
    }
}

fn fill_in_flight(shop: &Connection, known_until: &KnownUntil) -> Result<()> {
    shop.begin_table("in_flight", "sku_code TEXT PRIMARY KEY, quantity INTEGER NOT NULL")?;
    shop.change(&format!("INSERT INTO temp.in_flight {}", in_flight_sql()), &known_until.parameters()[..])
}

/// Keeps figures of SKUs that the shop does not have, unless it has them by now.
fn keep_unknown(writing: &Writing<'_>, changes: &Range<u64>) -> Result<()> {
    let Some((first, last)) = rowids(changes) else { return Ok(()) };
    let sql = "INSERT INTO tempostar_unknown_stock (sku_code, quantity, as_of)
               SELECT sku_code, quantity, ?1
               FROM temp.unknown_changes
               WHERE rowid BETWEEN ?2 AND ?3 AND sku_code NOT IN (SELECT code FROM skus)
               ON CONFLICT (sku_code) DO UPDATE
               SET quantity = excluded.quantity, allocated = 0, as_of = excluded.as_of";
    writing.execute(sql, (writing.file_time, first, last))
}

fn write(writing: &Writing<'_>, table: &str, changes: &Range<u64>) -> Result<()> {
    let Some((first, last)) = rowids(changes) else { return Ok(()) };
    let sql = format!(
        "INSERT INTO stock (sku_code, quantity, allocated, as_of, updated_at)
         SELECT change.sku_code, change.quantity, coalesce(in_flight.quantity, 0), ?1, ?2
         FROM temp.{table} AS change
         LEFT JOIN temp.in_flight AS in_flight ON in_flight.sku_code = change.sku_code
         WHERE change.rowid BETWEEN ?3 AND ?4
         ORDER BY change.rowid
         ON CONFLICT (sku_code) DO UPDATE
         SET quantity = excluded.quantity,
             allocated = excluded.allocated,
             as_of = excluded.as_of,
             updated_at = excluded.updated_at"
    );
    writing.execute(&sql, (writing.file_time, writing.now, first, last))
}

/// Notes in the history what changes are about to change.
fn record(writing: &Writing<'_>, table: &str, changes: &Range<u64>) -> Result<()> {
    let (Some(history), Some((first, last))) = (writing.history, rowids(changes)) else { return Ok(()) };
    let sql = format!(
        "INSERT INTO tempostar_stock_history
             (history_file_id, sku_code, line, old_quantity, old_allocated, old_as_of, quantity, allocated)
         SELECT ?1, change.sku_code, change.line, stock.quantity, stock.allocated,
                unixepoch(stock.as_of),
                change.quantity, coalesce(in_flight.quantity, 0)
         FROM temp.{table} AS change
         LEFT JOIN temp.in_flight AS in_flight ON in_flight.sku_code = change.sku_code
         LEFT JOIN stock ON stock.sku_code = change.sku_code
         WHERE change.rowid BETWEEN ?2 AND ?3
           AND (stock.quantity, stock.allocated) IS NOT (change.quantity, coalesce(in_flight.quantity, 0))
         ORDER BY change.rowid"
    );
    writing.execute(&sql, (history, first, last))
}

#[derive(Default)]
struct Tally {
    unknown: u64,
    stale: u64,
}

struct Change<'a> {
    sku_code: &'a str,
    figure: Figure,
    is_zeroed: bool,
    is_risen: bool,
}

impl Change<'_> {
    fn values(&self) -> [&dyn ToSql; 5] {
        [&self.sku_code, &self.figure.quantity, &self.figure.line, &self.is_zeroed, &self.is_risen]
    }
}

/// How many changes are inserted at a time where there are as many.
const MANY: usize = 32;

/// The changes as they come.
const CHANGES: &str = "stock_changes";

/// The changes of a file that was not in the order of its codes, once it is read.
const CHANGES_IN_ORDER: &str = "stock_changes_in_order";

/// The table of what this file changes: one row is one SKU's new figure.
///
/// A file in the order of its codes names each of them once, and writes them one behind the other, which takes half the
/// time. The first code that is out of order makes the table get its index.
struct Changes<'a> {
    shop: &'a Connection,
    insert: Statement<'a>,
    insert_many: Statement<'a>,
    insert_unknown: Statement<'a>,
    take_back: Statement<'a>,
    is_in_order: bool,
    /// The highest code so far. Codes behind it cannot have been noted yet.
    highest: String,
}

impl<'a> Changes<'a> {
    fn begin(shop: &'a Connection) -> Result<Self> {
        shop.execute_batch(
            "DROP TABLE IF EXISTS temp.stock_changes;
             CREATE TEMP TABLE stock_changes (
                 sku_code TEXT,
                 quantity INTEGER,
                 line INTEGER,
                 -- The shop can sell it now, and could not any more.
                 is_zeroed INTEGER,
                 -- Its figure becomes more than tenfold.
                 is_risen INTEGER
             );
             CREATE INDEX temp.stock_changes_zeroed ON stock_changes (sku_code) WHERE is_zeroed;
             CREATE INDEX temp.stock_changes_risen ON stock_changes (sku_code) WHERE is_risen;",
        )?;
        shop.begin_table("unknown_figures", "sku_code TEXT PRIMARY KEY, quantity INTEGER, line INTEGER")?;
        let insert = |rows: usize| {
            let values = vec!["(?, ?, ?, ?, ?)"; rows].join(", ");
            shop.prepare(&format!(
                "INSERT OR REPLACE INTO temp.stock_changes (sku_code, quantity, line, is_zeroed, is_risen)
                 VALUES {values}"
            ))
        };
        Ok(Self {
            shop,
            insert: insert(1)?,
            insert_many: insert(MANY)?,
            insert_unknown: shop
                .prepare("INSERT OR REPLACE INTO temp.unknown_figures VALUES (?1, ?2, ?3)")?,
            take_back: shop.prepare("DELETE FROM temp.stock_changes WHERE sku_code = ?1")?,
            is_in_order: true,
            highest: String::new(),
        })
    }

    fn note_all(&mut self, batch: &Batch, tally: &mut Tally) -> Result<()> {
        let Some(first) = batch.codes().next() else { return Ok(()) };
        // Then none of them has been noted yet.
        let are_behind = batch.codes_ascend() && first > self.highest.as_str();
        if !are_behind && self.is_in_order {
            index_changes(self.shop)?;
            self.is_in_order = false;
        }
        let highest = if are_behind { batch.codes().next_back() } else { batch.codes().max() };
        if let Some(highest) = highest.filter(|highest| *highest > self.highest.as_str()) {
            highest.clone_into(&mut self.highest);
        }
        if are_behind {
            let mut changes = Vec::new();
            for row in batch.changed() {
                changes.extend(self.judge(&row, tally)?);
            }
            return changes.chunks(MANY).try_for_each(|changes| self.insert(changes));
        }
        // Of several rows of one SKU the last counts, also when it says what the shop has already.
        batch.all().try_for_each(|row| {
            if row.is_unchanged() {
                self.take_back.execute([row.sku_code])?;
                return Ok(());
            }
            self.judge(&row, tally)?.map_or(Ok(()), |change| self.insert(&[change]))
        })
    }

    /// What a row that is not what the shop has changes, if it may.
    fn judge<'b>(&mut self, row: &Compared<'b>, tally: &mut Tally) -> Result<Option<Change<'b>>> {
        let Compared { sku_code, figure, stock, sku } = *row;
        let Some(sku) = sku else {
            tally.unknown += 1;
            self.insert_unknown.execute((sku_code, figure.quantity, figure.line))?;
            return Ok(None);
        };
        if stock.is_some_and(|stock| stock.is_newer) {
            tally.stale += 1;
            return Ok(None);
        }
        let could_sell = stock.is_some_and(|stock| stock.quantity > stock.allocated);
        let is_zeroed = sku.is_handled && could_sell && figure.quantity <= figure.allocated;
        let is_risen = stock.is_some_and(|stock| has_risen(stock.quantity, figure.quantity));
        Ok(Some(Change { sku_code, figure, is_zeroed, is_risen }))
    }

    fn insert(&mut self, changes: &[Change<'_>]) -> Result<()> {
        if changes.len() == MANY {
            let values = changes.iter().flat_map(Change::values);
            self.insert_many.execute(params_from_iter(values))?;
        } else {
            for change in changes {
                self.insert.execute(change.values())?;
            }
        }
        Ok(())
    }
}

/// Whether a figure becomes more than tenfold, of those that matter.
fn has_risen(old: i64, new: i64) -> bool {
    old > 0 && new > old.saturating_mul(10) && new > old.saturating_add(100)
}

fn index_changes(shop: &Connection) -> Result<()> {
    let sql = "CREATE UNIQUE INDEX IF NOT EXISTS temp.stock_changes_by_code ON stock_changes (sku_code)";
    Ok(shop.execute_batch(sql)?)
}

/// Takes the changes back for which there is a later figure, and gives their number.
fn take_back(later: &LaterSheets, incoming: &mut Incoming<'_>, inbox: &Inbox) -> Result<u64> {
    let (shop, mut taken_back) = (incoming.shop, 0);
    let known = later.each(incoming, |path, name| {
        index_changes(shop)?;
        taken_back += take_back_named(shop, path, name, inbox)?;
        Ok(())
    })?;
    if known == Known::NotAll {
        taken_back += shop.execute("DELETE FROM temp.stock_changes", [])?;
    }
    Ok(u64::try_from(taken_back)?)
}

fn take_back_named(shop: &Connection, path: &Path, name: &str, inbox: &Inbox) -> Result<usize> {
    let mut statement = shop.prepare("DELETE FROM temp.stock_changes WHERE sku_code = ?1")?;
    let mut unknown = shop.prepare("DELETE FROM temp.unknown_figures WHERE sku_code = ?1")?;
    let mut taken_back = 0;
    read_figures(path, name, inbox, |sku_code, _| {
        taken_back += statement.execute([sku_code])?;
        unknown.execute([sku_code])?;
        Ok(())
    })?;
    Ok(taken_back)
}

/// Hands out each SKU's code and figure in the copy of a file that was applied, without the rows that were rejected.
pub(crate) fn read_figures(
    path: &Path,
    name: &str,
    inbox: &Inbox,
    mut each: impl FnMut(&str, i64) -> Result<()>,
) -> Result<()> {
    let mut sheet = Sheet::open_named(path, name, inbox.encoding, &inbox.naming)?;
    let columns = Columns::find(sheet.header(), i64::MAX)?;
    while let Some(row) = sheet.next_row()? {
        if let Ok((sku_code, quantity)) = columns.read(&row) {
            each(&sku_code, quantity)?;
        }
    }
    Ok(())
}

/// A file of changed SKUs says of all others that their figures are as they were: what was allocated for orders that
/// TEMPOSTAR knows by now is free. Not where a file since was refused, is held, was let go, or undone: what that said of them is
/// not here. Gives how many SKUs that is about.
fn free_unnamed(shop: &Connection, in_flight: &HashMap<String, i64>, file_time: Moment) -> Result<usize> {
    let sql = "SELECT sku_code, quantity, allocated
               FROM stock
               WHERE allocated <> 0 AND as_of <= ?1
                 AND as_of >= (SELECT coalesce(max(file_time), '')
                               FROM tempostar_files
                               WHERE command = 'import-stock' AND (outcome <> 'applied' OR undone_by IS NOT NULL)
                                 AND file_time <= ?1)";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut freed: Vec<(String, i64, i64)> = shop.all(sql, [file_time], read)?;
    freed.retain(|(code, _, allocated)| in_flight.get(code).copied().unwrap_or(0) < *allocated);
    if freed.is_empty() {
        return Ok(0);
    }
    index_changes(shop)?;
    let mut insert = shop.prepare("INSERT OR IGNORE INTO temp.stock_changes VALUES (?1, ?2, 0, 0, 0)")?;
    freed.iter().try_for_each(|(code, quantity, _)| insert.execute((code, quantity)).map(drop))?;
    Ok(freed.len())
}

/// What the files of the window changed, without what somebody has approved, and what this one changes of it.
const WINDOW_SQL: &str = "
    FROM tempostar_history_files AS file
    JOIN tempostar_stock_history AS old ON old.history_file_id = file.id
    JOIN main.stock AS stock ON stock.sku_code = old.sku_code
    LEFT JOIN temp.stock_changes AS change ON change.sku_code = old.sku_code
    WHERE file.file_time >= ?1
      AND file.archived_as NOT IN (SELECT archived_as FROM tempostar_held WHERE state = 'approved')";

/// What this file would do to the shop, together with those of the hours before it. What somebody has approved does not
/// count, nor what the shop has sold.
fn facts(incoming: &Incoming<'_>, tally: &Tally, is_strange: bool, settings: &Stock) -> Result<StockFacts> {
    let shop = incoming.shop;
    let from = incoming.file_time - TimeDelta::hours(i64::from(settings.guard.window_h));
    let count = |sql: &str| shop.value::<u64>(sql, []);
    let (emptied, risen) = (emptied(shop, from)?, risen(shop, from)?);
    let now = count("SELECT count(*) FROM temp.stock_changes WHERE is_zeroed")?;
    let (changes, lines): (Vec<_>, Vec<_>) = changes(incoming)?.into_iter().unzip();
    let (fallen, could_fall) = guards::fallen(&changes);
    let sellable = count_as_far_as_needed(
        shop,
        "SELECT 1 FROM sellable_stock WHERE sellable > 0",
        emptied,
        settings.guard.zero_percent,
    )?;
    Ok(StockFacts {
        rows: incoming.sheet.rows_read(),
        unknown: if is_strange { tally.unknown } else { 0 },
        emptied,
        sellable: sellable + emptied.saturating_sub(now),
        shuffled: if guards::are_shuffled(&changes) { as_count(changes.len()) } else { 0 },
        made_up: guards::made_up(&changes, &lines, |figure| {
            shop.value("SELECT count(*) FROM stock WHERE quantity = ?1", [figure])
        })?,
        could_fall,
        fallen,
        wanted: match settings.files {
            StockFiles::Full => count("SELECT count(*) FROM stock")?,
            StockFiles::Auto | StockFiles::Differential => 0,
        },
        risen,
        in_stock: count_as_far_as_needed(
            shop,
            "SELECT 1 FROM stock WHERE quantity > 0",
            risen,
            settings.guard.rise_percent,
        )?,
    })
}

/// The SKUs that could be sold and then could not any more, by this file or by those before it.
fn emptied(shop: &Connection, from: Moment) -> Result<u64> {
    let sql = format!(
        "SELECT count(*) FROM (
             SELECT old.sku_code {WINDOW_SQL}
               AND old.old_quantity > old.old_allocated AND old.quantity <= old.allocated
               AND coalesce(change.quantity, stock.quantity) <= stock.allocated
             UNION
             SELECT sku_code FROM temp.stock_changes WHERE is_zeroed)"
    );
    shop.value(&sql, [from])
}

/// Likewise those whose figure has become more than tenfold.
fn risen(shop: &Connection, from: Moment) -> Result<u64> {
    let sql = format!(
        "SELECT count(*) FROM (
             SELECT old.sku_code {WINDOW_SQL}
               AND old.old_quantity > 0 AND old.quantity > 10 * old.old_quantity AND old.quantity > 100 + old.old_quantity
               AND coalesce(change.quantity, stock.quantity) > 10 * old.old_quantity
             UNION
             SELECT sku_code FROM temp.stock_changes WHERE is_risen)"
    );
    shop.value(&sql, [from])
}

/// How many rows there are; counts no further than to where `part` is no more than the limit's share of them.
fn count_as_far_as_needed(shop: &Connection, rows_sql: &str, part: u64, limit_percent: u32) -> Result<u64> {
    if part == 0 {
        return Ok(0);
    }
    let enough = (part * 100).checked_div(u64::from(limit_percent)).map_or(-1, |all| all.cast_signed() + 1);
    shop.value(&format!("SELECT count(*) FROM ({rows_sql} LIMIT ?1)"), [enough])
}

/// How many changes of figures are looked at together.
const CHANGES_MAX: u64 = 50_000;

/// What figures a file changes, and in which lines, if it changes most of those that it names, as a column does that has
/// slipped.
fn changes(incoming: &Incoming<'_>) -> Result<Vec<((i64, i64), i64)>> {
    let most = incoming.sheet.rows_read() / 2;
    let sql = "SELECT count(*) > ?1 AND EXISTS (SELECT 1 FROM main.stock) FROM temp.stock_changes";
    if !incoming.shop.value::<bool>(sql, [most])? {
        return Ok(Vec::new());
    }
    incoming.shop.all(
        "SELECT stock.quantity, change.quantity, change.line
         FROM temp.stock_changes AS change
         JOIN main.stock AS stock ON stock.sku_code = change.sku_code
         WHERE stock.quantity <> change.quantity
         LIMIT ?1",
        [CHANGES_MAX],
        |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)),
    )
}

/// The SKUs that the shop does not have, each once, and codes of the shop that one of them may have been meant as.
fn unknown_skus(shop: &Connection) -> Result<Vec<Problem>> {
    let mut names = Names::default();
    let mut sought = Vec::new();
    shop.each("SELECT sku_code FROM temp.unknown_figures ORDER BY line", [], |row| {
        let code = row.get_ref(0)?.as_str()?;
        if sought.len() < NEAR_MISSES_SOUGHT_MAX {
            sought.push(code.to_owned());
        }
        names.add(code);
        Ok(())
    })?;
    let near = near_misses(shop, "skus", "code", sought)?;
    let near = near.iter().map(|(code, ours)| text::near_miss(code, ours));
    Ok(names.problem(text::unknown_skus).into_iter().chain(near).collect())
}

/// Whether the first products have come.
pub(crate) fn has_skus(shop: &Connection) -> Result<bool> {
    shop.value("SELECT EXISTS (SELECT 1 FROM skus)", [])
}

fn finish_comparison(incoming: &mut Incoming<'_>, tally: &Tally, is_strange: bool) -> Result<Comparison> {
    let changed = incoming.shop.value("SELECT count(*) FROM temp.stock_changes", [])?;
    let unknown = tally.unknown;
    let others = changed + unknown + tally.stale + incoming.rejects.count();
    let unchanged = incoming.sheet.rows_read().saturating_sub(others);
    let mut counts = Counts::default();
    for (name, count) in [("changed", changed), ("unchanged", unchanged), ("unknown", unknown)] {
        counts.add(name, count);
    }
    if unknown > 0 {
        incoming.problems.extend(unknown_skus(incoming.shop)?);
    }
    if is_strange && changed + unchanged + tally.stale == 0 {
        incoming.problems.push(text::nothing_matches());
    }
    let uncountable = uncountable_lines(incoming.shop)?;
    if !uncountable.is_empty() {
        let named = first_names(&uncountable, NAMES_TOLD_MAX);
        incoming.problems.push(text::lines_not_counted(as_count(uncountable.len()), &named));
    }
    if tally.stale > 0 {
        counts.add("stale", tally.stale);
        incoming.problems.push(text::stale_rows(tally.stale));
    }
    Ok(Comparison { applied: changed, unchanged, unknown, counts, ..Comparison::default() })
}
