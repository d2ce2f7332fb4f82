//! What speaks against a product file: looked for in what it would change. Rows whose price looks wrong, or that clear a name,
//! are held, all rows of such a product together; a file that is wrong as a whole is held as a whole.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Connection, Row, named_params};

use super::super::names::Names;
use super::Staged;
use super::columns::SKU_CODE;
use crate::books::history;
use crate::books::rows::text_of;
use crate::guards::{self, Prices, ProductFacts};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::report::Changes;
use crate::settings::ProductGuard;
use crate::sync::import::{HELD_ROWS, HeldRows, Incoming};
use crate::text::jobs as text;

/// The files of so many hours count together.
const WINDOW_H: i64 = 24;

/// The products whose rows are held.
const HELD: &str = "IN (SELECT code FROM temp.held_rows)";

/// A staged value, or the shop's own where the file does not have the column.
fn staged(columns: &[String], column: &str) -> String {
    let has = columns.iter().any(|known| known == column);
    format!("{}.{column}", if has { "staged" } else { "shop" })
}

/// Holds no rows.
pub(super) fn hold_none(shop: &Connection) -> Result<()> {
    let sql = format!(
        "DROP TABLE IF EXISTS {HELD_ROWS};
         CREATE TABLE {HELD_ROWS} (code TEXT PRIMARY KEY) WITHOUT ROWID;"
    );
    Ok(shop.execute_batch(&sql)?)
}

/// Finds the rows to be held, and why; which they are stands in [`HELD_ROWS`] then.
pub(super) fn hold_rows(
    shop: &Connection,
    columns: &[String],
    limits: &ProductGuard,
) -> Result<Vec<Problem>> {
    let [price, list_price, cost, name] =
        ["price", "list_price", "cost", "name"].map(|column| staged(columns, column));
    let mut statement = shop.prepare(&format!(
        "SELECT staged.code, CAST(shop.price AS INTEGER), {price}, CAST(shop.list_price AS INTEGER), {list_price},
                CAST(shop.cost AS INTEGER), {cost},
                shop.name, {name}
         FROM temp.staged_products AS staged
         JOIN main.products AS shop ON shop.code = staged.code
         WHERE shop.price IS NOT {price} OR shop.name <> {name} OR (shop.name <> '' AND {name} IS NULL)
         ORDER BY staged.line"
    ))?;
    let mut hold = shop.prepare(&format!("INSERT OR IGNORE INTO {HELD_ROWS} VALUES (?1)"))?;
    let (mut prices, mut cleared, mut changes, mut changed) =
        (Names::default(), Names::default(), Vec::new(), 0);
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let code: String = row.get(0)?;
        let old = Prices { price: row.get(1)?, list_price: row.get(3)?, cost: row.get(5)? };
        let new = Prices { price: row.get(2)?, list_price: row.get(4)?, cost: row.get(6)? };
        changed += u64::from(old.price != new.price);
        if let Some(change) =
            old.price.zip(new.price).filter(|(old, new)| old != new && changes.len() < CHANGES_MAX)
        {
            changes.push(change);
        }
        if guards::is_price_wrong(&old, &new, limits) {
            hold.execute([&code])?;
            let yen = |price: Option<i64>| price.map_or_else(|| "-".to_owned(), |price| price.to_string());
            prices.add(&format!("{code} ({} → {})", yen(old.price), yen(new.price)));
        }
        if limits.unpublish_percent < 100 && loses_name(&text_at(row, 7)?, &text_at(row, 8)?) {
            hold.execute([&code])?;
            cleared.add(&code);
        }
    }
    let mut verdicts = Vec::new();
    if guards::are_prices_wrong(prices.count(), changed, &changes) {
        shop.execute(
            &format!(
                "INSERT OR IGNORE INTO {HELD_ROWS}
                 SELECT staged.code
                 FROM temp.staged_products AS staged
                 JOIN main.products AS shop ON shop.code = staged.code
                 WHERE shop.price IS NOT {price}"
            ),
            [],
        )?;
        verdicts.push(text::guard_prices(prices.count(), changed, &prices.told()));
    } else if prices.count() > 0 {
        verdicts.push(text::guard_price(prices.count(), &prices.told()));
    }
    if cleared.count() > 0 {
        verdicts.push(text::guard_name(cleared.count(), &cleared.told()));
    }
    Ok(verdicts)
}

