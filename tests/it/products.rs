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
fn a_line_break_in_a_text_is_kept() {
    let shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,備考\nA-1,\"一行目\n二行目\"\n");
    shop.run(["import-products"]).ok();
    shop.check_rows("SELECT note FROM products", &["一行目\r\n二行目"]);
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
fn a_column_without_a_home_is_named_once_in_a_run() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "product1.csv", "商品コード,謎の列,商品名\nA-1,x,皿\nA-2,y,鉢\n");
    shop.at("2026-11-24 10:20:00");
    shop.put_sheet(PRODUCT_INBOX, "product2.csv", "商品コード,謎の列,商品名\nA-3,x,椀\n");
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.only_problem("unknown-columns", "product1.csv", &["(1): 謎の列\n"]);
    shop.check_rows("SELECT code, name FROM products ORDER BY code", &["A-1|皿", "A-2|鉢", "A-3|椀"]);
}

#[test]
fn columns_without_a_home_are_named_for_every_file() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "product1.csv", "商品コード,謎の列\nA-1,x\n");
    shop.at("2026-11-24 10:20:00");
    shop.put_sheet(PRODUCT_INBOX, "product2.csv", "商品コード,別の列\nA-2,x\n");
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.problem("unknown-columns", "product1.csv", &["(1): 謎の列\n"]).problem(
        "unknown-columns",
        "product2.csv",
        &["(1): 別の列\n"],
    );
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
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.only_problem("rows-disagree", "product.csv", &["(1)", ": T-1\n"]);
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
        .problem("not-a-whole-number", "product.csv: line 41: 販売価格", &["\"千円\""]);
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

// Free items -----------------------------------------------------------------------------------------------------

#[test]
fn a_mapped_column_that_the_file_lacks_is_named() {
    let shop = Shop::new();
    shop.settings(|text| text + "[products.free_items]\n\"予備1\" = 1\n\"予備2\" = 2\n");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,予備2\nA-1,x\n");
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.only_problem("mapped-column-missing", "product.csv", &[": 予備1\n"]);
    shop.check_rows("SELECT free_item_1, free_item_2 FROM products", &["NULL|x"]);
}

#[test]
fn the_mapping_comes_before_the_name() {
    // The free item 1 is mapped to another column: the column of its own name has no home then.
    let shop = Shop::new();
    shop.sql("INSERT INTO product_free_items (number, name) VALUES (1, '素材')");
    shop.settings(|text| text + "[products.free_items]\n\"予備1\" = 1\n");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,素材,予備1\nA-1,綿,麻\n");
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.only_problem("unknown-columns", "product.csv", &["(1): 素材\n"]);
    shop.check_rows("SELECT free_item_1 FROM products", &["麻"]);
}

#[test]
fn a_column_without_a_free_item_of_its_name_is_named_and_left_out() {
    let shop = Shop::new();
    shop.sql("INSERT INTO product_free_items (number, name) VALUES (1, '素材')");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,素材,素材2\nA-1,綿,麻\n");
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.only_problem("unknown-columns", "product.csv", &["(1): 素材2\n"]);
    shop.check_rows("SELECT free_item_1 FROM products", &["綿"]);
}

#[test]
fn a_free_item_may_stand_in_the_shops_block_only() {
    let shop = Shop::new();
    shop.setting("[products]\n", "[products]\nshop_block = \"その他1号店\"\n");
    shop.sql("INSERT INTO product_free_items (number, name) VALUES (1, '素材')");
    shop.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,その他1号店：素材\nA-1,綿\n");
    shop.run(["import-products", "--json"]).ok().no_problem();
    shop.check_rows("SELECT free_item_1 FROM products", &["綿"]);
}

#[test]
fn all_50_free_items_are_filled_and_there_is_no_51st() {
    let shop = Shop::new();
    for number in 1..=50 {
        shop.sql(&format!("INSERT INTO product_free_items (number, name) VALUES ({number}, '項目{number}')"));
    }
    assert!(shop.db().execute("INSERT INTO product_free_items VALUES (51, '項目51')", []).is_err());
    let of = |value: &dyn Fn(usize) -> String| (1..=51).map(value).collect::<Vec<_>>().join(",");
    let sheet = format!("商品コード,{}\nA-1,{}\n", of(&|n| format!("項目{n}")), of(&|n| format!("値{n}")));
    shop.put_sheet(PRODUCT_INBOX, "product.csv", &sheet);
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.only_problem("unknown-columns", "product.csv", &["(1): 項目51\n"]);
    for number in 1..=50 {
        shop.check_rows(&format!("SELECT free_item_{number} FROM products"), &[&format!("値{number}")]);
    }
}

