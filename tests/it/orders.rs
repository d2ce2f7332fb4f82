//! `export-orders`: each new order reaches TEMPOSTAR once, whole, and only if it is right.

use crate::ftp_server::Fault;
use crate::harness::{LOGISTICS_INBOX, OUTBOX, Shop, from_cp932};

const HEADER: &str = "\"ショップ受注番号\",\"受注日時\",\"注文者名\",\"注文者名カナ\",\"注文者郵便番号\",\"注文者住所\",\
\"注文者電話番号\",\"注文者FAX番号\",\"注文者メールアドレス\",\"支払方法名\",\"支払回数名\",\"デバイスタイプ\",\"ポイント\",\
\"クーポン\",\"商品計税抜\",\"消費税計\",\"商品計税込\",\"配送料計\",\"決済手数料計\",\"請求金額\",\"入金日付\",\"受注備考\",\
\"社内備考\",\"倉庫指示\",\"配送先名\",\"配送先名カナ\",\"配送先郵便番号\",\"配送先住所\",\"配送先電話番号\",\
\"配送先FAX番号\",\"配送方法名\",\"配送時間名\",\"配送毎配送料\",\"配送毎決済手数料\",\"配送毎ポイント\",\"配送毎クーポン\",\
\"配送毎請求金額\",\"ギフトフラグ\",\"出荷日\",\"配送日\",\"荷物番号\",\"配送毎連絡\",\"商品コード\",\"商品名\",\"項目選択肢\",\
\"数量\",\"税抜単価\",\"単品消費税\",\"税込単価\",\"商品連絡\"";

const ROW: &str = "\"12345-1001\",\"2026/11/24 10:05\",\"山田 太郎\",\"ヤマダ タロウ\",\"100-0001\",\"東京都千代田区千代田1-1\",\
\"03-0000-0001\",\"\",\"taro@customer.example\",\"クレジットカード\",\"一括払い\",\"P\",\"0\",\"0\",\"2000\",\"200\",\
\"2200\",\"550\",\"0\",\"2750\",\"\",\"\",\"\",\"\",\"山田 太郎\",\"ヤマダ タロウ\",\"100-0001\",\"東京都千代田区千代田1-1\",\
\"03-0000-0001\",\"\",\"宅配便\",\"午前中\",\"550\",\"0\",\"0\",\"0\",\"2750\",\"0\",\"\",\"\",\"\",\"\",\"0012\",\"商品0012\",\
\"\",\"2\",\"1000\",\"100\",\"1100\",\"\"";

/// The rows of the only file in the outbox, cut into fields.
#[track_caller]
fn sent_rows(shop: &Shop) -> Vec<Vec<String>> {
    let text = shop.sent_orders();
    let rows = text.strip_suffix("\r\n").expect("the last line has no end").split("\r\n").skip(1);
    rows.map(|row| row.trim_matches('"').split("\",\"").map(str::to_owned).collect()).collect()
}

/// The named column of every row sent.
#[track_caller]
fn sent_column(shop: &Shop, column: &str) -> Vec<String> {
    let text = shop.sent_orders();
    let header = text.split("\r\n").next().unwrap();
    let names: Vec<&str> = header.trim_matches('"').split("\",\"").collect();
    let index =
        names.iter().position(|name| *name == column).unwrap_or_else(|| panic!("no {column} in {header}"));
    sent_rows(shop).into_iter().map(|row| row[index].clone()).collect()
}

#[test]
fn a_new_order_lies_in_the_outbox() {
    let shop = Shop::new();
    shop.product_in_stock("0012", 10);
    shop.order("1001").line("0012", 2).insert();
    shop.run(["export-orders", "--json"])
        .ok()
        .outcome("ok")
        .count("exported", 1)
        .count("lines", 1)
        .count("held_back", 0)
        .no_problem();
    assert_eq!(shop.remote_files(OUTBOX), ["order20261124101500.csv"]);
    assert_eq!(shop.sent_orders(), format!("{HEADER}\r\n{ROW}\r\n"));
    shop.check_rows("SELECT exported_at FROM orders", &["2026-11-24 10:15:00"]);
}

#[test]
fn an_order_is_sent_once() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.take_away(&format!("{OUTBOX}/order20261124101500.csv"));
    shop.at("2026-11-24 10:20:00");
    shop.run(["export-orders", "--json"]).ok().outcome("nothing_to_do").count("exported", 0);
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
}

