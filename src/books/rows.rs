//! A row's values by table and column, so that what cannot be read is named.

use anyhow::Result;
use rusqlite::Row;
use rusqlite::types::FromSql;

use crate::problem::Failure;
use crate::text::books as text;

/// A row of a query.
pub(crate) trait Cells {
    /// The value of a column, named as `table.column`; the query calls it `column`.
    fn cell<T: FromSql>(&self, place: &str) -> Result<T>;
}

impl Cells for Row<'_> {
    fn cell<T: FromSql>(&self, place: &str) -> Result<T> {
        let column = place.rsplit('.').next().unwrap_or(place);
        self.get(column).map_err(|error| unreadable(place, error))
    }
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
