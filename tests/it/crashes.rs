//! A process that dies, at every place where it can matter: the next run brings the shop to the very state that an
//! undisturbed one leaves.
//!
//! The places are not listed by hand: an undisturbed run writes down every crash point that it passes, and the test
//! kills one run at each.

use std::collections::BTreeMap;
use std::fs;

use crate::harness::scenes::{self, Scene};
use crate::harness::{OUTBOX, Ran, Shop, show};

/// Where an import can die.
const IMPORT: [&str; 12] = [
    "locked",
    "begun",
    "connected",
    "server-listed",
    "chunk",
    "server-downloaded",
    "begin-committed",
    "before-committed",
    "committed",
    "archived",
    "cleaned-up",
    "ended",
];

/// Where an export can die.
const EXPORT: [&str; 12] = [
    "locked",
    "begun",
    "connected",
    "prepared",
    "chunk",
    "server-uploaded",
    "uploaded",
    "kept",
    "server-renamed",
    "before-sent",
    "sent",
    "ended",
];

/// A long file arrives in at least so many chunks; how many more there are is the network's whim.
const CHUNKS_SURE: usize = 3;

/// Every crash point that an undisturbed run passes, in order, as `name:passage`; and the state that it leaves.
#[track_caller]
fn undisturbed(scene: &Scene) -> (Vec<String>, String) {
    let mut shop = scene.shop.twin();
    let list = shop.path("passages");
    shop.variable("TEMPOSTAR_PASSAGES", list.to_str().unwrap());
    shop.run([scene.job]).exits(scene.exit);
    let mut passages: BTreeMap<String, usize> = BTreeMap::new();
    let text = fs::read_to_string(list).unwrap();
    let numbered = text.lines().filter_map(|name| {
        let passage = passages.entry(name.to_owned()).and_modify(|passage| *passage += 1).or_insert(1);
        let is_sure = name != "chunk" || *passage <= CHUNKS_SURE;
        is_sure.then(|| format!("{name}:{passage}"))
    });
    (numbered.collect(), shop.state())
}

/// Kills a run at every passage of the scene, and checks that the next one makes good for it, and that the one after
/// it finds nothing to do. The passages must be at least these.
#[track_caller]
fn check_every_crash(scene: &Scene, at_least: &[&str]) {
    let (passages, expected) = undisturbed(scene);
    for name in at_least {
        let passage = if name.contains(':') { (*name).to_owned() } else { format!("{name}:1") };
        assert!(passages.contains(&passage), "{} does not pass {name}: {passages:?}", scene.name);
    }
    for passage in &passages {
        let shop = scene.shop.twin();
        shop.run_dying_at(passage, [scene.job]);
        check_made_good(scene, passage, &shop, &expected);
    }
    show(&format!("{}: {} crashes made good: {}", scene.name, passages.len(), passages.join(" ")));
}

#[track_caller]
fn check_made_good(scene: &Scene, passage: &str, shop: &Shop, expected: &str) {
    let context = format!("{}, died at {passage}", scene.name);
    let ran = shop.run([scene.job]);
    // Where only the cleaning up was left there is nothing to complain of any more.
    assert!(ran.code == scene.exit || ran.code == 0, "{context}\n{ran}");
    assert_eq!(shop.state(), expected, "{context}\n{ran}");
}

#[test]
fn a_file_written_in_slices_that_dies_anywhere_is_made_good() {
    let passed = ["archived", "before-slice-committed", "slice-committed"];
    check_every_crash(&scenes::stock().in_slices_of(4), &passed);
}

/// What a person would not wait for; `.ci/run` does.
#[test]
#[ignore = "takes a minute"]
fn other_scenes_that_die_anywhere_are_made_good() {
    let passed = ["archived", "before-slice-committed", "slice-committed"];
    check_every_crash(&scenes::products().in_slices_of(1), &passed);
    check_every_crash(&scenes::logistics().in_slices_of(1), &passed);
    let deleting = "after_import = \"delete\"\nreflect_lag";
    check_every_crash(&scenes::stock().in_slices_of(7).with("deleted", "reflect_lag", deleting), &passed);
    check_every_crash(&scenes::stock().with_markers(), &[&IMPORT[..], &["server-deleted"]].concat());
    check_every_crash(&scenes::stock_with_a_bad_row(), &IMPORT);
    let refused = ["before-committed", "committed", "archived", "server-deleted"];
    check_every_crash(&scenes::refused_stock().with_markers(), &refused);
    check_every_crash(&scenes::held_rows().in_slices_of(1), &["held", "slice-committed:1"]);
    check_every_crash(&scenes::orders().with_markers(), &[&EXPORT[..], &["server-uploaded:2"]].concat());
    for from in ["prepared", "server-uploaded", "server-renamed"] {
        check_every_crash(&scenes::orders_interrupted_at(from), &["before-sent", "sent"]);
    }
}

