//! The ledger's part about problems that last: since when each is there, how often it was seen, and who was told.

use anyhow::Result;
use rusqlite::{Connection, Row, named_params};
use serde::{Deserialize, Serialize};

use crate::report::Severity;
use crate::text::Text;

/// A problem from its beginning to its end. Times are as the database writes them, Japan time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Case {
    /// The ledger's number; 0: not in the ledger.
    #[serde(skip)]
    pub id: i64,
    /// The job.
    pub command: String,
    /// What makes it one and the same problem: mostly its code.
    pub kind: String,
    /// A file's name, an order's number; empty: the job as a whole.
    pub concerns: String,
    /// What of it was seen last.
    pub seen: Sighting,
    /// When it began.
    pub first_seen: String,
    /// When it was seen last.
    pub last_seen: String,
    /// In how many runs it was seen.
    pub times_seen: u64,
    /// It is not mailed before this moment.
    pub mail_from: String,
    /// When it was mailed last.
    pub mailed_at: Option<String>,
    /// How often mailing it has failed since.
    pub mail_failures: u64,
    /// When it was over.
    pub ended_at: Option<String>,
    /// It is over, and nobody has to be told any more.
    pub is_done: bool,
}

/// How a problem showed itself in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    /// Of the problem, as documented.
    pub code: String,
    /// Whether it is a warning only.
    pub is_warning: bool,
    /// Of the run that saw it.
    pub exit_code: u8,
    /// What happened.
    pub message: Text,
    /// What the reader can do about it.
    pub hint: Text,
    /// The first rows that were rejected.
    pub rows: Vec<RejectedRow>,
    /// The run.
    pub run_id: String,
}

/// A row that was rejected, as far as a mail may tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RejectedRow {
    /// The file.
    pub file: String,
    /// The physical line, 1-based.
    pub line: u64,
    /// The column's name; can be empty.
    pub column: String,
    /// Why.
    pub reason: Text,
}

impl Case {
    /// Whether the problem is still there.
    pub(crate) fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Whether it is the same problem.
    pub(crate) fn is(&self, command: &str, kind: &str, concerns: &str) -> bool {
        self.command == command && self.kind == kind && self.concerns == concerns
    }
}

/// All cases that are not done with: those that are open, and those whose end has to be told. Mostly none.
pub(crate) fn cases(connection: &Connection) -> Result<Vec<Case>> {
    let mut statement = connection.prepare(
        "SELECT id, command, kind, concerns, code, severity = 'warning', exit_code,
                message_ja, message_en, hint_ja, hint_en, details, run_id,
                first_seen, last_seen, times_seen, mail_from, mailed_at, mail_failures, ended_at
         FROM tempostar_problems
         WHERE NOT is_done
         ORDER BY command, id",
    )?;
    let rows = statement.query_map([], read_case)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read_case(row: &Row<'_>) -> rusqlite::Result<Case> {
    let details: String = row.get(11)?;
    let seen = Sighting {
        code: row.get(4)?,
        is_warning: row.get(5)?,
        exit_code: row.get(6)?,
        message: Text { ja: row.get(7)?, en: row.get(8)? },
        hint: Text { ja: row.get(9)?, en: row.get(10)? },
        rows: serde_json::from_str(&details).unwrap_or_default(),
        run_id: row.get(12)?,
    };
    Ok(Case {
        id: row.get(0)?,
        command: row.get(1)?,
        kind: row.get(2)?,
        concerns: row.get(3)?,
        seen,
        first_seen: row.get(13)?,
        last_seen: row.get(14)?,
        times_seen: row.get(15)?,
        mail_from: row.get(16)?,
        mailed_at: row.get(17)?,
        mail_failures: row.get(18)?,
        ended_at: row.get(19)?,
        is_done: false,
    })
}

/// Keeps a case as it is now; a new one gets its number.
pub(crate) fn keep_case(connection: &Connection, case: &mut Case) -> Result<()> {
    let severity = if case.seen.is_warning { Severity::Warning } else { Severity::Error };
    let id = (case.id > 0).then_some(case.id);
    connection.execute(
        "INSERT OR REPLACE INTO tempostar_problems
             (id, command, kind, concerns, code, severity, exit_code, message_ja, message_en, hint_ja, hint_en,
              details, run_id, first_seen, last_seen, times_seen, mail_from, mailed_at, mail_failures, ended_at,
              is_done)
         VALUES (:id, :command, :kind, :concerns, :code, :severity, :exit_code, :message_ja, :message_en, :hint_ja,
                 :hint_en, :details, :run_id, :first_seen, :last_seen, :times_seen, :mail_from, :mailed_at,
                 :mail_failures, :ended_at, :is_done)",
        named_params! {
            ":id": id,
            ":command": case.command,
            ":kind": case.kind,
            ":concerns": case.concerns,
            ":code": case.seen.code,
            ":severity": severity.as_str(),
            ":exit_code": case.seen.exit_code,
            ":message_ja": case.seen.message.ja,
            ":message_en": case.seen.message.en,
            ":hint_ja": case.seen.hint.ja,
            ":hint_en": case.seen.hint.en,
            ":details": serde_json::to_string(&case.seen.rows)?,
            ":run_id": case.seen.run_id,
            ":first_seen": case.first_seen,
            ":last_seen": case.last_seen,
            ":times_seen": case.times_seen,
            ":mail_from": case.mail_from,
            ":mailed_at": case.mailed_at,
            ":mail_failures": case.mail_failures,
            ":ended_at": case.ended_at,
            ":is_done": case.is_done,
        },
    )?;
    case.id = id.unwrap_or_else(|| connection.last_insert_rowid());
    Ok(())
}

/// How often this very problem has begun since a moment, and is over.
pub(crate) fn count_earlier_cases(connection: &Connection, case: &Case, since: &str) -> Result<u64> {
    let sql = "SELECT count(*)
               FROM tempostar_problems
               WHERE command = ?1 AND kind = ?2 AND concerns = ?3 AND first_seen >= ?4 AND is_done";
    let key = [&case.command, &case.kind, &case.concerns];
    Ok(connection.query_row(sql, [key[0], key[1], key[2], since], |row| row.get(0))?)
}

/// Notes that cases were mailed: that they are open, or that they are over. One that was mailed as open and has ended
/// meanwhile is not done with.
pub(crate) fn mark_mailed<'a>(
    connection: &Connection,
    cases: impl IntoIterator<Item = &'a Case>,
    now: &str,
) -> Result<()> {
    for case in cases {
        connection.execute(
            "UPDATE tempostar_problems
             SET mailed_at = ?2, mail_failures = 0, is_done = ?3
             WHERE id = ?1",
            (case.id, now, !case.is_open()),
        )?;
    }
    Ok(())
}

/// Notes that cases could not be mailed.
pub(crate) fn mark_mail_failed<'a>(
    connection: &Connection,
    cases: impl IntoIterator<Item = &'a Case>,
) -> Result<()> {
    for case in cases {
        connection.execute(
            "UPDATE tempostar_problems SET mail_failures = mail_failures + 1, is_done = 0 WHERE id = ?1",
            [case.id],
        )?;
    }
    Ok(())
}
