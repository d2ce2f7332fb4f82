//! A SKU: its figures, the orders that its allocation consists of, and the history of both.

use anyhow::Result;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::desk::{CHANGES_SHOWN_MAX, Desk, merged, origin_json, origin_text};
use super::facts::Facts;
use crate::books::files;
use crate::books::history::{self, CatalogueChange, Changed, Fate, Figures, Kind, Origin, StockChange};
use crate::books::in_flight::{InFlight, in_flight_orders};
use crate::books::rows::{Record, Shown};
use crate::job::Job;
use crate::jobs::orders;
use crate::layout::{first_names, grouped, old_and_new};
use crate::moment::Moment;
use crate::settings::ReflectWhen;
use crate::text::{Text, explain as text};

const ORDERS_SHOWN_MAX: usize = 20;

/// How many later files are tried as the one that has computed the allocation.
const LATER_FILES_MAX: usize = 50;

record! {
    struct Sku of "skus" {
        pub product_code: String = "skus.product_code",
        pub name: Shown = "coalesce(skus.name, products.name)",
        pub is_handled: bool = "skus.handled",
        pub quantity: Option<i64> = "stock.quantity",
        pub allocated: Option<i64> = "stock.allocated",
        pub as_of: Option<Moment> = "iif(datetime(stock.as_of) = stock.as_of, stock.as_of, NULL)",
        pub sellable: i64 = "CAST(sellable_stock.sellable AS INTEGER)",
        pub created_at: Shown = "skus.created_at",
    }
}

words! {
    enum Unsellable {
        NotHandled = "not_handled" => text::not_handled,
        NoStock = "no_stock" => text::no_stock_yet,
        Negative = "negative" => text::negative,
        Zero = "zero" => text::zero,
        Allocated = "allocated" => text::all_allocated,
    }
}

pub(super) fn read(desk: &Desk<'_>, code: &str) -> Result<Option<Facts>> {
    let sku = Sku::first(
        desk.database,
        "LEFT JOIN products ON products.code = skus.product_code
         LEFT JOIN stock ON stock.sku_code = skus.code
         LEFT JOIN sellable_stock ON sellable_stock.sku_code = skus.code
         WHERE skus.code = ?1",
        [code],
    )?;
    let Some(sku) = sku else { return Ok(None) };
    let name = sku.name.as_deref();
    let mut facts = Facts::about(text::sku_heading(code, name.unwrap_or("-"), &sku.product_code));
    facts.member("code", code);
    facts.member("product_code", sku.product_code.as_str());
    facts.member("name", name);
    facts.member("handled", sku.is_handled);
    figures(&mut facts, desk, code, &sku)?;
    stock_history(&mut facts, desk, code, &sku)?;
    catalogue(&mut facts, desk, Kind::Sku, code, sku.created_at.as_deref())?;
    Ok(Some(facts))
}

/// What it has, what of it can be sold, and the orders that its allocation consists of.
fn figures(facts: &mut Facts, desk: &Desk<'_>, code: &str, sku: &Sku) -> Result<()> {
    let sellable = Text::same(grouped(sku.sellable.unsigned_abs()));
    let why = sku.unsellable();
    let shown = why.map_or(sellable.clone(), |why| sellable.because(&why.text()));
    facts.fact("sellable", sku.sellable, text::sellable(), Some(shown));
    facts.member("unsellable", json!(why));
    facts.member("unsellable_because", why.map(|why| why.text().get(desk.settings.language).to_owned()));
    let as_of = sku.as_of.map_or_else(|| "-".to_owned(), |as_of| as_of.to_string());
    let quantity = sku.quantity.map(|quantity| text::quantity_as_of(quantity, &as_of));
    facts.fact("quantity", sku.quantity, text::quantity(), quantity);
    let shown = sku.allocated.map(|allocated| Text::same(allocated.to_string()));
    facts.fact("allocated", sku.allocated, text::allocated(), shown);
    facts.member("as_of", json!(sku.as_of));
    let parts = match sku.allocated {
        Some(allocated) => allocation(desk, code, sku.as_of, allocated)?,
        None => Vec::new(),
    };
    let explained: i64 = parts.iter().map(|(order, _)| order.quantity).sum();
    let rows = parts.iter().map(|(order, why)| {
        let (order_no, quantity) = (&order.order_no, order.quantity);
        let json =
            json!({ "order_no": order_no, "quantity": quantity, "reason": why.get(desk.settings.language) });
        (json, vec![text::order_no(order_no), text::pieces(&quantity.to_string()), why.clone()])
    });
    facts.rows("orders", rows.collect(), ORDERS_SHOWN_MAX, text::more_orders);
    if let Some(allocated) = sku.allocated.filter(|allocated| *allocated != explained) {
        facts.note(text::allocation_differs(explained, allocated));
    }
    Ok(())
}

