//! What the guards are worth: good files made bad in some fifty ways, and ninety days of an ordinary shop's trade. The
//! figures stand in docs/guards.md.

use std::collections::HashMap;

use crate::harness::{LOGISTICS_INBOX, PRODUCT_INBOX, STOCK_INBOX, Shop, cp932, show};

/// A product of the shop's, as TEMPOSTAR has it.
#[derive(Clone)]
struct Product {
    code: String,
    name: String,
    price: i64,
    list_price: i64,
    jan: String,
    is_published: bool,
    /// Code and figure.
    skus: Vec<(String, i64)>,
}

/// TEMPOSTAR's side.
struct Trade {
    random: fastrand::Rng,
    products: Vec<Product>,
}

const COLUMNS: [&str; 9] = [
    "商品コード",
    "SKUコード",
    "商品名",
    "販売価格",
    "定価",
    "原価",
    "国際商品識別コード",
    "掲載フラグ",
    "SKU項目1選択肢名",
];

impl Trade {
    fn new(products: usize) -> Self {
        let mut trade = Self { random: fastrand::Rng::with_seed(18), products: Vec::new() };
        (0..products).for_each(|_| trade.add_product());
        trade
    }

    fn add_product(&mut self) {
        let number = self.products.len() + 1;
        let of = |random: &mut fastrand::Rng, words: &[&str]| words[random.usize(..words.len())].to_owned();
        let maker = of(&mut self.random, &["有田", "波佐見", "益子", "瀬戸", "美濃"]);
        let thing =
            of(&mut self.random, &["飯碗", "湯呑", "大皿", "小鉢", "急須", "花瓶", "箸置き", "丼", "土鍋"]);
        let look = of(&mut self.random, &["白磁", "染付", "粉引", "織部", "青磁", "黒釉"]);
        // From 500 to 30,000 yen, most of them cheap.
        let price = (500.0 * 60_f64.powf(self.random.f64())) as i64 / 10 * 10;
        let skus = 1 + self.random.usize(..3);
        self.products.push(Product {
            code: format!("P{number:04}"),
            name: format!("{maker}焼 {thing} {look} No.{number}"),
            price,
            list_price: price + price / 5,
            jan: format!("49{:011}", self.random.u64(..100_000_000_000)),
            is_published: !number.is_multiple_of(10),
            skus: (1..=skus).map(|sku| (format!("P{number:04}-{sku}"), self.random.i64(0..60))).collect(),
        });
    }

    fn product_table(&self) -> Table {
        let row = |product: &Product, sku: &(String, i64), number: usize| {
            vec![
                product.code.clone(),
                sku.0.clone(),
                product.name.clone(),
                product.price.to_string(),
                product.list_price.to_string(),
                (product.price / 2).to_string(),
                product.jan.clone(),
                i64::from(product.is_published).to_string(),
                ["小", "中", "大"][number].to_owned(),
            ]
        };
        let rows = self.products.iter().flat_map(|product| {
            product.skus.iter().enumerate().map(move |(number, sku)| row(product, sku, number))
        });
        Table::new(&COLUMNS, rows.collect())
    }

    fn stock_table(&self) -> Table {
        let rows = self.products.iter().flat_map(|product| &product.skus);
        Table::new(
            &["商品コード", "在庫数"],
            rows.map(|(code, figure)| vec![code.clone(), figure.to_string()]).collect(),
        )
    }

    /// So many percent of the SKUs.
    fn some_skus(&mut self, percent: u32) -> Vec<&mut (String, i64)> {
        let Self { random, products } = self;
        let skus = products.iter_mut().flat_map(|product| &mut product.skus);
        skus.filter(|_| random.u32(..100) < percent).collect()
    }

    /// So many percent of the products.
    fn some_products(&mut self, percent: u32) -> Vec<&mut Product> {
        let Self { random, products } = self;
        products.iter_mut().filter(|_| random.u32(..100) < percent).collect()
    }

    /// What happens on any day: prices of a few, what was sold, what was delivered.
    fn live_a_day(&mut self) {
        let mut sold: Vec<i64> = (0..10_000).map(|_| self.random.i64(1..4)).collect();
        for sku in self.some_skus(30) {
            sku.1 = (sku.1 - sold.pop().unwrap_or(1)).max(0);
        }
        for sku in self.some_skus(4).into_iter().filter(|sku| sku.1 < 10) {
            sku.1 += 30;
        }
        for product in self.some_products(2) {
            product.price = product.price * 11 / 10;
            product.list_price = product.list_price.max(product.price);
        }
    }
}

