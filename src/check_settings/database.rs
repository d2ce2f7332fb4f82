//! The shop's database: can it be used, and does it hold what the jobs count on?

use anyhow::Result;
use rusqlite::{Connection, TransactionBehavior};

use super::{Finding, Found, Who};
use crate::jobs::export_orders::PAYMENT_SETUP_SINCE;
use crate::report::Exit;
use crate::settings::Settings;
use crate::shop;
use crate::text::{Text, check_settings as say, shop as say_shop};

/// Opens the database as a job does: it is created, migrated and stamped where need be.
pub(super) fn open(settings: &Settings) -> Result<(Found, Connection)> {
    let path = &settings.database;
    let shown = path.display().to_string();
    let before = shop::found_version(path);
    let database = shop::open(settings)?;
    let version = shop::known_version();
    let fact = match before {
        None | Some(0) => say::database_created(&shown, version),
        Some(found) if found < version => say::database_migrated(&shown, found, version),
        Some(_) => say::database_opened(&shown, version),
    };
    Ok((Found::ok(fact), database))
}

/// A look at the structure of the whole file.
pub(super) fn integrity(database: &Connection) -> Result<Found> {
    let verdict: String = database.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(Found::ok(say::database_intact()));
    }
    let finding = Finding::new(&[Who::Support], say_shop::database_corrupt(&verdict));
    Ok(Found::failed(vec![Finding { exit: Exit::Database, ..finding }]))
}

/// Whether the shop can read while we write; network file systems cannot do that.
pub(super) fn wal(database: &Connection) -> Result<Found> {
    let mode: String = database.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    Ok(match mode.as_str() {
        "wal" => Found::ok(say::database_wal()),
        mode => Found::failed(vec![Finding::new(&[Who::Support], say::not_wal(mode))]),
    })
}

/// Takes the write lock, writes, and takes it back.
pub(super) fn write(database: &Connection) -> Result<Found> {
    let transaction = rusqlite::Transaction::new_unchecked(database, TransactionBehavior::Immediate)?;
    shop::set_meta(&transaction, "check-settings", "")?;
    transaction.rollback()?;
    Ok(Found::ok(say::database_writable()))
}

/// Free items that the settings map, and that the shop has defined.
pub(super) fn free_items(database: &Connection, mapped: &[(String, u8)]) -> Result<Found> {
    let mut statement = database.prepare("SELECT number, name FROM product_free_items")?;
    let defined: Vec<(u8, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let problems = mapped.iter().filter_map(|(column, number)| {
        let namesake = defined.iter().find(|(_, name)| name == column).map(|(defined, _)| *defined);
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
    let findings = problems.map(|problem| Finding::new(&[Who::Support], problem));
    Ok(Found::ok(say::free_items(defined.len(), mapped.len())).with_all(findings))
}

/// Payment methods by which orders would be held back.
pub(super) fn payment_methods(database: &Connection) -> Result<Found> {
    let listed: usize = database.query_row("SELECT count(*) FROM payment_methods", [], |row| row.get(0))?;
    if listed == 0 {
        return Ok(Found::failed(vec![Finding::new(&[Who::Support], say::payment_methods_empty())]));
    }
    let not_ready = not_ready(database)?.into_iter().map(|(method, added_on)| {
        let problem = say::payment_method_not_ready(&method, &added_on);
        Finding::new(&[Who::Shop, Who::Savaway, Who::Support], problem)
    });
    let unlisted = unlisted(database)?
        .into_iter()
        .map(|(method, orders)| Finding::new(&[Who::Support], say::payment_method_unlisted(&method, orders)));
    let found = Found::ok(Text::default()).with_all(not_ready).with_all(unlisted);
    let fact = if found.findings.is_empty() {
        say::payment_methods(listed)
    } else {
        say::payment_methods_listed(listed)
    };
    Ok(Found { fact, ..found })
}

fn not_ready(database: &Connection) -> Result<Vec<(String, String)>> {
    let mut statement = database.prepare(
        "SELECT name, added_on
         FROM payment_methods
         WHERE added_on >= ?1 AND tempostar_ready = 0
         ORDER BY name",
    )?;
    let rows = statement.query_map([PAYMENT_SETUP_SINCE], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Payment methods of waiting orders, and how many orders each.
fn unlisted(database: &Connection) -> Result<Vec<(String, u64)>> {
    let mut statement = database.prepare(
        "SELECT CAST(payment_method AS TEXT), count(*)
         FROM orders
         WHERE exported_at IS NULL AND cancelled_at IS NULL AND is_provisional = 0 AND payment_method <> ''
           AND payment_method NOT IN (SELECT name FROM payment_methods)
           AND order_no NOT IN (SELECT order_no FROM tempostar_batch_orders)
         GROUP BY payment_method
         ORDER BY payment_method",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
