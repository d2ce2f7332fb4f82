//! Rows that the shop's own triggers and constraints refuse. SQLite takes back all that was written together, and names no
//! row; so the rows are found by halves, and the file is read once more without them: they are rejected like any other.
//! Where the shop refuses all of a file, or very much, the file stays where it is.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::ops::Range;

use anyhow::Result;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::inbox::Spooled;
use super::job::{ImportJob, key_columns};
use super::plan::Plan;
use crate::books::files::{self, FileEntry};
use crate::books::orders::CANCELLED_SQL;
use crate::books::{IGNORED, Writing, refusal};
use crate::moment::Moment;
use crate::problem::Failure;
use crate::report::Changes;
use crate::sheet::Sheet;
use crate::sync::run::Run;
use crate::text::books as say_books;

/// More than this is not a matter of single rows.
const ROWS_MAX: usize = 100;

/// What the shop refuses, by its code, and why.
#[derive(Debug, Default)]
pub(super) struct ByShop {
    rows: HashMap<String, String>,
    /// Nothing would be left.
    are_all: bool,
}

impl fmt::Display for ByShop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shop refuses some rows")
    }
}

impl Error for ByShop {}

impl ByShop {
    /// Adds others; gives whether that is new, and still a matter of single rows.
    pub(super) fn add(&mut self, others: Self) -> bool {
        let before = self.rows.len();
        self.rows.extend(others.rows);
        self.rows.len() > before && self.rows.len() <= ROWS_MAX && !others.are_all
    }

    /// The lines of the file that are about them: the code, and why.
    pub(super) fn lines(
        &self,
        job: &dyn ImportJob,
        file: &Spooled,
    ) -> Result<HashMap<u64, (String, String)>> {
        let mut lines = HashMap::new();
        if self.rows.is_empty() {
            return Ok(lines);
        }
        let inbox = job.inbox();
        let mut sheet = Sheet::open_named(&file.path, &file.shown, inbox.encoding, &inbox.naming)?;
        let columns = key_columns(job, &sheet);
        while let Some(row) = sheet.next_row()? {
            let mut keys = columns.iter().filter_map(|column| row.code(*column).ok());
            if let Some((code, why)) = keys.find_map(|key| self.rows.get_key_value(job.code_of(&key))) {
                lines.insert(row.line(), (code.clone(), why.clone()));
            }
        }
        Ok(lines)
    }

    /// The end of the run: which row is refused first.
    pub(super) fn into_failure(self, job: &dyn ImportJob, file: &Spooled) -> anyhow::Error {
        let lines = self.lines(job, file).unwrap_or_default();
        let first = lines.into_iter().min_by_key(|(line, _)| *line);
        let problem = match first {
            Some((line, (code, reason))) => {
                say_books::database_unexpected(&format!("{code}: {reason}")).at_line(line)
            }
            None => {
                let first = self.rows.iter().map(|(code, reason)| format!("{code}: {reason}")).min();
                say_books::database_unexpected(&first.unwrap_or_default())
            }
        };
        Failure::of(problem.in_file(&file.shown)).into()
    }
}

/// What the shop refuses of a plan that could not be written for this error, if that was the shop's.
pub(super) fn refused(
    run: &Run<'_>,
    plan: &dyn Plan,
    file: &FileEntry,
    error: anyhow::Error,
) -> Result<ByShop, anyhow::Error> {
    let mut found = match refusal(&error) {
        None => error.downcast()?,
        Some(_) => match find(run, plan, file.file_time)? {
            found if found.rows.is_empty() => return Err(error),
            found => found,
        },
    };
    // Of a file that is begun nothing else may be left.
    let is_begun = files::is_begun(&run.books, file)?;
    found.are_all = found.rows.len() as u64 >= plan.len() && !is_begun;
    Ok(found)
}

fn find(run: &Run<'_>, plan: &dyn Plan, file_time: Moment) -> Result<ByShop> {
    let mut found = ByShop::default();
    // Nothing of this stays.
    let transaction = Transaction::new_unchecked(&run.books, TransactionBehavior::Immediate)?;
    let writing = Writing { transaction: &transaction, file_time, now: run.clock.now(), history: None };
    try_by_halves(plan, &writing, 0..plan.len(), &mut found)?;
    Ok(found)
}

fn try_by_halves(plan: &dyn Plan, writing: &Writing<'_>, part: Range<u64>, found: &mut ByShop) -> Result<()> {
    if found.rows.len() > ROWS_MAX {
        return Ok(());
    }
    writing.transaction.execute_batch("SAVEPOINT part")?;
    let written = plan.write(writing, part.clone());
    let undo = if written.is_ok() { "" } else { "ROLLBACK TO part;" };
    writing.transaction.execute_batch(&format!("{undo} RELEASE part"))?;
    let Err(error) = written else { return Ok(()) };
    let Some(reason) = refusal(&error) else { return Err(error) };
    if part.end - part.start == 1 {
        // A later one follows from the first: an SKU needs its product.
        found.rows.entry(plan.code(writing.transaction, part.start)?).or_insert(reason);
        return Ok(());
    }
    let middle = part.start + (part.end - part.start) / 2;
    try_by_halves(plan, writing, part.start..middle, found)?;
    try_by_halves(plan, writing, middle..part.end, found)
}

/// What was written and is not there: a trigger of the shop has let it drop (`RAISE(IGNORE)`).
pub(super) fn check_all_is_there(shop: &Connection, plan: &dyn Plan) -> Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%IGNORE%')";
    if !shop.query_row(sql, [], |row| row.get(0))? {
        return Ok(());
    }
    let mut left = Changes::all();
    plan.list(shop, &mut left)?;
    let mut dropped = ByShop::default();
    for change in left.shown {
        let is_there = match change.column.as_str() {
            // A row that comes is listed whether it has come or not.
            "code" => {
                let sql = format!("SELECT EXISTS (SELECT 1 FROM main.{} WHERE code = ?1)", change.table);
                shop.query_row(&sql, [&change.code], |row| row.get(0))?
            }
            "line" | "cancelled_in_tempostar" => true,
            // An order that the shop has cancelled meanwhile is left alone.
            _ if change.table.starts_with("order") => {
                let sql = format!(
                    "SELECT NOT EXISTS (SELECT 1 FROM orders WHERE order_no = ?1 AND NOT {CANCELLED_SQL})"
                );
                shop.query_row(&sql, [change.about()], |row| row.get(0))?
            }
            _ => false,
        };
        if !is_there {
            dropped.rows.insert(change.about().to_owned(), IGNORED.to_owned());
        }
    }
    if dropped.rows.is_empty() { Ok(()) } else { Err(dropped.into()) }
}
