//! The guards on product files: rows whose price or name looks wrong are held while the others go on; a file that is wrong
//! as a whole is held as a whole.

use serde_json::{Value, json};

use crate::harness::{PRODUCT_INBOX, Ran, Shop};

const HEADER: &str = "商品コード,SKUコード,商品名,販売価格,定価,掲載フラグ";

/// One row, published: the product's number, name, price, list price.
fn row(number: usize, name: &str, price: &str, list_price: &str) -> String {
    format!("P-{number:03},S-{number:03},{name},{price},{list_price},1\n")
}

fn price(number: usize) -> usize {
    1000 + 370 * (number * 7 % 40)
}

/// `P-001` … as the shop has them, changed by this.
fn rows(count: usize, change: impl Fn(usize) -> Option<String>) -> String {
    let known = |number| {
        let price = price(number);
        row(number, &format!("商品{number}番"), &price.to_string(), &(price + 500).to_string())
    };
    (1..=count).map(|number| change(number).unwrap_or_else(|| known(number))).collect()
}

/// A shop with so many products.
fn shop_with(count: usize) -> Shop {
    let mut shop = Shop::new();
    put(&shop, "product20261122100000.csv", &rows(count, |_| None));
    shop.at("2026-11-22 10:10:00").run(["import-products"]).ok();
    shop.at("2026-11-24 10:30:00");
    shop
}

#[track_caller]
fn put(shop: &Shop, name: &str, rows: &str) {
    shop.put_sheet(PRODUCT_INBOX, name, &format!("{HEADER}\n{rows}"));
}

const NEW: &str = "product20261124100000.csv";

#[track_caller]
fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

#[track_caller]
fn price_of(shop: &Shop, number: usize) -> String {
    shop.value(&format!("SELECT price FROM products WHERE code = 'P-{number:03}'"))
}

// Rows ----------------------------------------------------------------------------------------------------------

#[test]
fn a_price_that_looks_wrong_is_held_and_the_other_rows_go_on() {
    let shop = shop_with(40);
    let rows = rows(40, |number| match number {
        3 => Some(row(3, "商品3番", "1", "9270")),
        4 => Some(row(4, "商品4番 改", "11360", "11860")),
        _ => None,
    });
    put(&shop, NEW, &rows);
    let ran =
        shop.run(["import-products", "--json"]).exits(4).outcome("held").count("updated", 1).count("held", 1);
    let ran = ran.only_problem("guard-price", NEW, &["(1): P-003 (8770 → 1); their rows are held"]);
    assert_eq!(ran.file_outcome(NEW), "applied");
    assert_eq!(json_of(&ran)["files"][0]["unchanged"], 38);
    shop.check_rows("SELECT name FROM products WHERE code = 'P-004'", &["商品4番 改"]);
    assert_eq!(price_of(&shop, 3), "8770");
    // It is listed, shown and approved like a file.
    shop.run(["held"]).ok().says("held: 1").says(NEW).says("P-003 (8770 → 1)");
    let shown = shop.run(["held", "show", "1"]).ok();
    for said in ["4     P-003  商品3番  price   8770    →  1      -99 %", "values: 1, rows: 1"] {
        assert!(shown.stdout.contains(said), "{said:?} is missing:\n{shown}");
    }
    let shown = json_of(&shop.run(["held", "show", "1", "--json"]).ok());
    let first = json!({
        "table": "products", "code": "P-003", "name": "商品3番", "column": "price", "old": 8770, "new": 1,
        "percent": -99, "line": 4
    });
    assert_eq!((&shown["changes"][0], &shown["reasons"][0]["code"]), (&first, &"guard-price".into()));
    shop.run(["status", "--check"]).exits(3).says("held show 1");
    shop.run(["import-products", "--json"]).ok().outcome("nothing_to_do");
    shop.run(["held", "approve", "1", "--json"]).ok().outcome("ok").count("updated", 1);
    assert_eq!(price_of(&shop, 3), "1");
    shop.run(["status", "--check"]).ok();
    shop.check_rows("SELECT state FROM tempostar_held", &["approved"]);
    assert_eq!(shop.work_files_below("held").len(), 0);
    assert_eq!(shop.work_files_below("archive/import-products").len(), 3);
}

