//! Temporary tables in which a sheet's rows wait: compared with the shop's while reading, staged where they differ, and
//! written in one short transaction.

use std::borrow::Cow;

use anyhow::Result;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Statement, params_from_iter};

use crate::books::history::{Changed, Kind, read_changes};
use crate::books::rows::Ask;
use crate::books::writing::Writing;
use crate::moment::Moment;
use crate::report::{Change, Changes};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// The sheet has the column, but nothing in it.
    Null,
    Integer(i64),
    Text(Cow<'a, str>),
}

impl<'a> From<Option<Cow<'a, str>>> for Cell<'a> {
    fn from(text: Option<Cow<'a, str>>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<i64>> for Cell<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }
}

impl From<serde_json::Value> for Cell<'_> {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::String(text) => Self::Text(text.into()),
            number => number.as_i64().map_or_else(|| Self::Text(number.to_string().into()), Self::Integer),
        }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// The rows of a sheet that differ from one of the shop's tables: its key `code`, and those columns that the sheet has.
#[derive(Clone, Debug)]
pub(crate) struct Staging {
    table: &'static str,
    columns: Vec<String>,
}

/// How the staged rows compare with the shop's table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Rows that the shop does not have.
    pub created: u64,
    /// Rows that differ from the shop's.
    pub updated: u64,
}

/// Whether a row says what the shop has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// In every column that the sheet has.
    Same,
    /// Not so, or the shop does not have it.
    Differs,
    /// Not so, but a later file has spoken of it.
    Stale,
}

impl Staging {
    /// Makes an empty temporary table for rows of `table` with these columns besides the key.
    pub(crate) fn begin(connection: &Connection, table: &'static str, columns: Vec<String>) -> Result<Self> {
        let staging = Self { table, columns };
        let listed = staging.each_column(|column| format!(", {column}"));
        // Takes each column's affinity from the shop's table, so that values compare as they will be stored.
        connection.execute_batch(&format!(
            "DROP TABLE IF EXISTS temp.staged_{table};
             CREATE TEMP TABLE staged_{table} AS SELECT code{listed}, 0 AS line FROM main.{table} WHERE false;
             CREATE UNIQUE INDEX temp.staged_{table}_by_code ON staged_{table} (code);"
        ))?;
        Ok(staging)
    }

