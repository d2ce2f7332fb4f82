//! Orders from the shop's tables to the outbox.
//!
//! Choose and render in one snapshot → commit the batch (name, bytes' hash, members) as `prepared` → upload under a
//! temporary name, verify the size → commit `uploaded` → rename → marker → commit `sent` with `exported_at`. The next
//! run first finishes what an interrupted one left: same name, same bytes. An order is a member of one batch at most,
//! for ever; that is a primary key.
//!
//! `uploaded` stands between upload and rename because TEMPOSTAR may take the file away at once: a run that finds
//! neither the temporary name nor the final one can then still tell that the rename had happened.
//!
//! A database that was put back from an older copy has forgotten batches. The work folder has not: see `restored`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::TimeDelta;
use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};

use super::clock;
use super::import::{join, marker_name};
use super::run::Run;
use crate::books;
use crate::books::batches::{self, Batch, BatchOrder, BatchState, NewBatch, Place, SentContent, Step};
use crate::crash;
use crate::hashing::{Content, Hashing};
use crate::kept::{create_file, is_intact};
use crate::layout::{as_count, first_names};
use crate::lock::Lock;
use crate::moment::Moment;
use crate::permit::Permit;
use crate::problem::Failure;
use crate::report::Look;
use crate::server::{self, ErrorKind, Remote};
use crate::settings::Settings;
use crate::shelf::set_time;
use crate::text::{books as books_text, progress, sync as text};

mod essence;
mod restored;
mod strangers;

/// How many names in a row may be somebody else's before it is the server's answers that cannot be right.
const NAMES_TRIED_MAX: u32 = 60;

/// How many orders are named that the shop does not let be marked as sent.
const UNMARKED_TOLD_MAX: usize = 20;

/// The orders that a job chose and rendered.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// In the file's order.
    pub orders: Vec<BatchOrder>,
    /// Their lines, counted from the orders.
    pub lines_chosen: u64,
    /// The rows that were written.
    pub rows_written: u64,
    /// Orders that were sent and of which the shop's database does not know it any more.
    pub sent_before: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
pub struct ExportJob {
    pub is_anything_waiting: fn(&Connection, &Settings) -> Result<bool>,
    /// Reads a snapshot, writes the file's bytes, and reports what it holds back.
    pub choose: fn(&mut Run<'_>, &mut (dyn Write + Send)) -> Result<Chosen>,
    /// Reads back what [`ExportJob::choose`] has written.
    pub read_back: fn(&Settings, &Path) -> Result<ReadBack>,
    /// What the shop's order of this number would be sent as; `None`: there is none that can be read.
    pub content_of: fn(&Connection, &Settings, &str) -> Result<Option<SentContent>>,
}

/// What is in a file of orders.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ReadBack {
    /// The shop code that stands before each number.
    pub shop_code: String,
    /// The orders' numbers in the shop, and what was sent under them.
    pub orders: Vec<(String, SentContent)>,
    /// Its rows.
    pub lines: u64,
}

pub fn export(run: &mut Run<'_>, job: &ExportJob) -> Result<()> {
    let Some(permit) = run.permit else {
        let chosen = (job.choose)(run, &mut io::sink())?;
        run.report.counts.add("exported", u64::try_from(chosen.orders.len())?);
        run.report.counts.add("lines", chosen.lines_chosen);
        return Ok(());
    };
    let remote = run.remote();
    let mut sending = Sending { run, permit, remote, job };
    sending.send_all()?;
    let Sending { run, remote, .. } = sending;
    remote.close();
    essence::replace_old_copies(run, permit)?;
    run.report.look = Look::Whole;
    Ok(())
}

