//! How strict rows are read: what is accepted in each kind of column, what becomes of rows and files that are wrong,
//! and which headers are understood.

use std::fs;
use std::time::{Duration, Instant};

use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, cp932, from_cp932};

/// The three imports: job, inbox, section of the settings.
const IMPORTS: [(&str, &str, &str); 3] = [
    ("import-products", PRODUCT_INBOX, "[products]\n"),
    ("import-stock", STOCK_INBOX, "[stock]\n"),
    ("import-logistics", LOGISTICS_INBOX, "[logistics]\n"),
];

// What is accepted -----------------------------------------------------------------------------------------------

/// The row is rejected.
const NO: &str = "rejected";

/// What is written in a cell, and what is stored for it as a whole number, a number from 0 up, a decimal, a flag, a
/// date, a date with time.
const TABLE: [[&str; 7]; 32] = [
    ["１２", NO, NO, NO, NO, NO, NO],
    ["1.5", NO, NO, "1.5", NO, NO, NO],
    ["", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"],
    ["  ", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"],
    [" 7 ", "7", "7", "7", NO, NO, NO],
    ["\t7", NO, NO, NO, NO, NO, NO],
    ["\u{3000}7", NO, NO, NO, NO, NO, NO],
    ["+3", NO, NO, NO, NO, NO, NO],
    ["1e3", NO, NO, NO, NO, NO, NO],
    ["0x1f", NO, NO, NO, NO, NO, NO],
    ["-4", "-4", NO, NO, NO, NO, NO],
    ["-0", "0", "0", NO, NO, NO, NO],
    ["－4", NO, NO, NO, NO, NO, NO],
    ["99999999999999999999", NO, NO, NO, NO, NO, NO],
    ["999999999999999", "999999999999999", "999999999999999", NO, NO, NO, NO],
    ["0012", "12", "12", "12", NO, NO, NO],
    ["1,200", NO, NO, NO, NO, NO, NO],
    ["1,5", NO, NO, NO, NO, NO, NO],
    ["0", "0", "0", "0", "0", NO, NO],
    ["1", "1", "1", "1", "1", NO, NO],
    [" 1 ", "1", "1", "1", "1", NO, NO],
    ["2", "2", "2", "2", NO, NO, NO],
    ["true", NO, NO, NO, NO, NO, NO],
    ["8%", NO, NO, NO, NO, NO, NO],
    ["２０２６/１/１", NO, NO, NO, NO, NO, NO],
    ["2026/02/30", NO, NO, NO, NO, NO, NO],
    ["2026/1/5", NO, NO, NO, NO, NO, NO],
    ["20260105", "20260105", "20260105", "20260105", NO, NO, NO],
    ["2026/01/05", NO, NO, NO, NO, "2026-01-05", "2026-01-05 00:00:00"],
    [" 2026-01-05 23:59 ", NO, NO, NO, NO, "2026-01-05", "2026-01-05 23:59:00"],
    ["2026/01/05 23:59:07", NO, NO, NO, NO, "2026-01-05", "2026-01-05 23:59:07"],
    ["2026/01/05 24:00", NO, NO, NO, NO, NO, NO],
];

const WHOLE: usize = 1;
const FROM_ZERO: usize = 2;
const DECIMAL: usize = 3;
const FLAG: usize = 4;
const DATE: usize = 5;
const MOMENT: usize = 6;

/// The problem of a value that the column of a kind does not take.
const CODES_OF_KINDS: [&str; 7] = [
    "",
    "not-a-whole-number",
    "not-a-whole-number",
    "not-a-decimal",
    "not-a-flag",
    "not-a-date",
    "not-a-date",
];

fn written() -> Vec<&'static str> {
    TABLE.iter().map(|row| row[0]).collect()
}

/// What is stored for each value of the table, in a column of this kind.
fn stored(kind: usize) -> Vec<String> {
    TABLE.iter().map(|row| row[kind].to_owned()).collect()
}

/// A sheet of a key column and one more: each value has a row of its own, from line 2 on.
fn sheet_of(key_column: &str, column: &str, keys: &[String], values: &[&str]) -> String {
    let rows = keys.iter().zip(values).map(|(key, value)| format!("\"{key}\",\"{value}\"\n"));
    format!("{key_column},{column}\n") + &rows.collect::<String>()
}

/// Each value that must be rejected is, with this code or one for figures that are too small, with file, line, column
/// and the value itself; no other is.
#[track_caller]
fn check_rejected(ran: &Ran, code: &str, file: &str, column: &str, values: &[&str], expected: &[String]) {
    let document = ran.json();
    let problems = document["problems"].as_array().unwrap();
    let at = |line: usize| {
        problems
            .iter()
            .find(|problem| problem["file"] == file && problem["line"] == line && problem["column"] == column)
    };
    for ((line, value), expected) in (2..).zip(values).zip(expected) {
        match (at(line), expected == NO) {
            (Some(problem), true) => {
                let code = match (code, *value) {
                    ("not-a-whole-number", "-4") => "negative-number",
                    ("number-below-one", "-4" | "0") => code,
                    ("number-below-one", _) => "not-a-whole-number",
                    ("value-missing", value) if !value.trim_matches(' ').is_empty() => "not-a-whole-number",
                    _ => code,
                };
                assert_eq!(problem["code"], code, "{column}: {value:?}\n{ran}");
                let message = problem["message"].as_str().unwrap();
                let shown = value.replace('\t', "\\t");
                assert!(message.contains(shown.trim_matches(' ')), "{column}: {value:?}: {message}");
            }
            (None, false) => {}
            (found, _) => panic!("{column}: {value:?} should be {expected}: {found:?}\n{ran}"),
        }
    }
}

/// Imports one file per column, tolerating all bad rows.
#[track_caller]
fn import_all(shop: &Shop, (job, inbox, section): (&str, &str, &str), sheets: &[(String, String)]) -> Ran {
    shop.setting(section, &format!("{section}max_bad_rows_percent = 100\n"));
    for (name, sheet) in sheets {
        shop.put_sheet(inbox, name, sheet);
    }
    shop.run([job, "--json"]).exits(3)
}

#[test]
fn each_kind_of_product_column_accepts_what_the_table_says() {
    let columns = [
        ("販売価格", "price", FROM_ZERO),
        ("定価", "list_price", FROM_ZERO),
        ("原価", "cost", FROM_ZERO),
        ("最大購入数", "max_quantity", FROM_ZERO),
        ("最小購入数", "min_quantity", FROM_ZERO),
        ("注意在庫数", "low_stock_quantity", FROM_ZERO),
        ("税率", "tax_rate", DECIMAL),
        ("商品重量", "weight", DECIMAL),
        ("課税対象", "taxable", FLAG),
        ("掲載フラグ", "published", FLAG),
        ("商品発売日", "release_date", DATE),
        ("期間販売開始日時", "sale_starts_at", MOMENT),
        ("期間販売終了日時", "sale_ends_at", MOMENT),
    ];
    let shop = Shop::new();
    let keys = |number: usize| -> Vec<String> {
        (0..TABLE.len()).map(|row| format!("{number:02}-{row:02}")).collect()
    };
    let sheets: Vec<(String, String)> = (0..)
        .zip(columns)
        .map(|(number, (column, ..))| {
            (format!("{number:02}.csv"), sheet_of("商品コード", column, &keys(number), &written()))
        })
        .collect();
    let ran = import_all(&shop, IMPORTS[0], &sheets);
    for (number, (column, ours, kind)) in (0..).zip(columns) {
        check_rejected(
            &ran,
            CODES_OF_KINDS[kind],
            &format!("{number:02}.csv"),
            column,
            &written(),
            &stored(kind),
        );
        for (key, expected) in keys(number).iter().zip(stored(kind)) {
            let found = shop.rows(&format!("SELECT {ours} FROM products WHERE code = '{key}'"));
            let expected: Vec<String> = (expected != NO).then_some(expected).into_iter().collect();
            assert_eq!(found, expected, "{column} of {key}");
        }
    }
}

#[test]
fn whether_a_sku_is_handled_is_0_or_1_and_empty_means_yes() {
    let shop = Shop::new();
    let keys: Vec<String> = (0..TABLE.len()).map(|row| format!("H-{row:02}")).collect();
    let sheet = sheet_of("商品コード", "取扱いフラグ", &keys, &written());
    let expected: Vec<String> = stored(FLAG).iter().map(|stored| stored.replace("NULL", "1")).collect();
    let ran = import_all(&shop, IMPORTS[0], &[("h.csv".to_owned(), sheet)]);
    check_rejected(&ran, "not-a-flag", "h.csv", "取扱いフラグ", &written(), &expected);
    let taken = expected.iter().zip(&keys).filter(|(stored, _)| *stored != NO);
    let taken: Vec<String> = taken.map(|(stored, key)| format!("{key}|{stored}")).collect();
    assert_eq!(shop.rows("SELECT code, handled FROM skus ORDER BY code"), taken);
}

/// What may stand in a code, and what may not.
const CODES: [(&str, bool); 16] = [
    ("１２", true),
    ("1.5", true),
    ("", false),
    (" 7 ", false),
    ("7\u{3000}", false),
    ("\t7", false),
    ("a\nb", false),
    ("+3", true),
    ("1e3", true),
    ("-4", true),
    ("99999999999999999999", true),
    ("0012", true),
    ("12", true),
    ("1,200", true),
    ("A 1", true),
    ("true", true),
];

#[test]
fn a_code_is_kept_as_it_stands_or_rejected() {
    let shop = Shop::new();
    let rows: String = CODES.iter().map(|(code, _)| format!("\"{code}\",皿\n")).collect();
    let ran =
        import_all(&shop, IMPORTS[0], &[("codes.csv".to_owned(), format!("商品コード,商品名\n{rows}"))]);
    let blanks = "code-has-blanks";
    assert_eq!(ran.codes(), ["value-missing", blanks, blanks, blanks, blanks, "rejects-kept"], "{ran}");
    let mut kept: Vec<&str> = CODES.iter().filter(|(_, is_kept)| *is_kept).map(|(code, _)| *code).collect();
    kept.sort_unstable();
    assert_eq!(shop.rows("SELECT code FROM products ORDER BY code"), kept);

    // The same codes, as a stock file names them.
    let rows: String = CODES.iter().map(|(code, _)| format!("\"{code}\",3\n")).collect();
    let ran =
        import_all(&shop, IMPORTS[1], &[("stock.csv".to_owned(), format!("商品コード,在庫数\n{rows}"))]);
    assert_eq!(ran.json()["counts"]["rejected"], CODES.len() - kept.len());
    assert_eq!(shop.rows("SELECT sku_code FROM stock WHERE quantity = 3 ORDER BY sku_code"), kept);
}

#[test]
fn a_text_is_kept_as_it_stands() {
    let shop = Shop::new();
    let keys: Vec<String> = (0..TABLE.len()).map(|row| format!("T-{row:02}")).collect();
    shop.put_sheet(PRODUCT_INBOX, "t.csv", &sheet_of("商品コード", "国際商品識別コード", &keys, &written()));
    shop.run(["import-products", "--json"]).ok().count("rejected", 0);
    let expected: Vec<&str> =
        written().into_iter().map(|text| if text.is_empty() { "NULL" } else { text }).collect();
    assert_eq!(shop.rows("SELECT jan FROM products ORDER BY code"), expected);
}

#[test]
fn a_stock_figure_is_a_whole_number_and_must_be_there() {
    let shop = Shop::new();
    let keys: Vec<String> = (1..=TABLE.len()).map(|row| format!("S-{row:03}")).collect();
    shop.many_products_in_stock(TABLE.len());
    shop.sql("UPDATE stock SET quantity = 77");
    let expected: Vec<String> = stored(WHOLE).iter().map(|stored| stored.replace("NULL", NO)).collect();
    let sheet = sheet_of("商品コード", "在庫数", &keys, &written());
    shop.setting(
        "[stock]\n",
        "[stock]\nmax_quantity = 999999999999999\nguard.zero_percent = 100\nguard.rise_percent = 100\n",
    );
    let ran = import_all(&shop, IMPORTS[1], &[("s.csv".to_owned(), sheet)]);
    let shown: Vec<&str> = written().into_iter().map(str::trim_start).collect();
    check_rejected(&ran, "value-missing", "s.csv", "在庫数", &shown, &expected);
    let expected: Vec<String> = expected.iter().map(|stored| stored.replace(NO, "77")).collect();
    assert_eq!(shop.rows("SELECT quantity FROM stock ORDER BY sku_code"), expected);
}

/// An order with one shipment for each value of the table: `<column>-<row>`.
fn insert_orders(shop: &Shop, columns: usize) {
    let numbers =
        (0..columns).flat_map(|column| (0..TABLE.len()).map(move |row| format!("('{column:02}-{row:02}')")));
    shop.sql(&format!(
        "BEGIN;
         INSERT INTO orders (order_no) VALUES {};
         UPDATE orders SET exported_at = '2026-11-24 10:06:00';
         INSERT INTO order_shipments (order_no, shipment_no) SELECT order_no, 1 FROM orders;
         COMMIT;",
        numbers.collect::<Vec<_>>().join(", ")
    ));
}

#[test]
fn each_kind_of_logistics_column_accepts_what_the_table_says() {
    // What is stored where nothing is written is the file's own day, as for any shipment without a date.
    let columns = [
        ("出荷日", "shipped_on", DATE, "2026-11-24"),
        ("出荷確定日", "shipped_on", DATE, "2026-11-24"),
        ("配送日", "delivered_on", DATE, "NULL"),
        ("入金日付", "paid_at", MOMENT, "2026-11-24 10:15:00"),
    ];
    let shop = Shop::new();
    shop.setting("[logistics]\n", "[logistics]\nwithout_status = \"shipped\"\n");
    insert_orders(&shop, columns.len());
    let keys = |number: usize| -> Vec<String> {
        (0..TABLE.len()).map(|row| format!("12345-{number:02}-{row:02}")).collect()
    };
    let sheets: Vec<(String, String)> = (0..)
        .zip(columns)
        .map(|(number, (column, ..))| {
            (format!("{number:02}.csv"), sheet_of("ショップ受注番号", column, &keys(number), &written()))
        })
        .collect();
    let ran = import_all(&shop, IMPORTS[2], &sheets);
    for (number, (column, ours, kind, if_empty)) in (0..).zip(columns) {
        check_rejected(
            &ran,
            CODES_OF_KINDS[kind],
            &format!("{number:02}.csv"),
            column,
            &written(),
            &stored(kind),
        );
        let stored = stored(kind);
        let expected = stored.iter().map(|stored| match stored.as_str() {
            NO => "NULL|0".to_owned(),
            "NULL" => format!("{if_empty}|1"),
            // 入金日付 keeps its time, the others are days.
            stored => format!("{stored}|1"),
        });
        let found = shop.rows(&format!(
            "SELECT {ours}, delivery_status
             FROM orders
             JOIN order_shipments USING (order_no)
             WHERE order_no LIKE '{number:02}-%'
             ORDER BY order_no"
        ));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{column}");
    }
}

#[test]
fn a_progress_code_is_made_of_digits_and_a_destination_counts_from_1() {
    let shop = Shop::new();
    shop.setting("[logistics]\n", "[logistics]\nwithout_status = \"shipped\"\n");
    insert_orders(&shop, 2);
    let keys = |number: usize| -> Vec<String> {
        (0..TABLE.len()).map(|row| format!("12345-{number:02}-{row:02}")).collect()
    };
    let progress = written();
    // Nothing said is not shipped yet.
    let is_code = |text: &str| text.trim_matches(' ').bytes().all(|b| b.is_ascii_digit());
    let expected: Vec<String> =
        progress.iter().map(|text| if is_code(text) { "0".to_owned() } else { NO.to_owned() }).collect();
    let destinations: Vec<String> = stored(WHOLE)
        .into_iter()
        .map(|stored| if stored == "-4" || stored == "0" { NO.to_owned() } else { stored })
        .collect();
    let sheets = [
        ("p.csv".to_owned(), sheet_of("ショップ受注番号", "受注進捗コード", &keys(0), &progress)),
        ("d.csv".to_owned(), sheet_of("ショップ受注番号", "配送番号", &keys(1), &progress)),
    ];
    let ran = import_all(&shop, IMPORTS[2], &sheets);
    let shown: Vec<&str> =
        progress.iter().map(|text| if *text == "\u{3000}7" { "\\u{3000}7" } else { text }).collect();
    check_rejected(&ran, "bad-progress-code", "p.csv", "受注進捗コード", &shown, &expected);
    shop.check_rows("SELECT count(*) FROM orders WHERE delivery_status = 1 AND order_no LIKE '00-%'", &["0"]);
    let shown: Vec<&str> = progress.iter().map(|text| if *text == "-0" { "0" } else { text }).collect();
    check_rejected(&ran, "number-below-one", "d.csv", "配送番号", &shown, &destinations);
    // Destination 1, or all of them; there is no 7th and no 12th.
    let shipped = "SELECT count(*) FROM orders WHERE delivery_status = 1 AND order_no LIKE '01-%'";
    let expected = destinations.iter().filter(|stored| *stored == "1" || *stored == "NULL").count();
    shop.check_rows(shipped, &[&expected.to_string()]);
}

#[test]
fn the_figures_of_an_added_line_are_whole_numbers() {
    for (column, ours, if_empty) in [("数量", "quantity", NO), ("税抜単価", "unit_price_excl_tax", "0")]
    {
        let shop = Shop::new();
        shop.setting("[logistics]\n", "[logistics]\nwithout_status = \"shipped\"\n");
        shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
        insert_orders(&shop, 1);
        let quantity = if column == "数量" { "" } else { ",\"1\"" };
        let header = if column == "数量" { "" } else { ",数量" };
        let rows: String = (0..)
            .zip(written())
            .map(|(row, value)| format!("\"12345-00-{row:02}\",\"GIFT\",\"{value}\"{quantity}\n"))
            .collect();
        let sheet = format!("ショップ受注番号,商品コード,{column}{header}\n{rows}");
        import_all(&shop, IMPORTS[2], &[("l.csv".to_owned(), sheet)]);
        let stored = stored(WHOLE).into_iter().map(|stored| match stored.as_str() {
            "NULL" => if_empty.to_owned(),
            "-4" | "0" if column == "数量" => NO.to_owned(),
            _ => stored,
        });
        let found = shop.rows(&format!(
            "SELECT coalesce({ours}, '{NO}')
             FROM orders
             LEFT JOIN order_lines USING (order_no)
             ORDER BY order_no"
        ));
        assert_eq!(found, stored.collect::<Vec<_>>(), "{column}");
    }
}

// Rejected rows and refused files --------------------------------------------------------------------------------

/// 40 rows, of which the one in line 11 is wrong.
struct BadRow {
    sheet: String,
    column: &'static str,
    wrong: &'static str,
    right: &'static str,
    code: &'static str,
}

impl BadRow {
    /// It is the run's problem.
    #[track_caller]
    fn check_told(&self, ran: Ran) -> Ran {
        let place = format!("data.csv: line 11: {}", self.column);
        ran.problem(self.code, &place, &[&format!("\"{}\"", self.wrong)])
    }
}

/// For each import.
fn sheet_with_a_bad_row(shop: &Shop, job: &str) -> BadRow {
    let rows = |row: &dyn Fn(usize) -> String| (1..=40).map(row).collect::<String>();
    match job {
        "import-products" => {
            let row = |number: usize| {
                format!("P-{number:02},髙い皿～表,{}\n", if number == 10 { "千円" } else { "1000" })
            };
            BadRow {
                sheet: format!("商品コード,商品名,販売価格\n{}", rows(&row)),
                column: "販売価格",
                wrong: "千円",
                right: "1000",
                code: "not-a-whole-number",
            }
        }
        "import-stock" => {
            shop.many_products_in_stock(40);
            let row = |number: usize| format!("S-{number:03},{}\n", if number == 10 { "１２" } else { "12" });
            BadRow {
                sheet: format!("商品コード,在庫数\n{}", rows(&row)),
                column: "在庫数",
                wrong: "１２",
                right: "12",
                code: "not-a-whole-number",
            }
        }
        _ => {
            insert_orders(shop, 2);
            // It ships all that there is.
            shop.settings(|text| {
                text.replacen("[logistics]\n", "[logistics]\nguard.ship_percent = 100\n", 1)
            });
            let row = |number: usize| {
                let date = if number == 10 { "2026/02/30" } else { "2026/11/24" };
                format!("12345-{:02}-{:02},800,{date}\n", number / 30, number % 30)
            };
            BadRow {
                sheet: format!("ショップ受注番号,受注進捗コード,出荷日\n{}", rows(&row)),
                column: "出荷日",
                wrong: "2026/02/30",
                right: "2026/02/28",
                code: "not-a-date",
            }
        }
    }
}

#[test]
fn a_file_of_rejected_rows_is_corrected_and_fed_back() {
    for (job, inbox, _) in IMPORTS {
        let mut shop = Shop::new();
        let bad = sheet_with_a_bad_row(&shop, job);
        let BadRow { sheet, wrong, right, .. } = &bad;
        shop.put_sheet(inbox, "data.csv", sheet);
        bad.check_told(shop.run([job, "--json"]).exits(3).count("rejected", 1));

        let rejects = shop.work_files_below("rejects");
        assert_eq!(rejects.len(), 1, "{job}: {rejects:?}");
        let text = from_cp932(&fs::read(&rejects[0]).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        let header = sheet.lines().next().unwrap().replace(',', "\",\"");
        assert_eq!(lines[0], format!("\"{header}\",\"行番号\",\"理由\""), "{job}");
        assert!(
            lines[1].contains(&format!("\"{wrong}\",\"11\",\"{}: \"\"{wrong}\"\"", bad.column)),
            "{text}"
        );

        // Fed back as it is, it is refused: its only row is still wrong.
        let path = rejects[0].to_str().unwrap().to_owned();
        shop.at("2026-11-24 10:20:00");
        let ran = shop.run([job, "--json", "--file", &path]).exits(3);
        assert_eq!(ran.codes(), [bad.code, "too-many-bad-rows"], "{job}\n{ran}");

        // Only the value is corrected, the reason still stands behind it.
        let corrected = lines[1].replacen(wrong, right, 1);
        fs::write(&path, cp932(&format!("{}\n{corrected}\n", lines[0]))).unwrap();
        let ran = shop.run([job, "--json", "--file", &path]).ok().count("rejected", 0).never_says("理由");
        assert_eq!(ran.json()["files"][0]["applied"], 1, "{job}: {ran}");
    }
}

#[test]
fn not_one_bad_row_is_tolerated_where_the_limit_is_0_percent() {
    for (job, inbox, section) in IMPORTS {
        let mut shop = Shop::new();
        shop.setting(section, &format!("{section}max_bad_rows_percent = 0\n"));
        let bad = sheet_with_a_bad_row(&shop, job);
        let BadRow { sheet, wrong, right, .. } = &bad;
        shop.put_sheet(inbox, "data.csv", sheet);
        shop.db();
        let before = shop.shop_data();
        let ran = bad.check_told(shop.run([job, "--json"]).exits(3));
        assert_eq!(ran.file_outcome("data.csv"), "refused");
        assert_eq!(shop.shop_data(), before, "{job}");
        assert_eq!(shop.remote_files(inbox), [""; 0]);
        assert_eq!(shop.remote_files(&format!("{inbox}/error")), ["data.csv"]);
        assert!(shop.work_files_below("rejects").is_empty(), "whoever fed them back would forget the others");

        // It is not tried again. Put back as it is, it is judged anew.
        shop.at("2026-11-24 10:25:00").run([job, "--json"]).ok().outcome("nothing_to_do");
        shop.put_sheet(inbox, "data.csv", sheet);
        let ran = shop.at("2026-11-24 10:35:00").run([job, "--json"]).exits(3);
        assert_eq!(ran.file_outcome("data.csv"), "refused");
        assert_eq!(shop.shop_data(), before, "{job}");
        assert_eq!(shop.remote_files(&format!("{inbox}/error")).len(), 2, "the first one is still there");

        // A corrected one is taken under the same name.
        shop.put_sheet(inbox, "data.csv", &sheet.replace(wrong, right));
        let ran = shop.at("2026-11-24 10:45:00").run([job, "--json"]).ok();
        assert_eq!(ran.file_outcome("data.csv"), "applied");
        assert_ne!(shop.shop_data(), before, "{job}");
    }
}

#[test]
fn a_refused_file_is_taken_when_the_settings_tolerate_it() {
    let mut shop = Shop::new();
    let good: String = (1..=18).map(|number| format!("A-{number:02},1\n")).collect();
    let sheet = format!("商品コード,販売価格\n{good}B-1,x\nB-2,x\n");
    shop.put_sheet(PRODUCT_INBOX, "p.csv", &sheet);
    shop.run(["import-products"]).exits(3);
    shop.check_rows("SELECT count(*) FROM products", &["0"]);
    shop.setting("[products]\n", "[products]\nmax_bad_rows_percent = 10\n");
    shop.put_sheet(PRODUCT_INBOX, "p.csv", &sheet);
    shop.at("2026-11-24 10:25:00").run(["import-products", "--json"]).exits(3).count("created", 18);
    shop.check_rows("SELECT count(*), sum(price) FROM products", &["18|18"]);
}

#[test]
fn of_a_small_file_the_right_rows_are_taken_unless_all_are_wrong() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "s.csv", "商品コード,在庫数\nA-1,9\nA-2,x\nA-3,y\n");
    shop.run(["import-stock", "--json"]).exits(3).count("changed", 1).count("rejected", 2);
    shop.put_sheet(STOCK_INBOX, "s.csv", "商品コード,在庫数\nA-1,z\n");
    let ran = shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).exits(3).count("rejected", 1);
    ran.problem("too-many-bad-rows", "s.csv", &["1 of 1 rows"]);
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn rows_without_content_are_blank_lines_and_ctrl_z_is_the_end() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    let sheet = "商品コード,在庫数\n,\nA-1,9\n\"\",\" \"\nA-2,x\n,\n\u{1a}";
    shop.put_sheet(STOCK_INBOX, "s.csv", sheet);
    let ran = shop.run(["import-stock", "--json"]).exits(3).count("changed", 1).count("rejected", 1);
    ran.problem("not-a-whole-number", "s.csv: line 5: 在庫数", &["\"x\""]);
    shop.check_stock("A-1", 9, 0);
    shop.put_sheet(STOCK_INBOX, "s.csv", "商品コード,在庫数\n,\n,\n\u{1a}");
    shop.at("2026-11-24 10:25:00").run(["import-stock", "--json"]).exits(3).has_code("header-only");
}

