//! The command line: its options, its exit codes, and what goes to stdout and to stderr.

use crate::ftp_server::Fault;
use crate::harness::{PRODUCT_INBOX, Ran, STOCK_INBOX, Shop, cp932};

const JOBS: [&str; 4] = ["import-products", "import-logistics", "import-stock", "export-orders"];

#[test]
fn help_names_every_subcommand_and_every_subcommand_has_help() {
    let shop = Shop::new();
    let help = shop.run(["--help"]).ok();
    for command in JOBS.iter().chain(&["init", "check-settings", "status", "explain", "reconcile"]) {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command}\n{help}");
        shop.run([command, "--help"]).ok().says(&format!("\nUsage: tempostar {command} "));
    }
    assert!(!shop.path("shop.db").exists());
}

#[test]
fn help_is_japanese_for_whoever_reads_that() {
    let mut shop = Shop::new();
    shop.language("ja_JP.UTF-8");
    for args in
        [&["--help"][..], &["help", "held"], &["held", "show", "--help"], &["log", "-h"], &["init", "--help"]]
    {
        let help = shop.run(args).ok();
        let help = help.says("使い方: tempostar ").says("\nオプション:\n").says("--quiet");
        for english in
            ["Usage", "Options", "Commands", "Arguments", "Print", "default", "values", "OPTIONS", "COMMAND"]
        {
            assert!(!help.stdout.contains(english), "{english}\n{help}");
        }
    }
    // The settings, wherever the call names them, say it before the locale does.
    shop.write("en.toml", b"language = \"en\"\n");
    for config in [&["--config", "en.toml"][..], &["--config=en.toml"]] {
        shop.run([config, &["status", "--help"]].concat()).ok().says("\nUsage: tempostar status ");
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_says_what_is_wrong() {
    let mut shop = Shop::new();
    for (args, en, ja) in [
        (
            &["import-everything"][..],
            "no command 'import-everything'",
            "「import-everything」というコマンドはありません",
        ),
        (&["import-stok"], "did you mean 'import-stock'?", "「import-stock」のことでしょうか"),
        (&["import-stock", "--dry"], "'--dry'", "「--dry」は、ここでは使えません"),
        (&["export-orders", "--file", "x.csv"], "'--file'", "詳しくは「tempostar export-orders --help」"),
        (&["import-stock", "--env", "staging"], "values: demo, production", "「staging」は指定できません"),
        (&["reconcile", "--month", "12"], "'12' for '--month <YYYY-MM>'", "--month <YYYY-MM>に「12」は"),
        (&["log", "--days"], "value is needed for '--days <N>'", "--days <N>の値がありません"),
        (&["explain"], "missing: <CODE>", "<CODE>を指定してください"),
        (&["status", "--json", "--json"], "'--json' cannot be used twice", "--jsonが2回あります"),
        (&["-qv", "status"], "cannot be used with '--", "は一緒に使えません"),
        (&["--quiet"], "error: missing: <COMMAND>\n", "エラー: <コマンド>を指定してください。\n"),
        (&[], "Usage: tempostar", "使い方: tempostar"),
    ] {
        for (lang, said) in [("C", en), ("ja_JP.UTF-8", ja)] {
            shop.language(lang);
            let ran = shop.run(args).exits(2);
            assert!(ran.stdout.is_empty() && ran.stderr.contains(said), "{said}\n{ran}");
            assert!(lang == "C" || !ran.stderr.contains("error"), "{ran}");
        }
    }
}

#[test]
fn every_job_prints_one_json_document_with_all_that_was_promised() {
    let shop = Shop::new();
    for job in JOBS {
        let document = shop.run([job, "--json"]).ok().json();
        for key in [
            "command",
            "run_id",
            "environment",
            "outcome",
            "exit_code",
            "started_at",
            "finished_at",
            "dry_run",
            "counts",
            "files",
            "problems",
        ] {
            assert!(document.get(key).is_some(), "{job}: no {key} in {document}");
        }
        assert_eq!(document["command"], job);
        assert_eq!(document["environment"], "demo");
        assert_eq!(document["exit_code"], 0);
        assert_eq!(document["dry_run"], false);
    }
}

#[test]
fn the_promised_figures_are_there_even_when_they_are_zero() {
    let shop = Shop::new();
    for (job, keys) in [
        ("import-products", &["created", "updated", "unchanged", "rejected"][..]),
        ("import-stock", &["changed", "unchanged", "unknown", "rejected"]),
        (
            "import-logistics",
            &["shipped", "unchanged", "unknown_order", "other_shop", "cancelled", "lines_added", "rejected"],
        ),
        ("export-orders", &["exported", "lines", "held_back"]),
    ] {
        let document = shop.run([job, "--json"]).json();
        for key in keys {
            assert_eq!(document["counts"][key], 0, "{job}: counts.{key} in {document}");
        }
    }
}

#[test]
fn a_file_is_described_in_the_document() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 1);
    shop.product_in_stock("B-1", 1);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,2\nB-1,1\nC-1,1\n");
    let document = shop.run(["import-stock", "--json"]).json();
    let file = &document["files"][0];
    assert_eq!(file["name"], "stock.csv");
    assert_eq!(file["sha256"].as_str().map(str::len), Some(64));
    for (key, count) in [("rows", 3), ("applied", 1), ("unchanged", 1), ("unknown", 1), ("rejected", 0)] {
        assert_eq!(file[key], count, "{key} in {file}");
    }
}

