//! Orders as the rows of a sheet; and those that cannot be one, with the reason.

use std::borrow::Cow;
use std::io::Write;
use std::mem;

use anyhow::Result;
use rusqlite::types::Type;
use rusqlite::{Connection, Params, Row};

use super::columns::{About, COLUMNS, OrderColumn};
use super::fingerprint::content_of;
use super::hold::{Act, Hold, hold, reason_to_hold};
use super::order::{Head, Order, Reader, select};
use crate::books::batches::BatchOrder;
use crate::books::orders::waiting_sql;
use crate::books::rows::text_of;
use crate::interrupt;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::settings::{FieldContent, OrderField, Settings};
use crate::sheet::{SheetRows, SheetWriter, UnencodableField};
use crate::sync::export::Chosen;
use crate::text::{Text, jobs as text};
use crate::threads;

/// What became of some orders.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) chosen: Chosen,
    /// Their numbers, and why.
    pub(super) held_back: Vec<(String, Hold)>,
    pub(super) replaced: Vec<Problem>,
}

/// For SQL's LIMIT.
pub(super) const ALL: i64 = -1;

/// Writes the waiting orders that can go, of the first `at_most`. Everything is read from one snapshot.
pub(super) fn render_waiting(
    database: &Connection,
    settings: &Settings,
    now: Moment,
    at_most: i64,
    output: &mut (dyn Write + Send),
) -> Result<Rendered> {
    // Whoever looks at more than these orders has one already.
    let _snapshot = database.is_autocommit().then(|| database.unchecked_transaction()).transpose()?;
    let oldest_first = format!("WHERE {} ORDER BY ordered_at, order_no LIMIT ?1", waiting_sql(settings));
    render(database, settings, now, &oldest_first, [at_most], output)
}

/// How many orders are handed on to be rendered at once.
const ORDERS_AT_ONCE: usize = 64;

/// An order as it was read, of which only its number is to be relied on where it must be held back.
#[derive(Debug, Default)]
struct Found {
    order: Order,
    hold: Option<Hold>,
}

/// Some of them, and memory for others.
#[derive(Debug, Default)]
struct Batch {
    found: Vec<Found>,
    count: usize,
}

impl Batch {
    /// Where the next one is read to.
    fn next(&mut self) -> &mut Found {
        if self.count == self.found.len() {
            self.found.push(Found::default());
        }
        self.count += 1;
        &mut self.found[self.count - 1]
    }
}

/// Writes those of the orders of `which` that can go: reads them here, and judges and renders them beside it.
pub(super) fn render(
    database: &Connection,
    settings: &Settings,
    now: Moment,
    which: &str,
    params: impl Params,
    output: &mut (dyn Write + Send),
) -> Result<Rendered> {
    let mut reader = Reader::new(database, settings)?;
    let mut statement = database.prepare(&select(settings, which))?;
    let mut rows = statement.query(params)?;
    let mut renderer = Renderer::new(settings, now, output)?;
    let read = |hand_on: &mut dyn FnMut(Batch) -> Result<Batch>| {
        let mut batch = Batch::default();
        while let Some(row) = rows.next()? {
            interrupt::check()?;
            batch.next().read(&mut reader, row)?;
            if batch.count == ORDERS_AT_ONCE {
                batch = hand_on(batch)?;
            }
        }
        hand_on(batch).map(drop)
    };
    threads::hand_on(read, |batch| {
        let count = mem::take(&mut batch.count);
        batch.found[..count].iter_mut().try_for_each(|found| renderer.take(found))
    })?;
    renderer.finish()
}

impl Found {
    /// One value of a wrong type must not stop all the other orders.
    fn read(&mut self, reader: &mut Reader<'_>, row: &Row<'_>) -> Result<()> {
        self.hold = None;
        if let Err(error) = reader.read(row, &mut self.order) {
            let reason = unreadable_value(&error).ok_or(error)?;
            self.hold = Some(hold(Act::MendData, reason));
            self.order.head.order_no = text_of(row.get_ref("order_no")?).unwrap_or_default();
        }
        Ok(())
    }
}

/// Judges orders, and writes those that can go.
struct Renderer<'a, W: Write> {
    settings: &'a Settings,
    now: Moment,
    layout: Layout<'a>,
    sheet: SheetWriter<W>,
    rows: SheetRows,
    rendered: Rendered,
}

impl<'a, W: Write> Renderer<'a, W> {
    fn new(settings: &'a Settings, now: Moment, output: W) -> Result<Self> {
        let layout = Layout::new(settings);
        let sheet = SheetWriter::new(output, settings.orders.encoding, &layout.names())?;
        let rows = sheet.rows();
        Ok(Self { settings, now, layout, sheet, rows, rendered: Rendered::default() })
    }

    fn take(&mut self, Found { order, hold }: &mut Found) -> Result<()> {
        match hold.take().map_or_else(|| self.judge(order), Err) {
            Ok(replaced) => {
                self.rendered.replaced.extend(replaced);
                self.write(order)
            }
            Err(hold) => {
                let order_no = order.head.order_no.clone();
                if hold.act == Act::PutBack {
                    self.rendered.chosen.sent_before.push(order_no.clone());
                }
                self.rendered.held_back.push((order_no, hold));
                Ok(())
            }
        }
    }

    /// Renders an order, and gives what was replaced in it; or why it has to be held back.
    fn judge(&mut self, order: &Order) -> Result<Vec<Problem>, Hold> {
        if let Some(reason) = reason_to_hold(order, self.settings, self.now) {
            return Err(reason);
        }
        self.rows.clear();
        self.layout.render(order, &mut self.rows).map_err(|reason| hold(Act::MendOrder, reason))
    }

