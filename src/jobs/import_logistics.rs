//! `import-logistics` (物流連携取込): what TEMPOSTAR has shipped is marked shipped in the shop.
//!
//! When all destinations of an order are shipped, its three ticks are set: 配送区分 (delivered), 入金区分 (paid) and
//! オーソリ確定 (payment captured), each with its time. A destination's own data (date, tracking number) is stored at
//! once. A row that says what the shop has already changes nothing. Mails to the customer are TEMPOSTAR's business.
//!
//! Changes and cancellations are not linked: an order that TEMPOSTAR has cancelled, or that was shipped although the
//! shop had cancelled it, is reported, because a person has to act.

use anyhow::Result;
use chrono::{NaiveDate, NaiveDateTime};
use rusqlite::{Connection, OptionalExtension, Statement, Transaction, named_params, params};

use super::Names;
use crate::clock::{format_time, parse_time};
use crate::crash;
use crate::encoding::{comparable_name, look_alikes};
use crate::interrupt;
use crate::report::{Counts, Problem};
use crate::settings::{AddOrderLines, Inbox, Settings};
use crate::sheet::{Column, Header, Row, RowProblem};
use crate::sync::Run;
use crate::sync::import::{Comparison, ImportJob, Incoming, Source, Stamp, import};
use crate::text::jobs as text;

/// The subcommand.
pub const COMMAND: &str = "import-logistics";

/// 受注進捗コード: 出荷済 and 配送完了.
const SHIPPED_CODES: [&str; 2] = ["800", "950"];
/// 受注進捗コード: キャンセル.
const CANCELLED_CODE: &str = "999";

/// Runs the job. What it did and what went wrong is in the report.
///
/// # Errors
/// What stops the run: the server, the database, the disk.
pub fn run(run: &mut Run<'_>, source: &Source) -> Result<()> {
    let names =
        ["shipped", "unchanged", "unknown_order", "other_shop", "cancelled", "lines_added", "rejected"];
    run.report.counts = Counts::zero(&names);
    import(run, source, &mut ImportLogistics { settings: run.settings })
}

struct ImportLogistics<'a> {
    settings: &'a Settings,
}

impl ImportJob for ImportLogistics<'_> {
    fn inbox(&self) -> &Inbox {
        &self.settings.logistics.inbox
    }

    fn compare(&mut self, incoming: &mut Incoming<'_>) -> Result<Comparison> {
        let columns = Columns::find(incoming.sheet.header(), self.settings.logistics.add_order_lines)?;
        let mut tally = Tally { shop_code: self.settings.shop.code.clone(), ..Tally::default() };
        stage(incoming, &columns, &mut tally)?;
        decide_all(incoming.shop, &columns, &incoming.stamp, &mut tally)?;
        let unknown_columns = columns.unknown(incoming.sheet.header());
        Ok(finish_comparison(incoming, tally, unknown_columns))
    }

    fn apply(&mut self, transaction: &Transaction<'_>, stamp: &Stamp) -> Result<()> {
        write_changes(transaction, &format_time(stamp.now))
    }
}

/// Where a file has what.
struct Columns {
    order_no: Column,
    status: Option<Column>,
    shipped: Option<Column>,
    confirmed: Option<Column>,
    delivered: Option<Column>,
    tracking_no: Option<Column>,
    delivery_method: Option<Column>,
    shipment_no: Option<Column>,
    paid: Option<Column>,
    added: Option<LineColumns>,
}

/// What lines are added from; absent when they are not added at all.
struct LineColumns {
    sku_code: Column,
    product_name: Option<Column>,
    options: Option<Column>,
    quantity: Option<Column>,
    unit_price_excl_tax: Option<Column>,
    unit_tax: Option<Column>,
    unit_price_incl_tax: Option<Column>,
}

/// Columns that are known, and of no use while no lines are added.
const LINE_COLUMNS: [&str; 7] =
    ["商品コード", "商品名", "項目選択肢", "数量", "税抜単価", "単品消費税", "税込単価"];

impl Columns {
    fn find(header: &Header, add_order_lines: AddOrderLines) -> Result<Self> {
        let added = match add_order_lines {
            AddOrderLines::Ignore => None,
            AddOrderLines::Add => header.optional(LINE_COLUMNS[0]).map(|sku_code| LineColumns {
                sku_code,
                product_name: header.optional(LINE_COLUMNS[1]),
                options: header.optional(LINE_COLUMNS[2]),
                quantity: header.optional(LINE_COLUMNS[3]),
                unit_price_excl_tax: header.optional(LINE_COLUMNS[4]),
                unit_tax: header.optional(LINE_COLUMNS[5]),
                unit_price_incl_tax: header.optional(LINE_COLUMNS[6]),
            }),
        };
        Ok(Self {
            order_no: header.required("ショップ受注番号")?,
            status: header.optional("受注進捗コード"),
            shipped: header.optional("出荷日"),
            confirmed: header.optional("出荷確定日"),
            delivered: header.optional("配送日"),
            tracking_no: header.optional("荷物番号"),
            delivery_method: header.optional("配送方法名"),
            shipment_no: header.optional("配送番号"),
            paid: header.optional("入金日付"),
            added,
        })
    }

