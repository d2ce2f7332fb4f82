//! The guards: facts about what a file would do to the shop, and what speaks against doing it without a person's look.
//! Computes only. docs/guards.md has each limit's reason.

use std::collections::HashSet;

use anyhow::Result;

use crate::layout::as_count;
use crate::problem::Problem;
use crate::settings::{Guard, ProductGuard, ShipGuard};
use crate::text::jobs as text;

/// What a stock file would do, together with the files of the hours before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StockFacts {
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
    /// Figures that change, if they look like the same ones at other SKUs; else 0.
    pub shuffled: u64,
    /// Figures that change, if they were made up; else 0.
    pub made_up: u64,
    /// Figures of 10 and more that change, and those of them that fall to a tenth.
    pub could_fall: u64,
    pub fallen: u64,
    /// How many SKUs the file should name; 0: nobody knows.
    pub wanted: u64,
}

/// Why somebody should look at a stock file before it is applied.
pub(crate) fn stock(facts: &StockFacts, limits: &Guard) -> Vec<Problem> {
    let StockFacts { rows, unknown, emptied, sellable, risen, in_stock, shuffled, wanted, .. } = *facts;
    // A few rows say nothing; but many small files are a large one.
    let is_much = |count: u64| rows >= limits.min_rows || count >= limits.min_rows;
    let (emptied_limit, risen_limit) = (limits.zero_percent, limits.rise_percent);
    if rows >= limits.min_rows && exceeds(unknown, rows, limits.unknown_percent) {
        vec![text::guard_unknown(unknown, rows, percent(unknown, rows), limits.unknown_percent)]
    } else if is_much(emptied) && exceeds(emptied, sellable, emptied_limit) {
        vec![text::guard_zero(emptied, sellable, percent(emptied, sellable), emptied_limit)]
    } else if is_much(risen) && exceeds(risen, in_stock, risen_limit) {
        vec![text::guard_rise(risen, in_stock, percent(risen, in_stock), risen_limit)]
    } else if risen_limit < 100 && rows >= limits.min_rows && shuffled > 0 {
        vec![text::guard_shuffled(shuffled)]
    } else if risen_limit < 100 && rows >= limits.min_rows && facts.made_up > 0 {
        vec![text::guard_made_up(facts.made_up)]
    } else if risen_limit < 100
        && facts.fallen >= limits.min_rows
        && exceeds(facts.fallen, facts.could_fall, FALLEN_PERCENT)
    {
        vec![text::guard_fall(facts.fallen, facts.could_fall)]
    } else if rows * 10 < wanted && wanted >= limits.min_rows {
        vec![text::guard_shrunk(rows, wanted)]
    } else {
        Vec::new()
    }
}

/// A file in which more than this share of the figures falls to a tenth has lost their last digit.
const FALLEN_PERCENT: u32 = 50;

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
        .then(|| text::guard_ship(shipped, open, percent(shipped, open), limit))
        .into_iter()
        .collect())
}

/// A product's amounts, before or after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prices {
    pub price: Option<i64>,
    pub list_price: Option<i64>,
    pub cost: Option<i64>,
}

/// Whether somebody should look at a price before it changes like that. What had none, or 0, can get any.
pub(crate) fn is_price_wrong(old: &Prices, new: &Prices, limits: &ProductGuard) -> bool {
    let Some(before) = old.price.filter(|price| *price > 0 && old.price != new.price) else { return false };
    let after = new.price.unwrap_or(0);
    let (before, change) = (i128::from(before), (i128::from(after) - i128::from(before)) * 100);
    let (fall, rise) = (limits.price_fall_percent, limits.price_rise_percent);
    let falls = fall < 100 && (after == 0 || -change > before * i128::from(fall));
    let rises = rise > 0 && change > before * i128::from(rise);
    // Each of two columns has the other one's values, and the higher price is the wrong one.
    let by_list_price =
        (new.price, new.list_price) == (old.list_price, old.price) && new.list_price < new.price;
    let by_cost = (new.price, new.cost) == (old.cost, old.price) && new.price < new.cost;
    let swapped = by_list_price || by_cost;
    falls || rises || (swapped && (fall < 100 || rise > 0))
}

/// Whether a price gets a digit more. One can be right, which is why the limit is not below it; many are not.
pub(crate) fn is_price_tenfold(old: &Prices, new: &Prices, limits: &ProductGuard) -> bool {
    let grown = old.price.filter(|price| *price > 0).and_then(|price| price.checked_mul(10));
    (1..=900).contains(&limits.price_rise_percent) && grown.is_some() && new.price == grown
}

