//! A report as text and as JSON. Values in, strings out; `main` prints them.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::format_time;
use crate::report::{Exit, FileOutcome, Problem, Report, Severity};
use crate::text::{Language, Text, output as text};

/// The run in one line with the figures that matter.
pub fn summary(report: &Report, elapsed: Duration, language: Language) -> String {
    let line = match (report.outcome(), report.exit) {
        ("nothing_to_do", _) => text::nothing_to_do(report.command),
        (_, Exit::Locked) => text::locked(report.command),
        (_, Exit::Ok | Exit::Partial | Exit::Held) => figures_line(report, elapsed, language),
        _ => text::failed(report.command),
    };
    let line = line.get(language).to_owned();
    if report.is_dry_run { text::dry_run(&line).get(language).to_owned() } else { line }
}

fn figures_line(report: &Report, elapsed: Duration, language: Language) -> Text {
    let refused = report.files.iter().filter(|file| file.outcome == FileOutcome::Refused).count();
    let refused = ("refused", u64::try_from(refused).unwrap_or_default());
    let figures: Vec<String> = report
        .counts
        .iter()
        .chain([refused])
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| count_label(name, &grouped(count)).get(language).to_owned())
        .collect();
    let separator = if language == Language::Ja { "、" } else { ", " };
    let figures =
        if figures.is_empty() { text::no_change().get(language).to_owned() } else { figures.join(separator) };
    let seconds = format!("{:.1}", elapsed.as_secs_f64());
    if report.files.is_empty() {
        return text::figures_only(report.command, &figures, &seconds);
    }
    let rows = report.files.iter().map(|file| file.rows).sum();
    let files = u64::try_from(report.files.len()).unwrap_or_default();
    text::files_and_rows(
        report.command,
        &grouped(files),
        &counted(files, "file"),
        &grouped(rows),
        &counted(rows, "row"),
        &figures,
        &seconds,
    )
}

/// A figure of a run with its name.
pub fn count_label(name: &str, count: &str) -> Text {
    match name {
        "refused" => text::count_refused(count),
        "created" => text::count_created(count),
        "updated" => text::count_updated(count),
        "changed" => text::count_changed(count),
        "unchanged" => text::count_unchanged(count),
        "unknown" => text::count_unknown(count),
        "stale" => text::count_stale(count),
        "rejected" => text::count_rejected(count),
        "shipped" => text::count_shipped(count),
        "not_shipped_yet" => text::count_not_shipped_yet(count),
        "unknown_order" => text::count_unknown_order(count),
        "other_shop" => text::count_other_shop(count),
        "cancelled" => text::count_cancelled(count),
        "lines_added" => text::count_lines_added(count),
        "skus_created" => text::count_skus_created(count),
        "skus_updated" => text::count_skus_updated(count),
        "exported" => text::count_exported(count),
        "lines" => text::count_lines(count),
        "held_back" => text::count_held_back(count),
        other => Text::same(format!("{count} {other}")),
    }
}

/// `1 file`, `3 files`
fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12480` → `12,480`
pub fn grouped(number: u64) -> String {
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
pub fn problems(problems: &[Problem], least: Severity, language: Language) -> String {
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
pub fn json(report: &Report, language: Language) -> Value {
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
pub fn problem_json(problem: &Problem, language: Language) -> Value {
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
