//! One line of the balance: two figures that should be the same, and whatever makes them differ.

use crate::text::{Text, reconcile as text};

pub(super) const NAMED_MAX: usize = 10;

words! {
    pub(crate) enum Check {
        Orders = "orders",
        Sent = "sent",
        Yen = "yen",
        Taken = "taken",
        Shipped = "shipped",
        Ticks = "ticks",
        Stock = "stock",
        Allocations = "allocations",
        CopiesMissing = "copies_missing",
        CopiesUnknown = "copies_unknown",
        CopiesDamaged = "copies_damaged",
        OnlyHere = "only_here",
        OnlyThere = "only_there",
        Amounts = "amounts",
        Progress = "progress",
    }
}

impl Check {
    /// What it is, and where its two figures come from.
    pub(super) fn texts(self) -> [Text; 3] {
        match self {
            Self::Orders => [text::orders(), text::order_table(), text::all_states()],
            Self::Sent => [text::sent(), text::order_table(), text::order_files()],
            Self::Yen => [text::yen(), text::order_table(), text::order_files()],
            Self::Taken => [text::taken(), text::sent(), text::taken_and_lying()],
            Self::Shipped => [text::shipped(), text::taken(), text::shipped_cancelled_open()],
            Self::Ticks => [text::ticks(), text::order_table(), text::shipping_files()],
            Self::Stock => [text::stock(), text::stock_table(), text::stock_files()],
            Self::Allocations => [text::allocations(), text::stock_table(), text::on_their_way()],
            Self::CopiesMissing => [text::copies_missing(), text::ledger(), text::archive()],
            Self::CopiesUnknown => [text::copies_unknown(), text::archive(), text::ledger()],
            Self::CopiesDamaged => [text::copies_damaged(), text::archive(), text::equal()],
            Self::OnlyHere => [text::only_here(), text::taken(), text::list()],
            Self::OnlyThere => [text::only_there(), text::list(), text::sent()],
            Self::Amounts => [text::list_amounts(), text::order_table(), text::list()],
            Self::Progress => [text::list_progress(), text::order_table(), text::list()],
        }
    }
}

/// Things of one kind: how many, and the first few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    pub(super) count: u64,
    pub(super) first: Vec<Text>,
}

impl Named {
    pub(super) fn add(&mut self, thing: impl FnOnce() -> Text) {
        self.count += 1;
        if self.first.len() < NAMED_MAX {
            self.first.push(thing());
        }
    }
}

/// Two figures, and what makes them differ: it is counted thing by thing, because a missing order and one too many must
/// not make each other good.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(super) check: Check,
    pub(super) left: i64,
    pub(super) right: i64,
    pub(super) named: Named,
}

impl Line {
    pub(super) fn new(check: Check) -> Self {
        Self { check, left: 0, right: 0, named: Named::default() }
    }

    /// One thing on both sides.
    pub(super) fn both(&mut self) {
        self.are_both(1);
    }

    /// So much on both sides.
    pub(super) fn are_both(&mut self, much: i64) {
        self.left += much;
        self.right += much;
    }

    /// `orders sent (2)`
    pub(super) fn in_short(&self) -> Text {
        let [title, ..] = self.check.texts();
        let count = self.named.count;
        Text { ja: format!("{} {count} 件", title.ja), en: format!("{} ({count})", title.en) }
    }
}
