//! `import-products` (商品情報取込): TEMPOSTAR is the master of product data. A product file creates and updates the
//! shop's products and SKUs; it never deletes any.
//!
//! One row is one SKU; what belongs to the product is repeated in each of its rows. A column that the file lacks leaves
//! the shop's value alone, one that is there but empty clears it. A column for which the shop has no field needs a
//! free item (自由項目); one without a home is named in the report.
//!
//! Products that a full file does not name any more stay, and are kept in a list: they must be deleted by hand.

mod batch;
mod columns;
mod guard;
mod missing;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use anyhow::Result;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Statement};
use serde::{Deserialize, Serialize};

use self::batch::{Batch, Cells, Entry, ProductEntry};
pub use self::columns::missing_columns;
pub(crate) use self::columns::tempostars_name;
use self::columns::{Columns, defined_free_items};
use self::missing::{begin_rejected, compare_missing, note_missing};
use super::later::{LaterSheets, Said};
use super::names::{NEAR_MISSES_SOUGHT_MAX, Names, near_misses};
use crate::books::Writing;
use crate::books::history::Kind;
use crate::books::rows::{Ask, CODES};
use crate::books::staging::{Agreement, Cell, Difference, Stager, Staging};
use crate::job::Job;
use crate::problem::Problem;
use crate::report::{Changes, Counts};
use crate::settings::{Inbox, Settings};
use crate::sheet::{KeptRow, Row, RowProblem, Sheet};
use crate::shelf::Shelf;
use crate::sync::Guarding;
use crate::sync::Run;
use crate::sync::import::{
    Comparison, HELD_ROWS, HeldRows, ImportJob, Incoming, Plan, Progress, Room, Source, code_at, import,
    part, read_ahead, rowids,
};
use crate::text::jobs as text;

/// Runs the job. What it did and what went wrong is in the report.
pub fn run(run: &mut Run<'_>, source: &Source) -> Result<()> {
    run.report.counts =
        Counts::zero(&["created", "updated", "unchanged", "rejected", "skus_created", "skus_updated"]);
    import(run, source, &ImportProducts::new(run.settings, &run.shelf))
}

pub(super) struct ImportProducts<'a> {
    settings: &'a Settings,
    later: LaterSheets,
}

impl<'a> ImportProducts<'a> {
    pub(super) fn new(settings: &'a Settings, shelf: &Shelf) -> Self {
        Self { settings, later: LaterSheets { shelf: shelf.clone(), job: Job::Products } }
    }

    /// The products and SKUs of which later files have spoken.
    fn said_later<'b>(&self, incoming: &mut Incoming<'b>) -> Result<Said<'b>> {
        self.later.said(incoming, |path, name, note| {
            let mut sheet = Sheet::open_named(path, name, self.inbox().encoding, &self.inbox().naming)?;
            let code = sheet.header().required("商品コード")?;
            let sku_code = sheet.header().optional("SKUコード");
            while let Some(row) = sheet.next_row()? {
                let Ok(product_code) = row.code(code) else { continue };
                note(&product_code, PRODUCT)?;
                let sku_code = sku_code.and_then(|column| row.code(column).ok());
                note(&sku_code.unwrap_or(product_code), SKU)?;
            }
            Ok(())
        })
    }
}

/// What a row speaks of.
const PRODUCT: i64 = 1;
const SKU: i64 = 2;

/// What a file changes: what it says of missing products, then products, then SKUs, which need their products.
struct CataloguePlan {
    staged: Staged,
    /// Whether the file is the newest full one; `None`: what it says of missing products has been written.
    missing_compared: Option<bool>,
    products: u64,
    skus: u64,
}

/// The tables in which a file's rows wait.
struct Staged {
    products: Staging,
    skus: Staging,
}

impl Staged {
    /// Compares those rows whose products are among the held ones, or are not.
    fn compare(&self, shop: &Connection, in_or_not: &str) -> Result<[Difference; 2]> {
        let held = format!("{in_or_not} (SELECT code FROM temp.{HELD_ROWS})");
        let products = self.products.compare(shop, &format!("code {held}"))?;
        Ok([products, self.skus.compare(shop, &format!("product_code {held}"))?])
    }

    fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()> {
        self.products.list(shop, changes)?;
        self.skus.list(shop, changes)
    }
}

impl Plan for CataloguePlan {
    fn len(&self) -> u64 {
        self.products + self.skus
    }

    fn code(&self, shop: &Connection, change: u64) -> Result<String> {
        match change.checked_sub(self.products) {
            None => code_at(shop, "changed_products", "code", change),
            Some(sku) => code_at(shop, "changed_skus", "code", sku),
        }
    }

    fn write(&self, writing: &Writing<'_>, changes: Range<u64>) -> Result<()> {
        if let Some(is_newest_full) = self.missing_compared.filter(|_| changes.start == 0) {
            note_missing(writing, is_newest_full)?;
        }
        let (products, skus) = (part(&changes, 0, self.products), part(&changes, self.products, self.skus));
        if let Some(at) = rowids(&products) {
            self.staged.products.write(writing, Kind::Product, at)?;
        }
        if let Some(at) = rowids(&skus) {
            self.staged.skus.write(writing, Kind::Sku, at)?;
        }
        Ok(())
    }

    fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()> {
        self.staged.list(shop, changes)
    }
}

impl ImportJob for ImportProducts<'_> {
    fn inbox(&self) -> &Inbox {
        &self.settings.products.inbox
    }

    fn key_columns(&self) -> &'static [&'static str] {
        &["SKUコード", "商品コード"]
    }

    fn compare(&self, incoming: &mut Incoming<'_>) -> Result<Comparison> {
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
        let said_later = self.said_later(incoming)?;
        let mut writer = RowWriter::new(incoming, &staged, &columns, said_later)?;
        let mut rejected = begin_rejected(incoming.shop)?;
        let mut before = KeptRow::default();
        let read = |batch: &mut Batch, row: &Row<'_>| read(batch, row, &columns, &mut before);
        read_ahead(incoming, read, |batch| {
            for code in batch.rejected() {
                rejected.execute([code])?;
            }
            batch.entries().try_for_each(|entry| writer.stage(entry))?;
            batch.clear();
            Ok(())
        })?;
        let RowWriter { disagreeing, stale, rows_differing, .. } = writer;
        incoming.problems.extend(disagreeing.problem(text::rows_disagree));
        incoming.problems.extend(stale.problem(text::stale_products));
        // A run that was interrupted in the midst has done it, against the products of before.
        let missing_compared = match incoming.progress {
            Progress::New => Some(compare_missing(incoming.shop, incoming.file_time)?),
            Progress::Begun => None,
        };
        guard::hold_none(incoming.shop)?;
        let telling = columns.telling();
        let lost = incoming.lost(&telling, self.settings.products.guard.move_percent);
        let fallen_back = columns.fallen_back(incoming.sheet.header(), &lost);
        let (held_because, held_rows) = match fallen_back.is_empty() {
            true => self.guard(incoming, &staged, &telling, &lost)?,
            false => (vec![text::guard_columns(&fallen_back.join(", "))], None),
        };
        let comparison = compare(incoming, staged, missing_compared, &rows_differing)?;
        if held_because.is_empty() {
            incoming.problems.extend(moved_skus(incoming.shop)?.problem(text::skus_moved));
        }
        Ok(Comparison { unknown_columns, held_because, held_rows, telling, ..comparison })
    }
}

impl ImportProducts<'_> {
    /// Why the file is held, or rows of it.
    fn guard(
        &self,
        incoming: &Incoming<'_>,
        staged: &Staged,
        telling: &[String],
        lost: &[String],
    ) -> Result<(Vec<Problem>, Option<HeldRows>)> {
        let (shop, limits) = (incoming.shop, &self.settings.products.guard);
        let columns = staged.products.columns();
        let whole = match (incoming.guarding, incoming.progress) {
            (Guarding::Approved, _) => return Ok((Vec::new(), None)),
            (Guarding::Watch, Progress::New) => guard::judge(incoming, columns, telling, lost, limits)?,
            (Guarding::Watch, Progress::Begun) => Vec::new(),
        };
        if !whole.is_empty() {
            return Ok((whole, None));
        }
        let verdicts = guard::hold_rows(shop, columns, limits)?;
        let rows = (!verdicts.is_empty()).then(|| guard::held_rows(shop, staged, verdicts));
        Ok((whole, rows.transpose()?))
    }
}

