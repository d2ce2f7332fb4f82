//! `import-products` (商品情報取込): TEMPOSTAR is the master of product data. A product file creates and updates the
//! shop's products and SKUs; it never deletes any.
//!
//! One row is one SKU; what belongs to the product is repeated in each of its rows. A column that the file lacks leaves
//! the shop's value alone, one that is there but empty clears it. A column for which the shop has no field needs a
//! free item (自由項目); one without a home is named in the report.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Statement, Transaction};
use serde::{Deserialize, Serialize};

use super::Names;
use crate::clock::format_time;
use crate::crash;
use crate::encoding::comparable_name;
use crate::interrupt;
use crate::report::Counts;
use crate::settings::{Inbox, Products, Settings};
use crate::sheet::{Column, Header, Row, RowProblem};
use crate::staging::{Cell, Staging};
use crate::sync::Run;
use crate::sync::import::{Comparison, ImportJob, Incoming, Source, Stamp, import};
use crate::text::jobs as text;

/// The subcommand.
pub const COMMAND: &str = "import-products";

/// How a column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
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
    ("販売価格", "price", Kind::Number),
    ("定価", "list_price", Kind::Number),
    ("原価", "cost", Kind::Number),
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
    ("最大購入数", "max_quantity", Kind::Number),
    ("最小購入数", "min_quantity", Kind::Number),
    ("注意在庫数", "low_stock_quantity", Kind::Number),
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
        let staged = Staged {
            products: Staging::begin(incoming.shop, "products", columns.product_names())?,
            skus: Staging::begin(incoming.shop, "skus", columns.sku_names())?,
        };
        let mut writer = RowWriter::new(incoming.shop, &staged, &columns)?;
        while let Some(row) = incoming.sheet.next_row()? {
            interrupt::check()?;
            match columns.read(&row) {
                Ok(entry) => writer.stage(entry)?,
                Err(problem) => incoming.rejects.add(&row, problem)?,
            }
        }
        let disagreeing = writer.disagreeing;
        if disagreeing.count() > 0 {
            incoming.problems.push(text::rows_disagree(disagreeing.count(), &disagreeing.told()));
        }
        let comparison = compare(incoming, &staged, unknown_columns)?;
        self.staged = Some(staged);
        Ok(comparison)
    }

    fn apply(&mut self, transaction: &Transaction<'_>, stamp: &Stamp) -> Result<()> {
        let now = format_time(stamp.now);
        match &self.staged {
            Some(staged) => {
                staged.products.apply(transaction, &now)?;
                crash::point("products-written");
                staged.skus.apply(transaction, &now)
            }
            None => Ok(()),
        }
    }
}

fn compare(incoming: &Incoming<'_>, staged: &Staged, unknown_columns: Vec<String>) -> Result<Comparison> {
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
    let mut counts = Counts::default();
    counts.add("created", products.created);
    counts.add("updated", products.updated + touched);
    counts.add("unchanged", products.unchanged - touched);
    counts.add("skus_created", skus.created);
    counts.add("skus_updated", skus.updated);
    let rows = incoming.sheet.rows_read() - incoming.rejects.count();
    let applied: u64 = incoming.shop.query_row(
        "SELECT count(*)
         FROM temp.staged_skus
         WHERE code IN (SELECT code FROM temp.changed_skus)
            OR product_code IN (SELECT code FROM temp.changed_products)",
        [],
        |row| row.get(0),
    )?;
    Ok(Comparison { applied, unchanged: rows - applied, counts, unknown_columns, ..Comparison::default() })
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

    /// The column that counts in this row; `None`: the row leaves the value to a common column that is not there.
    fn column(&self, row: &Row<'_>) -> Result<Option<Column>, RowProblem> {
        match self.own {
            Some(own) if row.text(own)? != AS_COMMON => Ok(Some(own)),
            _ => Ok(self.common),
        }
    }

    fn columns(&self) -> impl Iterator<Item = Column> {
        self.common.into_iter().chain(self.own)
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
            missing_mapped: Vec::new(),
        };
        product.extend(columns.free_items(header, &place, settings, free_items, &product));
        columns.product = product;
        Ok(columns)
    }

    /// Free items: by the settings' mapping, else by a defined item's name. A column that has a field of its own is
    /// none.
    fn free_items(
        &mut self,
        header: &Header,
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
        for (_, name) in header.others(&used) {
            if let Some(number) = defined.get(&comparable_name(name))
                && numbers.insert(*number)
                && let Some(place) = place(name)
            {
                found.push((format!("free_item_{number}"), place, Kind::Text));
            }
        }
        found
    }

    fn columns_besides_product(&self) -> Vec<Column> {
        let images = self.images.iter().flat_map(|(file, alt)| file.iter().chain(alt));
        let places = self.sku.iter().map(|(_, place, _)| place).chain(&self.handled).chain(images);
        std::iter::once(self.code).chain(self.sku_code).chain(places.flat_map(Place::columns)).collect()
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

    fn read(&self, row: &Row<'_>) -> Result<Entry, RowProblem> {
        let product_code = row.code(self.code)?.into_owned();
        let sku_code = match self.sku_code {
            Some(column) if !row.text(column)?.is_empty() => row.code(column)?.into_owned(),
            _ => product_code.clone(),
        };
        let mut product = Vec::with_capacity(self.product.len() + 1);
        for (_, place, kind) in &self.product {
            product.push(read_cell(row, place, *kind)?);
        }
        let mut sku = vec![Cell::Text(product_code.clone())];
        for (_, place, kind) in &self.sku {
            sku.push(read_cell(row, place, *kind)?);
        }
        if let Some(place) = &self.handled {
            // Nothing said is handled: a SKU must not vanish from the shop because a field was left empty.
            let is_handled = match place.column(row)? {
                Some(column) => row.flag(column)?.unwrap_or(true),
                None => true,
            };
            sku.push(Cell::Integer(i64::from(is_handled)));
        }
        let images = self.images.iter().map(|(file, alt)| read_image(row, file.as_ref(), alt.as_ref()));
        let images = images.collect::<Result<_, _>>()?;
        Ok(Entry { product_code, sku_code, product, images, sku })
    }
}

