//! A look at the database by whoever may read it and nothing else: a monitor's user, say.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, OpenFlags};

use super::open::{Books, FileId, checked, open_read_only, prepared};
use crate::kept::beside;
use crate::problem::Failure;
use crate::settings::Settings;
use crate::text::books as text;

/// How often a look is repeated during which the database was written.
const LOOKS_MAX: u32 = 5;

/// Lets `read` look at the database, in one snapshot. Needs no right to write, not even SQLite's side files.
///
/// # Errors
/// As [`open_read_only`]; and `Exit::Database` when the database was written during each look.
pub(crate) fn look<T>(settings: &Settings, read: impl Fn(&Connection) -> Result<T>) -> Result<T> {
    for _ in 0..LOOKS_MAX {
        let (books, seen) = open_to_look(settings)?;
        let found = books.unchecked_transaction().map_err(Into::into).and_then(|snapshot| read(&snapshot));
        if seen.is_none() || seen == Seen::of(&settings.database) {
            return found;
        }
    }
    Err(Failure::of(text::database_restless(&settings.database.display().to_string())).into())
}

/// A database whose file is all there is of it is read as one that nobody writes, so that SQLite makes no files beside it,
/// which whoever may only read could not do; and whoever writes it meanwhile shows by `Seen`.
fn open_to_look(settings: &Settings) -> Result<(Books, Option<Seen>)> {
    let path = &settings.database;
    let seen = Seen::of(path);
    if !path.is_file() || has_more_beside(path) {
        return Ok((open_read_only(settings)?, None));
    }
    let alone = prepared(path, Connection::open_with_flags(immutable(path), READ_ALONE))?;
    Ok((checked(alone, settings)?, seen))
}

const READ_ALONE: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX).union(OpenFlags::SQLITE_OPEN_URI);

/// Whether there are commits that are not in the database's own file yet, or must be taken back from it.
fn has_more_beside(path: &Path) -> bool {
    ["-wal", "-journal"].iter().any(|ending| fs::metadata(beside(path, ending)).is_ok_and(|it| it.len() > 0))
}

/// The database as a URI that tells SQLite that nobody writes it.
fn immutable(path: &Path) -> String {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            // Writing to a String cannot fail.
            byte => drop(write!(uri, "%{byte:02x}")),
        }
    }
    uri + "?immutable=1"
}

/// What changes when a database is written that nobody holds in shared memory.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    file: FileId,
    size: u64,
    changed: (i64, i64),
}

impl Seen {
    fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        let changed = (found.mtime(), found.mtime_nsec());
        Some(Self { file: FileId::of(path)?, size: found.len(), changed })
    }
}
