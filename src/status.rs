//! What `status` shows: the last runs, what waits, and what a person has to do by hand because it is not linked.

use std::fmt::Write;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::clock::{Clock, format_time};
use crate::jobs::{export_orders, import_logistics, import_products, import_stock};
use crate::ledger::{self, EndedRun, StoppedFile};
use crate::report::{Exit, Failure};
use crate::settings::Settings;
use crate::sync::failure_of;
use crate::text::{Language, Text, status as text};
use crate::work_dir::WorkDir;
use crate::{output, shop};

/// The jobs, in the order in which they are shown.
pub const JOBS: [&str; 4] =
    [import_products::COMMAND, import_logistics::COMMAND, import_stock::COMMAND, export_orders::COMMAND];

/// How many things of one kind the text names.
const SHOWN_MAX: usize = 10;

/// The state of things.
#[derive(Clone, Debug)]
pub struct Status {
    shop_name: String,
    environment: &'static str,
    now: String,
    jobs: Vec<Job>,
    orders_waiting: u64,
    held_back: Vec<(String, Text)>,
    batches_not_taken: Vec<String>,
    stopped_files: Vec<StoppedFile>,
    work_dir: WorkDir,
    hand_work: Vec<HandWork>,
}

/// One kind of thing that somebody has to do by hand, on one of the two sides.
#[derive(Clone, Debug)]
struct HandWork {
    /// Its key in the JSON document.
    key: &'static str,
    sentence: fn(count: u64) -> Text,
    /// Codes of products, or order numbers.
    names: Vec<String>,
}

/// One job's runs.
#[derive(Clone, Debug)]
struct Job {
    command: &'static str,
    last: Option<EndedRun>,
    last_success: Option<EndedRun>,
    /// The `[schedule]`'s minutes, if the last success is longer ago than that.
    overdue_min: Option<u32>,
}

/// Looks. Changes nothing.
///
/// # Errors
/// When the database cannot be read.
pub fn run(settings: &Settings, clock: &Clock) -> Result<Status, Failure> {
    read(settings, clock).map_err(|error| failure_of(&error))
}

fn read(settings: &Settings, clock: &Clock) -> Result<Status> {
    let database = shop::open_read_only(settings)?;
    let held_back = export_orders::held_back(&database, settings)?;
    let all_waiting = export_orders::count_waiting(&database)?;
    let under_way: u64 = ledger::open_batches(&database)?.iter().map(|batch| batch.order_count).sum();
    let batches = ledger::batches_not_taken(&database)?;
    Ok(Status {
        shop_name: settings.shop.name.clone(),
        environment: settings.environment.as_str(),
        now: format_time(clock.now()),
        jobs: JOBS
            .into_iter()
            .map(|command| job(&database, settings, clock, command))
            .collect::<Result<_>>()?,
        orders_waiting: all_waiting.saturating_sub(u64::try_from(held_back.len())?) + under_way,
        held_back,
        batches_not_taken: batches.into_iter().map(|(_, name)| name).collect(),
        stopped_files: ledger::stopped_files(&database)?,
        work_dir: WorkDir::at(&settings.work_dir),
        hand_work: hand_work(&database, settings, clock)?,
    })
}

fn hand_work(database: &Connection, settings: &Settings, clock: &Clock) -> Result<Vec<HandWork>> {
    let orders = export_orders::changed_orders(database, clock.now(), settings.limits.history_days)?;
    let of = |key, sentence, names| HandWork { key, sentence, names };
    Ok(vec![
        of("products_missing", text::products_missing, import_products::missing_products(database)?),
        of("orders_changed", text::orders_changed, orders.changed),
        of("orders_cancelled", text::orders_cancelled, orders.cancelled),
        of(
            "orders_cancelled_in_tempostar",
            text::orders_cancelled_in_tempostar,
            import_logistics::cancelled_there(database)?,
        ),
    ])
}

fn job(database: &Connection, settings: &Settings, clock: &Clock, command: &'static str) -> Result<Job> {
    let (last, last_success) = ledger::last_runs(database, command)?;
    let is_overdue = |minutes: &u32| {
        let latest = format_time(clock.now() - TimeDelta::minutes(i64::from(*minutes)));
        last_success.as_ref().is_none_or(|success| success.started_at < latest)
    };
    let overdue_min = settings.schedule.get(command).copied().filter(is_overdue);
    Ok(Job { command, last, last_success, overdue_min })
}

impl Status {
    /// Whether a person has to look: a job's last run did not end well or is overdue, a file is held, or an order is
    /// held back.
    pub fn needs_a_look(&self) -> bool {
        let is_held = self.stopped_files.iter().any(|file| file.is_held);
        is_held || !self.held_back.is_empty() || self.jobs.iter().any(Job::needs_a_look)
    }

