//! Every order is accounted for: whatever the shop, its triggers, the settings or the server do, it is sent once, or
//! somebody is told why not.

use std::fs;

use crate::ftp_server::Fault;
use crate::harness::{OUTBOX, Shop};

const ONCE_MORE: &str = "2026-11-24 11:00:00";

#[track_caller]
fn check_held(shop: &Shop, order_no: &str, words: &[&str]) {
    let ran = shop.run(["export-orders", "--json"]).exits(3).count("held_back", 1);
    ran.only_problem("order-held-back", "", &[&[order_no], words].concat());
}

#[track_caller]
fn check_state(shop: &Shop, state: &str) {
    let status = shop.run(["status", "--json"]);
    assert_eq!(status.json()["orders"]["states"][state], 1, "{state}: {status}");
}

#[test]
fn a_number_that_was_used_before_is_not_sent_with_other_content() {
    let mut shop = Shop::that_has_sent();
    shop.sql("DELETE FROM order_lines; DELETE FROM order_shipments; DELETE FROM orders;");
    shop.order("1001").line("A-1", 5).insert();
    shop.at(ONCE_MORE);
    check_held(&shop, "1001", &["was sent on 2026-11-24 10:15:00", "with other content"]);
    check_state(&shop, "held_back");
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}

#[test]
fn an_exported_at_that_somebody_emptied_is_put_back_and_told() {
    for emptied in ["NULL", "''"] {
        let mut shop = Shop::that_has_sent();
        shop.sql(&format!("UPDATE orders SET exported_at = {emptied}"));
        shop.at(ONCE_MORE);
        check_held(&shop, "1001", &["was sent on 2026-11-24 10:15:00", "exported_at has been emptied"]);
        shop.check_rows("SELECT exported_at FROM orders", &["2026-11-24 10:15:00"]);
        shop.run(["export-orders", "--json"]).ok().no_problem();
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
    }
}

#[test]
fn empty_text_is_no_time_and_no_flag() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.sql("UPDATE orders SET is_provisional = '', cancelled_at = '', exported_at = ''");
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}

#[test]
fn what_is_neither_a_flag_nor_a_time_holds_the_order_back() {
    let wrong = [
        ("is_provisional", "2"),
        ("is_provisional", "'no'"),
        ("cancelled_at", "1"),
        ("cancelled_at", "'yes'"),
        ("exported_at", "'x'"),
        ("exported_at", "0"),
    ];
    for (column, value) in wrong {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        shop.order("1002").line("A-1", 1).insert();
        shop.sql(&format!("UPDATE orders SET {column} = {value} WHERE order_no = '1001'"));
        check_held(&shop, "1001", &[&format!("orders.{column}")]);
        assert_eq!(shop.numbers_in_outbox(), ["12345-1002"], "{column} = {value}");
        check_state(&shop, "held_back");
    }
}

/// What no application should write, and some do.
const POISON: [&str; 16] = [
    "''",
    "' '",
    "'x'",
    "1.5",
    "-1",
    "x'00ff'",
    "x'e38182'",
    "CAST(x'ff' AS TEXT)",
    "9223372036854775807",
    "-9223372036854775808",
    "1e300",
    "'あ'",
    "'1,000'",
    "char(0)",
    "char(8203)",
    "hex(zeroblob(40000))",
];

