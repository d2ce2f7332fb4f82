//! `export-orders` (受注連携): sends each new order of the shop to TEMPOSTAR, once.
//!
//! An order that TEMPOSTAR could not take over rightly is held back, with the reason, until somebody mends it; the
//! others go. What is sent is what one snapshot of the database holds; how it reaches the server without being lost
//! or doubled is [`crate::sync::export`]'s business.

mod columns;
mod fingerprint;
mod hold;
mod order;
mod questions;
mod render;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use anyhow::Result;

use self::columns::{AMOUNT, ORDER_NO};
pub use self::columns::{COLUMNS, OrderColumn};
pub use self::hold::{Act, Hold, PAYMENT_SETUP_SINCE};
pub(crate) use self::order::number_prefix;
pub use self::questions::{held_back, held_back_because, held_back_of_first};
use self::render::{ALL, render_waiting};
use crate::books::batches::SentContent;
use crate::books::orders::{IS_DATED_SQL, is_anything_waiting, waiting_sql};
use crate::books::rows::{Ask, Cells};
use crate::problem::Problem;
use crate::report::{Change, Counts};
use crate::settings::Settings;
use crate::sheet::{Column, EncodingChoice, Passing, Refusal, Sheet};
use crate::sync::Run;
use crate::sync::export::{Chosen, ExportJob, ReadBack, export};
use crate::text::jobs as text;

const HELD_BACK_TOLD_MAX: usize = 100;

/// Runs the job. What it did and what went wrong is in the report.
pub fn run(run: &mut Run<'_>) -> Result<()> {
    run.report.counts = Counts::zero(&["exported", "lines", "held_back"]);
    export(run, &ExportJob { is_anything_waiting, choose, read_back, content_of: questions::content_of })
}

/// Chooses the orders that can go, and writes them as a sheet.
fn choose(run: &mut Run<'_>, output: &mut (dyn Write + Send)) -> Result<Chosen> {
    let rendered = render_waiting(&run.books, run.settings, run.clock.now(), ALL, output)?;
    let held_back = rendered.held_back;
    if run.permit.is_none() {
        list(run, &held_back)?;
    }
    run.report.counts.add("held_back", u64::try_from(held_back.len())?);
    for (order_no, hold) in held_back.iter().take(HELD_BACK_TOLD_MAX) {
        run.report.tell(held_back_problem(order_no, hold));
    }
    if held_back.len() > HELD_BACK_TOLD_MAX {
        run.report.tell(text::more_held_back(held_back.len() - HELD_BACK_TOLD_MAX));
    }
    run.report.problems.extend(rendered.replaced);
    Ok(rendered.chosen)
}

/// Lists the orders that would go, and those that would be held back, oldest first.
fn list(run: &mut Run<'_>, held_back: &[(String, Hold)]) -> Result<()> {
    let held_back: HashMap<&str, &Hold> =
        held_back.iter().map(|(order_no, hold)| (order_no.as_str(), hold)).collect();
    let waiting = waiting_sql(run.settings);
    // What is no time and no amount may be anything, a customer's name too.
    let sql = format!(
        "SELECT CAST(order_no AS TEXT),
                CASE WHEN {IS_DATED_SQL} THEN substr(ordered_at, 1, 19) END,
                CASE typeof(total) WHEN 'integer' THEN total END
         FROM orders
         WHERE {waiting}
         ORDER BY ordered_at, order_no"
    );
    run.books.each(&sql, [], |row| {
        let order_no = String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned();
        let hold = held_back.get(order_no.as_str());
        let change = Change::of_order(order_no, row.told(1)?, row.told(2)?);
        let change = hold.map_or(change.clone(), |hold| change.because(hold.reason.clone()));
        run.report.changes.add(change);
        Ok(())
    })
}

fn held_back_problem(order_no: &str, hold: &Hold) -> Problem {
    let mut problem = text::held_back(order_no).because(&hold.reason).about_order(order_no);
    problem.hint = hold.act.text(order_no);
    problem
}

/// What is in a file that was sent.
fn read_back(settings: &Settings, path: &Path) -> Result<ReadBack> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut sheet = Sheet::open_named(path, &name, EncodingChoice::Auto, &settings.orders.naming)?;
    let number = sheet.header().required(ORDER_NO)?;
    // A file of other columns does not tell what was sent, only under which numbers.
    let told = fingerprint::OF_ORDER.iter().chain(&fingerprint::OF_LINE);
    let told: Option<Vec<Column>> = told.map(|name| sheet.header().optional(name)).collect();
    let mut sent = ReadBack::default();
    let mut rows: Vec<[String; 6]> = Vec::new();
    while let Some(row) = sheet.next_row()? {
        let text = |column| row.text(column).map_err(|problem| Refusal::new(problem.problem().clone()));
        let number = text(number)?;
        // The shop code may have been another one then; it never has a hyphen.
        let (shop_code, number) = number.split_once('-').unwrap_or(("", &number));
        if sent.shop_code != shop_code {
            sent.shop_code = shop_code.to_owned();
        }
        // The rows of an order follow each other.
        if sent.orders.last().is_none_or(|(last, _)| last != number) {
            finish_order(&mut sent, &mut rows);
            sent.orders.push((number.to_owned(), SentContent::default()));
        }
        if let Some(columns) = &told {
            let mut values = [const { String::new() }; 6];
            for (value, column) in values.iter_mut().zip(columns) {
                *value = text(*column)?.into();
            }
            rows.push(values);
        }
    }
    finish_order(&mut sent, &mut rows);
    sent.lines = sheet.rows_read();
    Ok(sent)
}

/// Takes the bytes of a file that was sent, and hands out each order's number, still with the shop's code, and 請求金額. A
/// file of other columns tells numbers only.
pub(crate) fn amounts<T>(
    name: &str,
    settings: &Settings,
    taken: T,
    take: fn(&mut T, &str, Option<i64>),
) -> Passing<T> {
    Passing::new(name, &settings.orders.naming, [ORDER_NO, AMOUNT], taken, take)
}

/// Gives the last order its content, which are these rows.
fn finish_order(sent: &mut ReadBack, rows: &mut Vec<[String; 6]>) {
    if let (Some((_, content)), [first, ..]) = (sent.orders.last_mut(), rows.as_slice()) {
        let of_order = [0, 1, 2].map(|index| first[index].as_str().into());
        let lines: Vec<[Cow<'_, str>; 3]> =
            rows.iter().map(|row| [3, 4, 5].map(|index| row[index].as_str().into())).collect();
        *content = fingerprint::content(of_order, &lines);
    }
    rows.clear();
}
