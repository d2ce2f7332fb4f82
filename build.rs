//! Tells the program which commit it is built from: `tempostar --version` shows `0.1.0 (1a2b3c4d5)` then. A build from
//! an unpacked archive has the version only, and so have debug builds, which would be built anew after each commit.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let version = env!("CARGO_PKG_VERSION");
    let commit = is_release().then(commit).flatten();
    let shown = commit.map_or_else(|| version.to_owned(), |commit| format!("{version} ({commit})"));
    println!("cargo::rustc-env=TEMPOSTAR_VERSION={shown}");
}

#[expect(clippy::disallowed_methods, reason = "so cargo tells it to build scripts")]
fn is_release() -> bool {
    std::env::var("PROFILE").is_ok_and(|profile| profile == "release")
}

/// The commit's short name, with `-dirty` when files differ from it.
fn commit() -> Option<String> {
    // Unpacked inside of somebody else's repository, its commit is not ours.
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    // The log of HEAD changes with every commit, also where HEAD itself does not.
    for name in ["HEAD", "logs/HEAD"] {
        println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", name])?);
    }
    git(&["describe", "--always", "--dirty", "--abbrev=9", "--exclude=*"])
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
