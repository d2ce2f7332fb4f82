//! What a check sees, and how it comes out.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::job::Job;
use crate::problem::{Exit, Failure, Problem, Severity};
use crate::text::problem::who;
use crate::text::{Text, check_settings as say};

words! {
    pub enum Status {
        Ok = "ok",
        /// Works, but somebody should look at it.
        Warning = "warning",
        Error = "error",
        /// Could not be tried.
        Skipped = "skipped",
    }
}

/// One thing that is not as it should be.
#[derive(Clone, Debug)]
pub struct Finding {
    pub problem: Problem,
    /// The exit code that it asks for, if it is an error.
    pub exit: Exit,
}

#[derive(Clone, Debug)]
pub struct Check {
    /// Stable kebab-case word.
    pub id: &'static str,
    pub title: Text,
    pub status: Status,
    /// The fact that was seen, or why nothing was tried; can be empty where there are findings.
    pub fact: Text,
    pub findings: Vec<Finding>,
    /// The jobs that cannot run while this check fails.
    pub(super) stops: &'static [Job],
}

pub(super) struct Found {
    pub(super) status: Status,
    pub(super) fact: Text,
    pub(super) findings: Vec<Finding>,
}

impl Found {
    pub(super) fn ok(fact: Text) -> Self {
        Self { status: Status::Ok, fact, findings: Vec::new() }
    }

    pub(super) fn skipped(why: Text) -> Self {
        Self { status: Status::Skipped, ..Self::ok(why) }
    }

    pub(super) fn failed(findings: impl IntoIterator<Item: Into<Finding>>) -> Self {
        Self::ok(Text::default()).with(findings)
    }

    pub(super) fn with(mut self, findings: impl IntoIterator<Item: Into<Finding>>) -> Self {
        for finding in findings.into_iter().map(Into::into) {
            let status = match finding.problem.severity {
                Severity::Note => Status::Ok,
                Severity::Warning => Status::Warning,
                Severity::Error => Status::Error,
            };
            self.status = self.status.max(status);
            self.findings.push(finding);
        }
        self
    }
}

impl From<Problem> for Finding {
    fn from(problem: Problem) -> Self {
        Self { exit: problem.kind.exit, problem }
    }
}

impl Finding {
    /// What to do, beginning with who should do it.
    pub(super) fn hint(&self) -> Text {
        let Problem { hint, kind, .. } = &self.problem;
        if hint == &Text::default() || kind.who.is_empty() { hint.clone() } else { who(kind).because(hint) }
    }

    pub(super) fn all_of(failure: Failure) -> Vec<Self> {
        let exit = failure.exit;
        failure.problems.into_iter().map(|problem| Self { exit, problem }).collect()
    }
}

/// Read, write or enter, for users who are neither the owner nor of the group.
pub(super) const OTHERS: u32 = 0o007;

/// The mode of a file (`0644`) that lets these users do any of this.
pub(super) fn mode_if_open(path: &Path, what: u32) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o7777;
    (mode & what != 0).then(|| format!("{mode:04o}"))
}

/// `label: one, another`; nothing where nothing is listed.
pub(super) fn listed(label: Text, items: &[Text]) -> Option<Text> {
    (!items.is_empty()).then(|| label.because(&Text::listed(items)))
}

pub(super) fn first_mend(title: &Text) -> Text {
    title.inside(say::first_mend)
}

pub(super) fn check(id: &'static str, title: Text, stops: &'static [Job], found: Found) -> Check {
    Check { id, title, status: found.status, fact: found.fact, findings: found.findings, stops }
}
