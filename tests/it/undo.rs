//! `undo RUN`: what a run wrote goes back where it still stands, and everything else stays and is named.

use std::fs;

use serde_json::{Value, json};

use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

/// The id of a run of this job, with which all is well.
#[track_caller]
fn run(shop: &Shop, job: &str) -> String {
    run_id(&shop.run([job, "--json"]).ok())
}

#[track_caller]
fn run_id(ran: &Ran) -> String {
    ran.json()["run_id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn undo(shop: &Shop, run: &str) -> Ran {
    shop.run(["undo", run, "--json"])
}

/// What the catalogue and the stock say, but for when they were changed.
#[track_caller]
fn data(shop: &Shop) -> Vec<String> {
    let mut data = shop.rows(
        "SELECT code, name, kana, price, list_price, weight, published, images, free_item_1 FROM products ORDER BY 1",
    );
    data.extend(shop.rows("SELECT code, product_code, name, handled, option1_name FROM skus ORDER BY 1"));
    data.extend(shop.rows("SELECT sku_code, quantity, allocated, as_of FROM stock ORDER BY 1"));
    data
}

const PRODUCTS: &str =
    "商品コード,SKUコード,商品名,販売価格,商品重量,取扱いフラグ,SKU項目1選択肢名,商品画像1ファイル名";

/// A shop with products and stock, all of them loaded some time ago.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.settings(|text| text + "[products.guard]\nprice_fall_percent = 100\nunpublish_percent = 100\n");
    let sheet = "A-1,A-1-赤,皿,1980,0.3,1,赤,a.jpg\nA-1,A-1-黒,皿,1980,0.3,1,黒,a.jpg\nB-1,B-1,椀,500,,1,,\n";
    shop.put_sheet(PRODUCT_INBOX, "first.csv", &format!("{PRODUCTS}\n{sheet}"));
    run(&shop, "import-products");
    shop.put_sheet(STOCK_INBOX, "first.csv", "商品コード,在庫数\nA-1-赤,5\nB-1,3\n");
    run(&shop, "import-stock");
    shop.at("2026-11-24 11:00:00");
    shop
}

/// Prices ÷ 10, a lost name, an SKU that moves, a new product; gives the run's id.
fn bad_products(shop: &Shop) -> String {
    let sheet =
        "A-1,A-1-赤,皿,198,,1,赤,a.jpg\nA-1,A-1-黒,皿,198,,0,墨,a.jpg\nC-1,B-1,,50,,1,,\nC-1,C-1,,50,,1,,\n";
    shop.put_sheet(PRODUCT_INBOX, "bad.csv", &format!("{PRODUCTS}\n{sheet}"));
    run(shop, "import-products")
}

fn bad_stock(shop: &Shop) -> String {
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード,在庫数\nA-1-赤,99999\nA-1-黒,7\nB-1,4\n");
    run(shop, "import-stock")
}

/// What the guard has held, and somebody has approved.
fn approved_stock(shop: &Shop) -> String {
    shop.settings(|text| text + "[stock.guard]\nmin_rows = 1\n");
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード,在庫数\nA-1-赤,0\nA-1-黒,7\nB-1,0\n");
    shop.run(["import-stock"]).exits(4);
    run_id(&shop.run(["held", "approve", "1", "--json"]).ok())
}

#[test]
fn products_go_back_to_what_they_were() {
    let mut shop = shop();
    let before = data(&shop);
    let bad = bad_products(&shop);
    let after = data(&shop);
    assert_ne!(after, before);
    let ran =
        undo(shop.at("2026-11-24 11:10:00"), &bad).ok().count("products_undone", 2).count("skus_undone", 3);
    let document = ran.json();
    assert_eq!((&document["command"], &document["undoes"]), (&json!("undo"), &json!(bad)));
    assert_eq!(data(&shop), before);
    shop.check_rows(
        "SELECT command, outcome, exit_code FROM tempostar_runs ORDER BY id DESC LIMIT 1",
        &["undo|ok|0"],
    );
    shop.run(["explain", "A-1"]).ok().says(&format!("undo of the run {bad} (run ")).says("price 198 → 1980");
    // The undo of the undo brings it back, and the undo of that takes it away.
    let again = run_id(&undo(shop.at("2026-11-24 11:20:00"), &run_id(&ran)).ok());
    assert_eq!(data(&shop), after);
    undo(shop.at("2026-11-24 11:30:00"), &again).ok();
    assert_eq!(data(&shop), before);
}

