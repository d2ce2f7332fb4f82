//! What a long past costs: runs with a large database and a ledger of a year, and by how much the database grows in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, params};

use crate::Options;
use crate::desk::{Desk, Sent, fill_orders, fill_skus, fill_stock};
use crate::runs::{empty_outbox, repeat, server};
use crate::sheets::{order_no, quantity, write_stock};
use crate::table::Table;

/// One each ten minutes.
const RUNS_OF_A_DAY: u32 = 144;
const RUNS_OF_A_YEAR: u32 = 365 * RUNS_OF_A_DAY;

/// With these, a run finds nothing to forget.
const KEEP_ALL: &str = "\n[limits]\nhistory_days = 36500\n";

/// `status` and its like on a large database with a long past.
pub fn large(desk: &Desk, options: &Options) -> Result<Table> {
    let rows = options.rows;
    let title = format!("{rows} SKUs, {rows} orders, and a ledger of {RUNS_OF_A_YEAR} runs");
    let mut table = Table::new(&title, "");
    let mut shop = desk.create_database()?;
    fill_skus(&mut shop, rows)?;
    fill_stock(&mut shop, rows)?;
    fill_orders(&mut shop, rows, Sent::All)?;
    fill_ledger(&mut shop)?;
    drop(shop);
    desk.keep_as("large.db")?;
    let _server = server(desk)?;
    let mut measure = |title: &str, arguments: &[&str]| {
        if !options.wants(title) {
            return Ok(());
        }
        let measured = repeat(options.rounds, || {
            desk.restore("large.db")?;
            desk.measure(&mut desk.tempostar(arguments))
        })?;
        table.add(title, "tempostar", measured);
        anyhow::Ok(())
    };
    for arguments in [&["status"][..], &["status", "--json"], &["check-settings"]] {
        measure(&arguments.join(" "), arguments)?;
    }
    measure("import-stock, nothing there; it forgets what is old", &["import-stock"])?;
    desk.add_settings(KEEP_ALL)?;
    for job in ["import-stock", "import-logistics", "import-products", "export-orders"] {
        measure(&format!("{job}, nothing to do"), &[job])?;
    }
    Ok(table)
}

/// Runs that each took a file.
fn fill_ledger(shop: &mut Connection) -> Result<()> {
    let filling = shop.transaction()?;
    for run in 0..RUNS_OF_A_YEAR {
        let (at, run_id) = (time_of_run(run), format!("2023-{run}"));
        filling.execute(
            "INSERT INTO tempostar_runs (run_id, command, started_at, finished_at, outcome, exit_code, counts)
             VALUES (?1, 'import-stock', ?2, ?2, 'ok', 0, '{\"changed\":120,\"unchanged\":9880,\"unknown\":0,\"rejected\":0}')",
            params![run_id, at],
        )?;
        filling.execute(
            "INSERT INTO tempostar_files
                 (command, name, sha256, size, file_time, run_id, outcome, decided_at, archived_as, is_cleaned_up)
             VALUES ('import-stock', 'stock_' || ?1 || '.csv', hex(randomblob(32)), 700000, ?2, ?1, 'applied', ?2,
                     'import-stock/20240501T101500-12345678/stock_' || ?1 || '.csv', 1)",
            params![run_id, at],
        )?;
    }
    Ok(filling.commit()?)
}

fn time_of_run(run: u32) -> String {
    let (day, minute) = (run / RUNS_OF_A_DAY, run % RUNS_OF_A_DAY * 10);
    let (month, day) = (1 + day / 31, 1 + day % 31);
    format!("2023-{month:02}-{day:02} {:02}:{:02}:00", minute / 60, minute % 60)
}

// Books --------------------------------------------------------------------------------------------------------------

/// How many shops somebody looks after.
const SHOPS: usize = 300;

/// `reconcile` of orders that were really sent, and `fleet` of many shops.
pub fn books(desk: &Desk, options: &Options) -> Result<Table> {
    let mut table = Table::new(&format!("The books of {} orders; {SHOPS} shops", options.rows), "");
    let mut shop = desk.create_database()?;
    fill_skus(&mut shop, 2000)?;
    fill_orders(&mut shop, options.rows, Sent::None)?;
    drop(shop);
    let server = server(desk)?;
    desk.measure(&mut desk.tempostar(&["export-orders"]))?;
    drop(server);
    table.add(
        "reconcile",
        "tempostar",
        repeat(options.rounds, || desk.measure(&mut desk.tempostar(&["reconcile"])))?,
    );
    drop(desk.create_database()?);
    let shops = (0..SHOPS).map(|number| desk.copy_shop(number)).collect::<Result<Vec<_>>>()?;
    table.add(
        "fleet",
        "tempostar",
        repeat(options.rounds, || desk.measure(desk.tempostar(&["fleet"]).args(&shops)))?,
    );
    Ok(table)
}

// Growth -------------------------------------------------------------------------------------------------------------

const GROWTH_SKUS: u64 = 10_000;
/// Changed SKUs in each file.
const GROWTH_CHANGED: u64 = 120;
const GROWTH_ORDERS: u32 = 20;
/// So many pass before it counts: pages that are begun fill up.
const RUNS_BEFORE: u32 = 10;
/// The default of `history_days`.
const HISTORY_DAYS: u32 = 90;

/// What is never forgotten: an order must not be sent again in a year.
const KEPT: [&str; 2] = ["tempostar_batches", "tempostar_batch_orders"];

