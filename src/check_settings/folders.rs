//! The folders on the server through which the files go.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Finding, Found, Who, server};
use crate::output::grouped;
use crate::remote::{Error, Kind, Listing, Remote};
use crate::report::Problem;
use crate::settings::{Inbox, Ready, Settings};
use crate::text::check_settings as say;
use crate::work_dir::{WorkDir, create_file};

pub(super) const PRODUCTS: &str = "products-inbox";
pub(super) const LOGISTICS: &str = "logistics-inbox";
pub(super) const STOCK: &str = "stock-inbox";
pub(super) const ORDERS: &str = "orders-outbox";

/// Folders that the jobs make in an inbox; some servers list folders like files.
const OUR_FOLDERS: [&str; 2] = ["archive", "error"];
/// How many names of foreign folders are shown.
const NAMES_SHOWN_MAX: usize = 5;

/// One of the folders on the server.
pub(super) struct Place {
    /// The check that tells of it.
    check: &'static str,
    /// The setting that names it.
    setting: &'static str,
    folder: String,
    /// `None` once it has been told.
    listing: Option<Result<Listing, Error>>,
}

/// Lists all of them.
///
/// # Errors
/// What has nothing to do with one folder: the connection, a server without SIZE.
pub(super) fn visit(remote: &mut Remote<'_>, settings: &Settings) -> Result<Vec<Place>> {
    let inboxes = [
        (PRODUCTS, "products.inbox", &settings.products.inbox),
        (LOGISTICS, "logistics.inbox", &settings.logistics.inbox),
        (STOCK, "stock.inbox", &settings.stock.inbox),
    ];
    let mut places = Vec::new();
    for (check, setting, inbox) in inboxes {
        let listing = visit_one(remote, &inbox.folder, &|name| is_waiting(inbox, name))?;
        places.push(Place { check, setting, folder: inbox.folder.clone(), listing: Some(listing) });
    }
    let (before, after) = settings.orders.file_name.split_once("{timestamp}").unwrap_or_default();
    let is_ours = |name: &str| name.starts_with(before) && name.ends_with(after);
    let folder = settings.orders.outbox.clone();
    let listing = visit_one(remote, &folder, &is_ours)?;
    places.push(Place { check: ORDERS, setting: "orders.outbox", folder, listing: Some(listing) });
    Ok(places)
}

/// Whether a name in an inbox is that of a file to be taken.
pub(super) fn is_waiting(inbox: &Inbox, name: &str) -> bool {
    let is_marker = matches!(&inbox.ready, Ready::Marker { suffix } if name.ends_with(suffix.as_str()));
    inbox.pattern.matches(name) && !is_marker && !OUR_FOLDERS.contains(&name)
}

fn visit_one(
    remote: &mut Remote<'_>,
    folder: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Result<Listing, Error>, Error> {
    match remote.list(folder, wanted) {
        Err(error) if matches!(error.kind, Kind::FolderMissing | Kind::Forbidden | Kind::Name) => {
            Ok(Err(error))
        }
        Err(error) => Err(error),
        Ok(listing) => Ok(Ok(listing)),
    }
}

/// If all of them are missing, that has one reason: the shop code, or where the folders are.
pub(super) fn together(remote: &mut Remote<'_>, shop_code: &str, places: &[Place]) -> Result<Found> {
    let failures: Vec<&Error> =
        places.iter().filter_map(|place| place.listing.as_ref()?.as_ref().err()).collect();
    let found = places.len() - failures.len();
    let are_missing = failures.iter().all(|error| error.kind == Kind::FolderMissing);
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
    Ok(Found::failed(vec![Finding::new(&[Who::Support, Who::Shop, Who::Savaway], problem)]))
}

/// What lies beside a folder that is not there: with a wrong shop code, the right one.
fn beside(remote: &mut Remote<'_>, folder: &str) -> Result<Option<(String, String)>> {
    let Some((parent, _)) = folder.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) else {
        return Ok(None);
    };
    let mut names: Vec<String> = match remote.names(parent) {
        Ok(names) => names.into_iter().collect(),
        Err(error) if matches!(error.kind, Kind::FolderMissing | Kind::Forbidden) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    names.sort_unstable();
    names.truncate(NAMES_SHOWN_MAX);
    Ok((!names.is_empty()).then(|| (parent.to_owned(), names.join(", "))))
}

/// An inbox and what waits in it. That `archive` or `error` are missing does not matter: they are made.
pub(super) fn inbox(places: &mut [Place], check: &str) -> Result<Found> {
    told(places, check, |folder, listing| {
        let bytes = listing.files.iter().map(|file| file.size).sum();
        match listing.files.len() {
            0 => Found::ok(say::inbox_empty(folder)),
            files => Found::ok(say::inbox_waiting(folder, files, &grouped(bytes))),
        }
    })
}

/// The outbox and what TEMPOSTAR has not taken yet.
pub(super) fn outbox(places: &mut [Place]) -> Result<Found> {
    told(places, ORDERS, |folder, listing| match listing.files.len() {
        0 => Found::ok(say::outbox_empty(folder)),
        files => Found::ok(say::outbox_waiting(folder, files)),
    })
}

fn told(places: &mut [Place], check: &str, tell: impl Fn(&str, &Listing) -> Found) -> Result<Found> {
    let place = places.iter_mut().find(|place| place.check == check).context("a folder was not visited")?;
    match place.listing.take().context("a folder is told once")? {
        Ok(listing) => Ok(tell(&place.folder, &listing)),
        Err(error) => {
            let problem = Problem { hint: say::hint_folder(place.setting), ..(*error.problem).clone() };
            Ok(Found::failed(vec![Finding::new(&[Who::Support, Who::Savaway], problem)]))
        }
    }
}

/// Uploads, measures, renames and deletes a small file under a name that no order file has.
pub(super) fn write_test(
    remote: &mut Remote<'_>,
    outbox: &str,
    work_dir: &WorkDir,
    run_id: &str,
) -> Result<Found> {
    let outbox = outbox.trim_end_matches('/');
    let first = format!("{outbox}/tempostar-check-{run_id}.tmp");
    let second = format!("{outbox}/tempostar-check-{run_id}-renamed.tmp");
    let local = work_dir.spool("check-settings")?.join(format!("{run_id}.tmp"));
    create_file(&local)
        .and_then(|mut file| file.write_all(b"written by tempostar check-settings --write-test\r\n"))
        .with_context(|| format!("cannot write {}", local.display()))?;
    let tried = write_and_delete(remote, &local, &first, &second);
    // The spool is emptied by nobody else.
    let _ = fs::remove_file(&local);
    let Err(error) = tried else { return Ok(Found::ok(say::write_test_passed(outbox))) };
    let left = [first, second].into_iter().filter(|path| is_left(remote, path));
    let left: Vec<Finding> = left.map(|path| Finding::new(&[Who::Support], say::probe_left(&path))).collect();
    let mut finding = server::finding(&error);
    if error.kind == Kind::Forbidden {
        finding.problem.hint = say::hint_write("orders.outbox");
    }
    Ok(Found::failed(vec![finding]).with_all(left))
}

fn write_and_delete(remote: &mut Remote<'_>, local: &Path, first: &str, second: &str) -> Result<(), Error> {
    remote.upload(local, first)?;
    remote.rename(first, second)?;
    remote.delete(second)
}

fn is_left(remote: &mut Remote<'_>, path: &str) -> bool {
    let _ = remote.delete(path);
    matches!(remote.size(path), Ok(Some(_)))
}
