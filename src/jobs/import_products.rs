//! `import-products` (商品情報取込): TEMPOSTAR is the master of product data. A product file creates and updates the
//! shop's products and SKUs; it never deletes any.
//!
//! One row is one SKU; what belongs to the product is repeated in each of its rows. A column that the file lacks leaves
//! the shop's value alone, one that is there but empty clears it. A column for which the shop has no field needs a
//! free item (自由項目); one without a home is named in the report.
//!
//! Products that a full file does not name any more stay, and are kept in a list: they must be deleted by hand.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Statement, Transaction};
use serde::{Deserialize, Serialize};

use super::Names;
use crate::clock::{format_time, parse_time};
use crate::crash;
use crate::encoding::comparable_name;
use crate::report::Counts;
use crate::settings::{Inbox, Products, Settings};
use crate::sheet::{Column, Header, KeptRow, Row, RowProblem};
use crate::shop;
use crate::staging::{Agreement, Cell, Left, Slice, Stager, Staging};
use crate::sync::Run;
use crate::sync::import::{
    Comparison, ImportJob, Incoming, Progress, Room, Source, Stamp, import, read_ahead,
};
use crate::text::jobs as text;

/// The subcommand.
pub const COMMAND: &str = "import-products";

/// How a column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// A whole number from 0 up: a price or a quantity.
    Amount,
    Decimal,
    Flag,
    Date,
    Moment,
}

/// TEMPOSTAR's column, ours, and how it is read: what belongs to a product.
const PRODUCT_COLUMNS: [(&str, &str, Kind); 25] = [
    ("商品名", "name", Kind::Text),
    ("商品名カナ", "kana", Kind::Text),
    ("販売商品名", "selling_name", Kind::Text),
    ("販売価格", "price", Kind::Amount),
    ("定価", "list_price", Kind::Amount),
    ("原価", "cost", Kind::Amount),
    ("課税対象", "taxable", Kind::Flag),
    ("税率", "tax_rate", Kind::Decimal),
    ("国際商品識別コード", "jan", Kind::Text),
    ("商品重量", "weight", Kind::Decimal),
    ("メーカー", "maker", Kind::Text),
    ("生産地", "origin", Kind::Text),
    ("備考", "note", Kind::Text),
    ("掲載フラグ", "published", Kind::Flag),
    ("商品発売日", "release_date", Kind::Date),
    ("期間販売開始日時", "sale_starts_at", Kind::Moment),
    ("期間販売終了日時", "sale_ends_at", Kind::Moment),
    ("最大購入数", "max_quantity", Kind::Amount),
    ("最小購入数", "min_quantity", Kind::Amount),
    ("注意在庫数", "low_stock_quantity", Kind::Amount),
    ("検索キーワード", "search_keywords", Kind::Text),
    ("ヘッダ Title", "title_tag", Kind::Text),
    ("META keywords", "meta_keywords", Kind::Text),
    ("META description", "meta_description", Kind::Text),
    ("PCキャッチコピー", "catch_copy", Kind::Text),
];

/// Likewise: what belongs to a SKU.
const SKU_COLUMNS: [(&str, &str, Kind); 12] = [
    ("SKU商品名", "name", Kind::Text),
    ("商品SKU統一コード", "unified_code", Kind::Text),
    ("SKU国際商品識別コード", "jan", Kind::Text),
    ("SKU項目1タイトル", "option1_title", Kind::Text),
    ("SKU項目1選択肢名", "option1_name", Kind::Text),
    ("SKU項目1選択肢コード", "option1_code", Kind::Text),
    ("SKU項目2タイトル", "option2_title", Kind::Text),
    ("SKU項目2選択肢名", "option2_name", Kind::Text),
    ("SKU項目2選択肢コード", "option2_code", Kind::Text),
    ("SKU項目3タイトル", "option3_title", Kind::Text),
    ("SKU項目3選択肢名", "option3_name", Kind::Text),
    ("SKU項目3選択肢コード", "option3_code", Kind::Text),
];

/// Whether the shop handles the SKU at all; stands in the shop's block.
const HANDLED: &str = "取扱いフラグ";

