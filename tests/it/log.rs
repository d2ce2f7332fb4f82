//! What `log` shows of past runs, and that a killed run is told as what it is.

use crate::ftp_server::Fault;
use crate::harness::{STOCK_INBOX, Shop};

/// The lines of `log`, without the runs' ids and the columns' widths.
fn shown(shop: &Shop, args: &[&str]) -> Vec<String> {
    let stdout = shop.run([&["log"], args].concat()).ok().stdout;
    let without_id = |line: &str| {
        let id = line.split("  ").find(|cell| cell.trim().len() == 22 && cell.contains('T')).unwrap();
        line.replace(id, "ID").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    stdout.lines().map(without_id).collect()
}

#[test]
fn past_runs_are_told_newest_first() {
    let mut shop = Shop::new();
    shop.variable("LOGNAME", "owner");
    shop.product_in_stock("A-1", 3);
    shop.at("2026-11-24 11:00:00").put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run(["import-stock"]).ok();
    shop.variables_once("SUDO_USER", "maria", |shop| drop(shop.run(["export-orders"]).ok()));
    shop.ftp.faults().always(Fault::ConnectionDropped);
    shop.at("2026-11-24 11:05:00").run(["import-stock"]).exits(5);
    let expected = [
        "2026-11-24 11:05:00 import-stock failed (exit code 5) 0 s owner ID",
        "2026-11-24 11:00:00 export-orders nothing to do 0 s maria ID",
        "2026-11-24 11:00:00 import-stock done 0 s owner ID 1 changed",
        "2026-11-24 10:15:00 import-stock nothing to do 0 s owner ID",
    ];
    assert_eq!(shown(&shop, &[]), expected);
    assert_eq!(shown(&shop, &["--job", "export-orders"]), [expected[1]]);
    shop.at("2026-11-25 10:16:00");
    assert_eq!(shown(&shop, &["--days", "1"]), expected[..3]);
    let json = shop.run(["log", "--json"]).ok().json();
    assert_eq!((&json["command"], &json["exit_code"]), (&"log".into(), &0.into()), "{json:#}");
    let run = &json["runs"][2];
    assert_eq!(
        (&run["state"], &run["outcome"], &run["started_by"]),
        (&"ended".into(), &"ok".into(), &"owner".into())
    );
    assert_eq!((&run["duration_s"], &run["counts"]["changed"]), (&0.into(), &1.into()), "{json:#}");
}

#[test]
fn nothing_to_tell_is_said() {
    let mut shop = Shop::new();
    shop.run(["log", "--days", "3"]).ok().says("no run in the last 3 days\n");
    shop.run(["log", "--days", "0"]).exits(2);
    shop.run(["log", "--job", "import"]).exits(2).says("import-stock");
    shop.run(["import-stock"]).ok();
    shop.setting("language = \"en\"", "language = \"ja\"");
    shop.at("2026-11-24 10:20:00")
        .run(["log"])
        .ok()
        .says("2026-11-24 10:15:00  import-stock  対象なし  0秒  -");
}

#[test]
fn a_run_that_works_and_one_that_was_killed_are_told_apart() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.run_dying_at("committed", ["import-stock"]);
    let state =
        |shop: &Shop, index: usize| shop.run(["log", "--json"]).ok().json()["runs"][index]["state"].clone();
    assert_eq!(state(&shop, 0), "died");
    shop.run(["status"]).ok().says("import-stock      2026-11-24 10:15:00 (0 min ago)  stopped midway\n");
    shop.run(["status", "--check"]).exits(3).says("did not end well: import-stock");

    shop.put_sheet(STOCK_INBOX, "stock2.csv", "商品コード,在庫数\nA-1,8\n");
    shop.at("2026-11-24 10:30:00");
    let run = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    assert_eq!((state(&shop, 0), state(&shop, 1)), ("at_work".into(), "died".into()));
    shop.run(["status", "--check"]).ok().says("import-stock      2026-11-24 10:30:00 (0 min ago)  at work\n");
    run.goes_on().ok();
    assert_eq!((state(&shop, 0), state(&shop, 1)), ("ended".into(), "died".into()));
}

#[test]
fn who_decided_about_what_is_held_is_told_between_the_runs() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(40);
    let zeroes: String = (1..=40).map(|number| format!("S-{number:03},0\n")).collect();
    for (minute, name, user, act) in [(20, "one.csv", "maria", "discard"), (30, "two.csv", "taro", "approve")]
    {
        shop.at(&format!("2026-11-24 10:{minute}:00"));
        shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\nX,{minute}\n{zeroes}"));
        shop.run(["import-stock"]).exits(4);
        shop.variable("USER", user);
        let id = if name == "one.csv" { "1" } else { "2" };
        shop.at(&format!("2026-11-24 10:{}:00", minute + 5)).run(["held", act, id]).ok();
    }
    let stdout = shop.run(["log"]).ok().stdout;
    let about_held: Vec<String> = stdout
        .lines()
        .filter(|line| line.split("  ").nth(1) == Some("held"))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        about_held,
        [
            "2026-11-24 10:35:00 held approved taro - held 2: two.csv (import-stock)",
            "2026-11-24 10:25:00 held discarded maria - held 1: one.csv (import-stock)",
        ],
        "{stdout}"
    );
    let json = shop.run(["log", "--json"]).ok().json();
    let decision = &json["decisions"][1];
    assert_eq!(
        (&decision["id"], &decision["decision"], &decision["decided_by"], &decision["decided_at"]),
        (&1.into(), &"discarded".into(), &"maria".into(), &"2026-11-24 10:25:00".into()),
        "{json:#}"
    );
    assert_eq!(json["runs"][0]["started_by"], "taro");
}
