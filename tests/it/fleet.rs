//! Many shops at a glance, and a shop as figures.

use std::fs;

use crate::ftp_server::Fault;
use crate::harness::{STOCK_INBOX, Shop};

#[test]
fn the_worst_shop_stands_first() {
    let (well, mut failing, mut late) = (Shop::new(), Shop::new(), Shop::new());
    well.run(["import-stock"]).ok();
    for (shop, time) in [(&mut failing, "2026-11-24 10:20:00"), (&mut late, "2026-11-24 10:30:00")] {
        shop.ftp.faults().always(Fault::ConnectionDropped);
        shop.at(time).run(["import-stock"]).exits(5);
    }
    // Nobody but the jobs may read it.
    fs::remove_file(late.path("demo.pass")).unwrap();
    let files: Vec<String> = [&well, &late, &failing]
        .map(|shop| shop.path("tempostar.toml").display().to_string())
        .into_iter()
        .chain(["no.toml".to_owned()])
        .collect();
    let mut args = vec!["fleet"];
    args.extend(files.iter().map(String::as_str));
    let shown = well.run(&args).ok().stdout;
    let expected =
        ["cannot be read   no.toml ", "to be looked at  ", "to be looked at  ", "well             "];
    for (line, expected) in shown.lines().zip(expected) {
        assert!(line.starts_with(expected), "{expected:?}\n{shown}");
    }
    assert_eq!(shown.lines().count(), 4, "{shown}");
    let second = shown.lines().nth(1).unwrap();
    // The reason stands where the others have their names.
    let reason = shown.lines().next().unwrap().find("no.toml: the settings file");
    assert!(reason.is_some() && reason == second.find("花と器"), "{shown}");
    assert!(second.contains(&files[2]) && second.contains("since 2026-11-24 10:20:00"), "{shown}");
    assert!(second.ends_with("open problems: 1; did not end well: import-stock"), "{shown}");

    args.push("--json");
    let json = well.run(&args).ok().json();
    let states: Vec<&str> =
        json["shops"].as_array().unwrap().iter().map(|shop| shop["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["unreadable", "needs_a_look", "needs_a_look", "ok"], "{json:#}");
    assert_eq!(json["shops"][2]["settings"], files[1].as_str(), "{json:#}");
    assert_eq!(json["shops"][3]["orders_waiting"], 0, "{json:#}");
    assert_eq!(json["shops"][3]["files_held"], 0, "{json:#}");
    args.push("--check");
    well.run(&args).exits(3);
    well.run(["fleet", "--check", &files[0]]).ok();
    well.run(["fleet"]).exits(2);
}

#[test]
fn a_shop_that_has_never_run_says_so_and_a_held_file_is_counted() {
    let (new, shop) = (Shop::new(), Shop::new());
    shop.product_in_stock("A-1", 9);
    shop.settings(|text| text.replacen("[stock]\n", "[stock]\nguard.min_rows = 1\n", 1));
    shop.put_sheet(STOCK_INBOX, "empty.csv", "商品コード,在庫数\nA-1,0\n");
    shop.run(["import-stock"]).exits(4);
    let files = [&shop, &new].map(|shop| shop.path("tempostar.toml").display().to_string());
    let shown = shop.run(["fleet", &files[0], &files[1]]).ok().stdout;
    assert!(shown.lines().nth(1).unwrap().ends_with("  no job has run so far"), "{shown}");
    let json = shop.run(["fleet", &files[0], &files[1], "--json"]).ok().json();
    assert_eq!(json["shops"][0]["files_held"], 1, "{json:#}");
    let never_run = &json["shops"][1];
    assert_eq!((&never_run["state"], &never_run["has_run"]), (&"ok".into(), &false.into()), "{json:#}");
    assert!(never_run["reasons"].as_array().unwrap().is_empty(), "{json:#}");
    let status = new.run(["status", "--check"]).ok().says("TEMPOSTAR OK");
    assert_eq!(status.stdout.lines().nth(1).unwrap().rsplit_once(": ").unwrap().1, "no job has run so far");
}

#[test]
fn figures_are_written_for_prometheus() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 9);
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 1).set("total", 1).insert();
    shop.run(["export-orders"]).exits(3);
    shop.settings(|text| text.replacen("[stock]\n", "[stock]\nguard.min_rows = 1\n", 1));
    shop.put_sheet(STOCK_INBOX, "empty.csv", "商品コード,在庫数\nA-1,0\n");
    shop.run(["import-stock"]).exits(4);
    shop.at("2026-11-24 10:20:00").run(["status", "--metrics", "tempostar.prom"]).ok().says("status of");
    let written = fs::read_to_string(shop.path("tempostar.prom")).unwrap();
    for line in [
        "# HELP tempostar_needs_attention Whether a person has to look (1) or not (0).",
        "# TYPE tempostar_needs_attention gauge",
        "tempostar_needs_attention{shop=\"12345\",environment=\"demo\"} 1",
        "tempostar_orders{shop=\"12345\",environment=\"demo\",state=\"held_back\"} 1",
        "tempostar_orders{shop=\"12345\",environment=\"demo\",state=\"lying_in_outbox\"} 1",
        "tempostar_files_held{shop=\"12345\",environment=\"demo\"} 1",
        "tempostar_files_refused{shop=\"12345\",environment=\"demo\"} 0",
        "tempostar_job_last_exit_code{shop=\"12345\",environment=\"demo\",job=\"export-orders\"} 3",
        // 2026-11-24 10:20:00 in Japan.
        "tempostar_status_timestamp_seconds{shop=\"12345\",environment=\"demo\"} 1795483200",
    ] {
        assert!(written.lines().any(|found| found == line), "{line}\n{written}");
    }
    assert!(written.ends_with("# EOF\n"), "{written}");
    assert!(!shop.path("tempostar.prom.new").exists());
    shop.run(["status", "--metrics", "no/tempostar.prom"]).exits(2).says("no/tempostar.prom");
}
