//! `tempostar` side by side with what one would use instead, on this machine, in turns:
//!
//! ```sh
//! cargo bench                                               # stock of 10,000 SKUs, a few seconds
//! cargo bench -- stock --rows 1000000 --rounds 5 --others   # and with the other programs that are installed
//! benches/compare.sh                                        # everything; takes half an hour
//! ```
//!
//! The release binary is measured as cron calls it, each time from a fresh copy of the same database: by its wall-clock
//! time, its time on the processor, and its memory. Each figure is the median of the rounds.
#![expect(clippy::print_stdout, reason = "a program of its own; its figures go to stdout")]

mod children;
mod desk;
mod empty;
#[path = "../../tests/support/ftp_server.rs"]
mod ftp_server;
mod link;
mod measure;
mod others;
mod past;
mod products;
mod runs;
mod sheets;
mod stock;
mod table;
mod tap;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};

use crate::desk::Desk;

#[derive(Parser)]
struct Options {
    /// What to measure; a child-… is how the program calls itself.
    #[arg(default_value = "stock")]
    topic: Topic,
    paths: Vec<PathBuf>,
    /// SKUs of the stock; a tenth as many rows of products, a twentieth as many orders.
    #[arg(long, default_value_t = 10_000)]
    rows: u64,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Also the other programs, as far as they are installed.
    #[arg(long)]
    others: bool,
    /// Only what has this in its title.
    #[arg(long, default_value = "")]
    only: String,
    /// Another binary than that of this source: an earlier one, for before and after.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Topic {
    Stock,
    Curve,
    Products,
    Orders,
    Sales,
    Empty,
    Large,
    Growth,
    /// The books of a year, and many shops at once.
    Books,
    Link,
    /// Writes the sheets into a folder.
    Sheets,
    ChildParse,
    ChildUpsert,
    ChildShip,
    ChildSell,
}

impl Options {
    fn wants(&self, title: &str) -> bool {
        title.contains(&self.only)
    }

    fn path(&self, index: usize) -> Result<&PathBuf> {
        self.paths.get(index).context("a path is missing")
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    match options.topic {
        Topic::ChildParse => println!("{}", children::parse(options.path(0)?)?),
        Topic::ChildUpsert => children::upsert(options.path(0)?, options.path(1)?)?,
        Topic::ChildShip => children::ship(options.path(0)?, options.path(1)?)?,
        Topic::ChildSell => println!("{}", children::sell(options.path(0)?)?),
        Topic::Sheets => write_sheets(&options)?,
        _ => compare(&options)?,
    }
    Ok(())
}

fn compare(options: &Options) -> Result<()> {
    let binary = options.binary.clone().map_or_else(build_release, Ok)?;
    let desk = Desk::new(binary)?;
    match options.topic {
        Topic::Curve => println!("{}", stock::curve(&desk, options)?),
        Topic::Products => println!("{}", products::compare(&desk, options)?),
        Topic::Orders => println!("{}", runs::orders(&desk, options)?),
        Topic::Sales => println!("{}", runs::sales(&desk, options)?),
        Topic::Empty => println!("{}", empty::compare(&desk)?),
        Topic::Link => println!("{}", runs::link(&desk, options)?),
        Topic::Large => println!("{}", past::large(&desk, options)?),
        Topic::Books => println!("{}", past::books(&desk, options)?),
        Topic::Growth => println!("{}", past::growth(&desk, options)?),
        _ => compare_stock(&desk, options)?,
    }
    Ok(())
}

fn compare_stock(desk: &Desk, options: &Options) -> Result<()> {
    let (others, left_out) = if options.others { others::find() } else { (Vec::new(), Vec::new()) };
    for left_out in left_out {
        println!("LEFT OUT: {left_out}");
    }
    for other in &others {
        other.begin(desk)?;
    }
    let table = stock::compare(desk, options, &others);
    for other in &others {
        other.end(desk)?;
    }
    println!("{}", table?);
    Ok(())
}

fn write_sheets(options: &Options) -> Result<()> {
    let folder = options.path(0)?;
    let rows = options.rows;
    for (name, changed) in [("stock.csv", 0), ("stock_1_percent.csv", 10)] {
        let sheet = sheets::StockSheet {
            skus: rows,
            named: sheets::Named::All,
            changed,
            order: sheets::Order::ByCode,
        };
        sheet.write(&folder.join(name))?;
    }
    let columns = sheets::PRODUCT_COLUMNS;
    sheets::ProductSheet { rows: rows / 10, changed: 0, columns }.write(&folder.join("products.csv"))?;
    sheets::write_logistics(&folder.join("logistics.csv"), rows / 5)
}

const OF_THE_PACKAGE: [&str; 5] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];

/// Cargo builds a bench together with a binary that has the tests' hooks; this is the one that people get.
fn build_release() -> Result<PathBuf> {
    let cargo = env!("CARGO");
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--release", "--locked", "--bin", "tempostar"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What Cargo tells this program of its package would make it build half of the dependencies anew, and back again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if OF_THE_PACKAGE.iter().any(|beginning| name.starts_with(beginning)) {
            command.env_remove(name);
        }
    }
    if !command.status().context("cannot run cargo")?.success() {
        bail!("the release binary cannot be built");
    }
    Ok(PathBuf::from(env!("CARGO_BIN_EXE_tempostar")).with_file_name("tempostar"))
}

/// This program, to be told what it should do in a process of its own.
fn myself() -> Command {
    Command::new(std::env::current_exe().unwrap_or_default())
}
