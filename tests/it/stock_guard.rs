//! The safety guard of `import-stock`: a file that looks broken waits for a person.

use crate::harness::{Ran, STOCK_INBOX, Shop};

/// The rows of `S-001`, `S-002`, …: the first `zero` with 0, the others with 4.
fn rows(count: usize, zero: usize) -> String {
    (1..=count).map(|number| format!("S-{number:03},{}\n", if number <= zero { 0 } else { 4 })).collect()
}

#[track_caller]
fn put(shop: &Shop, name: &str, rows: &str) {
    shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\n{rows}"));
}

/// A shop with so many SKUs, 5 each, and these limits.
fn shop(skus: usize, guard: &str) -> Shop {
    let shop = Shop::new();
    shop.settings(|text| format!("{text}[stock.guard]\n{guard}\n"));
    shop.many_products_in_stock(skus);
    shop
}

/// It was held, and nothing of it was written.
#[track_caller]
fn check_held(shop: &Shop, ran: Ran, code: &str, name: &str) {
    let ran = ran.exits(4).outcome("held").problem(code, name, &[]);
    assert_eq!(ran.file_outcome(name), "held");
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["5"]);
}

// The limits -----------------------------------------------------------------------------------------------------

#[test]
fn as_many_skus_as_the_limit_may_become_unsellable_but_not_one_more() {
    let shop_at_limit = shop(40, "zero_percent = 20");
    put(&shop_at_limit, "stock.csv", &rows(40, 8));
    shop_at_limit.run(["import-stock"]).ok();
    let shop_beyond = shop(40, "zero_percent = 20");
    put(&shop_beyond, "stock.csv", &rows(40, 9));
    check_held(&shop_beyond, shop_beyond.run(["import-stock", "--json"]), "guard-zero", "stock.csv");
}

#[test]
fn as_many_skus_as_the_limit_may_be_unknown_but_not_one_more() {
    let shop_at_limit = shop(20, "unknown_percent = 50");
    put(&shop_at_limit, "stock.csv", &rows(40, 0));
    shop_at_limit.run(["import-stock"]).ok();
    let shop_beyond = shop(20, "unknown_percent = 50");
    put(&shop_beyond, "stock.csv", &rows(41, 0));
    check_held(&shop_beyond, shop_beyond.run(["import-stock", "--json"]), "guard-unknown", "stock.csv");
}

#[test]
fn from_min_rows_on_the_guard_watches() {
    let shop_below = shop(10, "min_rows = 6");
    put(&shop_below, "stock.csv", &rows(5, 5));
    shop_below.run(["import-stock"]).ok();
    let shop_from = shop(10, "min_rows = 6");
    put(&shop_from, "stock.csv", &rows(6, 6));
    check_held(&shop_from, shop_from.run(["import-stock", "--json"]), "guard-zero", "stock.csv");
}

#[test]
fn a_limit_of_0_tolerates_none() {
    for (guard, rows, code) in [
        ("zero_percent = 0", rows(40, 1), "guard-zero"),
        ("unknown_percent = 0", rows(41, 0), "guard-unknown"),
    ] {
        let shop = shop(40, guard);
        put(&shop, "stock.csv", &rows);
        check_held(&shop, shop.run(["import-stock", "--json"]), code, "stock.csv");
    }
}

#[test]
fn a_limit_of_100_is_switched_off() {
    let shop = shop(10, "zero_percent = 100\nunknown_percent = 100");
    put(&shop, "stock.csv", &rows(40, 40));
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["0"]);
}

#[test]
fn what_the_shop_cannot_sell_anyway_does_not_count() {
    let shop = shop(40, "zero_percent = 20");
    shop.sql(
        "UPDATE stock SET allocated = 5 WHERE sku_code < 'S-016';
         UPDATE skus SET handled = 0 WHERE code BETWEEN 'S-016' AND 'S-030';",
    );
    // The first thirty were sold out or are not handled.
    put(&shop, "stock.csv", &rows(40, 30));
    shop.run(["import-stock"]).ok();
}

