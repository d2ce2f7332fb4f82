//! What one would use instead, as far as it is installed: the scripts in `others/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::desk::Desk;

/// One script. Its first argument is `begin` (once), `prepare` (before each run), `run` (what is timed), or `end`.
pub struct Other {
    pub name: &'static str,
    /// What runs it: an interpreter, or nothing.
    interpreter: Vec<String>,
    script: PathBuf,
    /// Whether it needs `begin`, `prepare` and `end`.
    has_server: bool,
}

/// Those that are installed, and the names of those that are not, with the reason.
pub fn find() -> (Vec<Other>, Vec<String>) {
    let python = variable("BENCH_PYTHON", "python3");
    let duckdb = variable("BENCH_DUCKDB_PYTHON", &python);
    let utils = variable("SQLITE_UTILS", "sqlite-utils");
    let known: [(&str, &str, &[&str], &[&str]); 6] = [
        ("iconv, sqlite3 .import, upsert", "sqlite3.sh", &[], &["sqlite3", "--version"]),
        ("Python csv + sqlite3", "upsert.py", &[&python], &[&python, "-c", "import sqlite3"]),
        ("PHP fgetcsv + PDO", "upsert.php", &["php"], &["php", "-r", "exit(class_exists('PDO') ? 0 : 1);"]),
        ("sqlite-utils upsert", "sqlite-utils.sh", &[], &[&utils, "--version"]),
        (
            "DuckDB diff, sqlite3 upsert",
            "duckdb.py",
            &[&duckdb],
            &[&duckdb, "-c", "import duckdb, duckdb_ext"],
        ),
        ("PostgreSQL COPY + upsert", "postgres.sh", &[], &["postgres", "--version"]),
    ];
    let mut found = Vec::new();
    let mut left_out = Vec::new();
    for (name, script, interpreter, probe) in known {
        if is_there(probe) {
            let interpreter = interpreter.iter().map(|&part| part.to_owned()).collect();
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/others").join(script);
            found.push(Other { name, interpreter, script, has_server: name.starts_with("PostgreSQL") });
        } else {
            left_out.push(format!("{name}: `{}` does not work here", probe.join(" ")));
        }
    }
    (found, left_out)
}

#[expect(clippy::disallowed_methods, reason = "the settings of the program have no place for its rivals")]
fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

pub fn is_there(probe: &[&str]) -> bool {
    let [program, arguments @ ..] = probe else { return false };
    let silent = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    silent.is_ok_and(|status| status.success())
}

impl Other {
    pub fn command(&self, desk: &Desk, verb: &str, sheet: &Path) -> Command {
        let script = self.script.as_os_str().to_owned();
        let mut words = self.interpreter.iter().map(Into::into).chain([script]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).arg(verb).env("DB", desk.database()).env("CSV", sheet).env("DESK", desk.path(""));
        command
    }

    pub fn begin(&self, desk: &Desk) -> Result<()> {
        self.call(desk, "begin", Path::new(""))
    }

    pub fn prepare(&self, desk: &Desk, sheet: &Path) -> Result<()> {
        self.call(desk, "prepare", sheet)
    }

    pub fn end(&self, desk: &Desk) -> Result<()> {
        self.call(desk, "end", Path::new(""))
    }

    fn call(&self, desk: &Desk, verb: &str, sheet: &Path) -> Result<()> {
        if !self.has_server {
            return Ok(());
        }
        // A server that it starts would keep a pipe open.
        let mut command = self.command(desk, verb, sheet);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.status().with_context(|| format!("cannot run {}", self.script.display()))?;
        if !status.success() {
            bail!("{}: `{verb}` failed", self.name);
        }
        Ok(())
    }
}
