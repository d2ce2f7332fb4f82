//! `check-settings`: tells whether everything works that the jobs need, and if not, what is wrong and who must act.
//!
//! The checks form a ladder: each is tried only where those that it stands on have passed, so that one root cause
//! is one error, and what follows from it is skipped and names it. A further check is a row of `ladder::LADDER`, a
//! function in the file of its topic, and its sentences.
//!
//! Nothing here changes the shop's data. The database is created and migrated as any job would do it.

mod checked;
mod database;
mod disks;
mod files;
mod finding;
mod folders;
mod ladder;
mod locks;
mod mail;
mod orders;
mod schedule;
mod server;
mod settings_file;
mod shape;
mod show;
mod work_folder;
mod world;
mod write_test;

use std::collections::HashSet;
use std::path::Path;

use anyhow::Result;

use crate::cli::CheckSettings;
use crate::interrupt;
use crate::moment::Clock;
use crate::problem::Failure;
use crate::progress::Progress;
use crate::server::{Error as ServerError, Remote};
use crate::settings::{Ftp, Settings};
use crate::sync::failure_of;
use crate::text::books::database_busy;
use crate::text::progress::checking;
use crate::text::{Text, check_settings as say};

use self::checked::Checked;
use self::finding::{Check, Finding, Found, Status, check, first_mend};
use self::ladder::{LADDER, Rung, ladder};
use self::world::World;

/// Runs the checks. `run_id` becomes part of the names of files that are made to try things out. `but_secrets` is for what
/// needs no password, where it is the passwords that are wrong.
pub fn run(
    settings: Result<Settings, Failure>,
    but_secrets: Option<Settings>,
    options: &CheckSettings,
    run_id: &str,
    clock: &Clock,
    progress: &Progress,
) -> Checked {
    let (mut checks, settings) = settings_file::judge(settings, but_secrets);
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
        checks,
        remote: Remote::new(&ftp),
        work_dir: None,
        database: None,
        approach: None,
        odd_orders: HashSet::new(),
        places: Vec::new(),
        probe: None,
        written: None,
    };
    for rung in ladder(options) {
        let check = climb(rung, &mut world);
        world.checks.push(check);
    }
    world.remote.close();
    let stopped = interrupt::is_requested().then(|| interrupt::reason().exit);
    Checked { environment: Some(settings.environment.as_str()), checks: world.checks, stopped }
}

/// All checks in their order: id and title.
pub fn titles() -> impl Iterator<Item = (&'static str, Text)> {
    let first = [("settings", say::title_settings()), ("options", say::title_options())];
    first.into_iter().chain(LADDER.iter().map(|rung| (rung.id, (rung.title)())))
}

/// Looks, if all that the rung stands on has passed.
fn climb(rung: &Rung, world: &mut World<'_>) -> Check {
    if interrupt::is_requested() {
        return check(rung.id, (rung.title)(), rung.stops, Found::skipped(say::stopped()));
    }
    if !rung.after.iter().all(|id| world.has_passed(id)) {
        return not_tried(rung, &world.checks);
    }
    world.progress.wait(&checking().because(&(rung.title)()));
    let found = (rung.look)(world);
    let found = found.unwrap_or_else(|error| Found::failed(explain(&error, &world.settings.database)));
    check(rung.id, (rung.title)(), rung.stops, found)
}

/// What an error that ends a check means to a person.
fn explain(error: &anyhow::Error, database: &Path) -> Vec<Finding> {
    if let Some(error) = error.downcast_ref::<ServerError>() {
        return vec![server::finding(error)];
    }
    let mut findings = Finding::all_of(failure_of(error));
    for finding in &mut findings {
        if finding.problem.is(&database_busy::KIND) {
            finding.problem.hint = locks::hint(database);
        }
    }
    findings
}

/// A check that stands on one that has not passed: it names the root cause.
fn not_tried(rung: &Rung, checks: &[Check]) -> Check {
    let earlier = checks.iter().find(|check| {
        let is_first = ["settings", "options"].contains(&check.id);
        let is_below = is_first || rung.after.is_empty() || rung.after.contains(&check.id);
        is_below && matches!(check.status, Status::Error | Status::Skipped)
    });
    let why = match earlier {
        Some(check) if check.status == Status::Skipped => check.fact.clone(),
        Some(check) => first_mend(&check.title),
        None => Text::default(),
    };
    check(rung.id, (rung.title)(), rung.stops, Found::skipped(why))
}
