//! What the guards hold: listed, shown, approved, discarded, and never in anybody's way.

use serde_json::Value;

use crate::ftp_server::Fault;
use crate::harness::{Ran, STOCK_INBOX, Shop, SmallDisk, cp932};
use crate::kept::unpacked;

/// The rows of `S-001` … `S-040`, all with this figure.
fn all(quantity: i64) -> String {
    (1..=40).map(|number| format!("S-{number:03},{quantity}\n")).collect()
}

#[track_caller]
fn put(shop: &Shop, name: &str, rows: &str) {
    shop.put_sheet(STOCK_INBOX, name, &format!("商品コード,在庫数\n{rows}"));
}

/// A shop with 40 SKUs, 5 each, of which a file with nothing but zeroes is held.
fn shop_with_held_file() -> Shop {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    put(&shop, "stock20261124100500.csv", &all(0));
    shop.run(["import-stock"]).exits(4);
    shop
}

#[track_caller]
fn check_state(shop: &Shop, states: &[&str]) {
    shop.check_rows("SELECT id || ' ' || state FROM tempostar_held ORDER BY id", states);
}

#[track_caller]
fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The archive, too, so that nothing of the way is on one disk.
#[test]
#[ignore = "mounts small disks: as root, cargo test --test it -- --ignored small_disk"]
fn small_disk_what_is_held_on_a_disk_of_its_own_is_approved_and_discarded_as_ever() {
    for is_archive_apart in [false, true] {
        let mut shop = Shop::new();
        shop.many_products_in_stock(600);
        shop.settings(|text| text + "[stock.guard]\nzero_percent = 5\n");
        let _held = SmallDisk::at(shop.path("tempostar.d/held"), "1m");
        let _archive = is_archive_apart.then(|| SmallDisk::at(shop.path("tempostar.d/archive"), "1m"));
        let small = all(0);
        let large: String = (41..=600).map(|number| format!("S-{number:03},0\n")).collect();
        put(&shop, "stock20261124100500.csv", &small);
        // A larger one is packed in the archive.
        put(&shop, "stock20261124100600.csv", &large);
        shop.run(["import-stock", "--json"]).exits(4);
        assert_eq!(shop.work_files_below("held").len(), 2);
        assert!(shop.work_files_below("spool").is_empty());
        shop.run(["held", "approve", "1"]).ok();
        shop.run(["held", "discard", "2"]).ok();
        shop.at("2026-11-24 10:20:00").run(["import-stock"]).ok();
        shop.check_rows("SELECT quantity, count(*) FROM stock GROUP BY 1", &["0|40", "5|560"]);
        assert!(shop.work_files_below("held").is_empty());
        let copies = shop.work_files_below("archive");
        assert_eq!(copies.len(), 2, "{copies:?}");
        let copy = |name: &str| copies.iter().find(|copy| copy.ends_with(name)).unwrap();
        let is_whole = |bytes: Vec<u8>, rows: &str| bytes == cp932(&format!("商品コード,在庫数\n{rows}"));
        assert!(is_whole(std::fs::read(copy("stock20261124100500.csv")).unwrap(), &small));
        assert!(is_whole(unpacked(copy("stock20261124100600.csv.gz")), &large));
    }
}

// Holding --------------------------------------------------------------------------------------------------------

