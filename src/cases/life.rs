//! What of a run's report is a problem, whether it is the same as before, and when it is over.

use std::time::Duration;

use chrono::TimeDelta;

use crate::books::cases::{Case, RejectedRow, Sighting};
use crate::job::Job;
use crate::moment::Moment;
use crate::problem::{Ends, Exit, Kind, Problem, Severity};
use crate::report::{FileOutcome, FileReport, Look, Report};
use crate::text::Text;
use crate::text::sync::{refused as file_refused, rejects_kept};

const ROWS_KEPT_MAX: usize = 10;

/// To a message of so many bytes no other one is added.
const MESSAGE_GROWS_MAX: usize = 400;

/// After so long without another, a refused file or rejected rows are let go.
const FILE_LASTS: TimeDelta = TimeDelta::days(7);

/// For so long an event stays open: a daily job that sees the like again goes on with it.
const EVENT_LASTS: TimeDelta = TimeDelta::hours(30);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    kind: &'static Kind,
    concerns: String,
    sighting: Sighting,
}

/// The cases of a job after a run: those that it saw begin or go on, and those that are over by it end.
///
/// `held` are the names of what the guards hold; `None`: nobody knows.
pub(super) fn advance(cases: &mut Vec<Case>, report: &Report, held: Option<&[String]>, now: Moment) {
    let seen = seen(report);
    let is_seen = |case: &Case| seen.iter().any(|seen| case.is(report.job, seen.kind, &seen.concerns));
    for case in cases.iter_mut().filter(|case| case.job == report.job && case.is_open()) {
        match if is_seen(case) { None } else { end_of(case, report, held, now) } {
            None => {}
            Some(End::Told) => case.end(now),
            Some(End::Silent) => {
                case.ended_at = Some(now);
                case.is_done = true;
            }
        }
    }
    for seen in seen {
        go_on_or_begin(cases, report.job, seen, now);
    }
}

/// Which of a report's problems last since an earlier run, by the cases of before, and of which no reminder is due.
pub(super) fn known(before: &[Case], report: &Report, now: Moment, remind_after: Duration) -> Vec<bool> {
    let is_old = |(kind, concerns): (&Kind, String)| {
        // What a run holds was not held before.
        if kind.ends == Ends::Decided {
            return false;
        }
        let mut open = before.iter().filter(|case| case.is_open());
        open.any(|case| case.is(report.job, kind, &concerns) && !is_reminder_due(case, now, remind_after))
    };
    let problems = report.problems.iter().enumerate();
    problems.map(|(index, problem)| case_of(report, index, problem).is_some_and(is_old)).collect()
}

/// The case that a problem is a part of.
fn case_of(report: &Report, index: usize, problem: &Problem) -> Option<(&'static Kind, String)> {
    let series = problem.file.as_ref().map(|file| series(report.job, file));
    let seen = |seen: Seen| (seen.kind, seen.concerns);
    if index >= fatal_from(report) {
        return fatal(report, problem).map(seen);
    }
    match file_of(report, problem).map(|file| file.refused_because.is_some()) {
        Some(true) => series.map(|series| (&file_refused::KIND, series)),
        Some(false) if is_row(problem) => series.map(|series| (&rejects_kept::KIND, series)),
        Some(false) | None => other(report, problem).map(seen),
    }
}

/// Reminders come each so often, counted from the beginning.
fn is_reminder_due(case: &Case, now: Moment, remind_after: Duration) -> bool {
    let every = i64::try_from(remind_after.as_secs()).unwrap_or(i64::MAX).max(1);
    let count = |time: Moment| (time - case.first_seen).num_seconds() / every;
    count(now) > count(case.last_seen)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is over, and who knows of it is told.
    Told,
    /// Nothing was seen of it for long.
    Silent,
}

fn end_of(case: &Case, report: &Report, held: Option<&[String]>, now: Moment) -> Option<End> {
    let is_older_than = |age: TimeDelta| case.last_seen < now - age;
    match case.kind.ends {
        Ends::GoodFile if report.files.iter().any(|file| is_good(case, report.job, file)) => Some(End::Told),
        Ends::GoodFile => is_older_than(FILE_LASTS).then_some(End::Silent),
        Ends::InSilence => is_older_than(EVENT_LASTS).then_some(End::Silent),
        Ends::NextRun => Some(End::Told),
        Ends::Decided => held.is_some_and(|held| !is_held(case, held)).then_some(End::Told),
        Ends::Unseen | Ends::WithRun => (report.look == Look::Whole).then_some(End::Told),
    }
}

