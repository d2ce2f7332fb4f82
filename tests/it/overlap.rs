//! Runs that meet: of the same job only one works, whatever their work folders; different jobs do not see each other.

use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Running, STOCK_INBOX, Shop, wait_until};

const SHEET: &str = "商品コード,在庫数\nA-1,9\n";

fn shop_with_waiting_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop
}

/// A second settings file that differs from the first in this.
#[track_caller]
fn other_settings(shop: &Shop, changes: &[(&str, &str)]) {
    let settings = std::fs::read_to_string(shop.path("tempostar.toml")).unwrap();
    let changed = changes.iter().fold(settings, |settings, (from, to)| {
        assert!(settings.contains(from), "{from}");
        settings.replace(from, to)
    });
    shop.write("other.toml", changed.as_bytes());
}

#[test]
fn of_two_runs_of_a_job_one_works_and_the_other_does_nothing() {
    let shop = shop_with_waiting_file();
    let first = shop.start_and_hold(Fault::GetHeld, &["import-stock", "--json"]);
    let second = shop.run(["import-stock", "--json"]).exits(7).outcome("locked");
    assert_eq!(second.json()["files"], serde_json::json!([]));
    assert_eq!(shop.run(["import-stock", "--quiet"]).exits(7).all(), "");
    first.goes_on().ok().count("changed", 1);
    shop.check_stock("A-1", 9, 0);
    shop.check_rows("SELECT count(*) FROM tempostar_files", &["1"]);
}

