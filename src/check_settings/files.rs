//! The newest file of each kind: could it be taken? The jobs read it themselves, in a dry run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::finding::{Found, Status};
use super::folders::{self, is_marker};
use super::world::World;
use crate::books::files::{self, FileEntry};
use crate::file_time::{own_time, server_time};
use crate::interrupt;
use crate::job::Job;
use crate::jobs::{self, logistics, products, stock};
use crate::layout::first_names;
use crate::problem::{Problem, Severity};
use crate::report::{FileOutcome, Report};
use crate::server::{ErrorKind, Remote, RemoteFile};
use crate::settings::{Inbox, Ready, Settings, columns, folder_key, table_of};
use crate::sheet::{EncodingChoice, Header, Naming, Sheet, nearest};
use crate::sync::import::{Source, join, kind_of, marker_name};
use crate::sync::{self, Approvals, Mode};
use crate::text::{Text, check_settings as say, jobs as told};

/// A larger file is not fetched only to be looked at.
const SIZE_MAX: u64 = 100 * 1024 * 1024;
/// Nor a larger one for its header.
const FETCHED_MAX: u64 = 8 << 20;

/// How many problems of a file are told, and how many columns.
const PROBLEMS_TOLD_MAX: usize = 5;
const COLUMNS_TOLD_MAX: usize = 40;
const NEAREST_TOLD_MAX: usize = 3;

struct Sample {
    name: String,
    path: PathBuf,
    /// What comes of it is still to be seen; else the ledger knows.
    is_waiting: bool,
    size: u64,
}

/// Whether what lies in the folders is what belongs there: by the newest file of each, and its header.
pub(super) fn kinds(world: &mut World<'_>) -> Result<Found> {
    let Some(work_dir) = &world.work_dir else { return Ok(Found::ok(say::kinds_right())) };
    let spool = work_dir.spool(SPOOL)?;
    let mut kinds = Vec::new();
    for place in &world.places {
        kinds.push(kind_within(&mut world.remote, world.settings, place, &spool)?);
    }
    let at = |job: Job| world.places.iter().zip(&kinds).find(|(place, _)| place.job == job);
    for (place, kind) in world.places.iter().zip(&kinds) {
        let Some((file, found)) = kind.as_ref().filter(|(_, found)| *found != place.job) else { continue };
        let Some((other, there)) = at(*found) else { continue };
        let is_swapped = match there {
            Some((_, there)) => *there == place.job,
            // Nobody but TEMPOSTAR makes such a file, and it does not lay it into the outbox.
            None => place.job == Job::Orders && *found != Job::Logistics,
        };
        if is_swapped {
            let found = found.file();
            let (one, two) = (folder_key(place.job), folder_key(other.job));
            let (here, there) = (&place.folder, &other.folder);
            return Ok(Found::failed([say::folders_swapped(
                one, two, here, there, &found.ja, &found.en, file,
            )]));
        }
    }
    Ok(Found::ok(say::kinds_right()))
}

/// The newest file in a folder that is not too large to be fetched for its header, and whose it is.
fn kind_within(
    remote: &mut Remote<'_>,
    settings: &Settings,
    place: &folders::Place,
    spool: &Path,
) -> Result<Option<(String, Job)>> {
    let Some(Ok(seen)) = &place.seen else { return Ok(None) };
    let newest = seen.listing.files.iter().filter(|file| file.size <= FETCHED_MAX);
    let mut newest = newest.max_by_key(|file| (file.modified, &file.name)).cloned();
    // In an outbox that is none lie files of other names.
    let foreign = seen.names.iter().filter(|name| newest.is_none() && folders::is_csv(name)).max();
    if let Some(name) = foreign
        && let Some(size) = remote.size(&join(&place.folder, name))?.filter(|size| *size <= FETCHED_MAX)
    {
        newest = Some(RemoteFile { name: name.clone(), size, modified: None });
    }
    let Some(file) = newest else { return Ok(None) };
    let path = spool.join("kind.csv");
    // A job may take it at this very moment.
    if remote.download(&place.folder, &file, &path).is_err() {
        return Ok(None);
    }
    let sheet = Sheet::open_named(&path, &file.name, EncodingChoice::Auto, &Naming::default());
    let kind = sheet.ok().and_then(|sheet| kind_of(settings, sheet.header()));
    let _ = fs::remove_file(&path);
    Ok(kind.map(|job| (file.name, job)))
}

