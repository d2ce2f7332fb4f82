//! What speaks against a product file: looked for in what it would change. Rows whose price looks wrong, or that clear a name,
//! are held, all rows of such a product together; a file that is wrong as a whole is held as a whole.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Connection, Row};

use super::super::names::Names;
use super::Staged;
use super::columns::SKU_CODE;
use crate::books::history;
use crate::books::rows::{Ask, CODES, text_of};
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

/// A staged value, or the shop's own where the file does not have the column.
fn staged(columns: &[String], column: &str) -> String {
    let has = columns.iter().any(|known| known == column);
    format!("{}.{column}", if has { "staged" } else { "shop" })
}

pub(super) fn hold_none(shop: &Connection) -> Result<()> {
    shop.begin_table(HELD_ROWS, CODES)
}

/// What is looked for in the rows that would change a price or a name.
#[derive(Default)]
struct Found {
    wrong_prices: Names,
    /// Those, and those that get a digit more.
    odd_prices: Names,
    cleared_names: Names,
    /// The first changes of prices, and how many there are.
    changes: Vec<(i64, i64)>,
    changed: u64,
}

impl Found {
    /// Whether the row is to be held.
    fn look(&mut self, row: &Row<'_>, limits: &ProductGuard) -> Result<bool> {
        let code: String = row.get(0)?;
        let old = Prices { price: row.get(1)?, list_price: row.get(3)?, cost: row.get(5)? };
        let new = Prices { price: row.get(2)?, list_price: row.get(4)?, cost: row.get(6)? };
        self.changed += u64::from(old.price != new.price);
        let change = old.price.zip(new.price).filter(|(old, new)| old != new);
        self.changes.extend(change.filter(|_| self.changes.len() < CHANGES_MAX));
        let is_price_wrong = guards::is_price_wrong(&old, &new, limits);
        if is_price_wrong || guards::is_price_tenfold(&old, &new, limits) {
            let yen = |price: Option<i64>| price.map_or_else(|| "-".to_owned(), |price| price.to_string());
            let told = format!("{code} ({} → {})", yen(old.price), yen(new.price));
            self.odd_prices.add(&told);
            if is_price_wrong {
                self.wrong_prices.add(&told);
            }
        }
        let is_cleared =
            limits.unpublish_percent < 100 && loses_name(&code, &text_at(row, 7)?, &text_at(row, 8)?);
        if is_cleared {
            self.cleared_names.add(&code);
        }
        Ok(is_price_wrong || is_cleared)
    }
}

/// Finds the rows to be held, and why; which they are stands in [`HELD_ROWS`] then.
pub(super) fn hold_rows(
    shop: &Connection,
    columns: &[String],
    limits: &ProductGuard,
) -> Result<Vec<Problem>> {
    let [price, list_price, cost, name] =
        ["price", "list_price", "cost", "name"].map(|column| staged(columns, column));
    let sql = format!(
        "SELECT staged.code, CAST(shop.price AS INTEGER), {price}, CAST(shop.list_price AS INTEGER), {list_price},
                CAST(shop.cost AS INTEGER), {cost},
                shop.name, {name}
         {STAGED_AND_KNOWN_SQL}
         WHERE shop.price IS NOT {price} OR shop.name <> {name} OR (shop.name <> '' AND {name} IS NULL)
         ORDER BY staged.line"
    );
    let mut hold = shop.prepare(&format!("INSERT OR IGNORE INTO temp.{HELD_ROWS} VALUES (?1)"))?;
    let mut found = Found::default();
    shop.each(&sql, [], |row| {
        if found.look(row, limits)? {
            hold.execute([row.get::<_, String>(0)?])?;
        }
        Ok(())
    })?;
    let Found { wrong_prices, odd_prices, cleared_names, changes, changed } = found;
    let mut verdicts = Vec::new();
    if guards::are_prices_wrong(odd_prices.count(), changed, &changes) {
        let all = format!("SELECT staged.code {STAGED_AND_KNOWN_SQL} WHERE shop.price IS NOT {price}");
        shop.change(&format!("INSERT OR IGNORE INTO temp.{HELD_ROWS} {all}"), [])?;
        verdicts.push(text::guard_prices(odd_prices.count(), changed, &odd_prices.told()));
    } else {
        verdicts.extend(wrong_prices.problem(text::guard_price));
    }
    verdicts.extend(cleared_names.problem(text::guard_name));
    Ok(verdicts)
}

/// The staged products that the shop has. `CROSS JOIN` keeps SQLite from reading all products of the shop: it does not know
/// that mostly few are staged.
const STAGED_AND_KNOWN_SQL: &str = "
    FROM temp.staged_products AS staged
    CROSS JOIN main.products AS shop ON shop.code = staged.code";

fn loses_name(code: &str, old: &str, new: &str) -> bool {
    let is_none = new.is_empty() || (new == code && old != code);
    !old.is_empty() && (is_none || (guards::is_garbled(new) && !guards::is_garbled(old)))
}

/// A text, whatever the shop's application has put there; nothing is empty.
fn text_at(row: &Row<'_>, index: usize) -> Result<String> {
    Ok(text_of(row.get_ref(index)?).unwrap_or_default())
}

/// How many changes of prices are looked at together.
const CHANGES_MAX: usize = 50_000;

/// What is held of a file, and a hash of what that would change.
pub(super) fn held_rows(shop: &Connection, staged: &Staged, verdicts: Vec<Problem>) -> Result<HeldRows> {
    staged.compare(shop, "IN")?;
    let mut changes = Changes::hashed();
    staged.list(shop, &mut changes)?;
    Ok(HeldRows { verdicts, column: "商品コード", shown: changes.hash() })
}

