//! `export-orders` (受注連携): sends each new order of the shop to TEMPOSTAR, once.
//!
//! An order that TEMPOSTAR could not take over rightly is held back, with the reason, until somebody mends it; the
//! others go. What is sent is what one snapshot of the database holds; how it reaches the server without being lost
//! or doubled is [`crate::sync::export`]'s business.

mod hold;
mod order;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Connection, Row};

use self::hold::reason_to_hold;
use self::order::{Line, Order, Reader, Shipment};
use crate::books::batches::BatchOrder;
use crate::interrupt;
use crate::moment::{Moment, slashed};
use crate::problem::Problem;
use crate::report::Counts;
use crate::settings::Settings;
use crate::sheet::{EncodingChoice, Refusal, Sheet, SheetRow, SheetWriter, UnencodableField};
use crate::sync::Run;
use crate::sync::export::{Chosen, ExportJob, ReadBack, export};
use crate::text::{Text, jobs as text};

/// Payment methods added from this day on need a set-up at SAVAWAY.
pub const PAYMENT_SETUP_SINCE: &str = "2022-05-01";

/// How many held-back orders one run tells of.
const HELD_BACK_TOLD_MAX: usize = 100;

/// The columns of a file of orders, in TEMPOSTAR's order; the free items follow.
pub const COLUMNS: [&str; 50] = [
    "ショップ受注番号",
    "受注日時",
    "注文者名",
    "注文者名カナ",
    "注文者郵便番号",
    "注文者住所",
    "注文者電話番号",
    "注文者FAX番号",
    "注文者メールアドレス",
    "支払方法名",
    "支払回数名",
    "デバイスタイプ",
    "ポイント",
    "クーポン",
    "商品計税抜",
    "消費税計",
    "商品計税込",
    "配送料計",
    "決済手数料計",
    "請求金額",
    "入金日付",
    "受注備考",
    "社内備考",
    "倉庫指示",
    "配送先名",
    "配送先名カナ",
    "配送先郵便番号",
    "配送先住所",
    "配送先電話番号",
    "配送先FAX番号",
    "配送方法名",
    "配送時間名",
    "配送毎配送料",
    "配送毎決済手数料",
    "配送毎ポイント",
    "配送毎クーポン",
    "配送毎請求金額",
    "ギフトフラグ",
    "出荷日",
    "配送日",
    "荷物番号",
    "配送毎連絡",
    "商品コード",
    "商品名",
    "項目選択肢",
    "数量",
    "税抜単価",
    "単品消費税",
    "税込単価",
    "商品連絡",
];

/// The notes: a character that CP932 lacks is replaced there; anywhere else it holds the order back.
const NOTES: [&str; 4] = ["受注備考", "社内備考", "配送毎連絡", "商品連絡"];

/// Runs the job. What it did and what went wrong is in the report.
pub fn run(run: &mut Run<'_>) -> Result<()> {
    run.report.counts = Counts::zero(&["exported", "lines", "held_back"]);
    export(run, &ExportJob { is_anything_waiting, choose, read_back })
}

fn is_anything_waiting(database: &Connection) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM orders {WAITING})");
    Ok(database.query_row(&sql, [], |row| row.get(0))?)
}

/// Orders that were never sent, oldest first. A provisional order (仮受注) is not an order yet.
const WAITING: &str = "
    WHERE exported_at IS NULL AND cancelled_at IS NULL AND is_provisional = 0
      AND order_no NOT IN (SELECT order_no FROM tempostar_batch_orders)
    ORDER BY ordered_at, order_no";

/// Chooses the orders that can go, and writes them as a sheet.
fn choose(run: &mut Run<'_>, output: &mut dyn Write) -> Result<Chosen> {
    let mut held_back = Vec::new();
    let mut replaced = Vec::new();
    let chosen = render(&run.books, run.settings, ALL, output, &mut held_back, &mut replaced)?;
    run.report.counts.add("held_back", u64::try_from(held_back.len())?);
    for (order_no, reason) in held_back.iter().take(HELD_BACK_TOLD_MAX) {
        run.report.tell(held_back_problem(order_no, reason));
    }
    if held_back.len() > HELD_BACK_TOLD_MAX {
        run.report.tell(text::more_held_back(held_back.len() - HELD_BACK_TOLD_MAX));
    }
    run.report.problems.extend(replaced);
    Ok(chosen)
}

/// What stands before the order's own number in ショップ受注番号.
fn number_prefix(settings: &Settings) -> String {
    format!("{}-", settings.shop.code)
}

