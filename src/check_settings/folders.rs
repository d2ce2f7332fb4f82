//! The folders on the server through which the files go, and what lies in them.

use std::collections::HashSet;

use anyhow::{Context, Result};
use chrono::{NaiveDateTime, TimeDelta};

use super::finding::Found;
use crate::file_time::server_time;
use crate::job::Job;
use crate::layout::grouped;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::server::{Error, ErrorKind, Listing, Remote, RemoteFile};
use crate::settings::{Inbox, Ready, Settings, folder_key, table_of};
use crate::sync::import::{join, marker_name};
use crate::text::{Text, check_settings as say};

/// The check that tells of the outbox.
pub(super) const OUTBOX: &str = "orders-outbox";

/// Folders that the jobs make in an inbox; some servers list folders like files.
const OUR_FOLDERS: [&str; 2] = ["archive", "error"];
/// How many names of files and foreign folders are shown.
const NAMES_SHOWN_MAX: usize = 5;
/// A marker comes within moments of its file.
const MARKER_AWAITED_MIN: i64 = 10;
/// Files are imported every few minutes, or daily.
const WAITING_TOLD_H: i64 = 25;
/// How the names of unfinished uploads end.
const UNFINISHED: [&str; 4] = [".tmp", ".part", ".filepart", ".uploading"];

pub(super) struct Place {
    /// Whose files go through it.
    pub(super) job: Job,
    pub(super) folder: String,
    /// `None` once it has been told.
    pub(super) seen: Option<Result<Seen, Error>>,
}

pub(super) struct Seen {
    /// What the job would take, or has sent.
    pub(super) listing: Listing,
    /// Everything.
    pub(super) names: HashSet<String>,
    /// How many files the jobs have put aside.
    put_aside: usize,
    /// Folders that are not ours.
    folders: Vec<String>,
}

pub(super) fn visit(remote: &mut Remote<'_>, settings: &Settings) -> Result<Vec<Place>> {
    let (before, after) = settings.orders.file_name.split_once("{timestamp}").unwrap_or_default();
    let is_ours = |name: &str| name.starts_with(before) && name.ends_with(after);
    let mut places = Vec::new();
    for job in Job::ALL.iter().copied() {
        let (folder, seen) = match settings.inbox(job) {
            Some(inbox) => {
                (&inbox.folder, visit_one(remote, &inbox.folder, &|name| is_waiting(inbox, name))?)
            }
            None => (&settings.orders.outbox, visit_one(remote, &settings.orders.outbox, &is_ours)?),
        };
        places.push(Place { job, folder: folder.clone(), seen: Some(seen) });
    }
    Ok(places)
}

/// Whether a name in an inbox is that of a file to be taken.
pub(super) fn is_waiting(inbox: &Inbox, name: &str) -> bool {
    inbox.pattern.matches(name) && !is_marker(inbox, name) && !OUR_FOLDERS.contains(&name)
}

pub(super) fn is_marker(inbox: &Inbox, name: &str) -> bool {
    matches!(&inbox.ready, Ready::Marker { suffix } if name.ends_with(suffix.as_str()))
}

fn visit_one(
    remote: &mut Remote<'_>,
    folder: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Result<Seen, Error>, Error> {
    let is_the_folders = |error: &Error| {
        matches!(error.kind, ErrorKind::FolderMissing | ErrorKind::Forbidden | ErrorKind::Name)
    };
    let listing = match remote.list(folder, wanted) {
        Err(error) if is_the_folders(&error) => return Ok(Err(error)),
        listing => listing?,
    };
    let names = remote.names(folder)?;
    let put_aside = match remote.names(&join(folder, "error")) {
        // It is made when the first file is put aside.
        Err(error) if is_the_folders(&error) => 0,
        names => names?.len(),
    };
    let mut folders = Vec::new();
    // Folders have no ending, mostly.
    for name in names.iter().filter(|name| !name.contains('.') && !OUR_FOLDERS.contains(&name.as_str())) {
        let is_file = listing.files.iter().any(|file| file.name == *name);
        if folders.len() < NAMES_SHOWN_MAX && !is_file && remote.names(&join(folder, name)).is_ok() {
            folders.push(name.clone());
        }
    }
    folders.sort_unstable();
    Ok(Ok(Seen { listing, names, put_aside, folders }))
}

pub(super) fn is_csv(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".csv")
}

