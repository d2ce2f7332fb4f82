//! What a person has to do on one of the two sides because it is not linked: one list, for `status`, the monitor and the
//! mail of the day.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::books::allocations::{Allocation, drifting};
use crate::books::{orders, products};
use crate::layout::as_count;
use crate::moment::Moment;
use crate::settings::Settings;
use crate::text::{Text, hand_work as text};

/// One kind of work.
#[derive(Clone, Debug)]
pub(crate) struct HandWork {
    /// Its key in the JSON document.
    pub key: &'static str,
    /// What there is, and what to do about it.
    pub sentence: Text,
    /// Codes of products, or order numbers.
    pub names: Vec<String>,
}

/// All kinds, those included of which there is nothing.
pub(crate) fn read(database: &Connection, settings: &Settings, now: Moment) -> Result<Vec<HandWork>> {
    let changed = orders::changed_orders(database, now, settings.limits.history_days)?;
    let unshipped = match settings.orders.unshipped_after_days {
        0 => Vec::new(),
        days => orders::unshipped(database, now - TimeDelta::days(i64::from(days)))?,
    };
    let drifting = drifting(database, settings)?;
    let skus = |is_it: fn(&Allocation) -> bool| -> Vec<String> {
        drifting.iter().filter(|one| is_it(one)).map(|one| one.sku_code.to_string()).collect()
    };
    let of = |key, sentence: fn(u64) -> Text, names: Vec<String>| HandWork {
        key,
        sentence: sentence(as_count(names.len())),
        names,
    };
    Ok(vec![
        of(
            "orders_cancelled_in_tempostar",
            text::orders_cancelled_in_tempostar,
            orders::cancelled_there(database)?,
        ),
        of("orders_cancelled", text::orders_cancelled, changed.cancelled),
        of("orders_changed", text::orders_changed, changed.changed),
        of("orders_unshipped", text::orders_unshipped, unshipped),
        of(
            "orders_without_allocation",
            text::orders_without_allocation,
            skus(Allocation::is_less_than_orders),
        ),
        of(
            "allocations_without_orders",
            text::allocations_without_orders,
            skus(Allocation::is_more_than_orders),
        ),
        of("products_missing", text::products_missing, products::missing_products(database)?),
    ])
}

/// How much there is to do.
pub(crate) fn count(work: &[HandWork]) -> u64 {
    work.iter().map(|work| as_count(work.names.len())).sum()
}