#[test]
fn a_held_file_leaves_the_inbox_and_keeps_nobody_waiting() {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    put(&shop, "stock20261124100000.csv", "S-001,7\n");
    put(&shop, "stock20261124100500.csv", &all(0));
    put(&shop, "stock20261124101000.csv", "S-001,9\n");
    let ran = shop.run(["import-stock", "--json"]).exits(4).outcome("held").count("changed", 2);
    let outcomes = ["100000", "100500", "101000"].map(|t| ran.file_outcome(&format!("stock20261124{t}.csv")));
    assert_eq!(outcomes, ["applied", "held", "applied"]);
    shop.check_stock("S-001", 9, 0);
    shop.check_stock("S-002", 5, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    assert!(
        shop.remote_files(&format!("{STOCK_INBOX}/archive")).contains(&"stock20261124100500.csv".to_owned())
    );
    assert_eq!(shop.work_files_below("held/import-stock").len(), 1);
    // The next run has nothing to do, and what is held is there still.
    shop.run(["import-stock", "--json"]).ok().outcome("nothing_to_do");
    check_state(&shop, &["1 held"]);
}

#[test]
fn files_given_by_hand_are_held_too() {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    shop.write("20261124-1005.csv", format!("商品コード,在庫数\n{}", all(0)).as_bytes());
    shop.write("20261124-1010.csv", "商品コード,在庫数\nS-001,9\n".as_bytes());
    let files = ["--file", "20261124-1005.csv", "--file", "20261124-1010.csv"];
    let ran = shop.run(["import-stock", "--json"].into_iter().chain(files)).exits(4).outcome("held");
    assert_eq!(ran.file_outcome("20261124-1005.csv"), "held");
    assert_eq!(ran.file_outcome("20261124-1010.csv"), "applied");
    // What the later file said stands, and that is not what was shown.
    shop.run(["held", "approve", "1"]).exits(4);
    shop.run(["held", "approve", "1"]).ok();
    shop.check_stock("S-001", 9, 0);
    shop.check_stock("S-002", 0, 0);
}

#[test]
fn status_tells_what_is_held_until_it_is_decided() {
    let mut shop = shop_with_held_file();
    put(&shop, "stock20261124101000.csv", "S-001,9\n");
    shop.run(["import-stock"]).ok();
    let ran = shop.run(["status", "--check"]).exits(3).says("files held: 1").says("tempostar held show 1");
    assert!(ran.stdout.contains("held stock20261124100500.csv"), "{ran}");
    let status = json(&shop.run(["status", "--json"]).ok());
    assert_eq!(status["held"][0]["id"], 1);
    assert_eq!(status["held"][0]["reasons"][0]["code"], "guard-zero");
    assert_eq!(status["problems"][0]["concerns"], "stock20261124100500.csv");
    shop.at("2026-11-24 10:20:00").run(["held", "discard", "1"]).ok();
    shop.run(["status", "--check"]).ok().never_says("held show");
    assert_eq!(json(&shop.run(["status", "--json"]).ok())["problems"], Value::Array(Vec::new()));
}

#[test]
fn what_an_earlier_version_has_left_in_the_inbox_is_taken_over() {
    let left = |shop: &Shop| {
        shop.many_products_in_stock(40);
        put(shop, "stock.csv", &all(0));
        // As 0.1 left it: the entry, the file in the inbox, and nothing in the work folder.
        let sha256 =
            json(&shop.run(["import-stock", "--dry-run", "--json"]).exits(4))["files"][0]["sha256"].clone();
        shop.sql(&format!(
            "INSERT INTO tempostar_files
                 (command, name, sha256, size, file_time, run_id, outcome, decided_at, reason_ja, reason_en, archived_as)
             VALUES ('import-stock', 'stock.csv', {}, 400, '2026-11-24 10:00:00', 'r', 'held', '2026-11-24 10:00:00',
                     '理由', 'why', 'import-stock/20261124T100000-0/stock.csv')",
            sha256.to_string().replace('"', "'")
        ));
    };
    let shop = Shop::new();
    left(&shop);
    shop.run(["status", "--check"]).exits(3).says("files held: 1");
    shop.run(["import-stock"]).exits(4);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
    check_state(&shop, &["1 held"]);
    // A person may have seen it with 0.1 and says --force now.
    let shop = Shop::new();
    left(&shop);
    shop.run(["import-stock", "--force"]).ok();
    shop.check_stock("S-001", 0, 0);
    assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
}

// Looking --------------------------------------------------------------------------------------------------------

#[test]
fn what_it_would_change_is_shown_before_and_after() {
    let shop = shop_with_held_file();
    shop.payment_method("代引き");
    shop.order("1001").line("S-001", 2).insert();
    shop.order("1002").line("S-002", 1).set("cancelled_at", "2026-11-24 10:00:00").insert();
    std::fs::remove_file(shop.path("demo.pass")).unwrap();
    let before = shop.state();
    shop.run(["held"]).ok().says("held: 1").says("stock20261124100500.csv").says("40 of the 40");
    let shown = shop.run(["held", "show", "1"]).ok();
    for said in [
        "this file would make 40 of the 40 sellable SKUs unsellable",
        "file's time      2026-11-24 10:05:00",
        "changes          values: 40, rows: 40",
        "2,200 yen",
        "2     S-001  商品1   quantity  5       →  0      -100 %",
        "the first 20 of 40",
        "tempostar held approve 1",
    ] {
        assert!(shown.stdout.contains(said), "{said:?} is missing:\n{shown}");
    }
    assert!(!shown.stdout.contains("S-021"), "{shown}");
    shop.run(["held", "show", "1", "--all"]).ok().says("S-040").never_says("the first 20");
    let json = json(&shop.run(["held", "show", "1", "--json"]).ok());
    assert_eq!(json["changes"].as_array().unwrap().len(), 40);
    let first = serde_json::json!({
        "table": "stock", "code": "S-001", "name": "商品1", "column": "quantity", "old": 5, "new": 0, "percent": -100,
        "line": 2
    });
    assert_eq!((&json["changes"][0], &json["at_stake_yen"]), (&first, &2200.into()));
    assert_eq!(shop.state(), before);
}

#[test]
fn what_is_not_held_is_named() {
    let shop = shop_with_held_file();
    for act in ["show", "approve", "discard"] {
        shop.run(["held", act, "7", "--json"]).exits(3).only_problem("held-unknown", "", &["\"7\""]);
        shop.run(["held", act, "x", "--json"]).exits(3).only_problem("held-unknown", "", &["\"x\""]);
    }
    shop.run(["held", "discard", "1"]).ok();
    let runs = shop.value("SELECT count(*) FROM tempostar_runs");
    shop.run(["held", "approve", "1", "--json"]).exits(3).only_problem("held-decided", "", &["held 1"]);
    assert_eq!(
        shop.value("SELECT count(*) FROM tempostar_runs"),
        runs,
        "nothing was done that would be told of"
    );
    shop.run(["held", "discard", "1", "--json"]).exits(3).only_problem("held-decided", "", &["held 1"]);
    shop.run(["held", "show", "1"]).ok().says("it has been discarded");
}

// Deciding -------------------------------------------------------------------------------------------------------

#[test]
fn approved_it_is_applied_by_a_run_of_its_job() {
    let mut shop = shop_with_held_file();
    shop.variable("LOGNAME", "root");
    shop.variable("SUDO_USER", "hanako");
    let ran =
        shop.at("2026-11-24 10:25:00").run(["held", "approve", "1", "--json"]).ok().count("changed", 40);
    assert_eq!((&json(&ran)["command"], &json(&ran)["job"]), (&"held".into(), &"import-stock".into()));
    shop.check_rows("SELECT DISTINCT quantity || ' ' || as_of FROM stock", &["0 2026-11-24 10:05:00"]);
    shop.check_rows(
        "SELECT state, decided_at, decided_by, terminal FROM tempostar_held",
        &["approved|2026-11-24 10:25:00|hanako|NULL"],
    );
    shop.check_rows(
        "SELECT command, outcome FROM tempostar_runs ORDER BY id DESC LIMIT 1",
        &["import-stock|ok"],
    );
    shop.check_rows("SELECT outcome FROM tempostar_files", &["applied"]);
    assert_eq!(shop.work_files_below("held").len(), 0);
    assert_eq!(shop.work_files_below("archive/import-stock").len(), 1);
    shop.run(["import-stock", "--json"]).ok().outcome("nothing_to_do");
    shop.run(["status", "--check"]).ok();
}

#[test]
fn an_approval_is_of_what_was_shown() {
    let mut shop = shop_with_held_file();
    put(&shop, "stock20261124100000.csv", "S-002,3\n");
    shop.run(["import-stock"]).ok();
    // S-002 had 5 when the file was held.
    let ran = shop.run(["held", "approve", "1"]).exits(4).says("nothing was applied");
    assert!(ran.stdout.contains("S-002  商品2   quantity  3       →  0"), "{ran}");
    shop.check_stock("S-001", 5, 0);
    check_state(&shop, &["1 held"]);
    shop.at("2026-11-24 10:30:00").run(["held", "approve", "1"]).ok();
    shop.check_stock("S-001", 0, 0);
    check_state(&shop, &["1 approved"]);
}

#[test]
fn what_the_shop_sells_meanwhile_is_no_reason_to_look_again() {
    let shop = shop_with_held_file();
    shop.order("1001").line("S-001", 2).insert();
    shop.run(["held", "approve", "1"]).ok();
    shop.check_stock("S-001", 0, 2);
}

#[test]
fn bytes_that_are_not_those_that_were_held_are_never_applied() {
    for damage in [Some("商品コード,在庫数\nS-001,1\n"), None] {
        let shop = shop_with_held_file();
        let kept = shop.path("tempostar.d/held").join(&shop.work_files_below("held")[0]);
        match damage {
            Some(bytes) => std::fs::write(kept, bytes).unwrap(),
            None => std::fs::remove_file(kept).unwrap(),
        }
        shop.run(["held", "approve", "1", "--json"]).exits(3).only_problem("held-damaged", "", &["held 1"]);
        shop.run(["held", "show", "1", "--json"]).exits(3).only_problem("held-damaged", "", &["held 1"]);
        shop.run(["import-stock", "--force", "--json"]).exits(3).only_problem(
            "held-damaged",
            "",
            &["held 1"],
        );
        shop.check_rows("SELECT DISTINCT quantity FROM stock", &["5"]);
        shop.run(["held", "discard", "1"]).ok();
    }
}

#[test]
fn discarded_it_changes_nothing_and_its_copy_stays_in_the_archive() {
    let shop = shop_with_held_file();
    shop.run(["held", "discard", "1"]).ok().says("stock20261124100500.csv").says("discarded");
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["5"]);
    check_state(&shop, &["1 discarded"]);
    assert_eq!(shop.work_files_below("held").len(), 0);
    assert_eq!(shop.work_files_below("archive/import-stock").len(), 1);
    shop.run(["held"]).ok().says("nothing is held");
    // Should it come again, it is judged again.
    put(&shop, "stock20261124100500.csv", &all(0));
    shop.run(["import-stock"]).exits(4);
    check_state(&shop, &["1 discarded", "2 held"]);
}