#[test]
fn a_dry_run_and_status_need_no_lock() {
    let shop = shop_with_waiting_file();
    let first = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    shop.run(["import-stock", "--dry-run", "--json"]).ok().count("changed", 1);
    shop.run(["status"]).ok();
    first.goes_on().ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn ten_runs_at_once_apply_a_file_once() {
    let shop = shop_with_waiting_file();
    // The one that has the lock is held until the nine others are through.
    shop.hold(1, Fault::GetHeld);
    let mut runs: Vec<Running<'_>> = (0..10).map(|_| shop.start(&["import-stock"])).collect();
    let mut ended = || runs.iter_mut().map(|run| usize::from(run.has_ended())).sum::<usize>();
    wait_until("nine do not give up", || ended() == 9);
    shop.ftp.faults().let_go();
    let mut codes: Vec<i32> = runs.into_iter().map(|run| run.ended().code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
    shop.check_stock("A-1", 9, 0);
    shop.check_rows("SELECT count(*) FROM tempostar_files WHERE outcome = 'applied'", &["1"]);
}

#[test]
fn ten_first_runs_at_once_make_one_database() {
    let shop = Shop::new();
    let jobs = ["import-stock", "import-products", "import-logistics", "export-orders"];
    let runs: Vec<Running<'_>> = (0..10).map(|number| shop.start(&[jobs[number % 4]])).collect();
    let codes: Vec<i32> = runs.into_iter().map(|run| run.ended().code).collect();
    assert!(codes.iter().all(|code| matches!(code, 0 | 7)), "{codes:?}");
    shop.check_rows("PRAGMA integrity_check", &["ok"]);
    shop.check_rows("SELECT value FROM tempostar_meta WHERE key = 'environment'", &["demo"]);
}

#[test]
fn different_jobs_work_side_by_side() {
    let shop = shop_with_waiting_file();
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).set("exported_at", "2026-11-24 09:00:00").insert();
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,改めた名前\n");
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,受注進捗コード\n12345-1002,800\n");
    let jobs = ["import-stock", "import-products", "import-logistics", "export-orders"];
    shop.hold(3, Fault::GetHeld);
    let runs = jobs.map(|job| shop.start(&[job]));
    shop.wait_until_held();
    for run in runs {
        run.goes_on().ok();
    }
    shop.check_rows("SELECT quantity FROM stock", &["9"]);
    shop.check_rows("SELECT name FROM products", &["改めた名前"]);
    shop.check_rows("SELECT order_no, delivery_status FROM orders ORDER BY 1", &["1001|0", "1002|1"]);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}

// The lock belongs to the database, not only to the work folder ----------------------------------------------------

#[test]
fn another_work_folder_is_no_way_round_the_lock_of_an_import() {
    let shop = shop_with_waiting_file();
    other_settings(&shop, &[("work_dir = \"tempostar.d\"", "work_dir = \"other.d\"")]);
    let first = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    shop.run(["import-stock", "--config", "other.toml"]).exits(7);
    first.goes_on().ok();
    shop.check_stock("A-1", 9, 0);
    shop.check_rows("SELECT count(*) FROM tempostar_files", &["1"]);
    shop.run(["import-stock", "--config", "other.toml", "--json"]).ok().outcome("nothing_to_do");
}

#[test]
fn another_name_of_the_database_is_none_either() {
    let shop = shop_with_waiting_file();
    std::os::unix::fs::symlink("shop.db", shop.path("link.db")).unwrap();
    other_settings(
        &shop,
        &[
            ("work_dir = \"tempostar.d\"", "work_dir = \"other.d\""),
            ("database = \"shop.db\"", "database = \"link.db\""),
        ],
    );
    let first = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    shop.run(["import-stock", "--config", "other.toml"]).exits(7);
    first.goes_on().ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn an_order_that_one_run_is_sending_is_not_taken_for_one_that_was_interrupted() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    other_settings(&shop, &[("work_dir = \"tempostar.d\"", "work_dir = \"other.d\"")]);
    let first = shop.start_and_hold(Fault::PutHeld, &["export-orders"]);
    shop.check_rows("SELECT state FROM tempostar_batches", &["prepared"]);
    shop.run(["export-orders", "--config", "other.toml"]).exits(7);
    first.goes_on().ok();
    shop.run(["export-orders", "--config", "other.toml", "--json"]).ok().count("exported", 0);
    assert_eq!(shop.remote_files(OUTBOX).len(), 1);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
    shop.check_rows("SELECT count(*) FROM tempostar_batches", &["1"]);
}

#[test]
fn a_batch_that_another_work_folder_left_is_sent_once_all_the_same() {
    for crash_point in ["prepared", "server-uploaded", "uploaded", "server-renamed", "before-sent"] {
        let mut shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        other_settings(&shop, &[("work_dir = \"tempostar.d\"", "work_dir = \"other.d\"")]);
        shop.run_dying_at(crash_point, ["export-orders"]);
        shop.at("2026-11-24 10:25:00").run(["export-orders", "--config", "other.toml"]).ok();
        shop.at("2026-11-24 10:35:00").run(["export-orders"]).ok();
        assert_eq!(shop.remote_files(OUTBOX).len(), 1, "{crash_point}");
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"], "{crash_point}");
        shop.check_rows("SELECT exported_at IS NOT NULL FROM orders", &["1"]);
    }
}

#[test]
fn the_two_environments_share_a_work_folder_without_touching_each_others_files() {
    let shop = shop_with_waiting_file();
    other_settings(
        &shop,
        &[
            ("environment = \"demo\"", "environment = \"production\""),
            ("database = \"shop.db\"", "database = \"production.db\""),
            ("[ftp.demo]", "[ftp.production]"),
            ("inbox = \"/netstock/{shop_code}\"", "inbox = \"/netstock/production\""),
        ],
    );
    shop.put_sheet("/netstock/production", "stock.csv", "商品コード,在庫数\nB-1,1\n");
    let demo = shop.start_and_hold(Fault::GetHeld, &["import-stock", "--json"]);
    shop.run(["import-stock", "--config", "other.toml", "--json"]).ok().count("unknown", 1);
    demo.goes_on().ok().count("changed", 1);
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn the_two_environments_do_not_clear_away_each_others_orders() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    other_settings(
        &shop,
        &[
            ("environment = \"demo\"", "environment = \"production\""),
            ("database = \"shop.db\"", "database = \"production.db\""),
            ("[ftp.demo]", "[ftp.production]"),
        ],
    );
    shop.run_dying_at("prepared", ["export-orders"]);
    let batch = shop.value("SELECT file_name || sha256 FROM tempostar_batches");
    shop.at("2026-11-24 10:25:00");
    shop.run(["export-orders", "--config", "other.toml"]).ok();
    shop.run(["export-orders"]).ok();
    shop.check_rows("SELECT file_name || sha256 FROM tempostar_batches", &[&batch]);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}
