//! The shop's side: how an order is read, and how what was decided about it is kept and written.

use std::ops::Range;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Statement, named_params, params};

use super::decide::{Decision, LineState, OrderState, ShipmentState, Ticks};
use super::rows::Entry;
use crate::books::Writing;
use crate::books::orders::{CANCELLED_SQL, SENT_SQL};
use crate::books::rows::{Ask, list_values};
use crate::report::Changes;
use crate::sync::import::{Plan, code_at};

pub(super) struct Lookup<'a> {
    order: Statement<'a>,
    shipments: Statement<'a>,
    lines: Statement<'a>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(shop: &'a Connection) -> Result<Self> {
        Ok(Self {
            // Whatever the shop's application has written into these columns: it is one order's matter.
            order: shop.prepare(&format!(
                "SELECT {CANCELLED_SQL}, cancelled_in_tempostar_at IS NOT NULL,
                        coalesce(delivery_status = 1, 0), coalesce(payment_status = 1, 0),
                        coalesce(capture_status = 1, 0), CAST(nullif(shipped_at, '') AS TEXT),
                        CAST(nullif(paid_at, '') AS TEXT), CAST(nullif(captured_at, '') AS TEXT),
                        {SENT_SQL} OR EXISTS (SELECT 1
                                              FROM tempostar_batch_orders AS member
                                              WHERE member.order_no = orders.order_no)
                 FROM orders
                 WHERE order_no = ?1"
            ))?,
            shipments: shop.prepare(
                "SELECT shipment_no, CAST(shipped_on AS TEXT), CAST(delivered_on AS TEXT), CAST(tracking_no AS TEXT),
                        CAST(delivery_method AS TEXT), shipped_in_tempostar_at, tempostar_as_of,
                        EXISTS (SELECT 1
                                FROM order_lines AS line
                                WHERE line.order_no = shipment.order_no AND line.shipment_no = shipment.shipment_no)
                 FROM order_shipments AS shipment
                 WHERE order_no = ?1
                 ORDER BY shipment_no",
            )?,
            lines: shop.prepare(
                "SELECT coalesce(CAST(sku_code AS TEXT), ''), coalesce(CAST(options AS TEXT), ''),
                        CAST(quantity AS INTEGER)
                 FROM order_lines
                 WHERE order_no = ?1
                 ORDER BY line_no",
            )?,
        })
    }

    pub(super) fn order(&mut self, order_no: &str) -> Result<Option<OrderState>> {
        let found = self.order.query_row([order_no], |row| {
            Ok(OrderState {
                is_cancelled: row.get(0)?,
                is_cancelled_in_tempostar: row.get(1)?,
                ticks: Ticks {
                    is_delivered: row.get(2)?,
                    is_paid: row.get(3)?,
                    is_captured: row.get(4)?,
                    shipped_at: row.get(5)?,
                    paid_at: row.get(6)?,
                    captured_at: row.get(7)?,
                },
                is_sent: row.get(8)?,
                ..OrderState::default()
            })
        });
        let Some(order) = found.optional()? else { return Ok(None) };
        let shipments = self.shipments.query_map([order_no], |row| {
            Ok(ShipmentState {
                shipment_no: row.get(0)?,
                shipped_on: row.get(1)?,
                delivered_on: row.get(2)?,
                tracking_no: row.get(3)?,
                delivery_method: row.get(4)?,
                shipped_in_tempostar_at: row.get(5)?,
                as_of: row.get(6)?,
                has_lines: row.get(7)?,
                is_stale: false,
            })
        })?;
        Ok(Some(OrderState { shipments: shipments.collect::<rusqlite::Result<_>>()?, ..order }))
    }

    /// An order's lines; asked for only where lines are added.
    pub(super) fn lines(&mut self, order_no: &str) -> Result<Vec<LineState>> {
        let lines = self.lines.query_map([order_no], |row| {
            Ok(LineState { sku_code: row.get(0)?, options: row.get(1)?, quantity: row.get(2)? })
        })?;
        Ok(lines.collect::<rusqlite::Result<_>>()?)
    }
}

