//! Triggers of the shop that refuse or drop what a job writes: one row's trouble is that row's, and nothing counts as
//! written that is not there.

use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, STOCK_INBOX, Shop};

/// Three SKUs in stock, and a file with a new figure for each.
fn shop_with_a_stock_file() -> Shop {
    let shop = Shop::new();
    for code in ["A-1", "A-2", "A-3"] {
        shop.product_in_stock(code, 1);
    }
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,在庫数\nA-1,7\nA-2,8\nA-3,9\n");
    shop
}

const STOCK_SQL: &str = "SELECT quantity FROM stock ORDER BY sku_code";

#[test]
fn one_row_that_a_trigger_refuses_is_that_rows_problem() {
    let shop = shop_with_a_stock_file();
    shop.sql(
        "CREATE TRIGGER frozen BEFORE UPDATE ON stock WHEN NEW.sku_code = 'A-2'
         BEGIN SELECT RAISE(ABORT, 'A-2 is being counted'); END",
    );
    let ran = shop.run(["import-stock", "--json"]).exits(3).count("changed", 2).count("rejected", 1);
    let ran = ran.problem(
        "row-refused-by-shop",
        "stock.csv: line 3",
        &["A-2: a trigger or constraint of the shop's does not let it be written (A-2 is being counted)"],
    );
    shop.check_rows(STOCK_SQL, &["7", "1", "9"]);
    // The row is kept, and can be fed back once the trigger lets it.
    shop.sql("DROP TRIGGER frozen");
    let run_id = ran.json()["run_id"].as_str().unwrap().to_owned();
    let rejects = shop.path(&format!("tempostar.d/rejects/{run_id}/stock.csv"));
    shop.run(["import-stock", "--file", rejects.to_str().unwrap()]).ok();
    shop.check_rows(STOCK_SQL, &["7", "8", "9"]);
}

#[test]
fn where_a_trigger_refuses_all_of_a_file_it_stays_and_the_first_row_is_named() {
    let shop = shop_with_a_stock_file();
    shop.sql("CREATE TRIGGER frozen BEFORE UPDATE ON stock BEGIN SELECT RAISE(ABORT, 'stocktaking'); END");
    let ran = shop.run(["import-stock", "--json"]).exits(8);
    ran.only_problem(
        "database-unexpected",
        "stock.csv: line 2",
        &["the database does not hold what it should (A-1: stocktaking)"],
    );
    shop.check_rows(STOCK_SQL, &["1", "1", "1"]);
    assert_eq!(shop.remote_files(STOCK_INBOX), ["stock.csv"]);
    shop.sql("DROP TRIGGER frozen");
    shop.run(["import-stock"]).ok();
    shop.check_rows(STOCK_SQL, &["7", "8", "9"]);
}

#[test]
fn what_a_trigger_drops_is_not_counted_as_written() {
    let shop = shop_with_a_stock_file();
    shop.sql(
        "CREATE TRIGGER deaf BEFORE UPDATE ON stock WHEN NEW.sku_code = 'A-3' BEGIN SELECT RAISE(IGNORE); END",
    );
    let ran = shop.run(["import-stock", "--json"]).exits(3).count("changed", 2).count("rejected", 1);
    ran.problem("row-refused-by-shop", "stock.csv: line 4", &["A-3: ", "RAISE(IGNORE)"]);
    shop.check_rows(STOCK_SQL, &["7", "8", "1"]);
}

/// Written in slices, of which the first ones stay: the row is left out then and there, or by the run that finishes the file.
#[test]
fn a_row_that_is_refused_in_the_midst_of_a_file_does_not_keep_the_rest_of_it_out() {
    let frozen = |raise: &str| {
        format!(
            "CREATE TRIGGER frozen BEFORE UPDATE ON stock WHEN NEW.sku_code = 'A-3' BEGIN SELECT RAISE({raise}); END"
        )
    };
    for raise in ["ABORT, 'counted'", "IGNORE"] {
        for is_interrupted in [false, true] {
            let mut shop = shop_with_a_stock_file();
            shop.variable("TEMPOSTAR_SLICE_MAX", "1");
            if is_interrupted {
                shop.run_dying_at("slice-committed:2", ["import-stock"]);
            }
            shop.sql(&frozen(raise));
            let ran = shop.run(["import-stock", "--json"]).exits(3).count("rejected", 1);
            ran.problem("row-refused-by-shop", "stock.csv: line 4", &["A-3: "]);
            shop.check_rows(STOCK_SQL, &["7", "8", "1"]);
            shop.run(["import-stock", "--json"]).ok().no_problem();
            assert_eq!(shop.remote_files(STOCK_INBOX), [""; 0]);
        }
    }
}

