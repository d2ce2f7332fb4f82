//! Problems have a life: each begins, continues, and ends. Here is decided what of a run's report is one, whether it is
//! the same as before, and when it is over. The mails and `status` come from it.
//!
//! One problem is what has one kind, at one job, about one thing. A kind is mostly the problem's code; but a server that
//! fails in several ways all day is one problem, and so are all files of one series (`stock_1.csv`, `stock_2.csv`) that
//! are refused, or have rejected rows, one after the other. Logistics files tell of different orders each, so that each
//! of them is a problem by itself.
//!
//! What ends one:
//! * what stopped a run, an order held back, a file held, too large or not to be put away: a run that looked at everything
//!   and does not see it any more. A run that failed, was locked out, or only took files by hand, has not looked;
//! * a refused file, rejected rows: the next file of that series (of logistics: of that name) that is applied without;
//!   or in silence, seven days after the last one;
//! * an event that leaves nothing to be seen by the next run: in silence, thirty hours later;
//! * what is about the settings, the database or the lock: the next run that comes past them.
//!
//! Notes are no problems, nor are warnings but for a few. A run that was locked out or interrupted is none.

use chrono::{NaiveDateTime, TimeDelta};

use crate::books::ledger::{Case, RejectedRow, Sighting};
use crate::moment::format_time;
use crate::report::{Exit, FileOutcome, FileReport, Look, Problem, Report, Severity};
use crate::text::Text;

/// How many rejected rows are kept for the mail.
const ROWS_KEPT_MAX: usize = 10;

/// To a message of so many bytes no other one is added.
const MESSAGE_GROWS_MAX: usize = 400;

/// The job whose files are about customers.
const IMPORT_LOGISTICS: &str = "import-logistics";

/// After so long without another, a refused file or rejected rows are let go.
const FILE_LASTS: TimeDelta = TimeDelta::days(7);

/// For so long an event stays open: a daily job that sees the like again goes on with it.
const EVENT_LASTS: TimeDelta = TimeDelta::hours(30);

/// The warnings that are problems: something was left out, or orders may be missing.
const LASTING_WARNINGS: [&str; 4] =
    ["ignored-name", "more-ignored-names", "batch-taken-unseen", "database-restored"];

/// What happens once, and leaves nothing that the next run could see.
const EVENTS: [&str; 7] = [
    "batch-taken-unseen",
    "database-restored",
    "orders-lost",
    "begun-copy-lost",
    "shipped-but-cancelled",
    "added-lines-several-destinations",
    "no-such-shipment",
];

/// Told beside a refusal or beside rejected rows, which are the problem.
const COMPANIONS: [&str; 3] = ["file-refused", "file-refused-before", "more-bad-rows"];

/// A server or network that fails, in whatever way.
const SERVER: &str = "server";
/// A file that the guard keeps.
const FILE_HELD: &str = "file-held";
/// A file of which nothing was written.
const FILE_REFUSED: &str = "file-refused";
/// Rows that were left out.
const ROWS_REJECTED: &str = "rejects-kept";
/// Another run that does not end.
const LOCKED_FOR_LONG: &str = "locked-for-long";

/// A problem that a run saw.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    kind: String,
    concerns: String,
    sighting: Sighting,
}

/// The cases of a job after a run: those that it saw begin or go on, and those that are over by it end.
pub(super) fn advance(cases: &mut Vec<Case>, report: &Report, now: NaiveDateTime) {
    let seen = seen(report);
    let is_seen = |case: &Case| seen.iter().any(|seen| case.is(report.command, &seen.kind, &seen.concerns));
    for case in cases.iter_mut().filter(|case| case.command == report.command && case.is_open()) {
        match if is_seen(case) { None } else { end_of(case, report, now) } {
            None => {}
            Some(End::Told) => {
                case.ended_at = Some(format_time(now));
                // Whoever was not told of the beginning need not be told of the end.
                case.is_done = case.mailed_at.is_none() && case.mail_failures == 0;
            }
            Some(End::Silent) => {
                case.ended_at = Some(format_time(now));
                case.is_done = true;
            }
        }
    }
    for seen in seen {
        note(cases, report.command, seen, &format_time(now));
    }
}

/// How a problem ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is over, and who knows of it is told.
    Told,
    /// Nothing was seen of it for long.
    Silent,
}