/// At least so many prices that look wrong cast doubt on the others of their file …
const PRICES_MIN: u64 = 20;

/// … if they are more than this share of those that change.
const PRICES_PERCENT: u32 = 20;

/// Whether a file's prices cannot be trusted, of which `wrong` look wrong and these all change, from this to that.
pub(crate) fn are_prices_wrong(wrong: u64, changed: u64, changes: &[(i64, i64)]) -> bool {
    (wrong >= PRICES_MIN && exceeds(wrong, changed, PRICES_PERCENT)) || (wrong > 0 && are_shuffled(changes))
}

/// So many changes, of so many values, can be seen to be shuffled.
const SHUFFLED_MIN: (usize, usize) = (20, 8);

/// Whether about the same values come back, but to others: a column that was shifted, or sorted by itself.
pub(crate) fn are_shuffled(changes: &[(i64, i64)]) -> bool {
    let (mut old, mut new): (Vec<i64>, Vec<i64>) = changes.iter().copied().unzip();
    old.sort_unstable();
    new.sort_unstable();
    let mut values = old.clone();
    values.dedup();
    if changes.len() < SHUFFLED_MIN.0 || values.len() < SHUFFLED_MIN.1 {
        return false;
    }
    let sum = |distances: &mut dyn Iterator<Item = (i64, i64)>| -> u128 {
        distances.map(|(a, b)| u128::from(a.abs_diff(b))).sum()
    };
    // How far each value moves, how far all of them together do, and how far they could.
    let each = sum(&mut changes.iter().copied());
    let together = sum(&mut old.iter().copied().zip(new));
    let half = old.len() / 2;
    let farthest = sum(&mut (0..old.len()).map(|at| (old[at], old[(at + half) % old.len()])));
    each > together * 4 && each * 3 > farthest
}

/// How many figures of all kinds become one and the same, or the numbers of their lines; 0 if not all do. `has_it` gives how
/// many SKUs have a figure already: a shop that has one for what is always there gets it back every night.
pub(crate) fn made_up(
    changes: &[(i64, i64)],
    lines: &[i64],
    has_it: impl FnOnce(i64) -> Result<u64>,
) -> Result<u64> {
    let changed = as_count(changes.len());
    let kinds: HashSet<i64> = changes.iter().map(|(old, _)| *old).collect();
    if changes.len() < SHUFFLED_MIN.0 || kinds.len() < SHUFFLED_MIN.1 {
        return Ok(0);
    }
    let (figure, line) = (changes[0].1, lines[0]);
    let are_one = figure > 0 && changes.iter().all(|(_, new)| *new == figure);
    // Where line breaks are doubled, a row takes two lines, or three (CR CR LF).
    let are_numbers = (1..=3).any(|lines_each: i64| {
        let mut rows = changes.iter().zip(lines);
        rows.all(|((_, new), at)| (new - figure).checked_mul(lines_each) == Some(at - line))
    });
    let is_news = are_numbers || (are_one && has_it(figure)? * 5 < changed);
    Ok(if is_news { changed } else { 0 })
}

/// From so many units on it is seen whether a figure lost its last digit.
const DIGITS_SEEN_FROM: i64 = 10;

/// How many of these figures fall to a tenth, without being 0, and how many could.
pub(crate) fn fallen(changes: &[(i64, i64)]) -> (u64, u64) {
    let could = changes.iter().filter(|(old, _)| *old >= DIGITS_SEEN_FROM);
    let has_fallen = |(old, new): &&(i64, i64)| *new > 0 && new.saturating_mul(10) <= *old;
    (as_count(could.clone().filter(has_fallen).count()), as_count(could.count()))
}

/// What a product file would do, where so told together with the files of the hours before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProductFacts {
    pub rows: u64,
    /// Published products that the files have unpublished or left without a name, or would, and that are so still.
    pub unpublished: u64,
    /// Products that were published without that.
    pub published: u64,
    /// SKUs that the files have moved to another product, or would; products without a name, and SKUs beside those of their
    /// product that only have its code, which it would make.
    pub moved: u64,
    /// Products of the file whose names change.
    pub renamed: u64,
    /// Of these, those that would be called as another product is called, or as another one would be that was not.
    pub named_as_others: u64,
    /// Of these, those whose old and new names have nothing in common; only looked for where most products are new.
    pub named_otherwise: u64,
    /// Products that the file names and the shop has.
    pub known: u64,
    /// Products that it would make.
    pub created: u64,
    /// The shop's products; 0 while its first ones still come.
    pub products: u64,
}

/// So many products or SKUs at least, or all that there are, from [`FEW`] up, are much.
const MANY: u64 = 10;

