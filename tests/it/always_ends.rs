//! A run always ends, and always tells: whatever the host, the server or the files are like.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::ftp_server::Fault;
use crate::harness::{Ran, STOCK_INBOX, Shop};

fn shop_with_waiting_file() -> Shop {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop
}

/// Runs it with the shell's limits, as a user whom they bind.
#[track_caller]
fn run_limited(shop: &Shop, limits: &str, args: &[&str]) -> Ran {
    // Nobody may not enter the folder where it was built.
    let binary = shop.path("tempostar-for-somebody");
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_tempostar")).arg(&binary).status().unwrap();
    assert!(copied.success());
    let wanted = shop.command(args);
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("{limits}; exec \"$0\" \"$@\"")).arg(&binary).args(args);
    command.current_dir(shop.path("")).env_clear();
    command.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if fs::metadata("/proc/self").is_ok_and(|of| std::os::unix::fs::MetadataExt::uid(&of) == 0) {
        // Nobody else is this user: the limit of processes counts all of a user's.
        const SOMEBODY: u32 = 61_234;
        let owned = Command::new("chown").args(["-R", &SOMEBODY.to_string()]).arg(shop.path("")).status();
        assert!(owned.unwrap().success());
        command.uid(SOMEBODY).gid(SOMEBODY);
    }
    Ran::new(command.output().unwrap()).never_says("panicked")
}

#[test]
fn a_server_that_drips_its_answers_is_given_up() {
    let shop = shop_with_waiting_file();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            thread::spawn(move || {
                // Never a time-out of the socket, and never a line.
                for byte in b"220-".iter().chain([b'x'; 600].iter()) {
                    if client.write_all(&[*byte]).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_millis(100));
                }
            });
        }
    });
    shop.settings(|text| {
        let port_line = text.lines().find(|line| line.starts_with("port = ")).unwrap().to_owned();
        text.replace(&port_line, &format!("port = {port}")).replace("timeout_s = 5\n", "timeout_s = 1\n")
    });
    let began = Instant::now();
    shop.run(["import-stock", "--json"]).exits(5).only_problem("ftp-timeout", "", &[]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_run_whose_time_is_over_stops_and_the_next_one_goes_on() {
    let mut shop = shop_with_waiting_file();
    shop.put_sheet(STOCK_INBOX, "stock_2.csv", "商品コード,在庫数\nA-1,8\n");
    shop.ftp.faults().once(Fault::GetDelayed(2500));
    shop.variables_once("TEMPOSTAR_RUN_MAX_S", "2", |shop| {
        let ran = shop.run(["import-stock", "--json"]).exits(5).outcome("failed");
        ran.only_problem("run-too-long", "", &["run_max_min"]);
        shop.check_rows("SELECT exit_code FROM tempostar_runs ORDER BY id DESC LIMIT 1", &["5"]);
    });
    shop.run(["import-stock"]).ok();
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
}

#[test]
fn a_pipe_or_a_device_is_not_read() {
    let shop = shop_with_waiting_file();
    let made = Command::new("mkfifo").arg(shop.path("pipe")).status().unwrap();
    assert!(made.success());
    let cause = ["not a regular file"];
    for path in ["pipe", "/dev/zero"] {
        let ran = shop.run(["import-stock", "--json", "--file", path]).exits(2);
        ran.only_problem("file-argument", "", &cause);
        let ran = shop.run(["import-stock", "--json", "--config", path]).exits(6);
        ran.only_problem("settings-file-unreadable", path, &cause);
        shop.setting("\"demo.pass\"", &format!("\"{path}\""));
        let ran = shop.run(["import-stock", "--json"]).exits(6);
        ran.has_code("password-file-unreadable").says(cause[0]);
        shop.setting(&format!("\"{path}\""), "\"demo.pass\"");
    }
    shop.run(["import-stock"]).ok();
}

#[test]
fn settings_full_of_unknown_keys_are_told_soon_and_shortly() {
    let shop = Shop::new();
    shop.settings(|text| (0..100_000).fold(text, |text, number| text + &format!("wrong_key_{number} = 1\n")));
    let began = Instant::now();
    let ran = shop.run(["import-stock", "--json"]).exits(6);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let problems = ran.json()["problems"].as_array().unwrap().len();
    assert_eq!(problems, 101, "{problems}");
    ran.has_code("settings-unknown-key").has_code("settings-more-problems").says("99900");
}

#[test]
fn without_a_thread_to_be_had_the_work_is_done_all_the_same() {
    let shop = shop_with_waiting_file();
    shop.order("1001").line("A-1", 1).insert();
    let limit = "ulimit -u 1";
    run_limited(&shop, limit, &["import-stock", "--json"]).ok().no_problem();
    shop.check_stock("A-1", 9, 1);
    run_limited(&shop, limit, &["export-orders", "--json"]).ok().no_problem();
    assert_eq!(shop.numbers_in_outbox(), ["12345-1001"]);
    run_limited(&shop, limit, &["check-settings"]).ok();
    run_limited(&shop, limit, &["status"]).ok();
}

#[test]
fn a_limit_of_file_sizes_ends_a_run_that_tells() {
    let shop = Shop::new();
    shop.many_products_in_stock(500);
    let rows = (1..=500).fold(String::new(), |rows, number| rows + &format!("S-{number:03},9\n"));
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
    let foreseen = run_limited(&shop, "ulimit -f 4", &["check-settings", "--offline"]);
    assert!(matches!(foreseen.code, 6 | 8), "{foreseen}");
    let ran = run_limited(&shop, "ulimit -f 4", &["import-stock", "--json"]);
    assert!(matches!(ran.code, 6 | 8), "{ran}");
    assert_eq!(ran.json()["outcome"], "failed", "{ran}");
    assert_eq!(ran.codes().len(), 1, "{ran}");
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["5"]);
    run_limited(&shop, "ulimit -f unlimited", &["import-stock"]).ok();
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["9"]);
}

