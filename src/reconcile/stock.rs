//! The stock: each figure beside the newest file that named its SKU, and each allocation beside the orders that this
//! file could not know.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Result;
use chrono::TimeDelta;

use super::archive::Archive;
use super::desk::Desk;
use super::line::{Check, Line, Named};
use crate::books::in_flight::{KnownUntil, each_doubtful, each_in_flight};
use crate::interrupt;
use crate::job::Job;
use crate::jobs::stock::read_figures;
use crate::moment::Moment;
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
}

/// A SKU's row in `stock`, and what the files say of it.
struct Sku {
    code: Box<str>,
    quantity: i64,
    allocated: i64,
    as_of: Option<Moment>,
    /// The figure in the newest file that names it, and which file that is.
    named: Option<(i64, u32)>,
    /// Units in orders that this file could not know.
    on_their_way: i64,
    /// How many more, or fewer, the file may have found: cancelled or taken since, or lying where files are taken.
    more: i64,
    fewer: i64,
}

/// A file that was applied.
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
    };
    look_into_files(desk, &mut files, &mut skus, &mut stock.figures)?;
    for sku in &skus {
        compare_figure(sku, &files, &mut stock.figures);
        let named = sku.named.map(|(_, file)| files[file as usize].file_time).max(sku.as_of);
        if named.is_none_or(|named| named < desk.now - TimeDelta::days(UNNAMED_DAYS)) {
            stock.unnamed.add(|| Text::same(&*sku.code));
        }
    }
    count_on_their_way(desk, &files, &mut skus)?;
    note_doubtful(desk, &files, &mut skus)?;
    for sku in &skus {
        compare_allocation(sku, &files, &mut stock.allocations);
    }
    Ok(stock)
}

fn skus(desk: &Desk<'_>) -> Result<Vec<Sku>> {
    let mut statement =
        desk.database.prepare("SELECT sku_code, quantity, allocated, as_of FROM stock ORDER BY sku_code")?;
    let rows = statement.query_map([], |row| {
        Ok(Sku {
            code: row.get_ref(0)?.as_str()?.into(),
            quantity: row.get(1)?,
            allocated: row.get(2)?,
            as_of: row.get(3).unwrap_or(None),
            named: None,
            on_their_way: 0,
            more: 0,
            fewer: 0,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest first, by their own time.
fn applied_files(desk: &Desk<'_>, archive: &Archive) -> Result<Vec<Applied>> {
    let mut statement = desk.database.prepare(
        "SELECT name, file_time, decided_at, archived_as, outcome = 'applied' AND undone_by IS NULL
         FROM tempostar_files
         WHERE command = ?1 AND outcome IN ('applied', 'begun')
         ORDER BY file_time DESC, id DESC",
    )?;
    let rows = statement.query_map([Job::Stock], |row| {
        let is_whole: bool = row.get(4)?;
        let copy = archive.intact(&row.get::<_, String>(3)?).filter(|_| is_whole);
        Ok(Applied { name: row.get(0)?, file_time: row.get(1)?, decided_at: row.get(2)?, copy })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Goes back in time until every SKU is found. Some are in none: after so many rows only those files are looked into
/// that set what is left, as the table says.
fn look_into_files(desk: &Desk<'_>, files: &mut [Applied], skus: &mut [Sku], line: &mut Line) -> Result<()> {
    let mut is_missing =
        desk.database.prepare("SELECT EXISTS (SELECT 1 FROM skus WHERE code = ?1 AND created_at <= ?2)")?;
    let sql = "SELECT count(*) FROM skus WHERE code NOT IN (SELECT sku_code FROM stock)";
    let mut left = skus.len() + desk.database.query_row(sql, [], |row| row.get::<_, usize>(0))?;
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
        line.named.add(|| text::figure_differs(&sku.code, sku.quantity, figure, file));
    }
}

/// For which file's time the allocation was computed.
fn computed_for(sku: &Sku, files: &[Applied]) -> Option<Moment> {
    sku.named.map(|(_, file)| files[file as usize].file_time).or(sku.as_of)
}

fn count_on_their_way(desk: &Desk<'_>, files: &[Applied], skus: &mut [Sku]) -> Result<()> {
    let Some(oldest) = skus.iter().filter_map(|sku| computed_for(sku, files)).min() else { return Ok(()) };
    let lag = desk.settings.stock.reflect_lag;
    each_in_flight(desk.database, &KnownUntil::new(desk.settings, oldest), |code, quantity, known_from| {
        let Ok(at) = skus.binary_search_by(|sku| (*sku.code).cmp(code)) else { return };
        let sku = &mut skus[at];
        let Some(file_time) = computed_for(sku, files) else { return };
        if known_from.is_none_or(|known_from| known_from > file_time - lag) {
            sku.on_their_way += quantity;
        }
    })
}

/// Orders that count otherwise now than they did when the file was applied; asked only where there is a difference.
fn note_doubtful(desk: &Desk<'_>, files: &[Applied], skus: &mut [Sku]) -> Result<()> {
    let differing = skus.iter().filter(|sku| sku.allocated != sku.on_their_way);
    let Some(oldest) = differing.filter_map(|sku| applied_at(sku, files)).min() else { return Ok(()) };
    each_doubtful(desk.database, oldest, |line| {
        let Ok(at) = skus.binary_search_by(|sku| (*sku.code).cmp(line.sku_code)) else { return };
        let sku = &mut skus[at];
        let Some(applied_at) = applied_at(sku, files) else { return };
        if line.counted_until.is_some_and(|until| until >= applied_at) {
            sku.more += line.units;
        }
        if line.counts_since.is_some_and(|since| since >= applied_at) {
            sku.fewer += line.units;
        }
    })
}

/// When the allocation was computed.
fn applied_at(sku: &Sku, files: &[Applied]) -> Option<Moment> {
    sku.named.map(|(_, file)| files[file as usize].decided_at).or(sku.as_of)
}

fn compare_allocation(sku: &Sku, files: &[Applied], line: &mut Line) {
    let Some(file_time) = computed_for(sku, files) else { return };
    let Sku { code, allocated, on_their_way, more, fewer, .. } = sku;
    if allocated != on_their_way {
        let is_doubtful = files.iter().any(|file| file.copy.is_none() && file.file_time > file_time);
        if is_doubtful || (on_their_way - fewer..=on_their_way + more).contains(allocated) {
            return;
        }
        line.named.add(|| text::allocation_differs(code, *allocated, *on_their_way));
    }
    line.left += allocated;
    line.right += on_their_way;
}
