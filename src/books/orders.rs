//! Questions about the shop's orders, each with one SQL.

use anyhow::Result;
use rusqlite::Connection;

/// Orders that were never sent. A provisional order (仮受注) is not an order yet.
pub(crate) const WAITING_SQL: &str = "
    exported_at IS NULL AND cancelled_at IS NULL AND is_provisional = 0
    AND order_no NOT IN (SELECT order_no FROM tempostar_batch_orders)";

/// How many orders were never sent, those included that are held back.
pub fn count_waiting(database: &Connection) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM orders WHERE {WAITING_SQL}");
    Ok(database.query_row(&sql, [], |row| row.get(0))?)
}
