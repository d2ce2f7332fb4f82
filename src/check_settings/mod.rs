//! `check-settings`: tells whether everything works that the jobs need, and if not, what is wrong and who must act.
//!
//! The checks form a ladder: each is tried only where those that it stands on have passed, so that one root cause
//! is one error, and what follows from it is skipped and names it. A further check is a row of `LADDER`, a
//! function in the file of its topic, and its sentences.
//!
//! Nothing here changes the shop's data. The database is created and migrated as any job would do it.

mod database;
mod disks;
mod files;
mod folders;
mod locks;
mod mail;
mod orders;
mod schedule;
mod server;
mod settings_file;
mod show;
#[cfg(test)]
mod tests;
mod work_folder;
mod write_test;

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::Connection;

use crate::cli::CheckSettings;
use crate::clock::Clock;
use crate::interrupt;
use crate::jobs::{export_orders, import_logistics, import_products, import_stock};
use crate::progress::Progress;
use crate::remote::{self, Remote};
use crate::report::{Exit, Failure, Problem, Severity};
use crate::settings::{Ftp, Inbox, Settings};
use crate::sync::failure_of;
use crate::text::progress::{checking, connecting};
use crate::text::{Text, check_settings as say};
use crate::work_dir::WorkDir;

pub use self::show::Colours;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    Ok,
    /// Works, but somebody should look at it.
    Warning,
    /// Does not work.
    Error,
    /// Could not be tried.
    Skipped,
}

/// Somebody who can mend something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// 店舗様
    Shop,
    /// SAVAWAY, who run TEMPOSTAR.
    Savaway,
    /// 弊社: whoever runs the shop's platform and this program.
    Support,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What, and what to do.
    pub problem: Problem,
    /// Who should act, in this order.
    pub who: &'static [Who],
    /// The exit code that it asks for, if it is an error.
    pub exit: Exit,
}

/// One check and what it saw.
#[derive(Clone, Debug)]
pub struct Check {
    /// Stable kebab-case word.
    pub id: &'static str,
    /// What was checked.
    pub title: Text,
    /// How it came out.
    pub status: Status,
    /// The fact that was seen, or why nothing was tried; can be empty where there are findings.
    pub fact: Text,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// The jobs that cannot run while this check fails.
    stops: &'static [&'static str],
}

/// Whether a job can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Everything that it needs was checked and works.
    Ready,
    /// Something that it needs does not work.
    Blocked,
    /// Something that it needs was not checked.
    Untested,
}

/// All checks of a run.
#[derive(Clone, Debug)]
pub struct Checked {
    /// `demo` or `production`; `None` when the settings could not be read.
    pub environment: Option<&'static str>,
    /// In the order of the ladder.
    pub checks: Vec<Check>,
    /// The exit code of the signal that ended them early.
    pub stopped: Option<Exit>,
}

/// What one look has seen.
struct Found {
    status: Status,
    fact: Text,
    findings: Vec<Finding>,
}

impl Found {
    fn ok(fact: Text) -> Self {
        Self { status: Status::Ok, fact, findings: Vec::new() }
    }

    fn skipped(why: Text) -> Self {
        Self { status: Status::Skipped, ..Self::ok(why) }
    }

    fn failed(findings: Vec<Finding>) -> Self {
        findings.into_iter().fold(Self::ok(Text::default()), Self::with)
    }

    fn with(mut self, finding: Finding) -> Self {
        let status = match finding.problem.severity {
            Severity::Note => Status::Ok,
            Severity::Warning => Status::Warning,
            Severity::Error => Status::Error,
        };
        self.status = self.status.max(status);
        self.findings.push(finding);
        self
    }

    fn with_all(self, findings: impl IntoIterator<Item = Finding>) -> Self {
        findings.into_iter().fold(self, Self::with)
    }
}

impl Finding {
    fn new(who: &'static [Who], problem: Problem) -> Self {
        Self { problem, who, exit: Exit::Settings }
    }

    fn all_of(failure: Failure) -> Vec<Self> {
        let exit = failure.exit;
        let finding = |problem| Self { exit, ..Self::new(&[Who::Support], problem) };
        failure.problems.into_iter().map(finding).collect()
    }
}

/// One rung of the ladder.
struct Rung {
    id: &'static str,
    title: fn() -> Text,
    /// The checks on which this one stands.
    after: &'static [&'static str],
    /// The jobs that cannot run while it fails.
    stops: &'static [&'static str],
    look: fn(&mut World<'_>) -> Result<Found>,
}

const ALL_JOBS: &[&str] =
    &[import_products::COMMAND, import_logistics::COMMAND, import_stock::COMMAND, export_orders::COMMAND];
const NO_JOB: &[&str] = &[];

