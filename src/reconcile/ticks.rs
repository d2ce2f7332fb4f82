//! The ticks of what was shipped, beside the shipping files: a tick of a sent order needs a file that says shipped, and
//! what a file ticked, or called cancelled, must still be so; and what is marked as cancelled there needs such a file, too.

use std::collections::HashSet;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, Statement};

use super::archive::Archive;
use super::desk::{Desk, key};
use super::line::{Check, Line};
use crate::books::orders::CANCELLED_SQL;
use crate::books::rows::Ask;
use crate::job::Job;
use crate::jobs::logistics::{Progress, read_progress};
use crate::moment::Moment;
use crate::sheet::Refusal;
use crate::text::{Text, reconcile as text};

/// Whoever goes through the sent orders asks of each that is ticked.
pub(super) struct Ticks<'a> {
    desk: &'a Desk<'a>,
    archive: &'a Archive,
    by_files: ByFiles,
    told_by: Statement<'a>,
    line: Line,
}

impl<'a> Ticks<'a> {
    pub(super) fn begin(desk: &'a Desk<'a>, archive: &'a Archive) -> Result<Self> {
        let by_files = by_files(desk, archive)?;
        let told_by = desk.database.prepare(
            "SELECT file.archived_as
             FROM tempostar_history_files AS file
             JOIN tempostar_order_history AS history ON history.history_file_id = file.id
             WHERE file.command = ?1 AND history.order_no = ?2 AND history.event = ?3
             ORDER BY file.id DESC
             LIMIT 1",
        )?;
        Ok(Self { desk, archive, by_files, told_by, line: Line::new(Check::Ticks) })
    }

    /// A file that ticked an order shipped before is forgotten.
    pub(super) fn kept_since(desk: &Desk<'_>) -> Moment {
        desk.now - TimeDelta::days(i64::from(desk.settings.limits.history_days))
    }

    pub(super) fn note(&mut self, order_no: &str) -> Result<()> {
        self.line.left += 1;
        let is_in_files = self.by_files.shipped.contains(&key(order_no));
        match is_in_files || self.may_be_told("ticked", order_no)? {
            true => self.line.right += 1,
            false => self.line.named.add(|| text::tick_without_file(order_no)),
        }
        Ok(())
    }

    /// A file that cannot be looked into any more may have said so.
    fn may_be_told(&mut self, event: &str, order_no: &str) -> Result<bool> {
        if self.by_files.are_complete {
            return Ok(false);
        }
        let by: Option<String> =
            self.told_by.query_row((Job::Logistics, order_no, event), |row| row.get(0)).optional()?;
        Ok(by.is_none_or(|place| self.archive.intact(&place).is_none()))
    }

    pub(super) fn finish(mut self) -> Result<Line> {
        self.add_invented_cancellations()?;
        add_lost_ticks(self.desk, &mut self.line)?;
        add_lost_cancellations(self.desk, &mut self.line)?;
        Ok(self.line)
    }

    /// The orders that are marked as cancelled in TEMPOSTAR, and of which no file says so.
    fn add_invented_cancellations(&mut self) -> Result<()> {
        let sql = "SELECT order_no FROM orders WHERE cancelled_in_tempostar_at >= ?1 ORDER BY order_no";
        for order_no in self.desk.database.column::<String>(sql, [Self::kept_since(self.desk)])? {
            let is_in_files = self.by_files.cancelled.contains(&key(&order_no));
            if !is_in_files && !self.may_be_told("cancelled", &order_no)? {
                self.line.left += 1;
                self.line.named.add(|| text::cancellation_without_file(&order_no));
            }
        }
        Ok(())
    }
}

/// The orders of which a copy says that they, or a destination of theirs, are shipped, or cancelled: their [`key`]s.
struct ByFiles {
    shipped: HashSet<u64>,
    cancelled: HashSet<u64>,
    are_complete: bool,
}

fn by_files(desk: &Desk<'_>, archive: &Archive) -> Result<ByFiles> {
    let mut found = ByFiles { shipped: HashSet::new(), cancelled: HashSet::new(), are_complete: true };
    let sql = "SELECT name, archived_as FROM tempostar_files WHERE command = ?1 AND outcome IN ('applied', 'begun')";
    desk.database.each(sql, [Job::Logistics], |row| {
        let (name, place): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(copy) = archive.intact(&place) else {
            found.are_complete = false;
            return Ok(());
        };
        let read = read_progress(&copy, &name, desk.settings, |order_no, progress| match progress {
            Progress::Shipped => drop(found.shipped.insert(key(order_no))),
            Progress::Cancelled => drop(found.cancelled.insert(key(order_no))),
            Progress::NotYet => {}
        });
        match read {
            // The settings are others than they were then.
            Err(error) if Refusal::of(&error).is_some() => found.are_complete = false,
            read => read?,
        }
        Ok(())
    })?;
    Ok(found)
}

/// The orders that a file ticked, and that are not ticked. Of one that was cancelled since, the payment may be given back.
fn add_lost_ticks(desk: &Desk<'_>, line: &mut Line) -> Result<()> {
    let lost = format!(
        "SELECT history.order_no, file.file_name
         FROM tempostar_history_files AS file
         JOIN tempostar_order_history AS history ON history.history_file_id = file.id
         JOIN orders ON orders.order_no = history.order_no
         WHERE file.command = ?1 AND history.event = 'ticked'
           AND (delivery_status IS NOT 1
                OR NOT {CANCELLED_SQL} AND (payment_status IS NOT 1 OR capture_status IS NOT 1))
         GROUP BY history.order_no
         ORDER BY history.order_no"
    );
    add_lost(desk, line, &lost, text::tick_lost)
}

/// The orders that TEMPOSTAR has cancelled, by the last file that said so or otherwise, and that are not marked so.
fn add_lost_cancellations(desk: &Desk<'_>, line: &mut Line) -> Result<()> {
    let lost = "SELECT last.order_no, last.file_name
                FROM (SELECT history.order_no, history.event, file.file_name, max(file.id)
                      FROM tempostar_history_files AS file
                      JOIN tempostar_order_history AS history ON history.history_file_id = file.id
                      WHERE file.command = ?1 AND history.event IN ('cancelled', 'revived')
                      GROUP BY history.order_no) AS last
                JOIN orders ON orders.order_no = last.order_no
                WHERE last.event = 'cancelled' AND orders.cancelled_in_tempostar_at IS NULL
                ORDER BY last.order_no";
    add_lost(desk, line, lost, text::cancellation_lost)
}

/// Names what a file has written and what is not there any more: order and file.
fn add_lost(desk: &Desk<'_>, line: &mut Line, sql: &str, say: fn(&str, &str) -> Text) -> Result<()> {
    desk.database.each(sql, [Job::Logistics], |row| {
        let (order_no, file) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        line.right += 1;
        line.named.add(|| say(order_no, file));
        Ok(())
    })
}
