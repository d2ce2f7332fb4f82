//! Every column reaches the one place that is meant for it: in each file that comes or goes all values differ, and all
//! that was written is compared, so that two columns that change places are seen.

use std::fmt::Write as _;

use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, STOCK_INBOX, Shop, cp932};

// The file of orders ---------------------------------------------------------------------------------------------

/// An order of three lines to two destinations. Its amounts add up, and no two of them are the same.
#[track_caller]
fn place_order(shop: &Shop) {
    shop.payment_method("代金引換");
    shop.order("1001")
        .set("ordered_at", "2026-11-23 10:05:30")
        .set("customer_name", "佐藤 一郎")
        .set("customer_kana", "サトウ イチロウ")
        .set("customer_zip", "530-0001")
        .set("customer_address", "大阪府大阪市北区梅田1-2")
        .set("customer_tel", "06-0000-0001")
        .set("customer_fax", "06-0000-0002")
        .set("customer_email", "ichiro@buyer.example")
        .set("payment_method", "代金引換")
        .set("payment_count", "2回払い")
        .set("device", "M")
        .set("points_used", 75)
        .set("coupon_discount", 94)
        .set("shipping_fee", 775)
        .set("payment_fee", 325)
        .set("total", 11_748)
        .set("paid_at", "2026-11-24 09:07:59")
        .set("customer_note", "のし希望")
        .set("shop_note", "常連様")
        .set("free_item_3", "内祝")
        .set("free_item_4", "送らない項目")
        .set("free_item_36", "Y.S.")
        .set_shipment("recipient_name", "鈴木 花子")
        .set_shipment("recipient_kana", "スズキ ハナコ")
        .set_shipment("recipient_zip", "460-0001")
        .set_shipment("recipient_address", "愛知県名古屋市中区三の丸3-4")
        .set_shipment("recipient_tel", "052-000-0003")
        .set_shipment("recipient_fax", "052-000-0004")
        .set_shipment("delivery_method", "ゆうパック")
        .set_shipment("delivery_time", "18時-20時")
        .set_shipment("shipping_fee", 440)
        .set_shipment("payment_fee", 210)
        .set_shipment("points", 52)
        .set_shipment("coupon", 61)
        .set_shipment("total", 10_006)
        .set_shipment("is_gift", 1)
        .set_shipment("shipped_on", "2026-11-25")
        .set_shipment("delivery_date", "2026-11-27")
        .set_shipment("tracking_no", "1111-2222-3333")
        .set_shipment("message", "宅配ボックスへ")
        .line_priced("RED-M", 3, 1201, 120)
        .set_line("product_name", "藍染シャツ")
        .set_line("options", "色:赤 サイズ:M")
        .set_line("message", "名入れ")
        .line_priced("BLUE-L", 2, 2503, 250)
        .set_line("product_name", "麻のシャツ")
        .set_line("options", "色:青 サイズ:L")
        .set_line("message", "箱入り")
        .shipment("高橋 次郎")
        .set_shipment("recipient_kana", "タカハシ ジロウ")
        .set_shipment("recipient_zip", "810-0001")
        .set_shipment("recipient_address", "福岡県福岡市中央区天神5-6")
        .set_shipment("recipient_tel", "092-000-0005")
        .set_shipment("recipient_fax", "092-000-0006")
        .set_shipment("delivery_method", "宅配便")
        .set_shipment("delivery_time", "午前中")
        .set_shipment("shipping_fee", 335)
        .set_shipment("payment_fee", 115)
        .set_shipment("points", 23)
        .set_shipment("coupon", 33)
        .set_shipment("total", 1742)
        .set_shipment("is_gift", 0)
        .set_shipment("shipped_on", "2026-11-26")
        .set_shipment("delivery_date", "2026-11-28")
        .set_shipment("tracking_no", "4444-5555-6666")
        .set_shipment("message", "玄関前へ")
        .line_priced("CUP-1", 4, 307, 30)
        .set_line("product_name", "湯のみ")
        .set_line("options", "柄:波")
        .set_line("message", "割れ物")
        .insert();
}

