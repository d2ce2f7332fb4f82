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

use anyhow::Result;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, Statement};

use crate::books::rows::Ask;
use crate::layout::as_count;
use crate::moment::Moment;
use crate::sync::import::Room;

/// How many figures are looked up at a time.
const BATCH: usize = 4000;

/// And how many that are not in the order of their codes: some megabytes.
const BATCH_OUT_OF_ORDER: usize = 50_000;

/// Over how many of the shop's rows a cursor walks, at most, before it jumps.
const STRIDE_MAX: u32 = 16;

/// After how many bytes of codes a batch is full whatever their number: a broken file can have codes of megabytes.
const CODE_BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    /// Where it stands in the sheet.
    pub(super) line: u64,
    pub(super) quantity: i64,
    /// What the allocation should be.
    pub(super) allocated: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Found {
    stock: Option<InStock>,
    sku: Option<Sku>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Sku {
    pub(super) is_handled: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct InStock {
    pub(super) quantity: i64,
    pub(super) allocated: i64,
    /// Set by a file that is newer than the one at hand.
    pub(super) is_newer: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Compared<'a> {
    pub(super) sku_code: &'a str,
    pub(super) figure: Figure,
    pub(super) stock: Option<InStock>,
    /// Looked up where the figure is not what the shop has.
    pub(super) sku: Option<Sku>,
}

impl Compared<'_> {
    pub(super) fn is_unchanged(&self) -> bool {
        is_unchanged(&self.figure, self.stock)
    }
}

fn is_unchanged(figure: &Figure, stock: Option<InStock>) -> bool {
    stock.is_some_and(|stock| {
        !stock.is_newer && (stock.quantity, stock.allocated) == (figure.quantity, figure.allocated)
    })
}

/// Figures that are looked up together, in the file's order.
///
/// One thread fills it and another one looks up; what the second only writes, it does not get from the first.
#[derive(Debug, Default)]
pub(super) struct Batch {
    codes: String,
    /// Where each code ends.
    ends: Vec<usize>,
    figures: Vec<Figure>,
    /// Whether some code is not behind the one before it.
    is_out_of_order: bool,
    found: Vec<Found>,
    /// The figures that are being looked up, in the order of their codes; once that is done, those that are not what the
    /// shop has.
    wanted: Vec<usize>,
}

impl Batch {
    pub(super) fn room(&self) -> Room {
        let most = if self.is_out_of_order { BATCH_OUT_OF_ORDER } else { BATCH };
        let is_full = self.figures.len() >= most || self.codes.len() >= CODE_BYTES;
        if is_full { Room::None } else { Room::Left }
    }

    pub(super) fn push(&mut self, code: &str, figure: Figure) {
        let last = self.figures.len().checked_sub(1).map(|last| self.code(last));
        self.is_out_of_order |= last.is_some_and(|last| code <= last);
        self.codes.push_str(code);
        self.ends.push(self.codes.len());
        self.figures.push(figure);
    }

    /// Makes room for other figures.
    pub(super) fn clear(&mut self) {
        self.codes.clear();
        self.ends.clear();
        self.figures.clear();
        self.is_out_of_order = false;
    }

    fn code(&self, index: usize) -> &str {
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.codes[begin..self.ends[index]]
    }

    fn compared(&self, index: usize) -> Compared<'_> {
        let Found { stock, sku } = self.found[index];
        Compared { sku_code: self.code(index), figure: self.figures[index], stock, sku }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Compared<'_>> {
        (0..self.figures.len()).map(|index| self.compared(index))
    }

    /// Those that are not what the shop has.
    pub(super) fn changed(&self) -> impl Iterator<Item = Compared<'_>> {
        self.wanted.iter().map(|index| self.compared(*index))
    }

    pub(super) fn codes(&self) -> impl DoubleEndedIterator<Item = &str> {
        (0..self.figures.len()).map(|index| self.code(index))
    }

    /// How many of the codes have stock already.
    pub(super) fn matched(&self) -> u64 {
        as_count(self.found.iter().filter(|found| found.stock.is_some()).count())
    }

    /// Whether each code is behind the one before it.
    pub(super) fn codes_ascend(&self) -> bool {
        !self.is_out_of_order
    }

    fn want(&mut self, is_wanted: impl Fn(&Figure, &Found) -> bool) {
        let mut wanted = mem::take(&mut self.wanted);
        wanted.clear();
        wanted.extend(
            (0..self.figures.len()).filter(|index| is_wanted(&self.figures[*index], &self.found[*index])),
        );
        if self.is_out_of_order {
            wanted.sort_unstable_by_key(|index| self.code(*index));
        }
        self.wanted = wanted;
    }

    /// The code of the wanted figure at this place.
    fn wanted_code(&self, at: usize) -> &str {
        self.code(self.wanted[at])
    }
}

