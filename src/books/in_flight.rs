//! Orders on their way: what the shop has sold that a figure of TEMPOSTAR's cannot know yet.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{Connection, Row, ToSql};

use crate::books::orders::{BEFORE_SINCE_SQL, CANCELLED_SQL, SENT_AND_OPEN_SQL, SENT_SQL};
use crate::books::rows::Ask;
use crate::moment::Moment;
use crate::settings::{ReflectWhen, Settings};

/// Orders that a figure cannot know yet: that are not cancelled, and were never sent or sent (`reflect_when = "taken"`:
/// taken) later than the file's own time less the lag. On a server that takes files away, one that still lies there is
/// known to nobody, however long ago it was sent. Those of before `[orders] since` TEMPOSTAR has by another way.
fn in_flight_orders_sql() -> String {
    format!(
        "SELECT order_no
         FROM orders
         WHERE NOT {SENT_SQL} AND NOT {CANCELLED_SQL} AND NOT {BEFORE_SINCE_SQL}
         UNION
         SELECT order_no
         FROM orders
         WHERE :when = 'sent' AND exported_at > :known_until AND {SENT_SQL} AND NOT {CANCELLED_SQL}
         UNION
         SELECT orders.order_no
         FROM tempostar_batches AS batch
         JOIN tempostar_batch_orders AS member ON member.batch_id = batch.id
         JOIN orders ON orders.order_no = member.order_no
         WHERE batch.state = 'sent'
           AND CASE
                   WHEN :when = 'taken' THEN coalesce(batch.taken_at, '9999') > :known_until
                   WHEN batch.taken_at IS NULL THEN {IS_TAKEN_FROM_SQL}
                   ELSE batch.seen_lying_at > :known_until
               END
           AND NOT {CANCELLED_SQL}"
    )
}

/// Whether a batch went to a server that was seen to take files away.
const IS_TAKEN_FROM_SQL: &str = "EXISTS (SELECT 1
                                         FROM tempostar_batches AS other
                                         WHERE other.taken_at IS NOT NULL
                                           AND coalesce(other.server = batch.server, 1))";

/// How many units a line is of. One that no customer can have ordered counts nothing; nor does it stop the others.
pub(super) const UNITS_SQL: &str = "CASE WHEN typeof(line.quantity) = 'integer' AND line.quantity >= 1 THEN min(line.quantity, 1000000000) ELSE 0 END";

/// Lines whose SKU is a code. A line that TEMPOSTAR added itself is known there.
const OURS_SQL: &str = "coalesce(line.added_by, 'shop') <> 'tempostar' AND typeof(line.sku_code) = 'text'";

/// The units of each order's SKU that a figure cannot know: all of an order that it cannot know; and of one that was sent,
/// and is neither shipped nor cancelled, what the shop has added since. Nobody tells TEMPOSTAR of that but a person.
fn units_sql() -> String {
    format!(
        "WITH waiting AS MATERIALIZED ({})
         SELECT line.order_no, line.sku_code, sum({UNITS_SQL}) AS quantity, 0 AS is_added
         FROM waiting
         JOIN order_lines AS line ON line.order_no = waiting.order_no
         WHERE {OURS_SQL}
         GROUP BY line.order_no, line.sku_code
         UNION ALL
         SELECT order_no, sku_code, quantity, 1
         FROM ({})
         WHERE order_no NOT IN (SELECT order_no FROM waiting)",
        in_flight_orders_sql(),
        added_sql(
            "orders INDEXED BY orders_sent_and_open",
            &format!("{SENT_AND_OPEN_SQL} AND cancelled_in_tempostar_at IS NULL")
        )
    )
}

