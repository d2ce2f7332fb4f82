//! A row's values by table and column, so that what cannot be read is named.

use std::ops::Deref;

use anyhow::Result;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::Failure;
use crate::report::{Change, Changes};
use crate::text::{Text, books as text};

/// What of a table's row is read.
pub(crate) trait Record: Sized {
    const TABLE: &'static str;

    /// What is selected.
    fn columns() -> String;

    fn read(row: &Row<'_>) -> Result<Self>;

    /// All of which `rest` is so: what stands behind the table in the query.
    fn all(connection: &Connection, rest: &str, parameters: impl Params) -> Result<Vec<Self>> {
        connection.all(&Self::select(rest), parameters, Self::read)
    }

    fn first(connection: &Connection, rest: &str, parameters: impl Params) -> Result<Option<Self>> {
        connection.first(&Self::select(rest), parameters, Self::read)
    }

    fn select(rest: &str) -> String {
        format!("SELECT {} FROM {} {rest}", Self::columns(), Self::TABLE)
    }
}

/// `record! { pub(crate) struct PutFile of "tempostar_files" { pub id: i64, … } }` declares a struct of which each field is
/// the column of its name, and how it is read. `pub job: Job as "command"` is the column of another name,
/// `pub is_old: bool = "age > 1"` an expression, and `pub place: Place => (Place::read, "server, outbox")` is read by a
/// function from several columns.
macro_rules! record {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident of $table:literal {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty
            $(as $column:literal)? $(= $sql:expr)? $(=> ($read:expr, $columns:expr))?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::books::rows::Record for $name {
            const TABLE: &'static str = $table;

            fn columns() -> String {
                [$(record!(@selected $field $($column)? $(= $sql)? $(=> $columns)?)),*].join(", ")
            }

            fn read(row: &rusqlite::Row<'_>) -> anyhow::Result<Self> {
                Ok(Self { $($field: record!(@read row, $table, $field $($column)? $(=> $read)?),)* })
            }
        }
    };
    (@selected $field:ident) => { stringify!($field).to_owned() };
    (@selected $field:ident $column:literal) => { $column.to_owned() };
    (@selected $field:ident = $sql:expr) => { format!("{} AS {}", $sql, stringify!($field)) };
    (@selected $field:ident => $columns:expr) => { String::from($columns) };
    (@read $row:ident, $table:literal, $field:ident => $read:expr) => { $read($row)? };
    (@read $row:ident, $table:literal, $field:ident $column:literal) => {
        $crate::books::rows::Cells::cell($row, concat!($table, ".", $column))?
    };
    (@read $row:ident, $table:literal, $field:ident) => {
        $crate::books::rows::Cells::cell($row, concat!($table, ".", stringify!($field)))?
    };
}

/// `insert!(connection, "INSERT INTO runs" { run_id: …, … })`: a row, of which each value stands beside its column.
macro_rules! insert {
    ($connection:expr, $into:literal { $($column:ident: $value:expr),* $(,)? }) => {
        $connection.execute(
            &format!(
                "{} ({}) VALUES ({})",
                $into,
                [$(stringify!($column)),*].join(", "),
                [$(concat!(":", stringify!($column))),*].join(", ")
            ),
            &[$((concat!(":", stringify!($column)), &$value as &dyn rusqlite::ToSql)),*][..],
        )
    };
}

/// What is asked of a database, or done to it.
pub(crate) trait Ask {
    fn database(&self) -> &Connection;

    /// Hands out every row of the answer.
    fn each(
        &self,
        sql: &str,
        parameters: impl Params,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.database().prepare(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    /// Every row of the answer.
    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.database().prepare(sql)?.query_and_then(parameters, read)?.collect()
    }

    /// Its first row, if there is one.
    fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.database().prepare(sql)?.query_and_then(parameters, read)?.next().transpose()
    }

    /// The first value of every row.
    fn column<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<Vec<T>> {
        self.all(sql, parameters, only)
    }

    /// The first value of the only row.
    fn value<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<T> {
        self.first(sql, parameters, only)?.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
    }

    /// The first value of the first row; nothing where there is no row, and for NULL.
    fn value_if_any<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<Option<T>> {
        Ok(self.first(sql, parameters, only)?.flatten())
    }

