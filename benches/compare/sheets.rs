//! Sheets as TEMPOSTAR writes them: CP932, every field quoted, CRLF. Any number of rows, always the same ones.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use tempostar::encoding::Encoding;

/// In which order the rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As TEMPOSTAR mostly writes them.
    ByCode,
    /// As if drawn by lot.
    Shuffled,
}

/// How many of a thousand rows differ from what [`quantity`] and [`text`] say of old.
pub type Permille = u64;

/// A well mixed number for a number.
pub fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let number = (number ^ (number >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ (number >> 33)
}

/// The code of a SKU. In the order of their numbers they are in the order of their bytes.
pub fn sku_code(number: u64) -> String {
    const SIZES: [&str; 4] = ["L", "M", "S", "XL"];
    format!("SKU{number:07}-{}", SIZES[usize::try_from(number % 4).unwrap_or_default()])
}

/// The product of a SKU: two SKUs each.
pub fn product_code(number: u64) -> String {
    format!("ITEM{:07}", number / 2)
}

/// What the shop has of a SKU before the sheet comes.
pub fn quantity(number: u64) -> u64 {
    1 + mixed(number) % 200
}

fn is_changed(number: u64, permille: Permille) -> bool {
    mixed(number ^ 0xabcd_ef01) % 1000 < permille
}

/// The numbers below `rows`, each once.
fn numbers(rows: u64, order: Order) -> impl Iterator<Item = u64> {
    // A step that has no factor in common with `rows` comes to every number.
    let step = match order {
        Order::ByCode => 1,
        Order::Shuffled => (rows / 3 * 2..).find(|step| gcd(*step, rows) == 1).unwrap_or(1),
    };
    (0..rows).map(move |row| row * step % rows)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A sheet being written.
struct Writer {
    file: BufWriter<File>,
    line: Vec<u8>,
}

impl Writer {
    fn create(path: &Path) -> Result<Self> {
        Ok(Self { file: BufWriter::with_capacity(1 << 20, File::create(path)?), line: Vec::new() })
    }

    fn row<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>) -> Result<()> {
        self.line.clear();
        for field in fields {
            if !self.line.is_empty() {
                self.line.push(b',');
            }
            self.line.push(b'"');
            let encoded = Encoding::Cp932.encode(field, &mut self.line);
            encoded.map_err(|missing| anyhow::anyhow!("CP932 lacks {:?}", missing.character))?;
            self.line.push(b'"');
        }
        self.line.extend_from_slice(b"\r\n");
        Ok(self.file.write_all(&self.line)?)
    }

    fn finish(self) -> Result<()> {
        Ok(self.file.into_inner()?.sync_all()?)
    }
}

/// Which of the shop's SKUs a stock sheet names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    All,
    /// So many, evenly scattered over all.
    Scattered(u64),
    /// So many whose codes follow each other, from the middle on.
    Neighbours(u64),
}

#[derive(Clone, Copy, Debug)]
pub struct StockSheet {
    /// How many the shop has.
    pub skus: u64,
    pub named: Named,
    /// Among those named.
    pub changed: Permille,
    pub order: Order,
}

impl StockSheet {
    pub fn rows(self) -> u64 {
        match self.named {
            Named::All => self.skus,
            Named::Scattered(rows) | Named::Neighbours(rows) => rows,
        }
    }

    pub fn write(self, path: &Path) -> Result<()> {
        let rows = numbers(self.rows(), self.order).map(|index| match self.named {
            Named::All => index,
            Named::Scattered(rows) => index * (self.skus / rows),
            Named::Neighbours(rows) => (self.skus - rows) / 2 + index,
        });
        write_stock(
            path,
            rows.map(|number| (number, quantity(number) + u64::from(is_changed(number, self.changed)))),
        )
    }
}

/// A sheet of these SKUs and quantities.
pub fn write_stock(path: &Path, rows: impl Iterator<Item = (u64, u64)>) -> Result<()> {
    let mut sheet = Writer::create(path)?;
    sheet.row(["商品コード", "在庫数", "更新日時", "商品名"])?;
    for (number, quantity) in rows {
        let name = ["長袖シャツ", "綿の靴下", "能登の塩", "表札"][usize::try_from(number % 4)?];
        sheet.row([&sku_code(number), quantity.to_string().as_str(), "2024/05/01 10:14:00", name])?;
    }
    sheet.finish()
}

