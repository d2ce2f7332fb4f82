//! `check-settings` as support staff see it: what is printed where, and the exit code. Which misconfiguration is
//! found by which check is tested in `misconfigurations`; here is what must not be one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::ftp_server::{Fault, Tls};
use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop};

/// A shop in which nothing is left to be said.
fn good_shop() -> Shop {
    let shop = Shop::new();
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
         FTPサーバに書き込めるかどうかも確認するには、--write-testを付けて実行してください。\n"
    );
}

#[test]
fn colours_are_where_they_are_wanted() {
    let shop = good_shop();
    let shown = |when: &str| shop.run(["check-settings", "--offline", "--color", when]).ok().stdout;
    assert!(shown("always").starts_with("\x1b[32m✓ "), "{}", shown("always"));
    for when in ["auto", "never"] {
        assert!(!shown(when).contains('\x1b'), "{when}");
    }
    shop.run(["check-settings", "--color", "sometimes"]).exits(2);
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
        .says("To be fixed by: support 1, SAVAWAY 1\n");
}

#[test]
fn quiet_says_nothing_of_a_good_shop_and_only_problems_of_a_bad_one() {
    let shop = good_shop();
    assert_eq!(shop.run(["check-settings", "--quiet"]).ok().all(), "");
    shop.remove_remote_folder(OUTBOX);
    let ran = shop.run(["check-settings", "--quiet"]).exits(6);
    assert_eq!(ran.stdout, "", "{ran}");
    assert_eq!(ran.stderr.lines().count(), 2, "{ran}");
    assert!(
        ran.stderr.starts_with("error[ftp-folder-missing]: cannot list the folder /ordershop/12345"),
        "{ran}"
    );
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
    shop.setting("work_dir = \"tempostar.d\"", "work_dir = \"demo.pass\"");
    shop.run(["check-settings", "--offline"]).exits(6);
}

#[test]
fn the_write_test_leaves_nothing_behind_and_its_name_is_no_order_files() {
    let shop = good_shop();
    shop.run(["check-settings"]).ok();
    assert_eq!(shop.ftp.log().entries_of("put"), [""; 0], "nothing is written unless it is asked for");
    let before = shop.state();
    let ran = shop.run(["check-settings", "--write-test", "--json"]).ok();
    assert_eq!(shop.state(), before);
    let file = format!("tempostar-check-{}.tmp", ran.json()["run_id"].as_str().unwrap());
    let folders = [OUTBOX, PRODUCT_INBOX, LOGISTICS_INBOX, STOCK_INBOX];
    let mut put = shop.ftp.log().entries_of("put");
    put.sort();
    let mut expected = folders.map(|folder| format!("put {folder}/{file}"));
    expected.sort();
    assert_eq!(put, expected);
}

#[test]
fn a_file_of_the_write_test_that_cannot_be_deleted_is_named() {
    let shop = good_shop();
    shop.ftp.faults().always(Fault::DeleteRefused);
    let ran = shop.run(["check-settings", "--write-test", "--json"]).exits(6);
    assert_eq!(ran.codes(), ["ftp-forbidden", "write-test-left"], "{ran}");
    let file = format!("tempostar-check-{}-renamed.tmp", ran.json()["run_id"].as_str().unwrap());
    ran.problem("write-test-left", "", &[&format!("{OUTBOX}/{file}")]);
}

#[test]
fn a_test_mail_is_refused_with_the_reason_and_stops_no_job() {
    let ran = good_shop().run(["check-settings", "--send-test-mail", "--json"]).exits(6);
    assert_eq!(jobs(&ran), [("ready", 4)], "{ran}");
    ran.only_problem("test-mail-none", "", &[]);
}

