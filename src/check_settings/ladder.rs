//! The checks that need settings to begin with: in their order, each with those that it stands on.

use anyhow::Result;

use super::finding::Found;
use super::folders::OUTBOX;
use super::world::World;
use super::{database, disks, files, mail, orders, schedule, server, settings_file, shape, work_folder};
use crate::cli::CheckSettings;
use crate::job::Job::{self, Logistics, Orders, Products, Stock};
use crate::owner::User;
use crate::server::Step::{Connect, Greet, LogIn, Secure};
use crate::text::owner::who_runs;
use crate::text::{Text, check_settings as say};

type Look = fn(&mut World<'_>) -> Result<Found>;

pub(super) struct Rung {
    pub(super) id: &'static str,
    pub(super) title: fn() -> Text,
    /// The checks on which this one stands.
    pub(super) after: &'static [&'static str],
    /// The jobs that cannot run while it fails.
    pub(super) stops: &'static [Job],
    pub(super) look: Look,
}

const fn rung(
    id: &'static str,
    title: fn() -> Text,
    after: &'static [&'static str],
    stops: &'static [Job],
    look: Look,
) -> Rung {
    Rung { id, title, after, stops, look }
}

const ALL: &[Job] = Job::ALL;
const NONE: &[Job] = &[];

const SERVER: &[&str] = &["server-kinds"];
const FILES: &[&str] = &["work-folder", "database", "database-integrity"];
const DATABASE: &[&str] = &["database", "database-integrity"];

pub(super) const WRITE_TEST: &str = "write-test";

/// From the bottom up.
pub(super) const LADDER: &[Rung] = &[
    rung("samples", say::title_sample_values, &[], NONE, |w| Ok(settings_file::samples(w.settings))),
    rung("passwords", say::title_passwords, &[], NONE, |w| Ok(settings_file::passwords(w.settings))),
    rung("go-live", say::title_go_live, &[], NONE, |w| Ok(settings_file::go_live(w.settings))),
    rung("language", say::title_language, &[], NONE, |_| Ok(Found::ok(say::language_here()))),
    rung("user", say::title_user, &[], ALL, user),
    rung("disk-space", say::title_disk_space, &["user"], ALL, |w| Ok(disks::space(w.settings))),
    rung("work-folder", say::title_work_folder, &["disk-space"], ALL, work_folder::usable),
    rung("database", say::title_database, &["disk-space"], ALL, database::open),
    rung("database-integrity", say::title_database_integrity, &["database"], ALL, database::integrity),
    rung("database-wal", say::title_database_wal, DATABASE, NONE, database::wal),
    rung("database-write", say::title_database_write, DATABASE, ALL, database::write),
    rung("free-items", say::title_free_items, DATABASE, NONE, database::free_items),
    rung("order-free-items", say::title_order_free_items, &[], &[Orders], database::order_free_items),
    rung("payment-methods", say::title_payment_methods, DATABASE, NONE, database::payment_methods),
    rung("data-shape", say::title_data_shape, DATABASE, NONE, shape::look),
    rung("options-data", say::title_options_data, DATABASE, NONE, orders::options),
    rung("clock", say::title_clock, &[], ALL, schedule::clock),
    rung("server-trust", say::title_server_trust, &["settings"], ALL, |w| w.trust()),
    rung("server-name", say::title_server_name, &["server-trust"], ALL, |w| w.approach()),
    rung("server-connection", say::title_server_connection, &["server-name"], ALL, |w| w.step(Connect)),
    rung("server-greeting", say::title_server_greeting, &["server-connection"], ALL, |w| w.step(Greet)),
    rung("server-encryption", say::title_server_encryption, &["server-greeting"], ALL, |w| w.step(Secure)),
    rung("server-login", say::title_server_login, &["server-encryption"], ALL, |w| w.step(LogIn)),
    rung("server-listing", say::title_server_listing, &["server-login"], ALL, |w| {
        server::listing(&mut w.remote)
    }),
    rung("server-folders", say::title_server_folders, &["server-listing"], ALL, |w| w.visit()),
    rung("server-kinds", say::title_server_kinds, &["server-folders"], ALL, files::kinds),
    rung("products-inbox", say::title_products_inbox, SERVER, &[Products], |w| w.inbox(Products)),
    rung("logistics-inbox", say::title_logistics_inbox, SERVER, &[Logistics], |w| w.inbox(Logistics)),
    rung("stock-inbox", say::title_stock_inbox, SERVER, &[Stock], |w| w.inbox(Stock)),
    rung(OUTBOX, say::title_orders_outbox, SERVER, &[Orders], |w| w.outbox()),
    rung(WRITE_TEST, say::title_write_test, &["work-folder", OUTBOX], &[Orders], |w| w.write_to_outbox()),
    rung(
        "products-archive",
        say::title_products_archive,
        &[WRITE_TEST, "products-inbox"],
        &[Products],
        |w| w.write_to_inbox(Products),
    ),
    rung(
        "logistics-archive",
        say::title_logistics_archive,
        &[WRITE_TEST, "logistics-inbox"],
        &[Logistics],
        |w| w.write_to_inbox(Logistics),
    ),
    rung("stock-archive", say::title_stock_archive, &[WRITE_TEST, "stock-inbox"], &[Stock], |w| {
        w.write_to_inbox(Stock)
    }),
    rung("server-clock", say::title_server_clock, &[WRITE_TEST], NONE, |w| w.compare_clocks()),
    rung("products-file", say::title_products_file, FILES, &[Products], |w| files::look(w, Products)),
    rung("logistics-file", say::title_logistics_file, FILES, &[Logistics], |w| files::look(w, Logistics)),
    rung("stock-file", say::title_stock_file, FILES, &[Stock], |w| files::look(w, Stock)),
    rung("orders", say::title_orders, DATABASE, NONE, orders::waiting),
    rung("allocations", say::title_allocations, DATABASE, NONE, database::allocations),
    rung("orders-taken", say::title_orders_taken, DATABASE, NONE, orders::taken),
    rung("schedule", say::title_schedule, DATABASE, NONE, schedule::last_successes),
    rung("running-jobs", say::title_running_jobs, DATABASE, NONE, schedule::locks),
    rung("mail", say::title_mail, &["settings"], NONE, |w| {
        Ok(mail::look(w.settings, w.options, w.clock.now()))
    }),
];

/// The checks that write on the server; they are made only where that was asked for.
const WRITING: [&str; 5] =
    [WRITE_TEST, "products-archive", "logistics-archive", "stock-archive", "server-clock"];

pub(super) fn ladder(options: &CheckSettings) -> impl Iterator<Item = &'static Rung> {
    LADDER.iter().filter(move |rung| options.write_test || !WRITING.contains(&rung.id))
}

fn user(world: &mut World<'_>) -> Result<Found> {
    world.settings.settle_user()?;
    Ok(Found::ok(who_runs(&User::ours().name())))
}