#[test]
fn changes_after_the_export_are_not_sent() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.sql("UPDATE orders SET customer_note = '変更', updated_at = '2026-11-24 10:18:00'");
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().count("exported", 0);
    assert_eq!(shop.remote_files(OUTBOX).len(), 1);
}

#[test]
fn an_order_that_was_cancelled_in_time_is_not_sent() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("cancelled_at", "2026-11-24 10:10:00").insert();
    shop.run(["export-orders", "--json"]).ok().outcome("nothing_to_do");
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
}

#[test]
fn a_provisional_order_is_not_sent() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("is_provisional", 1).insert();
    shop.run(["export-orders", "--json"]).count("exported", 0);
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
}

#[test]
fn each_line_goes_with_its_own_destination_in_whatever_order_the_lines_stand() {
    let shop = Shop::new();
    shop.order("1001")
        .line("A-1", 1)
        .set_shipment("message", "一つ目 𠮷")
        .shipment("鈴木 花子")
        .line("B-1", 1)
        .set_shipment("message", "二つ目 𠮷")
        .line("C-1", 1)
        .set_line("shipment_no", 1)
        .line("D-1", 1)
        .insert();
    shop.order("1002").line("E-1", 1).insert();
    let ran = shop.run(["export-orders", "--json"]).ok().count("lines", 5);
    assert_eq!(sent_column(&shop, "商品コード"), ["A-1", "B-1", "C-1", "D-1", "E-1"]);
    let (first, second) = ("一つ目 〓", "二つ目 〓");
    assert_eq!(sent_column(&shop, "配送毎連絡"), [first, second, first, second, ""]);
    assert_eq!(sent_column(&shop, "配送先名")[1..4], ["鈴木 花子", "山田 太郎", "鈴木 花子"]);
    assert_eq!(ran.json()["problems"].as_array().map(Vec::len), Some(1), "once an order and column: {ran}");
}

#[test]
fn line_breaks_in_a_note_become_spaces_and_quotes_are_doubled() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("customer_note", "一\r\n二\n\"三\"").insert();
    shop.run(["export-orders"]).ok();
    assert!(shop.sent_orders().contains("\"一 二 \"\"三\"\"\""), "{}", shop.sent_orders());
}

#[test]
fn look_alikes_are_used_where_cp932_lacks_a_character() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("customer_address", "東京〜１−２—３").insert();
    shop.run(["export-orders", "--json"]).ok().count("held_back", 0);
    assert_eq!(sent_column(&shop, "注文者住所"), ["東京～１－２―３"]);
}

#[test]
fn a_missing_character_in_a_note_becomes_a_geta_mark_with_a_warning() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("customer_note", "ありがとう😀").insert();
    let ran = shop.run(["export-orders", "--json"]).ok().count("exported", 1);
    ran.only_problem("characters-replaced", "", &["order 1001:", "受注備考 (😀 U+1F600)"]);
    assert_eq!(sent_column(&shop, "受注備考"), ["ありがとう〓"]);
}

// Held back ------------------------------------------------------------------------------------------------------

/// Only order 1002 is sent; 1001 waits, and the run says why.
#[track_caller]
fn check_held_back(shop: &Shop, reason: &str) {
    shop.order("1002").line("A-1", 1).insert();
    let said = format!("order 1001 is held back: {reason}\n");
    shop.run(["export-orders", "--json"])
        .exits(3)
        .outcome("partial")
        .count("exported", 1)
        .count("held_back", 1)
        .only_problem("order-held-back", "", &[&said]);
    assert_eq!(sent_column(shop, "ショップ受注番号"), ["12345-1002"]);
    shop.check_rows("SELECT order_no FROM orders WHERE exported_at IS NULL", &["1001"]);
}

#[test]
fn an_unknown_payment_method_holds_the_order_back() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("payment_method", "謎ペイ").insert();
    check_held_back(&shop, "its payment method \"謎ペイ\" is not listed");
}

#[test]
fn a_payment_method_since_may_2022_holds_the_order_back_until_it_is_confirmed() {
    let shop = Shop::new();
    shop.payment_method_added_on("新ペイ", "2022-05-01", 0);
    shop.order("1001").line("A-1", 1).set("payment_method", "新ペイ").insert();
    check_held_back(
        &shop,
        "its payment method \"新ペイ\" was added on or after 2022-05-01, and its set-up at SAVAWAY is not confirmed",
    );
}

