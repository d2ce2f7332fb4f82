//! The ledger's part about files: which content came under which name, and what became of it.

use anyhow::Result;
use rusqlite::{Connection, Row, Transaction};

use crate::books::open::{meta, set_meta};
use crate::books::rows::{Ask, Cells, Record};
use crate::hashing::Content;
use crate::job::Job;
use crate::moment::Moment;
use crate::text::Text;

words! {
    pub(crate) enum FileState {
        Applied = "applied",
        Refused = "refused",
        Held = "held",
        Begun = "begun",
    }
}

/// What became of a file's content, for good or for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Its rows are in the shop's tables.
    Applied,
    /// Nothing of it is, for this reason.
    Refused(Text),
    /// The guard keeps it, for this reason.
    Held(Text),
    /// Its rows are being written, in several transactions.
    Begun,
}

impl Decision {
    pub(crate) fn state(&self) -> FileState {
        match self {
            Self::Applied => FileState::Applied,
            Self::Refused(_) => FileState::Refused,
            Self::Held(_) => FileState::Held,
            Self::Begun => FileState::Begun,
        }
    }

    fn reason(&self) -> Option<&Text> {
        match self {
            Self::Applied | Self::Begun => None,
            Self::Refused(reason) | Self::Held(reason) => Some(reason),
        }
    }
}

record! {
    pub(crate) struct FileEntry of "tempostar_files" {
        pub job: Job as "command",
        pub run_id: String,
        pub name: String,
        pub sha256: String,
        pub size: u64,
        pub file_time: Moment,
        /// Where its copy lies, below the work folder's archive.
        pub archived_as: String,
    }
}

impl FileEntry {
    /// What its copy must be.
    pub(crate) fn content(&self) -> Content<'_> {
        Content { sha256: &self.sha256, size: Some(self.size) }
    }
}

record! {
    pub(crate) struct KnownFile of "tempostar_files" {
        pub id: i64,
        pub entry: FileEntry => (FileEntry::read, FileEntry::columns()),
        pub state: FileState as "outcome",
        /// Why it was refused or is held.
        pub reason: Option<Text> => (reason, "reason_ja, reason_en"),
        pub decided_at: Moment,
        /// Whether the server's copy has been put away.
        pub is_cleaned_up: bool,
        /// And was seen to be gone.
        pub is_gone: bool,
        /// Where it lies on the server since.
        pub put_as: Option<String>,
        /// The run that has undone what it brought.
        pub undone_by: Option<String>,
    }
}

impl KnownFile {
    /// Whether the guard of an earlier version has left it there (else it was refused, or lies in the work folder).
    pub(crate) fn is_left_in_inbox(&self) -> bool {
        self.state == FileState::Held
    }
}

fn reason(row: &Row<'_>) -> Result<Option<Text>> {
    row.text("reason")
}

/// Notes what became of a file; inside the transaction that writes its rows. A `held` or `begun`
/// entry of the same content is replaced. Gives the entry's number.
pub(crate) fn record_file(
    transaction: &Transaction<'_>,
    file: &FileEntry,
    decision: &Decision,
    now: Moment,
) -> Result<i64> {
    transaction.execute(
        "DELETE FROM tempostar_files
         WHERE command = ?1 AND name = ?2 AND sha256 = ?3 AND outcome IN ('held', 'begun')",
        (file.job, &file.name, &file.sha256),
    )?;
    insert!(transaction, "INSERT INTO tempostar_files" {
        command: file.job,
        name: file.name,
        sha256: file.sha256,
        size: file.size,
        file_time: file.file_time,
        run_id: file.run_id,
        outcome: decision.state(),
        reason_ja: decision.reason().map(|reason| &reason.ja),
        reason_en: decision.reason().map(|reason| &reason.en),
        decided_at: now,
        archived_as: file.archived_as,
    })?;
    Ok(transaction.last_insert_rowid())
}

/// Notes that the last rows of a begun file are written.
pub(crate) fn mark_applied(transaction: &Transaction<'_>, id: i64) -> Result<()> {
    transaction.change("UPDATE tempostar_files SET outcome = 'applied' WHERE id = ?1", [id])
}

/// Notes that what a run brought does not stand any more; or that it does, when an undo is undone.
pub(crate) fn mark_undone(transaction: &Transaction<'_>, undone: &str, by: &str) -> Result<()> {
    transaction.change(
        "WITH RECURSIVE undoing (run_id, depth) AS (
             SELECT ?1, 0
             UNION ALL
             SELECT file.undoes, undoing.depth + 1
             FROM undoing
             JOIN tempostar_history_files AS file ON file.run_id = undoing.run_id
             WHERE file.undoes IS NOT NULL
         )
         UPDATE tempostar_files
         SET undone_by = iif((SELECT max(depth) FROM undoing) % 2 = 0, ?2, NULL)
         WHERE outcome = 'applied' AND run_id = (SELECT run_id FROM undoing ORDER BY depth DESC LIMIT 1)",
        (undone, by),
    )
}

