//! Whether what is allocated of each SKU is what orders account for.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use super::files::newest_applied_time;
use super::in_flight::{KnownUntil, each_doubtful, each_in_flight, in_flight};
use super::rows::Ask;
use crate::job::Job;
use crate::moment::Moment;
use crate::settings::Settings;

/// A SKU's allocation, and what orders account for.
#[derive(Clone, Debug)]
pub(crate) struct Allocation {
    pub sku_code: Box<str>,
    pub allocated: i64,
    /// The own time of the file for which it was computed last, or of one before that; `None`: not known.
    pub computed_from: Option<Moment>,
    /// The latest that it can have been; `None`: it never was.
    pub computed_until: Option<Moment>,
    /// Since when it may count otherwise than it was computed.
    pub applied_at: Option<Moment>,
    /// Units in orders that the latest file could not know.
    pub on_their_way: i64,
    /// How many fewer the file may have found, and how many more: orders that were known by then, that were cancelled or
    /// taken since, or that lie where files are taken.
    pub fewer: i64,
    pub more: i64,
}

impl Allocation {
    pub(crate) fn of(sku_code: &str, allocated: i64, computed_for: Option<Moment>) -> Self {
        Self {
            sku_code: sku_code.into(),
            allocated,
            computed_from: computed_for,
            computed_until: computed_for,
            applied_at: computed_for,
            on_their_way: 0,
            fewer: 0,
            more: 0,
        }
    }

    pub(crate) fn is_more_than_orders(&self) -> bool {
        self.allocated > self.on_their_way + self.more
    }

    /// What it is by the rule of `import-stock`; where it is not known for which file it was computed, what is nearest.
    pub(crate) fn anew(&self) -> i64 {
        match self.computed_from == self.computed_until && self.computed_from.is_some() {
            true => self.on_their_way,
            false => self.allocated.clamp(self.on_their_way - self.fewer, self.on_their_way + self.more),
        }
    }

    pub(crate) fn is_less_than_orders(&self) -> bool {
        self.allocated < self.on_their_way - self.fewer
    }
}

fn at<'a>(allocations: &'a mut [Allocation], code: &str) -> Option<&'a mut Allocation> {
    let at = allocations.binary_search_by(|allocation| (*allocation.sku_code).cmp(code)).ok()?;
    Some(&mut allocations[at])
}

/// Counts what accounts for each of them; they are sorted by code. Orders sent before `floor` are known to all files.
pub(crate) fn weigh(
    shop: &Connection,
    settings: &Settings,
    allocations: &mut [Allocation],
    floor: Moment,
) -> Result<()> {
    let lag = settings.stock.reflect_lag;
    let begin = |allocation: &Allocation| allocation.computed_from.unwrap_or(floor).max(floor);
    let Some(oldest) = allocations.iter().map(begin).min() else { return Ok(()) };
    each_in_flight(shop, &KnownUntil::new(settings, oldest), |code, units, known_from| {
        let Some(allocation) = at(allocations, code) else { return };
        let is_unknown_to = |file: Moment| known_from.is_none_or(|known_from| known_from > file - lag);
        if allocation.computed_until.map_or(known_from.is_none(), is_unknown_to) {
            allocation.on_their_way += units;
        } else if is_unknown_to(begin(allocation)) {
            allocation.more += units;
        }
    })?;
    let is_wrong = |one: &&Allocation| one.is_more_than_orders() || one.is_less_than_orders();
    let since = |allocation: &Allocation| allocation.applied_at.unwrap_or(floor).max(floor);
    let Some(oldest) = allocations.iter().filter(is_wrong).map(since).min() else { return Ok(()) };
    each_doubtful(shop, oldest, |line| {
        let Some(allocation) = at(allocations, line.sku_code) else { return };
        let since = since(allocation);
        if line.counted_until.is_some_and(|until| until >= since) {
            allocation.more += line.units;
        }
        if line.counts_since.is_some_and(|from| from >= since) {
            allocation.fewer += line.units;
        }
    })
}

/// After so many days a file has long known an order, whether or not it named its SKU.
const KNOWN_AFTER: TimeDelta = TimeDelta::days(30);

/// Orders sent before this moment are known to all files.
pub(crate) fn known_since(shop: &Connection) -> Result<Moment> {
    Ok(newest_applied_time(shop, Job::Stock)?.map_or(Moment::FIRST, |newest| newest - KNOWN_AFTER))
}

/// The SKUs of which more is allocated than orders account for, or less, sorted by code. Figures are not read again: an
/// allocation was computed for the file of `as_of`, or for a later one that found the same.
pub(crate) fn drifting(shop: &Connection, settings: &Settings) -> Result<Vec<Allocation>> {
    let newest = newest_applied_time(shop, Job::Stock)?;
    let floor = known_since(shop)?;
    let known = KnownUntil::new(settings, newest.unwrap_or(Moment::FIRST));
    let units = in_flight(shop, &known)?;
    let mut found = Vec::new();
    let mut note = |row: &rusqlite::Row<'_>| -> Result<()> {
        let (code, allocated) = (row.get_ref(0)?.as_str()?, row.get(1)?);
        if units.get(code) != Some(&allocated) {
            let computed_for: Option<Moment> = row.get(2).unwrap_or(None);
            let computed_until = newest.max(computed_for);
            found.push(Allocation { computed_until, ..Allocation::of(code, allocated, computed_for) });
        }
        Ok(())
    };
    shop.each("SELECT sku_code, allocated, as_of FROM stock WHERE allocated <> 0", [], &mut note)?;
    let sql = "SELECT sku_code, allocated, as_of FROM stock WHERE sku_code = ?1 AND allocated = 0";
    for code in units.iter().filter(|(_, units)| **units > 0).map(|(code, _)| code) {
        shop.each(sql, [code], &mut note)?;
    }
    found.sort_by(|a, b| a.sku_code.cmp(&b.sku_code));
    weigh(shop, settings, &mut found, floor)?;
    found.retain(|one| one.is_more_than_orders() || one.is_less_than_orders());
    Ok(found)
}