/// A product has up to this many images.
const IMAGES_MAX: usize = 20;

/// In the shop's block: as in the common column.
const AS_COMMON: &str = "|com|";

/// Runs the job. What it did and what went wrong is in the report.
///
/// # Errors
/// What stops the run: the server, the database, the disk.
pub fn run(run: &mut Run<'_>, source: &Source) -> Result<()> {
    run.report.counts =
        Counts::zero(&["created", "updated", "unchanged", "rejected", "skus_created", "skus_updated"]);
    import(run, source, &mut ImportProducts { settings: run.settings, staged: None })
}

struct ImportProducts<'a> {
    settings: &'a Settings,
    staged: Option<Staged>,
}

/// The tables in which a file's rows wait.
struct Staged {
    products: Staging,
    skus: Staging,
    /// Whether the file is the newest full one; `None`: what it says of missing products has been written.
    missing_compared: Option<bool>,
}

impl ImportJob for ImportProducts<'_> {
    fn inbox(&self) -> &Inbox {
        &self.settings.products.inbox
    }

    fn compare(&mut self, incoming: &mut Incoming<'_>) -> Result<Comparison> {
        let free_items = defined_free_items(incoming.shop)?;
        let columns = Columns::find(incoming.sheet.header(), &self.settings.products, &free_items)?;
        let unknown_columns = columns.unknown(incoming.sheet.header());
        if !columns.missing_mapped.is_empty() {
            incoming.problems.push(text::mapped_column_missing(&columns.missing_mapped.join(", ")));
        }
        let mut staged = Staged {
            products: Staging::begin(incoming.shop, "products", columns.product_names())?,
            skus: Staging::begin(incoming.shop, "skus", columns.sku_names())?,
            missing_compared: None,
        };
        let mut writer = RowWriter::new(incoming.shop, &staged, &columns)?;
        let mut rejected = begin_rejected(incoming.shop)?;
        let mut before = KeptRow::default();
        let read = |batch: &mut Batch, row: &Row<'_>| batch.push(row, &columns, &mut before);
        read_ahead(incoming, read, |batch| {
            for code in batch.rejected {
                rejected.execute([code])?;
            }
            batch.entries.into_iter().try_for_each(|entry| writer.stage(entry))
        })?;
        let RowWriter { disagreeing, rows_differing, .. } = writer;
        if disagreeing.count() > 0 {
            incoming.problems.push(text::rows_disagree(disagreeing.count(), &disagreeing.told()));
        }
        // A run that was interrupted in the midst has done it, against the products of before.
        if incoming.stamp.progress == Progress::New {
            staged.missing_compared = Some(compare_missing(incoming.shop, &incoming.stamp)?);
        }
        let comparison = compare(incoming, &staged, rows_differing)?;
        self.staged = Some(staged);
        Ok(Comparison { unknown_columns, ..comparison })
    }

    fn apply(&mut self, transaction: &Transaction<'_>, stamp: &Stamp, slice: Slice) -> Result<Left> {
        let now = format_time(stamp.now);
        let Some(staged) = &mut self.staged else { return Ok(Left::Nothing) };
        if let Some(is_newest_full) = staged.missing_compared.take() {
            note_missing(transaction, stamp, is_newest_full)?;
        }
        // A SKU needs its product.
        if let Some(history) = stamp.history {
            staged.products.record(transaction, "product", history, slice)?;
        }
        if staged.products.apply(transaction, &now, slice)? == Left::More {
            return Ok(Left::More);
        }
        crash::point("products-written");
        if let Some(history) = stamp.history {
            staged.skus.record(transaction, "sku", history, slice)?;
        }
        staged.skus.apply(transaction, &now, slice)
    }
}

