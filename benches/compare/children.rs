//! What the comparison needs done in processes of their own: it calls itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use csv::{ByteRecord, Reader, ReaderBuilder};
use rusqlite::{Connection, params};
use tempostar::encoding::Encoding;

use crate::measure::median;

fn rows(sheet: &Path) -> Result<Reader<File>> {
    Ok(ReaderBuilder::new().flexible(true).buffer_capacity(64 * 1024).from_path(sheet)?)
}

/// The floor: the csv crate reads byte records. Gives the number of bytes in their fields.
pub fn parse(sheet: &Path) -> Result<usize> {
    let mut rows = rows(sheet)?;
    let mut record = ByteRecord::new();
    let mut bytes = 0;
    while rows.read_byte_record(&mut record)? {
        bytes += record.as_slice().len();
    }
    Ok(bytes)
}

fn open(database: &Path) -> Result<Connection> {
    let shop = Connection::open(database)?;
    shop.busy_timeout(Duration::from_secs(20))?;
    shop.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    shop.pragma_update(None, "synchronous", "FULL")?;
    shop.pragma_update(None, "cache_size", -8192)?;
    Ok(shop)
}

/// What a programmer writes first: one prepared upsert, one transaction.
pub fn upsert(database: &Path, sheet: &Path) -> Result<()> {
    let mut shop = open(database)?;
    let mut rows = rows(sheet)?;
    let mut record = ByteRecord::new();
    let transaction = shop.transaction()?;
    let mut statement = transaction.prepare(
        "INSERT INTO stock (sku_code, quantity, as_of, updated_at)
         VALUES (?1, ?2, '2024-05-01 10:15:00', '2024-05-01 10:16:00')
         ON CONFLICT (sku_code) DO UPDATE
         SET quantity = excluded.quantity, as_of = excluded.as_of, updated_at = excluded.updated_at",
    )?;
    while rows.read_byte_record(&mut record)? {
        let code = Encoding::Cp932.decode(&record[0]).ok().context("not CP932")?;
        let quantity: i64 = std::str::from_utf8(&record[1])?.parse()?;
        statement.execute(params![code, quantity])?;
    }
    drop(statement);
    Ok(transaction.commit()?)
}

/// What a programmer writes first for shipments: two prepared updates a row, one transaction.
pub fn ship(database: &Path, sheet: &Path) -> Result<()> {
    let mut shop = open(database)?;
    let mut rows = rows(sheet)?;
    let mut record = ByteRecord::new();
    let transaction = shop.transaction()?;
    let mut tick = transaction.prepare(
        "UPDATE orders
         SET payment_status = 1, paid_at = ?2, delivery_status = 1, shipped_at = ?2, capture_status = 1, captured_at = ?2,
             updated_at = '2024-05-01 10:16:00'
         WHERE order_no = ?1",
    )?;
    let mut parcel = transaction.prepare(
        "UPDATE order_shipments
         SET shipped_on = ?2, delivered_on = ?3, tracking_no = ?4, delivery_method = ?5
         WHERE order_no = ?1 AND shipment_no = 1",
    )?;
    while rows.read_byte_record(&mut record)? {
        let text = |index: usize| Encoding::Cp932.decode(&record[index]).ok().context("not CP932");
        let (order_no, shipped_on) = (text(0)?, text(2)?);
        let order_no = order_no.strip_prefix("12345-").context("another shop's")?;
        tick.execute(params![order_no, shipped_on])?;
        parcel.execute(params![order_no, shipped_on, text(3)?, text(4)?, text(5)?])?;
    }
    drop((tick, parcel));
    Ok(transaction.commit()?)
}

/// The shop: it sells all the time, until its standard input ends. Prints how many times, and how long a sale took: in
/// the middle, of a hundred the longest but one, and the longest.
pub fn sell(database: &Path) -> Result<String> {
    let is_over = thread::spawn(|| io::stdin().read_to_end(&mut Vec::new()));
    let mut shop = open(database)?;
    let mut took = Vec::new();
    while !is_over.is_finished() {
        let began = Instant::now();
        let sale = shop.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let order_no = format!("S{:08}", took.len());
        sale.execute(
            "INSERT INTO orders (order_no, ordered_at) VALUES (?1, '2024-05-01 10:16:00')",
            [&order_no],
        )?;
        sale.execute(
            "INSERT INTO order_lines (order_no, line_no, sku_code) VALUES (?1, 1, 'SKU0000001-M')",
            [&order_no],
        )?;
        sale.execute("UPDATE stock SET allocated = allocated + 1 WHERE sku_code = 'SKU0000001-M'", [])?;
        sale.commit()?;
        took.push(began.elapsed());
        thread::sleep(Duration::from_millis(1));
    }
    took.sort_unstable();
    let percentile = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    let longest = took.last().copied().unwrap_or_default();
    let middle = median(took.iter().copied());
    Ok(format!("{} {} {} {}", took.len(), middle.as_micros(), percentile.as_micros(), longest.as_micros()))
}
