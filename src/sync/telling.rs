//! What a run tells by mail: after its record, with no lock held but that of the mail itself. That a mail cannot be sent
//! changes nothing of the run; the next run of any job tries again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::books::cases::{Case, cases};
use crate::books::{self, batches, files, orders, runs};
use crate::cases::{self, Aside, Store, keep_aside};
use crate::hand_work;
use crate::job::Job;
use crate::kept::{create_file, remove_if_there};
use crate::layout::as_count;
use crate::mail::{self, Facts, Unsent, alarm, transport};
use crate::moment::{Clock, Moment};
use crate::permit::Permit;
use crate::problem::{Exit, Problem};
use crate::report::Report;
use crate::settings::{Environment, Settings, Transport};
use crate::shelf::Shelf;
use crate::text::jobs::held_back;
use crate::text::{mail as say, sync as text};

/// From when on being locked out is a problem.
const LOCKED_TOO_LONG: TimeDelta = TimeDelta::hours(1);

/// Tells the shop manager what is to be told after a run of this job. What hindered it is a problem to be shown.
pub(super) fn tell(settings: &Settings, store: Store<'_>, job: Job, clock: &Clock) -> Vec<Problem> {
    if settings.mail.transport == Transport::None && settings.notify.is_empty() {
        return Vec::new();
    }
    tell_all(settings, store, job, clock.now()).unwrap_or_else(|error| {
        text::cannot_tell(&format!("{error:#}")).warn();
        Vec::new()
    })
}

fn tell_all(settings: &Settings, store: Store<'_>, job: Job, now: Moment) -> Result<Vec<Problem>> {
    let mut hindered = Vec::new();
    let remind_after = settings.mail.remind_after;
    let elsewhere = kept_elsewhere(settings, store, job)?;
    if cases::next_news(&store.cases()?, &elsewhere, job, now, remind_after).is_none() {
        return Ok(hindered);
    }
    // Another run is at it, and looks again before it ends.
    let Some(_lock) = store.lock(settings)? else { return Ok(hindered) };
    loop {
        let kept = store.cases()?;
        let elsewhere = kept_elsewhere(settings, store, job)?;
        let Some(news) = cases::next_news(&kept, &elsewhere, job, now, remind_after) else {
            return Ok(hindered);
        };
        hindered.extend(alarm::tell(settings, &news));
        let mail = mail::compose(settings, &news, facts(settings, store, news.job));
        match transport::send(settings, &mail, now) {
            Ok(refused) => {
                log::info!("told {:?}", mail.subject);
                store.mark_mailed(&kept, &news, now)?;
                hindered.extend(refused);
            }
            Err(error) => {
                store.mark_failed(&kept, &news)?;
                let is_known = news.told().all(|case| case.mail_failures > 0);
                hindered.push(Problem { is_known, ..not_sent(*error) });
                return Ok(hindered);
            }
        }
    }
}

/// What the other jobs keep aside, where this one does: one cause may have stopped them all.
fn kept_elsewhere(settings: &Settings, store: Store<'_>, job: Job) -> Result<Vec<Case>> {
    let mut kept = Vec::new();
    if let Store::Aside(_, work_dir) = store {
        for other in Job::ALL.iter().filter(|other| **other != job) {
            kept.extend(Aside::of(settings, work_dir, *other).cases()?);
        }
    }
    Ok(kept)
}

/// What there is to do by hand is mailed together, at most so often.
const HAND_WORK_EVERY: TimeDelta = TimeDelta::hours(24);

/// Under which key the ledger keeps when that was.
const HAND_WORK_MAILED: &str = "hand_work_mailed";

/// Likewise when it was said that it could not be mailed.
const HAND_WORK_NOT_MAILED: &str = "hand_work_not_mailed";

/// Tells once a day what there is to do by hand. What hindered it is a problem to be shown.
pub(super) fn tell_hand_work(settings: &Settings, database: &Connection, clock: &Clock) -> Vec<Problem> {
    if settings.mail.transport == Transport::None {
        return Vec::new();
    }
    or_log(mail_hand_work(settings, database, clock.now()))
}

fn mail_hand_work(settings: &Settings, database: &Connection, now: Moment) -> Result<Vec<Problem>> {
    if !is_due(database, HAND_WORK_MAILED, now)?
        || hand_work::count(&hand_work::read(database, settings, now)?) == 0
    {
        return Ok(Vec::new());
    }
    let Some(_lock) = Store::Ledger(database).lock(settings)? else { return Ok(Vec::new()) };
    // Another run may have told meanwhile.
    if !is_due(database, HAND_WORK_MAILED, now)? {
        return Ok(Vec::new());
    }
    let mail = mail::compose_hand_work(settings, &hand_work::read(database, settings, now)?);
    match transport::send(settings, &mail, now) {
        Ok(refused) => {
            log::info!("mailed {:?}", mail.subject);
            books::set_meta(database, HAND_WORK_MAILED, &now.to_string())?;
            Ok(refused)
        }
        Err(error) => {
            let is_known = !is_due(database, HAND_WORK_NOT_MAILED, now)?;
            if !is_known {
                books::set_meta(database, HAND_WORK_NOT_MAILED, &now.to_string())?;
            }
            Ok(vec![Problem { is_known, ..not_sent(*error) }])
        }
    }
}

