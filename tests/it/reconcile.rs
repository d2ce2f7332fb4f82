//! `reconcile`: a clean history balances; each lie is found by its line, and by no other.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

/// A shop with everything that can be compared: two files of orders, of which one was taken; orders shipped, cancelled
/// there, open, waiting and on their way; a full and a differential stock file.
pub fn shop() -> Shop {
    static SHOP: LazyLock<Shop> = LazyLock::new(build);
    SHOP.twin()
}

fn build() -> Shop {
    let mut shop = Shop::new();
    shop.payment_method("代金引換");
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,商品名,販売価格\nA-1,皿,1000\nA-2,椀,1000\nA-3,箸,1000\nA-4,盆,1000\n",
    );
    shop.run(["import-products"]).ok();
    shop.at("2026-11-24 10:20:00");
    shop.put_sheet(STOCK_INBOX, "stock1.csv", "商品コード,在庫数\nA-1,10\nA-2,20\nA-3,30\n");
    shop.run(["import-stock"]).ok();
    for number in ["1001", "1002", "1003"] {
        shop.order(number).line("A-1", 1).insert();
    }
    shop.at("2026-11-24 10:25:00").run(["export-orders"]).ok();
    shop.take_orders();
    shop.order("1004").line("A-2", 2).insert();
    shop.at("2026-11-24 10:30:00").run(["export-orders"]).ok();
    shop.at("2026-11-24 11:00:00");
    shop.put_sheet(STOCK_INBOX, "stock2.csv", "商品コード,在庫数\nA-1,7\nA-2,18\n");
    shop.run(["import-stock"]).ok();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,出荷日\n12345-1001,800,2026/11/24\n12345-1002,999,\n12345-1003,600,\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.order("1005").line("A-3", 4).insert();
    shop.order("1006").line("A-4", 1).set("is_provisional", 1).insert();
    shop.at("2026-11-25 09:00:00");
    shop
}

/// The lines that differ, each with what it names.
#[track_caller]
fn differing(ran: &Ran) -> Vec<(String, Vec<String>)> {
    let document = ran.json();
    let lines = document["lines"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let differing: Vec<_> = lines
        .filter(|line| line["differences"] != 0)
        .map(|line| (text(&line["line"]), line["first"].as_array().unwrap().iter().map(text).collect()))
        .collect();
    assert_eq!(ran.code, if differing.is_empty() { 0 } else { 3 }, "{ran}");
    assert_eq!(document["balances"], differing.is_empty(), "{ran}");
    differing
}

/// After the lie exactly this line differs, and names exactly this.
#[track_caller]
fn found(shop: &Shop, line: &str, named: &[&str]) {
    let ran = shop.run(["reconcile", "--json"]);
    let named = named.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(differing(&ran), [(line.to_owned(), named)], "{ran}");
}

#[track_caller]
fn lie(line: &str, named: &[&str], tell: impl FnOnce(&Shop)) {
    let shop = shop();
    tell(&shop);
    found(&shop, line, named);
}

/// The same told in SQL.
#[track_caller]
fn lie_sql(line: &str, named: &[&str], statements: &str) {
    lie(line, named, |shop| shop.sql(statements));
}

/// Where the copy lies of the file with this name, in the folder and below it.
#[track_caller]
fn copy(shop: &Shop, name: &str) -> PathBuf {
    let copies = shop.work_files_below("archive");
    let copy = copies.iter().find(|path| path.to_string_lossy().contains(name));
    copy.unwrap_or_else(|| panic!("no copy of {name}: {copies:?}")).clone()
}

/// Its name below the archive.
fn place(shop: &Shop, copy: &Path) -> String {
    copy.strip_prefix(shop.path("tempostar.d/archive")).unwrap().display().to_string()
}

const FIRST: &str = "order20261124102500.csv";
const SECOND: &str = "order20261124103000.csv";

/// Changes a copy, and the ledger with it.
#[track_caller]
fn forge(shop: &Shop, name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let copy = copy(shop, name);
    let bytes = change(fs::read(&copy).unwrap());
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(&copy, &bytes).unwrap();
    let place = place(shop, &copy);
    for table in ["tempostar_files", "tempostar_batches"] {
        shop.sql(&format!(
            "UPDATE {table} SET sha256 = '{sha256}', size = {} WHERE archived_as = '{place}'",
            bytes.len()
        ));
    }
}

/// Replaces bytes that must be there.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

/// The lines of a file, each with its end.
fn lines_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn a_clean_history_balances_and_the_figures_are_the_shops() {
    let shop = shop();
    let ran = shop.run(["reconcile", "--json"]).ok();
    assert_eq!(differing(&ran), []);
    let document = ran.json();
    let figures: Vec<(&str, i64, i64)> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let figure = |side: &str| line[side]["figure"].as_i64().unwrap();
            (line["line"].as_str().unwrap(), figure("left"), figure("right"))
        })
        .collect();
    assert_eq!(
        figures,
        [
            ("orders", 6, 6),
            ("sent", 4, 4),
            ("yen", 7700, 7700),
            ("taken", 4, 4),
            ("shipped", 3, 3),
            ("ticks", 1, 1),
            ("stock", 55, 55),
            ("allocations", 6, 6),
            ("copies_missing", 6, 6),
            ("copies_unknown", 6, 6),
            ("copies_damaged", 6, 6),
        ]
    );
    let ran = shop.run(["reconcile"]).ok();
    assert_eq!(ran.stdout.lines().nth(1), Some("→ everything agrees (11 lines)"), "{ran}");
    assert_eq!(ran.stderr, "");
    let ran = shop.run(["reconcile", "--quiet"]).ok();
    assert_eq!(ran.all(), "");
}

