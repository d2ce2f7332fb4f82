//! `import-logistics`: orders that TEMPOSTAR shipped get their three ticks.

use crate::harness::{LOGISTICS_INBOX, Shop};

const TICKS: &str =
    "SELECT delivery_status, payment_status, capture_status FROM orders WHERE order_no = '1001'";

#[test]
fn a_shipped_order_gets_its_three_ticks() {
    let shop = Shop::that_has_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "\"ショップ受注番号\",\"受注進捗コード\",\"出荷日\",\"荷物番号\",\"配送方法名\"\n\
         \"12345-1001\",\"800\",\"2026/11/24\",\"1234-5678-9013\",\"ゆうパック\"\n",
    );
    shop.run(["import-logistics", "--json"]).ok().outcome("ok").count("shipped", 1).no_problem();
    shop.check_rows(TICKS, &["1|1|1"]);
    let day = "2026-11-24 00:00:00";
    shop.check_rows("SELECT shipped_at, paid_at, captured_at FROM orders", &[&[day; 3].join("|")]);
    shop.check_rows(
        "SELECT shipped_on, tracking_no, delivery_method FROM order_shipments",
        &["2026-11-24|1234-5678-9013|ゆうパック"],
    );
}

#[test]
fn only_800_and_950_mean_shipped() {
    for (code, ticks, count) in [
        ("100", "0|0|0", "not_shipped_yet"),
        ("600", "0|0|0", "not_shipped_yet"),
        ("800", "1|1|1", "shipped"),
        ("950", "1|1|1", "shipped"),
        ("999", "0|0|0", "cancelled"),
    ] {
        let shop = Shop::that_has_sent();
        let sheet = format!("ショップ受注番号,受注進捗コード\n12345-1001,{code}\n");
        shop.put_sheet(LOGISTICS_INBOX, "status.csv", &sheet);
        shop.run(["import-logistics", "--json"]).ok().count(count, 1);
        shop.check_rows(TICKS, &[ticks]);
    }
}

#[test]
fn an_order_cancelled_in_tempostar_is_reported_for_hand_work() {
    let shop = Shop::that_has_sent();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,受注進捗コード\n12345-1001,999\n");
    let ran = shop.run(["import-logistics", "--json"]).ok().count("cancelled", 1);
    ran.only_problem("cancelled-in-tempostar", "status.csv", &["(1): 1001\n"]);
    shop.check_rows("SELECT cancelled_at FROM orders", &["NULL"]);
}

#[test]
fn unknown_orders_and_orders_of_another_shop_are_counted_and_named() {
    let shop = Shop::that_has_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n12345-7777,800\n99999-1001,800\n",
    );
    shop.run(["import-logistics", "--json"])
        .count("shipped", 1)
        .count("unknown_order", 1)
        .count("other_shop", 1)
        .problem("unknown-orders", "status.csv", &["(1): 12345-7777\n"])
        .problem("other-shop", "status.csv", &["(1): 99999-1001\n"]);
}

#[test]
fn an_order_number_may_hold_hyphens_and_signs() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("ORDER-100#2.1").line("A-1", 1).insert();
    shop.mark_all_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード\n12345-ORDER-100#2.1,800\n",
    );
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1);
    shop.check_rows("SELECT delivery_status FROM orders", &["1"]);
}

#[test]
fn the_same_news_twice_changes_nothing() {
    let mut shop = Shop::that_has_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s1.csv",
        "ショップ受注番号,受注進捗コード,出荷日\n12345-1001,800,2026/11/24\n",
    );
    shop.run(["import-logistics"]).ok();
    let before = shop.shop_data();
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s2.csv",
        "ショップ受注番号,受注進捗コード,出荷日\n12345-1001,800,2026-11-24 00:00:00\n",
    );
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 0).count("unchanged", 1);
    assert_eq!(shop.shop_data(), before);
}

#[test]
fn tracking_data_goes_to_the_destination_that_is_named() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    shop.mark_all_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,配送番号,荷物番号\n12345-1001,800,2,T-2\n12345-1001,800,1,T-1\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.check_rows(
        "SELECT shipment_no, tracking_no FROM order_shipments ORDER BY shipment_no",
        &["1|T-1", "2|T-2"],
    );
}