fn compare(incoming: &Incoming<'_>, staged: &Staged, applied: u64) -> Result<Comparison> {
    let products = staged.products.compare(incoming.shop)?;
    let skus = staged.skus.compare(incoming.shop)?;
    // A product counts as updated, too, when only a SKU of it is new or different.
    let touched: u64 = incoming.shop.query_row(
        "SELECT count(DISTINCT sku.product_code)
         FROM temp.changed_skus AS changed
         JOIN temp.staged_skus AS sku ON sku.code = changed.code
         WHERE sku.product_code NOT IN (SELECT code FROM temp.changed_products)",
        [],
        |row| row.get(0),
    )?;
    let named: u64 =
        incoming.shop.query_row("SELECT count(*) FROM temp.read_products", [], |row| row.get(0))?;
    let mut counts = Counts::default();
    counts.add("created", products.created);
    counts.add("updated", products.updated + touched);
    counts.add("unchanged", named - products.created - products.updated - touched);
    counts.add("skus_created", skus.created);
    counts.add("skus_updated", skus.updated);
    let rows = incoming.sheet.rows_read() - incoming.rejects.count();
    let is_first_load =
        incoming.shop.query_row("SELECT NOT EXISTS (SELECT 1 FROM products)", [], |row| row.get(0))?;
    let unchanged = rows - applied;
    Ok(Comparison { applied, unchanged, counts, is_first_load, ..Comparison::default() })
}

/// The products of which a row was rejected: they are not missing from the file.
fn begin_rejected(shop: &Connection) -> Result<Statement<'_>> {
    shop.execute_batch(
        "DROP TABLE IF EXISTS temp.rejected_products;
         CREATE TEMP TABLE rejected_products (code TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;",
    )?;
    Ok(shop.prepare("INSERT OR IGNORE INTO temp.rejected_products VALUES (?1)")?)
}

/// The shop's products that the file at hand names.
const NAMED_SQL: &str = "
    SELECT code FROM temp.read_products
    UNION
    SELECT code FROM temp.rejected_products";

/// Where the own time of the newest full file is kept.
const NEWEST_FULL_FILE: &str = "newest_full_product_file";

/// Compares the list of the products that are missing from the newest full file with the file at hand. A product that
/// any file names is not missing any more. Gives whether the file at hand is the newest full one.
fn compare_missing(shop: &Connection, stamp: &Stamp) -> Result<bool> {
    let is_newest_full = is_full(shop)? && is_newest(shop, stamp)?;
    let missing = if is_newest_full { "code NOT IN (SELECT code FROM temp.named_products)" } else { "false" };
    shop.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.named_products;
         CREATE TEMP TABLE named_products (code TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
         INSERT INTO temp.named_products {NAMED_SQL};
         DROP TABLE IF EXISTS temp.newly_missing;
         CREATE TEMP TABLE newly_missing AS
         SELECT code
         FROM products
         WHERE {missing} AND code NOT IN (SELECT code FROM tempostar_missing_products);
         DROP TABLE IF EXISTS temp.found_again;
         CREATE TEMP TABLE found_again AS
         SELECT code
         FROM tempostar_missing_products
         WHERE code IN (SELECT code FROM temp.named_products);"
    ))?;
    Ok(is_newest_full)
}

/// Writes what [`compare_missing`] found.
fn note_missing(transaction: &Transaction<'_>, stamp: &Stamp, is_newest_full: bool) -> Result<()> {
    let file_time = format_time(stamp.file_time);
    transaction.execute(
        "INSERT OR IGNORE INTO tempostar_missing_products (code, since)
         SELECT code, ?1 FROM temp.newly_missing",
        [&file_time],
    )?;
    transaction.execute(
        "DELETE FROM tempostar_missing_products WHERE code IN (SELECT code FROM temp.found_again)",
        [],
    )?;
    if is_newest_full {
        shop::set_meta(transaction, NEWEST_FULL_FILE, &file_time)?;
    }
    Ok(())
}

/// Whether the file lists all products of TEMPOSTAR's, not only those that changed. Nothing in a file says so: it is
/// full if it names at least half of the shop's products, those aside that are known to be missing there.
fn is_full(shop: &Connection) -> Result<bool> {
    let sql = format!(
        "SELECT count(*) > 0 AND 2 * count(*) FILTER (WHERE code IN ({NAMED_SQL})) >= count(*)
         FROM products
         WHERE code NOT IN (SELECT code FROM tempostar_missing_products)"
    );
    Ok(shop.query_row(&sql, [], |row| row.get(0))?)
}

