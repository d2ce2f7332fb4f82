//! The columns of a file of orders: TEMPOSTAR's name, and what stands there.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::order::{Line, Order, Shipment};
use crate::encoding::look_alikes;
use crate::moment::{Moment, slashed};

#[derive(Debug)]
pub struct OrderColumn {
    pub name: &'static str,
    /// The shop's: `table.column`; none: it has no such field.
    pub field: Option<&'static str>,
    source: Source,
    /// A note: a character that CP932 lacks is replaced there; anywhere else it holds the order back.
    pub(super) is_note: bool,
    /// What a parcel or an order cannot do without.
    pub(super) is_required: bool,
}

/// What a column takes its value from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Order(fn(&Order) -> Value<'_>),
    Shipment(fn(&Shipment) -> Value<'_>),
    Line(fn(&Line) -> Value<'_>),
}

/// A value as the database has it, and how TEMPOSTAR wants it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(&'a i64),
    /// `0` or `1`.
    Flag(&'a bool),
    /// `YYYY/MM/DD HH:MM`.
    Minute(&'a str),
    /// `YYYY/MM/DD`, of a date or of a time.
    Day(&'a str),
}

/// What a row is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) order: &'a Order,
    pub(super) shipment: &'a Shipment,
    pub(super) line: &'a Line,
}

pub(super) const ORDER_NO: &str = "ショップ受注番号";
pub(super) const ORDERED_AT: &str = "受注日時";
pub(super) const CUSTOMER_NAME: &str = "注文者名";
pub(super) const AMOUNT: &str = "請求金額";
pub(super) const SKU: &str = "商品コード";
pub(super) const PRICE: &str = "税込単価";
pub(super) const PAYMENT_METHOD: &str = "支払方法名";
pub(super) const QUANTITY: &str = "数量";

macro_rules! column {
    ($name:expr, $kind:ident, orders.$field:ident) => {
        column!($name, "orders.", $field, Source::Order(|order| Value::$kind(&order.head.$field)))
    };
    ($name:expr, $kind:ident, order_shipments.$field:ident) => {
        column!(
            $name,
            "order_shipments.",
            $field,
            Source::Shipment(|shipment| Value::$kind(&shipment.$field))
        )
    };
    ($name:expr, $kind:ident, order_lines.$field:ident) => {
        column!($name, "order_lines.", $field, Source::Line(|line| Value::$kind(&line.$field)))
    };
    ($name:expr, $table:literal, $field:ident, $source:expr) => {
        OrderColumn::new($name, Some(concat!($table, stringify!($field))), $source)
    };
}

pub static COLUMNS: [OrderColumn; 50] = [
    OrderColumn::new(ORDER_NO, Some("orders.order_no"), Source::Order(|order| Value::Text(&order.number))),
    column!(ORDERED_AT, Minute, orders.ordered_at).required(),
    column!(CUSTOMER_NAME, Text, orders.customer_name).required(),
    column!("注文者名カナ", Text, orders.customer_kana),
    column!("注文者郵便番号", Text, orders.customer_zip),
    column!("注文者住所", Text, orders.customer_address).required(),
    column!("注文者電話番号", Text, orders.customer_tel),
    column!("注文者FAX番号", Text, orders.customer_fax),
    column!("注文者メールアドレス", Text, orders.customer_email),
    column!(PAYMENT_METHOD, Text, orders.payment_method),
    column!("支払回数名", Text, orders.payment_count),
    column!("デバイスタイプ", Text, orders.device),
    column!("ポイント", Number, orders.points_used),
    column!("クーポン", Number, orders.coupon_discount),
    column!("商品計税抜", Number, orders.subtotal_excl_tax),
    column!("消費税計", Number, orders.tax),
    column!("商品計税込", Number, orders.subtotal_incl_tax),
    column!("配送料計", Number, orders.shipping_fee),
    column!("決済手数料計", Number, orders.payment_fee),
    column!(AMOUNT, Number, orders.total),
    column!("入金日付", Minute, orders.paid_at),
    column!("受注備考", Text, orders.customer_note).note(),
    column!("社内備考", Text, orders.shop_note).note(),
    OrderColumn::new("倉庫指示", None, Source::Order(|_| Value::Text(""))),
    column!("配送先名", Text, order_shipments.recipient_name).required(),
    column!("配送先名カナ", Text, order_shipments.recipient_kana),
    column!("配送先郵便番号", Text, order_shipments.recipient_zip),
    column!("配送先住所", Text, order_shipments.recipient_address).required(),
    column!("配送先電話番号", Text, order_shipments.recipient_tel),
    column!("配送先FAX番号", Text, order_shipments.recipient_fax),
    column!("配送方法名", Text, order_shipments.delivery_method),
    column!("配送時間名", Text, order_shipments.delivery_time),
    column!("配送毎配送料", Number, order_shipments.shipping_fee),
    column!("配送毎決済手数料", Number, order_shipments.payment_fee),
    column!("配送毎ポイント", Number, order_shipments.points),
    column!("配送毎クーポン", Number, order_shipments.coupon),
    column!("配送毎請求金額", Number, order_shipments.total),
    column!("ギフトフラグ", Flag, order_shipments.is_gift),
    column!("出荷日", Day, order_shipments.shipped_on),
    column!("配送日", Day, order_shipments.delivery_date),
    column!("荷物番号", Text, order_shipments.tracking_no),
    column!("配送毎連絡", Text, order_shipments.message).note(),
    column!(SKU, Text, order_lines.sku_code).required(),
    column!("商品名", Text, order_lines.product_name),
    column!("項目選択肢", Text, order_lines.options),
    column!(QUANTITY, Number, order_lines.quantity),
    column!("税抜単価", Number, order_lines.unit_price_excl_tax),
    column!("単品消費税", Number, order_lines.unit_tax),
    column!(PRICE, Number, order_lines.unit_price_incl_tax),
    column!("商品連絡", Text, order_lines.message).note(),
];

impl OrderColumn {
    const fn new(name: &'static str, field: Option<&'static str>, source: Source) -> Self {
        Self { name, field, source, is_note: false, is_required: false }
    }

    const fn note(mut self) -> Self {
        self.is_note = true;
        self
    }

    const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(super) fn value<'a>(&self, about: About<'a>) -> Value<'a> {
        match self.source {
            Source::Order(value) => value(about.order),
            Source::Shipment(value) => value(about.shipment),
            Source::Line(value) => value(about.line),
        }
    }

    /// Whether it has such a value in any row of the order.
    pub(super) fn any<'a>(&self, order: &'a Order, is_such: impl Fn(Value<'a>) -> bool) -> bool {
        match self.source {
            Source::Order(value) => is_such(value(order)),
            Source::Shipment(value) => order.shipments.iter().any(|shipment| is_such(value(shipment))),
            Source::Line(value) => order.lines.iter().any(|line| is_such(value(line))),
        }
    }

    /// Whether it may differ between two lines that go to one destination.
    pub(super) fn is_of_line(&self) -> bool {
        matches!(self.source, Source::Line(_))
    }
}

