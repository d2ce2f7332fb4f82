//! Products and SKUs: each value goes back where it still is the run's, whatever became of the row's others. What the run
//! created is taken away if nobody has touched it and nothing refers to it.

use anyhow::Result;
use rusqlite::{Connection, Statement};
use serde_json::Value;

use crate::books::Writing;
use crate::books::history::{Changed, Fate, Kind, Net, nets};
use crate::books::rows::Ask;
use crate::books::staging::{Cell, Staging};
use crate::report::{Change, Changes};
use crate::text::{Text, undo as text};

pub(super) struct Catalogue {
    products: Table,
    skus: Table,
}

impl Catalogue {
    pub(super) fn find(shop: &Connection, run_id: &str, kept: &mut Changes) -> Result<Self> {
        let mut products = Table::find(shop, run_id, Kind::Product, kept)?;
        let mut skus = Table::find(shop, run_id, Kind::Sku, kept)?;
        // A product may go when its SKUs go.
        skus.spare_referred(shop, kept)?;
        products.spare_referred(shop, kept)?;
        Ok(Self { products, skus })
    }

    pub(super) fn counts(&self) -> Vec<(&'static str, u64)> {
        vec![("products_undone", self.products.count()), ("skus_undone", self.skus.count())]
    }

    pub(super) fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()> {
        self.products.list(shop, changes)?;
        self.skus.list(shop, changes)
    }

    /// SKUs need their products.
    pub(super) fn write(&self, writing: &Writing<'_>) -> Result<()> {
        self.products.set(writing)?;
        self.skus.set(writing)?;
        self.skus.remove(writing)?;
        self.products.remove(writing)
    }
}

struct Table {
    kind: Kind,
    name: &'static str,
    staged: Staging,
    set: u64,
    removed: u64,
}

/// The columns in which the run wrote something; a SKU's product always, and first.
fn columns(shop: &Connection, run_id: &str, kind: Kind) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT value.key
               FROM tempostar_history_files AS file
               CROSS JOIN tempostar_catalogue_history AS change
               JOIN json_each(change.changes) AS value
               WHERE change.history_file_id = file.id AND change.kind = ?1 AND file.run_id = ?2
                 AND value.key <> 'product_code'";
    let product = (kind == Kind::Sku).then(|| "product_code".to_owned());
    Ok(product.into_iter().chain(shop.column(sql, (kind, run_id))?).collect())
}

struct Now {
    values: Vec<Value>,
    updated_at: Option<String>,
}

#[derive(Debug, PartialEq)]
enum Decision {
    /// It is as it was before, or stays as it is.
    Stay,
    /// It did not exist before.
    Remove,
    Set(Vec<Value>),
}

impl Table {
    fn find(shop: &Connection, run_id: &str, kind: Kind, kept: &mut Changes) -> Result<Self> {
        let (name, columns) = (kind.table(), columns(shop, run_id, kind)?);
        let staged = Staging::begin(shop, name, columns.clone())?;
        shop.begin_table(&format!("removed_{name}"), "code TEXT NOT NULL PRIMARY KEY, line INTEGER")?;
        let mut stager = staged.stager(shop, None)?;
        let mut remove = shop.prepare(&format!("INSERT INTO temp.removed_{name} VALUES (?1, ?2)"))?;
        let mut product = shop.prepare(
            "SELECT 1 FROM main.products WHERE code = ?1 UNION ALL SELECT 1 FROM temp.staged_products WHERE code = ?1",
        )?;
        let mut now = shop.prepare(&staged.row_sql())?;
        nets(shop, run_id, kind, |net| {
            match decide(&net, read_now(&mut now, &net.code)?.as_ref(), &columns, &mut |change, why| {
                kept.add(told(name, &net.code, change).because(why));
            }) {
                Decision::Stay => {}
                Decision::Remove => drop(remove.execute((&net.code, net.line))?),
                Decision::Set(values) => {
                    if kind == Kind::Sku && !product.exists([values[0].as_str()])? {
                        kept.add(Change::of_row(name, &net.code).because(text::product_gone()));
                        return Ok(());
                    }
                    let cells: Vec<Cell<'_>> = values.into_iter().map(Cell::from).collect();
                    stager.stage(&net.code, &cells, net.line, || Ok(false))?;
                }
            }
            Ok(())
        })?;
        drop((stager, remove, product, now));
        let difference = staged.compare(shop, "true")?;
        Ok(Self { kind, name, staged, set: difference.created + difference.updated, removed: 0 })
    }

    /// Keeps what something refers to.
    fn spare_referred(&mut self, shop: &Connection, kept: &mut Changes) -> Result<()> {
        let name = self.name;
        for codes in references(shop, self.kind)? {
            let sql = format!("DELETE FROM temp.removed_{name} WHERE code IN ({codes}) RETURNING code");
            for code in shop.column::<String>(&sql, [])? {
                kept.add(Change::of_row(name, &code).because(text::referred()));
            }
        }
        self.removed = shop.value(&format!("SELECT count(*) FROM temp.removed_{name}"), [])?;
        Ok(())
    }

    fn count(&self) -> u64 {
        self.set + self.removed
    }

    fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()> {
        self.staged.list(shop, changes)?;
        let sql = format!("SELECT code FROM temp.removed_{} ORDER BY code", self.name);
        for code in shop.column::<String>(&sql, [])? {
            changes.add(Change::new(self.name, code.as_str(), "code", code.as_str().into(), Value::Null));
        }
        Ok(())
    }

