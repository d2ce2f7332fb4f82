//! A database that was put back from an older copy does not know what was sent since, and would send it again. The work
//! folder knows: it keeps the last file of orders that was about to get its final name, and the copies of those before.
//! What the database has forgotten is taken up again from there, before anything is sent.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rusqlite::Transaction;

use super::essence::Essence;
use super::{Attempt, ExportJob, ReadBack, bytes_of, is_same, note_sent};
use crate::books::batches::{self, Batch, BatchOrder, BatchState, NewBatch, Place, RestoredBatch};
use crate::interrupt;
use crate::kept::{PACKED, find_copy, hash_copy, names_in};
use crate::moment::Moment;
use crate::permit::Permit;
use crate::problem::Failure;
use crate::shelf::{ESSENCE, time_of};
use crate::sync::run::Run;
use crate::text::sync as text;

/// How many missing orders are named.
const LOST_TOLD_MAX: usize = 20;

/// Where the copies of sent files lie, below the work folder's archive. Each environment has a ledger of its own.
pub(super) fn archive_folder(run: &Run<'_>) -> String {
    format!("{}.{}", run.report.job, run.settings.environment.as_str())
}

/// Which file is the last one that TEMPOSTAR may have seen.
struct Last {
    sha256: String,
    file_name: String,
}

fn name_of_last(run: &Run<'_>) -> String {
    format!("{}.last", archive_folder(run))
}

fn place_of_last(run: &Run<'_>) -> PathBuf {
    run.shelf.place(&name_of_last(run))
}

/// Notes outside the database that this batch is about to get its final name.
pub(super) fn remember(run: &Run<'_>, permit: Permit, batch: &Batch) -> Result<()> {
    run.shelf.keep(permit, &name_of_last(run), format!("{} {}\n", batch.sha256, batch.file_name).as_bytes())
}

fn remembered(run: &Run<'_>) -> Result<Option<Last>> {
    let place = place_of_last(run);
    let content = match fs::read_to_string(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        content => content.with_context(|| format!("cannot read {}", place.display()))?,
    };
    let words = content.trim_end().split_once(' ');
    Ok(words.map(|(sha256, name)| Last { sha256: sha256.to_owned(), file_name: name.to_owned() }))
}

/// A database that has sent orders, and a work folder that knows of none: one of the two belongs elsewhere, and nobody
/// could tell which orders were sent since a backup.
pub(super) fn check_work_folder(run: &Run<'_>) -> Result<()> {
    let place = place_of_last(run);
    if place.exists() || !batches::has_any_been_sent(&run.books)? {
        return Ok(());
    }
    Err(Failure::of(text::work_folder_foreign(&place.display().to_string())).into())
}

#[derive(Default)]
struct Found {
    files: usize,
    orders: usize,
    /// Orders that were sent and that the database does not have.
    lost: Vec<String>,
}

/// Compares what the work folder remembers with what the database knows, and teaches the database what it has
/// forgotten.
pub(super) fn take_up_again(run: &mut Run<'_>, permit: Permit, job: &ExportJob) -> Result<()> {
    let Some(last) = remembered(run)? else { return Ok(()) };
    let bytes = bytes_of(&run.spool()?, &last.sha256);
    let known = batches::batch_of(&run.books, &last.sha256)?;
    let is_sent = known.as_ref().is_some_and(|batch| batch.state == BatchState::Sent);
    // An interrupted batch has its bytes in the spool.
    if is_sent || (known.is_some() && bytes.exists()) {
        return Ok(());
    }
    let mut found = Found::default();
    take_up_archive(run, permit, job, &mut found)?;
    if bytes.exists() {
        let file = SentFile { path: bytes, name: last.file_name.clone(), archived_as: None };
        take_up(run, permit, job, &file, &mut found)?;
    }
    tell(run, found);
    match batches::batch_of(&run.books, &last.sha256)? {
        Some(batch) if batch.state != BatchState::Prepared => Ok(()),
        _ => Err(Failure::of(text::database_behind(
            &last.file_name,
            &place_of_last(run).display().to_string(),
        ))
        .into()),
    }
}

/// A file of orders that TEMPOSTAR has seen, or may have.
struct SentFile {
    path: PathBuf,
    name: String,
    /// Where it lies, below the work folder's archive; `None`: it lies in the spool, and may still lack its final name.
    archived_as: Option<String>,
}

impl SentFile {
    fn is_essence(&self) -> bool {
        self.archived_as.is_some() && self.name.ends_with(ESSENCE)
    }
}

/// What a file tells of what was sent.
struct Traces {
    sha256: String,
    size: u64,
    sent_at: Moment,
    sent: ReadBack,
}