/// Whether this file puts right what the case is about.
fn is_good(case: &Case, job: Job, file: &FileReport) -> bool {
    let has_all_rows = case.kind == &file_refused::KIND || file.rejected == 0;
    file.outcome == FileOutcome::Applied && has_all_rows && series(job, &file.name) == case.concerns
}

/// Whether what the case is about still waits for a decision. A file given by hand is named with its path.
pub(super) fn is_held(case: &Case, held: &[String]) -> bool {
    let name = case.concerns.rsplit('/').next().unwrap_or_default();
    held.iter().any(|held| held == name)
}

fn go_on_or_begin(cases: &mut Vec<Case>, job: Job, seen: Seen, now: Moment) {
    let is_it = |case: &&mut Case| case.is_open() && case.is(job, seen.kind, &seen.concerns);
    if let Some(case) = cases.iter_mut().find(is_it) {
        case.seen = seen.sighting;
        case.last_seen = now;
        case.times_seen += 1;
        return;
    }
    cases.push(Case {
        id: 0,
        job,
        kind: seen.kind,
        concerns: seen.concerns,
        seen: seen.sighting,
        first_seen: now,
        last_seen: now,
        times_seen: 1,
        mail_from: now,
        mailed_at: None,
        mail_failures: 0,
        is_notified: false,
        ended_at: None,
        is_done: false,
    });
}

// What of a report is a problem --------------------------------------------------------------------------------------

fn seen(report: &Report) -> Vec<Seen> {
    let mut all: Vec<Seen> = report.files.iter().filter_map(|file| refused(report, file)).collect();
    for (index, problem) in report.problems.iter().enumerate() {
        let seen = if index >= fatal_from(report) { fatal(report, problem) } else { other(report, problem) };
        all.extend(seen);
    }
    let mut kept: Vec<Seen> = Vec::new();
    for seen in all {
        match kept.iter_mut().find(|known| (known.kind, &known.concerns) == (seen.kind, &seen.concerns)) {
            Some(known) => add(&mut known.sighting, seen.sighting),
            None => kept.push(seen),
        }
    }
    kept.iter_mut().for_each(|seen| seen.sighting.rows.truncate(ROWS_KEPT_MAX));
    kept
}

/// Where the problems begin that ended the run.
fn fatal_from(report: &Report) -> usize {
    report.problems.len() - report.fatal_problems.min(report.problems.len())
}

fn file_of<'a>(report: &'a Report, problem: &Problem) -> Option<&'a FileReport> {
    report.files.iter().find(|file| Some(&file.name) == problem.file.as_ref())
}

/// The same problem, met once more in one run: of two files, both are named; of many, the first ones.
fn add(known: &mut Sighting, more: Sighting) {
    known.rows.extend(more.rows);
    if known.message != more.message && known.message.en.len() < MESSAGE_GROWS_MAX {
        known.message = Text::joined(&[known.message.clone().going_on(), more.message], "、", "; ");
    }
}

fn refused(report: &Report, file: &FileReport) -> Option<Seen> {
    let problem = file.refused_because.as_ref()?;
    let rows = rejected_rows(report, file);
    let mut seen = seen_as(&file_refused::KIND, &series(report.job, &file.name), report, problem);
    seen.sighting.rows = rows;
    // Where the file is, and how a corrected one comes in.
    let beside = |other: &&Problem| other.is(&file_refused::KIND) && other.file.as_ref() == Some(&file.name);
    if let Some(beside) = report.problems.iter().find(beside) {
        let hint = &mut seen.sighting.hint;
        let (ja, en) = (&beside.hint.ja, &beside.hint.en);
        *hint = Text { ja: format!("{}{ja}", hint.ja), en: format!("{}; {en}", hint.en) };
    }
    Some(seen)
}

/// What stopped the run.
fn fatal(report: &Report, problem: &Problem) -> Option<Seen> {
    if matches!(report.exit, Exit::Interrupted | Exit::Terminated | Exit::Usage) {
        return None;
    }
    // Of the settings, it is the key that is wrong.
    let concerns = problem.column.as_deref().unwrap_or_default();
    let mut seen = seen_as(problem.kind.followed_as(), concerns, report, problem);
    seen.sighting.exit_code = report.exit.code();
    Some(seen)
}