/// With no batch under way, what lies in the spool was left by runs that died: the bytes of a batch that was sent go to
/// the archive, those of one that was never prepared go away.
fn sweep_spool(run: &Run<'_>, permit: Permit) -> Result<()> {
    let spool = run.spool()?;
    for entry in fs::read_dir(&spool).with_context(|| format!("cannot read {}", spool.display()))? {
        let path = entry?.path();
        let sha256 = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let content = Content { sha256: &sha256, size: None };
        match batches::archived_batch(&run.books, &sha256)? {
            Some(archived_as) if is_intact(&path, content)? => {
                run.shelf.archive(permit, &path, &archived_as, content)?;
            }
            _ => fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?,
        }
    }
    Ok(())
}

/// Notes which files of orders TEMPOSTAR has taken from the outbox since the last look. No connection is made when
/// none is known to lie there.
pub fn watch_outbox(run: &mut Run<'_>, permit: Permit, remote: &mut Remote<'_>) -> Result<()> {
    let current = run.settings.orders.outbox.clone();
    let sent = batches::batches_not_taken(&run.books, &Place::new(run.settings).server)?;
    let mut folders: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for batch in sent {
        let folder = batch.place.map_or_else(|| current.clone(), |place| place.outbox);
        folders.entry(folder).or_default().push((batch.id, batch.file_name));
    }
    for (folder, sent) in folders {
        match take_note_of_taken(run, permit, remote, &folder, sent) {
            // The folder of before is nobody's any more: what became of its files cannot be seen.
            Err(error) if folder != current && is_about_the_folder(&error) => {}
            done => done?,
        }
    }
    Ok(())
}

fn take_note_of_taken(
    run: &Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    folder: &str,
    sent: Vec<(i64, String)>,
) -> Result<()> {
    let lying = remote.names(folder)?;
    let now = run.clock.now();
    let mut still_there = Vec::new();
    for (id, name) in sent {
        // A listing that was cut short lacks names; an order that counts as taken too early is a unit sold twice.
        if lying.contains(&name) || matches!(remote.size(&join(folder, &name))?, Some(1..)) {
            still_there.push(id);
        } else {
            run.books.write(permit, "taken-noted", |books| batches::mark_taken(books, id, now))?;
        }
    }
    if still_there.is_empty() || !batches::has_any_been_taken(&run.books)? {
        return Ok(());
    }
    let note =
        |books: &Transaction<'_>| still_there.iter().try_for_each(|id| batches::note_lying(books, *id, now));
    run.books.write(permit, "lying-noted", note)
}

pub(crate) fn is_about_the_folder(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<server::Error>().map(|error| error.kind);
    matches!(kind, Some(ErrorKind::FolderMissing | ErrorKind::Forbidden | ErrorKind::Missing))
}

/// Chooses, renders, and fixes a new batch. `None`: no order can be sent.
fn prepare(run: &mut Run<'_>, permit: Permit, job: &ExportJob) -> Result<Option<Batch>> {
    let spool = run.spool()?;
    let path = spool.join(format!("{}.new", run.report.run_id));
    run.progress.wait(&progress::choosing());
    let (chosen, sha256, size) = render(run, job, &path)?;
    mark_each(run, permit, &chosen.sent_before)?;
    if chosen.orders.is_empty() {
        fs::remove_file(&path)?;
        return Ok(None);
    }
    if chosen.lines_chosen != chosen.rows_written || fs::metadata(&path)?.len() != size {
        return Err(Failure::of(text::not_reconciled(chosen.lines_chosen, chosen.rows_written)).into());
    }
    fs::rename(&path, bytes_of(&spool, &sha256))?;
    File::open(&spool)?.sync_all()?;
    crash::point("spooled");
    let batch = commit_prepared(run, permit, &chosen, &sha256, size)?;
    log::info!(file = batch.file_name; "fixed, with {} orders", batch.order_count);
    Ok(Some(batch))
}

/// Renders into a file that survives a power cut.
fn render(run: &mut Run<'_>, job: &ExportJob, path: &Path) -> Result<(Chosen, String, u64)> {
    let file = create_file(path).with_context(|| format!("cannot create {}", path.display()))?;
    let while_writing = || format!("cannot write {}", path.display());
    let mut output = Hashing::new(BufWriter::with_capacity(256 * 1024, file));
    let chosen = (job.choose)(run, &mut output).with_context(while_writing)?;
    let (mut written, size, sha256) = output.finish();
    written.flush().with_context(while_writing)?;
    written.get_ref().sync_all().with_context(while_writing)?;
    Ok((chosen, sha256, size))
}

