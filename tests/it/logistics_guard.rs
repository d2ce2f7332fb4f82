//! The safety guard of `import-logistics`: a file that ships more than a shop can have packed waits for a person.

use std::ops::RangeInclusive;

use crate::harness::{LOGISTICS_INBOX, Ran, Shop};

/// A shop that has sent so many orders, `101` and so on, of 1,100 yen and the delivery each.
fn shop_that_has_sent(orders: u32) -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 1000);
    send(&shop, "2026-11-24 10:06:00", 101..=100 + orders);
    shop
}

fn send(shop: &Shop, at: &str, numbers: RangeInclusive<u32>) {
    numbers.for_each(|number| shop.order(&number.to_string()).line("A-1", 1).set("exported_at", at).insert());
}

/// A file that says this of these orders.
#[track_caller]
fn put(shop: &Shop, name: &str, numbers: RangeInclusive<u32>, code: &str) {
    let rows: String = numbers.map(|number| format!("12345-{number},{code}\n")).collect();
    shop.put_sheet(LOGISTICS_INBOX, name, &format!("ショップ受注番号,受注進捗コード\n{rows}"));
}

#[track_caller]
fn check_shipped(shop: &Shop, count: u32) {
    shop.check_rows("SELECT count(*) FROM orders WHERE capture_status = 1", &[&count.to_string()]);
}

#[track_caller]
fn check_held(ran: Ran, message: &str) {
    ran.exits(4).outcome("held").count("shipped", 0).only_problem("guard-ship", "s.csv", &[message]);
}

#[test]
fn half_of_the_open_orders_may_be_shipped_but_not_one_more() {
    let shop = shop_that_has_sent(40);
    put(&shop, "s.csv", 101..=120, "800");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 20).no_problem();
    let shop = shop_that_has_sent(40);
    put(&shop, "s.csv", 101..=121, "800");
    let message = "this file would mark 21 of the 40 open orders as shipped, paid and captured (52 %, the limit is \
                   50 %): held, nothing of it was written";
    check_held(shop.run(["import-logistics", "--json", "--dry-run"]), message);
    check_held(shop.run(["import-logistics", "--json"]), message);
    check_shipped(&shop, 0);
    assert_eq!(shop.remote_files(LOGISTICS_INBOX), [""; 0]);
}

#[test]
fn of_few_orders_a_share_says_nothing() {
    let shop = shop_that_has_sent(19);
    put(&shop, "s.csv", 101..=119, "800");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 19);
    let shop = shop_that_has_sent(20);
    put(&shop, "s.csv", 101..=120, "800");
    let message = "this file would mark 20 of the 20 open orders as shipped, paid and captured (100 %,";
    check_held(shop.run(["import-logistics", "--json"]), message);
}

#[test]
fn the_limits_are_settings() {
    for (settings, exit) in [
        ("ship_percent = 100", 0),
        ("ship_percent = 74", 4),
        ("ship_percent = 75", 0),
        ("min_orders = 41", 0),
        ("min_orders = 40", 4),
    ] {
        let shop = shop_that_has_sent(40);
        shop.settings(|text| format!("{text}[logistics.guard]\n{settings}\n"));
        put(&shop, "s.csv", 101..=130, "800");
        shop.run(["import-logistics"]).exits(exit);
    }
}

#[test]
fn only_orders_that_can_be_shipped_are_open() {
    let shop = shop_that_has_sent(60);
    shop.sql(
        "UPDATE orders SET delivery_status = 1 WHERE order_no BETWEEN '131' AND '140';
         UPDATE orders SET cancelled_at = '2026-11-24 10:10:00' WHERE order_no BETWEEN '141' AND '150';
         UPDATE orders SET cancelled_in_tempostar_at = '2026-11-24 10:10:00' WHERE order_no BETWEEN '151' AND '155';
         UPDATE orders SET exported_at = NULL WHERE order_no BETWEEN '156' AND '160';
         UPDATE orders SET cancelled_at = '' WHERE order_no < '131';",
    );
    put(&shop, "s.csv", 101..=116, "800");
    let message = "this file would mark 16 of the 30 open orders as shipped, paid and captured (53 %,";
    check_held(shop.run(["import-logistics", "--json"]), message);
}

#[test]
fn many_small_files_of_a_day_are_one_large_one() {
    let mut shop = shop_that_has_sent(40);
    for (name, numbers) in [("status202611241001.csv", 101..=110), ("status202611241002.csv", 111..=120)] {
        put(&shop, name, numbers, "800");
    }
    put(&shop, "s.csv", 121..=123, "800");
    let ran = shop.run(["import-logistics", "--json"]).exits(4).count("shipped", 20);
    let message = "this file would mark 23 of the 40 open orders as shipped, paid and captured (57 %,";
    ran.only_problem("guard-ship", "s.csv", &[message]);
    // The day after, what is open is compared with that day's files alone.
    shop.at("2026-11-25 10:20:00");
    put(&shop, "t.csv", 124..=130, "800");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 7);
    check_shipped(&shop, 27);
}