/// What the shop has added to orders after they were sent.
fn added_sql(orders: &str, which: &str) -> String {
    format!(
        "SELECT order_no, sku_code, units - sent AS quantity, updated_at
         FROM (SELECT line.order_no, line.sku_code, sum({UNITS_SQL}) AS units, orders.updated_at,
                      (SELECT coalesce(sum(sent.value ->> 1), 0)
                       FROM json_each(member.lines) AS sent
                       WHERE sent.value ->> 0 = line.sku_code) AS sent
               FROM {orders}
               CROSS JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
               CROSS JOIN order_lines AS line ON line.order_no = orders.order_no
               WHERE {which} AND json_valid(member.lines) AND {OURS_SQL}
               GROUP BY line.order_no, line.sku_code)
         WHERE units > sent"
    )
}

/// Their units, by SKU.
pub(crate) fn in_flight_sql() -> String {
    let units = units_sql();
    format!("SELECT sku_code, sum(quantity) AS quantity FROM ({units}) GROUP BY sku_code")
}

/// The orders not sent yet that have lines of less than 1 or of no whole number.
pub(crate) fn uncountable_lines(shop: &Connection) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT DISTINCT CAST(orders.order_no AS TEXT)
         FROM orders
         JOIN order_lines AS line ON line.order_no = orders.order_no
         WHERE NOT {SENT_SQL} AND NOT {CANCELLED_SQL} AND {OURS_SQL}
           AND NOT (typeof(line.quantity) = 'integer' AND line.quantity >= 1)
         ORDER BY 1"
    );
    shop.all(&sql, [], |row| Ok(lossy(row.get_ref(0)?.as_bytes()?)))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
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
    /// When its file was last seen in the outbox of a server that takes files away.
    pub seen_lying_at: Option<Moment>,
    /// Whether the shop has added them to the order after it was sent.
    pub is_added: bool,
}

/// Hands out each line that a figure cannot know: SKU, units, and from when on figures know it (`None`: not yet).
pub(crate) fn each_in_flight(
    shop: &Connection,
    known: &KnownUntil,
    mut each: impl FnMut(&str, i64, Option<Moment>),
) -> Result<()> {
    let sql = format!(
        "SELECT sku_code, quantity,
                CASE
                    WHEN is_added OR NOT {SENT_SQL} THEN NULL
                    WHEN :when = 'taken' THEN batch.taken_at
                    WHEN batch.taken_at IS NULL AND batch.state = 'sent' AND {IS_TAKEN_FROM_SQL} THEN NULL
                    ELSE max(exported_at, coalesce(batch.seen_lying_at, ''))
                END
         FROM ({}) AS units
         {WITH_BATCH_SQL}",
        units_sql()
    );
    shop.each(&sql, &known.parameters()[..], |row| {
        if let Ok(sku_code) = row.get_ref(0)?.as_str() {
            each(sku_code, row.get(1)?, time(row, 2)?);
        }
        Ok(())
    })
}

/// The order of some units, and the file that it is in.
const WITH_BATCH_SQL: &str = "
    JOIN orders ON orders.order_no = units.order_no
    LEFT JOIN tempostar_batch_orders AS member ON member.order_no = units.order_no
    LEFT JOIN tempostar_batches AS batch ON batch.id = member.batch_id";

/// A line of an order of which a figure's allocation may have been computed while it counted otherwise.
pub(crate) struct Doubtful<'a> {
    pub sku_code: &'a str,
    pub units: i64,
    /// Until when it may have counted: it was cancelled or shipped, or its file was seen to be taken.
    pub counted_until: Option<Moment>,
    /// Since when it counts, because its file lies on a server that was seen to take files.
    pub counts_since: Option<Moment>,
}

