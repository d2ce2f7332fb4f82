//! Bad input: each ends with the right exit code and a message that says what, where and what to do; nothing is
//! written that should not be, and nothing is lost.

use std::fs;

use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, STOCK_INBOX, Shop, cp932};

// Settings and server --------------------------------------------------------------------------------------------

#[test]
fn a_missing_settings_file() {
    let shop = Shop::new();
    let ran = shop.run(["import-stock", "--json", "--config", "no-such.toml"]).exits(6);
    ran.only_problem("settings-file-missing", "no-such.toml", &[]);
    fs::remove_file(shop.path("tempostar.toml")).unwrap();
    let ran = shop.run(["import-stock", "--json"]).exits(6);
    ran.only_problem("settings-file-not-found", "", &["--config", "tempostar.toml"]);
    assert!(!shop.path("shop.db").exists());
}

#[test]
fn settings_that_are_not_toml() {
    let shop = Shop::new();
    shop.setting("retries = 0", "retries = = 0");
    let place = shop.setting_place("retries", "");
    shop.run(["import-stock", "--json"]).exits(6).only_problem("settings-syntax", &place, &[]);
    assert!(!shop.path("shop.db").exists());
}

#[test]
fn settings_that_are_a_folder_or_not_text() {
    let shop = Shop::new();
    let ran = shop.run(["import-stock", "--json", "--config", "server"]).exits(6);
    ran.only_problem("settings-file-is-folder", "server", &[]);
    shop.write("binary.toml", &[0xff, 0xfe, 0x00]);
    let ran = shop.run(["import-stock", "--json", "--config", "binary.toml"]).exits(6);
    ran.only_problem("settings-file-not-utf8", "binary.toml: line 1", &[]);
}

#[test]
fn an_unknown_key() {
    let shop = Shop::new();
    shop.setting("timeout_s = 5\nretries", "timeout = 5\nretries");
    let ran = shop.run(["import-stock", "--json"]).exits(6);
    let place = shop.setting_place("timeout = 5", "ftp.timeout");
    ran.only_problem("settings-unknown-key", &place, &["\"timeout\"", "did you mean ftp.timeout_s?"]);
}

#[test]
fn a_wrong_password() {
    let shop = Shop::new();
    shop.setting("retries = 0", "retries = 3");
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.write("demo.pass", b"not-the-password\n");
    shop.ftp.log().clear();
    let ran = shop.run(["import-stock", "--json"]).exits(6).never_says("not-the-password");
    ran.only_problem("ftp-login-refused", "", &["12345_0", "530"]);
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
        let ran = shop.run([job, "--json"]).exits(5);
        ran.only_problem("ftp-unreachable", "", &[&format!("127.0.0.1:{port}"), "Connection refused"]);
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
        shop.run([job, "--json"]).exits(6).only_problem("ftp-folder-missing", "", &[inbox, "550"]);
    }
}

#[test]
fn an_outbox_that_does_not_exist() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.remove_remote_folder(OUTBOX);
    let ran = shop.run(["export-orders", "--json"]).exits(6);
    ran.only_problem("ftp-forbidden", "", &[&format!("cannot upload to {OUTBOX}/"), "550"]);
    shop.check_rows("SELECT exported_at FROM orders", &["NULL"]);
}

// The database ---------------------------------------------------------------------------------------------------

#[test]
fn a_database_that_is_a_folder() {
    let shop = Shop::new();
    fs::create_dir(shop.path("shop.db")).unwrap();
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem("database-is-folder", "", &["shop.db"]);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
}

#[test]
fn a_database_that_is_no_database() {
    let shop = Shop::new();
    let content = "this is a letter to the shop, not a database\n".repeat(100);
    shop.write("shop.db", content.as_bytes());
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem("not-a-database", "", &["shop.db"]);
    assert_eq!(fs::read(shop.path("shop.db")).unwrap(), content.as_bytes(), "it was written to");
}

#[test]
fn a_database_with_a_newer_schema() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.sql("UPDATE tempostar_meta SET value = '999' WHERE key = 'schema_version'");
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem("database-newer", "", &["shop.db", "version 999"]);
    shop.check_stock("A-1", 3, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
}