/// An old file that a person feeds in again says nothing about the products that came after it.
fn is_newest(shop: &Connection, stamp: &Stamp) -> Result<bool> {
    let newest = shop::meta(shop, NEWEST_FULL_FILE)?.and_then(|time| parse_time(&time));
    Ok(newest.is_none_or(|newest| newest <= stamp.file_time))
}

/// The shop's products that are missing from the newest full file, sorted by code: deletions are not linked, somebody
/// has to delete them here, too.
///
/// # Errors
/// The database's.
pub fn missing_products(shop: &Connection) -> Result<Vec<String>> {
    let mut statement = shop.prepare(
        "SELECT code
         FROM tempostar_missing_products
         WHERE code IN (SELECT code FROM products)
         ORDER BY code",
    )?;
    let codes = statement.query_map([], |row| row.get(0))?;
    Ok(codes.collect::<rusqlite::Result<_>>()?)
}

/// The shop's product free items: comparable name → number.
fn defined_free_items(shop: &Connection) -> Result<BTreeMap<String, u8>> {
    let mut statement = shop.prepare("SELECT name, number FROM product_free_items")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut items = BTreeMap::new();
    for row in rows {
        let (name, number) = row?;
        items.insert(comparable_name(&name), number);
    }
    Ok(items)
}

/// The columns that a product file can have and this one has not; the shop's values of them stay as they are.
pub fn missing_columns(header: &Header, settings: &Products) -> Vec<String> {
    let block = settings.shop_block.as_ref().map(|block| Block::find(header, block));
    let product = PRODUCT_COLUMNS.into_iter().map(|(theirs, _, _)| theirs);
    let sku = SKU_COLUMNS.into_iter().map(|(theirs, _, _)| theirs);
    let known =
        ["SKUコード"].into_iter().chain(product).chain(["商品画像1ファイル名"]).chain(sku).chain([HANDLED]);
    let is_missing = |name: &&str| Place::find(header, block.as_ref(), name).is_none();
    known.filter(is_missing).map(str::to_owned).collect()
}

/// A value's place in the sheet: the common column, and the shop's own that overrides it.
#[derive(Clone, Debug)]
struct Place {
    common: Option<Column>,
    own: Option<Column>,
}

impl Place {
    fn find(header: &Header, block: Option<&Block>, name: &str) -> Option<Self> {
        let place = Self { common: header.optional(name), own: block.and_then(|block| block.column(name)) };
        (place.common.is_some() || place.own.is_some()).then_some(place)
    }

    /// The column that counts in this row; `None`: the row refers to a common column that is not there, so the value
    /// is left alone.
    fn column(&self, row: &Row<'_>) -> Result<Option<Column>, RowProblem> {
        match self.own {
            Some(own) if row.text(own)? != AS_COMMON => Ok(Some(own)),
            _ => Ok(self.common),
        }
    }

    fn columns(&self) -> impl Iterator<Item = Column> {
        self.common.into_iter().chain(self.own)
    }

    /// Whether a row can refer to a common column that is not there.
    fn may_be_left_alone(&self) -> bool {
        self.common.is_none()
    }
}

/// The columns of the shop's own block: comparable name without the block's → column.
#[derive(Debug)]
struct Block {
    columns: BTreeMap<String, Column>,
}

impl Block {
    fn find(header: &Header, block: &str) -> Self {
        let prefix = comparable_name(block);
        let columns = header.others(&[]).into_iter().filter_map(|(column, name)| {
            let name = comparable_name(name);
            let rest = name.strip_prefix(&prefix)?.trim_start_matches([':', '_', '-', '・', '/']);
            Some((rest.to_owned(), column))
        });
        Self { columns: columns.collect() }
    }

    fn column(&self, name: &str) -> Option<Column> {
        self.columns.get(&comparable_name(name)).copied()
    }
}