/// The temporary tables of what has to be written.
const CHANGES: [(&str, &str); 6] = [
    (
        "order_ticks",
        "order_no TEXT NOT NULL PRIMARY KEY, shipped_at TEXT, paid_at TEXT, captured_at TEXT, line INTEGER NOT NULL,
         -- 0: only the day of payment is known
         is_ticked INTEGER NOT NULL",
    ),
    (
        "shipment_changes",
        "order_no TEXT NOT NULL, shipment_no INTEGER NOT NULL,
         shipped_on TEXT, delivered_on TEXT, tracking_no TEXT, delivery_method TEXT, line INTEGER NOT NULL,
         shipped_in_tempostar_at TEXT,
         PRIMARY KEY (order_no, shipment_no)",
    ),
    (
        "added_lines",
        "order_no TEXT NOT NULL, position INTEGER NOT NULL, shipment_no INTEGER NOT NULL,
         sku_code TEXT, product_name TEXT, options TEXT, quantity INTEGER,
         unit_price_excl_tax INTEGER, unit_tax INTEGER, unit_price_incl_tax INTEGER, line INTEGER NOT NULL,
         PRIMARY KEY (order_no, position)",
    ),
    ("cancellations", "order_no TEXT NOT NULL PRIMARY KEY, is_new INTEGER NOT NULL, line INTEGER NOT NULL"),
    ("never_sent", "order_no TEXT NOT NULL PRIMARY KEY"),
    ("shipped_anyway", "order_no TEXT NOT NULL PRIMARY KEY, line INTEGER NOT NULL"),
];

pub(super) fn begin_changes(shop: &Connection) -> Result<()> {
    CHANGES.into_iter().try_for_each(|(table, columns)| shop.begin_table(table, columns))
}

pub(super) struct Keep<'a> {
    ticks: Statement<'a>,
    shipment: Statement<'a>,
    line: Statement<'a>,
    cancellation: Statement<'a>,
    never_sent: Statement<'a>,
    shipped_anyway: Statement<'a>,
}