    fn change(&self, sql: &str, parameters: impl Params) -> Result<()> {
        self.database().execute(sql, parameters)?;
        Ok(())
    }

    /// Makes an empty temporary table of these columns, in place of an earlier one.
    fn begin_table(&self, name: &str, columns: &str) -> Result<()> {
        let sql =
            format!("DROP TABLE IF EXISTS temp.{name}; CREATE TEMP TABLE {name} ({columns}) WITHOUT ROWID;");
        Ok(self.database().execute_batch(&sql)?)
    }

    /// Makes a temporary table of what a query gives, numbered in its order, in place of an earlier one.
    fn begin_table_as(&self, name: &str, query: &str) -> Result<()> {
        let sql = format!("DROP TABLE IF EXISTS temp.{name}; CREATE TEMP TABLE {name} AS {query};");
        Ok(self.database().execute_batch(&sql)?)
    }
}

/// The columns of a temporary table that is a set of codes.
pub(crate) const CODES: &str = "code TEXT NOT NULL PRIMARY KEY";

impl Ask for Connection {
    fn database(&self) -> &Connection {
        self
    }
}

pub(crate) trait Cells {
    /// The value of a column, named as `table.column`; the query calls it `column`.
    fn cell<T: FromSql>(&self, place: &str) -> Result<T>;

    /// What a column holds as JSON; what is none makes no sense, and is nothing.
    fn json<T: DeserializeOwned + Default>(&self, column: &str) -> Result<T>;

    /// A text in both languages, of which each stands in a column of its own.
    fn text(&self, column: &str) -> Result<Option<Text>>;

    /// The value of this column, whatever it is, as it is told; bytes as the text that they should have been.
    fn told(&self, at: usize) -> Result<Value>;
}

impl Cells for Row<'_> {
    fn cell<T: FromSql>(&self, place: &str) -> Result<T> {
        let column = place.rsplit('.').next().unwrap_or(place);
        self.get(column).map_err(|error| unreadable(place, error))
    }

    fn json<T: DeserializeOwned + Default>(&self, column: &str) -> Result<T> {
        let json: Option<String> = self.cell(column)?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    fn text(&self, column: &str) -> Result<Option<Text>> {
        let ja: Option<String> = self.cell(&format!("{column}_ja"))?;
        let en: Option<String> = self.cell(&format!("{column}_en"))?;
        Ok(ja.zip(en).map(|(ja, en)| Text { ja, en }))
    }

    fn told(&self, at: usize) -> Result<Value> {
        Ok(match self.get_ref(at)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
        })
    }
}

/// A value as text, whatever its type is and whatever its bytes; nothing for NULL.
pub(crate) fn text_of(value: ValueRef<'_>) -> Option<String> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    })
}

/// What the shop's application has put into a column, whatever its type is: to be shown. Empty text is nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Shown(Option<String>);

impl FromSql for Shown {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(text_of(value).filter(|text| !text.is_empty())))
    }
}

impl Deref for Shown {
    type Target = Option<String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Lists the changes of a table that a query gives: a row's code, then the old and the new value of each of these columns.
pub(crate) fn list_values(
    connection: &Connection,
    table: &'static str,
    columns: &[&str],
    sql: &str,
    params: impl Params,
    changes: &mut Changes,
) -> Result<()> {
    connection.each(sql, params, |row| {
        let code: String = row.get(0)?;
        for (place, column) in columns.iter().enumerate() {
            let (old, new) = (row.told(1 + 2 * place)?, row.told(2 + 2 * place)?);
            changes.add_differing(Change::new(table, code.as_str(), *column, old, new));
        }
        Ok(())
    })
}

fn only<T: FromSql>(row: &Row<'_>) -> Result<T> {
    row.get(0).map_err(|error| unreadable(row.as_ref().column_name(0).unwrap_or_default(), error))
}

fn unreadable(place: &str, error: rusqlite::Error) -> anyhow::Error {
    match error {
        rusqlite::Error::InvalidColumnType(_, _, found) => wrong(place, &found.to_string()),
        rusqlite::Error::FromSqlConversionFailure(_, _, reason) => wrong(place, &reason.to_string()),
        other => other.into(),
    }
}

fn wrong(place: &str, reason: &str) -> anyhow::Error {
    Failure::of(text::database_unexpected(&format!("{place}: {reason}"))).into()
}
