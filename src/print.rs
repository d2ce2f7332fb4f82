//! What a command tells, as text and as JSON: the only place that knows `--quiet`, `--json` and `--log-format`. Values in,
//! strings out, and printed at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::{Global, LogFormat};
use crate::layout::{as_count, columns, counted, grouped, old_and_new, one_line, value, visible};
use crate::moment::Moment;
use crate::problem::{Exit, Problem, Severity};
use crate::report::{Change, Changes, FileOutcome, FileReport, Outcome, Report};
use crate::settings::locale_language;
use crate::text::problem::severity;
use crate::text::{Language, Text, print as text, undo};

/// What a call leaves to be printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    pub stdout: String,
    pub stderr: String,
    pub exit_code: u8,
}

impl Finished {
    /// Prints it, and gives the exit code.
    pub fn print(&self) -> u8 {
        let _ = io::stderr().write_all(self.stderr.as_bytes());
        match io::stdout().write_all(self.stdout.as_bytes()).and_then(|()| io::stdout().flush()) {
            // Whoever closed the pipe does not want to read on; the exit code still tells.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let cannot = text::cannot_print(&error.to_string());
                let _ = writeln!(io::stderr(), "{}", cannot.get(locale_language()));
                self.exit_code.max(1)
            }
            _ => self.exit_code,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub command: &'static str,
    pub run_id: String,
    pub exit: Exit,
    /// When it ended.
    pub at: Moment,
    pub problems: Vec<Problem>,
    /// Where the problems stand that people are told.
    pub told: Told,
    /// The result for people.
    pub text: String,
    /// The result for programs.
    pub json: Value,
}

/// Where people read of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Beside the result, on stderr.
    Beside,
    /// In the result's text.
    Within,
}

/// What is printed of an answer, in the form in which it is wanted.
pub(crate) fn finish(answer: &Answer, global: &Global, language: Language) -> Finished {
    let problems = || shown_problems(answer, global, language);
    let (stdout, stderr) = match (global.quiet, global.json) {
        (true, _) => (String::new(), problems()),
        (false, true) => (format!("{:#}\n", answer.json), problems()),
        (false, false) if answer.told == Told::Within => (answer.text.clone(), String::new()),
        (false, false) => (answer.text.clone(), problems()),
    };
    // Where the problems stand within, colours do, too: whoever wrote them has seen to the rest.
    let is_painted = answer.told == Told::Within && !global.json;
    let stdout = if is_painted { stdout } else { visible(&stdout) };
    Finished { stdout, stderr: visible(&stderr), exit_code: answer.exit.code() }
}

fn shown_problems(answer: &Answer, global: &Global, language: Language) -> String {
    let least = if global.quiet { Severity::Warning } else { Severity::Note };
    let is_told = |problem: &&Problem| !(global.quiet && problem.is_known);
    let told: Vec<Problem> = answer.problems.iter().filter(is_told).cloned().collect();
    let problems = bounded(&told);
    let shown = problems.iter().filter(|problem| problem.severity >= least);
    match global.log_format {
        LogFormat::Text => shown.map(|problem| problem_text(problem, language)).collect(),
        LogFormat::Json => {
            shown.map(|problem| format!("{}\n", problem_log(answer, problem, language))).collect()
        }
    }
}

pub(crate) fn report(report: &Report, elapsed: Duration, language: Language) -> Answer {
    Answer {
        command: report.command(),
        run_id: report.run_id.clone(),
        exit: report.exit,
        at: report.finished_at,
        problems: report.problems.clone(),
        told: Told::Beside,
        text: page(report, elapsed, language),
        json: report_json(report, language),
    }
}

fn report_json(report: &Report, language: Language) -> Value {
    let (files, left_out) =
        first_of_each(&report.files, FILES_OF_AN_OUTCOME_MAX, |file| file.outcome.as_str());
    let mut document = json!({
        "command": report.command(),
        "run_id": report.run_id,
        "environment": report.environment,
        "outcome": report.outcome(),
        "exit_code": report.exit.code(),
        "started_at": report.started_at,
        "finished_at": report.finished_at,
        "dry_run": report.is_dry_run,
        "counts": report.counts,
        "files": files,
        "problems": problems_json(&report.problems, language),
    });
    if !left_out.is_empty() {
        document["files_left_out"] = json!(left_out);
    }
    if report.is_dry_run || report.is_by_hand() {
        document["changes"] = changes_json(&report.changes, language);
    }
    if let Some(undone) = &report.undoes {
        document["undoes"] = json!(undone);
        document["kept"] = changes_json(&report.kept, language);
    }
    document
}

