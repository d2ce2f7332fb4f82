//! What others ask about the orders: which would be held back, and why?

use std::io;

use anyhow::Result;
use rusqlite::Connection;

use super::render::{ALL, render, render_waiting};
use crate::settings::Settings;
use crate::text::Text;

/// The waiting orders that would be held back now, with the reason.
pub fn held_back(database: &Connection, settings: &Settings) -> Result<Vec<(String, Text)>> {
    Ok(render_waiting(database, settings, ALL, &mut io::sink())?.held_back)
}

/// As [`held_back`], of the oldest `at_most` waiting orders only.
pub fn held_back_of_first(
    database: &Connection,
    settings: &Settings,
    at_most: u32,
) -> Result<Vec<(String, Text)>> {
    Ok(render_waiting(database, settings, at_most.into(), &mut io::sink())?.held_back)
}

/// Why this order, if it was never sent, would be held back now.
pub fn held_back_because(database: &Connection, settings: &Settings, order_no: &str) -> Result<Option<Text>> {
    let rendered = render(database, settings, "WHERE order_no = ?1", [order_no], &mut io::sink())?;
    Ok(rendered.held_back.into_iter().next().map(|(_, reason)| reason))
}
