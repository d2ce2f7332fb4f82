//! When the jobs ran, and what the time is.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use super::finding::{Finding, Found};
use crate::books::{self, runs};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::Severity;
use crate::settings::{Environment, Settings};
use crate::sync::clock::{SLACK, WRITTEN_ON};
use crate::text::{Text, check_settings as say};

/// Even a whole catalogue over a slow line is done by then.
const RUNNING_MIN_MAX: i64 = 60;

/// The last success of each job, held against `[schedule]`.
///
/// Before go-live the jobs run by hand, and nothing is overdue: in demo it is a note. A job that has never succeeded is
/// overdue in production once any other has run for longer than its minutes; until then it may still be its turn.
pub(super) fn last_successes(database: &Connection, settings: &Settings, now: Moment) -> Result<Found> {
    let first_run = runs::first_run(database)?;
    let mut told = Vec::new();
    let mut findings = Vec::new();
    for job in Job::ALL.iter().copied() {
        let (_, success) = runs::last_runs(database, job)?;
        let last = success.as_ref().map(|run| run.started_at);
        told.extend(success.map(|run| Text::same(format!("{job} {}", run.started_at))));
        let Some(minutes) = settings.schedule.get(&job) else { continue };
        let limit = TimeDelta::minutes(i64::from(*minutes));
        let problem = match (last, first_run) {
            (Some(last), _) if now - last > limit => say::job_overdue(job, last, *minutes),
            (None, Some(first)) if now - first > limit => say::job_never_succeeded(job, *minutes),
            _ => continue,
        };
        findings.push(Finding::of(problem));
    }
    if settings.environment == Environment::Demo {
        findings.iter_mut().for_each(|finding| finding.problem.severity = Severity::Note);
    }
    let fact = match told.is_empty() {
        true => say::no_job_has_run(),
        false => say::last_successes().because(&Text::listed(&told)),
    };
    Ok(Found::ok(fact).with_all(findings))
}

/// Runs that are at work, and those that have been for very long: they hold the job's lock, and cron's further calls do
/// nothing.
pub(super) fn locks(database: &Connection, settings: &Settings, now: Moment) -> Result<Found> {
    let mut found = Found::ok(say::no_job_is_running());
    let mut running = Vec::new();
    for job in Job::ALL.iter().copied().filter(|job| books::is_locked(settings, *job) == Some(true)) {
        // Whoever has taken the lock notes its run next.
        let Some(since) = runs::run_under_way(database, job)? else { continue };
        running.push(Text::same(format!("{job} ({since})")));
        let minutes = (now - since).num_minutes();
        if minutes > RUNNING_MIN_MAX {
            found = found.with(Finding::of(say::job_runs_long(job, since, minutes)));
        }
    }
    if !running.is_empty() {
        found.fact = say::running_now().because(&Text::listed(&running));
    }
    Ok(found)
}

/// Whether the host's clock can be right. Its time zone does not matter: everything is reckoned in Japan time from UTC.
pub(super) fn clock(database: Option<&Connection>, now: Moment) -> Result<Found> {
    let found = Found::ok(say::clock_shows(now));
    if now.date() < WRITTEN_ON {
        return Ok(found.with(Finding::of(say::clock_before_release(now, &WRITTEN_ON.to_string()))));
    }
    let newest = database.map(runs::newest_run).transpose()?.flatten();
    let newest = newest.filter(|newest| *newest > now + SLACK);
    let problem = newest.map(|newest| say::clock_behind_ledger(now, newest));
    Ok(found.with_all(problem.map(Finding::of)))
}
