//! Product sheets: first load, the same again, a little changed; with the columns of one mall and of very many.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::desk::Desk;
use crate::measure::{Measured, medians};
use crate::others::is_there;
use crate::sheets::{PRODUCT_COLUMNS, ProductSheet, product_columns};
use crate::table::Table;
use crate::{Options, myself};

/// How many columns a sheet has at least as often as there are malls.
const MANY_COLUMNS: usize = 3_000;

pub fn compare(desk: &Desk, options: &Options) -> Result<Table> {
    let rows = options.rows / 10;
    let sheet = |changed| ProductSheet { rows, changed, columns: PRODUCT_COLUMNS };
    let title = format!("Products, {rows} rows × {PRODUCT_COLUMNS} columns");
    let mut table = Table::new(&title, "parse only (csv crate)");
    if options.others && !has_shell() {
        println!("LEFT OUT: {SHELL}: `sqlite3 --version` does not work here");
    }
    let old = desk.path("products_old.csv");
    sheet(0).write(&old)?;
    desk.create_database()?;
    desk.keep_as("empty.db")?;
    desk.measure(&mut desk.import("import-products", &old))?;
    desk.keep_as("products.db")?;
    let new = desk.path("products_new.csv");
    for (title, database, changed) in
        [("first load", "empty.db", 0), ("identical", "products.db", 0), ("1 % changed", "products.db", 10)]
    {
        if !options.wants(title) {
            continue;
        }
        sheet(changed).write(&new)?;
        measure_all(desk, options, &mut table, title, database, &new)?;
    }
    fs::remove_file(&old)?;
    if options.wants("3,000 columns") {
        ProductSheet { rows: rows / 20, changed: 0, columns: MANY_COLUMNS }.write(&new)?;
        measure_all(
            desk,
            options,
            &mut table,
            "first load, 3,000 columns, a twentieth of the rows",
            "empty.db",
            &new,
        )?;
    }
    Ok(table)
}

fn measure_all(
    desk: &Desk,
    options: &Options,
    table: &mut Table,
    title: &str,
    database: &str,
    sheet: &Path,
) -> Result<()> {
    let mut floor = myself();
    floor.arg("child-parse").arg(sheet);
    let mut contenders =
        vec![("parse only (csv crate)", floor), ("tempostar", desk.import("import-products", sheet))];
    if options.others && has_shell() && !title.contains("columns") {
        contenders.push((SHELL, shell(desk, sheet)));
    }
    let mut measured: Vec<Vec<Measured>> = vec![Vec::new(); contenders.len()];
    for _ in 0..options.rounds {
        for ((_, command), measured) in contenders.iter_mut().zip(&mut measured) {
            desk.restore(database)?;
            measured.push(desk.measure(command)?);
        }
    }
    for ((name, _), measured) in contenders.iter().zip(&measured) {
        table.add(title, name, medians(measured));
    }
    Ok(())
}

const SHELL: &str = "iconv, sqlite3 .import, upsert";

fn has_shell() -> bool {
    is_there(&["sqlite3", "--version"])
}

/// The sheet's columns and the shop's, for SQLite's shell. (It leaves the images out: they are a JSON array with us.)
const SHELL_PRODUCT_COLUMNS: [(&str, &str); 25] = [
    ("商品名", "name"),
    ("商品名カナ", "kana"),
    ("販売商品名", "selling_name"),
    ("販売価格", "price"),
    ("定価", "list_price"),
    ("原価", "cost"),
    ("課税対象", "taxable"),
    ("税率", "tax_rate"),
    ("国際商品識別コード", "jan"),
    ("商品重量", "weight"),
    ("メーカー", "maker"),
    ("生産地", "origin"),
    ("備考", "note"),
    ("掲載フラグ", "published"),
    ("商品発売日", "release_date"),
    ("期間販売開始日時", "sale_starts_at"),
    ("期間販売終了日時", "sale_ends_at"),
    ("最大購入数", "max_quantity"),
    ("最小購入数", "min_quantity"),
    ("注意在庫数", "low_stock_quantity"),
    ("検索キーワード", "search_keywords"),
    ("ヘッダ Title", "title_tag"),
    ("META keywords", "meta_keywords"),
    ("META description", "meta_description"),
    ("PCキャッチコピー", "catch_copy"),
];
const SHELL_SKU_COLUMNS: [(&str, &str); 13] = [
    ("商品コード", "product_code"),
    ("SKU商品名", "name"),
    ("商品SKU統一コード", "unified_code"),
    ("SKU国際商品識別コード", "jan"),
    ("SKU項目1タイトル", "option1_title"),
    ("SKU項目1選択肢名", "option1_name"),
    ("SKU項目1選択肢コード", "option1_code"),
    ("SKU項目2タイトル", "option2_title"),
    ("SKU項目2選択肢名", "option2_name"),
    ("SKU項目2選択肢コード", "option2_code"),
    ("SKU項目3タイトル", "option3_title"),
    ("SKU項目3選択肢名", "option3_name"),
    ("取扱いフラグ", "handled"),
];

/// SQLite's shell: a staging table with the sheet's columns, and an upsert into each of the shop's two tables.
fn shell(desk: &Desk, sheet: &Path) -> Command {
    let free: Vec<(String, String)> =
        (1..=10).map(|number| (format!("予備{number}"), format!("free_item_{number}"))).collect();
    let free = free.iter().map(|(theirs, ours)| (theirs.as_str(), ours.as_str()));
    let product: Vec<(&str, &str)> = SHELL_PRODUCT_COLUMNS.into_iter().chain(free).collect();
    let names: Vec<String> =
        product_columns(PRODUCT_COLUMNS).iter().map(|name| format!("\"{name}\" TEXT")).collect();
    let script = format!(
        "PRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\n\
         CREATE TEMP TABLE staging ({});\n.mode csv\n\
         .import --skip 1 --schema temp \"|iconv -f CP932 -t UTF-8 '{}'\" staging\n\
         BEGIN IMMEDIATE;\n{}{}COMMIT;\n",
        names.join(", "),
        sheet.display(),
        upsert("products", "商品コード", &product),
        upsert("skus", "SKUコード", &SHELL_SKU_COLUMNS),
    );
    let mut command = Command::new("sh");
    command.args(["-c", "printf '%s' \"$1\" | sqlite3 -bail \"$2\"", "sh", &script]).arg(desk.database());
    command
}

fn upsert(table: &str, key: &str, columns: &[(&str, &str)]) -> String {
    let theirs: Vec<String> = columns.iter().map(|(theirs, _)| format!("nullif(\"{theirs}\", '')")).collect();
    let ours: Vec<&str> = columns.iter().map(|(_, ours)| *ours).collect();
    let assigned: Vec<String> = ours.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    format!(
        "INSERT INTO {table} (code, {}) SELECT \"{key}\", {} FROM temp.staging WHERE true \
         ON CONFLICT (code) DO UPDATE SET {};\n",
        ours.join(", "),
        theirs.join(", "),
        assigned.join(", "),
    )
}
