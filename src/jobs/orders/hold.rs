//! Which orders are held back: those that TEMPOSTAR could not take over rightly.

use super::columns::{PAYMENT_METHOD, QUANTITY, values};
use super::order::{Head, Line, Order};
use crate::settings::{AddOrderLines, Settings};
use crate::text::{Text, jobs as text};

/// Payment methods added from this day on need a set-up at SAVAWAY.
pub const PAYMENT_SETUP_SINCE: &str = "2022-05-01";

/// Why TEMPOSTAR could not take this order over rightly; the first reason that is found.
pub(super) fn reason_to_hold(order: &Order, settings: &Settings) -> Option<Text> {
    option_in_the_way(order, settings)
        .or_else(|| payment_not_set_up(&order.head))
        .or_else(|| required_field_empty(order))
        .or_else(|| line_wrong(order))
        .or_else(|| unreadable_date(order))
        .or_else(|| amounts_do_not_add_up(order))
}

fn option_in_the_way(order: &Order, settings: &Settings) -> Option<Text> {
    match order.head.kind.as_str() {
        "reservation" => Some(text::reservation()),
        "hanpukai" => Some(text::hanpukai()),
        _ if order.shipments.len() > 1 && settings.logistics.add_order_lines == AddOrderLines::Add => {
            Some(text::several_destinations())
        }
        _ => None,
    }
}

fn payment_not_set_up(head: &Head) -> Option<Text> {
    let method = &head.payment_method;
    if method.is_empty() {
        Some(text::field_empty(PAYMENT_METHOD))
    } else if !head.payment_is_known {
        Some(text::payment_unknown(method))
    } else if head.payment_added_on.as_str() >= PAYMENT_SETUP_SINCE && !head.payment_is_ready {
        Some(text::payment_not_ready(method))
    } else {
        None
    }
}

fn required_field_empty(order: &Order) -> Option<Text> {
    if order.lines.is_empty() {
        return Some(text::no_lines());
    }
    let (column, _) = values(order).find(|(column, value)| column.is_required && value.is_blank())?;
    Some(text::field_empty(column.name))
}

fn line_wrong(order: &Order) -> Option<Text> {
    if let Some(line) = order.lines.iter().find(|line| line.quantity < 1) {
        return Some(text::value_wrong(QUANTITY, &line.quantity.to_string()));
    }
    let homeless = order.lines.iter().find(|line| order.shipment(line.shipment_no).is_none());
    homeless.map(|line| text::no_shipment(line.shipment_no))
}

fn unreadable_date(order: &Order) -> Option<Text> {
    let (column, _) = values(order).find(|(_, value)| value.is_no_date())?;
    // The value is not shown: what stands in the wrong column may be somebody's name.
    Some(text::date_wrong(column.name))
}

fn amounts_do_not_add_up(order: &Order) -> Option<Text> {
    let head = &order.head;
    let sum = |amount: fn(&Line) -> i64| {
        order
            .lines
            .iter()
            .fold(0_i64, |sum, line| sum.saturating_add(amount(line).saturating_mul(line.quantity)))
    };
    let subtotal = sum(|line| line.unit_price_excl_tax);
    let tax = sum(|line| line.unit_tax);
    let total = head
        .subtotal_incl_tax
        .saturating_add(head.shipping_fee)
        .saturating_add(head.payment_fee)
        .saturating_sub(head.points_used)
        .saturating_sub(head.coupon_discount);
    if head.subtotal_excl_tax != subtotal {
        Some(text::subtotal_wrong(head.subtotal_excl_tax, subtotal))
    } else if head.tax != tax {
        Some(text::tax_wrong(head.tax, tax))
    } else if head.total != total {
        Some(text::total_wrong(head.total, total))
    } else {
        None
    }
}
