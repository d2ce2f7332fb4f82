//! Whether the server lets us do what the jobs do, in the order in which they do it: a small file is looked for, written,
//! found in the listing, read, renamed, found again and deleted. Nothing of it stays.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::{NaiveDateTime, TimeDelta};

use super::finding::{Finding, Found};
use super::server;
use crate::books::Books;
use crate::books::clock::{self, Known};
use crate::job::Job;
use crate::kept::create_file;
use crate::moment::{Clock, JAPAN_AHEAD, Moment};
use crate::permit::Permit;
use crate::problem::Problem;
use crate::server::{Error, ErrorKind, Remote};
use crate::settings::{AfterImport, Inbox, folder_key};
use crate::shelf::Shelf;
use crate::sync::clock::ahead;
use crate::sync::import::join;
use crate::text::check_settings as say;

/// By so much the server's clock may differ from ours.
const CLOCK_TOLERANCE_S: i64 = 120;
/// No place on earth is further from UTC.
const ZONE_MAX_H: i64 = 14;

/// The file that is sent to and fro. Its name is none of an order file.
pub(super) struct Probe {
    local: PathBuf,
    name: String,
    content: Vec<u8>,
}

impl Probe {
    pub(super) fn write(work_dir: &Shelf, run_id: &str) -> Result<Self> {
        let local = work_dir.spool("check-settings")?.join(format!("{run_id}.tmp"));
        let content = content();
        create_file(&local)
            .and_then(|mut file| file.write_all(&content))
            .with_context(|| format!("cannot write {}", local.display()))?;
        Ok(Self { local, name: format!("tempostar-check-{run_id}.tmp"), content })
    }

    fn renamed(&self) -> String {
        self.name.replace(".tmp", "-renamed.tmp")
    }

    fn read_back(&self) -> PathBuf {
        self.local.with_extension("back")
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // The spool is emptied by nobody else; what is not there need not be removed.
        let _ = fs::remove_file(&self.local);
        let _ = fs::remove_file(self.read_back());
    }
}

/// Every byte, and every kind of line end: a server that converts them is found out.
fn content() -> Vec<u8> {
    let mut content = b"written by tempostar check-settings --write-test\r\n\n\r".to_vec();
    content.extend(0..=u8::MAX);
    content
}

/// What the server says about when the file was written.
pub(super) struct Written {
    /// Japan time, before and after it was written, by our clock.
    between: (Moment, Moment),
    /// As MDTM tells it.
    told: Option<NaiveDateTime>,
}

/// Does with the probe what an export does with a file, and more, in the outbox.
pub(super) fn outbox(
    remote: &mut Remote<'_>,
    outbox: &str,
    probe: &Probe,
    clock: &Clock,
) -> (Found, Option<Written>) {
    let permit = Permit::of_a_real_run();
    let (first, second) = (join(outbox, &probe.name), join(outbox, &probe.renamed()));
    let mut written = None;
    let mut try_all = || -> Result<Option<Problem>, Error> {
        if remote.size(&first)?.is_some() {
            return Ok(Some(say::probe_size_of_nothing(&first)));
        }
        let before = clock.now();
        remote.upload(permit, &probe.local, &first)?;
        let between = (before, clock.now());
        written = Some(Written { between, told: remote.modified(&first)? });
        let found = find_and_fetch(remote, outbox, probe)?;
        remote.rename(permit, &first, &second)?;
        let names = remote.names(outbox)?;
        let is_moved = names.contains(&probe.renamed()) && !names.contains(&probe.name);
        if !is_moved {
            return Ok(Some(say::probe_not_renamed(outbox)));
        }
        remote.delete(permit, &second)?;
        Ok(found)
    };
    let found = match try_all() {
        Ok(None) => Found::ok(say::write_test_passed(outbox)),
        Ok(Some(problem)) if written.is_none() => Found::failed([problem]),
        Ok(Some(problem)) => odd(remote, problem, &[first, second]),
        Err(error) => failed(remote, &error, Job::Orders, &[first, second]),
    };
    (found, written)
}

