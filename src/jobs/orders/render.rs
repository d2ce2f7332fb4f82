//! Orders as the rows of a sheet; and those that cannot be one, with the reason.

use std::borrow::Cow;
use std::io::Write;

use anyhow::Result;
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
use crate::sheet::{SheetRow, SheetWriter, UnencodableField};
use crate::sync::export::Chosen;
use crate::text::{Text, jobs as text};

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
    output: &mut dyn Write,
) -> Result<Rendered> {
    // Whoever looks at more than these orders has one already.
    let _snapshot = database.is_autocommit().then(|| database.unchecked_transaction()).transpose()?;
    let oldest_first = format!("WHERE {} ORDER BY ordered_at, order_no LIMIT ?1", waiting_sql(settings));
    render(database, settings, now, &oldest_first, [at_most], output)
}

/// Writes those of the orders of `which` that can go.
pub(super) fn render(
    database: &Connection,
    settings: &Settings,
    now: Moment,
    which: &str,
    params: impl Params,
    output: &mut dyn Write,
) -> Result<Rendered> {
    let mut reader = Reader::new(database, settings)?;
    let layout = Layout::new(settings);
    let mut sheet = SheetWriter::new(output, settings.orders.encoding, &layout.names())?;
    let empty = sheet.row();
    let mut rendered = Rendered::default();
    let mut statement = database.prepare(&select(settings, which))?;
    let mut orders = statement.query(params)?;
    while let Some(found) = orders.next()? {
        interrupt::check()?;
        let (order, rows) = match judge(&mut reader, found, settings, now, &layout, &empty)? {
            Ok(good) => good,
            Err(hold) => {
                let order_no = shown_number(found)?;
                if hold.act == Act::PutBack {
                    rendered.chosen.sent_before.push(order_no.clone());
                }
                rendered.held_back.push((order_no, hold));
                continue;
            }
        };
        for row in &rows.rows {
            sheet.write(row)?;
        }
        rendered.replaced.extend(rows.replaced(&order));
        rendered.chosen.lines_chosen += u64::try_from(order.lines.len())?;
        let content = content_of(&order);
        let Head { order_no, updated_at, .. } = order.head;
        rendered.chosen.orders.push(BatchOrder { order_no, updated_at, content });
    }
    rendered.chosen.rows_written = sheet.rows();
    sheet.finish()?.flush()?;
    Ok(rendered)
}

fn shown_number(found: &Row<'_>) -> Result<String> {
    Ok(text_of(found.get_ref("order_no")?).unwrap_or_default())
}

/// An order and its rows; or why it has to be held back.
fn judge<'a>(
    reader: &mut Reader<'_>,
    found: &Row<'_>,
    settings: &Settings,
    now: Moment,
    layout: &Layout<'a>,
    empty: &SheetRow,
) -> Result<Result<(Order, OrderRows<'a>), Hold>> {
    let order = match reader.read(found) {
        Ok(order) => order,
        // One value of a wrong type must not stop all the other orders.
        Err(error) => {
            return unreadable_value(&error)
                .map(|reason| Err(hold(Act::MendData, reason)))
                .ok_or_else(|| error.into());
        }
    };
    if let Some(reason) = reason_to_hold(&order, settings, now) {
        return Ok(Err(reason));
    }
    match layout.rows(&order, empty) {
        Ok(rows) => Ok(Ok((order, rows))),
        Err(reason) => Ok(Err(hold(Act::MendOrder, reason))),
    }
}

fn unreadable_value(error: &rusqlite::Error) -> Option<Text> {
    match error {
        rusqlite::Error::InvalidColumnType(_, column, found) => {
            Some(text::wrong_type(column, &found.to_string()))
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

    /// One row a line.
    fn rows(&self, order: &Order, empty: &SheetRow) -> Result<OrderRows<'a>, Text> {
        let mut rows = OrderRows { rows: Vec::with_capacity(order.lines.len()), missing: Vec::new() };
        let (common, of_line) = self.items.split_at(self.common);
        for lines in order.lines.chunk_by(|one, next| one.shipment_no == next.shipment_no) {
            let line = &lines[0];
            let shipment =
                order.shipment(line.shipment_no).ok_or_else(|| text::no_shipment(line.shipment_no))?;
            // What lines to one destination have in common, which is most of a row, is encoded once.
            let mut begun = empty.clone();
            rows.fill(&mut begun, common, About { order, shipment, line })?;
            for line in lines {
                let mut row = begun.clone();
                rows.fill(&mut row, of_line, About { order, shipment, line })?;
                rows.rows.push(row);
            }
        }
        Ok(rows)
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

struct OrderRows<'a> {
    rows: Vec<SheetRow>,
    /// The characters that CP932 lacks, by note.
    missing: Vec<(&'a str, Vec<char>)>,
}

impl<'a> OrderRows<'a> {
    /// Adds fields to one of them.
    fn fill(&mut self, row: &mut SheetRow, items: &[Item<'a>], about: About<'_>) -> Result<(), Text> {
        for item in items {
            let value = item.content.written(about);
            if !item.content.is_note() {
                row.push_exact(&value).map_err(|error| not_encodable(&error))?;
                continue;
            }
            let characters = row.push_with_geta(&value);
            if !characters.is_empty() && !self.missing.iter().any(|(known, _)| *known == item.name) {
                self.missing.push((item.name, characters));
            }
        }
        Ok(())
    }

    /// What was replaced in them.
    fn replaced(self, order: &Order) -> impl Iterator<Item = Problem> {
        self.missing.into_iter().map(|(column, characters)| {
            let shown = |character| format!("{character} {}", code_point(character));
            let characters: Vec<String> = characters.into_iter().map(shown).collect();
            text::geta(&order.head.order_no, column, &characters.join(", "))
        })
    }
}

fn not_encodable(error: &UnencodableField) -> Text {
    text::not_encodable(&error.column, error.character, &code_point(error.character))
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