/// What is in a file that was sent.
fn read_back(settings: &Settings, path: &Path) -> Result<ReadBack> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut sheet = Sheet::open(path, &name, EncodingChoice::Auto)?;
    let column = sheet.header().required(COLUMNS[0])?;
    let prefix = number_prefix(settings);
    let mut sent = ReadBack::default();
    while let Some(row) = sheet.next_row()? {
        let text = row.text(column).map_err(|problem| Refusal::new(problem.problem().clone()))?;
        let number = text.strip_prefix(&prefix).unwrap_or(&text);
        // The rows of an order follow each other.
        if sent.order_numbers.last().is_none_or(|last| last != number) {
            sent.order_numbers.push(number.to_owned());
        }
    }
    sent.lines = sheet.rows_read();
    Ok(sent)
}

/// What a person is told of an order that is held back.
pub fn held_back_problem(order_no: &str, reason: &Text) -> Problem {
    text::held_back(order_no).because(reason).about_order(order_no)
}

/// For SQL's LIMIT.
const ALL: i64 = -1;

/// Writes the waiting orders that can go, of the first `at_most`. Everything is read from one snapshot.
fn render(
    database: &Connection,
    settings: &Settings,
    at_most: i64,
    output: &mut dyn Write,
    held_back: &mut Vec<(String, Text)>,
    replaced: &mut Vec<Problem>,
) -> Result<Chosen> {
    let snapshot = database.unchecked_transaction()?;
    let mut reader = Reader::new(&snapshot, settings)?;
    let mut sheet = begin_sheet(settings, output)?;
    let mut chosen = Chosen::default();
    let mut waiting = snapshot.prepare(&order::select(settings, &format!("{WAITING} LIMIT ?1")))?;
    let mut orders = waiting.query([at_most])?;
    while let Some(found) = orders.next()? {
        interrupt::check()?;
        match rows_of(&mut reader, found, settings, &sheet, replaced)? {
            Err(reason) => held_back.push((found.get(0)?, reason)),
            Ok((order, rows)) => {
                for row in &rows {
                    sheet.write(row)?;
                }
                chosen.lines_chosen += u64::try_from(order.lines.len())?;
                chosen.orders.push(BatchOrder { order_no: order.order_no, updated_at: order.updated_at });
            }
        }
    }
    chosen.rows_written = sheet.rows();
    sheet.finish()?.flush()?;
    Ok(chosen)
}

/// One order and its rows; or why it has to be held back.
fn rows_of(
    reader: &mut Reader<'_>,
    found: &Row<'_>,
    settings: &Settings,
    sheet: &SheetWriter<&mut dyn Write>,
    replaced: &mut Vec<Problem>,
) -> Result<Result<(Order, Vec<SheetRow>), Text>> {
    let order = match reader.read(found) {
        Ok(order) => order,
        // One value of a wrong type must not stop all the other orders.
        Err(error) => return unreadable_value(&error).map(Err).ok_or_else(|| error.into()),
    };
    if let Some(reason) = reason_to_hold(&order, settings) {
        return Ok(Err(reason));
    }
    Ok(render_order(&order, settings, sheet, replaced).map(|rows| (order, rows)))
}

/// Why this order, if it was never sent, would be held back now.
pub fn held_back_because(database: &Connection, settings: &Settings, order_no: &str) -> Result<Option<Text>> {
    let mut nowhere = std::io::sink();
    let output: &mut dyn Write = &mut nowhere;
    let sheet = begin_sheet(settings, output)?;
    let mut reader = Reader::new(database, settings)?;
    let mut statement = database.prepare(&order::select(settings, "WHERE order_no = ?1"))?;
    let mut orders = statement.query([order_no])?;
    let Some(found) = orders.next()? else { return Ok(None) };
    Ok(rows_of(&mut reader, found, settings, &sheet, &mut Vec::new())?.err())
}

fn begin_sheet<'a>(settings: &Settings, output: &'a mut dyn Write) -> Result<SheetWriter<&'a mut dyn Write>> {
    let free_items = settings.orders.free_items.iter().map(|(column, _)| column.as_str());
    let columns: Vec<&str> = COLUMNS.into_iter().chain(free_items).collect();
    SheetWriter::new(output, settings.orders.encoding, &columns)
}

