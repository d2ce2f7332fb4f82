//! Things of one kind that a message counts and, up to a point, names.

/// How many names a message holds.
pub(super) const NAMES_TOLD_MAX: usize = 10;

/// Things of one kind that a message counts and, up to a point, names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    count: u64,
    first: Vec<String>,
}

impl Names {
    /// One more.
    pub(crate) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.len() < NAMES_TOLD_MAX {
            self.first.push(name.to_owned());
        }
    }

    /// How many.
    pub(crate) fn count(&self) -> u64 {
        self.count
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