/// What is wrong with the price of `P-005`, which is 1,740 (list price 2,240), and what it is.
#[track_caller]
fn check_price(price: &str, list_price: &str, is_held: bool) {
    let shop = shop_with(20);
    put(&shop, NEW, &rows(20, |number| (number == 5).then(|| row(5, "商品5番", price, list_price))));
    let ran = shop.run(["import-products", "--json"]).exits(if is_held { 4 } else { 0 });
    let codes: Vec<String> = if is_held { vec!["guard-price".to_owned()] } else { Vec::new() };
    assert_eq!(ran.codes(), codes, "{price} {list_price}\n{ran}");
    let expected = if is_held { "13950" } else { price };
    assert_eq!(price_of(&shop, 5), expected);
}

#[test]
fn falls_rises_zero_empty_and_the_list_price_are_told_from_what_happens_each_day() {
    // It is 13,950, its list price 14,450.
    for (price, list_price) in [
        ("6974", "14450"),
        ("1395", "1445"),
        ("0", "14450"),
        ("", "14450"),
        ("1", "14450"),
        ("139501", "139501"),
        ("4901234567894", "14450"),
        ("14450", "13950"),
    ] {
        check_price(price, list_price, true);
    }
    for (price, list_price) in [("6975", "14450"), ("139500", "139500"), ("14450", "14450"), ("13950", "1")] {
        check_price(price, list_price, false);
    }
}

#[test]
fn the_limits_can_be_set_and_switched_off() {
    let held_with = |guard: &str| {
        let shop = shop_with(20);
        shop.settings(|text| format!("{text}[products.guard]\n{guard}\n"));
        let prices = [(1, ""), (2, "4140"), (3, "90000"), (4, "11360"), (5, "14450")];
        let list = |number: usize| if number == 5 { "13950" } else { "14450" };
        let changed = |number| {
            let (_, price) = prices.iter().find(|(changed, _)| *changed == number)?;
            Some(row(number, &format!("商品{number}番"), price, list(number)))
        };
        put(&shop, NEW, &rows(20, changed));
        shop.run(["import-products", "--json"]);
        let shown = shop.run(["held", "show", "1", "--json"]);
        let changes = shown.json()["changes"].as_array().cloned().unwrap_or_default();
        let mut codes: Vec<String> = changes.iter().map(|change| change["code"].to_string()).collect();
        codes.dedup();
        codes.join(" ").replace(['"', 'P', '-', '0'], "")
    };
    assert_eq!(held_with(""), "1 3 5");
    assert_eq!(held_with("price_fall_percent = 30"), "1 2 3 5");
    assert_eq!(held_with("price_rise_percent = 1000000"), "1 5");
    assert_eq!(held_with("price_fall_percent = 100"), "3 5");
    assert_eq!(held_with("price_rise_percent = 0"), "1 5");
    assert_eq!(held_with("price_fall_percent = 100\nprice_rise_percent = 0"), "");
}

