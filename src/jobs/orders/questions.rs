//! What others ask about the orders: which would be held back, and why?

use std::io;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};

use super::fingerprint::content_of as content;
use super::hold::Hold;
use super::order::{Order, Reader, select};
use super::render::{ALL, render, render_waiting};
use crate::books::batches::SentContent;
use crate::moment::Moment;
use crate::settings::Settings;

/// The waiting orders that would be held back now, with the reason.
pub fn held_back(database: &Connection, settings: &Settings, now: Moment) -> Result<Vec<(String, Hold)>> {
    Ok(render_waiting(database, settings, now, ALL, &mut io::sink())?.held_back)
}

/// As [`held_back`], of the oldest `at_most` waiting orders only.
pub fn held_back_of_first(
    database: &Connection,
    settings: &Settings,
    now: Moment,
    at_most: u32,
) -> Result<Vec<(String, Hold)>> {
    Ok(render_waiting(database, settings, now, at_most.into(), &mut io::sink())?.held_back)
}

/// Why this order, if it was never sent, would be held back now.
pub fn held_back_because(
    database: &Connection,
    settings: &Settings,
    now: Moment,
    order_no: &str,
) -> Result<Option<Hold>> {
    let rendered = render(database, settings, now, "WHERE order_no = ?1", [order_no], &mut io::sink())?;
    Ok(rendered.held_back.into_iter().next().map(|(_, reason)| reason))
}

/// What the shop's order of this number would be sent as; `None`: there is none that can be read.
pub(super) fn content_of(
    database: &Connection,
    settings: &Settings,
    order_no: &str,
) -> Result<Option<SentContent>> {
    let mut reader = Reader::new(database, settings)?;
    let mut order = Order::default();
    let sql = select(settings, "WHERE orders.order_no = ?1");
    let found =
        database.query_row(&sql, [order_no], |row| Ok(reader.read(row, &mut order).is_ok())).optional()?;
    Ok((found == Some(true)).then(|| content(&order)))
}