#[test]
fn without_a_destination_all_get_the_tracking_data() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    shop.mark_all_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,荷物番号\n12345-1001,800,T-9\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.check_rows("SELECT tracking_no FROM order_shipments ORDER BY shipment_no", &["T-9", "T-9"]);
}

#[test]
fn the_day_of_payment_is_kept() {
    let shop = Shop::that_has_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,入金日付\n12345-1001,800,2026/11/23 15:30\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.check_rows("SELECT paid_at FROM orders", &["2026-11-23 15:30:00"]);
}

const ADDED_LINE: &str = "ショップ受注番号,受注進捗コード,商品コード,商品名,項目選択肢,数量,税抜単価,単品消費税,税込単価\n\
                          12345-1001,800,A-1,商品A-1,,2,1000,100,1100\n\
                          12345-1001,800,GIFT,おまけ,赤,1,0,0,0\n";

#[test]
fn lines_that_tempostar_added_are_ignored_by_default() {
    let shop = Shop::that_has_sent();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", ADDED_LINE);
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1).count("lines_added", 0).no_problem();
    shop.check_rows("SELECT sku_code FROM order_lines", &["A-1"]);
}

#[test]
fn lines_that_tempostar_added_are_added_when_the_settings_say_so_and_only_once() {
    let mut shop = Shop::that_has_sent();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.put_sheet(LOGISTICS_INBOX, "s1.csv", ADDED_LINE);
    shop.run(["import-logistics", "--json"]).ok().count("lines_added", 1);
    let lines = "SELECT line_no, sku_code, product_name, options, quantity, added_by FROM order_lines ORDER BY line_no";
    let expected = ["1|A-1|商品A-1||2|shop", "2|GIFT|おまけ|赤|1|tempostar"];
    shop.check_rows(lines, &expected);
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(LOGISTICS_INBOX, "s2.csv", ADDED_LINE);
    shop.run(["import-logistics"]).ok();
    shop.check_rows(lines, &expected);
}

#[test]
fn a_bad_date_rejects_its_row_only() {
    let shop = Shop::new();
    shop.settings(|text| format!("{text}[logistics.guard]\nship_percent = 100\n"));
    shop.product_in_stock("A-1", 100);
    let mut sheet = "ショップ受注番号,受注進捗コード,出荷日\n".to_owned();
    for number in 1..=30 {
        shop.order(&number.to_string()).line("A-1", 1).insert();
        let date = if number == 2 { "2026/02/30" } else { "2026/11/24" };
        sheet += &format!("12345-{number},800,{date}\n");
    }
    shop.mark_all_sent();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", &sheet);
    let ran = shop.run(["import-logistics", "--json"]).exits(3).count("shipped", 29).count("rejected", 1);
    ran.problem("not-a-date", "status.csv: line 3: 出荷日", &["\"2026/02/30\""]);
    shop.check_rows("SELECT order_no FROM orders WHERE delivery_status = 0", &["2"]);
}

#[test]
fn odd_tracking_numbers_are_stored_and_warned_of_once() {
    let mut shop = Shop::that_has_sent();
    for number in 1002..=1005 {
        shop.order(&number.to_string()).line("A-1", 1).insert();
    }
    shop.mark_all_sent();
    let sheet = "ショップ受注番号,受注進捗コード,荷物番号,配送方法名\n\
                 12345-1001,800,4.97E+11,宅配便\n\
                 12345-1002,800,123456789013,ヤマト運輸\n\
                 12345-1003,800,123456789012,ヤマト運輸\n\
                 12345-1004,800,手渡し,\n\
                 12345-1005,600,未定,\n";
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", sheet);
    let told = [
        "order 1001: the tracking number \"4.97E+11\" looks wrong; stored as it is: a spreadsheet has shortened it",
        "order 1003: the tracking number \"123456789012\" looks wrong; stored as it is: its last digit, the check digit, \
         does not fit for \"ヤマト運輸\"",
        "order 1004: the tracking number \"手渡し\" looks wrong; stored as it is: it holds more than digits and hyphens",
    ];
    let ran = shop.run(["import-logistics", "--json"]).ok().count("shipped", 4);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 3, "{ran}");
    for (problem, (line, told)) in problems.iter().zip([2, 4, 5].into_iter().zip(told)) {
        assert_eq!(problem["code"], "odd-tracking-number");
        assert_eq!(problem["severity"], "warning");
        assert_eq!((&problem["file"], &problem["line"]), (&"status.csv".into(), &line.into()));
        assert_eq!(problem["message"], format!("status.csv: line {line}: 荷物番号: {told}"));
    }
    shop.check_rows(
        "SELECT tracking_no FROM order_shipments ORDER BY order_no",
        &["4.97E+11", "123456789013", "123456789012", "手渡し", "NULL"],
    );
    shop.at("2026-11-24 10:30:00").put_sheet(LOGISTICS_INBOX, "again.csv", sheet);
    shop.run(["import-logistics", "--json"]).ok().no_problem();
}

