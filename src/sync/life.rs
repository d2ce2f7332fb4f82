//! Where problems that last are kept after a run: in the ledger, or, without a database, aside.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{NaiveDateTime, TimeDelta};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::problems;
use crate::books;
use crate::books::ledger::{self, Case};
use crate::mail::aside::Aside;
use crate::mail::{self, Store};
use crate::moment::{Clock, format_time, parse_time};
use crate::report::{Exit, Problem, Report};
use crate::settings::{Environment, Settings};
use crate::shelf::{WorkDir, create_file};
use crate::text::sync as text;

/// From when on being locked out is a problem.
const LOCKED_TOO_LONG: TimeDelta = TimeDelta::hours(1);

/// A problem that comes and goes: after so many beginnings …
const BEGINNINGS_MAILED_MAX: u64 = 2;
/// … within this time …
const RESTLESS: TimeDelta = TimeDelta::hours(3);
/// … the next is mailed only if it lasts for so long.
const MAILED_LATER: TimeDelta = TimeDelta::hours(1);

/// Notes in the ledger which problems begin, go on and end with this run, and takes up what earlier ones had to keep
/// aside. Mostly there is nothing to note.
pub(super) fn note(
    database: &Connection,
    aside: Vec<Case>,
    report: &Report,
    now: NaiveDateTime,
) -> Result<()> {
    let before = ledger::cases(database)?;
    let mut cases = before.clone();
    take_up(&mut cases, aside);
    problems::advance(&mut cases, report, now);
    end_those_from_aside(&mut cases, report, now);
    for case in &mut cases {
        if case.id == 0 && case.is_open() && case.mailed_at.is_none() {
            wait_if_restless(database, case, now)?;
        }
        if !before.contains(case) {
            ledger::keep_case(database, case)?;
        }
    }
    Ok(())
}

/// What was kept aside goes on in the ledger.
fn take_up(cases: &mut Vec<Case>, aside: Vec<Case>) {
    for kept in aside {
        let is_known =
            cases.iter().any(|case| case.is_open() && case.is(&kept.command, &kept.kind, &kept.concerns));
        if !is_known {
            cases.push(kept);
        }
    }
}

/// What was kept aside was about the settings or the database, and this run has come past both.
fn end_those_from_aside(cases: &mut [Case], report: &Report, now: NaiveDateTime) {
    for case in cases.iter_mut().filter(|case| case.id == 0 && case.is_open()) {
        if case.seen.run_id != report.run_id {
            case.ended_at = Some(format_time(now));
            case.is_done = case.mailed_at.is_none() && case.mail_failures == 0;
        }
    }
}

fn wait_if_restless(database: &Connection, case: &mut Case, now: NaiveDateTime) -> Result<()> {
    let since = format_time(now - RESTLESS);
    if ledger::count_earlier_cases(database, case, &since)? >= BEGINNINGS_MAILED_MAX {
        case.mail_from = format_time(now + MAILED_LATER);
    }
    Ok(())
}

/// Tells of a run that could not begin. It keeps its problems aside; in the ledger, if it is the work folder that cannot
/// be used. Where nobody could remember that it was told, nobody is told: each run would mail.
pub(super) fn tell_of_no_beginning(settings: &Settings, clock: &Clock, report: &mut Report) {
    if matches!(report.exit, Exit::Interrupted | Exit::Terminated) {
        return;
    }
    let aside = WorkDir::open(&settings.work_dir)
        .and_then(|work_dir| keep_aside_and_tell(settings, clock, &work_dir, report));
    let told = aside.or_else(|error| match settings.database.exists() {
        true => note_and_tell(settings, clock, report),
        // A shop's first run, which must not leave a database behind.
        false => Err(error),
    });
    report.problems.extend(or_log(told));
}

/// The same for a run that could not even read its settings, if they say at least how to mail.
pub fn tell_without_settings(
    config: Option<&Path>,
    environment: Option<Environment>,
    clock: &Clock,
    report: &mut Report,
) {
    let Some(settings) = crate::settings::load_to_tell(config, environment) else { return };
    let told = WorkDir::open(&settings.work_dir)
        .and_then(|work_dir| keep_aside_and_tell(&settings, clock, &work_dir, report));
    report.problems.extend(or_log(told));
}

fn or_log(told: Result<Option<Problem>>) -> Option<Problem> {
    told.unwrap_or_else(|error| {
        log::warn!("cannot remember problems, and so tells nobody: {error:#}");
        None
    })
}

/// Keeps a run's problems in a file, and tells. What hindered the telling is a problem to be shown.
fn keep_aside_and_tell(
    settings: &Settings,
    clock: &Clock,
    work_dir: &WorkDir,
    report: &Report,
) -> Result<Option<Problem>> {
    let aside = Aside::of(settings, work_dir, report.command);
    let mut cases = aside.cases()?;
    problems::advance(&mut cases, report, clock.now());
    aside.keep(&cases)?;
    Ok(mail::tell(settings, Store::Aside(&aside, work_dir), report.command, clock))
}

/// Tells of a run whose end the ledger could not note.
pub(super) fn tell_of_no_end(
    settings: &Settings,
    clock: &Clock,
    work_dir: &WorkDir,
    report: &Report,
) -> Option<Problem> {
    or_log(keep_aside_and_tell(settings, clock, work_dir, report))
}

/// Notes the problems of a run that has no part in the database else, and tells.
fn note_and_tell(settings: &Settings, clock: &Clock, report: &Report) -> Result<Option<Problem>> {
    let database = books::open(settings)?;
    let transaction = Transaction::new_unchecked(&database, TransactionBehavior::Immediate)?;
    note(&transaction, Vec::new(), report, clock.now())?;
    transaction.commit()?;
    Ok(mail::tell(settings, Store::Ledger(&database), report.command, clock))
}

// Locked out ---------------------------------------------------------------------------------------------------------

/// Where it is noted since when a job has been locked out.
fn lock_out(settings: &Settings, work_dir: &WorkDir, job: &str) -> PathBuf {
    work_dir.place(&format!("{job}.{}.locked-since", settings.environment.as_str()))
}

/// A run that has the lock is not locked out.
pub(super) fn forget_lock_out(settings: &Settings, work_dir: &WorkDir, job: &str) -> Result<()> {
    let path = lock_out(settings, work_dir, job);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Being locked out is no problem, but being locked out for long is one.
pub(super) fn tell_if_locked_for_long(settings: &Settings, clock: &Clock, report: &mut Report) {
    if let Err(error) = note_lock_out(settings, clock, report) {
        log::warn!("cannot note that the job is locked out: {error:#}");
    }
}

fn note_lock_out(settings: &Settings, clock: &Clock, report: &mut Report) -> Result<()> {
    let work_dir = WorkDir::open(&settings.work_dir)?;
    let path = lock_out(settings, &work_dir, report.command);
    let since = fs::read_to_string(&path).ok().as_deref().and_then(parse_time);
    let Some(since) = since else {
        create_file(&path)?.write_all(format_time(clock.now()).as_bytes())?;
        return Ok(());
    };
    if clock.now() - since <= LOCKED_TOO_LONG {
        return Ok(());
    }
    report.problems.push(text::locked_for_long(report.command, &format_time(since)));
    let told = note_and_tell(settings, clock, report)?;
    report.problems.extend(told);
    Ok(())
}