#[test]
fn stock_goes_back_and_what_was_sold_meanwhile_stays_sold() {
    let mut shop = shop();
    let before = data(&shop);
    let bad = bad_stock(&shop);
    let after = data(&shop);
    let ran = undo(shop.at("2026-11-24 11:10:00"), &bad).ok().count("stock_undone", 3).count("kept", 0);
    assert_eq!(data(&shop), before);
    let again = run_id(&undo(shop.at("2026-11-24 11:20:00"), &run_id(&ran)).ok());
    assert_eq!(data(&shop), after);
    shop.order("1001").line("A-1-赤", 2).insert();
    shop.check_stock("A-1-赤", 99_999, 2);
    undo(shop.at("2026-11-24 11:30:00"), &again).ok();
    shop.check_stock("A-1-赤", 5, 2);
    shop.check_sellable("A-1-赤", 3);
    shop.run(["explain", "A-1-赤"]).ok().says("quantity 99999 → 5  allocated 2").says("undo of the run");
}

#[test]
fn what_was_sold_before_the_first_figure_is_undone_stays() {
    let shop = shop();
    let bad = bad_stock(&shop);
    shop.order("1001").line("A-1-黒", 1).insert();
    let ran = undo(&shop, &bad).exits(3).count("stock_undone", 2).count("kept", 1).has_code("undo-kept");
    let kept = json!([{"table": "stock", "code": "A-1-黒", "column": "quantity", "old": 7, "new": 7, "reason": "sold since"}]);
    assert_eq!(ran.json()["kept"], kept);
    shop.check_stock("A-1-黒", 7, 1);
}

#[test]
fn figures_that_a_run_kept_of_skus_that_the_shop_did_not_have_go() {
    let mut shop = shop();
    let put = |shop: &Shop, name: &str, at: &str, rows: &str| {
        shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\n{rows}"));
        shop.set_remote_time(&format!("{STOCK_INBOX}/{name}"), at);
    };
    put(&shop, "good.csv", "2026-11-24 10:50:00", "N-9,2\n");
    run(&shop, "import-stock");
    put(&shop, "bad.csv", "2026-11-24 11:00:00", "A-1-赤,6\nN-1,700\nN-2,800\nN-3,900\n");
    let bad = run(shop.at("2026-11-24 11:10:00"), "import-stock");
    shop.sql(
        "INSERT INTO skus (code, product_code, created_at)
         VALUES ('N-1', 'A-1', '2026-11-24 11:20:00'), ('N-3', 'A-1', '2026-11-24 11:20:00')",
    );
    shop.order("1001").line("N-3", 1).insert();
    shop.check_stock("N-1", 700, 0);
    let ran = undo(&shop, &bad).exits(3).count("stock_undone", 3).count("kept", 1);
    let kept = json!([{"table": "stock", "code": "N-3", "column": "quantity", "old": 900, "new": 900, "reason": "sold since"}]);
    assert_eq!(ran.json()["kept"], kept);
    shop.check_rows(
        "SELECT sku_code, quantity, allocated FROM stock ORDER BY 1",
        &["A-1-赤|5|0", "B-1|3|0", "N-3|900|1"],
    );
    shop.check_rows("SELECT sku_code, quantity FROM tempostar_unknown_stock", &["N-9|2"]);
    // Undoing the undo gives figures back to SKUs of the shop; of N-2 the next file tells.
    let undone = ran.json()["run_id"].as_str().unwrap().to_owned();
    undo(shop.at("2026-11-24 11:40:00"), &undone);
    shop.check_rows(
        "SELECT sku_code, quantity, allocated FROM stock ORDER BY 1",
        &["A-1-赤|6|0", "B-1|3|0", "N-1|700|0", "N-3|900|1"],
    );
    shop.check_rows("SELECT sku_code, quantity FROM tempostar_unknown_stock", &["N-9|2"]);
}