    /// On one screen.
    pub fn text(&self, language: Language) -> String {
        let mut lines = vec![text::title(&self.shop_name, self.environment, &self.now)];
        lines.extend(self.jobs.iter().flat_map(Job::lines));
        lines.push(text::orders_waiting(self.orders_waiting));
        lines.push(text::orders_held_back(count(&self.held_back)));
        lines.extend(first(&self.held_back, |(order_no, reason)| {
            Text::same(order_no.as_str()).because(reason)
        }));
        lines.push(text::batches_not_taken(count(&self.batches_not_taken)));
        lines.push(text::files_stopped(count(&self.stopped_files)));
        lines.extend(first(&self.stopped_files, |file| self.stopped_file(file)));
        lines.extend(self.hand_work.iter().flat_map(HandWork::lines));
        lines.iter().fold(String::new(), |mut shown, line| {
            // Writing to a String cannot fail.
            let _ = writeln!(shown, "{}", line.get(language));
            shown
        })
    }

    fn stopped_file(&self, file: &StoppedFile) -> Text {
        let shown = if file.is_held {
            text::file_held(&file.command, &file.name, &file.decided_at)
        } else {
            text::file_refused(&file.command, &file.name, &file.decided_at, &self.copy_of(file))
        };
        shown.because(&file.reason)
    }

    fn copy_of(&self, file: &StoppedFile) -> String {
        self.work_dir.archived(&file.archived_as).display().to_string()
    }

    /// For programs.
    pub fn json(&self, language: Language) -> Value {
        let run = |run: &Option<EndedRun>| {
            run.as_ref().map(|run| {
                json!({
                    "run_id": run.run_id,
                    "started_at": run.started_at,
                    "outcome": run.outcome,
                    "exit_code": run.exit_code,
                })
            })
        };
        let held_back = self.held_back.iter();
        let hand_work: Map<String, Value> =
            self.hand_work.iter().map(|work| (work.key.to_owned(), work.json())).collect();
        json!({
            "command": "status",
            "environment": self.environment,
            "now": self.now,
            "needs_a_look": self.needs_a_look(),
            "jobs": self.jobs.iter().map(|job| json!({
                "command": job.command,
                "last_run": run(&job.last),
                "last_success": run(&job.last_success),
                "overdue": job.overdue_min.is_some(),
            })).collect::<Vec<_>>(),
            "orders": {
                "waiting": self.orders_waiting,
                "held_back": held_back.map(|(order_no, reason)| json!({
                    "order_no": order_no,
                    "reason": reason.get(language),
                })).collect::<Vec<_>>(),
                "files_not_taken": self.batches_not_taken,
            },
            "files": self.stopped_files.iter().map(|file| json!({
                "command": file.command,
                "name": file.name,
                "outcome": if file.is_held { "held" } else { "refused" },
                "decided_at": file.decided_at,
                "reason": file.reason.get(language),
                "copy": (!file.is_held).then(|| self.copy_of(file)),
            })).collect::<Vec<_>>(),
            "hand_work": hand_work,
        })
    }
}

impl HandWork {
    /// Nothing where nothing is to be done.
    fn lines(&self) -> Vec<Text> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let mut shown = self.first().join(", ");
        if self.names.len() > SHOWN_MAX {
            shown.push_str(", …");
        }
        vec![(self.sentence)(count(&self.names)), indented(Text::same(shown))]
    }

    fn json(&self) -> Value {
        json!({ "count": count(&self.names), "first": self.first() })
    }

    fn first(&self) -> &[String] {
        &self.names[..self.names.len().min(SHOWN_MAX)]
    }
}

impl Job {
    fn needs_a_look(&self) -> bool {
        let code = self.last.as_ref().and_then(|last| last.exit_code);
        self.overdue_min.is_some() || code.is_some_and(|code| code != Exit::Ok.code())
    }

    fn lines(&self) -> Vec<Text> {
        let mut lines = self.run_lines();
        lines.extend(self.overdue_min.map(|minutes| indented(text::overdue(minutes))));
        lines
    }

    fn run_lines(&self) -> Vec<Text> {
        let Some(last) = &self.last else { return vec![text::never_run(self.command)] };
        let first = match (&last.outcome, last.exit_code) {
            (Some(outcome), Some(code)) => {
                text::last_run(self.command, &last.started_at, outcome, &output::grouped(u64::from(code)))
            }
            _ => text::still_running(self.command, &last.started_at),
        };
        let success = match &self.last_success {
            Some(success) if success.run_id == last.run_id => return vec![first],
            Some(success) => text::last_success(&success.started_at),
            None => text::no_success(),
        };
        vec![first, indented(success)]
    }
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}

/// The first things, one a line, and how many more there are.
fn first<T>(things: &[T], show: impl Fn(&T) -> Text) -> Vec<Text> {
    let mut lines: Vec<Text> = things.iter().take(SHOWN_MAX).map(|thing| indented(show(thing))).collect();
    if things.len() > SHOWN_MAX {
        lines.push(indented(text::and_more(count(things) - SHOWN_MAX as u64)));
    }
    lines
}

fn indented(text: Text) -> Text {
    Text { ja: format!("  {}", text.ja), en: format!("  {}", text.en) }
}