/// Where a file has what.
struct Columns {
    code: Column,
    sku_code: Option<Column>,
    product: Vec<(String, Place, Kind)>,
    images: Vec<(Option<Place>, Option<Place>)>,
    sku: Vec<(&'static str, Place, Kind)>,
    handled: Option<Place>,
    /// All columns of the product's.
    of_product: Vec<Column>,
    /// Mapped in the settings, but not in the file.
    missing_mapped: Vec<String>,
}

impl Columns {
    fn find(header: &Header, settings: &Products, free_items: &BTreeMap<String, u8>) -> Result<Self> {
        let block = settings.shop_block.as_ref().map(|block| Block::find(header, block));
        let place = |name: &str| Place::find(header, block.as_ref(), name);
        let image = |number: usize| {
            let file = place(&format!("商品画像{number}ファイル名"));
            let alt = place(&format!("商品画像{number}ALT"));
            (file, alt)
        };
        let fixed = PRODUCT_COLUMNS.into_iter();
        let mut product: Vec<(String, Place, Kind)> =
            fixed.filter_map(|(theirs, ours, kind)| Some((ours.to_owned(), place(theirs)?, kind))).collect();
        let mut columns = Self {
            code: header.required("商品コード")?,
            sku_code: header.optional("SKUコード"),
            product: Vec::new(),
            images: (1..=IMAGES_MAX).map(image).collect(),
            sku: SKU_COLUMNS
                .into_iter()
                .filter_map(|(theirs, ours, kind)| Some((ours, place(theirs)?, kind)))
                .collect(),
            handled: place(HANDLED),
            of_product: Vec::new(),
            missing_mapped: Vec::new(),
        };
        product.extend(columns.free_items(&place, settings, free_items, &product));
        columns.product = product;
        let product = columns.product.iter().map(|(_, place, _)| place).chain(columns.image_places());
        columns.of_product = std::iter::once(columns.code).chain(product.flat_map(Place::columns)).collect();
        Ok(columns)
    }

    /// Free items: by the settings' mapping, else by a defined item's name. A column that has a field of its own is
    /// none.
    fn free_items(
        &mut self,
        place: &dyn Fn(&str) -> Option<Place>,
        settings: &Products,
        defined: &BTreeMap<String, u8>,
        fixed: &[(String, Place, Kind)],
    ) -> Vec<(String, Place, Kind)> {
        let mut numbers = HashSet::new();
        let mut found = Vec::new();
        for (name, number) in &settings.free_items {
            numbers.insert(*number);
            match place(name) {
                Some(place) => found.push((format!("free_item_{number}"), place, Kind::Text)),
                None => self.missing_mapped.push(name.clone()),
            }
        }
        let used: Vec<Column> =
            fixed.iter().chain(&found).flat_map(|(_, place, _)| place.columns()).collect();
        let used: Vec<Column> = used.into_iter().chain(self.columns_besides_product()).collect();
        for (name, number) in defined {
            if let Some(place) =
                place(name).filter(|place| !place.columns().any(|column| used.contains(&column)))
                && numbers.insert(*number)
            {
                found.push((format!("free_item_{number}"), place, Kind::Text));
            }
        }
        found
    }

    fn columns_besides_product(&self) -> Vec<Column> {
        let places =
            self.sku.iter().map(|(_, place, _)| place).chain(&self.handled).chain(self.image_places());
        std::iter::once(self.code).chain(self.sku_code).chain(places.flat_map(Place::columns)).collect()
    }

    fn image_places(&self) -> impl Iterator<Item = &Place> {
        self.images.iter().flat_map(|(file, alt)| file.iter().chain(alt))
    }