/// The bytes of a batch, in the spool until it is sent.
fn bytes_of(spool: &Path, sha256: &str) -> PathBuf {
    spool.join(format!("{sha256}.csv"))
}

fn commit_prepared(run: &Run<'_>, permit: Permit, chosen: &Chosen, sha256: &str, size: u64) -> Result<Batch> {
    let (now, place) = (run.clock.now(), Place::new(run.settings));
    run.books.write(permit, "prepared", |books| {
        let new = NewBatch {
            file_name: &unused_file_name(run, books, now)?,
            sha256,
            size,
            orders: &chosen.orders,
            line_count: chosen.lines_chosen,
            run_id: &run.report.run_id,
            place: &place,
        };
        batches::prepare_batch(books, &new, now)
    })
}

/// The file's name for this moment, or for the next second whose name no batch has or had.
fn unused_file_name(run: &Run<'_>, database: &Connection, now: Moment) -> Result<String> {
    let mut moment = now;
    loop {
        let name = run.settings.orders.file_name.replace("{timestamp}", &moment.digits());
        if !batches::is_batch_name_taken(database, &name)? {
            return Ok(name);
        }
        moment = moment + TimeDelta::seconds(1);
    }
}

/// Whether this run made the batch, or finds it as an interrupted one left it, or where the database has forgotten it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    First,
    Resume,
    Restored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Renamed {
    /// It has its final name.
    LiesThere,
    /// It had it, and TEMPOSTAR has been quicker than we. A marker would be left behind for ever.
    IsTaken,
    /// It never had it, and somebody took the temporary file away.
    NotUploaded,
}

/// A session in which files of orders go out.
struct Sending<'r, 'a> {
    run: &'r mut Run<'a>,
    permit: Permit,
    remote: Remote<'a>,
    job: &'r ExportJob,
}

impl Sending<'_, '_> {
    fn send_all(&mut self) -> Result<()> {
        let (permit, job) = (self.permit, self.job);
        restored::take_up_again(self.run, permit, job)?;
        watch_outbox(self.run, permit, &mut self.remote)?;
        for batch in batches::open_batches(&self.run.books)? {
            self.resume(batch)?;
        }
        sweep_spool(self.run, permit)?;
        // Asked only now: a batch whose bytes are lost has given its orders back.
        if (job.is_anything_waiting)(&self.run.books, self.run.settings)? {
            // A batch that is prepared is frozen: as long as the server cannot be reached, orders may still be mended
            // and cancelled.
            restored::check_work_folder(self.run)?;
            self.remote.connect()?;
            strangers::look_for_them(self.run, permit, &mut self.remote, job)?;
            if let Some(batch) = prepare(self.run, permit, job)? {
                self.send(batch, Attempt::First)?;
            }
        }
        Ok(())
    }

    /// Brings a batch of an interrupted run to its end. One that was made for another place goes there only if it may have
    /// arrived; else its orders wait again.
    fn resume(&mut self, mut batch: Batch) -> Result<()> {
        let here = Place::new(self.run.settings);
        let place = batch.place.get_or_insert_with(|| here.clone()).clone();
        self.write("claimed", |books, run_id| batches::claim(books, batch.id, run_id))?;
        match (place == here, batch.rename_tried) {
            (false, false) if place.server == here.server => self.release(&batch),
            (false, false) => self.forget_prepared(&batch),
            (false, true) if place.server != here.server => {
                Err(Failure::of(text::batch_elsewhere(&batch.file_name, &place.server, &here.server)).into())
            }
            _ => self.send(batch, Attempt::Resume),
        }
    }