#[test]
fn a_figure_whose_history_was_forgotten_stays_where_its_sku_is_older_than_the_run() {
    let mut shop = shop();
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード,在庫数\nA-1-赤,6\nA-1-黒,700\n");
    let bad = run(shop.at("2026-11-24 11:10:00"), "import-stock");
    shop.sql("UPDATE skus SET created_at = '2026-01-01 00:00:00'");
    shop.sql("DELETE FROM tempostar_stock_history WHERE sku_code = 'A-1-黒'");
    undo(&shop, &bad).ok().count("stock_undone", 1);
    shop.check_stock("A-1-赤", 5, 0);
    shop.check_stock("A-1-黒", 700, 0);
}

#[test]
fn what_is_not_what_the_run_wrote_stays_and_is_named() {
    let mut shop = shop();
    let bad = bad_products(&shop);
    shop.sql(
        "UPDATE products SET price = 1500 WHERE code = 'A-1';
         UPDATE skus SET name = '朱' WHERE code = 'A-1-黒';
         DELETE FROM skus WHERE code = 'A-1-赤';
         INSERT INTO stock (sku_code, quantity, allocated) VALUES ('C-1', 1, 1);",
    );
    let ran = undo(shop.at("2026-11-24 11:10:00"), &bad).exits(3).count("kept", 3).outcome("partial");
    let kept = |table: &str, code: &str, column: &str, old: Value, new: Value, reason: &str| json!({"table": table, "code": code, "column": column, "old": old, "new": new, "reason": reason});
    let referred = "an order, an allocation or another table refers to it";
    let expected = json!([
        kept("products", "A-1", "price", json!(198), json!(1500), "changed since"),
        kept("skus", "C-1", "code", json!("C-1"), json!("C-1"), referred),
        kept("products", "C-1", "code", json!("C-1"), json!("C-1"), referred),
    ]);
    assert_eq!(ran.json()["kept"], expected);
    // Its other values go back all the same.
    shop.check_rows("SELECT price, weight FROM products WHERE code = 'A-1'", &["1500|0.3"]);
    shop.check_rows("SELECT name, handled, option1_name FROM skus WHERE code = 'A-1-黒'", &["朱|1|黒"]);
    shop.check_rows("SELECT product_code FROM skus WHERE code IN ('B-1', 'C-1') ORDER BY 1", &["B-1", "C-1"]);
    shop.run(["undo", &bad])
        .exits(3)
        .says("Only products and stock go back. Ticks, captures and orders that were sent are never undone.\nundo: 3 not put back")
        .says("  A-1  price  198 → 1500  changed since\n");
}

#[test]
fn a_newer_figure_stays() {
    let mut shop = shop();
    let bad = bad_stock(&shop);
    shop.at("2026-11-24 11:10:00").put_sheet(STOCK_INBOX, "good.csv", "商品コード,在庫数\nA-1-赤,6\n");
    run(&shop, "import-stock");
    let ran = undo(shop.at("2026-11-24 11:20:00"), &bad).exits(3).count("stock_undone", 2).count("kept", 1);
    assert_eq!(ran.json()["kept"][0]["reason"], "set by a newer file or the shop since");
    shop.check_stock("A-1-赤", 6, 0);
    shop.check_stock("B-1", 3, 0);
}

#[test]
fn what_the_shops_own_tables_refer_to_is_not_taken_away() {
    let shop = shop();
    let bad = bad_products(&shop);
    shop.sql(
        "CREATE TABLE \"my favourites\" (\"the code\" TEXT REFERENCES skus (code) ON DELETE CASCADE);
         INSERT INTO \"my favourites\" VALUES ('C-1'), (NULL);",
    );
    undo(&shop, &bad).exits(3).count("kept", 2);
    shop.check_rows("SELECT \"the code\" FROM \"my favourites\" WHERE \"the code\" IS NOT NULL", &["C-1"]);
    shop.check_rows("SELECT price FROM products ORDER BY code", &["1980", "500", "50"]);
}