#[test]
fn errors_are_in_the_document_too() {
    let shop = Shop::new();
    shop.remove_remote_folder(STOCK_INBOX);
    let ran = shop.run(["import-stock", "--json"]).exits(6).outcome("failed");
    assert_eq!(ran.json()["exit_code"], 6);
    ran.only_problem("ftp-folder-missing", "", &[STOCK_INBOX, "550"]);
    for args in [&["held", "show", "9"][..], &["undo", "x"], &["status", "--html", "no/page.html"]] {
        let document = shop.run([args, &["--json"]].concat()).json();
        assert_eq!((&document["environment"], &document["outcome"]), (&"demo".into(), &"failed".into()));
    }
}

#[test]
fn quiet_says_nothing_when_all_is_well() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,2\n");
    shop.order("1001").line("A-1", 1).insert();
    for job in JOBS {
        let ran = shop.run([job, "--quiet"]).ok();
        assert_eq!(ran.all(), "", "{job}");
    }
}

#[test]
fn quiet_still_says_what_is_wrong() {
    let shop = Shop::new();
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード\nA-1\n");
    let ran = shop.run(["import-stock", "--quiet"]).exits(3);
    assert_eq!(ran.stdout, "");
    let first =
        "error[column-missing]: stock.csv: line 1: 在庫数: a required column is missing; found: 商品コード\n";
    assert!(ran.stderr.starts_with(first), "{ran}");
}

#[test]
fn the_result_is_on_stdout_and_the_problems_are_on_stderr() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード\nA-1\n");
    let ran = shop.run(["import-stock"]).exits(3);
    assert!(ran.stdout.starts_with("import-stock: 1 file refused ("), "{ran}");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
    assert!(
        ran.stderr
            .starts_with("error[column-missing]: bad.csv: line 1: 在庫数: a required column is missing"),
        "{ran}"
    );
}

#[test]
fn the_log_can_be_json_too() {
    let shop = Shop::new();
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード\nA-1\n");
    let ran = shop.run(["import-stock", "--json", "-v", "--log-format", "json"]).exits(3);
    let run_id = ran.json()["run_id"].clone();
    let lines: Vec<serde_json::Value> = ran
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for line in &lines {
        assert_eq!(line["run_id"], run_id, "{line}");
        assert_eq!(line["job"], "import-stock", "{line}");
        assert_eq!(line["time"], "2026-11-24 10:15:00", "{line}");
        assert!(line["message"].is_string(), "{line}");
    }
    let of_file = |level: &str| lines.iter().any(|line| line["level"] == level && line["file"] == "bad.csv");
    assert!(of_file("info") && of_file("error"), "{ran}");
    let has_code = |line: &&serde_json::Value| line["code"] == "column-missing";
    assert_eq!(lines.iter().filter(has_code).count(), 1, "{ran}");
}

#[test]
fn without_verbose_the_json_log_has_the_problems_only() {
    let shop = Shop::new();
    shop.put_sheet(STOCK_INBOX, "bad.csv", "商品コード\nA-1\n");
    let ran = shop.run(["import-stock", "--log-format", "json", "--quiet"]).exits(3);
    let lines = ran.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let codes: Vec<String> = lines.map(|line| line["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes, ["column-missing", "file-refused"], "{ran}");
}

#[test]
fn with_verbose_each_step_is_told_with_the_run_s_id() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    let ran = shop.run(["import-stock", "-v"]).ok();
    let run_id = shop.value("SELECT run_id FROM tempostar_runs ORDER BY id DESC LIMIT 1");
    for step in ["begins", "stock.csv: downloaded", "stock.csv: applied", "stock.csv: put away", "ends: ok"] {
        assert!(ran.stderr.contains(&format!("info: [{run_id}] {step}")), "{step}\n{ran}");
    }
    shop.put_sheet(STOCK_INBOX, "again.csv", "商品コード,在庫数\nA-1,8\n");
    assert_eq!(shop.run(["import-stock"]).ok().stderr, "");
}

// --dry-run ------------------------------------------------------------------------------------------------------

#[test]
fn a_dry_run_changes_nothing_anywhere() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nP-1,皿\n");
    shop.put_sheet(PRODUCT_INBOX, "bad.csv", "謎\nP-1\n");
    let before = shop.shop_data();
    shop.ftp.log().clear();
    let ran = shop.run(["import-stock", "--dry-run", "--json"]).ok().count("changed", 1);
    assert_eq!(ran.json()["dry_run"], true);
    shop.run(["import-products", "--dry-run", "--json"]).exits(3).count("created", 1);
    assert_eq!(shop.shop_data(), before);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    assert_eq!(shop.remote_files(PRODUCT_INBOX), ["bad.csv", "product.csv"]);
    for verb in ["put", "rename", "delete", "make-folder"] {
        assert_eq!(shop.ftp.log().entries_of(verb), [""; 0]);
    }
    shop.run(["import-stock", "--json"]).ok().count("changed", 1);
}

