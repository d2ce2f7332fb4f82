//! Exactly once: whatever breaks between two steps, nothing is lost and nothing is done twice.

use crate::ftp_server::{Fault, Tls};
use crate::harness::{OUTBOX, PRODUCT_INBOX, STOCK_INBOX, Shop};

const SHEET: &str = "\"商品コード\",\"在庫数\"\n\"A-1\",\"9\"\n";

fn shop_with_waiting_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop
}

#[test]
fn an_applied_file_is_archived_on_both_sides() {
    let shop = shop_with_waiting_file();
    shop.run(["import-stock"]).ok();
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["stock.csv"]);
    let copies = shop.work_files_below("archive");
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert_eq!(std::fs::read(&copies[0]).unwrap(), crate::harness::cp932(SHEET));
    assert!(shop.work_files_below("spool").is_empty());
}

#[test]
fn an_applied_file_is_deleted_when_the_settings_say_so_but_a_copy_stays() {
    let shop = shop_with_waiting_file();
    shop.setting("settle_s = 0\nreflect", "settle_s = 0\nafter_import = \"delete\"\nreflect");
    shop.run(["import-stock"]).ok();
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), [""; 0]);
    assert_eq!(shop.work_files_below("archive").len(), 1);
}

#[test]
fn only_files_that_match_the_pattern_are_taken() {
    let shop = shop_with_waiting_file();
    for name in ["stock.csv.tmp", "readme.txt", ".hidden"] {
        shop.put(&format!("{STOCK_INBOX}/{name}"), "x");
    }
    shop.run(["import-stock", "--json"]).ok().no_problem();
    assert_eq!(shop.remote_files(STOCK_INBOX), [".hidden", "readme.txt", "stock.csv.tmp"]);
}

#[test]
fn a_file_waits_for_its_marker_where_the_settings_say_so() {
    let mut shop = shop_with_waiting_file();
    shop.setting("settle_s = 0\nreflect", "ready = \"marker\"\nreflect");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 3, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    shop.put(&format!("{STOCK_INBOX}/stock.lock"), "");
    shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0], "the marker goes with its file");
}

#[test]
fn a_file_that_is_too_large_is_not_even_fetched() {
    let shop = shop_with_waiting_file();
    shop.settings(|text| text + "[limits]\nmax_file_mb = 1\n");
    shop.put(&format!("{STOCK_INBOX}/huge.csv"), vec![b'x'; 1024 * 1024 + 1]);
    let ran = shop.run(["import-stock", "--json"]).exits(3);
    ran.only_problem("file-too-large", "huge.csv", &["the limit is 1 MB"]);
    assert!(shop.ftp.log().entries_of("get").iter().all(|entry| !entry.contains("huge")));
    assert_eq!(shop.remote_files(STOCK_INBOX), ["huge.csv"]);
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn two_good_files_and_a_dropped_connection_between_them() {
    let mut shop = shop_with_waiting_file();
    shop.put_sheet(STOCK_INBOX, "stock2.csv", &SHEET.replace('9', "8"));
    shop.ftp.faults().once_at(Fault::GetFailsAfter(20), "stock2.csv");
    shop.run(["import-stock"]).exits(3);
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock2.csv"]);
    shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
}

#[test]
fn the_work_folder_is_for_nobody_elses_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let shop = shop_with_waiting_file();
    shop.run(["import-stock"]).ok();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&shop.path("tempostar.d")), 0o700);
    assert_eq!(mode(&shop.path("tempostar.d/archive")), 0o700);
    assert_eq!(mode(&shop.work_files_below("archive")[0]), 0o600);
}

#[test]
fn a_file_that_was_applied_is_not_applied_again_when_it_lies_there_again() {
    let mut shop = shop_with_waiting_file();
    shop.run(["import-stock"]).ok();
    shop.sql("UPDATE stock SET quantity = 4");
    shop.at("2026-11-24 10:25:00");
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-24 10:15:00");
    shop.run(["import-stock", "--json"]).ok().count("changed", 0);
    shop.check_stock("A-1", 4, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0], "it is cleaned up");
}

#[test]
fn the_same_name_with_new_content_is_a_new_file() {
    let mut shop = shop_with_waiting_file();
    shop.run(["import-stock"]).ok();
    shop.at("2026-11-24 10:25:00");
    shop.put_sheet(STOCK_INBOX, "stock.csv", &SHEET.replace('9', "8"));
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.work_files_below("archive").len(), 2, "one copy of each content");
}

