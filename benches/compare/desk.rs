//! A folder with a shop in it: settings, a database to begin each run from, and the sheets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use rusqlite::{Connection, params};
use tempfile::TempDir;
use tempostar::{books, settings};

use crate::measure::{Measured, measure};
use crate::sheets;

/// How the sheets of stock are called: their own time is later than that of the figures in the shop.
pub const STOCK_SHEET: &str = "stock_20240501101500.csv";

pub struct Desk {
    folder: TempDir,
    /// What is measured.
    binary: PathBuf,
}

impl Desk {
    pub fn new(binary: PathBuf) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tempostar-bench-").tempdir()?;
        let desk = Self { folder, binary };
        desk.write_settings("127.0.0.1", 1)?;
        Ok(desk)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The shop's database, as the runs find and leave it.
    pub fn database(&self) -> PathBuf {
        self.path("shop.db")
    }

    /// Settings for a server at this place, without TLS.
    pub fn write_settings(&self, host: &str, port: u16) -> Result<()> {
        self.write_settings_with(host, port, "tls = \"none\"")
    }

    pub fn write_settings_with(&self, host: &str, port: u16, tls: &str) -> Result<()> {
        let free_items = (1..=sheets::FREE_ITEMS).map(|number| format!("\"予備{number}\" = {number}\n"));
        let text = format!(
            r#"environment = "demo"
database = "shop.db"
work_dir = "work"
language = "en"
[shop]
name = "サンプル商店"
code = "12345"
admin_email = "owner@shop.example"
[shop.options]
[ftp]
retries = 0
[ftp.demo]
url = "{host}"
port = {port}
user = "12345_0"
password = "himitsu#Pass-word"
{tls}
[products]
settle_s = 0
[stock]
settle_s = 0
[logistics]
settle_s = 0
[logistics.guard]
ship_percent = 100
[orders]
max_age_days = 0
[products.free_items]
{}"#,
            free_items.collect::<String>()
        );
        Ok(fs::write(self.path("tempostar.toml"), text)?)
    }

    /// Until they are written anew.
    pub fn add_settings(&self, text: &str) -> Result<()> {
        let path = self.path("tempostar.toml");
        Ok(fs::write(&path, fs::read_to_string(&path)? + text)?)
    }

    /// The binary with these arguments.
    pub fn tempostar(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--config").arg(self.path("tempostar.toml")).arg("--quiet").args(arguments);
        command
    }

    /// Imports one file.
    pub fn import(&self, job: &str, sheet: &Path) -> Command {
        let mut command = self.tempostar(&[job, "--file"]);
        command.arg(sheet);
        command
    }

    pub fn measure(&self, command: &mut Command) -> Result<Measured> {
        measure(self.folder.path(), command)
    }

    /// A shop of its own with a copy of the database: its settings.
    pub fn copy_shop(&self, number: usize) -> Result<PathBuf> {
        let folder = self.path(&format!("shops/{number}"));
        fs::create_dir_all(folder.join("work"))?;
        for name in ["tempostar.toml", "shop.db"] {
            fs::copy(self.path(name), folder.join(name))?;
        }
        Ok(folder.join("tempostar.toml"))
    }

    /// An empty database of the present schema, opened for filling.
    pub fn create_database(&self) -> Result<Connection> {
        self.remove_database()?;
        let settings = settings::load(&self.path("tempostar.toml"), None)
            .map_err(|failure| anyhow::anyhow!("{:?}", failure.problems))?;
        drop(books::open(&settings)?);
        let connection = Connection::open(&settings.database)?;
        // It can be made again.
        connection.pragma_update(None, "synchronous", "OFF")?;
        Ok(connection)
    }

    /// From now on [`Desk::restore`] gives what the database holds now.
    pub fn keep_as(&self, name: &str) -> Result<()> {
        let connection = Connection::open(self.database())?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        drop(connection);
        fs::copy(self.database(), self.path(name)).context("cannot copy the database")?;
        Ok(())
    }

    /// A fresh copy, on the disk as well, and an empty work folder.
    pub fn restore(&self, name: &str) -> Result<()> {
        self.remove_database()?;
        fs::copy(self.path(name), self.database()).context("cannot copy the database")?;
        Command::new("sync").status()?;
        Ok(())
    }

    fn remove_database(&self) -> Result<()> {
        let path = self.database();
        for side in ["", "-wal", "-shm"] {
            let side = PathBuf::from(format!("{}{side}", path.display()));
            if side.exists() {
                fs::remove_file(side)?;
            }
        }
        if self.path("work").exists() {
            fs::remove_dir_all(self.path("work"))?;
        }
        Ok(())
    }
}

