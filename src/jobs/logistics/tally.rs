//! What is seen while a logistics file is read and decided about, for the report.

use super::decide::{Decision, OrderState};
use super::rows::{Entry, Name};
use super::tables::line_about;
use super::tracking;
use crate::jobs::names::{NAMES_TOLD_MAX, Names};
use crate::layout::as_count;
use crate::problem::Problem;
use crate::report::Counts;
use crate::sync::import::{Comparison, Incoming};
use crate::text::jobs as text;

#[derive(Default)]
pub(super) struct Tally {
    pub(super) shop_code: String,
    /// Before the first order comes nothing can match.
    pub(super) has_orders: bool,
    pub(super) shipped: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    pub(super) not_shipped_yet: u64,
    pub(super) lines_added: u64,
    pub(super) cancelled: u64,
    pub(super) newly_cancelled: Names,
    pub(super) shipped_but_cancelled: Names,
    pub(super) unknown_orders: Names,
    pub(super) other_shop: Names,
    /// TEMPOSTAR has them, and we have not sent them.
    pub(super) never_sent: Names,
    pub(super) contradicted: Names,
    /// A newer file has spoken of them.
    pub(super) stale: Names,
    pub(super) rows_applied: u64,
    pub(super) rows_unknown: u64,
    pub(super) odd_tracking: u64,
    pub(super) problems: Vec<Problem>,
}

impl Tally {
    /// Counts an order of which this was decided, from so many rows.
    pub(super) fn count(&mut self, decision: &Decision, order: &OrderState, rows: u64) {
        if decision.changes_anything() {
            self.rows_applied += rows;
        }
        match &decision.ticks {
            Some(ticks) if ticks.is_delivered && !order.ticks.is_delivered => self.shipped += 1,
            _ if decision.changes_anything() => self.updated += 1,
            _ => self.unchanged += 1,
        }
        self.lines_added += as_count(decision.lines.len());
    }

    /// The first of them are told one by one.
    pub(super) fn tell_odd_tracking(
        &mut self,
        order_no: &str,
        decision: &Decision,
        order: &OrderState,
        rows: &[&Entry],
    ) {
        for new in &decision.shipments {
            let old = order.shipment(new.shipment_no).and_then(|old| old.tracking_no.as_ref());
            let Some(number) = new.tracking_no.as_ref().filter(|number| Some(*number) != old) else {
                continue;
            };
            let method = new.delivery_method.as_deref().unwrap_or_default();
            let Some(why) = tracking::doubt(number, method) else { continue };
            self.odd_tracking += 1;
            if self.odd_tracking <= NAMES_TOLD_MAX as u64 {
                let problem = text::odd_tracking(order_no, number).because(&why);
                let problem = problem.at_line(line_about(new.shipment_no, rows));
                self.problems.push(problem.in_column(Name::TrackingNo.as_str()));
            }
        }
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let figures = [
            ("shipped", self.shipped),
            ("unchanged", self.unchanged),
            ("unknown_order", self.unknown_orders.count()),
            ("other_shop", self.other_shop.count()),
            ("cancelled", self.cancelled),
            ("lines_added", self.lines_added),
            ("updated", self.updated),
            ("not_shipped_yet", self.not_shipped_yet),
            ("never_sent", self.never_sent.count()),
            ("contradicted", self.contradicted.count()),
            ("shipped_but_cancelled", self.shipped_but_cancelled.count()),
            ("stale", self.stale.count()),
        ];
        figures.into_iter().for_each(|(name, count)| counts.add(name, count));
        counts
    }

    pub(super) fn finish(self, incoming: &mut Incoming<'_>, unknown_columns: Vec<String>) -> Comparison {
        let counts = self.counts();
        let told = [
            self.unknown_orders.problem(text::unknown_orders),
            self.other_shop.problem(text::other_shop),
            self.newly_cancelled.problem(text::cancelled_there),
            self.shipped_but_cancelled.problem(text::shipped_but_cancelled),
            self.never_sent.problem(text::never_sent),
            self.contradicted.problem(text::contradicted),
            self.stale.problem(text::stale_orders),
        ];
        incoming.problems.extend(told.into_iter().flatten());
        incoming.problems.extend(self.problems);
        if self.odd_tracking > NAMES_TOLD_MAX as u64 {
            incoming.problems.push(text::odd_tracking_more(self.odd_tracking, NAMES_TOLD_MAX));
        }
        let rows = incoming.sheet.rows_read();
        if self.rows_unknown > 0 && self.rows_unknown + incoming.rejects.count() == rows && self.has_orders {
            incoming.problems.push(text::nothing_matches());
        }
        let unchanged = rows.saturating_sub(self.rows_applied + self.rows_unknown + incoming.rejects.count());
        Comparison {
            applied: self.rows_applied,
            unchanged,
            unknown: self.rows_unknown,
            counts,
            unknown_columns,
            ..Comparison::default()
        }
    }
}