/// Whether what stands under this key was done long enough ago.
fn is_due(database: &Connection, key: &str, now: Moment) -> Result<bool> {
    let done = books::meta(database, key)?.and_then(|done| done.parse::<Moment>().ok());
    // A time from the future was noted by a clock that was wrong.
    Ok(done.is_none_or(|done| done > now || now - done >= HAND_WORK_EVERY))
}

fn not_sent(why: Problem) -> Problem {
    let mut problem = say::not_sent().because(&why.message);
    problem.hint = why.hint;
    problem
}

/// What the shop's database says of how things are; nothing without one.
fn facts(settings: &Settings, store: Store<'_>, job: Job) -> Facts {
    let Store::Ledger(database) = store else { return Facts::default() };
    let ask = || -> Result<Facts> {
        let run = runs::last_without_problem(database, job)?;
        let file = files::newest_applied_time(database, job)?;
        let held_back = cases(database)?.iter().filter(|case| is_held_back(case)).count();
        let under_way: u64 = batches::open_batches(database)?.iter().map(|batch| batch.order_count).sum();
        let waiting = orders::count_waiting(database, settings)?.saturating_sub(as_count(held_back));
        let orders = Unsent { waiting: waiting + under_way, held_back: as_count(held_back) };
        // Figures are as old as their file, however often a run has found nothing newer.
        let good_until = if job == Job::Stock { files::stock_as_of(database)? } else { run.max(file) };
        Ok(Facts { good_until, newest_file: file, orders: Some(orders) })
    };
    ask().unwrap_or_default()
}

fn is_held_back(case: &Case) -> bool {
    case.is_open() && case.kind == &held_back::KIND
}

/// Tells of a run that could not begin. It keeps its problems aside; in the ledger, if it is the work folder that cannot
/// be used. Where nobody could remember that it was told, nobody is told: each run would mail.
pub(super) fn tell_of_no_beginning(settings: &Settings, clock: &Clock, report: &mut Report) {
    if matches!(report.exit, Exit::Interrupted | Exit::Terminated) {
        return;
    }
    let aside = Shelf::open(&settings.work_dir)
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
    let told = Shelf::open(&settings.work_dir)
        .and_then(|work_dir| keep_aside_and_tell(&settings, clock, &work_dir, report));
    report.problems.extend(or_log(told));
}

fn or_log(told: Result<Vec<Problem>>) -> Vec<Problem> {
    told.unwrap_or_else(|error| {
        text::cannot_remember(&format!("{error:#}")).warn();
        Vec::new()
    })
}

/// Keeps a run's problems in a file, and tells. What hindered the telling is a problem to be shown.
fn keep_aside_and_tell(
    settings: &Settings,
    clock: &Clock,
    work_dir: &Shelf,
    report: &mut Report,
) -> Result<Vec<Problem>> {
    let aside = Aside::of(settings, work_dir, report.job);
    let known = keep_aside(&aside, report, clock.now(), settings.mail.remind_after)?;
    report.mark_known(&known);
    Ok(tell(settings, Store::Aside(&aside, work_dir), report.job, clock))
}

pub(super) fn tell_of_no_end(
    settings: &Settings,
    clock: &Clock,
    work_dir: &Shelf,
    report: &mut Report,
) -> Vec<Problem> {
    or_log(keep_aside_and_tell(settings, clock, work_dir, report))
}

/// Notes the problems of a run that has no part in the database else, and tells.
fn note_and_tell(settings: &Settings, clock: &Clock, report: &mut Report) -> Result<Vec<Problem>> {
    let books = books::open(settings)?;
    let known = books.write(Permit::of_a_real_run(), "problems-noted", |books| {
        cases::note(books, Vec::new(), report, clock.now(), settings.mail.remind_after)
    })?;
    report.mark_known(&known);
    Ok(tell(settings, Store::Ledger(&books), report.job, clock))
}

// Locked out ---------------------------------------------------------------------------------------------------------

/// Where it is noted since when a job has been locked out.
fn lock_out(settings: &Settings, work_dir: &Shelf, job: Job) -> PathBuf {
    work_dir.place(&format!("{job}.{}.locked-since", settings.environment.as_str()))
}

/// A run that has the lock is not locked out.
pub(super) fn forget_lock_out(settings: &Settings, work_dir: &Shelf, job: Job) -> Result<()> {
    let path = lock_out(settings, work_dir, job);
    remove_if_there(&path).with_context(|| format!("cannot remove {}", path.display()))
}

/// Being locked out is no problem, but being locked out for long is one.
pub(super) fn tell_if_locked_for_long(settings: &Settings, clock: &Clock, report: &mut Report) {
    if let Err(error) = note_lock_out(settings, clock, report) {
        text::cannot_note_lock_out(&format!("{error:#}")).warn();
    }
}

fn note_lock_out(settings: &Settings, clock: &Clock, report: &mut Report) -> Result<()> {
    let work_dir = Shelf::open(&settings.work_dir)?;
    let path = lock_out(settings, &work_dir, report.job);
    let since = fs::read_to_string(&path).ok().and_then(|since| since.parse::<Moment>().ok());
    let Some(since) = since else {
        create_file(&path)?.write_all(clock.now().to_string().as_bytes())?;
        return Ok(());
    };
    if clock.now() - since <= LOCKED_TOO_LONG {
        return Ok(());
    }
    report.tell(text::locked_for_long(report.job, since));
    let told = note_and_tell(settings, clock, report)?;
    report.problems.extend(told);
    Ok(())
}
