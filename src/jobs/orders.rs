//! `export-orders` (受注連携): sends each new order of the shop to TEMPOSTAR, once.
//!
//! An order that TEMPOSTAR could not take over rightly is held back, with the reason, until somebody mends it; the
//! others go. What is sent is what one snapshot of the database holds; how it reaches the server without being lost
//! or doubled is [`crate::sync::export`]'s business.

mod columns;
mod hold;
mod order;
mod questions;
mod render;

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use self::columns::ORDER_NO;
pub use self::columns::{COLUMNS, OrderColumn};
pub use self::hold::PAYMENT_SETUP_SINCE;
use self::order::number_prefix;
pub use self::questions::{held_back, held_back_because, held_back_of_first};
use self::render::{ALL, render_waiting};
use crate::books::orders::is_anything_waiting;
use crate::problem::Problem;
use crate::report::Counts;
use crate::settings::Settings;
use crate::sheet::{EncodingChoice, Refusal, Sheet};
use crate::sync::Run;
use crate::sync::export::{Chosen, ExportJob, ReadBack, export};
use crate::text::{Text, jobs as text};

/// How many held-back orders one run tells of.
const HELD_BACK_TOLD_MAX: usize = 100;

/// Runs the job. What it did and what went wrong is in the report.
pub fn run(run: &mut Run<'_>) -> Result<()> {
    run.report.counts = Counts::zero(&["exported", "lines", "held_back"]);
    export(run, &ExportJob { is_anything_waiting, choose, read_back })
}

/// Chooses the orders that can go, and writes them as a sheet.
fn choose(run: &mut Run<'_>, output: &mut dyn Write) -> Result<Chosen> {
    let rendered = render_waiting(&run.books, run.settings, ALL, output)?;
    let held_back = rendered.held_back;
    run.report.counts.add("held_back", u64::try_from(held_back.len())?);
    for (order_no, reason) in held_back.iter().take(HELD_BACK_TOLD_MAX) {
        run.report.tell(held_back_problem(order_no, reason));
    }
    if held_back.len() > HELD_BACK_TOLD_MAX {
        run.report.tell(text::more_held_back(held_back.len() - HELD_BACK_TOLD_MAX));
    }
    run.report.problems.extend(rendered.replaced);
    Ok(rendered.chosen)
}

/// What a person is told of an order that is held back.
fn held_back_problem(order_no: &str, reason: &Text) -> Problem {
    text::held_back(order_no).because(reason).about_order(order_no)
}

/// What is in a file that was sent.
fn read_back(settings: &Settings, path: &Path) -> Result<ReadBack> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut sheet = Sheet::open(path, &name, EncodingChoice::Auto)?;
    let column = sheet.header().required(ORDER_NO)?;
    let prefix = number_prefix(settings);
    let mut sent = ReadBack::default();
    while let Some(row) = sheet.next_row()? {
        let text = row.text(column).map_err(|problem| Refusal::new(problem.problem().clone()))?;
        let number = text.strip_prefix(&prefix).unwrap_or(&text);
        // The rows of an order follow each other.
        if sent.order_numbers.last().is_none_or(|last| last != number) {
            sent.order_numbers.push(number.to_owned());
        }
    }
    sent.lines = sheet.rows_read();
    Ok(sent)
}
