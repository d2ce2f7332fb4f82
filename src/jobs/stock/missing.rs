//! The SKUs that a full stock file names, as hashes: eight bytes of each, however large the file.

use anyhow::Result;
use rusqlite::Connection;

use crate::books::missing::FullFile;
use crate::books::rows::{Ask, CODES};
use crate::hashing::key;
use crate::moment::Moment;
use crate::settings::StockFiles;

/// A file that names at least so many of the SKUs that have stock is full.
const FULL_PERCENT: u64 = 90;

#[derive(Default)]
pub(super) struct Named {
    keys: Vec<u64>,
    /// How many of its rows name an SKU that has stock.
    pub(super) matched: u64,
    /// Whether it was seen already that it names each SKU that has stock, and that there are some.
    pub(super) are_all: bool,
}

impl Named {
    pub(super) fn add(&mut self, code: &str) {
        self.keys.push(key(code));
    }

    /// Compares the list of the SKUs that are missing from the newest full file with the file at hand. Gives whether that is
    /// the newest full one.
    pub(super) fn compare(mut self, shop: &Connection, files: StockFiles, file_time: Moment) -> Result<bool> {
        let rows = self.keys.len();
        self.keys.sort_unstable();
        self.keys.dedup();
        let names_each_once = self.keys.len() == rows;
        let is_newest_full = self.is_full(shop, files)? && FullFile::Stock.is_newest(shop, file_time)?;
        shop.begin_table("unnamed_skus", CODES)?;
        let known = "SELECT sku_code FROM tempostar_missing_skus WHERE kind = 'stock'";
        // To walk along a million SKUs takes as long as all the rest of the usual file.
        let names_all = is_newest_full && (self.are_all || names_each_once && self.matches_all(shop)?);
        let all = match is_newest_full && !names_all {
            true => format!(
                "SELECT sku_code FROM stock UNION ALL {known} AND sku_code NOT IN (SELECT sku_code FROM stock)"
            ),
            false => known.to_owned(),
        };
        let mut insert = shop.prepare("INSERT INTO temp.unnamed_skus VALUES (?1)")?;
        shop.each(&all, [], |row| {
            let code = row.get_ref(0)?.as_str()?;
            if self.keys.binary_search(&key(code)).is_err() {
                insert.execute([code])?;
            }
            Ok(())
        })?;
        FullFile::Stock.compare_skus(
            shop,
            &format!("SELECT code FROM temp.unnamed_skus WHERE {is_newest_full}"),
            "sku_code NOT IN (SELECT code FROM temp.unnamed_skus)",
            file_time,
        )?;
        Ok(is_newest_full)
    }

    fn matches_all(&self, shop: &Connection) -> Result<bool> {
        Ok(self.matched == shop.value::<u64>("SELECT count(*) FROM stock", [])?)
    }

    fn is_full(&self, shop: &Connection, files: StockFiles) -> Result<bool> {
        match files {
            StockFiles::Full => Ok(true),
            StockFiles::Differential => Ok(false),
            StockFiles::Auto if self.are_all => Ok(true),
            // Counts no further than so many matches can reach: it may be a slice of a large shop.
            StockFiles::Auto => {
                let named = self.matched.min(self.keys.len() as u64);
                let sql = "SELECT count(*) FROM (SELECT 1 FROM stock LIMIT ?1)";
                let known: u64 = shop.value(sql, [named * 100 / FULL_PERCENT + 1])?;
                Ok(known > 0 && named * 100 >= known * FULL_PERCENT)
            }
        }
    }
}