fn loses_name(old: &str, new: &str) -> bool {
    !old.is_empty() && (new.is_empty() || (guards::is_garbled(new) && !guards::is_garbled(old)))
}

/// A text, whatever the shop's application has put there; nothing is empty.
fn text_at(row: &Row<'_>, index: usize) -> Result<String> {
    Ok(text_of(row.get_ref(index)?).unwrap_or_default())
}

/// How many changes of prices are looked at together.
const CHANGES_MAX: usize = 50_000;

/// What is held of a file, and a hash of what that would change.
pub(super) fn held_rows(shop: &Connection, staged: &Staged, verdicts: Vec<Problem>) -> Result<HeldRows> {
    staged.products.compare(shop, &format!("code {HELD}"))?;
    staged.skus.compare(shop, &format!("product_code {HELD}"))?;
    let mut changes = Changes::hashed();
    staged.products.list(shop, &mut changes)?;
    staged.skus.list(shop, &mut changes)?;
    Ok(HeldRows { verdicts, column: "商品コード", shown: changes.hash() })
}

/// What speaks against the file as a whole.
pub(super) fn judge(
    incoming: &Incoming<'_>,
    columns: &[String],
    telling: &[String],
    lost: &[String],
    limits: &ProductGuard,
) -> Result<Vec<Problem>> {
    let (shop, from) = (incoming.shop, incoming.file_time - TimeDelta::hours(WINDOW_H));
    let products = count(shop, "SELECT count(*) FROM main.products")?;
    if products == 0 {
        return Ok(Vec::new());
    }
    let rows = incoming.sheet.rows_read() - incoming.rejects.count();
    let created = count(
        shop,
        "SELECT count(*) FROM temp.staged_products WHERE code NOT IN (SELECT code FROM main.products)",
    )?;
    let named = count(shop, "SELECT count(*) FROM temp.read_products")?;
    let facts = ProductFacts {
        rows,
        created,
        known: named - created,
        products: if is_first_day(shop, incoming.file_time)? { 0 } else { products },
        ..ProductFacts::default()
    };
    let facts = hidden(shop, columns, from, facts)?;
    let is_sku_code = |name: &String| name == SKU_CODE;
    let beside = if telling.iter().any(is_sku_code) { 0 } else { skus_beside(shop)? };
    if beside > 0 && lost.iter().any(is_sku_code) {
        return Ok(vec![text::guard_columns(SKU_CODE)]);
    }
    let facts = moved(shop, columns, beside, from, facts)?;
    Ok(guards::products(&renamed(shop, columns, facts)?, limits))
}

/// A shop's first products can come in many files.
fn is_first_day(shop: &Connection, file_time: Moment) -> Result<bool> {
    let load = history::first_load(shop, Job::Products)?;
    Ok(load.is_some_and(|load| file_time < load.at + TimeDelta::hours(WINDOW_H)))
}

/// What the files of the window changed, without what somebody has approved or undone.
const WINDOW_SQL: &str = "
    FROM tempostar_history_files AS file
    CROSS JOIN tempostar_catalogue_history AS change
    WHERE change.history_file_id = file.id AND file.file_time >= :from AND file.undoes IS NULL
      AND file.command = 'import-products'
      AND file.archived_as NOT IN (SELECT archived_as FROM tempostar_held WHERE state = 'approved')";