    fn unknown(&self, header: &Header) -> Vec<String> {
        let product = self.product.iter().flat_map(|(_, place, _)| place.columns());
        let known: Vec<Column> = product.chain(self.columns_besides_product()).collect();
        header.others(&known).into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    fn has_images(&self) -> bool {
        self.images.iter().any(|(file, alt)| file.is_some() || alt.is_some())
    }

    fn product_names(&self) -> Vec<String> {
        let images = self.has_images().then(|| "images".to_owned());
        self.product.iter().map(|(name, _, _)| name.clone()).chain(images).collect()
    }

    fn sku_names(&self) -> Vec<String> {
        let handled = self.handled.iter().map(|_| "handled".to_owned());
        let others = self.sku.iter().map(|(name, _, _)| (*name).to_owned());
        std::iter::once("product_code".to_owned()).chain(others).chain(handled).collect()
    }

    /// Reads what the shop has of a product, if a row can leave something of it alone.
    fn known_product<'a>(&self, shop: &'a Connection) -> Result<Option<Statement<'a>>> {
        let is_needed = self.product.iter().any(|(_, place, _)| place.may_be_left_alone());
        let names: Vec<&str> = self.product.iter().map(|(name, _, _)| name.as_str()).collect();
        let sql = format!("SELECT {} FROM products WHERE code = ?1", names.join(", "));
        Ok(is_needed.then(|| shop.prepare(&sql)).transpose()?)
    }

    /// Likewise of a SKU. One that the shop does not have yet is handled.
    fn known_sku<'a>(&self, shop: &'a Connection) -> Result<Option<Statement<'a>>> {
        let mut places = self.sku.iter().map(|(_, place, _)| place).chain(&self.handled);
        let is_needed = places.any(Place::may_be_left_alone);
        let names = self.sku_names().join(", ").replace("handled", "coalesce(handled, 1)");
        let sql = format!("SELECT {names} FROM (SELECT ?1 AS wanted) LEFT JOIN skus ON skus.code = wanted");
        Ok(is_needed.then(|| shop.prepare(&sql)).transpose()?)
    }

    /// Reads a row that follows another one. What belongs to the product is mostly the same in all of its rows; that is
    /// not read again then.
    fn read(&self, row: &Row<'_>, before: &KeptRow) -> Result<Entry, RowProblem> {
        let product_code = row.code(self.code)?.into_owned();
        let sku_code = match self.sku_code {
            Some(column) if !row.text(column)?.is_empty() => row.code(column)?.into_owned(),
            _ => product_code.clone(),
        };
        let mut sku = vec![Some(Cell::Text(product_code.clone()))];
        for (_, place, kind) in &self.sku {
            sku.push(read_cell(row, place, *kind)?);
        }
        if let Some(place) = &self.handled {
            // Nothing said is handled: a SKU must not vanish from the shop because a field was left empty.
            let flag = place.column(row)?.map(|column| row.flag(column)).transpose()?;
            sku.push(flag.map(|flag| Cell::Integer(i64::from(flag.unwrap_or(true)))));
        }
        let is_repeated = before.is_same(row, &self.of_product);
        let product = if is_repeated { None } else { Some(self.read_product(row)?) };
        Ok(Entry { product_code, sku_code, product, sku, line: row.line() })
    }

    fn read_product(&self, row: &Row<'_>) -> Result<ProductEntry, RowProblem> {
        let mut cells = Vec::with_capacity(self.product.len());
        for (_, place, kind) in &self.product {
            cells.push(read_cell(row, place, *kind)?);
        }
        let images = self.images.iter().map(|(file, alt)| read_image(row, file.as_ref(), alt.as_ref()));
        Ok(ProductEntry { cells, images: images.collect::<Result<_, _>>()? })
    }
}

/// A cell's value; `None`: the row leaves the shop's value alone.
fn read_cell(row: &Row<'_>, place: &Place, kind: Kind) -> Result<Option<Cell>, RowProblem> {
    let Some(column) = place.column(row)? else { return Ok(None) };
    Ok(Some(match kind {
        Kind::Text => non_empty(row, column)?.into(),
        Kind::Amount => amount(row, column)?.into(),
        Kind::Decimal => row.decimal(column)?.into(),
        Kind::Flag => row.flag(column)?.map(i64::from).into(),
        Kind::Date => row.date(column)?.map(|date| date.to_string()).into(),
        Kind::Moment => row.date_time(column)?.map(format_time).into(),
    }))
}

fn amount(row: &Row<'_>, column: Column) -> Result<Option<i64>, RowProblem> {
    match row.whole_number(column)? {
        Some(number) if number < 0 => Err(row.problem_in(column, text::negative(number))),
        number => Ok(number),
    }
}