#[test]
fn the_share_is_counted_against_what_the_shop_can_sell_now() {
    let shop = shop(40, "zero_percent = 20");
    shop.sql("UPDATE skus SET handled = 0 WHERE code > 'S-010'");
    // Three of forty are few, three of ten are many.
    put(&shop, "stock.csv", &rows(40, 3));
    check_held(&shop, shop.run(["import-stock", "--json"]), "guard-zero", "stock.csv");
}

#[test]
fn a_figure_that_orders_on_their_way_use_up_counts_as_unsellable() {
    let shop = shop(40, "zero_percent = 20");
    for number in 1..=9 {
        let sku = format!("S-{number:03}");
        shop.order(&format!("10{number}")).line(&sku, 4).insert();
    }
    put(&shop, "stock.csv", &rows(40, 0));
    let ran = shop.run(["import-stock", "--json"]).exits(4).outcome("held");
    ran.only_problem("guard-zero", "stock.csv", &["9 of the 40"]);
}

// What is held ---------------------------------------------------------------------------------------------------

#[test]
fn the_figures_that_tripped_it_are_named() {
    let shop = shop(40, "zero_percent = 20\nunknown_percent = 50");
    put(&shop, "stock.csv", &rows(40, 30));
    let zero = "this file would make 30 of the 40 sellable SKUs unsellable (75 %, the limit is 20 %)";
    let ran = shop.run(["import-stock", "--json"]).exits(4);
    ran.only_problem("guard-zero", "stock.csv", &[zero, "tempostar held show 1"]);
    put(&shop, "stock_2.csv", &rows(40, 31));
    let ran = shop.run(["import-stock", "--quiet"]).exits(4).says("held approve 2");
    let zero = "this file would make 31 of the 40 sellable SKUs unsellable (77 %, the limit is 20 %)";
    assert!(ran.stderr.starts_with(&format!("error[guard-zero]: stock_2.csv: {zero}")), "{ran}");
    put(&shop, "stock.csv", &rows(100, 0));
    let unknown =
        "60 of this file's 100 rows (60 %, the limit is 50 %) name SKUs that the shop does not have";
    let ran = shop.run(["import-stock", "--json"]).exits(4);
    ran.problem("guard-unknown", "stock.csv", &[unknown]);
}

#[test]
fn a_dry_run_tells_what_would_be_held_and_notes_nothing() {
    let shop = shop(40, "zero_percent = 20");
    put(&shop, "stock.csv", &rows(40, 40));
    check_held(&shop, shop.run(["import-stock", "--dry-run", "--json"]), "guard-zero", "stock.csv");
    shop.check_rows("SELECT count(*) FROM tempostar_files", &["0"]);
    shop.check_rows("SELECT count(*) FROM tempostar_held", &["0"]);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    assert_eq!(shop.work_files_below("held"), [""; 0].map(std::path::PathBuf::from));
}

// Over a window ---------------------------------------------------------------------------------------------------

/// Figures of 0 for these SKUs.
fn zeroes(numbers: std::ops::RangeInclusive<usize>) -> String {
    numbers.map(|number| format!("S-{number:03},0\n")).collect()
}

#[test]
fn many_small_files_count_together() {
    let mut shop = shop(100, "zero_percent = 20");
    put(&shop, "stock20261124100000.csv", &zeroes(1..=15));
    shop.run(["import-stock"]).ok();
    put(&shop, "stock20261124101000.csv", &zeroes(16..=30));
    let ran = shop.run(["import-stock", "--json"]).exits(4);
    ran.only_problem("guard-zero", "stock20261124101000.csv", &["30 of the 100 sellable SKUs"]);
    shop.check_rows("SELECT count(*) FROM stock WHERE quantity = 0", &["15"]);
    // A day later the first ones have been forgotten.
    shop.at("2026-11-25 11:00:00");
    put(&shop, "stock20261125110000.csv", &zeroes(31..=40));
    shop.run(["import-stock"]).ok();
}

