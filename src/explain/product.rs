//! A product: its SKUs with their figures, and what product files did to it.

use anyhow::Result;
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use super::desk::Desk;
use super::show::Page;
use super::sku::{catalogue_json, show_catalogue};
use crate::books::history::{self, CatalogueChange, Kind};
use crate::shelf::Shelf;
use crate::text::{Text, explain as text};

/// How many SKUs the text shows.
const SKUS_SHOWN_MAX: usize = 50;

/// A product as the shop has it.
#[derive(Clone, Debug)]
pub(super) struct Product {
    code: String,
    name: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    /// Since when TEMPOSTAR's full files have not named it.
    missing_since: Option<String>,
    skus: Vec<Line>,
    changes: Vec<CatalogueChange>,
    work_dir: Shelf,
}

/// One SKU of it.
#[derive(Clone, Debug)]
struct Line {
    code: String,
    name: Option<String>,
    is_handled: bool,
    quantity: Option<i64>,
    allocated: Option<i64>,
    sellable: i64,
}

/// The product of this code.
pub(super) fn read(desk: &Desk<'_>, code: &str) -> Result<Option<Product>> {
    let found = desk.database.query_row(
        "SELECT products.name, products.created_at, products.updated_at, missing.since
         FROM products
         LEFT JOIN tempostar_missing_products AS missing ON missing.code = products.code
         WHERE products.code = ?1",
        [code],
        |row| {
            Ok(Product {
                code: code.to_owned(),
                name: row.get(0)?,
                created_at: row.get(1)?,
                updated_at: row.get(2)?,
                missing_since: row.get(3)?,
                skus: Vec::new(),
                changes: Vec::new(),
                work_dir: desk.work_dir.clone(),
            })
        },
    );
    let Some(mut product) = found.optional()? else { return Ok(None) };
    let mut statement = desk.database.prepare(
        "SELECT skus.code, skus.name, skus.handled, stock.quantity, stock.allocated, sellable_stock.sellable
         FROM skus
         JOIN sellable_stock ON sellable_stock.sku_code = skus.code
         LEFT JOIN stock ON stock.sku_code = skus.code
         WHERE skus.product_code = ?1
         ORDER BY skus.code",
    )?;
    let skus = statement.query_map([code], |row| {
        Ok(Line {
            code: row.get(0)?,
            name: row.get(1)?,
            is_handled: row.get(2)?,
            quantity: row.get(3)?,
            allocated: row.get(4)?,
            sellable: row.get(5)?,
        })
    })?;
    product.skus = skus.collect::<rusqlite::Result<_>>()?;
    product.changes =
        history::catalogue_changes(desk.database, Kind::Product, code, product.created_at.as_deref())?;
    Ok(Some(product))
}

impl Product {
    pub(super) fn show(&self, page: &mut Page) {
        page.heading(text::product_heading(&self.code, self.name.as_deref().unwrap_or("-")));
        let time = |time: &Option<String>| Text::same(time.as_deref().unwrap_or("-"));
        page.fact(text::created(), time(&self.created_at));
        page.fact(text::updated(), time(&self.updated_at));
        if let Some(since) = &self.missing_since {
            page.note(text::missing_since(since));
        }
        page.note(text::skus(self.skus.len()));
        page.table(self.skus.iter().take(SKUS_SHOWN_MAX).map(Line::row).collect());
        if self.skus.len() > SKUS_SHOWN_MAX {
            page.note(text::more_skus(self.skus.len() - SKUS_SHOWN_MAX));
        }
        show_catalogue(page, &self.changes);
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "code": self.code,
            "name": self.name,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "missing_since": self.missing_since,
            "skus": self.skus.iter().map(|sku| json!({
                "code": sku.code,
                "name": sku.name,
                "handled": sku.is_handled,
                "quantity": sku.quantity,
                "allocated": sku.allocated,
                "sellable": sku.sellable,
            })).collect::<Vec<_>>(),
            "catalogue_history": catalogue_json(&self.changes, &self.work_dir),
        })
    }
}

impl Line {
    fn row(&self) -> Vec<Text> {
        let figure = |figure: Option<i64>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
        vec![
            Text::same(&*self.code),
            text::sellable_figure(self.sellable),
            text::quantity_moved(&figure(self.quantity)),
            text::allocated_moved(&figure(self.allocated)),
            if self.is_handled { Text::default() } else { text::not_handled() },
        ]
    }
}