#[test]
fn a_confirmed_payment_method_and_an_older_one_hold_nothing_back() {
    let shop = Shop::new();
    shop.payment_method_added_on("新ペイ", "2022-05-01", 1);
    shop.payment_method_added_on("旧ペイ", "2022-04-30", 0);
    shop.order("1001").line("A-1", 1).set("payment_method", "新ペイ").insert();
    shop.order("1002").line("A-1", 1).set("payment_method", "旧ペイ").insert();
    shop.run(["export-orders", "--json"]).ok().count("exported", 2);
}

#[test]
fn a_held_back_order_is_sent_when_its_reason_is_gone() {
    let mut shop = Shop::new();
    shop.payment_method_added_on("新ペイ", "2022-05-01", 0);
    shop.order("1001").line("A-1", 1).set("payment_method", "新ペイ").insert();
    shop.run(["export-orders", "--json"]).exits(3).count("held_back", 1).count("exported", 0);
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
    shop.payment_method_added_on("新ペイ", "2022-05-01", 1);
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().count("exported", 1);
}

#[test]
fn points_and_coupons_are_part_of_the_sum() {
    let shop = Shop::new();
    shop.order("1001")
        .line("A-1", 1)
        .set("points_used", 100)
        .set("coupon_discount", 50)
        .set("payment_fee", 330)
        .set("total", 1000 + 100 + 550 + 330 - 100 - 50)
        .insert();
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
}

#[test]
fn a_name_that_cp932_cannot_write_holds_the_order_back() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("customer_name", "𠮷田 太郎").insert();
    check_held_back(&shop, "注文者名 has the character 𠮷 (U+20BB7), which CP932 lacks");
}

#[test]
fn a_missing_name_holds_the_order_back() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("customer_name", "").insert();
    check_held_back(&shop, "注文者名 is empty");
}

#[test]
fn reservation_and_hanpukai_orders_are_held_back() {
    for (kind, what) in
        [("reservation", "reservation sales (予約販売)"), ("hanpukai", "subscription boxes (頒布会)")]
    {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).set("kind", kind).insert();
        check_held_back(&shop, &format!("{what} cannot be linked with TEMPOSTAR"));
    }
}

#[test]
fn customers_are_not_named_in_what_a_run_says() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.run(["export-orders", "-v"])
        .exits(3)
        .never_says("山田")
        .never_says("千代田")
        .never_says("03-0000-0001")
        .never_says("taro@");
}

#[test]
fn every_required_field_that_is_empty_is_named() {
    for (table, column, field) in [
        ("orders", "ordered_at", "受注日時"),
        ("orders", "customer_name", "注文者名"),
        ("orders", "customer_address", "注文者住所"),
        ("orders", "payment_method", "支払方法名"),
        ("order_shipments", "recipient_name", "配送先名"),
        ("order_shipments", "recipient_address", "配送先住所"),
        ("order_lines", "sku_code", "商品コード"),
    ] {
        for empty in ["''", "NULL", "'\u{3000} '"] {
            // A payment method of blanks is not an empty one, but an unknown one.
            if (column, empty) == ("payment_method", "'\u{3000} '") {
                continue;
            }
            let shop = Shop::new();
            shop.order("1001").line("A-1", 1).insert();
            shop.sql(&format!("UPDATE {table} SET {column} = {empty}"));
            check_held_back(&shop, &format!("{field} is empty"));
        }
    }
}

#[test]
fn an_order_without_lines_or_to_nowhere_is_held_back() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.sql("DELETE FROM order_lines");
    check_held_back(&shop, "it has no lines");
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.sql("DELETE FROM order_shipments");
    check_held_back(&shop, "a line goes to shipment 1, which it does not have");
    let shop = Shop::new();
    shop.order("1001").line("A-1", 0).insert();
    check_held_back(&shop, "数量 has the value \"0\", which cannot be read");
}