/// A value in any column of an order that cannot be right never stops the order beside it, and never makes its own
/// order vanish.
#[test]
fn a_poisoned_value_is_its_own_orders_problem() {
    let tables = ["orders", "order_shipments", "order_lines"];
    let (mut tried, mut sent, mut named) = (0, 0, 0);
    let model = Shop::new();
    model.order("1001").line("A-1", 1).insert();
    for table in tables {
        for column in model.rows(&format!("SELECT name FROM pragma_table_info('{table}')")) {
            if matches!(column.as_str(), "order_no" | "shipment_no" | "line_no")
                || column.starts_with("free_item")
            {
                continue;
            }
            let shop = Shop::new();
            let mut numbers = Vec::new();
            for (index, value) in POISON.iter().enumerate() {
                let number = format!("1{index:03}");
                shop.order(&number).line("A-1", 1).insert();
                let sql =
                    format!("UPDATE OR IGNORE {table} SET {column} = {value} WHERE order_no = '{number}'");
                if shop.try_sql(&sql) {
                    numbers.push(number);
                }
            }
            shop.order("2001").line("A-1", 1).insert();
            let ran = shop.run(["export-orders", "--json"]);
            let outbox = shop.numbers_in_outbox();
            assert!(
                outbox.contains(&"12345-2001".to_owned()),
                "{table}.{column}: the good one did not go: {ran}"
            );
            let told = ran.json()["problems"].to_string();
            for number in numbers {
                tried += 1;
                if outbox.contains(&format!("12345-{number}")) {
                    sent += 1;
                } else if told.contains(&number) {
                    named += 1;
                } else {
                    panic!("{table}.{column}: {number} is neither sent nor told of: {ran}");
                }
            }
        }
    }
    println!("{tried} poisoned values: {sent} orders sent, {named} held back and named");
    assert!(tried > 900 && sent > 100 && named > 300, "{tried} tried, {sent} sent, {named} named");
}

#[test]
fn orders_of_before_the_start_are_never_sent() {
    let shop = Shop::new();
    shop.setting("[orders]\n", "[orders]\nsince = \"2026-11-20\"\n");
    shop.order("1001").line("A-1", 1).set("ordered_at", "2026-11-19 23:59:59").insert();
    shop.order("1002").line("A-1", 1).set("ordered_at", "2026/11/19 12:00").insert();
    shop.order("1003").line("A-1", 1).set("ordered_at", "2026-11-20 00:00:00").insert();
    shop.run(["export-orders", "--json"]).ok().count("exported", 1).count("held_back", 0);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1003"]);
    let status = shop.run(["status", "--json"]).ok();
    assert_eq!(status.json()["orders"]["states"]["before_since"], 2);
    assert_eq!(status.json()["orders"]["waiting"], 0);
}

#[test]
fn an_order_of_unusual_age_waits_for_a_person() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("ordered_at", "2026-10-01 10:00:00").insert();
    check_held(&shop, "1001", &["older than 30 days"]);
    shop.setting("[orders]\n", "[orders]\nmax_age_days = 0\n");
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
}

#[test]
fn tax_may_be_rounded_once_per_rate_where_the_settings_say_so() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.sql("UPDATE orders SET tax = tax + 1, subtotal_incl_tax = subtotal_incl_tax + 1, total = total + 1");
    check_held(&shop, "1001", &["消費税計"]);
    shop.setting("[orders]\n", "[orders]\ntax_difference_yen = 1\n");
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
}

#[test]
fn the_amounts_with_tax_have_to_add_up_too() {
    let wrong = [
        (
            "orders",
            "subtotal_incl_tax = subtotal_incl_tax + 7, total = total + 7",
            "商品計税込 is 1107 yen, but 商品計税抜 + 消費税計 is 1100",
        ),
        (
            "order_lines",
            "unit_price_incl_tax = unit_price_incl_tax + 7",
            "税込単価 is 1107 yen, but 税抜単価 + 単品消費税 is 1100",
        ),
    ];
    for (table, set, said) in wrong {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        shop.sql(&format!("UPDATE {table} SET {set}"));
        check_held(&shop, "1001", &[said]);
    }
}

#[test]
fn a_number_that_would_not_come_back_as_it_is_holds_the_order_back() {
    for number in ["W–1", " 1001", "1001 ", "10\n01", "10\u{200B}01"] {
        let shop = Shop::new();
        shop.order("1").line("A-1", 1).insert();
        shop.sql(&format!(
            "PRAGMA foreign_keys = off;
             UPDATE orders SET order_no = '{number}';
             UPDATE order_shipments SET order_no = '{number}';
             UPDATE order_lines SET order_no = '{number}';"
        ));
        check_held(&shop, "", &["ショップ受注番号"]);
    }
}

