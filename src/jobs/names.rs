//! Things of one kind that a message counts and, up to a point, names.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::Connection;
use unicode_normalization::UnicodeNormalization;

use crate::books::rows::Ask;
use crate::encoding::look_alikes;
use crate::problem::Problem;

pub(super) const NAMES_TOLD_MAX: usize = 10;

/// For how many unknown codes of a file we look whether the shop has one that only looks otherwise.
pub(super) const NEAR_MISSES_SOUGHT_MAX: usize = 20;

/// Of these codes those that the shop has written otherwise, each with the shop's. Reads the codes of the table once.
pub(super) fn near_misses(
    shop: &Connection,
    table: &str,
    column: &str,
    codes: Vec<String>,
) -> Result<Vec<(String, String)>> {
    let mut ours: HashMap<String, Option<String>> = codes.iter().map(|code| (bare(code), None)).collect();
    if !ours.is_empty() {
        shop.each(&format!("SELECT {column} FROM {table}"), [], |row| {
            if let Ok(code) = row.get_ref(0)?.as_str()
                && let Some(found @ None) = ours.get_mut(&bare(code))
            {
                *found = Some(code.to_owned());
            }
            Ok(())
        })?;
    }
    Ok(codes.into_iter().filter_map(|code| ours[&bare(&code)].clone().map(|found| (code, found))).collect())
}

/// What is the same for codes that only look otherwise: without full width, look-alikes, case, blanks, zeros before it,
/// and `="…"` around it.
fn bare(code: &str) -> String {
    let plain = look_alikes(code);
    let plain = plain.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, '=' | '"'));
    // CP932 has these two beside the hyphen.
    let plain: String = plain.map(|c| if matches!(c, '‐' | '―') { '-' } else { c }).collect();
    plain.to_lowercase().trim_start_matches('0').to_owned()
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
