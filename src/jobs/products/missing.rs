//! The shop's products that TEMPOSTAR's newest full file does not name: they stay, and are kept in a list.

use anyhow::Result;
use rusqlite::{Connection, Statement};

use crate::books::Writing;
use crate::books::missing::FullFile;
use crate::moment::Moment;

/// The products of which a row was rejected: they are not missing from the file.
pub(super) fn begin_rejected(shop: &Connection) -> Result<Statement<'_>> {
    shop.execute_batch(
        "DROP TABLE IF EXISTS temp.rejected_products;
         CREATE TEMP TABLE rejected_products (code TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;",
    )?;
    Ok(shop.prepare("INSERT OR IGNORE INTO temp.rejected_products VALUES (?1)")?)
}

/// The shop's products that the file at hand names.
const NAMED_SQL: &str = "
    SELECT code FROM temp.read_products
    UNION
    SELECT code FROM temp.rejected_products";

/// Compares the list of the products that are missing from the newest full file with the file at hand. A product that
/// any file since then names is not missing any more. Gives whether the file at hand is the newest full one.
pub(super) fn compare_missing(shop: &Connection, file_time: Moment) -> Result<bool> {
    let is_newest_full = is_full(shop)? && FullFile::Products.is_newest(shop, file_time)?;
    let missing = if is_newest_full { "code NOT IN (SELECT code FROM temp.named_products)" } else { "false" };
    shop.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.named_products;
         CREATE TEMP TABLE named_products (code TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
         INSERT INTO temp.named_products {NAMED_SQL};
         DROP TABLE IF EXISTS temp.newly_missing;
         CREATE TEMP TABLE newly_missing AS
         SELECT code
         FROM products
         WHERE {missing} AND code NOT IN (SELECT code FROM tempostar_missing_products);
         DROP TABLE IF EXISTS temp.found_again;
         CREATE TEMP TABLE found_again AS
         SELECT code
         FROM tempostar_missing_products
         WHERE since <= '{file_time}' AND code IN (SELECT code FROM temp.named_products);"
    ))?;
    // The SKUs of a product that is missing itself go with it, and so do those of one with a rejected row.
    let missing = if is_newest_full { "true" } else { "false" };
    let missing = format!(
        "SELECT code
         FROM skus
         WHERE {missing} AND code NOT IN (SELECT code FROM temp.read_products)
           AND code NOT IN (SELECT code FROM temp.read_skus)
           AND product_code IN (SELECT code FROM temp.read_products)
           AND product_code NOT IN (SELECT code FROM temp.rejected_products)"
    );
    let is_named = "(sku_code IN (SELECT code FROM temp.read_skus) OR sku_code IN (SELECT code FROM temp.read_products))";
    FullFile::Products.compare_skus(shop, &missing, is_named, file_time)?;
    Ok(is_newest_full)
}

/// Writes what [`compare_missing`] found.
pub(super) fn note_missing(writing: &Writing<'_>, is_newest_full: bool) -> Result<()> {
    writing.execute(
        "INSERT OR IGNORE INTO tempostar_missing_products (code, since)
         SELECT code, ?1 FROM temp.newly_missing",
        [writing.file_time],
    )?;
    writing.execute(
        "DELETE FROM tempostar_missing_products WHERE code IN (SELECT code FROM temp.found_again)",
        [],
    )?;
    FullFile::Products.note_skus(writing)?;
    if is_newest_full {
        FullFile::Products.note_newest(writing)?;
    }
    Ok(())
}

/// Whether the file lists all products of TEMPOSTAR's, not only those that changed. Nothing in a file says so: it is
/// full if it names at least half of the shop's products, those aside that are known to be missing there.
fn is_full(shop: &Connection) -> Result<bool> {
    let sql = format!(
        "SELECT count(*) > 0 AND 2 * count(*) FILTER (WHERE code IN ({NAMED_SQL})) >= count(*)
         FROM products
         WHERE code NOT IN (SELECT code FROM tempostar_missing_products)"
    );
    Ok(shop.query_row(&sql, [], |row| row.get(0))?)
}
