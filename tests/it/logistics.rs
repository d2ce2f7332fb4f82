//! `import-logistics`: orders that TEMPOSTAR shipped get their three ticks.

use crate::harness::{LOGISTICS_INBOX, Shop};

const TICKS: &str =
    "SELECT delivery_status, payment_status, capture_status FROM orders WHERE order_no = '1001'";

fn shop_with_order() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    shop.run(["export-orders"]).ok();
    shop
}

#[test]
fn a_shipped_order_gets_its_three_ticks() {
    let shop = shop_with_order();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "\"ショップ受注番号\",\"受注進捗コード\",\"出荷日\",\"荷物番号\",\"配送方法名\"\n\
         \"12345-1001\",\"800\",\"2026/11/24\",\"1234-5678-9012\",\"ゆうパック\"\n",
    );
    shop.run(["import-logistics", "--json"]).ok().outcome("ok").count("shipped", 1).no_problem();
    shop.check_rows(TICKS, &["1|1|1"]);
    shop.check_rows(
        "SELECT shipped_at IS NOT NULL, paid_at IS NOT NULL, captured_at IS NOT NULL FROM orders",
        &["1|1|1"],
    );
    shop.check_rows(
        "SELECT substr(shipped_on, 1, 10), tracking_no, delivery_method FROM order_shipments",
        &["2026-11-24|1234-5678-9012|ゆうパック"],
    );
}

#[test]
fn without_a_progress_column_every_row_is_shipped() {
    let shop = shop_with_order();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号\n12345-1001\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1);
    shop.check_rows(TICKS, &["1|1|1"]);
}

#[test]
fn only_800_and_950_mean_shipped() {
    for (code, ticks) in
        [("100", "0|0|0"), ("600", "0|0|0"), ("800", "1|1|1"), ("950", "1|1|1"), ("999", "0|0|0")]
    {
        let shop = shop_with_order();
        let sheet = format!("ショップ受注番号,受注進捗コード\n12345-1001,{code}\n");
        shop.put_sheet(LOGISTICS_INBOX, "status.csv", &sheet);
        shop.run(["import-logistics"]);
        shop.check_rows(TICKS, &[ticks]);
    }
}

#[test]
fn an_order_cancelled_in_tempostar_is_reported_for_hand_work() {
    let shop = shop_with_order();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,受注進捗コード\n12345-1001,999\n");
    shop.run(["import-logistics", "--json"]).count("cancelled", 1).problem(None, None, None, &["1001"]);
    shop.check_rows("SELECT cancelled_at FROM orders", &["NULL"]);
}

#[test]
fn unknown_orders_and_orders_of_another_shop_are_counted_and_named() {
    let shop = shop_with_order();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n12345-7777,800\n99999-1001,800\n",
    );
    shop.run(["import-logistics", "--json"])
        .count("shipped", 1)
        .count("unknown_order", 1)
        .count("other_shop", 1)
        .problem(None, None, None, &["12345-7777"])
        .problem(None, None, None, &["99999-1001"]);
}

#[test]
fn an_order_number_may_hold_hyphens_and_signs() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("ORDER-100#2.1").line("A-1", 1).insert();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号\n12345-ORDER-100#2.1\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1);
    shop.check_rows("SELECT delivery_status FROM orders", &["1"]);
}

#[test]
fn the_same_news_twice_changes_nothing() {
    let mut shop = shop_with_order();
    shop.put_sheet(LOGISTICS_INBOX, "s1.csv", "ショップ受注番号,出荷日\n12345-1001,2026/11/24\n");
    shop.run(["import-logistics"]).ok();
    let before = shop.shop_data();
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(LOGISTICS_INBOX, "s2.csv", "ショップ受注番号,出荷日\n12345-1001,2026-11-24 00:00:00\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 0).count("unchanged", 1);
    assert_eq!(shop.shop_data(), before);
}

#[test]
fn tracking_data_goes_to_the_destination_that_is_named() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    shop.put_sheet(
        LOGISTICS_INBOX,
        "status.csv",
        "ショップ受注番号,配送番号,荷物番号\n12345-1001,2,T-2\n12345-1001,1,T-1\n",
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
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,荷物番号\n12345-1001,T-9\n");
    shop.run(["import-logistics"]).ok();
    shop.check_rows("SELECT tracking_no FROM order_shipments ORDER BY shipment_no", &["T-9", "T-9"]);
}

#[test]
fn the_day_of_payment_is_kept() {
    let shop = shop_with_order();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", "ショップ受注番号,入金日付\n12345-1001,2026/11/23 15:30\n");
    shop.run(["import-logistics"]).ok();
    shop.check_rows("SELECT paid_at FROM orders", &["2026-11-23 15:30:00"]);
}

const ADDED_LINE: &str = "ショップ受注番号,商品コード,商品名,項目選択肢,数量,税抜単価,単品消費税,税込単価\n\
                          12345-1001,A-1,商品A-1,,2,1000,100,1100\n\
                          12345-1001,GIFT,おまけ,赤,1,0,0,0\n";

#[test]
fn lines_that_tempostar_added_are_ignored_by_default() {
    let shop = shop_with_order();
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", ADDED_LINE);
    shop.run(["import-logistics"]);
    shop.check_rows("SELECT sku_code FROM order_lines", &["A-1"]);
}

#[test]
fn lines_that_tempostar_added_are_added_when_the_settings_say_so_and_only_once() {
    let mut shop = shop_with_order();
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
    shop.product_in_stock("A-1", 100);
    let mut sheet = "ショップ受注番号,出荷日\n".to_owned();
    for number in 1..=30 {
        shop.order(&number.to_string()).line("A-1", 1).insert();
        let date = if number == 2 { "2026/02/30" } else { "2026/11/24" };
        sheet += &format!("12345-{number},{date}\n");
    }
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", &sheet);
    shop.run(["import-logistics", "--json"]).exits(3).count("shipped", 29).count("rejected", 1).problem(
        Some("status.csv"),
        Some(3),
        Some("出荷日"),
        &["2026/02/30"],
    );
    shop.check_rows("SELECT order_no FROM orders WHERE delivery_status = 0", &["2"]);
}
