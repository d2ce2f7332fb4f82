//! Which of the four kinds of file a header belongs to. A file in the wrong inbox, or behind the wrong `--file`, would
//! be read as something that it does not say: an order file as shipped orders, a stock file as products without a name.

use crate::job::Job;
use crate::sheet::{Header, Refusal};
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
fn kind_of(header: &Header) -> Option<Job> {
    let has = |name: &str| header.optional(name).is_some();
    let count = |names: &[&str]| names.iter().filter(|name| has(name)).count();
    if has(ORDER_NO) {
        let is_order_file = !has(PROGRESS) && count(&OF_ORDERS) >= 2;
        return Some(if is_order_file { Job::Orders } else { Job::Logistics });
    }
    match (has(QUANTITY), count(&OF_PRODUCTS)) {
        (true, 0) => Some(Job::Stock),
        (false, 2..) => Some(Job::Products),
        _ => None,
    }
}

/// Refuses a file that is another job's.
pub(super) fn check(job: Job, header: &Header, shown: &str) -> Result<(), Refusal> {
    match kind_of(header) {
        Some(other) if other != job => {
            let (found, wanted) = (other.file(), job.file());
            let problem =
                text::file_of_another_kind(&found.ja, &found.en, &wanted.ja, &wanted.en, other.as_str());
            Err(Refusal::new(problem.in_file(shown)))
        }
        _ => Ok(()),
    }
}
