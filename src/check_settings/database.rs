//! The shop's database: can it be used, and does it hold what the jobs count on?

use std::fs;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::disks;
use super::finding::{Found, OTHERS, mode_if_open};
use super::world::World;
use crate::books::allocations::drifting;
use crate::books::rows::Ask;
use crate::books::{self, batches};
use crate::encoding::comparable_name;
use crate::job::Job;
use crate::jobs::Names;
use crate::jobs::orders::PAYMENT_SETUP_SINCE;
use crate::layout::grouped;
use crate::problem::Problem;
use crate::settings::{FieldContent, OrderField, Settings};
use crate::shelf::Shelf;
use crate::text::{books as say_shop, check_settings as say};
use crate::threads;

/// Opens the database as a job does: it is created, migrated and stamped where need be.
pub(super) fn open(world: &mut World<'_>) -> Result<Found> {
    let settings = world.settings;
    let path = &settings.database;
    let shown = path.display().to_string();
    let before = books::found_version(path);
    let lock = |job: &Job| format!("{job}.{}.lock", settings.environment.as_str());
    let has_work_seen = Job::ALL.iter().any(|job| Shelf::at(&settings.work_dir).place(&lock(job)).exists());
    let database = books::open(settings)?;
    // What is looked at is what a run would find; listing it is the run's.
    books::list_in_memory(&database, settings)?;
    let version = books::known_version();
    let fact = match before {
        None | Some(0) => say::database_created(&shown, version),
        Some(found) if found < version => say::database_migrated(&shown, found, version),
        Some(_) => say::database_opened(&shown, version),
    };
    let has_seen_work: bool = database.value(
        "SELECT EXISTS (SELECT 1 FROM tempostar_runs)
             OR EXISTS (SELECT 1 FROM orders)
             OR EXISTS (SELECT 1 FROM products)
             OR EXISTS (SELECT 1 FROM main.payment_methods)",
        [],
    )?;
    let strange = (has_work_seen && !has_seen_work)
        .then(|| say::database_strange(&shown, &settings.work_dir.display().to_string()));
    let strange = strange.or_else(|| of_another_folder(&database, settings));
    let stricter = stricter_defaults(&database, settings)?;
    world.database = Some(database);
    Ok(Found::ok(fact).with(strange).with(open_to_others(path)).with(stricter))
}

/// What holds now what 0.1 has applied, as long as the history knows of 0.1.
fn stricter_defaults(database: &Connection, settings: &Settings) -> Result<Option<Problem>> {
    let (products, ship) = (&settings.products.guard, &settings.logistics.guard);
    let defaults = [
        ("products.guard.price_fall_percent", products.price_fall_percent, 50),
        ("products.guard.price_rise_percent", products.price_rise_percent, 900),
        ("products.guard.unpublish_percent", products.unpublish_percent, 20),
        ("products.guard.move_percent", products.move_percent, 5),
        ("logistics.guard.ship_percent", ship.ship_percent, 50),
        ("orders.max_age_days", settings.orders.max_age_days, 30),
    ];
    let unchanged = defaults.iter().filter(|(_, ours, default)| ours == default);
    let keys: Vec<String> = unchanged.map(|(key, value, _)| format!("{key} = {value}")).collect();
    let sql = "SELECT EXISTS (SELECT 1 FROM tempostar_history_files WHERE NOT has_old_values)";
    let is_upgraded: bool = database.value(sql, [])?;
    Ok((is_upgraded && !keys.is_empty()).then(|| say::stricter_defaults(&keys.join(", "))))
}

/// The work folder remembers the last file of orders; the database that belongs to it knows that file.
fn of_another_folder(database: &Connection, settings: &Settings) -> Option<Problem> {
    let name = format!("{}.{}.last", Job::Orders, settings.environment.as_str());
    let last = fs::read_to_string(Shelf::at(&settings.work_dir).place(&name)).ok()?;
    let (sha256, file) = last.trim_end().split_once(' ')?;
    let is_unknown = batches::batch_of(database, sha256).ok()?.is_none();
    let (path, work_dir) = (settings.database.display().to_string(), settings.work_dir.display().to_string());
    is_unknown.then(|| say::database_not_of_folder(&path, &work_dir, file))
}

