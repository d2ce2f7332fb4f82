//! What was sent under an order's number, as a hash: the same from the shop's tables and from the file.

use std::borrow::Cow;

use super::columns::{AMOUNT, CUSTOMER_NAME, ORDERED_AT, PRICE, QUANTITY, SKU, Value};
use super::order::{Head, Line, Order};
use crate::books::batches::SentContent;
use crate::encoding::look_alikes;
use crate::hashing::sha256_hex;

/// The columns of an order that tell it from another one of its number.
pub(super) const OF_ORDER: [&str; 3] = [ORDERED_AT, CUSTOMER_NAME, AMOUNT];

/// Those of a line. The first two are kept.
pub(super) const OF_LINE: [&str; 3] = [SKU, QUANTITY, PRICE];

/// What is sent under the number of an order, from the values as they are written.
pub(super) fn content(of_order: [Cow<'_, str>; 3], lines: &[[Cow<'_, str>; 3]]) -> SentContent {
    let mut hashed = String::new();
    push_as_written(&mut hashed, &of_order);
    for line in lines {
        hashed.push('\n');
        push_as_written(&mut hashed, line);
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
    let Head { ordered_at, customer_name, total, .. } = &order.head;
    let of_order = [Value::Minute(ordered_at), Value::Text(customer_name), Value::Number(total)];
    let lines = order.lines.iter().map(|Line { sku_code, quantity, unit_price_incl_tax, .. }| {
        [Value::Text(sku_code), Value::Number(quantity), Value::Number(unit_price_incl_tax)]
            .map(Value::written)
    });
    content(of_order.map(Value::written), &lines.collect::<Vec<_>>())
}

/// However the file's encoding and the sheet changed them.
fn push_as_written(hashed: &mut String, values: &[Cow<'_, str>; 3]) {
    for (index, value) in values.iter().enumerate() {
        hashed.push_str(if index == 0 { "" } else { "\t" });
        for (index, word) in look_alikes(value).split_whitespace().enumerate() {
            hashed.push_str(if index == 0 { "" } else { " " });
            hashed.push_str(word);
        }
    }
}
