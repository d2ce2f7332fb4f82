//! The orders that wait: would they go?

use anyhow::Result;
use rusqlite::Connection;

use super::{Finding, Found, Who};
use crate::jobs::{Names, export_orders};
use crate::report::Problem;
use crate::settings::Settings;
use crate::text::{Text, check_settings as say};

/// How many reasons are told.
const REASONS_TOLD_MAX: usize = 10;

/// How many wait, and those that would be held back, by reason. Nothing is sent.
pub(super) fn waiting(database: &Connection, settings: &Settings) -> Result<Found> {
    let waiting = export_orders::count_waiting(database)?;
    let held_back = export_orders::held_back(database, settings)?;
    let fact = match (waiting, held_back.len()) {
        (0, _) => say::orders_none(),
        (_, 0) => say::orders_waiting(waiting),
        (_, count) => say::orders_held_back(waiting, count),
    };
    let reasons = by_reason(held_back);
    let more = reasons.len().saturating_sub(REASONS_TOLD_MAX);
    let fact = if more > 0 { fact.because(&say::orders_more_reasons(more)) } else { fact };
    let findings = reasons.iter().take(REASONS_TOLD_MAX).map(|(reason, orders)| told(reason, orders));
    Ok(Found::ok(fact).with_all(findings))
}

/// The orders of each reason, the reason of most orders first.
fn by_reason(held_back: Vec<(String, Text)>) -> Vec<(Text, Names)> {
    let mut reasons: Vec<(Text, Names)> = Vec::new();
    for (order_no, reason) in held_back {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, orders)) => orders.add(&order_no),
            None => {
                let mut orders = Names::default();
                orders.add(&order_no);
                reasons.push((reason, orders));
            }
        }
    }
    reasons.sort_by_key(|(_, orders)| std::cmp::Reverse(orders.count()));
    reasons
}

fn told(reason: &Text, orders: &Names) -> Finding {
    let problem = say::held_back(orders.count(), &orders.told());
    let problem = Problem { message: problem.message.clone().because(reason), ..problem };
    Finding::new(&[Who::Shop, Who::Support], problem)
}
