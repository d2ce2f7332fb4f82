//! The rest of a shop's day: sales during an import, orders, shipments, `status`, a ledger of
//! a year, and the way over a slow link.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::desk::{Desk, STOCK_SHEET, Sent, fill_orders, fill_skus};
use crate::ftp_server::FtpServer;
use crate::link::Link;
use crate::measure::{Measured, median, medians};
use crate::sheets::{Named, Order, StockSheet, write_logistics};
use crate::table::Table;
use crate::{Options, myself, stock};

/// The folders of a server of TEMPOSTAR's.
const FOLDERS: [&str; 4] =
    ["product/export/12345", "netstock/12345", "order/export/12345/orderstatus", "ordershop/12345"];

/// The server's root, with TEMPOSTAR's folders in it.
pub fn make_folders(desk: &Desk) -> Result<PathBuf> {
    let root = desk.path("server");
    for folder in FOLDERS {
        fs::create_dir_all(root.join(folder))?;
    }
    Ok(root)
}

/// TEMPOSTAR takes what lies there.
pub fn empty_outbox(desk: &Desk) -> Result<()> {
    let outbox = desk.path("server").join(FOLDERS[3]);
    fs::remove_dir_all(&outbox)?;
    Ok(fs::create_dir(&outbox)?)
}

pub fn server(desk: &Desk) -> Result<FtpServer> {
    let server = FtpServer::start(&make_folders(desk)?)?;
    desk.write_settings(&server.host(), server.port())?;
    Ok(server)
}

pub fn repeat(times: usize, mut run: impl FnMut() -> Result<Measured>) -> Result<Measured> {
    Ok(medians(&(0..times).map(|_| run()).collect::<Result<Vec<_>>>()?))
}

/// Somebody who sells all the time, in a process of its own.
struct Seller(Child);

