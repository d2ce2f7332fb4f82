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
}

impl News<'_> {
    /// The cases that it tells of.
    pub(crate) fn told(&self) -> impl Iterator<Item = &Case> {
        [&self.begun, &self.going_on, &self.over].into_iter().flatten().copied()
    }

    /// The cases that it tells of and that are not over.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Case> {
        [&self.begun, &self.going_on].into_iter().flatten().copied()
    }
}

/// The next mail that is due. Of another job than the run's, only what the job's own runs could not tell: that a problem
/// goes on is known by those alone.
pub(crate) fn next(cases: &[Case], of_run: Job, now: Moment, remind_after: Duration) -> Option<News<'_>> {
    Job::ALL.iter().find_map(|job| {
        let own: Vec<&Case> = cases.iter().filter(|case| case.job == *job).collect();
        news(*job, &own, *job == of_run, now, remind_after)
    })
}

fn news<'a>(
    job: Job,
    own: &[&'a Case],
    reminds: bool,
    now: Moment,
    remind_after: Duration,
) -> Option<News<'a>> {
    let remind_after = TimeDelta::from_std(remind_after).unwrap_or(TimeDelta::days(1));
    let told_before =
        |age: TimeDelta| move |case: &&Case| case.mailed_at.is_some_and(|mailed| mailed <= now - age);
    let open = || own.iter().copied().filter(|case| case.is_open());
    let begun: Vec<&Case> = open().filter(|case| case.mailed_at.is_none() && case.mail_from <= now).collect();
    let over: Vec<&Case> = own.iter().copied().filter(|case| !case.is_open()).collect();
    // What would be due soon goes along, so that reminders come together.
    let going_on: Vec<&Case> = match reminds && open().any(|case| told_before(remind_after)(&case)) {
        true => open().filter(told_before(remind_after / 2)).collect(),
        false => Vec::new(),
    };
    if begun.is_empty() && over.is_empty() && going_on.is_empty() {
        return None;
    }
    let others = open().filter(|case| case.mailed_at.is_some()).count() - going_on.len();
    Some(News { job, begun, going_on, over, others })
}
