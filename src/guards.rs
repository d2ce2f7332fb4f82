//! The guards: facts about what a file would do to the shop, and what speaks against doing it without a person's look.
//! Computes only. docs/guards.md has each limit's reason.

use anyhow::Result;

use crate::problem::Problem;
use crate::settings::{Guard, ShipGuard};
use crate::text::jobs as text;

/// What a stock file would do, together with the files of the hours before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StockFacts {
    /// Of this file.
    pub rows: u64,
    /// Of these, those whose SKU the shop does not have; 0 while it has none at all.
    pub unknown: u64,
    /// SKUs that the files have made unsellable, or would, and that are so still.
    pub emptied: u64,
    /// SKUs that the shop could sell without that.
    pub sellable: u64,
    /// SKUs whose figure has grown, or would, by more than 10 times and more than 100.
    pub risen: u64,
    /// SKUs with a figure above 0.
    pub in_stock: u64,
}

/// Why somebody should look at a stock file before it is applied.
pub(crate) fn stock(facts: &StockFacts, limits: &Guard) -> Vec<Problem> {
    let StockFacts { rows, unknown, emptied, sellable, risen, in_stock } = *facts;
    // A few rows say nothing; but many small files are a large one.
    let is_much = |count: u64| rows >= limits.min_rows || count >= limits.min_rows;
    let (emptied_limit, risen_limit) = (limits.zero_percent, limits.rise_percent);
    if rows >= limits.min_rows && exceeds(unknown, rows, limits.unknown_percent) {
        vec![text::guard_unknown(unknown, rows, unknown * 100 / rows.max(1), limits.unknown_percent)]
    } else if is_much(emptied) && exceeds(emptied, sellable, emptied_limit) {
        vec![text::guard_zero(emptied, sellable, emptied * 100 / sellable.max(1), emptied_limit)]
    } else if is_much(risen) && exceeds(risen, in_stock, risen_limit) {
        vec![text::guard_rise(risen, in_stock, risen * 100 / in_stock.max(1), risen_limit)]
    } else {
        Vec::new()
    }
}

/// What a logistics file would do, together with the files of the hours before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ShipFacts {
    /// Orders that the files have shipped, or would.
    pub shipped: u64,
    /// Orders that were sent and not shipped without that.
    pub open: u64,
}

/// Why somebody should look at a logistics file before its orders are ticked. `usual` gives the largest share that the
/// files of a window have shipped before: a shop that ships all that it has every afternoon does nothing unusual.
pub(crate) fn logistics(
    facts: ShipFacts,
    limits: &ShipGuard,
    usual: impl FnOnce() -> Result<u32>,
) -> Result<Vec<Problem>> {
    let ShipFacts { shipped, open } = facts;
    if open < limits.min_orders || !exceeds(shipped, open, limits.ship_percent) {
        return Ok(Vec::new());
    }
    let limit = limits.ship_percent.max(usual()?);
    let is_unusual = exceeds(shipped, open, limit);
    Ok(is_unusual
        .then(|| text::guard_ship(shipped, open, shipped * 100 / open.max(1), limit))
        .into_iter()
        .collect())
}

/// Is `part` more than this share of `whole`? 100 percent is never exceeded.
fn exceeds(part: u64, whole: u64, percent: u32) -> bool {
    part > 0 && percent < 100 && part * 100 > whole * u64::from(percent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Guard =
        Guard { zero_percent: 20, unknown_percent: 50, min_rows: 20, window_h: 24, rise_percent: 20 };

    proptest! {
        /// However a bad file is cut, the shop loses at most the limit and one file, or what is too little to judge.
        #[test]
        fn many_small_files_empty_the_shop_no_further_than_one(
            skus in 1_u64..2000,
            files in prop::collection::vec(1_u64..400, 1..60),
        ) {
            let (mut lost, mut largest) = (0, 0);
            for rows in files {
                let rows = rows.min(skus - lost);
                let facts =
                    StockFacts { rows, emptied: lost + rows, sellable: skus, in_stock: skus, ..StockFacts::default() };
                if stock(&facts, &LIMITS).is_empty() {
                    lost += rows;
                    largest = largest.max(rows);
                }
            }
            let limit = (skus * u64::from(LIMITS.zero_percent) / 100).max(LIMITS.min_rows);
            prop_assert!(lost <= limit + largest, "{lost} of {skus}, limit {limit}, one file {largest}");
        }
    }

    #[test]
    fn a_shop_without_anything_to_compare_with_is_not_judged() {
        let facts = StockFacts { rows: 5000, ..StockFacts::default() };
        assert!(stock(&facts, &LIMITS).is_empty());
    }
}
