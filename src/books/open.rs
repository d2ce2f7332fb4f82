//! Opening, creating, migrating and locking the shop's database; and what an error of SQLite means to a person.
//!
//! The shop's application reads and writes the same file while we run. Hence WAL, a busy time-out, and short write
//! transactions.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::ops::Deref;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, ffi};
use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::listed::list_in_memory;
use super::rows::Ask;
use crate::crash;
use crate::interrupt;
use crate::job::Job;
use crate::kept::beside;
use crate::lock::Lock;
use crate::owner;
use crate::permit::Permit;
use crate::problem::{Failure, Problem};
use crate::settings::{Environment, Settings, test_hook};
use crate::text::books as text;

/// How long we wait for another program's write to end. The shop's own writes take milliseconds; what holds the lock
/// for longer than this is stuck.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The pause between transactions that follow each other, in which the shop's writers get their turn. Those who wait for
/// a lock of SQLite's do not queue: they look again after pauses that grow, to 25 ms within the first tenth of a second.
/// So a little more lets everybody in who came meanwhile.
pub(crate) const WRITERS_TURN: Duration = Duration::from_millis(26);

/// SQLite's page cache, in KiB: what bounds our memory whatever the size of the database.
const CACHE_KIB: i64 = 8192;

/// The schema's versions, each a step from the one before. Append, never edit.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/001_initial.sql"),
    include_str!("schema/002_begun_files.sql"),
    include_str!("schema/003_history.sql"),
    include_str!("schema/004_problems.sql"),
    include_str!("schema/005_status.sql"),
    include_str!("schema/006_orders_accounted_for.sql"),
    include_str!("schema/007_lying_files.sql"),
    include_str!("schema/008_undo.sql"),
    include_str!("schema/009_unknown_stock.sql"),
    include_str!("schema/010_who_started.sql"),
    include_str!("schema/011_put_away.sql"),
    include_str!("schema/012_held.sql"),
    include_str!("schema/013_shipped_in_tempostar.sql"),
    include_str!("schema/014_guard_window.sql"),
    include_str!("schema/015_what_runs_told.sql"),
    include_str!("schema/016_catalogue_as_of.sql"),
    include_str!("schema/017_notified.sql"),
    include_str!("schema/018_allocated.sql"),
    include_str!("schema/019_seen_gone.sql"),
    include_str!("schema/020_missing_skus.sql"),
    include_str!("schema/021_orders_looked_after.sql"),
];

/// The last version that was kept in `PRAGMA user_version`.
const LAST_IN_USER_VERSION: i64 = 5;

/// Under which key the ledger keeps its schema's version.
const SCHEMA_VERSION: &str = "schema_version";

/// The shop's database. As a connection it can be read; what is written goes through `Books::write`.
#[derive(Debug)]
pub struct Books {
    connection: Connection,
    path: PathBuf,
    /// Which file is open; none in a dry run, whose connection cannot write.
    opened: Option<FileId>,
    /// Whether this is a copy, in which a dry run may write.
    is_copy: bool,
}

impl Deref for Books {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Books {
    /// Does all of `work` or nothing of it, in one transaction, and only if it goes to the file that the settings name.
    /// `what` is done then.
    pub(crate) fn write<T>(
        &self,
        _: Permit,
        what: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        crash::point(&format!("begin-{what}"));
        let done = work(&transaction)?;
        crash::point(&format!("before-{what}"));
        check_still_there(&self.path, self.opened)?;
        transaction.commit()?;
        crash::point(what);
        Ok(done)
    }

    /// A copy in this folder, for a dry run. The shop's own database is only read.
    pub(crate) fn copy_for_rehearsal(&self, settings: &Settings, folder: &Path) -> Result<Self> {
        let path = folder.join("rehearsal.db");
        self.connection.execute("VACUUM INTO ?1", [show(&path)])?;
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // What is thrown away need not survive a power cut.
        connection.pragma_update(None, "synchronous", "OFF")?;
        list_in_memory(&connection, settings)?;
        Ok(Self { connection, path, opened: None, is_copy: true })
    }