#[test]
fn a_database_in_a_folder_that_does_not_exist() {
    let shop = Shop::new();
    shop.setting("database = \"shop.db\"", "database = \"no/such/shop.db\"");
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem("database-folder-missing", "", &["no/such"]);
}

// Files as a whole -----------------------------------------------------------------------------------------------

/// The file is refused whole: nothing of it is written, it lies in `error/`, a copy is kept, and the run says why.
#[track_caller]
fn refused_whole(content: &[u8], code: &str, place: &str, words: &[&str]) {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    let before = shop.shop_data();
    shop.put(&format!("{STOCK_INBOX}/bad.csv"), content);
    let ran = shop.run(["import-stock", "--json"]).exits(3).outcome("partial").refused(code, place, words);
    assert_eq!(ran.file_outcome("bad.csv"), "refused");
    assert_eq!(shop.shop_data(), before, "something was written");
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert_eq!(shop.remote_bytes(&format!("{STOCK_INBOX}/error/bad.csv")), content, "it was lost");

    // It is not tried again, and the corrected one is taken under the same name.
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).ok().outcome("nothing_to_do");
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn an_empty_file() {
    refused_whole(b"", "file-empty", "bad.csv", &[]);
}

#[test]
fn a_file_with_a_header_only() {
    refused_whole(&cp932("商品コード,在庫数\n"), "header-only", "bad.csv", &[]);
    refused_whole(&cp932("商品コード,在庫数"), "header-only", "bad.csv", &[]);
}

#[test]
fn a_single_line_that_is_no_header_is_shown() {
    let found = ["the header: 550 No such file\n"];
    refused_whole(b"550 No such file\r\n", "header-only", "bad.csv", &found);
}

/// What stands in the first line of such a file may be a customer's.
#[test]
fn values_instead_of_a_header_are_not_shown() {
    let order =
        "12345-1001,2026/11/24,山田 太郎,ヤマダ タロウ,100-0001,東京都千代田区千代田1-1,03-0000-0001,5";
    let twice = order.replace(",5", ",山田 太郎");
    for (job, inbox) in [
        ("import-products", PRODUCT_INBOX),
        ("import-stock", STOCK_INBOX),
        ("import-logistics", LOGISTICS_INBOX),
    ] {
        for sheet in [format!("{order}\n"), format!("{order}\n{order}\n"), format!("{twice}\n{twice}\n")] {
            let shop = Shop::new();
            shop.put_sheet(inbox, "orders.csv", &sheet);
            let ran = shop.run([job, "--json"]).exits(3);
            assert_eq!(ran.codes(), ["no-header", "file-refused"], "{ran}");
        }
        let shop = Shop::new();
        let cut = [cp932(&format!("{order}\n1,2,")), vec![0x81, 0x20, b'\r', b'\n']].concat();
        shop.put(&format!("{inbox}/orders.csv"), cut);
        shop.run([job, "--json"]).exits(3).refused("undecodable", "orders.csv: line 2: 3", &["81"]);
    }
}

#[test]
fn a_missing_required_column() {
    for (sheet, missing, found) in [
        ("商品コード,更新日時\nA-1,2026/11/24\n", "在庫数", "商品コード, 更新日時"),
        ("SKU,在庫数\nA-1,9\n", "商品コード", "SKU, 在庫数"),
    ] {
        let place = format!("bad.csv: line 1: {missing}");
        refused_whole(&cp932(sheet), "column-missing", &place, &[found]);
    }
}

#[test]
fn an_undecodable_file() {
    let mut bytes = cp932("商品コード,在庫数,備考\nA-1,9,x\nA-1,8,");
    bytes.extend([0x81, 0x20, b'\r', b'\n']);
    refused_whole(&bytes, "undecodable", "bad.csv: line 3: 備考", &["the bytes 81 are"]);
}

