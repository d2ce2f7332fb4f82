//! What `status` shows, and doing again what it names.

use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, STOCK_INBOX, Shop};

/// A shop in which a good deal is wrong.
fn shop_with_trouble() -> Shop {
    let mut shop = Shop::new();
    shop.settings(|text| text + "[schedule]\nimport-stock = 30\n");
    shop.product_in_stock("A-1", 9);
    shop.put_sheet(PRODUCT_INBOX, "product_1.csv", "コード\nA-1\n");
    shop.run(["import-products"]).exits(3);
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.order("1003").line("A-1", 1).set("total", 1).insert();
    shop.order("1004").line("A-1", 1).insert();
    shop.sql("UPDATE orders SET updated_at = '2026-11-24 10:16:00' WHERE order_no = '1001'");
    shop.ftp.faults().always(Fault::ConnectionDropped);
    shop.at("2026-11-24 10:20:00").run(["import-stock"]).exits(5);
    shop.run(["import-stock"]).exits(5);
    shop.ftp.faults().clear();
    shop.at("2026-11-24 13:00:00");
    shop
}

#[test]
fn one_screen_tells_what_is_wrong_since_when() {
    let shop = shop_with_trouble();
    let shown = shop.run(["status"]).ok().stdout;
    let copy = shop.rows("SELECT archived_as FROM tempostar_files")[0].clone();
    let expected = "\
status of 花と器 (demo), 2026-11-24 13:00:00: somebody should look at this
→ open problems: 2; overdue: import-stock; did not end well: import-products, import-stock; orders held back: 1; to do by hand: 1

to do by hand
  orders changed in the shop after they were sent: 1 (not linked: they are shipped as they were unless somebody changes them in TEMPOSTAR, too)
    1001

import-products   2026-11-24 10:15:00 (2 h ago)  partly done
  newest file 2026-11-24 10:15:00 (2 h ago)
import-logistics  has never run
import-stock      2026-11-24 10:20:00 (2 h ago)  failed (exit code 5)
  last success 2026-11-24 10:15:00 (2 h ago)
  overdue: no success for more than 30 minutes
export-orders     2026-11-24 10:15:00 (2 h ago)  done                  2 orders sent, 2 lines

open problems: 2
  import-products: [column-missing] product_1.csv: line 1: 商品コード: a required column is missing; found: コード (since 2026-11-24 10:15:00, runs: 1)
";
    assert!(shown.starts_with(expected), "{shown}\n----\n{expected}");
    for line in [
        "  import-stock: [ftp-connection-lost] cannot connect to the FTP server",
        "(since 2026-11-24 10:20:00, runs: 2)",
        "orders waiting to be sent: 1\n",
        "orders held back: 1\n  1003: ",
        "order files not picked up yet: 1\n",
        "(sent 2026-11-24 10:15:00, orders: 2)",
        &format!("refused product_1.csv (copy: ./tempostar.d/archive/{copy})"),
        "tempostar import-products --file NAME",
    ] {
        assert!(shown.contains(line), "{line:?} is not in\n{shown}");
    }
    assert!(shown.lines().count() <= 30, "more than a screen:\n{shown}");
}

#[test]
fn columns_stand_below_each_other_in_japanese_too() {
    let mut shop = shop_with_trouble();
    shop.setting("language = \"en\"", "language = \"ja\"");
    let shown = shop.at("2026-11-24 10:30:00").run(["status"]).ok().stdout;
    let lines = [
        "import-products   2026-11-24 10:15:00（15分前）  一部未処理\n",
        "import-logistics  まだ実行されていません\n",
        "import-stock      2026-11-24 10:20:00（10分前）  失敗（終了コード5）\n",
        "export-orders     2026-11-24 10:15:00（15分前）  完了                 送信した受注2、明細2\n",
        "未解決の問題: 2件\n",
    ];
    for line in lines {
        assert!(shown.contains(line), "{line:?} is not in\n{shown}");
    }
}

