//! All checks of a run: the exit code, and which jobs can run.

use super::finding::{Check, Finding, Status};
use crate::job::Job;
use crate::problem::{Exit, Problem, Severity};

words! {
    pub enum Readiness {
        /// Everything that it needs was checked and works.
        Ready = "ready",
        /// Something that it needs does not work.
        Blocked = "blocked",
        /// Something that it needs was not checked.
        Untested = "untested",
    }
}

#[derive(Clone, Debug)]
pub struct Checked {
    /// `demo` or `production`; `None` when the settings could not be read.
    pub environment: Option<&'static str>,
    /// In the order of the ladder.
    pub checks: Vec<Check>,
    /// The exit code of the signal that ended them early.
    pub stopped: Option<Exit>,
}

impl Checked {
    /// 0 when nothing is an error; 5 when only the network is at fault, 8 when only the database is; else 6. After a
    /// signal, the signal's.
    pub fn exit(&self) -> Exit {
        if let Some(exit) = self.stopped {
            return exit;
        }
        let errors = self.findings().filter(|finding| finding.problem.severity == Severity::Error);
        let mut exits = errors.map(|finding| finding.exit);
        match exits.next() {
            None => Exit::Ok,
            Some(first @ (Exit::Remote | Exit::Database | Exit::Internal))
                if exits.all(|exit| exit == first) =>
            {
                first
            }
            Some(_) => Exit::Settings,
        }
    }

    /// Everything that is not as it should be; the hints say who must act.
    pub fn problems(&self) -> Vec<Problem> {
        let problem = |finding: &Finding| Problem { hint: finding.hint(), ..finding.problem.clone() };
        self.findings().map(problem).collect()
    }

    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().flat_map(|check| &check.findings)
    }

    pub fn jobs(&self) -> Vec<(Job, Readiness)> {
        Job::ALL.iter().map(|job| (*job, self.readiness(*job))).collect()
    }

    fn readiness(&self, job: Job) -> Readiness {
        let needed = self.checks.iter().filter(|check| check.stops.contains(&job));
        needed.fold(Readiness::Ready, |readiness, check| match (check.status, readiness) {
            (Status::Error, _) | (_, Readiness::Blocked) => Readiness::Blocked,
            (Status::Skipped, _) => Readiness::Untested,
            (Status::Ok | Status::Warning, readiness) => readiness,
        })
    }
}
