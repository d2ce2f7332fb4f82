//! What a check sees, and how it comes out.

use crate::job::Job;
use crate::problem::{Exit, Failure, Problem, Severity, Who};
use crate::text::problem::name_of;
use crate::text::{Text, check_settings as say};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    Ok,
    /// Works, but somebody should look at it.
    Warning,
    /// Does not work.
    Error,
    /// Could not be tried.
    Skipped,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What, and what to do.
    pub problem: Problem,
    /// Who should act, in this order.
    pub who: &'static [Who],
    /// The exit code that it asks for, if it is an error.
    pub exit: Exit,
}

/// One check and what it saw.
#[derive(Clone, Debug)]
pub struct Check {
    /// Stable kebab-case word.
    pub id: &'static str,
    /// What was checked.
    pub title: Text,
    /// How it came out.
    pub status: Status,
    /// The fact that was seen, or why nothing was tried; can be empty where there are findings.
    pub fact: Text,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// The jobs that cannot run while this check fails.
    pub(super) stops: &'static [Job],
}

/// What one look has seen.
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

    pub(super) fn failed(findings: Vec<Finding>) -> Self {
        findings.into_iter().fold(Self::ok(Text::default()), Self::with)
    }

    pub(super) fn with(mut self, finding: Finding) -> Self {
        let status = match finding.problem.severity {
            Severity::Note => Status::Ok,
            Severity::Warning => Status::Warning,
            Severity::Error => Status::Error,
        };
        self.status = self.status.max(status);
        self.findings.push(finding);
        self
    }

    pub(super) fn with_all(self, findings: impl IntoIterator<Item = Finding>) -> Self {
        findings.into_iter().fold(self, Self::with)
    }
}

impl Finding {
    pub(super) fn of(problem: Problem) -> Self {
        Self { who: problem.kind.who, exit: problem.kind.exit, problem }
    }

    /// What to do, beginning with who should do it.
    pub(super) fn hint(&self) -> Text {
        let hint = &self.problem.hint;
        if hint == &Text::default() || self.who.is_empty() {
            return hint.clone();
        }
        let names: Vec<Text> = self.who.iter().map(|who| name_of(*who)).collect();
        Text::joined(&names, "・", ", ").because(hint)
    }

    pub(super) fn all_of(failure: Failure) -> Vec<Self> {
        let exit = failure.exit;
        let finding = |problem| Self { exit, ..Self::of(problem) };
        failure.problems.into_iter().map(finding).collect()
    }
}

/// Read, write or enter, for users who are neither the owner nor of the group.
pub(super) const OTHERS: u32 = 0o007;

/// Write, for these.
pub(super) const OTHERS_WRITE: u32 = 0o002;

pub(super) fn first_mend(title: &Text) -> Text {
    Text { ja: say::first_mend(&title.ja).ja, en: say::first_mend(&title.en).en }
}

pub(super) fn check(id: &'static str, title: Text, stops: &'static [Job], found: Found) -> Check {
    Check { id, title, status: found.status, fact: found.fact, findings: found.findings, stops }
}
