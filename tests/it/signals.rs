//! A run that is told to stop: it stops soon, leaves nothing half done and no lock, and the next run does the rest.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::ftp_server::Fault;
use crate::harness::{Ran, STOCK_INBOX, Shop};

/// Starts a run, and sends it a signal as soon as the server has seen this of it.
#[track_caller]
fn stop_when_seen(shop: &Shop, job: &str, seen: &str, signal: &str) -> Ran {
    let mut command = shop.command([job]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while shop.ftp.log().entries_of(seen).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(10), "never came to {seen}");
        std::thread::sleep(Duration::from_millis(10));
    }
    send(signal, &child);
    Ran::new(child.wait_with_output().unwrap())
}

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn shop_with_slow_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.ftp.faults().once(Fault::GetDelayed(1000));
    shop
}

#[test]
fn sigterm_and_sigint_stop_an_import_and_the_next_run_does_it() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let shop = shop_with_slow_file();
        stop_when_seen(&shop, "import-stock", "get", signal).exits(code).says("signal");
        shop.check_stock("A-1", 3, 0);
        shop.check_rows("SELECT exit_code FROM tempostar_runs WHERE exit_code <> 0", &[&code.to_string()]);
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 9, 0);
    }
}

#[test]
fn a_second_signal_ends_a_run_at_once() {
    let shop = shop_with_slow_file();
    shop.ftp.faults().clear();
    shop.ftp.faults().once(Fault::GetDelayed(30_000));
    let mut command = shop.command(["import-stock"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while shop.ftp.log().entries_of("get").is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let began = Instant::now();
    send("-TERM", &child);
    std::thread::sleep(Duration::from_millis(200));
    send("-TERM", &child);
    Ran::new(child.wait_with_output().unwrap()).exits(143);
    assert!(began.elapsed() < Duration::from_secs(5));
    shop.ftp.faults().clear();
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn a_killed_run_leaves_no_lock() {
    let shop = shop_with_slow_file();
    stop_when_seen(&shop, "import-stock", "get", "-KILL").died();
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn an_export_that_is_stopped_is_finished_by_the_next_run() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    shop.ftp.faults().once(Fault::RenameRefused);
    shop.run(["export-orders"]).exits(6);
    stop_when_seen(&shop, "export-orders", "connect", "-TERM");
    shop.run(["export-orders"]).ok();
    assert!(shop.sent_orders().contains("12345-1001"));
}
