//! The checks that need settings to begin with: in their order, each with those that it stands on.

use anyhow::{Context, Result};

use super::finding::Found;
use super::world::World;
use super::{database, disks, files, folders, mail, orders, schedule, server};
use super::{settings_file, shape, work_folder, write_test};
use crate::books::batches::{Place, is_batch_name_taken};
use crate::cli::CheckSettings;
use crate::job::Job;
use crate::owner::User;
use crate::text::owner::who_runs;
use crate::text::progress::connecting;
use crate::text::{Text, check_settings as say};

/// One rung of the ladder.
pub(super) struct Rung {
    pub(super) id: &'static str,
    pub(super) title: fn() -> Text,
    /// The checks on which this one stands.
    pub(super) after: &'static [&'static str],
    /// The jobs that cannot run while it fails.
    pub(super) stops: &'static [Job],
    pub(super) look: fn(&mut World<'_>) -> Result<Found>,
}

pub(super) const NO_JOB: &[Job] = &[];

const SERVER: &[&str] = &["server-kinds"];
const FILES: &[&str] = &["work-folder", "database", "database-integrity"];
const DATABASE: &[&str] = &["database", "database-integrity"];

/// From the bottom up.
pub(super) const LADDER: &[Rung] = &[
    Rung {
        id: "samples",
        title: say::title_sample_values,
        after: &[],
        stops: NO_JOB,
        look: |world| Ok(settings_file::samples(world.settings)),
    },
    Rung {
        id: "passwords",
        title: say::title_passwords,
        after: &[],
        stops: NO_JOB,
        look: |world| Ok(settings_file::passwords(world.settings)),
    },
    Rung {
        id: "go-live",
        title: say::title_go_live,
        after: &[],
        stops: NO_JOB,
        look: |world| Ok(settings_file::go_live(world.settings)),
    },
    Rung {
        id: "language",
        title: say::title_language,
        after: &[],
        stops: NO_JOB,
        look: |_| Ok(Found::ok(say::language_here())),
    },
    Rung {
        id: "user",
        title: say::title_user,
        after: &[],
        stops: Job::ALL,
        look: |world| {
            world.settings.settle_user()?;
            Ok(Found::ok(who_runs(&User::ours().name())))
        },
    },
    Rung {
        id: "disk-space",
        title: say::title_disk_space,
        after: &["user"],
        stops: Job::ALL,
        look: |world| Ok(disks::space(world.settings)),
    },
    Rung {
        id: "work-folder",
        title: say::title_work_folder,
        after: &["disk-space"],
        stops: Job::ALL,
        look: |world| {
            let (found, work_dir) = work_folder::usable(&world.settings.work_dir, world.run_id)?;
            world.work_dir = Some(work_dir);
            Ok(found)
        },
    },
    Rung {
        id: "database",
        title: say::title_database,
        after: &["disk-space"],
        stops: Job::ALL,
        look: |world| {
            let (found, database) = database::open(world.settings)?;
            world.database = Some(database);
            Ok(found)
        },
    },
    Rung {
        id: "database-integrity",
        title: say::title_database_integrity,
        after: &["database"],
        stops: Job::ALL,
        look: |world| database::integrity(world.database()?),
    },
    Rung {
        id: "database-wal",
        title: say::title_database_wal,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| database::wal(world.database()?, &world.settings.database),
    },
    Rung {
        id: "database-write",
        title: say::title_database_write,
        after: DATABASE,
        stops: Job::ALL,
        look: |world| database::write(world.database()?),
    },
    Rung {
        id: "free-items",
        title: say::title_free_items,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| database::free_items(world.database()?, &world.settings.products.free_items),
    },
    Rung {
        id: "order-free-items",
        title: say::title_order_free_items,
        after: &[],
        stops: &[Job::Orders],
        look: |world| Ok(database::order_free_items(&world.settings.orders)),
    },
    Rung {
        id: "payment-methods",
        title: say::title_payment_methods,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| database::payment_methods(world.database()?),
    },
    Rung {
        id: "data-shape",
        title: say::title_data_shape,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| {
            let (found, odd_orders) = shape::look(world.database()?)?;
            world.odd_orders = odd_orders;
            Ok(found)
        },
    },
    Rung {
        id: "options-data",
        title: say::title_options_data,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| orders::options(world.database()?, world.settings, world.clock.now()),
    },
    Rung {
        id: "clock",
        title: say::title_clock,
        after: &[],
        stops: Job::ALL,
        look: |world| schedule::clock(world.database.as_deref(), world.clock.now()),
    },
    Rung {
        id: "server-trust",
        title: say::title_server_trust,
        after: &["settings"],
        stops: Job::ALL,
        look: |world| server::trust(&mut world.remote, &world.settings.ftp.server.tls),
    },
    Rung {
        id: "server-name",
        title: say::title_server_name,
        after: &["server-trust"],
        stops: Job::ALL,
        look: |world| {
            if world.options.offline {
                return Ok(Found::skipped(say::offline()));
            }
            // This is where the waiting is done, for the next checks too.
            world.progress.wait(&connecting());
            let approach = world.approach.insert(server::Approach::new(&mut world.remote, world.settings));
            Ok(approach.name())
        },
    },
    Rung {
        id: "server-connection",
        title: say::title_server_connection,
        after: &["server-name"],
        stops: Job::ALL,
        look: |world| Ok(world.approach()?.connection()),
    },
    Rung {
        id: "server-greeting",
        title: say::title_server_greeting,
        after: &["server-connection"],
        stops: Job::ALL,
        look: |world| Ok(world.approach()?.greeting()),
    },
    Rung {
        id: "server-encryption",
        title: say::title_server_encryption,
        after: &["server-greeting"],
        stops: Job::ALL,
        look: |world| {
            let now = world.clock.now();
            Ok(world.approach()?.encryption(now))
        },
    },
    Rung {
        id: "server-login",
        title: say::title_server_login,
        after: &["server-encryption"],
        stops: Job::ALL,
        look: |world| Ok(world.approach()?.login()),
    },
    Rung {
        id: "server-listing",
        title: say::title_server_listing,
        after: &["server-login"],
        stops: Job::ALL,
        look: |world| {
            let approach = world.approach.as_ref().context("the server was not tried")?;
            approach.listing(&mut world.remote)
        },
    },
    Rung {
        id: "server-folders",
        title: say::title_server_folders,
        after: &["server-listing"],
        stops: Job::ALL,
        look: |world| {
            world.places = folders::visit(&mut world.remote, world.settings)?;
            folders::together(&mut world.remote, &world.settings.shop.code, &world.places)
        },
    },
    Rung {
        id: "server-kinds",
        title: say::title_server_kinds,
        after: &["server-folders"],
        stops: Job::ALL,
        look: files::kinds,
    },
    Rung {
        id: folders::PRODUCTS,
        title: say::title_products_inbox,
        after: SERVER,
        stops: &[Job::Products],
        look: |world| {
            let (inbox, now) = (&world.settings.products.inbox, world.clock.now());
            folders::inbox(&mut world.places, folders::PRODUCTS, inbox, &world.settings.shop.code, now)
        },
    },
    Rung {
        id: folders::LOGISTICS,
        title: say::title_logistics_inbox,
        after: SERVER,
        stops: &[Job::Logistics],
        look: |world| {
            let (inbox, now) = (&world.settings.logistics.inbox, world.clock.now());
            folders::inbox(&mut world.places, folders::LOGISTICS, inbox, &world.settings.shop.code, now)
        },
    },
    Rung {
        id: folders::STOCK,
        title: say::title_stock_inbox,
        after: SERVER,
        stops: &[Job::Stock],
        look: |world| {
            let (inbox, now) = (&world.settings.stock.inbox, world.clock.now());
            folders::inbox(&mut world.places, folders::STOCK, inbox, &world.settings.shop.code, now)
        },
    },
    Rung {
        id: folders::ORDERS,
        title: say::title_orders_outbox,
        after: SERVER,
        stops: &[Job::Orders],
        look: |world| {
            let database = world.database.as_deref();
            let is_known = |name: &str| database.map_or(Ok(true), |books| is_batch_name_taken(books, name));
            folders::outbox(&mut world.places, world.clock.now(), is_known)
        },
    },
    Rung {
        id: WRITE_TEST,
        title: say::title_write_test,
        after: &["work-folder", folders::ORDERS],
        stops: &[Job::Orders],
        look: |world| world.try_outbox(),
    },
    Rung {
        id: "products-archive",
        title: say::title_products_archive,
        after: &[WRITE_TEST, folders::PRODUCTS],
        stops: &[Job::Products],
        look: |world| world.try_inbox(&world.settings.products.inbox, "products.inbox"),
    },
    Rung {
        id: "logistics-archive",
        title: say::title_logistics_archive,
        after: &[WRITE_TEST, folders::LOGISTICS],
        stops: &[Job::Logistics],
        look: |world| world.try_inbox(&world.settings.logistics.inbox, "logistics.inbox"),
    },
    Rung {
        id: "stock-archive",
        title: say::title_stock_archive,
        after: &[WRITE_TEST, folders::STOCK],
        stops: &[Job::Stock],
        look: |world| world.try_inbox(&world.settings.stock.inbox, "stock.inbox"),
    },
    Rung {
        id: "server-clock",
        title: say::title_server_clock,
        after: &[WRITE_TEST],
        stops: NO_JOB,
        look: |world| {
            let written = world.written.as_ref().context("nothing was written")?;
            if let Some(books) = &world.database {
                write_test::remember(books, &Place::new(world.settings).server, written)?;
            }
            Ok(write_test::difference_told(written))
        },
    },
    Rung {
        id: "products-file",
        title: say::title_products_file,
        after: FILES,
        stops: &[Job::Products],
        look: |world| files::look(world, &files::PRODUCTS),
    },
    Rung {
        id: "logistics-file",
        title: say::title_logistics_file,
        after: FILES,
        stops: &[Job::Logistics],
        look: |world| files::look(world, &files::LOGISTICS),
    },
    Rung {
        id: "stock-file",
        title: say::title_stock_file,
        after: FILES,
        stops: &[Job::Stock],
        look: |world| files::look(world, &files::STOCK),
    },
    Rung {
        id: "orders",
        title: say::title_orders,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| {
            let now = world.clock.now();
            orders::waiting(world.database()?, world.settings, &world.odd_orders, now)
        },
    },
    Rung {
        id: "allocations",
        title: say::title_allocations,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| database::allocations(world.database()?, world.settings),
    },
    Rung {
        id: "orders-taken",
        title: say::title_orders_taken,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| {
            let database = world.database.as_deref().context("no database")?;
            let is_outbox_known = world.passed.contains(&folders::ORDERS);
            let remote = is_outbox_known.then_some(&mut world.remote);
            orders::taken(database, world.settings, world.clock.now(), remote)
        },
    },
    Rung {
        id: "schedule",
        title: say::title_schedule,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| schedule::last_successes(world.database()?, world.settings, world.clock.now()),
    },
    Rung {
        id: "running-jobs",
        title: say::title_running_jobs,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| schedule::locks(world.database()?, world.settings, world.clock.now()),
    },
    Rung {
        id: "mail",
        title: say::title_mail,
        after: &["settings"],
        stops: NO_JOB,
        look: |world| Ok(mail::look(world.settings, world.options, world.clock.now())),
    },
];

pub(super) const WRITE_TEST: &str = "write-test";

/// The checks that write on the server; they are made only where that was asked for.
pub(super) const WRITING: [&str; 5] =
    [WRITE_TEST, "products-archive", "logistics-archive", "stock-archive", "server-clock"];

/// The rungs that were asked for.
pub(super) fn ladder(options: &CheckSettings) -> impl Iterator<Item = &'static Rung> {
    LADDER.iter().filter(move |rung| options.write_test || !WRITING.contains(&rung.id))
}