/// Read, write or enter, for users who are neither the owner nor of the group.
const OTHERS: u32 = 0o007;

const SERVER: &[&str] = &["server-folders"];
const FILES: &[&str] = &["work-folder", "database", "database-integrity"];
const DATABASE: &[&str] = &["database", "database-integrity"];

/// The checks that need settings to begin with, in their order.
const LADDER: &[Rung] = &[
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
        id: "disk-space",
        title: say::title_disk_space,
        after: &[],
        stops: ALL_JOBS,
        look: |world| Ok(disks::space(world.settings)),
    },
    Rung {
        id: "work-folder",
        title: say::title_work_folder,
        after: &["disk-space"],
        stops: ALL_JOBS,
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
        stops: ALL_JOBS,
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
        stops: ALL_JOBS,
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
        stops: ALL_JOBS,
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
        stops: &[export_orders::COMMAND],
        look: |world| Ok(database::order_free_items(&world.settings.orders.free_items)),
    },
    Rung {
        id: "payment-methods",
        title: say::title_payment_methods,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| database::payment_methods(world.database()?),
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
        stops: ALL_JOBS,
        look: |world| schedule::clock(world.database.as_ref(), world.clock.now()),
    },
    Rung {
        id: "server-trust",
        title: say::title_server_trust,
        after: &[],
        stops: ALL_JOBS,
        look: |world| server::trust(&mut world.remote, &world.settings.ftp.server.tls),
    },
    Rung {
        id: "server-name",
        title: say::title_server_name,
        after: &["server-trust"],
        stops: ALL_JOBS,
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
        stops: ALL_JOBS,
        look: |world| Ok(world.approach()?.connection()),
    },
    Rung {
        id: "server-greeting",
        title: say::title_server_greeting,
        after: &["server-connection"],
        stops: ALL_JOBS,
        look: |world| Ok(world.approach()?.greeting()),
    },
    Rung {
        id: "server-encryption",
        title: say::title_server_encryption,
        after: &["server-greeting"],
        stops: ALL_JOBS,
        look: |world| {
            let now = world.clock.now();
            Ok(world.approach()?.encryption(now))
        },
    },
    Rung {
        id: "server-login",
        title: say::title_server_login,
        after: &["server-encryption"],
        stops: ALL_JOBS,
        look: |world| Ok(world.approach()?.login()),
    },
    Rung {
        id: "server-listing",
        title: say::title_server_listing,
        after: &["server-login"],
        stops: ALL_JOBS,
        look: |world| {
            let approach = world.approach.as_ref().context("the server was not tried")?;
            approach.listing(&mut world.remote)
        },
    },
    Rung {
        id: "server-folders",
        title: say::title_server_folders,
        after: &["server-listing"],
        stops: ALL_JOBS,
        look: |world| {
            world.places = folders::visit(&mut world.remote, world.settings)?;
            folders::together(&mut world.remote, &world.settings.shop.code, &world.places)
        },
    },
    Rung {
        id: folders::PRODUCTS,
        title: say::title_products_inbox,
        after: SERVER,
        stops: &[import_products::COMMAND],
        look: |world| {
            let (inbox, now) = (&world.settings.products.inbox, world.clock.now());
            folders::inbox(&mut world.places, folders::PRODUCTS, inbox, now)
        },
    },
    Rung {
        id: folders::LOGISTICS,
        title: say::title_logistics_inbox,
        after: SERVER,
        stops: &[import_logistics::COMMAND],
        look: |world| {
            let (inbox, now) = (&world.settings.logistics.inbox, world.clock.now());
            folders::inbox(&mut world.places, folders::LOGISTICS, inbox, now)
        },
    },
    Rung {
        id: folders::STOCK,
        title: say::title_stock_inbox,
        after: SERVER,
        stops: &[import_stock::COMMAND],
        look: |world| {
            let (inbox, now) = (&world.settings.stock.inbox, world.clock.now());
            folders::inbox(&mut world.places, folders::STOCK, inbox, now)
        },
    },
    Rung {
        id: folders::ORDERS,
        title: say::title_orders_outbox,
        after: SERVER,
        stops: &[export_orders::COMMAND],
        look: |world| folders::outbox(&mut world.places, world.clock.now()),
    },
    Rung {
        id: WRITE_TEST,
        title: say::title_write_test,
        after: &["work-folder", folders::ORDERS],
        stops: &[export_orders::COMMAND],
        look: |world| world.try_outbox(),
    },
    Rung {
        id: "products-archive",
        title: say::title_products_archive,
        after: &[WRITE_TEST, folders::PRODUCTS],
        stops: &[import_products::COMMAND],
        look: |world| world.try_inbox(&world.settings.products.inbox, "products.inbox"),
    },
    Rung {
        id: "logistics-archive",
        title: say::title_logistics_archive,
        after: &[WRITE_TEST, folders::LOGISTICS],
        stops: &[import_logistics::COMMAND],
        look: |world| world.try_inbox(&world.settings.logistics.inbox, "logistics.inbox"),
    },
    Rung {
        id: "stock-archive",
        title: say::title_stock_archive,
        after: &[WRITE_TEST, folders::STOCK],
        stops: &[import_stock::COMMAND],
        look: |world| world.try_inbox(&world.settings.stock.inbox, "stock.inbox"),
    },
    Rung {
        id: "server-clock",
        title: say::title_server_clock,
        after: &[WRITE_TEST],
        stops: NO_JOB,
        look: |world| Ok(write_test::clock(world.written.as_ref().context("nothing was written")?)),
    },
    Rung {
        id: "products-file",
        title: say::title_products_file,
        after: FILES,
        stops: &[import_products::COMMAND],
        look: |world| files::look(world, &files::PRODUCTS),
    },
    Rung {
        id: "logistics-file",
        title: say::title_logistics_file,
        after: FILES,
        stops: &[import_logistics::COMMAND],
        look: |world| files::look(world, &files::LOGISTICS),
    },
    Rung {
        id: "stock-file",
        title: say::title_stock_file,
        after: FILES,
        stops: &[import_stock::COMMAND],
        look: |world| files::look(world, &files::STOCK),
    },
    Rung {
        id: "orders",
        title: say::title_orders,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| orders::waiting(world.database()?, world.settings, world.clock.now()),
    },
    Rung {
        id: "orders-taken",
        title: say::title_orders_taken,
        after: DATABASE,
        stops: NO_JOB,
        look: |world| {
            let database = world.database.as_ref().context("no database")?;
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
        after: &[],
        stops: NO_JOB,
        look: |world| Ok(mail::look(world.settings, world.options, world.clock.now())),
    },
];