fn compare(
    incoming: &mut Incoming<'_>,
    staged: Staged,
    missing_compared: Option<bool>,
    rows: &RowsDiffering,
) -> Result<Comparison> {
    let shop = incoming.shop;
    let [products, skus] = staged.compare(shop, "NOT IN")?;
    for (table, found) in [("products", products), ("skus", skus)] {
        if found.created > 0 {
            tell_near_misses(incoming, table)?;
        }
    }
    let is_first_load = shop.value("SELECT NOT EXISTS (SELECT 1 FROM products)", [])?;
    let counts = counts(shop, products, skus)?;
    let of_rows = incoming.sheet.rows_read() - incoming.rejects.count();
    let unchanged = of_rows - rows.applied - rows.left_alone;
    let (products, skus) = (products.created + products.updated, skus.created + skus.updated);
    let plan = Box::new(CataloguePlan { staged, missing_compared, products, skus });
    Ok(Comparison { applied: rows.applied, unchanged, counts, is_first_load, plan, ..Comparison::default() })
}

fn counts(shop: &Connection, products: Difference, skus: Difference) -> Result<Counts> {
    let count = |sql: &str| shop.value::<u64>(sql, []);
    // A product counts as updated, too, when only a SKU of it is new or different.
    let touched = count(
        "SELECT count(DISTINCT sku.product_code)
         FROM temp.changed_skus AS changed
         JOIN temp.staged_skus AS sku ON sku.code = changed.code
         WHERE sku.product_code NOT IN (SELECT code FROM temp.staged_products)",
    )?;
    let named =
        count("SELECT count(*) FROM temp.read_products WHERE code NOT IN (SELECT code FROM temp.held_rows)")?;
    let stale = count("SELECT count(*) FROM temp.stale_products")?;
    let left_alone = count(
        "SELECT count(*)
         FROM temp.stale_products
         WHERE code NOT IN (SELECT code FROM temp.staged_products)
           AND code NOT IN (SELECT product_code FROM temp.staged_skus)",
    )?;
    let updated = products.updated + touched;
    let mut counts = Counts::default();
    counts.add("created", products.created);
    counts.add("updated", updated);
    counts.add("unchanged", named - products.created - updated - left_alone);
    if stale > 0 {
        counts.add("stale", stale);
    }
    counts.add("skus_created", skus.created);
    counts.add("skus_updated", skus.updated);
    Ok(counts)
}

/// SKUs that the file gives to another product: `A-1-RED (A-1 → A-2)`.
fn moved_skus(shop: &Connection) -> Result<Names> {
    let mut moved = Names::default();
    let sql = "SELECT code || ' (' || shop.product_code || ' → ' || staged.product_code || ')'
               FROM temp.changed_skus AS changed
               JOIN temp.staged_skus AS staged USING (code)
               JOIN main.skus AS shop USING (code)
               WHERE shop.product_code <> staged.product_code
               ORDER BY code";
    shop.each(sql, [], |row| {
        moved.add(&row.get::<_, String>(0)?);
        Ok(())
    })?;
    Ok(moved)
}

/// Tells which new codes the shop has already, written otherwise.
fn tell_near_misses(incoming: &mut Incoming<'_>, table: &'static str) -> Result<()> {
    let sql = format!("SELECT code FROM temp.changed_{table} WHERE is_new LIMIT {NEAR_MISSES_SOUGHT_MAX}");
    for (code, ours) in near_misses(incoming.shop, table, "code", incoming.shop.column(&sql, [])?)? {
        let told = text::near_miss(&code, &ours);
        // A product's code is mostly its SKU's, too.
        if !incoming.problems.contains(&told) {
            incoming.problems.push(told);
        }
    }
    Ok(())
}

