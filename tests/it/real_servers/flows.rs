//! What must come out the same with every server.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;

use super::server::RealShop;
use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, STOCK_INBOX, cp932};

const SHEET: &str = "\"商品コード\",\"在庫数\"\n\"A-1\",\"9\"\n";

fn stock_waits(shop: &RealShop) {
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", SHEET);
}

pub fn products_of_tempostar_appear(shop: &mut RealShop) {
    shop.put_sheet(
        PRODUCT_INBOX,
        "product20261124100000.csv",
        "\"商品コード\",\"商品名\",\"販売価格\",\"備考\"\n\"0012\",\"髙橋の①番～表\",\"1100\",\"一行目\n二行目\"\n",
    );
    shop.run(["import-products", "--json"]).ok().count("created", 1).no_problem();
    shop.check_rows("SELECT code, name, price FROM products", &["0012|髙橋の①番～表|1100"]);
    assert_eq!(shop.remote_files(&format!("{PRODUCT_INBOX}/archive")), ["product20261124100000.csv"]);
}

pub fn stock_is_set_and_the_file_is_archived(shop: &mut RealShop) {
    stock_waits(shop);
    shop.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-24 10:08:30");
    shop.run(["import-stock", "--json"]).ok().count("changed", 1).no_problem();
    shop.check_stock("A-1", 9, 0);
    shop.check_rows("SELECT as_of FROM stock", &["2026-11-24 10:08:30"]);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["stock.csv"]);
    assert_eq!(fs::read(&shop.work_files_below("archive")[0]).unwrap(), cp932(SHEET));
}

pub fn a_shipped_order_gets_its_three_ticks(shop: &mut RealShop) {
    // The server's clock is the host's, days from the played one: by it the file is an old one.
    shop.setting("[logistics]\n", "[logistics]\nexpect_file_every_h = 0\n");
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    shop.run(["export-orders"]).ok();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,受注進捗コード\n12345-1001,800\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1).no_problem();
    shop.check_rows("SELECT delivery_status, payment_status, capture_status FROM orders", &["1|1|1"]);
}

pub fn an_order_reaches_the_outbox_once(shop: &mut RealShop) {
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).set("customer_note", "表示\nソース").insert();
    shop.run(["export-orders", "--json"]).ok().count("exported", 1).no_problem();
    assert_eq!(shop.remote_files(OUTBOX), ["order20261124101500.csv"]);
    let sent = shop.sent_orders();
    assert!(sent.contains("\"12345-1001\"") && sent.contains("表示 ソース"), "{sent}");
    let copies = shop.work_files_below("archive");
    assert_eq!(fs::read(&copies[0]).unwrap(), cp932(&sent.replace("\r\n", "\n")));
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().outcome("nothing_to_do");
    assert_eq!(shop.remote_files(OUTBOX).len(), 1);
}

pub fn an_order_file_is_followed_by_its_marker(shop: &mut RealShop) {
    shop.setting("[orders]\n", "[orders]\nmarker = \".lock\"\n");
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.remote_files(OUTBOX), ["order20261124101500.csv", "order20261124101500.lock"]);
    assert!(shop.remote_bytes(&format!("{OUTBOX}/order20261124101500.lock")).is_empty());
}

/// Servers that demand TLS session reuse give up after a few data connections if the client gets it wrong.
pub fn thirty_files_go_over_one_connection(shop: &mut RealShop) {
    shop.product_in_stock("A-1", 3);
    for number in 10..40 {
        let sheet = SHEET.replace('9', &number.to_string());
        shop.put_sheet(STOCK_INBOX, &format!("stock202611241000{number}.csv"), &sheet);
    }
    shop.run(["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 39, 0);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")).len(), 30);
}

/// Larger than all buffers on the way.
pub fn a_large_file_arrives_whole(shop: &mut RealShop) {
    let note = cp932(&"表".repeat(100)).repeat(200);
    let mut sheet = cp932("\"商品コード\",\"備考\",\"商品名\"\n");
    for number in 0..200 {
        sheet.extend(cp932(&format!("\"S-{number}\",\"")));
        sheet.extend(&note);
        sheet.extend(cp932("\",\"皿\"\n"));
    }
    shop.put(&format!("{PRODUCT_INBOX}/product.csv"), &sheet);
    shop.run(["import-products", "--json"]).ok().count("created", 200).no_problem();
    assert!(shop.remote_bytes(&format!("{PRODUCT_INBOX}/archive/product.csv")) == sheet);
}

