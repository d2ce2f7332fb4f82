//! `import-stock`: TEMPOSTAR's figures become the shop's, and what they cannot know yet stays allocated.

use crate::harness::{OUTBOX, PRODUCT_INBOX, STOCK_INBOX, Shop, cp932};

/// A stock file of the given time, e.g. `stock20261124101400.csv`.
#[track_caller]
fn put_stock(shop: &Shop, time: &str, rows: &[(&str, i64)]) {
    let digits: String = time.chars().filter(char::is_ascii_digit).collect();
    let rows: String = rows.iter().map(|(sku, quantity)| format!("\"{sku}\",\"{quantity}\"\n")).collect();
    let name = format!("stock{digits}.csv");
    shop.put_sheet(STOCK_INBOX, &name, &format!("\"商品コード\",\"在庫数\"\n{rows}"));
    shop.set_remote_time(&format!("{STOCK_INBOX}/{name}"), time);
}

#[test]
fn stock_is_set_to_tempostars_figure() {
    let shop = Shop::new();
    shop.product("0012");
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "2026-11-24 10:10:00", &[("0012", 7), ("A-1", 3)]);
    shop.run(["import-stock", "--json"]).ok().outcome("ok").count("changed", 1).count("unchanged", 1);
    shop.check_stock("0012", 7, 0);
    shop.check_sellable("0012", 7);
    shop.check_rows("SELECT as_of FROM stock WHERE sku_code = '0012'", &["2026-11-24 10:10:00"]);
}

#[test]
fn an_empty_inbox_is_nothing_to_do() {
    let shop = Shop::new();
    shop.run(["import-stock", "--json"]).ok().outcome("nothing_to_do").no_problem();
}

#[test]
fn a_sku_that_the_file_does_not_name_keeps_its_stock() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.product_in_stock("B-1", 4);
    put_stock(&shop, "2026-11-24 10:10:00", &[("A-1", 1)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 1, 0);
    shop.check_stock("B-1", 4, 0);
}

#[test]
fn a_negative_figure_is_stored_and_sells_nothing() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "2026-11-24 10:10:00", &[("A-1", -10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", -10, 0);
    shop.check_sellable("A-1", 0);
}

#[test]
fn waiting_files_are_applied_in_the_order_of_their_time() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    // The names sort the other way round.
    for (name, time, quantity) in [
        ("z.csv", "2026-11-24 09:50:00", 9),
        ("m.csv", "2026-11-24 10:00:00", 8),
        ("a.csv", "2026-11-24 10:10:00", 7),
    ] {
        shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\nA-1,{quantity}\n"));
        shop.set_remote_time(&format!("{STOCK_INBOX}/{name}"), time);
    }
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 7, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
}

#[test]
fn the_time_in_a_name_counts_before_the_servers() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "2026-11-24 10:00:00", &[("A-1", 8)]);
    put_stock(&shop, "2026-11-24 10:05:00", &[("A-1", 7)]);
    shop.set_remote_time(&format!("{STOCK_INBOX}/stock20261124100000.csv"), "2026-11-24 10:14:00");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 7, 0);
}

#[test]
fn of_several_rows_of_one_sku_the_last_wins() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "2026-11-24 10:10:00", &[("A-1", 9), ("A-1", 2)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 2, 0);
}

#[test]
fn a_file_of_two_columns_needs_no_header() {
    let shop = Shop::new();
    shop.product_in_stock("0012", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "0012,5\nZZZ,1\n");
    shop.run(["import-stock", "--json"]).ok().count("changed", 1).count("unknown", 1);
    shop.check_stock("0012", 5, 0);
}

#[test]
fn an_unknown_sku_is_counted_and_gets_no_stock() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "2026-11-24 10:10:00", &[("A-1", 2), ("ELSEWHERE", 5)]);
    shop.run(["import-stock", "--json"]).ok().count("unknown", 1).count("changed", 1);
    shop.check_rows("SELECT count(*) FROM stock", &["1"]);
}

