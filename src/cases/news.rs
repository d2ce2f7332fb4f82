//! When a mail is due, and about what: one when a problem begins, a reminder, one when it is over.

use std::time::Duration;

use chrono::TimeDelta;

use crate::books::cases::Case;
use crate::job::Job;
use crate::moment::Moment;

/// What one mail tells of one job.
#[derive(Debug)]
pub(crate) struct News<'a> {
    pub job: Job,
    pub begun: Vec<&'a Case>,
    /// What the reader knows of, and is still there.
    pub going_on: Vec<&'a Case>,
    pub over: Vec<&'a Case>,
    /// How many more problems are open, of which the reader was told.
    pub others: usize,
    /// Other jobs that are stopped by what begun.
    pub also: Vec<Job>,
}

impl News<'_> {
    pub(crate) fn told(&self) -> impl Iterator<Item = &Case> {
        [&self.begun, &self.going_on, &self.over].into_iter().flatten().copied()
    }

    /// The cases that it tells of and that are not over.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Case> {
        [&self.begun, &self.going_on].into_iter().flatten().copied()
    }
}

/// The next mail that is due. Of another job than the run's, only what the job's own runs could not tell: that a problem
/// goes on is known by those alone. `elsewhere` are cases that are told by others.
pub(crate) fn next<'a>(
    cases: &'a [Case],
    elsewhere: &'a [Case],
    of_run: Job,
    now: Moment,
    remind_after: Duration,
) -> Option<News<'a>> {
    let all: Vec<&Case> = cases.iter().chain(elsewhere).filter(|case| case.is_open()).collect();
    Job::ALL.iter().find_map(|job| {
        let own: Vec<&Case> = cases.iter().filter(|case| case.job == *job).collect();
        news(*job, &own, &all, *job == of_run, now, remind_after)
    })
}

fn news<'a>(
    job: Job,
    own: &[&'a Case],
    all: &[&'a Case],
    is_of_run: bool,
    now: Moment,
    remind_after: Duration,
) -> Option<News<'a>> {
    let remind_after = TimeDelta::from_std(remind_after).unwrap_or(TimeDelta::days(1));
    let told_before =
        |age: TimeDelta| move |case: &&Case| case.mailed_at.is_some_and(|mailed| mailed <= now - age);
    let open = || own.iter().copied().filter(|case| case.is_open());
    let is_new = |case: &&Case| case.mailed_at.is_none() && case.mail_from <= now;
    let begun: Vec<&Case> =
        open().filter(is_new).filter(|case| is_worth_a_mail(case, all, is_of_run)).collect();
    let over: Vec<&Case> = own.iter().copied().filter(|case| !case.is_open()).collect();
    // What would be due soon goes along, so that reminders come together.
    let going_on: Vec<&Case> = match is_of_run && open().any(|case| told_before(remind_after)(&case)) {
        true => open().filter(told_before(remind_after / 2)).collect(),
        false => Vec::new(),
    };
    if begun.is_empty() && over.is_empty() && going_on.is_empty() {
        return None;
    }
    let others = open().filter(|case| case.mailed_at.is_some()).count() - going_on.len();
    let is_stopped = |other: &Job| {
        let by_the_same =
            |case: &&Case| begun.iter().any(|begun| begun.stops_all() && case.is_of_cause(begun));
        *other != job && all.iter().any(|case| case.job == *other && by_the_same(case))
    };
    let also = Job::ALL.iter().copied().filter(is_stopped).collect();
    Some(News { job, begun, going_on, over, others, also })
}

/// One cause is one mail, however many jobs it stops; and what passes by itself is told when it has stopped a second run.
fn is_worth_a_mail(case: &Case, all: &[&Case], is_of_run: bool) -> bool {
    if !case.stops_all() {
        return true;
    }
    let is_known = all.iter().any(|other| other.is_of_cause(case) && other.mailed_at.is_some());
    let runs: u64 = all.iter().filter(|other| other.is_of_cause(case)).map(|other| other.times_seen).sum();
    (is_of_run || case.mail_failures > 0) && !is_known && (runs > 1 || !case.passes())
}
