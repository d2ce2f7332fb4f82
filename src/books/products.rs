//! Questions about the shop's products.

use anyhow::Result;
use rusqlite::Connection;

use crate::books::rows::Ask;

/// The shop's products that are missing from the newest full file, sorted by code: deletions are not linked, somebody
/// has to delete them here, too.
pub(crate) fn missing_products(shop: &Connection) -> Result<Vec<String>> {
    shop.column(
        "SELECT code
         FROM tempostar_missing_products
         WHERE code IN (SELECT code FROM products)
         ORDER BY code",
        [],
    )
}
