//! The checks as a person and as a program read them.

use std::fmt::Write;

use serde_json::{Value, json};

use super::checked::{Checked, Readiness};
use super::finding::{Check, Finding, Status, listed};
use super::folders::OUTBOX;
use super::ladder::WRITE_TEST;
use crate::job::Job;
use crate::layout::{as_count, counted, one_line, padded, visible, widest};
use crate::problem::{Severity, Who};
use crate::text::problem::{name_of, severity};
use crate::text::{Language, Text, check_settings as say};

impl Checked {
    /// One line a check, below it what is not as it should be; at the end what can run and who must act.
    pub fn text(&self, language: Language, is_coloured: bool) -> String {
        let rows = self.rows();
        let width = widest(rows.iter().map(|(title, _)| title.get(language)));
        let mut shown = String::new();
        for (title, check) in rows {
            let _ = writeln!(shown, "{}", headline(&title, check, width, language, is_coloured).trim_end());
            for finding in &check.findings {
                let message = finding.problem.located_message();
                line(&mut shown, &format!("    {}", one_line(message.get(language))));
                if !finding.problem.hint.get(language).is_empty() {
                    line(&mut shown, &format!("    → {}", one_line(finding.hint().get(language))));
                }
            }
        }
        shown.push('\n');
        for closing in self.closing() {
            line(&mut shown, closing.get(language));
        }
        shown
    }

    /// The checks with their titles. Many that follow each other and are skipped for the same reason are one row: they
    /// would push that reason off the screen.
    fn rows(&self) -> Vec<(Text, &Check)> {
        let is_alike = |one: &Check, other: &Check| {
            one.status == Status::Skipped && other.status == Status::Skipped && one.fact == other.fact
        };
        let mut rows = Vec::new();
        for group in self.checks.chunk_by(is_alike) {
            match group {
                [first, others @ ..] if others.len() >= SKIPPED_SHOWN_MAX => {
                    rows.push((first.title.inside(|title| say::and_more(title, others.len())), first));
                }
                _ => rows.extend(group.iter().map(|check| (check.title.clone(), check))),
            }
        }
        rows
    }

    /// `checks` as an array, and `jobs` by name, for programs.
    pub fn json(&self, language: Language) -> (Value, Value) {
        let checks = self.checks.iter().map(|check| {
            json!({
                "id": check.id,
                "title": check.title.get(language),
                "status": check.status,
                "message": message(check, language),
                "hint": hints(check, language),
            })
        });
        let jobs = self.jobs().into_iter().map(|(job, readiness)| (job.to_string(), json!(readiness)));
        (checks.collect(), Value::Object(jobs.collect()))
    }

    fn closing(&self) -> Vec<Text> {
        let of = |wanted| {
            let jobs = self.jobs().into_iter().filter(move |(_, found)| *found == wanted);
            jobs.map(|(job, _)| job_name(job)).collect::<Vec<_>>()
        };
        let (ready, blocked, untested) =
            (of(Readiness::Ready), of(Readiness::Blocked), of(Readiness::Untested));
        let totals = Text::listed(&self.totals());
        let mut lines = vec![match (totals == Text::default(), blocked.is_empty(), untested.is_empty()) {
            (true, _, _) => Text::listed(&ready).inside(say::all_well),
            (false, false, _) => totals.because(&Text::listed(&blocked).inside(say::jobs_cannot_run)),
            (false, true, false) => totals.because(&Text::listed(&untested).inside(say::jobs_may_run)),
            (false, true, true) => totals.because(&Text::listed(&ready).inside(say::jobs_can_run)),
        }];
        if ready.len() < Job::ALL.len() {
            lines.extend(listed(say::jobs_ready(), &ready));
        }
        if !blocked.is_empty() {
            lines.extend(listed(say::jobs_untested(), &untested));
        }
        let findings = self.checks.iter().flat_map(|check| &check.findings);
        let none_goes = findings.filter(|finding| finding.problem.is(&say::every_order_held::KIND));
        lines.extend(none_goes.map(|finding| finding.problem.message.clone()));
        lines.extend(listed(say::to_act(), &self.to_act()));
        if self.is_writing_untried() {
            lines.push(say::write_test_left());
        }
        lines
    }

