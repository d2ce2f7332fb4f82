//! `explain`: where the values of a SKU, a product and an order come from; and the history behind it.

use serde_json::{Value, json};

use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

fn explain(shop: &Shop, code: &str) -> Ran {
    shop.run(["explain", code]).ok()
}

fn explain_json(shop: &Shop, code: &str) -> Value {
    shop.run(["explain", code, "--json"]).ok().json()
}

/// The text without the parts of run ids that differ from run to run.
fn without_chance(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("20261124T") {
        let (before, id) = rest.split_at(at);
        shown += before;
        shown += "RUN";
        rest = id.trim_start_matches(|c: char| c.is_ascii_hexdigit() || c == 'T' || c == '-');
    }
    shown + rest
}

fn stock_file(shop: &mut Shop, at: &str, name: &str, rows: &str) {
    shop.at(at);
    shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\n{rows}"));
    shop.run(["import-stock"]).ok();
}

/// A shop in which much has happened to A-1.
fn shop_with_a_history() -> Shop {
    let mut shop = Shop::new();
    shop.product("A-1");
    shop.product("B-1");
    stock_file(&mut shop, "2026-11-24 10:15:00", "first.csv", "A-1,5\nB-1,1\n");
    shop.order("1001").line("A-1", 2).insert();
    shop.order("1002").line("A-1", 1).line("B-1", 1).insert();
    stock_file(&mut shop, "2026-11-24 10:25:00", "second.csv", "B-1,1\nA-1,4\n");
    shop.order("1003").line("A-1", 1).set("is_provisional", 1).insert();
    shop.at("2026-11-24 10:26:00").run(["export-orders"]).ok();
    shop
}

#[test]
fn a_sku_is_explained_with_its_orders_and_its_history() {
    let shop = shop_with_a_history();
    let expected = "\
SKU A-1 “商品A-1” (product A-1)
  sellable   0: all of it is allocated: sold here, and not in TEMPOSTAR's figure yet
  quantity   4 (TEMPOSTAR's figure, by a file as of 2026-11-24 10:25:00)
  allocated  4
    order 1001  × 2  sent 2026-11-24 10:26:00, too late for the file of 2026-11-24 10:25:00 (files from 2026-11-24 10:36:00 on have it)
    order 1002  × 1  sent 2026-11-24 10:26:00, too late for the file of 2026-11-24 10:25:00 (files from 2026-11-24 10:36:00 on have it)
    order 1003  × 1  provisional (仮受注), not sent
  history of the stock, newest first (what the shop has sold since is in the allocation, not here)
    2026-11-24 10:25:00  quantity 5 → 4  allocated 3  second.csv line 3 (run RUN)
    2026-11-24 10:15:00                               first load: first.csv (run RUN; a first load has no history of its rows)
";
    let shown = without_chance(&explain(&shop, "A-1").stdout);
    assert!(shown.starts_with(expected), "{shown}\n-- expected\n{expected}");
}

#[test]
fn a_sku_is_explained_in_japanese() {
    let mut shop = shop_with_a_history();
    shop.language("ja_JP.UTF-8");
    let expected = "\
SKU A-1「商品A-1」（商品A-1）
  販売可能数  0: すべて在庫引当です（受注済みで、TEMPOSTARの在庫数にまだ反映されていない分）
  在庫数      4（TEMPOSTARの数。2026-11-24 10:25:00時点のファイルによる）
  在庫引当    4
";
    let shown = explain(&shop, "A-1").stdout;
    assert!(shown.starts_with(expected), "{shown}");
    assert!(shown.contains("在庫数5 → 4  引当3  second.csv 3行目（実行2026"), "{shown}");
}

#[test]
fn a_sku_is_explained_for_programs() {
    let shop = shop_with_a_history();
    let document = explain_json(&shop, "A-1");
    assert_eq!(document["exit_code"], 0);
    assert_eq!(document["problems"], json!([]));
    let sku = &document["sku"];
    for (key, value) in [
        ("quantity", json!(4)),
        ("allocated", json!(4)),
        ("sellable", json!(0)),
        ("unsellable", json!("allocated")),
        ("as_of", json!("2026-11-24 10:25:00")),
    ] {
        assert_eq!(sku[key], value, "{key}: {sku:#}");
    }
    let change = &sku["history"][0];
    for (key, value) in [
        ("at", json!("2026-11-24 10:25:00")),
        ("command", json!("import-stock")),
        ("file", json!("second.csv")),
        ("line", json!(3)),
        ("old_quantity", json!(5)),
        ("old_allocated", json!(3)),
        ("quantity", json!(4)),
        ("allocated", json!(3)),
    ] {
        assert_eq!(change[key], value, "{key}: {change:#}");
    }
    let copy = change["copy"].as_str().unwrap();
    assert!(shop.path(copy).exists(), "{copy}");
    assert_eq!(sku["history"][1]["file"], "first.csv");
    assert_eq!(sku["history"][1]["line"], json!(null));
}

#[test]
fn it_is_said_why_a_sku_cannot_be_sold() {
    let shop = Shop::new();
    for (sku, quantity) in [("ZERO", 0), ("NEGATIVE", -3), ("UNHANDLED", 5), ("FINE", 5)] {
        shop.product_in_stock(sku, quantity);
    }
    shop.product("NEW");
    shop.sql("UPDATE skus SET handled = 0 WHERE code = 'UNHANDLED'");
    for (sku, why, words) in [
        ("ZERO", json!("zero"), "sellable   0: TEMPOSTAR's figure is 0"),
        ("NEGATIVE", json!("negative"), "sellable   0: TEMPOSTAR's figure is below 0"),
        ("UNHANDLED", json!("not_handled"), "sellable   0: the shop does not handle it"),
        ("NEW", json!("no_stock"), "sellable  0: no stock file has named it yet"),
        ("FINE", json!(null), "sellable   5\n"),
    ] {
        assert_eq!(explain_json(&shop, sku)["sku"]["unsellable"], why, "{sku}");
        explain(&shop, sku).says(words);
    }
}

#[test]
fn an_allocation_that_a_later_file_has_confirmed_is_explained_by_that_file() {
    let mut shop = Shop::new();
    shop.product("A-1");
    shop.order("1001").line("A-1", 1).insert();
    stock_file(&mut shop, "2026-11-24 10:15:00", "first.csv", "A-1,5\n");
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    shop.order("1002").line("A-1", 1).insert();
    // 1001 leaves the allocation, but 1002 is in it: the figures are the same, and nothing is written.
    shop.sql("UPDATE stock SET allocated = 1");
    stock_file(&mut shop, "2026-11-24 10:40:00", "second.csv", "A-1,5\n");
    let orders = &explain_json(&shop, "A-1")["sku"]["orders"];
    assert_eq!(orders.as_array().unwrap().len(), 1, "{orders}");
    assert_eq!(orders[0]["order_no"], "1002");
}

#[test]
fn an_allocation_that_the_orders_do_not_explain_is_told() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    shop.sql("UPDATE stock SET allocated = 3");
    explain(&shop, "A-1").says("The orders make 0, the allocation is 3");
}