fn changes_json(changes: &Changes, language: Language) -> Value {
    let change = |change: &Change| {
        let (table, code, column) = (change.table, &change.code, &change.column);
        let mut object = match &change.order {
            Some([ordered_at, total]) => {
                json!({ "table": table, "code": code, "ordered_at": ordered_at, "total": total })
            }
            None => {
                json!({ "table": table, "code": code, "column": column, "old": change.old, "new": change.new })
            }
        };
        if let Some(reason) = &change.reason {
            object["reason"] = json!(reason.get(language));
        }
        object
    };
    changes.shown.iter().map(change).collect()
}

/// The run in one line; with what a dry run would change, and what an undo leaves as it is.
fn page(report: &Report, elapsed: Duration, language: Language) -> String {
    let mut lines = Vec::new();
    if report.undoes.is_some() {
        lines.push(undo::scope().get(language).to_owned());
    }
    lines.push(summary(report, elapsed, language));
    if report.is_dry_run || report.repairs {
        lines.extend(change_lines(&report.changes, language));
    }
    if report.kept.count > 0 {
        lines.push(undo::kept_heading().get(language).to_owned());
        lines.extend(change_lines(&report.kept, language));
    }
    lines.join("\n") + "\n"
}

/// `A-1  price  1980 → 198`
fn change_lines(changes: &Changes, language: Language) -> Vec<String> {
    let row = |change: &Change| {
        let what = match (change.column.as_str(), &change.old, &change.new) {
            ("code", Value::Null, _) => text::new_row().get(language).to_owned(),
            ("code", _, Value::Null) => text::removed_row().get(language).to_owned(),
            ("code", ..) => String::new(),
            (_, old, new) => old_and_new(old, new),
        };
        let reason = change.reason.as_ref().map(|reason| reason.get(language));
        let (column, what) = match &change.order {
            Some([ordered_at, total]) => (value(ordered_at), value(total)),
            None => (change.column.clone(), what),
        };
        let cells = [&*change.code, &*column, &*what, reason.unwrap_or_default()];
        cells.map(|cell| Text::same(one_line(cell)))
    };
    let rows: Vec<[Text; 4]> = changes.shown.iter().map(row).collect();
    let mut lines: Vec<String> =
        columns(&rows, language).iter().map(|line| format!("  {}", line.trim_end())).collect();
    let left_out = changes.count.saturating_sub(as_count(changes.shown.len()));
    if left_out > 0 {
        lines.push(format!("  {}", text::more_changes(&grouped(left_out)).get(language)));
    }
    lines
}

/// The run in one line with the figures that matter.
fn summary(report: &Report, elapsed: Duration, language: Language) -> String {
    let seconds = format!("{:.1}", elapsed.as_secs_f64());
    let command = report.command();
    let line = match report.exit {
        Exit::Locked => text::locked(command),
        Exit::Ok if report.outcome() == Outcome::NothingToDo => text::nothing_to_do(command, &seconds),
        Exit::Ok | Exit::Partial | Exit::Held if report.is_dry_run => {
            text::would_be_done(command, figures(report).get(language), &seconds)
        }
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

/// What a run that ended before its time has finished; of a dry run nothing stands.
fn done_before(report: &Report) -> Option<Text> {
    if report.is_dry_run {
        return None;
    }
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

/// The files that were not applied, by what became of them. One of which all rows are held is told by its rows.
fn file_labels(report: &Report) -> Vec<Text> {
    type Label = fn(&str, &str) -> Text;
    let labels: [(FileOutcome, Label); 4] = [
        (FileOutcome::Refused, text::files_refused),
        (FileOutcome::Held, text::files_held),
        (FileOutcome::Waiting, text::files_waiting),
        (FileOutcome::AlreadyApplied, text::files_known),
    ];
    let is_one = |file: &&FileReport, outcome| file.outcome == outcome && file.held == 0;
    let of = |outcome| as_count(report.files.iter().filter(|file| is_one(file, outcome)).count());
    let labels =
        labels.map(|(outcome, label)| (of(outcome), label)).into_iter().filter(|(count, _)| *count > 0);
    labels.map(|(count, label)| label(&grouped(count), &counted(count, "file"))).collect()
}

/// The figures of a run that are not 0. What is unchanged is not told: it is most of it.
pub(crate) fn count_labels<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<Text> {
    let told = counts.filter(|(name, count)| *count > 0 && *name != "unchanged");
    told.map(|(name, count)| count_label(name, count)).collect()
}

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
        "never_sent" => text::count_never_sent(number),
        "contradicted" => text::count_contradicted(number, &counted(count, "order")),
        "shipped_but_cancelled" => text::count_shipped_but_cancelled(number),
        "not_shipped_yet" => text::count_not_shipped_yet(number),
        "unknown_order" => text::count_unknown_order(number, &counted(count, "unknown order")),
        "other_shop" => text::count_other_shop(number),
        "cancelled" => text::count_cancelled(number),
        "lines_added" => text::count_lines_added(number, &counted(count, "line")),
        "skus_created" => text::count_skus_created(number, &counted(count, "SKU")),
        "skus_updated" => text::count_skus_updated(number, &counted(count, "SKU")),
        "products_undone" => text::count_products_undone(number, &counted(count, "product")),
        "skus_undone" => text::count_skus_undone(number, &counted(count, "SKU")),
        "repaired" => text::count_repaired(number, &counted(count, "allocation")),
        "stock_undone" => text::count_stock_undone(number, &counted(count, "SKU")),
        "held" => text::count_held(number, &counted(count, "row")),
        "kept" => text::count_kept(number),
        "exported" => text::count_exported(number, &counted(count, "order")),
        "lines" => text::count_lines(number, &counted(count, "line")),
        "held_back" => text::count_held_back(number),
        other => Text::same(format!("{number} {other}")),
    }
}

fn problem_text(problem: &Problem, language: Language) -> String {
    let word = severity(problem.severity);
    let (word, code) = (word.get(language), problem.kind.code);
    let mut lines =
        format!("{word}[{code}]: {}\n", one_line(&visible(problem.located_message().get(language))));
    let hint = one_line(&visible(problem.hint.get(language)));
    if !hint.is_empty() {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "  → {hint}");
    }
    lines
}

