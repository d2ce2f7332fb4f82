//! Asking a person at a terminal.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::answers::Answers;
use crate::interrupt;
use crate::problem::Failure;
use crate::text::{Text, init as say};

/// How soon an interrupted question ends.
const STEP: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Asks what was not answered yet, where somebody can be asked.
///
/// # Errors
/// What is missing, where nobody can; that a signal came.
pub(super) fn ask(answers: &mut Answers) -> Result<(), Failure> {
    let questions: Vec<_> = answers.questions().into_iter().filter(|(key, ..)| !answers.has(key)).collect();
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let missing: Vec<&str> =
            questions.iter().filter(|(.., needed)| *needed).map(|(key, ..)| *key).collect();
        return match missing.is_empty() {
            true => Ok(()),
            false => Err(Failure::of(say::init_missing(&missing.join(", ")))),
        };
    }
    for (key, question, is_needed) in questions {
        while !answers.has(key) {
            show(answers, &question, ": ");
            let answer = if key.ends_with("password") { without_echo(line) } else { line() }?;
            match answers.take(key, answer.trim_matches([' ', '\r', '\n', '\u{3000}'])) {
                None if !is_needed => break,
                None => {}
                Some(problem) => show(answers, &problem.message.because(&problem.hint), "\n"),
            }
        }
    }
    Ok(())
}

fn show(answers: &Answers, text: &Text, end: &str) {
    let _ = write!(io::stderr(), "{}{end}", text.get(answers.language));
}

/// What is typed up to Enter. Waiting ends with a signal, which `read` alone would sit out.
fn line() -> Result<String, Failure> {
    let stdin = io::stdin();
    let broken = |error: io::Error| Failure::of(say::init_unreadable("stdin", &error.to_string()));
    loop {
        interrupt::check()?;
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&STEP)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => break,
            Err(error) => return Err(broken(error.into())),
        }
    }
    let mut typed = String::new();
    match stdin.read_line(&mut typed) {
        Ok(0) => Err(broken(io::ErrorKind::UnexpectedEof.into())),
        Ok(_) => Ok(typed),
        Err(error) => Err(broken(error)),
    }
}

/// The terminal shows nothing of what is typed meanwhile.
fn without_echo(typed: impl FnOnce() -> Result<String, Failure>) -> Result<String, Failure> {
    let stdin = io::stdin();
    let before = tcgetattr(stdin.as_fd());
    if let Ok(before) = &before {
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        let _ = tcsetattr(stdin.as_fd(), OptionalActions::Flush, &hidden);
    }
    let answer = typed();
    if let Ok(before) = &before {
        let _ = tcsetattr(stdin.as_fd(), OptionalActions::Now, before);
    }
    let _ = writeln!(io::stderr());
    answer
}