/// Its file. 倉庫指示 is empty: the shop has no such field.
const ORDER_FILE: &str = r#""ショップ受注番号","受注日時","注文者名","注文者名カナ","注文者郵便番号","注文者住所","注文者電話番号","注文者FAX番号","注文者メールアドレス","支払方法名","支払回数名","デバイスタイプ","ポイント","クーポン","商品計税抜","消費税計","商品計税込","配送料計","決済手数料計","請求金額","入金日付","受注備考","社内備考","倉庫指示","配送先名","配送先名カナ","配送先郵便番号","配送先住所","配送先電話番号","配送先FAX番号","配送方法名","配送時間名","配送毎配送料","配送毎決済手数料","配送毎ポイント","配送毎クーポン","配送毎請求金額","ギフトフラグ","出荷日","配送日","荷物番号","配送毎連絡","商品コード","商品名","項目選択肢","数量","税抜単価","単品消費税","税込単価","商品連絡","刻印","のし名"
"12345-1001","2026/11/23 10:05","佐藤 一郎","サトウ イチロウ","530-0001","大阪府大阪市北区梅田1-2","06-0000-0001","06-0000-0002","ichiro@buyer.example","代金引換","2回払い","M","75","94","9837","980","10817","775","325","11748","2026/11/24 09:07","のし希望","常連様","","鈴木 花子","スズキ ハナコ","460-0001","愛知県名古屋市中区三の丸3-4","052-000-0003","052-000-0004","ゆうパック","18時-20時","440","210","52","61","10006","1","2026/11/25","2026/11/27","1111-2222-3333","宅配ボックスへ","RED-M","藍染シャツ","色:赤 サイズ:M","3","1201","120","1321","名入れ","Y.S.","内祝"
"12345-1001","2026/11/23 10:05","佐藤 一郎","サトウ イチロウ","530-0001","大阪府大阪市北区梅田1-2","06-0000-0001","06-0000-0002","ichiro@buyer.example","代金引換","2回払い","M","75","94","9837","980","10817","775","325","11748","2026/11/24 09:07","のし希望","常連様","","鈴木 花子","スズキ ハナコ","460-0001","愛知県名古屋市中区三の丸3-4","052-000-0003","052-000-0004","ゆうパック","18時-20時","440","210","52","61","10006","1","2026/11/25","2026/11/27","1111-2222-3333","宅配ボックスへ","BLUE-L","麻のシャツ","色:青 サイズ:L","2","2503","250","2753","箱入り","Y.S.","内祝"
"12345-1001","2026/11/23 10:05","佐藤 一郎","サトウ イチロウ","530-0001","大阪府大阪市北区梅田1-2","06-0000-0001","06-0000-0002","ichiro@buyer.example","代金引換","2回払い","M","75","94","9837","980","10817","775","325","11748","2026/11/24 09:07","のし希望","常連様","","高橋 次郎","タカハシ ジロウ","810-0001","福岡県福岡市中央区天神5-6","092-000-0005","092-000-0006","宅配便","午前中","335","115","23","33","1742","0","2026/11/26","2026/11/28","4444-5555-6666","玄関前へ","CUP-1","湯のみ","柄:波","4","307","30","337","割れ物","Y.S.","内祝"
"#;

#[test]
fn every_column_of_an_order_is_written_in_its_place() {
    let shop = Shop::new();
    shop.setting("multiple_destinations = false", "multiple_destinations = true");
    shop.settings(|text| text + "[orders.free_items]\n\"刻印\" = 36\n\"のし名\" = 3\n");
    place_order(&shop);
    shop.run(["export-orders", "--json"]).ok().count("exported", 1).count("lines", 3).no_problem();
    assert_eq!(shop.sent_orders().replace("\r\n", "\n"), ORDER_FILE);
    let name = &shop.remote_files(OUTBOX)[0];
    assert_eq!(shop.remote_bytes(&format!("{OUTBOX}/{name}")), cp932(ORDER_FILE));
}

// Files of products ----------------------------------------------------------------------------------------------

/// TEMPOSTAR's columns, besides the codes and the images, and a value for each.
const PRODUCT_COLUMNS: [(&str, &str); 40] = [
    ("商品名", "藍染シャツ"),
    ("商品名カナ", "アイゾメシャツ"),
    ("販売商品名", "手染めの藍染シャツ"),
    ("販売価格", "1101"),
    ("定価", "1502"),
    ("原価", "703"),
    ("課税対象", "1"),
    ("税率", "8.5"),
    ("国際商品識別コード", "4900000000017"),
    ("商品重量", "250.25"),
    ("メーカー", "窯元"),
    ("生産地", "岐阜"),
    ("備考", "一行目"),
    ("掲載フラグ", "0"),
    ("商品発売日", "2026/11/01"),
    ("期間販売開始日時", "2026/11/02 10:03"),
    ("期間販売終了日時", "2026/12/04 09:59:30"),
    ("最大購入数", "55"),
    ("最小購入数", "2"),
    ("注意在庫数", "6"),
    ("検索キーワード", "シャツ 藍"),
    ("ヘッダ Title", "藍染の店"),
    ("META keywords", "藍染,シャツ"),
    ("META description", "藍染のシャツです"),
    ("PCキャッチコピー", "毎日のシャツ"),
    ("SKU商品名", "藍染シャツ 赤 M"),
    ("商品SKU統一コード", "U-77"),
    ("SKU国際商品識別コード", "4900000000024"),
    ("SKU項目1タイトル", "色"),
    ("SKU項目1選択肢名", "赤"),
    ("SKU項目1選択肢コード", "R"),
    ("SKU項目2タイトル", "サイズ"),
    ("SKU項目2選択肢名", "エム"),
    ("SKU項目2選択肢コード", "M"),
    ("SKU項目3タイトル", "袖"),
    ("SKU項目3選択肢名", "短い"),
    ("SKU項目3選択肢コード", "S"),
    ("取扱いフラグ", "0"),
    ("予備1", "手洗い"),
    ("素材", "綿"),
];

