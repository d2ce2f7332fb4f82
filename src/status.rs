//! What `status` shows: the last runs, what waits, and what a person has to do by hand because it is not linked.

mod html;
mod metrics;
mod show;

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::books;
use crate::books::batches::{self, SentBatch};
use crate::books::cases::{self, Case};
use crate::books::files::{self, KnownFile};
use crate::books::held::Held;
use crate::books::orders::OrderState;
use crate::books::runs::{self, Run};
use crate::cases::Aside;
use crate::hand_work::{self, HandWork};
use crate::job::Job;
use crate::jobs::orders::{self, Hold};
use crate::layout::as_count;
use crate::moment::{Clock, Moment};
use crate::past_runs::{Fate, UnderWay};
use crate::problem::Exit;
use crate::settings::{Settings, Transport};
use crate::shelf::Shelf;
use crate::text::Text;

/// So many things of a kind are named, unless all are wanted.
pub(crate) const NAMED_MAX: usize = 10;

#[derive(Clone, Debug)]
pub(crate) struct Status {
    shop_name: String,
    shop_code: String,
    environment: &'static str,
    now: Moment,
    jobs: Vec<JobState>,
    cases: Vec<Case>,
    /// Whether those among them that stand in the work folder could be read.
    sees_work_folder: bool,
    orders_waiting: u64,
    held_back: Vec<(String, Hold)>,
    states: BTreeMap<OrderState, u64>,
    batches: Vec<SentBatch>,
    stopped_files: Vec<KnownFile>,
    held: Vec<Held>,
    work_dir: Shelf,
    hand_work: Vec<HandWork>,
    /// The own time of the newest stock file that was applied.
    stock_as_of: Option<Moment>,
    /// So much of each list is named.
    named_max: usize,
    sends_mails: bool,
}

#[derive(Clone, Debug)]
struct JobState {
    job: Job,
    last: Option<(Run, Fate)>,
    last_success: Option<Run>,
    /// The `[schedule]`'s minutes, if the last success is longer ago than that.
    overdue_min: Option<u32>,
    newest_file: Option<Moment>,
    /// The settings' hours, if that is longer ago.
    no_file_for_h: Option<u32>,
}

/// What one line says of a shop.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub shop: String,
    pub environment: &'static str,
    /// Why a person has to look; empty: nobody has to.
    pub reasons: Vec<Text>,
    pub has_run: bool,
    /// Since when the oldest of the open problems is there.
    pub oldest_problem: Option<Moment>,
    pub jobs_overdue: usize,
    pub files_held: u64,
    pub orders_waiting: u64,
    pub orders_held_back: u64,
    pub hand_work: u64,
}

pub(crate) fn run(settings: &Settings, clock: &Clock, named_max: usize) -> Result<Status> {
    let running = UnderWay::ask(settings)?;
    books::look(settings, |database| read(database, settings, clock, named_max, &running))
}

fn read(
    database: &Connection,
    settings: &Settings,
    clock: &Clock,
    named_max: usize,
    running: &UnderWay,
) -> Result<Status> {
    let held_back = orders::held_back(database, settings, clock.now())?;
    let all_waiting = books::orders::count_waiting(database, settings)?;
    let under_way: u64 = batches::open_batches(database)?.iter().map(|batch| batch.order_count).sum();
    let (cases, sees_work_folder) = open_cases(database, settings)?;
    Ok(Status {
        shop_name: settings.shop.name.clone(),
        shop_code: settings.shop.code.clone(),
        environment: settings.environment.as_str(),
        now: clock.now(),
        jobs: Job::ALL
            .iter()
            .map(|job| job_state(database, settings, clock, *job, running))
            .collect::<Result<_>>()?,
        cases,
        sees_work_folder,
        orders_waiting: all_waiting.saturating_sub(u64::try_from(held_back.len())?) + under_way,
        held_back,
        states: books::orders::count_states(database, settings)?,
        batches: batches::sent_batches(database)?,
        stopped_files: files::stopped_files(database)?,
        held: books::held::held_now(database)?,
        work_dir: Shelf::at(&settings.work_dir),
        hand_work: hand_work::read(database, settings, clock.now())?,
        stock_as_of: files::stock_as_of(database)?,
        named_max,
        sends_mails: settings.mail.transport != Transport::None,
    })
}

/// The problems that are open, those included that a run without a database has kept aside, if this user may read them.
fn open_cases(database: &Connection, settings: &Settings) -> Result<(Vec<Case>, bool)> {
    let work_dir = Shelf::at(&settings.work_dir);
    let (mut cases, mut sees_work_folder) = (cases::cases(database)?, true);
    for job in Job::ALL {
        match Aside::of(settings, &work_dir, *job).cases() {
            Err(error) if is_denied(&error) => sees_work_folder = false,
            kept => cases.extend(kept?),
        }
    }
    cases.retain(Case::is_open);
    Ok((cases, sees_work_folder))
}

fn is_denied(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

fn job_state(
    database: &Connection,
    settings: &Settings,
    clock: &Clock,
    job: Job,
    running: &UnderWay,
) -> Result<JobState> {
    let (last, last_success) = runs::last_runs(database, job)?;
    let last = last.map(|run| (running.fate(&run), run)).map(|(fate, run)| (run, fate));
    // A job that has never had a success was due since the first run of any.
    let due_since = match &last_success {
        Some(success) => Some(success.started_at),
        None => runs::first_run(database)?,
    };
    let is_overdue = |minutes: &u32| {
        due_since.is_some_and(|since| since < clock.now() - TimeDelta::minutes(i64::from(*minutes)))
    };
    let newest_file = files::newest_came(database, job)?;
    Ok(JobState {
        job,
        last,
        overdue_min: settings.schedule.get(&job).copied().filter(is_overdue),
        last_success,
        newest_file,
        no_file_for_h: newest_file.and_then(|newest| settings.hours_without_file(job, newest, clock.now())),
    })
}

impl Status {
    pub(crate) fn summary(&self) -> Summary {
        Summary {
            shop: self.shop_name.clone(),
            environment: self.environment,
            reasons: self.reasons(),
            has_run: self.has_run(),
            oldest_problem: self.cases.iter().map(|case| case.first_seen).min(),
            jobs_overdue: self.jobs.iter().filter(|job| job.overdue_min.is_some()).count(),
            files_held: self.files_held(),
            orders_waiting: self.orders_waiting,
            orders_held_back: count(&self.held_back),
            hand_work: hand_work::count(&self.hand_work),
        }
    }

    fn has_run(&self) -> bool {
        self.jobs.iter().any(|job| job.last.is_some())
    }

    /// An earlier version left held files in the inbox.
    fn left_in_inbox(&self) -> u64 {
        as_count(self.stopped_files.iter().filter(|file| file.is_left_in_inbox()).count())
    }

    fn files_held(&self) -> u64 {
        count(&self.held) + self.left_in_inbox()
    }

    pub(crate) fn needs_a_look(&self) -> bool {
        !self.reasons().is_empty()
    }
}

impl JobState {
    fn did_not_end_well(&self) -> bool {
        self.last.as_ref().is_some_and(|(_, fate)| match fate {
            Fate::Ended(end) => end.exit_code != Exit::Ok.code(),
            Fate::Died => true,
            Fate::AtWork | Fate::Unknown => false,
        })
    }
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}