#[test]
fn of_many_odd_tracking_numbers_the_first_are_named() {
    let mut shop = Shop::new();
    let mut sheet = "ショップ受注番号,受注進捗コード,荷物番号\n".to_owned();
    for number in 101..=112 {
        shop.order(&number.to_string()).line("A-1", 1).insert();
        sheet += &format!("12345-{number},800,5E+11\n");
    }
    shop.mark_all_sent();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", &sheet);
    shop.language("ja_JP.UTF-8");
    let ran = shop.run(["import-logistics"]).ok();
    assert_eq!(ran.stderr.matches("の荷物番号「5E+11」は正しくないようです").count(), 10, "{ran}");
    ran.says("受注110の荷物番号「5E+11」は正しくないようです（そのまま記録しました）: 表計算ソフトで指数表示になっています。")
        .says("正しくないような荷物番号は全部で12件あります（上に示したのは最初の10件です）。");
}

// Shipped in parts -----------------------------------------------------------------------------------------------

#[test]
fn the_ticks_come_when_the_last_destination_is_shipped_and_the_data_at_once() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    let shipments = "SELECT shipment_no, shipped_on, tracking_no FROM order_shipments ORDER BY shipment_no";
    let header = "ショップ受注番号,受注進捗コード,配送番号,出荷日,荷物番号\n";
    shop.mark_all_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s1.csv",
        &format!("{header}12345-1001,800,2,2026/11/24,T-2\n12345-1001,600,1,,\n"),
    );
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 0).count("updated", 1);
    shop.check_rows(shipments, &["1|NULL|NULL", "2|2026-11-24|T-2"]);
    shop.check_rows(TICKS, &["0|0|0"]);
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(LOGISTICS_INBOX, "s2.csv", &format!("{header}12345-1001,800,1,2026/11/25,T-1\n"));
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1);
    shop.check_rows(shipments, &["1|2026-11-25|T-1", "2|2026-11-24|T-2"]);
    shop.check_rows(TICKS, &["1|1|1"]);
    shop.check_rows("SELECT shipped_at FROM orders", &["2026-11-25 00:00:00"]);
}

#[test]
fn a_destination_that_the_order_does_not_have_is_an_error_and_ticks_nothing() {
    let shop = Shop::that_has_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,配送番号,荷物番号\n12345-1001,800,2,T-2\n",
    );
    let ran = shop.run(["import-logistics", "--json"]).exits(3).count("shipped", 0);
    ran.only_problem("no-such-shipment", "status.csv: line 2", &["order 1001 has no shipment 2"]);
    shop.check_rows(TICKS, &["0|0|0"]);
    shop.check_rows("SELECT tracking_no FROM order_shipments", &["NULL"]);
}

// Repeated and corrected -----------------------------------------------------------------------------------------

#[test]
fn a_tracking_number_that_is_corrected_later_is_taken_and_the_ticks_keep_their_times() {
    let mut shop = Shop::that_has_sent();
    let header = "ショップ受注番号,受注進捗コード,出荷日,荷物番号\n";
    shop.put_sheet(LOGISTICS_INBOX, "s1.csv", &format!("{header}12345-1001,800,2026/11/24,T-1\n"));
    shop.run(["import-logistics"]).ok();
    let times = "SELECT shipped_at, paid_at, captured_at FROM orders";
    let before = shop.rows(times);
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(LOGISTICS_INBOX, "s2.csv", &format!("{header}12345-1001,950,2026/11/24,T-9\n"));
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 0).count("updated", 1);
    shop.check_rows("SELECT tracking_no FROM order_shipments", &["T-9"]);
    assert_eq!(shop.rows(times), before);
    shop.check_rows("SELECT updated_at FROM orders", &["2026-11-25 10:15:00"]);
}