// Lies about orders ------------------------------------------------------------------------------------------------

#[test]
fn an_order_that_was_deleted_after_it_was_sent_is_missed() {
    lie_sql(
        "sent",
        &["1003: was sent in order20261124102500.csv, and is not in the order table"],
        "DELETE FROM order_lines WHERE order_no = '1003';
         DELETE FROM order_shipments WHERE order_no = '1003';
         DELETE FROM orders WHERE order_no = '1003'",
    );
}

#[test]
fn an_emptied_exported_at_is_missed() {
    lie_sql(
        "sent",
        &["1003: was sent in order20261124102500.csv, and has no exported_at"],
        // Cancelled: its unit does not wait for a figure again.
        "UPDATE orders SET exported_at = NULL, cancelled_at = '2026-11-24 12:00:00' WHERE order_no = '1003'",
    );
}

#[test]
fn an_exported_at_of_empty_text_is_none() {
    lie_sql(
        "sent",
        &["1003: was sent in order20261124102500.csv, and has no exported_at"],
        "UPDATE orders SET exported_at = '', cancelled_at = '2026-11-24 12:00:00' WHERE order_no = '1003'",
    );
}

#[test]
fn an_order_that_was_marked_as_sent_and_never_was_is_found() {
    lie("sent", &["1006: has an exported_at, and was sent in no file"], |shop| {
        shop.sql("UPDATE orders SET exported_at = '2026-11-24 12:00:00' WHERE order_no = '1006'")
    });
}

#[test]
fn orders_that_were_marked_before_the_first_file_are_none_of_ours() {
    let shop = shop();
    shop.sql("UPDATE orders SET exported_at = '2026-11-20 12:00:00' WHERE order_no = '1006'");
    assert_eq!(differing(&shop.run(["reconcile", "--json"])), []);
}

#[test]
fn an_order_whose_line_was_cut_out_of_the_file_is_missed() {
    lie("sent", &["1002: is marked as sent, and is not in order20261124102500.csv"], |shop| {
        forge(shop, FIRST, |bytes| {
            let mut lines = lines_of(&bytes);
            lines.remove(2);
            lines.concat()
        });
        shop.sql("UPDATE tempostar_batches SET order_count = 2 WHERE id = 1");
    });
}

#[test]
fn an_order_that_only_the_file_has_is_found() {
    lie("sent", &["1099: is in order20261124103000.csv, and the ledger does not say so"], |shop| {
        forge(shop, SECOND, |bytes| {
            let mut lines = lines_of(&bytes);
            lines.push(replaced(&lines[1], "12345-1004", "12345-1099"));
            lines.concat()
        });
        shop.sql("UPDATE tempostar_batches SET order_count = 2 WHERE id = 2");
    });
}