    /// Does work in such a copy; nothing in the shop's own database.
    pub(crate) fn rehearse<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<()> {
        if self.is_copy {
            let transaction = self.connection.unchecked_transaction()?;
            work(&transaction)?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// Does work whose commits need not wait for the disk: a power cut can undo the last of them, wholly, as long as nothing
    /// that does wait was committed after them. For what is no loss then.
    pub(crate) fn without_waiting<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let done = work();
        let back = self.connection.pragma_update(None, "synchronous", "FULL");
        let done = done?;
        Ok(back.map(|()| done)?)
    }
}

/// Opens the database for a run that writes: creates it where it is missing, migrates it, and stamps it with the
/// run's environment.
///
/// # Errors
/// `Failure` with `Exit::Database` when it cannot be used, with `Exit::Settings` when it belongs to the other
/// environment. Nothing has been changed then, but for migrations that were complete.
pub fn open(settings: &Settings) -> Result<Books> {
    let path = &settings.database;
    check_place(path)?;
    create_unreadable_for_others(path)?;
    check_writable(path)?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    house_temporary_files(&connection, &settings.work_dir)?;
    migrate(&mut connection, path)?;
    stamp(&mut connection, path, settings.environment)?;
    Ok(Books { connection, path: path.clone(), opened: FileId::of(path), is_copy: false })
}

/// Opens the database so that nothing can write to it (`--dry-run`): SQLite itself refuses. A database that does not
/// exist yet is replaced by an empty one in memory. What the settings list is listed, as a run would do first.
///
/// # Errors
/// As [`open`]; and `Exit::Database` when the schema is older than this program's.
pub(crate) fn open_read_only(settings: &Settings) -> Result<Books> {
    let path = &settings.database;
    check_place(path)?;
    if !path.exists() {
        let mut empty = Connection::open_in_memory().context("cannot open a database in memory")?;
        house_temporary_files(&empty, &settings.work_dir)?;
        migrate(&mut empty, path)?;
        list_in_memory(&empty, settings)?;
        return Ok(Books { connection: empty, path: path.clone(), opened: None, is_copy: false });
    }
    checked(connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?, settings)
}

/// The database behind a connection that only reads, if its schema and its environment are right.
pub(super) fn checked(connection: Connection, settings: &Settings) -> Result<Books> {
    let path = &settings.database;
    house_temporary_files(&connection, &settings.work_dir)?;
    if schema_version(&connection, path)? < known_version() {
        return Err(Failure::of(text::database_not_migrated(&show(path))).into());
    }
    check_stamp(&connection, path, settings.environment)?;
    list_in_memory(&connection, settings)?;
    Ok(Books { connection, path: path.clone(), opened: None, is_copy: false })
}

/// The version of the schema that a database has before [`open`] migrates it; `None` when there is no database yet,
/// or when it cannot be read.
pub(crate) fn found_version(path: &Path) -> Option<i64> {
    kept_version(&connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?).ok()
}

/// Whether there is a database at this place, the shop's or another.
pub(crate) fn is_database(path: &Path) -> bool {
    let mut magic = [0; 16];
    let read = |mut file: File| file.read_exact(&mut magic);
    path.is_file() && File::open(path).and_then(read).is_ok() && magic == *b"SQLite format 3\0"
}

pub(crate) fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM tempostar_meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()
}

pub(crate) fn set_meta(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO tempostar_meta (key, value) VALUES (?1, ?2)", [key, value])?;
    Ok(())
}

/// Takes a job's lock on the database. Whatever work folder a run has: two runs of one job on one database would each take the other's batch for one that was
/// interrupted. `None`: another run holds it.
///
/// # Errors
/// `Failure` with `Exit::Database` when the database's folder cannot be used.
pub(crate) fn lock(settings: &Settings, name: &str) -> Result<Option<Lock>> {
    check_place(&settings.database)?;
    let path = lock_path(&settings.database, name);
    let file = open_lock(&path).map_err(|error| {
        let folder = path.parent().map(show).unwrap_or_default();
        let problem = text::database_folder_unwritable(&folder, &error.to_string());
        Failure::of(owner::or_denied(problem, &path, &error))
    })?;
    Lock::take(file).with_context(|| format!("cannot lock {}", path.display()))
}

/// Whether a run of the job is at work with this database; `None` where this user may not find out.
pub(crate) fn is_locked(settings: &Settings, job: Job) -> Option<bool> {
    let path = lock_path(&settings.database, job.as_str());
    // Shared, and released at once: a run that begins at this very moment is what it could disturb.
    match File::open(path) {
        Ok(file) => Some(matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))),
        Err(error) => (error.kind() == ErrorKind::NotFound).then_some(false),
    }
}

/// However the database is named, its lock is the same.
fn lock_path(database: &Path, job: &str) -> PathBuf {
    let path = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    beside(&path, &format!(".{job}.lock"))
}

fn open_lock(path: &Path) -> std::io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(std::io::Error::new(ErrorKind::InvalidInput, format!("not a file: {}", path.display())));
    }
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o660).open(path)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The file at this path, links followed; `None` when there is none.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Self { device: found.dev(), inode: found.ino() })
    }
}

/// What SQLite writes goes to the file that was opened, wherever that is now. When somebody has put another one in its
/// place, a commit would be lost to the shop, and the server's copy of the file with it.
///
/// # Errors
/// `Failure` with `Exit::Database` when the path does not lead to this file any more.
fn check_still_there(path: &Path, opened: Option<FileId>) -> Result<(), Failure> {
    if FileId::of(path) == opened {
        return Ok(());
    }
    Err(Failure::of(text::database_replaced(&show(path))))
}