/// Looks at the newest file that waits on the server, or else at the last one of which we have a copy.
pub(super) fn look(world: &mut World<'_>, job: Job) -> Result<Found> {
    let spool = world.work_dir()?.spool(SPOOL)?;
    let inbox = world.inbox_of(job)?;
    let waiting = match world.has_passed(&format!("{}-inbox", table_of(job))) {
        true => newest_waiting(world, inbox, &spool)?,
        false => Newest::None,
    };
    let sample = match waiting {
        Newest::Told(fact) => return Ok(Found::ok(fact)),
        Newest::File(sample) => Some(sample),
        Newest::None => last_archived(world, job)?,
    };
    let Some(sample) = sample else { return Ok(Found::ok(say::no_file_yet())) };
    let found = judge(world, job, inbox, &sample);
    if sample.is_waiting {
        // The spool is emptied by nobody else.
        let _ = fs::remove_file(&sample.path);
    }
    let is_bad = found.as_ref().is_ok_and(|found| found.status == Status::Error);
    if is_bad && is_growing(world, inbox, &sample)? {
        return Ok(Found::ok(say::file_not_complete(&sample.name)));
    }
    found
}

/// Whether the file was read too early: the job waits before it reads any, we only before we blame one.
fn is_growing(world: &mut World<'_>, inbox: &Inbox, sample: &Sample) -> Result<bool> {
    let Ready::Stable { settle } = &inbox.ready else { return Ok(false) };
    interrupt::sleep(*settle);
    Ok(world.remote.size(&join(&inbox.folder, &sample.name))? != Some(sample.size))
}

/// Where files lie while they are looked at.
const SPOOL: &str = "check-settings";

enum Newest {
    None,
    /// Why it is not looked at.
    Told(Text),
    File(Sample),
}

fn newest_waiting(world: &mut World<'_>, inbox: &Inbox, spool: &Path) -> Result<Newest> {
    let Some(file) = newest_listed(world, inbox)? else { return Ok(Newest::None) };
    if file.size > SIZE_MAX.min(world.settings.limits.max_file_bytes) {
        let fact = say::file_too_large_to_look_at(&file.name, file.size / 1024 / 1024);
        return Ok(Newest::Told(fact));
    }
    let path = spool.join(&file.name);
    match world.remote.download(&inbox.folder, &file, &path) {
        Ok(()) => Ok(Newest::File(Sample { name: file.name, path, is_waiting: true, size: file.size })),
        Err(error) if matches!(error.kind, ErrorKind::Changed | ErrorKind::Incomplete) => {
            let _ = fs::remove_file(&path);
            Ok(Newest::Told(say::file_not_complete(&file.name)))
        }
        // A run of the job has just taken it.
        Err(error) if error.kind == ErrorKind::Missing => Ok(Newest::None),
        Err(error) => Err(error.into()),
    }
}

/// The newest complete file by its own time, as far as a listing tells.
fn newest_listed(world: &mut World<'_>, inbox: &Inbox) -> Result<Option<RemoteFile>> {
    let listed_at = world.clock.now();
    let wanted = |name: &str| is_marker(inbox, name) || folders::is_waiting(inbox, name);
    let mut files = world.remote.list(&inbox.folder, &wanted)?.files;
    if let Ready::Marker { suffix } = &inbox.ready {
        let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
        files
            .retain(|file| !is_marker(inbox, &file.name) && names.contains(&marker_name(&file.name, suffix)));
    }
    let time = |file: &RemoteFile| {
        own_time(&file.name, file.modified.map(|mdtm| server_time(mdtm, listed_at)), listed_at)
    };
    Ok(files.into_iter().max_by_key(|file| (time(file), file.name.clone())))
}

fn last_archived(world: &World<'_>, job: Job) -> Result<Option<Sample>> {
    let work_dir = world.work_dir()?;
    let newest = files::newest_file(world.database()?, job)?;
    let is_small = |copy: &Path| fs::metadata(copy).is_ok_and(|found| found.len() <= SIZE_MAX);
    let kept = newest.filter(|file| work_dir.copy(&file.archived_as).is_some_and(|copy| is_small(&copy)));
    Ok(kept.map(|FileEntry { name, archived_as, .. }| Sample {
        name,
        path: work_dir.archived(&archived_as),
        is_waiting: false,
        size: 0,
    }))
}

fn judge(world: &World<'_>, job: Job, inbox: &Inbox, sample: &Sample) -> Result<Found> {
    let report = dry_run(world, job, sample)?;
    let Some(file) = report.files.first() else {
        // What stopped it has nothing to do with the file.
        let problems = report.problems.into_iter();
        return Ok(Found::failed(problems.map(|problem| at_most(problem, Severity::Warning))));
    };
    let name = &sample.name;
    let fact = match (sample.is_waiting, file.outcome) {
        (true, FileOutcome::Refused) => say::file_would_be_refused(name),
        (true, FileOutcome::Held) => say::file_would_be_held(name),
        (true, _) => say::file_waiting(name, file.rows),
        (false, FileOutcome::Refused) => say::file_was_refused(name),
        (false, _) => say::file_archived(name, file.rows),
    };
    let (outcome, rejected) = (file.outcome, file.rejected);
    let problems = root_and_details(report.problems, outcome, rejected, sample.is_waiting);
    let found = Found::ok(fact).with(problems);
    // It has just been read.
    Ok(match (Sheet::open_named(&sample.path, name, inbox.encoding, &inbox.naming), outcome) {
        (Ok(sheet), FileOutcome::Refused) => {
            found.with(lines_for_the_settings(world.settings, job, inbox, sheet.header()))
        }
        (Ok(sheet), _) => found.with(columns_missing(world.settings, job, sheet.header())),
        (Err(_), _) => found,
    })
}