/// Products and SKUs, without stock.
pub fn fill_skus(shop: &mut Connection, skus: u64) -> Result<()> {
    let filling = shop.transaction()?;
    {
        let mut product =
            filling.prepare("INSERT OR IGNORE INTO products (code, name) VALUES (?1, '長袖シャツ')")?;
        let mut sku =
            filling.prepare("INSERT INTO skus (code, product_code, name) VALUES (?1, ?2, '紺・中')")?;
        for number in 0..skus {
            let product_code = sheets::product_code(number);
            product.execute([&product_code])?;
            sku.execute([&sheets::sku_code(number), &product_code])?;
        }
    }
    Ok(filling.commit()?)
}

/// A figure for every SKU.
pub fn fill_stock(shop: &mut Connection, skus: u64) -> Result<()> {
    let filling = shop.transaction()?;
    {
        let mut stock = filling.prepare(
            "INSERT INTO stock (sku_code, quantity, as_of, updated_at)
             VALUES (?1, ?2, '2024-05-01 10:05:00', '2024-05-01 10:06:00')",
        )?;
        for number in 0..skus {
            stock.execute(params![sheets::sku_code(number), i64::try_from(sheets::quantity(number))?])?;
        }
    }
    Ok(filling.commit()?)
}

/// Orders of two lines each.
pub fn fill_orders(shop: &mut Connection, orders: u64, sent: Sent) -> Result<()> {
    let filling = shop.transaction()?;
    filling.execute(
        "INSERT OR IGNORE INTO payment_methods (name, added_on, tempostar_ready) VALUES ('代金引換', '2020-01-01', 1)",
        [],
    )?;
    if sent == Sent::All {
        filling.execute(
            "INSERT INTO tempostar_batches
                 (id, file_name, state, sha256, size, order_count, line_count, run_id, prepared_at, sent_at, taken_at)
             VALUES (1, 'order.csv', 'sent', '00', 1, 1, 1, 'bench', '2024-05-01 10:00:00', '2024-05-01 10:00:01',
                     '2024-05-01 10:10:00')",
            [],
        )?;
    }
    {
        let mut order = filling.prepare(
            "INSERT INTO orders
                 (order_no, ordered_at, customer_name, customer_kana, customer_zip, customer_address, customer_tel,
                  customer_email, payment_method, device, subtotal_excl_tax, tax, subtotal_incl_tax, shipping_fee,
                  total, customer_note, updated_at, exported_at)
             VALUES (?1, '2024-05-01 10:00:00', '山田 太郎', 'ヤマダ タロウ', '100-0001', '東京都千代田区千代田1-1 表参道ビル',
                     '03-0000-0001', 'taro@customer.example', '代金引換', 'P', 3000, 300, 3300, 550, 3850,
                     '夕方の配達を希望します。', '2024-05-01 10:00:00', ?2)",
        )?;
        let mut shipment = filling.prepare(
            "INSERT INTO order_shipments
                 (order_no, shipment_no, recipient_name, recipient_kana, recipient_zip, recipient_address,
                  recipient_tel, delivery_method, shipping_fee, total)
             VALUES (?1, 1, '山田 太郎', 'ヤマダ タロウ', '100-0001', '東京都千代田区千代田1-1 表参道ビル', '03-0000-0001',
                     '宅配便', 550, 3850)",
        )?;
        let mut line = filling.prepare(
            "INSERT INTO order_lines
                 (order_no, line_no, sku_code, product_name, options, quantity, unit_price_excl_tax, unit_tax,
                  unit_price_incl_tax)
             VALUES (?1, ?2, ?3, '綿百パーセントの長袖シャツ', '紺・中', ?2, 1000, 100, 1100)",
        )?;
        let mut member = filling.prepare(
            "INSERT INTO tempostar_batch_orders (order_no, batch_id, known_updated_at)
             VALUES (?1, 1, '2024-05-01 10:00:00')",
        )?;
        for number in 0..orders {
            let order_no = sheets::order_no(number);
            let exported_at = (sent == Sent::All).then_some("2024-05-01 10:00:01");
            order.execute(params![order_no, exported_at])?;
            shipment.execute([&order_no])?;
            for line_no in 1..=2 {
                line.execute(params![order_no, line_no, sheets::sku_code(number % 1000 + line_no)])?;
            }
            if sent == Sent::All {
                member.execute([&order_no])?;
            }
        }
    }
    Ok(filling.commit()?)
}

/// Whether orders have gone to TEMPOSTAR already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    None,
    All,
}
