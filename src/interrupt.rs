//! SIGTERM and SIGINT: the run stops at the next safe place, what is not committed rolls back, and the next run goes on
//! from there. A second signal ends the process at once, which is as safe.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::problem::{Exit, Failure};
use crate::text::sync as text;

/// The signal that has come; 0: none.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// How long a pause goes on, at most, after a signal.
const STEP: Duration = Duration::from_millis(50);

/// Takes the two signals from now on.
pub fn watch() -> io::Result<()> {
    let second = Arc::new(AtomicBool::new(false));
    for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
        flag::register_conditional_shutdown(signal, i32::from(exit.code()), Arc::clone(&second))?;
        flag::register(signal, Arc::clone(&second))?;
        flag::register_usize(signal, Arc::clone(&SIGNAL), usize::from(exit.code()))?;
    }
    Ok(())
}

/// Whether a signal has come.
pub fn is_requested() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// The exit code of a run that the signal stops.
pub fn exit() -> Exit {
    let is_interrupt = SIGNAL.load(Ordering::Relaxed) == usize::from(Exit::Interrupted.code());
    if is_interrupt { Exit::Interrupted } else { Exit::Terminated }
}

/// Goes on, unless a signal has come.
pub fn check() -> Result<(), Failure> {
    if is_requested() { Err(Failure { exit: exit(), problems: vec![text::interrupted()] }) } else { Ok(()) }
}

/// Sleeps, but not on after a signal.
pub fn sleep(duration: Duration) {
    let began = Instant::now();
    while !is_requested() {
        match duration.checked_sub(began.elapsed()) {
            Some(left) if !left.is_zero() => thread::sleep(left.min(STEP)),
            _ => return,
        }
    }
}