impl<'a> Value<'a> {
    /// As it stands in the file.
    pub(super) fn written(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) => number.to_string().into(),
            Self::Flag(true) => "1".into(),
            Self::Flag(false) => "0".into(),
            Self::Minute("") | Self::Day("") => "".into(),
            Self::Minute(text) => minute(text).map(Moment::slashed_minute).unwrap_or_default().into(),
            Self::Day(text) => day(text).map(slashed).unwrap_or_default().into(),
        }
    }

    /// Whether nothing would stand in the file.
    pub(super) fn is_blank(self) -> bool {
        match self {
            Self::Text(text) | Self::Minute(text) | Self::Day(text) => look_alikes(text).trim().is_empty(),
            Self::Number(_) | Self::Flag(_) => false,
        }
    }

    /// Whether it should be a date, and is not.
    pub(super) fn is_no_date(self) -> bool {
        match self {
            Self::Minute("") | Self::Day("") => false,
            Self::Minute(text) => minute(text).is_none(),
            Self::Day(text) => day(text).is_none(),
            Self::Text(_) | Self::Number(_) | Self::Flag(_) => false,
        }
    }
}

fn minute(text: &str) -> Option<Moment> {
    text.parse().ok()
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().or_else(|| minute(text).map(Moment::date))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_settings_know_the_same_columns() {
        let ours: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(crate::settings::columns::ORDERS.split(',').collect::<Vec<_>>(), ours);
    }

    #[test]
    fn no_name_and_no_field_stands_there_twice() {
        let names: HashSet<_> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), 50);
        let fields: HashSet<_> = COLUMNS.iter().map(|column| column.field).collect();
        assert_eq!(fields.len(), 50);
    }
}