/// The problem of a database that another program keeps locked.
const DATABASE_BUSY: &str = "database-busy";

const WRITE_TEST: &str = "write-test";

/// The checks that write on the server; they are made only where that was asked for.
const WRITING: [&str; 5] =
    [WRITE_TEST, "products-archive", "logistics-archive", "stock-archive", "server-clock"];

/// What the checks look at, and what an earlier one leaves to the later ones.
struct World<'a> {
    settings: &'a Settings,
    options: &'a CheckSettings,
    run_id: &'a str,
    clock: &'a Clock,
    progress: &'a Progress,
    /// The checks that have passed so far.
    passed: Vec<&'static str>,
    remote: Remote<'a>,
    work_dir: Option<WorkDir>,
    database: Option<Connection>,
    approach: Option<server::Approach<'a>>,
    places: Vec<folders::Place>,
    probe: Option<write_test::Probe>,
    written: Option<write_test::Written>,
}

impl<'a> World<'a> {
    fn database(&self) -> Result<&Connection> {
        self.database.as_ref().context("no database")
    }

    fn has_passed(&self, id: &str) -> bool {
        self.passed.contains(&id)
    }

    fn approach(&mut self) -> Result<&mut server::Approach<'a>> {
        self.approach.as_mut().context("the server was not tried")
    }

    fn try_outbox(&mut self) -> Result<Found> {
        let work_dir = self.work_dir.as_ref().context("no work folder")?;
        let probe = self.probe.insert(write_test::Probe::write(work_dir, self.run_id)?);
        let outbox = &self.settings.orders.outbox;
        let (found, written) = write_test::outbox(&mut self.remote, outbox, probe, self.clock);
        self.written = written;
        Ok(found)
    }

    /// `setting` names the inbox.
    fn try_inbox(&mut self, inbox: &Inbox, setting: &str) -> Result<Found> {
        let probe = self.probe.as_ref().context("no probe")?;
        Ok(write_test::inbox(&mut self.remote, inbox, setting, probe))
    }
}

/// Runs the checks. `run_id` becomes part of the names of files that are made to try things out.
pub fn run(
    settings: Result<Settings, Failure>,
    options: &CheckSettings,
    run_id: &str,
    clock: &Clock,
    progress: &Progress,
) -> Checked {
    let (mut checks, settings) = settings_file::judge(settings);
    let Some(settings) = settings else {
        for rung in ladder(options) {
            checks.push(not_tried(rung, &checks));
        }
        return Checked { environment: None, checks, stopped: None };
    };
    // Whoever waits at the screen wants to hear of a fault soon; one more try sorts out mere chance.
    let ftp = Ftp { retries: settings.ftp.retries.min(1), ..settings.ftp.clone() };
    let mut world = World {
        settings: &settings,
        options,
        run_id,
        clock,
        progress,
        passed: Vec::new(),
        remote: Remote::new(&ftp),
        work_dir: None,
        database: None,
        approach: None,
        places: Vec::new(),
        probe: None,
        written: None,
    };
    for rung in ladder(options) {
        let is_open = rung.after.iter().all(|id| world.has_passed(id));
        let check = match is_open {
            _ if interrupt::is_requested() => {
                check(rung.id, (rung.title)(), rung.stops, Found::skipped(say::stopped()))
            }
            true => {
                progress.wait(&checking().because(&(rung.title)()));
                climb(rung, &mut world)
            }
            false => not_tried(rung, &checks),
        };
        if matches!(check.status, Status::Ok | Status::Warning) {
            world.passed.push(check.id);
        }
        checks.push(check);
    }
    world.remote.close();
    let stopped = interrupt::is_requested().then(interrupt::exit);
    Checked { environment: Some(settings.environment.as_str()), checks, stopped }
}

