//! Things of one kind that a message counts and, up to a point, names.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};
use unicode_normalization::UnicodeNormalization;

use crate::encoding::look_alikes;
use crate::problem::Problem;

pub(super) const NAMES_TOLD_MAX: usize = 10;

/// For how many unknown codes of a file we look whether the shop has one that only looks otherwise.
pub(super) const NEAR_MISSES_SOUGHT_MAX: u64 = 20;

/// A spreadsheet drops the zeros before a number of at most so many digits.
const PADDED_MAX: usize = 14;

/// The shop's code that is written otherwise than this one, but means it, most likely: full width, look-alikes, case,
/// blanks, zeros before it, or `="…"` around it. Asks the index, never reads the whole table.
pub(super) fn near_miss(shop: &Connection, table: &str, column: &str, code: &str) -> Result<Option<String>> {
    let plain: String = code.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, '=' | '"')).collect();
    let mut forms = vec![look_alikes(code).into_owned(), plain.to_uppercase(), plain.to_lowercase()];
    if !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = plain.trim_start_matches('0');
        forms.extend((digits.len()..=PADDED_MAX).map(|width| format!("{digits:0>width$}")));
    }
    forms.push(plain);
    let mut statement = shop.prepare_cached(&format!("SELECT {column} FROM {table} WHERE {column} = ?1"))?;
    for form in forms.iter().filter(|form| *form != code) {
        if let Some(found) = statement.query_row([form], |row| row.get(0)).optional()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Things of one kind that a message counts and, up to a point, names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    count: u64,
    first: Vec<String>,
}

impl Names {
    pub(crate) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.len() < NAMES_TOLD_MAX {
            self.first.push(name.to_owned());
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// What is told of them, if there are any.
    pub(crate) fn problem(&self, problem: fn(u64, &str) -> Problem) -> Option<Problem> {
        (self.count > 0).then(|| problem(self.count, &self.told()))
    }

    /// `A-1, A-2, …`
    pub(crate) fn told(&self) -> String {
        let mut told = self.first.join(", ");
        if self.count > self.first.len() as u64 {
            told.push_str(", …");
        }
        told
    }
}
