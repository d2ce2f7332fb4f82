//! The header: which columns a sheet has.

use std::collections::HashMap;

use csv::ByteRecord;

use super::row::shortened;
use super::{Naming, REJECT_COLUMNS, Refusal};
use crate::encoding::comparable_name;
use crate::layout::first_names;
use crate::problem::Problem;
use crate::text::sheet as text;

/// A column of one sheet, found once by name. Not to be used with another sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub(super) index: usize,
}

/// The names of a sheet's columns, found whatever their width, spacing and case.
#[derive(Debug)]
pub struct Header {
    file: String,
    line: u64,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    /// Our names that the settings replace; `None`: the sheet has none of the names that count instead.
    replaced: HashMap<String, Option<usize>>,
    naming: Naming,
    /// The fields as they stand in the file.
    pub(super) raw: ByteRecord,
}

/// What is told of a file without a row.
pub(crate) fn header_only(names: &[String]) -> Problem {
    if are_values(names) { text::no_header() } else { text::header_only(&shown(names)) }
}

fn shown(names: &[String]) -> String {
    first_names(&names.iter().map(|name| shortened(name)).collect::<Vec<_>>(), COLUMNS_SHOWN_MAX)
}

/// Whether these are values of a row: no column is called by a number or a date, and what stands beside one may be a
/// customer's name, which nobody else may see.
pub(super) fn are_values(names: &[impl AsRef<[u8]>]) -> bool {
    let is_figure = |name: &[u8]| {
        name.iter().any(u8::is_ascii_digit) && name.iter().all(|byte| b"0123456789-/:., ".contains(byte))
    };
    names.iter().any(|name| is_figure(name.as_ref()))
}

/// How many columns a problem lists.
const COLUMNS_SHOWN_MAX: usize = 10;

impl Header {
    /// The header in `line` of `file`; refused if two columns have the same name.
    pub(super) fn new(
        file: &str,
        line: u64,
        names: Vec<String>,
        raw: ByteRecord,
        naming: &Naming,
    ) -> Result<Self, Refusal> {
        let mut by_name = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let comparable = comparable_name(name);
            // Columns without a name come from a trailing comma; nobody can ask for them.
            if comparable.is_empty() {
                continue;
            }
            if let Some(first) = by_name.insert(comparable, index) {
                let problem = if are_values(&names) {
                    text::no_header().at_line(line)
                } else {
                    text::column_twice(first + 1, index + 1).at_line(line).in_column(name)
                };
                return Err(Refusal::new(problem.in_file(file)));
            }
        }
        let place =
            |theirs: &[String]| theirs.iter().find_map(|name| by_name.get(&comparable_name(name)).copied());
        let replaced =
            naming.others.iter().map(|(ours, theirs)| (comparable_name(ours), place(theirs))).collect();
        Ok(Self { file: file.to_owned(), line, names, by_name, replaced, naming: naming.clone(), raw })
    }

    /// The columns' names as they are written, in the order of the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn optional(&self, name: &str) -> Option<Column> {
        let name = comparable_name(name);
        let index = self.replaced.get(&name).copied().unwrap_or_else(|| self.by_name.get(&name).copied());
        index.map(|index| Column { index })
    }

    pub fn required(&self, name: &str) -> Result<Column, Refusal> {
        self.required_else(name, text::column_missing)
    }

    /// Likewise, for the problem that is made of the columns that are there.
    pub fn required_else(&self, name: &str, problem: fn(&str) -> Problem) -> Result<Column, Refusal> {
        self.optional(name).ok_or_else(|| {
            let problem = if are_values(&self.names) {
                text::no_header()
            } else {
                let wanted = self.names_for(name).collect::<Vec<_>>().join(" / ");
                problem(&shown(&self.names)).in_column(&wanted)
            };
            Refusal::new(problem.in_file(&self.file).at_line(self.line))
        })
    }

    /// What this sheet may call our column.
    pub fn names_for<'a>(&'a self, ours: &'a str) -> impl Iterator<Item = &'a str> {
        self.naming.names_for(ours)
    }

    /// Whether the sheet has our column under a name that another kind of file has for it.
    pub fn has_as(&self, naming: &Naming, ours: &str) -> bool {
        naming.names_for(ours).any(|name| self.by_name.contains_key(&comparable_name(name)))
    }

    pub fn name(&self, column: Column) -> &str {
        self.names.get(column.index).map_or("", String::as_str)
    }

    /// The named columns that are not among `known`, without those that a file of rejected rows adds.
    pub fn others(&self, known: &[Column]) -> Vec<(Column, &str)> {
        let mut is_known = vec![false; self.names.len()];
        let rejects = REJECT_COLUMNS.iter().filter_map(|name| self.optional(name));
        known.iter().copied().chain(rejects).for_each(|column| is_known[column.index] = true);
        let columns = self.names.iter().enumerate().map(|(index, name)| (Column { index }, name.as_str()));
        columns.filter(|(column, name)| !is_known[column.index] && !name.trim().is_empty()).collect()
    }
}