/// Customers' names and addresses are in it.
fn open_to_others(path: &Path) -> Option<Problem> {
    const ENTER: u32 = 0o001;
    let path = fs::canonicalize(path).ok()?;
    mode_if_open(path.parent()?, ENTER)?;
    mode_if_open(&path, OTHERS).map(|mode| say::database_open(&path.display().to_string(), &mode))
}

/// Up to this size the whole file is looked at, indices and all; of a larger one only its structure.
const SMALL_MAX: u64 = 64 * 1024 * 1024;

/// How long a look at a large file may take. Whoever waits at the screen wants an answer.
const LOOK_MAX: Duration = Duration::from_secs(3);

/// A look at the structure of the file.
pub(super) fn integrity(world: &mut World<'_>) -> Result<Found> {
    let database = world.database()?;
    let size = size(database)?;
    let pragma = if size <= SMALL_MAX { "integrity_check" } else { "quick_check" };
    let look = || database.query_row(&format!("PRAGMA {pragma}(1)"), [], |row| row.get::<_, String>(0));
    let verdict = within(database, LOOK_MAX, look)?;
    let megabytes = grouped(size.div_ceil(1024 * 1024));
    Ok(match verdict.as_deref() {
        None => Found::ok(say::database_intact_so_far(&megabytes, LOOK_MAX.as_secs())),
        Some("ok") if size <= SMALL_MAX => Found::ok(say::database_intact()),
        Some("ok") => Found::ok(say::database_structure_intact(&megabytes)),
        Some(verdict) => Found::failed([say_shop::database_corrupt(verdict)]),
    })
}

fn size(database: &Connection) -> Result<u64> {
    let pragma = |name: &str| database.value::<u64>(&format!("PRAGMA {name}"), []);
    Ok(pragma("page_count")?.saturating_mul(pragma("page_size")?))
}

/// What `work` found in the database; `None` if it was not done in time.
pub(super) fn within<T>(
    database: &Connection,
    bound: Duration,
    work: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    if !threads::are_to_be_had() {
        return work().map(Some);
    }
    let handle = database.get_interrupt_handle();
    let (done, is_done) = mpsc::channel::<()>();
    let result = thread::scope(|scope| {
        scope.spawn(move || {
            if is_done.recv_timeout(bound) == Err(RecvTimeoutError::Timeout) {
                handle.interrupt();
            }
        });
        let result = work();
        drop(done);
        result
    });
    match result {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        result => result.map(Some),
    }
}

/// Whether the shop can read while we write, and whether its locks are seen by everybody who opens the file.
pub(super) fn wal(world: &mut World<'_>) -> Result<Found> {
    let path = &world.settings.database;
    let mode: String = world.database()?.value("PRAGMA journal_mode", [])?;
    let problem = match (disks::network_file_system(path), mode.as_str()) {
        (Some(name), _) => say::database_on_network(&path.display().to_string(), name),
        (None, "wal") => return Ok(Found::ok(say::database_wal())),
        (None, mode) => say::not_wal(mode),
    };
    Ok(Found::failed([problem]))
}

/// Takes the write lock, writes, and takes it back.
pub(super) fn write(world: &mut World<'_>) -> Result<Found> {
    let transaction = Transaction::new_unchecked(world.database()?, TransactionBehavior::Immediate)?;
    books::set_meta(&transaction, "check-settings", "")?;
    transaction.rollback()?;
    Ok(Found::ok(say::database_writable()))
}

/// Free items that the settings map, and that the shop has defined.
pub(super) fn free_items(world: &mut World<'_>) -> Result<Found> {
    let mapped = &world.settings.products.free_items;
    let sql = "SELECT number, name FROM product_free_items";
    let defined: Vec<(u8, String)> = world.database()?.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let problems = mapped.iter().filter_map(|(column, number)| {
        let is_namesake = |name: &str| comparable_name(name) == comparable_name(column);
        let namesake = defined.iter().find(|(_, name)| is_namesake(name)).map(|(defined, _)| *defined);
        match namesake {
            Some(defined) if defined != *number => {
                Some(say::free_item_contradiction(column, *number, defined))
            }
            _ if defined.iter().all(|(defined, _)| defined != number) => {
                Some(say::free_item_undefined(column, *number))
            }
            _ => None,
        }
    });
    Ok(Found::ok(say::free_items(defined.len(), mapped.len())).with(problems))
}

