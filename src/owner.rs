//! Users of this computer: who we are, whose a file is, and what it takes to leave files to somebody else.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

use rustix::process::{getegid, geteuid};

use crate::problem::Failure;
use crate::settings;
use crate::text::init as say;

/// Where the users are listed: `name:x:1000:1000:…` (passwd(5)).
const USERS: &str = "/etc/passwd";

/// A user and the group of what belongs to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: u32,
    pub(crate) group: u32,
}

impl User {
    /// Who runs this.
    pub(crate) fn ours() -> Self {
        Self { id: geteuid().as_raw(), group: getegid().as_raw() }
    }

    /// Whose this file or folder is; `None` when there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Self { id: found.uid(), group: found.gid() })
    }

    pub(crate) fn is_root(self) -> bool {
        self.id == 0
    }

    /// Whom new files are for: root may name somebody; else it is the owner of the package's folder, or whoever runs this.
    pub(crate) fn to_work_as(name: Option<&str>) -> Result<Self, Failure> {
        let ours = Self::ours();
        match name {
            Some(name) => match Self::named(name) {
                Some(user) if ours.is_root() || user.id == ours.id => Ok(user),
                Some(_) => Err(Failure::of(say::init_not_root(name))),
                None => Err(Failure::of(say::init_no_user(name))),
            },
            None if ours.is_root() => Ok(Self::of(&settings::installed_data()).unwrap_or(ours)),
            None => Ok(ours),
        }
    }

    fn named(name: &str) -> Option<Self> {
        listed().into_iter().find(|(listed, _)| listed == name).map(|(_, user)| user)
    }

    /// The user's name, or `#` and the number, which sudo takes, too.
    pub(crate) fn name(self) -> String {
        let found = listed().into_iter().find(|(_, user)| user.id == self.id);
        found.map_or_else(|| format!("#{}", self.id), |(name, _)| name)
    }

    /// Makes a file or folder this user's, where we are root and the user is not.
    pub(crate) fn take(self, path: &Path) -> io::Result<()> {
        let ours = Self::ours();
        if !ours.is_root() || self == ours {
            return Ok(());
        }
        lchown(path, Some(self.id), Some(self.group))
    }
}

fn listed() -> Vec<(String, User)> {
    let users = fs::read_to_string(USERS).unwrap_or_default();
    let user = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, id, group, ..] = fields[..] else { return None };
        Some((name.to_owned(), User { id: id.parse().ok()?, group: group.parse().ok()? }))
    };
    users.lines().filter_map(user).collect()
}
