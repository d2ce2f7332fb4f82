//! A SKU: its figures, the orders that its allocation consists of, and the history of both.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value, json};

use super::desk::{CHANGES_SHOWN_MAX, Desk, merged, origin_json, origin_text};
use super::show::Page;
use crate::books::files;
use crate::books::history::{self, CatalogueChange, Changed, Fate, Figures, Kind, Origin, StockChange};
use crate::books::in_flight::{InFlight, in_flight_orders};
use crate::job::Job;
use crate::jobs::orders;
use crate::layout::{first_names, grouped, old_and_new};
use crate::moment::Moment;
use crate::settings::ReflectWhen;
use crate::shelf::Shelf;
use crate::text::{Language, Text, explain as text};

/// How many orders of the allocation the text shows.
const ORDERS_SHOWN_MAX: usize = 20;

/// How many later files are tried as the one that has computed the allocation.
const LATER_FILES_MAX: usize = 50;

/// A SKU as the shop has it.
#[derive(Clone, Debug)]
pub(super) struct Sku {
    code: String,
    product_code: String,
    name: Option<String>,
    is_handled: bool,
    stock: Option<Stock>,
    sellable: i64,
    created_at: Option<String>,
    changes: Vec<StockChange>,
    /// The first load, where it is what the SKU had before its first change.
    first_load: Option<Origin>,
    catalogue: Vec<CatalogueChange>,
    history_days: u32,
    work_dir: Shelf,
}

#[derive(Clone, Debug)]
struct Stock {
    quantity: i64,
    allocated: i64,
    as_of: Option<Moment>,
    orders: Vec<Part>,
}

/// One order in the allocation.
#[derive(Clone, Debug)]
struct Part {
    order_no: String,
    quantity: i64,
    why: Text,
}

/// Why a SKU cannot be sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unsellable {
    NotHandled,
    NoStock,
    Negative,
    Zero,
    Allocated,
}

impl Unsellable {
    fn code(self) -> &'static str {
        match self {
            Self::NotHandled => "not_handled",
            Self::NoStock => "no_stock",
            Self::Negative => "negative",
            Self::Zero => "zero",
            Self::Allocated => "allocated",
        }
    }

    fn text(self) -> Text {
        match self {
            Self::NotHandled => text::not_handled(),
            Self::NoStock => text::no_stock_yet(),
            Self::Negative => text::negative(),
            Self::Zero => text::zero(),
            Self::Allocated => text::all_allocated(),
        }
    }
}