#[test]
fn whatever_is_repeated_changes_nothing_not_even_the_time_of_change() {
    for sheet in [
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n",
        "ショップ受注番号,受注進捗コード\n12345-1001,999\n",
        "ショップ受注番号,受注進捗コード,出荷日,配送日,荷物番号,配送方法名,入金日付\n12345-1001,800,2026/11/24 15:00,2026/11/25,T-1,宅配便,2026/11/23\n",
        "ショップ受注番号,受注進捗コード,出荷日,配送日,荷物番号,配送方法名,入金日付\n12345-1001,800,,,,,\n",
        "ショップ受注番号,受注進捗コード,荷物番号\n12345-1001,800,T-1\n12345-1001,800,T-2\n12345-1001,800,\n",
        ADDED_LINE,
    ] {
        let mut shop = Shop::that_has_sent();
        shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
        shop.put_sheet(LOGISTICS_INBOX, "s1.csv", sheet);
        shop.run(["import-logistics"]).ok();
        let before = shop.shop_data();
        shop.at("2026-11-26 10:15:00").put_sheet(LOGISTICS_INBOX, "s2.csv", sheet);
        shop.run(["import-logistics"]).ok();
        assert_eq!(shop.shop_data(), before, "{sheet}");
    }
}

#[test]
fn an_absent_column_leaves_the_value_alone_and_an_empty_one_clears_it() {
    let mut shop = Shop::that_has_sent();
    let data = "SELECT shipped_on, delivered_on, tracking_no, delivery_method FROM order_shipments";
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s1.csv",
        "ショップ受注番号,受注進捗コード,出荷日,配送日,荷物番号,配送方法名\n12345-1001,800,2026/11/23,2026/11/25,T-1,ゆうパック\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.at("2026-11-25 10:15:00").put_sheet(
        LOGISTICS_INBOX,
        "s2.csv",
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.check_rows(data, &["2026-11-23|2026-11-25|T-1|ゆうパック"]);
    shop.at("2026-11-26 10:15:00");
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s3.csv",
        "ショップ受注番号,受注進捗コード,配送日,荷物番号\n12345-1001,800,,\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.check_rows(data, &["2026-11-23|NULL|NULL|ゆうパック"]);
}

#[test]
fn the_day_of_payment_that_tempostar_tells_later_is_taken() {
    let mut shop = Shop::that_has_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s1.csv",
        "ショップ受注番号,受注進捗コード,出荷日\n12345-1001,800,2026/11/24\n",
    );
    shop.run(["import-logistics"]).ok();
    shop.check_rows("SELECT paid_at FROM orders", &["2026-11-24 00:00:00"]);
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s2.csv",
        "ショップ受注番号,受注進捗コード,入金日付\n12345-1001,800,2026-11-22\n",
    );
    shop.run(["import-logistics", "--json"]).ok().count("updated", 1);
    shop.check_rows("SELECT paid_at FROM orders", &["2026-11-22 00:00:00"]);
}

// Cancelled ------------------------------------------------------------------------------------------------------

/// What `status` lists as cancelled in TEMPOSTAR.
#[track_caller]
fn cancelled_there(shop: &Shop) -> serde_json::Value {
    shop.run(["status", "--json"]).json()["hand_work"]["orders_cancelled_in_tempostar"]["first"].clone()
}

#[test]
fn an_order_cancelled_in_tempostar_is_hand_work_until_the_shop_has_cancelled_it_too() {
    let mut shop = Shop::that_has_sent();
    let sheet = "ショップ受注番号,受注進捗コード\n12345-1001,999\n";
    shop.put_sheet(LOGISTICS_INBOX, "s1.csv", sheet);
    let ran = shop.run(["import-logistics", "--json"]).ok().count("cancelled", 1);
    ran.only_problem("cancelled-in-tempostar", "s1.csv", &["(1): 1001\n"]);
    assert_eq!(cancelled_there(&shop), serde_json::json!(["1001"]));
    shop.run(["status"]).ok().says("orders cancelled in TEMPOSTAR: 1").says("1001");
    // Told once, counted each time.
    shop.at("2026-11-25 10:15:00").put_sheet(LOGISTICS_INBOX, "s2.csv", sheet);
    shop.run(["import-logistics", "--json"]).ok().count("cancelled", 1).no_problem();
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-25 11:00:00'");
    assert_eq!(cancelled_there(&shop), serde_json::json!([]));
}