#[test]
fn all_rows_of_a_product_are_held_together_and_its_skus_with_it() {
    let mut shop = Shop::new();
    let header = "商品コード,SKUコード,SKU商品名,商品名,販売価格";
    let put = |shop: &Shop, name: &str, rows: &str| {
        shop.put_sheet(PRODUCT_INBOX, name, &format!("{header}\n{rows}"))
    };
    put(
        &shop,
        "product20261122100000.csv",
        "T-1,T-1-S,小,シャツ,3000\nT-1,T-1-M,中,シャツ,3000\nU-1,U-1,,傘,900\n",
    );
    shop.at("2026-11-22 10:10:00");
    shop.run(["import-products"]).ok();
    shop.at("2026-11-24 10:40:00");
    let rows = "T-1,T-1-S,小さめ,シャツ,30\nT-1,T-1-M,中,シャツ,30\nT-1,T-1-L,大,シャツ,30\nU-1,U-1,,日傘,900\nV-1,V-1,,籠,1\n";
    put(&shop, NEW, rows);
    let ran = shop
        .run(["import-products", "--json"])
        .exits(4)
        .count("held", 3)
        .count("updated", 1)
        .count("created", 1);
    let ran = ran.count("skus_created", 1).count("skus_updated", 0).count("unchanged", 0);
    assert_eq!(json_of(&ran)["files"][0]["applied"], 2);
    shop.check_rows(
        "SELECT code || ' ' || coalesce(name, '') FROM skus ORDER BY 1",
        &["T-1-M 中", "T-1-S 小", "U-1 ", "V-1 "],
    );
    shop.check_rows("SELECT name FROM products ORDER BY code", &["シャツ", "日傘", "籠"]);
    shop.check_rows("SELECT code FROM tempostar_missing_products", &[]);
    let held = shop.work_files_below("held/import-products");
    assert_eq!(
        crate::harness::from_cp932(&std::fs::read(&held[0]).unwrap()).lines().take(2).collect::<Vec<_>>(),
        [
            "\"商品コード\",\"SKUコード\",\"SKU商品名\",\"商品名\",\"販売価格\",\"行番号\",\"理由\"",
            "\"T-1\",\"T-1-S\",\"小さめ\",\"シャツ\",\"30\",\"2\",\"products whose price would change too much (1): T-1 (3000 → 30); their rows are held, the file's others go on\"",
        ]
    );
    shop.run(["held", "approve", "1", "--json"]).ok().count("skus_created", 1).count("skus_updated", 1);
    shop.check_rows(
        "SELECT code || ' ' || coalesce(name, '') FROM skus WHERE code LIKE 'T%' ORDER BY 1",
        &["T-1-L 大", "T-1-M 中", "T-1-S 小さめ"],
    );
}

#[test]
fn a_name_that_would_be_cleared_is_held_with_its_row() {
    let shop = shop_with(20);
    put(&shop, NEW, &rows(20, |number| (number == 7).then(|| row(7, "", "4330", "4830"))));
    shop.run(["import-products", "--json"]).exits(4).only_problem(
        "guard-name",
        NEW,
        &["(1): P-007; their rows"],
    );
    shop.check_rows("SELECT name FROM products WHERE code = 'P-007'", &["商品7番"]);
    // So is one that cannot be read.
    let name = |number: usize| ["繝・す繝ｼ繝・", "????", "鹿と蝶の皿"].get(number).copied();
    let garbled =
        rows(20, |number| name(number - 1).map(|name| row(number, name, &price(number).to_string(), "")));
    put(&shop, "product20261124101000.csv", &garbled);
    let ran = shop.run(["import-products", "--json"]).exits(4).count("held", 2);
    ran.only_problem("guard-name", "product20261124101000.csv", &["(2): P-001, P-002; their rows"]);
}

#[test]
fn names_that_become_codes_or_all_the_same_are_held() {
    let shop = shop_with(20);
    let called = |name: fn(usize) -> String| {
        rows(20, |number| Some(row(number, &name(number), &price(number).to_string(), "")))
    };
    put(&shop, NEW, &called(|number| format!("P-{number:03}")));
    let ran = shop.run(["import-products", "--json"]).exits(4).count("held", 20);
    ran.only_problem("guard-name", NEW, &["replaced by the code (20): P-001, "]);
    put(&shop, "product20261124101000.csv", &called(|_| "商品".to_owned()));
    let ran = shop.run(["import-products", "--json"]).exits(4);
    ran.only_problem("guard-names", "product20261124101000.csv", &["would call 20 of its 20 products"]);
    // A campaign may call two things the same that were called the same before.
    put(&shop, "product20261124102000.csv", &called(|number| format!("【夏】商品{number}番")));
    shop.run(["import-products", "--json"]).ok().no_problems();
}

