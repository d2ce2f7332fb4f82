//! The shop's orders and their states.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use chrono::TimeDelta;

use super::desk::Desk;
use super::line::{Check, Line, Named};
use crate::books::orders::{OrderState, SENT_SQL, unshipped};
use crate::books::rows::Ask;
use crate::moment::Moment;
use crate::text::{Text, reconcile as text};

/// All orders are the sum of their states.
pub(super) fn all(desk: &Desk<'_>, states: &BTreeMap<OrderState, u64>) -> Result<Line> {
    let mut line = Line::new(Check::Orders);
    line.left = count(desk, "SELECT count(*) FROM orders")?;
    line.right = i64::try_from(states.values().sum::<u64>())?;
    let (left, right) = (line.left, line.right);
    if left != right {
        line.named.add(|| text::states_differ(left, right));
    }
    Ok(line)
}

/// What TEMPOSTAR has taken is shipped, cancelled there, or open.
pub(super) fn shipped(desk: &Desk<'_>, states: &BTreeMap<OrderState, u64>) -> Result<Line> {
    let mut line = Line::new(Check::Shipped);
    let of = |state| states.get(&state).copied().unwrap_or(0);
    let settled = of(OrderState::Taken) + of(OrderState::Shipped) + of(OrderState::CancelledThere);
    line.right = i64::try_from(settled)?;
    let lying = i64::try_from(of(OrderState::Lying))?;
    line.left =
        count(desk, &format!("SELECT count(*) FROM orders WHERE exported_at IS NOT NULL AND {SENT_SQL}"))?
            - lying;
    let sql = format!(
        "SELECT orders.order_no
         FROM tempostar_batches AS batch
         CROSS JOIN tempostar_batch_orders AS member ON member.batch_id = batch.id
         CROSS JOIN orders ON orders.order_no = member.order_no
         WHERE batch.state <> 'sent' AND {SENT_SQL}
         ORDER BY 1"
    );
    for order_no in desk.database.column::<String>(&sql, [])? {
        line.named.add(|| text::not_arrived(&order_no));
    }
    Ok(line)
}

/// Orders that were sent so long ago that they should be shipped.
pub(super) fn open_for_long(desk: &Desk<'_>, days: u32) -> Result<Named> {
    let mut open = Named::default();
    if days > 0 {
        let before = desk.now - TimeDelta::days(i64::from(days));
        unshipped(desk.database, before)?.iter().for_each(|order_no| open.add(|| Text::same(order_no)));
    }
    Ok(open)
}

/// Orders that are marked as sent and in no file: somebody marked them, since the first file was sent, and TEMPOSTAR has
/// never spoken of them. Those that are in a file are told of already.
pub(super) fn marked_by_hand(desk: &Desk<'_>, in_files: &HashSet<String>, sent: &mut Line) -> Result<()> {
    let sql = "SELECT min(prepared_at) FROM tempostar_batches";
    let Some(first) = desk.database.value::<Option<Moment>>(sql, [])? else { return Ok(()) };
    let month = desk.in_month("exported_at");
    let sql =
        format!("SELECT count(*) FROM orders WHERE exported_at >= '{first}' AND {month} AND {SENT_SQL}");
    if count(desk, &sql)? == sent.left {
        return Ok(());
    }
    let sql = format!(
        "SELECT order_no
         FROM orders
         WHERE exported_at >= ?1 AND {month} AND {SENT_SQL} AND delivery_status = 0
           AND cancelled_in_tempostar_at IS NULL
           AND order_no NOT IN (SELECT order_no FROM tempostar_batch_orders)
           AND order_no NOT IN (SELECT order_no FROM tempostar_orders_known_there)
         ORDER BY order_no"
    );
    for order_no in desk.database.column::<String>(&sql, [first])? {
        sent.left += 1;
        if !in_files.contains(&order_no) {
            sent.named.add(|| text::in_no_file(&order_no));
        }
    }
    Ok(())
}

fn count(desk: &Desk<'_>, sql: &str) -> Result<i64> {
    desk.database.value(sql, [])
}
