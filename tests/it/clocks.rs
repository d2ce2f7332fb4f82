//! Clocks: this computer's, which can be wrong, and the server's, which can stand in another zone.

use crate::harness::{OUTBOX, STOCK_INBOX, Shop};

/// `stock.csv`, or another name, with this figure of `A-1`, written at this moment by the server's clock.
#[track_caller]
fn put_stock(shop: &Shop, name: &str, quantity: i64, written_at: &str) {
    shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\nA-1,{quantity}\n"));
    shop.set_remote_time(&format!("{STOCK_INBOX}/{name}"), written_at);
}

/// A shop with three of `A-1`, whose server's clock was compared with its own at 10:00.
fn measured_shop() -> Shop {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.order("1001").line("A-1", 1).insert();
    shop.at("2026-11-24 10:00:00").run(["export-orders"]).ok();
    shop
}

/// This computer's clock shows `here` while it is `there` on the server.
fn at(shop: &mut Shop, here: &str, there: &str) {
    shop.at(here);
    shop.set_remote_clock(there);
}

#[test]
fn a_clock_from_before_the_program_was_made_ends_the_run() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "stock.csv", 9, "2026-11-24 10:14:00");
    for year in ["1969", "2020"] {
        at(&mut shop, &format!("{year}-01-01 00:00:00"), "2026-11-24 10:15:00");
        let ran = shop.run(["import-stock", "--json"]).exits(6);
        ran.only_problem("clock-impossible", "", &[year, "made later"]);
    }
    shop.check_stock("A-1", 3, 0);
    shop.at("2026-11-24 10:16:00").run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn a_clock_that_is_a_year_ahead_erases_and_stamps_nothing() {
    let mut shop = measured_shop();
    put_stock(&shop, "stock.csv", 9, "2026-11-24 10:14:00");
    shop.at("2026-11-24 10:15:00").run(["import-stock"]).ok();
    let copies = shop.work_files_below("archive");
    put_stock(&shop, "stock.csv", 8, "2026-11-24 10:24:00");
    at(&mut shop, "2027-12-29 10:25:00", "2026-11-24 10:25:00");
    for _ in 0..2 {
        let ran = shop.run(["import-stock", "--json"]).exits(6);
        let words =
            ["shows 2027-12-29 10:25:00", "it is 2026-11-24 10:25:00", "this computer's clock is wrong"];
        ran.only_problem("clock-ahead", "", &words);
    }
    assert_eq!(shop.work_files_below("archive"), copies);
    assert_eq!(shop.remote_files(OUTBOX).len(), 1, "nothing is left there");
    shop.at("2026-11-24 10:26:00").run(["import-stock"]).ok();
    shop.check_rows("SELECT quantity, as_of FROM stock", &["8|2026-11-24 10:24:00"]);
}

#[test]
fn a_clock_that_went_back_ends_the_run() {
    let mut shop = measured_shop();
    for here in ["2026-11-24 09:00:00", "2026-11-24 01:00:00"] {
        at(&mut shop, here, "2026-11-24 10:05:00");
        let ran = shop.run(["import-stock", "--json"]).exits(6);
        ran.only_problem("clock-behind", "", &[here, "something was done at 2026-11-24 10:00:00"]);
    }
    shop.at("2026-11-24 10:05:00").run(["import-stock"]).ok();
}