/// Its changes, newest first, and below them the first load, where that set what it had before.
fn stock_history(facts: &mut Facts, desk: &Desk<'_>, code: &str, sku: &Sku) -> Result<()> {
    let changes = history::stock_changes(desk.database, code)?;
    let is_first = |load: &Origin| match changes.last() {
        None => sku.as_of == Some(load.file_time),
        Some(oldest) => oldest.old.is_some() && load.id < oldest.origin.id,
    };
    let first_load = history::first_load(desk.database, Job::Stock)?.filter(is_first);
    let has_history = !changes.is_empty() || first_load.is_some();
    if has_history || sku.quantity.is_some() {
        facts.note(text::stock_history());
    }
    if !has_history && sku.quantity.is_some() {
        facts.note(text::no_changes(desk.settings.limits.history_days));
    }
    let mut rows: Vec<(Value, Vec<Text>)> = changes.iter().map(|change| shown(change, desk)).collect();
    // Where not all are shown, it is not either.
    let most = if rows.len() > CHANGES_SHOWN_MAX { CHANGES_SHOWN_MAX } else { usize::MAX };
    rows.extend(first_load.map(|load| {
        let at = Text::same(load.at.to_string());
        (origin_json(&load, desk), vec![at, Text::default(), Text::default(), origin_text(&load)])
    }));
    facts.rows("history", rows, most, |_| text::older_changes(changes.len() - CHANGES_SHOWN_MAX));
    Ok(())
}

/// The orders that the allocation consists of, by the rule of `import-stock`. It was computed for the last file that named
/// the SKU. That is the one of `as_of`, or a later one with the same figures: the newest one that explains the allocation.
fn allocation(
    desk: &Desk<'_>,
    code: &str,
    as_of: Option<Moment>,
    allocated: i64,
) -> Result<Vec<(InFlight, Text)>> {
    let as_of = as_of.unwrap_or_else(|| desk.clock.now());
    let mut later = files::applied_times_after(desk.database, Job::Stock, as_of, LATER_FILES_MAX)?;
    later.push(as_of);
    let mut parts = Vec::new();
    let mut counted_for = as_of;
    for file_time in later {
        parts = in_flight_orders(desk.database, desk.settings, code, file_time)?;
        counted_for = file_time;
        if parts.iter().map(|order| order.quantity).sum::<i64>() == allocated {
            break;
        }
    }
    parts.into_iter().map(|order| Ok((order.clone(), why(desk, &order, counted_for)?))).collect()
}

/// Why an order is a part of it.
fn why(desk: &Desk<'_>, order: &InFlight, file_time: Moment) -> Result<Text> {
    let lag_min = desk.settings.stock.reflect_lag.num_minutes();
    let file = file_time.to_string();
    let counts_until = |time: Moment| (time + TimeDelta::minutes(lag_min)).to_string();
    Ok(match (order.exported_at, desk.settings.stock.reflect_when, order.taken_at) {
        (Some(sent), _, _) if order.is_added => text::added_part(&sent.to_string()),
        (None, _, _) if order.is_provisional => text::provisional_part(),
        (None, _, _) => {
            let held_back =
                orders::held_back_because(desk.database, desk.settings, desk.clock.now(), &order.order_no)?;
            held_back.map_or_else(text::unsent_part, |hold| text::held_back().because(&hold.reason))
        }
        (Some(sent), ReflectWhen::Sent, taken) => match (taken, order.seen_lying_at) {
            (None, _) if sent <= file_time - desk.settings.stock.reflect_lag => {
                text::untaken_part(&sent.to_string())
            }
            (Some(_), Some(lying)) if lying > sent => {
                text::lay_there_part(&sent.to_string(), &lying.to_string(), &counts_until(lying))
            }
            _ => text::sent_part(&sent.to_string(), &file, &counts_until(sent)),
        },
        (Some(sent), ReflectWhen::Taken, None) => text::untaken_part(&sent.to_string()),
        (Some(_), ReflectWhen::Taken, Some(taken)) => {
            text::taken_part(&taken.to_string(), &file, &counts_until(taken))
        }
    })
}

