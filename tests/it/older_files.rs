//! What a file says has a time: products and orders of which a newer file has spoken are left alone by an older one,
//! however late it comes and whoever feeds it in.

use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, Shop, cp932, from_cp932};

// Products -------------------------------------------------------------------------------------------------------

const PRICES: &str = "SELECT code, price, tempostar_as_of FROM products ORDER BY code";

#[track_caller]
fn put_products(shop: &Shop, name: &str, rows: &str) {
    shop.put_sheet(PRODUCT_INBOX, name, &format!("商品コード,SKUコード,商品名,販売価格,SKU商品名\n{rows}"));
}

/// A shop with two products; at 10:00 TEMPOSTAR has said a new price of A-1.
fn shop_with_prices() -> Shop {
    let shop = Shop::new();
    put_products(&shop, "p20261124090000.csv", "A-1,A-1,皿,1000,\nB-1,B-1,椀,500,\n");
    put_products(&shop, "p20261124100000.csv", "A-1,A-1,皿,1200,\n");
    shop.run(["import-products"]).ok();
    shop.check_rows(PRICES, &["A-1|1200|2026-11-24 10:00:00", "B-1|500|2026-11-24 09:00:00"]);
    shop
}

#[test]
fn a_product_file_that_comes_late_does_not_bring_old_prices_back() {
    let shop = shop_with_prices();
    put_products(&shop, "p20261124093000.csv", "A-1,A-1,皿,1100,\nB-1,B-1,椀,550,\nC-1,C-1,鉢,700,\n");
    let ran = shop.run(["import-products", "--json"]).ok();
    let ran = ran.count("stale", 1).count("updated", 1).count("created", 1).count("unchanged", 0);
    ran.only_problem(
        "stale-products",
        "p20261124093000.csv",
        &["products that a later file has set already, which were left alone (1): A-1"],
    );
    let expected =
        ["A-1|1200|2026-11-24 10:00:00", "B-1|550|2026-11-24 09:30:00", "C-1|700|2026-11-24 09:30:00"];
    shop.check_rows(PRICES, &expected);
    let expected = expected.map(|row| row.replace("|1200", "").replace("|550", "").replace("|700", ""));
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    // The file of 10:00 changed the product A-1, and not its SKU.
    let skus = "SELECT code, CASE code WHEN 'A-1' THEN '2026-11-24 10:00:00' ELSE tempostar_as_of END FROM skus ORDER BY code";
    shop.check_rows(skus, &[expected[0], "B-1|2026-11-24 09:00:00", expected[2]]);
}

#[test]
fn what_a_newer_product_file_only_confirms_stands_as_well() {
    let mut shop = shop_with_prices();
    put_products(&shop, "p20261124101000.csv", "B-1,B-1,椀,500,\n");
    shop.run(["import-products"]).ok();
    // Nothing was written for that.
    shop.check_rows(PRICES, &["A-1|1200|2026-11-24 10:00:00", "B-1|500|2026-11-24 09:00:00"]);
    shop.at("2026-11-24 11:00:00");
    put_products(&shop, "p20261124095000.csv", "B-1,B-1,椀,450,大\n");
    let ran = shop.run(["import-products", "--json"]).ok().count("stale", 1).count("unchanged", 0);
    assert_eq!(ran.file_outcome("p20261124095000.csv"), "applied");
    shop.check_rows("SELECT price FROM products WHERE code = 'B-1'", &["500"]);
    shop.check_rows("SELECT coalesce(name, '') FROM skus WHERE code = 'B-1'", &[""]);
}

