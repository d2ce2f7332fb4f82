//! `import-products`: TEMPOSTAR's product files become the shop's products and SKUs.

use crate::harness::{PRODUCT_INBOX, Shop, cp932};

const ALL_PRODUCTS: &str = "SELECT code, name, price, list_price, published FROM products ORDER BY code";

#[test]
fn a_product_registered_in_tempostar_appears() {
    let shop = Shop::new();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product20261124100000.csv",
        "\"商品コード\",\"商品名\",\"販売価格\",\"定価\",\"掲載フラグ\"\n\
         \"0012\",\"髙橋の①番～表\",\"1100\",\"1500\",\"1\"\n\
         \"A-1\",\"皿\",\"550\",\"\",\"0\"\n",
    );
    shop.run(["import-products", "--json"]).ok().outcome("ok").count("created", 2).count("rejected", 0);
    shop.check_rows(ALL_PRODUCTS, &["0012|髙橋の①番～表|1100|1500|1", "A-1|皿|550|NULL|0"]);
    shop.check_rows(
        "SELECT code, product_code, handled FROM skus ORDER BY code",
        &["0012|0012|1", "A-1|A-1|1"],
    );
}

#[test]
fn every_product_column_finds_its_home() {
    let shop = Shop::new();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,商品名,商品名カナ,販売商品名,原価,課税対象,税率,国際商品識別コード,商品重量,メーカー,生産地,備考,\
         商品発売日,期間販売開始日時,期間販売終了日時,最大購入数,最小購入数,注意在庫数,検索キーワード,ヘッダ Title,\
         META keywords,META description,PCキャッチコピー\n\
         A-1,皿,サラ,白い皿,300,1,10,4900000000017,250,窯元,岐阜,\"一行目\n二行目\",2026/11/01,2026/11/01 10:00,\
         2026-12-01 09:59:30,5,1,3,皿 食器,白い皿,皿,白い皿です,毎日の皿\n",
    );
    shop.run(["import-products", "--json"]).ok();
    shop.check_rows(
        "SELECT kana, selling_name, cost, taxable, tax_rate, jan, weight, maker, origin FROM products",
        &["サラ|白い皿|300|1|10|4900000000017|250|窯元|岐阜"],
    );
    shop.check_rows(
        "SELECT release_date, sale_starts_at, sale_ends_at, max_quantity, min_quantity, low_stock_quantity
         FROM products",
        &["2026-11-01|2026-11-01 10:00:00|2026-12-01 09:59:30|5|1|3"],
    );
    shop.check_rows(
        "SELECT search_keywords, title_tag, meta_keywords, meta_description, catch_copy FROM products",
        &["皿 食器|白い皿|皿|白い皿です|毎日の皿"],
    );
    let note = shop.value("SELECT note FROM products");
    assert_eq!(note.replace("\r\n", "\n"), "一行目\n二行目");
}

#[test]
fn the_rows_of_one_product_become_its_skus() {
    let shop = Shop::new();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,商品名,SKUコード,SKU商品名,商品SKU統一コード,SKU国際商品識別コード,\
         SKU項目1タイトル,SKU項目1選択肢名,SKU項目1選択肢コード,SKU項目2タイトル,SKU項目2選択肢名,SKU項目2選択肢コード\n\
         T-1,シャツ,T-1-RM,赤のM,U1,4900000000024,色,赤,R,サイズ,M,M\n\
         T-1,シャツ,T-1-BL,青のL,U2,4900000000031,色,青,B,サイズ,L,L\n",
    );
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT code, name FROM products", &["T-1|シャツ"]);
    shop.check_rows(
        "SELECT code, product_code, name, unified_code, jan, option1_title, option1_name, option1_code,
                option2_title, option2_name, option2_code, option3_title
         FROM skus ORDER BY code",
        &[
            "T-1-BL|T-1|青のL|U2|4900000000031|色|青|B|サイズ|L|L|NULL",
            "T-1-RM|T-1|赤のM|U1|4900000000024|色|赤|R|サイズ|M|M|NULL",
        ],
    );
}

#[test]
fn images_keep_their_order_and_their_texts() {
    let shop = Shop::new();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,商品画像1ファイル名,商品画像1ALT,商品画像2ファイル名,商品画像2ALT\n\
         A-1,front.jpg,正面,back.jpg,裏\n",
    );
    shop.run(["import-products"]).ok();
    let images: serde_json::Value = serde_json::from_str(&shop.value("SELECT images FROM products")).unwrap();
    let expected = serde_json::json!([
        {"file": "front.jpg", "alt": "正面"}, {"file": "back.jpg", "alt": "裏"}
    ]);
    assert_eq!(images, expected);
}

#[test]
fn free_items_are_found_by_mapping_and_by_name() {
    let shop = Shop::new();
    shop.sql("INSERT INTO product_free_items (number, name) VALUES (1, '産地メモ'), (50, '素材')");
    shop.settings(|text| text + "[products.free_items]\n\"予備1\" = 1\n");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,予備1,素材\nA-1,山の南,綿100％\n");
    shop.run(["import-products", "--json"]).ok().no_problem();
    shop.check_rows("SELECT free_item_1, free_item_50 FROM products", &["山の南|綿100％"]);
}

#[test]
fn a_column_without_a_home_is_named_once_in_a_run() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "product1.csv", "商品コード,謎の列,商品名\nA-1,x,皿\nA-2,y,鉢\n");
    shop.at("2026-11-24 10:20:00");
    shop.put_sheet(PRODUCT_INBOX, "product2.csv", "商品コード,謎の列,商品名\nA-3,x,椀\n");
    let ran = shop.run(["import-products", "--json"]).ok();
    let document = ran.json();
    let problems = document["problems"].as_array().unwrap();
    let naming = problems.iter().filter(|problem| problem["message"].as_str().unwrap().contains("謎の列"));
    assert_eq!(naming.count(), 1, "{ran}");
    shop.check_rows("SELECT code, name FROM products ORDER BY code", &["A-1|皿", "A-2|鉢", "A-3|椀"]);
}