/// A fault before the commit: nothing is written, the file stays, and the next run does it all.
#[track_caller]
fn check_nothing_until_the_next_run(fault: Fault, code: &str) {
    let mut shop = shop_with_waiting_file();
    shop.ftp.faults().once(fault);
    shop.run(["import-stock", "--json"]).exits(5).only_problem(code, "", &[]);
    assert_eq!(shop.ftp.faults().waiting(), 0, "the fault did not happen");
    shop.check_stock("A-1", 3, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().count("changed", 1);
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
}

#[test]
fn a_download_that_is_silently_short_is_not_applied() {
    check_nothing_until_the_next_run(Fault::GetCutShort(20), "ftp-incomplete");
}

#[test]
fn a_download_that_fails_is_not_applied() {
    check_nothing_until_the_next_run(Fault::GetFailsAfter(20), "ftp-server-busy");
}

#[test]
fn a_dropped_connection_is_for_the_next_run() {
    check_nothing_until_the_next_run(Fault::ConnectionDropped, "ftp-connection-lost");
}

/// A fault after the commit: the rows are there, and the next run only cleans up.
#[track_caller]
fn check_cleaned_up_by_the_next_run(fault: Fault, exit: i32, codes: &[&str]) {
    let mut shop = shop_with_waiting_file();
    shop.ftp.faults().always(fault);
    let first = shop.run(["import-stock", "--json"]).exits(exit);
    assert_eq!(first.codes(), codes, "{first}");
    shop.ftp.faults().clear();
    shop.check_stock("A-1", 9, 0);
    // The shop sells or corrects in between: the old file must not undo that.
    shop.sql("UPDATE stock SET quantity = 4");
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().count("changed", 0);
    shop.check_stock("A-1", 4, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0], "after {first}");
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["stock.csv"]);
    assert_eq!(shop.work_files_below("archive").len(), 1);
}

#[test]
fn a_refused_archiving_is_made_up_for_by_the_next_run() {
    check_cleaned_up_by_the_next_run(Fault::RenameRefused, 3, &["cannot-clean-up"]);
}

#[test]
fn an_archiving_with_a_wrong_answer_is_not_applied_twice() {
    check_cleaned_up_by_the_next_run(Fault::RenameDoneButDenied, 3, &["cannot-clean-up"]);
}

#[test]
fn an_archive_folder_that_cannot_be_made_is_made_by_the_next_run() {
    check_cleaned_up_by_the_next_run(Fault::MakeFolderRefused, 3, &["cannot-clean-up"]);
}

// A process that dies -------------------------------------------------------------------------------------------

#[test]
fn an_import_that_dies_anywhere_loses_nothing_and_applies_nothing_twice() {
    for crash_point in [
        "server-listed",
        "server-downloaded",
        "begin-committed",
        "changed",
        "before-committed",
        "committed",
        "archived",
        "begin-cleaned-up",
    ] {
        let mut shop = shop_with_waiting_file();
        shop.run_dying_at(crash_point, ["import-stock"]);
        // Had it committed, the shop's next change must stand; had it not, the next run must do all of it.
        let is_committed = shop.value("SELECT quantity FROM stock") == "9";
        if is_committed {
            shop.sql("UPDATE stock SET quantity = 4");
        }
        shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok();
        shop.check_stock("A-1", if is_committed { 4 } else { 9 }, 0);
        assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0], "{crash_point}");
        assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["stock.csv"], "{crash_point}");
        assert_eq!(shop.work_files_below("archive").len(), 1, "{crash_point}");
        assert!(shop.work_files_below("spool").is_empty(), "{crash_point}");
    }
}

#[test]
fn an_export_that_dies_anywhere_loses_no_order_and_sends_none_twice() {
    for crash_point in [
        "begin-prepared",
        "before-prepared",
        "prepared",
        "server-uploaded",
        "uploaded",
        "kept",
        "server-renamed",
        "before-sent",
        "sent",
    ] {
        // TEMPOSTAR may take a file away as soon as it has its name, before the next run sees it.
        for is_taken_at_once in [false, true] {
            let mut shop = Shop::new();
            shop.order("1001").line("A-1", 1).insert();
            shop.order("1002").line("A-1", 1).insert();
            shop.run_dying_at(crash_point, ["export-orders"]);
            let mut arrived = if is_taken_at_once { shop.take_orders() } else { Vec::new() };
            shop.at("2026-11-24 10:20:00").run(["export-orders"]).ok();
            arrived.extend(shop.take_orders());
            arrived.sort();
            assert_eq!(
                arrived,
                ["12345-1001", "12345-1002"],
                "{crash_point}, taken at once: {is_taken_at_once}"
            );
            shop.check_rows("SELECT count(*) FROM orders WHERE exported_at IS NULL", &["0"]);
            assert_eq!(shop.remote_files(OUTBOX), [""; 0], "leftovers after {crash_point}");
            assert!(shop.work_files_below("spool").is_empty(), "spooled after {crash_point}");
            assert_eq!(shop.work_files_below("archive").len(), 1, "archived after {crash_point}");
            shop.at("2026-11-24 10:25:00").run(["export-orders", "--json"]).ok().outcome("nothing_to_do");
        }
    }
}

