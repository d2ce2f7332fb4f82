//! Bad input: each ends with the right exit code and a message that says what, where and what to do; nothing is
//! written that should not be, and nothing is lost.

use std::fs;

use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, cp932};

// Settings and server --------------------------------------------------------------------------------------------

#[test]
fn a_missing_settings_file() {
    let shop = Shop::new();
    shop.run(["import-stock", "--config", "no-such.toml"]).exits(6).says("no-such.toml");
    fs::remove_file(shop.path("tempostar.toml")).unwrap();
    shop.run(["import-stock"]).exits(6).says("tempostar.toml").says("--config");
    assert!(!shop.path("shop.db").exists());
}

#[test]
fn settings_that_are_not_toml() {
    let shop = Shop::new();
    shop.setting("retries = 0", "retries = = 0");
    let settings = fs::read_to_string(shop.path("tempostar.toml")).unwrap();
    let line = settings.lines().position(|line| line.starts_with("retries")).unwrap() + 1;
    shop.run(["import-stock"]).exits(6).says("tempostar.toml").says(&line.to_string());
    assert!(!shop.path("shop.db").exists());
}

#[test]
fn settings_that_are_a_folder_or_not_text() {
    let shop = Shop::new();
    shop.run(["import-stock", "--config", "server"]).exits(6).says("server");
    shop.write("binary.toml", &[0xff, 0xfe, 0x00]);
    shop.run(["import-stock", "--config", "binary.toml"]).exits(6).says("binary.toml");
}

#[test]
fn an_unknown_key() {
    let shop = Shop::new();
    shop.setting("timeout_s = 5\nretries", "timeout = 5\nretries");
    shop.run(["import-stock"]).exits(6).says("timeout").says("timeout_s");
}

#[test]
fn a_wrong_password() {
    let shop = Shop::new();
    shop.setting("retries = 0", "retries = 3");
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.write("demo.pass", b"not-the-password\n");
    shop.ftp.log().clear();
    shop.run(["import-stock"]).exits(6).says("530").says("12345_0").never_says("not-the-password");
    assert_eq!(shop.ftp.log().entries_of("login").len(), 1, "a wrong password is tried once");
    shop.check_stock("A-1", 3, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
}

#[test]
fn an_unreachable_port() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    let port = shop.ftp.port().to_string();
    shop.ftp.stop();
    for job in ["import-stock", "import-products", "import-logistics"] {
        shop.run([job]).exits(5).says("127.0.0.1").says(&port);
    }
    shop.check_stock("A-1", 3, 0);
}

#[test]
fn a_folder_that_does_not_exist() {
    for (job, inbox) in [
        ("import-stock", STOCK_INBOX),
        ("import-products", PRODUCT_INBOX),
        ("import-logistics", LOGISTICS_INBOX),
    ] {
        let shop = Shop::new();
        shop.remove_remote_folder(inbox);
        shop.run([job]).exits(6).says(inbox);
    }
}

#[test]
fn an_outbox_that_does_not_exist() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.remove_remote_folder(crate::harness::OUTBOX);
    shop.run(["export-orders"]).exits(6).says(crate::harness::OUTBOX);
    shop.check_rows("SELECT exported_at FROM orders", &["NULL"]);
}

// The database ---------------------------------------------------------------------------------------------------

#[test]
fn a_database_that_is_a_folder() {
    let shop = Shop::new();
    fs::create_dir(shop.path("shop.db")).unwrap();
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock"]).exits(8).says("shop.db");
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
}

#[test]
fn a_database_that_is_no_database() {
    let shop = Shop::new();
    let content = "this is a letter to the shop, not a database\n".repeat(100);
    shop.write("shop.db", content.as_bytes());
    shop.run(["import-stock"]).exits(8).says("shop.db");
    assert_eq!(fs::read(shop.path("shop.db")).unwrap(), content.as_bytes(), "it was written to");
}

#[test]
fn a_database_with_a_newer_schema() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.sql("PRAGMA user_version = 999");
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock"]).exits(8).says("shop.db").says("999");
    shop.check_stock("A-1", 3, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
}

#[test]
fn a_database_in_a_folder_that_does_not_exist() {
    let shop = Shop::new();
    shop.setting("database = \"shop.db\"", "database = \"no/such/shop.db\"");
    shop.run(["import-stock"]).exits(8).says("no/such");
}

// Files as a whole -----------------------------------------------------------------------------------------------

/// The file is refused whole: nothing of it is written, it lies in `error/`, a copy is kept, and the run says why.
#[track_caller]
fn refused_whole(content: &[u8], line: Option<u64>, words: &[&str]) -> Ran {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    let before = shop.shop_data();
    shop.put(&format!("{STOCK_INBOX}/bad.csv"), content);
    let ran = shop.run(["import-stock", "--json"]).exits(3).outcome("partial").problem(
        Some("bad.csv"),
        line,
        None,
        words,
    );
    assert_eq!(ran.file_outcome("bad.csv"), "refused");
    assert_eq!(shop.shop_data(), before, "something was written");
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_bytes(&format!("{STOCK_INBOX}/error/bad.csv")), content, "it was lost");

    // It is not tried again, and the corrected one is taken under the same name.
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().outcome("nothing_to_do");
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
    ran
}

#[test]
fn an_empty_file() {
    refused_whole(b"", None, &["empty"]);
}