/// The SKU of this code.
pub(super) fn read(desk: &Desk<'_>, code: &str) -> Result<Option<Sku>> {
    let found = desk.database.query_row(
        "SELECT skus.product_code, coalesce(skus.name, products.name), skus.handled, stock.quantity, stock.allocated,
                stock.as_of, sellable_stock.sellable, skus.created_at
         FROM skus
         LEFT JOIN products ON products.code = skus.product_code
         LEFT JOIN stock ON stock.sku_code = skus.code
         LEFT JOIN sellable_stock ON sellable_stock.sku_code = skus.code
         WHERE skus.code = ?1",
        [code],
        |row| {
            let figures: (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
            let as_of: Option<Moment> = row.get(5)?;
            let stock = figures.0.zip(figures.1);
            Ok(Sku {
                code: code.to_owned(),
                product_code: row.get(0)?,
                name: row.get(1)?,
                is_handled: row.get(2)?,
                stock: stock.map(|(quantity, allocated)| Stock { quantity, allocated, as_of, orders: Vec::new() }),
                sellable: row.get(6)?,
                created_at: row.get(7)?,
                changes: Vec::new(),
                first_load: None,
                catalogue: Vec::new(),
                history_days: desk.settings.limits.history_days,
                work_dir: desk.work_dir.clone(),
            })
        },
    );
    let Some(mut sku) = found.optional()? else { return Ok(None) };
    if let Some(stock) = &mut sku.stock {
        stock.orders = allocation(desk, code, stock)?;
    }
    sku.changes = history::stock_changes(desk.database, code)?;
    sku.first_load = first_load(desk.database, &sku)?;
    sku.catalogue = history::catalogue_changes(desk.database, Kind::Sku, code, sku.created_at.as_deref())?;
    Ok(Some(sku))
}

/// The first load set what the SKU had before its first recorded change.
fn first_load(database: &Connection, sku: &Sku) -> Result<Option<Origin>> {
    let as_of = sku.stock.as_ref().and_then(|stock| stock.as_of);
    Ok(history::first_load(database, Job::Stock)?.filter(|load| match sku.changes.last() {
        None => as_of == Some(load.file_time),
        Some(oldest) => oldest.old.is_some() && load.id < oldest.origin.id,
    }))
}

/// The orders that the allocation consists of, by the rule of `import-stock`. It was computed for the last file that named
/// the SKU. That is the one of `as_of`, or a later one with the same figures: the newest one that explains the allocation.
fn allocation(desk: &Desk<'_>, code: &str, stock: &Stock) -> Result<Vec<Part>> {
    let as_of = stock.as_of.unwrap_or_else(|| desk.clock.now());
    let mut later = files::applied_times_after(desk.database, Job::Stock, as_of, LATER_FILES_MAX)?;
    later.push(as_of);
    let mut parts = Vec::new();
    let mut counted_for = as_of;
    for file_time in later {
        parts = in_flight_orders(desk.database, desk.settings, code, file_time)?;
        counted_for = file_time;
        if parts.iter().map(|order| order.quantity).sum::<i64>() == stock.allocated {
            break;
        }
    }
    parts.into_iter().map(|order| part(desk, order, counted_for)).collect()
}

fn part(desk: &Desk<'_>, order: InFlight, file_time: Moment) -> Result<Part> {
    let lag_min = desk.settings.stock.reflect_lag.num_minutes();
    let file = file_time.to_string();
    let counts_until = |time: Moment| (time + TimeDelta::minutes(lag_min)).to_string();
    let why = match (order.exported_at, desk.settings.stock.reflect_when, order.taken_at) {
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
    };
    Ok(Part { order_no: order.order_no, quantity: order.quantity, why })
}

impl Sku {
    fn unsellable(&self) -> Option<Unsellable> {
        match &self.stock {
            _ if !self.is_handled => Some(Unsellable::NotHandled),
            None => Some(Unsellable::NoStock),
            Some(stock) if stock.quantity < 0 => Some(Unsellable::Negative),
            Some(stock) if stock.quantity == 0 => Some(Unsellable::Zero),
            Some(stock) if stock.allocated >= stock.quantity => Some(Unsellable::Allocated),
            Some(_) => None,
        }
    }

    pub(super) fn show(&self, page: &mut Page) {
        page.heading(text::sku_heading(&self.code, self.name.as_deref().unwrap_or("-"), &self.product_code));
        let sellable = Text::same(grouped(self.sellable.unsigned_abs()));
        page.fact(
            text::sellable(),
            match self.unsellable() {
                Some(why) => sellable.because(&why.text()),
                None => sellable,
            },
        );
        if let Some(stock) = &self.stock {
            let as_of = stock.as_of.map_or_else(|| "-".to_owned(), |as_of| as_of.to_string());
            page.fact(text::quantity(), text::quantity_as_of(stock.quantity, &as_of));
            page.fact(text::allocated(), Text::same(stock.allocated.to_string()));
            stock.show_orders(page);
        }
        self.show_changes(page);
        show_catalogue(page, &self.catalogue);
    }

    fn show_changes(&self, page: &mut Page) {
        page.note(text::stock_history());
        let mut rows: Vec<Vec<Text>> = self.changes.iter().take(CHANGES_SHOWN_MAX).map(change_row).collect();
        if self.changes.len() > CHANGES_SHOWN_MAX {
            page.table(rows);
            page.note(text::older_changes(self.changes.len() - CHANGES_SHOWN_MAX));
            return;
        }
        rows.extend(self.first_load.iter().map(|load| {
            vec![Text::same(load.at.to_string()), Text::default(), Text::default(), origin_text(load)]
        }));
        if rows.is_empty() && self.stock.is_some() {
            page.note(text::no_changes(self.history_days));
        }
        page.table(rows);
    }

    pub(super) fn json(&self, language: Language) -> Value {
        let stock = self.stock.as_ref();
        let unsellable = self.unsellable();
        let mut changes: Vec<Value> = self.changes.iter().map(|change| self.change_json(change)).collect();
        changes.extend(self.first_load.iter().map(|load| origin_json(load, &self.work_dir)));
        json!({
            "code": self.code,
            "product_code": self.product_code,
            "name": self.name,
            "handled": self.is_handled,
            "quantity": stock.map(|stock| stock.quantity),
            "allocated": stock.map(|stock| stock.allocated),
            "as_of": stock.and_then(|stock| stock.as_of),
            "sellable": self.sellable,
            "unsellable": unsellable.map(Unsellable::code),
            "unsellable_because": unsellable.map(|why| why.text().get(language).to_owned()),
            "orders": stock.map_or(&[][..], |stock| &stock.orders).iter().map(|part| json!({
                "order_no": part.order_no,
                "quantity": part.quantity,
                "reason": part.why.get(language),
            })).collect::<Vec<_>>(),
            "history": changes,
            "catalogue_history": catalogue_json(&self.catalogue, &self.work_dir),
        })
    }

    fn change_json(&self, change: &StockChange) -> Value {
        let old = |figure: fn(Figures) -> i64| change.old.map(figure);
        merged(
            origin_json(&change.origin, &self.work_dir),
            json!({
                "old_quantity": old(|old| old.quantity),
                "old_allocated": old(|old| old.allocated),
                "quantity": change.new.map(|new| new.quantity),
                "allocated": change.new.map(|new| new.allocated),
            }),
        )
    }
}

impl Stock {
    fn show_orders(&self, page: &mut Page) {
        let rows =
            self.orders.iter().take(ORDERS_SHOWN_MAX).map(|part| {
                vec![text::order_no(&part.order_no), text::pieces(part.quantity), part.why.clone()]
            });
        page.table(rows.collect());
        if self.orders.len() > ORDERS_SHOWN_MAX {
            page.note(text::more_orders(self.orders.len() - ORDERS_SHOWN_MAX));
        }
        let explained: i64 = self.orders.iter().map(|part| part.quantity).sum();
        if explained != self.allocated {
            page.note(text::allocation_differs(explained, self.allocated));
        }
    }
}

/// `12 → 10`, or what stayed.
fn moved(old: Option<i64>, new: Option<i64>) -> String {
    let shown = |figure: Option<i64>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
    if old == new { shown(new) } else { format!("{} → {}", shown(old), shown(new)) }
}

fn change_row(change: &StockChange) -> Vec<Text> {
    let figures = |figure: fn(Figures) -> i64| moved(change.old.map(figure), change.new.map(figure));
    vec![
        Text::same(change.origin.at.to_string()),
        text::quantity_moved(&figures(|figures| figures.quantity)),
        text::allocated_moved(&figures(|figures| figures.allocated)),
        origin_text(&change.origin),
    ]
}

/// What product files did to a product or SKU.
pub(super) fn show_catalogue(page: &mut Page, changes: &[CatalogueChange]) {
    if changes.is_empty() {
        return;
    }
    page.note(text::catalogue_history());
    let rows = changes.iter().take(CHANGES_SHOWN_MAX).map(|change| {
        let what = match change.fate {
            Fate::Created => text::created(),
            Fate::Updated => text::updated(),
            Fate::Removed => text::removed(),
        };
        vec![
            Text::same(change.origin.at.to_string()),
            what,
            origin_text(&change.origin),
            values_text(&change.values),
        ]
    });
    page.table(rows.collect());
    if changes.len() > CHANGES_SHOWN_MAX {
        page.note(text::older_changes(changes.len() - CHANGES_SHOWN_MAX));
    }
}

/// How many values of a change the text shows.
const VALUES_SHOWN_MAX: usize = 5;

fn values_text(values: &[Changed]) -> Text {
    let told: Vec<String> = values
        .iter()
        .map(|value| format!("{} {}", value.column, old_and_new(&value.old, &value.new)))
        .collect();
    Text::same(first_names(&told.iter().map(String::as_str).collect::<Vec<_>>(), VALUES_SHOWN_MAX))
}

pub(super) fn catalogue_json(changes: &[CatalogueChange], work_dir: &Shelf) -> Vec<Value> {
    let change = |change: &CatalogueChange| {
        let value = |value: &Changed| (value.column.clone(), json!([value.old, value.new]));
        let values: Map<String, Value> = change.values.iter().map(value).collect();
        merged(origin_json(&change.origin, work_dir), json!({ "what": change.fate, "values": values }))
    };
    changes.iter().map(change).collect()
}