#[test]
fn a_mapping_beyond_50_or_to_one_number_twice_is_refused() {
    for (mapping, code, words) in [
        ("\"予備\" = 51", "settings-out-of-range", "from 1 to 50"),
        ("\"予備1\" = 7\n\"予備2\" = 7", "free-item-twice", "予備1"),
    ] {
        let shop = Shop::new();
        shop.settings(|text| text + "[products.free_items]\n" + mapping + "\n");
        let ran = shop.run(["import-products", "--json"]).exits(6);
        let key = mapping.lines().last().unwrap().split('"').nth(1).unwrap();
        let place =
            shop.setting_place(mapping.lines().last().unwrap(), &format!("products.free_items.{key}"));
        ran.only_problem(code, &place, &[words]);
    }
}

// SKUs -----------------------------------------------------------------------------------------------------------

#[test]
fn a_sku_may_have_three_options_or_none() {
    let shop = Shop::new();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,SKUコード,SKU項目1タイトル,SKU項目1選択肢名,SKU項目1選択肢コード,SKU項目2タイトル,SKU項目2選択肢名,\
         SKU項目2選択肢コード,SKU項目3タイトル,SKU項目3選択肢名,SKU項目3選択肢コード\n\
         T-1,T-1-RMS,色,赤,R,サイズ,M,02,袖,短,S\n\
         0012,,,,,,,,,,\n",
    );
    shop.run(["import-products"]).ok();
    shop.check_rows(
        "SELECT code, product_code, option1_title, option1_name, option1_code, option2_title, option2_name,
                option2_code, option3_title, option3_name, option3_code
         FROM skus ORDER BY code",
        &[
            "0012|0012|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
            "T-1-RMS|T-1|色|赤|R|サイズ|M|02|袖|短|S",
        ],
    );
}

#[test]
fn a_sku_moves_to_another_product_with_its_stock() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", "商品コード,SKUコード\nT-1,S-1\nT-1,S-2\n");
    shop.run(["import-products"]).ok();
    shop.sql("INSERT INTO stock (sku_code, quantity) VALUES ('S-2', 4)");
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(PRODUCT_INBOX, "p2.csv", "商品コード,SKUコード\nT-1,S-1\nT-2,S-2\n");
    let moves = "note[skus-moved]: p2.csv: SKUs that have moved to another product (1): S-2 (T-1 → T-2)\n";
    shop.run(["import-products", "--dry-run"]).ok().says(moves);
    shop.run(["import-products", "--json"]).ok().count("created", 1).count("skus_updated", 1).says(moves);
    shop.check_rows("SELECT code, product_code FROM skus ORDER BY code", &["S-1|T-1", "S-2|T-2"]);
    shop.check_rows("SELECT code FROM products ORDER BY code", &["T-1", "T-2"]);
    shop.check_sellable("S-2", 4);
}

#[test]
fn a_sku_that_the_shop_handles_again_can_be_sold_again() {
    let mut shop = Shop::new();
    shop.product_in_stock("A-1", 5);
    shop.setting("[products]\n", "[products]\nshop_block = \"その他1号店\"\n");
    for (day, flag, sellable) in [(25, "0", 0), (26, "1", 5), (27, "0", 0), (28, "", 5)] {
        shop.at(&format!("2026-11-{day} 10:15:00"));
        let sheet = format!("商品コード,その他1号店取扱いフラグ\nA-1,{flag}\n");
        shop.put_sheet(PRODUCT_INBOX, &format!("p{day}.csv"), &sheet);
        shop.run(["import-products", "--json"]).ok().count("skus_updated", 1);
        shop.check_sellable("A-1", sellable);
    }
}