#[test]
fn corrected_rows_are_as_old_as_their_file() {
    let mut shop = Shop::new();
    let good: String = (1..=50).map(|number| format!("S-{number},S-{number},皿,1000,\n")).collect();
    put_products(&shop, "p1.csv", &format!("{good}A-1,A-1,皿,千円,\nB-1,B-1,椀,五百円,\n"));
    shop.run(["import-products"]).exits(3);
    shop.at("2026-11-24 12:00:00");
    put_products(&shop, "p2.csv", "A-1,A-1,皿,1200,\n");
    shop.run(["import-products"]).ok();
    let rejects = shop.work_files_below("rejects").remove(0);
    let path = shop.path("tempostar.d/rejects").join(&rejects);
    let text = from_cp932(&std::fs::read(&path).unwrap());
    std::fs::write(&path, cp932(&text.replace("千円", "1000").replace("五百円", "500"))).unwrap();
    shop.at("2026-11-24 13:00:00");
    let ran = shop.run(["import-products", "--json", "--file", path.to_str().unwrap()]).ok();
    ran.count("stale", 1).count("created", 1);
    shop.check_rows(
        "SELECT code, price FROM products WHERE code NOT LIKE 'S-%' ORDER BY code",
        &["A-1|1200", "B-1|500"],
    );
}

#[test]
fn what_was_undone_does_not_stand_against_older_files() {
    let mut shop = shop_with_prices();
    shop.at("2026-11-24 10:20:00");
    put_products(&shop, "p20261124101000.csv", "A-1,A-1,皿,1100,\n");
    shop.run(["import-products"]).ok();
    let sql = "SELECT run_id FROM tempostar_runs ORDER BY id DESC LIMIT 1";
    let run: String = shop.db().query_row(sql, [], |row| row.get(0)).unwrap();
    shop.run(["undo", &run]).ok();
    shop.check_rows("SELECT price FROM products WHERE code = 'A-1'", &["1200"]);
    // Older than what still stands, and newer than that.
    put_products(&shop, "p20261124095000.csv", "A-1,A-1,皿,900,\n");
    shop.run(["import-products", "--json"]).ok().count("stale", 1);
    put_products(&shop, "p20261124100500.csv", "A-1,A-1,皿,1300,\n");
    shop.run(["import-products", "--json"]).ok().count("updated", 1);
    shop.check_rows("SELECT price FROM products WHERE code = 'A-1'", &["1300"]);
}

#[test]
fn a_late_full_file_does_not_say_that_a_missing_product_is_there() {
    let mut shop = Shop::new();
    put_products(&shop, "p20261124090000.csv", "A-1,A-1,皿,1000,\nB-1,B-1,椀,500,\nC-1,C-1,鉢,700,\n");
    put_products(&shop, "p20261124100000.csv", "A-1,A-1,皿,1000,\nB-1,B-1,椀,500,\n");
    shop.run(["import-products"]).ok();
    let missing = "SELECT code FROM tempostar_missing_products";
    shop.check_rows(missing, &["C-1"]);
    shop.at("2026-11-24 10:20:00");
    put_products(&shop, "p20261124093000.csv", "A-1,A-1,皿,1000,\nB-1,B-1,椀,500,\nC-1,C-1,鉢,700,\n");
    shop.run(["import-products"]).ok();
    shop.check_rows(missing, &["C-1"]);
    put_products(&shop, "p20261124101500.csv", "C-1,C-1,鉢,700,\n");
    shop.run(["import-products"]).ok();
    shop.check_rows(missing, &[]);
}

#[test]
fn new_products_whose_codes_only_look_otherwise_are_named() {
    let mut shop = Shop::new();
    put_products(&shop, "p1.csv", "0012,0012,皿,1000,\nAB-1,AB-1,椀,500,\n");
    shop.run(["import-products", "--json"]).ok().no_problem();
    shop.at("2026-11-24 10:30:00");
    put_products(&shop, "p2.csv", "12,12,皿,1000,\nAB-1,ab-1,椀,500,\nX-1,X-1,鉢,700,\n");
    let ran = shop.run(["import-products", "--json"]).ok().count("created", 2).count("skus_created", 3);
    assert_eq!(ran.codes(), ["near-miss", "near-miss"]);
    let ran = ran.problem("near-miss", "p2.csv", &["the shop does not have \"12\", but it has \"0012\""]);
    ran.problem("near-miss", "p2.csv", &["the shop does not have \"ab-1\", but it has \"AB-1\""]);
}

// Orders ---------------------------------------------------------------------------------------------------------

const SHIPMENTS: &str = "SELECT order_no, shipment_no, tracking_no FROM order_shipments ORDER BY 1, 2";