#[test]
fn the_figure_of_an_unknown_sku_is_kept_until_the_shop_has_it() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "2026-11-24 10:10:00", &[("A-1", 3), ("NEW", 5), ("NEW", 6)]);
    let ran = shop.run(["import-stock", "--json"]).ok().count("unknown", 2);
    ran.problem("unknown-skus", "stock20261124101000.csv", &["(1): NEW"]);
    // A later file says otherwise, one that comes late does not count.
    put_stock(&shop, "2026-11-24 10:20:00", &[("A-1", 3), ("NEW", 7)]);
    shop.at("2026-11-24 10:21:00").run(["import-stock"]).ok();
    put_stock(&shop, "2026-11-24 10:15:00", &[("A-1", 3), ("NEW", 8)]);
    shop.at("2026-11-24 10:22:00").run(["import-stock"]).ok();
    shop.put_sheet(PRODUCT_INBOX, "p.csv", "商品コード,商品名\nNEW,皿\n");
    shop.at("2026-11-24 10:30:00").run(["import-products"]).ok();
    shop.check_stock("NEW", 7, 0);
    shop.check_rows("SELECT as_of FROM stock WHERE sku_code = 'NEW'", &["2026-11-24 10:20:00"]);
    shop.check_rows("SELECT count(*) FROM tempostar_unknown_stock", &["0"]);
}

#[test]
fn the_stock_of_a_deleted_sku_goes_with_it_and_comes_back_with_it() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.sql("UPDATE stock SET allocated = 2; DELETE FROM skus WHERE code = 'A-1'");
    shop.check_rows("SELECT count(*) FROM stock", &["0"]);
    shop.sql("INSERT INTO skus (code, product_code) VALUES ('A-1', 'A-1')");
    shop.check_stock("A-1", 3, 2);
}

#[test]
fn codes_that_only_look_otherwise_are_named_together_with_the_shops() {
    let shop = Shop::new();
    for code in ["0012", "AB-1", "皿"] {
        shop.product_in_stock(code, 3);
    }
    put_stock(&shop, "2026-11-24 10:10:00", &[("12", 1), ("ａｂ－1", 1), ("ZZZ", 1)]);
    let ran = shop.run(["import-stock", "--json"]).ok().count("unknown", 3);
    let file = "stock20261124101000.csv";
    let ran = ran.problem("near-miss", file, &["\"12\", but it has \"0012\""]);
    let ran = ran.problem("near-miss", file, &["\"ａｂ－1\", but it has \"AB-1\""]);
    ran.problem("nothing-matches", file, &["nothing in this file matches"]);
    shop.check_stock("0012", 3, 0);
}

#[test]
fn a_code_of_the_shop_may_be_written_in_any_way_and_is_named_all_the_same() {
    let shop = Shop::new();
    let pairs = [("TEE-RED", "Tee-Red"), ("アイウ", "ｱｲｳ"), ("X1", "X 1"), ("0A-7", "00A-7"), ("B‐1", "B-1")];
    let pairs = pairs.into_iter().chain([("C−1", "Ｃ-1"), ("D―1", "D-1"), ("E~1", "E～1")]);
    let pairs: Vec<(&str, &str)> = pairs.collect();
    for (_, ours) in &pairs {
        shop.product_in_stock(ours, 3);
    }
    let rows: String = pairs.iter().map(|(theirs, _)| format!("{theirs},1\n")).collect();
    shop.put(&format!("{STOCK_INBOX}/s.csv"), format!("商品コード,在庫数\n{rows}"));
    let mut ran = shop.run(["import-stock", "--json"]).ok().count("unknown", 8);
    for (theirs, ours) in pairs {
        let said = format!("the shop does not have \"{theirs}\", but it has \"{ours}\"");
        ran = ran.problem("near-miss", "s.csv", &[&said]);
    }
}

#[test]
fn the_same_file_again_means_something_if_it_is_newer() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "monday.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock"]).ok();
    // An order, sent long ago by then: the same figure knows it.
    shop.order("1001").line("A-1", 2).insert();
    shop.at("2026-11-24 10:20:00").run(["export-orders"]).ok();
    shop.at("2026-12-01 10:15:00");
    shop.put_sheet(STOCK_INBOX, "monday.csv", "商品コード,在庫数\nA-1,9\n");
    let ran = shop.run(["import-stock", "--json"]).ok();
    assert_eq!(ran.file_outcome("monday.csv"), "applied");
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn a_copy_by_hand_of_a_known_file_is_as_old_as_that() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "s.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock"]).ok();
    shop.at("2026-11-24 10:40:00");
    shop.put_sheet(STOCK_INBOX, "s.csv", "商品コード,在庫数\nA-1,5\n");
    shop.run(["import-stock"]).ok();
    shop.write("copy.csv", &cp932("商品コード,在庫数\nA-1,9\n"));
    shop.at("2026-11-24 11:00:00")
        .run(["import-stock", "--file", "copy.csv", "--json"])
        .ok()
        .count("stale", 1);
    shop.check_stock("A-1", 5, 0);
}

