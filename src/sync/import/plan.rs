//! What comparing a sheet with the shop found, as a value: numbered in the order in which it is written. Only `commit`
//! cuts it into transactions.

use std::ops::Range;

use anyhow::Result;
use rusqlite::Connection;

use crate::books::Writing;
use crate::books::rows::Ask;
use crate::report::Changes;

/// A hash of what a plan changes, before and after: whoever has seen it has seen just this.
pub(super) fn fingerprint(plan: &dyn Plan, shop: &Connection) -> Result<String> {
    let mut changes = Changes::hashed();
    plan.list(shop, &mut changes)?;
    Ok(changes.hash())
}

/// What a sheet changes. Its rows lie in temporary tables: there can be millions.
pub trait Plan {
    fn len(&self) -> u64;

    fn write(&self, writing: &Writing<'_>, changes: Range<u64>) -> Result<()>;

    fn list(&self, shop: &Connection, changes: &mut Changes) -> Result<()>;

    /// What one of them is about, as it is listed.
    fn code(&self, shop: &Connection, change: u64) -> Result<String>;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// For SQL's BETWEEN over rowids, which count from 1; `None`: there is nothing in it.
pub fn rowids(changes: &Range<u64>) -> Option<(u64, u64)> {
    (changes.start < changes.end).then_some((changes.start + 1, changes.end))
}

/// The part of a plan's changes that lies in one of its tables, which holds those from `first` on.
pub fn part(changes: &Range<u64>, first: u64, count: u64) -> Range<u64> {
    let within = |number: u64| number.clamp(first, first + count) - first;
    within(changes.start)..within(changes.end)
}

/// The code that stands at this place of a temporary table, counted from 0.
pub fn code_at(shop: &Connection, table: &str, column: &str, place: u64) -> Result<String> {
    shop.value(&format!("SELECT {column} FROM temp.{table} WHERE rowid = ?1"), [place + 1])
}

struct Nothing;

impl Plan for Nothing {
    fn len(&self) -> u64 {
        0
    }

    fn write(&self, _writing: &Writing<'_>, _changes: Range<u64>) -> Result<()> {
        Ok(())
    }

    fn list(&self, _shop: &Connection, _changes: &mut Changes) -> Result<()> {
        Ok(())
    }

    fn code(&self, _shop: &Connection, _change: u64) -> Result<String> {
        Ok(String::new())
    }
}

impl Default for Box<dyn Plan> {
    fn default() -> Self {
        Box::new(Nothing)
    }
}