#[test]
fn an_order_that_was_sent_a_second_time_is_found() {
    lie("sent", &["1001: is in order20261124103000.csv, and the ledger does not say so"], |shop| {
        let again = lines_of(&fs::read(copy(shop, FIRST)).unwrap())[1].clone();
        forge(shop, SECOND, |bytes| [bytes, again].concat());
        shop.sql("UPDATE tempostar_batches SET order_count = 2 WHERE id = 2");
    });
}

#[test]
fn a_number_that_the_ledger_lost_is_missed() {
    lie_sql(
        "sent",
        &["1003: is in order20261124102500.csv, and the ledger does not say so"],
        "DELETE FROM tempostar_batch_orders WHERE order_no = '1003'",
    );
}

#[test]
fn a_renumbered_order_is_missed_under_one_number_and_found_under_the_other() {
    lie(
        "sent",
        &[
            "1001: is marked as sent, and is not in order20261124102500.csv",
            "9001: is in order20261124102500.csv, and the ledger does not say so",
        ],
        |shop| {
            forge(shop, FIRST, |bytes| replaced(&bytes, "12345-1001", "12345-9001"));
        },
    );
}

#[test]
fn a_file_with_another_count_than_the_ledger_has_is_found() {
    lie_sql(
        "taken",
        &["order20261124102500.csv: 4 by the ledger, 3 found"],
        "UPDATE tempostar_batches SET order_count = 4 WHERE id = 1",
    );
}

#[test]
fn a_number_lost_from_the_ledger_is_missed_without_a_copy_too() {
    let shop = shop();
    fs::remove_file(copy(&shop, FIRST)).unwrap();
    shop.sql(
        "UPDATE tempostar_batches SET archived_as = NULL WHERE id = 1;
         DELETE FROM tempostar_batch_orders WHERE order_no = '1002'",
    );
    found(&shop, "taken", &["order20261124102500.csv: 3 by the ledger, 2 found"]);
}

