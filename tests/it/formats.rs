//! The formats are settings: what columns are called, which codes mean what, files without names, and what is no file of
//! ours at all.

use std::fs;

use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, STOCK_INBOX, Shop, cp932, from_cp932};

/// Adds lines to one table of the settings.
#[track_caller]
fn set(shop: &Shop, table: &str, lines: &str) {
    shop.setting(&format!("[{table}]\n"), &format!("[{table}]\n{lines}\n"));
}

const TICKS: &str = "SELECT delivery_status, payment_status, capture_status FROM orders";

// Names of columns -----------------------------------------------------------------------------------------------

#[test]
fn each_import_reads_columns_under_the_names_of_the_settings() {
    let shop = Shop::that_has_sent();
    set(
        &shop,
        "stock",
        "columns = { \"在庫数\" = [\"フリー在庫\", \"ネット在庫数\"], \"商品コード\" = \"品番\" }",
    );
    set(
        &shop,
        "products",
        "columns = { \"商品コード\" = \"品番\", \"販売価格\" = \"売価\", \"SKUコード\" = \"枝番\" }",
    );
    set(&shop, "logistics", "columns = { \"受注進捗コード\" = \"状態\", \"荷物番号\" = \"お問合せ番号\" }");

    shop.put_sheet(PRODUCT_INBOX, "p.csv", "品番,枝番,商品名,売価,販売価格\nB,B-1,シャツ,1200,999\n");
    let ran = shop.run(["import-products", "--json"]).ok().count("created", 1);
    ran.only_problem("unknown-columns", "p.csv", &["販売価格"]);
    shop.check_rows("SELECT products.code, skus.code, price FROM products JOIN skus ON product_code = products.code WHERE products.code = 'B'", &["B|B-1|1200"]);

    // 在庫数 itself is another figure, of which nothing is known.
    shop.put_sheet(STOCK_INBOX, "s.csv", "在庫数,ネット在庫数,品番\n100,7,A-1\n100,4,B-1\n");
    shop.run(["import-stock", "--json"]).ok().count("changed", 2).only_problem(
        "unknown-columns",
        "s.csv",
        &["在庫数"],
    );
    shop.check_rows("SELECT sku_code, quantity FROM stock ORDER BY 1", &["A-1|7", "B-1|4"]);

    shop.put_sheet(LOGISTICS_INBOX, "l.csv", "ショップ受注番号,状態,お問合せ番号\n12345-1001,800,3344-77\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1).no_problem();
    shop.check_rows(TICKS, &["1|1|1"]);
    shop.check_rows("SELECT tracking_no FROM order_shipments", &["3344-77"]);
}

#[test]
fn a_column_of_the_shops_block_is_found_under_the_name_of_the_settings() {
    let shop = Shop::new();
    set(&shop, "products", "shop_block = \"その他1号店\"\ncolumns = { \"販売価格\" = \"売価\" }");
    shop.put_sheet(PRODUCT_INBOX, "p.csv", "商品コード,売価,その他1号店:売価\nB,1200,1500\n");
    shop.run(["import-products", "--json"]).ok().no_problem();
    shop.check_rows("SELECT price FROM products", &["1500"]);
}

#[test]
fn a_required_column_that_has_none_of_its_names_is_named_with_them() {
    let shop = Shop::new();
    set(&shop, "stock", "columns = { \"在庫数\" = [\"フリー在庫\", \"ネット在庫数\"] }");
    shop.put_sheet(STOCK_INBOX, "s.csv", "商品コード,在庫数\nA-1,100\n");
    let ran = shop.run(["import-stock", "--json"]).exits(3);
    ran.refused("column-missing", "s.csv: line 1: フリー在庫 / ネット在庫数", &["found: 商品コード, 在庫数"]);
}

#[test]
fn a_file_of_another_kind_is_recognised_under_the_names_of_the_settings() {
    let shop = Shop::new();
    set(&shop, "stock", "columns = { \"在庫数\" = \"ネット在庫数\" }");
    shop.put_sheet(PRODUCT_INBOX, "s.csv", "商品コード,ネット在庫数\nA-1,7\n");
    let ran = shop.run(["import-products", "--json"]).exits(3);
    ran.refused("file-of-another-kind", "s.csv", &["stock"]);
    shop.check_rows("SELECT count(*) FROM products", &["0"]);
}

#[test]
fn files_without_a_line_of_names_have_the_columns_of_the_settings() {
    let shop = Shop::that_has_sent();
    set(
        &shop,
        "stock",
        "header = [\"\", \"品番\", \"在庫数\", \"倉庫\"]\ncolumns = { \"商品コード\" = \"品番\" }",
    );
    set(&shop, "logistics", "header = [\"ショップ受注番号\", \"受注進捗コード\", \"荷物番号\"]");
    shop.put(&format!("{STOCK_INBOX}/s.csv"), cp932("1,A-1,7,東\n2,A-1,x,西\n3,A-1,5,西\n"));
    shop.settings(|text| text.replace("[stock]\n", "[stock]\nmax_bad_rows_percent = 50\n"));
    let ran = shop.run(["import-stock", "--json"]).exits(3).count("rejected", 1);
    ran.problem("not-a-whole-number", "s.csv: line 2: 在庫数", &["\"x\""]);
    shop.check_rows("SELECT quantity FROM stock", &["5"]);

    // The rejected row has the names, so that it can be fed back.
    let rejects = shop.work_files_below("rejects");
    let text = from_cp932(&fs::read(&rejects[0]).unwrap());
    assert!(
        text.starts_with(
            "\"\",\"品番\",\"在庫数\",\"倉庫\",\"行番号\",\"理由\"\r\n\"2\",\"A-1\",\"x\",\"西\",\"2\","
        ),
        "{text}"
    );
    shop.write("again.csv", &cp932(&text.replace("\r\n", "\n").replace("\"x\"", "\"9\"")));
    shop.run(["import-stock", "--json", "--file", "again.csv"]).ok().count("changed", 1);
    shop.check_rows("SELECT quantity FROM stock", &["9"]);

    shop.put_sheet(LOGISTICS_INBOX, "l.csv", "12345-1001,800,3344-1\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1).no_problem();
    shop.check_rows("SELECT tracking_no FROM order_shipments", &["3344-1"]);
    // One that has them nevertheless is read by them.
    shop.put_sheet(
        LOGISTICS_INBOX,
        "m.csv",
        "荷物番号,受注進捗コード,ショップ受注番号\n3344-2,800,12345-1001\n",
    );
    shop.run(["import-logistics", "--json"]).ok().no_problem();
    shop.check_rows("SELECT tracking_no FROM order_shipments", &["3344-2"]);
}

#[test]
fn names_that_lead_nowhere_are_problems_of_the_settings() {
    for (table, line, code, key, words) in [
        (
            "stock",
            "columns = { \"在庫\" = \"x\" }",
            "settings-unknown-column",
            "stock.columns.在庫",
            "did you mean \"在庫数\"?",
        ),
        (
            "products",
            "columns = { \"商品画像21ALT\" = \"x\" }",
            "settings-unknown-column",
            "products.columns.商品画像21ALT",
            "商品画像2",
        ),
        (
            "stock",
            "columns = { \"在庫数\" = 3 }",
            "settings-not-texts",
            "stock.columns.在庫数",
            "list of texts",
        ),
        (
            "stock",
            "columns = { \"在庫数\" = [] }",
            "settings-not-texts",
            "stock.columns.在庫数",
            "list of texts",
        ),
        (
            "stock",
            "columns = { \"在庫数\" = \"数\", \"商品コード\" = \"数\" }",
            "settings-column-twice",
            "stock.columns.商品コード",
            "\"数\"",
        ),
        ("stock", "header = [\"商品コード\", \"数\"]", "settings-header-lacks", "stock.header", "\"在庫数\""),
        (
            "logistics",
            "header = [\"ショップ受注番号\"]",
            "settings-header-lacks",
            "logistics.header",
            "受注進捗コード",
        ),
        (
            "stock",
            "header = [\"商品コード\", \"在庫数\", \"在庫数\"]",
            "settings-column-twice",
            "stock.header",
            "\"在庫数\"",
        ),
        (
            "logistics",
            "status = { shipped = [\"1\"], cancelled = [\"2\", \"1\"] }",
            "settings-status-twice",
            "logistics.status.cancelled",
            "\"1\"",
        ),
        (
            "logistics",
            "without_status = \"guess\"",
            "settings-unknown-word",
            "logistics.without_status",
            "\"refuse\", \"shipped\"",
        ),
    ] {
        let shop = Shop::new();
        set(&shop, table, line);
        let place = shop.setting_place(line, key);
        shop.run(["import-stock", "--json"]).exits(6).only_problem(code, &place, &[words]);
    }
}

#[test]
fn check_settings_shows_the_line_for_a_column_of_another_name() {
    let shop = Shop::new();
    set(&shop, "stock", "columns = { \"商品コード\" = \"品番\" }");
    shop.put_sheet(STOCK_INBOX, "s.csv", "品番,倉庫名,ネット在庫数,最終更新\nA-1,東,7,2026/11/24\n");
    let ran = shop.run(["check-settings", "--json"]).exits(6);
    let ran = ran.says("there is no column 在庫数; the file has: 品番, 倉庫名, ネット在庫数, 最終更新; the nearest names: ネット在庫数");
    let line = "columns = { \"商品コード\" = \"品番\", \"在庫数\" = \"ネット在庫数\" }";
    ran.says(&format!(
        "write this line into [stock] of the settings file (with that name, if it is another one): {}",
        line.replace('"', "\\\"")
    ));
    // And that line does it.
    shop.setting("columns = { \"商品コード\" = \"品番\" }", line);
    shop.product_in_stock("A-1", 3);
    shop.run(["import-stock", "--json"]).ok().count("changed", 1);
}

// Codes ----------------------------------------------------------------------------------------------------------

#[test]
fn a_logistics_file_without_a_status_is_refused_unless_the_settings_take_it() {
    let shop = Shop::that_has_sent();
    shop.put_sheet(LOGISTICS_INBOX, "l.csv", "ショップ受注番号,荷物番号\n12345-1001,3344-1\n");
    let ran = shop.run(["import-logistics", "--json"]).exits(3);
    ran.refused(
        "status-missing",
        "l.csv: line 1: 受注進捗コード",
        &["shipped", "without_status = \"shipped\""],
    );
    shop.check_rows(TICKS, &["0|0|0"]);
    set(&shop, "logistics", "without_status = \"shipped\"");
    shop.put_sheet(LOGISTICS_INBOX, "l2.csv", "ショップ受注番号,荷物番号\n12345-1001,3344-1\n");
    shop.run(["import-logistics", "--json"]).ok().count("shipped", 1);
    shop.check_rows(TICKS, &["1|1|1"]);
}

#[test]
fn the_settings_say_which_codes_mean_what() {
    for (code, ticks, count) in
        [("800", "0|0|0", "not_shipped_yet"), ("出荷済", "1|1|1", "shipped"), ("取消", "0|0|0", "cancelled")]
    {
        let shop = Shop::that_has_sent();
        set(&shop, "logistics", "status = { shipped = [\"出荷済\", \"配達済\"], cancelled = [\"取消\"] }");
        shop.put_sheet(
            LOGISTICS_INBOX,
            "l.csv",
            &format!("ショップ受注番号,受注進捗コード\n12345-1001,{code}\n"),
        );
        shop.run(["import-logistics", "--json"]).ok().count(count, 1);
        shop.check_rows(TICKS, &[ticks]);
    }
}

// The file of orders ---------------------------------------------------------------------------------------------

const ORDER_COLUMNS: &str = "columns = [\"受注日時\", { name = \"伝票番号\", from = \"ショップ受注番号\" }, { name = \"店舗\", \
     value = \"本店\" }, { name = \"お客様\", from = \"注文者名\" }, { name = \"熨斗\", from = \"のし名\" }, \"商品コード\", \"数量\", \
     { name = \"金額\", from = \"請求金額\" }, \"税込単価\"]";

#[test]
fn the_file_of_orders_has_the_columns_of_the_settings() {
    let mut shop = Shop::new();
    set(&shop, "orders", ORDER_COLUMNS);
    shop.settings(|text| text + "[orders.free_items]\n\"刻印\" = 36\n\"のし名\" = 3\n");
    shop.payment_method("代金引換");
    shop.product_in_stock("A-1", 10);
    let order = |shop: &Shop, number: &str| {
        shop.order(number)
            .set("ordered_at", "2026-11-23 10:05:30")
            .set("customer_name", "佐藤 一郎")
            .set("free_item_3", "内祝")
            .set("free_item_36", "Y.S.")
            .line_priced("A-1", 2, 1000, 100)
            .insert();
    };
    order(&shop, "1001");
    // What is not sent is not needed.
    shop.sql("UPDATE orders SET customer_address = ''");
    shop.run(["export-orders", "--json"]).ok().count("exported", 1).no_problem();
    let expected = "\"受注日時\",\"伝票番号\",\"店舗\",\"お客様\",\"熨斗\",\"商品コード\",\"数量\",\"金額\",\"税込単価\",\"刻印\"\r\n\
                    \"2026/11/23 10:05\",\"12345-1001\",\"本店\",\"佐藤 一郎\",\"内祝\",\"A-1\",\"2\",\"2750\",\"1100\",\"Y.S.\"\r\n";
    assert_eq!(shop.sent_orders(), expected);

    // An import knows it as what it is.
    let name = shop.remote_files(OUTBOX).remove(0);
    let bytes = shop.remote_bytes(&format!("{OUTBOX}/{name}"));
    for (job, inbox) in [
        ("import-logistics", LOGISTICS_INBOX),
        ("import-stock", STOCK_INBOX),
        ("import-products", PRODUCT_INBOX),
    ] {
        shop.put(&format!("{inbox}/wrong.csv"), &bytes);
        shop.run([job, "--json"]).exits(3).has_code("file-of-another-kind");
    }
    shop.check_rows(TICKS, &["0|0|0"]);

    // A second host's file is read by the same names.
    shop.at("2026-11-24 10:20:00");
    order(&shop, "1002");
    let other = from_cp932(&bytes).replace("12345-1001", "12345-1002").replace("\r\n", "\n");
    shop.put(&format!("{OUTBOX}/order20261124101900.csv"), cp932(&other));
    let ran = shop.run(["export-orders", "--json"]).exits(3).count("exported", 0);
    ran.has_code("unknown-order-files");
    shop.check_rows("SELECT count(*) FROM tempostar_batch_orders", &["1"]);
}

#[test]
fn a_file_of_other_columns_survives_a_crash_and_a_database_put_back() {
    for crash_point in ["server-uploaded", "server-renamed"] {
        let mut shop = Shop::new();
        set(&shop, "orders", ORDER_COLUMNS);
        shop.settings(|text| text + "[orders.free_items]\n\"のし名\" = 3\n");
        shop.product_in_stock("A-1", 10);
        shop.order("1001").line("A-1", 2).insert();
        let backup = fs::read(shop.path("shop.db")).unwrap();
        shop.run_dying_at(crash_point, ["export-orders"]).died();
        shop.at("2026-11-24 10:20:00");
        shop.run(["export-orders"]).ok();
        assert_eq!(shop.remote_files(OUTBOX).len(), 1, "{crash_point}");
        let sent = shop.sent_orders();
        assert!(sent.contains("\"12345-1001\",\"本店\""), "{sent}");

        for ending in ["db", "db-wal", "db-shm"] {
            let _ = fs::remove_file(shop.path(&format!("shop.{ending}")));
        }
        shop.write("shop.db", &backup);
        shop.at("2026-11-24 10:30:00");
        shop.run(["export-orders", "--json"]).count("exported", 0);
        assert_eq!(shop.remote_files(OUTBOX).len(), 1, "{crash_point}");
    }
}

#[test]
fn columns_of_orders_that_lead_nowhere_are_problems_of_the_settings() {
    for (columns, code, words) in [
        (
            "[\"ショップ受注番号\", \"注文者の名前\"]",
            "settings-unknown-order-column",
            "did you mean \"注文者名\"?",
        ),
        (
            "[\"ショップ受注番号\", { name = \"x\", from = \"y\", value = \"z\" }]",
            "settings-order-column",
            "names",
        ),
        ("[\"ショップ受注番号\", 3]", "settings-order-column", "list names"),
        ("[]", "settings-order-column", "list names"),
        ("[\"受注日時\"]", "settings-order-number-not-sent", "ショップ受注番号"),
        (
            "[\"ショップ受注番号\", { name = \"ショップ受注番号\", value = \"1\" }]",
            "settings-column-twice",
            "ショップ受注番号",
        ),
        ("[\"ショップ受注番号\", { name = \"店\", value = \"𠮷野家\" }]", "settings-not-encodable", "𠮷野家"),
    ] {
        let shop = Shop::new();
        set(&shop, "orders", &format!("columns = {columns}"));
        let place = shop.setting_place("columns = ", "orders.columns");
        shop.run(["export-orders", "--json"]).exits(6).problem(code, &place, &[words]);
    }
}

// What is no CSV file --------------------------------------------------------------------------------------------

#[test]
fn what_is_no_csv_file_is_named_for_what_it_is() {
    let utf_16 = |text: &str, mark: &[u8], swap: bool| {
        let units =
            text.encode_utf16().flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() });
        [mark.to_vec(), units.collect()].concat()
    };
    let sheet = "商品コード,在庫数\nA-1,5\n";
    // 商品コード,在庫数 in EUC-JP, which as CP932 would be half-width kana.
    let euc_jp = b"\xBE\xA6\xC9\xCA\xA5\xB3\xA1\xBC\xA5\xC9,\xBA\xDF\xB8\xCB\xBF\xF4\nA-1,5\n".to_vec();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"<!DOCTYPE html>\n<html><body>503, sorry</body></html>\n".to_vec(), "file-is-html"),
        (b"\n  <html lang=\"ja\">\n".to_vec(), "file-is-html"),
        (b"\xEF\xBB\xBF\r\n  <html><head></head></html>\n".to_vec(), "file-is-html"),
        (b"<br />\n<b>Fatal error</b>: out of memory\n".to_vec(), "file-is-html"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00stock.csv\"x".to_vec(), "file-is-zip"),
        (b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03\"x".to_vec(), "file-is-gzip"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00".to_vec(), "file-is-excel"),
        (utf_16(sheet, b"\xFF\xFE", false), "file-is-utf-16"),
        (utf_16(sheet, b"\xFE\xFF", true), "file-is-utf-16"),
        (utf_16("code,stock\nA-1,5\n", b"", false), "file-is-utf-16"),
        (utf_16("商品コード,在庫数,備考\n皿,5,白い皿\n", b"", false), "file-is-utf-16"),
        (utf_16("商品コード,在庫数,備考\n皿,5,白い皿\n", b"", true), "file-is-utf-16"),
        (euc_jp, "file-is-euc-jp"),
        (vec![0; 500], "file-is-zeros"),
        (cp932("\"商品コード\";\"在庫数\"\n\"A-1\";\"5\"\n"), "file-separated-otherwise"),
        (cp932("商品コード\t在庫数\nA-1\t5\n"), "file-separated-otherwise"),
        (cp932("sep=,\n商品コード,在庫数\nA-1,5\n"), "file-has-sep-line"),
        (cp932("\"sep=;\"\n商品コード;在庫数\nA-1;5\n"), "file-has-sep-line"),
    ];
    for (bytes, code) in cases {
        let shop = Shop::new();
        shop.put(&format!("{STOCK_INBOX}/s.csv"), &bytes);
        let ran = shop.run(["import-stock", "--json"]).exits(3);
        ran.refused(code, "s.csv", &[]);
        assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/error")), ["s.csv"], "{code}");
    }
}

#[test]
fn one_cut_character_of_utf_8_is_named_in_its_place() {
    let shop = Shop::new();
    let mut bytes = "商品コード,商品名\nA-1,皿\nA-2,湯のみ\nA-3,鉢\n".as_bytes().to_vec();
    let at = bytes.windows(3).position(|bytes| bytes == "み".as_bytes()).unwrap();
    bytes.remove(at + 2);
    shop.put(&format!("{PRODUCT_INBOX}/p.csv"), &bytes);
    let ran = shop.run(["import-products", "--json"]).exits(3);
    ran.refused("undecodable", "p.csv: line 3: 商品名", &["E3 81", "UTF-8"]);
}