impl<'a> Keep<'a> {
    pub(super) fn new(shop: &'a Connection) -> Result<Self> {
        Ok(Self {
            ticks: shop.prepare("INSERT INTO temp.order_ticks VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?,
            shipment: shop
                .prepare("INSERT INTO temp.shipment_changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?,
            line: shop.prepare(
                "INSERT INTO temp.added_lines VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            cancellation: shop.prepare("INSERT INTO temp.cancellations VALUES (?1, ?2, ?3)")?,
            never_sent: shop.prepare(
                "INSERT INTO temp.never_sent
                 SELECT ?1
                 WHERE NOT EXISTS (SELECT 1 FROM main.tempostar_orders_known_there WHERE order_no = ?1)",
            )?,
            shipped_anyway: shop.prepare("INSERT INTO temp.shipped_anyway VALUES (?1, ?2)")?,
        })
    }

    /// `rows` are those that the decision was made from.
    pub(super) fn decision(&mut self, order_no: &str, decision: &Decision, rows: &[&Entry]) -> Result<()> {
        let last_line = rows.last().map_or(0, |row| row.line);
        if let Some(ticks) = &decision.ticks {
            let (shipped_at, paid_at, captured_at) = (&ticks.shipped_at, &ticks.paid_at, &ticks.captured_at);
            let is_ticked = ticks.is_delivered;
            self.ticks.execute(params![order_no, shipped_at, paid_at, captured_at, last_line, is_ticked])?;
        }
        for new in &decision.shipments {
            self.shipment.execute(params![
                order_no,
                new.shipment_no,
                new.shipped_on,
                new.delivered_on,
                new.tracking_no,
                new.delivery_method,
                line_about(new.shipment_no, rows),
                new.shipped_in_tempostar_at
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
                line.unit_price_incl_tax,
                line.line
            ])?;
        }
        if decision.is_revived {
            self.cancellation(order_no, Cancellation::TakenBack, last_line)?;
        }
        Ok(())
    }

    /// That TEMPOSTAR has an order that we have not sent.
    pub(super) fn never_sent(&mut self, order_no: &str) -> Result<()> {
        self.never_sent.execute([order_no])?;
        Ok(())
    }

    /// That an order has left which the shop has cancelled.
    pub(super) fn shipped_anyway(&mut self, order_no: &str, rows: &[&Entry]) -> Result<()> {
        self.shipped_anyway.execute((order_no, rows.last().map_or(0, |row| row.line)))?;
        Ok(())
    }

    pub(super) fn cancellation(
        &mut self,
        order_no: &str,
        cancellation: Cancellation,
        line: u64,
    ) -> Result<()> {
        self.cancellation.execute((order_no, cancellation == Cancellation::New, line))?;
        Ok(())
    }
}

/// The last row about a destination.
pub(super) fn line_about(shipment_no: i64, rows: &[&Entry]) -> u64 {
    let is_about = |row: &&&Entry| row.shipment_no.is_none_or(|number| number == shipment_no);
    rows.iter().rfind(is_about).map_or(0, |row| row.line)
}

/// What TEMPOSTAR says of an order's cancellation there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancellation {
    New,
    TakenBack,
}

/// What was decided, an order always as a whole, in the order of their numbers.
pub(super) struct OrdersPlan {
    count: u64,
}

impl OrdersPlan {
    pub(super) fn number(shop: &Connection) -> Result<Self> {
        let all = CHANGES.map(|(table, _)| format!("SELECT order_no FROM temp.{table}")).join(" UNION ");
        shop.begin_table_as("decided_orders", &format!("SELECT order_no FROM ({all}) ORDER BY order_no"))?;
        Ok(Self { count: shop.value("SELECT coalesce(max(rowid), 0) FROM temp.decided_orders", [])? })
    }
}

impl Plan for OrdersPlan {
    fn len(&self) -> u64 {
        self.count
    }

    fn code(&self, shop: &Connection, change: u64) -> Result<String> {
        code_at(shop, "decided_orders", "order_no", change)
    }

    /// An order that the shop has cancelled since is left alone.
    ///
    /// `CROSS JOIN` keeps SQLite on the way from the chosen orders to the shop's, and so does `IN` in an `UPDATE`, which
    /// `UPDATE … FROM` does not. It does not know that the temporary tables are small, and would read all orders of the
    /// shop for each slice.
    fn write(&self, writing: &Writing<'_>, changes: Range<u64>) -> Result<()> {
        choose_orders(writing, &changes)?;
        if let Some(history) = writing.history {
            record(writing, history)?;
        }
        write_shipments(writing)?;
        add_lines(writing)?;
        note_as_known(writing)?;
        tick_orders(writing)?;
        note_cancellations(writing)?;
        note_never_sent(writing)?;
        stamp_others(writing)
    }

    fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()> {
        let pairs = |columns: &[&str]| {
            columns.iter().fold(String::new(), |sql, column| sql + &format!(", old.{column}, new.{column}"))
        };
        let shipment = ["shipped_on", "delivered_on", "tracking_no", "delivery_method"];
        let sql = format!(
            "SELECT new.order_no || '/' || new.shipment_no{}
             FROM temp.shipment_changes AS new
             LEFT JOIN order_shipments AS old ON old.order_no = new.order_no AND old.shipment_no = new.shipment_no
             ORDER BY new.order_no, new.shipment_no",
            pairs(&shipment)
        );
        list_values(shop, "order_shipments", &shipment, &sql, [], changes)?;
        let sql = "SELECT order_no, NULL, coalesce(sku_code, product_name) || ' × ' || quantity
                   FROM temp.added_lines
                   ORDER BY order_no, position";
        list_values(shop, "order_lines", &["line"], sql, [], changes)?;
        let ticks = ["shipped_at", "paid_at", "captured_at"];
        let sql = format!(
            "SELECT new.order_no{}
             FROM temp.order_ticks AS new
             JOIN orders AS old ON old.order_no = new.order_no
             ORDER BY new.order_no",
            pairs(&ticks)
        );
        list_values(shop, "orders", &ticks, &sql, [], changes)?;
        let sql = "SELECT order_no, NOT is_new, is_new FROM temp.cancellations ORDER BY order_no";
        list_values(shop, "orders", &["cancelled_in_tempostar"], sql, [], changes)
    }
}

/// Chooses the orders that this transaction is about, as they are before it. `is_open` is 0 also for one that the shop
/// does not have any more.
fn choose_orders(writing: &Writing<'_>, changes: &Range<u64>) -> Result<()> {
    let columns = "order_no TEXT NOT NULL PRIMARY KEY, id INTEGER, is_open INTEGER, updated_at";
    writing.transaction.begin_table("chosen_orders", columns)?;
    writing.execute(
        &format!(
            "INSERT INTO temp.chosen_orders
         SELECT decided.order_no, orders.rowid, NOT {CANCELLED_SQL} AND orders.rowid IS NOT NULL,
                orders.updated_at
         FROM temp.decided_orders AS decided
         LEFT JOIN orders ON orders.order_no = decided.order_no
         WHERE decided.rowid BETWEEN ?1 AND ?2
         ORDER BY decided.rowid"
        ),
        (changes.start + 1, changes.end),
    )
}

/// Notes in the history what the chosen orders get, before they get it. A shipment without a number is that of an order
/// that the shop has cancelled: the order gets nothing of it.
fn record(writing: &Writing<'_>, history: i64) -> Result<()> {
    writing.execute(
        "INSERT INTO tempostar_order_history (history_file_id, order_no, event, number, line)
         SELECT :history, new.order_no, 'shipment', new.shipment_no, new.line
         FROM temp.chosen_orders AS chosen
         CROSS JOIN temp.shipment_changes AS new ON new.order_no = chosen.order_no
         WHERE chosen.is_open
         UNION ALL
         SELECT :history, order_no, 'shipment', 0, line
         FROM temp.shipped_anyway
         WHERE order_no IN (SELECT order_no FROM temp.chosen_orders)
         UNION ALL
         SELECT :history, new.order_no, 'line',
                new.position + (SELECT coalesce(max(line_no), 0)
                                FROM order_lines AS line
                                WHERE line.order_no = new.order_no),
                new.line
         FROM temp.chosen_orders AS chosen
         CROSS JOIN temp.added_lines AS new ON new.order_no = chosen.order_no
         WHERE chosen.is_open
         UNION ALL
         SELECT :history, new.order_no, 'ticked', 0, new.line
         FROM temp.chosen_orders AS chosen
         CROSS JOIN temp.order_ticks AS new ON new.order_no = chosen.order_no
         WHERE chosen.is_open AND new.is_ticked
         UNION ALL
         SELECT :history, new.order_no, CASE WHEN new.is_new THEN 'cancelled' ELSE 'revived' END, 0, new.line
         FROM temp.chosen_orders AS chosen
         CROSS JOIN temp.cancellations AS new ON new.order_no = chosen.order_no",
        named_params! { ":history": history },
    )
}

fn write_shipments(writing: &Writing<'_>) -> Result<()> {
    writing.execute(
        "UPDATE order_shipments
         SET (shipped_on, delivered_on, tracking_no, delivery_method, shipped_in_tempostar_at, tempostar_as_of)
             = (SELECT shipped_on, delivered_on, tracking_no, delivery_method, shipped_in_tempostar_at, :as_of
                FROM temp.shipment_changes AS new
                WHERE new.order_no = order_shipments.order_no AND new.shipment_no = order_shipments.shipment_no)
         WHERE (order_no, shipment_no) IN (
             SELECT new.order_no, new.shipment_no
             FROM temp.chosen_orders AS chosen
             CROSS JOIN temp.shipment_changes AS new ON new.order_no = chosen.order_no
             WHERE chosen.is_open)",
        named_params! { ":as_of": writing.file_time },
    )
}

fn add_lines(writing: &Writing<'_>) -> Result<()> {
    writing.execute(
        "INSERT INTO order_lines
             (order_no, line_no, shipment_no, sku_code, product_name, options, quantity,
              unit_price_excl_tax, unit_tax, unit_price_incl_tax, added_by)
         SELECT added.order_no,
                added.position + (SELECT coalesce(max(line_no), 0)
                                  FROM order_lines AS line
                                  WHERE line.order_no = added.order_no),
                added.shipment_no, added.sku_code, added.product_name, added.options, added.quantity,
                added.unit_price_excl_tax, added.unit_tax, added.unit_price_incl_tax, 'tempostar'
         FROM temp.chosen_orders AS chosen
         CROSS JOIN temp.added_lines AS added ON added.order_no = chosen.order_no
         WHERE chosen.is_open",
        [],
    )
}

/// Notes what the orders will be stamped with as known, unless the shop had changed the order before: that change must
/// not be covered by ours.
fn note_as_known(writing: &Writing<'_>) -> Result<()> {
    writing.execute(
        "UPDATE tempostar_batch_orders
         SET known_updated_at = :now
         WHERE order_no IN (SELECT order_no
                            FROM temp.chosen_orders
                            WHERE is_open OR order_no IN (SELECT order_no FROM temp.cancellations))
           AND known_updated_at IS (SELECT updated_at
                                    FROM temp.chosen_orders AS chosen
                                    WHERE chosen.order_no = tempostar_batch_orders.order_no)",
        named_params! { ":now": writing.now },
    )
}

fn tick_orders(writing: &Writing<'_>) -> Result<()> {
    writing.execute(
        "UPDATE orders
         SET updated_at = :now,
             (delivery_status, payment_status, capture_status, shipped_at, paid_at, captured_at)
             = (SELECT CASE WHEN new.is_ticked THEN 1 ELSE delivery_status END,
                       CASE WHEN new.is_ticked THEN 1 ELSE payment_status END,
                       CASE WHEN new.is_ticked THEN 1 ELSE capture_status END,
                       new.shipped_at, new.paid_at, new.captured_at
                FROM temp.order_ticks AS new
                WHERE new.order_no = orders.order_no)
         WHERE rowid IN (SELECT chosen.id
                         FROM temp.chosen_orders AS chosen
                         CROSS JOIN temp.order_ticks AS new ON new.order_no = chosen.order_no
                         WHERE chosen.is_open)",
        named_params! { ":now": writing.now },
    )
}

/// Or that they were taken back.
fn note_cancellations(writing: &Writing<'_>) -> Result<()> {
    writing.execute(
        "UPDATE orders
         SET updated_at = :now,
             cancelled_in_tempostar_at = (SELECT CASE WHEN is_new THEN :now END
                                          FROM temp.cancellations AS new
                                          WHERE new.order_no = orders.order_no)
         WHERE rowid IN (SELECT chosen.id
                         FROM temp.chosen_orders AS chosen
                         CROSS JOIN temp.cancellations AS new ON new.order_no = chosen.order_no)",
        named_params! { ":now": writing.now },
    )
}

/// Notes the orders that TEMPOSTAR has although we have not sent them: export-orders holds them back.
fn note_never_sent(writing: &Writing<'_>) -> Result<()> {
    writing.execute(
        "INSERT OR IGNORE INTO tempostar_orders_known_there (order_no, since)
         SELECT order_no, :now
         FROM temp.chosen_orders
         WHERE order_no IN (SELECT order_no FROM temp.never_sent)",
        named_params! { ":now": writing.now },
    )
}

/// Stamps the orders of which only shipments or lines have changed.
fn stamp_others(writing: &Writing<'_>) -> Result<()> {
    writing.execute(
        "UPDATE orders
         SET updated_at = :now
         WHERE rowid IN (SELECT id
                         FROM temp.chosen_orders
                         WHERE is_open
                           AND order_no NOT IN (SELECT order_no FROM temp.order_ticks)
                           AND order_no NOT IN (SELECT order_no FROM temp.cancellations)
                           AND order_no NOT IN (SELECT order_no FROM temp.never_sent))",
        named_params! { ":now": writing.now },
    )
}
