//! `--dry-run`: what would change is listed, as the run would really do it, and nothing is written.

use serde_json::{Value, json};

use crate::harness::scenes;
use crate::harness::{CUSTOMER, LOGISTICS_INBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

fn dry_run(shop: &Shop, job: &str) -> Ran {
    shop.run([job, "--dry-run", "--json"])
}

fn changes(ran: &Ran) -> Vec<Value> {
    ran.json()["changes"].as_array().unwrap_or_else(|| panic!("no changes\n{ran}")).clone()
}

fn change(table: &str, code: &str, column: &str, old: impl Into<Value>, new: impl Into<Value>) -> Value {
    json!({"table": table, "code": code, "column": column, "old": old.into(), "new": new.into()})
}

#[test]
fn the_first_twenty_changes_are_listed_and_all_with_verbose_or_for_programs() {
    let shop = Shop::new();
    shop.many_products_in_stock(30);
    shop.order("1001").line("S-002", 1).insert();
    let rows: String = (1..=30).map(|number| format!("S-{number:03},{number}\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
    let ran = shop.run(["import-stock", "--dry-run"]).ok();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with(
        "[dry run, nothing was written] import-stock would end with: 1 file, 30 rows: 29 changed ("
    ));
    assert_eq!(lines[1], "  S-001  quantity  5 → 1");
    assert_eq!(lines[20], "  S-021  quantity  5 → 21");
    assert_eq!(lines[21..], ["  and 9 more (all of them with -v or --json)"]);
    shop.run(["import-stock", "--dry-run", "-v"])
        .ok()
        .says("  S-030  quantity  5 → 30\n")
        .never_says(" more (");
    let all = changes(&dry_run(&shop, "import-stock").ok());
    assert_eq!(all.len(), 29);
    assert_eq!(all[1], change("stock", "S-002", "quantity", 5, 2));
    // What a run that writes changed is in the history.
    assert_eq!(shop.run(["import-stock", "--json"]).ok().json().get("changes"), None);
}

#[test]
fn the_list_is_japanese_where_the_shop_is() {
    let mut shop = Shop::new();
    shop.language("ja_JP.UTF-8");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products", "--dry-run"])
        .ok()
        .says("【試行: 何も書き込んでいません】 import-productsを実行すると: 1ファイル、1行: 新規1、新規SKU 1（")
        .says("  A-1  code  新規\n");
}

#[test]
fn products_and_skus_are_listed_by_value() {
    let shop = Shop::new();
    shop.product("A-1");
    let name = "長".repeat(50);
    let sheet = format!(
        "商品コード,SKUコード,商品名,販売価格,備考\nA-1,A-1,商品A-1,1090,{name}\nB-1,B-1-赤,椀,500,\n"
    );
    shop.put_sheet(PRODUCT_INBOX, "product.csv", &sheet);
    let expected = [
        change("products", "A-1", "price", 1100, 1090),
        change("products", "A-1", "note", Value::Null, name.as_str()),
        change("products", "B-1", "code", Value::Null, "B-1"),
        change("skus", "B-1-赤", "code", Value::Null, "B-1-赤"),
    ];
    assert_eq!(changes(&dry_run(&shop, "import-products").ok()), expected);
    shop.run(["import-products", "--dry-run"])
        .ok()
        .says("  A-1     price  1100 → 1090\n")
        .says(&format!("  A-1     note   - → {}…\n", "長".repeat(40)))
        .says("  B-1-赤  code   new\n");
}

#[test]
fn of_several_files_each_is_compared_with_the_shop_as_those_before_leave_it() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    shop.product_in_stock("B-1", 5);
    for (number, rows) in [(1, "A-1,4\nB-1,5\n"), (2, "A-1,4\nNEW,1\n"), (3, "A-1,3\n")] {
        let name = format!("{number}.csv");
        shop.put_sheet(STOCK_INBOX, &name, &format!("商品コード,在庫数\n{rows}"));
        shop.set_remote_time(&format!("{STOCK_INBOX}/{name}"), &format!("2026-11-24 10:0{number}:00"));
    }
    let before = shop.state();
    let dry = dry_run(&shop, "import-stock").ok();
    let expected = [change("stock", "A-1", "quantity", 5, 4), change("stock", "A-1", "quantity", 4, 3)];
    assert_eq!(changes(&dry), expected);
    assert_eq!(shop.state(), before);
    assert_eq!(shop.work_files_below("spool"), [""; 0].map(std::path::PathBuf::from));
    let real = shop.run(["import-stock", "--json"]).ok();
    assert_eq!(
        (&dry.json()["counts"], &dry.json()["files"]),
        (&real.json()["counts"], &real.json()["files"])
    );
}

#[test]
fn a_product_that_the_first_file_creates_is_known_to_the_second_also_where_there_is_no_database() {
    let shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "1.csv", "商品コード,商品名,販売価格\nA-1,皿,500\n");
    shop.put_sheet(PRODUCT_INBOX, "2.csv", "商品コード,商品名,販売価格\nA-1,皿,600\n");
    let dry = dry_run(&shop, "import-products").ok().count("created", 1).count("updated", 1);
    let expected = [
        change("products", "A-1", "code", Value::Null, "A-1"),
        change("skus", "A-1", "code", Value::Null, "A-1"),
        change("products", "A-1", "price", 500, 600),
    ];
    assert_eq!(changes(&dry), expected);
    assert!(!shop.path("shop.db").exists());
}

