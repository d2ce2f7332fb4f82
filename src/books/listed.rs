//! Payment methods and product free items of the settings file, in the shop's tables: what the file names wins, and
//! what it does not name stays as the shop's application has written it.

use anyhow::Result;
use rusqlite::Connection;

use crate::books::rows::Ask;
use crate::settings::{PaymentMethod, Settings};

/// Writes what differs. A run that finds everything in place changes nothing.
pub(crate) fn list(database: &Connection, settings: &Settings) -> Result<()> {
    for method in &settings.payment_methods {
        list_payment_method(database, method)?;
    }
    for (number, name) in &settings.product_free_items {
        list_free_item(database, *number, name)?;
    }
    Ok(())
}

/// The same for a connection that must not write: its own temporary tables stand before the shop's.
pub(crate) fn list_in_memory(database: &Connection, settings: &Settings) -> Result<()> {
    if settings.payment_methods.is_empty() && settings.product_free_items.is_empty() {
        return Ok(());
    }
    database.execute_batch(
        "CREATE TEMP TABLE payment_methods (name TEXT PRIMARY KEY, is_card, added_on, tempostar_ready);
         INSERT INTO temp.payment_methods
         SELECT name, is_card, added_on, tempostar_ready FROM main.payment_methods;
         CREATE TEMP TABLE product_free_items (number INTEGER PRIMARY KEY, name TEXT UNIQUE);
         INSERT INTO temp.product_free_items
         SELECT number, name FROM main.product_free_items;",
    )?;
    list(database, settings)
}

fn list_payment_method(database: &Connection, method: &PaymentMethod) -> Result<()> {
    let PaymentMethod { name, is_card, added_on, is_ready } = method;
    let added_on = added_on.map(|day| day.to_string());
    database.change(
        "INSERT INTO payment_methods (name, is_card, added_on, tempostar_ready)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE
         SET is_card = excluded.is_card, added_on = excluded.added_on, tempostar_ready = excluded.tempostar_ready
         WHERE (is_card, added_on, tempostar_ready)
            IS NOT (excluded.is_card, excluded.added_on, excluded.tempostar_ready)",
        (name, is_card, added_on, is_ready),
    )
}

/// A name belongs to one number only: who had it loses it.
fn list_free_item(database: &Connection, number: u8, name: &str) -> Result<()> {
    let sql = "SELECT name FROM product_free_items WHERE number = ?1";
    if database.value_if_any::<String>(sql, [number])?.as_deref() == Some(name) {
        return Ok(());
    }
    database.change("DELETE FROM product_free_items WHERE name = ?1", [name])?;
    database.change(
        "INSERT INTO product_free_items (number, name)
         VALUES (?1, ?2)
         ON CONFLICT (number) DO UPDATE
         SET name = excluded.name",
        (number, name),
    )
}