    /// Brings a batch to its end, from wherever it stands.
    fn send(&mut self, mut batch: Batch, attempt: Attempt) -> Result<()> {
        let spool = self.run.spool()?;
        let bytes = bytes_of(&spool, &batch.sha256);
        if batch.state == BatchState::Prepared {
            let intact = is_intact(&bytes, content_of(&batch));
            if !intact.with_context(|| format!("cannot read {}", bytes.display()))? {
                return self.release(&batch);
            }
            self.upload(&batch, &bytes)?;
        }
        match self.rename(&mut batch, attempt)? {
            Renamed::LiesThere => self.upload_marker(&batch, &spool)?,
            Renamed::IsTaken => {}
            Renamed::NotUploaded => {
                self.take_step(&batch, "not-uploaded", Step::NotUploaded)?;
                batch.state = BatchState::Prepared;
                return self.send(batch, Attempt::First);
            }
        }
        self.end(&batch, &bytes, attempt)
    }

    fn upload(&mut self, batch: &Batch, bytes: &Path) -> Result<()> {
        let path = self.temporary_path(batch);
        let before = self.run.clock.now();
        self.remote.upload(self.permit, bytes, &path)?;
        let between = (before, self.run.clock.now());
        if let Ok(Some(told)) = self.remote.modified(&path) {
            clock::note_measured(self.run, self.permit, clock::ahead(told, between))?;
        }
        log::info!(file = batch.file_name; "uploaded under its temporary name");
        self.take_step(batch, "uploaded", Step::Uploaded)
    }

    fn end(&mut self, batch: &Batch, bytes: &Path, attempt: Attempt) -> Result<()> {
        let archived_as = format!("{}/{}/{}", restored::archive_folder(self.run), batch.id, batch.file_name);
        let now = self.run.clock.now();
        if bytes.exists() {
            // The copy tells when it was sent, should the database forget it.
            set_time(bytes, now).with_context(|| format!("cannot change {}", bytes.display()))?;
        }
        let run_id = self.run.report.run_id.clone();
        note_sent(self.run, self.permit, (self.job, attempt), "sent", &|books| {
            batches::mark_sent(books, batch.id, &run_id, &archived_as, now)?;
            Ok(batch.id)
        })?;
        self.run.report.counts.add("exported", batch.order_count);
        self.run.report.counts.add("lines", batch.line_count);
        log::info!(file = batch.file_name; "has its final name");
        if bytes.exists() {
            self.run.shelf.archive(self.permit, bytes, &archived_as, content_of(batch))?;
        }
        Ok(())
    }

    /// The bytes are lost, and the batch never had its final name: TEMPOSTAR cannot have seen it. Its orders go into a
    /// new one.
    fn release(&mut self, batch: &Batch) -> Result<()> {
        let path = self.temporary_path(batch);
        self.remote.delete(self.permit, &path)?;
        self.forget_prepared(batch)
    }

    fn forget_prepared(&self, batch: &Batch) -> Result<()> {
        self.write("released", |books, run_id| batches::release_batch(books, batch.id, run_id))
    }

    fn take_step(&self, batch: &Batch, passage: &'static str, step: Step<'_>) -> Result<()> {
        self.write(passage, |books, run_id| batches::take_step(books, batch.id, run_id, step))
    }

