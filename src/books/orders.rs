//! Questions about the shop's orders, each with one SQL.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use chrono::{NaiveDate, TimeDelta};
use rusqlite::Connection;

use crate::books::rows::Ask;
use crate::moment::Moment;
use crate::settings::Settings;

/// Whether a column of an order holds a time. Empty text is none, and what is no time is no reason to forget an order.
macro_rules! is_time {
    ($column:literal) => {
        concat!("(typeof(", $column, ") = 'text' AND ", $column, " GLOB '[0-9][0-9][0-9][0-9][-/]*')")
    };
}

/// An order whose day can be read.
pub(crate) const IS_DATED_SQL: &str = is_time!("ordered_at");

/// An order that was sent, by the shop's own table.
pub(crate) const SENT_SQL: &str = is_time!("exported_at");

pub(crate) const CANCELLED_SQL: &str = is_time!("cancelled_at");

/// When it was cancelled, and when it was sent; nothing for what is no time.
pub(crate) const CANCELLED_AT_SQL: &str = concat!("iif(", is_time!("cancelled_at"), ", cancelled_at, NULL)");
pub(crate) const SENT_AT_SQL: &str = concat!("iif(", is_time!("exported_at"), ", exported_at, NULL)");

/// Orders that were never sent, whenever they were placed. A provisional order (仮受注) is not an order yet.
const OPEN_SQL: &str = concat!(
    "NOT ",
    is_time!("exported_at"),
    " AND NOT ",
    is_time!("cancelled_at"),
    " AND coalesce(is_provisional, 0) <> 1
    AND order_no NOT IN (SELECT member.order_no
                         FROM tempostar_batches AS batch
                         JOIN tempostar_batch_orders AS member ON member.batch_id = batch.id
                         WHERE batch.state <> 'sent')"
);

/// Orders that were never sent and are not of before `[orders] since`.
pub(crate) fn waiting_sql(settings: &Settings) -> String {
    match settings.orders.since {
        None => OPEN_SQL.to_owned(),
        Some(since) => format!("{OPEN_SQL} AND NOT {}", before_sql(since)),
    }
}

/// Orders placed before the day `:since`, if there is one.
pub(crate) const BEFORE_SINCE_SQL: &str = concat!(
    "(:since IS NOT NULL AND ",
    is_time!("ordered_at"),
    " AND replace(ordered_at, '/', '-') < :since)"
);

/// Orders placed before that day. One whose time cannot be read may be a new one.
fn before_sql(since: NaiveDate) -> String {
    format!("({IS_DATED_SQL} AND replace(ordered_at, '/', '-') < '{since}')")
}

/// How many orders were never sent, those included that are held back.
pub fn count_waiting(database: &Connection, settings: &Settings) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM orders WHERE {}", waiting_sql(settings));
    database.value(&sql, [])
}

/// Whether any order was never sent, those included that are held back.
pub(crate) fn is_anything_waiting(database: &Connection, settings: &Settings) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM orders WHERE {})", waiting_sql(settings));
    database.value(&sql, [])
}

/// When the oldest of the waiting orders that are not among these was placed, as the shop wrote it.
pub(crate) fn oldest_waiting(
    database: &Connection,
    settings: &Settings,
    besides: &HashSet<&str>,
) -> Result<Option<String>> {
    let sql = format!(
        "SELECT CAST(order_no AS TEXT), coalesce(CAST(ordered_at AS TEXT), '')
         FROM orders
         WHERE {}
         ORDER BY ordered_at, order_no",
        waiting_sql(settings)
    );
    let mut statement = database.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let order_no = row.get_ref(0)?.as_bytes().map(String::from_utf8_lossy)?;
        if !besides.contains(&*order_no) {
            return Ok(Some(String::from_utf8_lossy(row.get_ref(1)?.as_bytes()?).into_owned()));
        }
    }
    Ok(None)
}

words! {
    /// How far an order is. It is in exactly one of these.
    pub(crate) enum OrderState {
        Provisional = "provisional",
        CancelledBeforeSending = "cancelled_before_sending",
        /// Placed before `[orders] since`.
        BeforeSince = "before_since",
        /// Those included that are held back.
        Waiting = "waiting",
        /// In a file that has not arrived yet.
        UnderWay = "under_way",
        /// Its file was not seen to be taken.
        Lying = "lying_in_outbox",
        Taken = "taken",
        Shipped = "shipped",
        CancelledThere = "cancelled_in_tempostar",
    }
}