/// By how much the database grows with each run, from real ones: a full sheet of stock, and orders to send.
pub fn growth(desk: &Desk, options: &Options) -> Result<String> {
    let counted = u32::try_from(options.rows / 50)?.clamp(20, 200);
    let mut shop = desk.create_database()?;
    fill_skus(&mut shop, GROWTH_SKUS)?;
    fill_stock(&mut shop, GROWTH_SKUS)?;
    fill_orders(&mut shop, u64::from(GROWTH_ORDERS * (RUNS_BEFORE + counted)), Sent::None)?;
    // They come in one by one.
    shop.execute("UPDATE orders SET is_provisional = 1", [])?;
    drop(shop);
    let _server = server(desk)?;
    for run in 0..RUNS_BEFORE {
        ten_minutes(desk, run)?;
    }
    let before = Sizes::of(desk)?;
    for run in RUNS_BEFORE..RUNS_BEFORE + counted {
        ten_minutes(desk, run)?;
    }
    Ok(show_growth(&before, &Sizes::of(desk)?, counted))
}

/// What happens in ten minutes: new orders, a sheet with some figures changed, one run of each.
fn ten_minutes(desk: &Desk, run: u32) -> Result<()> {
    sell(desk, run)?;
    let (hour, minute) = (run / 6, run % 6 * 10);
    let name = format!("stock_202405{:02}{:02}{minute:02}00.csv", 2 + hour / 24, hour % 24);
    // Each run changes the next few SKUs, and begins again behind the last.
    let changes = u64::from(run + 1) * GROWTH_CHANGED;
    let quantity = |number| {
        let place = number * 7_919 % GROWTH_SKUS;
        quantity(number) + changes / GROWTH_SKUS + u64::from(place < changes % GROWTH_SKUS)
    };
    let rows = (0..GROWTH_SKUS).map(|number| (number, quantity(number)));
    write_stock(&desk.path("server/netstock/12345").join(name), rows)?;
    for job in ["import-stock", "export-orders"] {
        desk.measure(&mut desk.tempostar(&[job]))?;
    }
    empty_outbox(desk)
}

fn sell(desk: &Desk, run: u32) -> Result<()> {
    let mut shop = Connection::open(desk.database())?;
    shop.pragma_update(None, "synchronous", "OFF")?;
    let sale = shop.transaction()?;
    for order in run * GROWTH_ORDERS..(run + 1) * GROWTH_ORDERS {
        let order_no = order_no(u64::from(order));
        sale.execute("UPDATE orders SET is_provisional = 0 WHERE order_no = ?1", [&order_no])?;
        sale.execute(
            "UPDATE stock
             SET allocated = allocated + line.quantity
             FROM order_lines AS line
             WHERE line.order_no = ?1 AND line.sku_code = stock.sku_code",
            [&order_no],
        )?;
    }
    Ok(sale.commit()?)
}

/// Bytes on the disk.
struct Sizes {
    /// Our tables with their indices.
    tables: BTreeMap<String, u64>,
    archive: u64,
}

impl Sizes {
    fn of(desk: &Desk) -> Result<Self> {
        let shop = Connection::open(desk.database())?;
        let mut statement = shop.prepare(
            "SELECT tbl_name, sum(pgsize)
             FROM dbstat
             JOIN sqlite_schema USING (name)
             WHERE tbl_name LIKE 'tempostar\\_%' ESCAPE '\\'
             GROUP BY tbl_name",
        )?;
        let tables = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            tables: tables.collect::<rusqlite::Result<_>>()?,
            archive: folder_bytes(&desk.path("work/archive"))?,
        })
    }
}

fn folder_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => folder_bytes(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}

fn show_growth(before: &Sizes, after: &Sizes, runs: u32) -> String {
    let mut shown = format!(
        "\n### Growth: by {runs} runs of import-stock ({GROWTH_CHANGED} of {GROWTH_SKUS} SKUs changed in each file) and \
         of export-orders ({GROWTH_ORDERS} orders each)\n\n\
         | what | bytes in ten minutes | kept for | MiB after a year |\n|---|---:|---|---:|\n"
    );
    let mut total = (0, 0);
    for (table, size) in &after.tables {
        let grown = size.saturating_sub(before.tables.get(table).copied().unwrap_or_default());
        let is_kept = KEPT.contains(&table.as_str());
        let after_a_year = show_line(&mut shown, table, grown, runs, is_kept);
        total = (total.0 + grown, total.1 + after_a_year);
    }
    let (grown, after_a_year) = total;
    shown += &format!("| **the database** | {} | | {} |\n", grown / u64::from(runs), after_a_year >> 20);
    show_line(&mut shown, "copies in the work folder's archive", after.archive - before.archive, runs, false);
    shown
}

/// Gives the bytes after a year.
fn show_line(shown: &mut String, what: &str, grown: u64, runs: u32, is_kept: bool) -> u64 {
    let (days, kept) =
        if is_kept { (365, "ever".to_owned()) } else { (HISTORY_DAYS, format!("{HISTORY_DAYS} days")) };
    let after_a_year = grown * u64::from(days * RUNS_OF_A_DAY) / u64::from(runs);
    *shown += &format!("| {what} | {} | {kept} | {} |\n", grown / u64::from(runs), after_a_year >> 20);
    after_a_year
}