pub fn an_applied_file_is_deleted_where_the_settings_say_so(shop: &mut RealShop) {
    stock_waits(shop);
    shop.setting("settle_s = 0\nreflect", "settle_s = 0\nafter_import = \"delete\"\nreflect");
    shop.run(["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), [""; 0]);
}

pub fn a_file_of_an_archived_name_replaces_it_there(shop: &mut RealShop) {
    stock_waits(shop);
    shop.run(["import-stock", "--json"]).ok().no_problem();
    shop.at("2026-11-24 10:25:00");
    shop.put_sheet(STOCK_INBOX, "stock.csv", &SHEET.replace('9', "8"));
    shop.run(["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 8, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.work_files_below("archive").len(), 2, "one copy of each content");
}

pub fn a_broken_file_goes_to_the_error_folder(shop: &mut RealShop) {
    shop.put_sheet(STOCK_INBOX, "stock.csv", "\"商品コード\",\"個数\"\n\"A-1\",\"9\"\n");
    shop.run(["import-stock", "--json"]).exits(3).has_code("file-refused");
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/error")), ["stock.csv"]);
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().outcome("nothing_to_do");
}

pub fn a_file_waits_for_its_marker(shop: &mut RealShop) {
    stock_waits(shop);
    shop.setting("settle_s = 0\nreflect", "ready = \"marker\"\nreflect");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 3, 0);
    shop.put(&format!("{STOCK_INBOX}/stock.lock"), "");
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0], "the marker goes with its file");
}

pub fn an_empty_inbox_is_nothing_to_do(shop: &mut RealShop) {
    for job in ["import-products", "import-stock", "import-logistics", "export-orders"] {
        shop.run([job, "--json"]).ok().outcome("nothing_to_do").no_problem();
    }
}

pub fn names_in_japanese_and_with_spaces_are_taken(shop: &mut RealShop) {
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "在庫20261124100000.csv", SHEET);
    shop.run(["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["在庫20261124100000.csv"]);
}

pub fn a_name_in_cp932_is_taken_as_any_other(shop: &mut RealShop) {
    stock_waits(shop);
    // None of its bytes is a backslash, which Pure-FTPd allows in no name.
    let name = OsString::from_vec(cp932("在庫.csv"));
    let inbox = shop.ftp.root().join(&STOCK_INBOX[1..]);
    fs::write(inbox.join(&name), cp932(SHEET)).unwrap();
    let ran = shop.run(["import-stock", "--json"]).ok();
    assert_eq!(ran.file_outcome("在庫.csv"), "applied");
    shop.check_stock("A-1", 9, 0);
    assert!(!inbox.join(&name).exists());
    assert_eq!(fs::read(inbox.join("archive").join(&name)).unwrap(), cp932(SHEET));
}

/// It writes question marks instead of what it does not know.
pub fn a_name_that_the_server_cannot_tell_is_named_and_stops_no_other(shop: &mut RealShop) {
    stock_waits(shop);
    let inbox = shop.ftp.root().join(&STOCK_INBOX[1..]);
    fs::write(inbox.join(OsString::from_vec(cp932("在.csv"))), cp932(SHEET)).unwrap();
    shop.run(["import-stock", "--json"]).exits(3).only_problem("file-unreadable", "??.csv", &["550"]);
    shop.check_stock("A-1", 9, 0);
}

pub fn a_folder_named_like_a_sheet_is_passed_over(shop: &mut RealShop) {
    stock_waits(shop);
    fs::create_dir(shop.ftp.root().join(&STOCK_INBOX[1..]).join("old.csv")).unwrap();
    shop.run(["import-stock", "--json"]).ok();
    shop.check_stock("A-1", 9, 0);
}

pub fn a_file_that_may_not_be_read_is_named_and_stops_no_other(shop: &mut RealShop) {
    stock_waits(shop);
    shop.put_sheet(STOCK_INBOX, "secret.csv", SHEET);
    shop.set_mode(&format!("{STOCK_INBOX}/secret.csv"), 0o000);
    let ran = shop.run(["import-stock", "--json"]).exits(3).has_code("ftp-forbidden");
    assert_eq!(ran.file_outcome("secret.csv"), "waiting");
    shop.check_stock("A-1", 9, 0);
}

pub fn a_dry_run_leaves_the_server_as_it_is(shop: &mut RealShop) {
    stock_waits(shop);
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["import-stock", "--dry-run", "--json"]).ok().count("changed", 1);
    shop.run(["export-orders", "--dry-run", "--json"]).ok();
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
    assert!(!shop.ftp.root().join(&STOCK_INBOX[1..]).join("archive").exists());
    shop.check_stock("A-1", 3, 1);
}

pub fn a_wrong_password_is_a_matter_of_settings(shop: &mut RealShop) {
    stock_waits(shop);
    // Pure-FTPd answers only after seconds.
    shop.setting("timeout_s = 5\nretries = 0", "timeout_s = 30\nretries = 3");
    shop.write("demo.pass", b"wrong\n");
    shop.run(["import-stock", "--json"]).exits(6).has_code("ftp-login-refused");
    shop.check_stock("A-1", 3, 0);
}

pub fn a_missing_folder_is_a_matter_of_settings(shop: &mut RealShop) {
    shop.product_in_stock("A-1", 3);
    shop.order("1001").line("A-1", 1).insert();
    shop.remove_remote_folder(STOCK_INBOX);
    shop.remove_remote_folder(OUTBOX);
    shop.run(["import-stock", "--json"]).exits(6).has_code("ftp-folder-missing");
    shop.run(["export-orders", "--json"]).exits(6);
    shop.check_rows("SELECT exported_at FROM orders", &["NULL"]);
}

pub fn an_outbox_that_may_not_be_written_keeps_the_orders_here(shop: &mut RealShop) {
    shop.order("1001").line("A-1", 1).insert();
    shop.set_mode(OUTBOX, 0o555);
    shop.run(["export-orders", "--json"]).exits(6).has_code("ftp-forbidden");
    shop.check_rows("SELECT exported_at FROM orders", &["NULL"]);
    shop.set_mode(OUTBOX, 0o777);
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().no_problem();
    assert_eq!(shop.remote_files(OUTBOX), ["order20261124101500.csv"], "under its first name");
    shop.at("2026-11-24 10:25:00").run(["export-orders", "--json"]).ok().outcome("nothing_to_do");
}

pub fn a_folder_that_may_not_be_written_does_not_apply_a_file_twice(shop: &mut RealShop) {
    stock_waits(shop);
    shop.set_mode(STOCK_INBOX, 0o555);
    shop.run(["import-stock", "--json"]).has_code("cannot-clean-up");
    shop.check_stock("A-1", 9, 0);
    shop.sql("UPDATE stock SET quantity = 4");
    shop.set_mode(STOCK_INBOX, 0o777);
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().count("changed", 0);
    shop.check_stock("A-1", 4, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
}

/// With everything that `check-settings` can try.
pub fn a_good_setup_is_not_blamed(shop: &mut RealShop) {
    // The server stamps files with the host's time.
    shop.in_real_time();
    shop.settings(|text| text.replace("[products.free_items]\n\"予備1\" = 1\n", ""));
    shop.payment_method("銀行振込");
    fs::set_permissions(shop.path("demo.pass"), Permissions::from_mode(0o600)).unwrap();
    let ran = shop.run(["check-settings", "--write-test", "--json"]).ok().outcome("ok").no_problem();
    let document = ran.json();
    let checks = document["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["status"] == "ok"), "{ran}");
    for folder in [PRODUCT_INBOX, STOCK_INBOX, LOGISTICS_INBOX, OUTBOX] {
        assert_eq!(shop.remote_files(folder), [""; 0], "{folder}");
    }
    // A second time, in the archives that the first has made.
    shop.run(["check-settings", "--write-test", "--json"]).ok().no_problem();
}