/// Finds the probe by its name, as an import does, and compares what comes back.
fn find_and_fetch(remote: &mut Remote<'_>, folder: &str, probe: &Probe) -> Result<Option<Problem>, Error> {
    let listed = remote.list(folder, &|name| name == probe.name)?.files;
    let Some(file) = listed.first().filter(|file| file.size == probe.content.len() as u64) else {
        return Ok(Some(say::probe_not_listed(folder)));
    };
    remote.download(folder, file, &probe.read_back())?;
    let is_same = fs::read(probe.read_back()).is_ok_and(|content| content == probe.content);
    Ok((!is_same).then(|| say::probe_altered(folder)))
}

/// Does with the probe what an import does with a file that it has taken.
pub(super) fn inbox(remote: &mut Remote<'_>, inbox: &Inbox, job: Job, probe: &Probe) -> Found {
    let permit = Permit::of_a_real_run();
    let archive = join(&inbox.folder, "archive");
    // An import that runs right now would take the probe for a file.
    let is_taken = inbox.pattern.matches(&probe.name);
    if (is_taken || inbox.after_import == AfterImport::Archive)
        && let Err(error) = remote.make_folder(permit, &archive)
    {
        return failed(remote, &error, job, &[]);
    }
    if is_taken {
        return Found::ok(say::moving_half_tried(&inbox.folder));
    }
    let (here, there) = (join(&inbox.folder, &probe.name), join(&archive, &probe.name));
    match remote.upload(permit, &probe.local, &here) {
        // Who may take away here need not be allowed to put something here.
        Err(error) if error.kind == ErrorKind::Forbidden => {
            return Found::failed([say::moving_untried(&inbox.folder).because(&error.problem.message)]);
        }
        Err(error) => return failed(remote, &error, job, &[here]),
        Ok(()) => {}
    }
    match (take(remote, inbox, probe, &here, &there), inbox.after_import) {
        (Ok(None), AfterImport::Archive) => Found::ok(say::moving_passed(&archive)),
        (Ok(None), AfterImport::Delete) => Found::ok(say::deleting_passed(&inbox.folder)),
        (Ok(Some(problem)), _) => odd(remote, problem, &[here, there]),
        (Err(error), _) => failed(remote, &error, job, &[here, there]),
    }
}

/// Takes the probe away as its setting says; what was odd about it.
fn take(
    remote: &mut Remote<'_>,
    inbox: &Inbox,
    probe: &Probe,
    here: &str,
    there: &str,
) -> Result<Option<Problem>, Error> {
    let permit = Permit::of_a_real_run();
    let found = find_and_fetch(remote, &inbox.folder, probe)?;
    if inbox.after_import == AfterImport::Delete {
        remote.delete(permit, here)?;
        return Ok(found);
    }
    remote.rename(permit, here, there)?;
    if remote.size(there)?.is_none() {
        return Ok(Some(say::probe_not_renamed(&join(&inbox.folder, "archive"))));
    }
    remote.delete(permit, there)?;
    Ok(found)
}

/// Tidies up, and names what cannot be tidied up.
fn odd(remote: &mut Remote<'_>, finding: impl Into<Finding>, paths: &[String]) -> Found {
    let left = paths.iter().filter(|path| is_left(remote, path));
    Found::failed([finding]).with(left.map(|path| say::probe_left(path)))
}

fn failed(remote: &mut Remote<'_>, error: &Error, job: Job, paths: &[String]) -> Found {
    let mut finding = server::finding(error);
    if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::FolderMissing) {
        finding.problem.hint = say::hint_write(folder_key(job));
    }
    odd(remote, finding, paths)
}

fn is_left(remote: &mut Remote<'_>, path: &str) -> bool {
    let _ = remote.delete(Permit::of_a_real_run(), path);
    matches!(remote.size(path), Ok(Some(_)))
}

/// Remembers how far the server's clock is ahead, and that a person had ours checked: the jobs go by both.
pub(super) fn remember(books: &Books, server: &str, written: &Written) -> Result<()> {
    let ahead = written.told.map(|told| ahead(told, written.between));
    if ahead.is_some_and(|ahead| ahead.abs() > TimeDelta::hours(ZONE_MAX_H + 1)) {
        return Ok(());
    }
    books.write(Permit::of_a_real_run(), "server-clock", |books| {
        if let Some(ahead) = ahead {
            clock::note_server_ahead(books, server, Known::Measured, ahead)?;
        }
        clock::note_confirmed(books, written.between.1)
    })
}