    fn unknown(&self, header: &Header) -> Vec<String> {
        let optional = [
            self.status,
            self.shipped,
            self.confirmed,
            self.delivered,
            self.tracking_no,
            self.delivery_method,
            self.shipment_no,
            self.paid,
        ];
        let lines = LINE_COLUMNS.into_iter().filter_map(|name| header.optional(name));
        let known: Vec<Column> =
            std::iter::once(self.order_no).chain(optional.into_iter().flatten()).chain(lines).collect();
        header.others(&known).into_iter().map(|(_, name)| name.to_owned()).collect()
    }
}

/// What a row says of an order's progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Shipped,
    Cancelled,
    NotYet,
}

/// One row of a logistics file. Texts are `None` where the file has no such column, empty where the field is.
#[derive(Clone, Debug)]
struct Entry {
    line: u64,
    order_no: String,
    progress: Progress,
    /// `None`: all destinations.
    shipment_no: Option<i64>,
    /// 出荷確定日, else 出荷日
    shipped_at: Option<NaiveDateTime>,
    delivered_on: Option<NaiveDate>,
    tracking_no: Option<String>,
    delivery_method: Option<String>,
    paid_at: Option<NaiveDateTime>,
    added: Option<AddedLine>,
}

/// A line as TEMPOSTAR has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AddedLine {
    sku_code: String,
    product_name: String,
    options: String,
    quantity: Option<i64>,
    unit_price_excl_tax: i64,
    unit_tax: i64,
    unit_price_incl_tax: i64,
}

/// A row, or whose it is if not this shop's.
enum Read {
    Entry(Box<Entry>),
    OtherShop(String),
}

impl Columns {
    fn read(&self, row: &Row<'_>, shop_code: &str) -> Result<Read, RowProblem> {
        let number = row.code(self.order_no)?;
        // Order numbers hold hyphens themselves; shop codes do not.
        let Some((shop, order_no)) =
            number.split_once('-').filter(|(shop, order)| !shop.is_empty() && !order.is_empty())
        else {
            return Err(row.problem_in(self.order_no, text::bad_order_number(&number)));
        };
        if shop != shop_code {
            return Ok(Read::OtherShop(number.into_owned()));
        }
        let shipped = optional(self.shipped, |column| row.date_time(column))?;
        let confirmed = optional(self.confirmed, |column| row.date_time(column))?;
        Ok(Read::Entry(Box::new(Entry {
            line: row.line(),
            order_no: order_no.to_owned(),
            progress: self.progress(row)?,
            shipment_no: self.shipment_no(row)?,
            shipped_at: confirmed.flatten().or(shipped.flatten()),
            delivered_on: optional(self.delivered, |column| row.date(column))?.flatten(),
            tracking_no: optional(self.tracking_no, |column| Ok(row.text(column)?.into_owned()))?,
            delivery_method: optional(self.delivery_method, |column| Ok(row.text(column)?.into_owned()))?,
            paid_at: optional(self.paid, |column| row.date_time(column))?.flatten(),
            added: self.added_line(row)?,
        })))
    }

    fn progress(&self, row: &Row<'_>) -> Result<Progress, RowProblem> {
        let Some(column) = self.status else { return Ok(Progress::Shipped) };
        let text = row.text(column)?;
        let code = text.trim_matches(' ');
        // Something unreadable must not pass for "not shipped yet": the order would never get its ticks.
        if !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(row.problem_in(column, text::bad_progress(&text)));
        }
        Ok(if SHIPPED_CODES.contains(&code) {
            Progress::Shipped
        } else if code == CANCELLED_CODE {
            Progress::Cancelled
        } else {
            Progress::NotYet
        })
    }

    fn shipment_no(&self, row: &Row<'_>) -> Result<Option<i64>, RowProblem> {
        Ok(optional(self.shipment_no, |column| from_one_up(row, column))?.flatten())
    }

    fn added_line(&self, row: &Row<'_>) -> Result<Option<AddedLine>, RowProblem> {
        let Some(columns) = &self.added else { return Ok(None) };
        if row.text(columns.sku_code)?.is_empty() {
            return Ok(None);
        }
        let text = |column: Option<Column>| {
            Ok(optional(column, |column| row.text(column))?.unwrap_or_default().into_owned())
        };
        let amount = |column| Ok(optional(column, |column| row.whole_number(column))?.flatten().unwrap_or(0));
        Ok(Some(AddedLine {
            sku_code: row.code(columns.sku_code)?.into_owned(),
            product_name: text(columns.product_name)?,
            options: text(columns.options)?,
            quantity: optional(columns.quantity, |column| from_one_up(row, column))?.flatten(),
            unit_price_excl_tax: amount(columns.unit_price_excl_tax)?,
            unit_tax: amount(columns.unit_tax)?,
            unit_price_incl_tax: amount(columns.unit_price_incl_tax)?,
        }))
    }
}