#[test]
fn a_change_of_the_allocation_alone_is_in_the_history() {
    let mut shop = Shop::new();
    shop.product("A-1");
    stock_file(&mut shop, "2026-11-24 10:15:00", "first.csv", "A-1,5\n");
    shop.order("1001").line("A-1", 1).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    stock_file(&mut shop, "2026-11-24 10:40:00", "second.csv", "A-1,5\n");
    explain(&shop, "A-1").says("quantity 5  allocated 1 → 0  second.csv line 2");
}

#[test]
fn what_does_not_change_is_not_recorded() {
    let mut shop = Shop::new();
    shop.product("A-1");
    stock_file(&mut shop, "2026-11-24 10:15:00", "first.csv", "A-1,5\n");
    stock_file(&mut shop, "2026-11-24 10:25:00", "second.csv", "A-1,5\n");
    shop.check_rows("SELECT file_name, is_first_load FROM tempostar_history_files", &["first.csv|1"]);
    shop.check_rows("SELECT count(*) FROM tempostar_stock_history", &["0"]);
}

#[test]
fn lines_are_those_of_an_editor_also_where_rows_are_not_lines() {
    let shop = Shop::new();
    shop.many_products_in_stock(3);
    shop.put_sheet(
        STOCK_INBOX,
        "stock.csv",
        "商品コード,在庫数,備考\n\nS-001,1,\"二\n行\"\nS-002,5,\n\nS-003,3,\nS-001,2,\n",
    );
    shop.run(["import-stock"]).ok();
    shop.check_rows(
        "SELECT sku_code, line, quantity FROM tempostar_stock_history ORDER BY sku_code",
        &["S-001|8|2", "S-003|7|3"],
    );
}