/// Of so many problems of one kind each is told: an inbox can be full of bad files.
const TOLD_OF_A_KIND_MAX: usize = 250;

/// So many files that ended alike are listed.
const FILES_OF_AN_OUTCOME_MAX: usize = 1000;

/// The first of each kind, and of which there are how many more.
fn first_of_each<T, K: Ord>(all: &[T], most: usize, kind: impl Fn(&T) -> K) -> (Vec<&T>, BTreeMap<K, usize>) {
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    let mut is_shown = |one: &&T| {
        let count = counts.entry(kind(one)).or_default();
        *count += 1;
        *count <= most
    };
    let shown = all.iter().filter(|one| is_shown(one)).collect();
    let more = counts.into_iter().filter(|(_, count)| *count > most);
    (shown, more.map(|(kind, count)| (kind, count - most)).collect())
}

/// The first problems of each kind, and how many more there are.
fn bounded(problems: &[Problem]) -> Vec<Problem> {
    let (told, more) = first_of_each(problems, TOLD_OF_A_KIND_MAX, |problem| problem.kind.code);
    let more = more.into_iter().map(|(code, count)| text::more_of_a_kind(code, count));
    told.into_iter().cloned().chain(more).collect()
}

pub(crate) fn problems_json(problems: &[Problem], language: Language) -> Value {
    bounded(problems).iter().map(|problem| problem_json(problem, language)).collect()
}

/// A problem as a JSON object. Its message says everything by itself; where it is stands apart once more.
fn problem_json(problem: &Problem, language: Language) -> Value {
    let mut object = json!({
        "code": problem.kind.code,
        "severity": problem.severity,
        "message": problem.located_message().get(language),
        "hint": problem.hint.get(language),
    });
    let Problem { file, line, column, .. } = problem;
    for (key, value) in [("file", json!(file)), ("line", json!(line)), ("column", json!(column))] {
        if !value.is_null() {
            object[key] = value;
        }
    }
    object
}

/// What every line of the JSON log has.
pub(crate) fn log_line(time: Moment, level: &str, run_id: &str, command: &str) -> Value {
    json!({ "time": time, "level": level, "run_id": run_id, "job": command })
}

fn problem_log(answer: &Answer, problem: &Problem, language: Language) -> Value {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warn",
        Severity::Note => "info",
    };
    let mut line = log_line(answer.at, level, &answer.run_id, answer.command);
    if let (Some(members), Value::Object(problem)) = (line.as_object_mut(), problem_json(problem, language)) {
        members.extend(problem);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Job;
    use crate::report::FileReport;

    #[test]
    fn of_very_many_files_the_first_of_each_outcome_are_listed_and_the_others_counted() {
        let at = Moment::of_stamp("20261124T101500").unwrap();
        let mut report = Report::begin(Job::Stock, "run".to_owned(), at);
        for (outcome, count) in [(FileOutcome::Refused, 1007), (FileOutcome::Applied, 1000)] {
            (0..count).for_each(|number| report.add_file(FileReport::new(&number.to_string(), outcome)));
        }
        let document = report_json(&report, Language::En);
        let files = document["files"].as_array().unwrap();
        let of = |outcome| files.iter().filter(|file| file["outcome"] == outcome).count();
        assert_eq!((of("refused"), of("applied"), files.len()), (1000, 1000, 2000));
        assert_eq!(document["files_left_out"], json!({ "refused": 7 }));
        report.files.truncate(1000);
        assert_eq!(report_json(&report, Language::En).get("files_left_out"), None);
    }
}