fn from_one_up(row: &Row<'_>, column: Column) -> Result<Option<i64>, RowProblem> {
    match row.whole_number(column)? {
        Some(number) if number < 1 => Err(row.problem_in(column, text::below_one(number))),
        number => Ok(number),
    }
}

/// Reads a cell if the file has the column.
fn optional<T>(
    column: Option<Column>,
    read: impl FnOnce(Column) -> Result<T, RowProblem>,
) -> Result<Option<T>, RowProblem> {
    column.map(read).transpose()
}

/// What was seen, for the report.
#[derive(Default)]
struct Tally {
    shop_code: String,
    shipped: u64,
    updated: u64,
    unchanged: u64,
    not_shipped_yet: u64,
    lines_added: u64,
    cancelled: u64,
    newly_cancelled: Names,
    shipped_but_cancelled: Names,
    unknown_orders: Names,
    other_shop: Names,
    rows_applied: u64,
    rows_unknown: u64,
    problems: Vec<Problem>,
}

/// Reads the sheet into a temporary table, so that the rows of an order come together wherever they stand.
fn stage(incoming: &mut Incoming<'_>, columns: &Columns, tally: &mut Tally) -> Result<()> {
    incoming.shop.execute_batch(
        "DROP TABLE IF EXISTS temp.logistics_rows;
         CREATE TEMP TABLE logistics_rows (
             order_no TEXT NOT NULL, line INTEGER NOT NULL, progress INTEGER NOT NULL, shipment_no INTEGER,
             shipped_at TEXT, delivered_on TEXT, tracking_no TEXT, delivery_method TEXT, paid_at TEXT,
             sku_code TEXT, product_name TEXT, options TEXT, quantity INTEGER,
             unit_price_excl_tax INTEGER, unit_tax INTEGER, unit_price_incl_tax INTEGER,
             PRIMARY KEY (order_no, line)
         ) WITHOUT ROWID;
         DROP TABLE IF EXISTS temp.other_shop_orders;
         CREATE TEMP TABLE other_shop_orders (order_no TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;",
    )?;
    let mut insert = incoming.shop.prepare(
        "INSERT INTO temp.logistics_rows
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    let mut other_shop = incoming.shop.prepare("INSERT OR IGNORE INTO temp.other_shop_orders VALUES (?1)")?;
    while let Some(row) = incoming.sheet.next_row()? {
        interrupt::check()?;
        match columns.read(&row, &tally.shop_code) {
            Ok(Read::Entry(entry)) => stage_entry(&mut insert, &entry)?,
            Ok(Read::OtherShop(number)) => {
                tally.rows_unknown += 1;
                if other_shop.execute([&number])? > 0 {
                    tally.other_shop.add(&number);
                }
            }
            Err(problem) => incoming.rejects.add(&row, problem)?,
        }
    }
    Ok(())
}

fn stage_entry(insert: &mut Statement<'_>, entry: &Entry) -> Result<()> {
    let added = entry.added.as_ref();
    insert.execute(params![
        entry.order_no,
        entry.line,
        entry.progress as i64,
        entry.shipment_no,
        entry.shipped_at.map(format_time),
        entry.delivered_on.map(|date| date.to_string()),
        entry.tracking_no,
        entry.delivery_method,
        entry.paid_at.map(format_time),
        added.map(|line| &line.sku_code),
        added.map(|line| &line.product_name),
        added.map(|line| &line.options),
        added.and_then(|line| line.quantity),
        added.map(|line| line.unit_price_excl_tax),
        added.map(|line| line.unit_tax),
        added.map(|line| line.unit_price_incl_tax),
    ])?;
    Ok(())
}

fn read_staged(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    let sku_code: Option<String> = row.get("sku_code")?;
    let added = sku_code
        .map(|sku_code| {
            Ok::<_, rusqlite::Error>(AddedLine {
                sku_code,
                product_name: row.get("product_name")?,
                options: row.get("options")?,
                quantity: row.get("quantity")?,
                unit_price_excl_tax: row.get("unit_price_excl_tax")?,
                unit_tax: row.get("unit_tax")?,
                unit_price_incl_tax: row.get("unit_price_incl_tax")?,
            })
        })
        .transpose()?;
    let progress = match row.get::<_, i64>("progress")? {
        0 => Progress::Shipped,
        1 => Progress::Cancelled,
        _ => Progress::NotYet,
    };
    let time =
        |name: &str| Ok::<_, rusqlite::Error>(row.get_ref(name)?.as_str_or_null()?.and_then(parse_time));
    let delivered_on: Option<String> = row.get("delivered_on")?;
    Ok(Entry {
        line: row.get("line")?,
        order_no: row.get("order_no")?,
        progress,
        shipment_no: row.get("shipment_no")?,
        shipped_at: time("shipped_at")?,
        delivered_on: delivered_on.and_then(|date| date.parse().ok()),
        tracking_no: row.get("tracking_no")?,
        delivery_method: row.get("delivery_method")?,
        paid_at: time("paid_at")?,
        added,
    })
}

/// An order as the shop has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct OrderState {
    is_cancelled: bool,
    is_cancelled_in_tempostar: bool,
    ticks: Ticks,
    shipments: Vec<ShipmentState>,
    lines: Vec<LineState>,
}

/// The three ticks and their times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ticks {
    is_delivered: bool,
    is_paid: bool,
    is_captured: bool,
    shipped_at: Option<String>,
    paid_at: Option<String>,
    captured_at: Option<String>,
}

