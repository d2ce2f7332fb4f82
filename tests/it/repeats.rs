//! Files are repeated, and have other columns than yesterday: whatever they hold, importing one twice is importing it
//! once, and what a file does not mention stays as it is.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;
use tempostar::app::{self, Finished};
use tempostar::moment::Clock;

use crate::harness::folder;

const SETTINGS: &str = r#"
environment = "demo"
database = "shop.db"
language = "en"
[shop]
code = "12345"
admin_email = "owner@hanaya.internal"
[ftp.demo]
url = "127.0.0.1"
user = "nobody"
password = "none"
[mail]
transport = "none"
[products]
shop_block = "その他1号店"
max_bad_rows_percent = 100
[products.guard]
price_fall_percent = 100
price_rise_percent = 0
unpublish_percent = 100
move_percent = 100
[products.free_items]
"予備1" = 1
[stock]
max_bad_rows_percent = 100
[stock.guard]
zero_percent = 100
unknown_percent = 100
[logistics]
max_bad_rows_percent = 100
add_order_lines = "add"
"#;

/// A shop without a server: files are given by hand, and the jobs run in this process.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = folder();
        fs::write(folder.path().join("tempostar.toml"), SETTINGS).unwrap();
        let desk = Self { folder };
        // Creates the database.
        desk.import("import-stock", "10:00:00", "商品コード,在庫数\nNONE,1\n");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn import(&self, job: &str, time: &str, sheet: &str) -> Finished {
        let file = self.path(&format!("{}_utf8.csv", time.replace(':', "")));
        fs::write(&file, sheet).unwrap();
        let config = self.path("tempostar.toml").into_os_string();
        let args: [OsString; 6] =
            ["tempostar".into(), job.into(), "--config".into(), config, "--file".into(), file.into()];
        let now = format!("2026-11-24 {time}").parse().unwrap();
        let finished = app::run(args, &Clock::Fixed(now));
        assert!([0, 3].contains(&finished.exit_code), "{finished:?}\n{sheet}");
        finished
    }

    fn db(&self) -> Connection {
        Connection::open(self.path("shop.db")).unwrap()
    }

    fn sql(&self, statements: &str) {
        self.db().execute_batch(statements).unwrap();
    }

    /// All rows of these columns, in the order of the table's key.
    fn rows(&self, table: &str, columns: &str) -> Vec<Vec<rusqlite::types::Value>> {
        let db = self.db();
        let mut statement = db.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2")).unwrap();
        let count = statement.column_count();
        let rows = statement.query_map([], |row| (0..count).map(|index| row.get(index)).collect()).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Everything that the imports write.
    fn everything(&self) -> Vec<Vec<Vec<rusqlite::types::Value>>> {
        ["products", "skus", "stock", "orders", "order_shipments", "order_lines"]
            .map(|table| self.rows(table, "*"))
            .into()
    }
}

/// The columns of a product file that the tests use, the table and the column that they fill, and values for them.
const PRODUCT_COLUMNS: [(&str, &str, &[&str]); 14] = [
    ("商品名", "products.name", &["皿", "", "鉢\n二行", " x "]),
    ("販売価格", "products.price", &["100", "", "0", "-1", "x"]),
    ("その他1号店販売価格", "products.price", &["90", "|com|", ""]),
    ("税率", "products.tax_rate", &["10", "8.0", "8.5", "", "8%"]),
    ("掲載フラグ", "products.published", &["0", "1", "", "2"]),
    ("商品発売日", "products.release_date", &["2026/11/24", "", "2026/02/30"]),
    ("予備1", "products.free_item_1", &["a", "", "|com|"]),
    ("商品画像1ファイル名", "products.images", &["a.jpg", ""]),
    ("商品画像2ALT", "products.images", &["裏", ""]),
    ("商品画像3ファイル名", "products.images", &["c.jpg", "", "d.jpg"]),
    ("SKU商品名", "skus.name", &["赤", "", "青"]),
    ("SKU項目1選択肢名", "skus.option1_name", &["赤", ""]),
    ("その他1号店取扱いフラグ", "skus.handled", &["0", "1", "", "|com|"]),
    ("謎", "", &["x"]),
];

fn quoted(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| format!("\"{field}\"")).collect();
    fields.join(",") + "\n"
}