fn unreadable_value(error: &rusqlite::Error) -> Option<Text> {
    match error {
        rusqlite::Error::InvalidColumnType(_, column, found) => {
            Some(text::wrong_type(column, &found.to_string()))
        }
        rusqlite::Error::Utf8Error(..) | rusqlite::Error::FromSqlConversionFailure(..) => {
            Some(text::not_utf_8())
        }
        _ => None,
    }
}

/// The order's rows, one a line; or why it has to be held back.
fn render_order(
    order: &Order,
    settings: &Settings,
    sheet: &SheetWriter<&mut dyn Write>,
    replaced: &mut Vec<Problem>,
) -> Result<Vec<SheetRow>, Text> {
    let mut rows = Vec::with_capacity(order.lines.len());
    let mut missing = Missing::new();
    for lines in order.lines.chunk_by(|one, next| one.shipment_no == next.shipment_no) {
        // What lines to one destination have in common, which is most of a row, is encoded once.
        let common = begin_row(order, lines[0].shipment_no, settings, sheet, &mut missing)?;
        for line in lines {
            let mut row = common.clone();
            push(&mut row, &line_values(line), &mut missing)?;
            for value in &order.free_items {
                row.push_exact(value).map_err(|error| not_encodable(&error))?;
            }
            rows.push(row);
        }
    }
    replaced.extend(missing.into_iter().map(|(column, characters)| {
        let shown = |character| format!("{character} {}", code_point(character));
        let characters: Vec<String> = characters.into_iter().map(shown).collect();
        text::geta(&order.order_no, column, &characters.join(", "))
    }));
    Ok(rows)
}

