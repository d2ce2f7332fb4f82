//! What is exchanged: the newest files, and the orders.

use super::misconfigurations;
use super::site::Site;
use crate::harness::{LOGISTICS_INBOX, OUTBOX, PRODUCT_INBOX, STOCK_INBOX};

misconfigurations! {
    the_product_file_lacks_the_code {
        ja: "商品情報のファイルに商品コードの列がない",
        en: "the product file lacks the product code",
        site: || Site::new().after(|site| {
            site.put_sheet(PRODUCT_INBOX, "product.csv", "商品名,販売価格\n皿,1200\n");
        }),
        finds: error "products-file" "column-missing" by [Shop, Savaway] exits 6,
    }
    the_product_file_is_not_text {
        ja: "商品情報のファイルが文字コードの違うファイル、またはExcelのファイル",
        en: "the product file is of another encoding, or Excel's",
        site: || Site::new().after(|site| {
            site.put(&format!("{PRODUCT_INBOX}/product.csv"), b"\x8f\xa4\x95i\x83R\x81[\x83h\r\nA-1\xfd\r\n");
        }),
        finds: error "products-file" "undecodable" by [Shop, Savaway] exits 6,
    }
    a_mapped_column_is_not_in_the_file {
        ja: "自由項目に割り当てた列が商品情報のファイルにない",
        en: "a column that is mapped to a free item is not in the product file",
        site: || Site::new().but("[stock]", "[products.free_items]\n\"予備1\" = 1\n[stock]").after(|site| {
            site.sql("INSERT INTO product_free_items VALUES (1, '予備1')");
            site.put_sheet(PRODUCT_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
        }),
        finds: warning "products-file" "mapped-column-missing" by [Support] exits 0,
    }
    too_many_rows_of_the_product_file_are_wrong {
        ja: "商品情報のファイルに誤りのある行が多すぎる",
        en: "too many rows of the product file are wrong",
        site: || Site::new().after(|site| {
            let good: String = (3..=20).map(|number| format!("A-{number},1200\n")).collect();
            let sheet = format!("商品コード,販売価格\nA-1,千円\nA-2,1200円\n{good}");
            site.put_sheet(PRODUCT_INBOX, "product.csv", &sheet);
        }),
        finds: error "products-file" "too-many-bad-rows" by [Shop, Savaway] exits 6,
    }
    the_stock_file_has_no_rows {
        ja: "在庫情報のファイルが見出しだけ",
        en: "the stock file has a header only",
        site: || Site::new().after(|site| {
            site.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\n");
        }),
        finds: error "stock-file" "header-only" by [Shop, Savaway] exits 6,
    }
    the_stock_file_is_cut_off {
        ja: "在庫情報のファイルが途中で切れている",
        en: "the stock file is cut off",
        site: || Site::new().after(|site| {
            site.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,3\nA-2,\"1");
        }),
        finds: error "stock-file" "quote-not-closed" by [Shop, Savaway] exits 6,
    }
    a_row_of_the_stock_file_is_wrong {
        ja: "在庫情報のファイルに誤りのある行がある",
        en: "a row of the stock file is wrong",
        site: || Site::new().after(|site| {
            site.many_products_in_stock(40);
            let rows: String = (2..=40).map(|number| format!("S-{number:03},6\n")).collect();
            site.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\nS-001,なし\n{rows}"));
        }),
        finds: warning "stock-file" "rows-would-be-rejected" by [Shop, Savaway] exits 0,
    }
    the_stock_file_would_empty_the_shop {
        ja: "在庫情報のファイルを取り込むと、ほとんどの商品が売り切れになる",
        en: "the stock file would make nearly everything sold out",
        site: || Site::new().after(|site| {
            site.many_products_in_stock(40);
            let rows: String = (1..=40).map(|number| format!("S-{number:03},0\n")).collect();
            site.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
        }),
        finds: warning "stock-file" "guard-zero" by [Shop, Savaway] exits 0,
    }
    the_logistics_inbox_has_a_file_of_products {
        ja: "物流連携のフォルダに商品情報のファイルがある",
        en: "a product file lies in the inbox of logistics",
        site: || Site::new().after(|site| {
            site.put_sheet(LOGISTICS_INBOX, "product.csv", "商品コード,商品名\nA-1,皿\n");
        }),
        finds: error "logistics-file" "column-missing" by [Shop, Savaway] exits 6,
    }
    the_last_logistics_file_was_refused {
        ja: "最後に届いた物流連携のファイルを取り込めなかった",
        en: "the logistics file that came last was refused",
        site: || Site::new().after(|site| {
            site.put_sheet(LOGISTICS_INBOX, "status.csv", "受注番号,出荷日\n12345-1001,2026/11/24\n");
            site.run(["import-logistics"]).exits(3);
        }),
        with: ["--offline"],
        finds: warning "logistics-file" "column-missing" by [Shop, Savaway] exits 0,
    }
    the_amounts_of_an_order_are_wrong {
        ja: "受注の金額の計算が合わない",
        en: "the amounts of an order do not add up",
        site: || Site::new().after(|site| {
            site.order("1001").set("total", 1).line("A-1", 1).insert();
        }),
        finds: warning "orders" "orders-held-back" by [Shop, Support] exits 0,
    }
    a_name_cannot_be_written {
        ja: "注文者名にShift_JISで書けない文字がある",
        en: "a customer's name has a character that Shift_JIS lacks",
        site: || Site::new().after(|site| {
            site.order("1001").set("customer_name", "𠮷野 太郎").line("A-1", 1).insert();
        }),
        finds: warning "orders" "orders-held-back" by [Shop, Support] exits 0,
    }
    an_amount_is_a_text {
        ja: "本システムが金額の列に数でない値を書いている",
        en: "the shop's application writes what is no number into an amount",
        site: || Site::new().after(|site| {
            site.order("1001").line("A-1", 1).insert();
            site.sql("UPDATE orders SET total = '1,100円'");
        }),
        finds: warning "data-shape" "data-wrong-type" by [Support] exits 0,
    }
    a_flag_is_empty_text {
        ja: "本システムが「いいえ」を空の文字で書いている（PHPのfalseなど）",
        en: "the shop's application writes empty text for no, as PHP does for false",
        site: || Site::new().after(|site| {
            site.order("1001").line("A-1", 1).insert();
            site.sql("UPDATE orders SET is_provisional = ''");
        }),
        finds: warning "data-shape" "data-empty-text" by [Support] exits 0,
    }
    a_time_is_written_otherwise {
        ja: "本システムが日時を別の形で書いている",
        en: "the shop's application writes a time in another form",
        site: || Site::new().after(|site| {
            site.order("1001").line("A-1", 1).insert();
            site.sql("UPDATE orders SET paid_at = '24.11.2026 10:00'");
        }),
        finds: warning "data-shape" "data-wrong-type" by [Support] exits 0,
    }
    lines_without_their_order {
        ja: "受注が削除されたのに明細が残っている",
        en: "an order was deleted, and its lines were left",
        site: || Site::new().after(|site| {
            site.sql("PRAGMA foreign_keys = OFF; INSERT INTO order_lines (order_no, line_no) VALUES ('900', 1), ('900', 2)");
        }),
        finds: warning "data-shape" "data-without-parent" by [Support] exits 0,
    }
    an_sku_without_its_product {
        ja: "商品が削除されたのにSKUが残っている",
        en: "a product was deleted, and its SKU was left",
        site: || Site::new().after(|site| {
            site.sql("PRAGMA foreign_keys = OFF; INSERT INTO skus (code, product_code) VALUES ('A-1-RED', 'A-1')");
        }),
        finds: warning "data-shape" "data-without-parent" by [Support] exits 0,
    }
    stock_without_its_sku {
        ja: "SKUのない在庫の行がある",
        en: "there is stock of an SKU that does not exist",
        site: || Site::new().after(|site| {
            site.sql("INSERT INTO stock (sku_code, quantity) VALUES ('A-9', 3)");
        }),
        finds: warning "data-shape" "data-without-parent" by [Support] exits 0,
    }
    old_orders_wait {
        ja: "TEMPOSTARのご利用開始前の受注が、送信待ちになっている",
        en: "orders of before the shop used TEMPOSTAR wait to be sent",
        site: || Site::new().after(|site| {
            site.order("1001").set("ordered_at", "2026-11-01 10:00:00").line("A-1", 1).insert();
        }),
        finds: warning "orders" "orders-waiting-long" by [Support] exits 0,
    }
    tempostar_does_not_take_the_orders {
        ja: "TEMPOSTARが受注ファイルを引き取らない",
        en: "TEMPOSTAR does not take the order files",
        site: || Site::new().after(|site| {
            send_and_take(site, "1001");
            site.at("2026-11-24 10:20:00");
            site.order("1002").line("A-1", 1).insert();
            site.run(["export-orders"]).ok();
            site.at("2026-11-24 14:00:00");
        }),
        finds: warning "orders-taken" "order-files-not-taken" by [Savaway, Shop] exits 0,
    }
}

/// An order is sent, and the next run sees that TEMPOSTAR has taken it.
fn send_and_take(site: &mut Site, order_no: &str) {
    site.order(order_no).line("A-1", 1).insert();
    site.run(["export-orders"]).ok();
    for name in site.remote_files(OUTBOX) {
        site.take_away(&format!("{OUTBOX}/{name}"));
    }
    site.run(["export-orders"]).ok();
}
