//! Stock sheets: first load, the same again, a little changed, all changed, and a few SKUs of many.

use std::path::Path;

use anyhow::Result;

use crate::desk::{Desk, STOCK_SHEET, fill_skus, fill_stock};
use crate::measure::{Measured, medians};
use crate::others::Other;
use crate::sheets::{Named, Order, StockSheet};
use crate::table::Table;
use crate::{Options, myself};

/// What a sheet is to the shop that it comes to.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    title: &'static str,
    /// The database that it comes to.
    database: &'static str,
    sheet: StockSheet,
}

fn scenarios(skus: u64) -> Vec<Scenario> {
    let whole = |changed, order| StockSheet { skus, named: Named::All, changed, order };
    let mut scenarios = vec![
        Scenario { title: "first load", database: "skus.db", sheet: whole(0, Order::ByCode) },
        Scenario { title: "identical", database: "stock.db", sheet: whole(0, Order::ByCode) },
        Scenario { title: "1 % changed", database: "stock.db", sheet: whole(10, Order::ByCode) },
        Scenario { title: "1 % changed, shuffled", database: "stock.db", sheet: whole(10, Order::Shuffled) },
        Scenario { title: "all changed", database: "stock.db", sheet: whole(1000, Order::ByCode) },
    ];
    if skus > 10_000 {
        let sheet = StockSheet { named: Named::Scattered(10_000), ..whole(1000, Order::ByCode) };
        scenarios.push(Scenario { title: "10 k rows, all changed", database: "stock.db", sheet });
    }
    scenarios
}

/// Somebody who brings a sheet to the database.
enum Contender<'a> {
    Us,
    Floor,
    Upsert,
    Other(&'a Other),
}

impl Contender<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Us => "tempostar",
            Self::Floor => "parse only (csv crate)",
            Self::Upsert => "plain upsert (Rust)",
            Self::Other(other) => other.name,
        }
    }

    fn run(&self, desk: &Desk, database: &str, sheet: &Path) -> Result<Measured> {
        desk.restore(database)?;
        let mut command = match self {
            Self::Us => desk.import("import-stock", sheet),
            Self::Floor => {
                let mut command = myself();
                command.args(["child-parse"]).arg(sheet);
                command
            }
            Self::Upsert => {
                let mut command = myself();
                command.arg("child-upsert").arg(desk.database()).arg(sheet);
                command
            }
            Self::Other(other) => {
                other.prepare(desk, sheet)?;
                other.command(desk, "run", sheet)
            }
        };
        desk.measure(&mut command)
    }
}

/// A database with SKUs only, `skus.db`, and one with their stock, `stock.db`.
pub fn prepare(desk: &Desk, skus: u64) -> Result<()> {
    let mut shop = desk.create_database()?;
    fill_skus(&mut shop, skus)?;
    desk.keep_as("skus.db")?;
    fill_stock(&mut shop, skus)?;
    drop(shop);
    desk.keep_as("stock.db")
}

/// Everybody side by side, in turns.
pub fn compare(desk: &Desk, options: &Options, others: &[Other]) -> Result<Table> {
    prepare(desk, options.rows)?;
    let mut contenders = vec![Contender::Floor, Contender::Us, Contender::Upsert];
    contenders.extend(others.iter().map(Contender::Other));
    let sheet = desk.path(STOCK_SHEET);
    let mut table = Table::new(&format!("Stock, {} SKUs", options.rows), "plain upsert (Rust)");
    for scenario in scenarios(options.rows).into_iter().filter(|scenario| options.wants(scenario.title)) {
        scenario.sheet.write(&sheet)?;
        let mut measured = vec![Vec::new(); contenders.len()];
        for _ in 0..options.rounds {
            for (contender, measured) in contenders.iter().zip(&mut measured) {
                measured.push(contender.run(desk, scenario.database, &sheet)?);
            }
        }
        for (contender, measured) in contenders.iter().zip(&measured) {
            table.add(scenario.title, contender.name(), medians(measured));
        }
    }
    Ok(table)
}

/// How the cost of a sheet goes with its rows, and with those of the table.
pub fn curve(desk: &Desk, options: &Options) -> Result<String> {
    let mut shown = String::from(
        "\n### How the cost grows\n\n\
         | SKUs in the shop | sheet | its rows | s | CPU s | CPU µs a row | MiB |\n\
         |---:|---|---:|---:|---:|---:|---:|\n",
    );
    let sizes = [10_000, 30_000, 100_000, 300_000];
    for skus in sizes.into_iter().filter(|skus| *skus < options.rows).chain([options.rows]) {
        prepare(desk, skus)?;
        for (title, sheet) in curve_sheets(skus, options.rows) {
            if options.wants(title) {
                shown += &curve_line(desk, options, title, sheet)?;
            }
        }
    }
    Ok(shown)
}

fn curve_sheets(skus: u64, skus_max: u64) -> Vec<(&'static str, StockSheet)> {
    let sheet = |named, changed| StockSheet { skus, named, changed, order: Order::ByCode };
    let few = FEW.min(skus);
    let mut sheets = vec![
        ("all SKUs, identical", sheet(Named::All, 0)),
        ("all SKUs, 1 % changed", sheet(Named::All, 10)),
        ("scattered, identical", sheet(Named::Scattered(few), 0)),
        ("scattered, all changed", sheet(Named::Scattered(few), 1000)),
        ("neighbours, identical", sheet(Named::Neighbours(few), 0)),
        ("neighbours, all changed", sheet(Named::Neighbours(few), 1000)),
    ];
    if skus == skus_max {
        let rows = [1_000, 3_000, 30_000, 100_000].into_iter().filter(|rows| *rows <= skus);
        for rows in rows {
            sheets.push(("scattered, all changed", sheet(Named::Scattered(rows), 1000)));
            sheets.push(("neighbours, all changed", sheet(Named::Neighbours(rows), 1000)));
        }
    }
    sheets
}

/// The rows of a sheet that names only what has changed.
const FEW: u64 = 10_000;

#[expect(clippy::cast_precision_loss, reason = "some millions of rows")]
fn curve_line(desk: &Desk, options: &Options, title: &str, sheet: StockSheet) -> Result<String> {
    let path = desk.path(STOCK_SHEET);
    sheet.write(&path)?;
    let rounds = (0..options.rounds).map(|_| Contender::Us.run(desk, "stock.db", &path));
    let measured = medians(&rounds.collect::<Result<Vec<_>>>()?);
    let cpu = measured.cpu.as_secs_f64();
    Ok(format!(
        "| {} | {title} | {} | {:.3} | {cpu:.3} | {:.2} | {} |\n",
        sheet.skus,
        sheet.rows(),
        measured.wall.as_secs_f64(),
        cpu * 1e6 / sheet.rows() as f64,
        measured.memory_kib / 1024
    ))
}