fn read_cell(row: &Row<'_>, place: &Place, kind: Kind) -> Result<Cell, RowProblem> {
    let Some(column) = place.column(row)? else { return Ok(Cell::Null) };
    Ok(match kind {
        Kind::Text => non_empty(row, column)?.into(),
        Kind::Number => row.whole_number(column)?.into(),
        Kind::Decimal => row.decimal(column)?.into(),
        Kind::Flag => row.flag(column)?.map(i64::from).into(),
        Kind::Date => row.date(column)?.map(|date| date.to_string()).into(),
        Kind::Moment => row.date_time(column)?.map(format_time).into(),
    })
}

fn non_empty(row: &Row<'_>, column: Column) -> Result<Option<String>, RowProblem> {
    let text = row.text(column)?;
    Ok((!text.is_empty()).then(|| text.into_owned()))
}

/// What a row says of one image: `None` where the file has no such column.
type ImageCells = (Option<Option<String>>, Option<Option<String>>);

fn read_image(row: &Row<'_>, file: Option<&Place>, alt: Option<&Place>) -> Result<ImageCells, RowProblem> {
    let read = |place: Option<&Place>| {
        place.map(|place| place.column(row)?.map_or(Ok(None), |column| non_empty(row, column))).transpose()
    };
    Ok((read(file)?, read(alt)?))
}

/// One row of a product file.
#[derive(Debug)]
struct Entry {
    product_code: String,
    sku_code: String,
    product: Vec<Cell>,
    images: Vec<ImageCells>,
    sku: Vec<Cell>,
}

/// An image as the shop's table has it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
struct Image {
    file: String,
    alt: String,
}

/// Stages the rows, and notices where those of one product disagree.
struct RowWriter<'a> {
    products: Statement<'a>,
    skus: Statement<'a>,
    staged: Statement<'a>,
    images: Option<Statement<'a>>,
    disagreeing: Names,
    disagreed: HashSet<String>,
    last: Option<(String, Vec<Cell>)>,
}

impl<'a> RowWriter<'a> {
    fn new(shop: &'a Connection, staged: &Staged, columns: &Columns) -> Result<Self> {
        let images =
            columns.has_images().then(|| shop.prepare("SELECT images FROM products WHERE code = ?1"));
        let same = columns
            .product_names()
            .iter()
            .fold(String::from("true"), |sql, name| sql + " AND " + name + " IS ?");
        Ok(Self {
            products: staged.products.insert(shop)?,
            skus: staged.skus.insert(shop)?,
            staged: shop.prepare(&format!("SELECT {same} FROM temp.staged_products WHERE code = ?"))?,
            images: images.transpose()?,
            disagreeing: Names::default(),
            disagreed: HashSet::new(),
            last: None,
        })
    }

    fn stage(&mut self, entry: Entry) -> Result<()> {
        let Entry { product_code, sku_code, product, images, sku } = entry;
        let mut product = product;
        if let Some(statement) = &mut self.images {
            product.push(merge_images(statement, &product_code, &images)?);
        }
        Staging::stage(&mut self.skus, &sku_code, &sku)?;
        let is_repeated =
            self.last.as_ref().is_some_and(|(code, cells)| *code == product_code && *cells == product);
        if !is_repeated {
            self.notice_disagreement(&product_code, &product)?;
            Staging::stage(&mut self.products, &product_code, &product)?;
            self.last = Some((product_code, product));
        }
        Ok(())
    }

    fn notice_disagreement(&mut self, code: &str, cells: &[Cell]) -> Result<()> {
        let code_cell = Cell::Text(code.to_owned());
        let parameters = rusqlite::params_from_iter(cells.iter().chain([&code_cell]));
        let is_same: Option<bool> = self.staged.query_row(parameters, |row| row.get(0)).optional()?;
        if is_same == Some(false) && self.disagreed.insert(code.to_owned()) {
            self.disagreeing.add(code);
        }
        Ok(())
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
    let merged: Vec<Image> = images
        .iter()
        .enumerate()
        .map(|(index, (file, alt))| {
            let known = known.get(index).cloned().unwrap_or_default();
            Image {
                file: file.clone().map_or(known.file, Option::unwrap_or_default),
                alt: alt.clone().map_or(known.alt, Option::unwrap_or_default),
            }
        })
        .filter(|image| !image.file.is_empty())
        .collect();
    Ok(if merged.is_empty() { Cell::Null } else { Cell::Text(serde_json::to_string(&merged)?) })
}
