//! A file that changes very much is written in slices. It counts as applied only when all of it is.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::harness::{LOGISTICS_INBOX, STOCK_INBOX, Shop};

/// A shop of forty SKUs that have five pieces each, in which two rows are one transaction.
fn shop_in_slices() -> Shop {
    let mut shop = Shop::new();
    shop.many_products_in_stock(40);
    shop.variable("TEMPOSTAR_SLICE_MAX", "2");
    shop
}

fn sheet(quantity: u32) -> String {
    let rows: String = (1..=40).map(|number| format!("S-{number:03},{quantity}\n")).collect();
    format!("商品コード,在庫数\n{rows}")
}

const WRITTEN: &str = "SELECT count(*) FROM stock WHERE quantity = 9";

#[test]
fn the_ledger_calls_a_file_applied_only_when_all_of_it_is() {
    let shop = shop_in_slices();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(9));
    shop.run_dying_at("slice-committed:3", ["import-stock"]);
    shop.check_rows(WRITTEN, &["6"]);
    shop.check_rows("SELECT outcome FROM tempostar_files", &["begun"]);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    assert_eq!(shop.work_files_below("archive").len(), 1);
    shop.run(["import-stock", "--json"]).ok().only_problem("begun-file-finished", "stock.csv", &[]);
    shop.check_rows(WRITTEN, &["40"]);
    shop.check_rows("SELECT outcome FROM tempostar_files", &["applied"]);
    shop.run(["import-stock", "--json"]).ok().no_problem();
}

#[test]
fn a_begun_file_counts_only_when_all_of_it_is_written() {
    let shop = shop_in_slices();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(9));
    shop.run_dying_at("slice-committed:3", ["import-stock"]);
    shop.sql(
        "CREATE TRIGGER not_yet BEFORE UPDATE ON stock WHEN NEW.sku_code = 'S-020'
         BEGIN SELECT not_now(); END",
    );
    let ran = shop.run(["import-stock", "--json"]).exits(8).count("changed", 0).count("unchanged", 0);
    assert_eq!(ran.json()["files"], serde_json::json!([]), "{ran}");
    ran.only_problem("database-unexpected", "", &["not_now"]);
    shop.sql("DROP TRIGGER not_yet");
    let ran = shop.run(["import-stock", "--json"]).ok().only_problem("begun-file-finished", "stock.csv", &[]);
    let file = &ran.json()["files"][0];
    assert_eq!((&file["rows"], &file["outcome"]), (&40.into(), &"applied".into()), "{ran}");
    let changed = file["applied"].as_i64().unwrap();
    assert!(changed > 0, "{ran}");
    ran.count("changed", changed).count("unchanged", 40 - changed);
    shop.check_rows(WRITTEN, &["40"]);
}

#[test]
fn a_begun_file_is_finished_from_its_copy_when_the_server_has_it_no_more() {
    let shop = shop_in_slices();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(9));
    shop.run_dying_at("slice-committed:3", ["import-stock"]);
    shop.take_away(&format!("{STOCK_INBOX}/stock.csv"));
    shop.run(["import-stock"]).ok();
    shop.check_rows(WRITTEN, &["40"]);
}

#[test]
fn a_begun_file_given_by_hand_is_finished_by_the_next_run() {
    let shop = shop_in_slices();
    shop.write("stock.csv", sheet(9).as_bytes());
    shop.run_dying_at("slice-committed:3", ["import-stock", "--file", "stock.csv"]);
    fs::remove_file(shop.path("stock.csv")).unwrap();
    shop.run(["import-stock"]).ok();
    shop.check_rows(WRITTEN, &["40"]);
}

#[test]
fn a_begun_file_is_finished_before_a_later_one_is_taken() {
    let mut shop = shop_in_slices();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(9));
    shop.run_dying_at("slice-committed:3", ["import-stock"]);
    shop.at("2026-11-24 10:40:00");
    shop.put_sheet(STOCK_INBOX, "stock_20261124103000.csv", &sheet(8));
    shop.run(["import-stock", "--json"]).ok();
    shop.check_rows("SELECT count(*) FROM stock WHERE quantity = 8", &["40"]);
    shop.check_rows(
        "SELECT name FROM tempostar_files ORDER BY id",
        &["stock.csv", "stock_20261124103000.csv"],
    );
}

#[test]
fn a_begun_file_is_never_held_by_the_guard() {
    let shop = shop_in_slices();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(0));
    shop.run(["import-stock"]).exits(4);
    shop.run_dying_at("slice-committed:3", ["import-stock", "--force"]);
    shop.check_rows("SELECT state FROM tempostar_held", &["approved"]);
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT count(*) FROM stock WHERE quantity = 0", &["40"]);
}

#[test]
fn a_unit_sold_between_two_slices_is_allocated() {
    let shop = shop_in_slices();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(9));
    shop.run_dying_at("slice-committed:3", ["import-stock"]);
    shop.order("1001").line("S-040", 2).insert();
    shop.run(["import-stock"]).ok();
    shop.check_stock("S-040", 9, 2);
}

