//! Where a product file has what, and how a row of it is read.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use rusqlite::{Connection, Statement};

use super::batch::RowInBatch;
use crate::books::rows::Ask;
use crate::books::staging::Cell;
use crate::encoding::comparable_name;
use crate::settings::Products;
use crate::settings::columns::{IMAGES_MAX, STOCK_REQUIRED, image_columns};
use crate::sheet::{Column, Header, KeptRow, Row, RowProblem};
use crate::text::jobs as text;

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

/// What TEMPOSTAR calls a column of these tables of the shop.
pub(crate) fn tempostars_name(table: &str, column: &str) -> Option<&'static str> {
    let columns: &[(&str, &str, Kind)] = match table {
        "products" => &PRODUCT_COLUMNS,
        "skus" if column == "handled" => return Some(HANDLED),
        "skus" => &SKU_COLUMNS,
        "stock" => return (column == "quantity").then_some(STOCK_REQUIRED[1]),
        _ => return None,
    };
    columns.iter().find(|(_, ours, _)| *ours == column).map(|(name, ..)| *name)
}

/// Whether the shop handles the SKU at all; stands in the shop's block.
const HANDLED: &str = "取扱いフラグ";

/// Without it, a product's code is its SKU's, too.
pub(super) const SKU_CODE: &str = "SKUコード";

/// In the shop's block: as in the common column.
const AS_COMMON: &str = "|com|";

