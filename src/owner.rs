//! Users of this computer: who we are, whose a file is, and who is to run the jobs of a shop.
//!
//! The work folder is for one user's eyes only, and SQLite makes files beside the database. So a run by another user
//! leaves files that the jobs' user cannot use, and stops cron for good. Such a run is refused before it makes any; root
//! becomes the jobs' user instead.

use std::os::unix::fs::{MetadataExt, lchown};
use std::path::{Path, PathBuf};
use std::{fs, io};

use rustix::process::{Gid, Uid, getegid, geteuid};
use rustix::system::uname;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use crate::problem::{Failure, Problem};
use crate::text::owner as text;

/// Where the users are listed: `name:x:1000:1000:…` (passwd(5)).
const USERS: &str = "/etc/passwd";

/// Where the groups are listed: `name:x:1000:user,user` (group(5)).
const GROUPS: &str = "/etc/group";

pub(crate) fn host() -> String {
    uname().nodename().to_string_lossy().into_owned()
}

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

    /// Whom new files are for: root may name somebody; else it is the owner of the folder for data, or whoever runs this.
    pub(crate) fn to_work_as(name: Option<&str>, data: &Path) -> Result<Self, Failure> {
        let ours = Self::ours();
        match name {
            Some(name) => match Self::named(name) {
                Some(user) if ours.is_root() || user.id == ours.id => Ok(user),
                Some(_) => Err(Failure::of(text::not_root(name))),
                None => Err(Failure::of(text::no_user(name))),
            },
            None if ours.is_root() => Ok(Self::of(data).unwrap_or(ours)),
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

/// Sees that whoever runs this may leave files in the work folder and beside the database; root becomes the user whose
/// they are. To be called before any file is made, and before another thread runs.
///
/// # Errors
/// `Failure` with `Exit::Settings` that names the user who is to run this. Nothing has been touched.
pub(crate) fn settle(work_dir: &Path, database: &Path, settings_file: &Path) -> Result<(), Failure> {
    let (ours, theirs) = (User::ours(), jobs_user(work_dir, settings_file));
    match theirs {
        Some(theirs) if ours.is_root() => become_user(theirs)
            .map_err(|error| Failure::of(text::cannot_become(&theirs.name(), &error.to_string())))?,
        Some(theirs) if theirs.id != ours.id => {
            let problem = text::another_users_folder(&shown(work_dir), &theirs.name(), &ours.name());
            return Err(Failure::of(problem));
        }
        _ => {}
    }
    check_database(database, User::ours())
}

/// Whose the work folder is. Before there is one, the owner of the folder in which it is made says it for root, and where
/// the settings file has the same owner, for everybody.
fn jobs_user(work_dir: &Path, settings_file: &Path) -> Option<User> {
    if let Some(user) = User::of(work_dir) {
        return Some(user);
    }
    let of = |path: &Path| User::of(&existing(path)).filter(|user| !user.is_root());
    let (folder, file) = (of(work_dir), of(settings_file));
    match User::ours().is_root() {
        true => folder.or(file),
        false => folder.filter(|folder| file.is_some_and(|file| file.id == folder.id)),
    }
}

/// What SQLite makes beside the database is ours: whoever owns that must share a group with us.
fn check_database(database: &Path, ours: User) -> Result<(), Failure> {
    const GROUP_WRITES: u32 = 0o020;
    const OTHERS_WRITE: u32 = 0o002;
    const SET_GROUP: u32 = 0o2000;
    let Ok(found) = fs::metadata(database) else { return Ok(()) };
    let folder = fs::canonicalize(database).ok().and_then(|path| fs::metadata(path.parent()?).ok());
    let hands_on = folder.is_some_and(|folder| folder.mode() & SET_GROUP != 0 && folder.gid() == found.gid());
    let is_shared = found.mode() & GROUP_WRITES != 0 && (hands_on || ours.group == found.gid());
    if ours.is_root() || found.uid() == ours.id || is_shared || found.mode() & OTHERS_WRITE != 0 {
        return Ok(());
    }
    let theirs = User { id: found.uid(), group: found.gid() };
    Err(Failure::of(text::another_users_database(&shown(database), &theirs.name(), &ours.name())))
}

/// What root did as root would be root's. Threads that begin later have the same user.
fn become_user(user: User) -> io::Result<()> {
    if user.is_root() {
        return Ok(());
    }
    let (id, group) = (Uid::from_raw(user.id), Gid::from_raw(user.group));
    let groups: Vec<Gid> =
        groups_of(&user.name()).into_iter().chain([user.group]).map(Gid::from_raw).collect();
    set_thread_groups(&groups)?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(id, id, id)?;
    Ok(())
}

fn groups_of(name: &str) -> Vec<u32> {
    let groups = fs::read_to_string(GROUPS).unwrap_or_default();
    let is_member = |members: &str| members.split(',').any(|member| member == name);
    let group = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [_, _, id, members] = fields[..] else { return None };
        is_member(members).then(|| id.parse().ok())?
    };
    groups.lines().filter_map(group).collect()
}

/// The path, or the innermost of its folders that is there.
fn existing(path: &Path) -> PathBuf {
    let here = |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
    let found = path.ancestors().map(here).find(|path| fs::symlink_metadata(path).is_ok());
    found.unwrap_or_else(|| PathBuf::from("/"))
}

/// A problem with a file, and where that was a refused permission: whose the place is, its mode, who runs this, and the
/// command that mends it.
pub(crate) fn or_denied(problem: Problem, path: &Path, error: &io::Error) -> Problem {
    let place = existing(path);
    let (io::ErrorKind::PermissionDenied, Ok(found)) = (error.kind(), fs::metadata(&place)) else {
        return problem;
    };
    let place = shown(&fs::canonicalize(&place).unwrap_or(place));
    let (ours, owner) = (User::ours().name(), User { id: found.uid(), group: found.gid() });
    let fact = text::denied(&place, &owner.name(), &format!("{:04o}", found.mode() & 0o7777), &ours);
    let hint = match owner {
        _ if owner.name() == ours => text::mend_mode(&place),
        _ if owner.is_root() => text::mend_owner(&ours, &place),
        _ => text::mend_user(&owner.name()),
    };
    Problem { message: problem.message.because(&fact), hint, ..problem }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
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