#[test]
fn shipping_is_listed_without_the_customers_data() {
    let scene = scenes::logistics();
    let ran = dry_run(&scene.shop, "import-logistics").ok();
    let shipped = |column: &str, new: &str| change("order_shipments", "1001/1", column, Value::Null, new);
    let all = changes(&ran);
    for expected in [
        shipped("shipped_on", "2026-11-24"),
        shipped("tracking_no", "1234-5678"),
        change("order_lines", "1001", "line", Value::Null, "GIFT × 1"),
        change("orders", "1002", "cancelled_in_tempostar", 0, 1),
    ] {
        assert!(all.contains(&expected), "{expected}\n{all:#?}");
    }
    for column in ["shipped_at", "paid_at", "captured_at"] {
        let is_ticked = |change: &&Value| {
            change["column"] == column && change["code"] == "1001" && change["old"].is_null()
        };
        assert_eq!(all.iter().filter(is_ticked).count(), 1, "{column}\n{all:#?}");
    }
    for data in CUSTOMER {
        assert!(!ran.all().contains(data), "{data}\n{ran}");
    }
    assert_eq!(scene.shop.remote_files(LOGISTICS_INBOX), ["status.csv"]);
}

#[test]
fn orders_are_listed_oldest_first_with_date_amount_and_why_they_are_held_back() {
    let shop = Shop::new();
    shop.order("1002").line("A-1", 1).set("ordered_at", "2026-11-24 10:00:00").insert();
    shop.order("1001").line("A-1", 2).set("ordered_at", "2026-11-24 10:05:00").insert();
    shop.order("1003").line("A-1", 1).set("ordered_at", "2026-11-24 09:00:00").set("total", 1).insert();
    let ran = dry_run(&shop, "export-orders").exits(3).count("exported", 2).count("held_back", 1);
    let all = changes(&ran);
    let told: Vec<(&str, &str, i64)> = all
        .iter()
        .map(|order| {
            let text = |key: &str| order[key].as_str().unwrap();
            (text("code"), text("ordered_at"), order["total"].as_i64().unwrap())
        })
        .collect();
    let expected = [
        ("1003", "2026-11-24 09:00:00", 1),
        ("1002", "2026-11-24 10:00:00", 1650),
        ("1001", "2026-11-24 10:05:00", 2750),
    ];
    assert_eq!(told, expected);
    assert!(all[0]["reason"].as_str().is_some_and(|reason| reason.contains("請求金額")), "{all:#?}");
    assert_eq!(all[1].get("reason"), None);
    shop.run(["export-orders", "--dry-run"])
        .exits(3)
        .says("export-orders would end with: 2 orders sent, 2 lines, 1 held back (")
        .says("  1002  2026-11-24 10:00:00  1650\n");
    for data in CUSTOMER {
        assert!(!ran.all().contains(data), "{data}\n{ran}");
    }
}