/// A destination as the shop has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ShipmentState {
    shipment_no: i64,
    shipped_on: Option<String>,
    delivered_on: Option<String>,
    tracking_no: Option<String>,
    delivery_method: Option<String>,
}

/// A line as the shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LineState {
    sku_code: String,
    options: String,
    quantity: i64,
}

/// What a file means for one order.
#[derive(Debug, Default)]
struct Decision {
    ticks: Option<Ticks>,
    shipments: Vec<ShipmentState>,
    lines: Vec<(i64, AddedLine)>,
    /// TEMPOSTAR had cancelled it, and ships it after all.
    is_revived: bool,
    problems: Vec<Problem>,
}

impl Decision {
    fn changes_anything(&self) -> bool {
        self.ticks.is_some() || !self.shipments.is_empty() || !self.lines.is_empty() || self.is_revived
    }
}

/// Decides about every order that the file names, and keeps what has to be written in temporary tables.
fn decide_all(shop: &Connection, columns: &Columns, stamp: &Stamp, tally: &mut Tally) -> Result<()> {
    begin_changes(shop)?;
    let mut lookup = Lookup::new(shop)?;
    let mut keep = Keep::new(shop)?;
    let mut statement = shop.prepare("SELECT * FROM temp.logistics_rows ORDER BY order_no, line")?;
    let mut rows = statement.query_map([], read_staged)?.peekable();
    while let Some(first) = rows.next() {
        let mut entries = vec![first?];
        while let Some(Ok(entry)) =
            rows.next_if(|row| matches!(row, Ok(entry) if entry.order_no == entries[0].order_no))
        {
            entries.push(entry);
        }
        decide_order(&entries, columns, stamp, &mut lookup, &mut keep, tally)?;
    }
    Ok(())
}

fn decide_order(
    entries: &[Entry],
    columns: &Columns,
    stamp: &Stamp,
    lookup: &mut Lookup<'_>,
    keep: &mut Keep<'_>,
    tally: &mut Tally,
) -> Result<()> {
    let order_no = &entries[0].order_no;
    let rows = u64::try_from(entries.len())?;
    let Some(order) = lookup.order(order_no)? else {
        tally.unknown_orders.add(&format!("{}-{order_no}", tally.shop_code));
        tally.rows_unknown += rows;
        return Ok(());
    };
    let shipped: Vec<&Entry> = entries.iter().filter(|entry| entry.progress == Progress::Shipped).collect();
    if shipped.is_empty() {
        return note_unshipped(entries, &order, keep, tally);
    }
    if order.is_cancelled {
        tally.shipped_but_cancelled.add(order_no);
        return Ok(());
    }
    let decision = decide(&order, &shipped, columns, stamp);
    if decision.changes_anything() {
        tally.rows_applied += rows;
    }
    match &decision.ticks {
        Some(ticks) if ticks.is_delivered && !order.ticks.is_delivered => tally.shipped += 1,
        _ if decision.changes_anything() => tally.updated += 1,
        _ => tally.unchanged += 1,
    }
    tally.lines_added += u64::try_from(decision.lines.len())?;
    keep.decision(order_no, &decision)?;
    tally.problems.extend(decision.problems);
    Ok(())
}