/// Which state an order is in, of the tables `orders` and `batch`, its file; of one that was marked as sent by hand
/// TEMPOSTAR is taken to have it. (Of a time that is its file's nobody need ask whether it is one.)
pub(crate) fn state_sql(settings: &Settings) -> String {
    let before = settings.orders.since.map_or_else(|| "0".to_owned(), before_sql);
    format!(
        "CASE
            WHEN batch.state <> 'sent' THEN 'under_way'
            WHEN exported_at = batch.sent_at OR {SENT_SQL} THEN
                CASE
                    WHEN cancelled_in_tempostar_at IS NOT NULL THEN 'cancelled_in_tempostar'
                    WHEN delivery_status = 1 THEN 'shipped'
                    WHEN batch.id IS NOT NULL AND batch.taken_at IS NULL THEN 'lying_in_outbox'
                    ELSE 'taken'
                END
            WHEN {CANCELLED_SQL} THEN 'cancelled_before_sending'
            WHEN coalesce(is_provisional, 0) = 1 THEN 'provisional'
            WHEN {before} THEN 'before_since'
            ELSE 'waiting'
         END"
    )
}

/// Counts the orders by their states.
pub(crate) fn count_states(database: &Connection, settings: &Settings) -> Result<BTreeMap<OrderState, u64>> {
    count_states_of(database, settings, "1")
}

/// Likewise, those that are in no file that was sent: found by their numbers, without a look at the others' rows.
pub(crate) fn count_states_of_unsent(
    database: &Connection,
    settings: &Settings,
) -> Result<BTreeMap<OrderState, u64>> {
    let unsent = "orders.rowid IN (SELECT orders.rowid
                                  FROM orders
                                  LEFT JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
                                  LEFT JOIN tempostar_batches AS batch ON batch.id = member.batch_id
                                  WHERE batch.state IS NOT 'sent')";
    count_states_of(database, settings, unsent)
}

fn count_states_of(
    database: &Connection,
    settings: &Settings,
    which: &str,
) -> Result<BTreeMap<OrderState, u64>> {
    let sql = format!(
        "SELECT {} AS state, count(*) AS orders
         FROM orders
         LEFT JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
         LEFT JOIN tempostar_batches AS batch ON batch.id = member.batch_id
         WHERE {which}
         GROUP BY 1",
        state_sql(settings)
    );
    let mut counts: BTreeMap<OrderState, u64> = OrderState::ALL.iter().map(|state| (*state, 0)).collect();
    database.each(&sql, [], |row| {
        counts.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(counts)
}

/// Whether the order is marked as sent, and not by us.
pub(crate) fn is_marked_by_hand(database: &Connection, order_no: &str) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM orders WHERE order_no = ?1 AND {SENT_SQL})
            AND NOT EXISTS (SELECT 1 FROM tempostar_batch_orders WHERE order_no = ?1)"
    );
    database.value(&sql, [order_no])
}

/// Notes that TEMPOSTAR has these orders, or will, although we have not sent them.
pub(crate) fn note_known_there(database: &Connection, numbers: &[String], now: Moment) -> Result<()> {
    let mut insert = database.prepare(
        "INSERT OR IGNORE INTO tempostar_orders_known_there (order_no, since)
         SELECT ?1, ?2
         WHERE NOT EXISTS (SELECT 1 FROM tempostar_batch_orders WHERE order_no = ?1)",
    )?;
    for number in numbers {
        insert.execute((number, now))?;
    }
    Ok(())
}

/// Orders that the shop changed or cancelled after they were sent: neither is linked, somebody has to do the same in
/// TEMPOSTAR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChangedOrders {
    /// Changed, and neither cancelled nor shipped since. Sorted.
    pub changed: Vec<String>,
    /// Cancelled, and TEMPOSTAR has reported neither that it cancelled them nor that it shipped them all the same. Sorted.
    pub cancelled: Vec<String>,
}

/// Of the orders that were sent, those that are neither shipped nor cancelled: what has `orders_sent_and_open`.
pub(crate) const SENT_AND_OPEN_SQL: &str = concat!(
    "exported_at IS NOT NULL AND NOT ",
    is_time!("cancelled_at"),
    " AND coalesce(delivery_status, 0) <> 1"
);