    fn write(
        &self,
        passage: &'static str,
        work: impl FnOnce(&Transaction<'_>, &str) -> Result<()>,
    ) -> Result<()> {
        self.run.books.write(self.permit, passage, |books| work(books, &self.run.report.run_id))
    }

    /// Gives the batch another name as long as a file of its name lies in the outbox. A batch that has not been renamed
    /// has never had its final name: what has that name is not ours, and is never overwritten.
    fn avoid_existing(&mut self, batch: &mut Batch) -> Result<()> {
        let mut moment = self.run.clock.now();
        for _ in 0..NAMES_TRIED_MAX {
            if self.size_if_there(batch, &batch.file_name)?.is_none() {
                return Ok(());
            }
            // Always on: a name that this batch has given up must not come back.
            moment = moment + TimeDelta::seconds(1);
            batch.file_name = unused_file_name(self.run, &self.run.books, moment)?;
            self.take_step(batch, "name-changed", Step::NameChanged(&batch.file_name))?;
        }
        Err(Failure::of(text::every_name_exists(NAMES_TRIED_MAX)).into())
    }

    /// The size of a file in the batch's outbox. Some servers answer 0 for what is not there: then the listing decides.
    fn size_if_there(&mut self, batch: &Batch, name: &str) -> Result<Option<u64>> {
        let folder = outbox(self.run, batch);
        match self.remote.size(&join(folder, name))? {
            Some(0) if !self.remote.names(folder)?.iter().any(|known| known == name) => Ok(None),
            size => Ok(size),
        }
    }

    fn rename(&mut self, batch: &mut Batch, attempt: Attempt) -> Result<Renamed> {
        if attempt == Attempt::Resume
            && self.size_if_there(batch, &temporary_name(batch))?.is_none()
            && let Some(renamed) = self.look_in_outbox(batch)?
        {
            return Ok(renamed);
        }
        if batch.rename_tried {
            // Its temporary name is still there: it was not done.
            self.take_step(batch, "rename-not-done", Step::RenameRefused)?;
        }
        self.avoid_existing(batch)?;
        restored::remember(self.run, self.permit, batch)?;
        let now = self.run.clock.now();
        check_locks(self.run)?;
        self.take_step(batch, "rename-tried", Step::RenameTried(now))?;
        let temporary = self.temporary_path(batch);
        let renamed =
            self.remote.rename(self.permit, &temporary, &join(outbox(self.run, batch), &batch.file_name));
        // Some say no and have done it.
        if renamed.as_ref().is_err_and(|error| is_refusal(error.kind))
            && matches!(self.remote.size(&temporary), Ok(Some(1..)))
        {
            let noted = self.take_step(batch, "rename-refused", Step::RenameRefused);
            renamed?;
            noted?;
            return Ok(Renamed::LiesThere);
        }
        renamed?;
        Ok(Renamed::LiesThere)
    }

    /// What became of a batch that was complete under its temporary name, which SIZE does not know any more. `None`: the
    /// listing has that name still. ("550" to SIZE can mean many things, and orders that count as taken are never sent
    /// again.)
    fn look_in_outbox(&mut self, batch: &Batch) -> Result<Option<Renamed>> {
        if batch.rename_tried && self.size_if_there(batch, &batch.file_name)?.is_some() {
            return Ok(Some(Renamed::LiesThere));
        }
        let lying = self.remote.names(outbox(self.run, batch))?;
        if lying.contains(&temporary_name(batch)) {
            return Ok(None);
        }
        if !batch.rename_tried {
            return Ok(Some(Renamed::NotUploaded));
        }
        if lying.contains(&batch.file_name) {
            return Ok(Some(Renamed::LiesThere));
        }
        self.run.report.tell(text::batch_taken_unseen(&batch.file_name));
        Ok(Some(Renamed::IsTaken))
    }

    fn upload_marker(&mut self, batch: &Batch, spool: &Path) -> Result<()> {
        let Some(suffix) = &self.run.settings.orders.marker else { return Ok(()) };
        let empty = spool.join("marker");
        create_file(&empty)?;
        let marker = join(outbox(self.run, batch), &marker_name(&batch.file_name, suffix));
        self.remote.upload(self.permit, &empty, &marker)?;
        fs::remove_file(&empty)?;
        Ok(())
    }

    fn temporary_path(&self, batch: &Batch) -> String {
        join(outbox(self.run, batch), &temporary_name(batch))
    }
}

/// Notes a batch as sent (`note` gives its id), and marks its orders. What lies on the server is in the ledger, whatever
/// the shop's triggers say to that: if one of them refuses, each order is marked by itself.
fn note_sent(
    run: &mut Run<'_>,
    permit: Permit,
    (job, attempt): (&ExportJob, Attempt),
    passage: &'static str,
    note: &dyn Fn(&Transaction<'_>) -> Result<i64>,
) -> Result<()> {
    let marked = |books: &Connection, id| members_as_sent(books, run.settings, job, attempt, id);
    let noted = run.books.write(permit, passage, |books| {
        let orders = marked(books, note(books)?)?;
        batches::mark_exported(books, &orders.iter().map(String::as_str).collect::<Vec<_>>())
    });
    match noted {
        Err(error) if books::refusal(&error).is_some() => {
            let id = run.books.write(permit, passage, note)?;
            let orders = marked(&run.books, id)?;
            mark_each(run, permit, &orders)
        }
        noted => noted,
    }
}

/// The members of a batch that the shop's orders of these numbers are still. After an interruption a number may be that of
/// another order; one that was only changed meanwhile was sent all the same.
fn members_as_sent(
    books: &Connection,
    settings: &Settings,
    job: &ExportJob,
    attempt: Attempt,
    id: i64,
) -> Result<Vec<String>> {
    if attempt == Attempt::First {
        return batches::numbers(books, id);
    }
    let mut orders = Vec::new();
    for (order_no, content) in batches::members(books, id)? {
        let differs = || -> Result<bool> {
            let ours = (job.content_of)(books, settings, &order_no)?;
            Ok(ours.is_some_and(|ours| !is_same(&ours, &content)))
        };
        let may_differ = attempt == Attempt::Restored || batches::is_younger(books, id, &order_no)?;
        let is_another = may_differ && differs()?;
        if !is_another {
            orders.push(order_no);
        }
    }
    Ok(orders)
}

/// Whether an order is what was sent, as far as that is known.
fn is_same(ours: &SentContent, sent: &SentContent) -> bool {
    sent.fingerprint.is_empty() || ours.fingerprint == sent.fingerprint
}

/// Marks orders that were sent, each by itself, and tells which of them the shop does not let be marked.
fn mark_each(run: &mut Run<'_>, permit: Permit, orders: &[String]) -> Result<()> {
    let (mut unmarked, mut why) = (Vec::new(), String::new());
    for order_no in orders {
        let mark = |books: &Transaction<'_>| batches::mark_exported(books, &[order_no]);
        let marked = run.books.write(permit, "exported-again", mark);
        match marked.as_ref().err().and_then(books::refusal) {
            Some(reason) => {
                unmarked.push(order_no.as_str());
                why = reason;
            }
            None => marked?,
        }
    }
    if !unmarked.is_empty() {
        // Nor is it put back, as it was said.
        let is_one = |order_no: &String| unmarked.contains(&order_no.as_str());
        run.report.problems.retain(|problem| !problem.order_no.as_ref().is_some_and(is_one));
        let names = first_names(&unmarked, UNMARKED_TOLD_MAX);
        run.report.tell(text::orders_not_marked(as_count(unmarked.len()), &names, &why));
    }
    Ok(())
}

/// What the bytes of a batch must be.
fn content_of(batch: &Batch) -> Content<'_> {
    Content { sha256: &batch.sha256, size: None }
}

/// The folder that the batch goes to.
fn outbox<'a>(run: &'a Run<'_>, batch: &'a Batch) -> &'a str {
    batch.place.as_ref().map_or(&run.settings.orders.outbox, |place| &place.outbox)
}

/// Named after the batch, not after its name, which may change: an interrupted upload is found again.
fn temporary_name(batch: &Batch) -> String {
    format!("{}.{}.tmp", &batch.sha256[..16], batch.id)
}

/// Whether the server said no, so that nothing has happened. After a broken connection it may have.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Busy
            | ErrorKind::FolderMissing
            | ErrorKind::Forbidden
            | ErrorKind::Missing
            | ErrorKind::Refused
            | ErrorKind::Unsupported
    )
}

/// The locks must still be those that other runs look at: somebody may have removed the files.
fn check_locks(run: &Run<'_>) -> Result<()> {
    match run.locks.iter().all(Lock::is_still_there) {
        true => Ok(()),
        false => Err(Failure::of(books_text::batch_taken_over()).into()),
    }
}
