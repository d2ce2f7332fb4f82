//! The sample sheets in `examples/` are accepted as they are.

use crate::harness::Shop;

const SHEETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/sheets");

#[test]
fn every_sample_sheet_is_accepted() {
    let shop = Shop::new();
    shop.sql("INSERT INTO product_free_items (number, name) VALUES (1, '予備1'), (2, '素材')");
    let import = |job: &str, sheet: &str| shop.run([job, "--json", "--file", &format!("{SHEETS}/{sheet}")]);
    import("import-products", "product.csv").ok().count("created", 2).count("rejected", 0);
    shop.check_rows(
        "SELECT code, name FROM products ORDER BY code",
        &["0012|髙砂の表札① ～檜～", "A-1|能登の藍染Tシャツ"],
    );
    import("import-stock", "stock.csv").ok().count("changed", 5).count("unknown", 0);
    shop.check_stock("A-1-NAVY-L", -1, 0);
    for order_no in ["1001", "ORDER-100#2.1"] {
        shop.order(order_no).line("0012", 1).insert();
    }
    shop.mark_all_sent();
    import("import-logistics", "logistics.csv").ok().count("shipped", 1).count("rejected", 0);
}

#[test]
fn the_sample_order_is_what_the_export_writes() {
    let shop = Shop::new();
    shop.order("1001")
        .line_priced("A-1-RED", 2, 2000, 200)
        .set_line("product_name", "藍染Tシャツ 赤 M")
        .set_line("options", "カラー:赤 サイズ:M")
        .line_priced("0012", 1, 5000, 500)
        .set_line("product_name", "髙砂の表札① ～檜～")
        .set("ordered_at", "2026-11-24 09:20:00")
        .set("customer_name", "髙橋 花子")
        .set("customer_kana", "タカハシ ハナコ")
        .set("customer_zip", "150-0001")
        .set("customer_address", "東京都渋谷区神宮前1〜2 表参道ビル")
        .set("customer_email", "hanako@customer.example")
        .set("device", "S")
        .set("customer_note", "玄関前に\n置いてください")
        .set_shipment("recipient_name", "髙橋 花子")
        .set_shipment("recipient_kana", "タカハシ ハナコ")
        .set_shipment("recipient_zip", "150-0001")
        .set_shipment("recipient_address", "東京都渋谷区神宮前1〜2 表参道ビル")
        .set_shipment("delivery_date", "2026-11-28")
        .insert();
    shop.run(["export-orders"]).ok();
    let sample = std::fs::read(format!("{SHEETS}/order.csv")).unwrap();
    assert_eq!(shop.sent_orders(), crate::harness::from_cp932(&sample));
}