#[test]
fn a_name_of_which_nothing_would_be_written_is_empty() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("customer_name", "\u{200B}\u{FEFF}").insert();
    check_held(&shop, "1001", &["注文者名"]);
}

#[test]
fn a_payment_method_needs_a_day_or_its_set_up() {
    let days = [
        ("NULL", false),
        ("''", false),
        ("'01/04/2023'", false),
        ("'2022/01/15'", true),
        ("'2022-05-01'", false),
        ("'2022/05/01'", false),
        ("'2022-04-30'", true),
    ];
    for (day, goes) in days {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        shop.sql(&format!("UPDATE payment_methods SET added_on = {day}, tempostar_ready = 0"));
        let exit = if goes { 0 } else { 3 };
        shop.run(["export-orders", "--json"]).exits(exit).count("exported", i64::from(goes));
    }
}

#[test]
fn a_trigger_that_keeps_updated_at_does_not_make_sent_orders_look_changed() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.sql(
        "CREATE TRIGGER touched AFTER UPDATE ON orders
         BEGIN UPDATE orders SET updated_at = '2026-11-24 12:34:56' WHERE order_no = new.order_no; END",
    );
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    let status = shop.at(ONCE_MORE).run(["status", "--json"]);
    let hand_work = &status.json()["hand_work"];
    assert!(hand_work.is_object() && !hand_work.to_string().contains("1001"), "{status}");
}

#[test]
fn a_temporary_file_that_somebody_removed_was_not_taken() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.ftp.faults().once(Fault::RenameRefused);
    shop.run(["export-orders"]).exits(6);
    for name in shop.remote_files(OUTBOX) {
        shop.take_away(&format!("{OUTBOX}/{name}"));
    }
    shop.at(ONCE_MORE).run(["export-orders", "--json"]).ok().count("exported", 1);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}

#[test]
fn a_changed_outbox_does_not_make_a_sent_file_taken_or_an_interrupted_one_lost() {
    for at in ["prepared", "uploaded", "server-renamed", "sent"] {
        let mut shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        shop.run_dying_at(at, ["export-orders"]);
        shop.make_remote_folder("/ordershop/other");
        shop.setting("/ordershop/{shop_code}", "/ordershop/other");
        shop.at(ONCE_MORE).run(["export-orders"]).ok();
        let files = [shop.remote_files(OUTBOX), shop.remote_files("/ordershop/other")].concat();
        assert_eq!(files.len(), 1, "{at}: {files:?}");
        shop.check_rows("SELECT count(*) FROM tempostar_batches WHERE taken_at IS NULL", &["1"]);
        shop.check_rows("SELECT exported_at IS NOT NULL FROM orders", &["1"]);
    }
}

#[test]
fn two_runs_without_a_working_lock_send_nothing_twice() {
    {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        let first = shop.start_and_hold(Fault::PutHeld, &["export-orders"]);
        for entry in
            fs::read_dir(shop.path(".")).unwrap().chain(fs::read_dir(shop.path("tempostar.d")).unwrap())
        {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "lock") {
                fs::remove_file(path).unwrap();
            }
        }
        shop.run(["export-orders"]).ok();
        first.goes_on().exits(7);
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
        let files = shop.remote_files(OUTBOX);
        assert_eq!(files.iter().filter(|name| name.ends_with(".csv")).count(), 1, "{files:?}");
    }
}

#[test]
fn a_file_of_a_second_host_is_told_and_its_orders_are_not_sent_again() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.put_sheet(
        OUTBOX,
        "order20261124090000.csv",
        "ショップ受注番号,受注日時\n12345-1001,2026/11/24 09:00\n",
    );
    let ran = shop.run(["export-orders", "--json"]).exits(3).count("exported", 1).count("held_back", 1);
    let codes: Vec<String> = ran.json()["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["unknown-order-files", "order-held-back"]);
}

