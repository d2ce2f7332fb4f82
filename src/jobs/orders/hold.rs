//! Which orders are held back: those that TEMPOSTAR could not take over rightly.

use chrono::{NaiveDate, TimeDelta};

use super::columns::{COLUMNS, ORDER_NO, OrderColumn, PAYMENT_METHOD, QUANTITY, Value};
use super::fingerprint::content_of;
use super::order::{Head, Line, Order};
use crate::encoding::look_alikes;
use crate::moment::Moment;
use crate::settings::{AddOrderLines, Settings};
use crate::text::{Text, jobs as text};

/// Payment methods added from this day on need a set-up at SAVAWAY.
pub const PAYMENT_SETUP_SINCE: &str = "2022-05-01";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The fact.
    pub reason: Text,
    /// What ends it.
    pub act: Act,
}

/// What ends a hold, and with it, whose task that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The shop corrects the order.
    MendOrder,
    /// The shop corrects its amounts; or the settings allow for another way of rounding.
    MendAmounts,
    /// Support registers the payment method.
    RegisterPayment,
    /// SAVAWAY sets the payment method up.
    SetUpPayment,
    /// The order cannot be linked: the shop enters it in TEMPOSTAR.
    EnterByHand,
    /// Support corrects what the shop's application wrote.
    MendData,
    /// The shop looks at what was sent under this number.
    CompareWithSent,
    /// The shop decides whether so old an order is to be sent.
    Approve,
    /// Nothing: the run puts the mark back by itself.
    PutBack,
}

impl Act {
    /// As a person is told it, about this order.
    pub fn text(self, order_no: &str) -> Text {
        match self {
            Self::MendOrder => text::act_mend_order(),
            Self::MendAmounts => text::act_mend_amounts(),
            Self::RegisterPayment => text::act_register_payment(),
            Self::SetUpPayment => text::act_set_up_payment(),
            Self::EnterByHand => text::act_enter_by_hand(),
            Self::MendData => text::act_mend_data(),
            Self::CompareWithSent => text::act_compare_with_sent(),
            Self::Approve => text::act_approve(order_no),
            Self::PutBack => text::act_put_back(),
        }
    }
}

pub(super) fn hold(act: Act, reason: Text) -> Hold {
    Hold { reason, act }
}

/// Why TEMPOSTAR could not take this order over rightly; the first reason that is found.
pub(super) fn reason_to_hold(order: &Order, settings: &Settings, now: Moment) -> Option<Hold> {
    sent_before(order)
        .or_else(|| known_there(&order.head))
        .or_else(|| state_unreadable(&order.head))
        .or_else(|| option_in_the_way(order, settings))
        .or_else(|| payment_not_set_up(&order.head))
        .or_else(|| number_would_change(order))
        .or_else(|| required_field_empty(order, settings))
        .or_else(|| line_wrong(order))
        .or_else(|| unreadable_date(order))
        .or_else(|| amounts_do_not_add_up(order, settings))
        .or_else(|| too_old(&order.head, settings, now))
}

fn sent_before(order: &Order) -> Option<Hold> {
    let head = &order.head;
    if head.sent_before_at.is_empty() {
        None
    } else if head.sent_before_as == content_of(order).fingerprint {
        Some(hold(Act::PutBack, text::exported_at_emptied(&head.sent_before_at)))
    } else {
        Some(hold(Act::CompareWithSent, text::number_sent_before(&head.sent_before_at)))
    }
}

fn known_there(head: &Head) -> Option<Hold> {
    head.is_known_there.then(|| hold(Act::EnterByHand, text::known_in_tempostar()))
}

/// Empty text is "no" and "none"; anything else that is neither a flag nor a time may mean either.
fn state_unreadable(head: &Head) -> Option<Hold> {
    let wrong = |column| Some(hold(Act::MendData, text::state_unreadable(column)));
    if !matches!(head.is_provisional.as_str(), "" | "0") {
        wrong("orders.is_provisional")
    } else if !head.cancelled_at.is_empty() {
        wrong("orders.cancelled_at")
    } else if !head.exported_at.is_empty() {
        wrong("orders.exported_at")
    } else {
        None
    }
}

fn option_in_the_way(order: &Order, settings: &Settings) -> Option<Hold> {
    let by_hand = |reason| Some(hold(Act::EnterByHand, reason));
    match order.head.kind.as_str() {
        "reservation" => by_hand(text::reservation()),
        "hanpukai" => by_hand(text::hanpukai()),
        _ if order.shipments.len() > 1 && settings.logistics.add_order_lines == AddOrderLines::Add => {
            by_hand(text::several_destinations())
        }
        _ => None,
    }
}