/// If all of them are missing, that has one reason: the shop code, or where the folders are.
pub(super) fn together(remote: &mut Remote<'_>, shop_code: &str, places: &[Place]) -> Result<Found> {
    let failures: Vec<&Error> =
        places.iter().filter_map(|place| place.seen.as_ref()?.as_ref().err()).collect();
    let found = places.len() - failures.len();
    let are_missing = failures.iter().all(|error| error.kind == ErrorKind::FolderMissing);
    let Some(first) = failures.first().filter(|_| found == 0 && are_missing) else {
        return Ok(Found::ok(say::server_folders(found, places.len())));
    };
    let problem = match beside(remote, &places[0].folder)? {
        Some((parent, names)) => say::shop_folders_elsewhere(shop_code, &parent, &names),
        None => {
            let folders: Vec<&str> = places.iter().map(|place| place.folder.as_str()).collect();
            let problem = say::shop_folders_missing(shop_code, &folders.join(", "));
            Problem { message: problem.message.clone().because(&first.problem.message), ..problem }
        }
    };
    Ok(Found::failed([problem]))
}

/// What lies beside a folder that is not there: with a wrong shop code, the right one.
fn beside(remote: &mut Remote<'_>, folder: &str) -> Result<Option<(String, String)>> {
    let Some((parent, _)) = folder.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) else {
        return Ok(None);
    };
    let mut names: Vec<String> = match remote.names(parent) {
        Ok(names) => names.into_iter().collect(),
        Err(error) if matches!(error.kind, ErrorKind::FolderMissing | ErrorKind::Forbidden) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    names.sort_unstable();
    names.truncate(NAMES_SHOWN_MAX);
    Ok((!names.is_empty()).then(|| (parent.to_owned(), names.join(", "))))
}

/// An inbox and what waits in it. That `archive` or `error` are missing does not matter: they are made.
pub(super) fn inbox(
    places: &mut [Place],
    job: Job,
    inbox: &Inbox,
    shop_code: &str,
    now: Moment,
) -> Result<Found> {
    told(places, job, |place, seen| {
        let listing = &seen.listing;
        let bytes = grouped(listing.files.iter().map(|file| file.size).sum());
        let fact = match (listing.files.len(), oldest(listing, now)) {
            (0, _) => say::inbox_empty(&place.folder),
            (files, None) => say::inbox_waiting(&place.folder, files, &bytes),
            (files, Some((_, oldest))) => {
                say::inbox_waiting_since(&place.folder, files, &bytes, &oldest.minute())
            }
        };
        Found::ok(fact).with(odd_in_inbox(place, seen, inbox, shop_code, now))
    })
}

/// The outbox and what TEMPOSTAR has not taken yet. `is_known`: whether a file is one of this database's.
pub(super) fn outbox(
    places: &mut [Place],
    now: Moment,
    is_known: impl Fn(&str) -> Result<bool>,
) -> Result<Found> {
    told(places, Job::Orders, |place, seen| {
        let fact = match (seen.listing.files.len(), oldest(&seen.listing, now)) {
            (0, _) => say::outbox_empty(&place.folder),
            (files, None) => say::outbox_waiting(&place.folder, files),
            (files, Some((_, oldest))) => say::outbox_waiting_since(&place.folder, files, &oldest.minute()),
        };
        let is_strange = |name: &&String| is_csv(name) && is_known(name).is_ok_and(|is_known| !is_known);
        let strangers = shown(seen.names.iter().filter(is_strange));
        let strangers = strangers.map(|names| say::outbox_strangers(&place.folder, &names));
        Found::ok(fact).with(unfinished(place, seen)).with(strangers)
    })
}

fn told(places: &mut [Place], job: Job, tell: impl Fn(&Place, &Seen) -> Found) -> Result<Found> {
    let place = places.iter_mut().find(|place| place.job == job).context("a folder was not visited")?;
    match place.seen.take().context("a folder is told once")? {
        Ok(seen) => Ok(tell(place, &seen)),
        Err(error) => {
            let hint = say::hint_folder(folder_key(place.job));
            Ok(Found::failed([Problem { hint, ..*error.problem }]))
        }
    }
}

/// The file that waits longest, and since when (Japan time).
fn oldest(listing: &Listing, now: Moment) -> Option<(&str, Moment)> {
    let times =
        listing.files.iter().filter_map(|file| Some((file.name.as_str(), server_time(file.modified?, now))));
    times.min_by_key(|(_, time)| *time)
}

fn odd_in_inbox(place: &Place, seen: &Seen, inbox: &Inbox, shop_code: &str, now: Moment) -> Vec<Problem> {
    let late = oldest(&seen.listing, now).filter(|(_, time)| now - *time > TimeDelta::hours(WAITING_TOLD_H));
    let first = without_marker(seen, inbox, now)
        .or_else(|| late.map(|(name, time)| say::file_waits_long(name, &time.minute())));
    let unreadable = seen.listing.unreadable.first();
    let unreadable = unreadable.map(|file| say::inbox_file_unreadable(&file.name, &file.reply));
    let aside =
        (seen.put_aside > 0).then(|| say::files_put_aside(&join(&place.folder, "error"), seen.put_aside));
    let others = only_folders(place, seen, shop_code)
        .or_else(|| unmatched(place, seen, inbox))
        .or_else(|| not_taken(place, seen, inbox));
    [first, unreadable, others, aside, unfinished(place, seen)].into_iter().flatten().collect()
}

