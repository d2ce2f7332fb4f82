//! The columns that we know of each kind of file, and what the settings say about their names.

use toml::de::DeValue;

use super::names::table_of;
use super::reader::{Entry, Reader};
use super::{FieldContent, OrderField, WithoutStatus};
use crate::encoding::{Encoding, comparable_name, look_alikes};
use crate::job::Job;
use crate::problem::Problem;
use crate::sheet::{Naming, Unnamed, nearest};
use crate::text::settings as text;

/// Of a stock file.
pub const STOCK: &str = "商品コード,在庫数,更新日時";

/// Of a logistics file.
pub const LOGISTICS: &str = "ショップ受注番号,受注進捗コード,出荷日,出荷確定日,配送日,荷物番号,配送方法名,配送番号,\
    入金日付,商品コード,商品名,項目選択肢,数量,税抜単価,単品消費税,税込単価";

/// Of a product file, but for its images.
pub const PRODUCTS: &str = "商品コード,SKUコード,商品名,商品名カナ,販売商品名,販売価格,定価,原価,課税対象,税率,\
    国際商品識別コード,商品重量,メーカー,生産地,備考,掲載フラグ,商品発売日,期間販売開始日時,期間販売終了日時,最大購入数,\
    最小購入数,注意在庫数,検索キーワード,ヘッダ Title,META keywords,META description,PCキャッチコピー,SKU商品名,\
    商品SKU統一コード,SKU国際商品識別コード,SKU項目1タイトル,SKU項目1選択肢名,SKU項目1選択肢コード,SKU項目2タイトル,\
    SKU項目2選択肢名,SKU項目2選択肢コード,SKU項目3タイトル,SKU項目3選択肢名,SKU項目3選択肢コード,取扱いフラグ";

/// Of a file of orders.
pub const ORDERS: &str = "ショップ受注番号,受注日時,注文者名,注文者名カナ,注文者郵便番号,注文者住所,注文者電話番号,\
    注文者FAX番号,注文者メールアドレス,支払方法名,支払回数名,デバイスタイプ,ポイント,クーポン,商品計税抜,消費税計,商品計税込,\
    配送料計,決済手数料計,請求金額,入金日付,受注備考,社内備考,倉庫指示,配送先名,配送先名カナ,配送先郵便番号,配送先住所,\
    配送先電話番号,配送先FAX番号,配送方法名,配送時間名,配送毎配送料,配送毎決済手数料,配送毎ポイント,配送毎クーポン,\
    配送毎請求金額,ギフトフラグ,出荷日,配送日,荷物番号,配送毎連絡,商品コード,商品名,項目選択肢,数量,税抜単価,単品消費税,\
    税込単価,商品連絡";

/// What is read of TEMPOSTAR's own list of orders.
pub const LIST: &str = "ショップ受注番号,受注進捗コード,請求金額";

/// The column by which an order is known, there and here.
const ORDER_NO: &str = "ショップ受注番号";

/// The columns without which a stock file is refused.
pub const STOCK_REQUIRED: &[&str] = &["商品コード", "在庫数"];

/// The columns without which a file is refused.
pub(crate) fn required(job: Job, without_status: WithoutStatus) -> &'static [&'static str] {
    match (job, without_status) {
        (Job::Products, _) => &["商品コード"],
        (Job::Stock, _) => STOCK_REQUIRED,
        (Job::Logistics, WithoutStatus::Refuse) => &[ORDER_NO, "受注進捗コード"],
        (Job::Logistics | Job::Orders, _) => &[ORDER_NO],
    }
}

/// Those that we know.
pub(crate) fn known(job: Job) -> impl Iterator<Item = &'static str> {
    let names = match job {
        Job::Products => PRODUCTS,
        Job::Stock => STOCK,
        Job::Logistics => LOGISTICS,
        Job::Orders => ORDERS,
    };
    names.split(',')
}

/// A product has up to this many images.
pub const IMAGES_MAX: usize = 20;