#[test]
fn values_that_cannot_be_read_hold_back_their_order_only() {
    let wrong = |column, found| format!("the database has a value of the wrong type in {column} ({found})");
    let no_date = |field| format!("{field} is not a date that can be read");
    for (column, value, reason) in [
        ("ordered_at", "'yesterday'", no_date("受注日時")),
        ("paid_at", "'2026/11/24'", no_date("入金日付")),
        ("total", "'much'", wrong("total", "text")),
        ("tax", "1.5", wrong("tax", "a fraction")),
        ("customer_name", "x'B1B2'", wrong("customer_name", "bytes")),
        // Text that is not UTF-8, as an application that writes CP932 would leave it.
        (
            "customer_name",
            "CAST(x'8E52' AS TEXT)",
            "the database has a text of it that is not UTF-8".to_owned(),
        ),
    ] {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        shop.sql(&format!("UPDATE orders SET {column} = {value}"));
        check_held_back(&shop, &reason);
    }
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).set_line("quantity", 1.5).insert();
    shop.language("ja_JP.UTF-8");
    shop.run(["export-orders"]).exits(3).says("列quantityの値の型が正しくありません（小数）");
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set_shipment("delivery_date", "2026-11-280").insert();
    check_held_back(&shop, &no_date("配送日"));
}

#[test]
fn amounts_beyond_all_bounds_hold_the_order_back() {
    let shop = Shop::new();
    shop.order("1001")
        .line("A-1", 1)
        .set("subtotal_incl_tax", i64::MAX)
        .set("shipping_fee", i64::MAX)
        .set("points_used", i64::MIN)
        .set_line("unit_price_excl_tax", i64::MAX)
        .set_line("quantity", i64::MAX)
        .insert();
    check_held_back(&shop, "商品計税抜 is 1000 yen, but its lines add up to 9223372036854775807");
}

#[test]
fn an_amount_that_is_wrong_is_told_with_what_it_should_be() {
    let total = |given: i64, computed: i64| {
        let sum = "商品計税込 + 配送料計 + 決済手数料計 − ポイント − クーポン";
        format!("請求金額 is {given} yen, but {sum} is {computed}")
    };
    for (column, amount, reason) in [
        ("subtotal_excl_tax", 1999, "商品計税抜 is 1999 yen, but its lines add up to 2000".to_owned()),
        ("tax", 199, "消費税計 is 199 yen, but its lines add up to 200".to_owned()),
        ("total", 2751, total(2751, 2750)),
        ("shipping_fee", 549, total(2750, 2749)),
        ("payment_fee", 1, total(2750, 2751)),
        ("points_used", 50, total(2750, 2700)),
        ("coupon_discount", 1, total(2750, 2749)),
    ] {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 2).set(column, amount).insert();
        check_held_back(&shop, &reason);
    }
}

#[test]
fn each_reason_to_hold_back_goes_away_when_it_is_mended() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    shop.order("1002").line("A-1", 1).set("customer_name", "𠮷").insert();
    shop.order("1003").line("A-1", 1).set("payment_method", "謎ペイ").insert();
    shop.order("1004").line("A-1", 1).set("customer_address", "").insert();
    shop.order("1005").line("A-1", 1).set("kind", "reservation").insert();
    shop.run(["export-orders", "--json"]).exits(3).count("held_back", 5).count("exported", 0);
    let status = shop.run(["status", "--json"]).ok().json();
    assert_eq!(status["orders"]["held_back"].as_array().unwrap().len(), 5);
    shop.payment_method("謎ペイ");
    shop.sql(
        "UPDATE orders SET total = 1650, customer_name = '吉', customer_address = '東京', kind = 'normal'",
    );
    shop.at("2026-11-24 10:20:00")
        .run(["export-orders", "--json"])
        .ok()
        .count("exported", 5)
        .count("held_back", 0);
    assert_eq!(sent_column(&shop, "注文者名"), ["吉"; 5]);
    let status = shop.run(["status", "--json"]).ok().json();
    assert_eq!(status["orders"]["held_back"], serde_json::json!([]));
}

#[test]
fn a_mended_order_that_was_cancelled_meanwhile_stays_here() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    shop.run(["export-orders"]).exits(3);
    shop.sql("UPDATE orders SET total = 1650, cancelled_at = '2026-11-24 10:16:00'");
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().outcome("nothing_to_do");
}

#[test]
fn a_provisional_order_is_sent_when_it_has_become_one() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("is_provisional", 1).insert();
    shop.run(["export-orders", "--json"]).ok().outcome("nothing_to_do").count("held_back", 0);
    shop.sql("UPDATE orders SET is_provisional = 0");
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().count("exported", 1);
}

#[test]
fn a_subscription_order_is_sent() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("kind", "subscription").insert();
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
}

#[test]
fn several_destinations_hold_the_order_back_only_where_lines_are_added() {
    let shop = Shop::new();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.order("1001").line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    check_held_back(
        &shop,
        "it has several destinations (複数配送先), which cannot be linked while add_order_lines = \"add\"",
    );
}