#[test]
fn a_file_without_a_header_begins_at_line_1() {
    let shop = Shop::new();
    shop.many_products_in_stock(2);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "S-001,1\nS-002,2\n");
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT sku_code, line FROM tempostar_stock_history ORDER BY 1", &["S-001|1", "S-002|2"]);
}

#[test]
fn an_interrupted_file_is_in_the_history_once_with_both_its_runs() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(40);
    shop.variable("TEMPOSTAR_SLICE_MAX", "2");
    let rows: String = (1..=40).map(|number| format!("S-{number:03},9\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
    shop.run_dying_at("slice-committed:3", ["import-stock"]);
    shop.run(["import-stock"]).ok();
    shop.check_rows(
        "SELECT count(*), count(DISTINCT sku_code), sum(line), min(old_quantity), max(old_quantity)
         FROM tempostar_stock_history",
        // Lines 2 to 41.
        &["40|40|860|5|5"],
    );
    shop.check_rows(
        "SELECT count(*) FROM tempostar_stock_history GROUP BY history_file_id ORDER BY history_file_id",
        &["6", "34"],
    );
    shop.check_rows(
        "SELECT count(*), count(DISTINCT run_id), count(DISTINCT file_name) FROM tempostar_history_files",
        &["2|2|1"],
    );
}

#[test]
fn a_product_shows_its_skus_and_which_lines_made_them() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "first.csv", "商品コード,SKUコード,商品名\nA-1,A-1-赤,皿\n");
    shop.run(["import-products"]).ok();
    shop.at("2026-11-24 11:00:00");
    let sheet = "商品コード,SKUコード,商品名\nA-1,A-1-赤,大皿\nA-1,A-1-黒,大皿\nB-1,,椀\n";
    shop.put_sheet(PRODUCT_INBOX, "second.csv", sheet);
    shop.run(["import-products"]).ok();
    explain(&shop, "A-1")
        .says("product A-1 “大皿”")
        .says("A-1-赤")
        .says("A-1-黒")
        .says("updated  second.csv line 2")
        .says("created  first load: first.csv");
    explain(&shop, "A-1-黒").says("(product A-1)").says("created  second.csv line 3");
    let product = &explain_json(&shop, "A-1")["product"];
    assert_eq!(product["skus"].as_array().unwrap().len(), 2, "{product}");
    assert_eq!(product["catalogue_history"][0]["what"], "updated");
    explain(&shop, "B-1").says("SKU B-1").says("product B-1").says("created  second.csv line 4");
}

#[test]
fn the_history_keeps_the_values_that_changed_whatever_the_shop_has_there() {
    let mut shop = Shop::new();
    let header = "商品コード,商品名,販売価格,商品重量,備考";
    shop.put_sheet(PRODUCT_INBOX, "first.csv", &format!("{header}\nA-1,皿,1980,0.3,x\nB-1,椀,10,1,x\n"));
    shop.run(["import-products"]).ok();
    shop.sql(
        "UPDATE products SET name = 'say \"皿\"', weight = 0.1 + 0.2, note = x'e79abf' WHERE code = 'A-1'",
    );
    shop.at("2026-11-24 11:00:00");
    shop.put_sheet(
        PRODUCT_INBOX,
        "second.csv",
        &format!("{header}\nA-1,大皿,1780,,x\nB-1,椀,10,1,x\nC-1,鉢,,,\n"),
    );
    shop.run(["import-products"]).ok();
    explain(&shop, "A-1")
        .says("updated  second.csv line 2")
        .says("name say \"皿\" → 大皿, price 1980 → 1780, weight 0.3")
        .says("note 皿 → x");
    let values = |code: &str| explain_json(&shop, code)["product"]["catalogue_history"][0]["values"].clone();
    let expected = json!({"name": ["say \"皿\"", "大皿"], "price": [1980, 1780], "weight": [0.1 + 0.2, null], "note": ["皿", "x"]});
    assert_eq!(values("A-1"), expected);
    assert_eq!(values("C-1"), json!({"name": [null, "鉢"]}));
}

