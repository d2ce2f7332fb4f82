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

    /// Among `problems` is one of this code and at this place, written as people are shown it
    /// (`stock.csv: line 4: 在庫数`; empty: none), that says these words in this order, and also what to do. What to do
    /// comes last.
    #[track_caller]
    pub fn problem(self, code: &str, place: &str, words: &[&str]) -> Self {
        self.has_problem(&format!("{code} at {place:?} that says {words:?}"), |problem| {
            let text = |key: &str| problem[key].as_str().unwrap_or_default();
            let (message, hint) = (text("message"), text("hint"));
            let said = message.strip_prefix(place).unwrap_or(message).to_owned() + "\n" + hint;
            problem["code"] == code && place_of(problem) == place && says_in_order(&said, words)
        })
    }

    /// As [`Ran::problem`], wherever it is and whatever it says.
    #[track_caller]
    pub fn has_code(self, code: &str) -> Self {
        self.has_problem(code, |problem| problem["code"] == code)
    }

    #[track_caller]
    fn has_problem(self, what: &str, is_meant: impl Fn(&Value) -> bool) -> Self {
        let problems = self.problems();
        let found = problems.iter().find(|problem| is_meant(problem));
        let found = found.unwrap_or_else(|| panic!("no problem {what}\n{self}"));
        let is_note = found["severity"] == "note";
        assert!(is_note || found["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "no hint: {found}");
        self
    }

    /// As [`Ran::problem`], and there is no other.
    #[track_caller]
    pub fn only_problem(self, code: &str, place: &str, words: &[&str]) -> Self {
        assert_eq!(self.codes(), [code], "problems\n{self}");
        self.problem(code, place, words)
    }

    /// Nothing was wrong.
    #[track_caller]
    pub fn no_problems(self) -> Self {
        assert!(self.codes().is_empty(), "problems\n{self}");
        self
    }

    /// A file was refused, for this problem alone.
    #[track_caller]
    pub fn refused(self, code: &str, place: &str, words: &[&str]) -> Self {
        assert_eq!(self.codes(), [code, "file-refused"], "problems\n{self}");
        self.problem(code, place, words)
    }

    /// The code of each problem.
    #[track_caller]
    pub fn codes(&self) -> Vec<String> {
        self.problems().iter().map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    fn problems(&self) -> Vec<Value> {
        self.json()["problems"].as_array().expect("problems is not an array").clone()
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

/// File, line and column of a problem.
fn place_of(problem: &Value) -> String {
    let text = |key: &str| problem[key].as_str().map(str::to_owned);
    let line = problem["line"].as_u64().map(|line| format!("line {line}"));
    [text("file"), line, text("column")].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn says_in_order(said: &str, words: &[&str]) -> bool {
    let mut rest = said;
    words.iter().all(|word| match rest.split_once(word) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n-- stdout\n{}\n-- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