#[test]
fn programs_read_the_same() {
    let shop = shop_with_trouble();
    let status = shop.run(["status", "--json"]).ok().json();
    let problem = &status["problems"][1];
    assert_eq!(problem["command"], "import-stock", "{status:#}");
    assert_eq!(problem["first_seen"], "2026-11-24 10:20:00", "{status:#}");
    assert_eq!((&problem["times_seen"], &problem["severity"]), (&2.into(), &"error".into()), "{status:#}");
    assert_eq!(status["orders"]["outbox"][0]["orders"], 2, "{status:#}");
    assert_eq!(status["jobs"][3]["last_run"]["counts"]["exported"], 2, "{status:#}");
}

#[test]
fn a_monitor_reads_the_first_line() {
    let mut shop = shop_with_trouble();
    let shown = shop.run(["status", "--check"]).exits(3).stdout;
    let expected = "TEMPOSTAR WARNING - open problems: 2; overdue: import-stock; did not end well: import-products, \
                    import-stock; orders held back: 1; to do by hand: 1 | problems=2 waiting=1 held_back=1 not_taken=1 \
                    hand_work=1";
    assert_eq!(shown.lines().next(), Some(expected), "{shown}");
    shop.run(["import-stock"]).ok();
    shop.sql("UPDATE orders SET cancelled_at = updated_at WHERE order_no = '1003'");
    shop.sql("UPDATE orders SET delivery_status = 1 WHERE order_no = '1001'");
    shop.put_sheet(PRODUCT_INBOX, "product_2.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products"]).ok();
    let shown = shop.at("2026-11-24 13:10:00").run(["status", "--check"]).ok().stdout;
    let expected = "TEMPOSTAR OK - jobs: 4, orders waiting: 1 | problems=0 waiting=1 held_back=0 not_taken=1 hand_work=0";
    assert_eq!(shown.lines().next(), Some(expected), "{shown}");
}

#[test]
fn files_that_wait_are_named() {
    let shop = Shop::new();
    shop.setting("settle_s = 0\n", "ready = \"marker\"\n");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products"]).ok();
    shop.run(["status"]).ok().says("files that wait in the inbox: 1 (product.csv)");
    shop.put(&format!("{PRODUCT_INBOX}/product.lock"), "");
    shop.run(["import-products"]).ok();
    shop.run(["status"]).ok().never_says("files that wait");
}

#[test]
fn all_names_everything_that_is_to_be_done_by_hand() {
    let mut shop = Shop::new();
    let sheet = |numbers: std::ops::RangeInclusive<u32>| {
        numbers
            .fold("商品コード,商品名\n".to_owned(), |sheet, n| sheet + &format!("P-{n:02},皿{n}\n"))
    };
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", &sheet(1..=30));
    shop.run(["import-products"]).ok();
    shop.at("2026-11-25 10:15:00").put_sheet(PRODUCT_INBOX, "p2.csv", &sheet(13..=30));
    shop.run(["import-products"]).ok();
    shop.run(["status"]).ok().says("P-10, …").never_says("P-11");
    shop.run(["status", "--all"]).ok().says("P-10, P-11, P-12\n");
    let all = shop.run(["status", "--all", "--json"]).ok().json();
    assert_eq!(all["hand_work"]["products_missing"]["first"].as_array().unwrap().len(), 12);
}

#[test]
fn a_file_of_the_archive_is_done_again_by_its_name() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    for (minute, quantity) in [(10, 5), (12, 6)] {
        shop.at(&format!("2026-11-24 10:{minute}:00"));
        shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\nA-1,{quantity}\n"));
        shop.run(["import-stock"]).ok();
    }
    shop.sql("UPDATE stock SET quantity = 0");
    shop.at("2026-11-24 10:30:00");
    shop.run(["import-stock", "--file", "stock.csv", "--json"]).ok().count("changed", 1);
    shop.check_stock("A-1", 6, 0);
    let ran = shop.run(["import-logistics", "--json", "--file", "stock.csv"]).exits(2);
    ran.only_problem("file-argument", "", &["stock.csv"]);
    // A file that lies there is meant rather than a copy.
    shop.write("stock.csv", &crate::harness::cp932("商品コード,在庫数\nA-1,8\n"));
    shop.run(["import-stock", "--file", "stock.csv"]).ok();
    shop.check_stock("A-1", 8, 0);
}