    /// Besides the key.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// What stages the rows that differ; those of a file of this time, and not those that a later one has set.
    pub(crate) fn stager<'a>(&self, connection: &'a Connection, as_of: Option<Moment>) -> Result<Stager<'a>> {
        let table = self.table;
        let parameters = vec!["?"; self.columns.len() + 2].join(", ");
        let same = self.each_column(|column| format!(" AND {column} IS ?"));
        let is_newer =
            as_of.map_or_else(|| "0".to_owned(), |as_of| format!("coalesce(tempostar_as_of > '{as_of}', 0)"));
        Ok(Stager {
            compare: connection
                .prepare(&format!("SELECT code = ?{same}, {is_newer} FROM main.{table} WHERE code = ?1"))?,
            insert: connection
                .prepare(&format!("INSERT OR REPLACE INTO temp.staged_{table} VALUES ({parameters})"))?,
            take_back: connection.prepare(&format!("DELETE FROM temp.staged_{table} WHERE code = ?1"))?,
            is_empty: true,
        })
    }

    /// Numbers those staged rows of which this is so in the order of their codes, and remembers which are new.
    pub(crate) fn compare(&self, connection: &Connection, which: &str) -> Result<Difference> {
        let table = self.table;
        let changed = format!(
            "SELECT code, code NOT IN (SELECT code FROM main.{table}) AS is_new
             FROM temp.staged_{table}
             WHERE {which}
             ORDER BY code"
        );
        connection.begin_table_as(&format!("changed_{table}"), &changed)?;
        let created: u64 =
            connection.value(&format!("SELECT count(*) FROM temp.changed_{table} WHERE is_new"), [])?;
        let changed: u64 = connection.value(&format!("SELECT count(*) FROM temp.changed_{table}"), [])?;
        Ok(Difference { created, updated: changed - created })
    }

    /// Writes the rows numbered from `at.0` to `at.1`, stamped with this time; notes in the history, if there is one, which
    /// of them are new, and where they stand in the sheet.
    pub(crate) fn write(&self, writing: &Writing<'_>, kind: Kind, at: (u64, u64)) -> Result<()> {
        if let Some(history) = writing.history {
            self.record(writing, kind, history, at)?;
        }
        let table = self.table;
        let listed = self.each_column(|column| format!(", {column}"));
        let selected = self.each_column(|column| format!(", staged.{column}"));
        let assigned = self.each_column(|column| format!("{column} = excluded.{column}, "));
        writing.execute(
            &format!(
                "INSERT INTO main.{table} (code{listed}, created_at, updated_at, tempostar_as_of)
                 SELECT staged.code{selected}, ?1, ?1, ?4
                 FROM temp.changed_{table} AS changed
                 JOIN temp.staged_{table} AS staged ON staged.code = changed.code
                 WHERE changed.rowid BETWEEN ?2 AND ?3
                 ORDER BY changed.rowid
                 ON CONFLICT (code) DO UPDATE
                 SET {assigned}updated_at = excluded.updated_at,
                     tempostar_as_of = excluded.tempostar_as_of"
            ),
            (writing.now, at.0, at.1, writing.file_time),
        )
    }

    fn each_column(&self, sql: impl Fn(&str) -> String) -> String {
        self.columns.iter().map(|column| sql(column)).collect()
    }

    fn record(&self, writing: &Writing<'_>, kind: Kind, history: i64, at: (u64, u64)) -> Result<()> {
        let (table, changes) = (self.table, self.changes_sql("shop", "staged"));
        writing.execute(
            &format!(
                "INSERT INTO tempostar_catalogue_history (history_file_id, kind, code, line, is_new, changes)
                 SELECT ?1, ?2, staged.code, staged.line, changed.is_new, {changes}
                 FROM temp.changed_{table} AS changed
                 JOIN temp.staged_{table} AS staged ON staged.code = changed.code
                 LEFT JOIN main.{table} AS shop ON shop.code = changed.code
                 WHERE changed.rowid BETWEEN ?3 AND ?4"
            ),
            (history, kind, at.0, at.1),
        )
    }

    /// What reads a row of the shop's in these columns, as a JSON array, and when it was changed; by its code.
    pub(crate) fn row_sql(&self) -> String {
        let values: Vec<String> = self.columns.iter().map(|column| json_value("shop", column)).collect();
        let (table, values) = (self.table, values.join(", "));
        format!("SELECT json_array({values}), shop.updated_at FROM main.{table} AS shop WHERE shop.code = ?1")
    }

    pub(crate) fn list(&self, connection: &Connection, changes: &mut Changes) -> Result<()> {
        let (table, differing) = (self.table, self.changes_sql("shop", "staged"));
        let sql = format!(
            "SELECT changed.code, changed.is_new, {differing}
             FROM temp.changed_{table} AS changed
             JOIN temp.staged_{table} AS staged ON staged.code = changed.code
             LEFT JOIN main.{table} AS shop ON shop.code = changed.code
             ORDER BY changed.rowid"
        );
        connection.each(&sql, [], |row| {
            let code: String = row.get(0)?;
            if row.get(1)? {
                let new = code.as_str().into();
                changes.add(Change::new(table, &code, "code", serde_json::Value::Null, new));
                return Ok(());
            }
            for Changed { column, old, new } in read_changes(row.get_ref(2)?)? {
                changes.add(Change::new(table, &code, column, old, new));
            }
            Ok(())
        })
    }

    /// The values that differ between two rows, as a JSON object of column → [old, new].
    pub(crate) fn changes_sql(&self, old: &str, new: &str) -> String {
        let differing = self.columns.iter().map(|column| {
            let (before, after) = (json_value(old, column), json_value(new, column));
            format!(
                "iif({old}.{column} IS {new}.{column}, '', ',\"{column}\":' || json_array({before}, {after}))"
            )
        });
        // A sheet may have no column besides the code.
        let listed = differing.fold("''".to_owned(), |sql, value| sql + " || " + &value);
        format!("'{{' || substr({listed}, 2) || '}}'")
    }
}

/// JSON has no bytes; the shop's application may have written a text as such.
fn json_value(row: &str, column: &str) -> String {
    format!("iif(typeof({row}.{column}) = 'blob', CAST({row}.{column} AS TEXT), {row}.{column})")
}

/// Compares rows with the shop's table as they come, and stages those that differ: mostly few.
pub(crate) struct Stager<'a> {
    compare: Statement<'a>,
    insert: Statement<'a>,
    take_back: Statement<'a>,
    is_empty: bool,
}

impl Stager<'_> {
    /// A later row of the same key replaces an earlier one, also when it says what the shop has already.
    pub(crate) fn stage(
        &mut self,
        code: &str,
        cells: &[Cell<'_>],
        line: u64,
        mut said_later: impl FnMut() -> Result<bool>,
    ) -> Result<Agreement> {
        let values =
            || std::iter::once(&code as &dyn ToSql).chain(cells.iter().map(|cell| cell as &dyn ToSql));
        let found = self.compare.query_row(params_from_iter(values()), |row| Ok((row.get(0)?, row.get(1)?)));
        let (is_same, is_newer) = found.optional()?.unwrap_or_default();
        if is_same {
            if !self.is_empty {
                self.take_back.execute([code])?;
            }
            return Ok(Agreement::Same);
        }
        if is_newer || said_later()? {
            return Ok(Agreement::Stale);
        }
        self.insert.execute(params_from_iter(values().chain([&line as &dyn ToSql])))?;
        self.is_empty = false;
        Ok(Agreement::Differs)
    }
}