#[test]
fn an_order_that_tempostar_ships_after_all_is_no_hand_work_any_more() {
    let mut shop = Shop::that_has_sent();
    shop.put_sheet(LOGISTICS_INBOX, "s1.csv", "ショップ受注番号,受注進捗コード\n12345-1001,999\n");
    shop.run(["import-logistics"]).ok();
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(LOGISTICS_INBOX, "s2.csv", "ショップ受注番号,受注進捗コード\n12345-1001,800\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1);
    assert_eq!(cancelled_there(&shop), serde_json::json!([]));
    shop.check_rows(TICKS, &["1|1|1"]);
    shop.at("2026-11-26 10:15:00");
    shop.put_sheet(LOGISTICS_INBOX, "s3.csv", "ショップ受注番号,受注進捗コード\n12345-1001,999\n");
    let ran = shop.run(["import-logistics", "--json"]).ok();
    ran.only_problem("cancelled-in-tempostar", "s3.csv", &["(1): 1001\n"]);
    assert_eq!(cancelled_there(&shop), serde_json::json!(["1001"]));
}

#[test]
fn an_order_cancelled_in_the_shop_but_shipped_is_reported_and_not_ticked() {
    let shop = Shop::that_has_sent();
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:30:00', updated_at = '2026-11-24 10:30:00'");
    let before = shop.shop_data();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード,荷物番号\n12345-1001,800,T-1\n",
    );
    let ran = shop.run(["import-logistics", "--json"]).exits(3).outcome("partial").count("shipped", 0);
    ran.only_problem("shipped-but-cancelled", "status.csv", &["(1): 1001\n"]);
    assert_eq!(shop.shop_data(), before);
    // It cannot be cancelled in TEMPOSTAR any more, and nobody is asked to.
    let work = shop.run(["status", "--json"]).json()["hand_work"].to_string();
    assert!(!work.contains("1001"), "{work}");
    shop.run(["explain", "1001"])
        .ok()
        .says("but TEMPOSTAR has shipped it\n")
        .says("although the shop had cancelled it");
}

// Added lines ----------------------------------------------------------------------------------------------------

const LINES: &str = "SELECT line_no, sku_code, options, quantity, added_by FROM order_lines ORDER BY line_no";

/// A shop that takes added lines, with order 1001 of 2 × A-1.
fn shop_that_adds_lines() -> Shop {
    let shop = Shop::that_has_sent();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop
}

#[test]
fn the_same_line_twice_is_added_once() {
    let shop = shop_that_adds_lines();
    let line = "12345-1001,800,GIFT,赤,1\n";
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        &format!("ショップ受注番号,受注進捗コード,商品コード,項目選択肢,数量\n{line}{line}"),
    );
    shop.run(["import-logistics", "--json"]).ok().count("lines_added", 1).no_problem();
    shop.check_rows(LINES, &["1|A-1||2|shop", "2|GIFT|赤|1|tempostar"]);
}

#[test]
fn lines_of_other_options_are_other_lines() {
    let shop = shop_that_adds_lines();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        "ショップ受注番号,受注進捗コード,商品コード,項目選択肢,数量\n12345-1001,800,GIFT,赤,1\n12345-1001,800,GIFT,青,2\n",
    );
    shop.run(["import-logistics", "--json"]).ok().count("lines_added", 2);
    shop.check_rows(LINES, &["1|A-1||2|shop", "2|GIFT|赤|1|tempostar", "3|GIFT|青|2|tempostar"]);
}

#[test]
fn a_line_with_another_quantity_than_ours_is_left_and_reported() {
    let shop = shop_that_adds_lines();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        "ショップ受注番号,受注進捗コード,商品コード,数量\n12345-1001,800,A-1,3\n",
    );
    let ran = shop.run(["import-logistics", "--json"]).ok().count("lines_added", 0);
    let differs = "order 1001: A-1 has quantity 2 here, but 3 in TEMPOSTAR";
    ran.only_problem("added-line-differs", "s.csv: line 2", &[differs]);
    shop.check_rows(LINES, &["1|A-1||2|shop"]);
    shop.check_rows(TICKS, &["1|1|1"]);
}