#[test]
fn an_order_that_came_back_shipped_from_a_file_that_still_lies_there_is_found() {
    let mut shop = shop();
    shop.set_remote_clock("2026-11-25 09:00:00");
    shop.put_sheet(
        LOGISTICS_INBOX,
        "late.csv",
        "ショップ受注番号,受注進捗コード,出荷日\n12345-1004,800,2026/11/24\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.run(["export-orders"]).ok();
    shop.set_remote_clock("2026-11-26 09:00:00");
    shop.at("2026-11-26 09:00:00").run(["export-orders"]).ok();
    found(
        &shop,
        "taken",
        &["1004: is shipped or cancelled in TEMPOSTAR, and order20261124103000.csv was not seen to be taken"],
    );
}

#[test]
fn a_table_that_the_application_has_made_anew_balances_as_before() {
    let shop = shop();
    let before = shop.run(["reconcile"]).ok().stdout;
    let indices =
        shop.rows("SELECT sql FROM sqlite_master WHERE tbl_name = 'orders' AND type = 'index' AND sql <> ''");
    shop.sql(
        "PRAGMA foreign_keys = OFF;
         PRAGMA legacy_alter_table = ON;
         CREATE TABLE new_orders AS SELECT * FROM orders;
         DROP TABLE orders;
         ALTER TABLE new_orders RENAME TO orders;
         CREATE UNIQUE INDEX numbers_of_orders ON orders (order_no)",
    );
    indices.iter().for_each(|index| shop.sql(index));
    assert_eq!(shop.run(["reconcile"]).ok().stdout, before);
}

#[test]
fn an_exported_at_before_the_file_has_arrived_is_found() {
    let shop = shop();
    shop.run_dying_at("prepared", ["export-orders"]);
    shop.sql(
        "UPDATE orders SET exported_at = '2026-11-25 09:00:00' WHERE order_no = '1005';
         UPDATE stock SET allocated = 4 WHERE sku_code = 'A-3'",
    );
    let ran = shop.run(["reconcile", "--json"]);
    let named = vec!["1005: has an exported_at, and its file is still under way".to_owned()];
    assert!(differing(&ran).contains(&("shipped".to_owned(), named)), "{ran}");
}

#[test]
fn another_day_in_exported_at_than_the_files_is_found() {
    lie_sql(
        "sent",
        &["1003: its exported_at is of 2026-11-23, and order20261124102500.csv was sent on 2026-11-24"],
        "UPDATE orders SET exported_at = '2026-11-23 10:25:00' WHERE order_no = '1003'",
    );
    let shop = shop();
    shop.sql("UPDATE orders SET exported_at = '2026-11-24 10:25:01' WHERE order_no = '1003'");
    assert_eq!(differing(&shop.run(["reconcile", "--json"])), [], "the same day");
}

#[test]
fn another_day_of_sending_in_the_ledger_than_the_orders_have_is_found() {
    lie_sql(
        "sent",
        &["1004: its exported_at is of 2026-11-24, and order20261124103000.csv was sent on 2026-11-25"],
        "UPDATE tempostar_batches SET sent_at = '2026-11-25 08:00:00' WHERE id = 2",
    );
}

#[test]
fn a_file_that_was_taken_before_it_was_sent_is_found() {
    lie_sql(
        "taken",
        &["order20261124102500.csv: was taken before it was sent, by the ledger"],
        "UPDATE tempostar_batches SET taken_at = '2026-11-24 10:24:59' WHERE id = 1",
    );
}

// Lies about money -------------------------------------------------------------------------------------------------

#[test]
fn one_yen_off_in_the_table_is_found() {
    lie_sql(
        "yen",
        &["1004: 2751 yen here, 2750 yen in TEMPOSTAR"],
        "UPDATE orders SET total = total + 1 WHERE order_no = '1004'",
    );
}

#[test]
fn one_yen_off_in_the_file_is_found() {
    lie("yen", &["1004: 2750 yen here, 2751 yen in TEMPOSTAR"], |shop| {
        forge(shop, SECOND, |bytes| replaced(&bytes, "\"2750\"", "\"2751\""));
    });
}

#[test]
fn two_amounts_that_make_each_other_good_are_both_found() {
    lie_sql(
        "yen",
        &["1001: 1649 yen here, 1650 yen in TEMPOSTAR", "1002: 1651 yen here, 1650 yen in TEMPOSTAR"],
        "UPDATE orders SET total = total - 1 WHERE order_no = '1001';
         UPDATE orders SET total = total + 1 WHERE order_no = '1002'",
    );
}

#[test]
fn in_a_file_that_is_read_beside_the_table_each_lie_is_found() {
    let shop = Shop::new();
    for number in 1001..=1400 {
        shop.order(&number.to_string()).line("A-1", 1).line("B-1", 1).insert();
    }
    shop.run(["export-orders"]).ok();
    shop.run(["reconcile"]).ok();
    shop.sql(
        "UPDATE orders SET total = total - 1 WHERE order_no = '1001';
         UPDATE orders SET total = total + 1 WHERE order_no = '1002';
         UPDATE orders SET exported_at = NULL WHERE order_no = '1200';
         UPDATE tempostar_batch_orders SET order_no = '9999' WHERE order_no = '1400';",
    );
    let file = &shop.remote_files(OUTBOX)[0];
    let named = [
        ("sent", format!("1200: was sent in {file}, and has no exported_at")),
        ("sent", format!("1400: is in {file}, and the ledger does not say so")),
        ("sent", format!("9999: was sent in {file}, and is not in the order table")),
        ("yen", "1001: 2749 yen here, 2750 yen in TEMPOSTAR".to_owned()),
        ("yen", "1002: 2751 yen here, 2750 yen in TEMPOSTAR".to_owned()),
    ];
    let found = differing(&shop.run(["reconcile", "--json"]));
    let found = found.iter().flat_map(|(line, named)| named.iter().map(|name| (line.as_str(), name.clone())));
    assert_eq!(found.collect::<Vec<_>>(), named);
}

#[test]
fn a_total_that_is_no_number_is_found() {
    lie_sql(
        "yen",
        &["1004: 0 yen here, 2750 yen in TEMPOSTAR"],
        "UPDATE orders SET total = 'a lot' WHERE order_no = '1004'",
    );
}

// Lies about shipping ----------------------------------------------------------------------------------------------

#[test]
fn a_tick_without_a_file_is_found() {
    lie_sql(
        "ticks",
        &["1003: is ticked, and no shipping file says that it is shipped"],
        "UPDATE orders SET delivery_status = 1, shipped_at = '2026-11-24 12:00:00' WHERE order_no = '1003'",
    );
}

#[test]
fn a_tick_that_a_file_set_and_somebody_took_away_is_missed() {
    lie_sql(
        "ticks",
        &["1001: was ticked by status.csv, and is not ticked any more"],
        "UPDATE orders SET delivery_status = 0 WHERE order_no = '1001'",
    );
}

#[test]
fn a_payment_or_capture_that_somebody_took_away_is_missed_unless_the_order_was_cancelled_since() {
    for tick in ["payment_status", "capture_status"] {
        let shop = shop();
        shop.sql(&format!("UPDATE orders SET {tick} = 0 WHERE order_no = '1001'"));
        found(&shop, "ticks", &["1001: was ticked by status.csv, and is not ticked any more"]);
        shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 12:00:00' WHERE order_no = '1001'");
        assert_eq!(differing(&shop.run(["reconcile", "--json"])), []);
    }
}

/// As `REPLACE INTO orders` of an application that knows nothing of our columns does.
#[test]
fn a_cancellation_in_tempostar_that_the_order_has_lost_is_missed() {
    lie_sql(
        "ticks",
        &["1002: was cancelled in TEMPOSTAR according to status.csv, and is not marked so any more"],
        "UPDATE orders SET cancelled_in_tempostar_at = NULL WHERE order_no = '1002'",
    );
}

#[test]
fn a_cancellation_in_tempostar_that_no_file_tells_of_is_found() {
    lie_sql(
        "ticks",
        &["1003: is marked as cancelled in TEMPOSTAR, and no shipping file says so"],
        "UPDATE orders SET cancelled_in_tempostar_at = '2026-11-24 11:00:00' WHERE order_no = '1003'",
    );
}

#[test]
fn a_cancellation_of_a_file_that_is_forgotten_is_believed() {
    let shop = shop();
    shop.sql("UPDATE orders SET cancelled_in_tempostar_at = '2026-08-01 11:00:00' WHERE order_no = '1003'");
    assert_eq!(differing(&shop.run(["reconcile", "--json"])), []);
}

#[test]
fn a_cancellation_of_a_file_whose_copy_is_lost_is_believed() {
    let shop = shop();
    let copy = copy(&shop, "status.csv");
    let lost = place(&shop, &copy);
    fs::remove_file(copy).unwrap();
    found(&shop, "copies_missing", &[&lost]);
}

#[test]
fn a_file_that_does_not_say_shipped_any_more_leaves_its_tick_without_a_file() {
    lie("ticks", &["1001: is ticked, and no shipping file says that it is shipped"], |shop| {
        forge(shop, "status.csv", |bytes| replaced(&bytes, "12345-1001,800", "12345-1001,600"));
    });
}

#[test]
fn a_shipping_file_that_the_ledger_forgot_leaves_its_tick_and_cancellation_without_a_file() {
    let named = [
        "1001: is ticked, and no shipping file says that it is shipped",
        "1002: is marked as cancelled in TEMPOSTAR, and no shipping file says so",
    ];
    lie("ticks", &named, |shop| {
        fs::remove_file(copy(shop, "status.csv")).unwrap();
        shop.sql("DELETE FROM tempostar_files WHERE name = 'status.csv'");
    });
}

// Lies about stock -------------------------------------------------------------------------------------------------

#[test]
fn a_figure_that_is_not_the_newest_files_is_found() {
    lie_sql(
        "stock",
        &["A-1: 8 in the stock table, 7 in stock2.csv"],
        "UPDATE stock SET quantity = 8 WHERE sku_code = 'A-1'",
    );
}

#[test]
fn a_figure_of_an_older_file_is_found_where_the_newest_did_not_name_it() {
    lie_sql(
        "stock",
        &["A-3: 29 in the stock table, 30 in stock1.csv"],
        "UPDATE stock SET quantity = 29 WHERE sku_code = 'A-3'",
    );
}

#[test]
fn a_figure_that_an_older_file_put_back_is_found() {
    lie_sql(
        "stock",
        &["A-2: 20 in the stock table, 18 in stock2.csv"],
        "UPDATE stock SET quantity = 20, as_of = '2026-11-24 10:20:00' WHERE sku_code = 'A-2'",
    );
}

#[test]
fn a_stock_row_that_was_deleted_is_missed() {
    lie_sql(
        "stock",
        &["A-3: 30 in stock1.csv, and not in the stock table"],
        "DELETE FROM stock WHERE sku_code = 'A-3'",
    );
}

#[test]
fn another_figure_in_the_newest_file_is_found() {
    lie("stock", &["A-2: 18 in the stock table, 19 in stock2.csv"], |shop| {
        forge(shop, "stock2.csv", |bytes| replaced(&bytes, "A-2,18", "A-2,19"));
    });
}

/// A SKU that the shop has not: its figure waits.
#[track_caller]
fn with_unknown_sku(shop: &mut Shop) {
    shop.at("2026-11-25 10:00:00");
    shop.put_sheet(STOCK_INBOX, "stock3.csv", "商品コード,在庫数\nA-1,7\nA-2,18\nA-3,30\nZ-9,5\n");
    shop.run(["import-stock"]);
    assert_eq!(shop.value("SELECT quantity FROM tempostar_unknown_stock WHERE sku_code = 'Z-9'"), "5");
}

#[test]
fn another_figure_kept_for_a_sku_that_the_shop_does_not_have_is_found() {
    let mut shop = shop();
    with_unknown_sku(&mut shop);
    assert_eq!(differing(&shop.run(["reconcile", "--json"])), []);
    shop.sql("UPDATE tempostar_unknown_stock SET quantity = 6 WHERE sku_code = 'Z-9'");
    found(&shop, "stock", &["Z-9: 6 kept for a SKU that the shop does not have, 5 in stock3.csv"]);
}

#[test]
fn a_leaked_allocation_is_found() {
    lie_sql(
        "allocations",
        &["A-1: 1 allocated, 0 in orders on their way"],
        "UPDATE stock SET allocated = 1 WHERE sku_code = 'A-1'",
    );
}

#[test]
fn an_allocation_that_somebody_gave_back_is_missed() {
    lie_sql(
        "allocations",
        &["A-3: 0 allocated, 4 in orders on their way"],
        "UPDATE stock SET allocated = 0 WHERE sku_code = 'A-3'",
    );
}

#[test]
fn an_order_without_its_allocation_is_found() {
    lie("allocations", &["A-2: 2 allocated, 7 in orders on their way"], |shop| {
        shop.order("1007").line("A-2", 5).insert();
        shop.sql("UPDATE stock SET allocated = 2 WHERE sku_code = 'A-2'");
    });
}

#[test]
fn an_allocation_whose_order_was_deleted_is_found() {
    lie_sql(
        "allocations",
        &["A-3: 4 allocated, 0 in orders on their way"],
        "DELETE FROM order_lines WHERE order_no = '1005';
         DELETE FROM order_shipments WHERE order_no = '1005';
         DELETE FROM orders WHERE order_no = '1005'",
    );
}

#[test]
fn units_of_an_order_that_was_cancelled_since_may_still_be_allocated_and_no_more() {
    let shop = shop();
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 12:00:00' WHERE order_no = '1005'");
    assert_eq!(differing(&shop.run(["reconcile", "--json"])), []);
    shop.sql("UPDATE stock SET allocated = 0 WHERE sku_code = 'A-3'");
    assert_eq!(differing(&shop.run(["reconcile", "--json"])), []);
    shop.sql("UPDATE stock SET allocated = 5 WHERE sku_code = 'A-3'");
    found(&shop, "allocations", &["A-3: 5 allocated, 0 in orders on their way"]);
}

// Lies about files -------------------------------------------------------------------------------------------------

#[track_caller]
fn copy_lie(line: &str, name: &str, suffix: &str, tell: impl FnOnce(&Path)) {
    let shop = shop();
    let copy = copy(&shop, name);
    let named = place(&shop, &copy) + suffix;
    tell(&copy);
    found(&shop, line, &[&named]);
}

const NOT_WHAT_CAME: &str = ": is not what was taken or sent";

#[test]
fn a_lost_copy_of_an_order_file_is_missed() {
    copy_lie("copies_missing", FIRST, "", |copy| fs::remove_file(copy).unwrap());
}

#[test]
fn a_lost_copy_of_a_stock_file_is_missed() {
    copy_lie("copies_missing", "stock2.csv", "", |copy| fs::remove_file(copy).unwrap());
}

#[test]
fn a_lost_copy_of_a_shipping_file_is_missed() {
    copy_lie("copies_missing", "status.csv", "", |copy| fs::remove_file(copy).unwrap());
}

#[test]
fn a_lost_copy_of_a_product_file_is_missed() {
    copy_lie("copies_missing", "product.csv", "", |copy| fs::remove_file(copy).unwrap());
}

#[test]
fn an_order_file_that_was_edited_is_found_by_its_hash_alone() {
    copy_lie("copies_damaged", FIRST, NOT_WHAT_CAME, |copy| {
        let bytes = fs::read(copy).unwrap();
        fs::write(copy, replaced(&bytes, "12345-1001", "12345-9001")).unwrap();
    });
}

#[test]
fn a_stock_file_that_was_edited_is_found_by_its_hash_alone() {
    copy_lie("copies_damaged", "stock2.csv", NOT_WHAT_CAME, |copy| {
        let bytes = fs::read(copy).unwrap();
        fs::write(copy, replaced(&bytes, "A-1,7", "A-1,9")).unwrap();
    });
}

#[test]
fn a_copy_that_was_cut_off_is_found() {
    copy_lie("copies_damaged", "status.csv", NOT_WHAT_CAME, |copy| {
        let bytes = fs::read(copy).unwrap();
        fs::write(copy, &bytes[..bytes.len() - 3]).unwrap();
    });
}

#[test]
fn an_order_file_that_nobody_sent_is_found() {
    let shop = shop();
    let of_first = copy(&shop, FIRST);
    let folder = of_first.parent().unwrap().with_file_name("99");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(&of_first, folder.join("order20261123000000.csv")).unwrap();
    found(&shop, "copies_unknown", &["export-orders.demo/99/order20261123000000.csv"]);
}

#[test]
fn an_import_that_the_ledger_forgot_is_found() {
    let shop = shop();
    let named = place(&shop, &copy(&shop, "product.csv"));
    shop.sql("DELETE FROM tempostar_files WHERE name = 'product.csv'");
    found(&shop, "copies_unknown", &[&named]);
}

#[test]
fn another_environments_copies_in_the_same_work_folder_are_its_own() {
    let shop = shop();
    shop.sql("DELETE FROM tempostar_files WHERE name = 'product.csv'");
    shop.write("tempostar.d/import-products.production.lock", b"");
    assert_eq!(differing(&shop.run(["reconcile", "--json"])), []);
}

#[test]
fn files_that_were_held_balance_whatever_was_decided() {
    let mut shop = shop();
    shop.settings(|text| text.replacen("[stock]\n", "[stock]\nguard.min_rows = 1\n", 1));
    for (day, decision) in [("26", "discard"), ("27", "approve")] {
        shop.at(&format!("2026-11-{day} 09:00:00"));
        shop.put_sheet(STOCK_INBOX, &format!("empty{day}.csv"), "商品コード,在庫数\nA-1,0\nA-2,0\nA-3,0\n");
        shop.run(["import-stock"]).exits(4);
        assert_eq!(differing(&shop.run(["reconcile", "--json"])), [], "held");
        let id = shop.value("SELECT id FROM tempostar_held WHERE state = 'held'");
        shop.run(["held", decision, &id]);
        assert_eq!(differing(&shop.run(["reconcile", "--json"])), [], "{decision}");
        shop.run(["import-stock"]);
        assert_eq!(differing(&shop.run(["reconcile", "--json"])), [], "{decision}, and a run later");
    }
}

#[test]
fn old_order_files_balance_without_their_copies() {
    let mut shop = shop();
    shop.at("2027-01-10 09:00:00").run(["export-orders"]);
    let left = shop.work_files_below("archive").iter().filter(|path| path.ends_with(FIRST)).count();
    assert_eq!(left, 0);
    let ran = shop.run(["reconcile", "--json"]);
    assert_eq!(differing(&ran), [], "{ran}");
    assert_eq!(ran.json()["lines"][1]["right"]["figure"], 4);
}

// TEMPOSTAR's own list ---------------------------------------------------------------------------------------------

/// As TEMPOSTAR's screen exports it: other shops' orders, several rows of an order, people.
const LIST: &str = "受注ID,ショップ受注番号,受注進捗コード,注文者名,請求金額\n\
                    1,12345-1001,800,山田 太郎,1650\n\
                    1,12345-1001,800,山田 太郎,1650\n\
                    2,12345-1002,999,山田 太郎,1650\n\
                    3,12345-1003,300,山田 太郎,1650\n\
                    4,777-1003,300,山田 太郎,99\n";

#[track_caller]
fn list_lie(line: &str, named: &[&str], from: &str, to: &str) {
    let shop = shop();
    assert!(LIST.contains(from));
    shop.write("list.csv", &crate::harness::cp932(&LIST.replacen(from, to, 9)));
    let ran = shop.run(["reconcile", "--with", "list.csv", "--json"]);
    let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
    let expected = if line.is_empty() { Vec::new() } else { vec![(line.to_owned(), named)] };
    assert_eq!(differing(&ran), expected, "{ran}");
}

#[test]
fn tempostars_own_list_agrees() {
    list_lie("", &[], "山田", "山田");
}

#[test]
fn the_lists_columns_can_have_other_names() {
    let shop = shop();
    let list = LIST
        .replace("ショップ受注番号", "モール注文番号")
        .replace("請求金額", "合計")
        .replace("1650", "1651");
    shop.write("list.csv", &crate::harness::cp932(&list));
    shop.run(["reconcile", "--with", "list.csv", "--json"]).exits(3).has_code("column-missing");
    shop.settings(|text| {
        text + "[reconcile]\ncolumns = { \"ショップ受注番号\" = \"モール注文番号\", \"請求金額\" = [\"金額\", \"合計\"] }\n"
    });
    let ran = shop.run(["reconcile", "--with", "list.csv", "--json"]);
    let amounts =
        ["1001", "1002", "1003"].map(|number| format!("{number}: 1650 yen here, 1651 yen in TEMPOSTAR"));
    assert_eq!(differing(&ran), [("amounts".to_owned(), amounts.to_vec())], "{ran}");
}

#[test]
fn a_bad_row_of_the_list_is_named_and_the_others_are_compared() {
    let bad = "list.csv: line 5: 請求金額: \"1,650\" is not a whole number";
    list_lie("amounts", &[bad], "3,12345-1003,300,山田 太郎,1650", "3,12345-1003,300,山田 太郎,\"1,650\"");
    let short = "list.csv: line 6: the row has 3 fields, the header 5";
    list_lie("only_there", &[short], "4,777-1003,300,山田 太郎,99", "4,777-1003,300");
}

#[test]
fn a_list_that_is_not_there_is_a_wrong_call() {
    let shop = shop();
    let ran = shop.run(["reconcile", "--with", "nowhere.csv"]).exits(2);
    ran.says("error[list-argument]: cannot read the file given with --with: nowhere.csv (No such file");
}

#[test]
fn an_order_that_tempostar_does_not_list_is_named() {
    list_lie(
        "only_here",
        &["1003: was taken by TEMPOSTAR, and is not in the list"],
        "3,12345-1003,300,山田 太郎,1650\n",
        "",
    );
}

#[test]
fn an_order_that_only_tempostar_has_is_named() {
    list_lie("only_there", &["1099: is in the list, and was not sent from here"], "777-1003", "12345-1099");
}

#[test]
fn another_amount_in_the_list_is_named() {
    list_lie(
        "amounts",
        &["1003: 1650 yen here, 1651 yen in TEMPOSTAR"],
        "300,山田 太郎,1650",
        "300,山田 太郎,1651",
    );
}

#[test]
fn shipped_there_and_not_here_is_named() {
    list_lie("progress", &["1003: not shipped here, 950 in TEMPOSTAR"], "12345-1003,300", "12345-1003,950");
}

#[test]
fn shipped_here_and_cancelled_there_is_named() {
    list_lie("progress", &["1001: shipped here, 999 in TEMPOSTAR"], "12345-1001,800", "12345-1001,999");
}