/// How many jobs are as ready as that.
#[track_caller]
fn jobs(ran: &Ran) -> Vec<(&'static str, usize)> {
    let document = ran.json();
    let jobs = document["jobs"].as_object().unwrap();
    let counted = ["ready", "blocked", "untested"]
        .map(|readiness| (readiness, jobs.values().filter(|found| *found == readiness).count()));
    counted.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// The checks that came out like that.
#[track_caller]
fn ids(ran: &Ran, status: &str) -> Vec<String> {
    let document = ran.json();
    let checks = document["checks"].as_array().unwrap().iter();
    let found = checks.filter(|check| check["status"] == status);
    found.map(|check| check["id"].as_str().unwrap().to_owned()).collect()
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
    ran.only_problem("payment-methods-none-yet", "", &[]);
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
    assert_eq!(ran.codes(), ["unknown-columns", "optional-columns-missing"], "{ran}");
    assert!(message.contains("columns without a home in the shop (1): 素材\n"), "{message}");
    assert!(message.contains(": SKUコード, 商品名カナ, 販売商品名, "), "{message}");
    assert_eq!(shop.shop_data(), before);
    assert_eq!(shop.remote_files(PRODUCT_INBOX), ["new.csv", "old.csv"]);
    assert_eq!(shop.work_files_below("spool"), [""; 0].map(std::path::PathBuf::from));
    assert_eq!(message_of(&ran, "stock-file"), "none has come yet");
}

#[test]
fn what_a_logistics_file_says_of_the_shops_orders_is_no_reason_to_worry() {
    let shop = good_shop();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.product_in_stock("A-1", 10);
    for number in ["1001", "1002", "1003"] {
        shop.order(number).line("A-1", 2).insert();
    }
    shop.run(["export-orders"]).ok();
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:10:00' WHERE order_no = '1002'");
    let rows = "1001,999,,\n12345-1002,800,,\n12345-1003,800,A-1,3\n12345-9999,800,,\n";
    let header = "ショップ受注番号,受注進捗コード,商品コード,数量";
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", &format!("{header}\n12345-{rows}"));
    let ran = shop.run(["check-settings", "--json"]);
    let problems = ran.json()["problems"].as_array().unwrap().clone();
    for code in ["cancelled-in-tempostar", "shipped-but-cancelled", "added-line-differs", "unknown-orders"] {
        let told = problems
            .iter()
            .find(|problem| problem["code"] == code)
            .unwrap_or_else(|| panic!("{code}\n{ran}"));
        assert_eq!(told["severity"], "note", "{code}\n{ran}");
    }
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
    ran.only_problem("unknown-skus", "", &["(40): S-001, "]);
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
    let said = "import-stock succeeded last at 2026-11-24 10:15:00";
    assert!(message_of(&ran, "schedule").contains(said), "{ran}");
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

// What waits for what --------------------------------------------------------------------------------------------

#[test]
fn each_check_has_a_name_of_its_own() {
    let ran = good_shop().run(["check-settings", "--write-test", "--json"]).ok();
    let mut ids = ids(&ran, "ok");
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')), "{ids:?}");
}

#[test]
fn everything_waits_for_the_settings_file_and_for_the_options() {
    for (from, to, root, title) in [
        ("retries = 0", "retrys = 0", "settings", "settings file"),
        ("hanpukai = false", "hanpukai = true", "options", "options of the shop"),
    ] {
        let shop = good_shop();
        shop.setting(from, to);
        let ran = shop.run(["check-settings", "--json"]).exits(6);
        assert_eq!(ids(&ran, "error"), [root], "{ran}");
        let tried = if root == "options" { vec!["settings"] } else { vec![] };
        assert_eq!(ids(&ran, "ok"), tried, "{ran}");
        for id in ids(&ran, "skipped") {
            assert_eq!(message_of(&ran, &id), format!("first fix “{title}”"), "{id}");
        }
        assert_eq!(ran.json()["environment"], Value::Null);
        assert_eq!(jobs(&ran), [("blocked", 4)], "{ran}");
    }
}

#[test]
fn without_a_work_folder_nothing_is_written_and_no_file_is_read() {
    let shop = good_shop();
    shop.setting("work_dir = \"tempostar.d\"", "work_dir = \"demo.pass\"");
    let ran = shop.run(["check-settings", "--write-test", "--json"]).exits(6);
    let writing = ["write-test", "products-archive", "logistics-archive", "stock-archive", "server-clock"];
    let files = ["products-file", "logistics-file", "stock-file"];
    assert_eq!(ids(&ran, "skipped"), [&writing[..], &files].concat(), "{ran}");
    assert_eq!(jobs(&ran), [("blocked", 4)], "{ran}");
    assert_eq!(shop.ftp.log().entries_of("put"), [""; 0]);
    ran.only_problem("work-dir-unusable", "", &["demo.pass"]);
}

#[test]
fn the_server_is_left_alone_offline() {
    let shop = good_shop();
    shop.ftp.log().clear();
    let ran = shop.run(["check-settings", "--offline", "--json"]).ok();
    assert_eq!(shop.ftp.log().entries(), [""; 0]);
    let of_the_server =
        ["name", "connection", "greeting", "encryption", "login", "listing", "folders", "kinds"]
            .map(|rung| format!("server-{rung}"));
    let folders = ["products-inbox", "logistics-inbox", "stock-inbox", "orders-outbox"].map(str::to_owned);
    assert_eq!(ids(&ran, "skipped"), [&of_the_server[..], &folders].concat(), "{ran}");
    for id in ids(&ran, "skipped") {
        assert_eq!(message_of(&ran, &id), "because of --offline", "{id}");
    }
    assert_eq!(jobs(&ran), [("untested", 4)], "{ran}");
}

#[test]
fn a_wrong_password_is_tried_once() {
    let shop = good_shop();
    shop.setting("retries = 0", "retries = 3");
    shop.write("demo.pass", b"wrong-one\n");
    shop.ftp.log().clear();
    let ran = shop.run(["check-settings", "--json"]).exits(6).never_says("wrong-one");
    assert_eq!(shop.ftp.log().entries_of("login"), ["login refused 12345_0"], "more could lock the user out");
    ran.only_problem("ftp-login-refused", "", &["530"]);
}

#[test]
fn the_fingerprint_of_a_certificate_that_is_not_trusted_is_shown() {
    let shop = Shop::with_tls(Tls::Required);
    let fingerprint = shop.ftp.certificate_sha256();
    shop.setting(&format!("certificate_sha256 = \"{fingerprint}\"\n"), "");
    let ran = shop.run(["check-settings", "--json"]).exits(6);
    ran.problem("ftp-certificate-untrusted", "", &[fingerprint]);
}

// What is left as it was -----------------------------------------------------------------------------------------

#[test]
fn a_work_folder_is_left_as_it_was_found() {
    let shop = good_shop();
    fs::remove_dir_all(shop.path("tempostar.d")).unwrap();
    shop.run(["check-settings", "--write-test"]).ok();
    let mode = fs::metadata(shop.path("tempostar.d")).unwrap().permissions().mode() & 0o777;
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(shop.path(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!((mode, names("tempostar.d")), (0o700, vec!["spool".to_owned()]));
    assert_eq!(names("tempostar.d/spool/check-settings"), [""; 0]);
}

#[test]
fn what_was_done_to_the_database_is_said() {
    let shop = good_shop();
    shop.setting("database = \"shop.db\"", "database = \"new.db\"");
    let told = || message_of(&shop.run(["check-settings", "--offline", "--json"]).ok(), "database");
    let first = told();
    assert!(first.starts_with("./new.db was created (schema version "), "{first}");
    assert_eq!(told(), first.replace(" was created", ""));
}

#[test]
fn nothing_is_noted_in_the_ledger_but_how_the_clocks_stand() {
    let shop = good_shop();
    let of_clocks = "key LIKE 'clock_%' OR key LIKE 'server_ahead_s %'";
    let others = format!("tempostar_meta WHERE NOT ({of_clocks})");
    let all = || {
        ["payment_methods", &others, "tempostar_runs", "tempostar_files", "tempostar_problems"]
            .map(|table| shop.rows(&format!("SELECT * FROM {table}")))
    };
    let before = all();
    shop.remove_remote_folder(STOCK_INBOX);
    shop.run(["check-settings", "--write-test"]).exits(6);
    assert_eq!(all(), before);
    shop.check_rows(
        &format!("SELECT key, value FROM tempostar_meta WHERE {of_clocks} ORDER BY key"),
        &["clock_confirmed|2026-11-24 10:15:00", "server_ahead_s 12345_0@127.0.0.1|0"],
    );
}

// Free items, payment methods, orders ----------------------------------------------------------------------------

#[test]
fn a_free_item_may_be_mapped_to_a_column_of_another_name() {
    let shop = good_shop();
    shop.settings(|text| text + "[products.free_items]\n\"予備1\" = 7\n");
    shop.sql("INSERT INTO product_free_items VALUES (7, '備考')");
    shop.run(["check-settings", "--offline", "--json"]).ok().no_problem();
}

#[test]
fn of_the_payment_methods_only_those_since_may_2022_that_are_not_set_up_are_named() {
    let shop = good_shop();
    shop.sql(
        "INSERT INTO payment_methods (name, added_on, tempostar_ready)
         VALUES ('前日', '2022-04-30', 0), ('当日', '2022-05-01', 0), ('設定済', '2024-01-01', 1), ('不明', NULL, 0)",
    );
    let ran = shop.run(["check-settings", "--offline", "--json"]).ok();
    ran.only_problem("payment-method-not-ready", "", &["\"当日\" was added on 2022-05-01"]);
}

#[test]
fn waiting_orders_that_would_be_held_back_are_told_by_reason_and_each_reason_where_its_root_is() {
    let shop = good_shop();
    shop.sql(
        "INSERT INTO orders (order_no, ordered_at, payment_method, kind)
         VALUES ('1001', '2026-11-24 10:00:00', '代引き', 'normal'), ('1002', '2026-11-24 10:01:00', '代引き', 'normal'),
                ('1003', '2026-11-24 10:02:00', '銀行振込', 'hanpukai')",
    );
    let ran = shop.run(["check-settings", "--offline", "--json"]).ok();
    assert_eq!(ids(&ran, "warning"), ["payment-methods", "options-data"], "{ran}");
    assert_eq!(ran.codes().len(), 5, "{ran}");
    assert!(message_of(&ran, "orders").starts_with("3 of 3 cannot be sent\n"), "{ran}");
    ran.problem(
        "payment-method-unlisted",
        "",
        &["the payment method \"代引き\" of waiting orders (2) is not listed"],
    )
    .problem("orders-by-hanpukai", "", &["1 (1003)"])
    .problem("orders-held-back", "", &["2 (1001, 1002): its payment method \"代引き\""])
    .problem("orders-held-back", "", &["1 (1003): subscription boxes"]);
    // Export can run, and nothing of what waits would go: the last words say so.
    let closing = "\nnone of the orders that wait (3) will be sent: all are held back\n";
    shop.run(["check-settings", "--offline"]).ok().says(closing);
}

#[test]
fn waiting_files_are_counted_without_markers_and_folders() {
    let shop = good_shop();
    shop.setting("settle_s = 0\nreflect_lag_min", "ready = \"marker\"\npattern = \"*\"\nreflect_lag_min");
    for (name, content) in [("a.csv", "12345"), ("b.csv", "1234567"), ("a.lock", ""), ("archive/c.csv", "1")]
    {
        shop.put(&format!("{STOCK_INBOX}/{name}"), content);
    }
    let ran = shop.run(["check-settings", "--json"]);
    let said = message_of(&ran, "stock-inbox");
    assert!(said.starts_with("/netstock/12345: files waiting: 2 (12 bytes, the oldest of 2"), "{said}");
}

// How it is shown ------------------------------------------------------------------------------------------------

#[test]
fn facts_stand_in_one_column_in_both_languages() {
    let mut shop = good_shop();
    shop.setting("tls = \"none\"", "tls = \"explicit\"");
    for lang in ["ja_JP.UTF-8", "en_US.UTF-8"] {
        shop.language(lang);
        let text = shop.run(["check-settings"]).exits(6).stdout;
        let column = |line: &str| {
            let (before, after) = line.split_once("  ").unwrap_or_else(|| panic!("no fact: {line}"));
            before.width() + 2 + (after.len() - after.trim_start().len())
        };
        let rows = text.lines().filter(|line| line.starts_with(['✓', '!', '✗', '–']));
        let columns: Vec<usize> = rows.map(column).collect();
        assert!(
            columns.len() > 20 && columns.iter().all(|found| *found == columns[0]),
            "{columns:?}\n{text}"
        );
    }
}

#[test]
fn many_checks_that_wait_for_the_same_thing_are_one_line() {
    let shop = good_shop();
    shop.setting("retries = 0", "retrys = 0");
    let count = ids(&shop.run(["check-settings", "--json"]), "skipped").len();
    let shown = shop.run(["check-settings"]).exits(6).stdout;
    let skipped: Vec<&str> = shown.lines().filter(|line| line.starts_with('–')).collect();
    let others = count - 1;
    assert_eq!(
        skipped,
        [format!("– options of the shop and {others} more  not tried: first fix “settings file”")]
    );
}

#[test]
fn what_the_shops_data_holds_cannot_break_the_lines() {
    let shop = good_shop();
    shop.setting("language = \"en\"", "language = \"ja\"");
    shop.sql("INSERT INTO payment_methods (name, added_on) VALUES ('悪い' || char(10, 27) || '[31m', '2023-01-01')");
    shop.run(["check-settings", "--offline"]).ok().says("決済方法「悪い  [31m」は").never_says("\x1b");
}

#[test]
fn programs_find_the_same_as_people() {
    let shop = good_shop();
    shop.setting("language = \"en\"", "language = \"ja\"");
    shop.remove_remote_folder(STOCK_INBOX);
    let ran = shop.run(["check-settings", "--json"]).exits(6);
    let document = ran.json();
    let check =
        document["checks"].as_array().unwrap().iter().find(|check| check["id"] == "stock-inbox").unwrap();
    let keys: Vec<&String> = check.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "title", "status", "message", "hint"]);
    assert_eq!((&check["title"], &check["status"]), (&"在庫情報のフォルダ".into(), &"error".into()));
    assert_eq!(document["problems"][0]["hint"], check["hint"]);
    let hint = check["hint"].as_str().unwrap();
    assert!(hint.starts_with("弊社・SAVAWAY様: 設定ファイルのstock.inbox"), "{hint}");
    assert!(shop.run(["check-settings"]).exits(6).stdout.contains(hint), "{hint}");
}

#[test]
fn the_shape_of_the_shops_data_is_told_by_column_count_and_keys_and_never_by_value() {
    let shop = Shop::new();
    for number in 1001..=1003 {
        shop.order(&number.to_string()).line("A-1", 1).insert();
    }
    shop.sql(
        "PRAGMA foreign_keys = OFF;
         UPDATE orders SET total = '山田 太郎' WHERE order_no IN ('1001', '1002');
         UPDATE orders SET paid_at = '', delivery_status = 2 WHERE order_no = '1003';
         UPDATE orders SET customer_name = x'ff' WHERE order_no = '1003';
         UPDATE order_lines SET quantity = 1.5 WHERE order_no = '1002';
         INSERT INTO order_shipments (order_no, shipment_no, delivery_date) VALUES ('77', 1, '2026-02-30');
         INSERT INTO payment_methods (name, added_on) VALUES ('後払い', '01/04/2023');
         INSERT INTO products (code, price) VALUES ('P-1', '千円');
         INSERT INTO skus (code, product_code) VALUES ('P-1', 'P-0');
         INSERT INTO stock (sku_code, quantity, as_of) VALUES ('P-2', 1, 'yesterday')",
    );
    let ran = shop.run(["check-settings", "--offline", "--json"]);
    let document = ran.json();
    let problems = document["problems"].as_array().unwrap().iter();
    let told = problems.filter(|problem| problem["code"].as_str().unwrap().starts_with("data-"));
    let told: Vec<&str> = told.map(|problem| problem["message"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        [
            "rows whose payment_methods.added_on is not a day such as 2026-11-24: 1 (後払い)",
            "rows whose products.price is not a whole number: 1 (P-1)",
            "rows of skus without their row in products: 1 (P-1)",
            "rows whose stock.as_of is not a time such as 2026-11-24 10:15:00: 1 (P-2)",
            "rows of stock without their row in skus: 1 (P-2)",
            "rows whose orders.customer_name is not text: 1 (1003)",
            "rows whose orders.total is not a whole number: 2 (1001, 1002)",
            "rows whose orders.delivery_status is not 0 or 1: 1 (1003)",
            "rows with empty text in orders.paid_at: 1 (1003)",
            "rows whose order_shipments.delivery_date is not a day such as 2026-11-24: 1 (77/1)",
            "rows of order_shipments without their row in orders: 1 (77/1)",
            "rows whose order_lines.quantity is not a whole number: 1 (1002/1)",
        ],
        "{ran}"
    );
    assert!(!ran.stdout.contains("山田"), "{ran}");
    // The orders are held back for what has been told.
    let orders = document["checks"].as_array().unwrap().iter().find(|check| check["id"] == "orders").unwrap();
    assert_eq!(orders["status"], "ok", "{ran}");
}

#[test]
fn every_name_in_an_inbox_that_no_job_takes_is_told_with_its_reason() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,1\n");
    shop.put_sheet(STOCK_INBOX, "old.txt", "x");
    shop.put_sheet(STOCK_INBOX, "README", "x");
    std::fs::create_dir(shop.ftp.root().join(STOCK_INBOX.trim_start_matches('/')).join("2025")).unwrap();
    let ran = shop.run(["check-settings", "--json"]);
    let told = "not taken by any job: 2025 (a folder), README (its name does not fit stock.pattern, \"*.csv\"), \
                old.txt (its name does not fit stock.pattern, \"*.csv\")";
    ran.problem("inbox-names-not-taken", "", &[told]);
}

#[test]
fn defaults_that_are_stricter_than_those_of_0_1_are_named_to_whoever_comes_from_there() {
    let shop = Shop::new();
    shop.product("A-1");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products"]).ok();
    let told = "products.guard.price_fall_percent = 50, products.guard.price_rise_percent = 900, \
                products.guard.unpublish_percent = 20, products.guard.move_percent = 5, \
                logistics.guard.ship_percent = 50, orders.max_age_days = 30";
    shop.run(["check-settings", "--offline"]).never_says("stricter");
    shop.sql("UPDATE tempostar_history_files SET has_old_values = 0");
    shop.run(["check-settings", "--offline"]).says("stricter than those of version 0.1: ").says(told);
    shop.settings(|text| text + "[products.guard]\nprice_fall_percent = 60\n");
    shop.run(["check-settings", "--offline"])
        .never_says("price_fall_percent")
        .says("price_rise_percent = 900");
}
