//! Whether this computer's clock can be right: looked at before a run consumes, stamps or forgets anything by it.
//!
//! Three witnesses are asked. The ledger: nothing was done later than now. The server: it stamps what we upload, and we
//! know when that was; how far its clock is ahead is measured with each file of orders and remembered. And the host,
//! where it tells whether something keeps its clock right. With a clock that cannot be right the run ends.

use std::path::Path;

use anyhow::Result;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::run::Run;
use crate::books::batches::Place;
use crate::books::clock::{self, Known};
use crate::books::files;
use crate::file_time::Times;
use crate::kept::create_file;
use crate::moment::Moment;
use crate::permit::Permit;
use crate::problem::{Failure, Problem};
use crate::server::{Error, Remote, RemoteFile};
use crate::settings::Inbox;
use crate::text::sync as text;

/// No clock can be right that shows an earlier day than that on which this was written.
pub(crate) const WRITTEN_ON: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();

/// Two hosts that share a database need not agree to the minute.
pub(crate) const SLACK: TimeDelta = TimeDelta::minutes(10);

/// By so much two measurements of a server's clock may differ.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// What is within the time that an upload takes is no difference.
const JITTER: TimeDelta = TimeDelta::seconds(30);

/// After a longer pause than this it is asked for whether the clock has leapt …
const LEAP: TimeDelta = TimeDelta::days(1);

/// … and after a longer one than this it is not believed without a witness: what it calls old would be erased.
const LEAP_MAX: TimeDelta = TimeDelta::days(35);

/// So many names of earlier files tell whether their digits are times.
const NAMES_LOOKED_AT: usize = 100;

/// No place on earth is further from UTC.
const ZONE_MAX: TimeDelta = TimeDelta::hours(14);

/// What the server says of our clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Witness {
    Agrees,
    /// It is this moment, by the server.
    Disagrees(Moment),
    /// It cannot be asked, or tells no times.
    Silent,
}

/// Ends the run if the clock cannot be right; puts stamps right that another clock has left in the future.
pub(super) fn check(run: &mut Run<'_>, permit: Permit) -> Result<()> {
    let now = run.clock.now();
    if now.date() < WRITTEN_ON {
        return Err(wrong(text::clock_before_release(now, &WRITTEN_ON.to_string())));
    }
    take_probe_away(run, permit)?;
    let run_id = run.report.run_id.clone();
    if let Some(newest) = clock::newest_believed(&run.books, &run_id)? {
        let (is_behind, has_leapt) = (newest > now + SLACK, now - newest > LEAP);
        if is_behind || has_leapt {
            match (is_behind, witness(run, permit)?) {
                (_, Witness::Agrees) => {}
                (true, _) => return Err(wrong(text::clock_behind(now, newest))),
                (false, Witness::Disagrees(there)) => {
                    return Err(wrong(text::clock_ahead(now, there, newest)));
                }
                (false, Witness::Silent) if now - newest <= LEAP_MAX => {}
                (false, Witness::Silent) => return Err(wrong(text::clock_leapt(now, newest))),
            }
        }
    }
    if clock::newest_of_all(&run.books, &run_id)?.is_some_and(|newest| newest > now + SLACK) {
        let count =
            run.books.write(permit, "clock-put-right", |books| clock::put_right(books, now + SLACK, now))?;
        run.report.tell(text::future_stamps(count));
    }
    Ok(())
}

fn wrong(problem: Problem) -> anyhow::Error {
    Failure::of(problem).into()
}

fn witness(run: &Run<'_>, permit: Permit) -> Result<Witness> {
    let now = run.clock.now();
    let is_confirmed = |at: Moment| at <= now && now - at <= LEAP;
    if clock::confirmed(&run.books)?.is_some_and(is_confirmed) {
        return Ok(Witness::Agrees);
    }
    let known = clock::server_ahead(&run.books, &server(run), Known::Measured)?;
    let found = match (measure(run, permit), known) {
        (Some(ahead), Some(known)) if (ahead - known).abs() <= TOLERANCE => Witness::Agrees,
        (Some(ahead), Some(known)) => Witness::Disagrees(now + (ahead - known)),
        // Nine hours can be the server's zone or our mistake.
        (Some(ahead), None) if ahead.abs() <= TOLERANCE => Witness::Agrees,
        (Some(ahead), None) if ahead.abs() > ZONE_MAX => Witness::Disagrees(now + ahead),
        _ => Witness::Silent,
    };
    let is_kept_right = found == Witness::Silent && run.clock.is_synchronised();
    Ok(if is_kept_right { Witness::Agrees } else { found })
}

fn server(run: &Run<'_>) -> String {
    Place::new(run.settings).server
}