#[test]
fn a_character_cut_in_half_at_the_end() {
    let mut bytes = cp932("商品コード,在庫数,備考\nA-1,9,皿");
    bytes.pop();
    refused_whole(&bytes, "undecodable", "bad.csv: line 2: 備考", &["the bytes 8E are"]);
}

#[test]
fn a_quote_that_is_never_closed() {
    for (last_row, code) in [("\"A-2\",\"8\n", "quote-not-closed"), ("\"A-2,\"8\n", "text-after-quote")] {
        let sheet = format!("商品コード,在庫数\n\"A-1\",\"9\"\n{last_row}");
        refused_whole(&cp932(&sheet), code, "bad.csv: line 3", &[]);
    }
}

#[test]
fn a_column_that_stands_there_twice() {
    let sheet = "商品コード,在庫数,在庫数\nA-1,9,8\n";
    refused_whole(&cp932(sheet), "column-twice", "bad.csv: line 1: 在庫数", &["number 2", "number 3"]);
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
        let ran = shop.run([job, "--json"]).exits(3).outcome("partial");
        let causes: Vec<String> = ran.codes().into_iter().filter(|code| code != "file-refused").collect();
        assert_eq!(causes, ["file-empty", "header-only", "column-missing"], "{ran}");
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
    shop.run(["import-stock", "--json"])
        .exits(3)
        .problem("not-a-whole-number", "stock.csv: line 4: 在庫数", &["\"12x\""])
        .problem("rejects-kept", "stock.csv", &["rejected rows (1)"]);
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
        .problem("field-count", "stock.csv: line 11", &["has 1 field", "the header 2"])
        .problem("value-missing", "stock.csv: line 21: 商品コード", &[]);
}

#[test]
fn line_numbers_count_the_lines_inside_fields_and_the_blank_ones() {
    let shop = Shop::new();
    let mut sheet = "商品コード,商品名,販売価格\nA-1,\"一\n二\n三\",1\n\n".to_owned();
    sheet += &(1..30).map(|number| format!("B-{number},皿,1\n")).collect::<String>();
    sheet += "Z-1,鉢,x\n";
    shop.put_sheet(PRODUCT_INBOX, "product.csv", &sheet);
    let ran = shop.run(["import-products", "--json"]).exits(3);
    ran.problem("not-a-whole-number", "product.csv: line 35: 販売価格", &["\"x\""]);
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

// Files of another kind ------------------------------------------------------------------------------------------

/// A header of each kind, and the job that it belongs to.
const KINDS: [(&str, &str, &str); 4] = [
    ("import-products", "a product file", "商品コード,商品名,販売価格\nA-1,赤い服,1980\n"),
    ("import-stock", "a stock file", "商品コード,在庫数\nA-1,9\n"),
    ("import-logistics", "a logistics file", "ショップ受注番号,受注進捗コード\n12345-1001,800\n"),
    (
        "export-orders",
        "an order file",
        "ショップ受注番号,受注日時,注文者名,支払方法名,請求金額\n12345-1001,2026/11/24 10:00,山田,クレジットカード,2200\n",
    ),
];

#[test]
fn a_file_of_another_kind_is_refused_as_what_it_is() {
    let inboxes = [
        ("import-products", PRODUCT_INBOX),
        ("import-stock", STOCK_INBOX),
        ("import-logistics", LOGISTICS_INBOX),
    ];
    for (job, inbox) in inboxes {
        for (owner, named, content) in KINDS.iter().filter(|(owner, ..)| *owner != job) {
            for by_hand in [false, true] {
                let shop = Shop::new();
                shop.product_in_stock("A-1", 3);
                shop.order("1001").line("A-1", 1).insert();
                let before = shop.shop_data();
                let ran = if by_hand {
                    shop.write("file.csv", &cp932(content));
                    shop.run([job, "--json", "--file", "file.csv"])
                } else {
                    shop.put_sheet(inbox, "file.csv", content);
                    shop.run([job, "--json"])
                };
                ran.exits(3).problem("file-of-another-kind", "file.csv", &[named, owner]);
                assert_eq!(shop.shop_data(), before, "{job} took {named}");
            }
        }
    }
}