/// The files of a job of which an interrupted run has written a part, oldest first.
pub(crate) fn begun_files(connection: &Connection, job: Job) -> Result<Vec<KnownFile>> {
    KnownFile::all(connection, "WHERE command = ?1 AND outcome = 'begun' ORDER BY id", [job])
}

/// Whether an interrupted run has written a part of this content.
pub(crate) fn is_begun(connection: &Connection, file: &FileEntry) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1
                              FROM tempostar_files
                              WHERE command = ?1 AND name = ?2 AND sha256 = ?3 AND outcome = 'begun')";
    connection.value(sql, (file.job, &file.name, &file.sha256))
}

/// Notes that the server's copy has been put away, where it is to be looked after, and whether it was seen to be gone.
pub(crate) fn mark_cleaned_up(
    connection: &Connection,
    id: i64,
    put_as: Option<&str>,
    is_gone: bool,
) -> Result<()> {
    let sql = "UPDATE tempostar_files SET is_cleaned_up = 1, put_as = ?2, is_gone = ?3 WHERE id = ?1";
    connection.change(sql, (id, put_as, is_gone))
}

record! {
    /// A file that we have put somewhere on the server.
    pub(crate) struct PutFile of "tempostar_files" {
        pub id: i64,
        pub put_as: String,
        pub size: u64,
    }
}

/// The files that a job put away on the server before this moment, oldest first, at most so many.
pub(crate) fn put_before(
    connection: &Connection,
    job: Job,
    before: Moment,
    at_most: usize,
) -> Result<Vec<PutFile>> {
    PutFile::all(
        connection,
        "WHERE command = ?1 AND decided_at < ?2 AND put_as IS NOT NULL
         ORDER BY decided_at, id
         LIMIT ?3",
        (job, before, at_most),
    )
}

/// Notes that nobody need look after a file on the server any more.
pub(crate) fn let_go(connection: &Connection, id: i64) -> Result<()> {
    connection.change("UPDATE tempostar_files SET put_as = NULL WHERE id = ?1", [id])
}

record! {
    /// A file that is not done with: the server's copy is still there, as far as the ledger knows.
    pub(crate) struct UnfinishedFile of "tempostar_files" {
        pub id: i64,
        pub name: String,
        /// Whether the guard of an earlier version left it in the inbox (else it could not be put away).
        pub is_left_there: bool = "outcome = 'held'
            AND NOT EXISTS (SELECT 1 FROM tempostar_held AS held WHERE held.archived_as = file.archived_as)",
    }
}

pub(crate) fn unfinished_files(connection: &Connection, job: Job) -> Result<Vec<UnfinishedFile>> {
    let which = "AS file WHERE command = ?1 AND NOT is_cleaned_up AND outcome <> 'begun'";
    UnfinishedFile::all(connection, which, [job])
}

/// The newest file that a job has taken, by the file's own time.
pub(crate) fn newest_file(connection: &Connection, job: Job) -> Result<Option<FileEntry>> {
    FileEntry::first(
        connection,
        "WHERE command = ?1 AND outcome IN ('applied', 'refused') ORDER BY file_time DESC, id DESC LIMIT 1",
        [job],
    )
}

pub(crate) fn forget_file(connection: &Connection, id: i64) -> Result<()> {
    connection.change("DELETE FROM tempostar_files WHERE id = ?1", [id])
}

/// The files that an earlier version has left in the inbox, and those that were refused without a later file of that name
/// being applied, newest first.
pub(crate) fn stopped_files(connection: &Connection) -> Result<Vec<KnownFile>> {
    KnownFile::all(
        connection,
        "AS file
         WHERE outcome IN ('held', 'refused')
           AND NOT EXISTS (SELECT 1 FROM tempostar_held AS held WHERE held.archived_as = file.archived_as)
           AND NOT EXISTS (SELECT 1
                           FROM tempostar_files AS later
                           WHERE later.command = file.command AND later.name = file.name AND later.id > file.id)
         ORDER BY id DESC",
        [],
    )
}

/// The newest entry of this content under this name: applied, refused, or held in the work folder, whatever was decided
/// about it since.
pub(crate) fn find_file(connection: &Connection, file: &FileEntry) -> Result<Option<KnownFile>> {
    KnownFile::first(
        connection,
        "AS file
         WHERE command = ?1 AND name = ?2 AND sha256 = ?3 AND outcome <> 'begun'
           AND (outcome <> 'held'
                OR EXISTS (SELECT 1 FROM tempostar_held AS held WHERE held.archived_as = file.archived_as))
         ORDER BY id DESC
         LIMIT 1",
        (file.job, &file.name, &file.sha256),
    )
}

/// Whether another content was applied under the same name since.
pub(crate) fn is_superseded(connection: &Connection, file: &KnownFile) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1
                              FROM tempostar_files
                              WHERE command = ?1 AND name = ?2 AND id > ?3 AND sha256 <> ?4 AND outcome = 'applied')";
    connection.value(sql, (file.entry.job, &file.entry.name, file.id, &file.entry.sha256))
}

