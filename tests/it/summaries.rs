//! The line in which a run says what it did.

use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, scenes};

/// The line, with the seconds as `0.0`.
#[track_caller]
fn summary(ran: &Ran) -> String {
    let line = ran.stdout.strip_suffix('\n').expect("no line");
    assert!(!line.contains('\n'), "more than one line\n{ran}");
    let end = line.rfind(" s)").or_else(|| line.rfind("秒）")).expect("no seconds");
    let (before, after) = line.split_at(end);
    let begin = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    assert!(before[begin..].parse::<f64>().is_ok(), "{line}");
    format!("{}0.0{after}", &before[..begin])
}

#[track_caller]
fn check(shop: &Shop, args: &[&str], code: i32, expected: &str) {
    assert_eq!(summary(&shop.run(args).exits(code)), expected);
}

/// Three stock files with changes, an unknown SKU, and a bad row.
fn three_stock_files() -> Shop {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    let rows: String = (2..=40).map(|number| format!("S-{number:03},5\n")).collect();
    shop.put_sheet(STOCK_INBOX, "a.csv", &format!("商品コード,在庫数\nS-001,x\n{rows}"));
    shop.put_sheet(STOCK_INBOX, "b.csv", "商品コード,在庫数\nS-002,4\nS-003,4\nUNKNOWN,4\n");
    shop.put_sheet(STOCK_INBOX, "c.csv", "商品コード,在庫数\nS-004,4\n");
    shop
}

#[test]
fn files_rows_and_the_figures_that_matter_are_one_line() {
    let shop = three_stock_files();
    let expected = "import-stock: 3 files, 44 rows: 3 changed, 1 unknown SKU, 1 rejected (0.0 s)";
    check(&shop, &["import-stock"], 3, expected);
}

#[test]
fn the_line_is_japanese_where_the_shop_is() {
    let mut shop = three_stock_files();
    shop.language("ja_JP.UTF-8");
    let expected = "import-stock: 3ファイル、44行: 変更3、店舗にないSKU 1、不備1（0.0秒）";
    check(&shop, &["import-stock"], 3, expected);
    check(&shop, &["import-stock"], 0, "import-stock: 処理するものはありません（0.0秒）");
}

#[test]
fn a_run_without_work_and_one_that_changes_nothing_say_so() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    check(&shop, &["import-stock"], 0, "import-stock: nothing to do (0.0 s)");
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,5\n");
    check(&shop, &["import-stock"], 0, "import-stock: 1 file, 1 row: no change (0.0 s)");
}

#[test]
fn a_dry_run_says_that_nothing_was_written() {
    let shop = three_stock_files();
    let expected = "[dry run, nothing was written] import-stock would end with: 3 files, 44 rows: \
                    3 changed, 1 unknown SKU, 1 rejected (0.0 s)";
    let mut ran = shop.run(["import-stock", "--dry-run"]).exits(3);
    let end_of_line = ran.stdout.find('\n').unwrap() + 1;
    let changes = ran.stdout.split_off(end_of_line);
    assert_eq!(summary(&ran), expected);
    let expected = "  S-002  quantity  5 → 4\n  S-003  quantity  5 → 4\n  S-004  quantity  5 → 4\n";
    assert_eq!(changes, expected);
}

#[test]
fn a_held_and_a_refused_file_are_told() {
    let held = scenes::held_stock().shop;
    held.put_sheet(STOCK_INBOX, "later.csv", "商品コード,在庫数\nS-001,4\n");
    held.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-24 09:00:00");
    let expected = "import-stock: 2 files, 41 rows: 1 changed, 1 file held by the guards (nothing of it written) (0.0 s)";
    check(&held, &["import-stock"], 4, expected);
    let refused = scenes::refused_stock().shop;
    check(&refused, &["import-stock"], 3, "import-stock: 1 file refused (0.0 s)");
}

#[test]
fn a_run_that_fails_says_what_stands() {
    let mut shop = three_stock_files();
    shop.ftp.faults().always_at(Fault::GetFailsAfter(1), "b.csv");
    let ran = shop.run(["import-stock"]).exits(3);
    assert_eq!(
        summary(&ran),
        "import-stock: 2 files, 41 rows: 1 changed, 1 rejected, 1 file left to the next run (0.0 s)"
    );
    shop.ftp.stop();
    check(&shop, &["import-stock"], 5, "import-stock: failed (exit code 5, 0.0 s)");
}

#[test]
fn a_file_whose_commit_fails_does_not_count() {
    let shop = three_stock_files();
    shop.sql(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY);
         CREATE TABLE children (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER orphan AFTER INSERT ON tempostar_files WHEN NEW.name = 'b.csv'
         BEGIN INSERT INTO children VALUES (1); END",
    );
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    let ran = ran.count("unchanged", 39).count("rejected", 1).count("changed", 0).count("unknown", 0);
    assert_eq!(ran.json()["files"].as_array().map(Vec::len), Some(1), "{ran}");
    let recorded = "SELECT json_extract(counts, '$.changed') FROM tempostar_runs ORDER BY id DESC LIMIT 1";
    shop.check_rows(recorded, &["0"]);
    shop.sql("DROP TRIGGER orphan");
    shop.run(["import-stock", "--json"]).ok().count("changed", 3).count("unknown", 1);
}

#[test]
fn each_job_has_its_figures() {
    let shop = scenes::orders().shop;
    shop.order("held").line("A-1", 1).set("total", 1).insert();
    let expected = "export-orders: 2 orders sent, 2 lines, 1 held back (0.0 s)";
    check(&shop, &["export-orders"], 3, expected);

    let shop = scenes::products().shop;
    let expected = "import-products: 1 file, 3 rows: 1 created, 1 updated, 2 SKUs created (0.0 s)";
    check(&shop, &["import-products"], 0, expected);
    assert_eq!(shop.remote_files(PRODUCT_INBOX), [""; 0]);

    let shop = scenes::logistics().shop;
    let expected = "import-logistics: 1 file, 3 rows: 1 shipped, 1 cancelled, 1 line added (0.0 s)";
    check(&shop, &["import-logistics"], 0, expected);
    assert_eq!(shop.remote_files(LOGISTICS_INBOX), [""; 0]);
}