fn note_unshipped(
    entries: &[Entry],
    order: &OrderState,
    keep: &mut Keep<'_>,
    tally: &mut Tally,
) -> Result<()> {
    let order_no = &entries[0].order_no;
    if !entries.iter().any(|entry| entry.progress == Progress::Cancelled) {
        tally.not_shipped_yet += 1;
        return Ok(());
    }
    tally.cancelled += 1;
    if !order.is_cancelled_in_tempostar {
        keep.cancellation(order_no, Cancellation::New)?;
        if !order.is_cancelled {
            tally.newly_cancelled.add(order_no);
        }
    }
    Ok(())
}

/// What the rows of a shipped order change. Computes only.
fn decide(order: &OrderState, rows: &[&Entry], columns: &Columns, stamp: &Stamp) -> Decision {
    let mut decision = Decision { is_revived: order.is_cancelled_in_tempostar, ..Decision::default() };
    let mut shipments = order.shipments.clone();
    for shipment in &mut shipments {
        let mine: Vec<&Entry> = rows
            .iter()
            .filter(|row| row.shipment_no.is_none_or(|number| number == shipment.shipment_no))
            .copied()
            .collect();
        if !mine.is_empty() {
            update_shipment(shipment, &mine, columns, stamp);
        }
    }
    decision.problems.extend(missing_shipments(order, rows));
    let is_shipped = shipments.iter().all(|shipment| shipment.shipped_on.is_some());
    if is_shipped {
        let ticks = tick(&order.ticks, rows, stamp);
        decision.ticks = (ticks != order.ticks).then_some(ticks);
    }
    decision.shipments = shipments
        .into_iter()
        .zip(&order.shipments)
        .filter(|(new, old)| new != *old)
        .map(|(new, _)| new)
        .collect();
    add_lines(order, rows, &mut decision);
    decision
}

/// A row without a date still says that the destination is shipped: as of the file's own day, then. Of several rows
/// about one destination the last one that says something counts.
fn update_shipment(shipment: &mut ShipmentState, rows: &[&Entry], columns: &Columns, stamp: &Stamp) {
    let shipped_on = rows.iter().rev().find_map(|row| row.shipped_at).map(|time| time.date().to_string());
    shipment.shipped_on = shipped_on
        .or_else(|| shipment.shipped_on.take())
        .or_else(|| Some(stamp.file_time.date().to_string()));
    if columns.delivered.is_some() {
        shipment.delivered_on =
            rows.iter().rev().find_map(|row| row.delivered_on).map(|date| date.to_string());
    }
    let last = |value: fn(&Entry) -> &Option<String>| {
        rows.iter().rev().filter_map(|row| value(row).clone()).find(|text| !text.is_empty())
    };
    if columns.tracking_no.is_some() {
        shipment.tracking_no = last(|row| &row.tracking_no);
    }
    if columns.delivery_method.is_some() {
        shipment.delivery_method = last(|row| &row.delivery_method);
    }
}

fn missing_shipments(order: &OrderState, rows: &[&Entry]) -> Vec<Problem> {
    let is_missing = |number: &i64| !order.shipments.iter().any(|shipment| shipment.shipment_no == *number);
    rows.iter()
        .filter_map(|row| Some((row, row.shipment_no.filter(is_missing)?)))
        .map(|(row, number)| text::no_such_shipment(&row.order_no, number).at_line(row.line))
        .collect()
}

/// The three ticks of an order of which everything is shipped. A tick that is set keeps its time, but for the day of
/// payment, of which TEMPOSTAR knows better.
fn tick(ticks: &Ticks, rows: &[&Entry], stamp: &Stamp) -> Ticks {
    let shipped_at =
        format_time(rows.iter().filter_map(|row| row.shipped_at).max().unwrap_or(stamp.file_time));
    let paid_at = rows.iter().rev().find_map(|row| row.paid_at).map(format_time);
    let keep_or = |is_set: bool, old: &Option<String>, new: &str| match old {
        Some(old) if is_set => Some(old.clone()),
        _ => Some(new.to_owned()),
    };
    Ticks {
        is_delivered: true,
        is_paid: true,
        is_captured: true,
        paid_at: paid_at.or_else(|| ticks.paid_at.clone()).or_else(|| Some(shipped_at.clone())),
        captured_at: keep_or(ticks.is_captured, &ticks.captured_at, &shipped_at),
        shipped_at: keep_or(ticks.is_delivered, &ticks.shipped_at, &shipped_at),
    }
}