/// All checks in their order: id and title.
pub fn titles() -> impl Iterator<Item = (&'static str, Text)> {
    let first = [("settings", say::title_settings()), ("options", say::title_options())];
    first.into_iter().chain(LADDER.iter().map(|rung| (rung.id, (rung.title)())))
}

/// The rungs that were asked for.
fn ladder(options: &CheckSettings) -> impl Iterator<Item = &'static Rung> {
    LADDER.iter().filter(move |rung| options.write_test || !WRITING.contains(&rung.id))
}

fn climb(rung: &Rung, world: &mut World<'_>) -> Check {
    let found = (rung.look)(world);
    let found = found.unwrap_or_else(|error| Found::failed(explain(&error, &world.settings.database)));
    check(rung.id, (rung.title)(), rung.stops, found)
}

/// What an error that ends a check means to a person.
fn explain(error: &anyhow::Error, database: &Path) -> Vec<Finding> {
    if let Some(error) = error.downcast_ref::<remote::Error>() {
        return vec![server::finding(error)];
    }
    let mut findings = Finding::all_of(failure_of(error));
    for finding in &mut findings {
        if finding.problem.code == DATABASE_BUSY {
            finding.problem.hint = locks::hint(database);
        }
    }
    findings
}

/// A check that stands on one that has not passed: it names the root cause.
fn not_tried(rung: &Rung, checks: &[Check]) -> Check {
    let earlier = checks.iter().find(|check| {
        let is_below = rung.after.is_empty() || rung.after.contains(&check.id);
        is_below && matches!(check.status, Status::Error | Status::Skipped)
    });
    let why = match earlier {
        Some(check) if check.status == Status::Skipped => check.fact.clone(),
        Some(check) => first_mend(&check.title),
        None => Text::default(),
    };
    check(rung.id, (rung.title)(), rung.stops, Found::skipped(why))
}

fn first_mend(title: &Text) -> Text {
    Text { ja: say::first_mend(&title.ja).ja, en: say::first_mend(&title.en).en }
}

fn check(id: &'static str, title: Text, stops: &'static [&'static str], found: Found) -> Check {
    Check { id, title, status: found.status, fact: found.fact, findings: found.findings, stops }
}

impl Checked {
    /// 0 when nothing is an error; 5 when only the network is at fault, 8 when only the database is; else 6. After a
    /// signal, the signal's.
    pub fn exit(&self) -> Exit {
        if let Some(exit) = self.stopped {
            return exit;
        }
        let mut exits = self
            .checks
            .iter()
            .flat_map(|check| &check.findings)
            .filter(|finding| finding.problem.severity == Severity::Error)
            .map(|finding| finding.exit);
        match exits.next() {
            None => Exit::Ok,
            Some(first @ (Exit::Remote | Exit::Database | Exit::Internal))
                if exits.all(|exit| exit == first) =>
            {
                first
            }
            Some(_) => Exit::Settings,
        }
    }

    /// Everything that is not as it should be; the hints say who must act.
    pub fn problems(&self) -> Vec<Problem> {
        self.checks
            .iter()
            .flat_map(|check| &check.findings)
            .map(|finding| Problem { hint: show::hint(finding), ..finding.problem.clone() })
            .collect()
    }

    /// Whether each of the four jobs can run.
    pub fn jobs(&self) -> Vec<(&'static str, Readiness)> {
        ALL_JOBS.iter().map(|job| (*job, self.readiness(job))).collect()
    }

    fn readiness(&self, job: &str) -> Readiness {
        let needed = self.checks.iter().filter(|check| check.stops.contains(&job));
        needed.fold(Readiness::Ready, |readiness, check| match (check.status, readiness) {
            (Status::Error, _) | (_, Readiness::Blocked) => Readiness::Blocked,
            (Status::Skipped, _) => Readiness::Untested,
            (Status::Ok | Status::Warning, readiness) => readiness,
        })
    }
}
