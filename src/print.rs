//! A report as text and as JSON. Values in, strings out; `main` prints them.

use std::fmt::Write;
use std::time::Duration;

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use crate::moment::format_time;
use crate::report::{Exit, FileOutcome, Problem, Report, Severity};
use crate::text::{Language, Text, print as text};

/// The run in one line with the figures that matter.
pub(crate) fn summary(report: &Report, elapsed: Duration, language: Language) -> String {
    let seconds = format!("{:.1}", elapsed.as_secs_f64());
    let command = report.command;
    let line = match report.exit {
        Exit::Locked => text::locked(command),
        Exit::Ok if report.outcome() == "nothing_to_do" => text::nothing_to_do(command, &seconds),
        Exit::Ok | Exit::Partial | Exit::Held => text::done(command, figures(report).get(language), &seconds),
        exit => {
            let how = match exit {
                Exit::Interrupted | Exit::Terminated => text::stopped(command, &seconds),
                _ => text::failed(command, exit.code(), &seconds),
            };
            match done_before(report) {
                Some(done) => how.because(&text::before_that().because(&done)),
                None => how,
            }
        }
    };
    let line = line.get(language).to_owned();
    if report.is_dry_run { text::dry_run(&line).get(language).to_owned() } else { line }
}

/// What a run that ended before its time has finished.
fn done_before(report: &Report) -> Option<Text> {
    let applied = report.files.iter().filter(|file| file.outcome == FileOutcome::Applied);
    let (files, rows) = applied.fold((0, 0), |(files, rows), file| (files + 1, rows + file.rows));
    if files > 0 {
        return Some(files_and_rows(files, rows));
    }
    let sent = report.counts.get("exported");
    (sent > 0).then(|| count_label("exported", sent))
}

fn files_and_rows(files: u64, rows: u64) -> Text {
    text::files_and_rows(&grouped(files), &counted(files, "file"), &grouped(rows), &counted(rows, "row"))
}

/// `3 files, 12,480 rows: 311 changed, 2 unknown SKUs, 1 rejected`.
fn figures(report: &Report) -> Text {
    let mut labels = count_labels(report.counts.iter());
    labels.extend(file_labels(report));
    let shown = if labels.is_empty() { text::no_change() } else { Text::listed(&labels) };
    let read = report.files.iter().filter(|file| file.rows > 0).count();
    if read == 0 {
        return shown;
    }
    files_and_rows(as_count(read), report.files.iter().map(|file| file.rows).sum()).because(&shown)
}

/// The files that were not applied, by what became of them.
fn file_labels(report: &Report) -> Vec<Text> {
    let of = |outcome| as_count(report.files.iter().filter(|file| file.outcome == outcome).count());
    let label = |outcome, label: fn(&str, &str) -> Text| {
        let count = of(outcome);
        (count > 0).then(|| label(&grouped(count), &counted(count, "file")))
    };
    [
        label(FileOutcome::Refused, text::files_refused),
        label(FileOutcome::Held, text::files_held),
        label(FileOutcome::Waiting, text::files_waiting),
        label(FileOutcome::AlreadyApplied, text::files_known),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A number of things as a figure.
pub(crate) fn as_count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The figures of a run that are not 0. What is unchanged is not told: it is most of it.
pub(crate) fn count_labels<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<Text> {
    let told = counts.filter(|(name, count)| *count > 0 && *name != "unchanged");
    told.map(|(name, count)| count_label(name, count)).collect()
}

/// A figure of a run with its name.
fn count_label(name: &str, count: u64) -> Text {
    let number = &grouped(count);
    match name {
        "created" => text::count_created(number),
        "updated" => text::count_updated(number),
        "changed" => text::count_changed(number),
        "unknown" => text::count_unknown(number, &counted(count, "unknown SKU")),
        "stale" => text::count_stale(number),
        "rejected" => text::count_rejected(number),
        "shipped" => text::count_shipped(number),
        "not_shipped_yet" => text::count_not_shipped_yet(number),
        "unknown_order" => text::count_unknown_order(number, &counted(count, "unknown order")),
        "other_shop" => text::count_other_shop(number),
        "cancelled" => text::count_cancelled(number),
        "lines_added" => text::count_lines_added(number, &counted(count, "line")),
        "skus_created" => text::count_skus_created(number, &counted(count, "SKU")),
        "skus_updated" => text::count_skus_updated(number, &counted(count, "SKU")),
        "exported" => text::count_exported(number, &counted(count, "order")),
        "lines" => text::count_lines(number, &counted(count, "line")),
        "held_back" => text::count_held_back(number),
        other => Text::same(format!("{number} {other}")),
    }
}

/// `1 file`, `3 files`
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12480` → `12,480`
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The problems, each with what to do below it. Notes are left out where nobody asked for them.
pub(crate) fn problems(problems: &[Problem], least: Severity, language: Language) -> String {
    let mut lines = String::new();
    for problem in problems.iter().filter(|problem| problem.severity >= least) {
        let word = match problem.severity {
            Severity::Error => text::error_word(),
            Severity::Warning => text::warning_word(),
            Severity::Note => text::note_word(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{}: {}", word.get(language), problem.located_message().get(language));
        let hint = problem.hint.get(language);
        if !hint.is_empty() {
            let _ = writeln!(lines, "  → {hint}");
        }
    }
    lines
}

/// The report as one JSON object.
pub(crate) fn json(report: &Report, language: Language) -> Value {
    json!({
        "command": report.command,
        "run_id": report.run_id,
        "environment": report.environment,
        "outcome": report.outcome(),
        "exit_code": report.exit.code(),
        "started_at": format_time(report.started_at),
        "finished_at": format_time(report.finished_at),
        "dry_run": report.is_dry_run,
        "counts": report.counts,
        "files": report.files,
        "problems": report.problems.iter().map(|problem| problem_json(problem, language)).collect::<Vec<_>>(),
    })
}

/// A problem as a JSON object. Its message says everything by itself; where it is stands apart once more.
pub(crate) fn problem_json(problem: &Problem, language: Language) -> Value {
    let mut object = json!({
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.located_message().get(language),
        "hint": problem.hint.get(language),
    });
    if let Some(file) = &problem.file {
        object["file"] = json!(file);
    }
    if let Some(line) = problem.line {
        object["line"] = json!(line);
    }
    if let Some(column) = &problem.column {
        object["column"] = json!(column);
    }
    object
}

/// What every line of the JSON log has.
pub(crate) fn log_line(time: NaiveDateTime, level: &str, run_id: &str, job: &str) -> Value {
    json!({ "time": format_time(time), "level": level, "run_id": run_id, "job": job })
}

/// A problem as a line of the JSON log.
pub(crate) fn problem_log(report: &Report, problem: &Problem, language: Language) -> Value {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warn",
        Severity::Note => "info",
    };
    let mut line = log_line(report.finished_at, level, &report.run_id, report.command);
    if let (Some(members), Value::Object(problem)) = (line.as_object_mut(), problem_json(problem, language)) {
        members.extend(problem);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped_by_thousands() {
        let figures = [(0, "0"), (999, "999"), (1000, "1,000"), (12_480, "12,480"), (1_000_000, "1,000,000")];
        for (number, expected) in figures {
            assert_eq!(grouped(number), expected);
        }
    }
}