/// Lines that TEMPOSTAR has and the shop has not, each once. A line is told by SKU and options.
fn add_lines(order: &OrderState, rows: &[&Entry], decision: &mut Decision) {
    let mut known = order.lines.clone();
    for row in rows {
        let Some(added) = &row.added else { continue };
        let same: Vec<i64> =
            known.iter().filter(|line| is_same_line(line, added)).map(|line| line.quantity).collect();
        if !same.is_empty() {
            if let Some(theirs) = added.quantity.filter(|theirs| !agrees(&same, *theirs)) {
                let ours = same.iter().sum();
                let problem = text::line_differs(&row.order_no, &added.sku_code, ours, theirs);
                decision.problems.push(problem.at_line(row.line));
            }
            continue;
        }
        if order.shipments.len() > 1 {
            decision.problems.push(text::lines_and_destinations(&row.order_no).at_line(row.line));
            return;
        }
        let Some(quantity) = added.quantity else {
            decision.problems.push(text::line_incomplete().at_line(row.line).in_column("数量"));
            continue;
        };
        known.push(LineState { sku_code: added.sku_code.clone(), options: added.options.clone(), quantity });
        let shipment_no = order.shipments.first().map_or(1, |shipment| shipment.shipment_no);
        decision.lines.push((shipment_no, added.clone()));
    }
}

/// TEMPOSTAR shows a SKU's lines one by one, or as one.
fn agrees(ours: &[i64], theirs: i64) -> bool {
    ours.contains(&theirs) || ours.iter().sum::<i64>() == theirs
}

/// What we sent comes back as it could be sent: with look-alikes, on one line.
fn is_same_line(ours: &LineState, theirs: &AddedLine) -> bool {
    look_alikes(&ours.sku_code) == look_alikes(&theirs.sku_code)
        && same_options(&ours.options, &theirs.options)
}

/// Options that one side leaves out do not make another line.
fn same_options(ours: &str, theirs: &str) -> bool {
    let comparable = |options: &str| comparable_name(&look_alikes(options));
    ours.is_empty() || theirs.is_empty() || comparable(ours) == comparable(theirs)
}

/// The statements that read an order.
struct Lookup<'a> {
    order: Statement<'a>,
    shipments: Statement<'a>,
    lines: Statement<'a>,
}

impl<'a> Lookup<'a> {
    fn new(shop: &'a Connection) -> Result<Self> {
        Ok(Self {
            order: shop.prepare(
                "SELECT cancelled_at IS NOT NULL, cancelled_in_tempostar_at IS NOT NULL,
                        delivery_status, payment_status, capture_status, shipped_at, paid_at, captured_at
                 FROM orders
                 WHERE order_no = ?1",
            )?,
            shipments: shop.prepare(
                "SELECT shipment_no, shipped_on, delivered_on, tracking_no, delivery_method
                 FROM order_shipments
                 WHERE order_no = ?1
                 ORDER BY shipment_no",
            )?,
            lines: shop.prepare(
                "SELECT coalesce(sku_code, ''), coalesce(options, ''), quantity
                 FROM order_lines
                 WHERE order_no = ?1
                 ORDER BY line_no",
            )?,
        })
    }