#[test]
fn a_run_stopped_between_two_slices_is_finished_by_the_next() {
    let mut shop = shop_in_slices();
    shop.variable("TEMPOSTAR_SLICE_MAX", "1");
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet(9));
    let child = shop.command(["import-stock"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let is_begun = || shop.value("SELECT count(*) FROM tempostar_files WHERE outcome = 'begun'") == "1";
    for _ in 0..2000 {
        if is_begun() {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let code = child.wait_with_output().unwrap().status.code();
    // On a quick machine it is through before the signal comes.
    assert!(matches!(code, Some(143 | 0)), "{code:?}");
    shop.run(["import-stock"]).ok();
    shop.check_rows(WRITTEN, &["40"]);
    shop.check_rows("SELECT outcome FROM tempostar_files", &["applied"]);
}

/// Everything that a logistics file can do to an order, in a shop in which order 1008 is cancelled as soon as 1001 is
/// ticked.
fn ship_everything(shop: &mut Shop) {
    shop.product_in_stock("A-1", 100);
    for order_no in ["1001", "1002"] {
        shop.order(order_no).line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    }
    for order_no in ["1003", "1004", "1005", "1006", "1007", "1008"] {
        shop.order(order_no).line("A-1", 1).insert();
    }
    shop.run(["export-orders"]).ok();
    shop.put_sheet(LOGISTICS_INBOX, "s1.csv", "ショップ受注番号,受注進捗コード\n12345-1004,999\n");
    shop.run(["import-logistics"]).ok();
    shop.sql("UPDATE orders SET customer_note = '変更', updated_at = '2026-11-24 10:20:00' WHERE order_no = '1005'");
    shop.sql(
        "CREATE TRIGGER cancelled_meanwhile AFTER UPDATE OF delivery_status ON orders WHEN NEW.order_no = '1001'
         BEGIN UPDATE orders SET cancelled_at = '2026-11-24 10:30:00' WHERE order_no = '1008'; END",
    );
    shop.at("2026-11-25 10:15:00");
    let sheet = "ショップ受注番号,受注進捗コード,配送番号,荷物番号\n\
                 12345-1008,800,1,T-8\n\
                 12345-1001,800,2,T-12\n\
                 12345-1005,800,,T-5\n\
                 12345-1003,999,,\n\
                 12345-1002,800,2,T-22\n\
                 12345-1004,800,1,T-4\n\
                 12345-1001,800,1,T-11\n\
                 12345-1006,100,,\n";
    shop.put_sheet(LOGISTICS_INBOX, "s2.csv", sheet);
    shop.run(["import-logistics", "--json"]).ok().problem(
        "cancelled-in-tempostar",
        "s2.csv",
        &["(1): 1003\n"],
    );
}

#[test]
fn orders_are_written_the_same_in_slices_of_any_size_and_one_cancelled_meanwhile_is_left_alone() {
    for most in ["1", "2", "3"] {
        let mut shop = Shop::new();
        shop.variable("TEMPOSTAR_SLICE_MAX", most);
        ship_everything(&mut shop);
        shop.check_rows(
            "SELECT orders.order_no, delivery_status, cancelled_in_tempostar_at IS NOT NULL,
                    substr(orders.updated_at, 9), substr(known_updated_at, 9)
             FROM orders
             JOIN tempostar_batch_orders AS member ON member.order_no = orders.order_no
             ORDER BY orders.order_no",
            &[
                "1001|1|0|25 10:15:00|25 10:15:00",
                "1002|0|0|25 10:15:00|25 10:15:00",
                "1003|0|1|25 10:15:00|25 10:15:00",
                "1004|1|0|25 10:15:00|25 10:15:00",
                "1005|1|0|25 10:15:00|24 10:05:30",
                "1006|0|0|24 10:05:30|24 10:05:30",
                "1007|0|0|24 10:05:30|24 10:05:30",
                "1008|0|0|24 10:05:30|24 10:05:30",
            ],
        );
        shop.check_rows(
            "SELECT order_no, shipment_no, tracking_no
             FROM order_shipments
             WHERE tracking_no IS NOT NULL
             ORDER BY order_no, shipment_no",
            &["1001|1|T-11", "1001|2|T-12", "1002|2|T-22", "1004|1|T-4", "1005|1|T-5"],
        );
        shop.check_rows(
            "SELECT order_no, event, number, line
             FROM tempostar_order_history
             WHERE history_file_id = (SELECT max(id) FROM tempostar_history_files)
             ORDER BY order_no, event, number",
            &[
                "1001|shipment|1|8",
                "1001|shipment|2|3",
                "1001|ticked|0|8",
                "1002|shipment|2|6",
                "1003|cancelled|0|5",
                "1004|revived|0|7",
                "1004|shipment|1|7",
                "1004|ticked|0|7",
                "1005|shipment|1|4",
                "1005|ticked|0|4",
            ],
        );
        shop.check_rows("SELECT DISTINCT outcome FROM tempostar_files", &["applied"]);
    }
}