/// The names of a product's image and of its text.
pub fn image_columns(number: usize) -> [String; 2] {
    ["ファイル名", "ALT"].map(|what| format!("商品画像{number}{what}"))
}

/// `columns` and `header` of one kind of file.
pub(super) fn naming<'n>(
    r: &mut Reader<'_>,
    job: Job,
    further: impl IntoIterator<Item = &'n str>,
    without_status: WithoutStatus,
) -> Naming {
    let table = table_of(job);
    let mut known: Vec<&str> = known(job).collect();
    known.extend(further);
    let others = others(r, &format!("{table}.columns"), &known);
    let key = format!("{table}.header");
    let Some(header) = r.texts(&key) else { return Naming { others, unnamed: Unnamed::Never } };
    let naming = Naming { others, unnamed: Unnamed::UnlessNamed(header.clone()) };
    let comparable: Vec<String> = header.iter().map(|name| comparable_name(name)).collect();
    let place = |name: &str| comparable.iter().position(|other| *other == comparable_name(name));
    for name in required(job, without_status) {
        if !naming.names_for(name).any(|name| place(name).is_some()) {
            r.report(&key, text::header_lacks(name));
        }
    }
    let twice =
        (0..header.len()).find(|&index| !header[index].is_empty() && place(&header[index]) != Some(index));
    if let Some(index) = twice {
        r.report(&key, text::column_named_twice(&header[index]));
    }
    naming
}

/// What the columns of TEMPOSTAR's own list of orders are called; where nothing else is said, as in logistics files.
pub(super) fn list(r: &mut Reader<'_>, logistics: &Naming) -> Naming {
    let mut others = others(r, "reconcile.columns", &LIST.split(',').collect::<Vec<_>>());
    for entry in &logistics.others {
        if others.iter().all(|(name, _)| comparable_name(name) != comparable_name(&entry.0)) {
            others.push(entry.clone());
        }
    }
    Naming { others, ..logistics.clone() }
}

/// Our name → the file's names for it.
fn others(r: &mut Reader<'_>, key: &str, known: &[&str]) -> Vec<(String, Vec<String>)> {
    let mut others: Vec<(String, Vec<String>)> = Vec::new();
    for entry in r.named_entries(key) {
        if let Some(problem) = wrong_name(&entry, known, &others) {
            r.report_entry(key, &entry, problem);
        }
        others.push((entry.name, entry.value.unwrap_or_default()));
    }
    others
}

fn wrong_name(
    entry: &Entry<Vec<String>>,
    known: &[&str],
    others: &[(String, Vec<String>)],
) -> Option<Problem> {
    let name = comparable_name(&entry.name);
    if known.iter().all(|known| comparable_name(known) != name) {
        let nearest = nearest(known.iter().copied(), &entry.name, 1).concat();
        return Some(text::unknown_column(&entry.name, &nearest));
    }
    if others.iter().any(|(other, _)| comparable_name(other) == name) {
        return Some(text::column_named_twice(&entry.name));
    }
    // One column of the file cannot be two of ours.
    let taken: Vec<String> =
        others.iter().flat_map(|(_, theirs)| theirs).map(|name| comparable_name(name)).collect();
    let theirs = entry.value.iter().flatten();
    let mut twice = theirs.filter(|name| taken.contains(&comparable_name(name)));
    twice.next().map(|name| text::column_named_twice(name))
}

/// The columns of a file of orders: those of the settings, else the 50; then the free items that do not stand among them.
pub(super) fn sent(r: &mut Reader<'_>, encoding: Encoding, free_items: &[(String, u8)]) -> Vec<OrderField> {
    let key = "orders.columns";
    let own =
        |name: &str| OrderField { name: name.to_owned(), content: FieldContent::Column(name.to_owned()) };
    let mut fields: Vec<OrderField> = match r.items(key) {
        None => ORDERS.split(',').map(own).collect(),
        Some(items) => {
            let read = items.into_iter().map(|item| field(item, free_items));
            let fields = read.filter_map(|read| read.map_err(|problem| r.report(key, problem)).ok());
            let fields: Vec<OrderField> = fields.collect();
            check_fields(r, key, encoding, &fields);
            fields
        }
    };
    for (index, (name, _)) in free_items.iter().enumerate() {
        check_encodable(r, &format!("orders.free_items.{name}"), encoding, name);
        if fields.iter().all(|field| field.content != FieldContent::FreeItem(index)) {
            fields.push(OrderField { name: name.clone(), content: FieldContent::FreeItem(index) });
        }
    }
    fields
}