    fn set(&self, writing: &Writing<'_>) -> Result<()> {
        if self.set == 0 {
            return Ok(());
        }
        self.staged.write(writing, self.kind, (1, self.set))?;
        // What set it before is not kept; the files in the archive tell.
        let name = self.name;
        let sql = format!(
            "UPDATE main.{name} SET tempostar_as_of = NULL WHERE code IN (SELECT code FROM temp.changed_{name})"
        );
        writing.execute(&sql, [])
    }

    fn remove(&self, writing: &Writing<'_>) -> Result<()> {
        if self.removed == 0 {
            return Ok(());
        }
        let (name, changes) = (self.name, self.staged.changes_sql("shop", "missing"));
        writing.execute(
            &format!(
                "INSERT INTO tempostar_catalogue_history
                     (history_file_id, kind, code, line, is_new, is_removed, changes)
                 SELECT ?1, ?2, removed.code, removed.line, 0, 1, {changes}
                 FROM temp.removed_{name} AS removed
                 JOIN main.{name} AS shop ON shop.code = removed.code
                 LEFT JOIN main.{name} AS missing ON false"
            ),
            (writing.history, self.kind),
        )?;
        writing.execute(
            &format!("DELETE FROM main.{name} WHERE code IN (SELECT code FROM temp.removed_{name})"),
            [],
        )
    }
}

/// Reads a row as it is now, in the same form as the history has its values.
fn read_now(statement: &mut Statement<'_>, code: &str) -> Result<Option<Now>> {
    let mut rows = statement.query([code])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let values = serde_json::from_str(&String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?))?;
    Ok(Some(Now { values, updated_at: row.get(1)? }))
}

/// What becomes of a row; what stays of it is handed over with the reason.
fn decide(
    net: &Net,
    now: Option<&Now>,
    columns: &[String],
    keep: &mut dyn FnMut(Option<&Changed>, Text),
) -> Decision {
    match (now, net.first, net.last) {
        (None, Fate::Created, _) | (Some(_), _, Fate::Removed) => Decision::Stay,
        (None, _, Fate::Removed) => back(vec![Value::Null; columns.len()], columns, net.values.iter()),
        (None, ..) => {
            keep(None, text::gone());
            Decision::Stay
        }
        (Some(now), ..) => decide_there(net, now, columns, keep),
    }
}

fn decide_there(
    net: &Net,
    now: &Now,
    columns: &[String],
    keep: &mut dyn FnMut(Option<&Changed>, Text),
) -> Decision {
    let at = |value: &Changed| place(columns, value).map(|at| &now.values[at]);
    let is_as_written = |value: &&Changed| at(value) == Some(&value.new);
    let is_before = |value: &Changed| net.first != Fate::Created && at(value) == Some(&value.old);
    for value in net.values.iter().filter(|value| !is_as_written(value) && !is_before(value)) {
        let new = at(value).cloned().unwrap_or_default();
        let shown = Changed { column: value.column.clone(), old: value.new.clone(), new };
        keep(Some(&shown), text::changed());
    }
    let mut as_written = net.values.iter().filter(is_as_written).peekable();
    match net.first {
        Fate::Created if !net.values.iter().all(|value| is_as_written(&value)) => Decision::Stay,
        Fate::Created if now.updated_at.as_ref() == Some(&net.written_at) => Decision::Remove,
        Fate::Created => {
            keep(None, text::changed());
            Decision::Stay
        }
        Fate::Updated | Fate::Removed if as_written.peek().is_none() => Decision::Stay,
        Fate::Updated | Fate::Removed => back(now.values.clone(), columns, as_written),
    }
}

fn place(columns: &[String], value: &Changed) -> Option<usize> {
    columns.iter().position(|column| *column == value.column)
}

/// The row with these values as they were before.
fn back<'a>(mut row: Vec<Value>, columns: &[String], values: impl Iterator<Item = &'a Changed>) -> Decision {
    for value in values {
        if let Some(at) = place(columns, value) {
            row[at] = value.old.clone();
        }
    }
    Decision::Set(row)
}

/// A row, or one of its values.
fn told(table: &'static str, code: &str, value: Option<&Changed>) -> Change {
    match value {
        Some(value) => Change::new(table, code, &value.column, value.old.clone(), value.new.clone()),
        None => Change::of_row(table, code),
    }
}

/// What gives the codes that something refers to: our own tables, and those of the shop's that have a foreign key. A
/// figure is no hindrance: it goes and comes with its SKU.
fn references(shop: &Connection, kind: Kind) -> Result<Vec<String>> {
    let ours = match kind {
        Kind::Product => [
            "SELECT product_code FROM main.skus WHERE code NOT IN (SELECT code FROM temp.removed_skus)
                 AND code NOT IN (SELECT code FROM temp.staged_skus)",
            "SELECT product_code FROM temp.staged_skus",
        ],
        Kind::Sku => {
            ["SELECT sku_code FROM main.order_lines", "SELECT sku_code FROM main.stock WHERE allocated <> 0"]
        }
    };
    let mut found: Vec<String> = ours.map(str::to_owned).into();
    let sql = "SELECT DISTINCT sheet.name, key.\"from\"
               FROM main.sqlite_schema AS sheet
               JOIN pragma_foreign_key_list(sheet.name) AS key
               WHERE sheet.type = 'table' AND sheet.name <> 'skus' AND key.\"table\" = ?1 COLLATE NOCASE";
    found.extend(shop.all(sql, [kind.table()], |row| {
        let quoted = |name: String| name.replace('"', "\"\"");
        Ok(format!("SELECT \"{}\" FROM main.\"{}\"", quoted(row.get(1)?), quoted(row.get(0)?)))
    })?);
    Ok(found)
}
