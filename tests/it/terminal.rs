//! What a person at a terminal sees while a run is at work; `script` plays the terminal.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::ftp_server::Fault;
use crate::harness::{Ran, STOCK_INBOX, Shop};

/// A shop whose stock file takes two seconds to arrive.
fn shop_with_a_slow_server() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.ftp.faults().once(Fault::GetDelayed(2000));
    shop
}

/// Runs the binary at a terminal of its own, at which somebody types. Both its outputs are what is seen there.
#[track_caller]
pub fn at_a_terminal(shop: &Shop, args: &[&str], typed: &str) -> Ran {
    let run = shop.command(args);
    let words = [run.get_program()].into_iter().chain(run.get_args());
    let line: Vec<String> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &line.join(" "), "/dev/null"]);
    terminal.current_dir(run.get_current_dir().unwrap()).env_clear().env("TERM", "xterm");
    for (name, value) in run.get_envs() {
        terminal.env(name, value.unwrap_or_default());
    }
    terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = terminal.spawn().expect("`script` of util-linux is not there");
    let mut keys = running.stdin.take().unwrap();
    // A person types when asked; what is typed before echo is off would be seen.
    for line in typed.lines() {
        thread::sleep(Duration::from_millis(if typed.is_empty() { 0 } else { 400 }));
        writeln!(keys, "{line}").unwrap();
    }
    let output = running.wait_with_output().unwrap();
    drop(keys);
    Ran::new(output)
}

#[test]
fn a_person_at_a_terminal_sees_how_far_a_slow_run_is() {
    let shop = shop_with_a_slow_server();
    let ran = at_a_terminal(&shop, &["import-stock"], "").ok().says("downloading stock.csv");
    // The line of progress is gone when the result is printed.
    let after = ran.stdout.rsplit("\u{1b}[2K").next().unwrap();
    assert!(after.trim_start().starts_with("import-stock: 1 file, 1 row: 1 changed"), "{after:?}");
}

#[test]
fn with_quiet_or_verbose_there_is_no_line_of_progress() {
    for option in ["--quiet", "-v"] {
        let shop = shop_with_a_slow_server();
        at_a_terminal(&shop, &["import-stock", option], "")
            .ok()
            .never_says("downloading")
            .never_says("\u{1b}");
    }
}

#[test]
fn checks_are_coloured_for_a_person() {
    let shop = Shop::new();
    at_a_terminal(&shop, &["check-settings", "--offline"], "")
        .ok()
        .says("\u{1b}[32m✓ settings file\u{1b}[0m");
}

#[test]
fn what_is_piped_has_no_line_of_progress() {
    let shop = shop_with_a_slow_server();
    let ran = shop.run(["import-stock"]).ok().never_says("\u{1b}");
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
}
