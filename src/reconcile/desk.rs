//! What reconciling needs.

use rusqlite::Connection;

pub(super) use crate::hashing::key;
use crate::moment::{Moment, Month};
use crate::settings::Settings;
use crate::shelf::Shelf;

pub(super) struct Desk<'a> {
    pub(super) database: &'a Connection,
    pub(super) settings: &'a Settings,
    pub(super) now: Moment,
    pub(super) shelf: Shelf,
    pub(super) month: Option<Month>,
}

impl Desk<'_> {
    /// Those of the wanted month; all where none is wanted.
    pub(super) fn in_month(&self, column: &str) -> String {
        self.month.map_or_else(
            || "1".to_owned(),
            |month| format!("({column} >= '{}' AND {column} < '{}')", month.first(), month.after()),
        )
    }
}