/// The shop's own words, where a trigger or constraint of it does not let something be written.
pub(crate) fn refusal(error: &anyhow::Error) -> Option<String> {
    match error.downcast_ref::<rusqlite::Error>()? {
        rusqlite::Error::SqliteFailure(failure, words) if failure.code == ErrorCode::ConstraintViolation => {
            Some(words.clone().unwrap_or_else(|| failure.to_string()))
        }
        _ => None,
    }
}

/// What is said in place of a reason that nobody gave.
pub(crate) const IGNORED: &str = "RAISE(IGNORE)";

/// What a trigger of the shop has let drop without a word is refused, too.
pub(crate) fn dropped_by_shop() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CONSTRAINT_TRIGGER), Some(IGNORED.to_owned()))
}

/// What an error of SQLite, met anywhere in a run, means to a person; `None` when it is a fault of ours.
pub(crate) fn explain(error: &rusqlite::Error) -> Option<Problem> {
    let reason = error.to_string();
    let code = match error {
        // A shared-memory file that cannot grow: SQLite calls a full disk an I/O error there.
        rusqlite::Error::SqliteFailure(failure, _) if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => {
            ErrorCode::DiskFull
        }
        rusqlite::Error::SqliteFailure(failure, _) => failure.code,
        // A table or a column that we need is not there.
        rusqlite::Error::SqlInputError { msg, .. } => return Some(text::database_unexpected(msg)),
        // A value that cannot stand there, if nobody but us and the shop's application wrote it.
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::QueryReturnedNoRows
        | rusqlite::Error::Utf8Error(..) => return Some(text::database_unexpected(&reason)),
        _ => return None,
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Some(text::database_busy(busy_timeout().as_secs()))
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(text::database_read_only(&reason)),
        ErrorCode::DiskFull => Some(text::disk_full(&reason)),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(text::database_corrupt(&reason)),
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed => {
            Some(text::database_error(&reason))
        }
        ErrorCode::ApiMisuse | ErrorCode::ParameterOutOfRange => None,
        // The shop's own trigger or constraint, a schema that was changed, a value that is too large.
        _ => Some(text::database_unexpected(&reason)),
    }
}

fn busy_timeout() -> Duration {
    test_hook("TEMPOSTAR_BUSY_TIMEOUT_S").map_or(BUSY_TIMEOUT, Duration::from_secs)
}

fn show(path: &Path) -> String {
    path.display().to_string()
}

/// The version of the schema that this program makes and needs.
pub(crate) fn known_version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

fn check_place(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::of(text::database_is_folder(&show(path))));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(Failure::of(text::database_missing_folder(&show(folder))))
        }
        _ => Ok(()),
    }
}

/// Customers' data must not be readable by every user of the host. The group may: the shop's application often runs
/// as another user of it. SQLite gives its side files the database's own mode.
fn create_unreadable_for_others(path: &Path) -> Result<(), Failure> {
    match OpenOptions::new().write(true).create_new(true).mode(0o660).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            let problem = text::database_cannot_open(&show(path), &error.to_string());
            Err(Failure::of(owner::or_denied(problem, path, &error)))
        }
        _ => Ok(()),
    }
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection> {
    let connection =
        prepared(path, Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX))?;
    if access.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        switch_to_wal(&connection).map_err(|error| unusable(path, &error))?;
    }
    Ok(connection)
}

/// Of two that switch at once, the second is refused without being let wait: each would wait for the other to stop reading.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        let switched = connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()));
        let is_busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
        let is_over = began.elapsed() >= busy_timeout() || interrupt::is_requested();
        if is_over || !switched.as_ref().is_err_and(is_busy) {
            return switched;
        }
        interrupt::sleep(LOOK_AGAIN);
    }
}

/// A connection that works, as ours do.
pub(super) fn prepared(path: &Path, opened: rusqlite::Result<Connection>) -> Result<Connection, Failure> {
    let prepared = opened.and_then(|connection| prepare(&connection).map(|()| connection));
    prepared.map_err(|error| unusable(path, &error))
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(busy_timeout())?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A commit must survive a power cut: the server's copy goes away after it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The first statement that reads the file: finds out whether it is a database at all.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// What does not fit into SQLite's cache goes to files without a name. In the work folder there is room for a file that
/// was downloaded, so there is for its rows; many a container has no other folder to write to. Where that cannot be
/// written either, somebody is only asking, and memory will do.
fn house_temporary_files(connection: &Connection, work_dir: &Path) -> rusqlite::Result<()> {
    match connection.pragma_update(None, "temp_store_directory", work_dir.to_str()) {
        Ok(()) => Ok(()),
        Err(_) => connection.pragma_update(None, "temp_store", "MEMORY"),
    }
}

fn unusable(path: &Path, error: &rusqlite::Error) -> Failure {
    let problem = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => text::not_a_database(&show(path)),
        Some(ErrorCode::CannotOpen) => text::database_cannot_open(&show(path), &error.to_string()),
        _ => explain(error).unwrap_or_else(|| text::database_cannot_open(&show(path), &error.to_string())),
    };
    // SQLite does not say why; the file itself does.
    match access(path, Access::READ_OK) {
        Err(denied) => Failure::of(owner::or_denied(problem, path, &denied.into())),
        Ok(()) => Failure::of(problem),
    }
}