/// A sheet.
#[derive(Clone)]
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(header: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self { header: header.iter().map(|name| (*name).to_owned()).collect(), rows }
    }

    fn text(&self) -> String {
        let line = |fields: &Vec<String>| {
            fields
                .iter()
                .map(|field| format!("\"{}\"", field.replace('"', "\"\"")))
                .collect::<Vec<_>>()
                .join(",")
        };
        std::iter::once(&self.header).chain(&self.rows).map(line).map(|line| line + "\n").collect()
    }

    fn at(&self, column: &str) -> usize {
        self.header.iter().position(|name| name == column).unwrap()
    }

    /// Each value of this column becomes another one.
    fn map(mut self, column: &str, change: impl Fn(usize, &str) -> String) -> Self {
        let at = self.at(column);
        for (number, row) in self.rows.iter_mut().enumerate() {
            row[at] = change(number, &row[at]);
        }
        self
    }

    /// The last row, which counts for its product.
    fn last(mut self, column: &str, change: impl Fn(&str) -> String) -> Self {
        let at = self.at(column);
        if let Some(row) = self.rows.last_mut() {
            row[at] = change(&row[at]);
        }
        self
    }

    fn numbers(self, column: &str, change: impl Fn(i64) -> i64) -> Self {
        self.map(column, |_, value| change(value.parse().unwrap()).to_string())
    }

    fn column(&self, column: &str) -> Vec<String> {
        let at = self.at(column);
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    /// This column's values, in another order.
    fn reorder(self, column: &str, order: impl Fn(Vec<String>) -> Vec<String>) -> Self {
        let values = order(self.column(column));
        self.map(column, |number, _| values[number].clone())
    }

    /// All values stand some rows lower.
    fn shift(self, column: &str, by: usize) -> Self {
        self.reorder(column, |mut values| {
            values.rotate_right(by);
            values
        })
    }

    fn sort(self, column: &str) -> Self {
        self.reorder(column, |mut values| {
            values.sort_by_key(|value| (value.len(), value.clone()));
            values
        })
    }

    fn swap(self, a: &str, b: &str) -> Self {
        let (of_a, of_b) = (self.column(a), self.column(b));
        self.map(a, |number, _| of_b[number].clone()).map(b, |number, _| of_a[number].clone())
    }

    /// One column has what another has.
    fn copy(self, from: &str, to: &str) -> Self {
        let values = self.column(from);
        self.map(to, |number, _| values[number].clone())
    }

    fn lose(mut self, column: &str) -> Self {
        let at = self.at(column);
        self.header.remove(at);
        self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
        self
    }

    fn rename(mut self, column: &str, name: &str) -> Self {
        let at = self.at(column);
        name.clone_into(&mut self.header[at]);
        self
    }

    fn double(mut self, column: &str) -> Self {
        let at = self.at(column);
        self.header.insert(at, column.to_owned());
        self.rows.iter_mut().for_each(|row| row.insert(at, row[at].clone()));
        self
    }
}

/// Whether it is caught, or at least harms nothing.
#[derive(Debug, PartialEq)]
enum End {
    /// Rows or the whole of it.
    Held,
    /// Rows or the whole of it.
    Refused,
    /// Everything is as it was, or as the good file says.
    Harmless,
    Missed,
}

/// A shop that has taken good files of each kind, and a day's newer ones that are good.
struct Scene {
    shop: Shop,
    products: Table,
    stock: Table,
    logistics: Table,
}

const NOW: &str = "2026-11-24 10:20:00";

impl Scene {
    fn new() -> Self {
        let mut trade = Trade::new(120);
        let mut shop = Shop::new();
        shop.put(&format!("{PRODUCT_INBOX}/product.csv"), cp932(&trade.product_table().text()));
        shop.put(&format!("{STOCK_INBOX}/stock.csv"), cp932(&trade.stock_table().text()));
        shop.at("2026-11-22 10:00:00").run(["import-products"]).ok();
        shop.run(["import-stock"]).ok();
        for number in 1..=60 {
            shop.order(&format!("1{number:03}"))
                .line("P0001-1", 1)
                .set("exported_at", "2026-11-23 09:00:00")
                .insert();
        }
        trade.live_a_day();
        // Eight of the sixty are shipped.
        let row = |number: usize| {
            let status = if number.is_multiple_of(8) { "800" } else { "600" };
            vec![
                format!("12345-1{number:03}"),
                status.to_owned(),
                format!("4000{number:08}"),
                "2026/11/24".to_owned(),
            ]
        };
        let logistics = Table::new(
            &["ショップ受注番号", "受注進捗コード", "荷物番号", "出荷日"],
            (1..=60).map(row).collect(),
        );
        shop.at(NOW);
        Self { shop, products: trade.product_table(), stock: trade.stock_table(), logistics }
    }