#[test]
fn a_payment_method_is_judged_by_its_day_and_its_confirmation() {
    for (added_on, is_ready, is_sent) in [
        ("2022-04-30", 0, true),
        ("2022-05-01", 0, false),
        ("2026-11-24", 0, false),
        ("2022-05-01", 1, true),
        ("2022-05-01 09:00:00", 0, false),
    ] {
        let shop = Shop::new();
        shop.payment_method_added_on("ペイ", added_on, is_ready);
        shop.order("1001").line("A-1", 1).set("payment_method", "ペイ").insert();
        let ran = shop.run(["export-orders", "--json"]).count("exported", i64::from(is_sent));
        ran.exits(if is_sent { 0 } else { 3 });
    }
}

#[test]
fn of_very_many_held_back_orders_the_rest_is_counted() {
    let shop = Shop::new();
    shop.payment_method("クレジットカード");
    let orders: Vec<String> = (1..=120).map(|number| format!("('{number:04}')")).collect();
    shop.sql(&format!("INSERT INTO orders (order_no) VALUES {}", orders.join(", ")));
    shop.run(["export-orders", "--json"])
        .exits(3)
        .count("held_back", 120)
        .problem("order-held-back", "", &["order 0100 "])
        .problem("more-orders-held-back", "", &["20 more orders"]);
    let status = shop.run(["status", "--json"]).ok().json();
    assert_eq!(status["orders"]["held_back"].as_array().unwrap().len(), 120);
}

// Changed or cancelled after the export --------------------------------------------------------------------------

/// What `status` lists of orders that the shop changed and cancelled after they were sent.
#[track_caller]
fn hand_work(shop: &Shop) -> (serde_json::Value, serde_json::Value) {
    let work = shop.run(["status", "--json"]).ok().json()["hand_work"].clone();
    (work["orders_changed"]["first"].clone(), work["orders_cancelled"]["first"].clone())
}

fn none() -> serde_json::Value {
    serde_json::json!([])
}

fn only(order_no: &str) -> serde_json::Value {
    serde_json::json!([order_no])
}

#[test]
fn an_order_changed_after_the_export_is_hand_work_until_it_is_shipped() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(hand_work(&shop), (none(), none()));
    shop.run(["status"]).ok().never_says("to do by hand");
    // In the very second of the export, too.
    shop.sql(
        "UPDATE orders SET customer_note = 'x', updated_at = '2026-11-24 10:15:00' WHERE order_no = '1001'",
    );
    assert_eq!(hand_work(&shop), (only("1001"), none()));
    shop.run(["status"]).ok().says("orders changed in the shop after they were sent: 1").says("1001");
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(
        LOGISTICS_INBOX,
        "s.csv",
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n12345-1002,800\n",
    );
    shop.run(["import-logistics"]).ok();
    assert_eq!(hand_work(&shop), (none(), none()));
}

#[test]
fn what_we_change_ourselves_is_no_hand_work_and_hides_none() {
    let mut shop = Shop::new();
    for order_no in ["1001", "1002"] {
        shop.order(order_no).line("A-1", 1).shipment("鈴木 花子").line("A-1", 1).insert();
    }
    shop.run(["export-orders"]).ok();
    shop.sql("UPDATE orders SET updated_at = '2026-11-24 10:30:00' WHERE order_no = '1001'");
    // One of two destinations: the orders are not shipped yet, but changed by us.
    for (day, tracking_no) in [(25, "T-1"), (26, "T-2")] {
        shop.at(&format!("2026-11-{day} 10:15:00"));
        let rows = format!("12345-1001,800,1,{tracking_no}\n12345-1002,800,1,{tracking_no}\n");
        let sheet = format!("ショップ受注番号,受注進捗コード,配送番号,荷物番号\n{rows}");
        shop.put_sheet(LOGISTICS_INBOX, &format!("s{day}.csv"), &sheet);
        shop.run(["import-logistics", "--json"]).ok().count("updated", 2);
        assert_eq!(hand_work(&shop), (only("1001"), none()));
    }
    shop.sql("UPDATE orders SET updated_at = '2026-11-26 12:00:00' WHERE order_no = '1002'");
    assert_eq!(hand_work(&shop), (serde_json::json!(["1001", "1002"]), none()));
}