/// What comes of them, up to the columns with the images and the times.
const PRODUCT: &str = "\
    code: P-1001
    name: 藍染シャツ
    kana: アイゾメシャツ
    selling_name: 手染めの藍染シャツ
    price: 1101
    list_price: 1502
    cost: 703
    taxable: 1
    tax_rate: 8.5
    jan: 4900000000017
    weight: 250.25
    maker: 窯元
    origin: 岐阜
    note: 一行目
    published: 0
    release_date: 2026-11-01
    sale_starts_at: 2026-11-02 10:03:00
    sale_ends_at: 2026-12-04 09:59:30
    max_quantity: 55
    min_quantity: 2
    low_stock_quantity: 6
    search_keywords: シャツ 藍
    title_tag: 藍染の店
    meta_keywords: 藍染,シャツ
    meta_description: 藍染のシャツです
    catch_copy: 毎日のシャツ
";

const PRODUCT_FREE_ITEMS: &str = "\n\
    free_item_7: 手洗い
    free_item_31: 綿
";

const SKU: &str = "\
    code: S-2001
    product_code: P-1001
    name: 藍染シャツ 赤 M
    unified_code: U-77
    jan: 4900000000024
    handled: 0
    option1_title: 色
    option1_name: 赤
    option1_code: R
    option2_title: サイズ
    option2_name: エム
    option2_code: M
    option3_title: 袖
    option3_name: 短い
    option3_code: S
";

/// All columns of a product file, images included, with what a value is written as. Those in `of_block` belong to the
/// shop's block.
fn product_sheet(of_block: impl Fn(&str) -> bool, written: impl Fn(&str, &str) -> String) -> String {
    let images = (1..=20).flat_map(|number| {
        [
            (format!("商品画像{number}ファイル名"), format!("f{number}.jpg")),
            (format!("商品画像{number}ALT"), format!("説明{number}")),
        ]
    });
    let columns = PRODUCT_COLUMNS.map(|(column, value)| (column.to_owned(), value.to_owned()));
    let (mut header, mut row) = ("商品コード,SKUコード".to_owned(), "P-1001,S-2001".to_owned());
    for (column, value) in columns.into_iter().chain(images) {
        let block = if of_block(&column) { "その他1号店" } else { "" };
        let _ = write!(header, ",{block}{column}");
        let _ = write!(row, ",\"{}\"", written(&column, &value));
    }
    format!("{header}\n{row}\n")
}

fn images() -> String {
    let image = |number| format!("{{\"file\":\"f{number}.jpg\",\"alt\":\"説明{number}\"}}");
    format!("    images: [{}]", (1..=20).map(image).collect::<Vec<_>>().join(","))
}

fn times(created_at: &str, updated_at: &str) -> String {
    format!("    created_at: {created_at}\n    updated_at: {updated_at}\n    tempostar_as_of: {updated_at}\n")
}

#[track_caller]
fn shop_with_free_items() -> Shop {
    let shop = Shop::new();
    shop.sql("INSERT INTO product_free_items (number, name) VALUES (31, '素材')");
    shop.setting("[products]\n", "[products]\nshop_block = \"その他1号店\"\n");
    shop.settings(|text| text + "[products.free_items]\n\"予備1\" = 7\n");
    shop
}

#[test]
fn every_column_of_a_product_file_reaches_its_own() {
    let shop = shop_with_free_items();
    let sheet = product_sheet(|column| column == "取扱いフラグ", |_, value| value.to_owned());
    shop.put_sheet(PRODUCT_INBOX, "product.csv", &sheet);
    shop.run(["import-products", "--json"]).ok().count("created", 1).count("skus_created", 1).no_problem();
    let times = times("2026-11-24 10:15:00", "2026-11-24 10:15:00");
    let product = format!("{PRODUCT}{}{PRODUCT_FREE_ITEMS}{times}", images());
    shop.check_record("products", "code = 'P-1001'", &product);
    shop.check_record("skus", "code = 'S-2001'", &format!("{SKU}{times}"));
}