    fn order(&mut self, order_no: &str) -> Result<Option<OrderState>> {
        let found = self.order.query_row([order_no], |row| {
            let ticks = Ticks {
                is_delivered: row.get(2)?,
                is_paid: row.get(3)?,
                is_captured: row.get(4)?,
                shipped_at: row.get(5)?,
                paid_at: row.get(6)?,
                captured_at: row.get(7)?,
            };
            let (is_cancelled, is_cancelled_in_tempostar) = (row.get(0)?, row.get(1)?);
            Ok(OrderState { is_cancelled, is_cancelled_in_tempostar, ticks, ..OrderState::default() })
        });
        let Some(mut order) = found.optional()? else { return Ok(None) };
        order.shipments = self
            .shipments
            .query_map([order_no], |row| {
                Ok(ShipmentState {
                    shipment_no: row.get(0)?,
                    shipped_on: row.get(1)?,
                    delivered_on: row.get(2)?,
                    tracking_no: row.get(3)?,
                    delivery_method: row.get(4)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        order.lines = self
            .lines
            .query_map([order_no], |row| {
                Ok(LineState { sku_code: row.get(0)?, options: row.get(1)?, quantity: row.get(2)? })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Some(order))
    }
}

/// The tables of what this file changes.
fn begin_changes(shop: &Connection) -> Result<()> {
    shop.execute_batch(
        "DROP TABLE IF EXISTS temp.order_ticks;
         CREATE TEMP TABLE order_ticks (
             order_no TEXT NOT NULL PRIMARY KEY, shipped_at TEXT, paid_at TEXT, captured_at TEXT
         ) WITHOUT ROWID;
         DROP TABLE IF EXISTS temp.shipment_changes;
         CREATE TEMP TABLE shipment_changes (
             order_no TEXT NOT NULL, shipment_no INTEGER NOT NULL,
             shipped_on TEXT, delivered_on TEXT, tracking_no TEXT, delivery_method TEXT,
             PRIMARY KEY (order_no, shipment_no)
         ) WITHOUT ROWID;
         DROP TABLE IF EXISTS temp.added_lines;
         CREATE TEMP TABLE added_lines (
             order_no TEXT NOT NULL, position INTEGER NOT NULL, shipment_no INTEGER NOT NULL,
             sku_code TEXT, product_name TEXT, options TEXT, quantity INTEGER,
             unit_price_excl_tax INTEGER, unit_tax INTEGER, unit_price_incl_tax INTEGER,
             PRIMARY KEY (order_no, position)
         ) WITHOUT ROWID;
         DROP TABLE IF EXISTS temp.cancellations;
         CREATE TEMP TABLE cancellations (
             order_no TEXT NOT NULL PRIMARY KEY, is_new INTEGER NOT NULL
         ) WITHOUT ROWID;",
    )?;
    Ok(())
}

/// The statements that keep a decision.
struct Keep<'a> {
    ticks: Statement<'a>,
    shipment: Statement<'a>,
    line: Statement<'a>,
    cancellation: Statement<'a>,
}

impl<'a> Keep<'a> {
    fn new(shop: &'a Connection) -> Result<Self> {
        Ok(Self {
            ticks: shop.prepare("INSERT INTO temp.order_ticks VALUES (?1, ?2, ?3, ?4)")?,
            shipment: shop.prepare("INSERT INTO temp.shipment_changes VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?,
            line: shop
                .prepare("INSERT INTO temp.added_lines VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?,
            cancellation: shop.prepare("INSERT INTO temp.cancellations VALUES (?1, ?2)")?,
        })
    }

    fn decision(&mut self, order_no: &str, decision: &Decision) -> Result<()> {
        if let Some(ticks) = &decision.ticks {
            self.ticks.execute(params![order_no, ticks.shipped_at, ticks.paid_at, ticks.captured_at])?;
        }
        for new in &decision.shipments {
            self.shipment.execute(params![
                order_no,
                new.shipment_no,
                new.shipped_on,
                new.delivered_on,
                new.tracking_no,
                new.delivery_method
            ])?;
        }
        for (position, (shipment_no, line)) in decision.lines.iter().enumerate() {
            self.line.execute(params![
                order_no,
                i64::try_from(position)? + 1,
                shipment_no,
                line.sku_code,
                line.product_name,
                line.options,
                line.quantity,
                line.unit_price_excl_tax,
                line.unit_tax,
                line.unit_price_incl_tax
            ])?;
        }
        if decision.is_revived {
            self.cancellation(order_no, Cancellation::TakenBack)?;
        }
        Ok(())
    }

    fn cancellation(&mut self, order_no: &str, cancellation: Cancellation) -> Result<()> {
        self.cancellation.execute((order_no, cancellation == Cancellation::New))?;
        Ok(())
    }
}

/// What TEMPOSTAR says of an order's cancellation there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cancellation {
    New,
    TakenBack,
}

/// Writes what was decided. An order that the shop has cancelled since is left alone.
fn write_changes(transaction: &Transaction<'_>, now: &str) -> Result<()> {
    transaction.execute(
        "UPDATE order_shipments
         SET shipped_on = new.shipped_on, delivered_on = new.delivered_on, tracking_no = new.tracking_no,
             delivery_method = new.delivery_method
         FROM temp.shipment_changes AS new
         JOIN orders ON orders.order_no = new.order_no AND orders.cancelled_at IS NULL
         WHERE order_shipments.order_no = new.order_no AND order_shipments.shipment_no = new.shipment_no",
        [],
    )?;
    crash::point("shipments-written");
    transaction.execute(
        "INSERT INTO order_lines
             (order_no, line_no, shipment_no, sku_code, product_name, options, quantity,
              unit_price_excl_tax, unit_tax, unit_price_incl_tax, added_by)
         SELECT added.order_no,
                added.position + (SELECT coalesce(max(line_no), 0)
                                  FROM order_lines AS line
                                  WHERE line.order_no = added.order_no),
                added.shipment_no, added.sku_code, added.product_name, added.options, added.quantity,
                added.unit_price_excl_tax, added.unit_tax, added.unit_price_incl_tax, 'tempostar'
         FROM temp.added_lines AS added
         JOIN orders ON orders.order_no = added.order_no AND orders.cancelled_at IS NULL",
        [],
    )?;
    crash::point("lines-added");
    transaction.execute(
        "UPDATE orders
         SET delivery_status = 1, payment_status = 1, capture_status = 1,
             shipped_at = new.shipped_at, paid_at = new.paid_at, captured_at = new.captured_at
         FROM temp.order_ticks AS new
         WHERE orders.order_no = new.order_no AND orders.cancelled_at IS NULL",
        [],
    )?;
    crash::point("orders-ticked");
    transaction.execute(
        "UPDATE orders
         SET cancelled_in_tempostar_at = CASE WHEN new.is_new THEN :now END
         FROM temp.cancellations AS new
         WHERE orders.order_no = new.order_no",
        named_params! { ":now": now },
    )?;
    stamp_changed(transaction, now)
}

/// Stamps the orders that were changed. What they are stamped with is noted as known, unless the shop had changed the
/// order before: that change must not be covered by ours.
fn stamp_changed(transaction: &Transaction<'_>, now: &str) -> Result<()> {
    transaction.execute_batch(
        "DROP TABLE IF EXISTS temp.changed_orders;
         CREATE TEMP TABLE changed_orders AS
         SELECT order_no
         FROM (SELECT order_no FROM temp.order_ticks
               UNION SELECT order_no FROM temp.shipment_changes
               UNION SELECT order_no FROM temp.added_lines)
         WHERE order_no IN (SELECT order_no FROM orders WHERE cancelled_at IS NULL)
         UNION
         SELECT order_no FROM temp.cancellations;",
    )?;
    transaction.execute(
        "UPDATE tempostar_batch_orders
         SET known_updated_at = :now
         WHERE order_no IN (SELECT order_no FROM temp.changed_orders)
           AND known_updated_at IS (SELECT updated_at
                                    FROM orders
                                    WHERE orders.order_no = tempostar_batch_orders.order_no)",
        named_params! { ":now": now },
    )?;
    transaction.execute(
        "UPDATE orders
         SET updated_at = :now
         WHERE order_no IN (SELECT order_no FROM temp.changed_orders)",
        named_params! { ":now": now },
    )?;
    Ok(())
}

/// The orders that TEMPOSTAR has cancelled and the shop has not, sorted: cancellations are not linked, somebody has to
/// cancel them here, too.
///
/// # Errors
/// The database's.
pub fn cancelled_there(shop: &Connection) -> Result<Vec<String>> {
    let mut statement = shop.prepare(
        "SELECT order_no
         FROM orders
         WHERE cancelled_in_tempostar_at IS NOT NULL AND cancelled_at IS NULL
         ORDER BY order_no",
    )?;
    let numbers = statement.query_map([], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

fn finish_comparison(incoming: &mut Incoming<'_>, tally: Tally, unknown_columns: Vec<String>) -> Comparison {
    let mut counts = Counts::default();
    for (name, count) in [
        ("shipped", tally.shipped),
        ("unchanged", tally.unchanged),
        ("unknown_order", tally.unknown_orders.count()),
        ("other_shop", tally.other_shop.count()),
        ("cancelled", tally.cancelled),
        ("lines_added", tally.lines_added),
        ("updated", tally.updated),
        ("not_shipped_yet", tally.not_shipped_yet),
    ] {
        counts.add(name, count);
    }
    let mut tell = |names: &Names, problem: fn(u64, &str) -> Problem| {
        if names.count() > 0 {
            incoming.problems.push(problem(names.count(), &names.told()));
        }
    };
    tell(&tally.unknown_orders, text::unknown_orders);
    tell(&tally.other_shop, text::other_shop);
    tell(&tally.newly_cancelled, text::cancelled_there);
    tell(&tally.shipped_but_cancelled, text::shipped_but_cancelled);
    incoming.problems.extend(tally.problems);
    let rows = incoming.sheet.rows_read();
    let unchanged = rows.saturating_sub(tally.rows_applied + tally.rows_unknown + incoming.rejects.count());
    Comparison {
        applied: tally.rows_applied,
        unchanged,
        unknown: tally.rows_unknown,
        counts,
        unknown_columns,
        held_because: None,
    }
}