/// A sheet with some of `columns` behind the key columns, and rows of some of `keys`.
fn sheet(
    key_columns: &'static [&'static str],
    keys: &'static [&'static [&'static str]],
    columns: &'static [(&'static str, &'static str, &'static [&'static str])],
) -> impl Strategy<Value = (Vec<&'static str>, String)> {
    let chosen = prop::sample::subsequence(columns, 0..=columns.len()).prop_shuffle();
    chosen.prop_flat_map(move |chosen| {
        let names: Vec<&str> = chosen.iter().map(|(name, ..)| *name).collect();
        let header = quoted(&[key_columns, &names].concat());
        let cells: Vec<_> = chosen.iter().map(|(_, _, values)| prop::sample::select(*values)).collect();
        let row =
            (prop::sample::select(keys), cells).prop_map(|(key, cells)| quoted(&[key, &cells[..]].concat()));
        let targets: Vec<&str> = chosen.iter().map(|(_, target, _)| *target).collect();
        prop::collection::vec(row, 1..8)
            .prop_map(move |rows| (targets.clone(), header.clone() + &rows.concat()))
    })
}

fn product_sheet() -> impl Strategy<Value = (Vec<&'static str>, String)> {
    const KEYS: &[&[&str]] = &[&["T-1", "S-1"], &["T-1", "S-2"], &["T-2", "S-2"], &["A-1", ""], &["", "S-3"]];
    sheet(&["商品コード", "SKUコード"], KEYS, &PRODUCT_COLUMNS)
}

fn stock_sheet() -> impl Strategy<Value = (Vec<&'static str>, String)> {
    const KEYS: &[&[&str]] = &[
        &["S-1", "5"],
        &["S-1", "0"],
        &["S-2", "-3"],
        &["S-2", "x"],
        &["S-9", "1"],
        &["", "4"],
        &["A-1", "7"],
    ];
    const COLUMNS: &[(&str, &str, &[&str])] = &[("更新日時", "", &["2026/11/24 10:00", "?"])];
    sheet(&["商品コード", "在庫数"], KEYS, COLUMNS)
}

fn logistics_sheet() -> impl Strategy<Value = (Vec<&'static str>, String)> {
    const KEYS: &[&[&str]] =
        &[&["12345-1001"], &["12345-1002"], &["12345-1003"], &["12345-9999"], &["99-1001"], &["1001"]];
    const COLUMNS: &[(&str, &str, &[&str])] = &[
        ("受注進捗コード", "", &["800", "950", "800", "999", "600", "?"]),
        ("出荷日", "", &["2026/11/24", "2026/11/23 15:00", "", "2026/02/30"]),
        ("出荷確定日", "", &["2026/11/22", ""]),
        ("配送日", "", &["2026/11/25", ""]),
        ("荷物番号", "", &["T-1", "T-2", ""]),
        ("配送方法名", "", &["宅配便", ""]),
        ("配送番号", "", &["1", "2", "", "3", "0"]),
        ("入金日付", "", &["2026/11/21", "2026/11/20 10:00", ""]),
        ("商品コード", "", &["S-1", "GIFT", "", "GIFT2"]),
        ("項目選択肢", "", &["赤", "", "青"]),
        ("数量", "", &["1", "2", "", "-1"]),
        ("税抜単価", "", &["100", ""]),
    ];
    sheet(&["ショップ受注番号"], KEYS, COLUMNS)
}

/// Orders 1001 (one destination), 1002 (two), 1003 (cancelled in the shop).
const ORDERS: &str = "
    INSERT INTO orders (order_no, updated_at) VALUES ('1001', '2026-11-20 00:00:00'), ('1002', '2026-11-20 00:00:00');
    INSERT INTO orders (order_no, cancelled_at) VALUES ('1003', '2026-11-21 00:00:00');
    INSERT INTO order_shipments (order_no, shipment_no) VALUES ('1001', 1), ('1002', 1), ('1002', 2), ('1003', 1);
    INSERT INTO order_lines (order_no, line_no, shipment_no, sku_code, options, quantity)
    VALUES ('1001', 1, 1, 'S-1', '赤', 2), ('1002', 1, 1, 'S-1', '', 1), ('1002', 2, 2, 'S-1', '', 2);";

const PRODUCTS: &str = "
    INSERT INTO products (code, updated_at) VALUES ('T-1', '2026-11-20 00:00:00'), ('A-1', '2026-11-20 00:00:00');
    INSERT INTO skus (code, product_code, updated_at)
    VALUES ('S-1', 'T-1', '2026-11-20 00:00:00'), ('S-2', 'T-1', '2026-11-20 00:00:00'), ('A-1', 'A-1', '2026-11-20 00:00:00');";

fn check_twice_is_once(job: &str, sheet: &str) -> Result<(), TestCaseError> {
    let desk = Desk::new();
    desk.sql(PRODUCTS);
    desk.sql(ORDERS);
    desk.import(job, "10:00:00", sheet);
    let once = desk.everything();
    // Tomorrow's file says the same; a file time and a clock of its own.
    desk.import(job, "11:00:00", sheet);
    prop_assert_eq!(desk.everything(), once);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_product_file_twice_is_a_product_file_once((_, sheet) in product_sheet()) {
        check_twice_is_once("import-products", &sheet)?;
    }

    #[test]
    fn a_logistics_file_twice_is_a_logistics_file_once((_, sheet) in logistics_sheet()) {
        check_twice_is_once("import-logistics", &sheet)?;
    }

    #[test]
    fn a_stock_file_twice_is_a_stock_file_once((_, sheet) in stock_sheet()) {
        let desk = Desk::new();
        desk.sql(PRODUCTS);
        let figures = "sku_code, quantity, allocated";
        desk.import("import-stock", "10:00:00", &sheet);
        let once = desk.rows("stock", figures);
        desk.import("import-stock", "11:00:00", &sheet);
        prop_assert_eq!(desk.rows("stock", figures), once);
    }

    #[test]
    fn a_file_never_changes_what_it_has_no_column_for(
        (_, first) in product_sheet(),
        (targets, second) in product_sheet(),
    ) {
        let desk = Desk::new();
        desk.import("import-products", "10:00:00", &first);
        let untouched = |table: &str| {
            let all = PRODUCT_COLUMNS.iter().filter_map(|(_, target, _)| target.strip_prefix(&format!("{table}.")));
            let others = all.filter(|column| !targets.contains(&format!("{table}.{column}").as_str()));
            // What exists is compared; the second file may add products and SKUs.
            format!("code, created_at, {}", others.chain(["code"]).collect::<Vec<_>>().join(", "))
        };
        let before = ["products", "skus"].map(|table| desk.rows(table, &untouched(table)));
        desk.import("import-products", "11:00:00", &second);
        let after = ["products", "skus"].map(|table| desk.rows(table, &untouched(table)));
        for (before, after) in before.iter().zip(&after) {
            for row in before {
                prop_assert!(after.contains(row), "{:?} is not among {:?}\n{}\n{}", row, after, first, second);
            }
        }
    }
}
