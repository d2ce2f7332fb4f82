//! What the shop has of the SKUs that a file names.
//!
//! Files are mostly in the order of their codes. Walking along the shop's tables beside such a file takes a fraction of
//! the time of looking each SKU up. So figures are taken in batches, and within a batch a cursor walks from one SKU to
//! the next as long as that is near, and jumps where it is not. A file in any other order, or of a few SKUs only, costs
//! a jump for each: what counts is its own length, never the table's. Where a figure is what the shop has already,
//! nobody asks for the SKU: that halves the work of the usual file, in which little has changed.

use std::cmp::Ordering;
use std::ops::Range;

use anyhow::Result;
use rusqlite::{Connection, Row, Statement};

use crate::clock::{format_time, parse_time};
use crate::sync::import::{Room, Stamp};

/// How many figures are looked up at a time.
const BATCH: usize = 1000;

/// Over how many of the shop's rows a cursor walks before it jumps.
const STRIDE: u32 = 16;

/// One figure of the file, and what the shop has of its SKU.
#[derive(Debug)]
pub(super) struct Figure {
    code: Range<usize>,
    /// Where it stands in the sheet.
    pub(super) line: u64,
    pub(super) quantity: i64,
    /// What the allocation should be.
    pub(super) allocated: i64,
    pub(super) stock: Option<InStock>,
    /// Looked up where the figure is not what the shop has.
    pub(super) sku: Option<Sku>,
}

impl Figure {
    /// Whether the shop has this very figure.
    pub(super) fn is_unchanged(&self) -> bool {
        self.stock.is_some_and(|stock| {
            !stock.is_newer && (stock.quantity, stock.allocated) == (self.quantity, self.allocated)
        })
    }
}

/// A SKU of the shop's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sku {
    pub(super) is_handled: bool,
}

/// Its row in `stock`.
#[derive(Clone, Copy, Debug)]
pub(super) struct InStock {
    pub(super) quantity: i64,
    pub(super) allocated: i64,
    /// Set by a file that is newer than the one at hand.
    pub(super) is_newer: bool,
}

/// Figures that are looked up together, in the file's order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    codes: String,
    figures: Vec<Figure>,
    /// The figures that are being looked up.
    wanted: Vec<usize>,
}

impl Batch {
    pub(super) fn room(&self) -> Room {
        if self.figures.len() < BATCH { Room::Left } else { Room::None }
    }

    pub(super) fn push(&mut self, code: &str, line: u64, quantity: i64, allocated: i64) {
        let begin = self.codes.len();
        self.codes.push_str(code);
        let code = begin..self.codes.len();
        self.figures.push(Figure { code, line, quantity, allocated, stock: None, sku: None });
    }

    /// The figures with their SKUs' codes.
    pub(super) fn figures(&self) -> impl Iterator<Item = (&str, &Figure)> {
        self.figures.iter().map(|figure| (&self.codes[figure.code.clone()], figure))
    }

    fn want(&mut self, is_wanted: impl Fn(&Figure) -> bool) {
        self.wanted.clear();
        let wanted = self.figures.iter().enumerate().filter(|(_, figure)| is_wanted(figure));
        self.wanted.extend(wanted.map(|(index, _)| index));
    }

    /// The code of the wanted figure at this place.
    fn code(&self, at: usize) -> &str {
        &self.codes[self.figures[self.wanted[at]].code.clone()]
    }

    /// Whether a way along the table ends before this place: there is no more, or its code is a smaller one.
    fn ends_before(&self, at: usize) -> bool {
        at == self.wanted.len() || self.code(at) < self.code(at - 1)
    }
}

/// The cursors along the shop's tables.
pub(super) struct Lookup<'a> {
    skus: Statement<'a>,
    stock: Statement<'a>,
    stamp: Stamp,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(shop: &'a Connection, stamp: &Stamp) -> Result<Self> {
        let file_time = format_time(stamp.file_time);
        Ok(Self {
            skus: shop.prepare("SELECT code, handled FROM skus WHERE code >= ?1 ORDER BY code")?,
            // Times compare as texts first: to read a million of them takes longer than all the rest.
            stock: shop.prepare(&format!(
                "SELECT sku_code, quantity, allocated, CASE WHEN as_of > '{file_time}' THEN as_of END
                 FROM stock
                 WHERE sku_code >= ?1
                 ORDER BY sku_code"
            ))?,
            stamp: stamp.clone(),
        })
    }

    /// Looks all figures of the batch up.
    pub(super) fn look_up(&mut self, batch: &mut Batch) -> Result<()> {
        batch.want(|_| true);
        let stamp = &self.stamp;
        walk(&mut self.stock, batch, |figure, row| {
            let later = row.get_ref(3)?.as_str_or_null()?.and_then(parse_time);
            figure.stock = Some(InStock {
                quantity: row.get(1)?,
                allocated: row.get(2)?,
                is_newer: later.is_some_and(|as_of| as_of > stamp.file_time),
            });
            Ok(())
        })?;
        batch.want(|figure| !figure.is_unchanged());
        walk(&mut self.skus, batch, |figure, row| {
            figure.sku = Some(Sku { is_handled: row.get(1)? });
            Ok(())
        })
    }
}

/// Hands each figure the row that has its code, if there is one. The statement gives rows from a code on, in order; the
/// code is its first column.
fn walk(
    statement: &mut Statement<'_>,
    batch: &mut Batch,
    mut found: impl FnMut(&mut Figure, &Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut at = 0;
    while at < batch.wanted.len() {
        at = walk_from(at, statement, batch, &mut found)?;
    }
    Ok(())
}

/// Walks from one figure on; gives the one to which the cursor has to jump.
fn walk_from(
    mut at: usize,
    statement: &mut Statement<'_>,
    batch: &mut Batch,
    found: &mut impl FnMut(&mut Figure, &Row<'_>) -> Result<()>,
) -> Result<usize> {
    let mut rows = statement.query([batch.code(at)])?;
    let mut passed_over = 0;
    while let Some(row) = rows.next()? {
        let code = row.get_ref(0)?.as_bytes()?;
        loop {
            let order = batch.code(at).as_bytes().cmp(code);
            if order == Ordering::Greater {
                break;
            }
            if order == Ordering::Equal {
                let index = batch.wanted[at];
                found(&mut batch.figures[index], row)?;
                passed_over = 0;
            }
            at += 1;
            if batch.ends_before(at) {
                return Ok(at);
            }
        }
        passed_over += 1;
        if passed_over > STRIDE {
            return Ok(at);
        }
    }
    // Behind the table's last row there is nothing to find.
    at += 1;
    while !batch.ends_before(at) {
        at += 1;
    }
    Ok(at)
}
