//! What one run of the binary did, and what a test says about it.

use std::fmt;
use std::process::Output;

use serde_json::Value;

/// A finished run: its exit code (-1: it died) and what it said.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    #[track_caller]
    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is not UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is not UTF-8"),
        }
    }

    /// Everything that it said.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// It ended well (exit code 0).
    #[track_caller]
    pub fn ok(self) -> Self {
        self.exits(0)
    }

    /// It ended with this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n{self}");
        self
    }

    /// It died where the test wanted it to.
    #[track_caller]
    pub fn died(self) -> Self {
        self.exits(-1)
    }

    /// It said this, on stdout or stderr.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.all().contains(text), "{text:?} is not said\n{self}");
        self
    }

    /// It did not say this.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        assert!(!self.all().contains(text), "{text:?} is said\n{self}");
        self
    }

    /// The one JSON document on stdout of a run with `--json`.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not one JSON document: {error}\n{self}"))
    }

    /// `outcome` of the document.
    #[track_caller]
    pub fn outcome(self, expected: &str) -> Self {
        assert_eq!(self.json()["outcome"], expected, "outcome\n{self}");
        self
    }

    /// A figure of `counts`.
    #[track_caller]
    pub fn count(self, name: &str, expected: i64) -> Self {
        assert_eq!(self.json()["counts"][name], expected, "counts.{name}\n{self}");
        self
    }

    /// Among `problems` is one at this place (file, 1-based line, column; `None`: not asked) that says all `words`
    /// and also says what to do.
    #[track_caller]
    pub fn problem(
        self,
        file: Option<&str>,
        line: Option<u64>,
        column: Option<&str>,
        words: &[&str],
    ) -> Self {
        let document = self.json();
        let problems = document["problems"].as_array().expect("problems is not an array");
        let found = problems.iter().find(|problem| {
            let message = problem["message"].as_str().unwrap_or_default();
            file.is_none_or(|file| problem["file"] == file)
                && line.is_none_or(|line| problem["line"] == line)
                && column.is_none_or(|column| problem["column"] == column)
                && words.iter().all(|word| message.contains(word))
        });
        let Some(found) = found else {
            panic!("no problem in {file:?} at line {line:?}, column {column:?}, that says {words:?}\n{self}")
        };
        let is_note = found["severity"] == "note";
        assert!(is_note || found["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "no hint: {found}");
        self
    }

    /// No problem at all.
    #[track_caller]
    pub fn no_problem(self) -> Self {
        assert_eq!(self.json()["problems"], serde_json::json!([]), "problems\n{self}");
        self
    }

    /// `outcome` of this file in `files`.
    #[track_caller]
    pub fn file_outcome(&self, name: &str) -> String {
        let document = self.json();
        let files = document["files"].as_array().expect("files is not an array");
        let file = files.iter().find(|file| file["name"] == name);
        let outcome = file.and_then(|file| file["outcome"].as_str());
        outcome.unwrap_or_else(|| panic!("{name} is not among the files\n{self}")).to_owned()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n-- stdout\n{}\n-- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