#[test]
fn of_files_of_one_moment_the_one_with_the_higher_number_is_the_later() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    for (name, quantity) in [("stock_10.csv", 10), ("stock_9.csv", 9), ("stock_8.csv", 8)] {
        shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\nA-1,{quantity}\n"));
    }
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 0);
}

// Orders on their way: a figure that cannot know them must not bring their units back ----------------------------

#[test]
fn a_unit_sold_but_not_sent_is_not_given_back() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
    shop.check_sellable("A-1", 8);
}

#[test]
fn an_order_stays_allocated_until_the_lag_is_over_and_no_longer() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    shop.at("2026-11-24 10:21:00");
    put_stock(&shop, "2026-11-24 10:20:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
}

#[test]
fn an_old_file_does_not_know_a_recent_order_however_late_it_is_read() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 10)]);
    shop.order("1001").line("A-1", 2).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    shop.at("2026-11-24 12:00:00").run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
}

#[test]
fn when_taken_is_set_the_lag_begins_when_tempostar_takes_the_file() {
    let mut shop = Shop::new();
    shop.setting("reflect_when = \"sent\"", "reflect_when = \"taken\"");
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    shop.at("2026-11-24 10:40:00");
    put_stock(&shop, "2026-11-24 10:39:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);

    shop.take_away(&format!("{OUTBOX}/{}", shop.remote_files(OUTBOX)[0]));
    shop.at("2026-11-24 10:50:00");
    put_stock(&shop, "2026-11-24 10:49:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);

    shop.at("2026-11-24 11:05:00");
    put_stock(&shop, "2026-11-24 11:04:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
}

#[test]
fn a_cancelled_order_is_not_allocated() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    shop.order("1002").line("A-1", 3).insert();
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:12:00' WHERE order_no = '1001'");
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 3);
}

#[test]
fn the_allocation_changes_even_if_the_figure_does_not() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    // Two were sold, two were delivered: TEMPOSTAR's figure is what it was.
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 10)]);
    shop.run(["import-stock", "--json"]).ok().count("changed", 1);
    shop.check_stock("A-1", 10, 0);
}

// Bad rows -------------------------------------------------------------------------------------------------------

/// A stock file of 40 known SKUs, whose third data row has this quantity.
fn sheet_with_third_quantity(quantity: &str) -> String {
    let mut sheet = "商品コード,在庫数\n".to_owned();
    for number in 1..=40 {
        let quantity = if number == 3 { quantity } else { "6" };
        sheet += &format!("S-{number:03},{quantity}\n");
    }
    sheet
}

#[test]
fn one_bad_row_does_not_stop_the_others() {
    for bad in ["12x", "1.5", "１２", "1e3", "1,000", "", "99999999999999999999", "+3"] {
        let shop = Shop::new();
        shop.many_products_in_stock(40);
        let quoted = format!("\"{bad}\"");
        shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet_with_third_quantity(&quoted));
        let (code, shown) = match bad {
            "" => ("value-missing", ""),
            _ => ("not-a-whole-number", quoted.as_str()),
        };
        shop.run(["import-stock", "--json"])
            .exits(3)
            .outcome("partial")
            .count("changed", 39)
            .count("rejected", 1)
            .problem(code, "stock.csv: line 4: 在庫数", &[shown]);
        shop.check_stock("S-003", 5, 0);
        shop.check_stock("S-004", 6, 0);
    }
}

#[test]
fn rejected_rows_can_be_corrected_and_fed_back() {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet_with_third_quantity("12x"));
    shop.run(["import-stock"]).exits(3);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["stock.csv"]);

    let rejects = shop.work_files_below("rejects");
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    let bytes = std::fs::read(&rejects[0]).unwrap();
    let text = crate::harness::from_cp932(&bytes);
    assert!(
        text.starts_with("\"商品コード\",\"在庫数\",\"行番号\",\"理由\"\r\n\"S-003\",\"12x\",\"4\","),
        "{text}"
    );
    shop.write("corrected.csv", &cp932(&text.replace("\r\n", "\n").replace("12x", "12")));
    shop.run(["import-stock", "--json", "--file", "corrected.csv"]).ok().no_problem().count("changed", 1);
    shop.check_stock("S-003", 12, 0);
}

