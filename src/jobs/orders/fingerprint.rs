//! What was sent under an order's number, as a hash: the same from the shop's tables and from the file.

use std::borrow::Cow;

use super::columns::{AMOUNT, CUSTOMER_NAME, ORDERED_AT, PRICE, QUANTITY, SKU, values};
use super::order::Order;
use crate::books::batches::SentContent;
use crate::encoding::look_alikes;
use crate::hashing::sha256_hex;

/// The columns of an order that tell it from another one of its number.
pub(super) const OF_ORDER: [&str; 3] = [ORDERED_AT, CUSTOMER_NAME, AMOUNT];

/// Those of a line. The first two are kept.
pub(super) const OF_LINE: [&str; 3] = [SKU, QUANTITY, PRICE];

/// What is sent under the number of an order, from the values as they are written.
pub(super) fn content(of_order: [Cow<'_, str>; 3], lines: &[[Cow<'_, str>; 3]]) -> SentContent {
    let mut hashed = of_order.map(|value| as_written(&value)).join("\t");
    for line in lines {
        hashed.push('\n');
        hashed.push_str(&line.each_ref().map(|value| as_written(value)).join("\t"));
    }
    let kept: Vec<(&str, i64)> =
        lines.iter().map(|[sku, quantity, _]| (&**sku, quantity.parse().unwrap_or(0))).collect();
    SentContent {
        fingerprint: sha256_hex(hashed.as_bytes()),
        lines: serde_json::to_string(&kept).unwrap_or_default(),
    }
}

/// What is sent under the number of this order.
pub(super) fn content_of(order: &Order) -> SentContent {
    let of_order = OF_ORDER.map(|name| {
        let mut all = values(order).filter(|(column, _)| column.name == name);
        all.next().map(|(_, value)| value.written()).unwrap_or_default()
    });
    let lines: Vec<[Cow<'_, str>; 3]> = order
        .lines
        .iter()
        .map(|line| {
            [
                line.sku_code.as_str().into(),
                line.quantity.to_string().into(),
                line.unit_price_incl_tax.to_string().into(),
            ]
        })
        .collect();
    content(of_order, &lines)
}

/// However the file's encoding and the sheet changed it.
fn as_written(value: &str) -> String {
    look_alikes(value).split_whitespace().collect::<Vec<_>>().join(" ")
}
