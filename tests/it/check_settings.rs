//! `check-settings` as support staff see it: what is printed where, and the exit code. Which misconfiguration is
//! found by which check is tested in `misconfigurations`; here is what must not be one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::harness::{OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

/// A shop in which nothing is left to be said.
fn good_shop() -> Shop {
    let shop = Shop::new();
    shop.settings(|text| text.replace("[products.free_items]\n\"予備1\" = 1\n", ""));
    shop.payment_method("銀行振込");
    fs::set_permissions(shop.path("demo.pass"), PermissionsExt::from_mode(0o600)).unwrap();
    shop
}

#[test]
fn a_good_shop_is_told_so_in_japanese_without_colours_in_a_pipe() {
    let shop = good_shop();
    shop.setting("language = \"en\"", "language = \"ja\"");
    let ran = shop.run(["check-settings"]).ok();
    assert_eq!(ran.stderr, "", "{ran}");
    assert!(ran.stdout.starts_with("✓ 設定ファイル"), "{ran}");
    assert!(!ran.stdout.contains('\x1b'), "{ran}");
    let closing = ran.stdout.split_once("\n\n").expect("no closing lines").1;
    assert_eq!(
        closing,
        "すべて正常です。商品情報取込（import-products）、物流連携取込（import-logistics）、\
         在庫情報取込（import-stock）、受注連携（export-orders）を実行できます。\n\
         FTPサーバに書き込めるかどうかも確認するには、--write-test を付けて実行してください。\n"
    );
}

#[test]
fn an_error_is_shown_with_what_to_do_and_what_can_run_nevertheless() {
    let shop = good_shop();
    shop.remove_remote_folder(STOCK_INBOX);
    let ran = shop.run(["check-settings"]).exits(6);
    let (_, shown) = ran.stdout.split_once("✗ ").expect("no error is marked");
    let lines: Vec<&str> = shown.lines().take(3).collect();
    let headline: Vec<&str> = lines[0].split("  ").filter(|part| !part.is_empty()).map(str::trim).collect();
    assert_eq!(headline, ["inbox of stock", "error"], "{ran}");
    assert!(lines[1].starts_with("    cannot list the folder /netstock/12345 on the server: "), "{ran}");
    assert!(
        lines[2].starts_with("    → support, SAVAWAY: check stock.inbox in the settings file; "),
        "{ran}"
    );
    ran.says("Can run now: import-products, import-logistics, export-orders\n")
        .says("\n1 error: import-stock cannot run yet.\n")
        .says("To be mended by: support 1, SAVAWAY 1\n");
}

#[test]
fn quiet_says_nothing_of_a_good_shop_and_only_problems_of_a_bad_one() {
    let shop = good_shop();
    assert_eq!(shop.run(["check-settings", "--quiet"]).ok().all(), "");
    shop.remove_remote_folder(OUTBOX);
    let ran = shop.run(["check-settings", "--quiet"]).exits(6);
    assert_eq!(ran.stdout, "", "{ran}");
    assert_eq!(ran.stderr.lines().count(), 2, "{ran}");
    assert!(ran.stderr.starts_with("error: cannot list the folder /ordershop/12345"), "{ran}");
}

#[test]
fn programs_get_one_document() {
    let shop = good_shop();
    let document = shop.run(["check-settings", "--json"]).ok().outcome("ok").json();
    assert_eq!(document["environment"], "demo");
    assert_eq!(document["problems"].as_array().map(Vec::len), Some(0), "{document:#}");
    shop.remove_remote_folder(STOCK_INBOX);
    let document = shop.run(["check-settings", "--json"]).exits(6).outcome("failed").json();
    assert_eq!(document["jobs"]["import-stock"], "blocked");
    assert_eq!(document["jobs"]["export-orders"], "ready");
    assert_eq!(document["problems"][0]["code"], "ftp-folder-missing");
}

