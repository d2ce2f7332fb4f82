//! The support bundle: what helps from afar is in it, what nobody else may read is not.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::harness::{STOCK_INBOX, Shop};

/// Stands wherever a secret or a person's data can stand.
const CANARY: &str = "CANARY";

fn bundle(shop: &Shop) -> (String, Value) {
    let text = fs::read_to_string(shop.path("bundle.json")).unwrap();
    let json = serde_json::from_str(&text).unwrap();
    (text, json)
}

#[test]
fn the_bundle_tells_how_things_are_made_and_nothing_of_what_is_in_them() {
    let shop = Shop::new();
    shop.payment_method("銀行振込");
    shop.product("CANARY-SKU");
    shop.sql(
        "CREATE TABLE members (name TEXT, address TEXT);
         INSERT INTO members VALUES ('CANARY太郎', 'CANARY 1-2-3');",
    );
    let order = shop.order("1001").line("CANARY-SKU", 1);
    let columns = ["customer_name", "customer_kana", "customer_address", "customer_tel", "customer_email"];
    let order = columns.into_iter().fold(order, |order, column| order.set(column, CANARY));
    order.set_shipment("recipient_name", CANARY).set("customer_note", CANARY).set("total", 1).insert();
    shop.run(["export-orders"]).exits(3);
    // Longer than what is kept unpacked.
    let rows: String = (0..800).map(|number| format!("CANARY-{number:04},{number}\r\n")).collect();
    shop.put_sheet(
        STOCK_INBOX,
        "stock.csv",
        &format!("商品コード,在庫数,ネット枠\r\nCANARY-SKU,3,1\r\n{rows}"),
    );
    shop.run(["import-stock"]).exits(3);
    shop.setting("password_file = \"demo.pass\"", "password = \"CANARY\"\npasword = \"CANARY\"");
    shop.setting("url = \"", "url = \"ftp://CANARY:CANARY@");

    let ran = shop.run(["check-settings", "--bundle", "bundle.json"]).exits(6);
    ran.says("written for the support: bundle.json. In it: the result of these checks, ");
    let (text, json) = bundle(&shop);
    assert!(!text.contains(CANARY), "{text}");
    assert_eq!(fs::metadata(shop.path("bundle.json")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(json["program"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["settings"]["ftp.demo.password"], "…");
    assert_eq!(json["settings"]["ftp.demo.pasword"], "…");
    assert_eq!(json["settings"]["shop.code"], "12345");
    assert_eq!(json["check_settings"]["checks"][0]["id"], "settings");
}

#[test]
fn the_bundle_has_the_state_the_tables_and_the_newest_files_columns() {
    let shop = Shop::new();
    shop.product("A-1");
    let rows: String = (0..800).map(|number| format!("B-{number:04},{number}\r\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数,ネット枠\r\nA-1,3,1\r\n{rows}"));
    shop.run(["import-stock"]).exits(3);
    shop.run(["check-settings", "--offline", "--bundle", "bundle.json"]);
    let (_, json) = bundle(&shop);
    assert_eq!(json["status"]["command"], "status");
    let tables = json["tables"].as_array().unwrap();
    let skus = tables.iter().find(|table| table["name"] == "skus").unwrap();
    assert_eq!((&skus["type"], &skus["rows"]), (&"table".into(), &1.into()));
    assert!(
        skus["sql"].as_str().unwrap().contains("product_code TEXT NOT NULL REFERENCES products (code)"),
        "{skus}"
    );
    let expected = serde_json::json!([{
        "job": "import-stock",
        "name": "stock.csv",
        "encoding": "cp932",
        "columns": ["商品コード", "在庫数", "ネット枠"],
    }]);
    assert_eq!(json["newest_files"], expected);
    let looked_at = json["check_settings"]["checks"].as_array().unwrap();
    let stock = looked_at.iter().find(|check| check["id"] == "stock-file").unwrap();
    assert!(stock["message"].as_str().unwrap().contains("stock.csv"), "{stock}");
}