#[test]
fn a_product_or_an_sku_that_a_trigger_refuses_or_drops_keeps_no_other_out() {
    for (trigger, words) in [
        ("BEFORE INSERT ON products WHEN NEW.code = 'B-2' BEGIN SELECT RAISE(ABORT, 'no B-2')", "no B-2"),
        ("BEFORE INSERT ON products WHEN NEW.code = 'B-2' BEGIN SELECT RAISE(IGNORE)", "FOREIGN KEY"),
        ("BEFORE INSERT ON skus WHEN NEW.code = 'B-2' BEGIN SELECT RAISE(IGNORE)", "RAISE(IGNORE)"),
        ("BEFORE INSERT ON skus WHEN NEW.code = 'B-2' BEGIN SELECT RAISE(FAIL, 'no SKU')", "no SKU"),
    ] {
        let shop = Shop::new();
        shop.product("A-1");
        shop.sql(&format!("CREATE TRIGGER one {trigger}; END"));
        shop.put_sheet(PRODUCT_INBOX, "p.csv", "商品コード,商品名\nB-1,皿\nB-2,鉢\nB-3,椀\n");
        let ran = shop.run(["import-products", "--json"]).exits(3).count("created", 2).count("rejected", 1);
        ran.problem("row-refused-by-shop", "p.csv: line 3", &["B-2: ", words]);
        shop.check_rows("SELECT code FROM skus WHERE code LIKE 'B%' ORDER BY code", &["B-1", "B-3"]);
    }
}

#[test]
fn an_order_whose_ticks_a_trigger_refuses_keeps_no_other_back() {
    let shop = Shop::new();
    for number in ["1001", "1002"] {
        shop.order(number).line("A-1", 1).insert();
    }
    shop.run(["export-orders"]).ok();
    shop.sql(
        "CREATE TRIGGER closed BEFORE UPDATE OF delivery_status ON orders WHEN NEW.order_no = '1001'
         BEGIN SELECT RAISE(ABORT, 'the month is closed'); END",
    );
    shop.put_sheet(
        LOGISTICS_INBOX,
        "l.csv",
        "ショップ受注番号,受注進捗コード\n12345-1001,800\n12345-1002,800\n",
    );
    let ran = shop.run(["import-logistics", "--json"]).exits(3).count("shipped", 1).count("rejected", 1);
    ran.problem("row-refused-by-shop", "l.csv: line 2", &["1001: ", "the month is closed"]);
    shop.check_rows("SELECT delivery_status FROM orders ORDER BY order_no", &["0", "1"]);
}

#[test]
fn an_order_that_a_trigger_does_not_let_be_marked_is_sent_once_and_named_until_it_is() {
    for raise in ["ABORT, 'closed'", "FAIL, 'closed'", "ROLLBACK, 'closed'", "IGNORE"] {
        let mut shop = Shop::new();
        for number in ["1001", "1002", "1003"] {
            shop.order(number).line("A-1", 1).insert();
        }
        shop.sql(&format!(
            "CREATE TRIGGER closed BEFORE UPDATE OF exported_at ON orders WHEN NEW.order_no = '1002'
             BEGIN SELECT RAISE({raise}); END"
        ));
        let why = raise.rsplit_once('\'').map_or("RAISE(IGNORE)", |_| "closed");
        let sent = shop.run(["export-orders", "--json"]).exits(3).count("exported", 3);
        sent.only_problem("orders-not-marked", "", &["(1): 1002", why]);
        let times = "SELECT exported_at FROM orders ORDER BY order_no";
        shop.check_rows(times, &["2026-11-24 10:15:00", "NULL", "2026-11-24 10:15:00"]);
        // Nor does it keep later ones back.
        shop.order("1004").line("A-1", 1).insert();
        let later = shop.at("2026-11-24 10:25:00").run(["export-orders", "--json"]).exits(3);
        later.count("exported", 1).only_problem("orders-not-marked", "", &["(1): 1002", why]);
        shop.sql("DROP TRIGGER closed");
        shop.at("2026-11-24 10:35:00").run(["export-orders", "--json"]).exits(3).has_code("order-held-back");
        shop.check_rows(
            times,
            &["2026-11-24 10:15:00", "2026-11-24 10:15:00", "2026-11-24 10:15:00", "2026-11-24 10:25:00"],
        );
        shop.at("2026-11-24 10:45:00").run(["export-orders", "--json"]).ok().no_problem();
        assert_eq!(
            shop.numbers_in_outbox(),
            ["12345-1001", "12345-1002", "12345-1003", "12345-1004"],
            "{raise}"
        );
    }
}
