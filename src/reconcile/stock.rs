//! The stock: each figure, also of a SKU that the shop does not have, beside the newest file that named its SKU, and each
//! allocation beside the orders that this file could not know.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Result;
use chrono::TimeDelta;

use super::archive::Archive;
use super::desk::Desk;
use super::line::{Check, Line, Named};
use crate::books::allocations::{Allocation, weigh};
use crate::books::rows::Ask;
use crate::interrupt;
use crate::job::Job;
use crate::jobs::stock::read_figures;
use crate::moment::Moment;
use crate::settings::StockFiles;
use crate::sheet::Refusal;
use crate::text::{Text, reconcile as text};

/// After how many days without a file that names it a SKU is told of.
pub(super) const UNNAMED_DAYS: i64 = 30;

/// How many rows are read in search of SKUs that perhaps no file names.
const ROWS_MAX: u32 = 500_000;

pub(super) struct Stock {
    pub(super) figures: Line,
    pub(super) allocations: Line,
    pub(super) unnamed: Named,
    /// The allocations that differ.
    pub(super) wrong: Vec<Allocation>,
}

/// A SKU's row in `stock`, or what is kept of one that the shop does not have, and what the files say of it.
struct Sku {
    code: Box<str>,
    quantity: i64,
    allocated: i64,
    as_of: Option<Moment>,
    is_known: bool,
    /// The figure in the newest file that names it, and which file that is.
    named: Option<(i64, u32)>,
}

struct Applied {
    name: String,
    file_time: Moment,
    decided_at: Moment,
    /// `None`: it is no evidence, or was undone.
    copy: Option<PathBuf>,
}

pub(super) fn read(desk: &Desk<'_>, archive: &Archive) -> Result<Stock> {
    let mut skus = skus(desk)?;
    let mut files = applied_files(desk, archive)?;
    let mut stock = Stock {
        figures: Line::new(Check::Stock),
        allocations: Line::new(Check::Allocations),
        unnamed: Named::default(),
        wrong: Vec::new(),
    };
    look_into_files(desk, &mut files, &mut skus, &mut stock.figures)?;
    for sku in &skus {
        compare_figure(sku, &files, &mut stock.figures);
        let named = sku.named.map(|(_, file)| files[file as usize].file_time).max(sku.as_of);
        if sku.is_known && named.is_none_or(|named| named < desk.now - TimeDelta::days(UNNAMED_DAYS)) {
            stock.unnamed.add(|| Text::same(&*sku.code));
        }
    }
    let known = skus.iter().filter(|sku| sku.is_known);
    let mut allocations: Vec<Allocation> = known.filter_map(|sku| allocation(desk, sku, &files)).collect();
    weigh(desk.database, desk.settings, &mut allocations, Moment::FIRST)?;
    for allocation in allocations {
        if compare_allocation(&allocation, &files, &mut stock.allocations) {
            stock.wrong.push(allocation);
        }
    }
    Ok(stock)
}

fn skus(desk: &Desk<'_>) -> Result<Vec<Sku>> {
    let sql = "SELECT sku_code, quantity, allocated, as_of, 1 FROM stock
               UNION ALL
               SELECT sku_code, quantity, allocated, as_of, 0
               FROM tempostar_unknown_stock
               WHERE sku_code NOT IN (SELECT sku_code FROM stock)
               ORDER BY sku_code";
    desk.database.all(sql, [], |row| {
        Ok(Sku {
            code: row.get_ref(0)?.as_str()?.into(),
            quantity: row.get(1)?,
            allocated: row.get(2)?,
            as_of: row.get(3).unwrap_or(None),
            is_known: row.get(4)?,
            named: None,
        })
    })
}

/// The newest first, by their own time.
fn applied_files(desk: &Desk<'_>, archive: &Archive) -> Result<Vec<Applied>> {
    let sql = "SELECT name, file_time, decided_at, archived_as, outcome = 'applied' AND undone_by IS NULL
               FROM tempostar_files
               WHERE command = ?1 AND outcome IN ('applied', 'begun')
               ORDER BY file_time DESC, id DESC";
    desk.database.all(sql, [Job::Stock], |row| {
        let is_whole: bool = row.get(4)?;
        let copy = archive.intact(&row.get::<_, String>(3)?).filter(|_| is_whole);
        Ok(Applied { name: row.get(0)?, file_time: row.get(1)?, decided_at: row.get(2)?, copy })
    })
}

