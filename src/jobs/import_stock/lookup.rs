//! What the shop has of the SKUs that a file names.
//!
//! Files are mostly in the order of their codes. Walking along the shop's tables beside such a file takes a fraction of
//! the time of looking each SKU up. So figures are taken in batches, and within a batch a cursor walks from one SKU to
//! the next as long as that is near, and jumps where it is not: what counts is the length of the file, never the
//! table's. A batch in any other order is looked up in the order of its codes; it is larger, so that several of them
//! lie on a page of the table, which is then read once. Where a figure is what the shop has already, nobody asks for
//! the SKU: that halves the work of the usual file, in which little has changed.

use std::cmp::Ordering;
use std::mem;
use std::ops::Range;

use anyhow::Result;
use rusqlite::{Connection, Row, Statement};

use crate::clock::{format_time, parse_time};
use crate::sync::import::{Room, Stamp};

/// How many figures are looked up at a time.
const BATCH: usize = 1000;

/// And how many that are not in the order of their codes: some megabytes.
const BATCH_OUT_OF_ORDER: usize = 50_000;

/// Over how many of the shop's rows a cursor walks, at most, before it jumps.
const STRIDE_MAX: u32 = 16;

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
    /// Whether some code is not behind the one before it.
    is_out_of_order: bool,
    /// The figures that are being looked up, in the order of their codes.
    wanted: Vec<usize>,
}

impl Batch {
    pub(super) fn room(&self) -> Room {
        let most = if self.is_out_of_order { BATCH_OUT_OF_ORDER } else { BATCH };
        if self.figures.len() < most { Room::Left } else { Room::None }
    }

    pub(super) fn push(&mut self, code: &str, line: u64, quantity: i64, allocated: i64) {
        let last = self.figures.last().map(|figure| &self.codes[figure.code.clone()]);
        self.is_out_of_order |= last.is_some_and(|last| code <= last);
        let begin = self.codes.len();
        self.codes.push_str(code);
        let code = begin..self.codes.len();
        self.figures.push(Figure { code, line, quantity, allocated, stock: None, sku: None });
    }

    /// Makes room for other figures.
    pub(super) fn clear(&mut self) {
        self.codes.clear();
        self.figures.clear();
        self.is_out_of_order = false;
    }

    /// The figures with their SKUs' codes.
    pub(super) fn figures(&self) -> impl DoubleEndedIterator<Item = (&str, &Figure)> {
        self.figures.iter().map(|figure| (&self.codes[figure.code.clone()], figure))
    }

    /// The SKUs' codes.
    pub(super) fn codes(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.figures().map(|(code, _)| code)
    }

    /// Whether each code is behind the one before it.
    pub(super) fn codes_ascend(&self) -> bool {
        !self.is_out_of_order
    }

    fn want(&mut self, is_wanted: impl Fn(&Figure) -> bool) {
        self.wanted.clear();
        let wanted = self.figures.iter().enumerate().filter(|(_, figure)| is_wanted(figure));
        self.wanted.extend(wanted.map(|(index, _)| index));
        if self.is_out_of_order {
            self.wanted.sort_unstable_by_key(|index| &self.codes[self.figures[*index].code.clone()]);
        }
    }

    /// The code of the wanted figure at this place.
    fn code(&self, at: usize) -> &str {
        &self.codes[self.figures[self.wanted[at]].code.clone()]
    }
}

/// The cursors along the shop's tables.
pub(super) struct Lookup<'a> {
    skus: Cursor<'a>,
    stock: Cursor<'a>,
    stamp: Stamp,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(shop: &'a Connection, stamp: &Stamp) -> Result<Self> {
        let file_time = format_time(stamp.file_time);
        Ok(Self {
            skus: Cursor::new(shop.prepare("SELECT code, handled FROM skus WHERE code >= ?1 ORDER BY code")?),
            // Times compare as texts first: to read a million of them takes longer than all the rest.
            stock: Cursor::new(shop.prepare(&format!(
                "SELECT sku_code, quantity, allocated, CASE WHEN as_of > '{file_time}' THEN as_of END
                 FROM stock
                 WHERE sku_code >= ?1
                 ORDER BY sku_code"
            ))?),
            stamp: stamp.clone(),
        })
    }

    /// Looks all figures of the batch up.
    pub(super) fn look_up(&mut self, batch: &mut Batch) -> Result<()> {
        batch.want(|_| true);
        let stamp = &self.stamp;
        self.stock.walk(batch, |figure, row| {
            let later = row.get_ref(3)?.as_str_or_null()?.and_then(parse_time);
            figure.stock = Some(InStock {
                quantity: row.get(1)?,
                allocated: row.get(2)?,
                is_newer: later.is_some_and(|as_of| as_of > stamp.file_time),
            });
            Ok(())
        })?;
        batch.want(|figure| !figure.is_unchanged());
        self.skus.walk(batch, |figure, row| {
            figure.sku = Some(Sku { is_handled: row.get(1)? });
            Ok(())
        })
    }
}

/// A cursor along a table. The statement gives rows from a code on, in order; the code is its first column.
struct Cursor<'a> {
    statement: Statement<'a>,
    /// Over how many rows it walks at present before it jumps: fewer after it did so in vain, more after a find.
    stride: u32,
}

impl<'a> Cursor<'a> {
    fn new(statement: Statement<'a>) -> Self {
        Self { statement, stride: STRIDE_MAX }
    }

    /// Hands each wanted figure the row that has its code, if there is one.
    fn walk(
        &mut self,
        batch: &mut Batch,
        mut found: impl FnMut(&mut Figure, &Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut at = 0;
        while at < batch.wanted.len() {
            at = self.walk_from(at, batch, &mut found)?;
        }
        Ok(())
    }

    /// Walks from one figure on; gives the one to which the cursor has to jump.
    fn walk_from(
        &mut self,
        mut at: usize,
        batch: &mut Batch,
        found: &mut impl FnMut(&mut Figure, &Row<'_>) -> Result<()>,
    ) -> Result<usize> {
        let mut rows = self.statement.query([batch.code(at)])?;
        let mut passed_over = 0;
        let mut is_first = true;
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
                    if !mem::take(&mut is_first) {
                        self.stride = STRIDE_MAX.min(self.stride + 1);
                    }
                }
                at += 1;
                if at == batch.wanted.len() {
                    return Ok(at);
                }
            }
            passed_over += 1;
            if passed_over > self.stride {
                self.stride = (self.stride / 2).max(1);
                return Ok(at);
            }
        }
        // Behind the table's last row there is nothing to find.
        Ok(batch.wanted.len())
    }
}