#[test]
fn com_without_a_common_column_leaves_the_value_alone() {
    let shop = Shop::new();
    shop.setting("[products]\n", "[products]\nshop_block = \"その他1号店\"\n");
    shop.put_sheet(
        PRODUCT_INBOX,
        "p1.csv",
        "商品コード,商品名,販売価格,税率,SKU商品名,取扱いフラグ,商品画像1ファイル名\nA-1,皿,100,8.5,白,0,f.jpg\n",
    );
    shop.run(["import-products"]).ok();
    let before = shop.shop_data();
    shop.put_sheet(
        PRODUCT_INBOX,
        "p2.csv",
        "商品コード,その他1号店商品名,その他1号店販売価格,その他1号店税率,その他1号店SKU商品名,\
         その他1号店取扱いフラグ,その他1号店商品画像1ファイル名\n\
         A-1,|com|,|com|,|com|,|com|,|com|,|com|\n",
    );
    shop.run(["import-products", "--json"]).ok().count("unchanged", 1);
    assert_eq!(shop.shop_data(), before);
    // A product that is new has nothing that could be left alone; it is handled, as any other.
    let sheet = "商品コード,その他1号店商品名,その他1号店取扱いフラグ\nA-2,|com|,|com|\nA-1,鉢,\n";
    shop.put_sheet(PRODUCT_INBOX, "p3.csv", sheet);
    shop.run(["import-products", "--json"]).ok().count("created", 1).count("updated", 1);
    shop.check_rows(
        "SELECT products.code, products.name, price, handled
         FROM products JOIN skus ON skus.code = products.code
         ORDER BY products.code",
        &["A-1|鉢|100|1", "A-2|NULL|NULL|1"],
    );
}

// Images ---------------------------------------------------------------------------------------------------------

/// The product's images after each of these files.
#[track_caller]
fn check_images(steps: &[(&str, &str, &str)]) {
    let mut shop = Shop::new();
    for (number, (columns, values, images)) in (10..).zip(steps) {
        shop.at(&format!("2026-11-{number} 10:15:00"));
        shop.put_sheet(
            PRODUCT_INBOX,
            &format!("p{number}.csv"),
            &format!("商品コード,{columns}\nA-1,{values}\n"),
        );
        shop.run(["import-products"]).ok();
        shop.check_rows("SELECT images FROM products", &[images]);
    }
}

#[test]
fn an_image_keeps_its_number_across_a_gap() {
    check_images(&[
        (
            "商品画像1ファイル名,商品画像2ファイル名,商品画像4ファイル名,商品画像4ALT",
            ",b.jpg,d.jpg,裏",
            r#"[{"file":"b.jpg","alt":"","number":2},{"file":"d.jpg","alt":"裏","number":4}]"#,
        ),
        // Another file has the text of one image only: it goes to that image, and the others stay.
        (
            "商品画像2ALT",
            "表",
            r#"[{"file":"b.jpg","alt":"表","number":2},{"file":"d.jpg","alt":"裏","number":4}]"#,
        ),
        (
            "商品画像1ファイル名,商品画像3ファイル名",
            "a.jpg,c.jpg",
            r#"[{"file":"a.jpg","alt":""},{"file":"b.jpg","alt":"表"},{"file":"c.jpg","alt":""},{"file":"d.jpg","alt":"裏"}]"#,
        ),
        (
            "商品画像2ファイル名",
            "",
            r#"[{"file":"a.jpg","alt":""},{"file":"c.jpg","alt":"","number":3},{"file":"d.jpg","alt":"裏","number":4}]"#,
        ),
        ("商品画像1ファイル名,商品画像3ファイル名,商品画像4ファイル名,商品画像20ファイル名", ",,,", "NULL"),
    ]);
}

