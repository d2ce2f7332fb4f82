//! The stock: a figure goes back where it still is the run's. What the shop has sold meanwhile stays sold: the
//! allocation is that of before, and what has been added to it since.

use anyhow::Result;
use rusqlite::Connection;

use crate::books::Writing;
use crate::books::rows::{Ask, Cells, list_values};
use crate::report::{Change, Changes};
use crate::text::undo as text;

/// The figures that go back, in a temporary table.
pub(super) struct StockBack {
    count: u64,
}

words! {
    enum Why {
        Gone = "gone" => text::gone,
        Changed = "changed" => text::figure_changed,
        Sold = "sold" => text::sold,
    }
}

/// Each figure that the run wrote, as it was, as it was written, and as it is now.
const STOCK_BACK: &str = "sku_code TEXT NOT NULL PRIMARY KEY,
     line INTEGER,
     wrote INTEGER,
     now_quantity INTEGER,
     now_allocated INTEGER,
     now_as_of INTEGER,
     -- NULL: there was no row
     quantity INTEGER,
     allocated INTEGER,
     as_of INTEGER,
     -- NULL: it goes back
     why TEXT";

/// What fills it. Of several files of a run, the first has the figure of before, and the last the one that was written.
fn stock_back_sql() -> String {
    let change = |which: &str| {
        format!(
            "SELECT change.*, unixepoch(file.file_time) AS file_time, {which}(file.id)
             FROM tempostar_history_files AS file
             CROSS JOIN tempostar_stock_history AS change
             WHERE change.history_file_id = file.id AND file.run_id = ?1
             GROUP BY change.sku_code"
        )
    };
    // What is as it was before needs nothing.
    format!(
        "INSERT INTO temp.stock_back
         SELECT last.sku_code, last.line, iif(last.is_removed, NULL, last.quantity),
                stock.quantity, stock.allocated, unixepoch(stock.as_of),
                first.old_quantity,
                max(0, first.old_allocated + coalesce(stock.allocated - coalesce(freed.allocated, last.allocated), 0)),
                first.old_as_of,
                CASE WHEN last.is_removed AND stock.sku_code IS NULL
                          AND last.sku_code IN (SELECT code FROM main.skus) THEN NULL
                     WHEN stock.sku_code IS NULL THEN 'gone'
                     WHEN last.is_removed OR stock.quantity <> last.quantity
                          OR (freed.sku_code IS NULL
                              AND coalesce(unixepoch(stock.as_of), 0) <> coalesce(last.as_of, last.file_time))
                         THEN 'changed'
                     WHEN first.old_quantity IS NULL
                          AND stock.allocated <> coalesce(freed.allocated, last.allocated) THEN 'sold'
                END
         FROM ({last}) AS last
         JOIN ({first}) AS first ON first.sku_code = last.sku_code
         LEFT JOIN main.stock AS stock ON stock.sku_code = last.sku_code
         -- A later file that did not name the SKU only freed what was allocated.
         LEFT JOIN (SELECT file_time, max(id) AS id
                    FROM tempostar_history_files
                    WHERE command = 'import-stock' AND undoes IS NULL
                    GROUP BY file_time) AS later ON later.file_time = stock.as_of
         LEFT JOIN tempostar_stock_history AS freed
              ON freed.history_file_id = later.id AND freed.sku_code = last.sku_code
                 AND freed.history_file_id > last.history_file_id AND freed.line = 0
         WHERE stock.quantity IS NOT first.old_quantity OR unixepoch(stock.as_of) IS NOT first.old_as_of
               -- Only the allocation was computed anew, and nobody has done so since.
               OR (last.quantity = first.old_quantity AND last.allocated <> first.old_allocated
                   AND NOT EXISTS (SELECT 1
                                   FROM tempostar_history_files AS later
                                   JOIN tempostar_stock_history AS change
                                        ON change.history_file_id = later.id AND change.sku_code = last.sku_code
                                   WHERE later.id > last.history_file_id))",
        last = change("max"),
        first = change("min"),
    )
}

/// The times that only files of this run have: where it is not only this run's, a kept figure could be another's.
const OWN_TIMES: &str = "
    SELECT file_time FROM tempostar_files WHERE run_id = ?1 AND command = 'import-stock'
    EXCEPT SELECT file_time FROM tempostar_files WHERE run_id <> ?1 AND command = 'import-stock'";

