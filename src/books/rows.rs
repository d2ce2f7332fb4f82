//! A row's values by table and column, so that what cannot be read is named.

use anyhow::Result;
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, Params, Row};
use serde_json::Value;

use crate::problem::Failure;
use crate::report::{Change, Changes};
use crate::text::books as text;

/// `record! { pub(crate) struct PutFile of "tempostar_files" { pub id: i64, … } }` declares a struct of which each field is
/// the column of its name (`pub job: Job as "command"`: of another name), and how it is read.
macro_rules! record {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident of $table:literal {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty $(as $column:literal)?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $name {
            $visibility fn read(row: &rusqlite::Row<'_>) -> anyhow::Result<Self> {
                use $crate::books::rows::Cells as _;
                Ok(Self {
                    $($field: row.cell(concat!($table, ".", or_given!(stringify!($field) $(, $column)?)))?,)*
                })
            }
        }
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

/// What is asked of a database.
pub(crate) trait Ask {
    /// Every row of the answer.
    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>>;

    /// Its first row, if there is one.
    fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>>;

    /// The first value of every row.
    fn column<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<Vec<T>> {
        self.all(sql, parameters, |row| Ok(row.get(0)?))
    }

    /// The first value of the only row.
    fn value<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<T>;
}

impl Ask for Connection {
    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.prepare(sql)?.query_and_then(parameters, read)?.collect()
    }

    fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.prepare(sql)?.query_and_then(parameters, read)?.next().transpose()
    }

    fn value<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<T> {
        Ok(self.query_row(sql, parameters, |row| row.get(0))?)
    }
}

/// A row of a query.
pub(crate) trait Cells {
    /// The value of a column, named as `table.column`; the query calls it `column`.
    fn cell<T: FromSql>(&self, place: &str) -> Result<T>;

    /// The value of this column, whatever it is, as it is told; bytes as the text that they should have been.
    fn told(&self, at: usize) -> Result<Value>;
}

impl Cells for Row<'_> {
    fn cell<T: FromSql>(&self, place: &str) -> Result<T> {
        let column = place.rsplit('.').next().unwrap_or(place);
        self.get(column).map_err(|error| unreadable(place, error))
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

/// Lists the changes of a table that a query gives: a row's code, then the old and the new value of each of these columns.
pub(crate) fn list_values(
    connection: &Connection,
    table: &'static str,
    columns: &[&str],
    sql: &str,
    params: impl Params,
    changes: &mut Changes,
) -> Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        let code: String = row.get(0)?;
        for (place, column) in columns.iter().enumerate() {
            let (old, new) = (row.told(1 + 2 * place)?, row.told(2 + 2 * place)?);
            changes.add_differing(Change::new(table, code.as_str(), *column, old, new));
        }
    }
    Ok(())
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
