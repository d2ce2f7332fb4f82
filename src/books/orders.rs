//! Questions about the shop's orders, each with one SQL.

use std::collections::HashSet;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::moment::Moment;

/// Orders that were never sent. A provisional order (仮受注) is not an order yet.
pub(crate) const WAITING_SQL: &str = "
    exported_at IS NULL AND cancelled_at IS NULL AND is_provisional = 0
    AND order_no NOT IN (SELECT order_no FROM tempostar_batch_orders)";

/// How many orders were never sent, those included that are held back.
pub fn count_waiting(database: &Connection) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM orders WHERE {WAITING_SQL}");
    Ok(database.query_row(&sql, [], |row| row.get(0))?)
}

/// Whether any order was never sent, those included that are held back.
pub(crate) fn is_anything_waiting(database: &Connection) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM orders WHERE {WAITING_SQL})");
    Ok(database.query_row(&sql, [], |row| row.get(0))?)
}

/// When the oldest of the waiting orders that are not among these was placed, as the shop wrote it.
pub(crate) fn oldest_waiting(database: &Connection, besides: &HashSet<&str>) -> Result<Option<String>> {
    let mut statement = database.prepare(&format!(
        "SELECT order_no, coalesce(CAST(ordered_at AS TEXT), '')
         FROM orders
         WHERE {WAITING_SQL}
         ORDER BY ordered_at, order_no"
    ))?;
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
pub(crate) struct ChangedOrders {
    /// Changed, and neither cancelled nor shipped since. Sorted.
    pub changed: Vec<String>,
    /// Cancelled, and TEMPOSTAR has not reported that it cancelled them, too. Sorted.
    pub cancelled: Vec<String>,
}

/// Looks for them among the orders sent in the last `days` days.
pub(crate) fn changed_orders(database: &Connection, now: Moment, days: u32) -> Result<ChangedOrders> {
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

/// The orders that TEMPOSTAR has cancelled and the shop has not, sorted: cancellations are not linked, somebody has to
/// cancel them here, too.
pub(crate) fn cancelled_there(shop: &Connection) -> Result<Vec<String>> {
    let mut statement = shop.prepare(
        "SELECT order_no
         FROM orders
         WHERE cancelled_in_tempostar_at IS NOT NULL AND cancelled_at IS NULL
         ORDER BY order_no",
    )?;
    let numbers = statement.query_map([], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}
