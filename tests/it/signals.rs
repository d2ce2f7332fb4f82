//! A run that is told to stop: it stops soon, leaves nothing half done and no lock, and the next run does the rest.

use std::time::{Duration, Instant};

use crate::ftp_server::Fault;
use crate::harness::{STOCK_INBOX, Shop};

fn shop_with_waiting_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop
}

#[test]
fn sigterm_and_sigint_stop_an_import_and_the_next_run_does_it() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let shop = shop_with_waiting_file();
        let run = shop.start_and_hold(Fault::GetHeld, &["import-stock", "--json"]);
        run.signal(signal);
        run.goes_on().exits(code).only_problem("interrupted", "", &[]);
        shop.check_stock("A-1", 3, 0);
        shop.check_rows("SELECT exit_code FROM tempostar_runs WHERE exit_code <> 0", &[&code.to_string()]);
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 9, 0);
    }
}

#[test]
fn a_second_signal_ends_a_run_at_once() {
    let shop = shop_with_waiting_file();
    let run = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    let began = Instant::now();
    run.signal("-TERM");
    run.signal("-TERM");
    run.ended().exits(143);
    // Half of what it would wait for the server.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn a_run_whose_memory_gets_no_room_on_the_disk_tells_so_and_the_next_one_does_it() {
    for arguments in [["import-stock", "--json"], ["import-stock", "--quiet"]] {
        let shop = shop_with_waiting_file();
        let run = shop.start_and_hold(Fault::GetHeld, &arguments);
        run.signal("-BUS");
        let ended = run.ended().exits(8);
        match arguments[1] {
            "--json" => ended.only_problem("database-disk-full", "", &["(SIGBUS)", "raise the quota"]),
            _ => ended.says("error[database-disk-full]: ").says("(SIGBUS)"),
        };
        shop.run(["import-stock"]).ok();
        shop.check_stock("A-1", 9, 0);
    }
}

#[test]
fn a_killed_run_leaves_no_lock() {
    let shop = shop_with_waiting_file();
    let run = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    run.signal("-KILL");
    run.ended().died();
    shop.run(["import-stock"]).ok();
    shop.check_stock("A-1", 9, 0);
}

#[test]
fn an_export_that_is_stopped_is_finished_by_the_next_run() {
    let shop = Shop::new();
    shop.order("1001").line("A-1", 1).insert();
    let run = shop.start_and_hold(Fault::PutHeld, &["export-orders", "--json"]);
    run.signal("-TERM");
    run.goes_on().exits(143).only_problem("interrupted", "", &[]);
    shop.check_rows("SELECT exported_at FROM orders", &["NULL"]);
    shop.run(["export-orders"]).ok();
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
}
