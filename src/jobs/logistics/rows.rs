//! What a logistics file says: its columns, its rows, and the temporary table that brings an order's rows together.

use anyhow::Result;
use chrono::{Datelike, NaiveDate};
use rusqlite::{Statement, params};

use super::tally::Tally;
use crate::interrupt;
use crate::moment::Moment;
use crate::settings::{AddOrderLines, Logistics, Settings, WithoutStatus};
use crate::sheet::{Column, Header, Row, RowProblem};
use crate::sync::import::Incoming;
use crate::text::jobs as text;

/// Where a file has what.
pub(super) struct Columns {
    pub(super) order_no: Column,
    pub(super) status: Option<Column>,
    pub(super) shipped: Option<Column>,
    pub(super) confirmed: Option<Column>,
    pub(super) delivered: Option<Column>,
    pub(super) tracking_no: Option<Column>,
    pub(super) delivery_method: Option<Column>,
    pub(super) shipment_no: Option<Column>,
    pub(super) paid: Option<Column>,
    pub(super) added: Option<LineColumns>,
}

/// What lines are added from; absent when they are not added at all.
pub(super) struct LineColumns {
    pub(super) sku_code: Column,
    pub(super) product_name: Option<Column>,
    pub(super) options: Option<Column>,
    pub(super) quantity: Option<Column>,
    pub(super) unit_price_excl_tax: Option<Column>,
    pub(super) unit_tax: Option<Column>,
    pub(super) unit_price_incl_tax: Option<Column>,
}

/// Columns that are known, and of no use while no lines are added.
pub(super) const LINE_COLUMNS: [&str; 7] =
    ["商品コード", "商品名", "項目選択肢", "数量", "税抜単価", "単品消費税", "税込単価"];

/// Whether an order was shipped: its ticks cannot be taken back.
const PROGRESS: &str = "受注進捗コード";

/// The columns of an order and its destinations, without the one that is required.
const OPTIONAL_COLUMNS: [&str; 8] =
    [PROGRESS, "出荷日", "出荷確定日", "配送日", "荷物番号", "配送方法名", "配送番号", "入金日付"];

