//! What is seen while a logistics file is read and decided about, for the report.

use crate::jobs::names::{NAMES_TOLD_MAX, Names};
use crate::problem::Problem;
use crate::report::Counts;
use crate::sync::import::{Comparison, Incoming};
use crate::text::jobs as text;

/// What was seen, for the report.
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
    /// The first of them are told one by one.
    pub(super) fn note_odd_tracking(&mut self, problem: Problem) {
        self.odd_tracking += 1;
        if self.odd_tracking <= NAMES_TOLD_MAX as u64 {
            self.problems.push(problem);
        }
    }

    pub(super) fn finish(self, incoming: &mut Incoming<'_>, unknown_columns: Vec<String>) -> Comparison {
        let mut counts = Counts::default();
        for (name, count) in [
            ("shipped", self.shipped),
            ("unchanged", self.unchanged),
            ("unknown_order", self.unknown_orders.count()),
            ("other_shop", self.other_shop.count()),
            ("cancelled", self.cancelled),
            ("lines_added", self.lines_added),
            ("updated", self.updated),
            ("not_shipped_yet", self.not_shipped_yet),
            ("never_sent", self.never_sent.count()),
            ("stale", self.stale.count()),
        ] {
            counts.add(name, count);
        }
        let mut tell = |names: &Names, problem: fn(u64, &str) -> Problem| {
            if names.count() > 0 {
                incoming.problems.push(problem(names.count(), &names.told()));
            }
        };
        tell(&self.unknown_orders, text::unknown_orders);
        tell(&self.other_shop, text::other_shop);
        tell(&self.newly_cancelled, text::cancelled_there);
        tell(&self.shipped_but_cancelled, text::shipped_but_cancelled);
        tell(&self.never_sent, text::never_sent);
        tell(&self.contradicted, text::contradicted);
        tell(&self.stale, text::stale_orders);
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