/// SQLite would open a file that must not be written, and only fail later, without a word about which it is.
fn check_writable(path: &Path) -> Result<(), Failure> {
    for ending in ["", "-wal", "-shm"] {
        let place = beside(path, ending);
        let is_readable = access(&place, Access::READ_OK).is_ok();
        if let (true, Err(denied @ Errno::ACCESS)) = (is_readable, access(&place, Access::WRITE_OK)) {
            let problem = text::database_read_only(&denied.to_string());
            return Err(Failure::of(owner::or_denied(problem, &place, &denied.into())));
        }
    }
    Ok(())
}

/// The schema's version. It stands in our own table: `PRAGMA user_version` belongs to the shop's application.
fn schema_version(connection: &Connection, path: &Path) -> Result<i64> {
    let found = kept_version(connection).map_err(|error| unusable(path, &error))?;
    if !(0..=known_version()).contains(&found) {
        let problem = text::database_newer(&show(path), found, known_version());
        return Err(Failure::of(problem).into());
    }
    Ok(found)
}

/// Versions 0.1 and older look at `user_version`. Where it still is what they wrote, the shop's application does not
/// use it, and they must see that the schema is newer than theirs.
fn refuse_older_programs(connection: &Connection, found: i64) -> rusqlite::Result<()> {
    let user_version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if user_version == found && (1..=LAST_IN_USER_VERSION).contains(&found) {
        connection.pragma_update(None, "user_version", LAST_IN_USER_VERSION + 1)?;
    }
    Ok(())
}

fn kept_version(connection: &Connection) -> rusqlite::Result<i64> {
    if !is_there(connection, "tempostar_meta")? {
        return Ok(0);
    }
    match meta(connection, SCHEMA_VERSION)? {
        // What is no number was not written by us.
        Some(kept) => Ok(kept.parse().unwrap_or(i64::MAX)),
        None => version_by_structure(connection),
    }
}

/// The version of a database of before the sixth, which is told by what is in it.
fn version_by_structure(connection: &Connection) -> rusqlite::Result<i64> {
    let marks = [
        (5, "orders_sent_and_open"),
        (4, "tempostar_problems"),
        (3, "tempostar_history_files"),
        (2, "tempostar_files_begun"),
    ];
    for (version, name) in marks {
        if is_there(connection, name)? {
            return Ok(version);
        }
    }
    Ok(1)
}

fn is_there(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection
        .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1)", [name], |row| row.get(0))
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    if schema_version(connection, path)? == known_version() {
        return Ok(());
    }
    // Two first runs at once: the second waits here, and looks again.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = schema_version(&transaction, path)?;
    if found == 0 {
        check_nothing_in_the_way(&transaction, path)?;
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found)?) {
        transaction.execute_batch(migration).context("cannot migrate the database")?;
    }
    refuse_older_programs(&transaction, found)?;
    set_meta(&transaction, SCHEMA_VERSION, &known_version().to_string())?;
    transaction.commit()?;
    Ok(())
}

fn check_nothing_in_the_way(connection: &Connection, path: &Path) -> Result<()> {
    let sql = "SELECT name
               FROM sqlite_schema
               WHERE name IN ('products', 'product_free_items', 'skus', 'stock', 'sellable_stock', 'payment_methods',
                              'orders', 'order_shipments', 'order_lines')
               LIMIT 1";
    match connection.value_if_any::<String>(sql, [])? {
        Some(table) => Err(Failure::of(text::database_foreign(&show(path), &table)).into()),
        None => Ok(()),
    }
}

fn stamp(connection: &mut Connection, path: &Path, environment: Environment) -> Result<()> {
    if meta(connection, "environment")?.is_none() {
        connection.execute(
            "INSERT OR IGNORE INTO tempostar_meta (key, value) VALUES ('environment', ?1)",
            [environment.as_str()],
        )?;
    }
    check_stamp(connection, path, environment)
}

fn check_stamp(connection: &Connection, path: &Path, environment: Environment) -> Result<()> {
    match meta(connection, "environment")? {
        Some(stamped) if stamped != environment.as_str() => {
            let problem = text::wrong_environment(&show(path), &stamped, environment.as_str());
            Err(Failure::of(problem).into())
        }
        _ => Ok(()),
    }
}
