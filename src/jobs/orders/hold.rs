//! Which orders are held back: those that TEMPOSTAR could not take over rightly.

use super::order::{Line, Order, Payment};
use super::{PAYMENT_SETUP_SINCE, day, minute};
use crate::settings::{AddOrderLines, Settings};
use crate::text::{Text, jobs as text};

/// Why TEMPOSTAR could not take this order over rightly; the first reason that is found.
pub(super) fn reason_to_hold(order: &Order, settings: &Settings) -> Option<Text> {
    option_in_the_way(order, settings)
        .or_else(|| payment_not_set_up(&order.payment))
        .or_else(|| required_field_empty(order))
        .or_else(|| unreadable_date(order))
        .or_else(|| amounts_do_not_add_up(order))
}

fn option_in_the_way(order: &Order, settings: &Settings) -> Option<Text> {
    match order.kind.as_str() {
        "reservation" => Some(text::reservation()),
        "hanpukai" => Some(text::hanpukai()),
        _ if order.shipments.len() > 1 && settings.logistics.add_order_lines == AddOrderLines::Add => {
            Some(text::several_destinations())
        }
        _ => None,
    }
}

fn payment_not_set_up(payment: &Payment) -> Option<Text> {
    if payment.method.is_empty() {
        Some(text::field_empty("支払方法名"))
    } else if !payment.is_known {
        Some(text::payment_unknown(&payment.method))
    } else if payment.added_on.as_str() >= PAYMENT_SETUP_SINCE && !payment.is_tempostar_ready {
        Some(text::payment_not_ready(&payment.method))
    } else {
        None
    }
}

/// What a parcel and an order cannot do without.
fn required_field_empty(order: &Order) -> Option<Text> {
    if order.lines.is_empty() {
        return Some(text::no_lines());
    }
    let of_order = [
        ("受注日時", &order.ordered_at),
        ("注文者名", &order.customer.name),
        ("注文者住所", &order.customer.address),
    ];
    let of_shipments = order.shipments.iter().flat_map(|shipment| {
        [("配送先名", &shipment.recipient.name), ("配送先住所", &shipment.recipient.address)]
    });
    let of_lines = order.lines.iter().map(|line| ("商品コード", &line.sku_code));
    let empty =
        of_order.into_iter().chain(of_shipments).chain(of_lines).find(|(_, value)| value.trim().is_empty());
    if let Some((field, _)) = empty {
        return Some(text::field_empty(field));
    }
    if let Some(line) = order.lines.iter().find(|line| line.quantity < 1) {
        return Some(text::value_wrong("数量", &line.quantity.to_string()));
    }
    let homeless = order.lines.iter().find(|line| order.shipment(line.shipment_no).is_none());
    homeless.map(|line| text::no_shipment(line.shipment_no))
}

fn unreadable_date(order: &Order) -> Option<Text> {
    let moments = [("受注日時", &order.ordered_at), ("入金日付", &order.paid_at)];
    let days = order
        .shipments
        .iter()
        .flat_map(|shipment| [("出荷日", &shipment.shipped_on), ("配送日", &shipment.delivery_date)]);
    let moment = moments.into_iter().find(|(_, value)| !value.is_empty() && minute(value).is_none());
    let day = days.into_iter().find(|(_, value)| !value.is_empty() && day(value).is_none());
    // The value is not shown: what stands in the wrong column may be somebody's name.
    moment.or(day).map(|(field, _)| text::date_wrong(field))
}

fn amounts_do_not_add_up(order: &Order) -> Option<Text> {
    let sum = |amount: fn(&Line) -> i64| {
        order
            .lines
            .iter()
            .fold(0_i64, |sum, line| sum.saturating_add(amount(line).saturating_mul(line.quantity)))
    };
    let subtotal = sum(|line| line.unit_price_excl_tax);
    let tax = sum(|line| line.unit_tax);
    let total = order
        .subtotal_incl_tax
        .saturating_add(order.shipping_fee)
        .saturating_add(order.payment_fee)
        .saturating_sub(order.points_used)
        .saturating_sub(order.coupon_discount);
    if order.subtotal_excl_tax != subtotal {
        Some(text::subtotal_wrong(order.subtotal_excl_tax, subtotal))
    } else if order.tax != tax {
        Some(text::tax_wrong(order.tax, tax))
    } else if order.total != total {
        Some(text::total_wrong(order.total, total))
    } else {
        None
    }
}
