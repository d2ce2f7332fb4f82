//! What the newest full files do not name: it stays in the shop, and is kept in lists, because deletions are not linked.

use anyhow::Result;
use rusqlite::Connection;

use super::rows::Ask;
use super::writing::Writing;
use super::{meta, set_meta};
use crate::moment::Moment;

words! {
    /// Of which kind of file the newest full one does not name a SKU.
    pub(crate) enum FullFile {
        Products = "products",
        Stock = "stock",
    }
}

impl FullFile {
    /// Where the own time of the newest one is kept.
    fn newest_key(self) -> &'static str {
        match self {
            Self::Products => "newest_full_product_file",
            Self::Stock => "newest_full_stock_file",
        }
    }

    /// An old file that a person feeds in again says nothing about what came after it.
    pub(crate) fn is_newest(self, shop: &Connection, file_time: Moment) -> Result<bool> {
        let newest: Option<Moment> = meta(shop, self.newest_key())?.map(|time| time.parse()).transpose()?;
        Ok(newest.is_none_or(|newest| newest <= file_time))
    }

    /// Keeps in temporary tables which SKUs are missing now and were not before, and which are named again by a file of
    /// that time.
    pub(crate) fn compare_skus(
        self,
        shop: &Connection,
        missing_sql: &str,
        is_named_sql: &str,
        file_time: Moment,
    ) -> Result<()> {
        let missing = format!(
            "SELECT code
             FROM ({missing_sql})
             WHERE code NOT IN (SELECT sku_code FROM tempostar_missing_skus WHERE kind = '{self}')"
        );
        let found = format!(
            "SELECT sku_code AS code
             FROM tempostar_missing_skus
             WHERE kind = '{self}' AND since <= '{file_time}' AND {is_named_sql}"
        );
        shop.begin_table_as("newly_missing_skus", &missing)?;
        shop.begin_table_as("found_skus", &found)
    }

    /// Writes what [`FullFile::compare_skus`] found.
    pub(crate) fn note(self, writing: &Writing<'_>, is_newest_full: bool) -> Result<()> {
        if is_newest_full {
            set_meta(writing.transaction, self.newest_key(), &writing.file_time.to_string())?;
        }
        writing.execute(
            "INSERT OR IGNORE INTO tempostar_missing_skus (kind, sku_code, since)
             SELECT ?1, code, ?2 FROM temp.newly_missing_skus",
            (self, writing.file_time),
        )?;
        writing.execute(
            "DELETE FROM tempostar_missing_skus WHERE kind = ?1 AND sku_code IN (SELECT code FROM temp.found_skus)",
            [self],
        )
    }
}

/// The shop's products that are missing from the newest full file, sorted by code: somebody has to delete them here, too.
pub(crate) fn missing_products(shop: &Connection) -> Result<Vec<String>> {
    shop.column(
        "SELECT code
         FROM tempostar_missing_products
         WHERE code IN (SELECT code FROM products)
         ORDER BY code",
        [],
    )
}

/// Likewise the SKUs that are missing from the newest full product or stock file, without those of missing products.
pub(crate) fn missing_skus(shop: &Connection) -> Result<Vec<String>> {
    shop.column(
        "SELECT DISTINCT sku_code
         FROM tempostar_missing_skus AS missing
         JOIN skus ON skus.code = missing.sku_code
         WHERE skus.product_code NOT IN (SELECT code FROM tempostar_missing_products)
         ORDER BY sku_code",
        [],
    )
}