// --file ---------------------------------------------------------------------------------------------------------

#[test]
fn a_local_file_is_taken_instead_of_the_inbox() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    shop.write("mine.csv", &cp932("商品コード,在庫数\nA-1,4\n"));
    shop.ftp.stop();
    shop.run(["import-stock", "--file", "mine.csv"]).ok();
    shop.check_stock("A-1", 4, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    assert!(shop.path("mine.csv").exists(), "a person's own file is left alone");
}

#[test]
fn a_local_file_that_was_applied_is_applied_again() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.write("mine.csv", &cp932("商品コード,在庫数\nA-1,4\n"));
    shop.run(["import-stock", "--file", "mine.csv"]).ok();
    shop.sql("UPDATE stock SET quantity = 1");
    shop.run(["import-stock", "--json", "--file", "mine.csv"]).ok().count("changed", 1);
    shop.check_stock("A-1", 4, 0);
}

#[test]
fn several_local_files_are_taken() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.product_in_stock("B-1", 3);
    shop.write("a.csv", &cp932("商品コード,在庫数\nA-1,4\n"));
    shop.write("b.csv", &cp932("商品コード,在庫数\nB-1,5\n"));
    shop.run(["import-stock", "--file", "a.csv", "--file", "b.csv"]).ok();
    shop.check_stock("A-1", 4, 0);
    shop.check_stock("B-1", 5, 0);
}

#[test]
fn a_local_file_that_is_not_there_is_told() {
    let shop = Shop::new();
    let ran = shop.run(["import-stock", "--json", "--file", "gone.csv"]).exits(2);
    ran.only_problem("file-argument", "", &["gone.csv"]);
}

// The lock -------------------------------------------------------------------------------------------------------

/// Does `meanwhile` while an import is at work.
#[track_caller]
fn with_an_import_at_work(shop: &Shop, meanwhile: impl FnOnce()) -> Ran {
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,9\n");
    let run = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    meanwhile();
    run.goes_on()
}

#[test]
fn a_second_run_of_the_same_job_does_nothing() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    let first = with_an_import_at_work(&shop, || {
        shop.run(["import-stock", "--json"]).exits(7).outcome("locked");
        assert_eq!(shop.run(["import-stock", "--quiet"]).exits(7).all(), "", "cron would mail that");
    });
    first.ok();
    shop.check_stock("A-1", 9, 0);
    shop.run(["import-stock"]).ok();
}

#[test]
fn what_goes_wrong_beside_the_work_is_logged_in_the_reader_s_language() {
    let mut shop = Shop::new();
    shop.language("ja_JP.UTF-8");
    with_an_import_at_work(&shop, || {
        std::fs::create_dir(shop.path("tempostar.d/import-stock.demo.locked-since")).unwrap();
        let ran = shop.run(["import-stock"]).exits(7);
        let said = "] 前の実行が終わっていないことを記録できませんでした（";
        assert!(ran.stderr.starts_with("warn: [") && ran.stderr.contains(said), "{ran}");
    });
}

#[test]
fn other_jobs_run_meanwhile_and_the_shop_can_write() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    with_an_import_at_work(&shop, || {
        shop.run(["import-products"]).ok();
        shop.order("1001").line("A-1", 1).insert();
    })
    .ok();
    // The order came while the file was on its way: the file cannot know it.
    shop.check_stock("A-1", 9, 1);
}

// status ---------------------------------------------------------------------------------------------------------

#[test]
fn status_shows_the_last_runs_and_the_waiting_orders() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.order("1001").line("A-1", 1).insert();
    shop.run(["import-stock"]).ok();
    let said = "import-stock      2026-11-24 10:15:00 (0 min ago)  nothing to do\n";
    shop.run(["status"]).ok().says(said).says("orders waiting to be sent: 1\n");
    let document = shop.run(["status", "--json"]).ok().json();
    assert_eq!((&document["command"], &document["orders"]["waiting"]), (&"status".into(), &1.into()));
}

#[test]
fn status_check_tells_a_monitor_when_a_person_has_to_look() {
    let mut shop = Shop::new();
    shop.settings(|text| text + "[schedule]\nimport-stock = 30\n");
    shop.run(["import-stock"]).ok();
    shop.run(["status", "--check"]).ok();
    shop.run(["status"]).ok();
    shop.at("2026-11-24 10:46:00").run(["status", "--check"]).exits(3).says("more than 30 minutes");
    shop.run(["import-stock"]).ok();
    shop.run(["status", "--check", "--quiet"]).ok();

    shop.order("1001").line("A-1", 1).set("total", 1).insert();
    shop.run(["export-orders"]).exits(3);
    shop.run(["status", "--check"]).exits(3).says("orders held back: 1");
    shop.sql("UPDATE orders SET cancelled_at = '2026-11-24 10:46:00'");
    shop.run(["export-orders"]).ok();
    shop.run(["status", "--check"]).ok();
}
