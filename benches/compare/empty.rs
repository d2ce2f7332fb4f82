//! A run with nothing to do, which is what cron starts 144 times a day and job: how long the server keeps it waiting,
//! and what it costs itself.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rusqlite::Connection;

use crate::desk::Desk;
use crate::ftp_server::{FtpServer, Tls};
use crate::measure::{children_cpu, median};
use crate::others::is_there;
use crate::runs::make_folders;
use crate::tap::{Heard, Tap};

const ROUNDS: usize = 31;

/// Who else has the database open. The last who closes it takes the write-ahead log into the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shop {
    Away,
    There,
}

struct Case {
    title: &'static str,
    arguments: &'static [&'static str],
    tls: Tls,
    shop: Shop,
}

const CASES: [Case; 8] = [
    plain("import-products", &["import-products"]),
    plain("import-logistics", &["import-logistics"]),
    plain("import-stock", &["import-stock"]),
    Case { shop: Shop::There, ..plain("import-stock, the shop has its database open", &["import-stock"]) },
    Case { tls: Tls::Required, ..plain("import-stock, TLS", &["import-stock"]) },
    plain("export-orders", &["export-orders"]),
    plain("status", &["status"]),
    plain("the process alone (--version)", &["--version"]),
];

const fn plain(title: &'static str, arguments: &'static [&'static str]) -> Case {
    Case { title, arguments, tls: Tls::Off, shop: Shop::Away }
}

/// One run.
struct Ran {
    wall: Duration,
    cpu: Duration,
    heard: Heard,
}

pub fn compare(desk: &Desk) -> Result<String> {
    let mut shown = String::from(
        "\n### A run with nothing to do\n\n\
         | what | ms | waiting for the server, ms | the rest, ms | CPU ms | round trips | fsyncs | commands |\n\
         |---|---:|---:|---:|---:|---:|---:|---|\n",
    );
    if !is_there(&["strace", "--version"]) {
        shown =
            String::from("LEFT OUT: the number of fsyncs: `strace --version` does not work here\n") + &shown;
    }
    desk.create_database()?;
    for case in &CASES {
        measure(desk, case, &mut shown)?;
    }
    Ok(shown)
}

fn measure(desk: &Desk, case: &Case, shown: &mut String) -> Result<()> {
    let (_server, tap) = serve(desk, case.tls)?;
    let shop = Connection::open(desk.database())?;
    // Only who has read has a part in the write-ahead log.
    shop.query_row("SELECT count(*) FROM orders", [], |_| Ok(()))?;
    let shop = (case.shop == Shop::There).then_some(shop);
    // The first makes folders.
    run(desk, case, &tap)?;
    let ran = (0..ROUNDS).map(|_| run(desk, case, &tap)).collect::<Result<Vec<_>>>()?;
    let of = |figure: fn(&Ran) -> Duration| median(ran.iter().map(figure)).as_secs_f64() * 1000.0;
    let last = ran.last().map(|ran| ran.heard.clone()).unwrap_or_default();
    let fsyncs = fsyncs(desk, case)?.map_or("–".to_owned(), |fsyncs| fsyncs.to_string());
    drop(shop);
    writeln!(
        shown,
        "| {} | {:.1} | {:.1} | {:.1} | {:.1} | {} | {fsyncs} | {} |",
        case.title,
        of(|ran| ran.wall),
        of(|ran| ran.heard.waited),
        of(|ran| ran.wall.saturating_sub(ran.heard.waited)),
        of(|ran| ran.cpu),
        last.turns,
        last.commands.join(" "),
    )?;
    Ok(())
}

fn serve(desk: &Desk, tls: Tls) -> Result<(FtpServer, Tap)> {
    let root = make_folders(desk)?;
    let server = FtpServer::start_with(&root, tls)?;
    let tap = Tap::start(server.port())?;
    let lines = match tls {
        Tls::Off => "tls = \"none\"".to_owned(),
        Tls::Offered | Tls::Required => format!("certificate_sha256 = \"{}\"", server.certificate_sha256()),
    };
    desk.write_settings_with("127.0.0.1", tap.port(), &lines)?;
    Ok((server, tap))
}

fn run(desk: &Desk, case: &Case, tap: &Tap) -> Result<Ran> {
    let mut command = desk.tempostar(case.arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let cpu = children_cpu()?;
    let began = Instant::now();
    let status = command.status().context("cannot run tempostar")?;
    let wall = began.elapsed();
    if !status.success() {
        bail!("{}: {status}", case.title);
    }
    Ok(Ran { wall, cpu: children_cpu()? - cpu, heard: tap.take() })
}

/// How often a run waits for the disk; `None` without strace.
fn fsyncs(desk: &Desk, case: &Case) -> Result<Option<usize>> {
    let trace = desk.path("strace");
    let run = desk.tempostar(case.arguments);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", "trace=fsync,fdatasync,sync_file_range", "-o"]).arg(&trace);
    strace.arg(run.get_program()).args(run.get_args()).stdout(Stdio::null());
    match strace.status() {
        Ok(status) if status.success() => Ok(Some(count_calls(&trace)?)),
        _ => Ok(None),
    }
}

fn count_calls(trace: &Path) -> Result<usize> {
    let calls = ["fsync(", "fdatasync(", "sync_file_range("];
    Ok(fs::read_to_string(trace)?.lines().filter(|line| calls.iter().any(|call| line.contains(call))).count())
}