fn end_of(case: &Case, report: &Report, now: NaiveDateTime) -> Option<End> {
    let is_older_than = |age| case.last_seen < format_time(now - age);
    match case.kind.as_str() {
        LOCKED_FOR_LONG => Some(End::Told),
        FILE_REFUSED | ROWS_REJECTED => {
            let is_mended = report.files.iter().any(|file| is_good(case, report.command, file));
            is_mended.then_some(End::Told).or(is_older_than(FILE_LASTS).then_some(End::Silent))
        }
        kind if EVENTS.contains(&kind) => is_older_than(EVENT_LASTS).then_some(End::Silent),
        _ if report.look == Look::Whole && !is_behind_a_held_file(case, report) => Some(End::Told),
        _ => None,
    }
}

/// Whether this file puts right what the case is about.
fn is_good(case: &Case, command: &str, file: &FileReport) -> bool {
    let has_all_rows = case.kind == FILE_REFUSED || file.rejected == 0;
    file.outcome == FileOutcome::Applied && has_all_rows && series(command, &file.name) == case.concerns
}

/// Behind a held file the others wait, and nobody looked at them.
fn is_behind_a_held_file(case: &Case, report: &Report) -> bool {
    let is_it = |file: &FileReport| file.outcome == FileOutcome::Waiting && file.name == case.concerns;
    report.files.iter().any(is_it)
}

/// The same problem goes on, or a new one begins.
fn note(cases: &mut Vec<Case>, command: &str, seen: Seen, now: &str) {
    let is_it = |case: &&mut Case| case.is_open() && case.is(command, &seen.kind, &seen.concerns);
    if let Some(case) = cases.iter_mut().find(is_it) {
        case.seen = seen.sighting;
        now.clone_into(&mut case.last_seen);
        case.times_seen += 1;
        return;
    }
    cases.push(Case {
        id: 0,
        command: command.to_owned(),
        kind: seen.kind,
        concerns: seen.concerns,
        seen: seen.sighting,
        first_seen: now.to_owned(),
        last_seen: now.to_owned(),
        times_seen: 1,
        mail_from: now.to_owned(),
        mailed_at: None,
        mail_failures: 0,
        ended_at: None,
        is_done: false,
    });
}

// What of a report is a problem --------------------------------------------------------------------------------------

fn seen(report: &Report) -> Vec<Seen> {
    let mut all: Vec<Seen> = report.files.iter().filter_map(|file| refused(report, file)).collect();
    let fatal_from = report.problems.len() - report.fatal_problems.min(report.problems.len());
    for (index, problem) in report.problems.iter().enumerate() {
        let seen = if index >= fatal_from { fatal(report, problem) } else { other(report, problem) };
        all.extend(seen);
    }
    let mut kept: Vec<Seen> = Vec::new();
    for seen in all {
        match kept.iter_mut().find(|known| (&known.kind, &known.concerns) == (&seen.kind, &seen.concerns)) {
            Some(known) => add(&mut known.sighting, seen.sighting),
            None => kept.push(seen),
        }
    }
    kept.iter_mut().for_each(|seen| seen.sighting.rows.truncate(ROWS_KEPT_MAX));
    kept
}

/// The same problem, met once more in one run: of two files, both are named; of many, the first ones.
fn add(known: &mut Sighting, more: Sighting) {
    known.rows.extend(more.rows);
    if known.message != more.message && known.message.en.len() < MESSAGE_GROWS_MAX {
        known.message.ja = format!("{} / {}", known.message.ja, more.message.ja);
        known.message.en = format!("{} / {}", known.message.en, more.message.en);
    }
}

fn refused(report: &Report, file: &FileReport) -> Option<Seen> {
    let problem = file.refused_because.as_ref()?;
    let rows = rejected_rows(report, file);
    let mut seen = seen_as(FILE_REFUSED, &series(report.command, &file.name), report, problem, rows);
    // Where the file is, and how a corrected one comes in.
    let beside = |other: &&Problem| other.code == "file-refused" && other.file.as_ref() == Some(&file.name);
    if let Some(beside) = report.problems.iter().find(beside) {
        let hint = &mut seen.sighting.hint;
        let (ja, en) = (&beside.hint.ja, &beside.hint.en);
        *hint = Text { ja: format!("{}{ja}", hint.ja), en: format!("{}; {en}", hint.en) };
    }
    Some(seen)
}

