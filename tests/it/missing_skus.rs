//! SKUs that TEMPOSTAR's newest full files do not name any more are somebody's work.

use serde_json::Value;

use crate::harness::{PRODUCT_INBOX, STOCK_INBOX, Shop};

/// The SKUs that `status` names as missing.
#[track_caller]
fn missing(shop: &Shop) -> Vec<String> {
    let ran = shop.run(["status", "--json"]).ok();
    let status: Value = serde_json::from_str(&ran.stdout).unwrap();
    let names = status["hand_work"]["skus_missing"].as_object().unwrap().values().filter_map(Value::as_array);
    names.flatten().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn put_products(shop: &mut Shop, at: &str, rows: &str) {
    shop.at(&format!("2026-11-24 {at}"));
    let name = format!("p{}.csv", at.replace(':', ""));
    shop.put_sheet(PRODUCT_INBOX, &name, &format!("商品コード,SKUコード,商品名,取扱いフラグ\n{rows}"));
}

#[track_caller]
fn put_stock(shop: &mut Shop, at: &str, rows: &str) {
    shop.at(&format!("2026-11-24 {at}"));
    shop.put_sheet(
        STOCK_INBOX,
        &format!("s{}.csv", at.replace(':', "")),
        &format!("商品コード,在庫数\n{rows}"),
    );
}

#[test]
fn a_sku_that_the_newest_full_product_file_lacks_is_named_until_a_file_names_it() {
    let mut shop = Shop::new();
    put_products(&mut shop, "10:20:00", "A,A-red,皿,1\nA,A-blue,皿,1\nB,B,椀,1\nC,C-1,鉢,1\nC,C-2,鉢,1\n");
    shop.run(["import-products"]).ok();
    assert_eq!(missing(&shop), [""; 0]);
    // C is missing as a product.
    put_products(&mut shop, "10:30:00", "A,A-red,皿,1\nB,B,椀,1\n");
    shop.run(["import-products"]).ok();
    assert_eq!(missing(&shop), ["A-blue"]);
    shop.run(["status", "--check"]).exits(3);
    shop.run(["status"]).ok().says("SKUs missing from TEMPOSTAR's newest full product or stock file: 1 (");
    // A row that is wrong names its product.
    put_products(&mut shop, "10:40:00", "A,A-red,皿,1\nA,A-blue,皿,いいえ\nB,B,椀,1\nC,C-1,鉢,1\n");
    shop.run(["import-products"]).exits(3);
    assert_eq!(missing(&shop), ["A-blue", "C-2"]);
    // A small file is no full one, and names what it names.
    put_products(&mut shop, "10:50:00", "A,A-blue,皿,1\n");
    shop.run(["import-products"]).ok();
    assert_eq!(missing(&shop), ["C-2"]);
    shop.sql("DELETE FROM skus WHERE code = 'C-2'");
    assert_eq!(missing(&shop), [""; 0]);
}

#[test]
fn a_sku_that_the_newest_full_stock_file_lacks_is_named_until_a_file_names_it() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(20);
    let rows = |of: std::ops::RangeInclusive<usize>| -> String {
        of.map(|number| format!("S-{number:03},6\n")).collect()
    };
    put_stock(&mut shop, "10:20:00", &rows(1..=20));
    shop.run(["import-stock"]).ok();
    assert_eq!(missing(&shop), [""; 0]);
    // 17 of 20 are a slice, 18 are a full file; of a row that is wrong we know that it is there.
    put_stock(&mut shop, "10:30:00", &rows(1..=17));
    shop.run(["import-stock"]).ok();
    assert_eq!(missing(&shop), [""; 0]);
    put_stock(&mut shop, "10:40:00", &format!("{}S-019,x\n", rows(1..=18)));
    shop.run(["import-stock"]).exits(3);
    assert_eq!(missing(&shop), ["S-020"]);
    // An older file takes nothing back, and neither does one that lacks it, too.
    put_stock(&mut shop, "10:35:00", &rows(1..=20));
    shop.at("2026-11-24 10:45:00").run(["import-stock"]).ok();
    assert_eq!(missing(&shop), ["S-020"]);
    put_stock(&mut shop, "10:50:00", &rows(1..=17));
    shop.run(["import-stock"]).ok();
    assert_eq!(missing(&shop), ["S-020"]);
    put_stock(&mut shop, "11:00:00", "S-020,6\n");
    shop.run(["import-stock"]).ok();
    assert_eq!(missing(&shop), [""; 0]);
}

#[test]
fn the_settings_say_what_a_full_stock_file_is() {
    for (files, expected) in [("full", vec!["S-001", "S-002"]), ("differential", vec![]), ("auto", vec![])] {
        let mut shop = Shop::new();
        shop.setting("reflect_lag", &format!("files = \"{files}\"\nreflect_lag"));
        shop.many_products_in_stock(3);
        put_stock(&mut shop, "10:20:00", "S-003,6\n");
        shop.run(["import-stock"]).ok();
        assert_eq!(missing(&shop), expected, "{files}");
    }
}

#[test]
fn a_sku_that_a_file_in_the_order_of_its_codes_lacks_is_named_wherever_it_stands() {
    let mut shop = Shop::new();
    shop.many_products_in_stock(60);
    let codes: Vec<String> = (1..=60).map(|number| format!("S-{number:03}")).collect();
    for (minute, left_out) in
        [vec![0], vec![29], vec![59], vec![0, 59], vec![40, 41], vec![]].iter().enumerate()
    {
        // A code that the shop does not have, before all of them, among them or behind them.
        for (second, stranger) in ["", "A-1", "S-030x", "Z-9"].into_iter().enumerate() {
            let named = codes
                .iter()
                .enumerate()
                .filter(|(at, _)| !left_out.contains(at))
                .map(|(_, code)| code.as_str());
            let mut rows: Vec<&str> =
                named.chain(Some(stranger).filter(|stranger| !stranger.is_empty())).collect();
            rows.sort_unstable();
            let rows: String = rows.iter().map(|code| format!("{code},5\n")).collect();
            put_stock(&mut shop, &format!("11:{minute:02}:{second:02}"), &rows);
            shop.run(["import-stock"]);
            let lacking: Vec<&String> = left_out.iter().map(|at| &codes[*at]).collect();
            assert_eq!(missing(&shop).iter().collect::<Vec<_>>(), lacking, "{stranger}");
        }
    }
}