#[test]
fn a_refused_file_is_taken_from_the_archive_once_what_was_missing_is_there() {
    let mut shop = Shop::new();
    shop.setting(
        "inbox = \"/order/export/{shop_code}/orderstatus\"",
        "inbox = \"/order/export/{shop_code}/orderstatus\"\nmax_bad_rows_percent = 0",
    );
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,出荷日\n12345-1001,800,2026/11/24\n12345-1002,800,いつか\n",
    );
    let ran = shop.run(["import-logistics", "--json"]).exits(3);
    assert_eq!(ran.file_outcome("status.csv"), "refused");
    shop.setting("max_bad_rows_percent = 0", "max_bad_rows_percent = 60");
    shop.at("2026-11-24 11:00:00");
    let ran = shop.run(["import-logistics", "--json", "--file", "status.csv"]).exits(3);
    assert_eq!(ran.json()["files"][0]["outcome"], "applied", "{ran}");
    let open = shop.rows("SELECT kind FROM tempostar_problems WHERE ended_at IS NULL");
    assert_eq!(open, ["rejects-kept"], "the refusal is over");
}

#[test]
fn an_order_that_is_held_back_is_shown_once_with_reason_and_time() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 9);
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    shop.run(["export-orders"]).exits(3);
    shop.at("2026-11-24 12:00:00").run(["export-orders"]).exits(3);
    let shown = shop.run(["status"]).ok().never_says("open problems").stdout;
    let order: Vec<&str> = shown.lines().filter(|line| line.contains("1001")).collect();
    assert_eq!(order.len(), 1, "{shown}");
    assert!(
        order[0].starts_with("  1001: 請求金額 is 1 yen")
            && order[0].ends_with("(since 2026-11-24 10:15:00)"),
        "{shown}"
    );
    assert_eq!(shop.run(["status", "--json"]).json()["problems"][0]["concerns"], "1001");
}

/// TEMPOSTAR's stock of A-1, in a file of that minute.
fn put_stock(shop: &mut Shop, time: &str, quantity: u32) {
    shop.at(time).put_sheet(
        STOCK_INBOX,
        &format!("stock_{quantity}.csv"),
        &format!("商品コード,在庫数\nA-1,{quantity}\n"),
    );
}

#[test]
fn no_file_for_long_is_a_problem_once_one_has_come() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.run(["import-stock"]).ok();
    shop.at("2026-12-24 10:15:00").run(["import-stock"]).ok().never_says("has not come");
    shop.run(["status", "--check"]).ok();
    put_stock(&mut shop, "2026-12-24 10:20:00", 5);
    shop.run(["import-stock"]).ok();
    shop.at("2026-12-25 10:20:00").run(["import-stock", "--json"]).ok().no_problems();
    let shown = shop.run(["status", "--check"]).ok().stdout;
    assert!(shown.contains("\n  newest file 2026-12-24 10:20:00 (24 h ago)\n"), "{shown}");
    assert!(shown.contains("\nstock figures as of 2026-12-24 10:20:00 (24 h ago)\n"), "{shown}");

    shop.at("2026-12-25 10:20:01");
    shop.run(["status", "--check"]).exits(3).says("TEMPOSTAR WARNING - no new file for: import-stock |");
    let ran = shop.run(["import-stock", "--json"]).ok();
    ran.only_problem("no-new-file", "", &["more than 24 hours", "2026-12-24 10:20:00"]);
    let status = shop.run(["status", "--json"]).ok().json();
    assert_eq!(status["problems"][0]["code"], "no-new-file", "{status:#}");
    assert_eq!(status["jobs"][2]["no_file_for_long"], true, "{status:#}");
    assert_eq!(status["stock_as_of"], "2026-12-24 10:20:00", "{status:#}");
    shop.run(["status"]).ok().says("(24 h ago): no new file for more than 24 hours");

    // An old file that somebody does again is no new one.
    shop.run(["import-stock", "--file", "stock_5.csv"]).ok();
    shop.run(["import-stock", "--json"]).ok().only_problem("no-new-file", "", &[]);
    put_stock(&mut shop, "2026-12-25 11:00:00", 4);
    shop.run(["import-stock", "--json"]).ok().no_problems();
    shop.run(["status", "--check"]).ok().says("problems=0");
    shop.setting("[stock]\n", "[stock]\nexpect_file_every_h = 0\n");
    shop.at("2026-12-30 11:00:00").run(["import-stock", "--json"]).ok().no_problems();
    shop.run(["status", "--check"]).ok();
}