#[test]
fn several_lines_of_one_sku_are_found_again_one_by_one_or_as_one() {
    for rows in [
        "12345-1001,800,A-1,1\n12345-1001,800,A-1,2\n",
        "12345-1001,800,A-1,2\n12345-1001,800,A-1,1\n",
        "12345-1001,800,A-1,3\n",
    ] {
        let shop = Shop::new();
        shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
        shop.order("1001").line("A-1", 1).line("A-1", 2).insert();
        shop.mark_all_sent();
        shop.put_sheet(
            LOGISTICS_INBOX,
            "s.csv",
            &format!("ショップ受注番号,受注進捗コード,商品コード,数量\n{rows}"),
        );
        shop.run(["import-logistics", "--json"]).ok().count("lines_added", 0).no_problem();
        shop.check_rows("SELECT count(*) FROM order_lines", &["2"]);
    }
}

#[test]
fn options_that_come_back_as_they_could_be_sent_make_no_other_line() {
    let shop = Shop::new();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.order("1001").line("A-1", 1).set_line("options", "色:赤〜白\nサイズ:M").insert();
    shop.run(["export-orders"]).ok();
    assert!(shop.sent_orders().contains("\"色:赤～白 サイズ:M\""));
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        "ショップ受注番号,受注進捗コード,商品コード,項目選択肢,数量\n12345-1001,800,A-1,色:赤～白 サイズ:M,1\n",
    );
    shop.run(["import-logistics", "--json"]).ok().count("lines_added", 0).no_problem();
}

#[test]
fn lines_are_not_added_to_an_order_with_several_destinations() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.mark_all_sent();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        "ショップ受注番号,受注進捗コード,商品コード,数量\n12345-1001,800,A-1,1\n12345-1001,800,GIFT,1\n12345-1001,800,GIFT2,1\n",
    );
    let ran = shop.run(["import-logistics", "--json"]).exits(3).count("lines_added", 0).count("shipped", 1);
    ran.only_problem("added-lines-several-destinations", "s.csv: line 3", &["order 1001 "]);
    shop.check_rows("SELECT count(*) FROM order_lines", &["2"]);
}

#[test]
fn adding_lines_and_several_destinations_exclude_each_other_in_the_settings() {
    let shop = Shop::new();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.setting("multiple_destinations = false", "multiple_destinations = true");
    let ran = shop.run(["import-logistics", "--json"]).exits(6);
    assert_eq!(ran.codes(), ["option-multiple-destinations"], "{ran}");
}

#[test]
fn a_line_without_a_quantity_is_not_added() {
    let shop = shop_that_adds_lines();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        "ショップ受注番号,受注進捗コード,商品コード,数量\n12345-1001,800,GIFT,\n",
    );
    let ran = shop.run(["import-logistics", "--json"]).exits(3).count("lines_added", 0);
    ran.only_problem("added-line-incomplete", "s.csv: line 2: 数量", &[]);
    shop.check_rows(TICKS, &["1|1|1"]);
}

#[test]
fn an_added_line_keeps_its_figures_and_needs_no_stock_of_the_shop() {
    let shop = shop_that_adds_lines();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        "ショップ受注番号,受注進捗コード,商品コード,商品名,数量,税抜単価,単品消費税,税込単価\n12345-1001,800,DISC,値引き,1,-500,-50,-550\n",
    );
    shop.run(["import-logistics", "--json"]).ok().count("lines_added", 1);
    shop.check_rows(
        "SELECT product_name, shipment_no, unit_price_excl_tax, unit_tax, unit_price_incl_tax
         FROM order_lines WHERE added_by = 'tempostar'",
        &["値引き|1|-500|-50|-550"],
    );
}

// Order numbers --------------------------------------------------------------------------------------------------