fn non_empty(row: &Row<'_>, column: Column) -> Result<Option<String>, RowProblem> {
    let text = row.text(column)?;
    Ok((!text.is_empty()).then(|| text.into_owned()))
}

/// What a row says of one image: `None` where the file has no such column, or the row leaves the value alone.
type ImageCells = (Option<Option<String>>, Option<Option<String>>);

fn read_image(row: &Row<'_>, file: Option<&Place>, alt: Option<&Place>) -> Result<ImageCells, RowProblem> {
    let read = |place: Option<&Place>| {
        let column = place.map(|place| place.column(row)).transpose()?.flatten();
        column.map(|column| non_empty(row, column)).transpose()
    };
    Ok((read(file)?, read(alt)?))
}

/// One row of a product file.
#[derive(Debug)]
struct Entry {
    product_code: String,
    sku_code: String,
    /// `None`: as in the row before.
    product: Option<ProductEntry>,
    /// `None`: the shop's value is left alone.
    sku: Vec<Option<Cell>>,
    /// Where it stands in the sheet.
    line: u64,
}

/// How many rows are read before they are compared with the shop's.
const BATCH: usize = 50;

/// Rows of a product file, in its order.
#[derive(Debug, Default)]
struct Batch {
    entries: Vec<Entry>,
    /// The codes of products of which a row was rejected.
    rejected: Vec<String>,
}

impl Batch {
    fn push(&mut self, row: &Row<'_>, columns: &Columns, before: &mut KeptRow) -> Result<Room, RowProblem> {
        match columns.read(row, before) {
            Ok(entry) => {
                self.entries.push(entry);
                before.keep(row);
                Ok(if self.entries.len() < BATCH { Room::Left } else { Room::None })
            }
            Err(problem) => {
                before.forget();
                self.rejected.extend(row.code(columns.code).ok().map(Cow::into_owned));
                Err(problem)
            }
        }
    }
}

/// What a row says of its product.
#[derive(Debug)]
struct ProductEntry {
    /// `None`: the shop's value is left alone.
    cells: Vec<Option<Cell>>,
    images: Vec<ImageCells>,
}

/// An image as the shop's table has it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
struct Image {
    #[serde(default)]
    file: String,
    #[serde(default)]
    alt: String,
    /// The image's number from 1, where it is not simply its place: after a gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
}

/// Stages the rows that differ from the shop's, and notices where those of one product disagree.
struct RowWriter<'a> {
    products: Stager<'a>,
    skus: Stager<'a>,
    /// Notes that a product has been read.
    read: Statement<'a>,
    /// Whether a product is staged with just these values.
    staged: Statement<'a>,
    known_product: Option<Statement<'a>>,
    known_sku: Option<Statement<'a>>,
    images: Option<Statement<'a>>,
    disagreeing: Names,
    disagreed: HashSet<String>,
    /// Of the product that was read last.
    product_agreement: Agreement,
    rows_differing: u64,
}