/// How many rows are read before they are compared with the shop's.
const BATCH: usize = 50;

fn read(
    batch: &mut Batch,
    row: &Row<'_>,
    columns: &Columns,
    before: &mut KeptRow,
) -> Result<Room, RowProblem> {
    match columns.read(row, before, batch.begin_row()) {
        Ok(()) => {
            before.keep(row);
            Ok(if batch.len() < BATCH { Room::Left } else { Room::None })
        }
        Err(problem) => {
            before.forget();
            if let Ok(code) = row.code(columns.code) {
                batch.reject(&code);
            }
            Err(problem)
        }
    }
}

/// An image as the shop's table has it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
struct Image<'a> {
    #[serde(default)]
    file: Cow<'a, str>,
    #[serde(default)]
    alt: Cow<'a, str>,
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
    /// Likewise a SKU of another code than its product's.
    read_sku: Statement<'a>,
    /// Whether a product is staged with just these values.
    staged: Statement<'a>,
    known_product: Option<Statement<'a>>,
    known_sku: Option<Statement<'a>>,
    images: Option<Statement<'a>>,
    disagreeing: Names,
    disagreed: HashSet<String>,
    /// Of the product that was read last.
    product_agreement: Agreement,
    rows_differing: RowsDiffering,
    said_later: Said<'a>,
    /// Notes a product of which something is older than what the shop has.
    note_stale: Statement<'a>,
    stale: Names,
}

/// Rows that say something else than the shop.
#[derive(Clone, Copy, Debug, Default)]
struct RowsDiffering {
    applied: u64,
    /// Because a later file has spoken of it.
    left_alone: u64,
}

