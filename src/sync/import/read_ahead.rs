//! Reads a sheet in a thread of its own, some batches ahead of the one that compares it with the shop: a large file takes
//! as long as the slower of the two, not as both.

use std::mem;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use anyhow::Result;

use super::job::Incoming;
use super::rejects::Rejects;
use crate::interrupt;
use crate::sheet::{Row, RowProblem, Sheet};

/// How many batches may wait.
const BATCHES_AHEAD: usize = 2;

/// Whether a batch takes more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It does.
    Left,
    /// It has to be handed on.
    None,
}

/// Reads the whole sheet, and hands it on in batches, in order. `push` adds a row to a batch; a problem makes it a
/// rejected one. `take` leaves the batch empty: it is filled again.
pub fn read_ahead<B: Default + Send>(
    incoming: &mut Incoming<'_>,
    push: impl FnMut(&mut B, &Row<'_>) -> Result<Room, RowProblem> + Send,
    mut take: impl FnMut(&mut B) -> Result<()>,
) -> Result<()> {
    let (sheet, rejects) = (&mut *incoming.sheet, &mut *incoming.rejects);
    thread::scope(|scope| {
        let (full, batches) = sync_channel(BATCHES_AHEAD);
        let (taken, empty) = sync_channel(BATCHES_AHEAD);
        let reading = scope.spawn(move || read(sheet, rejects, push, &full, &empty));
        // The receiver goes away with this statement: the reader must not wait for room when an error ends it.
        let result = batches.into_iter().try_for_each(|mut batch| {
            take(&mut batch)?;
            // Where there is no room for it, it is not needed.
            let _ = taken.try_send(batch);
            Ok(())
        });
        let read = reading.join().unwrap_or_else(|panic| resume_unwind(panic));
        result.and(read)
    })
}

fn read<B: Default>(
    sheet: &mut Sheet,
    rejects: &mut Rejects,
    mut push: impl FnMut(&mut B, &Row<'_>) -> Result<Room, RowProblem>,
    full: &SyncSender<B>,
    empty: &Receiver<B>,
) -> Result<()> {
    let mut batch = B::default();
    while let Some(row) = sheet.next_row()? {
        interrupt::check()?;
        match push(&mut batch, &row) {
            Ok(Room::Left) => {}
            // Nobody takes it after an error, which ends the run.
            Ok(Room::None) => {
                let next = empty.try_recv().unwrap_or_default();
                if full.send(mem::replace(&mut batch, next)).is_err() {
                    return Ok(());
                }
            }
            Err(problem) => rejects.add(&row, problem)?,
        }
    }
    let _ = full.send(batch);
    Ok(())
}
