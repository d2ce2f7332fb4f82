//! Runs that meet: of the same job only one works, whatever their work folders; different jobs do not see each other.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

const SHEET: &str = "商品コード,在庫数\nA-1,9\n";

fn shop_with_slow_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop.ftp.log().clear();
    shop.ftp.faults().once(Fault::GetDelayed(1500));
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

#[track_caller]
fn start(shop: &Shop, args: &[&str]) -> Child {
    shop.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[track_caller]
fn start_until_seen(shop: &Shop, args: &[&str], verb: &str) -> Child {
    let child = start(shop, args);
    let began = Instant::now();
    while shop.ftp.log().entries_of(verb).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "never came to {verb}");
        thread::sleep(Duration::from_millis(2));
    }
    child
}

#[track_caller]
fn ended(child: Child) -> Ran {
    Ran::new(child.wait_with_output().unwrap())
}

#[track_caller]
fn signal(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn of_two_runs_of_a_job_one_works_and_the_other_does_nothing() {
    let shop = shop_with_slow_file();
    let first = start_until_seen(&shop, &["import-stock", "--json"], "get");
    let second = shop.run(["import-stock", "--json"]).exits(7).outcome("locked");
    assert_eq!(second.json()["files"], serde_json::json!([]));
    shop.run(["import-stock", "--quiet"]).exits(7).never_says("import-stock");
    ended(first).ok().count("changed", 1);
    shop.check_stock("A-1", 9, 0);
    shop.check_rows("SELECT count(*) FROM tempostar_files", &["1"]);
}

#[test]
fn a_dry_run_and_status_need_no_lock() {
    let shop = shop_with_slow_file();
    let first = start_until_seen(&shop, &["import-stock"], "get");
    shop.run(["import-stock", "--dry-run", "--json"]).ok().count("changed", 1);
    shop.run(["status"]).ok();
    ended(first).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn ten_runs_at_once_apply_a_file_once() {
    let shop = shop_with_slow_file();
    let runs: Vec<Child> = (0..10).map(|_| start(&shop, &["import-stock"])).collect();
    let codes: Vec<i32> = runs.into_iter().map(|run| ended(run).code).collect();
    assert!(codes.iter().all(|code| matches!(code, 0 | 7)), "{codes:?}");
    assert!(codes.contains(&0));
    shop.check_stock("A-1", 9, 0);
    shop.check_rows("SELECT count(*) FROM tempostar_files WHERE outcome = 'applied'", &["1"]);
}

#[test]
fn ten_first_runs_at_once_make_one_database() {
    let shop = Shop::new();
    let jobs = ["import-stock", "import-products", "import-logistics", "export-orders"];
    let runs: Vec<Child> = (0..10).map(|number| start(&shop, &[jobs[number % 4]])).collect();
    let codes: Vec<i32> = runs.into_iter().map(|run| ended(run).code).collect();
    assert!(codes.iter().all(|code| matches!(code, 0 | 7)), "{codes:?}");
    shop.check_rows("PRAGMA integrity_check", &["ok"]);
    shop.check_rows("SELECT value FROM tempostar_meta WHERE key = 'environment'", &["demo"]);
}

#[test]
fn different_jobs_work_side_by_side() {
    let shop = shop_with_slow_file();
    shop.ftp.faults().clear();
    shop.ftp.faults().times_at(3, Fault::GetDelayed(500), "");
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).set("exported_at", "2026-11-24 09:00:00").insert();
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,改めた名前\n");
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,受注進捗コード\n12345-1002,800\n");
    let jobs = ["import-stock", "import-products", "import-logistics", "export-orders"];
    let runs = jobs.map(|job| start(&shop, &[job]));
    for run in runs {
        ended(run).ok();
    }
    shop.check_rows("SELECT quantity FROM stock", &["9"]);
    shop.check_rows("SELECT name FROM products", &["改めた名前"]);
    shop.check_rows("SELECT order_no, delivery_status FROM orders ORDER BY 1", &["1001|0", "1002|1"]);
    assert!(shop.sent_orders().contains("12345-1001"));
}

// The lock belongs to the database, not only to the work folder ----------------------------------------------------

#[test]
fn another_work_folder_is_no_way_round_the_lock_of_an_import() {
    let shop = shop_with_slow_file();
    other_settings(&shop, &[("work_dir = \"tempostar.d\"", "work_dir = \"other.d\"")]);
    let first = start_until_seen(&shop, &["import-stock"], "get");
    shop.run(["import-stock", "--config", "other.toml"]).exits(7);
    ended(first).ok();
    shop.check_stock("A-1", 9, 0);
    shop.check_rows("SELECT count(*) FROM tempostar_files", &["1"]);
    shop.run(["import-stock", "--config", "other.toml", "--json"]).ok().outcome("nothing_to_do");
}

#[test]
fn another_name_of_the_database_is_none_either() {
    let shop = shop_with_slow_file();
    std::os::unix::fs::symlink("shop.db", shop.path("link.db")).unwrap();
    other_settings(
        &shop,
        &[
            ("work_dir = \"tempostar.d\"", "work_dir = \"other.d\""),
            ("database = \"shop.db\"", "database = \"link.db\""),
        ],
    );
    let first = start_until_seen(&shop, &["import-stock"], "get");
    shop.run(["import-stock", "--config", "other.toml"]).exits(7);
    ended(first).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn an_order_that_one_run_is_sending_is_not_taken_for_one_that_was_interrupted() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    other_settings(&shop, &[("work_dir = \"tempostar.d\"", "work_dir = \"other.d\"")]);
    shop.ftp.log().clear();
    let first = start_until_seen(&shop, &["export-orders"], "connect");
    signal("-STOP", &first);
    let second = shop.run(["export-orders", "--config", "other.toml"]);
    signal("-CONT", &first);
    ended(first).ok();
    second.exits(7);
    shop.run(["export-orders", "--config", "other.toml", "--json"]).ok().count("exported", 0);
    assert_eq!(shop.remote_files(OUTBOX).len(), 1);
    assert!(shop.sent_orders().contains("12345-1001"));
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
        assert!(shop.sent_orders().contains("12345-1001"), "{crash_point}");
        shop.check_rows("SELECT exported_at IS NOT NULL FROM orders", &["1"]);
    }
}

#[test]
fn the_two_environments_share_a_work_folder_without_touching_each_others_files() {
    let shop = shop_with_slow_file();
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
    let demo = start_until_seen(&shop, &["import-stock", "--json"], "get");
    shop.run(["import-stock", "--config", "other.toml", "--json"]).ok().count("unknown", 1);
    ended(demo).ok().count("changed", 1);
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
    assert!(shop.sent_orders().contains("12345-1001"));
}