/// The cursors along the shop's tables.
pub(super) struct Lookup<'a> {
    skus: Cursor<'a>,
    stock: Cursor<'a>,
    file_time: Moment,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(shop: &'a Connection, file_time: Moment) -> Result<Self> {
        Ok(Self {
            skus: Cursor::new(shop.prepare("SELECT code, handled FROM skus WHERE code >= ?1 ORDER BY code")?),
            // Mostly nothing is allocated, and no figure is newer than the file: to read two columns of a million rows
            // for that, and their times, takes longer than all the rest. Times compare as texts first.
            stock: Cursor::new(shop.prepare(&format!(
                "SELECT sku_code, quantity,
                        CASE WHEN allocated <> 0 OR as_of > '{file_time}' THEN allocated || ' ' || coalesce(as_of, '') END
                 FROM stock
                 WHERE sku_code >= ?1
                 ORDER BY sku_code"
            ))?),
            file_time,
        })
    }

    /// Whether the file was seen to name each SKU that has stock: one in the order of its codes is.
    pub(super) fn are_all_named(&self, shop: &Connection) -> Result<bool> {
        let Some(unbroken) = self.stock.unbroken.as_ref().filter(|so_far| so_far.rows > 0) else {
            return Ok(false);
        };
        shop.value("SELECT NOT EXISTS (SELECT 1 FROM stock WHERE sku_code > ?1)", [&unbroken.last])
    }

    pub(super) fn look_up(&mut self, batch: &mut Batch) -> Result<()> {
        batch.found.clear();
        batch.found.resize(batch.figures.len(), Found::default());
        batch.want(|_, _| true);
        let file_time = self.file_time;
        self.stock.walk(batch, |found, row| {
            let (allocated, is_newer) = match row.get_ref(2)?.as_str_or_null()? {
                None => (0, false),
                Some(unusual) => read_unusual(unusual, file_time)?,
            };
            found.stock = Some(InStock { quantity: row.get(1)?, allocated, is_newer });
            Ok(())
        })?;
        batch.want(|figure, found| !is_unchanged(figure, found.stock));
        self.skus.walk(batch, |found, row| {
            found.sku = Some(Sku { is_handled: row.get(1)? });
            Ok(())
        })
    }
}

/// What is allocated, and whether the figure is later than the file.
fn read_unusual(unusual: &str, file_time: Moment) -> Result<(i64, bool)> {
    let (allocated, as_of) = unusual.split_once(' ').unwrap_or((unusual, ""));
    let no_number = |_| rusqlite::Error::InvalidColumnType(2, "allocated".to_owned(), Type::Text);
    let allocated = allocated.parse().map_err(no_number)?;
    Ok((allocated, as_of.parse::<Moment>().is_ok_and(|as_of| as_of > file_time)))
}

/// A cursor along a table. The statement gives rows from a code on, in order; the code is its first column.
struct Cursor<'a> {
    statement: Statement<'a>,
    /// Over how many rows it walks at present before it jumps: fewer after it did so in vain, more after a find.
    stride: u32,
    /// As long as each row of the table so far was wanted.
    unbroken: Option<Unbroken>,
}

/// The rows at the beginning of a table.
#[derive(Debug, Default)]
struct Unbroken {
    /// The code of the last one.
    last: String,
    rows: u64,
}

impl Unbroken {
    fn ends_with(&self, code: &[u8]) -> bool {
        self.rows > 0 && self.last.as_bytes() == code
    }
}

impl<'a> Cursor<'a> {
    fn new(statement: Statement<'a>) -> Self {
        Self { statement, stride: STRIDE_MAX, unbroken: Some(Unbroken::default()) }
    }

    /// Hands each wanted figure the row that has its code, if there is one.
    fn walk(
        &mut self,
        batch: &mut Batch,
        mut found: impl FnMut(&mut Found, &Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let first = batch.wanted.first().map(|index| batch.code(*index));
        let goes_on = |unbroken: &Unbroken| first.is_none_or(|first| first > unbroken.last.as_str());
        self.unbroken = self.unbroken.take().filter(|so_far| batch.codes_ascend() && goes_on(so_far));
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
        found: &mut impl FnMut(&mut Found, &Row<'_>) -> Result<()>,
    ) -> Result<usize> {
        let mut unbroken = self.unbroken.take();
        let from = unbroken.as_ref().map_or_else(|| batch.wanted_code(at), |so_far| &so_far.last);
        let mut rows = self.statement.query([from])?;
        let (mut passed_over, mut last_found) = (0, None);
        let next = 'walk: {
            while let Some(row) = rows.next()? {
                let code = row.get_ref(0)?.as_bytes()?;
                let mut is_found = unbroken.as_ref().is_some_and(|so_far| so_far.ends_with(code));
                loop {
                    let order = batch.wanted_code(at).as_bytes().cmp(code);
                    if order == Ordering::Greater {
                        break;
                    }
                    if order == Ordering::Equal {
                        let index = batch.wanted[at];
                        found(&mut batch.found[index], row)?;
                        passed_over = 0;
                        is_found = true;
                        unbroken.iter_mut().for_each(|so_far| so_far.rows += 1);
                        if last_found.replace(index).is_some() {
                            self.stride = STRIDE_MAX.min(self.stride + 1);
                        }
                    }
                    at += 1;
                    if at == batch.wanted.len() {
                        break 'walk at;
                    }
                }
                unbroken = unbroken.filter(|_| is_found);
                passed_over += 1;
                if passed_over > self.stride {
                    self.stride = (self.stride / 2).max(1);
                    break 'walk at;
                }
            }
            // Behind the table's last row there is nothing to find.
            batch.wanted.len()
        };
        if let (Some(so_far), Some(index)) = (&mut unbroken, last_found) {
            batch.code(index).clone_into(&mut so_far.last);
        }
        self.unbroken = unbroken;
        Ok(next)
    }
}
