//! `check-settings` as support staff see it: what is printed where, and the exit code. Which misconfiguration is
//! found by which check is tested beside the checks.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{OUTBOX, STOCK_INBOX, Shop};

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