#[test]
fn a_job_that_was_never_due_is_not_overdue() {
    let mut shop = Shop::new();
    shop.settings(|text| text + "[schedule]\nimport-stock = 30\nexport-orders = 10\n");
    shop.run(["status", "--check"]).ok();
    shop.run(["export-orders"]).ok();
    shop.run(["status", "--check"]).ok();
    shop.at("2026-11-24 10:26:00").run(["status", "--check"]).exits(3).says("overdue: export-orders |");
    shop.at("2026-11-24 10:46:00")
        .run(["status", "--check"])
        .exits(3)
        .says("overdue: import-stock, export-orders |");
}

#[test]
fn an_order_that_is_not_shipped_for_long_is_looked_into() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 9);
    for number in ["1001", "1002", "1003"] {
        shop.order(number).line("A-1", 1).insert();
    }
    shop.run(["export-orders"]).ok();
    shop.take_orders();
    let names = |shop: &Shop| {
        shop.run(["status", "--json"]).ok().json()["hand_work"]["orders_unshipped"]["first"].clone()
    };
    shop.at("2026-12-08 10:15:00");
    assert_eq!(names(&shop), serde_json::json!([]));
    shop.at("2026-12-08 10:15:01").run(["export-orders"]).ok();
    assert_eq!(names(&shop), serde_json::json!(["1001", "1002", "1003"]));
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n12345-1002,999\n",
    );
    shop.run(["import-logistics"]).ok();
    assert_eq!(names(&shop), serde_json::json!(["1003"]));
    let shown = shop.run(["status", "--check"]).exits(3).stdout;
    assert!(shown.starts_with("TEMPOSTAR WARNING - to do by hand: 2 |"), "{shown}");
    assert!(
        shown.contains(
            "orders cancelled in TEMPOSTAR: 1 (not linked, and nothing is shipped: cancel them in the shop, too)\n    1002\n"
        ),
        "{shown}"
    );
    shop.setting("[orders]\n", "[orders]\nunshipped_after_days = 0\n");
    assert_eq!(names(&shop), serde_json::json!([]));
}

#[test]
fn all_orders_that_are_held_back_are_named_each_in_one_line() {
    let shop = Shop::new();
    for number in 1..=12 {
        shop.order(&format!("10{number:02}\nerror[x]: y")).line("A-1", 1).insert();
    }
    let told = shop
        .run(["export-orders"])
        .exits(3)
        .says("error[order-held-back]: order 1001 error[x]: y is held back");
    assert!(!told.stderr.contains("\nerror[x]"), "{told}");
    shop.run(["status"]).ok().says("  1010 error[x]: y: ").says("  and 2 more\n").never_says("1012");
    shop.run(["status", "--all"]).ok().says("  1012 error[x]: y: ").never_says("more\n");
    shop.run(["check-settings", "--offline"]).never_says("`tempostar status` shows them");
}