#[test]
fn an_order_is_followed_from_its_registration_to_its_ticks() {
    let mut shop = Shop::new();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    let state = |shop: &Shop| explain_json(shop, "1001")["order"]["state"].as_str().unwrap().to_owned();
    assert_eq!(state(&shop), "waiting");
    shop.run_dying_at("uploaded", ["export-orders"]);
    assert_eq!(state(&shop), "under_way");
    shop.at("2026-11-24 10:20:00").run(["export-orders"]).ok();
    assert_eq!(state(&shop), "sent");
    explain(&shop, "1001")
        .says("sent 2026-11-24 10:20:00")
        .says("order20261124101500.csv")
        .says("not seen yet");
    let copy = explain_json(&shop, "1001")["order"]["batch"]["copy"].as_str().unwrap().to_owned();
    assert!(shop.path(&copy).exists(), "{copy}");
    shop.take_away(&format!("{OUTBOX}/order20261124101500.csv"));
    shop.at("2026-11-24 10:25:00").run(["export-orders"]).ok();
    explain(&shop, "1001").says("seen gone from the outbox at 2026-11-24 10:25:00");
    let sheet = "ショップ受注番号,受注進捗コード,出荷日,荷物番号,商品コード,商品名,数量\n\
                 12345-9999,800,2026/11/24,0,A-1,商品A-1,2\n\
                 12345-1001,800,2026/11/24,1234-5678,A-1,商品A-1,2\n\
                 12345-1001,800,2026/11/24,1234-5678,GIFT,おまけ,1\n";
    shop.at("2026-11-25 05:37:00").put_sheet(LOGISTICS_INBOX, "status.csv", sheet);
    shop.run(["import-logistics"]).ok();
    explain(&shop, "1001")
        .says("delivered (配送区分)     yes 2026-11-24 00:00:00")
        .says("no. 1  shipped 2026-11-24  宅配便  tracking no. 1234-5678")
        .says("2  GIFT  × 1  added by TEMPOSTAR")
        .says("2026-11-25 05:37:00  data of destination 1 stored  status.csv line 4")
        .says("line 2 added                  status.csv line 4")
        .says("the three ticks set           status.csv line 4")
        .never_says("not linked");
}

#[test]
fn the_number_with_the_shop_code_is_understood_too() {
    let shop = Shop::new();
    shop.order("ORDER-100#2.1").line("A-1", 1).insert();
    assert_eq!(explain_json(&shop, "12345-ORDER-100#2.1")["order"]["order_no"], "ORDER-100#2.1");
}

#[test]
fn it_is_said_why_an_order_is_not_sent() {
    let shop = Shop::new();
    shop.order("held").line("A-1", 1).set("total", 1).insert();
    shop.order("provisional").line("A-1", 1).set("is_provisional", 1).insert();
    shop.order("cancelled").line("A-1", 1).set("cancelled_at", "2026-11-24 10:10:00").insert();
    shop.order("marked").line("A-1", 1).set("exported_at", "2026-11-24 10:10:00").insert();
    explain(&shop, "held").says("held back: 請求金額 is 1 yen");
    // Its units stay allocated: whoever asks about the SKU has to know.
    shop.product_in_stock("A-1", 3);
    shop.sql("UPDATE stock SET allocated = 2");
    explain(&shop, "A-1").says("order held         × 1  held back: 請求金額 is 1 yen");
    for (order_no, state) in [
        ("held", "held_back"),
        ("provisional", "provisional"),
        ("cancelled", "cancelled"),
        ("marked", "marked_as_sent"),
    ] {
        assert_eq!(explain_json(&shop, order_no)["order"]["state"], state, "{order_no}");
    }
    explain(&shop, "provisional").says("provisional (仮受注)");
    explain(&shop, "cancelled").says("cancelled before it was sent");
    explain(&shop, "marked").says("tempostar has not sent it");
}

#[test]
fn odd_values_of_the_shop_are_explained_as_they_are_judged() {
    let shop = Shop::that_has_sent();
    for (order_no, column, value) in [
        ("flag", "is_provisional", "''"),
        ("odd-flag", "is_provisional", "'yes'"),
        ("time", "cancelled_at", "''"),
        ("odd-time", "cancelled_at", "'yes'"),
        ("mark", "exported_at", "''"),
        ("odd-mark", "exported_at", "'yes'"),
        ("tick", "delivery_status", "''"),
    ] {
        shop.order(order_no).line("A-1", 1).insert();
        shop.sql(&format!("UPDATE orders SET {column} = {value} WHERE order_no = '{order_no}'"));
        let state = if order_no.starts_with("odd-") { "held_back" } else { "waiting" };
        assert_eq!(explain_json(&shop, order_no)["order"]["state"], state, "{order_no}");
        assert!(!explain(&shop, order_no).stdout.contains("cancelled  "), "{order_no}");
    }
    // Of a sent order, too; and a time that somebody has emptied is not "under way".
    shop.sql(
        "UPDATE orders SET cancelled_at = '', payment_status = 'はい', paid_at = x'ff' WHERE order_no = '1001';
         UPDATE order_lines SET quantity = '2個', sku_code = x'41ff' WHERE order_no = '1001';
         UPDATE order_shipments SET shipped_on = '', tracking_no = x'ff' WHERE order_no = '1001'",
    );
    let sent =
        explain(&shop, "1001").says("state                    sent 2026").says("× 2個").says("not shipped");
    assert!(!sent.stdout.contains("cancel it in TEMPOSTAR"), "{sent}");
    shop.sql("UPDATE orders SET exported_at = NULL WHERE order_no = '1001'");
    assert_eq!(explain_json(&shop, "1001")["order"]["state"], "held_back");
    shop.sql(
        "UPDATE skus SET name = x'ff'; UPDATE products SET name = x'ff'; UPDATE stock SET as_of = 'yes'",
    );
    explain(&shop, "A-1").says("TEMPOSTAR's figure");
}

