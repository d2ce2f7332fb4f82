//! Watches for signals and panics, calls, exits; nothing else.

use std::io::{self, Write};
use std::process::{self, ExitCode};

use tempostar::app;
use tempostar::interrupt;
use tempostar::moment::Clock;
use tempostar::panics;
use tempostar::settings::test_hook;

fn main() -> ExitCode {
    if let Err(error) = interrupt::watch(end) {
        let _ = writeln!(io::stderr(), "cannot watch for signals: {error}");
    }
    panics::watch();
    let clock = test_hook("TEMPOSTAR_NOW").map_or(Clock::System, Clock::Fixed);
    ExitCode::from(app::run(std::env::args_os(), &clock).print())
}

#[expect(clippy::exit, clippy::disallowed_methods, reason = "nobody comes back to main after SIGBUS")]
fn end(exit_code: u8) -> ! {
    process::exit(exit_code.into())
}
