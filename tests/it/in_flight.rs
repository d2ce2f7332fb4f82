//! `import-stock` and orders on their way, case by case. What holds over all cases is in the simulation.

use crate::harness::{OUTBOX, STOCK_INBOX, Shop};

/// `stock<time>.csv` in the inbox, e.g. `stock20261124101400.csv`; the name alone tells its time.
#[track_caller]
fn put_stock(shop: &Shop, time: &str, rows: &[(&str, i64)]) {
    let digits: String = time.chars().filter(char::is_ascii_digit).collect();
    let rows: String = rows.iter().map(|(sku, quantity)| format!("\"{sku}\",\"{quantity}\"\n")).collect();
    shop.put_sheet(STOCK_INBOX, &format!("stock{digits}.csv"), &format!("\"商品コード\",\"在庫数\"\n{rows}"));
}

/// A shop with ten of `A-1` and ten of `B-1`, as of 09:00.
fn shop() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.product_in_stock("B-1", 10);
    shop
}

/// The same shop, where an order of two `A-1` was sent at this moment.
fn shop_that_sent_two_at(time: &str) -> Shop {
    let mut shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    shop.at(time).run(["export-orders"]).ok();
    shop.check_rows("SELECT exported_at FROM orders", &[time]);
    shop
}

// The border -----------------------------------------------------------------------------------------------------

#[test]
fn an_order_sent_just_before_the_files_time_less_the_lag_is_in_its_figure() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:19:59");
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
}

#[test]
fn an_order_sent_exactly_at_the_files_time_less_the_lag_is_in_its_figure() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:20:00");
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
}

#[test]
fn an_order_sent_just_after_the_files_time_less_the_lag_stays_allocated() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:20:01");
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
}

#[test]
fn an_order_sent_after_the_files_time_stays_allocated_though_the_file_is_read_much_later() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:30:01");
    shop.at("2026-11-24 15:00:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
}

#[test]
fn without_a_lag_an_order_is_in_every_figure_from_its_own_second_on() {
    for (time, allocated) in [("2026-11-24 10:30:00", 2), ("2026-11-24 10:30:01", 0)] {
        let mut shop = shop_that_sent_two_at("2026-11-24 10:30:01");
        shop.setting("reflect_lag_min = 10", "reflect_lag_min = 0");
        shop.at("2026-11-24 10:31:00");
        put_stock(&shop, time, &[("A-1", 10)]);
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 10, allocated);
    }
}

#[test]
fn when_taken_is_set_the_border_is_the_moment_at_which_the_file_was_seen_gone() {
    for (time, allocated) in [("2026-11-24 10:49:59", 2), ("2026-11-24 10:50:00", 0)] {
        let mut shop = shop_that_sent_two_at("2026-11-24 10:16:00");
        shop.setting("reflect_when = \"sent\"", "reflect_when = \"taken\"");
        shop.take_away(&format!("{OUTBOX}/{}", shop.remote_files(OUTBOX)[0]));
        shop.at("2026-11-24 10:40:00").run(["export-orders"]).ok();
        shop.check_rows("SELECT taken_at FROM tempostar_batches", &["2026-11-24 10:40:00"]);
        shop.at("2026-11-24 10:55:00");
        put_stock(&shop, time, &[("A-1", 8)]);
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 8, allocated);
    }
}

#[test]
fn when_taken_is_set_a_file_that_lies_for_days_stays_allocated() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:16:00");
    shop.setting("reflect_when = \"sent\"", "reflect_when = \"taken\"");
    shop.at("2026-11-27 10:00:00");
    put_stock(&shop, "2026-11-27 09:55:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
}

// The file's own time --------------------------------------------------------------------------------------------

#[test]
fn a_file_time_in_the_future_counts_as_the_moment_of_listing() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:20:00");
    shop.at("2026-11-24 10:25:00");
    put_stock(&shop, "2026-11-24 18:00:00", &[("A-1", 9)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 2);
    shop.check_rows("SELECT as_of FROM stock WHERE sku_code = 'A-1'", &["2026-11-24 10:25:00"]);
    // And it does not keep later files out.
    shop.at("2026-11-24 10:35:00");
    put_stock(&shop, "2026-11-24 10:34:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
}

#[test]
fn the_time_zone_of_the_host_does_not_matter() {
    for zone in ["America/New_York", "Asia/Tokyo", "UTC"] {
        let mut shop = shop();
        shop.variable("TZ", zone);
        shop.order("1001").line("A-1", 2).insert();
        shop.at("2026-11-24 10:20:01").run(["export-orders"]).ok();
        shop.check_rows("SELECT exported_at FROM orders", &["2026-11-24 10:20:01"]);
        shop.at("2026-11-24 10:31:00");
        put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 10)]);
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 10, 2);
        // No time in the name: the server's, which it tells in UTC.
        shop.at("2026-11-24 10:32:00");
        shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,8\n");
        shop.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-24 10:31:00");
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 8, 0);
        shop.check_rows("SELECT as_of FROM stock WHERE sku_code = 'A-1'", &["2026-11-24 10:31:00"]);
    }
}