#[test]
fn what_must_be_done_by_hand_is_told() {
    let mut shop = Shop::new();
    for order_no in ["changed", "cancelled", "there"] {
        shop.order(order_no).line("A-1", 1).insert();
    }
    shop.run(["export-orders"]).ok();
    shop.sql("UPDATE orders SET updated_at = '2026-11-24 11:00:00' WHERE order_no = 'changed'");
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 11:00:00' WHERE order_no = 'cancelled'");
    shop.at("2026-11-24 12:00:00");
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,受注進捗コード\n12345-there,999\n");
    shop.run(["import-logistics"]).ok();
    explain(&shop, "changed").says("2026-11-24 11:00:00 (not linked: change it in TEMPOSTAR, too)");
    explain(&shop, "cancelled").says("here 2026-11-24 11:00:00 (not linked: cancel it in TEMPOSTAR, too)");
    explain(&shop, "there")
        .says("in TEMPOSTAR 2026-11-24 12:00:00 (not linked: cancel it in the shop, too)")
        .says("cancelled in TEMPOSTAR  status.csv line 2");
}

#[test]
fn an_unknown_code_is_exit_code_3_and_similar_ones_are_named() {
    let shop = Shop::new();
    shop.product_in_stock("A-1-RED", 5);
    let ran = shop.run(["explain", "a-1", "--json"]).exits(3);
    ran.only_problem("unknown-code-similar", "", &["\"a-1\"", "A-1-RED"]);
    assert_eq!(shop.run(["explain", "a-1"]).exits(3).stdout, "");
    shop.run(["explain", "%"]).exits(3).never_says("A-1-RED");
    shop.run(["explain", "X", "--quiet"])
        .exits(3)
        .says("there is no SKU, product, order, file, run or problem \"X\"");
    let ran = shop.run(["explain", "X", "--json"]).exits(3);
    assert_eq!(ran.json()["exit_code"], 3);
    ran.only_problem("unknown-code", "", &["\"X\""]);
    shop.run(["explain"]).exits(2);
    assert_eq!(shop.run(["explain", "A-1-RED", "--quiet"]).ok().all(), "");
}

/// A run's id, with which everything of it is found.
fn run_id(shop: &Shop, command: &str) -> String {
    shop.value(&format!(
        "SELECT run_id FROM tempostar_runs WHERE command = '{command}' ORDER BY id DESC LIMIT 1"
    ))
}

/// What `explain` says of a code, without run ids, hashes and how the folder is written.
fn explained(shop: &Shop, code: &str) -> String {
    let shown = without_chance(&explain(shop, code).stdout);
    let is_hash = |word: &str| word.len() == 64 && word.chars().all(|c| c.is_ascii_hexdigit());
    let lines = shown.lines().map(|line| match line.split_whitespace().last() {
        Some(last) if is_hash(last) => line.replace(last, "HASH"),
        _ => line.replace("./tempostar.d", "tempostar.d"),
    });
    lines.map(|line| line + "\n").collect()
}

#[test]
fn a_file_is_explained_with_its_run_and_what_lies_where() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    stock_file(&mut shop, "2026-11-24 10:20:00", "stock_1020.csv", "A-1,4\nB-9,1\n");
    let expected = "\
file stock_1020.csv: stock import
  state          applied
  file's time    2026-11-24 10:20:00
  taken          2026-11-24 10:20:00
  run            RUN
  SHA-256        HASH
  size           33 bytes
  rows           2: 1 applied, 0 unchanged, 1 unknown, 0 rejected, 0 held
  copy           tempostar.d/archive/import-stock/RUN/stock_1020.csv
  on the server  /netstock/12345/archive/stock_1020.csv