impl<'a> RowWriter<'a> {
    fn new(
        incoming: &Incoming<'a>,
        staged: &Staged,
        columns: &Columns,
        said_later: Said<'a>,
    ) -> Result<Self> {
        let (shop, as_of): (&'a Connection, _) = (incoming.shop, Some(incoming.file_time));
        let images =
            columns.has_images().then(|| shop.prepare("SELECT images FROM products WHERE code = ?1"));
        let names = columns.product_names();
        let same = names.iter().fold(String::from("true"), |sql, name| sql + " AND " + name + " IS ?");
        for codes in ["read_products", "read_skus", "stale_products"] {
            shop.begin_table(codes, CODES)?;
        }
        Ok(Self {
            products: staged.products.stager(shop, as_of)?,
            skus: staged.skus.stager(shop, as_of)?,
            read: shop.prepare("INSERT OR IGNORE INTO temp.read_products (code) VALUES (?1)")?,
            read_sku: shop.prepare("INSERT OR IGNORE INTO temp.read_skus (code) VALUES (?1)")?,
            staged: shop.prepare(&format!("SELECT {same} FROM temp.staged_products WHERE code = ?"))?,
            known_product: columns.known_product(shop)?,
            known_sku: columns.known_sku(shop)?,
            images: images.transpose()?,
            disagreeing: Names::default(),
            disagreed: HashSet::new(),
            product_agreement: Agreement::Same,
            rows_differing: RowsDiffering::default(),
            said_later,
            note_stale: shop.prepare("INSERT OR IGNORE INTO temp.stale_products (code) VALUES (?1)")?,
            stale: Names::default(),
        })
    }

    fn stage(&mut self, entry: Entry<'_>) -> Result<()> {
        let sku = fill_up(entry.sku, entry.sku_code, self.known_sku.as_mut())?;
        if entry.sku_code != entry.product_code {
            self.read_sku.execute([entry.sku_code])?;
        }
        let said_later = || self.said_later.has(entry.sku_code, SKU);
        let sku_agreement = self.skus.stage(entry.sku_code, &sku, entry.line, said_later)?;
        if let Some(product) = entry.product {
            self.stage_product(entry.product_code, product, entry.line)?;
        }
        let agreements = [sku_agreement, self.product_agreement];
        let is_stale = agreements.contains(&Agreement::Stale);
        if is_stale && self.note_stale.execute([entry.product_code])? > 0 {
            self.stale.add(entry.product_code);
        }
        if agreements.contains(&Agreement::Differs) {
            self.rows_differing.applied += 1;
        } else if is_stale {
            self.rows_differing.left_alone += 1;
        }
        Ok(())
    }

    fn stage_product(&mut self, code: &str, product: ProductEntry<'_>, line: u64) -> Result<()> {
        let mut cells = fill_up(product.cells, code, self.known_product.as_mut())?;
        if let Some(statement) = &mut self.images {
            cells.push(merge_images(statement, code, product.images)?);
        }
        let is_first = self.read.execute([code])? > 0;
        let is_as_staged = if is_first { None } else { self.is_as_staged(code, &cells)? };
        let said_later = || self.said_later.has(code, PRODUCT);
        self.product_agreement = self.products.stage(code, &cells, line, said_later)?;
        // What was read and is not staged is what the shop has.
        let disagrees = !is_first && !is_as_staged.unwrap_or(self.product_agreement != Agreement::Differs);
        if disagrees && self.disagreed.insert(code.to_owned()) {
            self.disagreeing.add(code);
        }
        Ok(())
    }

    /// `None`: the product is not staged.
    fn is_as_staged(&mut self, code: &str, cells: &[Cell<'_>]) -> Result<Option<bool>> {
        let code_cell = Cell::Text(code.into());
        let parameters = rusqlite::params_from_iter(cells.iter().chain([&code_cell]));
        Ok(self.staged.query_row(parameters, |row| row.get(0)).optional()?)
    }
}

/// The cells of a row, with the shop's own value where the row leaves it alone.
fn fill_up<'a>(cells: Cells<'a>, code: &str, known: Option<&mut Statement<'_>>) -> Result<Vec<Cell<'a>>> {
    let count = cells.iter().len();
    let values: Vec<Value> = match known {
        Some(statement) if cells.leaves_something_alone() => {
            let read = |row: &rusqlite::Row<'_>| (0..count).map(|index| row.get(index)).collect();
            statement.query_row([code], read).optional()?.unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let mut values = values.into_iter();
    let filled = cells.iter().map(|cell| {
        let known = values.next();
        cell.unwrap_or_else(|| known.map_or(Cell::Null, cell_of))
    });
    Ok(filled.collect())
}

fn cell_of(value: Value) -> Cell<'static> {
    match value {
        Value::Integer(number) => Cell::Integer(number),
        Value::Real(number) => Cell::Text(number.to_string().into()),
        Value::Text(text) => Cell::Text(text.into()),
        Value::Null | Value::Blob(_) => Cell::Null,
    }
}

/// The product's images: what the file says, and for image columns that it lacks what the shop has.
fn merge_images(statement: &mut Statement<'_>, code: &str, images: Cells<'_>) -> Result<Cell<'static>> {
    let known: Vec<Image<'_>> = if images.leaves_something_alone() {
        let json: Option<Option<String>> = statement.query_row([code], |row| row.get(0)).optional()?;
        json.flatten().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
    } else {
        Vec::new()
    };
    let mut merged: Vec<Image<'_>> = Vec::new();
    let mut cells = images.iter();
    for number in 1.. {
        let (Some(file), Some(alt)) = (cells.next(), cells.next()) else { break };
        let known = known.iter().zip(1..).find(|(image, place)| image.number.unwrap_or(*place) == number);
        let known = known.map(|(image, _)| image.clone()).unwrap_or_default();
        let file = file.map_or(known.file, text_of);
        let alt = alt.map_or(known.alt, text_of);
        if !file.is_empty() {
            let is_after_gap = merged.len() + 1 != number;
            merged.push(Image { file, alt, number: is_after_gap.then_some(number) });
        }
    }
    Ok(if merged.is_empty() { Cell::Null } else { Cell::Text(serde_json::to_string(&merged)?.into()) })
}

fn text_of(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => text,
        Cell::Null | Cell::Integer(_) => Cow::default(),
    }
}