    fn write(&mut self, order: &Order) -> Result<()> {
        self.sheet.write(&self.rows)?;
        let chosen = &mut self.rendered.chosen;
        chosen.lines_chosen += u64::try_from(order.lines.len())?;
        let Head { order_no, updated_at, .. } = &order.head;
        let (order_no, updated_at) = (order_no.clone(), updated_at.clone());
        chosen.orders.push(BatchOrder { order_no, updated_at, content: content_of(order) });
        Ok(())
    }

    fn finish(mut self) -> Result<Rendered> {
        self.rendered.chosen.rows_written = self.sheet.rows_written();
        self.sheet.finish().flush()?;
        Ok(self.rendered)
    }
}

fn unreadable_value(error: &rusqlite::Error) -> Option<Text> {
    match error {
        rusqlite::Error::InvalidColumnType(_, column, found) => {
            let found = match found {
                Type::Null => text::type_null(),
                Type::Integer => text::type_integer(),
                Type::Real => text::type_real(),
                Type::Text => text::type_text(),
                Type::Blob => text::type_blob(),
            };
            Some(text::wrong_type(column, &found.ja, &found.en))
        }
        rusqlite::Error::Utf8Error(..) | rusqlite::Error::FromSqlConversionFailure(..) => {
            Some(text::not_utf_8())
        }
        _ => None,
    }
}

/// What stands in a row, from left to right.
struct Layout<'a> {
    items: Vec<Item<'a>>,
    /// How many of the first do not depend on the line.
    common: usize,
}

struct Item<'a> {
    name: &'a str,
    content: Content<'a>,
}

#[derive(Clone, Copy)]
enum Content<'a> {
    Column(&'static OrderColumn),
    /// One of [`Order::free_items`].
    FreeItem(usize),
    Constant(&'a str),
}

impl<'a> Layout<'a> {
    fn new(settings: &'a Settings) -> Self {
        let item = |field: &'a OrderField| {
            let content = match &field.content {
                FieldContent::Column(name) => {
                    Content::Column(COLUMNS.iter().find(|column| column.name == name)?)
                }
                FieldContent::FreeItem(index) => Content::FreeItem(*index),
                FieldContent::Constant(value) => Content::Constant(value),
            };
            Some(Item { name: &field.name, content })
        };
        let items: Vec<Item<'a>> = settings.orders.columns.iter().filter_map(item).collect();
        let common = items.iter().take_while(|item| !item.content.is_of_line()).count();
        Self { items, common }
    }

    fn names(&self) -> Vec<&'a str> {
        self.items.iter().map(|item| item.name).collect()
    }

    /// One row a line. Gives what was replaced in them.
    fn render(&self, order: &Order, rows: &mut SheetRows) -> Result<Vec<Problem>, Text> {
        let (common, of_line) = self.items.split_at(self.common);
        let mut missing = Missing::default();
        for lines in order.lines.chunk_by(|one, next| one.shipment_no == next.shipment_no) {
            let shipment_no = lines[0].shipment_no;
            let shipment = order.shipment(shipment_no).ok_or_else(|| text::no_shipment(shipment_no))?;
            // What lines to one destination have in common, which is most of a row, is encoded once.
            let mut begun = None;
            for line in lines {
                let about = About { order, shipment, line };
                match &begun {
                    Some(begun) => rows.begin_like(begun),
                    None => {
                        missing.fill(rows, common, about)?;
                        begun = Some(rows.begun());
                    }
                }
                missing.fill(rows, of_line, about)?;
                rows.end_row();
            }
        }
        Ok(missing.told(order))
    }
}

impl<'a> Content<'a> {
    fn is_of_line(self) -> bool {
        matches!(self, Self::Column(column) if column.is_of_line())
    }

    fn is_note(self) -> bool {
        matches!(self, Self::Column(column) if column.is_note)
    }

    fn written(self, about: About<'a>) -> Cow<'a, str> {
        match self {
            Self::Column(column) => column.value(about).written(),
            Self::Constant(value) => value.into(),
            Self::FreeItem(index) => about.order.free_items[index].as_str().into(),
        }
    }
}

/// The characters of an order that CP932 lacks, by note.
#[derive(Default)]
struct Missing<'a>(Vec<(&'a str, Vec<char>)>);

impl<'a> Missing<'a> {
    /// Adds fields to a row.
    fn fill(&mut self, rows: &mut SheetRows, items: &[Item<'a>], about: About<'_>) -> Result<(), Text> {
        for item in items {
            let value = item.content.written(about);
            if !item.content.is_note() {
                rows.push_exact(&value).map_err(|error| not_encodable(&error))?;
                continue;
            }
            let characters = rows.push_with_geta(&value);
            if !characters.is_empty() && !self.0.iter().any(|(known, _)| *known == item.name) {
                self.0.push((item.name, characters));
            }
        }
        Ok(())
    }

    fn told(self, order: &Order) -> Vec<Problem> {
        let of_note = |(column, characters): (&str, Vec<char>)| {
            let shown = |character| format!("{character} {}", code_point(character));
            let characters: Vec<String> = characters.into_iter().map(shown).collect();
            text::geta(&order.head.order_no, column, &characters.join(", "))
        };
        self.0.into_iter().map(of_note).collect()
    }
}

fn not_encodable(error: &UnencodableField) -> Text {
    text::not_encodable(&error.column, error.character, &code_point(error.character))
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
