//! The temporary table that brings an order's rows together.

use anyhow::Result;
use chrono::{Datelike, NaiveDate};
use rusqlite::{Statement, params};

use super::rows::{AddedLine, Columns, Entry, Read};
use super::tally::Tally;
use crate::books::rows::Ask;
use crate::interrupt;
use crate::moment::Moment;
use crate::settings::Logistics;
use crate::sync::import::Incoming;

/// Reads the sheet into a temporary table, so that the rows of an order come together wherever they stand.
pub(super) fn stage(
    incoming: &mut Incoming<'_>,
    columns: &Columns,
    settings: &Logistics,
    tally: &mut Tally,
) -> Result<()> {
    incoming.shop.begin_table(
        "logistics_rows",
        "order_no TEXT NOT NULL, line INTEGER NOT NULL, progress TEXT NOT NULL, shipment_no INTEGER,
         shipped_at INTEGER, delivered_on INTEGER, tracking_no TEXT, delivery_method TEXT, paid_at INTEGER,
         sku_code TEXT, product_name TEXT, options TEXT, quantity INTEGER,
         unit_price_excl_tax INTEGER, unit_tax INTEGER, unit_price_incl_tax INTEGER,
         PRIMARY KEY (order_no, line)",
    )?;
    incoming.shop.begin_table("other_shop_orders", "order_no TEXT NOT NULL PRIMARY KEY")?;
    let mut insert = incoming.shop.prepare(
        "INSERT INTO temp.logistics_rows
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    let mut other_shop = incoming.shop.prepare("INSERT OR IGNORE INTO temp.other_shop_orders VALUES (?1)")?;
    while let Some(row) = incoming.sheet.next_row()? {
        interrupt::check_at(row.number())?;
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

fn stage_entry(insert: &mut Statement<'_>, entry: &Entry) -> Result<()> {
    let added = entry.added.as_ref();
    insert.execute(params![
        entry.order_no,
        entry.line,
        entry.progress,
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
    let read_line = |sku_code| -> rusqlite::Result<AddedLine> {
        Ok(AddedLine {
            line: row.get(1)?,
            sku_code,
            product_name: row.get(10)?,
            options: row.get(11)?,
            quantity: row.get(12)?,
            unit_price_excl_tax: row.get(13)?,
            unit_tax: row.get(14)?,
            unit_price_incl_tax: row.get(15)?,
        })
    };
    let added = row.get::<_, Option<String>>(9)?.map(read_line).transpose()?;
    Ok(Entry {
        order_no: row.get(0)?,
        line: row.get(1)?,
        progress: row.get(2)?,
        shipment_no: row.get(3)?,
        shipped_at: row.get::<_, Option<_>>(4)?.and_then(Moment::of_seconds),
        delivered_on: row.get::<_, Option<_>>(5)?.and_then(NaiveDate::from_num_days_from_ce_opt),
        tracking_no: row.get(6)?,
        delivery_method: row.get(7)?,
        paid_at: row.get::<_, Option<_>>(8)?.and_then(Moment::of_seconds),
        added,
    })
}