";
    assert_eq!(explained(&shop, "stock_1020.csv"), expected);
    assert_eq!(explained(&shop, "/netstock/12345/stock_1020.csv"), expected);
    let file = &explain_json(&shop, "stock_1020.csv")["files"][0];
    for (key, value) in [
        ("job", json!("import-stock")),
        ("name", json!("stock_1020.csv")),
        ("outcome", json!("applied")),
        ("run_id", json!(run_id(&shop, "import-stock"))),
        ("rows", json!(2)),
        ("applied", json!(1)),
        ("unknown", json!(1)),
        ("rejected", json!(0)),
        ("held", json!(0)),
        ("is_cleaned_up", json!(true)),
        ("decided_by", json!(null)),
    ] {
        assert_eq!(file[key], value, "{key}: {file:#}");
    }
    shop.put(&format!("{STOCK_INBOX}/stock_1030.csv"), "商品,数\nA-1,3\n");
    shop.at("2026-11-24 10:30:00").run(["import-stock"]).exits(3);
    explain(&shop, "stock_1030.csv").says("  state          refused: ");
}

#[test]
fn a_held_file_is_explained_with_who_decided() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(40);
    let zeroes: String = (1..=40).map(|number| format!("S-{number:03},0\n")).collect();
    shop.put_sheet(STOCK_INBOX, "zero.csv", &format!("商品コード,在庫数\n{zeroes}"));
    shop.run(["import-stock"]).exits(4);
    explain(&shop, "zero.csv")
        .says("  state          held: ")
        .says("  held since     2026-11-24 10:15:00\n")
        .says("  held copy      ")
        .says("`tempostar held show 1`");
    shop.variable("USER", "maria");
    shop.at("2026-11-24 10:30:00").run(["held", "discard", "1"]).ok();
    explain(&shop, "zero.csv")
        .says("  state          discarded: ")
        .says("  decided        2026-11-24 10:30:00 discarded by maria\n")
        .never_says("held show");
    let file = &explain_json(&shop, "zero.csv")["files"][0];
    for (key, value) in [
        ("outcome", json!("discarded")),
        ("held_id", json!(1)),
        ("held_at", json!("2026-11-24 10:15:00")),
        ("decided_at", json!("2026-11-24 10:30:00")),
        ("decided_by", json!("maria")),
    ] {
        assert_eq!(file[key], value, "{key}: {file:#}");
    }
}

#[test]
fn a_file_of_orders_is_explained() {
    let mut shop = Shop::that_has_sent();
    let name = shop.remote_files(OUTBOX).remove(0);
    let expected = format!(
        "\
file {name}: sending of orders
  state               sent 2026-11-24 10:15:00
  taken by TEMPOSTAR  not seen yet: it lay in the outbox at the last look
  run                 RUN
  SHA-256             HASH
"
    );
    let shown = explained(&shop, &name);
    assert!(shown.starts_with(&expected), "{shown}\n-- expected\n{expected}");
    shop.take_orders();
    shop.at("2026-11-24 10:25:00").run(["export-orders"]).ok();
    explain(&shop, &name)
        .says("seen gone from the outbox at 2026-11-24 10:25:00")
        .says("  contents            orders: 1, lines: 1\n");
    assert_eq!(explain_json(&shop, &name)["files"][0]["orders"], 1);
    shop.order("2001").line("A-1", 1).line("B-1", 1).insert();
    shop.order("2002").line("A-1", 1).insert();
    shop.at("2026-11-24 10:35:00").run(["export-orders"]).ok();
    let name = shop.remote_files(OUTBOX).remove(0);
    explain(&shop, &name).says("  contents            orders: 2, lines: 3\n");
    let file = &explain_json(&shop, &name)["files"][0];
    assert_eq!((&file["orders"], &file["lines"]), (&2.into(), &3.into()));
}