/// The columns of a product sheet that stand in every one, in groups as they are filled.
const TEXT_COLUMNS: [&str; 11] = [
    "商品名",
    "商品名カナ",
    "販売商品名",
    "メーカー",
    "生産地",
    "備考",
    "検索キーワード",
    "ヘッダ Title",
    "META keywords",
    "META description",
    "PCキャッチコピー",
];
const OTHER_COLUMNS: [(&str, &str); 14] = [
    ("販売価格", "1980"),
    ("定価", "2980"),
    ("原価", "800"),
    ("課税対象", "1"),
    ("税率", "10"),
    ("国際商品識別コード", "4901234567894"),
    ("商品重量", "0.35"),
    ("掲載フラグ", "1"),
    ("商品発売日", "2024/04/01"),
    ("期間販売開始日時", "2024/04/01 00:00:00"),
    ("期間販売終了日時", ""),
    ("最大購入数", "10"),
    ("最小購入数", "1"),
    ("注意在庫数", "3"),
];
const SKU_COLUMNS: [(&str, &str); 13] = [
    ("SKU商品名", "長袖シャツ（紺・中）"),
    ("商品SKU統一コード", ""),
    ("SKU国際商品識別コード", "4901234567894"),
    ("SKU項目1タイトル", "色"),
    ("SKU項目1選択肢名", "紺"),
    ("SKU項目1選択肢コード", "navy"),
    ("SKU項目2タイトル", "大きさ"),
    ("SKU項目2選択肢名", "中"),
    ("SKU項目2選択肢コード", "M"),
    ("SKU項目3タイトル", ""),
    ("SKU項目3選択肢名", ""),
    ("SKU項目3選択肢コード", ""),
    ("取扱いフラグ", "1"),
];
const IMAGES: usize = 5;
/// Columns `予備1` and so on, which the settings map to free items.
pub const FREE_ITEMS: usize = 10;

/// The product sheet's columns of a shop with one mall.
pub const PRODUCT_COLUMNS: usize =
    2 + TEXT_COLUMNS.len() + OTHER_COLUMNS.len() + SKU_COLUMNS.len() + 2 * IMAGES + FREE_ITEMS;

#[derive(Clone, Copy, Debug)]
pub struct ProductSheet {
    /// One a SKU.
    pub rows: u64,
    /// The product's name in these is a new one.
    pub changed: Permille,
    /// At least [`PRODUCT_COLUMNS`]; those beyond are other malls'.
    pub columns: usize,
}

impl ProductSheet {
    pub fn write(self, path: &Path) -> Result<()> {
        let mut sheet = Writer::create(path)?;
        let names = product_columns(self.columns);
        sheet.row(names.iter().map(String::as_str))?;
        for number in 0..self.rows {
            let fields = self.fields(number);
            let others = (PRODUCT_COLUMNS..self.columns).map(|_| "他モールの値");
            sheet.row(fields.iter().map(String::as_str).chain(others))?;
        }
        sheet.finish()
    }

    fn fields(self, number: u64) -> Vec<String> {
        let product = number / 2;
        let version = if is_changed(product, self.changed) { "改" } else { "" };
        let mut fields = vec![product_code(number), sku_code(number)];
        fields.extend((0..TEXT_COLUMNS.len()).map(|column| text(product, column)));
        fields[2].push_str(version);
        fields.extend(OTHER_COLUMNS.map(|(_, value)| value.to_owned()));
        fields.extend(SKU_COLUMNS.map(|(_, value)| value.to_owned()));
        for image in 1..=IMAGES {
            fields.push(format!("item{product:07}_{image}.jpg"));
            fields.push("前から見たところ".to_owned());
        }
        fields.extend((0..FREE_ITEMS).map(|column| text(product, 100 + column)));
        fields
    }
}

pub fn product_columns(columns: usize) -> Vec<String> {
    let mut names = vec!["商品コード".to_owned(), "SKUコード".to_owned()];
    names.extend(TEXT_COLUMNS.map(str::to_owned));
    names.extend(OTHER_COLUMNS.map(|(name, _)| name.to_owned()));
    names.extend(SKU_COLUMNS.map(|(name, _)| name.to_owned()));
    for image in 1..=IMAGES {
        names.push(format!("商品画像{image}ファイル名"));
        names.push(format!("商品画像{image}ALT"));
    }
    names.extend((1..=FREE_ITEMS).map(|number| format!("予備{number}")));
    names.extend((names.len()..columns).map(|number| format!("他モール 項目{number}")));
    names
}

/// Some Japanese of 10 to 60 characters.
fn text(product: u64, column: usize) -> String {
    const WORDS: [&str; 8] = [
        "着心地のよい",
        "綿百パーセントの",
        "長袖シャツ。",
        "構造は丈夫で",
        "ソフトな",
        "肌ざわり",
        "２０２４年春の",
        "新作です。",
    ];
    let mut seed = mixed(product * 1000 + column as u64);
    let mut text = String::new();
    for _ in 0..2 + seed % 7 {
        text.push_str(WORDS[usize::try_from(seed % 8).unwrap_or_default()]);
        seed = mixed(seed);
    }
    text
}

/// The order's own number.
pub fn order_no(number: u64) -> String {
    format!("R{number:08}")
}

/// Every one of the orders has been shipped.
pub fn write_logistics(path: &Path, orders: u64) -> Result<()> {
    let mut sheet = Writer::create(path)?;
    sheet.row(["ショップ受注番号", "受注進捗コード", "出荷日", "配送日", "荷物番号", "配送方法名"])?;
    for number in 0..orders {
        let (order, parcel) = (format!("12345-{}", order_no(number)), format!("{:012}", number * 7));
        sheet.row([order.as_str(), "800", "2024/05/01", "2024/05/02", parcel.as_str(), "宅配便"])?;
    }
    sheet.finish()
}