pub(super) fn judge(
    incoming: &Incoming<'_>,
    columns: &[String],
    telling: &[String],
    lost: &[String],
    limits: &ProductGuard,
) -> Result<Vec<Problem>> {
    let (shop, from) = (incoming.shop, incoming.file_time - TimeDelta::hours(WINDOW_H));
    let count = |sql: &str| shop.value::<u64>(sql, []);
    let products = count("SELECT count(*) FROM main.products")?;
    if products == 0 {
        return Ok(Vec::new());
    }
    let rows = incoming.sheet.rows_read() - incoming.rejects.count();
    let created = count(
        "SELECT count(*) FROM temp.staged_products WHERE code NOT IN (SELECT code FROM main.products)",
    )?;
    let named = count("SELECT count(*) FROM temp.read_products")?;
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
    WHERE change.history_file_id = file.id AND file.file_time >= ?1 AND file.undoes IS NULL
      AND file.command = 'import-products'
      AND file.archived_as NOT IN (SELECT archived_as FROM tempostar_held WHERE state = 'approved')";

fn hidden(shop: &Connection, columns: &[String], from: Moment, facts: ProductFacts) -> Result<ProductFacts> {
    let (published, name) = (staged(columns, "published"), staged(columns, "name"));
    let is_hidden =
        format!("({published} IS NOT 1 OR (coalesce(shop.name, '') <> '' AND coalesce({name}, '') = ''))");
    let sql = format!("SELECT count(*) {STAGED_AND_KNOWN_SQL} WHERE shop.published = 1 AND {is_hidden}");
    let now: u64 = shop.value(&sql, [])?;
    if now == 0 {
        return Ok(facts);
    }
    // Hidden by another file, and not shown by this one.
    let sql = format!(
        "SELECT count(*)
         FROM main.products AS shop
         LEFT JOIN temp.staged_products AS staged ON staged.code = shop.code
         WHERE shop.published IS NOT 1 AND (staged.code IS NULL OR {published} IS NOT 1)
           AND shop.code IN (SELECT change.code {WINDOW_SQL} AND change.kind = 'product'
                               AND json_extract(change.changes, '$.published[0]') = 1)"
    );
    let before: u64 = shop.value(&sql, [from])?;
    let published: u64 = shop.value("SELECT count(*) FROM main.products WHERE published = 1", [])?;
    Ok(ProductFacts { unpublished: now + before, published: published + before, ..facts })
}

/// SKUs of a product's code beside those that the product has: what becomes of a file without SKUコード.
fn skus_beside(shop: &Connection) -> Result<u64> {
    shop.value(
        "SELECT count(*)
         FROM temp.staged_skus AS staged
         WHERE staged.code = staged.product_code AND staged.code NOT IN (SELECT code FROM main.skus)
           AND staged.code IN (SELECT product_code FROM main.skus)",
        [],
    )
}

fn moved(
    shop: &Connection,
    columns: &[String],
    beside: u64,
    from: Moment,
    facts: ProductFacts,
) -> Result<ProductFacts> {
    let moved: u64 = shop.value(
        "SELECT count(*)
         FROM temp.staged_skus AS staged
         CROSS JOIN main.skus AS shop ON shop.code = staged.code
         WHERE shop.product_code <> staged.product_code",
        [],
    )?;
    let has_names = columns.iter().any(|column| column == "name");
    let is_nameless = if has_names { "coalesce(name, '') = ''" } else { "true" };
    // Where products mostly have no name, it is no news.
    let sql = format!(
        "SELECT count(*)
         FROM temp.staged_products
         WHERE {is_nameless} AND code NOT IN (SELECT code FROM main.products)
           AND (SELECT 2 * count(*) FILTER (WHERE name <> '') > count(*) FROM main.products)"
    );
    let now = moved + beside + shop.value::<u64>(&sql, [])?;
    if now == 0 {
        return Ok(facts);
    }
    let sql = format!(
        "SELECT count(DISTINCT change.code) {WINDOW_SQL} AND change.kind = 'sku' AND NOT change.is_new
           AND json_extract(change.changes, '$.product_code[0]') IS NOT NULL
           AND change.code NOT IN (SELECT code FROM temp.staged_skus)"
    );
    let before: u64 = shop.value(&sql, [from])?;
    Ok(ProductFacts { moved: now + before, rows: facts.rows + before, ..facts })
}

fn renamed(shop: &Connection, columns: &[String], mut facts: ProductFacts) -> Result<ProductFacts> {
    if !columns.iter().any(|column| column == "name") {
        return Ok(facts);
    }
    let sql = format!(
        "WITH renamed (old, new) AS MATERIALIZED (
             SELECT shop.name, staged.name
             {STAGED_AND_KNOWN_SQL}
             WHERE shop.name <> '' AND staged.name <> '' AND shop.name <> staged.name
         ), taken AS MATERIALIZED (SELECT name FROM main.products WHERE name IN (SELECT new FROM renamed))
         SELECT old, new,
                new IN (SELECT name FROM taken)
                OR new IN (SELECT new FROM renamed GROUP BY new HAVING count(DISTINCT old) > 1)
         FROM renamed"
    );
    shop.each(&sql, [], |row| {
        let (old, new) = (text_at(row, 0)?, text_at(row, 1)?);
        facts.renamed += 1;
        facts.named_as_others += u64::from(row.get::<_, bool>(2)?);
        let is_otherwise = facts.created > facts.known && guards::have_nothing_in_common(&old, &new);
        facts.named_otherwise += u64::from(is_otherwise);
        Ok(())
    })?;
    Ok(facts)
}
