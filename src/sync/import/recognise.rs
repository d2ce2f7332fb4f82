//! Which of the four kinds of file a header belongs to. A file in the wrong inbox, or behind the wrong `--file`, would
//! be read as something that it does not say: an order file as shipped orders, a stock file as products without a name.

use crate::job::Job;
use crate::settings::Settings;
use crate::sheet::{Header, Naming, Refusal};
use crate::text::sync as text;

const ORDER_NO: &str = "ショップ受注番号";
const PROGRESS: &str = "受注進捗コード";
const QUANTITY: &str = "在庫数";

/// Only files of orders have these.
const OF_ORDERS: [&str; 4] = ["注文者名", "支払方法名", "請求金額", "注文者住所"];

/// Only product files have these.
const OF_PRODUCTS: [&str; 8] = [
    "商品名",
    "販売商品名",
    "販売価格",
    "定価",
    "掲載フラグ",
    "SKUコード",
    "取扱いフラグ",
    "商品画像1ファイル名",
];

/// The job whose files have such a header; `None`: it could be any, or nobody's.
pub(crate) fn kind_of(settings: &Settings, header: &Header) -> Option<Job> {
    let [products, stock, logistics] =
        [&settings.products.inbox, &settings.stock.inbox, &settings.logistics.inbox]
            .map(|inbox| &inbox.naming);
    let has = |naming: &Naming, name: &str| header.has_as(naming, name);
    let count = |naming: &Naming, names: &[&str]| names.iter().filter(|name| has(naming, name)).count();
    let orders = &settings.orders.naming;
    let is_ours = header.names().iter().eq(settings.orders.columns.iter().map(|field| &field.name));
    if is_ours || has(logistics, ORDER_NO) || has(orders, ORDER_NO) {
        let is_order_file = is_ours || !has(logistics, PROGRESS) && count(orders, &OF_ORDERS) >= 2;
        return Some(if is_order_file { Job::Orders } else { Job::Logistics });
    }
    match (has(stock, QUANTITY), count(products, &OF_PRODUCTS)) {
        (true, 0) => Some(Job::Stock),
        (false, 2..) => Some(Job::Products),
        _ => None,
    }
}

/// Refuses a file that is another job's.
pub(super) fn check(settings: &Settings, job: Job, header: &Header, shown: &str) -> Result<(), Refusal> {
    match kind_of(settings, header) {
        Some(other) if other != job => {
            let (found, wanted) = (other.file(), job.file());
            let problem =
                text::file_of_another_kind(&found.ja, &found.en, &wanted.ja, &wanted.en, other.as_str());
            Err(Refusal::new(problem.in_file(shown)))
        }
        _ => Ok(()),
    }
}