#[test]
fn a_dry_run_says_what_would_be_held() {
    let shop = shop_with(20);
    put(
        &shop,
        NEW,
        &rows(20, |number| (number < 3).then(|| row(number, &format!("商品{number}番"), "2", "9"))),
    );
    let before = shop.state();
    let ran = shop.run(["import-products", "--dry-run", "--json"]).exits(4).outcome("held").count("held", 2);
    let ran = ran.only_problem("guard-price", NEW, &["(2): P-001 (3590 → 2), P-002 (6180 → 2);"]);
    assert_eq!(json_of(&ran)["changes"], json!([]));
    assert_eq!(shop.state(), before);
    assert_eq!(shop.work_files_below("held").len(), 0);
}

#[test]
fn discarded_rows_are_dropped_and_do_not_come_back_by_themselves() {
    let shop = shop_with(20);
    put(&shop, NEW, &rows(20, |number| (number == 2).then(|| row(2, "商品2番", "2", "9"))));
    shop.run(["import-products"]).exits(4);
    shop.run(["held", "discard", "1"]).ok();
    assert_eq!(price_of(&shop, 2), "6180");
    shop.run(["import-products", "--json"]).ok().outcome("nothing_to_do");
    shop.run(["status", "--check"]).ok();
    shop.check_rows("SELECT state FROM tempostar_held", &["discarded"]);
}

#[test]
fn what_a_later_file_says_of_the_same_products_replaces_what_is_held() {
    let mut shop = shop_with(20);
    let wrong = |number: usize| (number < 3).then(|| row(number, &format!("商品{number}番"), "2", "9"));
    put(&shop, NEW, &rows(20, wrong));
    shop.run(["import-products"]).exits(4);
    // The same again: one thing is held, the newer.
    put(&shop, "product20261124110000.csv", &rows(20, wrong));
    shop.at("2026-11-24 11:10:00").run(["import-products"]).exits(4);
    shop.check_rows("SELECT id || ' ' || state FROM tempostar_held ORDER BY id", &["1 superseded", "2 held"]);
    // A file of other products says nothing of these.
    put(&shop, "product20261124120000.csv", &row(9, "商品9番 改", "2000", "2100"));
    shop.at("2026-11-24 12:10:00").run(["import-products"]).exits(4);
    shop.check_rows(
        "SELECT id || ' ' || state FROM tempostar_held WHERE state = 'held' ORDER BY id",
        &["2 held", "3 held"],
    );
    put(&shop, "product20261124130000.csv", &rows(20, |_| None));
    shop.at("2026-11-24 13:10:00").run(["import-products"]).ok();
    shop.check_rows("SELECT count(*) FROM tempostar_held WHERE state = 'superseded'", &["3"]);
    shop.run(["status", "--check"]).ok();
}

#[test]
fn an_approval_of_rows_is_of_what_was_shown() {
    let shop = shop_with(20);
    put(&shop, NEW, &rows(20, |number| (number == 2).then(|| row(2, "商品2番", "2", "9"))));
    shop.run(["import-products"]).exits(4);
    shop.sql("UPDATE products SET price = 5000 WHERE code = 'P-002'");
    let ran = shop.run(["held", "approve", "1"]).exits(4).says("price");
    assert!(ran.stdout.contains("5000") && ran.stderr.contains("the shop has changed"), "{ran}");
    assert_eq!(price_of(&shop, 2), "5000");
    shop.run(["held", "approve", "1"]).ok();
    assert_eq!(price_of(&shop, 2), "2");
}

#[test]
fn first_products_and_prices_that_come_for_the_first_time_are_taken_as_they_are() {
    let mut shop = Shop::new();
    put(&shop, "product20261124100000.csv", &rows(30, |number| Some(row(number, "", "", ""))));
    shop.run(["import-products"]).ok();
    put(&shop, "product20261124101500.csv", &rows(30, |_| None));
    // More of the first products, in another file.
    let more: String = (31..=200).map(|number| row(number, "新商品", "1", "")).collect();
    put(&shop, "product20261124102000.csv", &more);
    shop.at("2026-11-24 10:25:00")
        .run(["import-products", "--json"])
        .ok()
        .count("created", 170)
        .count("updated", 30);
}

