//! Parses the command line, calls, prints, exits; nothing else.

use std::io::{self, Write};
use std::process::ExitCode;

use tempostar::app::{self, Finished};
use tempostar::interrupt;
use tempostar::moment::Clock;
use tempostar::panics;
use tempostar::settings::test_hook;

fn main() -> ExitCode {
    if let Err(error) = interrupt::watch() {
        let _ = writeln!(io::stderr(), "cannot watch for signals: {error}");
    }
    panics::watch();
    let clock = test_hook("TEMPOSTAR_NOW").map_or(Clock::System, Clock::Fixed);
    let Finished { stdout, stderr, exit_code } = app::run(std::env::args_os(), &clock);
    let _ = io::stderr().write_all(stderr.as_bytes());
    match io::stdout().write_all(stdout.as_bytes()).and_then(|()| io::stdout().flush()) {
        // Whoever closed the pipe does not want to read on; the exit code still tells.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "{}", app::cannot_print(&error));
            ExitCode::from(exit_code.max(1))
        }
        _ => ExitCode::from(exit_code),
    }
}