/// The characters that CP932 lacks, by note.
type Missing = Vec<(&'static str, Vec<char>)>;

/// A row of the order, up to its line.
fn begin_row(
    order: &Order,
    shipment_no: i64,
    settings: &Settings,
    sheet: &SheetWriter<&mut dyn Write>,
    missing: &mut Missing,
) -> Result<SheetRow, Text> {
    let shipment = order.shipment(shipment_no).ok_or_else(|| text::no_shipment(shipment_no))?;
    let mut row = sheet.row();
    push(&mut row, &order_values(order, settings), missing)?;
    push(&mut row, &shipment_values(shipment), missing)?;
    Ok(row)
}

/// Adds the values of the next of [`COLUMNS`].
fn push(row: &mut SheetRow, values: &[Cow<'_, str>], missing: &mut Missing) -> Result<(), Text> {
    for (column, value) in COLUMNS.into_iter().skip(row.len()).zip(values) {
        if !NOTES.contains(&column) {
            row.push_exact(value).map_err(|error| not_encodable(&error))?;
            continue;
        }
        let characters = row.push_with_geta(value);
        if !characters.is_empty() && !missing.iter().any(|(known, _)| *known == column) {
            missing.push((column, characters));
        }
    }
    Ok(())
}

fn not_encodable(error: &UnencodableField) -> Text {
    text::not_encodable(&error.column, error.character, &code_point(error.character))
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// The values of the first of [`COLUMNS`].
fn order_values<'a>(order: &'a Order, settings: &Settings) -> [Cow<'a, str>; 24] {
    let customer = &order.customer;
    [
        (number_prefix(settings) + &order.order_no).into(),
        minute(&order.ordered_at).unwrap_or_default().into(),
        customer.name.as_str().into(),
        customer.kana.as_str().into(),
        customer.zip.as_str().into(),
        customer.address.as_str().into(),
        customer.tel.as_str().into(),
        customer.fax.as_str().into(),
        order.customer_email.as_str().into(),
        order.payment.method.as_str().into(),
        order.payment_count.as_str().into(),
        order.device.as_str().into(),
        order.points_used.to_string().into(),
        order.coupon_discount.to_string().into(),
        order.subtotal_excl_tax.to_string().into(),
        order.tax.to_string().into(),
        order.subtotal_incl_tax.to_string().into(),
        order.shipping_fee.to_string().into(),
        order.payment_fee.to_string().into(),
        order.total.to_string().into(),
        minute(&order.paid_at).unwrap_or_default().into(),
        order.customer_note.as_str().into(),
        order.shop_note.as_str().into(),
        // 倉庫指示: the shop has no such field.
        "".into(),
    ]
}

/// The values of the next ones.
fn shipment_values(shipment: &Shipment) -> [Cow<'_, str>; 18] {
    let recipient = &shipment.recipient;
    [
        recipient.name.as_str().into(),
        recipient.kana.as_str().into(),
        recipient.zip.as_str().into(),
        recipient.address.as_str().into(),
        recipient.tel.as_str().into(),
        recipient.fax.as_str().into(),
        shipment.delivery_method.as_str().into(),
        shipment.delivery_time.as_str().into(),
        shipment.shipping_fee.to_string().into(),
        shipment.payment_fee.to_string().into(),
        shipment.points.to_string().into(),
        shipment.coupon.to_string().into(),
        shipment.total.to_string().into(),
        (if shipment.is_gift { "1" } else { "0" }).into(),
        day(&shipment.shipped_on).unwrap_or_default().into(),
        day(&shipment.delivery_date).unwrap_or_default().into(),
        shipment.tracking_no.as_str().into(),
        shipment.message.as_str().into(),
    ]
}

/// And those of the last ones.
fn line_values(line: &Line) -> [Cow<'_, str>; 8] {
    [
        line.sku_code.as_str().into(),
        line.product_name.as_str().into(),
        line.options.as_str().into(),
        line.quantity.to_string().into(),
        line.unit_price_excl_tax.to_string().into(),
        line.unit_tax.to_string().into(),
        line.unit_price_incl_tax.to_string().into(),
        line.message.as_str().into(),
    ]
}

/// The database's time as TEMPOSTAR writes it: `YYYY/MM/DD HH:MM`.
fn minute(text: &str) -> Option<String> {
    text.parse::<Moment>().ok().map(Moment::slashed_minute)
}

/// The database's date, perhaps with a time behind it, as TEMPOSTAR writes it: `YYYY/MM/DD`.
fn day(text: &str) -> Option<String> {
    let date = text.parse().ok().or_else(|| text.parse().ok().map(Moment::date))?;
    Some(slashed(date))
}

/// The waiting orders that would be held back now, with the reason.
pub fn held_back(database: &Connection, settings: &Settings) -> Result<Vec<(String, Text)>> {
    judge_first(database, settings, ALL)
}

/// As [`held_back`], of the oldest `at_most` waiting orders only.
pub fn held_back_of_first(
    database: &Connection,
    settings: &Settings,
    at_most: u32,
) -> Result<Vec<(String, Text)>> {
    judge_first(database, settings, at_most.into())
}

fn judge_first(database: &Connection, settings: &Settings, at_most: i64) -> Result<Vec<(String, Text)>> {
    let mut held_back = Vec::new();
    render(database, settings, at_most, &mut std::io::sink(), &mut held_back, &mut Vec::new())?;
    Ok(held_back)
}

/// When the oldest of the waiting orders that are not among these was placed, as the shop wrote it.
pub fn oldest_waiting(database: &Connection, besides: &HashSet<&str>) -> Result<Option<String>> {
    let mut statement = database
        .prepare(&format!("SELECT order_no, coalesce(CAST(ordered_at AS TEXT), '') FROM orders {WAITING}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let order_no: String = row.get(0)?;
        if !besides.contains(order_no.as_str()) {
            return Ok(Some(row.get(1)?));
        }
    }
    Ok(None)
}

/// Orders that the shop changed or cancelled after they were sent: neither is linked, somebody has to do the same in
/// TEMPOSTAR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedOrders {
    /// Changed, and neither cancelled nor shipped since. Sorted.
    pub changed: Vec<String>,
    /// Cancelled, and TEMPOSTAR has not reported that it cancelled them, too. Sorted.
    pub cancelled: Vec<String>,
}

/// Looks for them among the orders sent in the last `days` days.
pub fn changed_orders(database: &Connection, now: Moment, days: u32) -> Result<ChangedOrders> {
    let since = now - TimeDelta::days(i64::from(days));
    // Among a million orders those that are open, or cancelled here alone, are few: each have an index.
    let find = |index: &str, condition: &str| -> Result<Vec<String>> {
        let mut statement = database.prepare(&format!(
            "SELECT orders.order_no
             FROM orders INDEXED BY {index}
             CROSS JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
             WHERE exported_at >= ?1 AND {condition}
             ORDER BY orders.order_no"
        ))?;
        let numbers = statement.query_map([since], |row| row.get(0))?;
        Ok(numbers.collect::<rusqlite::Result<_>>()?)
    };
    Ok(ChangedOrders {
        changed: find(
            "orders_sent_and_open",
            "cancelled_at IS NULL AND delivery_status = 0 AND updated_at IS NOT member.known_updated_at",
        )?,
        cancelled: find(
            "orders_sent_and_cancelled",
            "cancelled_at IS NOT NULL AND cancelled_in_tempostar_at IS NULL",
        )?,
    })
}