#[test]
fn another_work_folder_does_not_send_before_somebody_has_looked() {
    let mut shop = Shop::that_has_sent();
    shop.order("1002").line("A-1", 1).insert();
    shop.setting("work_dir = \"tempostar.d\"", "work_dir = \"other.d\"");
    shop.at(ONCE_MORE);
    let ran = shop.run(["export-orders", "--json"]).exits(6);
    ran.only_problem("work-folder-foreign", "", &["other.d/export-orders.demo.last"]);
    fs::write(shop.path("other.d/export-orders.demo.last"), "").unwrap();
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001", "12345-1002"]);
}

#[test]
fn what_only_looks_odd_does_not_hold_an_order_back() {
    let shop = Shop::new();
    shop.order("1001")
        .line("A-1", 1)
        .set("customer_name", "⾼橋\u{202A}\u{200D} 一郎")
        .set("customer_address", "東京都\u{2796}1\u{FE63}2 \u{E000}\u{E757}")
        .set("customer_note", "㋿元年 ㍿例")
        .insert();
    shop.run(["export-orders", "--json"]).ok().no_problem();
    let bytes = shop.remote_bytes(&format!("{OUTBOX}/order20261124101500.csv"));
    let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(has(&[0xF0, 0x40, 0xF9, 0xFC]), "characters that users define");
    let text = shop.sent_orders();
    for written in ["\"高橋 一郎\"", "東京都－1－2", "令和元年 株式会社例"] {
        assert!(text.contains(written), "{written}: {text}");
    }
}

/// A run dies with its file in the outbox, and before the next one another order has the number of one that was in it.
#[test]
fn a_number_that_is_used_again_before_an_interrupted_run_is_finished_is_not_marked_as_sent() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.run_dying_at("server-renamed", ["export-orders"]);
    shop.sql(
        "DELETE FROM order_lines WHERE order_no = '1001';
         DELETE FROM order_shipments WHERE order_no = '1001';
         DELETE FROM orders WHERE order_no = '1001'",
    );
    shop.order("1001").line("A-1", 7).set("ordered_at", "2026-11-24 10:20:00").insert();
    // One that is only changed is still the one that was sent.
    shop.sql(
        "UPDATE orders SET customer_email = 'new@customer.example', updated_at = 'x' WHERE order_no = '1002'",
    );
    let ran = shop.at("2026-11-24 10:25:00").run(["export-orders", "--json"]).exits(3).count("exported", 2);
    ran.only_problem("order-held-back", "", &["1001", "with other content"]);
    shop.check_rows("SELECT exported_at FROM orders ORDER BY order_no", &["NULL", "2026-11-24 10:25:00"]);
    assert_eq!(shop.remote_files(OUTBOX).len(), 1);
}

/// Of an order that the ledger knows as sent, somebody has to cancel it there, too, whatever became of its marks here.
#[test]
fn an_order_that_was_sent_and_lost_its_mark_is_not_forgotten_when_it_is_cancelled() {
    for emptied in ["NULL", "''"] {
        let mut shop = Shop::that_has_sent();
        shop.sql(&format!("UPDATE orders SET exported_at = {emptied}, cancelled_at = '2026-11-24 10:30:00'"));
        shop.at(ONCE_MORE).run(["export-orders"]).ok();
        let status = shop.run(["status", "--json"]).json();
        assert_eq!(
            status["hand_work"]["orders_cancelled"]["first"],
            serde_json::json!(["1001"]),
            "{status:#}"
        );
    }
}

/// Forms write empty text where there is nothing.
#[test]
fn sent_orders_with_empty_text_for_no_time_are_looked_after_as_all_others() {
    let mut shop = Shop::that_has_sent();
    shop.sql("UPDATE orders SET cancelled_at = '', delivery_status = ''");
    let hand_work =
        |shop: &Shop, key: &str| shop.run(["status", "--json"]).json()["hand_work"][key]["first"].clone();
    assert_eq!(hand_work(&shop, "orders_cancelled"), serde_json::json!([]));
    shop.at("2026-12-20 10:00:00");
    assert_eq!(hand_work(&shop, "orders_unshipped"), serde_json::json!(["1001"]));
    shop.sql("UPDATE orders SET updated_at = '2026-12-20 09:00:00'");
    assert_eq!(hand_work(&shop, "orders_changed"), serde_json::json!(["1001"]));
}