#[test]
fn the_exit_code_tells_whose_fault_it_is() {
    let mut shop = good_shop();
    shop.ftp.stop();
    shop.run(["check-settings"]).exits(5);
    shop.run(["check-settings", "--offline"]).ok();
    for side in ["shop.db-wal", "shop.db-shm"] {
        let _ = fs::remove_file(shop.path(side));
    }
    shop.write("shop.db", &[b'x'; 4096]);
    shop.run(["check-settings", "--offline"]).exits(8);
    shop.run(["check-settings"]).exits(6);
}

#[test]
fn the_write_test_leaves_the_outbox_as_it_was() {
    let shop = good_shop();
    shop.run(["check-settings", "--write-test"]).ok().says("uploaded, read back, renamed and deleted");
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
    assert_eq!(shop.ftp.log().entries_of(&format!("put {OUTBOX}")).len(), 1);
}

#[test]
fn a_test_mail_is_refused_with_the_reason() {
    good_shop()
        .run(["check-settings", "--offline", "--send-test-mail"])
        .exits(6)
        .says("no test mail was sent");
}

/// The codes of what is told as more than a note.
#[track_caller]
fn alarms(ran: &Ran) -> Vec<String> {
    let document = ran.json();
    let problems = document["problems"].as_array().unwrap().iter();
    let due = problems.filter(|problem| problem["severity"] != "note");
    due.map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
}