/// Lets the server stamp a small file in the outbox, under a name that is none of an order file.
fn measure(run: &Run<'_>, permit: Permit) -> Option<TimeDelta> {
    let local = run.spool().ok()?.join("clock");
    let outbox = run.settings.orders.outbox.trim_end_matches('/');
    let path = format!("{outbox}/tempostar-clock-{}.tmp", run.report.run_id);
    let note = |path: &str| {
        run.books.write(permit, "clock-probe", |books| clock::note_probe(books, run.report.job, path))
    };
    note(&path).ok()?;
    let mut remote = Remote::new(&run.settings.ftp);
    let measured = create_file(&local)
        .is_ok()
        .then(|| stamp(run, permit, &mut remote, &local, &path).ok().flatten())
        .flatten();
    let _ = std::fs::remove_file(&local);
    if measured.is_some() {
        note("").ok()?;
    }
    remote.close();
    measured
}

/// Takes away what an earlier run of this job that died has laid down for the server to stamp.
fn take_probe_away(run: &Run<'_>, permit: Permit) -> Result<()> {
    let Some(path) = clock::probe(&run.books, run.report.job)? else { return Ok(()) };
    let mut remote = Remote::new(&run.settings.ftp);
    let is_gone = match remote.size(&path) {
        Ok(None) => true,
        // Where nothing may be deleted, it stays.
        Ok(Some(_)) => {
            let _ = remote.delete(permit, &path);
            true
        }
        Err(_) => false,
    };
    remote.close();
    if is_gone {
        run.books.write(permit, "clock-probe", |books| clock::note_probe(books, run.report.job, ""))?;
    }
    Ok(())
}

fn stamp(
    run: &Run<'_>,
    permit: Permit,
    remote: &mut Remote<'_>,
    local: &Path,
    path: &str,
) -> Result<Option<TimeDelta>, Error> {
    let before = run.clock.now();
    remote.upload(permit, local, path)?;
    let between = (before, run.clock.now());
    let told = remote.modified(path);
    remote.delete(permit, path)?;
    Ok(told?.map(|told| ahead(told, between)))
}

/// By how much a time that the server tells of what was written `between` is ahead of our clock.
pub(crate) fn ahead(told: NaiveDateTime, between: (Moment, Moment)) -> TimeDelta {
    let told = Moment::of_utc(told);
    let ahead = told - told.clamp(between.0, between.1);
    if ahead.abs() <= JITTER { TimeDelta::zero() } else { ahead }
}

/// Remembers how far the server's clock is ahead. If that has changed, one of the two clocks is wrong now.
pub(super) fn note_measured(run: &Run<'_>, permit: Permit, ahead: TimeDelta) -> Result<()> {
    let server = server(run);
    let known = clock::server_ahead(&run.books, &server, Known::Measured)?;
    match known {
        Some(known) if (ahead - known).abs() <= JITTER => Ok(()),
        Some(known) if (ahead - known).abs() > TOLERANCE => Err(moved_apart(run, ahead - known)),
        _ => run.books.write(permit, "server-clock", |books| {
            clock::note_server_ahead(books, &server, Known::Measured, ahead)
        }),
    }
}

/// How the times of a listing are to be understood. Ends the run if they say that our clock is behind.
pub(super) fn times(run: &mut Run<'_>, inbox: &Inbox, listed: &[RemoteFile]) -> Result<Times> {
    let listed_at = run.clock.now();
    let server = server(run);
    let measured = clock::server_ahead(&run.books, &server, Known::Measured)?;
    let seen = clock::server_ahead(&run.books, &server, Known::Seen)?;
    let told: Vec<_> = listed.iter().map(|file| (file.name.as_str(), file.modified)).collect();
    let earlier = files::last_names(&run.books, run.report.job, NAMES_LOOKED_AT)?;
    let newest = files::newest_applied_time(&run.books, run.report.job)?;
    let times = Times::new(&told, &earlier, listed_at, inbox.time_in_name, measured.or(seen), newest);
    let Some(permit) = run.permit else { return Ok(times) };
    if measured.or(seen).is_none() && times.ahead() != TimeDelta::zero() {
        run.books.write(permit, "server-clock", |books| {
            clock::note_server_ahead(books, &server, Known::Seen, times.ahead())
        })?;
    }
    if let Some(later) = times.later_than_now(&told) {
        return Err(wrong(text::clock_ahead_of_us(listed_at, later)));
    }
    let newest = listed.iter().filter_map(|file| file.modified).map(|told| times.told(told)).max();
    if let Some(known) = measured
        && newest.is_some_and(|newest| newest > listed_at + SLACK)
        && let Some(ahead) = measure(run, permit)
        && (ahead - known).abs() > TOLERANCE
    {
        return Err(moved_apart(run, ahead - known));
    }
    Ok(times)
}

/// That this computer's clock and the server's are not as they were to each other, by so much.
pub(super) fn moved_apart(run: &Run<'_>, by: TimeDelta) -> anyhow::Error {
    let now = run.clock.now();
    wrong(match run.clock.is_synchronised() {
        true => text::server_clock_moved(now, now + by),
        false => text::clocks_moved_apart(now, now + by),
    })
}