#[test]
fn a_problem_says_file_line_column_value_and_reason_in_one_line() {
    let shop = Shop::new();
    let good: String = (1..30).map(|number| format!("B-{number},\"一\n二\",1\n\n")).collect();
    shop.put_sheet(PRODUCT_INBOX, "product.csv", &format!("商品コード,備考,販売価格\n{good}Z-1,,1.5\n"));
    // Each of the 29 rows takes two lines, and a blank one follows.
    shop.run(["import-products"])
        .exits(3)
        .says("product.csv: line 89: 販売価格: \"1.5\" is not a whole number");
}

// Headers --------------------------------------------------------------------------------------------------------

#[test]
fn a_header_is_understood_however_it_is_written() {
    let bom = "\u{feff}";
    for (number, header, utf8) in [
        (1, "商品コード,ヘッダ Title,PCキャッチコピー,商品画像1ALT,商品画像1ファイル名".to_owned(), false),
        (
            2,
            "\"商品コード\",\"ヘッダ Title\",\"PCキャッチコピー\",\"商品画像1ALT\",\"商品画像1ファイル名\""
                .to_owned(),
            false,
        ),
        (
            3,
            "商品コード , ヘッダ　Title,ＰＣキャッチコピー,商品画像１ＡＬＴ,商品画像１ファイル名".to_owned(),
            false,
        ),
        (4, "商品ｺｰﾄﾞ,ﾍｯﾀﾞTitle,PCｷｬｯﾁｺﾋﾟｰ,商品画像1Alt,商品画像1ﾌｧｲﾙ名".to_owned(), false),
        (5, format!("{bom}商品コード,ヘッダ Title,PCキャッチコピー,商品画像1ALT,商品画像1ファイル名"), true),
        (
            6,
            format!("{bom}\"商品コード\",\"ヘッダ Title\",PCキャッチコピー,商品画像1ALT,商品画像1ファイル名"),
            true,
        ),
        (
            7,
            "\n\n商品コード,ヘッダ Title,PCキャッチコピー,商品画像1ALT,商品画像1ファイル名".to_owned(),
            false,
        ),
    ] {
        let shop = Shop::new();
        let sheet = format!("{header}\nA-1,題,毎日の皿,正面,f.jpg\n");
        let bytes = if utf8 { sheet.into_bytes() } else { cp932(&sheet) };
        shop.put(&format!("{PRODUCT_INBOX}/{number}.csv"), bytes);
        shop.run(["import-products", "--json"]).ok().no_problem();
        shop.check_rows(
            "SELECT title_tag, catch_copy, images FROM products",
            &["題|毎日の皿|[{\"file\":\"f.jpg\",\"alt\":\"正面\"}]"],
        );
    }
}

