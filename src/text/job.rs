//! What people call the jobs.

use crate::job::Job;
use crate::text::Text;

texts! {
    products() { ja: "商品情報の取込", en: "product import" }
    logistics() { ja: "物流連携の取込", en: "shipping import" }
    stock() { ja: "在庫情報の取込", en: "stock import" }
    orders() { ja: "受注の送信", en: "sending of orders" }
    product_file() { ja: "商品ファイル", en: "a product file" }
    logistics_file() { ja: "物流連携ファイル", en: "a logistics file" }
    stock_file() { ja: "在庫ファイル", en: "a stock file" }
    order_file() { ja: "受注ファイル", en: "an order file" }
}

impl Job {
    /// What people call its files.
    pub fn file(self) -> Text {
        match self {
            Self::Products => product_file(),
            Self::Logistics => logistics_file(),
            Self::Stock => stock_file(),
            Self::Orders => order_file(),
        }
    }

    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Self::Products => products(),
            Self::Logistics => logistics(),
            Self::Stock => stock(),
            Self::Orders => orders(),
        }
    }
}