#[test]
fn force_approves_what_is_held_now_and_nothing_that_comes_with_it() {
    let shop = shop_with_held_file();
    put(&shop, "stock20261124101000.csv", &all(30).replace("30\n", "0\n").replace("S-001,0", "S-001,1"));
    let ran = shop.run(["import-stock", "--force", "--json"]).exits(0);
    assert_eq!(ran.file_outcome("stock20261124100500.csv"), "applied");
    shop.check_stock("S-001", 1, 0);
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    put(&shop, "stock20261124100500.csv", &all(0));
    shop.run(["import-stock", "--force"]).exits(4);
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["5"]);
    shop.run(["import-stock", "--force"]).ok();
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["0"]);
}

#[test]
fn later_files_that_say_something_newer_about_all_of_it_let_it_go() {
    let mut shop = shop_with_held_file();
    let rows: Vec<String> = (1..=40).map(|number| format!("S-{number:03},4\n")).collect();
    shop.at("2026-11-24 10:20:00");
    put(&shop, "stock20261124101000.csv", &rows[..25].concat());
    shop.run(["import-stock"]).ok();
    check_state(&shop, &["1 held"]);
    put(&shop, "stock20261124101500.csv", &rows[25..].concat());
    shop.run(["import-stock"]).ok();
    check_state(&shop, &["1 superseded"]);
    shop.run(["status", "--check"]).ok();
    assert_eq!(shop.work_files_below("held").len(), 0);
    // Another one that is held is newer, too; an older one is not.
    put(&shop, "stock20261124101600.csv", &all(0));
    put(&shop, "stock20261124101800.csv", &all(0));
    shop.run(["import-stock"]).exits(4);
    check_state(&shop, &["1 superseded", "2 superseded", "3 held"]);
    put(&shop, "stock20261124101700.csv", &all(3));
    shop.run(["import-stock"]).ok();
    check_state(&shop, &["1 superseded", "2 superseded", "3 held"]);
}

