//! What is allocated, beside the orders that account for it: told where they differ, and computed anew when somebody says so.

use serde_json::Value;

use crate::harness::{LOGISTICS_INBOX, Ran, STOCK_INBOX, Shop};

#[track_caller]
fn put_stock(shop: &Shop, name: &str, rows: &str) {
    shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\n{rows}"));
}

#[track_caller]
fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The SKUs that `status` names: those with orders without an allocation, and those with an allocation without orders.
#[track_caller]
fn told(shop: &Shop) -> [Vec<String>; 2] {
    let status = json(&shop.run(["status", "--json"]).ok());
    ["orders_without_allocation", "allocations_without_orders"].map(|key| {
        let names = status["hand_work"][key].as_object().unwrap().values();
        let names = names.filter_map(Value::as_array).flatten();
        names.map(|name| name.as_str().unwrap().to_owned()).collect()
    })
}

#[track_caller]
fn check_nothing_told(shop: &Shop) {
    assert_eq!(told(shop), [Vec::<String>::new(), Vec::new()]);
    let checked = json(&shop.run(["check-settings", "--offline", "--json"]));
    assert_eq!(check(&checked)["status"], "ok", "{checked:#}");
}

fn check(checked: &Value) -> &Value {
    checked["checks"].as_array().unwrap().iter().find(|check| check["id"] == "allocations").unwrap()
}

/// A shop whose figures are TEMPOSTAR's: 10 of A-1 and of B-1.
fn shop() -> Shop {
    let shop = Shop::new();
    shop.product("A-1");
    shop.product("B-1");
    put_stock(&shop, "stock20261124100000.csv", "A-1,10\nB-1,10\n");
    shop.run(["import-stock"]).ok();
    shop
}