#[test]
fn an_order_cancelled_after_the_export_is_hand_work_until_tempostar_has_cancelled_it_too() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 11:00:00', updated_at = '2026-11-24 11:00:00'");
    assert_eq!(hand_work(&shop), (none(), only("1001")));
    shop.run(["status"]).ok().says("orders cancelled in the shop after they were sent: 1").says("1001");
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(LOGISTICS_INBOX, "s.csv", "ショップ受注番号,受注進捗コード\n12345-1001,999\n");
    shop.run(["import-logistics"]).ok();
    assert_eq!(hand_work(&shop), (none(), none()));
}

#[test]
fn an_order_that_changes_or_is_cancelled_while_its_file_waits_for_the_server_is_hand_work() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.run_dying_at("prepared", ["export-orders"]);
    shop.sql("UPDATE orders SET updated_at = '2026-11-24 10:16:00' WHERE order_no = '1001'");
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:16:00' WHERE order_no = '1002'");
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().count("exported", 2);
    assert_eq!(hand_work(&shop), (only("1001"), only("1002")));
}

#[test]
fn hand_work_is_forgotten_with_the_history() {
    let mut shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.sql("UPDATE orders SET updated_at = '2026-11-24 10:30:00'");
    assert_eq!(hand_work(&shop).0, only("1001"));
    shop.at("2027-02-23 10:15:00");
    assert_eq!(hand_work(&shop).0, none());
}

// The upload -----------------------------------------------------------------------------------------------------

#[test]
fn a_marker_follows_the_file_when_the_settings_ask_for_it() {
    let shop = Shop::new();
    shop.setting("[orders]\n", "[orders]\nmarker = \".lock\"\n");
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.remote_files(OUTBOX), ["order20261124101500.csv", "order20261124101500.lock"]);
    assert_eq!(shop.remote_bytes(&format!("{OUTBOX}/order20261124101500.lock")), b"");
}

#[test]
fn a_utf_8_file_is_written_when_the_settings_ask_for_it() {
    let shop = Shop::new();
    shop.setting("[orders]\n", "[orders]\nencoding = \"utf-8\"\n");
    shop.order("1001").line("A-1", 1).set("customer_name", "𠮷田 太郎").insert();
    shop.run(["export-orders"]).ok();
    let bytes = shop.remote_bytes(&format!("{OUTBOX}/order20261124101500.csv"));
    assert!(String::from_utf8(bytes).unwrap().contains("𠮷田 太郎"));
}

#[test]
fn a_file_that_lies_there_is_never_overwritten() {
    let shop = Shop::new();
    shop.put(&format!("{OUTBOX}/order20261124101500.csv"), "somebody else's");
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.remote_bytes(&format!("{OUTBOX}/order20261124101500.csv")), b"somebody else's");
}

#[test]
fn the_file_appears_under_its_name_only_when_it_is_complete() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    let uploads = shop.ftp.log().entries_of("put");
    assert_eq!(uploads.len(), 1, "{uploads:?}");
    assert!(!uploads[0].ends_with(".csv"), "uploaded under a name that TEMPOSTAR takes: {uploads:?}");
    assert_eq!(shop.ftp.log().entries_of("rename").len(), 1);
}

/// Whatever went wrong, the next run brings the order, once, under the first run's name.
#[track_caller]
fn check_finished_by_the_next_run(fault: Fault, exit: i32, code: &str) {
    let mut shop = Shop::new();
    shop.order("1001").line("0012", 2).insert();
    shop.ftp.faults().once(fault);
    let first = shop.run(["export-orders", "--json"]).exits(exit).only_problem(code, "", &[]);
    assert_eq!(shop.ftp.faults().waiting(), 0, "the fault did not happen");
    // An order that comes in between goes into a file of its own.
    shop.order("1002").line("0012", 1).set("ordered_at", "2026-11-24 10:16:00").insert();
    shop.at("2026-11-24 10:20:00").run(["export-orders"]).ok();
    let sent: Vec<String> = shop
        .remote_files(OUTBOX)
        .iter()
        .map(|name| format!("{name}\n{}", from_cp932(&shop.remote_bytes(&format!("{OUTBOX}/{name}")))))
        .collect();
    assert_eq!(sent.len(), 2, "after {first}\n{sent:#?}");
    assert_eq!(sent[0], format!("order20261124101500.csv\n{HEADER}\r\n{ROW}\r\n"));
    assert!(sent[1].starts_with("order20261124102000.csv\n"), "{}", sent[1]);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001", "12345-1002"]);
    shop.check_rows("SELECT count(*) FROM orders WHERE exported_at IS NULL", &["0"]);
}