#[test]
fn where_many_prices_look_wrong_no_price_of_the_file_is_believed() {
    let mut shop = shop_with(60);
    let tenth = |number: usize| {
        let changed = if number <= 40 { price(number) / 10 } else { price(number) + 10 };
        (number <= 50).then(|| row(number, &format!("商品{number}番 改"), &changed.to_string(), ""))
    };
    put(
        &shop,
        NEW,
        &rows(60, |number| {
            if number == 55 {
                Some(row(55, "新しい名前の商品55番", &price(55).to_string(), "9"))
            } else {
                tenth(number)
            }
        }),
    );
    let ran = shop.run(["import-products", "--json"]).exits(4).count("held", 50).count("updated", 1);
    ran.only_problem(
        "guard-prices",
        NEW,
        &["of the 50 products", "40 would change too much: P-001 (3590 → 359), P-002"],
    );
    assert_eq!(price_of(&shop, 45), price(45).to_string());
    shop.check_rows("SELECT name FROM products WHERE code = 'P-055'", &["新しい名前の商品55番"]);
    // A column sorted by itself has few prices beyond the limits.
    let mut sorted: Vec<usize> = (1..=60).map(price).collect();
    sorted.sort_unstable();
    let sorted =
        rows(60, |number| Some(row(number, &format!("商品{number}番"), &sorted[number - 1].to_string(), "")));
    put(&shop, "product20261125100000.csv", &sorted);
    let ran = shop.at("2026-11-25 10:10:00").run(["import-products", "--json"]).exits(4);
    ran.has_code("guard-prices");
    assert_eq!((1..=60).filter(|number| price_of(&shop, *number) != price(*number).to_string()).count(), 0);
}

#[test]
fn a_digit_more_is_no_reason_at_one_price_and_is_one_at_twenty() {
    let run_with = |tenfold: usize, guard: &str| {
        let shop = shop_with(40);
        shop.settings(|text| format!("{text}[products.guard]\n{guard}\n"));
        let changed = |number: usize| match number {
            40 => Some(price(40) + 10),
            _ => (number <= tenfold).then(|| price(number) * 10),
        };
        let row =
            |number: usize| Some(row(number, &format!("商品{number}番"), &changed(number)?.to_string(), "9"));
        put(&shop, NEW, &rows(40, row));
        shop.run(["import-products", "--json"])
    };
    let ran = run_with(20, "").exits(4).count("held", 21).count("updated", 0);
    ran.only_problem(
        "guard-prices",
        NEW,
        &["of the 21 products", "20 would change too much: P-001 (3590 → 35900)"],
    );
    run_with(19, "").ok().count("updated", 20);
    run_with(20, "price_rise_percent = 901").ok().count("updated", 21);
}

// Files ---------------------------------------------------------------------------------------------------------

/// What holds these rows, in a file of their own, of a shop with 60 products.
#[track_caller]
fn held_because(header: &str, rows: &str, code: &str, words: &[&str]) -> Shop {
    let shop = shop_with(60);
    shop.put_sheet(PRODUCT_INBOX, NEW, &format!("{header}\n{rows}"));
    let before = shop.shop_data();
    let ran = shop.run(["import-products", "--json"]).exits(4).outcome("held").only_problem(code, NEW, words);
    assert_eq!(ran.file_outcome(NEW), "held");
    assert_eq!(shop.shop_data(), before);
    shop
}