#[test]
fn what_a_clock_that_was_ahead_has_stamped_is_put_right() {
    let mut shop = measured_shop();
    put_stock(&shop, "stock.csv", 9, "2026-11-24 10:14:00");
    at(&mut shop, "2026-11-24 19:15:00", "2026-11-24 10:15:00");
    shop.run(["import-stock"]).ok();
    shop.sql("UPDATE stock SET as_of = '2026-11-24 19:15:00'; UPDATE orders SET exported_at = '2026-11-24 19:15:00'");
    put_stock(&shop, "stock.csv", 7, "2026-11-24 10:44:00");
    shop.at("2026-11-24 10:45:00");
    let ran = shop.run(["import-stock", "--json"]).ok();
    ran.problem("future-stamps", "", &["have not come yet"]);
    shop.check_rows("SELECT exported_at FROM orders", &["2026-11-24 10:45:00"]);
    shop.check_rows(
        "SELECT max(started_at), max(finished_at) FROM tempostar_runs",
        &["2026-11-24 10:45:00|2026-11-24 10:45:00"],
    );
    put_stock(&shop, "stock.csv", 6, "2026-11-24 10:56:00");
    shop.at("2026-11-24 10:57:00").run(["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 6, 0);
}

#[test]
fn clocks_that_moved_apart_stop_the_upload_until_a_person_has_looked() {
    let mut shop = measured_shop();
    shop.order("1002").line("A-1", 1).insert();
    at(&mut shop, "2026-11-24 11:10:00", "2026-11-24 10:10:00");
    let words = ["shows 2026-11-24 11:10:00", "it is 2026-11-24 10:10:00", "one of the two"];
    shop.run(["export-orders", "--json"]).exits(6).only_problem("clocks-moved-apart", "", &words);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
    // The computer's was right: the server's was changed, and that is measured anew.
    shop.run(["check-settings", "--write-test"]);
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001", "12345-1002"]);
}

#[test]
fn the_files_of_a_server_that_tells_local_time_are_applied_in_their_order() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.order("1001").line("A-1", 1).insert();
    at(&mut shop, "2026-11-24 10:20:00", "2026-11-24 19:20:00");
    shop.run(["export-orders"]).ok();
    // A night's outage: ten hours old, and two.
    put_stock(&shop, "a.csv", 50, "2026-11-25 07:00:00");
    put_stock(&shop, "b.csv", 5, "2026-11-25 15:00:00");
    at(&mut shop, "2026-11-25 08:00:00", "2026-11-25 17:00:00");
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT quantity, as_of FROM stock", &["5|2026-11-25 06:00:00"]);
}

#[test]
fn a_server_with_a_wrong_clock_is_understood_once_it_was_measured() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.order("1001").line("A-1", 1).insert();
    at(&mut shop, "2026-11-24 10:20:00", "2026-11-24 10:03:00");
    shop.run(["export-orders"]).ok();
    put_stock(&shop, "stock.csv", 5, "2026-11-24 10:18:00");
    at(&mut shop, "2026-11-24 10:37:00", "2026-11-24 10:20:00");
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT quantity, allocated, as_of FROM stock", &["5|0|2026-11-24 10:35:00"]);
}

#[test]
fn a_file_whose_name_and_time_are_later_than_now_shows_a_clock_that_is_behind() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "stock20261124111400.csv", 9, "2026-11-24 11:14:10");
    shop.at("2026-11-24 10:16:00");
    let words = ["shows 2026-11-24 10:16:00", "say 2026-11-24 11:14:00"];
    shop.run(["import-stock", "--json"]).exits(6).only_problem("clock-behind-server", "", &words);
    shop.check_stock("A-1", 3, 0);
}

#[test]
fn four_digits_behind_a_date_are_a_number_unless_they_agree_with_the_server() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    put_stock(&shop, "zaiko_20261124_0099.csv", 9, "2026-11-24 10:04:00");
    put_stock(&shop, "zaiko_20261124_0100.csv", 8, "2026-11-24 10:14:00");
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT quantity, as_of FROM stock", &["8|2026-11-24 10:14:00"]);
    put_stock(&shop, "zaiko_20261124_1010.csv", 7, "2026-11-24 10:24:00");
    shop.at("2026-11-24 10:25:00").run(["import-stock"]).ok();
    shop.check_rows("SELECT quantity, as_of FROM stock", &["7|2026-11-24 10:24:00"]);
}

#[test]
fn times_in_names_can_be_left_alone() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.setting("[stock]\n", "[stock]\ntime_in_name = \"never\"\n");
    put_stock(&shop, "stock20261124100000.csv", 9, "2026-11-24 10:14:00");
    shop.run(["import-stock"]).ok();
    shop.check_rows("SELECT as_of FROM stock", &["2026-11-24 10:14:00"]);
}