/// However late a person corrects a figure, it does not know an order that was sent after its file was made.
#[test]
fn rejected_rows_corrected_in_place_keep_the_time_of_their_file() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(40);
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet_with_third_quantity("12x"));
    shop.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-24 10:00:00");
    shop.run(["import-stock"]).exits(3);
    shop.order("1001").line("S-003", 2).insert();
    shop.run(["export-orders"]).ok();
    shop.at("2026-11-24 12:00:00");
    let rejects = shop.work_files_below("rejects").remove(0);
    let text = crate::harness::from_cp932(&std::fs::read(&rejects).unwrap());
    std::fs::write(&rejects, cp932(&text.replace("12x", "12"))).unwrap();
    shop.run(["import-stock", "--json", "--file", rejects.to_str().unwrap()]).ok().count("changed", 1);
    shop.check_stock("S-003", 12, 2);
}

#[test]
fn too_many_bad_rows_refuse_the_whole_file() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    let bad: String = (2..=19).map(|number| format!("A-{number},x\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\nA-1,9\nB-1,9\n{bad}"));
    let ran = shop.run(["import-stock", "--json"]).exits(3).outcome("partial").count("rejected", 18);
    ran.problem("too-many-bad-rows", "stock.csv", &["18 of 20 rows"]);
    shop.check_stock("A-1", 3, 0);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/error")), ["stock.csv"]);
}

// The safety guard -----------------------------------------------------------------------------------------------

/// A stock file of so many SKUs `S-001`, … with the same quantity.
#[track_caller]
fn put_uniform(shop: &Shop, skus: usize, quantity: i64) {
    let rows: String = (1..=skus).map(|number| format!("S-{number:03},{quantity}\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
}

#[test]
fn a_file_of_another_shop_is_held() {
    let shop = Shop::new();
    shop.many_products_in_stock(10);
    put_uniform(&shop, 40, 7);
    let ran = shop.run(["import-stock", "--json"]).exits(4).outcome("held");
    ran.problem("guard-unknown", "stock.csv", &["30 of this file's 40 rows"]);
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["5"]);
}

#[test]
fn the_guard_is_silent_about_small_files_and_where_it_is_switched_off() {
    let shop = Shop::new();
    shop.many_products_in_stock(19);
    put_uniform(&shop, 19, 0);
    shop.run(["import-stock"]).ok();
    let shop = Shop::new();
    shop.settings(|text| text + "[stock.guard]\nzero_percent = 100\n");
    shop.many_products_in_stock(40);
    put_uniform(&shop, 40, 0);
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["0"]);
}

#[test]
fn an_ordinary_full_file_passes_the_guard() {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    put_uniform(&shop, 40, 4);
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["4"]);
}

/// Runs one stock file against a shop of many SKUs, in this order of its rows, and gives what the shop has then.
fn stock_after(rows: &[(u64, i64)]) -> Vec<String> {
    let shop = Shop::new();
    shop.sql(
        "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 119999)
         INSERT INTO stock (sku_code, quantity, as_of) SELECT printf('S-%06d', n), 5, '2026-11-24 09:00:00' FROM numbers;
         INSERT INTO products (code) VALUES ('P');
         INSERT INTO skus (code, product_code) SELECT sku_code, 'P' FROM stock WHERE sku_code NOT LIKE '%50'",
    );
    let rows: String = rows.iter().map(|(number, quantity)| format!("S-{number:06},{quantity}\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock20261124101000.csv", &format!("商品コード,在庫数\n{rows}"));
    let ran = shop.run(["import-stock", "--json", "--force"]).ok();
    let counts = ran.json()["counts"].to_string();
    let stock =
        shop.rows("SELECT sku_code, quantity, as_of FROM stock WHERE quantity <> 5 ORDER BY sku_code");
    let history =
        shop.rows("SELECT sku_code, old_quantity, quantity FROM tempostar_stock_history ORDER BY sku_code");
    [vec![counts], stock, history].concat()
}

/// Looked up and written in batches, whose borders must not show: a row in three, some changed, some of SKUs that the
/// shop does not have.
#[test]
fn a_file_in_no_order_does_what_the_same_rows_in_order_do() {
    let mut rows: Vec<(u64, i64)> =
        (0..60_000).map(|row| (3 * row, if row % 10 == 0 { 9 } else { 5 })).collect();
    let in_order = stock_after(&rows);
    rows.sort_by_key(|(number, _)| number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let shuffled = stock_after(&rows);
    assert_eq!(in_order, shuffled);
    let changed = in_order.len() - 1;
    // 4,000 of the shop's, less one in ten without a SKU, each with its history.
    assert_eq!(changed, 2 * 3_600, "{:?}", &in_order[..3]);
}
