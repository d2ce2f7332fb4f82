//! A product: its SKUs with their figures, and what product files did to it.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};

use super::desk::Desk;
use super::facts::{Facts, or_dash};
use super::sku::catalogue;
use crate::books::history::Kind;
use crate::books::rows::{Record, Shown};
use crate::text::{Text, explain as text};

const SKUS_SHOWN_MAX: usize = 50;

record! {
    struct Product of "products" {
        pub name: Shown,
        pub created_at: Shown,
        pub updated_at: Shown,
        /// Since when TEMPOSTAR's full files have not named it.
        pub missing_since: Option<String> = "(SELECT since
                                              FROM tempostar_missing_products AS missing
                                              WHERE missing.code = products.code)",
    }
}

record! {
    #[derive(Serialize)]
    struct Sku of "skus" {
        pub code: String = "skus.code",
        pub name: Shown = "skus.name",
        pub handled: bool = "skus.handled",
        pub quantity: Option<i64> = "stock.quantity",
        pub allocated: Option<i64> = "stock.allocated",
        pub sellable: i64 = "CAST(sellable_stock.sellable AS INTEGER)",
    }
}

pub(super) fn read(desk: &Desk<'_>, code: &str) -> Result<Option<Facts>> {
    let Some(product) = Product::first(desk.database, "WHERE code = ?1", [code])? else { return Ok(None) };
    let name = product.name.as_deref();
    let mut facts = Facts::about(text::product_heading(code, name.unwrap_or("-")));
    facts.member("code", code);
    facts.member("name", name);
    let (created_at, updated_at) = (product.created_at, product.updated_at);
    facts.fact("created_at", created_at.as_deref(), text::created(), Some(or_dash(&created_at)));
    facts.fact("updated_at", updated_at.as_deref(), text::updated(), Some(or_dash(&updated_at)));
    facts.member("missing_since", product.missing_since.as_deref());
    if let Some(since) = &product.missing_since {
        facts.note(text::missing_since(since));
    }
    let skus = Sku::all(
        desk.database,
        "JOIN sellable_stock ON sellable_stock.sku_code = skus.code
         LEFT JOIN stock ON stock.sku_code = skus.code
         WHERE skus.product_code = ?1
         ORDER BY skus.code",
        [code],
    )?;
    facts.note(text::skus(skus.len()));
    facts.rows("skus", skus.iter().map(Sku::shown).collect(), SKUS_SHOWN_MAX, text::more_skus);
    catalogue(&mut facts, desk, Kind::Product, code, created_at.as_deref())?;
    Ok(Some(facts))
}

impl Sku {
    fn shown(&self) -> (Value, Vec<Text>) {
        let figure = |figure: Option<i64>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
        let cells = vec![
            Text::same(&self.code),
            text::sellable_figure(self.sellable),
            text::quantity_moved(&figure(self.quantity)),
            text::allocated_moved(&figure(self.allocated)),
            if self.handled { Text::default() } else { text::not_handled() },
        ];
        (json!(self), cells)
    }
}