#[test]
fn a_file_that_unpublishes_much_of_the_shop_is_held() {
    let hidden = |count: usize| -> String {
        (1..=count).map(|number| format!("P-{number:03},S-{number:03},0\n")).collect()
    };
    let shop = held_because(
        "商品コード,SKUコード,掲載フラグ",
        &hidden(13),
        "guard-unpublish",
        &["13 of the 60 published", "21 %", "20 %"],
    );
    shop.run(["held", "approve", "1"]).ok();
    shop.check_rows("SELECT count(*) FROM products WHERE published = 0", &["13"]);
    held_because(
        "商品コード,SKUコード,掲載フラグ,商品名",
        &rows_of("", 60),
        "guard-unpublish",
        &["60 of the 60"],
    );
    let shop = shop_with(60);
    shop.put_sheet(PRODUCT_INBOX, NEW, &format!("商品コード,SKUコード,掲載フラグ\n{}", hidden(12)));
    shop.run(["import-products"]).ok();
}

/// Published, with this name.
fn rows_of(name: &str, count: usize) -> String {
    (1..=count).map(|number| format!("P-{number:03},S-{number:03},1,{name}\n")).collect()
}

#[test]
fn the_files_of_a_day_unpublish_together_no_more_than_one_may() {
    let mut shop = shop_with(60);
    let slice = |from: usize| -> String {
        (from..from + 6).map(|number| format!("P-{number:03},S-{number:03},0\n")).collect()
    };
    for (index, from) in (1..60).step_by(6).enumerate() {
        let name = format!("product202611241{index:02}000.csv");
        shop.put_sheet(PRODUCT_INBOX, &name, &format!("商品コード,SKUコード,掲載フラグ\n{}", slice(from)));
    }
    shop.at("2026-11-24 20:00:00").run(["import-products"]).exits(4);
    shop.check_rows("SELECT count(*) FROM products WHERE published = 0", &["12"]);
    // The next day is another one.
    shop.put_sheet(
        PRODUCT_INBOX,
        "product20261126100000.csv",
        &format!("商品コード,SKUコード,掲載フラグ\n{}", slice(31)),
    );
    shop.set_remote_time(&format!("{PRODUCT_INBOX}/product20261126100000.csv"), "2026-11-26 10:00:00");
    shop.at("2026-11-26 10:10:00").run(["import-products"]).ok();
}

#[test]
fn a_file_that_moves_skus_to_other_products_is_held() {
    // The column of SKUs is one row too low.
    let shifted: String =
        (1..=60).map(|number| format!("P-{number:03},S-{:03},商品{number}番\n", number % 60 + 1)).collect();
    held_because(
        "商品コード,SKUコード,商品名",
        &shifted,
        "guard-move",
        &["60 of this file's 60 rows (100 %, the limit is 5 %)"],
    );
    // Without it, each product would get a SKU of its own code beside the one that it has.
    let without: String = (1..=60).map(|number| format!("P-{number:03},商品{number}番\n")).collect();
    let shop =
        held_because("商品コード,商品名", &without, "guard-columns", &["the last one had: SKUコード;"]);
    shop.put_sheet(PRODUCT_INBOX, "names.csv", &format!("商品コード,商品名\n{without}"));
    let ran = shop.run(["import-products", "--json"]).exits(4);
    ran.only_problem("guard-move", "names.csv", &["60 of this file's 60 rows"]);
    // New products without a name.
    let nameless: String = (1..=9).map(|number| format!("Q-{number:03},S-Q{number:03},500\n")).collect();
    held_because("商品コード,SKUコード,販売価格", &nameless, "guard-move", &["9 of this file's 9 rows"]);
    let shop = shop_with(60);
    shop.put_sheet(PRODUCT_INBOX, NEW, "商品コード,SKUコード\nP-001,S-002\nP-003,S-004\n");
    shop.run(["import-products"]).ok();
}