#[test]
fn order_numbers_are_split_at_the_first_hyphen_only() {
    let shop = Shop::new();
    for order_no in ["1-2", "-1", "#1001", "2026.11-0001", "ORDER-100#2.1"] {
        shop.order(order_no).line("A-1", 1).insert();
    }
    let rows: String = ["1-2", "-1", "#1001", "2026.11-0001", "ORDER-100#2.1"]
        .map(|no| format!("12345-{no},800\n"))
        .concat();
    shop.mark_all_sent();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", &format!("ショップ受注番号,受注進捗コード\n{rows}"));
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 5).count("unknown_order", 0);
}

#[test]
fn what_is_no_order_number_of_a_shop_is_rejected() {
    let shop = Shop::new();
    shop.setting("[logistics]\n", "[logistics]\nmax_bad_rows_percent = 100\n");
    let wrong = ["1001", "12345-", "-1001", "１２３４５ー１００１"];
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        &format!("ショップ受注番号,受注進捗コード\n{},800\n", wrong.join(",800\n")),
    );
    let mut ran = shop.run(["import-logistics", "--json"]).exits(3).count("rejected", 4);
    for (line, value) in (2..).zip(wrong) {
        let place = format!("status.csv: line {line}: ショップ受注番号");
        ran = ran.problem("bad-order-number", &place, &[&format!("\"{value}\"")]);
    }
}

// What a file says is a statement, and one that contradicts itself is none -----------------------------------------

/// A sheet of these rows: number, progress, destination, tracking number.
#[track_caller]
fn put_rows(shop: &Shop, name: &str, rows: &[[&str; 4]]) {
    let rows: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    let header = "ショップ受注番号,受注進捗コード,配送番号,荷物番号";
    shop.put_sheet(LOGISTICS_INBOX, name, &format!("{header}\n{rows}"));
}

#[test]
fn rows_that_contradict_each_other_change_nothing_of_their_destination() {
    for other in ["600", "999"] {
        let shop = Shop::new();
        shop.product_in_stock("A-1", 10);
        shop.order("1001").line("A-1", 2).shipment("佐藤").line("A-1", 1).insert();
        shop.order("1002").line("A-1", 1).insert();
        shop.setting("multiple_destinations = false", "multiple_destinations = true");
        shop.run(["export-orders"]).ok();
        put_rows(
            &shop,
            "s.csv",
            &[
                ["12345-1001", "800", "1", "11"],
                ["12345-1001", other, "1", "12"],
                ["12345-1001", "800", "2", "13"],
                ["12345-1002", "800", "1", "14"],
            ],
        );
        let ran = shop.run(["import-logistics", "--json"]).exits(3).count("shipped", 1);
        ran.count("contradicted", 1).only_problem("order-contradicted", "s.csv", &["(1)", "1001"]);
        shop.check_rows(
            "SELECT order_no, shipment_no, tracking_no FROM order_shipments ORDER BY 1, 2",
            &["1001|1|NULL", "1001|2|13", "1002|1|14"],
        );
        shop.check_rows(TICKS, &["0|0|0"]);
    }
}

#[test]
fn an_order_that_was_never_sent_gets_no_ticks_and_is_held_back() {
    let shop = Shop::that_has_sent();
    shop.order("1002").line("A-1", 2).insert();
    put_rows(&shop, "s.csv", &[["12345-1002", "800", "", "11"]]);
    let ran = shop.run(["import-logistics", "--json"]).exits(3).count("shipped", 0).count("never_sent", 1);
    ran.only_problem("order-never-sent", "s.csv", &["(1)", "1002"]);
    shop.run(["log"]).ok().says("  1 never sent\n");
    shop.check_rows("SELECT delivery_status, capture_status FROM orders WHERE order_no = '1002'", &["0|0"]);
    shop.run(["export-orders", "--json"]).exits(3).count("held_back", 1);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}

#[test]
fn several_tracking_numbers_of_a_destination_are_all_kept() {
    let shop = Shop::that_has_sent();
    let row = |number| ["12345-1001", "800", "", number];
    put_rows(&shop, "s.csv", &[row("1111"), row("2222"), row("1111"), row("")]);
    shop.run(["import-logistics"]).ok();
    shop.check_rows("SELECT tracking_no FROM order_shipments", &["1111, 2222"]);
}