/// What a check says.
#[track_caller]
fn message_of(ran: &Ran, id: &str) -> String {
    let document = ran.json();
    let check = document["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).cloned();
    check.unwrap_or_else(|| panic!("no check {id}\n{ran}"))["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_shop_that_was_installed_a_moment_ago_is_not_blamed() {
    let shop = Shop::new();
    fs::set_permissions(shop.path("demo.pass"), PermissionsExt::from_mode(0o600)).unwrap();
    let ran = shop.run(["check-settings", "--offline", "--json"]).ok();
    assert_eq!(alarms(&ran), [""; 0], "{ran}");
    assert!(ran.stdout.contains("payment-methods-none-yet"), "{ran}");
}

#[test]
fn files_are_read_on_trial_and_left_where_they_are() {
    let shop = good_shop();
    shop.put_sheet(PRODUCT_INBOX, "old.csv", "商品コード\nA-1\n");
    shop.set_remote_time(&format!("{PRODUCT_INBOX}/old.csv"), "2026-11-23 10:00:00");
    shop.put_sheet(PRODUCT_INBOX, "new.csv", "商品コード,商品名,素材\nA-1,皿,磁器\nA-2,椀,木\n");
    let before = shop.shop_data();
    let ran = shop.run(["check-settings", "--json"]).ok();
    assert_eq!(alarms(&ran), [""; 0], "{ran}");
    let message = message_of(&ran, "products-file");
    assert!(message.starts_with("new.csv, which waits, was read on trial (rows: 2)\n"), "{message}");
    assert!(message.contains("columns without a home in the shop (1): 素材"), "{message}");
    assert!(message.contains("SKUコード, 商品名カナ"), "{message}");
    assert_eq!(shop.shop_data(), before);
    assert_eq!(shop.remote_files(PRODUCT_INBOX), ["new.csv", "old.csv"]);
    assert_eq!(shop.work_files_below("spool"), [""; 0].map(std::path::PathBuf::from));
    assert_eq!(message_of(&ran, "stock-file"), "none has come yet");
}

#[test]
fn a_file_that_is_still_being_written_is_not_blamed() {
    let shop = good_shop();
    shop.setting("settle_s = 0\nreflect_lag_min", "settle_s = 1\nreflect_lag_min");
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\n");
    let path = shop.ftp.root().join(&STOCK_INBOX[1..]).join("stock.csv");
    let mut running = shop.command(["check-settings", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    while running.try_wait().unwrap().is_none() {
        let mut file = fs::File::options().append(true).open(&path).unwrap();
        file.write_all(b"\r\n").unwrap();
        thread::sleep(Duration::from_millis(100));
    }
    let output = running.wait_with_output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let check =
        document["checks"].as_array().unwrap().iter().find(|check| check["id"] == "stock-file").unwrap();
    assert_eq!(check["message"], "stock.csv is still being written", "{document:#}");
    assert_eq!(check["status"], "ok");
}

#[test]
fn without_a_waiting_file_the_copy_of_the_last_one_is_read() {
    let shop = good_shop();
    shop.product("A-1");
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,3\n");
    shop.run(["import-stock"]).ok();
    for options in [&["check-settings", "--json"][..], &["check-settings", "--json", "--offline"]] {
        let ran = shop.run(options).ok();
        assert_eq!(alarms(&ran), [""; 0], "{ran}");
        assert_eq!(
            message_of(&ran, "stock-file"),
            "the copy of stock.csv, which came last, was read (rows: 1)"
        );
    }
    shop.check_stock("A-1", 3, 0);
}

#[test]
fn a_stock_file_before_the_first_products_is_no_reason_to_worry() {
    let shop = good_shop();
    let rows: String = (1..=40).map(|number| format!("S-{number:03},0\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
    let ran = shop.run(["check-settings", "--json"]).ok();
    assert_eq!(alarms(&ran), [""; 0], "{ran}");
    assert!(message_of(&ran, "stock-file").contains("SKUs that the shop does not have (40)"), "{ran}");
}

#[test]
fn a_server_that_never_removes_the_files_of_orders_raises_no_alarm() {
    let mut shop = good_shop();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.at("2026-11-27 10:15:00");
    for options in [&["check-settings", "--json"][..], &["check-settings", "--json", "--offline"]] {
        let ran = shop.run(options).ok();
        assert!(!alarms(&ran).contains(&"order-files-not-taken".to_owned()), "{ran}");
    }
}

#[test]
fn offline_nobody_knows_what_tempostar_took_after_the_last_export() {
    let mut shop = good_shop();
    shop.setting("reflect_when = \"sent\"", "reflect_when = \"taken\"");
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.at("2026-11-24 18:00:00");
    let ran = shop.run(["check-settings", "--json", "--offline"]).ok();
    assert_eq!(alarms(&ran), [""; 0], "{ran}");
    shop.run(["export-orders"]).ok();
    let ran = shop.run(["check-settings", "--json", "--offline"]).ok();
    assert_eq!(alarms(&ran), ["order-files-not-taken"], "{ran}");
}

#[test]
fn before_go_live_no_job_is_overdue() {
    let mut shop = good_shop();
    shop.settings(|text| text + "\n[schedule]\nimport-stock = 30\nexport-orders = 30\n");
    shop.at("2026-11-25 10:15:00");
    let ran = shop.run(["check-settings", "--json", "--offline"]).ok();
    assert_eq!(alarms(&ran), [""; 0], "{ran}");
    assert!(message_of(&ran, "schedule").contains("import-stock succeeded last at"), "{ran}");
}

#[test]
fn a_run_that_died_holds_no_lock_and_one_at_work_may_take_its_time() {
    let shop = good_shop();
    shop.sql(
        "INSERT INTO tempostar_runs (run_id, command, started_at)
         VALUES ('1', 'import-stock', '2026-11-24 02:00:00'), ('2', 'export-orders', '2026-11-24 10:00:00')",
    );
    let at_work = fs::File::create(shop.path("shop.db.export-orders.lock")).unwrap();
    at_work.lock().unwrap();
    let ran = shop.run(["check-settings", "--json", "--offline"]).ok();
    assert_eq!(alarms(&ran), [""; 0], "{ran}");
    assert_eq!(message_of(&ran, "running-jobs"), "at work, since: export-orders (2026-11-24 10:00:00)");
}

#[test]
fn two_jobs_may_share_a_folder_when_their_files_have_other_names() {
    let shop = good_shop();
    shop.setting(
        "inbox = \"/netstock/{shop_code}\"",
        "inbox = \"/product/export/{shop_code}\"\npattern = \"stock*.csv\"",
    );
    shop.setting("[products]\n", "[products]\npattern = \"product*.csv\"\n");
    shop.run(["check-settings", "--offline"]).ok();
}