#[test]
fn an_upload_that_fails_is_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::PutFailsAfter(100), 5, "ftp-server-full");
}

#[test]
fn an_upload_that_fails_although_complete_is_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::PutFailsAfter(u64::MAX), 5, "ftp-server-full");
}

#[test]
fn an_upload_that_is_silently_short_is_noticed_and_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::PutCutShort(100), 5, "ftp-incomplete");
}

#[test]
fn a_refused_rename_is_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::RenameRefused, 6, "ftp-forbidden");
}

#[test]
fn a_rename_whose_answer_is_wrong_is_not_done_twice() {
    check_finished_by_the_next_run(Fault::RenameDoneButDenied, 5, "ftp-server-busy");
}

#[test]
fn a_server_that_is_away_leaves_the_orders_for_the_next_run() {
    let mut shop = Shop::new();
    shop.order("1001").line("0012", 2).insert();
    shop.ftp.stop();
    shop.run(["export-orders", "--json"]).exits(5).only_problem("ftp-unreachable", "", &[]);
    shop.check_rows("SELECT exported_at FROM orders", &["NULL"]);
    shop.ftp.restart().unwrap();
    shop.at("2026-11-24 10:20:00").run(["export-orders"]).ok();
    assert_eq!(shop.sent_orders(), format!("{HEADER}\r\n{ROW}\r\n"));
}

#[test]
fn a_dry_run_sends_nothing_and_says_what_it_would_send() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    let before = shop.shop_data();
    shop.ftp.log().clear();
    shop.run(["export-orders", "--dry-run", "--json"]).ok().count("exported", 1);
    assert_eq!(shop.shop_data(), before);
    assert_eq!(shop.remote_files(OUTBOX), [""; 0]);
    assert_eq!(shop.ftp.log().entries_of("put"), [""; 0]);
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
}

// Reconciliation -------------------------------------------------------------------------------------------------

#[test]
fn orders_chosen_are_orders_in_the_file_and_members_of_the_batch() {
    let shop = Shop::new();
    for number in 1..=25 {
        let order = shop.order(&format!("{number:04}")).line("A-1", 1).line("B-1", 2);
        order.shipment("鈴木 花子").line("C-1", 1).insert();
    }
    shop.order("0026").line("A-1", 1).set("total", 1).insert();
    shop.run(["export-orders", "--json"])
        .exits(3)
        .count("exported", 25)
        .count("lines", 75)
        .count("held_back", 1);
    let mut numbers = sent_column(&shop, "ショップ受注番号");
    assert_eq!(numbers.len(), 75);
    numbers.dedup();
    let members = shop.rows("SELECT '12345-' || order_no FROM tempostar_batch_orders ORDER BY order_no");
    assert_eq!(numbers, members);
    let exported =
        shop.rows("SELECT '12345-' || order_no FROM orders WHERE exported_at IS NOT NULL ORDER BY order_no");
    assert_eq!(numbers, exported);

    let name = &shop.remote_files(OUTBOX)[0];
    let bytes = shop.remote_bytes(&format!("{OUTBOX}/{name}"));
    let batch = format!("{name}|sent|25|75|{}", bytes.len());
    shop.check_rows(
        "SELECT file_name, state, order_count, line_count, size FROM tempostar_batches",
        &[&batch],
    );
    let copies = shop.work_files_below("archive");
    assert_eq!(crate::kept::unpacked(&copies[0]), bytes);
}

#[test]
fn of_many_orders_no_one_gets_anything_of_another() {
    let shop = Shop::new();
    let mut expected = Vec::new();
    let mut held_back = Vec::new();
    for number in 1..=200_usize {
        let order_no = format!("{number:04}");
        let note = "長い備考".repeat(number % 5);
        let mut order = shop.order(&order_no).set("customer_note", note.as_str());
        let mut lines = Vec::new();
        for destination in 0..=number % 3 {
            if destination > 0 {
                order = order.shipment("鈴木 花子");
            }
            for line in 0..=number % 4 {
                let sku = format!("{number}-{destination}-{line}").repeat(1 + (number + line) % 2);
                order = order.line(&sku, 1);
                lines.push([format!("12345-{order_no}"), note.clone(), sku]);
            }
        }
        match number % 7 {
            // An amount, and a value that cannot even be read.
            0 => order.set("total", 1).insert(),
            3 => order.set("tax", "x").insert(),
            _ => order.insert(),
        }
        match number % 7 {
            0 | 3 => held_back.push(order_no),
            _ => expected.extend(lines),
        }
    }
    let ran = shop.run(["export-orders", "--json"]).exits(3);
    let document = ran.json();
    let told: Vec<&str> =
        document["problems"].as_array().unwrap().iter().filter_map(|held| held["message"].as_str()).collect();
    assert_eq!(told.len(), held_back.len(), "{told:?}");
    for (told, order_no) in told.iter().zip(held_back) {
        assert!(told.contains(&format!("order {order_no} is held back")), "{order_no}: {told}");
    }
    let columns = ["ショップ受注番号", "受注備考", "商品コード"].map(|column| sent_column(&shop, column));
    let sent: Vec<[String; 3]> =
        (0..columns[0].len()).map(|row| columns.each_ref().map(|column| column[row].clone())).collect();
    assert_eq!(sent, expected);
}