#[test]
fn a_stock_import_that_dies_anywhere_is_made_good() {
    let moving = [&IMPORT[..], &["changed:2", "server-folder-made", "server-renamed"]].concat();
    check_every_crash(&scenes::stock(), &moving);
    let deleting = "after_import = \"delete\"\nreflect_lag";
    let scene = scenes::stock().with("deleted", "reflect_lag", deleting);
    check_every_crash(&scene, &[&IMPORT[..], &["server-deleted"]].concat());
}

#[test]
fn a_refusal_that_dies_anywhere_is_made_good() {
    let passed = ["before-committed", "committed", "archived", "server-renamed", "cleaned-up"];
    check_every_crash(&scenes::refused_stock(), &passed);
}

#[test]
fn a_holding_that_dies_anywhere_is_made_good() {
    check_every_crash(&scenes::held_stock(), &["before-committed", "committed"]);
    check_every_crash(&scenes::held_rows(), &["held", "before-committed", "committed"]);
}

#[test]
fn a_product_import_that_dies_anywhere_is_made_good() {
    check_every_crash(&scenes::products(), &[&IMPORT[..], &["changed:4"]].concat());
}

#[test]
fn a_logistics_import_that_dies_anywhere_is_made_good() {
    check_every_crash(&scenes::logistics(), &[&IMPORT[..], &["changed:8"]].concat());
}

#[test]
fn an_export_that_dies_anywhere_is_made_good() {
    check_every_crash(&scenes::orders(), &EXPORT);
    check_every_crash(&scenes::orders_taken(), &[&EXPORT[..], &["taken-noted"]].concat());
}

#[test]
fn an_export_that_dies_while_it_makes_good_for_another_is_made_good() {
    check_every_crash(&scenes::orders_interrupted_at("uploaded"), &["before-sent", "sent"]);
    check_every_crash(&scenes::orders_interrupted_at("sent"), &["locked", "ended"]);
    check_every_crash(
        &scenes::orders_whose_file_is_lost(),
        &["server-deleted", "released", "prepared", "sent"],
    );
}

#[test]
fn a_marker_is_not_left_behind_for_a_file_that_was_taken() {
    let scene = scenes::orders().with_markers();
    scene.shop.run_dying_at("server-uploaded:2", [scene.job]);
    for name in scene.shop.remote_files(OUTBOX) {
        scene.shop.take_away(&format!("{OUTBOX}/{name}"));
    }
    scene.shop.run([scene.job]).ok();
    assert_eq!(scene.shop.remote_files(OUTBOX), [""; 0]);
}

#[test]
fn what_a_run_that_died_had_refused_is_told_by_the_next() {
    let scene = scenes::refused_stock();
    scene.shop.run_dying_at("committed", [scene.job]);
    let ran = scene.shop.run([scene.job, "--json"]).exits(3);
    let words = ["line 1: 在庫数: a required column is missing; found: 商品コード, 数"];
    ran.only_problem("file-refused-before", "stock.csv", &words);
}

/// A fault of ours is a failed run as any other: with its document, its entry in the ledger, and its mail.
#[test]
fn a_panic_is_a_failed_run_that_tells() {
    for point in ["connected", "spooled", "prepared", "server-uploaded", "sent"] {
        let mut shop = Shop::new();
        shop.order("1001").line("A-1", 1).insert();
        let mut command = shop.command(["export-orders", "--json"]);
        let output = command.env("TEMPOSTAR_CRASH_AT", format!("panic@{point}")).output().unwrap();
        let ran = Ran::new(output).exits(1).only_problem("internal", "", &["as a test wants it", "crash.rs"]);
        assert_eq!(ran.json()["outcome"], "failed", "{ran}");
        shop.check_rows(
            "SELECT outcome, exit_code FROM tempostar_runs WHERE command = 'export-orders'",
            &["failed|1"],
        );
        shop.at("2026-11-24 11:00:00").run(["export-orders"]).ok();
        assert_eq!(shop.numbers_in_outbox(), ["12345-1001"], "{point}");
    }
}

/// Cron must not take a result for good that nobody got.
#[test]
fn what_cannot_be_printed_is_exit_1() {
    let shop = Shop::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = shop.command(["status"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot be written to standard output (No space left on device"), "{said}");
}