    /// `3 errors`, `1 warning`: what there is any of.
    fn totals(&self) -> Vec<Text> {
        let count = |status| self.checks.iter().filter(|check| check.status == status).count();
        let (errors, warnings, skipped) =
            (count(Status::Error), count(Status::Warning), count(Status::Skipped));
        let counted = |count, noun| counted(as_count(count), noun);
        [
            (errors, say::total_errors(errors, &counted(errors, "error"))),
            (warnings, say::total_warnings(warnings, &counted(warnings, "warning"))),
            (skipped, say::total_skipped(skipped)),
        ]
        .into_iter()
        .filter_map(|(count, text)| (count > 0).then_some(text))
        .collect()
    }

    /// The outbox is there, but nobody asked for the write test.
    fn is_writing_untried(&self) -> bool {
        let has = |id| self.checks.iter().find(|check| check.id == id);
        has(WRITE_TEST).is_none() && has(OUTBOX).is_some_and(|check| check.status == Status::Ok)
    }

    /// Who is named, and by how many findings.
    fn to_act(&self) -> Vec<Text> {
        let is_due = |finding: &&Finding| finding.problem.severity > Severity::Note;
        let is_for = |finding: &Finding, who| finding.problem.kind.who.contains(&who);
        let counted = [Who::Support, Who::Shop, Who::Savaway]
            .map(|who| (who, self.findings().filter(is_due).filter(|finding| is_for(finding, who)).count()));
        let named = counted.into_iter().filter(|(_, count)| *count > 0);
        named.map(|(who, count)| Text::joined(&[name_of(who), say::to_act_count(count)], " ", " ")).collect()
    }
}

fn line(shown: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(shown, "{}", visible(line.trim_end()));
}

/// So many checks that are skipped for one reason have a row each.
const SKIPPED_SHOWN_MAX: usize = 3;

fn headline(title: &Text, check: &Check, width: usize, language: Language, is_coloured: bool) -> String {
    // What the mark means is said, too, for whoever cannot tell the marks apart.
    let (mark, colour, word) = match check.status {
        Status::Ok => ("✓", "\x1b[32m", None),
        Status::Warning => ("!", "\x1b[33m", Some(severity(Severity::Warning))),
        Status::Error => ("✗", "\x1b[31m", Some(severity(Severity::Error))),
        Status::Skipped => ("–", "\x1b[2m", Some(say::word_skipped())),
    };
    let title = title.get(language);
    let padding = &padded(title, width)[title.len()..];
    let fact = visible(&one_line(check.fact.get(language)));
    let rest = match (word, fact.is_empty()) {
        (None, _) => fact,
        (Some(word), true) => word.get(language).to_owned(),
        (Some(word), false) => format!("{}: {fact}", word.get(language)),
    };
    let (colour, end) = if is_coloured { (colour, "\x1b[0m") } else { ("", "") };
    format!("{colour}{mark} {title}{end}{padding}  {rest}")
}

fn job_name(job: Job) -> Text {
    match job {
        Job::Products => say::job_import_products(),
        Job::Logistics => say::job_import_logistics(),
        Job::Stock => say::job_import_stock(),
        Job::Orders => say::job_export_orders(),
    }
}

fn message(check: &Check, language: Language) -> String {
    let findings = check.findings.iter().map(|finding| finding.problem.located_message());
    let fact = Some(check.fact.clone()).filter(|fact| !fact.get(language).is_empty());
    let messages: Vec<Text> = fact.into_iter().chain(findings).collect();
    Text::joined(&messages, "\n", "\n").get(language).to_owned()
}

fn hints(check: &Check, language: Language) -> String {
    let mut hints: Vec<Text> = Vec::new();
    for hint in check.findings.iter().map(Finding::hint) {
        if hint != Text::default() && !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    Text::joined(&hints, "\n", "\n").get(language).to_owned()
}
