//! Where problems that last are kept after a run: in the ledger, or, without a database, aside.

use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use super::aside::Aside;
use super::life::{advance, is_held, known};
use super::news::News;
use crate::books::cases::{self, Case};
use crate::books::{self, held};
use crate::job::Job;
use crate::lock::Lock;
use crate::moment::Moment;
use crate::problem::Ends;
use crate::report::Report;
use crate::settings::Settings;
use crate::shelf::Shelf;

/// A problem that comes and goes: after so many beginnings …
const BEGINNINGS_MAILED_MAX: u64 = 2;
/// … within this time …
const RESTLESS: TimeDelta = TimeDelta::hours(3);
/// … the next is mailed only if it lasts for so long.
const MAILED_LATER: TimeDelta = TimeDelta::hours(1);

/// Notes in the ledger which problems begin, go on and end with this run, and takes up what earlier ones had to keep
/// aside. Mostly there is nothing to note. Gives which of the report's problems are known from earlier runs.
pub(crate) fn note(
    database: &Connection,
    aside: Vec<Case>,
    report: &Report,
    now: Moment,
    remind_after: Duration,
) -> Result<Vec<bool>> {
    let before = cases::cases(database)?;
    let mut all = before.clone();
    take_up(&mut all, aside);
    let known = known(&all, report, now, remind_after);
    let held = held::names(database, report.job)?;
    advance(&mut all, report, Some(&held), now);
    end_those_from_aside(&mut all, report, now);
    for case in &mut all {
        let is_untold = case.id == 0 && case.is_open() && case.mailed_at.is_none();
        if is_untold && cases::count_earlier_cases(database, case, now - RESTLESS)? >= BEGINNINGS_MAILED_MAX {
            case.mail_from = now + MAILED_LATER;
        }
        if !before.contains(case) {
            cases::keep_case(database, case)?;
        }
    }
    Ok(known)
}

/// What was kept aside goes on in the ledger.
fn take_up(cases: &mut Vec<Case>, aside: Vec<Case>) {
    for kept in aside {
        let is_known =
            cases.iter().any(|case| case.is_open() && case.is(kept.job, kept.kind, &kept.concerns));
        if !is_known {
            cases.push(kept);
        }
    }
}

/// What was kept aside was about the settings or the database, and this run has come past both.
fn end_those_from_aside(cases: &mut [Case], report: &Report, now: Moment) {
    let is_from_aside = |case: &Case| case.id == 0 && case.is_open() && case.seen.run_id != report.run_id;
    cases.iter_mut().filter(|case| is_from_aside(case)).for_each(|case| case.end(now));
}

/// Ends those cases of a job about held files that have been decided about.
pub(crate) fn end_decided(database: &Connection, job: Job, now: Moment) -> Result<()> {
    let held = held::names(database, job)?;
    for mut case in cases::cases(database)? {
        let is_about_it = case.job == job && case.kind.ends == Ends::Decided && case.is_open();
        if is_about_it && !is_held(&case, &held) {
            case.end(now);
            cases::keep_case(database, &mut case)?;
        }
    }
    Ok(())
}

/// Notes aside which problems begin, go on and end with this run. Gives which of its problems are known from earlier
/// ones.
pub(crate) fn keep_aside(
    aside: &Aside,
    report: &Report,
    now: Moment,
    remind_after: Duration,
) -> Result<Vec<bool>> {
    let mut cases = aside.cases()?;
    let known = known(&cases, report, now, remind_after);
    advance(&mut cases, report, None, now);
    aside.keep(&cases)?;
    Ok(known)
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Store<'a> {
    /// In the shop's database. No transaction is open.
    Ledger(&'a Connection),
    /// In a file of the work folder, because the database cannot be used.
    Aside(&'a Aside, &'a Shelf),
}

impl Store<'_> {
    /// One at a time mails what is kept there. `None`: another run does.
    pub(crate) fn lock(self, settings: &Settings) -> Result<Option<Lock>> {
        match self {
            Self::Ledger(_) => books::lock(settings, MAIL),
            Self::Aside(_, work_dir) => work_dir.lock(MAIL, settings.environment.as_str()),
        }
    }

    pub(crate) fn cases(self) -> Result<Vec<Case>> {
        match self {
            Self::Ledger(database) => cases::cases(database),
            Self::Aside(aside, _) => aside.cases(),
        }
    }

    pub(crate) fn mark_mailed(self, cases: &[Case], news: &News<'_>, now: Moment) -> Result<()> {
        match self {
            Self::Ledger(database) => cases::mark_mailed(database, news.told(), now),
            Self::Aside(aside, _) => aside.keep(&changed(cases, news, |case| {
                case.mailed_at = Some(now);
                case.mail_failures = 0;
                case.is_notified = case.is_open();
            })),
        }
    }

    pub(crate) fn mark_failed(self, cases: &[Case], news: &News<'_>) -> Result<()> {
        match self {
            Self::Ledger(database) => cases::mark_mail_failed(database, news.told()),
            Self::Aside(aside, _) => aside.keep(&changed(cases, news, |case| {
                case.mail_failures += 1;
                case.is_notified = case.is_open();
            })),
        }
    }
}

const MAIL: &str = "mail";

/// The cases, with those changed that the news tell of.
fn changed(cases: &[Case], news: &News<'_>, change: impl Fn(&mut Case)) -> Vec<Case> {
    let mut cases = cases.to_vec();
    for case in &mut cases {
        if news.told().any(|told| told == case) {
            change(case);
        }
    }
    cases
}