#[test]
fn a_file_with_a_header_only() {
    refused_whole(&cp932("商品コード,在庫数\n"), None, &["header"]);
    refused_whole(&cp932("商品コード,在庫数"), None, &["header"]);
}

#[test]
fn a_missing_required_column() {
    refused_whole(&cp932("商品コード,更新日時\nA-1,2026/11/24\n"), None, &["在庫数"]);
    refused_whole(&cp932("SKU,在庫数\nA-1,9\n"), None, &["商品コード"]);
}

#[test]
fn an_undecodable_file() {
    let mut bytes = cp932("商品コード,在庫数,備考\nA-1,9,x\nA-1,8,");
    bytes.extend([0x81, 0x20, b'\r', b'\n']);
    let ran = refused_whole(&bytes, Some(3), &[]);
    assert!(ran.stdout.contains("備考"), "the column is not named: {ran}");
    assert!(ran.stdout.to_lowercase().contains("81"), "the bytes are not shown: {ran}");
}

#[test]
fn a_character_cut_in_half_at_the_end() {
    let mut bytes = cp932("商品コード,在庫数,備考\nA-1,9,皿");
    bytes.pop();
    refused_whole(&bytes, Some(2), &[]);
}

#[test]
fn a_quote_that_is_never_closed() {
    refused_whole(&cp932("商品コード,在庫数\n\"A-1\",\"9\"\n\"A-2,\"8\n"), None, &[]);
}

#[test]
fn a_column_that_stands_there_twice() {
    refused_whole(&cp932("商品コード,在庫数,在庫数\nA-1,9,8\n"), None, &["在庫数"]);
}

#[test]
fn one_refused_file_does_not_stop_the_others() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "1.csv", "商品コード\nA-1\n");
    shop.put_sheet(STOCK_INBOX, "2.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock", "--json"]).exits(3).outcome("partial").count("changed", 1);
    shop.check_stock("A-1", 9, 0);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/error")), ["1.csv"]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["2.csv"]);
}

#[test]
fn every_import_refuses_the_same() {
    for (job, inbox) in [("import-products", PRODUCT_INBOX), ("import-logistics", LOGISTICS_INBOX)] {
        let shop = Shop::new();
        for (name, sheet) in
            [("1.csv", ""), ("2.csv", "商品コード,ショップ受注番号\n"), ("3.csv", "謎\nA-1\n")]
        {
            shop.put_sheet(inbox, name, sheet);
        }
        shop.run([job, "--json"]).exits(3).outcome("partial");
        assert_eq!(shop.remote_files(&format!("{inbox}/error")), ["1.csv", "2.csv", "3.csv"], "{job}");
        shop.check_rows("SELECT count(*) FROM products", &["0"]);
    }
}

// Rows -----------------------------------------------------------------------------------------------------------

#[test]
fn a_bad_number_in_row_3() {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    let rows: String = (1..=40)
        .map(|number| format!("\"S-{number:03}\",\"{}\"\n", if number == 3 { "12x" } else { "6" }))
        .collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("\"商品コード\",\"在庫数\"\n{rows}"));
    shop.run(["import-stock"]).exits(3).says("stock.csv").says("line 4").says("在庫数").says("12x");
    shop.check_rows("SELECT quantity, count(*) FROM stock GROUP BY quantity ORDER BY 1", &["5|1", "6|39"]);
    assert_eq!(shop.remote_files(&format!("{STOCK_INBOX}/archive")), ["stock.csv"]);
    assert_eq!(shop.work_files_below("rejects").len(), 1);
}

#[test]
fn a_row_with_too_few_fields_or_without_a_code() {
    let shop = Shop::new();
    shop.many_products_in_stock(60);
    let mut sheet = "商品コード,在庫数\n".to_owned();
    for number in 1..=60 {
        sheet += &match number {
            10 => "S-010\n".to_owned(),
            20 => ",6\n".to_owned(),
            _ => format!("S-{number:03},6\n"),
        };
    }
    shop.put_sheet(STOCK_INBOX, "stock.csv", &sheet);
    shop.run(["import-stock", "--json"])
        .exits(3)
        .count("rejected", 2)
        .count("changed", 58)
        .problem(Some("stock.csv"), Some(11), None, &[])
        .problem(Some("stock.csv"), Some(21), Some("商品コード"), &[]);
}

#[test]
fn line_numbers_count_the_lines_inside_fields_and_the_blank_ones() {
    let shop = Shop::new();
    let mut sheet = "商品コード,商品名,販売価格\nA-1,\"一\n二\n三\",1\n\n".to_owned();
    sheet += &(1..30).map(|number| format!("B-{number},皿,1\n")).collect::<String>();
    sheet += "Z-1,鉢,x\n";
    shop.put_sheet(PRODUCT_INBOX, "product.csv", &sheet);
    shop.run(["import-products", "--json"]).exits(3).problem(
        Some("product.csv"),
        Some(35),
        Some("販売価格"),
        &["x"],
    );
}

#[test]
fn codes_keep_their_zeros_and_their_case() {
    let shop = Shop::new();
    for code in ["007", "7", "1e3", "a-1"] {
        shop.product_in_stock(code, 1);
    }
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\n\"007\",2\n7,3\n1e3,4\nA-1,5\n");
    shop.run(["import-stock", "--json"]).ok().count("unknown", 1).count("changed", 3);
    shop.check_rows("SELECT sku_code, quantity FROM stock ORDER BY 1", &["007|2", "1e3|4", "7|3", "a-1|1"]);
}