#[test]
fn an_order_on_its_way_is_nothing_to_tell_of_whatever_becomes_of_it() {
    let mut shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    shop.check_stock("A-1", 10, 2);
    check_nothing_told(&shop);
    shop.run(["export-orders"]).ok();
    check_nothing_told(&shop);
    // A file that does not know it yet, and then one that does.
    shop.at("2026-11-24 10:20:00");
    put_stock(&shop, "stock20261124101800.csv", "A-1,10\nB-1,10\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
    check_nothing_told(&shop);
    shop.take_orders();
    shop.run(["export-orders"]).ok();
    shop.at("2026-11-24 10:40:00");
    put_stock(&shop, "stock20261124103800.csv", "A-1,8\nB-1,10\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
    check_nothing_told(&shop);
    // One that is cancelled here keeps its allocation until the next file.
    shop.order("1002").line("B-1", 1).insert();
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:41:00' WHERE order_no = '1002'");
    check_nothing_told(&shop);
    // A file of slices does not name it.
    shop.at("2026-11-24 10:50:00");
    put_stock(&shop, "stock20261124104800.csv", "A-1,8\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("B-1", 10, 1);
    check_nothing_told(&shop);
}

#[test]
fn an_allocation_without_orders_is_told_and_computed_anew() {
    let mut shop = shop();
    shop.order("1001").line("A-1", 1).insert();
    shop.sql("UPDATE stock SET allocated = allocated + 3 WHERE sku_code = 'A-1'");
    shop.run(["status", "--check"]).exits(3);
    assert_eq!(told(&shop), [vec![], vec!["A-1".to_owned()]]);
    shop.run(["status"]).ok().says("SKUs with an allocation that no order accounts for: 1 (");
    let checked = json(&shop.run(["check-settings", "--offline", "--json"]));
    assert_eq!(check(&checked)["status"], "warning");
    let message = "SKUs with an allocation that no order accounts for (1): A-1";
    assert_eq!(check(&checked)["message"], message);
    shop.run(["reconcile"]).exits(3).says("A-1: 4 allocated, 1 in orders on their way");
    let ran = shop.run(["reconcile", "--repair", "--json"]).ok();
    let repair = &json(&ran)["repair"];
    assert_eq!(repair["counts"]["repaired"], 1);
    let change = serde_json::json!({
        "table": "stock", "code": "A-1", "column": "allocated", "old": 4, "new": 1
    });
    assert_eq!(repair["changes"], Value::Array(vec![change]));
    let run_id = json(&ran)["run_id"].as_str().unwrap().to_owned();
    shop.check_stock("A-1", 10, 1);
    check_nothing_told(&shop);
    shop.check_rows(
        &format!("SELECT command, exit_code FROM tempostar_runs WHERE run_id = '{run_id}'"),
        &["reconcile|0"],
    );
    // What is sold meanwhile stays sold.
    shop.order("1002").line("A-1", 2).insert();
    let undone = json(&shop.run(["undo", &run_id, "--json"]).ok())["run_id"].as_str().unwrap().to_owned();
    shop.check_stock("A-1", 10, 6);
    shop.run(["undo", &run_id, "--json"]).ok().count("stock_undone", 0);
    shop.check_stock("A-1", 10, 6);
    shop.run(["undo", &undone]).ok();
    shop.check_stock("A-1", 10, 3);
    shop.language("ja_JP.UTF-8");
    shop.sql("UPDATE stock SET allocated = 9 WHERE sku_code = 'B-1'");
    let ran = shop.run(["reconcile", "--repair"]).ok().says("計算し直した在庫引当1");
    assert!(ran.stdout.contains("B-1  allocated  9 → 0"), "{ran}");
}

#[test]
fn an_order_without_its_allocation_is_told_and_gets_it() {
    let shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    shop.sql("UPDATE stock SET allocated = 0 WHERE sku_code = 'A-1'");
    shop.run(["status", "--check"]).exits(3);
    assert_eq!(told(&shop), [vec!["A-1".to_owned()], vec![]]);
    shop.run(["status"]).ok().says("SKUs with orders that nothing is allocated for: 1 (");
    let checked = json(&shop.run(["check-settings", "--offline", "--json"]));
    assert_eq!(check(&checked)["message"], "SKUs with orders that nothing is allocated for (1): A-1");
    let hint = check(&checked)["hint"].as_str().unwrap();
    assert!(hint.contains("`tempostar reconcile --repair` computes the allocation anew"), "{hint}");
    shop.run(["reconcile", "--repair"]).ok();
    shop.check_stock("A-1", 10, 2);
    check_nothing_told(&shop);
    // Nothing more to do.
    let ran = shop.run(["reconcile", "--repair", "--json"]).ok();
    assert_eq!(json(&ran)["repair"]["counts"]["repaired"], 0);
}

#[test]
fn figures_that_no_file_has_brought_are_looked_at_as_well() {
    let shop = Shop::new();
    shop.many_products_in_stock(3);
    shop.order("1001").line("S-001", 1).insert();
    check_nothing_told(&shop);
    shop.sql(
        "UPDATE stock SET allocated = 2 WHERE sku_code = 'S-002';
         UPDATE stock SET allocated = 0 WHERE sku_code = 'S-001';",
    );
    assert_eq!(told(&shop), [vec!["S-001".to_owned()], vec!["S-002".to_owned()]]);
    shop.run(["reconcile", "--repair"]).ok();
    shop.check_stock("S-001", 5, 1);
    shop.check_stock("S-002", 5, 0);
}

#[test]
fn a_repair_waits_for_nobody_and_takes_no_month() {
    let shop = shop();
    shop.run(["reconcile", "--repair", "--month", "2026-11"]).exits(2);
}

#[test]
fn units_added_to_a_sent_order_count_until_it_is_shipped() {
    let mut shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    shop.run(["export-orders"]).ok();
    shop.take_orders();
    shop.at("2026-11-24 10:40:00");
    shop.run(["export-orders"]).ok();
    put_stock(&shop, "stock20261124103800.csv", "A-1,8\nB-1,10\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
    // The customer calls: one more, and one of B-1.
    shop.sql(
        "BEGIN;
         UPDATE order_lines SET quantity = 3 WHERE order_no = '1001';
         INSERT INTO order_lines (order_no, line_no, sku_code, quantity) VALUES ('1001', 2, 'B-1', 1);
         UPDATE orders SET updated_at = '2026-11-24 10:41:00' WHERE order_no = '1001';
         UPDATE stock SET allocated = allocated + 1;
         COMMIT;",
    );
    shop.at("2026-11-24 11:00:00");
    put_stock(&shop, "stock20261124105800.csv", "A-1,8\nB-1,9\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 1);
    shop.check_stock("B-1", 9, 1);
    check_nothing_told(&shop);
    shop.run(["explain", "A-1"]).ok().says("added in the shop after the order was sent 2026-11-24 10:15:00");
    // TEMPOSTAR knows of it and ships.
    shop.at("2026-11-24 12:00:00");
    shop.put_sheet(LOGISTICS_INBOX, "s.csv", "ショップ受注番号,受注進捗コード\n12345-1001,800\n");
    shop.run(["import-logistics"]).ok();
    check_nothing_told(&shop);
    put_stock(&shop, "stock20261124115900.csv", "A-1,7\nB-1,8\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 7, 0);
    shop.check_stock("B-1", 8, 0);
    check_nothing_told(&shop);
}