/// Files that wait for a marker for longer than one takes.
fn without_marker(seen: &Seen, inbox: &Inbox, now: Moment) -> Option<Problem> {
    let Ready::Marker { suffix } = &inbox.ready else { return None };
    let is_late = |modified: Option<NaiveDateTime>| {
        let since = modified.map(|modified| server_time(modified, now));
        since.is_none_or(|since| now - since > TimeDelta::minutes(MARKER_AWAITED_MIN))
    };
    let mut late = seen
        .listing
        .files
        .iter()
        .filter(|file| is_late(file.modified) && !seen.names.contains(&marker_name(&file.name, suffix)));
    let first = late.next()?;
    Some(say::marker_missing(&first.name, &marker_name(&first.name, suffix), 1 + late.count()))
}

/// Files lie there, but none of a name that the job takes.
fn unmatched(place: &Place, seen: &Seen, inbox: &Inbox) -> Option<Problem> {
    if !seen.listing.files.is_empty() {
        return None;
    }
    let is_foreign = |name: &&String| {
        // Folders have no ending, mostly.
        name.contains('.')
            && !name.starts_with('.')
            && !is_waiting(inbox, name)
            && !is_marker(inbox, name)
            && !is_unfinished(name)
            && seen.listing.unreadable.iter().all(|file| file.name != **name)
    };
    let foreign = shown(seen.names.iter().filter(is_foreign))?;
    Some(say::no_name_matches(&foreign, table_of(place.job)))
}

/// Nothing but folders: the inbox is probably one of them.
fn only_folders(place: &Place, seen: &Seen, shop_code: &str) -> Option<Problem> {
    let are_all = seen.names.iter().all(|name| {
        seen.folders.contains(name) || OUR_FOLDERS.contains(&name.as_str()) || name.starts_with('.')
    });
    let first = seen.folders.first().filter(|_| are_all)?;
    let ours = seen.folders.iter().find(|name| *name == shop_code).map(|_| "{shop_code}");
    let deeper = join(&place.folder, ours.unwrap_or(first));
    Some(say::inbox_of_folders(&place.folder, &seen.folders.join(", "), folder_key(place.job), &deeper))
}

/// What lies beside the files and is taken by no job, with the reason.
fn not_taken(place: &Place, seen: &Seen, inbox: &Inbox) -> Option<Problem> {
    let told = |name: &str, reason: Text| Text {
        ja: format!("{name}（{}）", reason.ja),
        en: format!("{name} ({})", reason.en),
    };
    let mut not_taken = Vec::new();
    let mut names: Vec<&String> = seen.names.iter().collect();
    names.sort_unstable();
    for name in names {
        let of_marked = |file: &RemoteFile| matches!(&inbox.ready, Ready::Marker { suffix } if marker_name(&file.name, suffix) == *name);
        let reason = match name.as_str() {
            ours if OUR_FOLDERS.contains(&ours) || is_unfinished(ours) => continue,
            _ if seen.listing.unreadable.iter().any(|file| file.name == *name) => continue,
            _ if seen.folders.contains(name) => say::reason_folder(),
            _ if is_marker(inbox, name) && seen.listing.files.iter().any(of_marked) => continue,
            _ if is_marker(inbox, name) => say::reason_lone_marker(),
            _ if is_waiting(inbox, name) => continue,
            _ => say::reason_pattern(table_of(place.job), inbox.pattern.as_str()),
        };
        not_taken.push(told(name, reason));
    }
    not_taken.extend(seen.listing.ignored.iter().map(|name| told(name, say::reason_name())));
    let names = Text::listed(&not_taken);
    (!not_taken.is_empty()).then(|| say::names_not_taken(&names.ja, &names.en))
}

/// What an upload has left that was never finished, or goes on right now.
fn unfinished(place: &Place, seen: &Seen) -> Option<Problem> {
    let names = shown(seen.names.iter().filter(|name| is_unfinished(name)))?;
    Some(say::unfinished_files(&place.folder, &names))
}

fn is_unfinished(name: &str) -> bool {
    UNFINISHED.iter().any(|ending| name.ends_with(ending))
}

/// The first few of the names, sorted; `None` if there are none.
fn shown<'n>(names: impl Iterator<Item = &'n String>) -> Option<String> {
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    names.truncate(NAMES_SHOWN_MAX);
    (!names.is_empty()).then(|| names.join(", "))
}