#[test]
fn several_files_of_a_run_go_back_together() {
    let mut shop = shop();
    let before = data(&shop);
    for (name, at, price) in [("1.csv", "2026-11-24 11:01:00", 1000), ("2.csv", "2026-11-24 11:02:00", 100)] {
        let sheet = format!("商品コード,SKUコード,販売価格\nA-1,A-1-赤,{price}\nD-1,D-1,{price}\n");
        shop.put_sheet(PRODUCT_INBOX, name, &sheet);
        shop.set_remote_time(&format!("{PRODUCT_INBOX}/{name}"), at);
    }
    let products = run(shop.at("2026-11-24 11:03:00"), "import-products");
    for (name, at, quantity) in [("1.csv", "2026-11-24 11:01:00", 1), ("2.csv", "2026-11-24 11:02:00", 2)] {
        shop.put_sheet(
            STOCK_INBOX,
            name,
            &format!("商品コード,在庫数\nA-1-赤,{quantity}\nA-1-黒,{quantity}\n"),
        );
        shop.set_remote_time(&format!("{STOCK_INBOX}/{name}"), at);
    }
    let stock = run(&shop, "import-stock");
    undo(&shop, &stock).ok().count("stock_undone", 2);
    undo(&shop, &products).ok().count("products_undone", 2).count("skus_undone", 1);
    assert_eq!(data(&shop), before);
}

#[test]
fn a_file_that_was_undone_is_not_applied_again_and_later_ones_are() {
    let mut shop = shop();
    // It lies on the server still: the run died before it could put it away.
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード,在庫数\nB-1,99\n");
    shop.run_dying_at("committed", ["import-stock"]);
    let bad = shop.value("SELECT run_id FROM tempostar_runs ORDER BY id DESC LIMIT 1");
    undo(shop.at("2026-11-24 11:10:00"), &bad).ok();
    shop.check_stock("B-1", 3, 0);
    let ran = shop.run(["import-stock", "--json"]).ok();
    assert_eq!(ran.file_outcome("bad.csv"), "already_applied");
    shop.check_stock("B-1", 3, 0);
    // Of before the bad one, but newer than what the shop has now.
    shop.put_sheet(STOCK_INBOX, "late.csv", "商品コード,在庫数\nB-1,8\n");
    shop.set_remote_time(&format!("{STOCK_INBOX}/late.csv"), "2026-11-24 10:50:00");
    run(&shop, "import-stock");
    shop.check_stock("B-1", 8, 0);
}

#[test]
fn runs_that_cannot_be_undone_are_refused_with_the_reason() {
    let mut shop = Shop::new();
    shop.product("A-1");
    shop.put_sheet(STOCK_INBOX, "first.csv", "商品コード,在庫数\nA-1,1\n");
    let first = run(&shop, "import-stock");
    let nothing = run(&shop, "import-stock");
    shop.order("1001").line("A-1", 1).insert();
    let orders = run(&shop, "export-orders");
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,受注進捗コード\n12345-1001,800\n");
    let logistics = run(&shop, "import-logistics");
    shop.at("2026-11-24 11:00:00").put_sheet(STOCK_INBOX, "old.csv", "商品コード,在庫数\nA-1,2\n");
    let old = run(&shop, "import-stock");
    shop.sql(&format!("UPDATE tempostar_history_files SET has_old_values = 0 WHERE run_id = '{old}'"));
    let runs = "SELECT count(*) FROM tempostar_runs";
    let (before, count) = (shop.shop_data(), shop.value(runs));
    for (run, code, says) in [
        ("nonsense", "undo-unknown-run", "nonsense"),
        (&*first, "undo-first-load", &*first),
        (&nothing, "undo-nothing-recorded", "90 days"),
        (&orders, "undo-orders", "never called back"),
        (&logistics, "undo-logistics", "ticks and captures are never undone"),
        (&old, "undo-without-old-values", &old),
    ] {
        undo(&shop, run).exits(2).outcome("failed").only_problem(code, "", &[says]);
    }
    assert_eq!((shop.shop_data(), shop.value(runs)), (before, count));
}