#[test]
fn a_decision_waits_for_no_run_and_disturbs_none() {
    let shop = shop_with_held_file();
    put(&shop, "stock20261124101000.csv", "S-001,9\n");
    let running = shop.start_and_hold(Fault::GetHeld, &["import-stock"]);
    shop.run(["held", "approve", "1"]).exits(7);
    shop.run(["held", "discard", "1", "--json"]).exits(7).only_problem("locked", "", &[]);
    running.goes_on().ok();
    check_state(&shop, &["1 held"]);
}

#[test]
fn an_approval_that_dies_anywhere_is_made_good() {
    for point in ["begun", "before-committed", "committed", "archived", "ended"] {
        let shop = shop_with_held_file();
        shop.run_dying_at(point, ["held", "approve", "1"]);
        shop.run(["import-stock"]).ok();
        if shop.value("SELECT state FROM tempostar_held") == "held" {
            shop.run(["held", "approve", "1"]).ok();
        }
        shop.check_rows("SELECT DISTINCT quantity FROM stock", &["0"]);
        check_state(&shop, &["1 approved"]);
    }
}

// Orders of unusual age ------------------------------------------------------------------------------------------

#[test]
fn an_order_of_unusual_age_goes_once_somebody_has_approved_it() {
    let mut shop = shop_with_held_file();
    shop.variable("USER", "taro");
    shop.payment_method("代引き");
    shop.order("1001").line("S-001", 1).set("ordered_at", "2026-09-01 10:00:00").insert();
    let ran = shop.run(["export-orders", "--json"]).exits(3);
    ran.only_problem("order-held-back", "", &["1001", "tempostar held approve 1001"]);
    shop.run(["held"]).ok().says("order 1001").says("tempostar held approve 1001");
    shop.run(["held", "approve", "1001"]).ok().says("order 1001 is approved");
    shop.check_rows(
        "SELECT order_no, approved_at, approved_by FROM tempostar_order_approvals",
        &["1001|2026-11-24 10:15:00|taro"],
    );
    shop.run(["export-orders"]).ok();
    shop.run(["held", "approve", "1001"]).exits(3).says("nothing that waits for a decision");
}

#[test]
fn a_number_that_could_mean_both_is_asked_about() {
    let shop = shop_with_held_file();
    shop.payment_method("代引き");
    shop.order("1").line("S-001", 1).set("ordered_at", "2026-09-01 10:00:00").insert();
    let ran = shop.run(["held", "approve", "1", "--json"]).exits(2);
    ran.only_problem("held-ambiguous", "", &["stock20261124100500.csv", "12345-1", "file-1"]);
    shop.check_rows("SELECT DISTINCT quantity FROM stock", &["5"]);
    shop.run(["held", "approve", "12345-1"]).ok().says("order 1 is approved");
    shop.run(["held", "approve", "file-1"]).ok();
    check_state(&shop, &["1 approved"]);
}

#[test]
fn of_a_dry_run_that_ends_early_nothing_stands() {
    let mut shop = shop_with_held_file();
    shop.ftp.stop();
    let ran = shop.run(["import-stock", "--force", "--dry-run"]).exits(5);
    assert!(
        ran.stdout.starts_with("[dry run, nothing was written] import-stock: failed (exit code 5, "),
        "{ran}"
    );
    ran.says("S-001  quantity  5 → 0\n").never_says("stands");
}