#[test]
fn by_the_hosts_clock_it_is_japan_time_in_every_zone() {
    for zone in ["America/New_York", "Asia/Tokyo"] {
        let shop = shop();
        put_stock(&shop, "2026-11-24 10:10:00", &[("A-1", 8)]);
        shop.ftp.set_clock(None);
        let mut command = shop.command(["import-stock"]);
        let status = command.env_remove("TEMPOSTAR_NOW").env("TZ", zone).output().unwrap().status;
        assert!(status.success());
        // SQLite reads the host's clock, too, and always in UTC.
        let age =
            "SELECT abs(strftime('%s', updated_at, '-9 hours') - strftime('%s', 'now')) < 600 FROM stock
                   WHERE sku_code = 'A-1'";
        shop.check_rows(age, &["1"]);
    }
}

// Full and differential, late and several --------------------------------------------------------------------------

#[test]
fn a_differential_file_leaves_figure_and_allocation_of_the_others_alone() {
    let mut shop = shop();
    shop.order("1001").line("A-1", 2).line("B-1", 3).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
    shop.check_stock("B-1", 10, 3);
}

#[test]
fn a_file_of_what_has_changed_frees_nothing_whose_newest_figure_was_undone() {
    let mut shop = shop();
    shop.setting("[stock]\n", "[stock]\nfiles = \"differential\"\n");
    shop.order("1001").line("B-1", 3).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("B-1", 7)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("B-1", 7, 0);
    let run = shop.value("SELECT run_id FROM tempostar_runs ORDER BY id DESC LIMIT 1");
    shop.run(["undo", &run]).ok();
    shop.check_stock("B-1", 10, 3);
    // TEMPOSTAR says nothing of B-1: it has told that figure.
    shop.at("2026-11-24 10:41:00");
    put_stock(&shop, "2026-11-24 10:40:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
    shop.check_stock("B-1", 10, 3);
}

#[test]
fn a_figure_goes_back_also_where_a_file_that_did_not_name_it_has_freed_its_allocation_since() {
    let mut shop = shop();
    shop.setting("[stock]\n", "[stock]\nfiles = \"differential\"\n");
    shop.order("1001").line("B-1", 3).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    // It cannot know the order yet.
    shop.at("2026-11-24 10:21:00");
    put_stock(&shop, "2026-11-24 10:20:00", &[("B-1", 9)]);
    let bad = shop.run(["import-stock", "--json"]).ok().json()["run_id"].as_str().unwrap().to_owned();
    shop.check_stock("B-1", 9, 3);
    shop.at("2026-11-24 10:41:00");
    put_stock(&shop, "2026-11-24 10:40:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("B-1", 9, 0);
    shop.order("1002").line("B-1", 1).insert();
    shop.run(["undo", &bad]).ok();
    // The figure of before does not know the first order, and was never told of the second.
    shop.check_stock("B-1", 10, 4);
    shop.check_rows("SELECT as_of FROM stock WHERE sku_code = 'B-1'", &["2026-11-24 09:00:00"]);
}

#[test]
fn a_file_of_what_has_changed_frees_what_it_does_not_name_if_the_settings_say_so() {
    let mut shop = shop();
    shop.setting("[stock]\n", "[stock]\nfiles = \"differential\"\n");
    shop.order("1001").line("A-1", 2).line("B-1", 3).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).ok();
    shop.order("1002").line("B-1", 1).insert();
    // It cannot know the orders yet.
    shop.at("2026-11-24 10:21:00");
    put_stock(&shop, "2026-11-24 10:20:00", &[("A-1", 9)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("B-1", 10, 4);
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
    shop.check_stock("B-1", 10, 1);
    // One that comes late says nothing of now.
    shop.order("1003").line("A-1", 2).insert();
    shop.at("2026-11-24 10:32:00").run(["export-orders"]).ok();
    put_stock(&shop, "2026-11-24 10:25:00", &[("C-1", 8)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 2);
}

#[test]
fn each_of_several_waiting_files_is_judged_by_its_own_time() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:16:00");
    shop.at("2026-11-24 10:41:00");
    put_stock(&shop, "2026-11-24 10:40:00", &[("B-1", 6)]);
    put_stock(&shop, "2026-11-24 10:20:00", &[("A-1", 10), ("B-1", 7)]);
    put_stock(&shop, "2026-11-24 10:10:00", &[("A-1", 9), ("B-1", 9)]);
    shop.run(["import-stock"]).ok();
    // The newest that names it was written while the order was on its way.
    shop.check_stock("A-1", 10, 2);
    shop.check_stock("B-1", 6, 0);
}

#[test]
fn a_file_that_comes_late_does_not_overwrite_a_newer_figure() {
    let mut shop = shop();
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 5)]);
    shop.run(["import-stock"]).ok();
    shop.at("2026-11-24 10:20:00");
    put_stock(&shop, "2026-11-24 10:04:00", &[("A-1", 9), ("B-1", 4)]);
    shop.run(["import-stock", "--json"]).ok().count("stale", 1).count("changed", 1);
    shop.check_stock("A-1", 5, 0);
    shop.check_stock("B-1", 4, 0);
}

