//! `export-orders`: each new order reaches TEMPOSTAR once, whole, and only if it is right.

use crate::ftp_server::Fault;
use crate::harness::{OUTBOX, Shop, from_cp932};

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
fn every_line_has_its_row_with_its_destination() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).line("B-1", 2).shipment("鈴木 花子").line("C-1", 3).insert();
    shop.run(["export-orders", "--json"]).ok().count("exported", 1).count("lines", 3);
    assert_eq!(sent_column(&shop, "商品コード"), ["A-1", "B-1", "C-1"]);
    assert_eq!(sent_column(&shop, "配送先名"), ["山田 太郎", "山田 太郎", "鈴木 花子"]);
    assert_eq!(sent_column(&shop, "請求金額"), ["7700"; 3]);
    assert_eq!(sent_column(&shop, "配送毎請求金額"), ["3850", "3850", "3850"]);
}

#[test]
fn free_items_follow_in_the_order_of_the_settings() {
    let shop = Shop::new();
    shop.settings(|text| text + "[orders.free_items]\n\"のし名\" = 3\n\"刻印\" = 36\n");
    shop.order("1001").line("A-1", 1).set("free_item_3", "山田").set("free_item_36", "祝").insert();
    shop.run(["export-orders"]).ok();
    let text = shop.sent_orders();
    assert!(text.starts_with(&format!("{HEADER},\"のし名\",\"刻印\"\r\n")), "{text}");
    assert!(text.ends_with(",\"山田\",\"祝\"\r\n"), "{text}");
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
    shop.run(["export-orders", "--json"]).count("exported", 1).problem(None, None, None, &["1001", "😀"]);
    assert_eq!(sent_column(&shop, "受注備考"), ["ありがとう〓"]);
}

#[test]
fn a_lines_own_fields_go_with_it() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set_line("options", "色:赤").set_line("message", "名入れ").insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(sent_column(&shop, "項目選択肢"), ["色:赤"]);
    assert_eq!(sent_column(&shop, "商品連絡"), ["名入れ"]);
}

#[test]
fn dates_and_payment_are_written_as_tempostar_reads_them() {
    let shop = Shop::new();
    shop.order("1001")
        .line("A-1", 1)
        .set("paid_at", "2026-11-24 10:07:59")
        .set_shipment("delivery_date", "2026-11-28")
        .insert();
    shop.run(["export-orders"]).ok();
    assert_eq!(sent_column(&shop, "入金日付"), ["2026/11/24 10:07"]);
    assert_eq!(sent_column(&shop, "配送日"), ["2026/11/28"]);
}

// Held back ------------------------------------------------------------------------------------------------------

/// Only order 1002 is sent; 1001 waits, and the run says why.
#[track_caller]
fn check_held_back(shop: &Shop, words: &[&str]) {
    shop.order("1002").line("A-1", 1).insert();
    let mut all = vec!["1001"];
    all.extend(words);
    shop.run(["export-orders", "--json"])
        .exits(3)
        .outcome("partial")
        .count("exported", 1)
        .count("held_back", 1)
        .problem(None, None, None, &all);
    assert_eq!(sent_column(shop, "ショップ受注番号"), ["12345-1002"]);
    shop.check_rows("SELECT order_no FROM orders WHERE exported_at IS NULL", &["1001"]);
}

#[test]
fn an_unknown_payment_method_holds_the_order_back() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("payment_method", "謎ペイ").insert();
    check_held_back(&shop, &["謎ペイ"]);
}

#[test]
fn a_payment_method_since_may_2022_holds_the_order_back_until_it_is_confirmed() {
    let shop = Shop::new();
    shop.payment_method_added_on("新ペイ", "2022-05-01", 0);
    shop.order("1001").line("A-1", 1).set("payment_method", "新ペイ").insert();
    check_held_back(&shop, &["新ペイ"]);
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
fn amounts_that_do_not_add_up_hold_the_order_back() {
    for (column, amount) in [("total", 9999), ("tax", 1), ("subtotal_excl_tax", 1), ("points_used", 50)] {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).set(column, amount).insert();
        check_held_back(&shop, &[]);
    }
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
    check_held_back(&shop, &["𠮷"]);
}

#[test]
fn a_missing_name_holds_the_order_back() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).set("customer_name", "").insert();
    check_held_back(&shop, &["注文者名"]);
}

#[test]
fn reservation_and_hanpukai_orders_are_held_back() {
    for kind in ["reservation", "hanpukai"] {
        let shop = Shop::new();
        shop.order("1001").line("A-1", 1).set("kind", kind).insert();
        check_held_back(&shop, &[]);
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
    shop.run(["export-orders"]);
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
fn check_finished_by_the_next_run(fault: Fault) {
    let mut shop = Shop::new();
    shop.order("1001").line("0012", 2).insert();
    shop.ftp.faults().once(fault);
    let first = shop.run(["export-orders"]);
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
    assert!(
        sent[1].starts_with("order20261124102000.csv\n") && sent[1].contains("12345-1002"),
        "{}",
        sent[1]
    );
    assert!(!sent[1].contains("12345-1001"), "{}", sent[1]);
    shop.check_rows("SELECT count(*) FROM orders WHERE exported_at IS NULL", &["0"]);
}

#[test]
fn an_upload_that_fails_is_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::PutFailsAfter(100));
}

#[test]
fn an_upload_that_fails_although_complete_is_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::PutFailsAfter(u64::MAX));
}

#[test]
fn an_upload_that_is_silently_short_is_noticed_and_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::PutCutShort(100));
}

#[test]
fn a_refused_rename_is_finished_by_the_next_run() {
    check_finished_by_the_next_run(Fault::RenameRefused);
}

#[test]
fn a_rename_whose_answer_is_wrong_is_not_done_twice() {
    check_finished_by_the_next_run(Fault::RenameDoneButDenied);
}

#[test]
fn a_server_that_is_away_leaves_the_orders_for_the_next_run() {
    let mut shop = Shop::new();
    shop.order("1001").line("0012", 2).insert();
    shop.ftp.stop();
    shop.run(["export-orders"]).exits(5);
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
