//! `check-settings`: a ladder of named checks.

use serde_json::{Value, json};

use crate::cli::CheckSettings;
use crate::clock::Clock;
use crate::report::{Exit, Failure};
use crate::settings::Settings;
use crate::text::{Language, Text};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// One check and what it found.
#[derive(Clone, Debug)]
pub struct Check {
    /// Stable kebab-case word.
    pub id: &'static str,
    /// What was checked.
    pub title: Text,
    /// How it came out.
    pub status: Status,
    /// The fact that was seen.
    pub message: Text,
    /// What to do, and who.
    pub hint: Text,
    /// The exit code that an error of this check asks for.
    pub exit: Exit,
}

/// Runs the checks.
pub fn run(settings: Result<Settings, Failure>, options: &CheckSettings, clock: &Clock) -> Vec<Check> {
    let _ = (settings, options, clock);
    Vec::new()
}

/// The checks as text, one line each.
pub fn text(checks: &[Check], language: Language) -> String {
    let _ = (checks, language);
    String::new()
}

/// The checks as JSON.
pub fn json(checks: &[Check], language: Language) -> Value {
    let _ = (checks, language);
    json!([])
}

/// The exit code.
pub fn exit(checks: &[Check]) -> Exit {
    let _ = checks;
    Exit::Ok
}
