//! Reads a sheet in a thread of its own, some batches ahead of the one that compares it with the shop: a large file takes
//! as long as the slower of the two, not as both. Without a thread to be had, they take turns.

use std::mem;
use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::Result;

use super::job::Incoming;
use super::rejects::Rejects;
use crate::interrupt;
use crate::sheet::{Row, RowProblem, Sheet};
use crate::threads;

const BATCHES_AHEAD: usize = 2;

/// Whether a batch takes more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Left,
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
    if !threads::are_to_be_had() {
        return read(sheet, rejects, push, |mut batch| {
            take(&mut batch)?;
            Ok(Some(batch))
        });
    }
    thread::scope(|scope| {
        let (full, batches) = sync_channel(BATCHES_AHEAD);
        let (taken, empty) = sync_channel(BATCHES_AHEAD);
        // Nobody takes a batch after an error, which ends the run.
        let hand_on = move |batch| Ok(full.send(batch).ok().map(|()| empty.try_recv().unwrap_or_default()));
        let reading = scope.spawn(move || read(sheet, rejects, push, hand_on));
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
    mut hand_on: impl FnMut(B) -> Result<Option<B>>,
) -> Result<()> {
    let mut batch = B::default();
    while let Some(row) = sheet.next_row()? {
        interrupt::check_at(row.number())?;
        match rejects.refused(&row).map_or_else(|| push(&mut batch, &row), Err) {
            Ok(Room::Left) => {}
            Ok(Room::None) => match hand_on(mem::take(&mut batch))? {
                Some(next) => batch = next,
                None => return Ok(()),
            },
            Err(problem) => rejects.add(&row, problem)?,
        }
    }
    hand_on(batch).map(drop)
}