#[test]
fn bytes_that_changed_after_they_were_rendered_are_not_sent() {
    let mut shop = Shop::new();
    shop.order("1001").line("0012", 2).insert();
    shop.run_dying_at("prepared", ["export-orders"]);
    let spooled = shop.work_files_below("spool");
    assert_eq!(spooled.len(), 1, "{spooled:?}");
    std::fs::write(&spooled[0], "half of it").unwrap();
    shop.at("2026-11-24 10:20:00").run(["export-orders", "--json"]).ok().count("exported", 1);
    assert_eq!(shop.sent_orders(), format!("{HEADER}\r\n{ROW}\r\n"));
    shop.check_rows("SELECT order_count FROM tempostar_batches", &["1"]);
}

#[test]
fn two_batches_in_one_second_have_two_names() {
    let shop = Shop::new();
    for order_no in ["1001", "1002", "1003"] {
        shop.order(order_no).line("A-1", 1).insert();
        shop.run(["export-orders", "--json"]).ok().count("exported", 1);
    }
    let names = ["order20261124101500.csv", "order20261124101501.csv", "order20261124101502.csv"];
    assert_eq!(shop.remote_files(OUTBOX), names);
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001", "12345-1002", "12345-1003"]);
}

#[test]
fn a_name_is_not_used_again_when_tempostar_has_taken_the_file() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    shop.take_away(&format!("{OUTBOX}/order20261124101500.csv"));
    shop.order("1002").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.remote_files(OUTBOX), ["order20261124101501.csv"]);
}

#[test]
fn where_a_file_of_the_name_lies_already_the_order_goes_under_the_next_name() {
    let shop = Shop::new();
    for second in ["00", "01"] {
        shop.put(&format!("{OUTBOX}/order202611241015{second}.csv"), "somebody else's");
    }
    shop.order("1001").line("0012", 2).insert();
    shop.run(["export-orders", "--json"]).ok().count("exported", 1);
    let sent = from_cp932(&shop.remote_bytes(&format!("{OUTBOX}/order20261124101502.csv")));
    assert_eq!(sent, format!("{HEADER}\r\n{ROW}\r\n"));
    for second in ["00", "01"] {
        assert_eq!(shop.remote_bytes(&format!("{OUTBOX}/order202611241015{second}.csv")), b"somebody else's");
    }
}

#[test]
fn free_items_go_only_where_the_settings_name_them() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("free_item_3", "山田").insert();
    // What is not sent cannot hold an order back.
    shop.sql("UPDATE orders SET free_item_4 = x'B1B2'");
    shop.run(["export-orders"]).ok();
    assert!(
        shop.sent_orders().starts_with(&format!("{HEADER}\r\n\"12345-1001\",")),
        "{}",
        shop.sent_orders()
    );
    assert!(
        shop.sent_orders().ends_with(",\"1\",\"1000\",\"100\",\"1100\",\"\"\r\n"),
        "{}",
        shop.sent_orders()
    );
}

#[test]
fn orders_go_in_the_order_in_which_they_were_placed() {
    let shop = Shop::new();
    for (order_no, ordered_at) in
        [("3", "2026-11-24 10:03:00"), ("1", "2026-11-24 10:02:00"), ("2", "2026-11-24 10:02:00")]
    {
        shop.order(order_no).line("A-1", 1).set("ordered_at", ordered_at).insert();
    }
    shop.run(["export-orders"]).ok();
    assert_eq!(sent_column(&shop, "ショップ受注番号"), ["12345-1", "12345-2", "12345-3"]);
}
