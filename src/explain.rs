//! `explain`: where a value comes from. For a SKU: what its figures consist of, why it cannot be sold, and which run, file
//! and line set them; for an order: where it is on its way, and what came back about it. Reads only, and never shows a
//! customer's data.

mod desk;
mod order;
mod product;
pub(crate) mod show;
mod sku;

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, json};

use self::desk::Desk;
use self::order::Order;
use self::product::Product;
use self::show::Page;
use self::sku::Sku;
use crate::books;
use crate::moment::Clock;
use crate::problem::{Failure, Problem};
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::sync::failure_of;
use crate::text::{Language, explain as text};

/// How many similar codes are named when there is none like the one asked for.
const SIMILAR_MAX: usize = 5;

/// What is known of a code.
#[derive(Clone, Debug)]
pub(crate) struct Explained {
    asked: String,
    environment: &'static str,
    sku: Option<Sku>,
    product: Option<Product>,
    order: Option<Order>,
    /// Codes that begin likewise, where nothing was found.
    similar: Vec<String>,
}

/// Looks up what the shop knows of a SKU, a product or an order. Changes nothing.
pub(crate) fn run(settings: &Settings, clock: &Clock, asked: &str) -> Result<Explained, Failure> {
    books::look(settings, |database| read(database, settings, clock, asked.trim()))
        .map_err(|error| failure_of(&error))
}

fn read(database: &Connection, settings: &Settings, clock: &Clock, asked: &str) -> Result<Explained> {
    let desk = Desk { database, settings, clock, work_dir: Shelf::at(&settings.work_dir) };
    let sku = sku::read(&desk, asked)?;
    let product = product::read(&desk, asked)?;
    let order = match order::read(&desk, asked)? {
        None => match asked.strip_prefix(&format!("{}-", settings.shop.code)) {
            Some(order_no) => order::read(&desk, order_no)?,
            None => None,
        },
        order => order,
    };
    let is_found = sku.is_some() || product.is_some() || order.is_some();
    let similar = if is_found { Vec::new() } else { similar(database, asked)? };
    let environment = settings.environment.as_str();
    Ok(Explained { asked: asked.to_owned(), environment, sku, product, order, similar })
}

/// Codes and numbers that begin with what was asked for, whatever its case.
fn similar(database: &Connection, asked: &str) -> Result<Vec<String>> {
    let mut statement = database.prepare(
        "SELECT code FROM (SELECT code FROM skus WHERE code LIKE ?1 ESCAPE '\\' ORDER BY code LIMIT ?2)
         UNION
         SELECT code FROM (SELECT code FROM products WHERE code LIKE ?1 ESCAPE '\\' ORDER BY code LIMIT ?2)
         UNION
         SELECT order_no FROM (SELECT order_no FROM orders WHERE order_no LIKE ?1 ESCAPE '\\' ORDER BY order_no LIMIT ?2)
         ORDER BY 1
         LIMIT ?2",
    )?;
    let escaped = asked.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    if escaped.is_empty() {
        return Ok(Vec::new());
    }
    let codes = statement.query_map((format!("{escaped}%"), SIMILAR_MAX), |row| row.get(0))?;
    Ok(codes.collect::<rusqlite::Result<_>>()?)
}

impl Explained {
    /// What is told when the shop has nothing of this code.
    pub(crate) fn problem(&self) -> Option<Problem> {
        if self.sku.is_some() || self.product.is_some() || self.order.is_some() {
            return None;
        }
        Some(match self.similar.is_empty() {
            true => text::unknown_code(&self.asked),
            false => text::unknown_code_similar(&self.asked, &self.similar.join(", ")),
        })
    }

    /// For a person; empty when nothing was found.
    pub(crate) fn text(&self, language: Language) -> String {
        let mut page = Page::default();
        if let Some(order) = &self.order {
            order.show(&mut page);
        }
        if let Some(sku) = &self.sku {
            sku.show(&mut page);
        }
        if let Some(product) = &self.product {
            product.show(&mut page);
        }
        page.text(language)
    }

    /// For programs.
    pub(crate) fn json(&self, language: Language) -> Value {
        json!({
            "command": "explain",
            "environment": self.environment,
            "asked": self.asked,
            "sku": self.sku.as_ref().map(|sku| sku.json(language)),
            "product": self.product.as_ref().map(Product::json),
            "order": self.order.as_ref().map(|order| order.json(language)),
            "similar": self.similar,
        })
    }
}