/// A shop that has sent 1001 and 1002, and 1003 to two destinations.
fn shop_with_orders() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.order("1003").line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    shop.mark_all_sent();
    shop
}

#[track_caller]
fn put_orders(shop: &Shop, name: &str, rows: &str) {
    shop.put_sheet(
        LOGISTICS_INBOX,
        name,
        &format!("ショップ受注番号,受注進捗コード,配送番号,荷物番号,入金日付\n{rows}"),
    );
}

#[test]
fn what_a_newer_logistics_file_only_confirms_stands_against_an_older_one() {
    let mut shop = shop_with_orders();
    put_orders(&shop, "s20261124100000.csv", "12345-1001,800,,111111111111,2026/11/24\n");
    put_orders(&shop, "s20261124101000.csv", "12345-1001,800,,111111111111,2026/11/24\n");
    shop.run(["import-logistics"]).ok();
    shop.at("2026-11-24 10:20:00");
    put_orders(&shop, "s20261124100500.csv", "12345-1001,950,,222222222222,2026/11/20\n");
    let ran = shop.run(["import-logistics", "--json"]).ok().count("stale", 1);
    ran.only_problem("stale-orders", "s20261124100500.csv", &["(1): 1001"]);
    shop.check_rows(SHIPMENTS, &["1001|1|111111111111", "1002|1|NULL", "1003|1|NULL", "1003|2|NULL"]);
    shop.check_rows("SELECT paid_at FROM orders WHERE order_no = '1001'", &["2026-11-24 00:00:00"]);
}

#[test]
fn an_order_that_a_newer_file_calls_open_or_cancelled_is_not_shipped_by_an_older_one() {
    let mut shop = shop_with_orders();
    put_orders(&shop, "s20261124101000.csv", "12345-1001,600,,,\n12345-1002,999,,,\n12345-1003,600,2,,\n");
    shop.run(["import-logistics"]).ok();
    shop.at("2026-11-24 10:20:00");
    put_orders(
        &shop,
        "s20261124100500.csv",
        "12345-1001,800,,111111111111,\n12345-1002,800,,222222222222,\n12345-1003,800,,333333333333,\n",
    );
    shop.run(["import-logistics", "--json"]).ok().count("stale", 3).count("shipped", 0);
    shop.check_rows("SELECT count(*) FROM orders WHERE delivery_status = 1", &["0"]);
    shop.check_rows("SELECT order_no FROM orders WHERE cancelled_in_tempostar_at IS NOT NULL", &["1002"]);
    // Of the other destination nothing newer is known.
    shop.check_rows(SHIPMENTS, &["1001|1|NULL", "1002|1|NULL", "1003|1|333333333333", "1003|2|NULL"]);
}

#[test]
fn an_older_file_cancels_nothing_that_a_newer_one_has_shipped() {
    let mut shop = shop_with_orders();
    put_orders(&shop, "s20261124101000.csv", "12345-1001,800,,,\n");
    shop.run(["import-logistics"]).ok();
    shop.at("2026-11-24 10:20:00");
    put_orders(&shop, "s20261124100500.csv", "12345-1001,999,,,\n12345-1002,999,,,\n");
    shop.run(["import-logistics", "--json"]).ok().count("stale", 1);
    shop.check_rows("SELECT order_no FROM orders WHERE cancelled_in_tempostar_at IS NOT NULL", &["1002"]);
}

#[test]
fn order_numbers_that_only_look_otherwise_are_named() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("00071").line("A-1", 1).insert();
    shop.order("W-8").line("A-1", 1).insert();
    shop.mark_all_sent();
    put_orders(&shop, "s.csv", "12345-71,800,,,\n12345-ｗ－８,800,,,\n12345-999,800,,,\n");
    let ran = shop.run(["import-logistics", "--json"]).ok().count("unknown_order", 3);
    assert_eq!(ran.codes(), ["unknown-orders", "near-miss", "near-miss", "nothing-matches"]);
    let ran = ran.problem("near-miss", "s.csv: line 2", &["\"12345-71\", but it has \"12345-00071\""]);
    ran.problem("near-miss", "s.csv: line 3", &["\"12345-ｗ－８\", but it has \"12345-W-8\""]);
}