#[test]
fn names_that_belong_to_others_hold_a_file() {
    // All but the last.
    let name = |number: usize| if number == 60 { 60 } else { number % 59 + 1 };
    let shifted: String =
        (1..=60).map(|number| format!("P-{number:03},S-{number:03},商品{}番\n", name(number))).collect();
    held_because("商品コード,SKUコード,商品名", &shifted, "guard-names", &["59 of its 60 products"]);
    // Each day's work: a word before all names.
    let shop = shop_with(60);
    let sale: String =
        (1..=60).map(|number| format!("P-{number:03},S-{number:03},【送料無料】商品{number}番\n")).collect();
    shop.put_sheet(PRODUCT_INBOX, NEW, &format!("商品コード,SKUコード,商品名\n{sale}"));
    shop.run(["import-products", "--json"]).ok().count("updated", 60);
}

fn put_as(shop: &Shop, name: &str, rows: &str) {
    shop.put_sheet(PRODUCT_INBOX, name, &format!("商品コード,商品名,販売価格\n{rows}"));
}

#[test]
fn another_shops_products_are_held() {
    let others: String = (1..=50).map(|number| format!("XQ{number:05},ほかの商品{number},700\n")).collect();
    let shop = held_because(
        "商品コード,商品名,販売価格",
        &others,
        "guard-strangers",
        &["(new 50, known 0; the shop has 60)"],
    );
    // Some of its codes are ours, for something else.
    let few: String = (1..=9).map(|number| format!("P-{number:03},茶碗,700\n")).collect();
    let others: String = (1..=10).map(|number| format!("P-9{number:02},急須,700\n")).collect();
    put_as(&shop, "goods20261124100500.csv", &format!("{few}{others}"));
    shop.run(["import-products", "--json"]).exits(4).has_code("guard-strangers");
    // A season's new products are fewer, or come beside those that are there.
    let season: String = (1..=25).map(|number| format!("N-{number:03},秋の商品{number},700\n")).collect();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product20261124101000.csv",
        &format!("商品コード,商品名,販売価格\n{season}"),
    );
    shop.run(["import-products", "--json"]).ok().count("created", 25);
}

#[test]
fn the_shape_guards_are_switched_off_by_their_limits() {
    let shop = shop_with(60);
    shop.settings(|text| format!("{text}[products.guard]\nunpublish_percent = 100\nmove_percent = 100\n"));
    let rows: String = (1..=60)
        .map(|number| format!("P-{number:03},S-{:03},商品{},0\n", number % 60 + 1, number % 60 + 1))
        .collect();
    shop.put_sheet(PRODUCT_INBOX, NEW, &format!("商品コード,SKUコード,商品名,掲載フラグ\n{rows}"));
    shop.run(["import-products", "--json"]).ok().count("updated", 60);
}

#[test]
fn a_file_that_lost_a_column_without_which_something_else_would_be_written_is_held() {
    let mut shop = Shop::new();
    shop.setting("[products]\n", "[products]\nshop_block = \"その他1号店\"\n");
    let names = "商品コード,SKUコード,商品名,販売価格,その他1号店販売価格";
    shop.put_sheet(
        PRODUCT_INBOX,
        "product1.csv",
        &format!("{names}\nA-1,A-1-赤,皿,1000,1100\nB-1,B-1,椀,500,600\n"),
    );
    shop.run(["import-products"]).ok();
    let held = |shop: &mut Shop, at: &str, sheet: &str, name: &str| {
        shop.put_sheet(PRODUCT_INBOX, "product2.csv", sheet);
        let ran = shop.at(at).run(["import-products", "--json"]).exits(4);
        ran.only_problem("guard-columns", "product2.csv", &[&format!("that the last one had: {name};")]);
    };
    // The common price would count.
    let sheet = "商品コード,SKUコード,商品名,販売価格\nA-1,A-1-赤,皿,1000\n";
    held(&mut shop, "2026-11-24 10:30:00", sheet, "販売価格");
    // A SKU `A-1` would come beside A-1-赤.
    let sheet = "商品コード,商品名,販売価格,その他1号店販売価格\nA-1,皿,1000,1200\n";
    held(&mut shop, "2026-11-24 10:40:00", sheet, "SKUコード");
    shop.check_rows("SELECT code FROM skus ORDER BY 1", &["A-1-赤", "B-1"]);
    // Where it changes nothing, it is none the worse for it; nor where a value is just left alone.
    shop.put_sheet(PRODUCT_INBOX, "product3.csv", "商品コード,その他1号店販売価格\nB-1,650\n");
    shop.at("2026-11-24 10:50:00").run(["import-products"]).ok();
    shop.check_rows("SELECT price FROM products ORDER BY code", &["1100", "650"]);
}