impl<'a> RowWriter<'a> {
    fn new(shop: &'a Connection, staged: &Staged, columns: &Columns) -> Result<Self> {
        let images =
            columns.has_images().then(|| shop.prepare("SELECT images FROM products WHERE code = ?1"));
        let same = columns
            .product_names()
            .iter()
            .fold(String::from("true"), |sql, name| sql + " AND " + name + " IS ?");
        shop.execute_batch(
            "DROP TABLE IF EXISTS temp.read_products;
             CREATE TEMP TABLE read_products (code TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;",
        )?;
        Ok(Self {
            products: staged.products.stager(shop)?,
            skus: staged.skus.stager(shop)?,
            read: shop.prepare("INSERT OR IGNORE INTO temp.read_products (code) VALUES (?1)")?,
            staged: shop.prepare(&format!("SELECT {same} FROM temp.staged_products WHERE code = ?"))?,
            known_product: columns.known_product(shop)?,
            known_sku: columns.known_sku(shop)?,
            images: images.transpose()?,
            disagreeing: Names::default(),
            disagreed: HashSet::new(),
            product_agreement: Agreement::Same,
            rows_differing: 0,
        })
    }

    fn stage(&mut self, entry: Entry) -> Result<()> {
        let sku = fill_up(entry.sku, &entry.sku_code, self.known_sku.as_mut())?;
        let sku_agreement = self.skus.stage(&entry.sku_code, &sku, entry.line)?;
        if let Some(product) = entry.product {
            self.stage_product(&entry.product_code, product, entry.line)?;
        }
        if [sku_agreement, self.product_agreement].contains(&Agreement::Differs) {
            self.rows_differing += 1;
        }
        Ok(())
    }

    fn stage_product(&mut self, code: &str, product: ProductEntry, line: u64) -> Result<()> {
        let mut cells = fill_up(product.cells, code, self.known_product.as_mut())?;
        if let Some(statement) = &mut self.images {
            cells.push(merge_images(statement, code, &product.images)?);
        }
        let is_first = self.read.execute([code])? > 0;
        let is_as_staged = if is_first { None } else { self.is_as_staged(code, &cells)? };
        self.product_agreement = self.products.stage(code, &cells, line)?;
        // What was read and is not staged is what the shop has.
        let disagrees = !is_first && !is_as_staged.unwrap_or(self.product_agreement == Agreement::Same);
        if disagrees && self.disagreed.insert(code.to_owned()) {
            self.disagreeing.add(code);
        }
        Ok(())
    }

    /// `None`: the product is not staged.
    fn is_as_staged(&mut self, code: &str, cells: &[Cell]) -> Result<Option<bool>> {
        let code_cell = Cell::Text(code.to_owned());
        let parameters = rusqlite::params_from_iter(cells.iter().chain([&code_cell]));
        Ok(self.staged.query_row(parameters, |row| row.get(0)).optional()?)
    }
}

/// The cells of a row, with the shop's own value where the row leaves it alone.
fn fill_up(cells: Vec<Option<Cell>>, code: &str, known: Option<&mut Statement<'_>>) -> Result<Vec<Cell>> {
    let values: Vec<Value> = match known {
        Some(statement) if cells.iter().any(Option::is_none) => {
            let read = |row: &rusqlite::Row<'_>| (0..cells.len()).map(|index| row.get(index)).collect();
            statement.query_row([code], read).optional()?.unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let mut values = values.into_iter();
    let filled = cells.into_iter().map(|cell| {
        let known = values.next();
        cell.unwrap_or_else(|| known.map_or(Cell::Null, cell_of))
    });
    Ok(filled.collect())
}

fn cell_of(value: Value) -> Cell {
    match value {
        Value::Integer(number) => Cell::Integer(number),
        Value::Real(number) => Cell::Text(number.to_string()),
        Value::Text(text) => Cell::Text(text),
        Value::Null | Value::Blob(_) => Cell::Null,
    }
}

/// The product's images: what the file says, and for image columns that it lacks what the shop has.
fn merge_images(statement: &mut Statement<'_>, code: &str, images: &[ImageCells]) -> Result<Cell> {
    let is_complete = images.iter().all(|(file, alt)| file.is_some() && alt.is_some());
    let known: Vec<Image> = if is_complete {
        Vec::new()
    } else {
        let json: Option<Option<String>> = statement.query_row([code], |row| row.get(0)).optional()?;
        json.flatten().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
    };
    let mut merged: Vec<Image> = Vec::new();
    for (number, (file, alt)) in (1..).zip(images) {
        let known = known.iter().zip(1..).find(|(image, place)| image.number.unwrap_or(*place) == number);
        let known = known.map(|(image, _)| image.clone()).unwrap_or_default();
        let file = file.clone().map_or(known.file, Option::unwrap_or_default);
        let alt = alt.clone().map_or(known.alt, Option::unwrap_or_default);
        if !file.is_empty() {
            let is_after_gap = merged.len() + 1 != number;
            merged.push(Image { file, alt, number: is_after_gap.then_some(number) });
        }
    }
    Ok(if merged.is_empty() { Cell::Null } else { Cell::Text(serde_json::to_string(&merged)?) })
}