#[test]
fn a_held_file_shows_what_it_would_capture_and_is_applied_when_approved() {
    let mut shop = shop_that_has_sent(20);
    put(&shop, "s.csv", 101..=120, "800");
    shop.run(["import-logistics"]).exits(4);
    let shown = shop.run(["held", "show", "1", "--all"]).ok();
    let shown = shown
        .says("20 of the 20 open orders")
        .says("to be captured  33,000 yen (orders that it would mark as paid)");
    assert!(
        shown.stdout.lines().any(|line| line.split_whitespace().eq([
            "21",
            "120",
            "captured_at",
            "(none)",
            "→",
            "2026-11-24",
            "10:15:00"
        ])),
        "{shown}"
    );
    assert!(
        shown.stdout.lines().any(|line| line.split_whitespace().eq([
            "2",
            "101/1",
            "shipped_on",
            "(none)",
            "→",
            "2026-11-24"
        ])),
        "{shown}"
    );
    shop.run(["held", "approve", "1"]).ok();
    check_shipped(&shop, 20);
    shop.check_rows("SELECT state FROM tempostar_held", &["approved"]);
    shop.language("ja_JP.UTF-8");
    send(&shop, "2026-11-24 10:07:00", 201..=220);
    put(&shop, "t.csv", 201..=220, "800");
    // What was approved is not held against the next file, and tells what is usual from the next day on.
    let ran = shop.run(["import-logistics"]).exits(4);
    ran.says("未出荷の受注20件のうち20件（100%）が出荷済み・入金済み・オーソリ確定になります（上限50%）。取り込みを保留しました。");
}

#[test]
fn a_shop_that_ships_all_that_it_has_every_afternoon_is_asked_once() {
    let mut shop = shop_that_has_sent(30);
    // Three came too late for the parcel service.
    put(&shop, "s.csv", 101..=127, "800");
    shop.run(["import-logistics"]).exits(4);
    shop.run(["held", "approve", "1"]).ok();
    for day in 1..=3_u32 {
        let first = 100 + 27 * day + 1;
        send(&shop, &format!("2026-11-{} 10:06:00", 24 + day), first + 3..=first + 29);
        shop.at(&format!("2026-11-{} 10:15:00", 24 + day));
        put(&shop, "s.csv", first..=first + 26, "800");
        shop.run(["import-logistics", "--json"]).ok().count("shipped", 27).no_problem();
    }
    // All of them at once is more than that shop has ever shipped.
    shop.at("2026-11-28 10:15:00");
    send(&shop, "2026-11-28 10:06:00", 212..=238);
    put(&shop, "s.csv", 209..=238, "800");
    let message = "this file would mark 30 of the 30 open orders as shipped, paid and captured (100 %, the limit is 90 %)";
    check_held(shop.run(["import-logistics", "--json"]), message);
}

#[test]
fn a_later_file_about_the_same_orders_replaces_the_held_one() {
    let mut shop = shop_that_has_sent(40);
    put(&shop, "s.csv", 101..=140, "800");
    shop.run(["import-logistics"]).exits(4);
    shop.at("2026-11-24 10:30:00");
    let not_yet: String = (111..=140).map(|number| format!("12345-{number},600\n")).collect();
    let shipped: String = (101..=110).map(|number| format!("12345-{number},800\n")).collect();
    let sheet = format!("ショップ受注番号,受注進捗コード\n{not_yet}{shipped}");
    shop.put_sheet(LOGISTICS_INBOX, "t.csv", &sheet);
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 10).count("not_shipped_yet", 30);
    shop.check_rows("SELECT state FROM tempostar_held", &["superseded"]);
    check_shipped(&shop, 10);
    shop.run(["status", "--check"]).ok();
}

#[test]
fn what_is_discarded_ships_nothing() {
    let shop = shop_that_has_sent(40);
    put(&shop, "s.csv", 101..=140, "800");
    shop.run(["import-logistics"]).exits(4);
    shop.run(["held", "discard", "1"]).ok();
    shop.run(["held", "approve", "1"]).exits(3);
    check_shipped(&shop, 0);
}

#[test]
fn a_file_that_lost_its_status_ships_nothing_where_files_without_one_are_taken() {
    let mut shop = shop_that_has_sent(10);
    shop.setting("[logistics]\n", "[logistics]\nwithout_status = \"shipped\"\n");
    put(&shop, "s1.csv", 101..=105, "600");
    shop.run(["import-logistics"]).ok();
    shop.put_sheet(LOGISTICS_INBOX, "s2.csv", "ショップ受注番号,出荷日\n12345-101,2026/11/24\n");
    let ran = shop.at("2026-11-24 10:40:00").run(["import-logistics", "--json"]).exits(4);
    ran.only_problem(
        "guard-columns",
        "s2.csv",
        &["the file lacks columns that the last one had: 受注進捗コード;"],
    );
    check_shipped(&shop, 0);
    // A series that never had one.
    shop.put_sheet(LOGISTICS_INBOX, "parcels.csv", "ショップ受注番号,出荷日\n12345-101,2026/11/24\n");
    shop.at("2026-11-24 10:50:00").run(["import-logistics"]).ok();
    check_shipped(&shop, 1);
}