#[test]
fn transient_faults_are_retried_within_the_run() {
    let shop = shop_with_waiting_file();
    shop.setting("retries = 0", "retries = 3");
    shop.ftp.faults().once(Fault::ConnectionDropped);
    shop.ftp.faults().once(Fault::GetCutShort(20));
    shop.run(["import-stock"]).ok();
    assert_eq!(shop.ftp.faults().waiting(), 0);
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn everything_works_over_tls() {
    let shop = Shop::with_tls(Tls::Required);
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products"]).ok();
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
    shop.run(["import-stock"]).ok();
    shop.order("1001").line("A-1", 2).insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
    assert!(shop.ftp.log().entries_of("login").iter().all(|login| login.ends_with("(TLS)")));
}

#[test]
fn a_name_that_leads_out_of_the_folder_writes_nothing_there() {
    // Servers do send such names; ours cannot hold them, but a backslash it can. What is behind it is the file's name.
    let shop = shop_with_waiting_file();
    shop.put(&format!("{STOCK_INBOX}/..\\evil.csv"), "x");
    shop.run(["import-stock", "--json"]).exits(3).only_problem("file-unreadable", "evil.csv", &["550"]);
    assert!(!shop.path("tempostar.d/evil.csv").exists());
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn old_leftovers_in_the_spool_do_no_harm() {
    let shop = shop_with_waiting_file();
    shop.run(["import-stock", "--dry-run"]).ok();
    std::fs::create_dir_all(shop.path("tempostar.d/spool/import-stock")).unwrap();
    shop.write("tempostar.d/spool/import-stock/stock.csv", b"half a fi");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn what_is_older_than_the_history_is_forgotten_but_not_what_was_sent() {
    let mut shop = shop_with_waiting_file();
    shop.settings(|text| text + "[limits]\nhistory_days = 30\n");
    shop.run(["import-stock"]).ok();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.at("2027-01-10 10:15:00");
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT count(*) FROM tempostar_runs", &["1"]);
    shop.check_rows("SELECT count(*) FROM tempostar_files", &["0"]);
    shop.check_rows("SELECT order_no FROM tempostar_batch_orders", &["1001"]);
    shop.run(["export-orders"]).ok();
    let left = shop.work_files_below("archive");
    assert!(left.len() == 1 && left[0].to_string_lossy().ends_with(".csv.sent"), "{left:?}");
}

#[test]
fn old_entries_are_forgotten_once_a_day() {
    let mut shop = Shop::new();
    shop.settings(|text| text + "[limits]\nhistory_days = 30\n");
    let runs = "SELECT count(*) FROM tempostar_runs";
    for minute in ["10:15", "10:25"] {
        shop.at(&format!("2026-11-24 {minute}:00")).run(["import-stock"]).ok();
    }
    shop.at("2026-12-24 10:16:00").run(["import-stock"]).ok();
    shop.check_rows(runs, &["2"]);
    shop.at("2026-12-24 10:26:00").run(["import-stock"]).ok();
    shop.check_rows(runs, &["3"]);
    // Who shortens the time wants the room now.
    shop.setting("history_days = 30", "history_days = 29");
    shop.at("2026-12-24 10:27:00").run(["import-stock"]).ok();
    shop.check_rows(runs, &["3"]);
}

#[test]
fn a_ledger_of_years_is_forgotten_in_steps() {
    let mut shop = Shop::new();
    shop.at("2026-11-24 10:15:00").run(["import-stock"]).ok();
    shop.sql(
        "WITH RECURSIVE days (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM days WHERE n < 999)
         INSERT INTO tempostar_runs (run_id, command, started_at)
         SELECT 'old-' || n, 'import-stock', datetime('2024-01-01', n || ' days') FROM days;",
    );
    let old = "SELECT count(*) FROM tempostar_runs WHERE run_id LIKE 'old-%'";
    shop.run(["import-stock"]).ok();
    shop.check_rows(old, &["900"]);
    for _ in 0..9 {
        shop.run(["import-stock"]).ok();
    }
    // Those of the last 90 days stay.
    shop.check_rows(old, &["31"]);
}

#[test]
fn an_empty_inbox_takes_no_more_commands_than_needed() {
    let shop = Shop::new();
    let ran = shop.run(["import-stock", "-vv"]).ok();
    let steps = ran.stderr.lines().filter_map(|line| line.strip_prefix("debug: "));
    let steps: Vec<&str> = steps.map(|line| line.split_once("] ").map_or(line, |(_, step)| step)).collect();
    assert_eq!(steps, ["connect", "log in", "CWD /netstock/12345", "NLST", "QUIT"]);
}