#[test]
fn an_image_column_that_is_absent_leaves_its_image_alone() {
    check_images(&[
        ("商品画像1ファイル名,商品画像1ALT", "a.jpg,正面", r#"[{"file":"a.jpg","alt":"正面"}]"#),
        ("商品名", "皿", r#"[{"file":"a.jpg","alt":"正面"}]"#),
        (
            "商品画像2ファイル名,商品画像2ALT",
            "b.jpg,裏",
            r#"[{"file":"a.jpg","alt":"正面"},{"file":"b.jpg","alt":"裏"}]"#,
        ),
        ("商品画像1ALT", "", r#"[{"file":"a.jpg","alt":""},{"file":"b.jpg","alt":"裏"}]"#),
    ]);
}

// Products that are missing --------------------------------------------------------------------------------------

/// What `status` lists as missing from the newest full file.
#[track_caller]
fn missing(shop: &Shop) -> serde_json::Value {
    let mut missing = shop.run(["status", "--json"]).json()["hand_work"]["products_missing"].clone();
    missing.as_object_mut().unwrap().remove("what");
    missing
}

fn sheet_of(numbers: impl IntoIterator<Item = usize>) -> String {
    numbers
        .into_iter()
        .fold("商品コード,商品名\n".to_owned(), |sheet, n| sheet + &format!("P-{n:02},皿{n}\n"))
}

#[test]
fn products_missing_from_the_newest_full_file_are_listed_until_they_are_deleted_or_come_back() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", &sheet_of(1..=10));
    shop.run(["import-products"]).ok();
    assert_eq!(missing(&shop), serde_json::json!({"count": 0, "first": []}));
    shop.run(["status"]).ok().never_says("missing from");

    shop.at("2026-11-25 10:15:00").put_sheet(PRODUCT_INBOX, "p2.csv", &sheet_of(3..=12));
    shop.run(["import-products"]).ok();
    assert_eq!(missing(&shop), serde_json::json!({"count": 2, "first": ["P-01", "P-02"]}));
    shop.run(["status"]).ok().says("newest full file: 2").says("P-01, P-02");

    // A file with a few changed products says nothing about the others, but those that it has are there again.
    shop.at("2026-11-26 10:15:00").put_sheet(PRODUCT_INBOX, "p3.csv", &sheet_of([2, 3]));
    shop.run(["import-products"]).ok();
    assert_eq!(missing(&shop)["first"], serde_json::json!(["P-01"]));

    shop.sql("DELETE FROM skus WHERE code = 'P-01'; DELETE FROM products WHERE code = 'P-01'");
    assert_eq!(missing(&shop)["count"], 0);
}

#[test]
fn an_old_full_file_fed_in_by_hand_does_not_make_newer_products_missing() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "p20261124100000.csv", &sheet_of(1..=6));
    shop.run(["import-products"]).ok();
    shop.at("2026-11-25 10:15:00").put_sheet(PRODUCT_INBOX, "p20261125100000.csv", &sheet_of(1..=8));
    shop.run(["import-products"]).ok();
    shop.write("p20261124100000.csv", &cp932(&sheet_of(1..=6)));
    shop.run(["import-products", "--file", "p20261124100000.csv"]).ok();
    assert_eq!(missing(&shop)["count"], 0);
}

#[test]
fn a_product_whose_row_is_rejected_is_not_missing() {
    let mut shop = Shop::new();
    shop.setting("[products]\n", "[products]\nmax_bad_rows_percent = 50\n");
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", "商品コード,販売価格\nA-1,1\nA-2,1\nA-3,1\n");
    shop.run(["import-products"]).ok();
    shop.at("2026-11-25 10:15:00");
    shop.put_sheet(PRODUCT_INBOX, "p2.csv", "商品コード,販売価格\nA-1,1\nA-2,x\n");
    shop.run(["import-products"]).exits(3);
    assert_eq!(missing(&shop)["first"], serde_json::json!(["A-3"]));
}

#[test]
fn the_first_ten_missing_products_are_named() {
    let mut shop = Shop::new();
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", &sheet_of(1..=30));
    shop.run(["import-products"]).ok();
    shop.at("2026-11-25 10:15:00").put_sheet(PRODUCT_INBOX, "p2.csv", &sheet_of(13..=30));
    shop.run(["import-products", "--dry-run"]).ok();
    assert_eq!(missing(&shop)["count"], 0, "a dry run notes nothing");
    shop.run(["import-products"]).ok();
    let missing = missing(&shop);
    assert_eq!((&missing["count"], missing["first"].as_array().unwrap().len()), (&12.into(), 10));
    shop.run(["status"]).ok().says("newest full file: 12").says("P-10, …").never_says("P-11");
}

#[test]
fn rows_that_disagree_are_named_wherever_they_stand() {
    let shop = Shop::new();
    shop.put_sheet(
        PRODUCT_INBOX,
        "product.csv",
        "商品コード,商品名,税率,SKUコード\nT-1,シャツ,10,S-1\nT-2,皿,8,S-2\nT-1,シャツ,10.0,S-3\nT-2,鉢,8,S-4\n",
    );
    let ran = shop.run(["import-products", "--json"]).ok();
    ran.only_problem("rows-disagree", "product.csv", &["(1)", ": T-2\n"]);
    shop.check_rows("SELECT code, name FROM products ORDER BY code", &["T-1|シャツ", "T-2|鉢"]);
}