/// The difference between the server's clock and ours.
pub(super) fn difference_told(written: &Written) -> Found {
    let Some(told) = written.told else { return Found::ok(say::clock_untold()) };
    let ours = written.between.1.minute();
    match difference(told, written.between) {
        Difference::Small(seconds) => Found::ok(say::clock_right(seconds)),
        Difference::JapanTime => Found::ok(say::clock_of_japan(&ours)),
        Difference::Zone(ahead) => Found::failed([say::clock_of_another_zone(&hours(ahead), &ours)]),
        Difference::Wrong(ahead) => Found::failed([match ahead > TimeDelta::zero() {
            true => say::clock_ahead(ahead.num_minutes(), &ours),
            false => say::clock_behind(-ahead.num_minutes(), &ours),
        }]),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Difference {
    /// Seconds.
    Small(i64),
    /// The server tells Japan time for UTC, which the imports see through.
    JapanTime,
    /// The server tells the time of another zone, which is ahead of UTC by so much.
    Zone(TimeDelta),
    /// The server's clock is ahead by so much.
    Wrong(TimeDelta),
}

/// `told` should be UTC; the file was written `between`, Japan time.
fn difference(told: NaiveDateTime, between: (Moment, Moment)) -> Difference {
    let told = Moment::of_utc(told);
    // Whole seconds are compared; within the time that the upload took, any is right.
    let ahead = told - told.clamp(between.0, between.1);
    let tolerance = TimeDelta::seconds(CLOCK_TOLERANCE_S);
    let is_about = |zone: TimeDelta| (ahead - zone).abs() <= tolerance;
    let half_hours = (-2 * ZONE_MAX_H..=2 * ZONE_MAX_H).map(|half| TimeDelta::minutes(30 * half));
    if ahead.abs() <= tolerance {
        Difference::Small(ahead.num_seconds().abs())
    } else if is_about(JAPAN_AHEAD) {
        Difference::JapanTime
    } else if is_about(-JAPAN_AHEAD) {
        // No such server is in Alaska; a computer that takes its clock's Japan time for UTC is 9 hours ahead.
        Difference::Wrong(ahead)
    } else {
        half_hours.into_iter().find(|zone| is_about(*zone)).map_or(Difference::Wrong(ahead), Difference::Zone)
    }
}

/// `+5:30`
fn hours(ahead: TimeDelta) -> String {
    let minutes = ahead.num_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_told_from_another_zone() {
        let at = |time: &str| format!("2026-11-24 {time}").parse::<Moment>().unwrap();
        let told_at = |time: &str| format!("2026-11-24T{time}").parse::<NaiveDateTime>().unwrap();
        let between = (at("10:15:00"), at("10:15:09"));
        for (told, expected) in [
            ("01:15:05", Difference::Small(0)),
            ("01:16:00", Difference::Small(51)),
            ("01:13:05", Difference::Small(115)),
            ("10:15:10", Difference::JapanTime),
            ("02:15:10", Difference::Zone(TimeDelta::hours(1))),
            ("06:45:00", Difference::Zone(TimeDelta::minutes(330))),
            ("01:18:09", Difference::Wrong(TimeDelta::minutes(3))),
            ("00:55:00", Difference::Wrong(TimeDelta::minutes(-20))),
        ] {
            assert_eq!(difference(told_at(told), between), expected, "{told}");
        }
        let alaska = difference(told_at("16:15:00") - TimeDelta::days(1), between);
        assert_eq!(alaska, Difference::Wrong(TimeDelta::hours(-9)));
        let yesterday = difference(told_at("01:15:05") - TimeDelta::days(1), between);
        assert!(matches!(yesterday, Difference::Wrong(_)));
        assert_eq!(hours(TimeDelta::minutes(-210)), "-3:30");
    }
}