impl Seller {
    fn begin(desk: &Desk) -> Result<Self> {
        let mut command = myself();
        command.arg("child-sell").arg(desk.database()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let seller = Self(command.spawn()?);
        std::thread::sleep(Duration::from_millis(300));
        Ok(seller)
    }

    /// How many sales there were, and how long one took in µs: in the middle, of a hundred the longest but one, the
    /// longest.
    fn end(mut self) -> Result<Vec<u64>> {
        drop(self.0.stdin.take());
        let mut said = String::new();
        self.0.stdout.take().context("no output")?.read_to_string(&mut said)?;
        self.0.wait()?;
        Ok(said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
    }
}

/// How long the shop's own writes take while stock is imported.
pub fn sales(desk: &Desk, options: &Options) -> Result<String> {
    stock::prepare(desk, options.rows)?;
    let path = desk.path(STOCK_SHEET);
    let mut shown = format!(
        "\n### Sales during an import of stock, {} SKUs\n\n\
         | meanwhile | import s | sales | median ms | 99 % ms | longest ms (each round) |\n|---|---:|---:|---:|---:|---|\n",
        options.rows
    );
    desk.restore("stock.db")?;
    let seller = Seller::begin(desk)?;
    std::thread::sleep(Duration::from_secs(2));
    push(&mut shown, "nothing", 0.0, &[seller.end()?]);
    let changed = [("1 % changed", 10), ("a tenth changed", 100), ("all changed", 1000)];
    for (title, changed) in changed.into_iter().filter(|(title, _)| options.wants(title)) {
        StockSheet { skus: options.rows, named: Named::All, changed, order: Order::ByCode }.write(&path)?;
        let mut took = Vec::new();
        let mut sold = Vec::new();
        for _ in 0..options.rounds {
            desk.restore("stock.db")?;
            let seller = Seller::begin(desk)?;
            took.push(desk.measure(&mut desk.import("import-stock", &path))?.wall);
            sold.push(seller.end()?);
        }
        push(&mut shown, title, median(took.into_iter()).as_secs_f64(), &sold);
    }
    // For comparison: who upserts all in one transaction.
    let mut sold = Vec::new();
    let mut took = Vec::new();
    if options.others {
        for _ in 0..options.rounds {
            desk.restore("stock.db")?;
            let seller = Seller::begin(desk)?;
            let mut upsert = myself();
            upsert.arg("child-upsert").arg(desk.database()).arg(&path);
            took.push(desk.measure(&mut upsert)?.wall);
            sold.push(seller.end()?);
        }
        push(&mut shown, "a plain upsert", median(took.into_iter()).as_secs_f64(), &sold);
    }
    Ok(shown)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds")]
fn push(shown: &mut String, title: &str, took: f64, sold: &[Vec<u64>]) {
    let of = |index: usize| median(sold.iter().filter_map(|one| one.get(index).copied()));
    let ms = |us: u64| us as f64 / 1000.0;
    let longest: Vec<String> =
        sold.iter().filter_map(|one| one.get(3)).map(|us| format!("{:.0}", ms(*us))).collect();
    *shown += &format!(
        "| {title} | {took:.2} | {} | {:.2} | {:.1} | {} |\n",
        of(0),
        ms(of(1)),
        ms(of(2)),
        longest.join(", ")
    );
}

const PLAIN_UPDATE: &str = "plain UPDATE (Rust)";
const SHIPPED_NOW: &str = "logistics, all shipped now";

/// Orders out, shipments in; `--dry-run` renders without the server.
pub fn orders(desk: &Desk, options: &Options) -> Result<Table> {
    let orders = options.rows / 20;
    let title = format!("Orders: {orders} of two lines each; logistics of {} rows", 4 * orders);
    let mut table = Table::new(&title, PLAIN_UPDATE);
    let mut shop = desk.create_database()?;
    fill_skus(&mut shop, 2000)?;
    fill_orders(&mut shop, orders, Sent::None)?;
    drop(shop);
    desk.keep_as("orders.db")?;
    let _server = server(desk)?;
    table.add(
        "export, to the server",
        "tempostar",
        repeat(options.rounds, || {
            desk.restore("orders.db")?;
            empty_outbox(desk)?;
            desk.measure(&mut desk.tempostar(&["export-orders"]))
        })?,
    );
    table.add(
        "export, --dry-run",
        "tempostar",
        repeat(options.rounds, || {
            desk.restore("orders.db")?;
            empty_outbox(desk)?;
            desk.measure(&mut desk.tempostar(&["export-orders", "--dry-run"]))
        })?,
    );
    table.add(
        "status, all orders waiting",
        "tempostar",
        repeat(options.rounds, || desk.measure(&mut desk.tempostar(&["status"])))?,
    );
    let mut shop = desk.create_database()?;
    fill_orders(&mut shop, 4 * orders, Sent::All)?;
    drop(shop);
    desk.keep_as("sent.db")?;
    let sheet = desk.path("status_20240501101500.csv");
    write_logistics(&sheet, 4 * orders)?;
    table.add(
        SHIPPED_NOW,
        PLAIN_UPDATE,
        repeat(options.rounds, || {
            desk.restore("sent.db")?;
            desk.measure(myself().arg("child-ship").arg(desk.database()).arg(&sheet))
        })?,
    );
    let mut ships = |title: &str| {
        let measured = repeat(options.rounds, || {
            desk.restore("sent.db")?;
            desk.measure(&mut desk.import("import-logistics", &sheet))
        })?;
        desk.keep_as("sent.db")?;
        table.add(title, "tempostar", measured);
        anyhow::Ok(())
    };
    ships(SHIPPED_NOW)?;
    ships("logistics, identical")?;
    Ok(table)
}

/// Stock of a hundred thousand SKUs over a link of 100 Mbit/s with 30 ms there and back.
pub fn link(desk: &Desk, options: &Options) -> Result<Table> {
    let mut table = Table::new("A file over 100 Mbit/s and 30 ms", "");
    stock::prepare(desk, options.rows)?;
    let server = server(desk)?;
    let link = Link::start(server.port(), 100_000_000 / 8, Duration::from_millis(15))?;
    desk.write_settings("127.0.0.1", link.port())?;
    let sheet = StockSheet { skus: options.rows, named: Named::All, changed: 0, order: Order::ByCode };
    let there = desk.path("server/netstock/12345").join(STOCK_SHEET);
    sheet.write(&there)?;
    let megabytes = fs::metadata(&there)?.len() / 1_000_000;
    let url = format!("ftp://127.0.0.1:{}/netstock/12345/{STOCK_SHEET}", link.port());
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--user", "12345_0:himitsu#Pass-word", "-o"]).arg(desk.path("curl.csv")).arg(&url);
    let mut lftp = Command::new("lftp");
    let script = format!(
        "set xfer:clobber on; get netstock/12345/{STOCK_SHEET} -o {}",
        desk.path("lftp.csv").display()
    );
    lftp.args(["-u", "12345_0,himitsu#Pass-word", "-p", &link.port().to_string(), "-e"]);
    lftp.arg(format!("{script}; quit")).arg("127.0.0.1");
    for (name, command) in [("curl", &mut curl), ("lftp", &mut lftp)] {
        match repeat(options.rounds, || desk.measure(command)) {
            Ok(measured) => table.add(&format!("download of {megabytes} MB"), name, measured),
            Err(error) => table.add(&format!("left out: {name}: {error:#}"), name, Measured::default()),
        }
    }
    let whole = repeat(options.rounds, || {
        desk.restore("stock.db")?;
        sheet.write(&there)?;
        desk.measure(&mut desk.tempostar(&["import-stock"]))
    })?;
    table.add(&format!("import-stock of {megabytes} MB, identical"), "tempostar", whole);
    let nothing = repeat(options.rounds, || desk.measure(&mut desk.tempostar(&["import-stock"])))?;
    table.add("import-stock, nothing there", "tempostar", nothing);
    Ok(table)
}
