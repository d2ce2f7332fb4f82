//! `[notify] command`: what a mail tells people, one problem a call, for a program: one JSON object on its standard input.
//!
//! It may keep a run for so long and no longer, gets none of our passwords, and how it fares changes nothing of the run.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use crate::books::cases::Case;
use crate::cases::News;
use crate::owner::{self, User};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::text::mail as text;

const DEADLINE: Duration = Duration::from_secs(10);

/// How often it is looked whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Tells of what begins and of what ends, as far as it was not told yet. What hindered it is a problem to be shown; after
/// one that does not end, the others are not tried: they would keep the run for longer.
pub(crate) fn tell(settings: &Settings, news: &News<'_>) -> Option<Problem> {
    let is_due = |case: &&Case| case.is_open() != case.is_notified;
    let mut hindered = None;
    for case in news.told().filter(is_due) {
        match call(settings, &object(settings, news, case)) {
            Ok(()) => {}
            Err(Failed::Otherwise(reason)) => hindered = Some(failed(settings, &reason)),
            Err(Failed::TooSlow) => {
                return Some(failed(settings, &format!("no end within {} s", DEADLINE.as_secs())));
            }
        }
    }
    hindered
}

fn failed(settings: &Settings, reason: &str) -> Problem {
    text::not_notified(settings.notify.first().map_or("", String::as_str), reason)
}

fn object(settings: &Settings, news: &News<'_>, case: &Case) -> Value {
    let (language, seen) = (settings.language, &case.seen);
    let who: Vec<&str> = seen.kind.who.iter().map(|who| who.as_str()).collect();
    json!({
        "event": if case.is_open() { "begins" } else { "ends" },
        "code": seen.kind.code,
        "severity": seen.kind.severity,
        "message": seen.message.get(language),
        "hint": seen.hint.get(language),
        "who": who,
        "job": case.job,
        "also": news.also,
        "concerns": case.concerns,
        "since": case.first_seen,
        "until": case.ended_at,
        "times": case.times_seen,
        "exit_code": seen.exit_code,
        "run_id": seen.run_id,
        "shop": settings.shop.name,
        "shop_code": settings.shop.code,
        "environment": settings.environment.as_str(),
        "host": owner::host(),
        "user": User::ours().name(),
        "settings": settings.full_path().display().to_string(),
    })
}

enum Failed {
    TooSlow,
    Otherwise(String),
}

fn call(settings: &Settings, object: &Value) -> Result<(), Failed> {
    let otherwise = |error: std::io::Error| Failed::Otherwise(error.to_string());
    let Some((program, arguments)) = settings.notify.split_first() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    settings.secret_variables.iter().for_each(|name| {
        command.env_remove(name);
    });
    let mut child = command.process_group(0).spawn().map_err(otherwise)?;
    if let Some(mut pipe) = child.stdin.take() {
        // Whether it reads it is its own affair.
        let _ = writeln!(pipe, "{object}");
    }
    let began = Instant::now();
    loop {
        match child.try_wait().map_err(otherwise)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(Failed::Otherwise(status.to_string())),
            None if began.elapsed() > DEADLINE => {
                end(&mut child);
                return Err(Failed::TooSlow);
            }
            None => thread::sleep(LOOK_EVERY),
        }
    }
}

/// With whatever it has started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}
