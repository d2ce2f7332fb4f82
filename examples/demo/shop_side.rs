//! The shop, played: its folder with settings and database, and a customer who buys.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use tempostar::moment::Moment;

use crate::ftp_server::FtpServer;
use crate::screen::Rows;

/// The shop's folder.
pub struct Shop {
    folder: PathBuf,
}

impl Shop {
    /// Writes the settings and the password file.
    pub fn set_up(folder: &Path, server: &FtpServer) -> Result<Self> {
        fs::write(folder.join("tempostar.toml"), settings(server))?;
        let password = folder.join("demo.pass");
        fs::write(&password, format!("{}\n", server.password()))?;
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The settings file.
    pub fn settings_file(&self) -> PathBuf {
        self.folder.join("tempostar.toml")
    }

    /// The database.
    pub fn database_file(&self) -> PathBuf {
        self.folder.join("shop.demo.db")
    }

    /// A customer buys two shirts and a nameplate: the order and its allocation, in one transaction.
    pub fn sell(&self, now: Moment) -> Result<()> {
        let time = now.to_string();
        let delivery = (now + chrono::Duration::days(4)).date().to_string();
        let mut database = self.database()?;
        let transaction = database.transaction()?;
        transaction.execute(
            "INSERT INTO orders
                 (order_no, ordered_at, customer_name, customer_kana, customer_zip, customer_address, customer_tel,
                  customer_email, payment_method, payment_count, device, subtotal_excl_tax, tax, subtotal_incl_tax,
                  shipping_fee, total, customer_note, created_at, updated_at)
             VALUES ('1001', ?1, '髙橋 花子', 'タカハシ ハナコ', '150-0001', '東京都渋谷区神宮前1〜2 表参道ビル',
                     '03-0000-0001', 'hanako@customer.example', 'クレジットカード', '一括払い', 'S', 9000, 900, 9900,
                     550, 10450, '玄関前に' || char(10) || '置いてください', ?1, ?1)",
            params![time],
        )?;
        transaction.execute(
            "INSERT INTO order_shipments
                 (order_no, shipment_no, recipient_name, recipient_kana, recipient_zip, recipient_address,
                  recipient_tel, delivery_method, delivery_date, delivery_time, shipping_fee, total)
             VALUES ('1001', 1, '髙橋 花子', 'タカハシ ハナコ', '150-0001', '東京都渋谷区神宮前1〜2 表参道ビル',
                     '03-0000-0001', '宅配便', ?1, '午前中', 550, 10450)",
            params![delivery],
        )?;
        for (line_no, sku, name, quantity, price) in
            [(1, "A-1-RED", "藍染Tシャツ 赤 M", 2, 2000), (2, "0012", "髙砂の表札① ～檜～", 1, 5000)]
        {
            transaction.execute(
                "INSERT INTO order_lines
                     (order_no, line_no, shipment_no, sku_code, product_name, quantity, unit_price_excl_tax,
                      unit_tax, unit_price_incl_tax)
                 VALUES ('1001', ?1, 1, ?2, ?3, ?4, ?5, ?5 / 10, ?5 * 11 / 10)",
                params![line_no, sku, name, quantity, price],
            )?;
            transaction.execute(
                "UPDATE stock SET allocated = allocated + ?1, updated_at = ?3 WHERE sku_code = ?2",
                params![quantity, sku, time],
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// The shop's products.
    pub fn products(&self) -> Result<Rows> {
        self.rows(
            "SELECT code AS \"products.code\", name, price, free_item_1 AS お手入れ, free_item_2 AS 素材,
                    json_array_length(images) AS images
             FROM products
             ORDER BY code",
        )
    }

    /// The shop's SKUs.
    pub fn skus(&self) -> Result<Rows> {
        self.rows(
            "SELECT code AS \"skus.code\", product_code, name, option1_name, option2_name
             FROM skus
             ORDER BY code",
        )
    }

    /// What the shop has of each SKU and would still sell.
    pub fn stock(&self) -> Result<Rows> {
        self.rows(
            "SELECT skus.code AS \"stock.sku_code\", quantity, allocated, sellable
             FROM skus
             JOIN sellable_stock ON sellable_stock.sku_code = skus.code
             LEFT JOIN stock ON stock.sku_code = skus.code
             ORDER BY skus.code",
        )
    }

    /// The orders with the three ticks.
    pub fn orders(&self) -> Result<Rows> {
        let tick = |column: &str| format!("CASE {column} WHEN 1 THEN '☑' ELSE '☐' END");
        self.rows(&format!(
            "SELECT orders.order_no AS \"orders.order_no\", orders.total, exported_at, {} AS 配送区分, {} AS 入金区分,
                    {} AS オーソリ確定, tracking_no
             FROM orders
             JOIN order_shipments ON order_shipments.order_no = orders.order_no
             ORDER BY orders.order_no",
            tick("delivery_status"),
            tick("payment_status"),
            tick("capture_status"),
        ))
    }

    /// `(quantity, allocated, sellable)` of a SKU.
    pub fn figures(&self, sku: &str) -> Result<(i64, i64, i64)> {
        Ok(self.database()?.query_row(
            "SELECT stock.quantity, stock.allocated, sellable_stock.sellable
             FROM stock
             JOIN sellable_stock ON sellable_stock.sku_code = stock.sku_code
             WHERE stock.sku_code = ?1",
            [sku],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?)
    }

    /// Whether a query's first value is 1.
    pub fn holds(&self, query: &str) -> Result<bool> {
        Ok(self.database()?.query_row(query, [], |row| row.get(0))?)
    }

    fn rows(&self, query: &str) -> Result<Rows> {
        let database = self.database()?;
        let mut statement = database.prepare(query)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let count = names.len();
        let cells = statement
            .query_map([], |row| (0..count).map(|i| Ok(shown(row.get(i)?))).collect())?
            .collect::<Result<_, _>>()?;
        Ok(Rows { names, cells })
    }

    fn database(&self) -> Result<Connection> {
        let database = Connection::open(self.database_file())?;
        database.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(database)
    }
}

fn shown(value: Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(_) => "…".to_owned(),
    }
}

fn settings(server: &FtpServer) -> String {
    format!(
        r#"environment = "demo"
database = "shop.{{environment}}.db"
work_dir = "tempostar.d"

[shop]
name = "デモ商店"
code = "12345"

[ftp.demo]
url = "{host}"
port = {port}
user = "{user}"
password_file = "demo.pass"
tls = "explicit"
certificate_sha256 = "{certificate}"

[mail]
transport = "none"

[[payment_methods]]
name = "クレジットカード"
card = true
added_on = 2020-04-01

[product_free_items]
1 = "お手入れ"
2 = "素材"

[products]
settle_s = 0
[products.free_items]
"予備1" = 1

[stock]
settle_s = 0

[logistics]
settle_s = 0
"#,
        host = server.host(),
        port = server.port(),
        user = server.user(),
        certificate = server.certificate_sha256(),
    )
}