#[test]
fn a_run_is_explained_with_its_files_its_problems_and_how_to_undo_it() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    stock_file(&mut shop, "2026-11-24 10:20:00", "stock_1020.csv", "A-1,4\n");
    shop.variable("USER", "maria");
    shop.put_sheet(STOCK_INBOX, "stock_1030.csv", "商品コード,在庫数\nA-1,3\n");
    shop.put_sheet(STOCK_INBOX, "wrong.csv", "商品,数\nA-1,3\n");
    shop.at("2026-11-24 10:30:00").run(["import-stock"]).exits(3);
    let id = run_id(&shop, "import-stock");
    let shown = explained(&shop, &id);
    let expected = "\
run RUN (import-stock)
  state       partly done
  began       2026-11-24 10:30:00
  ended       2026-11-24 10:30:00
  started by  maria
  figures     1 changed
  files
    stock_1030.csv  applied  1: 1 applied, 0 unchanged, 0 unknown, 0 rejected, 0 held
    wrong.csv       refused  0: 0 applied, 0 unchanged, 0 unknown, 0 rejected, 0 held
  problems
    column-missing  wrong.csv: line 1: ";
    assert!(shown.starts_with(expected), "{shown}\n-- expected\n{expected}");
    let undo = "  to undo it  tempostar undo RUN (with --dry-run it only shows what would go back)\n";
    assert!(shown.ends_with(undo), "{shown}");
    let run = &explain_json(&shop, &id)["run"];
    for (key, value) in [
        ("run_id", json!(id)),
        ("command", json!("import-stock")),
        ("outcome", json!("partial")),
        ("exit_code", json!(3)),
        ("started_by", json!("maria")),
        ("started_at", json!("2026-11-24 10:30:00")),
        ("undo", json!(format!("tempostar undo {id}"))),
    ] {
        assert_eq!(run[key], value, "{key}: {run:#}");
    }
    assert_eq!(
        (&run["files"][0]["name"], &run["files"][0]["applied"]),
        (&json!("stock_1030.csv"), &json!(1))
    );
    assert_eq!(run["problems"][0]["code"], "column-missing");
    shop.at("2026-11-24 10:35:00").run(["undo", &id]).ok();
    explain(&shop, &id).says("  to undo it  by the run 2026");
    shop.run(["export-orders"]).ok();
    explain(&shop, &run_id(&shop, "export-orders")).says("sent orders: they are never called back");
}

#[test]
fn rows_that_were_left_alone_are_accounted_for() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    stock_file(&mut shop, "2026-11-24 10:20:00", "stock_1020.csv", "A-1,4\n");
    shop.put_sheet(STOCK_INBOX, "stock_20261124101900.csv", "商品コード,在庫数\nA-1,3\n");
    shop.at("2026-11-24 10:30:00").run(["import-stock"]).ok();
    explain(&shop, "stock_20261124101900.csv").says("0 rejected, 0 held; 1 left alone\n");
}

#[test]
fn what_became_of_a_runs_files_is_told_in_japanese_too() {
    let mut shop = Shop::that_has_sent();
    shop.language("ja_JP.UTF-8");
    stock_file(&mut shop, "2026-11-24 10:20:00", "stock_1020.csv", "A-1,4\n");
    explain(&shop, &run_id(&shop, "import-stock")).says("stock_1020.csv  取り込み済み");
    explain(&shop, &run_id(&shop, "export-orders")).says("order20261124101500.csv  送信済み");
}

#[test]
fn a_code_is_explained_and_since_when_it_is_open() {
    let mut shop = Shop::new();
    shop.run(["import-stock"]).ok();
    explain(&shop, "ftp-login-refused").says("  now         not open, and no run on record has told of it\n");
    shop.write("demo.pass", b"wrong\n");
    shop.at("2026-11-24 10:25:00").run(["import-stock"]).exits(6);
    shop.at("2026-11-24 10:35:00").run(["import-stock"]).exits(6);
    let shown = explained(&shop, "ftp-login-refused");
    let expected = "\
problem ftp-login-refused
  means       the server refused the login: <reply>
";
    assert!(shown.starts_with(expected), "{shown}\n-- expected\n{expected}");
    explain(&shop, "error[ftp-login-refused]:")
        .says("  severity    error\n  exit code   6\n  who acts    support, the shop\n")
        .says("  open now\n")
        .says("(since 2026-11-24 10:25:00, runs: 2)\n");
    let problem = &explain_json(&shop, "ftp-login-refused")["problem"];
    for (key, value) in [
        ("code", json!("ftp-login-refused")),
        ("severity", json!("error")),
        ("exit_code", json!(6)),
        ("who", json!(["support", "the shop"])),
        ("open_since", json!("2026-11-24 10:25:00")),
    ] {
        assert_eq!(problem[key], value, "{key}: {problem:#}");
    }
    assert_eq!(
        (&problem["open"][0]["job"], &problem["open"][0]["times"]),
        (&json!("import-stock"), &json!(2))
    );
    shop.write("demo.pass", format!("{}\n", shop.ftp.password()).as_bytes());
    shop.at("2026-11-24 10:45:00").run(["import-stock"]).ok();
    explain(&shop, "ftp-login-refused").says("not open; last told 2026-11-24 10:35:00 by the run 2026");
}

