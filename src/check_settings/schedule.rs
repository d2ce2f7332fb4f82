//! When the jobs ran, and what the time is.

use anyhow::Result;
use chrono::TimeDelta;

use super::finding::{Found, listed};
use super::world::World;
use crate::books::{self, runs};
use crate::job::Job;
use crate::problem::Severity;
use crate::settings::Environment;
use crate::sync::clock::{SLACK, WRITTEN_ON};
use crate::text::{Text, check_settings as say};

/// Even a whole catalogue over a slow line is done by then.
const RUNNING_MIN_MAX: i64 = 60;

/// The last success of each job, held against `[schedule]`.
///
/// Before go-live the jobs run by hand, and nothing is overdue: in demo it is a note. A job that has never succeeded is
/// overdue in production once any other has run for longer than its minutes; until then it may still be its turn.
pub(super) fn last_successes(world: &mut World<'_>) -> Result<Found> {
    let (database, settings, now) = (world.database()?, world.settings, world.clock.now());
    let first_run = runs::first_run(database)?;
    let mut told = Vec::new();
    let mut problems = Vec::new();
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
        problems.push(problem);
    }
    if settings.environment == Environment::Demo {
        problems.iter_mut().for_each(|problem| problem.severity = Severity::Note);
    }
    let fact = listed(say::last_successes(), &told).unwrap_or_else(say::no_job_has_run);
    Ok(Found::ok(fact).with(problems))
}

/// Runs that are at work, and those that have been for very long: they hold the job's lock, and cron's further calls do
/// nothing.
pub(super) fn locks(world: &mut World<'_>) -> Result<Found> {
    let (settings, now) = (world.settings, world.clock.now());
    let mut problems = Vec::new();
    let mut running = Vec::new();
    for job in Job::ALL.iter().copied().filter(|job| books::is_locked(settings, *job) == Some(true)) {
        // Whoever has taken the lock notes its run next.
        let Some(since) = runs::run_under_way(world.database()?, job)? else { continue };
        running.push(Text::same(format!("{job} ({since})")));
        let minutes = (now - since).num_minutes();
        if minutes > RUNNING_MIN_MAX {
            problems.push(say::job_runs_long(job, since, minutes));
        }
    }
    let fact = listed(say::running_now(), &running).unwrap_or_else(say::no_job_is_running);
    Ok(Found::ok(fact).with(problems))
}

/// Whether the host's clock can be right. Its time zone does not matter: everything is reckoned in Japan time from UTC.
pub(super) fn clock(world: &mut World<'_>) -> Result<Found> {
    let now = world.clock.now();
    let found = Found::ok(say::clock_shows(now));
    if now.date() < WRITTEN_ON {
        return Ok(found.with([say::clock_before_release(now, &WRITTEN_ON.to_string())]));
    }
    let newest = world.database.as_deref().map(runs::newest_run).transpose()?.flatten();
    let newest = newest.filter(|newest| *newest > now + SLACK);
    Ok(found.with(newest.map(|newest| say::clock_behind_ledger(now, newest))))
}