/// Hands out the lines that counted otherwise at some time since this moment.
pub(crate) fn each_doubtful(
    shop: &Connection,
    since: Moment,
    mut each: impl FnMut(Doubtful<'_>),
) -> Result<()> {
    let sql = format!(
        "SELECT line.sku_code, {UNITS_SQL},
                max(coalesce(batch.taken_at, ''), CASE WHEN {CANCELLED_SQL} THEN cancelled_at ELSE '' END),
                CASE
                    WHEN batch.taken_at IS NULL AND batch.state = 'sent'
                    THEN (SELECT min(other.taken_at) FROM tempostar_batches AS other)
                END
         FROM orders
         LEFT JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
         LEFT JOIN tempostar_batches AS batch ON batch.id = member.batch_id
         JOIN order_lines AS line ON line.order_no = orders.order_no
         WHERE {OURS_SQL}
           AND (cancelled_at >= ?1 OR batch.taken_at >= ?1 OR (batch.taken_at IS NULL AND batch.state = 'sent'))
         UNION ALL
         SELECT sku_code, quantity, updated_at, NULL
         FROM ({})",
        // Its change is done.
        added_sql(
            "orders",
            "(delivery_status = 1 OR cancelled_in_tempostar_at IS NOT NULL) AND orders.updated_at >= ?1"
        )
    );
    shop.each(&sql, [since], |row| {
        if let Ok(sku_code) = row.get_ref(0)?.as_str() {
            let (counted_until, counts_since) = (time(row, 2)?, time(row, 3)?);
            each(Doubtful { sku_code, units: row.get(1)?, counted_until, counts_since });
        }
        Ok(())
    })
}

/// A time that the shop may have written; `None`: what is none.
fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Moment>> {
    Ok(row.get_ref(column)?.as_str().ok().and_then(|text| text.parse().ok()))
}

/// The orders that make up a SKU's allocation beside a figure of this time.
pub(crate) fn in_flight_orders(
    shop: &Connection,
    settings: &Settings,
    sku_code: &str,
    file_time: Moment,
) -> Result<Vec<InFlight>> {
    let known = KnownUntil::new(settings, file_time);
    let sql = format!(
        "SELECT CAST(orders.order_no AS TEXT), quantity, coalesce(orders.is_provisional, 0) = 1,
                CASE WHEN {SENT_SQL} THEN orders.exported_at END, batch.taken_at, batch.seen_lying_at, is_added
         FROM ({}) AS units
         {WITH_BATCH_SQL}
         WHERE units.sku_code = :sku_code
         ORDER BY orders.ordered_at, orders.order_no",
        units_sql()
    );
    let [when, moment, since] = known.parameters();
    shop.all(&sql, &[when, moment, since, (":sku_code", &sku_code)][..], |row| {
        Ok(InFlight {
            order_no: lossy(row.get_ref(0)?.as_bytes()?),
            quantity: row.get(1)?,
            is_provisional: row.get(2)?,
            exported_at: time(row, 3)?,
            taken_at: row.get(4)?,
            seen_lying_at: row.get(5)?,
            is_added: row.get(6)?,
        })
    })
}

/// Up to when sent orders are known to a figure: the parameters of [`in_flight_sql`].
#[derive(Clone, Debug)]
pub(crate) struct KnownUntil {
    when: &'static str,
    moment: Moment,
    /// `[orders] since`.
    since: Option<String>,
}

impl KnownUntil {
    pub(crate) fn new(settings: &Settings, file_time: Moment) -> Self {
        let when = match settings.stock.reflect_when {
            ReflectWhen::Sent => "sent",
            ReflectWhen::Taken => "taken",
        };
        let since = settings.orders.since.map(|since| since.to_string());
        Self { when, moment: file_time - settings.stock.reflect_lag, since }
    }

    pub(crate) fn parameters(&self) -> [(&'static str, &dyn ToSql); 3] {
        [(":when", &self.when), (":known_until", &self.moment), (":since", &self.since)]
    }
}

/// The units that such a figure cannot know, by SKU.
pub(crate) fn in_flight(shop: &Connection, known: &KnownUntil) -> Result<HashMap<String, i64>> {
    let mut units = HashMap::new();
    shop.each(&in_flight_sql(), &known.parameters()[..], |row| {
        // No file can name a code that is not UTF-8.
        if let Ok(sku_code) = row.get_ref(0)?.as_str() {
            units.insert(sku_code.to_owned(), row.get(1)?);
        }
        Ok(())
    })?;
    Ok(units)
}
