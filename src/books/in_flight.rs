//! Orders on their way: what the shop has sold that a figure of TEMPOSTAR's cannot know yet.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{Connection, named_params};

use crate::moment::Moment;
use crate::settings::{ReflectWhen, Settings};

/// Orders that a figure cannot know yet: that are not cancelled, and were never sent or sent (`reflect_when = "taken"`:
/// taken) later than the file's own time less the lag.
const IN_FLIGHT_ORDERS_SQL: &str = "
    SELECT order_no
    FROM orders
    WHERE exported_at IS NULL AND cancelled_at IS NULL
    UNION ALL
    SELECT order_no
    FROM orders
    WHERE :when = 'sent' AND exported_at > :known_until AND cancelled_at IS NULL
    UNION ALL
    SELECT orders.order_no
    FROM tempostar_batches AS batch
    JOIN tempostar_batch_orders AS member ON member.batch_id = batch.id
    JOIN orders ON orders.order_no = member.order_no
    WHERE :when = 'taken' AND batch.state = 'sent' AND coalesce(batch.taken_at, '9999') > :known_until
      AND orders.cancelled_at IS NULL";

/// Their units, by SKU. A line that TEMPOSTAR added itself is known there.
pub(crate) fn in_flight_sql() -> String {
    format!(
        "SELECT line.sku_code AS sku_code, sum(line.quantity) AS quantity
         FROM ({IN_FLIGHT_ORDERS_SQL}) AS waiting
         JOIN order_lines AS line ON line.order_no = waiting.order_no
         WHERE line.added_by = 'shop' AND line.sku_code IS NOT NULL
         GROUP BY line.sku_code"
    )
}

/// An order with units of a SKU that a figure cannot know yet.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    pub order_no: String,
    pub quantity: i64,
    /// Whether it is no order yet (仮受注).
    pub is_provisional: bool,
    pub exported_at: Option<Moment>,
    /// When TEMPOSTAR was seen to have taken it.
    pub taken_at: Option<Moment>,
}

/// The orders that make up a SKU's allocation beside a figure of this time.
pub(crate) fn in_flight_orders(
    shop: &Connection,
    settings: &Settings,
    sku_code: &str,
    file_time: Moment,
) -> Result<Vec<InFlight>> {
    let known = KnownUntil::new(settings, file_time);
    let mut statement = shop.prepare(&format!(
        "SELECT orders.order_no, sum(line.quantity), orders.is_provisional, orders.exported_at, batch.taken_at
         FROM ({IN_FLIGHT_ORDERS_SQL}) AS waiting
         JOIN order_lines AS line ON line.order_no = waiting.order_no
         JOIN orders ON orders.order_no = waiting.order_no
         LEFT JOIN tempostar_batch_orders AS member ON member.order_no = waiting.order_no
         LEFT JOIN tempostar_batches AS batch ON batch.id = member.batch_id
         WHERE line.added_by = 'shop' AND line.sku_code = :sku_code
         GROUP BY orders.order_no
         ORDER BY orders.ordered_at, orders.order_no"
    ))?;
    let rows = statement.query_map(
        named_params! { ":when": known.when, ":known_until": known.moment, ":sku_code": sku_code },
        |row| {
            Ok(InFlight {
                order_no: row.get(0)?,
                quantity: row.get(1)?,
                is_provisional: row.get(2)?,
                exported_at: row.get(3)?,
                taken_at: row.get(4)?,
            })
        },
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Up to when sent orders are known to a figure: the parameters of [`in_flight_sql`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownUntil {
    pub when: &'static str,
    pub moment: Moment,
}

impl KnownUntil {
    pub(crate) fn new(settings: &Settings, file_time: Moment) -> Self {
        let when = match settings.stock.reflect_when {
            ReflectWhen::Sent => "sent",
            ReflectWhen::Taken => "taken",
        };
        Self { when, moment: file_time - settings.stock.reflect_lag }
    }
}

/// The units that such a figure cannot know, by SKU.
pub(crate) fn in_flight(shop: &Connection, known: &KnownUntil) -> Result<HashMap<String, i64>> {
    let mut statement = shop.prepare(&in_flight_sql())?;
    let parameters = named_params! { ":when": known.when, ":known_until": known.moment };
    let rows = statement.query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