impl Columns {
    pub(super) fn find(header: &Header, settings: &Logistics) -> Result<Self> {
        let added = match settings.add_order_lines {
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
            status: match settings.without_status {
                WithoutStatus::Refuse => Some(header.required_else(PROGRESS, text::status_missing)?),
                WithoutStatus::Shipped => header.optional(PROGRESS),
            },
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

    pub(super) fn unknown(&self, header: &Header) -> Vec<String> {
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

/// The columns of the file without which another value would be written: an order shipped that is not, a tracking number at
/// all destinations, a line for nothing.
pub(super) fn telling(header: &Header, settings: &Settings) -> Vec<String> {
    let lines = match settings.logistics.add_order_lines {
        AddOrderLines::Ignore => &[],
        AddOrderLines::Add => &LINE_COLUMNS[1..],
    };
    let destination = settings.options.multiple_destinations.then_some("配送番号");
    let names = std::iter::once(PROGRESS).chain(destination).chain(lines.iter().copied());
    names.filter(|name| header.optional(name).is_some()).map(str::to_owned).collect()
}

/// The columns that a logistics file can have and this one has not; the shop's values of them stay as they are.
pub fn missing_columns(header: &Header, settings: &Logistics) -> Vec<String> {
    let lines = match settings.add_order_lines {
        AddOrderLines::Ignore => &[],
        AddOrderLines::Add => LINE_COLUMNS.as_slice(),
    };
    let known = OPTIONAL_COLUMNS.iter().chain(lines);
    known.filter(|name| header.optional(name).is_none()).map(|name| (*name).to_owned()).collect()
}

/// What a row says of an order's progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Shipped,
    Cancelled,
    NotYet,
}

/// One row of a logistics file. Texts are `None` where the file has no such column, empty where the field is.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) line: u64,
    pub(super) order_no: String,
    pub(super) progress: Progress,
    /// `None`: all destinations.
    pub(super) shipment_no: Option<i64>,
    /// 出荷確定日, else 出荷日
    pub(super) shipped_at: Option<Moment>,
    pub(super) delivered_on: Option<NaiveDate>,
    pub(super) tracking_no: Option<String>,
    pub(super) delivery_method: Option<String>,
    pub(super) paid_at: Option<Moment>,
    pub(super) added: Option<AddedLine>,
}

/// A line as TEMPOSTAR has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AddedLine {
    /// Where it stands in the sheet.
    pub(super) line: u64,
    pub(super) sku_code: String,
    pub(super) product_name: String,
    pub(super) options: String,
    pub(super) quantity: Option<i64>,
    pub(super) unit_price_excl_tax: i64,
    pub(super) unit_tax: i64,
    pub(super) unit_price_incl_tax: i64,
}

/// A row, or whose it is if not this shop's.
pub(super) enum Read {
    Entry(Box<Entry>),
    OtherShop(String),
}

impl Columns {
    pub(super) fn read(
        &self,
        row: &Row<'_>,
        shop_code: &str,
        settings: &Logistics,
    ) -> Result<Read, RowProblem> {
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
            progress: self.progress(row, settings)?,
            shipment_no: self.shipment_no(row)?,
            shipped_at: confirmed.flatten().or(shipped.flatten()),
            delivered_on: optional(self.delivered, |column| row.date(column))?.flatten(),
            tracking_no: optional(self.tracking_no, |column| Ok(row.text(column)?.into_owned()))?,
            delivery_method: optional(self.delivery_method, |column| Ok(row.text(column)?.into_owned()))?,
            paid_at: optional(self.paid, |column| row.date_time(column))?.flatten(),
            added: self.added_line(row)?,
        })))
    }

    pub(super) fn progress(&self, row: &Row<'_>, settings: &Logistics) -> Result<Progress, RowProblem> {
        let Some(column) = self.status else { return Ok(Progress::Shipped) };
        let text = row.text(column)?;
        let code = text.trim_matches(' ');
        let progress = progress_of(code, settings);
        // Something unreadable must not pass for "not shipped yet": the order would never get its ticks.
        let are_numbers = settings.shipped.iter().chain(&settings.cancelled).all(|code| is_number(code));
        if progress == Progress::NotYet && are_numbers && !is_number(code) {
            return Err(row.problem_in(column, text::bad_progress(&text)));
        }
        Ok(progress)
    }

    pub(super) fn shipment_no(&self, row: &Row<'_>) -> Result<Option<i64>, RowProblem> {
        Ok(optional(self.shipment_no, |column| from_one_up(row, column))?.flatten())
    }

    pub(super) fn added_line(&self, row: &Row<'_>) -> Result<Option<AddedLine>, RowProblem> {
        let Some(columns) = &self.added else { return Ok(None) };
        if row.text(columns.sku_code)?.is_empty() {
            return Ok(None);
        }
        let text = |column: Option<Column>| {
            Ok(optional(column, |column| row.text(column))?.unwrap_or_default().into_owned())
        };
        let amount = |column| Ok(optional(column, |column| row.whole_number(column))?.flatten().unwrap_or(0));
        Ok(Some(AddedLine {
            line: row.line(),
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

/// What a 受注進捗コード means.
pub(crate) fn progress_of(code: &str, settings: &Logistics) -> Progress {
    let is_among = |codes: &[String]| codes.iter().any(|known| known == code);
    if is_among(&settings.shipped) {
        Progress::Shipped
    } else if is_among(&settings.cancelled) {
        Progress::Cancelled
    } else {
        Progress::NotYet
    }
}

fn is_number(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn from_one_up(row: &Row<'_>, column: Column) -> Result<Option<i64>, RowProblem> {
    match row.whole_number(column)? {
        Some(number) if number < 1 => Err(row.problem_in(column, text::below_one(number))),
        number => Ok(number),
    }
}

/// Reads a cell if the file has the column.
pub(super) fn optional<T>(
    column: Option<Column>,
    read: impl FnOnce(Column) -> Result<T, RowProblem>,
) -> Result<Option<T>, RowProblem> {
    column.map(read).transpose()
}

/// Reads the sheet into a temporary table, so that the rows of an order come together wherever they stand.
pub(super) fn stage(
    incoming: &mut Incoming<'_>,
    columns: &Columns,
    settings: &Logistics,
    tally: &mut Tally,
) -> Result<()> {
    incoming.shop.execute_batch(
        "DROP TABLE IF EXISTS temp.logistics_rows;
         CREATE TEMP TABLE logistics_rows (
             order_no TEXT NOT NULL, line INTEGER NOT NULL, progress INTEGER NOT NULL, shipment_no INTEGER,
             shipped_at INTEGER, delivered_on INTEGER, tracking_no TEXT, delivery_method TEXT, paid_at INTEGER,
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
        let refused = incoming.rejects.refused(&row);
        match refused.map_or_else(|| columns.read(&row, &tally.shop_code, settings), Err) {
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

pub(super) fn stage_entry(insert: &mut Statement<'_>, entry: &Entry) -> Result<()> {
    let added = entry.added.as_ref();
    insert.execute(params![
        entry.order_no,
        entry.line,
        entry.progress as i64,
        entry.shipment_no,
        entry.shipped_at.map(Moment::seconds),
        entry.delivered_on.map(|date| date.num_days_from_ce()),
        entry.tracking_no,
        entry.delivery_method,
        entry.paid_at.map(Moment::seconds),
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

/// Reads what [`stage_entry`] has written, all its columns in their order.
pub(super) fn read_staged(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    let sku_code: Option<String> = row.get(9)?;
    let added = sku_code
        .map(|sku_code| {
            Ok::<_, rusqlite::Error>(AddedLine {
                line: row.get(1)?,
                sku_code,
                product_name: row.get(10)?,
                options: row.get(11)?,
                quantity: row.get(12)?,
                unit_price_excl_tax: row.get(13)?,
                unit_tax: row.get(14)?,
                unit_price_incl_tax: row.get(15)?,
            })
        })
        .transpose()?;
    let progress = match row.get::<_, i64>(2)? {
        0 => Progress::Shipped,
        1 => Progress::Cancelled,
        _ => Progress::NotYet,
    };
    Ok(Entry {
        order_no: row.get(0)?,
        line: row.get(1)?,
        progress,
        shipment_no: row.get(3)?,
        shipped_at: row.get::<_, Option<_>>(4)?.and_then(Moment::of_seconds),
        delivered_on: row.get::<_, Option<_>>(5)?.and_then(NaiveDate::from_num_days_from_ce_opt),
        tracking_no: row.get(6)?,
        delivery_method: row.get(7)?,
        paid_at: row.get::<_, Option<_>>(8)?.and_then(Moment::of_seconds),
        added,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::columns;

    #[test]
    fn the_settings_know_the_same_columns() {
        let ours: Vec<&str> =
            ["ショップ受注番号"].into_iter().chain(OPTIONAL_COLUMNS).chain(LINE_COLUMNS).collect();
        assert_eq!(columns::LOGISTICS.split(',').collect::<Vec<_>>(), ours);
    }
}