#[test]
fn a_date_that_the_shops_application_wrote_ticks_nothing() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.setting("multiple_destinations = false", "multiple_destinations = true");
    shop.order("1001")
        .line("A-1", 2)
        .shipment("佐藤")
        .line("A-1", 1)
        .set_shipment("shipped_on", "2026-11-30")
        .insert();
    shop.run(["export-orders"]).ok();
    put_rows(&shop, "s.csv", &[["12345-1001", "800", "1", "11"]]);
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 0);
    shop.check_rows(TICKS, &["0|0|0"]);
    put_rows(&shop, "t.csv", &[["12345-1001", "800", "2", "12"]]);
    shop.at("2026-11-24 10:25:00").run(["import-logistics", "--json"]).ok().count("shipped", 1);
    shop.check_rows(
        "SELECT shipped_in_tempostar_at FROM order_shipments",
        &["2026-11-24 10:15:00", "2026-11-24 10:15:00"],
    );
}

#[test]
fn a_destination_without_lines_does_not_count() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.setting("multiple_destinations = false", "multiple_destinations = true");
    shop.order("1001").line("A-1", 2).insert();
    shop.run(["export-orders"]).ok();
    shop.sql("INSERT INTO order_shipments (order_no, shipment_no) VALUES ('1001', 2)");
    put_rows(&shop, "s.csv", &[["12345-1001", "800", "1", "11"]]);
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1);
    shop.check_rows(TICKS, &["1|1|1"]);
}

#[test]
fn the_day_of_payment_that_came_with_the_first_part_is_that_of_the_order() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.setting("multiple_destinations = false", "multiple_destinations = true");
    shop.order("1001").line("A-1", 2).shipment("佐藤").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    let header = "ショップ受注番号,受注進捗コード,配送番号,入金日付";
    shop.put_sheet(LOGISTICS_INBOX, "s.csv", &format!("{header}\n12345-1001,800,1,2026/11/20\n"));
    shop.run(["import-logistics"]).ok();
    shop.check_rows(TICKS, &["0|0|0"]);
    shop.put_sheet(LOGISTICS_INBOX, "t.csv", &format!("{header}\n12345-1001,800,2,\n"));
    shop.at("2026-11-24 10:25:00").run(["import-logistics"]).ok();
    shop.check_rows(TICKS, &["1|1|1"]);
    shop.check_rows("SELECT paid_at FROM orders", &["2026-11-20 00:00:00"]);
}

#[test]
fn an_older_file_does_not_replace_what_a_newer_one_brought() {
    let mut shop = Shop::that_has_sent();
    put_rows(&shop, "status20261124101400.csv", &[["12345-1001", "800", "", "NEW"]]);
    shop.run(["import-logistics"]).ok();
    shop.at("2026-11-24 10:25:00");
    put_rows(&shop, "status20261124100400.csv", &[["12345-1001", "800", "", "OLD"]]);
    shop.run(["import-logistics", "--json"]).ok().count("stale", 1);
    put_rows(&shop, "status20261124100500.csv", &[["12345-1001", "999", "", ""]]);
    shop.at("2026-11-24 10:26:00").run(["import-logistics", "--json"]).ok().count("cancelled", 0);
    shop.check_rows("SELECT tracking_no FROM order_shipments", &["NEW"]);
}

#[test]
fn what_stands_in_one_orders_columns_does_not_stop_the_others() {
    let shop = Shop::that_has_sent();
    shop.order("1002").line("A-1", 2).insert();
    shop.order("1003").line("A-1", 2).insert();
    shop.run(["export-orders"]).ok();
    shop.sql(
        "UPDATE orders SET delivery_status = '', cancelled_at = '', paid_at = '' WHERE order_no = '1001'",
    );
    shop.sql("UPDATE order_shipments SET tracking_no = CAST(x'ff' AS TEXT) WHERE order_no = '1002'");
    let rows = ["1001", "1002", "1003"].map(|number| format!("12345-{number}"));
    let rows: Vec<[&str; 4]> = rows.iter().map(|number| [number.as_str(), "800", "", "11"]).collect();
    put_rows(&shop, "s.csv", &rows);
    let ran = shop.run(["import-logistics", "--json"]).exits(3).count("shipped", 2);
    ran.only_problem("order-unreadable", "s.csv: line 3", &["1002"]);
    shop.check_rows("SELECT order_no FROM orders WHERE delivery_status = 1", &["1001", "1003"]);
}