fn other(report: &Report, problem: &Problem) -> Option<Seen> {
    let file = file_of(report, problem);
    let is_refusal = file.is_some_and(|file| file.refused_because.is_some());
    if !problem.kind.lasts() || problem.severity == Severity::Note || is_refusal || is_row(problem) {
        return None;
    }
    let kind = problem.kind.followed_as();
    let concerns = problem.order_no.as_deref().or(problem.file.as_deref()).unwrap_or_default();
    let concerns = match (kind.ends, file) {
        (Ends::GoodFile, Some(file)) => &series(report.job, &file.name),
        (Ends::InSilence, _) => "",
        (Ends::GoodFile, None) | (Ends::WithRun | Ends::Unseen | Ends::NextRun | Ends::Decided, _) => {
            concerns
        }
    };
    let mut seen = seen_as(kind, concerns, report, problem);
    if kind.ends == Ends::GoodFile {
        seen.sighting.rows = file.map(|file| rejected_rows(report, file)).unwrap_or_default();
    }
    Some(seen)
}

/// A row that is wrong in itself. It is a part of what is wrong with its file.
fn is_row(problem: &Problem) -> bool {
    problem.line.is_some() && problem.kind.ends != Ends::InSilence
}

fn seen_as(kind: &'static Kind, concerns: &str, report: &Report, problem: &Problem) -> Seen {
    let sighting = Sighting {
        kind: problem.kind,
        exit_code: problem.exit_if_run_goes_on().code(),
        message: discreet(report.job, problem.located_message()),
        hint: problem.hint.clone(),
        rows: Vec::new(),
        run_id: report.run_id.clone(),
    };
    Seen { kind, concerns: concerns.to_owned(), sighting }
}

fn rejected_rows(report: &Report, file: &FileReport) -> Vec<RejectedRow> {
    let of_file = report.problems.iter().filter(|problem| problem.file.as_ref() == Some(&file.name));
    let row = |problem: &Problem| {
        Some(RejectedRow {
            file: file.name.clone(),
            line: problem.line?,
            column: problem.column.clone().unwrap_or_default(),
            reason: discreet(report.job, problem.message.clone()),
        })
    };
    of_file
        .filter(|problem| problem.severity == Severity::Error)
        .filter(|problem| file.refused_because.as_ref() != Some(problem))
        .filter_map(row)
        .take(ROWS_KEPT_MAX)
        .collect()
}

/// A cell of a logistics file can be a customer's: what a message quotes of it is left out.
fn discreet(job: Job, message: Text) -> Text {
    match job {
        Job::Logistics => Text {
            ja: without_quotation(&message.ja, '「', '」'),
            en: without_quotation(&message.en, '"', '"'),
        },
        Job::Products | Job::Stock | Job::Orders => message,
    }
}

/// From the first opening quote to the last closing one: what is quoted may hold quotes itself.
fn without_quotation(text: &str, open: char, close: char) -> String {
    match (text.find(open), text.rfind(close)) {
        (Some(from), Some(to)) if from < to => format!("{}{open}…{}", &text[..from], &text[to..]),
        _ => text.to_owned(),
    }
}

/// What a file is one of: its name without the figures that tell it from the others. A logistics file stands for itself.
fn series(job: Job, name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    if job == Job::Logistics {
        return name.to_owned();
    }
    let mut series = String::new();
    for character in name.chars() {
        match character {
            '0'..='9' if series.ends_with('#') => {}
            '0'..='9' => series.push('#'),
            other => series.push(other),
        }
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_series_differ_in_figures_only() {
        assert_eq!(series(Job::Stock, "stock_20261124101500.csv"), "stock_#.csv");
        assert_eq!(series(Job::Stock, "/tmp/x2/stock1-2.csv"), "stock#-#.csv");
        assert_eq!(series(Job::Logistics, "status_1.csv"), "status_1.csv");
    }

    #[test]
    fn a_cell_of_a_logistics_file_is_not_mailed() {
        let message = Text {
            ja: "「山田」太郎」は日付ではありません。".to_owned(),
            en: "\"山田\\\" 太郎\" is no date".to_owned(),
        };
        let told = discreet(Job::Logistics, message.clone());
        assert_eq!((told.ja.as_str(), told.en.as_str()), ("「…」は日付ではありません。", "\"…\" is no date"));
        assert_eq!(discreet(Job::Stock, message.clone()), message);
    }
}
