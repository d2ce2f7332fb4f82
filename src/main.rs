//! Parses the command line, calls, prints, exits; nothing else.

use std::io::{self, Write};
use std::process::ExitCode;

use tempostar::app::{self, Finished};
use tempostar::interrupt;
use tempostar::moment::Clock;

fn main() -> ExitCode {
    if let Err(error) = interrupt::watch() {
        let _ = writeln!(io::stderr(), "cannot watch for signals: {error}");
    }
    let Finished { stdout, stderr, exit_code } = app::run(std::env::args_os(), &clock());
    // Whoever closed the pipe does not want to read on; the exit code still tells.
    let _ = io::stderr().write_all(stderr.as_bytes());
    let _ = io::stdout().write_all(stdout.as_bytes());
    ExitCode::from(exit_code)
}

#[cfg(not(feature = "test-hooks"))]
fn clock() -> Clock {
    Clock::System
}

#[cfg(feature = "test-hooks")]
fn clock() -> Clock {
    tempostar::settings::fixed_now().map_or(Clock::System, Clock::Fixed)
}
