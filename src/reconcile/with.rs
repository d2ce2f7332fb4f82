//! TEMPOSTAR's own list of orders, as its screen exports it, beside the shop's orders. Of its columns three are read;
//! none of them is a person's.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::desk::{Desk, key};
use super::line::{Check, Line};
use crate::books::orders::SENT_SQL;
use crate::books::rows::Ask;
use crate::interrupt;
use crate::jobs::logistics::{Progress, progress_of};
use crate::jobs::orders::{COLUMNS, number_prefix};
use crate::problem::Failure;
use crate::sheet::{EncodingChoice, Refusal, RowProblem, Sheet};
use crate::text::reconcile as text;

struct Ours {
    total: Option<i64>,
    progress: Progress,
}

/// Only here, only there, amounts, progress: four lines.
pub(super) fn lines(desk: &Desk<'_>, list: &Path) -> Result<Vec<Line>> {
    let mut lines = [Check::OnlyHere, Check::OnlyThere, Check::Amounts, Check::Progress].map(Line::new);
    let [only_here, only_there, amounts, progresses] = &mut lines;
    let (seen, unreadable) = each_listed(desk, list, |number, amount, progress| {
        let Some(ours) = sent_order(desk, number)? else {
            only_there.left += 1;
            only_there.named.add(|| text::only_in_list(number));
            return Ok(());
        };
        only_there.both();
        match amount {
            Ok(Some(amount)) => compare_amount(amounts, number, ours.total, amount),
            Ok(None) => {}
            Err(problem) => amounts.named.add(|| problem.problem().located_message()),
        }
        if let Some((code, progress)) = progress {
            compare_progress(progresses, number, ours.progress, (code, progress));
        }
        Ok(())
    })?;
    unreadable.iter().for_each(|row| only_there.named.add(|| row.problem().located_message()));
    let sql = format!(
        "SELECT member.order_no
         FROM tempostar_batches AS batch
         JOIN tempostar_batch_orders AS member ON member.batch_id = batch.id
         WHERE batch.state = 'sent' AND batch.taken_at IS NOT NULL AND {}
         ORDER BY member.order_no",
        desk.in_month("sent_at")
    );
    desk.database.each(&sql, [], |row| {
        let number = row.get_ref(0)?.as_str()?;
        only_here.left += 1;
        match seen.contains(&key(number)) {
            true => only_here.right += 1,
            false => only_here.named.add(|| text::not_in_list(number)),
        }
        Ok(())
    })?;
    Ok(lines.into())
}

pub(super) fn compare_amount(line: &mut Line, number: &str, ours: Option<i64>, theirs: i64) {
    line.left += ours.unwrap_or(0);
    line.right += theirs;
    if ours != Some(theirs) {
        line.named.add(|| text::amounts_differ(number, ours.unwrap_or(0), theirs));
    }
}

fn compare_progress(line: &mut Line, number: &str, ours: Progress, (code, theirs): (&str, Progress)) {
    line.left += 1;
    line.right += i64::from(theirs == ours);
    if theirs != ours {
        line.named.add(|| match ours {
            Progress::Shipped => text::shipped_here(number, code),
            Progress::Cancelled => text::cancelled_here(number, code),
            Progress::NotYet => text::open_here(number, code),
        });
    }
}

/// What the list says an order's amount is, if it can be read.
type Amount = Result<Option<i64>, RowProblem>;

/// The shop's orders in the list, each once, however many rows it has; gives the keys of their numbers, and what is wrong
/// with rows that cannot be read.
fn each_listed(
    desk: &Desk<'_>,
    list: &Path,
    mut each: impl FnMut(&str, Amount, Option<(&str, Progress)>) -> Result<()>,
) -> Result<(HashSet<u64>, Vec<RowProblem>)> {
    let name = list.file_name().unwrap_or_default().to_string_lossy();
    let naming = &desk.settings.list;
    File::open(list)
        .map_err(|error| Failure::of(text::list_argument(&list.display().to_string(), &error.to_string())))?;
    let mut sheet = Sheet::open_named(list, &name, EncodingChoice::Auto, naming).map_err(unusable)?;
    let header = sheet.header();
    let number = header.required(COLUMNS[0].name).map_err(|refusal| unusable(refusal.into()))?;
    let (amount, progress) = (header.optional("請求金額"), header.optional("受注進捗コード"));
    let prefix = number_prefix(desk.settings);
    let (mut seen, mut unreadable) = (HashSet::new(), Vec::new());
    while let Some(row) = sheet.next_row()? {
        interrupt::check()?;
        let (listed, code) = match (row.text(number), progress.map(|column| row.text(column)).transpose()) {
            (Ok(listed), Ok(code)) => (listed, code),
            (Err(problem), _) | (_, Err(problem)) => {
                unreadable.push(problem);
                continue;
            }
        };
        // Other shops' orders stand in the same list.
        let Some(listed) = listed.strip_prefix(&prefix) else { continue };
        if !seen.insert(key(listed)) {
            continue;
        }
        let amount = amount.map(|column| row.whole_number(column)).transpose().map(Option::flatten);
        let code = code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        each(listed, amount, code.map(|code| (code, progress_of(code, &desk.settings.logistics))))?;
    }
    Ok((seen, unreadable))
}

/// A list that cannot be read as one.
fn unusable(error: anyhow::Error) -> anyhow::Error {
    match Refusal::of(&error) {
        Some(problem) => Failure::of(problem.clone()).into(),
        None => error,
    }
}

fn sent_order(desk: &Desk<'_>, number: &str) -> Result<Option<Ours>> {
    let sql = format!(
        "SELECT total, delivery_status = 1, cancelled_in_tempostar_at IS NOT NULL
         FROM orders
         WHERE order_no = ?1 AND {SENT_SQL}"
    );
    let mut statement = desk.database.prepare_cached(&sql)?;
    let found = statement.query_row([number], |row| {
        let progress = match (row.get(2)?, row.get(1)?) {
            (true, _) => Progress::Cancelled,
            (false, true) => Progress::Shipped,
            (false, false) => Progress::NotYet,
        };
        Ok(Ours { total: row.get(0).ok(), progress })
    });
    Ok(found.optional()?)
}