#[test]
fn what_a_row_leaves_alone_stays_in_its_own_column() {
    let mut shop = shop_with_free_items();
    shop.put_sheet(PRODUCT_INBOX, "p1.csv", &product_sheet(|_| true, |_, value| value.to_owned()));
    shop.run(["import-products", "--json"]).ok().no_problem();
    // The shop's block refers to common columns that are not there, but for the names.
    shop.at("2026-11-25 10:20:00");
    let names = |column: &str, _: &str| match column {
        "商品名" => "藍のシャツ".to_owned(),
        "SKU商品名" => "藍のシャツ 赤".to_owned(),
        _ => "|com|".to_owned(),
    };
    shop.put_sheet(PRODUCT_INBOX, "p2.csv", &product_sheet(|_| true, names));
    shop.run(["import-products", "--json"]).ok().count("updated", 1).count("skus_updated", 1).no_problem();
    let times = times("2026-11-24 10:15:00", "2026-11-25 10:20:00");
    let product = format!("{PRODUCT}{}{PRODUCT_FREE_ITEMS}{times}", images());
    let product = product.replace(" name: 藍染シャツ\n", " name: 藍のシャツ\n");
    shop.check_record("products", "code = 'P-1001'", &product);
    let sku = SKU.replace("藍染シャツ 赤 M", "藍のシャツ 赤");
    shop.check_record("skus", "code = 'S-2001'", &format!("{sku}{times}"));
}

// Logistics files ------------------------------------------------------------------------------------------------

const SHIPMENT_1: [&str; 2] = ["order_shipments", "order_no = '1001' AND shipment_no = 1"];
const SHIPMENT_2: [&str; 2] = ["order_shipments", "order_no = '1001' AND shipment_no = 2"];
const ORDER: [&str; 2] = ["orders", "order_no = '1001'"];

/// Imports a logistics file, and returns which columns of these rows have another value since.
#[track_caller]
fn changes<const N: usize>(shop: &mut Shop, sheet: &str, rows: [[&str; 2]; N]) -> [Vec<String>; N] {
    let before = rows.map(|[table, which]| shop.record(table, which));
    shop.at("2026-11-24 11:20:00").put_sheet(LOGISTICS_INBOX, "status.csv", sheet);
    shop.run(["import-logistics", "--json"]).ok().no_problem();
    let mut before = before.into_iter();
    rows.map(|[table, which]| {
        let old = before.next().unwrap();
        let new = shop.record(table, which);
        new.into_iter().zip(old).filter(|(new, old)| new != old).map(|(new, _)| new).collect()
    })
}

#[test]
fn every_column_of_a_logistics_file_reaches_its_own_at_the_destination_that_is_named() {
    let mut shop = Shop::new();
    let order = shop.order("1001").set("capture_status", 1).set("captured_at", "2026-11-19 08:00:00");
    let order = order.line("A-1", 2).set_shipment("delivery_date", "2026-11-27");
    order.shipment("鈴木 花子").line("B-1", 3).set_shipment("delivery_date", "2026-11-28").insert();
    shop.run(["export-orders"]).ok();
    let lines = shop.rows("SELECT * FROM order_lines");
    let sheet = "\
ショップ受注番号,受注進捗コード,出荷日,出荷確定日,配送日,荷物番号,配送方法名,配送番号,入金日付
12345-1001,800,2026/11/20 09:01,2026/11/21 09:02,2026/11/23,1111-2222,佐川急便,2,2026/11/18 09:03
12345-1001,950,2026/11/16 09:04,,2026/11/22,3333-4444,ゆうパック,1,2026/11/15 09:05
";
    let [order, shipment_1, shipment_2] = changes(&mut shop, sheet, [ORDER, SHIPMENT_1, SHIPMENT_2]);
    assert_eq!(
        order,
        [
            "paid_at: 2026-11-15 09:05:00",
            "shipped_at: 2026-11-21 09:02:00",
            "payment_status: 1",
            "delivery_status: 1",
            "updated_at: 2026-11-24 11:20:00",
        ]
    );
    assert_eq!(
        shipment_1,
        [
            "delivery_method: ゆうパック",
            "shipped_on: 2026-11-16",
            "delivered_on: 2026-11-22",
            "tracking_no: 3333-4444",
            "shipped_in_tempostar_at: 2026-11-16 09:04:00",
            "tempostar_as_of: 2026-11-24 11:20:00",
        ]
    );
    assert_eq!(
        shipment_2,
        [
            "delivery_method: 佐川急便",
            "shipped_on: 2026-11-21",
            "delivered_on: 2026-11-23",
            "tracking_no: 1111-2222",
            "shipped_in_tempostar_at: 2026-11-21 09:02:00",
            "tempostar_as_of: 2026-11-24 11:20:00",
        ]
    );
    assert_eq!(shop.rows("SELECT * FROM order_lines"), lines);
}

