//! The ledger's part about problems that last: since when each is there, how often it was seen, and who was told.

use anyhow::Result;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::books::rows::{Ask, Cells, Record};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::{Exit, Kind, Severity};
use crate::text::books::database_busy;
use crate::text::{Text, kind_of};

record! {
    /// A problem from its beginning to its end.
    #[derive(PartialEq, Eq, Serialize, Deserialize)]
    pub(crate) struct Case of "tempostar_problems" {
        /// The ledger's number; 0: not in the ledger.
        #[serde(skip)]
        pub id: i64,
        #[serde(rename = "command")]
        pub job: Job as "command",
        /// What makes it one and the same problem.
        pub kind: &'static Kind,
        /// A file's name, an order's number; empty: the job as a whole.
        pub concerns: String,
        /// What of it was seen last.
        pub seen: Sighting => (Sighting::read, Sighting::columns()),
        pub first_seen: Moment,
        pub last_seen: Moment,
        pub times_seen: u64,
        /// It is not mailed before this moment.
        pub mail_from: Moment,
        pub mailed_at: Option<Moment>,
        pub mail_failures: u64,
        /// The command of `[notify]` was told of its beginning.
        #[serde(default)]
        pub is_notified: bool,
        pub ended_at: Option<Moment>,
        /// It is over, and nobody has to be told any more.
        pub is_done: bool,
    }
}

record! {
    /// How a problem showed itself in a run.
    #[derive(PartialEq, Eq, Serialize, Deserialize)]
    pub(crate) struct Sighting of "tempostar_problems" {
        /// Of the problem that was met; the case's own, or a part of it.
        #[serde(rename = "code")]
        pub kind: &'static Kind as "code",
        /// What the run's exit code was by it.
        pub exit_code: u8,
        pub message: Text => (|row: &Row<'_>| text(row, "message"), "message_ja, message_en"),
        pub hint: Text => (|row: &Row<'_>| text(row, "hint"), "hint_ja, hint_en"),
        pub rows: Vec<RejectedRow> => (|row: &Row<'_>| row.json("tempostar_problems.details"), "details"),
        pub run_id: String,
    }
}

fn text(row: &Row<'_>, column: &str) -> Result<Text> {
    Ok(row.text(&format!("tempostar_problems.{column}"))?.unwrap_or_default())
}

/// A row that was rejected, as far as a mail may tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RejectedRow {
    pub file: String,
    /// The physical line, 1-based.
    pub line: u64,
    /// The column's name; can be empty.
    pub column: String,
    pub reason: Text,
}

impl Case {
    pub(crate) fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    pub(crate) fn is(&self, job: Job, kind: &Kind, concerns: &str) -> bool {
        self.job == job && self.kind == kind && self.concerns == concerns
    }

    /// Whether it is the same cause, whichever job it stops.
    pub(crate) fn is_of_cause(&self, other: &Self) -> bool {
        self.kind == other.kind && self.concerns == other.concerns
    }

    /// Whether it would stop the other jobs, too: the server, the settings, the database.
    pub(crate) fn stops_all(&self) -> bool {
        let exit = self.seen.kind.exit;
        matches!(exit, Exit::Remote | Exit::Settings | Exit::Database) && self.seen.exit_code == exit.code()
    }

    /// Whether it mostly passes by itself.
    pub(crate) fn passes(&self) -> bool {
        self.kind.exit == Exit::Remote || self.kind == &database_busy::KIND
    }

    /// It is over by this moment. Whoever was not told of the beginning need not be told of the end.
    pub(crate) fn end(&mut self, now: Moment) {
        // A run that began before others saw it may be what ends it.
        self.ended_at = Some(now.max(self.last_seen));
        self.is_done = self.mailed_at.is_none() && self.mail_failures == 0;
    }
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.code.into())
    }
}

impl FromSql for &'static Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(kind_of)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for &'static Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|code| kind_of(&code))
    }
}

/// All cases that are not done with: those that are open, and those whose end has to be told. Mostly none.
pub(crate) fn cases(connection: &Connection) -> Result<Vec<Case>> {
    Case::all(connection, "WHERE NOT is_done ORDER BY command, id", [])
}

/// Keeps a case as it is now; a new one gets its number.
pub(crate) fn keep_case(connection: &Connection, case: &mut Case) -> Result<()> {
    // Notes do not last.
    let severity = case.seen.kind.severity.max(Severity::Warning);
    let id = (case.id > 0).then_some(case.id);
    insert!(connection, "INSERT OR REPLACE INTO tempostar_problems" {
        id: id,
        command: case.job,
        kind: case.kind,
        concerns: case.concerns,
        code: case.seen.kind,
        severity: severity.as_str(),
        exit_code: case.seen.exit_code,
        message_ja: case.seen.message.ja,
        message_en: case.seen.message.en,
        hint_ja: case.seen.hint.ja,
        hint_en: case.seen.hint.en,
        details: serde_json::to_string(&case.seen.rows)?,
        run_id: case.seen.run_id,
        first_seen: case.first_seen,
        last_seen: case.last_seen,
        times_seen: case.times_seen,
        mail_from: case.mail_from,
        mailed_at: case.mailed_at,
        mail_failures: case.mail_failures,
        is_notified: case.is_notified,
        ended_at: case.ended_at,
        is_done: case.is_done,
    })?;
    case.id = id.unwrap_or_else(|| connection.last_insert_rowid());
    Ok(())
}

/// How often this very problem has begun since a moment, and is over.
pub(crate) fn count_earlier_cases(connection: &Connection, case: &Case, since: Moment) -> Result<u64> {
    let sql = "SELECT count(*)
               FROM tempostar_problems
               WHERE command = ?1 AND kind = ?2 AND concerns = ?3 AND first_seen >= ?4 AND is_done";
    connection.value(sql, (case.job, case.kind, &case.concerns, since))
}

/// Notes that cases were mailed: that they are open, or that they are over. One that was mailed as open and has ended
/// meanwhile is not done with.
pub(crate) fn mark_mailed<'a>(
    connection: &Connection,
    cases: impl IntoIterator<Item = &'a Case>,
    now: Moment,
) -> Result<()> {
    for case in cases {
        connection.change(
            "UPDATE tempostar_problems
             SET mailed_at = ?2, mail_failures = 0, is_done = ?3, is_notified = NOT ?3
             WHERE id = ?1",
            (case.id, now, !case.is_open()),
        )?;
    }
    Ok(())
}

pub(crate) fn mark_mail_failed<'a>(
    connection: &Connection,
    cases: impl IntoIterator<Item = &'a Case>,
) -> Result<()> {
    for case in cases {
        connection.change(
            "UPDATE tempostar_problems
             SET mail_failures = mail_failures + 1, is_done = 0, is_notified = ?2
             WHERE id = ?1",
            (case.id, case.is_open()),
        )?;
    }
    Ok(())
}
