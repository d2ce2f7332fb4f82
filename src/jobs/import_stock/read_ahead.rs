//! Reads a stock file in a thread of its own, some batches ahead of the one that looks them up: a file of a million rows
//! takes as long as the slower of the two, not as both.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use anyhow::Result;

use super::Columns;
use super::lookup::Batch;
use crate::interrupt;
use crate::sheet::Sheet;
use crate::sync::import::{Incoming, Rejects};

/// How many batches may wait.
const BATCHES_AHEAD: usize = 8;

/// Reads the whole sheet, and hands it on in batches, in order.
///
/// # Errors
/// Those of reading; and the first of `take`'s, which ends the reading.
pub(super) fn read_ahead(
    incoming: &mut Incoming<'_>,
    columns: &Columns,
    in_flight: &HashMap<String, i64>,
    mut take: impl FnMut(Batch) -> Result<()>,
) -> Result<()> {
    let (sheet, rejects) = (&mut *incoming.sheet, &mut *incoming.rejects);
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(BATCHES_AHEAD);
        let reading = scope.spawn(move || read(sheet, rejects, columns, in_flight, &sender));
        // The receiver goes away with this statement: the reader must not wait for room when an error ends it.
        let taken = batches.into_iter().try_for_each(&mut take);
        let read = reading.join().unwrap_or_else(|panic| resume_unwind(panic));
        taken.and(read)
    })
}

fn read(
    sheet: &mut Sheet,
    rejects: &mut Rejects,
    columns: &Columns,
    in_flight: &HashMap<String, i64>,
    batches: &SyncSender<Batch>,
) -> Result<()> {
    let mut batch = Batch::default();
    while let Some(row) = sheet.next_row()? {
        interrupt::check()?;
        match columns.read(&row) {
            Ok((sku_code, quantity)) => {
                let allocated = in_flight.get(sku_code.as_ref()).copied().unwrap_or(0);
                batch.push(&sku_code, row.line(), quantity, allocated);
            }
            Err(problem) => rejects.add(&row, problem)?,
        }
        if batch.is_full() && batches.send(std::mem::take(&mut batch)).is_err() {
            return Ok(());
        }
    }
    // Nobody takes it after an error, which is told already.
    let _ = batches.send(batch);
    Ok(())
}
