//! What others ask about the orders: does any wait, which would be held back, which were changed since they were sent?

use std::collections::HashSet;
use std::io;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use super::render::{ALL, render, render_waiting};
use crate::books::orders::WAITING_SQL;
use crate::moment::Moment;
use crate::settings::Settings;
use crate::text::Text;

/// Whether any order was never sent, those included that are held back.
pub(super) fn is_anything_waiting(database: &Connection) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM orders WHERE {WAITING_SQL})");
    Ok(database.query_row(&sql, [], |row| row.get(0))?)
}

/// The waiting orders that would be held back now, with the reason.
pub fn held_back(database: &Connection, settings: &Settings) -> Result<Vec<(String, Text)>> {
    Ok(render_waiting(database, settings, ALL, &mut io::sink())?.held_back)
}

/// As [`held_back`], of the oldest `at_most` waiting orders only.
pub fn held_back_of_first(
    database: &Connection,
    settings: &Settings,
    at_most: u32,
) -> Result<Vec<(String, Text)>> {
    Ok(render_waiting(database, settings, at_most.into(), &mut io::sink())?.held_back)
}

/// Why this order, if it was never sent, would be held back now.
pub fn held_back_because(database: &Connection, settings: &Settings, order_no: &str) -> Result<Option<Text>> {
    let rendered = render(database, settings, "WHERE order_no = ?1", [order_no], &mut io::sink())?;
    Ok(rendered.held_back.into_iter().next().map(|(_, reason)| reason))
}

/// When the oldest of the waiting orders that are not among these was placed, as the shop wrote it.
pub fn oldest_waiting(database: &Connection, besides: &HashSet<&str>) -> Result<Option<String>> {
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