fn payment_not_set_up(head: &Head) -> Option<Hold> {
    let method = &head.payment_method;
    if look_alikes(method).trim().is_empty() {
        Some(hold(Act::MendOrder, text::field_empty(PAYMENT_METHOD)))
    } else if !head.payment_is_known {
        Some(hold(Act::RegisterPayment, text::payment_unknown(method)))
    } else if head.payment_is_ready {
        None
    } else {
        match day(&head.payment_added_on) {
            None => Some(hold(Act::RegisterPayment, text::payment_without_day(method))),
            Some(added_on) if day(PAYMENT_SETUP_SINCE).is_some_and(|since| added_on >= since) => {
                Some(hold(Act::SetUpPayment, text::payment_not_ready(method)))
            }
            Some(_) => None,
        }
    }
}

/// A day as an application may write it.
fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim().replace('/', "-");
    text.parse().ok().or_else(|| text.parse().ok().map(Moment::date))
}

/// What TEMPOSTAR sends back under another number than ours would never be found again.
fn number_would_change(order: &Order) -> Option<Hold> {
    let number = &order.head.order_no;
    let as_read = look_alikes(number);
    let changes = as_read != *number || number.trim() != number || number.chars().any(char::is_control);
    changes.then(|| hold(Act::MendData, text::number_would_change(ORDER_NO)))
}

fn required_field_empty(order: &Order, settings: &Settings) -> Option<Hold> {
    if order.lines.is_empty() {
        return Some(hold(Act::MendOrder, text::no_lines()));
    }
    let is_wanted = |column: &OrderColumn| column.is_required && settings.orders.sends(column.name);
    let column = COLUMNS.iter().find(|column| is_wanted(column) && column.any(order, Value::is_blank))?;
    Some(hold(Act::MendOrder, text::field_empty(column.name)))
}

fn line_wrong(order: &Order) -> Option<Hold> {
    if let Some(line) = order.lines.iter().find(|line| line.quantity < 1) {
        return Some(hold(Act::MendOrder, text::value_wrong(QUANTITY, &line.quantity.to_string())));
    }
    let homeless = order.lines.iter().find(|line| order.shipment(line.shipment_no).is_none());
    homeless.map(|line| hold(Act::MendOrder, text::no_shipment(line.shipment_no)))
}

fn unreadable_date(order: &Order) -> Option<Hold> {
    let column = COLUMNS.iter().find(|column| column.any(order, Value::is_no_date))?;
    // The value is not shown: what stands in the wrong column may be somebody's name.
    Some(hold(Act::MendOrder, text::date_wrong(column.name)))
}

fn amounts_do_not_add_up(order: &Order, settings: &Settings) -> Option<Hold> {
    let head = &order.head;
    let sum = |amount: fn(&Line) -> i64| {
        order
            .lines
            .iter()
            .fold(0_i64, |sum, line| sum.saturating_add(amount(line).saturating_mul(line.quantity)))
    };
    let subtotal = sum(|line| line.unit_price_excl_tax);
    let tax = sum(|line| line.unit_tax);
    let incl_tax = head.subtotal_excl_tax.saturating_add(head.tax);
    let total = head
        .subtotal_incl_tax
        .saturating_add(head.shipping_fee)
        .saturating_add(head.payment_fee)
        .saturating_sub(head.points_used)
        .saturating_sub(head.coupon_discount);
    let unequal = order.lines.iter().find(|line| line.unit_price_incl_tax != price_incl_tax(line));
    let reason = if head.subtotal_excl_tax != subtotal {
        text::subtotal_wrong(head.subtotal_excl_tax, subtotal)
    } else if head.tax.abs_diff(tax) > settings.orders.tax_difference_yen.unsigned_abs() {
        text::tax_wrong(head.tax, tax)
    } else if head.subtotal_incl_tax != incl_tax {
        text::incl_tax_wrong(head.subtotal_incl_tax, incl_tax)
    } else if let Some(line) = unequal {
        text::price_wrong(line.unit_price_incl_tax, price_incl_tax(line))
    } else if head.total != total {
        text::total_wrong(head.total, total)
    } else {
        return None;
    };
    Some(hold(Act::MendAmounts, reason))
}

fn price_incl_tax(line: &Line) -> i64 {
    line.unit_price_excl_tax.saturating_add(line.unit_tax)
}

fn too_old(head: &Head, settings: &Settings, now: Moment) -> Option<Hold> {
    let days = settings.orders.max_age_days;
    let ordered_at: Moment = head.ordered_at.parse().ok()?;
    let is_old = days > 0 && ordered_at < now - TimeDelta::days(i64::from(days));
    (is_old && !head.is_approved).then(|| hold(Act::Approve, text::too_old(days)))
}