/// Columns that the job would take if they were there. Of stock there is nothing but the figure.
fn columns_missing(settings: &Settings, job: Job, header: &Header) -> Option<Problem> {
    let missing = match job {
        Job::Products => products::missing_columns(header, &settings.products),
        Job::Logistics => logistics::missing_columns(header, &settings.logistics),
        Job::Stock | Job::Orders => Vec::new(),
    };
    let names = first_names(&missing, COLUMNS_TOLD_MAX);
    (!missing.is_empty()).then(|| say::optional_columns_missing(missing.len(), &names))
}

/// For each required column that a refused file lacks, what to write into the settings if it has another name.
fn lines_for_the_settings(settings: &Settings, job: Job, inbox: &Inbox, header: &Header) -> Vec<Problem> {
    let required = columns::required(job, settings.logistics.without_status);
    let missing = required.iter().filter(|name| header.optional(name).is_none());
    let names = || header.names().iter().map(String::as_str).filter(|name| !name.trim().is_empty());
    let problem = |name: &&str| {
        let nearest = nearest(names(), name, NEAREST_TOLD_MAX);
        let others = inbox.naming.others.iter();
        let mut entries: Vec<(&str, &[String])> = others.map(|(ours, theirs)| (&**ours, &**theirs)).collect();
        let found = [nearest.first().copied().unwrap_or_default().to_owned()];
        entries.retain(|(ours, _)| ours != name);
        entries.push((name, &found));
        let entries: Vec<String> =
            entries.into_iter().map(|(ours, theirs)| format!("{ours:?} = {}", toml_texts(theirs))).collect();
        let line = format!("columns = {{ {} }}", entries.join(", "));
        let shown = first_names(&names().collect::<Vec<_>>(), COLUMNS_TOLD_MAX);
        say::column_line(&shown, name, &nearest.join(", "), table_of(job), &line)
    };
    missing.map(problem).collect()
}

/// One text, or a list of several.
fn toml_texts(texts: &[String]) -> String {
    match texts {
        [text] => format!("{text:?}"),
        texts => format!("{texts:?}"),
    }
}

/// Why the file, or a part of it, would not be taken, and then the first rows that show it.
fn root_and_details(
    mut problems: Vec<Problem>,
    outcome: FileOutcome,
    rejected: u64,
    is_waiting: bool,
) -> Vec<Problem> {
    // A file that waits will be refused; what was refused before has been told then.
    let worst = if is_waiting { Severity::Error } else { Severity::Warning };
    let root = match outcome {
        // The last word on it.
        FileOutcome::Refused => problems.pop().map(|problem| at_most(problem, worst)),
        FileOutcome::Applied | FileOutcome::AlreadyApplied | FileOutcome::Held | FileOutcome::Waiting => {
            (rejected > 0).then(|| at_most(say::rows_would_be_rejected(rejected), worst))
        }
    };
    let rest = problems.into_iter().take(PROBLEMS_TOLD_MAX).map(|problem| {
        let is_detail = problem.line.is_some() && root.is_some();
        at_most(problem, if is_detail { Severity::Note } else { Severity::Warning })
    });
    root.iter().cloned().chain(rest).collect()
}

/// The job's own run over this file, which changes nothing.
fn dry_run(world: &World<'_>, job: Job, sample: &Sample) -> Result<Report> {
    let report = Report::begin(job, world.run_id.to_owned(), world.clock.now());
    let source = Source::Files(vec![sample.path.clone()]);
    // What the guard would say of a file that was applied long ago, or of one whose products are still to come, means
    // nothing.
    let approvals = match sample.is_waiting && stock::has_skus(world.database()?)? {
        true => Approvals::None,
        false => Approvals::All,
    };
    Ok(sync::run(world.settings, world.clock, Mode::DryRun, report, |run| {
        run.approvals = approvals;
        jobs::run(job, run, &source)
    }))
}

fn at_most(problem: Problem, worst: Severity) -> Problem {
    // About the shop's data, not about the file; the jobs and `status` tell of them.
    let about_data = [
        &told::unknown_orders::KIND,
        &told::cancelled_there::KIND,
        &told::shipped_but_cancelled::KIND,
        &told::line_differs::KIND,
    ];
    let worst = if about_data.contains(&problem.kind) { Severity::Note } else { worst };
    // Which file it is the check says already.
    Problem { file: None, ..problem.no_worse_than(worst) }
}