fn hidden(shop: &Connection, columns: &[String], from: Moment, facts: ProductFacts) -> Result<ProductFacts> {
    let (published, name) = (staged(columns, "published"), staged(columns, "name"));
    let is_hidden =
        format!("({published} IS NOT 1 OR (coalesce(shop.name, '') <> '' AND coalesce({name}, '') = ''))");
    let now = count(
        shop,
        &format!(
            "SELECT count(*)
             FROM temp.staged_products AS staged
             JOIN main.products AS shop ON shop.code = staged.code
             WHERE shop.published = 1 AND {is_hidden}"
        ),
    )?;
    if now == 0 {
        return Ok(facts);
    }
    // Hidden by another file, and not shown by this one.
    let before = shop.query_row(
        &format!(
            "SELECT count(*)
             FROM main.products AS shop
             LEFT JOIN temp.staged_products AS staged ON staged.code = shop.code
             WHERE shop.published IS NOT 1 AND (staged.code IS NULL OR {published} IS NOT 1)
               AND shop.code IN (SELECT change.code {WINDOW_SQL} AND change.kind = 'product'
                                   AND json_extract(change.changes, '$.published[0]') = 1)"
        ),
        named_params! { ":from": from },
        |row| row.get::<_, u64>(0),
    )?;
    let published = count(shop, "SELECT count(*) FROM main.products WHERE published = 1")?;
    Ok(ProductFacts { unpublished: now + before, published: published + before, ..facts })
}

/// SKUs of a product's code beside those that the product has: what becomes of a file without SKUコード.
fn skus_beside(shop: &Connection) -> Result<u64> {
    count(
        shop,
        "SELECT count(*)
         FROM temp.staged_skus AS staged
         WHERE staged.code = staged.product_code AND staged.code NOT IN (SELECT code FROM main.skus)
           AND staged.code IN (SELECT product_code FROM main.skus)",
    )
}

fn moved(
    shop: &Connection,
    columns: &[String],
    beside: u64,
    from: Moment,
    facts: ProductFacts,
) -> Result<ProductFacts> {
    let moved = count(
        shop,
        "SELECT count(*)
         FROM temp.staged_skus AS staged
         JOIN main.skus AS shop ON shop.code = staged.code
         WHERE shop.product_code <> staged.product_code",
    )?;
    let is_nameless =
        if columns.iter().any(|column| column == "name") { "coalesce(name, '') = ''" } else { "true" };
    // Where products mostly have no name, it is no news.
    let nameless = count(
        shop,
        &format!(
            "SELECT count(*)
             FROM temp.staged_products
             WHERE {is_nameless} AND code NOT IN (SELECT code FROM main.products)
               AND (SELECT 2 * count(*) FILTER (WHERE name <> '') > count(*) FROM main.products)"
        ),
    )?;
    let now = moved + beside + nameless;
    if now == 0 {
        return Ok(facts);
    }
    let before = shop.query_row(
        &format!(
            "SELECT count(DISTINCT change.code) {WINDOW_SQL} AND change.kind = 'sku' AND NOT change.is_new
               AND json_extract(change.changes, '$.product_code[0]') IS NOT NULL
               AND change.code NOT IN (SELECT code FROM temp.staged_skus)"
        ),
        named_params! { ":from": from },
        |row| row.get::<_, u64>(0),
    )?;
    Ok(ProductFacts { moved: now + before, rows: facts.rows + before, ..facts })
}

fn renamed(shop: &Connection, columns: &[String], mut facts: ProductFacts) -> Result<ProductFacts> {
    if !columns.iter().any(|column| column == "name") {
        return Ok(facts);
    }
    let mut statement = shop.prepare(
        "SELECT shop.name, staged.name, staged.name IN (SELECT name FROM main.products WHERE name <> '')
         FROM temp.staged_products AS staged
         JOIN main.products AS shop ON shop.code = staged.code
         WHERE shop.name <> '' AND staged.name <> '' AND shop.name <> staged.name",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (old, new) = (text_at(row, 0)?, text_at(row, 1)?);
        facts.renamed += 1;
        facts.named_as_others += u64::from(row.get::<_, bool>(2)?);
        let is_otherwise = facts.created > facts.known && guards::have_nothing_in_common(&old, &new);
        facts.named_otherwise += u64::from(is_otherwise);
    }
    Ok(facts)
}

fn count(shop: &Connection, sql: &str) -> Result<u64> {
    Ok(shop.query_row(sql, [], |row| row.get(0))?)
}
