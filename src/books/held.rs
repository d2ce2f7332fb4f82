//! The ledger's part about what the guards hold, and who decided what about it.

use anyhow::Result;
use rusqlite::{Connection, Row, Transaction};
use serde::{Deserialize, Serialize};

use crate::books::files::FileEntry;
use crate::books::rows::{Ask, Cells, Record};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::{Kind, Problem};
use crate::text::Text;

words! {
    pub(crate) enum HeldState {
        Held = "held",
        Approved = "approved",
        Discarded = "discarded",
        /// Later files say something newer about all that it says.
        Superseded = "superseded",
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reason {
    #[serde(rename = "code")]
    pub kind: &'static Kind,
    #[serde(flatten)]
    pub message: Text,
}

record! {
    /// A file that is held, or was.
    pub(crate) struct Held of "tempostar_held" {
        pub id: i64,
        /// As the ledger would know it if it were applied; the run is the one that held it.
        pub file: FileEntry => (FileEntry::read, FileEntry::columns()),
        pub held_at: Moment,
        pub verdicts: Vec<Reason> => (|row: &Row<'_>| row.json("tempostar_held.verdicts"), "verdicts"),
        /// A hash of what it would change, as it was last shown.
        pub shown: String,
        pub state: HeldState,
    }
}

record! {
    /// Something that was held, and what was decided about it.
    #[derive(Serialize)]
    pub(crate) struct Decision of "tempostar_held" {
        /// `None`: an order of unusual age.
        pub id: Option<i64>,
        pub job: Job as "command",
        /// The file's, or the order's number.
        pub name: String,
        #[serde(rename = "decision")]
        pub state: HeldState,
        pub held_at: Moment,
        pub decided_at: Option<Moment>,
        /// As the system knows them; nobody where a later file has replaced it.
        pub decided_by: Option<String>,
        pub terminal: Option<String>,
    }
}

/// What was last decided about this content under this name, if it was ever held.
pub(crate) fn of_content(
    connection: &Connection,
    job: Job,
    name: &str,
    sha256: &str,
) -> Result<Option<Decision>> {
    let which = "WHERE command = ?1 AND sha256 = ?3 AND name = ?2 ORDER BY id DESC LIMIT 1";
    Decision::first(connection, which, (job, name, sha256))
}

/// What people have decided since a moment, of one job or of all, newest first.
pub(crate) fn decisions_since(
    connection: &Connection,
    job: Option<Job>,
    since: Moment,
) -> Result<Vec<Decision>> {
    Decision::all(
        connection,
        "WHERE state IN ('approved', 'discarded') AND decided_at >= ?1 AND (?2 IS NULL OR command = ?2)
         UNION ALL
         SELECT NULL, 'export-orders', order_no, 'approved', approved_at, approved_at, approved_by, terminal
         FROM tempostar_order_approvals
         WHERE approved_at >= ?1 AND (?2 IS NULL OR ?2 = 'export-orders')
         ORDER BY decided_at DESC",
        (since, job),
    )
}

#[derive(Clone, Debug, Default)]
pub struct Decider {
    /// As the system knows them.
    pub name: Option<String>,
    /// Where they sit.
    pub terminal: Option<String>,
}

/// Keeps an entry; gives its number.
pub(crate) fn hold(
    transaction: &Transaction<'_>,
    file: &FileEntry,
    verdicts: &[Problem],
    shown: &str,
    now: Moment,
) -> Result<i64> {
    let reason = |problem: &Problem| Reason { kind: problem.kind, message: problem.message.clone() };
    let verdicts: Vec<Reason> = verdicts.iter().map(reason).collect();
    insert!(transaction, "INSERT INTO tempostar_held" {
        command: file.job,
        name: file.name,
        sha256: file.sha256,
        size: file.size,
        file_time: file.file_time,
        run_id: file.run_id,
        held_at: now,
        archived_as: file.archived_as,
        verdicts: serde_json::to_string(&verdicts)?,
        shown: shown,
        state: HeldState::Held,
    })?;
    Ok(transaction.last_insert_rowid())
}

/// What is held now, oldest content first.
pub(crate) fn held_now(connection: &Connection) -> Result<Vec<Held>> {
    Held::all(connection, "WHERE state = 'held' ORDER BY file_time, name, id", [])
}

/// What is held of a job's, oldest content first.
pub(crate) fn held_of(connection: &Connection, job: Job) -> Result<Vec<Held>> {
    Ok(held_now(connection)?.into_iter().filter(|held| held.file.job == job).collect())
}

pub(crate) fn find(connection: &Connection, id: i64) -> Result<Option<Held>> {
    Held::first(connection, "WHERE id = ?1", [id])
}

/// The number under which rows of this file were held, whatever was decided about them.
pub(crate) fn rows_of(connection: &Connection, file: &FileEntry) -> Result<Option<i64>> {
    let sql = "SELECT max(id)
               FROM tempostar_held
               WHERE command = ?1 AND name = ?2 AND file_time = ?3 AND sha256 <> ?4";
    connection.value(sql, (file.job, &file.name, file.file_time, &file.sha256))
}

/// What an earlier version's guard has left in the inbox.
const LEFT_IN_INBOX_SQL: &str = "tempostar_files AS file
     WHERE command = ?1 AND outcome = 'held'
       AND NOT EXISTS (SELECT 1 FROM tempostar_held AS held WHERE held.archived_as = file.archived_as)";

/// Whether an earlier version's guard has left this content in the inbox.
pub(crate) fn is_left_in_inbox(connection: &Connection, job: Job, sha256: &str) -> Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {LEFT_IN_INBOX_SQL} AND sha256 = ?2)");
    connection.value(&sql, (job, sha256))
}

/// The names of a job's files that are held, wherever they lie.
pub(crate) fn names(connection: &Connection, job: Job) -> Result<Vec<String>> {
    connection.column(
        &format!(
            "SELECT name FROM tempostar_held WHERE command = ?1 AND state = 'held'
         UNION
         SELECT name FROM {LEFT_IN_INBOX_SQL}"
        ),
        [job],
    )
}

/// Notes what was decided. Whether it was still to be decided.
pub(crate) fn decide(
    connection: &Connection,
    id: i64,
    state: HeldState,
    decider: &Decider,
    now: Moment,
) -> Result<bool> {
    let changed = connection.execute(
        "UPDATE tempostar_held
         SET state = ?2, decided_at = ?3, decided_by = ?4, terminal = ?5
         WHERE id = ?1 AND state = 'held'",
        (id, state, now, &decider.name, &decider.terminal),
    )?;
    Ok(changed == 1)
}

pub(crate) fn note_shown(connection: &Connection, id: i64, shown: &str) -> Result<()> {
    connection.change("UPDATE tempostar_held SET shown = ?2 WHERE id = ?1", (id, shown))
}

/// Notes that an order of unusual age may go.
pub(crate) fn approve_order(
    connection: &Connection,
    order_no: &str,
    by: &Decider,
    now: Moment,
) -> Result<()> {
    connection.change(
        "INSERT OR IGNORE INTO tempostar_order_approvals (order_no, approved_at, approved_by, terminal)
         VALUES (?1, ?2, ?3, ?4)",
        (order_no, now, by.name.as_deref().unwrap_or_default(), &by.terminal),
    )
}