#[test]
fn a_row_of_a_held_product_that_is_wrong_in_itself_is_rejected_and_not_held() {
    let shop = shop_with(20);
    let bad = format!("{}{}", row(2, "商品2番", "2", "9"), row(2, "商品2番", "x", "9"));
    put(&shop, NEW, &format!("{}{bad}", rows(20, |_| None)));
    let ran = shop.run(["import-products", "--json"]).exits(4).count("held", 2).count("rejected", 1);
    let file = &json_of(&ran)["files"][0];
    assert_eq!((&file["applied"], &file["unchanged"]), (&json!(0), &json!(19)));
    assert_eq!(ran.codes(), ["not-a-whole-number", "rejects-kept", "rows-disagree", "guard-price"]);
    shop.run(["held", "approve", "1"]).ok();
    assert_eq!(price_of(&shop, 2), "2");
}

#[test]
fn what_the_shops_application_has_put_there_is_no_hindrance() {
    let shop = shop_with(20);
    shop.sql(
        "UPDATE products SET name = x'e79abf' WHERE code = 'P-001';
         UPDATE products SET name = NULL, price = NULL WHERE code = 'P-002';
         UPDATE products SET list_price = NULL, published = NULL WHERE code = 'P-003'",
    );
    put(&shop, NEW, &rows(20, |number| Some(row(number, &format!("商品{number}番 改"), "5000", "5500"))));
    shop.run(["import-products", "--json"])
        .exits(4)
        .count("updated", 13)
        .count("held", 7)
        .has_code("guard-price");
}

#[test]
fn an_approved_row_goes_back_when_its_run_is_undone() {
    let mut shop = shop_with(20);
    let before = shop.rows("SELECT code, name, price, list_price, published FROM products ORDER BY 1");
    put(&shop, NEW, &rows(20, |number| (number < 4).then(|| row(number, &format!("器{number}"), "2", "9"))));
    let applied = shop.run(["import-products", "--json"]).exits(4);
    let approved = shop.at("2026-11-24 10:40:00").run(["held", "approve", "1", "--json"]).ok();
    assert_eq!(price_of(&shop, 3), "2");
    for (run, at) in [(&approved, "2026-11-24 10:50:00"), (&applied, "2026-11-24 10:55:00")] {
        let run = json_of(run)["run_id"].as_str().unwrap().to_owned();
        let undone = shop.at(at).run(["undo", &run, "--json"]);
        assert!(
            ["ok", "nothing_to_do", "failed"].contains(&json_of(&undone)["outcome"].as_str().unwrap()),
            "{undone}"
        );
    }
    assert_eq!(shop.rows("SELECT code, name, price, list_price, published FROM products ORDER BY 1"), before);
}

#[test]
fn who_decided_about_rows_and_where_they_came_from_is_told() {
    let mut shop = shop_with(20);
    shop.variable("SUDO_USER", "hanako");
    put(&shop, NEW, &rows(20, |number| (number == 2).then(|| row(2, "商品2番", "2", "9"))));
    shop.run(["import-products"]).exits(4);
    shop.at("2026-11-24 10:40:00").run(["held", "approve", "1"]).ok();
    shop.check_rows(
        "SELECT state, decided_at, decided_by FROM tempostar_held",
        &["approved|2026-11-24 10:40:00|hanako"],
    );
    shop.run(["log"]).ok().says("hanako");
    shop.run(["explain", NEW]).ok().says("hanako");
    shop.run(["explain", "P-002"]).ok().says("price 6180 → 2");
}