#[test]
fn a_part_of_a_file_is_not_undone_before_the_rest_is_written() {
    let mut shop = shop();
    let before = data(&shop);
    shop.variable("TEMPOSTAR_SLICE_MAX", "1");
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード,在庫数\nA-1-赤,9\nB-1,9\n");
    shop.run_dying_at("slice-committed", ["import-stock"]);
    let begun = shop.value("SELECT run_id FROM tempostar_runs ORDER BY id DESC LIMIT 1");
    undo(&shop, &begun).exits(2).only_problem("undo-unfinished", "", &["import-stock"]);
    let finished = run_id(&shop.run(["import-stock", "--json"]));
    undo(&shop, &begun).ok().count("stock_undone", 1);
    undo(&shop, &finished).ok().count("stock_undone", 1);
    assert_eq!(data(&shop), before);
}

#[test]
fn a_dry_run_of_an_undo_tells_what_would_go_back_and_writes_nothing() {
    let shop = shop();
    let bad = bad_products(&shop);
    let before = (shop.state(), shop.value("SELECT count(*) FROM tempostar_runs"));
    let ran = shop.run(["undo", &bad, "--dry-run", "--json"]).ok().count("products_undone", 2);
    let changes = ran.json()["changes"].as_array().unwrap().clone();
    assert!(
        changes.contains(
            &json!({"table": "products", "code": "A-1", "column": "price", "old": 198, "new": 1980})
        ),
        "{changes:#?}"
    );
    assert!(
        changes
            .contains(&json!({"table": "skus", "code": "C-1", "column": "code", "old": "C-1", "new": null})),
        "{changes:#?}"
    );
    shop.run(["undo", &bad, "--dry-run"])
        .ok()
        .says("  A-1     price         198 → 1980\n")
        .says("taken away");
    assert_eq!((shop.state(), shop.value("SELECT count(*) FROM tempostar_runs")), before);
}

#[test]
fn an_undo_that_dies_anywhere_is_made_good_by_the_same_call() {
    type Bad = fn(&Shop) -> String;
    for (job, bad) in [
        ("import-products", bad_products as Bad),
        ("import-stock", bad_stock),
        ("held approve", approved_stock),
    ] {
        let mut scene = shop();
        let bad = bad(&scene);
        scene.at("2026-11-24 11:10:00");
        let before = data(&scene);
        let mut undisturbed = scene.twin();
        let list = undisturbed.path("passages");
        undisturbed.variable("TEMPOSTAR_PASSAGES", list.to_str().unwrap());
        undo(&undisturbed, &bad).ok();
        let expected = undisturbed.state();
        let mut passages: Vec<String> = Vec::new();
        for name in fs::read_to_string(list).unwrap().lines() {
            let passage = passages.iter().filter(|known| known.starts_with(&format!("{name}:"))).count() + 1;
            passages.push(format!("{name}:{passage}"));
        }
        for name in ["locked:1", "begun:1", "changed:1", "before-undone:1", "undone:1", "ended:1"] {
            assert!(passages.contains(&name.to_owned()), "{job} does not pass {name}: {passages:?}");
        }
        for passage in &passages {
            let shop = scene.twin();
            shop.run_dying_at(passage, ["undo", &bad]);
            let is_done = data(&shop) != before;
            let ran = undo(&shop, &bad).ok().outcome(if is_done { "nothing_to_do" } else { "ok" });
            assert_eq!(shop.state(), expected, "{job}, died at {passage}\n{ran}");
        }
    }
}

#[test]
fn an_undo_does_nothing_while_the_job_is_at_work() {
    let shop = shop();
    let bad = bad_stock(&shop);
    shop.put_sheet(STOCK_INBOX, "next.csv", "商品コード,在庫数\nB-1,1\n");
    let running = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    undo(&shop, &bad).exits(7).outcome("locked");
    running.goes_on().ok();
    shop.check_stock("B-1", 1, 0);
}

#[test]
fn a_file_of_codes_only_is_recorded_and_undone() {
    let mut shop = shop();
    let before = data(&shop);
    shop.put_sheet(PRODUCT_INBOX, "codes.csv", "商品コード,SKUコード\nA-1,B-1\nD-1,D-1\n");
    let codes = run(&shop, "import-products");
    shop.check_rows("SELECT product_code FROM skus WHERE code = 'B-1'", &["A-1"]);
    undo(shop.at("2026-11-24 11:10:00"), &codes).ok().count("products_undone", 1).count("skus_undone", 2);
    assert_eq!(data(&shop), before);
}
