//! TEMPOSTAR, played: it writes product, stock and shipping sheets onto its FTP server, and takes orders away.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempostar::moment::{Moment, slashed};

use crate::screen::Rows;

/// The sheet of products that a person registered in TEMPOSTAR.
const PRODUCTS: &[u8] = include_bytes!("../sheets/product.csv");

const FOLDERS: [&str; 4] =
    ["product/export/12345", "netstock/12345", "order/export/12345/orderstatus", "ordershop/12345"];

/// TEMPOSTAR's own figures, and its server's folder.
pub struct Tempostar {
    root: PathBuf,
    stock: BTreeMap<String, i64>,
    taken: Vec<String>,
}

impl Tempostar {
    /// A server with its four empty folders.
    pub fn open(root: &Path) -> Result<Self> {
        for folder in FOLDERS {
            fs::create_dir_all(root.join(folder))?;
        }
        let figures = [("0012", 3), ("A-1-RED", 10), ("A-1-RED-L", 0), ("A-1-NAVY", 4), ("A-1-NAVY-L", -1)];
        let stock = figures.into_iter().map(|(sku, quantity)| (sku.to_owned(), quantity)).collect();
        Ok(Self { root: root.to_owned(), stock, taken: Vec::new() })
    }

    /// Writes the sheet of products.
    pub fn export_products(&self, now: Moment) -> Result<()> {
        self.write(FOLDERS[0], "product", now, PRODUCTS)
    }

    /// Writes the sheet of stock, as TEMPOSTAR does every few minutes.
    pub fn export_stock(&self, now: Moment) -> Result<()> {
        let rows: Vec<Vec<String>> =
            self.stock.iter().map(|(sku, quantity)| vec![sku.clone(), quantity.to_string()]).collect();
        self.write(FOLDERS[1], "stock", now, &sheet(&["商品コード", "在庫数"], &rows)?)
    }

    /// The file of orders that lies in the outbox: its name, and the filled columns of its first row.
    pub fn look_at_orders(&self) -> Result<(String, Rows)> {
        let path = self.orders_waiting()?.context("the outbox is empty")?;
        let (header, rows) = read(&path)?;
        let first = rows.into_iter().next().context("the file of orders has no row")?;
        let cells = header.into_iter().zip(first).filter(|(_, value)| !value.is_empty());
        let cells = cells.map(|(name, value)| vec![name, value]).collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, Rows { names: vec!["列 / column".to_owned(), "値 / value".to_owned()], cells }))
    }

    /// Takes the file of orders out of the outbox and lowers the stock by what was sold.
    pub fn take_orders(&mut self) -> Result<()> {
        let path = self.orders_waiting()?.context("the outbox is empty")?;
        let (header, rows) = read(&path)?;
        let column =
            |name: &str| header.iter().position(|h| h == name).with_context(|| format!("no column {name}"));
        let (order, sku, quantity) = (column("ショップ受注番号")?, column("商品コード")?, column("数量")?);
        for row in rows {
            let figure =
                self.stock.get_mut(&row[sku]).with_context(|| format!("unknown SKU {}", row[sku]))?;
            *figure -= row[quantity].parse::<i64>()?;
            self.taken.push(row[order].clone());
        }
        self.taken.dedup();
        Ok(fs::remove_file(path)?)
    }

    /// Ships all orders that were taken: 出荷済み.
    pub fn ship(&self, now: Moment) -> Result<()> {
        let day = slashed(now.date());
        let shipped = |order: &String| {
            [order.as_str(), "800", &day, "1234-5678-9012", "宅配便"].map(str::to_owned).to_vec()
        };
        let rows: Vec<Vec<String>> = self.taken.iter().map(shipped).collect();
        let names = ["ショップ受注番号", "受注進捗コード", "出荷日", "荷物番号", "配送方法名"];
        self.write(FOLDERS[2], "orderstatus", now, &sheet(&names, &rows)?)
    }

    /// The numbers of the orders that were taken.
    pub fn taken(&self) -> &[String] {
        &self.taken
    }

    /// Names of the files in the folder of the jobs' inbox.
    pub fn waiting(&self) -> Result<usize> {
        let mut files = 0;
        for folder in FOLDERS {
            for entry in fs::read_dir(self.root.join(folder))? {
                files += usize::from(entry?.file_type()?.is_file());
            }
        }
        Ok(files)
    }

    fn orders_waiting(&self) -> Result<Option<PathBuf>> {
        let mut found = None;
        for entry in fs::read_dir(self.root.join(FOLDERS[3]))? {
            if found.replace(entry?.path()).is_some() {
                bail!("more than one file lies in the outbox");
            }
        }
        Ok(found)
    }

    /// The time is in the file's name, as with TEMPOSTAR's, and is the file's own on the disk.
    fn write(&self, folder: &str, stem: &str, now: Moment, content: &[u8]) -> Result<()> {
        let path = self.root.join(folder).join(format!("{stem}{}.csv", now.digits()));
        fs::write(&path, content)?;
        Ok(File::options().write(true).open(&path)?.set_modified(now.to_system())?)
    }
}

/// A CP932 sheet, all fields quoted.
fn sheet(names: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(names)?;
    rows.iter().try_for_each(|row| writer.write_record(row))?;
    let text = String::from_utf8(writer.into_inner()?)?;
    let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(&text);
    anyhow::ensure!(!lossy, "not in CP932: {text}");
    Ok(bytes.into_owned())
}

fn read(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let bytes = fs::read(path)?;
    let text = encoding_rs::SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(&bytes)
        .with_context(|| format!("{} is not CP932", path.display()))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let fields = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = fields(reader.headers()?);
    let rows = reader.records().map(|record| Ok(fields(&record?))).collect::<Result<_>>()?;
    Ok((header, rows))
}