/// What stopped the run.
fn fatal(report: &Report, problem: &Problem) -> Option<Seen> {
    let kind = match report.exit {
        Exit::Interrupted | Exit::Terminated | Exit::Usage => return None,
        Exit::Remote => SERVER,
        _ => problem.code,
    };
    // Of the settings, it is the key that is wrong.
    let concerns = problem.column.as_deref().unwrap_or_default();
    Some(seen_as(kind, concerns, report, problem, Vec::new()))
}

fn other(report: &Report, problem: &Problem) -> Option<Seen> {
    let is_lasting = match problem.severity {
        Severity::Note => false,
        Severity::Warning => LASTING_WARNINGS.contains(&problem.code),
        Severity::Error => !COMPANIONS.contains(&problem.code),
    };
    let file = report.files.iter().find(|file| Some(&file.name) == problem.file.as_ref());
    let is_refusal = file.is_some_and(|file| file.refused_because.is_some());
    if !is_lasting || is_refusal || is_row(problem) {
        return None;
    }
    let concerns = problem.order_no.as_deref().or(problem.file.as_deref()).unwrap_or_default();
    Some(match (problem.code, file) {
        (ROWS_REJECTED, Some(file)) => {
            let rows = rejected_rows(report, file);
            seen_as(ROWS_REJECTED, &series(report.command, &file.name), report, problem, rows)
        }
        ("guard-zero" | "guard-unknown", _) => seen_as(FILE_HELD, concerns, report, problem, Vec::new()),
        (code, _) if EVENTS.contains(&code) => seen_as(code, "", report, problem, Vec::new()),
        ("ignored-name", _) => seen_as("ignored-name", "", report, problem, Vec::new()),
        (code, _) => seen_as(code, concerns, report, problem, Vec::new()),
    })
}

/// A row that is wrong in itself. It is a part of what is wrong with its file.
fn is_row(problem: &Problem) -> bool {
    problem.line.is_some() && !EVENTS.contains(&problem.code)
}

fn seen_as(kind: &str, concerns: &str, report: &Report, problem: &Problem, rows: Vec<RejectedRow>) -> Seen {
    let sighting = Sighting {
        code: problem.code.to_owned(),
        is_warning: problem.severity == Severity::Warning,
        exit_code: report.exit.code(),
        message: discreet(report.command, problem.located_message()),
        hint: problem.hint.clone(),
        rows,
        run_id: report.run_id.clone(),
    };
    Seen { kind: kind.to_owned(), concerns: concerns.to_owned(), sighting }
}

fn rejected_rows(report: &Report, file: &FileReport) -> Vec<RejectedRow> {
    let of_file = report.problems.iter().filter(|problem| problem.file.as_ref() == Some(&file.name));
    let row = |problem: &Problem| {
        Some(RejectedRow {
            file: file.name.clone(),
            line: problem.line?,
            column: problem.column.clone().unwrap_or_default(),
            reason: discreet(report.command, problem.message.clone()),
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
fn discreet(command: &str, message: Text) -> Text {
    if command != IMPORT_LOGISTICS {
        return message;
    }
    Text { ja: without_quotation(&message.ja, '「', '」'), en: without_quotation(&message.en, '"', '"') }
}

/// From the first opening quote to the last closing one: what is quoted may hold quotes itself.
fn without_quotation(text: &str, open: char, close: char) -> String {
    match (text.find(open), text.rfind(close)) {
        (Some(from), Some(to)) if from < to => format!("{}{open}…{}", &text[..from], &text[to..]),
        _ => text.to_owned(),
    }
}

/// What a file is one of: its name without the figures that tell it from the others. A logistics file stands for itself.
fn series(command: &str, name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    if command == IMPORT_LOGISTICS {
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
        assert_eq!(series("import-stock", "stock_20261124101500.csv"), "stock_#.csv");
        assert_eq!(series("import-stock", "/tmp/x2/stock1-2.csv"), "stock#-#.csv");
        assert_eq!(series("import-logistics", "status_1.csv"), "status_1.csv");
    }

    #[test]
    fn a_cell_of_a_logistics_file_is_not_mailed() {
        let message = Text {
            ja: "「山田」太郎」は日付ではありません。".to_owned(),
            en: "\"山田\\\" 太郎\" is no date".to_owned(),
        };
        let told = discreet("import-logistics", message.clone());
        assert_eq!((told.ja.as_str(), told.en.as_str()), ("「…」は日付ではありません。", "\"…\" is no date"));
        assert_eq!(discreet("import-stock", message.clone()), message);
    }
}