impl Sku {
    fn unsellable(&self) -> Option<Unsellable> {
        match (self.quantity, self.allocated) {
            _ if !self.is_handled => Some(Unsellable::NotHandled),
            (None, _) => Some(Unsellable::NoStock),
            (Some(..0), _) => Some(Unsellable::Negative),
            (Some(0), _) => Some(Unsellable::Zero),
            (quantity, allocated) if allocated >= quantity => Some(Unsellable::Allocated),
            _ => None,
        }
    }
}

/// `12 → 10`, or what stayed.
fn moved(old: Option<i64>, new: Option<i64>) -> String {
    let shown = |figure: Option<i64>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
    if old == new { shown(new) } else { format!("{} → {}", shown(old), shown(new)) }
}

fn shown(change: &StockChange, desk: &Desk<'_>) -> (Value, Vec<Text>) {
    let both = |figure: fn(Figures) -> i64| (change.old.map(figure), change.new.map(figure));
    let (old_quantity, quantity) = both(|figures| figures.quantity);
    let (old_allocated, allocated) = both(|figures| figures.allocated);
    let figures = json!({
        "old_quantity": old_quantity,
        "old_allocated": old_allocated,
        "quantity": quantity,
        "allocated": allocated,
    });
    let cells = vec![
        Text::same(change.origin.at.to_string()),
        text::quantity_moved(&moved(old_quantity, quantity)),
        text::allocated_moved(&moved(old_allocated, allocated)),
        origin_text(&change.origin),
    ];
    (merged(origin_json(&change.origin, desk), figures), cells)
}

/// What product files did to a product or SKU.
pub(super) fn catalogue(
    facts: &mut Facts,
    desk: &Desk<'_>,
    kind: Kind,
    code: &str,
    created_at: Option<&str>,
) -> Result<()> {
    let changes = history::catalogue_changes(desk.database, kind, code, created_at)?;
    if !changes.is_empty() {
        facts.note(text::catalogue_history());
    }
    let rows = changes.iter().map(|change| catalogue_row(change, desk)).collect();
    facts.rows("catalogue_history", rows, CHANGES_SHOWN_MAX, text::older_changes);
    Ok(())
}

fn catalogue_row(change: &CatalogueChange, desk: &Desk<'_>) -> (Value, Vec<Text>) {
    let what = match change.fate {
        Fate::Created => text::created(),
        Fate::Updated => text::updated(),
        Fate::Removed => text::removed(),
    };
    let value = |value: &Changed| (value.column.clone(), json!([value.old, value.new]));
    let values: Map<String, Value> = change.values.iter().map(value).collect();
    let json = json!({ "what": change.fate, "values": values });
    let at = Text::same(change.origin.at.to_string());
    let cells = vec![at, what, origin_text(&change.origin), values_text(&change.values)];
    (merged(origin_json(&change.origin, desk), json), cells)
}

const VALUES_SHOWN_MAX: usize = 5;

fn values_text(values: &[Changed]) -> Text {
    let told: Vec<String> = values
        .iter()
        .map(|value| format!("{} {}", value.column, old_and_new(&value.old, &value.new)))
        .collect();
    Text::same(first_names(&told.iter().map(String::as_str).collect::<Vec<_>>(), VALUES_SHOWN_MAX))
}
