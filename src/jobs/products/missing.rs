//! The shop's products that TEMPOSTAR's newest full file does not name: they stay, and are kept in a list.

use anyhow::Result;
use rusqlite::{Connection, Statement};

use crate::books::Writing;
use crate::books::missing::FullFile;
use crate::books::rows::{Ask, CODES};
use crate::moment::Moment;

/// The products of which a row was rejected: they are not missing from the file.
pub(super) fn begin_rejected(shop: &Connection) -> Result<Statement<'_>> {
    shop.begin_table("rejected_products", CODES)?;
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
    shop.begin_table("named_products", CODES)?;
    shop.change(&format!("INSERT INTO temp.named_products {NAMED_SQL}"), [])?;
    let missing = format!(
        "SELECT code
         FROM products
         WHERE {is_newest_full} AND code NOT IN (SELECT code FROM temp.named_products)
           AND code NOT IN (SELECT code FROM tempostar_missing_products)"
    );
    shop.begin_table_as("newly_missing", &missing)?;
    let found = format!(
        "SELECT code
         FROM tempostar_missing_products
         WHERE since <= '{file_time}' AND code IN (SELECT code FROM temp.named_products)"
    );
    shop.begin_table_as("found_again", &found)?;
    // The SKUs of a product that is missing itself go with it, and so do those of one with a rejected row.
    let missing = format!(
        "SELECT code
         FROM skus
         WHERE {is_newest_full} AND code NOT IN (SELECT code FROM temp.read_products)
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
    FullFile::Products.note(writing, is_newest_full)
}

/// Whether the file lists all products of TEMPOSTAR's, not only those that changed. Nothing in a file says so: it is
/// full if it names at least half of the shop's products, those aside that are known to be missing there.
fn is_full(shop: &Connection) -> Result<bool> {
    let sql = format!(
        "SELECT count(*) > 0 AND 2 * count(*) FILTER (WHERE code IN ({NAMED_SQL})) >= count(*)
         FROM products
         WHERE code NOT IN (SELECT code FROM tempostar_missing_products)"
    );
    shop.value(&sql, [])
}