#[test]
fn every_column_of_an_added_line_reaches_its_own() {
    let mut shop = Shop::new();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.order("1001").line_priced("A-1", 2, 1403, 140).set_line("options", "柄:波").insert();
    shop.run(["export-orders"]).ok();
    let sheet = "\
ショップ受注番号,受注進捗コード,配送番号,商品コード,商品名,項目選択肢,数量,税抜単価,単品消費税,税込単価
12345-1001,800,1,A-1,商品A-1,柄:波,2,1403,140,1543
12345-1001,800,1,GIFT-9,おまけ,色:青,7,1205,120,1325
";
    let [line_1] = changes(&mut shop, sheet, [["order_lines", "line_no = 1"]]);
    assert_eq!(line_1, [""; 0]);
    let added = "\
        order_no: 1001
        line_no: 2
        shipment_no: 1
        sku_code: GIFT-9
        product_name: おまけ
        options: 色:青
        quantity: 7
        unit_price_excl_tax: 1205
        unit_tax: 120
        unit_price_incl_tax: 1325
        added_by: tempostar";
    shop.check_record("order_lines", "line_no = 2", added);
}

#[test]
fn what_stands_in_an_order_is_kept_where_a_logistics_file_is_silent() {
    let mut shop = Shop::new();
    let order = shop.order("1001").set("delivery_status", 1).set("shipped_at", "2026-11-18 07:00:00");
    let order = order.set("capture_status", 1).set("captured_at", "2026-11-19 08:00:00");
    let order = order.set("paid_at", "2026-11-17 06:00:00").line("A-1", 2);
    let order = order.set_shipment("shipped_on", "2026-11-18").set_shipment("delivered_on", "2026-11-20");
    order.set_shipment("tracking_no", "1111-2222").insert();
    shop.run(["export-orders"]).ok();
    let sheet = "ショップ受注番号,受注進捗コード,荷物番号\n12345-1001,800,3333-4444\n";
    let [order, shipment] = changes(&mut shop, sheet, [ORDER, SHIPMENT_1]);
    assert_eq!(order, ["payment_status: 1", "updated_at: 2026-11-24 11:20:00"]);
    let told = ["shipped_in_tempostar_at: 2026-11-24 11:20:00", "tempostar_as_of: 2026-11-24 11:20:00"];
    assert_eq!(shipment, [["tracking_no: 3333-4444"].as_slice(), &told].concat());
}

// Stock files ----------------------------------------------------------------------------------------------------

#[test]
fn every_column_of_a_stock_file_reaches_its_own() {
    let shop = Shop::new();
    // Codes that are numbers, too, and a SKU that has no stock yet.
    for sku in ["34", "57"] {
        shop.product(sku);
    }
    shop.sql("INSERT INTO stock (sku_code, quantity, allocated) VALUES ('34', 9, 2)");
    shop.order("1001").line("34", 5).line("57", 3).insert();
    shop.put_sheet(
        STOCK_INBOX,
        "stock.csv",
        "商品コード,在庫数,更新日時\n34,1201,20261124093000\n57,1302,20261124094500\n",
    );
    shop.set_remote_time(&format!("{STOCK_INBOX}/stock.csv"), "2026-11-24 10:10:00");
    shop.run(["import-stock", "--json"]).ok().count("changed", 2).no_problem();
    shop.check_rows(
        "SELECT sku_code, quantity, allocated, as_of, updated_at FROM stock ORDER BY sku_code",
        &[
            "34|1201|5|2026-11-24 10:10:00|2026-11-24 10:15:00",
            "57|1302|3|2026-11-24 10:10:00|2026-11-24 10:15:00",
        ],
    );
    shop.check_rows(
        "SELECT sku_code, line, old_quantity, old_allocated, quantity, allocated
         FROM tempostar_stock_history ORDER BY sku_code",
        // The order had made the allocation 7.
        &["34|2|9|7|1201|5", "57|3|NULL|NULL|1302|3"],
    );
}