#[test]
fn what_was_sold_restocked_or_approved_does_not_count_in_the_window() {
    let shop = shop(100, "zero_percent = 20");
    shop.sql("UPDATE stock SET allocated = 5 WHERE sku_code <= 'S-015'");
    put(&shop, "stock20261124100000.csv", &zeroes(1..=15));
    put(&shop, "stock20261124100100.csv", &zeroes(16..=30));
    shop.run(["import-stock"]).ok();
    let restocked: String = (16..=30).map(|number| format!("S-{number:03},3\n")).collect();
    put(&shop, "stock20261124100200.csv", &restocked);
    put(&shop, "stock20261124100300.csv", &zeroes(31..=60));
    shop.run(["import-stock"]).exits(4);
    shop.run(["held", "approve", "1"]).ok();
    put(&shop, "stock20261124100400.csv", &zeroes(61..=70));
    shop.run(["import-stock"]).ok();
}

#[test]
fn figures_that_grow_out_of_all_proportion_are_held() {
    let shop = shop(100, "rise_percent = 20");
    let raised = |count: usize| -> String { (1..=count).map(|n| format!("S-{n:03},106\n")).collect() };
    put(&shop, "stock.csv", &raised(20));
    shop.run(["import-stock"]).ok();
    put(&shop, "stock_2.csv", &(raised(20) + "S-021,105\nS-022,5\n"));
    shop.run(["import-stock"]).ok();
    put(&shop, "stock_3.csv", "S-050,106\n");
    let ran = shop.run(["import-stock", "--json"]).exits(4);
    ran.only_problem("guard-rise", "stock_3.csv", &["21 of the 100 SKUs in stock", "the limit is 20 %"]);
    shop.check_stock("S-050", 5, 0);
}

#[test]
fn a_figure_that_is_a_code_rejects_its_row() {
    let shop = shop(40, "zero_percent = 20");
    put(&shop, "stock.csv", &(rows(39, 0) + "S-040,4901234567894\n"));
    shop.run(["import-stock", "--json"]).exits(3).problem(
        "quantity-too-large",
        "stock.csv: line 41: 在庫数",
        &["999999"],
    );
    shop.check_stock("S-040", 5, 0);
}

#[test]
fn a_shop_without_products_takes_its_first_stock_file() {
    let shop = Shop::new();
    put(&shop, "stock.csv", &rows(40, 0));
    shop.run(["import-stock", "--json"]).has_code("unknown-skus");
    shop.check_rows("SELECT count(*) FROM tempostar_held", &["0"]);
}

// Shapes ---------------------------------------------------------------------------------------------------------

/// A shop with 40 SKUs of which `S-001` has 3, `S-002` 10, and so on.
fn shop_of_many_figures() -> Shop {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    shop.sql("UPDATE stock SET quantity = 3 + 7 * (CAST(substr(sku_code, 3) AS INTEGER) - 1)");
    shop
}

fn figures(figure: impl Fn(i64) -> i64) -> String {
    (1..=40).map(|number| format!("S-{number:03},{}\n", figure(3 + 7 * (number - 1)))).collect()
}

#[track_caller]
fn check_figures(shop: &Shop, rows: &str, code: &str, words: &[&str]) {
    put(shop, "stock.csv", rows);
    shop.run(["import-stock", "--json"]).exits(4).only_problem(code, "stock.csv", words);
    shop.check_rows("SELECT sum(quantity) FROM stock WHERE sku_code IN ('S-001', 'S-002')", &["13"]);
}

#[test]
fn a_column_that_slipped_is_held() {
    // Thirteen rows lower; two were sold meanwhile.
    let shifted = figures(|figure| (figure + 91) % 280 - i64::from(figure == 10) * 2);
    check_figures(&shop_of_many_figures(), &shifted, "guard-shuffled", &["40 SKUs"]);
    // Everybody buys two, or something is delivered of each: no figure comes back elsewhere.
    for day in [figures(|figure| (figure - 2).max(1)), figures(|figure| figure + 30)] {
        let shop = shop_of_many_figures();
        put(&shop, "stock.csv", &day);
        shop.run(["import-stock"]).ok();
    }
}