/// Figures that the run kept of SKUs that the shop did not have. What was kept before is not known, so they go: also that
/// of an SKU that was created since, and has it as its stock. One that was there before can lack its history for other
/// reasons: it was forgotten in part, or the allocation became that of the file just before it was written.
fn find_kept(shop: &Connection, run_id: &str) -> Result<()> {
    shop.begin_table("kept_back", "sku_code TEXT NOT NULL PRIMARY KEY, quantity INTEGER")?;
    let sql = format!(
        "INSERT INTO temp.kept_back
         SELECT sku_code, quantity
         FROM main.tempostar_unknown_stock
         WHERE as_of IN ({OWN_TIMES}) AND sku_code NOT IN (SELECT sku_code FROM temp.stock_back)"
    );
    shop.change(&sql, [run_id])?;
    let sql = format!(
        "INSERT INTO temp.stock_back (sku_code, line, wrote, now_quantity, now_allocated, now_as_of, why)
         SELECT sku_code, 0, quantity, quantity, allocated, unixepoch(as_of), iif(allocated <> 0, 'sold', NULL)
         FROM main.stock
         WHERE as_of IN ({OWN_TIMES})
           AND sku_code IN (SELECT code FROM main.skus
                            WHERE unixepoch(created_at) > (SELECT max(unixepoch(written_at))
                                                           FROM tempostar_history_files
                                                           WHERE run_id = ?1))
           AND sku_code NOT IN (SELECT change.sku_code
                                FROM tempostar_history_files AS file
                                JOIN tempostar_stock_history AS change ON change.history_file_id = file.id
                                WHERE file.file_time IN ({OWN_TIMES}))"
    );
    shop.change(&sql, [run_id])
}

impl StockBack {
    pub(super) fn find(shop: &Connection, run_id: &str, kept: &mut Changes) -> Result<Self> {
        shop.begin_table("stock_back", STOCK_BACK)?;
        shop.change(&stock_back_sql(), [run_id])?;
        find_kept(shop, run_id)?;
        let sql = "SELECT sku_code, wrote, now_quantity, why
                   FROM temp.stock_back
                   WHERE why IS NOT NULL
                   ORDER BY sku_code";
        shop.each(sql, [], |row| {
            let (code, why): (String, Why) = (row.get(0)?, row.get(3)?);
            let change = Change::new("stock", code, "quantity", row.told(1)?, row.told(2)?);
            kept.add(change.because(why.text()));
            Ok(())
        })?;
        let sql = "SELECT count(*) FILTER (WHERE why IS NULL) + (SELECT count(*) FROM temp.kept_back)
                   FROM temp.stock_back";
        Ok(Self { count: shop.value(sql, [])? })
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()> {
        let sql = "SELECT sku_code, now_quantity, quantity, now_allocated, allocated
                   FROM temp.stock_back
                   WHERE why IS NULL
                   ORDER BY sku_code";
        list_values(shop, "stock", &["quantity", "allocated"], sql, [], changes)?;
        let sql = "SELECT sku_code, quantity, NULL FROM temp.kept_back ORDER BY sku_code";
        list_values(shop, "stock", &["quantity"], sql, [], changes)
    }

    pub(super) fn write(&self, writing: &Writing<'_>) -> Result<()> {
        writing.execute(
            "INSERT INTO tempostar_stock_history
                 (history_file_id, sku_code, line, old_quantity, old_allocated, old_as_of,
                  quantity, allocated, as_of, is_removed)
             SELECT ?1, sku_code, line, now_quantity, now_allocated, now_as_of,
                    coalesce(quantity, 0), coalesce(allocated, 0), coalesce(as_of, 0), quantity IS NULL
             FROM temp.stock_back
             WHERE why IS NULL
             ORDER BY sku_code",
            [writing.history],
        )?;
        writing.execute(
            "INSERT INTO stock (sku_code, quantity, allocated, as_of, updated_at)
             SELECT sku_code, quantity, allocated, datetime(as_of, 'unixepoch'), ?1
             FROM temp.stock_back
             WHERE why IS NULL AND quantity IS NOT NULL
             ORDER BY sku_code
             ON CONFLICT (sku_code) DO UPDATE
             SET quantity = excluded.quantity,
                 allocated = excluded.allocated,
                 as_of = excluded.as_of,
                 updated_at = excluded.updated_at",
            [writing.now],
        )?;
        writing.execute(
            "DELETE FROM stock
             WHERE sku_code IN (SELECT sku_code FROM temp.stock_back WHERE why IS NULL AND quantity IS NULL)",
            [],
        )?;
        writing.execute(
            "DELETE FROM tempostar_unknown_stock WHERE sku_code IN (SELECT sku_code FROM temp.kept_back)",
            [],
        )
    }
}
