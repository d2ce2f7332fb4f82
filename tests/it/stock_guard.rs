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
    put(&shop, "stock.csv", &rows(40, 31));
    let ran = shop.run(["import-stock", "--quiet"]).exits(4).says("held approve 2");
    let zero = "this file would make 31 of the 40 sellable SKUs unsellable (77 %, the limit is 20 %)";
    assert!(ran.stderr.starts_with(&format!("error: stock.csv: {zero}")), "{ran}");
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