#[test]
fn figures_that_lost_their_last_digit_are_held() {
    let shop = shop_of_many_figures();
    check_figures(
        &shop,
        &figures(|figure| if figure == 10 { 9 } else { figure / 10 }),
        "guard-fall",
        &["39 figures of 10 and more", "38 would fall"],
    );
}

#[test]
fn figures_that_were_made_up_are_held() {
    check_figures(&shop_of_many_figures(), &figures(|_| 99), "guard-made-up", &["figures of 40 SKUs"]);
    let numbers: String = (1..=40).map(|number| format!("S-{number:03},{number}\n")).collect();
    check_figures(&shop_of_many_figures(), &numbers, "guard-made-up", &["figures of 40 SKUs"]);
    for doubled in ["\n\n", "\r\r\n"] {
        let numbers = numbers.replace('\n', doubled);
        check_figures(&shop_of_many_figures(), &numbers, "guard-made-up", &["figures of 40 SKUs"]);
    }
    // A shop that has 99 of what is always there gets it back every night.
    let shop = shop_of_many_figures();
    shop.sql("UPDATE stock SET quantity = 99 WHERE sku_code > 'S-030'");
    put(&shop, "stock.csv", &figures(|_| 99));
    shop.run(["import-stock"]).ok();
    // Seven kinds of figures, or 19 of them, say nothing.
    let shop = shop_of_many_figures();
    shop.sql("UPDATE stock SET quantity = 5 + CAST(substr(sku_code, 3) AS INTEGER) % 7");
    put(&shop, "stock.csv", &rows(40, 0));
    shop.run(["import-stock"]).ok();
    let shop = shop_of_many_figures();
    let first: String = figures(|_| 99).split_inclusive('\n').take(19).collect();
    put(&shop, "stock.csv", &first);
    shop.run(["import-stock"]).ok();
}

#[test]
fn a_full_file_that_shrank_to_a_tenth_is_held() {
    let few = "S-003,1\nS-004,1\nS-005,1\n";
    let shop = shop_of_many_figures();
    shop.setting("[stock]\n", "[stock]\nfiles = \"full\"\n");
    check_figures(&shop, few, "guard-shrunk", &["only 3 rows", "stock of 40 SKUs"]);
    // Elsewhere a small file is a small file.
    let shop = shop_of_many_figures();
    put(&shop, "stock.csv", few);
    shop.run(["import-stock"]).ok();
}

#[test]
fn a_file_that_lost_the_column_that_counted_is_held() {
    let mut shop = shop_of_many_figures();
    shop.setting("[stock]\n", "[stock]\ncolumns = { \"在庫数\" = [\"ネット在庫数\", \"在庫数\"] }\n");
    shop.put_sheet(STOCK_INBOX, "stock1.csv", "商品コード,在庫数,ネット在庫数\nS-003,90,9\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("S-003", 9, 0);
    shop.put_sheet(STOCK_INBOX, "stock2.csv", "商品コード,在庫数\nS-003,90\n");
    shop.at("2026-11-24 10:30:00");
    let ran = shop.run(["import-stock", "--json"]).exits(4);
    ran.only_problem("guard-columns", "stock2.csv", &["that the last one had: ネット在庫数;"]);
    shop.check_stock("S-003", 9, 0);
    // Approved, it is what files look like now.
    shop.run(["held", "approve", "1"]).ok();
    shop.check_stock("S-003", 90, 0);
    shop.put_sheet(STOCK_INBOX, "stock3.csv", "商品コード,在庫数\nS-003,80\n");
    shop.at("2026-11-24 10:40:00").run(["import-stock"]).ok();
    shop.check_stock("S-003", 80, 0);
}