#[test]
fn a_file_that_comes_late_does_not_overwrite_a_figure_that_a_newer_one_only_confirmed() {
    let mut shop = shop();
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 10)]);
    shop.run(["import-stock", "--json"]).ok().count("unchanged", 1);
    shop.check_rows("SELECT as_of FROM stock WHERE sku_code = 'A-1'", &["2026-11-24 09:00:00"]);
    shop.at("2026-11-24 10:20:00");
    put_stock(&shop, "2026-11-24 10:04:00", &[("A-1", 12), ("B-1", 4)]);
    shop.run(["import-stock", "--json"]).ok().count("stale", 1).count("changed", 1);
    shop.check_stock("A-1", 10, 0);
    shop.check_stock("B-1", 4, 0);
}

#[test]
fn a_file_that_comes_late_changes_nothing_when_the_copy_of_a_newer_one_is_lost() {
    let mut shop = shop();
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    for copy in shop.work_files_below("archive") {
        std::fs::remove_file(copy).unwrap();
    }
    shop.at("2026-11-24 10:20:00");
    put_stock(&shop, "2026-11-24 10:04:00", &[("A-1", 12)]);
    let ran = shop.run(["import-stock", "--json"]).exits(3).count("changed", 0);
    ran.problem("later-copy-lost", "stock20261124100400.csv", &["stock20261124101400.csv, which is newer"]);
    shop.check_stock("A-1", 10, 0);
}

#[test]
fn a_file_fed_again_by_hand_does_not_overwrite_a_newer_figure() {
    let mut shop = shop();
    put_stock(&shop, "2026-11-24 10:04:00", &[("A-1", 9)]);
    shop.run(["import-stock"]).ok();
    let copy = shop.work_files_below("archive").remove(0);
    shop.at("2026-11-24 10:20:00");
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 5)]);
    shop.run(["import-stock"]).ok();
    shop.run(["import-stock".as_ref(), "--file".as_ref(), copy.as_os_str()]).ok();
    shop.check_stock("A-1", 5, 0);
}

#[test]
fn of_a_sku_named_twice_the_last_counts_also_when_it_is_the_figure_the_shop_has() {
    let shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 3), ("B-1", 4), ("A-1", 10), ("B-1", 5)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
    shop.check_stock("B-1", 5, 0);
}

// Orders ---------------------------------------------------------------------------------------------------------

#[test]
fn a_negative_figure_keeps_its_allocation_and_sells_nothing() {
    let shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", -10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", -10, 2);
    shop.check_sellable("A-1", 0);
}

#[test]
fn an_order_that_waits_for_its_payment_or_is_held_back_stays_allocated() {
    let mut shop = shop();
    shop.order("1001").line("A-1", 2).set("is_provisional", 1).insert();
    shop.order("1002").line("A-1", 3).set("total", 1).insert();
    shop.at("2026-11-24 10:16:00").run(["export-orders"]).exits(3);
    shop.at("2026-11-25 10:16:00");
    put_stock(&shop, "2026-11-25 10:15:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 5);
}

#[test]
fn an_order_that_is_cancelled_after_it_was_sent_is_free_again() {
    let shop = shop_that_sent_two_at("2026-11-24 10:14:00");
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:14:30'");
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 0);
}

#[test]
fn what_tempostar_cancels_comes_back_with_its_figure() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:16:00");
    for (time, figure) in [("2026-11-24 10:30:00", 8), ("2026-11-24 10:40:00", 10)] {
        shop.at(time);
        put_stock(&shop, time, &[("A-1", figure)]);
        shop.at("2026-11-24 10:45:00").run(["import-stock"]).ok();
        shop.check_stock("A-1", figure, 0);
    }
}