/// The newest files of this name, newest first, at most so many.
pub(crate) fn files_named(connection: &Connection, name: &str, at_most: usize) -> Result<Vec<KnownFile>> {
    KnownFile::all(connection, "WHERE name = ?1 ORDER BY id DESC LIMIT ?2", (name, at_most))
}

pub(crate) fn last_names(connection: &Connection, job: Job, at_most: usize) -> Result<Vec<String>> {
    let sql = "SELECT name FROM tempostar_files WHERE command = ?1 ORDER BY id DESC LIMIT ?2";
    connection.column(sql, (job, at_most))
}

/// The own time that this content had, preferably under this name.
pub(crate) fn time_of_content(
    connection: &Connection,
    job: Job,
    name: &str,
    sha256: &str,
) -> Result<Option<Moment>> {
    let sql = "SELECT file_time
               FROM tempostar_files
               WHERE command = ?1 AND sha256 = ?3
               ORDER BY name = ?2 DESC, id DESC
               LIMIT 1";
    connection.value_if_any(sql, (job, name, sha256))
}

pub(crate) fn file_time(connection: &Connection, run_id: &str, name: &str) -> Result<Option<Moment>> {
    let sql =
        "SELECT file_time FROM tempostar_files WHERE run_id = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1";
    connection.value_if_any(sql, [run_id, name])
}

pub(crate) fn newest_applied_time(connection: &Connection, job: Job) -> Result<Option<Moment>> {
    let sql = "SELECT max(file_time) FROM tempostar_files WHERE command = ?1 AND outcome = 'applied'";
    connection.value(sql, [job])
}

/// The own time of the newest stock file with a figure of an SKU that the shop has. What a run told of its files is
/// forgotten sooner than they are; only the newest ones matter.
pub(crate) fn stock_as_of(connection: &Connection) -> Result<Option<Moment>> {
    let sql = "SELECT file.file_time
               FROM tempostar_files AS file
               WHERE file.command = ?1 AND file.outcome = 'applied' AND NOT EXISTS (
                   SELECT 1
                   FROM tempostar_runs AS run, json_each(run.files) AS told
                   WHERE run.run_id = file.run_id
                     AND told.value ->> 'sha256' = file.sha256
                     AND told.value ->> 'applied' + told.value ->> 'unchanged' = 0
               )
               ORDER BY file.file_time DESC
               LIMIT 1";
    connection.value_if_any(sql, [Job::Stock])
}

/// The applied files that stand and whose own time is later than this one, oldest first.
pub(crate) fn applied_later(connection: &Connection, job: Job, time: Moment) -> Result<Vec<FileEntry>> {
    FileEntry::all(
        connection,
        "WHERE command = ?1 AND file_time > ?2 AND outcome = 'applied' AND undone_by IS NULL
         ORDER BY file_time, id",
        (job, time),
    )
}

/// How many of a job's newest files are looked at to find when one came: one time may be wrong, not all of them.
const NEWEST_LOOKED_AT: u32 = 100;

/// When the newest file of a job came, whatever became of it: its own time, unless that lay in the future.
pub(crate) fn newest_came(connection: &Connection, job: Job) -> Result<Option<Moment>> {
    let sql = "SELECT max(min(file_time, decided_at))
               FROM (SELECT file_time, decided_at
                     FROM tempostar_files
                     WHERE command = ?1
                     ORDER BY file_time DESC
                     LIMIT ?2)";
    connection.value(sql, (job, NEWEST_LOOKED_AT))
}

/// The own times of applied files that are later than this one, the latest first, at most so many.
pub(crate) fn applied_times_after(
    connection: &Connection,
    job: Job,
    time: Moment,
    at_most: usize,
) -> Result<Vec<Moment>> {
    connection.column(
        "SELECT DISTINCT file_time
         FROM tempostar_files
         WHERE command = ?1 AND file_time > ?2 AND outcome = 'applied'
         ORDER BY file_time DESC
         LIMIT ?3",
        (job, time, at_most),
    )
}

/// Under which key the columns of a series' last file are kept without which another value would be written. The series is
/// what a file's name says in letters.
fn telling_key(job: Job, name: &str) -> String {
    let letters: String = name.chars().filter(|letter| letter.is_alphabetic()).collect();
    format!("columns_{job}_{letters}")
}

pub(crate) fn telling(books: &Connection, job: Job, name: &str) -> Result<Vec<String>> {
    let kept = meta(books, &telling_key(job, name))?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default())
}

/// Notes them, if they have changed.
pub(crate) fn note_telling(books: &Connection, file: &FileEntry, columns: &[String]) -> Result<()> {
    if telling(books, file.job, &file.name)? != columns {
        set_meta(books, &telling_key(file.job, &file.name), &serde_json::to_string(columns)?)?;
    }
    Ok(())
}