#[test]
fn what_steers_a_terminal_is_shown_not_done() {
    let shop = Shop::new();
    // In Japanese, nothing else escapes it.
    shop.setting("language = \"en\"", "language = \"ja\"");
    shop.order("1001").line("A-1", 1).set("payment_method", "pay\u{1b}[2J\u{202e}\u{9b}31m").insert();
    let text = shop.run(["export-orders"]).exits(3).says("pay\\u001b[2J\\u202e\\u009b31m");
    let json = shop.run(["export-orders", "--json", "--quiet"]).exits(3);
    let log = shop.run(["-vv", "status"]);
    let name = "evil\u{1b}[31m\u{2066}.csv";
    shop.write(name, b"x\n");
    let file = shop.run(["import-stock", "--file", name, "--log-format", "json", "-v"]).exits(3);
    for ran in [text, json, log, file] {
        for sign in ['\u{1b}', '\u{202e}', '\u{2066}', '\u{9b}'] {
            assert!(!ran.all().contains(sign), "{sign:?} in {ran}");
        }
    }
    let document = shop.run(["export-orders", "--json"]).json();
    let message = document["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("pay\u{1b}[2J\u{202e}\u{9b}31m"), "the same in JSON: {message}");
}

#[test]
fn many_problems_of_a_kind_are_bounded_and_counted() {
    let shop = Shop::new();
    let arguments: Vec<String> = (0..260)
        .flat_map(|number| {
            let name = format!("bad{number:03}.csv");
            shop.write(&name, b"no,such,columns\n1,2,3\n");
            ["--file".to_owned(), name]
        })
        .collect();
    let ran =
        shop.run(["import-stock".to_owned(), "--json".to_owned()].into_iter().chain(arguments)).exits(3);
    assert_eq!(ran.json()["files"].as_array().unwrap().len(), 260);
    let codes = ran.codes();
    assert_eq!(codes.iter().filter(|code| **code == "column-missing").count(), 250, "{codes:?}");
    ran.problem("more-of-a-kind", "", &["column-missing", "10"]);
}

#[test]
fn sendmail_does_not_inherit_a_password() {
    let mut shop = Shop::new();
    let password = fs::read_to_string(shop.path("demo.pass")).unwrap();
    shop.variable("SHOP_FTP_PASSWORD", password.trim());
    shop.variable("OTHER", "stays");
    shop.setting("password_file = \"demo.pass\"", "password_env = \"SHOP_FTP_PASSWORD\"");
    shop.setting("transport = \"none\"", "transport = \"sendmail\"\nfrom = \"tempostar@shop.example\"");
    fs::create_dir(shop.path("bin")).unwrap();
    shop.write("bin/sendmail", b"#!/bin/sh\nenv > environment\ncat > mail\n");
    fs::set_permissions(shop.path("bin/sendmail"), fs::Permissions::from_mode(0o755)).unwrap();
    shop.variable("PATH", &format!("{}:/usr/bin:/bin", shop.path("bin").display()));
    shop.run(["export-orders"]).ok();
    shop.write("bad.csv", b"no,such,columns\n1,2,3\n");
    shop.run(["import-stock", "--file", "bad.csv"]).exits(3);
    let mut environment = String::new();
    fs::File::open(shop.path("environment")).unwrap().read_to_string(&mut environment).unwrap();
    assert!(environment.contains("OTHER=stays"), "{environment}");
    assert!(!environment.contains("SHOP_FTP_PASSWORD"), "{environment}");
}
