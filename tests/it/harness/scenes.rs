//! Shops in which there is something to do: one scene for each job and for each way in which its work can end.

use super::{LOGISTICS_INBOX, PRODUCT_INBOX, STOCK_INBOX, Shop};

/// The job of a scene, and the shop in which it has work.
pub struct Scene {
    pub name: String,
    pub job: &'static str,
    /// Of an undisturbed run.
    pub exit: i32,
    pub shop: Shop,
}

impl Scene {
    fn new(name: &str, job: &'static str, exit: i32, shop: Shop) -> Self {
        Self { name: name.to_owned(), job, exit, shop }
    }

    /// The same with another setting.
    pub fn with(mut self, name: &str, from: &str, to: &str) -> Self {
        self.name = format!("{}, {name}", self.name);
        self.shop.setting(from, to);
        self
    }

    /// The same where no transaction writes more than so many rows.
    pub fn in_slices_of(mut self, rows: u32) -> Self {
        self.name = format!("{}, {rows} rows at a time", self.name);
        self.shop.variable("TEMPOSTAR_SLICE_MAX", &rows.to_string());
        self
    }

    /// The same where every file needs a marker; those that wait have theirs.
    pub fn with_markers(self) -> Self {
        self.shop.settings(|text| {
            text.replace("settle_s = 0\n", "ready = \"marker\"\n")
                .replace("[orders]\n", "[orders]\nmarker = \".lock\"\n")
        });
        for inbox in [PRODUCT_INBOX, STOCK_INBOX, LOGISTICS_INBOX] {
            for name in self.shop.remote_files(inbox) {
                self.shop.put(&format!("{inbox}/{}.lock", name.trim_end_matches(".csv")), "");
            }
        }
        Self { name: format!("{}, with markers", self.name), ..self }
    }
}

/// A stock file of some chunks' length; one unit is on its way to TEMPOSTAR.
pub fn stock() -> Scene {
    let shop = Shop::new();
    shop.many_products_in_stock(15);
    shop.order("1001").line("S-001", 1).insert();
    let filler = "x".repeat(10_000);
    let rows: String = (1..=15).map(|number| format!("S-{number:03},{number},{filler}\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数,備考\n{rows}"));
    Scene::new("a stock file", "import-stock", 0, shop)
}

/// A stock file that lacks a column.
pub fn refused_stock() -> Scene {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 3);
    shop.put_sheet(STOCK_INBOX, "stock.csv", "商品コード,数\nA-1,9\n");
    Scene::new("a stock file to refuse", "import-stock", 3, shop)
}

/// A stock file that would empty the shop.
pub fn held_stock() -> Scene {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    let rows: String = (1..=40).map(|number| format!("S-{number:03},0\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\n{rows}"));
    Scene::new("a stock file to hold", "import-stock", 4, shop)
}

/// A stock file with a row that is wrong.
pub fn stock_with_a_bad_row() -> Scene {
    let shop = Shop::new();
    shop.many_products_in_stock(40);
    let rows: String = (2..=40).map(|number| format!("S-{number:03},6\n")).collect();
    shop.put_sheet(STOCK_INBOX, "stock.csv", &format!("商品コード,在庫数\nS-001,x\n{rows}"));
    Scene::new("a stock file with a bad row", "import-stock", 3, shop)
}

/// One product is new, one changes.
pub fn products() -> Scene {
    let shop = Shop::new();
    shop.product("A-1");
    let sheet =
        "商品コード,SKUコード,商品名,販売価格\nA-1,A-1,皿,1200\nB-1,B-1-赤,椀,800\nB-1,B-1-黒,椀,800\n";
    shop.put_sheet(PRODUCT_INBOX, "product.csv", sheet);
    Scene::new("a product file", "import-products", 0, shop)
}

/// One price looks wrong, the others go on.
pub fn held_rows() -> Scene {
    let shop = Shop::new();
    ["A-1", "B-1", "C-1"].iter().for_each(|code| shop.product(code));
    let sheet = "商品コード,SKUコード,商品名,販売価格\nA-1,A-1,皿,1200\nB-1,B-1,椀,1\nC-1,C-1,鉢,1300\n";
    shop.put_sheet(PRODUCT_INBOX, "product.csv", sheet);
    Scene::new("a product file with rows to hold", "import-products", 4, shop)
}

/// One order is shipped, with a present that TEMPOSTAR added; one is cancelled.
pub fn logistics() -> Scene {
    let shop = Shop::new();
    shop.setting("add_order_lines = \"ignore\"", "add_order_lines = \"add\"");
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 2).insert();
    shop.order("1002").line("A-1", 1).insert();
    shop.run(["export-orders"]).ok();
    for name in shop.remote_files(super::OUTBOX) {
        shop.take_away(&format!("{}/{name}", super::OUTBOX));
    }
    let sheet = "ショップ受注番号,受注進捗コード,出荷日,荷物番号,商品コード,商品名,数量,税抜単価,単品消費税,税込単価\n\
                 12345-1001,800,2026/11/24,1234-5678,A-1,商品A-1,2,1000,100,1100\n\
                 12345-1001,800,2026/11/24,1234-5678,GIFT,おまけ,1,0,0,0\n\
                 12345-1002,999,,,A-1,商品A-1,1,1000,100,1100\n";
    shop.put_sheet(LOGISTICS_INBOX, "status.csv", sheet);
    Scene::new("a logistics file", "import-logistics", 0, shop)
}

/// Two orders can go.
pub fn orders() -> Scene {
    let shop = Shop::new();
    shop.product_in_stock("A-1", 10);
    shop.order("1001").line("A-1", 1).insert();
    shop.order("1002").line("A-1", 2).set("customer_note", "のし".repeat(400)).insert();
    Scene::new("two orders", "export-orders", 0, shop)
}

/// Two orders whose file was brought to this crash point.
pub fn orders_interrupted_at(crash_point: &str) -> Scene {
    let scene = orders();
    scene.shop.run_dying_at(crash_point, ["export-orders"]);
    Scene { name: format!("two orders, {crash_point} by a run that died"), ..scene }
}

/// Two orders whose file the spool has lost.
pub fn orders_whose_file_is_lost() -> Scene {
    let scene = orders_interrupted_at("server-uploaded");
    for file in scene.shop.work_files_below("spool") {
        std::fs::remove_file(file).unwrap();
    }
    Scene { name: "two orders whose file is lost".to_owned(), ..scene }
}

/// A file of orders that TEMPOSTAR has taken, and one that it has not.
pub fn orders_taken() -> Scene {
    let mut scene = orders();
    scene.shop.run(["export-orders"]).ok();
    for name in scene.shop.remote_files(super::OUTBOX) {
        scene.shop.take_away(&format!("{}/{name}", super::OUTBOX));
    }
    scene.shop.at("2026-11-24 10:20:00");
    scene.shop.order("1003").line("A-1", 1).insert();
    Scene { name: "an order after two that were taken".to_owned(), ..scene }
}
