//! Rows of a product file on their way from the thread that reads them to the one that compares them with the shop's.
//!
//! Their texts lie one behind the other. As strings of their own, made in one thread and freed in the other, they would
//! cost more than everything that is done with them.

use std::ops::Range;

use crate::books::staging::Cell;

/// Rows in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Batch {
    texts: String,
    cells: Vec<Kept>,
    entries: Vec<KeptEntry>,
    /// The codes of products of which a row was rejected.
    rejected: Vec<Range<usize>>,
}

/// A cell whose text lies elsewhere.
#[derive(Clone, Debug)]
enum Kept {
    LeftAlone,
    Null,
    Integer(i64),
    Text(Range<usize>),
}

/// Where in the batch an entry's parts are.
#[derive(Debug)]
struct KeptEntry {
    product_code: Range<usize>,
    sku_code: Range<usize>,
    sku: Range<usize>,
    product: Option<(Range<usize>, Range<usize>)>,
    line: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) product_code: &'a str,
    pub(super) sku_code: &'a str,
    pub(super) sku: Cells<'a>,
    /// `None`: as in the row before.
    pub(super) product: Option<ProductEntry<'a>>,
    /// Where it stands in the sheet.
    pub(super) line: u64,
}

/// What a row says of its product.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProductEntry<'a> {
    pub(super) cells: Cells<'a>,
    /// Each image's file and text.
    pub(super) images: Cells<'a>,
}

/// Values in the order of their columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'a> {
    texts: &'a str,
    cells: &'a [Kept],
}

impl<'a> Cells<'a> {
    /// The values; `None`: the shop's is left alone.
    pub(super) fn iter(self) -> impl ExactSizeIterator<Item = Option<Cell<'a>>> {
        self.cells.iter().map(move |cell| match cell {
            Kept::LeftAlone => None,
            Kept::Null => Some(Cell::Null),
            Kept::Integer(number) => Some(Cell::Integer(*number)),
            Kept::Text(at) => Some(Cell::Text(self.texts[at.clone()].into())),
        })
    }

    pub(super) fn leaves_something_alone(self) -> bool {
        self.cells.iter().any(|cell| matches!(cell, Kept::LeftAlone))
    }
}

impl Batch {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Begins a row. Nothing of one that is dropped unfinished stays.
    pub(super) fn begin_row(&mut self) -> RowInBatch<'_> {
        let (texts, cells) = (self.texts.len(), self.cells.len());
        RowInBatch { batch: self, texts, cells, is_finished: false }
    }

    pub(super) fn reject(&mut self, product_code: &str) {
        let code = self.keep(product_code);
        self.rejected.push(code);
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let begin = self.texts.len();
        self.texts.push_str(text);
        begin..self.texts.len()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries.iter().map(|entry| Entry {
            product_code: &self.texts[entry.product_code.clone()],
            sku_code: &self.texts[entry.sku_code.clone()],
            sku: self.cells(&entry.sku),
            product: entry
                .product
                .as_ref()
                .map(|(cells, images)| ProductEntry { cells: self.cells(cells), images: self.cells(images) }),
            line: entry.line,
        })
    }

    fn cells(&self, at: &Range<usize>) -> Cells<'_> {
        Cells { texts: &self.texts, cells: &self.cells[at.clone()] }
    }

    pub(super) fn rejected(&self) -> impl Iterator<Item = &str> {
        self.rejected.iter().map(|code| &self.texts[code.clone()])
    }

    /// Makes room for other rows.
    pub(super) fn clear(&mut self) {
        self.texts.clear();
        self.cells.clear();
        self.entries.clear();
        self.rejected.clear();
    }
}

pub(super) struct RowInBatch<'a> {
    batch: &'a mut Batch,
    texts: usize,
    cells: usize,
    is_finished: bool,
}

impl RowInBatch<'_> {
    pub(super) fn text(&mut self, text: &str) -> Range<usize> {
        self.batch.keep(text)
    }

    /// Adds a cell; `None`: the shop's value is left alone.
    pub(super) fn add(&mut self, cell: Option<Cell<'_>>) {
        let kept = match cell {
            None => Kept::LeftAlone,
            Some(Cell::Null) => Kept::Null,
            Some(Cell::Integer(number)) => Kept::Integer(number),
            Some(Cell::Text(text)) => Kept::Text(self.batch.keep(&text)),
        };
        self.batch.cells.push(kept);
    }

    /// Adds a cell whose text has been kept already.
    pub(super) fn add_text(&mut self, text: Range<usize>) {
        self.batch.cells.push(Kept::Text(text));
    }

    /// Where the next cell will be.
    pub(super) fn next_cell(&self) -> usize {
        self.batch.cells.len()
    }

    /// The row's cells are the SKU's, behind them the product's from the first of these places on, and the images' from
    /// the second; or all are the SKU's.
    pub(super) fn finish(
        mut self,
        product_code: Range<usize>,
        sku_code: Range<usize>,
        product_and_images: Option<(usize, usize)>,
        line: u64,
    ) {
        self.is_finished = true;
        let end = self.next_cell();
        let sku = self.cells..product_and_images.map_or(end, |(product, _)| product);
        let product = product_and_images.map(|(product, images)| (product..images, images..end));
        self.batch.entries.push(KeptEntry { product_code, sku_code, sku, product, line });
    }
}

impl Drop for RowInBatch<'_> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.batch.texts.truncate(self.texts);
            self.batch.cells.truncate(self.cells);
        }
    }
}
