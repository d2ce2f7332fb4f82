//! What people call the jobs.

use crate::job::Job;
use crate::text::Text;

texts! {
    products() { ja: "商品情報の取込", en: "product import" }
    logistics() { ja: "物流連携の取込", en: "shipping import" }
    stock() { ja: "在庫情報の取込", en: "stock import" }
    orders() { ja: "受注の送信", en: "sending of orders" }
}

impl Job {
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