#[test]
fn parentheses_may_be_wide_or_narrow() {
    for header in ["素材(綿)", "素材（綿）", "素材 （綿)"] {
        let shop = Shop::new();
        shop.sql("INSERT INTO product_free_items (number, name) VALUES (2, '素材（綿）')");
        shop.settings(|text| text + "[products.free_items]\n\"予備(1)\" = 1\n");
        shop.put_sheet(PRODUCT_INBOX, "p.csv", &format!("商品コード,{header},予備（1）\nA-1,100％,x\n"));
        shop.run(["import-products", "--json"]).ok().no_problem();
        shop.check_rows("SELECT free_item_1, free_item_2 FROM products", &["x|100％"]);
    }
}

#[test]
fn the_columns_order_does_not_matter() {
    for (number, sheet) in
        ["販売価格,商品名,商品コード\n100,皿,A-1\n", "商品名,商品コード,販売価格\n皿,A-1,100\n"]
            .into_iter()
            .enumerate()
    {
        let shop = Shop::new();
        shop.put_sheet(PRODUCT_INBOX, &format!("{number}.csv"), sheet);
        shop.run(["import-products"]).ok();
        shop.check_rows("SELECT code, name, price FROM products", &["A-1|皿|100"]);
    }
}

#[test]
fn the_same_column_twice_refuses_the_file_and_is_named() {
    for header in ["商品コード,販売価格,販売価格", "商品コード,販売価格,販売 価格", "商品コード,謎,謎"]
    {
        let shop = Shop::new();
        shop.put_sheet(PRODUCT_INBOX, "p.csv", &format!("{header}\nA-1,1,2\n"));
        let place = format!("p.csv: line 1: {}", header.rsplit(',').next().unwrap());
        let ran = shop.run(["import-products", "--json"]).exits(3);
        ran.refused("column-twice", &place, &["(as number 2 and number 3)"]);
        shop.check_rows("SELECT count(*) FROM products", &["0"]);
    }
}

#[test]
fn thousands_of_columns_are_no_burden() {
    let shop = Shop::new();
    let malls = |value: &dyn Fn(usize) -> String| (1..=3_500).map(value).collect::<Vec<_>>().join(",");
    let mut sheet = format!(
        "商品コード,{},商品名\n",
        malls(&|number| format!("その他{}号店項目{}", number / 50, number))
    );
    let row = malls(&|number| format!("\"値{number}\""));
    for number in 1..=60 {
        sheet += &format!("P-{number:03},{row},皿{number}\n");
    }
    shop.put_sheet(PRODUCT_INBOX, "wide.csv", &sheet);
    let begun = Instant::now();
    let ran = shop.run(["import-products", "--json"]).ok().count("created", 60);
    // A second or two on a busy machine, built without optimisation.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    ran.only_problem("unknown-columns", "wide.csv", &["(3500): その他0号店項目1, "]);
}