/// The shop's product free items: comparable name → number.
pub(super) fn defined_free_items(shop: &Connection) -> Result<BTreeMap<String, u8>> {
    let items = shop.all("SELECT name, number FROM product_free_items", [], |row| {
        Ok((comparable_name(&row.get::<_, String>(0)?), row.get(1)?))
    })?;
    Ok(items.into_iter().collect())
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
        let place = Self {
            common: header.optional(name),
            own: block.and_then(|block| header.names_for(name).find_map(|name| block.column(name))),
        };
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

pub(super) struct Columns {
    pub(super) code: Column,
    sku_code: Option<Column>,
    product: Vec<(String, Place, Kind)>,
    images: Vec<(Option<Place>, Option<Place>)>,
    sku: Vec<(&'static str, Place, Kind)>,
    handled: Option<Place>,
    /// All columns of the product's.
    of_product: Vec<Column>,
    /// Mapped in the settings, but not in the file.
    pub(super) missing_mapped: Vec<String>,
}

impl Columns {
    pub(super) fn find(
        header: &Header,
        settings: &Products,
        free_items: &BTreeMap<String, u8>,
    ) -> Result<Self> {
        let block = settings.shop_block.as_ref().map(|block| Block::find(header, block));
        let place = |name: &str| Place::find(header, block.as_ref(), name);
        let image = |number: usize| {
            let [file, alt] = image_columns(number);
            (place(&file), place(&alt))
        };
        let fixed = PRODUCT_COLUMNS.into_iter();
        let mut product: Vec<(String, Place, Kind)> =
            fixed.filter_map(|(theirs, ours, kind)| Some((ours.to_owned(), place(theirs)?, kind))).collect();
        let mut columns = Self {
            code: header.required("商品コード")?,
            sku_code: header.optional(SKU_CODE),
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

    pub(super) fn unknown(&self, header: &Header) -> Vec<String> {
        let product = self.product.iter().flat_map(|(_, place, _)| place.columns());
        let known: Vec<Column> = product.chain(self.columns_besides_product()).collect();
        header.others(&known).into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    /// The values that come from the shop's own columns, as the shop's table calls them, and `SKUコード`, if it is there: the
    /// code of the product would be the SKU's, and the common column would count, without them.
    pub(super) fn telling(&self) -> Vec<String> {
        let sku_code = self.sku_code.map(|_| SKU_CODE.to_owned());
        let own = self.places().filter(|(_, place)| place.own.is_some());
        sku_code.into_iter().chain(own.map(|(name, _)| name)).collect()
    }

    /// The common columns that would count instead of the shop's own ones that were lost.
    pub(super) fn fallen_back(&self, header: &Header, lost: &[String]) -> Vec<String> {
        let lost = self.places().filter(|(name, _)| lost.contains(name));
        lost.filter_map(|(_, place)| Some(header.name(place.common?).to_owned())).collect()
    }

    fn places(&self) -> impl Iterator<Item = (String, &Place)> {
        let product = self.product.iter().map(|(name, place, _)| (name.clone(), place));
        let sku = self.sku.iter().map(|(name, place, _)| (format!("sku {name}"), place));
        product.chain(sku).chain(self.handled.iter().map(|place| (HANDLED.to_owned(), place)))
    }

    pub(super) fn has_images(&self) -> bool {
        self.images.iter().any(|(file, alt)| file.is_some() || alt.is_some())
    }

    pub(super) fn product_names(&self) -> Vec<String> {
        let images = self.has_images().then(|| "images".to_owned());
        self.product.iter().map(|(name, _, _)| name.clone()).chain(images).collect()
    }

    pub(super) fn sku_names(&self) -> Vec<String> {
        let handled = self.handled.iter().map(|_| "handled".to_owned());
        let others = self.sku.iter().map(|(name, _, _)| (*name).to_owned());
        std::iter::once("product_code".to_owned()).chain(others).chain(handled).collect()
    }

    /// Reads what the shop has of a product, if a row can leave something of it alone.
    pub(super) fn known_product<'a>(&self, shop: &'a Connection) -> Result<Option<Statement<'a>>> {
        let is_needed = self.product.iter().any(|(_, place, _)| place.may_be_left_alone());
        let names: Vec<&str> = self.product.iter().map(|(name, _, _)| name.as_str()).collect();
        let sql = format!("SELECT {} FROM products WHERE code = ?1", names.join(", "));
        Ok(is_needed.then(|| shop.prepare(&sql)).transpose()?)
    }

    /// Likewise of a SKU. One that the shop does not have yet is handled.
    pub(super) fn known_sku<'a>(&self, shop: &'a Connection) -> Result<Option<Statement<'a>>> {
        let mut places = self.sku.iter().map(|(_, place, _)| place).chain(&self.handled);
        let is_needed = places.any(Place::may_be_left_alone);
        let names = self.sku_names().join(", ").replace("handled", "coalesce(handled, 1)");
        let sql = format!("SELECT {names} FROM (SELECT ?1 AS wanted) LEFT JOIN skus ON skus.code = wanted");
        Ok(is_needed.then(|| shop.prepare(&sql)).transpose()?)
    }

    /// Reads a row that follows another one. What belongs to the product is mostly the same in all of its rows; that is
    /// not read again then.
    pub(super) fn read(
        &self,
        row: &Row<'_>,
        before: &KeptRow,
        mut into: RowInBatch<'_>,
    ) -> Result<(), RowProblem> {
        let product_code = into.text(&row.code(self.code)?);
        let sku_code = match self.sku_code {
            Some(column) if !row.text(column)?.is_empty() => into.text(&row.code(column)?),
            _ => product_code.clone(),
        };
        into.add_text(product_code.clone());
        for (_, place, kind) in &self.sku {
            into.add(read_cell(row, place, *kind)?);
        }
        if let Some(place) = &self.handled {
            // Nothing said is handled: a SKU must not vanish from the shop because a field was left empty.
            let flag = place.column(row)?.map(|column| row.flag(column)).transpose()?;
            into.add(flag.map(|flag| Cell::Integer(i64::from(flag.unwrap_or(true)))));
        }
        let is_repeated = before.is_same(row, &self.of_product);
        let product = if is_repeated { None } else { Some(self.read_product(row, &mut into)?) };
        into.finish(product_code, sku_code, product, row.line());
        Ok(())
    }

    /// Gives where the product's cells begin, and where the images'.
    fn read_product(&self, row: &Row<'_>, into: &mut RowInBatch<'_>) -> Result<(usize, usize), RowProblem> {
        let cells = into.next_cell();
        for (_, place, kind) in &self.product {
            into.add(read_cell(row, place, *kind)?);
        }
        let images = into.next_cell();
        for (file, alt) in &self.images {
            for place in [file, alt] {
                let cell = place.as_ref().map(|place| read_cell(row, place, Kind::Text)).transpose()?;
                into.add(cell.flatten());
            }
        }
        Ok((cells, images))
    }
}

/// A cell's value; `None`: the row leaves the shop's value alone.
fn read_cell<'a>(row: &Row<'a>, place: &Place, kind: Kind) -> Result<Option<Cell<'a>>, RowProblem> {
    let Some(column) = place.column(row)? else { return Ok(None) };
    Ok(Some(match kind {
        Kind::Text => Some(row.text(column)?).filter(|text| !text.is_empty()).into(),
        Kind::Amount => amount(row, column)?.into(),
        Kind::Decimal => row.decimal(column)?.map(Cow::Owned).into(),
        Kind::Flag => row.flag(column)?.map(i64::from).into(),
        Kind::Date => row.date(column)?.map(|date| Cow::Owned(date.to_string())).into(),
        Kind::Moment => row.date_time(column)?.map(|at| Cow::Owned(at.to_string())).into(),
    }))
}

fn amount(row: &Row<'_>, column: Column) -> Result<Option<i64>, RowProblem> {
    match row.whole_number(column)? {
        Some(number) if number < 0 => Err(row.problem_in(column, text::negative(number))),
        number => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::columns;

    #[test]
    fn the_settings_know_the_same_columns() {
        let ours: Vec<&str> = ["商品コード", "SKUコード"]
            .into_iter()
            .chain(PRODUCT_COLUMNS.map(|(name, _, _)| name))
            .chain(SKU_COLUMNS.map(|(name, _, _)| name))
            .chain([HANDLED])
            .collect();
        assert_eq!(columns::PRODUCTS.split(',').collect::<Vec<_>>(), ours);
    }
}