#[test]
fn columns_without_a_home_are_named_for_every_file() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "product1.csv", "商品コード,謎の列\nA-1,x\n");
    shop.at("2026-11-24 10:20:00");
    shop.put_sheet(PRODUCT_INBOX, "product2.csv", "商品コード,別の列\nA-2,x\n");
    shop.run(["import-products"]).ok().says("謎の列").says("別の列");
}

#[test]
fn an_absent_column_leaves_the_value_alone_and_an_empty_field_clears_it() {
    let shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", "商品コード,商品名,販売価格,メーカー\nA-1,皿,100,窯元\n");
    shop.run(["import-products"]).ok();
    shop.put_sheet(PRODUCT_INBOX, "p2.csv", "商品コード,販売価格,メーカー\nA-1,200,\n");
    shop.run(["import-products", "--json"]).ok().count("updated", 1).count("created", 0);
    shop.check_rows("SELECT name, price, coalesce(maker, '') FROM products", &["皿|200|"]);
}

#[test]
fn local_edits_are_overwritten_by_the_next_file() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products"]).ok();
    shop.sql("UPDATE products SET name = '店で直した名前'");
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(PRODUCT_INBOX, "p2.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products", "--json"]).ok().count("updated", 1);
    shop.check_rows("SELECT name FROM products", &["皿"]);
}

#[test]
fn a_product_that_is_missing_from_the_file_stays() {
    let shop = Shop::new();
    shop.product("OLD-1");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT code FROM products ORDER BY code", &["A-1", "OLD-1"]);
}

#[test]
fn an_unchanged_product_is_not_touched() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", "商品コード,商品名\nA-1,皿\nA-2,鉢\n");
    shop.run(["import-products"]).ok();
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(PRODUCT_INBOX, "p2.csv", "商品コード,商品名\nA-1,皿\nA-2,大鉢\n");
    shop.run(["import-products", "--json"]).ok().count("updated", 1).count("unchanged", 1);
    shop.check_rows(
        "SELECT code, updated_at FROM products ORDER BY code",
        &["A-1|2026-11-24 10:15:00", "A-2|2026-11-25 10:15:00"],
    );
}

#[test]
fn a_new_sku_has_no_stock_until_a_stock_file_names_it() {
    let shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT count(*) FROM stock", &["0"]);
    shop.check_sellable("A-1", 0);
}

#[test]
fn the_columns_of_the_shops_block_override_the_common_ones() {
    let shop = Shop::new();
    shop.setting("[products]\n", "[products]\nshop_block = \"その他1号店\"\n");
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,商品名,販売価格,その他1号店商品名,その他1号店販売価格,その他2号店販売価格\n\
         A-1,皿,100,|com|,90,80\n",
    );
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT name, price FROM products", &["皿|90"]);
}

#[test]
fn a_sku_that_the_shop_does_not_handle_cannot_be_sold() {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    shop.setting("[products]\n", "[products]\nshop_block = \"その他1号店\"\n");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,その他1号店取扱いフラグ\nA-1,0\n");
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT handled FROM skus", &["0"]);
    shop.check_sellable("A-1", 0);
}

#[test]
fn rows_of_one_product_that_disagree_are_told_once_and_the_last_wins() {
    let shop = Shop::new();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,商品名,SKUコード\nT-1,シャツ,T-1-R\nT-1,シャツ改,T-1-B\nT-1,シャツ新,T-1-G\n",
    );
    let ran = shop.run(["import-products", "--json"]);
    let problems = ran.json()["problems"].as_array().unwrap().len();
    assert_eq!(problems, 1, "{ran}");
    shop.check_rows("SELECT name FROM products", &["シャツ新"]);
    shop.check_rows("SELECT count(*) FROM skus", &["3"]);
}

#[test]
fn a_utf_8_file_is_read_as_such() {
    let shop = Shop::new();
    shop.put(&format!("{PRODUCT_INBOX}/product_utf8.csv"), "商品コード,商品名\r\nA-1,皿〜𠮷\r\n");
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT name FROM products", &["皿〜𠮷"]);
}

#[test]
fn a_bad_row_is_rejected_and_the_others_go_on() {
    let shop = Shop::new();
    let good: String = (1..40).map(|number| format!("P-{number:02},皿{number},100\n")).collect();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        &format!("商品コード,商品名,販売価格\n{good}P-99,鉢,千円\n"),
    );
    shop.run(["import-products", "--json"])
        .exits(3)
        .outcome("partial")
        .count("created", 39)
        .count("rejected", 1)
        .problem(Some("product.csv"), Some(41), Some("販売価格"), &["千円"]);
    shop.check_rows("SELECT count(*) FROM products", &["39"]);
}

#[test]
fn an_escape_like_byte_does_not_merge_columns() {
    // 表 ends in 0x5C in CP932, which looks like a backslash.
    let shop = Shop::new();
    let mut sheet = cp932("\"商品コード\",\"商品名\",\"メーカー\"\n\"A-1\",\"表\",\"能\"\n");
    assert!(sheet.contains(&b'\\'));
    sheet.truncate(sheet.len() - 2);
    shop.put(&format!("{PRODUCT_INBOX}/product.csv"), sheet);
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT name, maker FROM products", &["表|能"]);
}