/// Goes back in time until every SKU is found. Some are in none: after so many rows only those files are looked into
/// that set what is left, as the table says.
fn look_into_files(desk: &Desk<'_>, files: &mut [Applied], skus: &mut [Sku], line: &mut Line) -> Result<()> {
    let mut is_missing =
        desk.database.prepare("SELECT EXISTS (SELECT 1 FROM skus WHERE code = ?1 AND created_at <= ?2)")?;
    let sql = "SELECT count(*) FROM skus WHERE code NOT IN (SELECT sku_code FROM stock)";
    let mut left = skus.len() + desk.database.value::<usize>(sql, [])?;
    let mut rows_read = 0;
    let mut wanted: Option<HashSet<Moment>> = None;
    let mut without_stock: HashSet<Box<str>> = HashSet::new();
    for (index, file) in (0..).zip(files.iter_mut()) {
        if left == 0 {
            break;
        }
        interrupt::check()?;
        let Some(copy) = &file.copy else { continue };
        if rows_read > ROWS_MAX {
            let unnamed = || skus.iter().filter(|sku| sku.named.is_none()).filter_map(|sku| sku.as_of);
            if !wanted.get_or_insert_with(|| unnamed().collect()).contains(&file.file_time) {
                continue;
            }
        }
        let read = read_figures(copy, &file.name, &desk.settings.stock.inbox, |code, figure| {
            rows_read += 1;
            match skus.binary_search_by(|sku| (*sku.code).cmp(code)).map(|at| &mut skus[at]) {
                // Of several rows in one file the last one counts.
                Ok(sku) if sku.named.is_none_or(|(_, known)| known == index) => {
                    left -= usize::from(sku.named.is_none());
                    sku.named = Some((figure, index));
                }
                Ok(_) => {}
                Err(_) => {
                    let is_first = without_stock.insert(code.into());
                    if is_first && is_missing.query_row((code, file.decided_at), |row| row.get(0))? {
                        left -= 1;
                        line.right += figure;
                        line.named.add(|| text::no_stock_row(code, figure, &file.name));
                    }
                }
            }
            Ok(())
        });
        match read {
            // The settings are others than they were then.
            Err(error) if Refusal::of(&error).is_some() => file.copy = None,
            read => read?,
        }
    }
    Ok(())
}

/// A newer file of which no copy is left may have set what the shop has.
fn is_set_by_lost_file(sku: &Sku, files: &[Applied]) -> bool {
    let newer = files.iter().take(sku.named.map_or(usize::MAX, |(_, file)| file as usize));
    newer.filter(|file| file.copy.is_none()).any(|file| Some(file.file_time) == sku.as_of)
}

fn compare_figure(sku: &Sku, files: &[Applied], line: &mut Line) {
    let Some((figure, file)) = sku.named else { return };
    if sku.quantity != figure && is_set_by_lost_file(sku, files) {
        return;
    }
    line.left += sku.quantity;
    line.right += figure;
    if sku.quantity != figure {
        let file = &files[file as usize].name;
        let differs = if sku.is_known { text::figure_differs } else { text::kept_figure_differs };
        line.named.add(|| differs(&sku.code, sku.quantity, figure, file));
    }
}

/// The allocation as it was computed for the file that named the SKU last; or for a later one that did not, where that says
/// that its figure is as it was.
fn allocation(desk: &Desk<'_>, sku: &Sku, files: &[Applied]) -> Option<Allocation> {
    let named = sku.named.map(|(_, file)| &files[file as usize]);
    let computed_for = named.map(|file| file.file_time).max(sku.as_of)?;
    let applied_at = named.map(|file| file.decided_at).max(sku.as_of);
    let is_differential = desk.settings.stock.files == StockFiles::Differential;
    let newest = files.first().filter(|_| is_differential).map(|file| file.file_time);
    let computed_until = newest.max(Some(computed_for));
    Some(Allocation {
        applied_at,
        computed_until,
        ..Allocation::of(&sku.code, sku.allocated, Some(computed_for))
    })
}

/// Whether it differs.
fn compare_allocation(sku: &Allocation, files: &[Applied], line: &mut Line) -> bool {
    let differs = sku.is_more_than_orders() || sku.is_less_than_orders();
    if sku.allocated != sku.on_their_way {
        let is_later = |file: &Applied| Some(file.file_time) > sku.computed_until;
        let is_doubtful = files.iter().any(|file| file.copy.is_none() && is_later(file));
        if is_doubtful || !differs {
            return false;
        }
        line.named.add(|| text::allocation_differs(&sku.sku_code, sku.allocated, sku.on_their_way));
    }
    line.left += sku.allocated;
    line.right += sku.on_their_way;
    differs
}