/// So few say nothing.
const FEW: u64 = 5;

/// Why somebody should look at a product file before it is applied.
pub(crate) fn products(facts: &ProductFacts, limits: &ProductGuard) -> Vec<Problem> {
    let ProductFacts { rows, unpublished, published, moved, renamed, known, created, products, .. } = *facts;
    let (hidden_limit, moved_limit) = (limits.unpublish_percent, limits.move_percent);
    let mixed = facts.named_as_others;
    // Of another shop's products few codes are known, and what is known by them is something else.
    let are_strangers = match known {
        0..FEW => created * 2 > products && products >= STRANGERS_MIN && created >= STRANGERS_MIN,
        _ => created > known && facts.named_otherwise * 2 > known,
    };
    let is_much = unpublished >= MANY || (unpublished >= FEW && unpublished == published);
    if moved_limit < 100 && are_strangers {
        vec![text::guard_strangers(created, known, products)]
    } else if is_much && exceeds(unpublished, published, hidden_limit) {
        let share = percent(unpublished, published);
        vec![text::guard_unpublish(unpublished, published, share, hidden_limit)]
    } else if moved >= FEW && exceeds(moved, rows, moved_limit) {
        vec![text::guard_move(moved, rows, percent(moved, rows), moved_limit)]
    } else if moved_limit < 100 && mixed >= FEW && exceeds(mixed, renamed, NAMES_PERCENT) {
        vec![text::guard_names(mixed, known)]
    } else {
        Vec::new()
    }
}

/// So many products that a file would make are many, if they are half as many as the shop has.
const STRANGERS_MIN: u64 = 20;

/// A file that gives more than this share of the products that it renames the names of others is mixed up.
const NAMES_PERCENT: u32 = 20;

/// Whether there are no two letters that stand beside each other in both names.
pub(crate) fn have_nothing_in_common(old: &str, new: &str) -> bool {
    let pairs = |name: &str| {
        let letters: Vec<char> = name.chars().filter(|letter| letter.is_alphabetic()).collect();
        letters.windows(2).map(|pair| [pair[0], pair[1]]).collect::<HashSet<_>>()
    };
    pairs(old).is_disjoint(&pairs(new))
}

/// Whether a name was made unreadable on its way: Japanese that was read in another encoding, or is question marks now.
pub(crate) fn is_garbled(name: &str) -> bool {
    // What the first bytes of kana in UTF-8 mean in CP932, which no product is called; what Latin-1 makes of them; and what
    // stands for what could not be read.
    let is_odd = |letter: char| matches!(letter, '縺' | '繧' | '繝' | '\u{80}'..='\u{9f}' | '\u{fffd}');
    let is_lost = name.len() > 1 && name.chars().all(|letter| matches!(letter, '?' | '？' | '〓' | ' '));
    is_lost || name.chars().any(is_odd)
}

fn percent(part: u64, whole: u64) -> u64 {
    part * 100 / whole.max(1)
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

    proptest! {
        #[test]
        fn a_column_that_slipped_is_seen_and_a_days_trade_is_none(
            figures in prop::collection::vec(1_i64..1000, 40..200),
            by in 1_usize..39,
            sold in prop::collection::vec(0_i64..4, 200),
        ) {
            let mut slipped = figures.clone();
            slipped.rotate_right(by);
            let pair = |new: Vec<i64>| -> Vec<(i64, i64)> { figures.iter().copied().zip(new).collect() };
            prop_assert!(are_shuffled(&pair(slipped)));
            let left = figures.iter().zip(&sold).map(|(figure, sold)| (figure - sold).max(0)).collect();
            prop_assert!(!are_shuffled(&pair(left)));
            prop_assert!(!are_shuffled(&pair(figures.iter().map(|figure| figure * 7 / 10).collect())));
        }
    }

    #[test]
    fn what_was_read_in_another_encoding_is_garbled_and_no_name_of_a_product_is() {
        for name in ["縺ゅ＞縺", "繝・す繝ｼ繝・", "ã\u{81}\u{82}", "????", "？？", "〓〓", "皿\u{fffd}"]
        {
            assert!(is_garbled(name), "{name}");
        }
        for name in ["皿", "?", "これは何？", "ＴシャツＬ", "縦縞シャツ", "Café", ""] {
            assert!(!is_garbled(name), "{name}");
        }
    }

    #[test]
    fn a_shop_without_anything_to_compare_with_is_not_judged() {
        let facts = StockFacts { rows: 5000, ..StockFacts::default() };
        assert!(stock(&facts, &LIMITS).is_empty());
    }
}
