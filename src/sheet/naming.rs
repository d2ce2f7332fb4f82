//! What the settings say about the columns of one kind of file: other names for them, and names for files that have
//! none.

use crate::encoding::comparable_name;

/// What the columns of one kind of file are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// Our name, and the file's names for it; the first that is there counts.
    pub others: Vec<(String, Vec<String>)>,
    /// Files that begin with a row.
    pub unnamed: Unnamed,
}

/// Files without a line of names: what their columns are, and how such a file is told from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unnamed {
    /// There are none.
    #[default]
    Never,
    /// The first record has as many fields, and the second of them is a whole number.
    IfSecondIsNumber(Vec<String>),
    /// The first record holds none of the names.
    UnlessNamed(Vec<String>),
}

impl Naming {
    /// What a file may call our column; its own name counts only where the settings have no other.
    pub fn names_for<'a>(&'a self, ours: &'a str) -> impl Iterator<Item = &'a str> {
        let wanted = comparable_name(ours);
        let found = self.others.iter().find(|(name, _)| comparable_name(name) == wanted);
        let others = found.into_iter().flat_map(|(_, theirs)| theirs.iter().map(String::as_str));
        others.chain(found.is_none().then_some(ours))
    }

    /// The columns of a file whose first record is this one, if that is a row already.
    pub(super) fn of_row(&self, first: &[String]) -> Option<&[String]> {
        match &self.unnamed {
            Unnamed::Never => None,
            Unnamed::IfSecondIsNumber(names) => {
                let is_number =
                    first.get(1).is_some_and(|field| field.trim_matches(' ').parse::<i64>().is_ok());
                (first.len() == names.len() && is_number).then_some(names)
            }
            Unnamed::UnlessNamed(names) => {
                let theirs = self.others.iter().flat_map(|(ours, theirs)| theirs.iter().chain([ours]));
                let known: Vec<String> =
                    names.iter().chain(theirs).map(|name| comparable_name(name)).collect();
                let is_name =
                    |field: &String| !field.trim().is_empty() && known.contains(&comparable_name(field));
                (!first.iter().any(is_name)).then_some(names)
            }
        }
    }
}

/// The `count` names that are most like this one, the likest first.
pub fn nearest<'a>(names: impl IntoIterator<Item = &'a str>, name: &str, count: usize) -> Vec<&'a str> {
    let wanted = comparable_name(name);
    let likeness = |other: &str| {
        let other = comparable_name(other);
        let holds = !other.is_empty() && (other.contains(&wanted) || wanted.contains(&other));
        strsim::normalized_damerau_levenshtein(&other, &wanted).max(if holds { 0.7 } else { 0.0 })
    };
    let mut all: Vec<(f64, &str)> = names.into_iter().map(|name| (likeness(name), name)).collect();
    all.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    all.into_iter().take(count).map(|(_, name)| name).collect()
}