#[test]
fn a_line_that_tempostar_added_is_in_its_figure_already() {
    let shop = shop_that_sent_two_at("2026-11-24 10:14:00");
    shop.sql(
        "INSERT INTO order_lines (order_no, line_no, sku_code, quantity, added_by)
         VALUES ('1001', 2, 'B-1', 4, 'tempostar')",
    );
    put_stock(&shop, "2026-11-24 10:14:30", &[("A-1", 10), ("B-1", 6)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
    shop.check_stock("B-1", 6, 0);
}

#[test]
fn an_order_whose_upload_was_cut_short_stays_allocated() {
    let mut shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    // Its file has its name, and TEMPOSTAR may have it; that it was sent is not noted.
    shop.at("2026-11-24 10:16:00").run_dying_at("server-renamed", ["export-orders"]);
    shop.at("2026-11-24 10:31:00");
    put_stock(&shop, "2026-11-24 10:30:00", &[("A-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 10, 2);
}

#[test]
fn an_order_that_still_lies_on_a_server_that_takes_files_stays_allocated_whatever_the_lag() {
    let mut shop = shop_that_sent_two_at("2026-11-24 10:16:00");
    shop.order("1002").line("B-1", 3).insert();
    shop.take_away(&format!("{OUTBOX}/{}", shop.remote_files(OUTBOX)[0]));
    shop.at("2026-11-24 10:20:00").run(["export-orders"]).ok();
    // 1001 was taken, 1002 was not: TEMPOSTAR stands still for hours.
    shop.at("2026-11-24 13:01:00");
    put_stock(&shop, "2026-11-24 13:00:00", &[("A-1", 8), ("B-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 8, 0);
    shop.check_stock("B-1", 10, 3);
    let explained = shop.run(["explain", "B-1"]).ok().stdout;
    assert!(explained.contains("sent 2026-11-24 10:20:00, not seen to be taken by TEMPOSTAR"), "{explained}");
    // It takes it, but the next file is of before.
    shop.take_away(&format!("{OUTBOX}/{}", shop.remote_files(OUTBOX)[0]));
    shop.at("2026-11-24 13:06:00");
    put_stock(&shop, "2026-11-24 13:05:00", &[("B-1", 10)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("B-1", 10, 3);
    let explained = shop.run(["explain", "B-1"]).ok().stdout;
    assert!(explained.contains("lay in the outbox until 2026-11-24 13:01:00"), "{explained}");
    shop.at("2026-11-24 13:12:00");
    put_stock(&shop, "2026-11-24 13:11:00", &[("B-1", 7)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("B-1", 7, 0);
}

#[test]
fn one_unreadable_quantity_does_not_stop_the_stock_of_the_others() {
    let shop = shop();
    shop.order("1001").line("A-1", 2).insert();
    shop.order("1002").line("B-1", 3).insert();
    shop.order("1003").line("B-1", 1).insert();
    shop.order("1004").line("A-1", 4).insert();
    shop.sql("UPDATE order_lines SET quantity = '2個' WHERE order_no = '1002'");
    shop.sql("UPDATE order_lines SET quantity = -5 WHERE order_no = '1003'");
    shop.sql("UPDATE order_lines SET quantity = 9223372036854775807 WHERE order_no = '1004'");
    shop.sql("UPDATE order_lines SET sku_code = x'ff00' WHERE order_no = '1004'");
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 9), ("B-1", 9)]);
    let words = ["(2); these lines are not in the allocation: 1002, 1003"];
    let place = "stock20261124101400.csv";
    shop.run(["import-stock", "--json"]).ok().problem("lines-not-counted", place, &words);
    shop.check_stock("A-1", 9, 2);
    shop.check_stock("B-1", 9, 0);
}

#[test]
fn empty_text_in_a_column_for_a_time_is_no_time() {
    let shop = shop();
    shop.order("1001").line("A-1", 2).set("exported_at", "").set("cancelled_at", "").insert();
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 9)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 2);
}

#[test]
fn orders_of_before_the_shop_went_live_are_in_every_figure() {
    let shop = shop();
    shop.order("1001").line("A-1", 2).set("ordered_at", "2026-11-20 10:00:00").insert();
    shop.order("1002").line("A-1", 3).set("ordered_at", "2026-11-24 10:00:00").insert();
    shop.setting("[orders]\n", "[orders]\nsince = \"2026-11-24\"\n");
    put_stock(&shop, "2026-11-24 10:14:00", &[("A-1", 9)]);
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 3);
}
