//! `reconcile --repair`: allocations that orders do not account for are computed anew, by the rule of `import-stock`. A run
//! of its own, with that job's lock, one transaction and its own history; so it can be undone.

use anyhow::Result;
use rusqlite::{Transaction, named_params};

use super::archive::Archive;
use super::desk::Desk;
use super::stock;
use crate::books::allocations::{Allocation, drifting, known_since, weigh};
use crate::books::files::FileEntry;
use crate::books::history::{HistoryFile, Recording};
use crate::books::rows::Ask;
use crate::interrupt;
use crate::job::Job;
use crate::moment::Moment;
use crate::report::{Change, Counts};
use crate::shelf::Shelf;
use crate::sync::Run;

/// What the history calls it in the place of a file.
const NAME: &str = "reconcile --repair";

pub(crate) fn repair(run: &mut Run<'_>) -> Result<()> {
    run.report.counts = Counts::zero(&["repaired"]);
    let (in_files, others) = wrong(run)?;
    let Some(permit) = run.permit.filter(|_| !(in_files.is_empty() && others.is_empty())) else {
        return Ok(());
    };
    // Counted again and written in one transaction: the shop goes on selling.
    let changes = run.books.write(permit, "repaired", |transaction| {
        let mut changes = anew(transaction, run, in_files, Moment::FIRST)?;
        changes.extend(anew(transaction, run, others, known_since(transaction)?)?);
        write(run, transaction, &changes)?;
        interrupt::check()?;
        Ok(changes)
    })?;
    run.report.counts.add("repaired", u64::try_from(changes.len())?);
    for (sku_code, allocated, anew) in changes {
        run.report.changes.add(Change::new("stock", sku_code, "allocated", allocated.into(), anew.into()));
    }
    Ok(())
}

/// The allocations that are wrong beside the newest files that named their SKUs, and the others of which the tables say so.
fn wrong(run: &Run<'_>) -> Result<(Vec<Allocation>, Vec<Allocation>)> {
    let snapshot = run.books.unchecked_transaction()?;
    let (settings, shelf) = (run.settings, Shelf::at(&run.settings.work_dir));
    let desk = Desk { database: &snapshot, settings, now: run.clock.now(), shelf, month: None };
    let in_files = stock::read(&desk, &Archive::look(&desk)?)?.wrong;
    let is_new = |one: &Allocation| !in_files.iter().any(|other| other.sku_code == one.sku_code);
    let others = drifting(&snapshot, settings)?.into_iter().filter(is_new).collect();
    Ok((in_files, others))
}

/// A SKU's allocation as it is, and as it is to be.
type Anew = (String, i64, i64);

fn anew(
    transaction: &Transaction<'_>,
    run: &Run<'_>,
    found: Vec<Allocation>,
    floor: Moment,
) -> Result<Vec<Anew>> {
    let now = |one: Allocation| -> Result<Option<Allocation>> {
        let sql = "SELECT allocated FROM stock WHERE sku_code = ?1";
        let allocated = transaction.value_if_any(sql, [&one.sku_code])?;
        Ok(allocated.map(|allocated| Allocation { allocated, on_their_way: 0, fewer: 0, more: 0, ..one }))
    };
    let found: Result<Vec<Option<Allocation>>> = found.into_iter().map(now).collect();
    let mut found: Vec<Allocation> = found?.into_iter().flatten().collect();
    weigh(transaction, run.settings, &mut found, floor)?;
    let changed = found.into_iter().map(|one| (one.sku_code.to_string(), one.allocated, one.anew()));
    Ok(changed.filter(|(_, allocated, anew)| allocated != anew).collect())
}

fn write(run: &Run<'_>, transaction: &Transaction<'_>, changes: &[Anew]) -> Result<()> {
    let now = run.clock.now();
    let history = HistoryFile::begin(transaction, Recording::Rows)?;
    let mut record = transaction.prepare(
        "INSERT INTO tempostar_stock_history
             (history_file_id, sku_code, line, old_quantity, old_allocated, old_as_of, quantity, allocated, as_of)
         SELECT :history, sku_code, 0, quantity, allocated, unixepoch(as_of), quantity, :allocated,
                coalesce(unixepoch(as_of), 0)
         FROM stock
         WHERE sku_code = :sku_code",
    )?;
    let mut set =
        transaction.prepare("UPDATE stock SET allocated = ?2, updated_at = ?3 WHERE sku_code = ?1")?;
    for (sku_code, _, anew) in changes {
        record.execute(named_params! {
            ":history": history.rows_under(), ":sku_code": sku_code, ":allocated": anew,
        })?;
        set.execute((sku_code, anew, now))?;
    }
    let entry = FileEntry {
        job: Job::Stock,
        run_id: run.report.run_id.clone(),
        name: NAME.to_owned(),
        sha256: String::new(),
        size: 0,
        file_time: now,
        archived_as: String::new(),
    };
    history.keep(transaction, &entry, &run.report.run_id, now)?;
    Ok(())
}
