//! `check-settings`: tells whether everything works that the jobs need, and if not, what is wrong and who must act.
//!
//! The checks form a ladder: each is tried only where those that it stands on have passed, so that one root cause
//! is one error, and what follows from it is skipped and names it. A further check is a row of `ladder::LADDER`, a
//! function in the file of its topic, and its sentences.
//!
//! Nothing here changes the shop's data. The database is created and migrated as any job would do it.

mod database;
mod disks;
mod files;
mod folders;
mod ladder;
mod locks;
mod mail;
mod orders;
mod schedule;
mod server;
mod settings_file;
mod show;
mod work_folder;
mod write_test;

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::Connection;

use crate::books::Books;
use crate::cli::CheckSettings;
use crate::interrupt;
use crate::job::Job;
use crate::moment::Clock;
use crate::problem::{Exit, Failure, Problem, Severity, Who};
use crate::progress::Progress;
use crate::server::{Error as ServerError, Remote};
use crate::settings::{Ftp, Inbox, Settings};
use crate::shelf::Shelf;
use crate::sync::failure_of;
use crate::text::books::database_busy;
use crate::text::progress::checking;
use crate::text::{Text, check_settings as say};

use self::ladder::{LADDER, Rung, WRITE_TEST, ladder};
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
    stops: &'static [Job],
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
    fn of(problem: Problem) -> Self {
        Self { who: problem.kind.who, exit: problem.kind.exit, problem }
    }

    fn all_of(failure: Failure) -> Vec<Self> {
        let exit = failure.exit;
        let finding = |problem| Self { exit, ..Self::of(problem) };
        failure.problems.into_iter().map(finding).collect()
    }
}

/// Read, write or enter, for users who are neither the owner nor of the group.
const OTHERS: u32 = 0o007;

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
    work_dir: Option<Shelf>,
    database: Option<Books>,
    approach: Option<server::Approach<'a>>,
    places: Vec<folders::Place>,
    probe: Option<write_test::Probe>,
    written: Option<write_test::Written>,
}

impl<'a> World<'a> {
    fn new(
        settings: &'a Settings,
        ftp: &'a Ftp,
        options: &'a CheckSettings,
        run_id: &'a str,
        clock: &'a Clock,
        progress: &'a Progress,
    ) -> Self {
        Self {
            settings,
            options,
            run_id,
            clock,
            progress,
            passed: Vec::new(),
            remote: Remote::new(ftp),
            work_dir: None,
            database: None,
            approach: None,
            places: Vec::new(),
            probe: None,
            written: None,
        }
    }

    fn database(&self) -> Result<&Connection> {
        self.database.as_deref().context("no database")
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
    let mut world = World::new(&settings, &ftp, options, run_id, clock, progress);
    for rung in ladder(options) {
        let check = climb(rung, &mut world, &checks);
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

/// Looks, if all that the rung stands on has passed.
fn climb(rung: &Rung, world: &mut World<'_>, checks: &[Check]) -> Check {
    if interrupt::is_requested() {
        return check(rung.id, (rung.title)(), rung.stops, Found::skipped(say::stopped()));
    }
    if !rung.after.iter().all(|id| world.has_passed(id)) {
        return not_tried(rung, checks);
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

fn check(id: &'static str, title: Text, stops: &'static [Job], found: Found) -> Check {
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
    pub fn jobs(&self) -> Vec<(Job, Readiness)> {
        Job::ALL.iter().map(|job| (*job, self.readiness(*job))).collect()
    }

    fn readiness(&self, job: Job) -> Readiness {
        let needed = self.checks.iter().filter(|check| check.stops.contains(&job));
        needed.fold(Readiness::Ready, |readiness, check| match (check.status, readiness) {
            (Status::Error, _) | (_, Readiness::Blocked) => Readiness::Blocked,
            (Status::Skipped, _) => Readiness::Untested,
            (Status::Ok | Status::Warning, readiness) => readiness,
        })
    }
}