    /// What becomes of these bytes.
    fn end(&self, job: &str, inbox: &str, good: &[u8], bad: &[u8]) -> End {
        let import = |bytes: &[u8]| {
            let shop = self.shop.twin();
            shop.put(&format!("{inbox}/new.csv"), bytes);
            (shop.run([job, "--json"]), shop)
        };
        let (ran, shop) = import(bad);
        let document = ran.json();
        match (document["outcome"].as_str().unwrap(), &document["counts"]["rejected"]) {
            ("held", _) => return End::Held,
            ("partial", _) => return End::Refused,
            _ => {}
        }
        let (before, right) = (values(&self.shop), values(&import(good).1));
        let is_sound = |(key, value): (&String, &String)| {
            before.get(key) == Some(value) || right.get(key) == Some(value)
        };
        if values(&shop).iter().all(is_sound) { End::Harmless } else { End::Missed }
    }
}

/// Each value of the shop's that a file sets, by where it stands.
fn values(shop: &Shop) -> HashMap<String, String> {
    let rows = shop.rows(
        "SELECT code || ' price', price FROM products
         UNION ALL SELECT code || ' list_price', list_price FROM products
         UNION ALL SELECT code || ' cost', cost FROM products
         UNION ALL SELECT code || ' name', name FROM products
         UNION ALL SELECT code || ' jan', jan FROM products
         UNION ALL SELECT code || ' published', published FROM products
         UNION ALL SELECT code || ' sku', product_code || coalesce(option1_name, '') FROM skus
         UNION ALL SELECT sku_code || ' stock', quantity FROM stock
         UNION ALL SELECT order_no || ' captured', capture_status FROM orders
         UNION ALL SELECT order_no || ' parcel', tracking_no FROM order_shipments",
    );
    rows.iter().filter_map(|row| row.split_once('|')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

type ByteMutator = (&'static str, fn(&[u8]) -> Vec<u8>);
type Mutator = (&'static str, fn(Table) -> Table);

const PRODUCTS: [Mutator; 31] = [
    ("prices ÷ 10", |table| table.numbers("販売価格", |price| price / 10)),
    ("prices × 10", |table| table.numbers("販売価格", |price| price * 10)),
    ("prices × 100", |table| table.numbers("販売価格", |price| price * 100)),
    ("prices 0", |table| table.numbers("販売価格", |_| 0)),
    ("prices empty", |table| table.map("販売価格", |_, _| String::new())),
    ("one price of 1 yen", |table| table.last("販売価格", |_| "1".to_owned())),
    ("one price 0", |table| table.last("販売価格", |_| "0".to_owned())),
    ("one price × 100", |table| table.last("販売価格", |price| format!("{price}00"))),
    ("every tenth price ÷ 10", |table| {
        let tenth = |number: usize, price: &str| {
            if number.is_multiple_of(10) { price[..price.len() - 1].to_owned() } else { price.to_owned() }
        };
        table.map("販売価格", tenth)
    }),
    ("prices shifted by a row", |table| table.shift("販売価格", 1)),
    ("prices shifted by ten rows", |table| table.shift("販売価格", 10)),
    ("prices sorted", |table| table.sort("販売価格")),
    ("JAN code as price", |table| table.copy("国際商品識別コード", "販売価格")),
    ("price and list price swapped", |table| table.swap("販売価格", "定価")),
    ("price and cost swapped", |table| table.swap("販売価格", "原価")),
    ("prices in thousands", |table| table.numbers("販売価格", |price| price / 1000)),
    ("names emptied", |table| table.map("商品名", |_, _| String::new())),
    ("some names emptied", |table| {
        table.map("商品名", |number, name| if number < 5 { String::new() } else { name.to_owned() })
    }),
    ("names shifted by a row", |table| table.shift("商品名", 1)),
    ("names sorted", |table| table.sort("商品名")),
    ("names garbled", |table| table.map("商品名", |_, name| format!("繝{}", name.len()))),
    ("names as question marks", |table| table.map("商品名", |_, name| "?".repeat(name.chars().count()))),
    ("everything unpublished", |table| table.map("掲載フラグ", |_, _| "0".to_owned())),
    ("掲載フラグ emptied", |table| table.map("掲載フラグ", |_, _| String::new())),
    ("SKU codes shifted by a row", |table| table.shift("SKUコード", 1)),
    ("SKU codes sorted backwards", |table| {
        table.reorder("SKUコード", |mut codes| {
            codes.reverse();
            codes
        })
    }),
    ("product codes shifted by three rows", |table| table.shift("商品コード", 3)),
    ("SKUコード lost", |table| table.lose("SKUコード")),
    ("商品コード lost", |table| table.lose("商品コード")),
    ("販売価格 lost", |table| table.lose("販売価格")),
    ("販売価格 there twice", |table| table.double("販売価格")),
];

const MORE_PRODUCTS: [Mutator; 7] = [
    ("商品コード renamed", |table| table.rename("商品コード", "品番")),
    ("SKUコード renamed", |table| table.rename("SKUコード", "枝番")),
    ("half of the rows", |table| Table { rows: table.rows[..table.rows.len() / 2].to_vec(), ..table }),
    ("another shop's", |table| {
        let number = |code: &str| code[1..5].parse::<usize>().unwrap();
        let skus = table.clone().map("SKUコード", |_, code| code.replace('P', "ZX-"));
        let named = skus.map("商品名", |number, _| format!("スニーカー {number}"));
        named.map("商品コード", move |_, code| format!("ZX-{:04}", number(code)))
    }),
    ("another shop's with codes like ours", |table| {
        let beyond = |code: &str| code.replace("P00", "P").replace("P01", "P9");
        let named = table.map("商品名", |number, _| format!("スニーカー {number}"));
        named.map("商品コード", move |_, code| beyond(code)).map("SKUコード", move |_, code| beyond(code))
    }),
    ("header without its first name", |table| table.rename("商品コード", "")),
    ("a column too few in each row", |mut table| {
        table.rows.iter_mut().for_each(|row| drop(row.pop()));
        table
    }),
];

const STOCK: [Mutator; 18] = [
    ("figures 0", |table| table.numbers("在庫数", |_| 0)),
    ("figures ÷ 10", |table| table.numbers("在庫数", |figure| figure / 10)),
    ("figures × 100", |table| table.numbers("在庫数", |figure| figure * 100)),
    ("figures 99", |table| table.numbers("在庫数", |_| 99)),
    ("the rows' numbers as figures", |table| table.map("在庫数", |number, _| number.to_string())),
    ("figures 99,999", |table| table.numbers("在庫数", |_| 99_999)),
    ("figures below 0", |table| table.numbers("在庫数", |figure| -figure)),
    ("JAN codes as figures", |table| table.map("在庫数", |number, _| format!("49{number:011}"))),
    ("figures shifted by a row", |table| table.shift("在庫数", 1)),
    ("figures shifted by fifty rows", |table| table.shift("在庫数", 50)),
    ("figures sorted", |table| table.sort("在庫数")),
    ("codes sorted backwards", |table| {
        table.reorder("商品コード", |mut codes| {
            codes.reverse();
            codes
        })
    }),
    ("figures emptied", |table| table.map("在庫数", |_, _| String::new())),
    ("a third of them 0", |table| {
        table.map(
            "在庫数",
            |number, figure| if number.is_multiple_of(3) { "0".to_owned() } else { figure.to_owned() },
        )
    }),
    ("在庫数 lost", |table| table.lose("在庫数")),
    ("在庫数 renamed", |table| table.rename("在庫数", "数")),
    ("another shop's", |table| table.map("商品コード", |_, code| format!("ZX-{code}"))),
    ("half of the rows", |table| Table { rows: table.rows[..table.rows.len() / 2].to_vec(), ..table }),
];

const LOGISTICS: [Mutator; 5] = [
    ("all shipped", |table| table.map("受注進捗コード", |_, _| "800".to_owned())),
    ("受注進捗コード lost", |table| table.lose("受注進捗コード")),
    ("status and number swapped", |table| table.swap("受注進捗コード", "荷物番号")),
    ("no number of ours", |table| {
        table.map("ショップ受注番号", |_, number| number.replace("12345-", ""))
    }),
    ("受注進捗コード renamed", |table| table.rename("受注進捗コード", "状態")),
];

/// What is done to bytes.
const BYTES: [ByteMutator; 4] = [
    ("cut off in a row", |bytes| bytes[..bytes.len() * 2 / 3].to_vec()),
    ("UTF-8 read as CP932", |bytes| {
        let text = crate::harness::from_cp932(bytes);
        let (garbled, ..) = encoding_rs::SHIFT_JIS.decode(text.as_bytes());
        garbled.into_owned().into_bytes()
    }),
    ("an error page", |_| b"<html><body>503 Service Unavailable</body></html>".to_vec()),
    ("nothing but the header", |bytes| bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap().to_vec()),
];

#[test]
fn bad_files_are_held_or_refused() {
    let scene = Scene::new();
    let mut ends: Vec<(String, End)> = Vec::new();
    let products = PRODUCTS.iter().chain(&MORE_PRODUCTS);
    let kinds = [
        ("import-products", PRODUCT_INBOX, &scene.products, products.copied().collect::<Vec<_>>()),
        ("import-stock", STOCK_INBOX, &scene.stock, STOCK.to_vec()),
        ("import-logistics", LOGISTICS_INBOX, &scene.logistics, LOGISTICS.to_vec()),
    ];
    for (job, inbox, table, mutators) in kinds {
        let good = cp932(&table.text());
        assert_eq!(scene.end(job, inbox, &good, &good), End::Harmless, "{job}: a good file");
        for (name, mutate) in mutators {
            let bad = cp932(&mutate(table.clone()).text());
            ends.push((format!("{job}: {name}"), scene.end(job, inbox, &good, &bad)));
        }
        if job == "import-products" {
            for (name, mutate) in BYTES {
                ends.push((format!("{job}: {name}"), scene.end(job, inbox, &good, &mutate(&good))));
            }
        }
    }
    let count = |end: &End| ends.iter().filter(|(_, found)| found == end).count();
    let counts = [End::Held, End::Refused, End::Harmless, End::Missed].map(|end| count(&end));
    let [held, refused, harmless, missed] = counts;
    show(&format!(
        "{} bad files: {held} held, {refused} refused, {harmless} harmless, {missed} missed",
        ends.len()
    ));
    let rest: Vec<_> = ends.iter().filter(|(_, end)| matches!(end, End::Harmless | End::Missed)).collect();
    show(&format!("{rest:#?}"));
    assert!((held + refused) * 100 >= (ends.len() - harmless) * 95 && harmless <= 5, "{counts:?} {rest:#?}");
    assert_eq!(missed, 0, "{rest:#?}");
}

/// A day's files of a kind, an hour after midnight and in the course of the day.
fn put_day(shop: &Shop, inbox: &str, day: u32, tables: &[Table]) {
    let date = date(day);
    for (number, table) in tables.iter().filter(|table| !table.rows.is_empty()).enumerate() {
        let path = format!("{inbox}/{}-{number}.csv", date.replace('-', ""));
        shop.put(&path, cp932(&table.text()));
        shop.set_remote_time(&path, &format!("{date} {:02}:00:00", 1 + number));
    }
}

/// Runs a job in the evening; gives what is held then.
fn held_by(shop: &mut Shop, job: &str, day: u32) -> Vec<String> {
    let ran = shop.at(&format!("{} 22:00:00", date(day))).run([job, "--json"]);
    let outcome = ran.json()["outcome"].as_str().unwrap().to_owned();
    assert!(["held", "ok", "nothing_to_do"].contains(&outcome.as_str()), "day {day}\n{ran}");
    shop.rows("SELECT verdicts FROM tempostar_held WHERE state = 'held'")
}

fn date(day: u32) -> String {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap() + chrono::TimeDelta::days(day.into());
    date.to_string()
}

/// What is held is approved, as somebody does who knows that it is right.
fn approve_all(shop: &Shop) {
    for id in shop.rows("SELECT id FROM tempostar_held WHERE state = 'held'") {
        let ran = shop.run(["held", "approve", &id, "--json"]);
        assert!([0, 4].contains(&ran.json()["exit_code"].as_i64().unwrap()), "{ran}");
        shop.run(["held", "approve", &id, "--json"]);
    }
}

/// What is out of the ordinary on this day; gives whether somebody has announced it.
fn happen(trade: &mut Trade, day: u32, before_sale: &mut HashMap<String, i64>) -> bool {
    match day {
        // Each ten days a sale of 30 % for four days, twice one of 70 %, which the shop knows that it has to approve.
        10 | 20 | 40 | 50 | 30 | 60 => {
            let left = if day.is_multiple_of(30) { 3 } else { 7 };
            for product in trade.some_products(25) {
                before_sale.insert(product.code.clone(), product.price);
                product.price = product.price * left / 10;
            }
            day.is_multiple_of(30)
        }
        14 | 24 | 34 | 44 | 54 | 64 => {
            for product in &mut trade.products {
                product.price = before_sale.remove(&product.code).unwrap_or(product.price);
            }
            false
        }
        // Seasons: what is over goes in three days, what is new comes.
        27..=29 | 77..=79 => {
            trade.some_products(4).into_iter().for_each(|product| product.is_published = false);
            (0..8).for_each(|_| trade.add_product());
            false
        }
        // A campaign in all names.
        16 => {
            trade
                .products
                .iter_mut()
                .for_each(|product| product.name = format!("【送料無料】{}", product.name));
            false
        }
        19 => {
            trade
                .products
                .iter_mut()
                .for_each(|product| product.name = product.name.replace("【送料無料】", ""));
            false
        }
        // Everything becomes dearer.
        70 => {
            trade.products.iter_mut().for_each(|product| product.price = product.price * 112 / 100);
            false
        }
        // Large deliveries.
        35 | 75 => {
            trade.some_skus(40).into_iter().for_each(|sku| sku.1 += 60);
            false
        }
        // A best-seller weekend.
        46 | 47 => {
            trade.some_skus(8).into_iter().for_each(|sku| sku.1 = 0);
            false
        }
        _ => false,
    }
}

#[test]
fn ninety_days_of_trade_are_held_up_once_a_month_at_most() {
    let (mut trade, mut shop) = (Trade::new(120), Shop::new());
    let (mut announced, mut wrongly) = (0, Vec::new());
    let (mut before_sale, mut is_sale) = (HashMap::new(), false);
    let mut products = trade.product_table();
    let jobs = [("import-products", PRODUCT_INBOX), ("import-stock", STOCK_INBOX)];
    for ((job, inbox), table) in jobs.into_iter().zip([products.clone(), trade.stock_table()]) {
        put_day(&shop, inbox, 0, &[table]);
        assert_eq!(held_by(&mut shop, job, 0), [""; 0]);
    }
    for day in 1..=90 {
        is_sale |= happen(&mut trade, day, &mut before_sale);
        let mut stock = Vec::new();
        // The whole of it every other day, else what has changed, twice; the shop is closed on three days.
        for _ in 0..=day % 2 {
            let known = trade.stock_table();
            if !(84..=86).contains(&day) {
                trade.live_a_day();
            }
            let now = trade.stock_table();
            let changed = now
                .rows
                .iter()
                .filter(|row| day.is_multiple_of(2) || !known.rows.contains(row))
                .cloned()
                .collect();
            stock.push(Table { rows: changed, ..now });
        }
        // Products that have changed; all of them once a week.
        let now = trade.product_table();
        let is_new = |row: &&Vec<String>| day.is_multiple_of(7) || !products.rows.contains(row);
        let file = Table { rows: now.rows.iter().filter(is_new).cloned().collect(), ..now.clone() };
        products = now;
        put_day(&shop, PRODUCT_INBOX, day, &[file]);
        put_day(&shop, STOCK_INBOX, day, &stock);
        // Each file is judged by itself, and by its own time: that they are taken three days later changes nothing.
        for (job, _) in jobs.into_iter().filter(|_| day.is_multiple_of(3)) {
            let mut held = held_by(&mut shop, job, day);
            if !held.is_empty() {
                approve_all(&shop);
            }
            if job == "import-products" && std::mem::take(&mut is_sale) {
                announced += held.len().min(1);
                held.pop();
            }
            wrongly.extend(held.into_iter().map(|reasons| (day, job, reasons)));
        }
    }
    show(&format!("90 days: {announced} announced sales held, {} false holds: {wrongly:#?}", wrongly.len()));
    assert_eq!(announced, 2);
    assert!(wrongly.len() <= 3, "{wrongly:#?}");
    let mut expected: Vec<String> =
        trade.products.iter().map(|product| format!("{}|{}", product.code, product.price)).collect();
    expected.sort();
    assert_eq!(shop.rows("SELECT code, price FROM products ORDER BY code"), expected);
}