#[test]
fn a_code_is_explained_without_settings_and_without_a_password() {
    let shop = Shop::that_has_sent();
    shop.write("demo.pass", b"");
    explain(&shop, "settings-syntax").says("problem settings-syntax\n");
    explain(&shop, &run_id(&shop, "export-orders")).says("export-orders");
    shop.settings(|text| text + "[[[\n");
    explain(&shop, "settings-syntax").says("problem settings-syntax\n");
    shop.run(["explain", "1001"]).exits(6);
}

#[test]
fn a_word_that_is_almost_one_of_ours_is_helped() {
    let mut shop = Shop::new();
    shop.product("A-1");
    stock_file(&mut shop, "2026-11-24 10:20:00", "stock_1020.csv", "A-1,4\n");
    shop.run(["explain", "ftp-logn-refused"]).exits(3).says("similar ones: ftp-login-refused");
    shop.run(["explain", "1020"]).exits(3).says("similar ones: stock_1020.csv");
    let id = run_id(&shop, "import-stock");
    shop.run(["explain", &id[..18]]).exits(3).says(&id);
}

#[test]
fn what_several_problems_are_followed_as_is_explained_like_one() {
    let shop = Shop::new();
    let server = explain(&shop, "server").says("problem server\n");
    server.says("the FTP server or the network fails").never_says("a file is held");
    explain(&shop, "file-held").says("problem file-held\n").says("a file is held");
}

#[test]
fn explaining_changes_nothing_and_works_while_a_job_runs() {
    let shop = shop_with_a_history();
    let before = shop.state();
    let run_id = run_id(&shop, "import-stock");
    for code in ["A-1", "1001", "second.csv", &run_id, "ftp-login-refused", "X"] {
        shop.run(["explain", code]);
    }
    assert_eq!(shop.state(), before);
}

#[test]
fn the_history_is_forgotten_after_history_days() {
    let mut shop = Shop::new();
    shop.settings(|text| text + "[limits]\nhistory_days = 30\n");
    shop.product("A-1");
    shop.product("B-1");
    stock_file(&mut shop, "2026-11-24 10:15:00", "first.csv", "A-1,5\nB-1,1\n");
    stock_file(&mut shop, "2026-11-24 10:25:00", "second.csv", "A-1,4\n");
    stock_file(&mut shop, "2026-12-20 10:25:00", "third.csv", "A-1,3\n");
    let files = "SELECT file_name FROM tempostar_history_files ORDER BY id";
    shop.check_rows(files, &["first.csv", "second.csv", "third.csv"]);
    shop.at("2026-12-24 10:26:00").run(["import-stock"]).ok();
    shop.check_rows(files, &["third.csv"]);
    shop.check_rows("SELECT sku_code, quantity FROM tempostar_stock_history", &["A-1|3"]);
    explain(&shop, "B-1").says("no change is recorded (they are kept for 30 days)");
}

#[test]
fn much_history_is_forgotten_by_several_runs() {
    let mut shop = Shop::new();
    stock_file(&mut shop, "2026-11-24 10:15:00", "first.csv", "A-1,5\n");
    shop.sql(
        "INSERT INTO tempostar_history_files
             (id, command, run_id, file_name, file_time, archived_as, written_at, is_first_load)
         VALUES (0, 'import-stock', 'run', 'huge.csv', '2026-01-01 00:00:00', '', '2026-01-01 00:00:00', 0);
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 120000)
         INSERT INTO tempostar_stock_history
             (history_file_id, sku_code, line, old_quantity, old_allocated, quantity, allocated)
         SELECT 0, n, n, 1, 0, 2, 0 FROM numbers;",
    );
    let count = "SELECT count(*) FROM tempostar_stock_history";
    shop.run(["import-stock"]).ok();
    shop.check_rows(count, &["20000"]);
    shop.run(["import-stock"]).ok();
    shop.check_rows(count, &["0"]);
    shop.check_rows("SELECT count(*) FROM tempostar_history_files WHERE id = 0", &["0"]);
}