/// Looks for them among the orders sent, or cancelled, in the last `days` days.
pub(crate) fn changed_orders(database: &Connection, now: Moment, days: u32) -> Result<ChangedOrders> {
    let since = now - TimeDelta::days(i64::from(days));
    // Among a million orders those that are open, or cancelled here alone, are few: each have an index.
    let find = |index: &str, condition: &str| {
        let sql = format!(
            "SELECT orders.order_no
             FROM orders INDEXED BY {index}
             CROSS JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
             CROSS JOIN tempostar_batches AS batch ON batch.id = member.batch_id
             WHERE {condition}
             ORDER BY orders.order_no"
        );
        database.column(&sql, [since])
    };
    let changed =
        format!("exported_at >= ?1 AND {SENT_AND_OPEN_SQL} AND updated_at IS NOT member.known_updated_at");
    // One that has left all the same cannot be cancelled there any more.
    let cancelled = format!(
        "cancelled_at >= ?1 AND {CANCELLED_SQL} AND cancelled_in_tempostar_at IS NULL
           AND batch.state = 'sent'
           AND orders.order_no NOT IN (SELECT order_no
                                       FROM tempostar_order_history
                                       WHERE event = 'shipment' AND number = 0)"
    );
    Ok(ChangedOrders {
        changed: find("orders_sent_and_open", &changed)?,
        cancelled: find("orders_cancelled", &cancelled)?,
    })
}

/// The orders sent before that moment that are neither shipped nor cancelled, the longest waiting first.
pub(crate) fn unshipped(database: &Connection, sent_before: Moment) -> Result<Vec<String>> {
    database.column(
        &format!(
            "SELECT orders.order_no
             FROM orders INDEXED BY orders_sent_and_open
             CROSS JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
             WHERE exported_at < ?1 AND {SENT_SQL} AND {SENT_AND_OPEN_SQL} AND cancelled_in_tempostar_at IS NULL
             ORDER BY exported_at, orders.order_no"
        ),
        [sent_before],
    )
}

/// Orders that were sent and that nobody has shipped or cancelled.
const TO_BE_SHIPPED_SQL: &str = concat!(
    is_time!("exported_at"),
    " AND NOT ",
    is_time!("cancelled_at"),
    " AND cancelled_in_tempostar_at IS NULL AND coalesce(delivery_status, 0) <> 1"
);

/// Orders that a logistics file has ticked, and when by the file's own time.
const TICKED_SQL: &str = "FROM tempostar_history_files AS file
     JOIN tempostar_order_history AS ticked ON ticked.history_file_id = file.id AND ticked.event = 'ticked'
     WHERE file.command = 'import-logistics'";

/// How many orders are to be shipped, and how many the files since this moment have shipped, those aside that somebody
/// has approved.
pub(crate) fn open_and_shipped(shop: &Connection, since: Moment) -> Result<(u64, u64)> {
    let open = format!("SELECT count(*) FROM orders WHERE {TO_BE_SHIPPED_SQL}");
    let shipped = format!(
        "SELECT count(*)
         {TICKED_SQL}
           AND file.file_time >= ?1
           AND file.archived_as NOT IN (SELECT archived_as FROM tempostar_held WHERE state = 'approved')"
    );
    Ok((shop.value(&open, [])?, shop.value(&shipped, [since])?))
}

/// The largest share of the orders then open, in percent, that the files of a window before this moment have shipped, as
/// far as the history reaches; windows in which fewer than `least` orders were open say nothing.
pub(crate) fn largest_share_shipped(
    shop: &Connection,
    before: Moment,
    window: TimeDelta,
    least: u64,
) -> Result<u32> {
    let sql = format!(
        "SELECT coalesce(unixepoch(exported_at), 0), unixepoch(file_time)
         FROM orders
         LEFT JOIN (SELECT ticked.order_no, file.file_time {TICKED_SQL}) AS shipped USING (order_no)
         WHERE file_time IS NOT NULL OR ({TO_BE_SHIPPED_SQL})"
    );
    let (mut sent, mut shipped) = (Vec::new(), Vec::new());
    shop.each(&sql, [], |row| {
        sent.push(row.get::<_, i64>(0)?);
        shipped.extend(row.get::<_, Option<i64>>(1)?);
        Ok(())
    })?;
    sent.sort_unstable();
    shipped.sort_unstable();
    let until = |times: &[i64], end: i64| times.partition_point(|time| *time <= end);
    let mut largest = 0;
    for end in shipped.iter().copied().filter(|end| *end < before.seconds()) {
        let shipped_before = until(&shipped, end - window.num_seconds());
        let open = until(&sent, end).saturating_sub(shipped_before);
        if open as u64 >= least.max(1) {
            largest = largest.max((until(&shipped, end) - shipped_before) * 100 / open);
        }
    }
    Ok(u32::try_from(largest)?.min(100))
}

/// The orders that TEMPOSTAR has cancelled and the shop has not, sorted: cancellations are not linked, somebody has to
/// cancel them here, too.
pub(crate) fn cancelled_there(shop: &Connection) -> Result<Vec<String>> {
    shop.column(
        "SELECT order_no
         FROM orders
         WHERE cancelled_in_tempostar_at IS NOT NULL AND coalesce(cancelled_at, '') = ''
         ORDER BY order_no",
        [],
    )
}