/// Columns that orders get besides TEMPOSTAR's own. One of the same name would stand in the file twice.
pub(super) fn order_free_items(world: &mut World<'_>) -> Result<Found> {
    let settings = &world.settings.orders;
    let is_free_item = |field: &OrderField| matches!(field.content, FieldContent::FreeItem(_));
    let (free_items, others): (Vec<&OrderField>, Vec<_>) =
        settings.columns.iter().partition(|field| is_free_item(field));
    let mut taken: Vec<String> = others.into_iter().map(|field| comparable_name(&field.name)).collect();
    let mut problems = Vec::new();
    for OrderField { name: column, .. } in free_items {
        let name = comparable_name(column);
        if taken.contains(&name) {
            problems.push(say::order_column_taken(column));
        }
        taken.push(name);
    }
    Ok(Found::ok(say::order_free_items(settings.free_items.len())).with(problems))
}

/// What is allocated, beside the orders that account for it.
pub(super) fn allocations(world: &mut World<'_>) -> Result<Found> {
    let (mut without_orders, mut lacking) = (Names::default(), Names::default());
    for one in drifting(world.database()?, world.settings)? {
        let names = if one.is_less_than_orders() { &mut lacking } else { &mut without_orders };
        names.add(&one.sku_code);
    }
    let told = |names: &Names, problem: fn(u64, &str) -> Problem| {
        (names.count() > 0).then(|| problem(names.count(), &names.told()))
    };
    let problems = [
        told(&lacking, say::orders_without_allocation),
        told(&without_orders, say::allocations_without_orders),
    ];
    let found = Found::failed(problems.into_iter().flatten());
    Ok(if found.findings.is_empty() { Found::ok(say::allocations_right()) } else { found })
}

/// Payment methods by which orders would be held back.
pub(super) fn payment_methods(world: &mut World<'_>) -> Result<Found> {
    let database = world.database()?;
    let listed: usize = database.value("SELECT count(*) FROM payment_methods", [])?;
    if listed == 0 {
        // Before the first order there is time.
        let has_orders: bool = database.value("SELECT EXISTS (SELECT 1 FROM orders)", [])?;
        let problem = if has_orders { say::payment_methods_empty() } else { say::payment_methods_none_yet() };
        let fact = say::payment_methods_listed(listed);
        return Ok(Found::ok(fact).with([problem]));
    }
    let (not_ready, unlisted) = (not_ready(database)?, unlisted(database)?);
    let fact = match not_ready.is_empty() && unlisted.is_empty() {
        true => say::payment_methods(listed),
        false => say::payment_methods_listed(listed),
    };
    let not_ready =
        not_ready.iter().map(|(method, added_on)| say::payment_method_not_ready(method, added_on));
    let unlisted = unlisted.iter().map(|(method, orders)| say::payment_method_unlisted(method, *orders));
    Ok(Found::ok(fact).with(not_ready).with(unlisted))
}

/// Payment methods that SAVAWAY has not set up yet, and the days on which they were added.
pub(super) fn not_ready(database: &Connection) -> Result<Vec<(String, String)>> {
    database.all(
        "SELECT name, added_on
         FROM payment_methods
         WHERE added_on >= ?1 AND tempostar_ready = 0
         ORDER BY name",
        [PAYMENT_SETUP_SINCE],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Payment methods of waiting orders, and how many orders each.
pub(super) fn unlisted(database: &Connection) -> Result<Vec<(String, u64)>> {
    database.all(
        "SELECT CAST(payment_method AS TEXT), count(*)
         FROM orders
         WHERE exported_at IS NULL AND cancelled_at IS NULL AND is_provisional = 0 AND payment_method <> ''
           AND payment_method NOT IN (SELECT name FROM payment_methods)
           AND order_no NOT IN (SELECT order_no FROM tempostar_batch_orders)
         GROUP BY payment_method
         ORDER BY payment_method",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_takes_too_long_is_broken_off_and_the_database_stays_usable() {
        let database = Connection::open_in_memory().unwrap();
        let count_to = |last: u64| {
            let sql =
                "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
                       SELECT count(*) FROM number";
            let query = || database.query_row(sql, [last], |row| row.get::<_, u64>(0));
            within(&database, Duration::from_millis(200), query).unwrap()
        };
        assert_eq!(count_to(1_000_000_000_000), None);
        assert_eq!(count_to(3), Some(3));
    }
}