impl Traces {
    fn look(run: &Run<'_>, job: &ExportJob, file: &SentFile) -> Result<Self> {
        if file.is_essence() {
            let essence = Essence::read(&file.path)?;
            let sent_at = essence.sent_at()?;
            return Ok(Self { sha256: essence.sha256, size: essence.size, sent_at, sent: essence.sent });
        }
        let hashed = hash_copy(&file.path);
        let (sha256, size) = hashed.with_context(|| format!("cannot read {}", file.path.display()))?;
        let sent_at = time_of(&file.path).with_context(|| format!("cannot read {}", file.path.display()))?;
        Ok(Self { sha256, size, sent_at, sent: (job.read_back)(run.settings, &file.path)? })
    }
}

fn take_up_archive(run: &mut Run<'_>, permit: Permit, job: &ExportJob, found: &mut Found) -> Result<()> {
    let known: HashSet<String> = batches::archived_batches(&run.books)?;
    for file in archived_files(run)? {
        interrupt::check()?;
        if file.archived_as.as_ref().is_some_and(|place| !known.contains(place)) {
            take_up(run, permit, job, &file, found)?;
        }
    }
    Ok(())
}

/// The copies of sent files, in the order in which they were sent.
fn archived_files(run: &Run<'_>) -> Result<Vec<SentFile>> {
    let folder = archive_folder(run);
    let root = run.shelf.archived(&folder);
    let mut files = Vec::new();
    for number in names_in(&root)? {
        for name in names_in(&root.join(&number))? {
            let name = name.strip_suffix(PACKED).unwrap_or(&name).to_owned();
            let path = root.join(&number).join(&name);
            let is_whole = !name.starts_with('.') && !name.ends_with(".sent.new");
            if is_whole && find_copy(&path)?.is_some() {
                let archived_as = Some(format!("{folder}/{number}/{name}"));
                files.push((number.parse::<i64>().unwrap_or(0), SentFile { path, name, archived_as }));
            }
        }
    }
    files.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

/// Teaches the database that this file was sent, with all the orders that are in it.
fn take_up(
    run: &mut Run<'_>,
    permit: Permit,
    job: &ExportJob,
    file: &SentFile,
    found: &mut Found,
) -> Result<()> {
    let traces = Traces::look(run, job, file)?;
    let sent_at = traces.sent_at;
    match (batches::batch_of(&run.books, &traces.sha256)?, &file.archived_as) {
        (Some(batch), Some(archived_as)) if batch.state != BatchState::Sent => {
            let run_id = run.report.run_id.clone();
            note_sent(run, permit, (job, Attempt::Restored), "taken-up-again", &|books| {
                batches::claim(books, batch.id, &run_id)?;
                batches::mark_sent_as_found(books, batch.id, archived_as, sent_at)?;
                Ok(batch.id)
            })?;
            found.orders += usize::try_from(batch.order_count)?;
        }
        (Some(_), _) => return Ok(()),
        (None, _) => restore(run, permit, job, file, &traces, found)?,
    }
    if file.is_essence() {
        // There is no copy any more that the ledger could name.
        run.books.write(permit, "copy-forgotten", |books| batches::forget_copy(books, &traces.sha256))?;
    }
    found.files += 1;
    Ok(())
}

/// Takes a file up again that the database does not know.
fn restore(
    run: &mut Run<'_>,
    permit: Permit,
    job: &ExportJob,
    file: &SentFile,
    traces: &Traces,
    found: &mut Found,
) -> Result<()> {
    let Traces { sha256, size, sent_at, sent } = traces;
    let mut members = Vec::new();
    for (order_no, content) in sent.orders.clone() {
        match (job.content_of)(&run.books, run.settings, &order_no)? {
            None => found.lost.push(order_no.clone()),
            Some(ours) => found.orders += usize::from(is_same(&ours, &content)),
        }
        let updated_at = batches::updated_at(&run.books, &order_no)?;
        members.push(BatchOrder { order_no, updated_at, content });
    }
    let new = NewBatch {
        file_name: file.name.strip_suffix(ESSENCE).unwrap_or(&file.name),
        sha256,
        size: *size,
        orders: &members,
        line_count: sent.lines,
        run_id: &run.report.run_id.clone(),
        place: &Place { shop_code: sent.shop_code.clone(), ..Place::new(run.settings) },
    };
    let batch = RestoredBatch { new, archived_as: file.archived_as.as_deref() };
    let note = |books: &Transaction<'_>| batches::restore_batch(books, &batch, *sent_at);
    match batch.archived_as {
        Some(_) => note_sent(run, permit, (job, Attempt::Restored), "taken-up-again", &note),
        None => run.books.write(permit, "taken-up-again", note).map(drop),
    }
}

fn tell(run: &mut Run<'_>, found: Found) {
    if found.files > 0 {
        run.report.tell(text::database_restored(found.files, found.orders));
    }
    if !found.lost.is_empty() {
        let folder = run.shelf.archived(&archive_folder(run)).display().to_string();
        let named = found.lost.iter().take(LOST_TOLD_MAX).cloned().collect::<Vec<_>>().join(", ");
        run.report.tell(text::orders_lost(found.lost.len(), &named, &folder));
    }
}
