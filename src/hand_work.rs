//! What a person has to do on one of the two sides because it is not linked: one list, for `status`, the monitor and the
//! mail of the day.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::books::allocations::{Allocation, drifting};
use crate::books::{held, missing, orders};
use crate::layout::as_count;
use crate::moment::Moment;
use crate::settings::Settings;
use crate::text::{Text, hand_work as text};

#[derive(Clone, Debug)]
pub(crate) struct HandWork {
    /// Its key in the JSON document.
    pub key: &'static str,
    /// What there is, and what to do about it.
    pub sentence: Text,
    /// What to call for it, without the program's name; empty: nothing, it is done in the shop or in TEMPOSTAR.
    pub command: &'static str,
    /// Codes of products, order numbers, or numbers and names of held files.
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
    let of = |key, command, sentence: fn(u64) -> Text, names: Vec<String>| HandWork {
        key,
        sentence: sentence(as_count(names.len())),
        command,
        names,
    };
    let repair = "reconcile --repair";
    let (lacking, left_over) = (skus(Allocation::is_less_than_orders), skus(Allocation::is_more_than_orders));
    let cancelled_there = orders::cancelled_there(database)?;
    let held = held::held_now(database)?.into_iter().map(|held| format!("{} {}", held.id, held.file.name));
    Ok(vec![
        of(HELD, "held", text::held, held.collect()),
        of("orders_cancelled_in_tempostar", "", text::orders_cancelled_in_tempostar, cancelled_there),
        of("orders_cancelled", "", text::orders_cancelled, changed.cancelled),
        of("orders_changed", "", text::orders_changed, changed.changed),
        of("orders_unshipped", "", text::orders_unshipped, unshipped),
        of("orders_without_allocation", repair, text::orders_without_allocation, lacking),
        of("allocations_without_orders", repair, text::allocations_without_orders, left_over),
        of("products_missing", "", text::products_missing, missing::missing_products(database)?),
        of("skus_missing", "", text::skus_missing, missing::missing_skus(database)?),
    ])
}

/// What is held is told by itself, too, when it begins: it stands in the list, and is no reason for one.
const HELD: &str = "held";

/// How much there is to do, without what is held.
pub(crate) fn count(work: &[HandWork]) -> u64 {
    work.iter().filter(|work| work.key != HELD).map(|work| as_count(work.names.len())).sum()
}