/// `"name"`, `{ name = "…", from = "…" }` or `{ name = "…", value = "…" }`.
fn field(item: &DeValue<'_>, free_items: &[(String, u8)]) -> Result<OrderField, Problem> {
    let text = |value: &DeValue<'_>| {
        value.as_str().filter(|text| !text.chars().any(char::is_control)).map(str::to_owned)
    };
    let DeValue::Table(table) = item else {
        let name = text(item).ok_or_else(text::not_a_field)?;
        return Ok(OrderField { content: source(&name, free_items)?, name });
    };
    let part = |key: &str| table.get(key).and_then(|value| text(value.get_ref()));
    match (part("name"), part("from"), part("value"), table.len()) {
        (Some(name), Some(from), None, 2) => Ok(OrderField { name, content: source(&from, free_items)? }),
        (Some(name), None, Some(value), 2) => Ok(OrderField { name, content: FieldContent::Constant(value) }),
        _ => Err(text::not_a_field()),
    }
}

/// What a name means: a free item, or one of the 50.
fn source(name: &str, free_items: &[(String, u8)]) -> Result<FieldContent, Problem> {
    if let Some(index) = free_items.iter().position(|(other, _)| other == name) {
        return Ok(FieldContent::FreeItem(index));
    }
    let known = ORDERS.split(',').chain(free_items.iter().map(|(name, _)| name.as_str()));
    if known.clone().any(|known| known == name) {
        return Ok(FieldContent::Column(name.to_owned()));
    }
    Err(text::unknown_order_column(name, &nearest(known, name, 1).concat()))
}

fn check_fields(r: &mut Reader<'_>, key: &str, encoding: Encoding, fields: &[OrderField]) {
    let mut names: Vec<String> = Vec::new();
    for field in fields {
        let name = comparable_name(&field.name);
        if name.is_empty() || names.contains(&name) {
            r.report(key, text::column_named_twice(&field.name));
        }
        names.push(name);
        let constant = match &field.content {
            FieldContent::Constant(value) => value.as_str(),
            FieldContent::Column(_) | FieldContent::FreeItem(_) => "",
        };
        check_encodable(r, key, encoding, &field.name);
        check_encodable(r, key, encoding, constant);
    }
    if !fields.iter().any(|field| field.content == FieldContent::Column(ORDER_NO.to_owned())) {
        r.report(key, text::order_number_not_sent(ORDER_NO));
    }
}

fn check_encodable(r: &mut Reader<'_>, key: &str, encoding: Encoding, written: &str) {
    if encoding.encode(&look_alikes(written), &mut Vec::new()).is_err() {
        r.report(key, text::order_column_not_encodable(written, encoding.name()));
    }
}

/// What the columns of our own files of orders are called.
pub(super) fn naming_of(fields: &[OrderField]) -> Naming {
    let is_taken = |name: &str, own: &FieldContent| {
        fields.iter().any(|field| field.name == name && field.content != *own)
    };
    let others = ORDERS.split(',').filter_map(|name| {
        let own = FieldContent::Column(name.to_owned());
        let mut theirs: Vec<String> =
            fields.iter().filter(|field| field.content == own).map(|field| field.name.clone()).collect();
        // Files that were sent before the settings changed.
        if !is_taken(name, &own) {
            theirs.push(name.to_owned());
        }
        (theirs != [name]).then(|| (name.to_owned(), theirs))
    });
    Naming { others: others.collect(), unnamed: Unnamed::Never }
}
