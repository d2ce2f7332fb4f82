//! SIGTERM and SIGINT: the run stops at the next safe place, what is not committed rolls back, and the next run goes on
//! from there. A second signal ends the process at once, which is as safe. A run whose time is over stops likewise. SIGBUS
//! ends it where it stands.

use std::ffi::c_int;
use std::fs;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGBUS, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::low_level::{pipe, raise};

use crate::problem::{Exit, Failure};
use crate::text::sync as text;

/// The signal that has come; 0: none.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// From when [`END_MS`] counts.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When the run's time is over; 0: never.
static END_MS: AtomicU64 = AtomicU64::new(0);

/// How long a pause goes on, at most, after a signal.
const STEP: Duration = Duration::from_millis(50);

/// Takes the two signals from now on. A third one, for a file that grows beyond the user's limit, would end the process;
/// taken, it leaves the error that the write gives.
pub fn watch(end: fn(u8) -> !) -> io::Result<()> {
    let second = Arc::new(AtomicBool::new(false));
    for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
        flag::register_conditional_shutdown(signal, i32::from(exit.code()), Arc::clone(&second))?;
        flag::register(signal, Arc::clone(&second))?;
        flag::register_usize(signal, Arc::clone(&SIGNAL), usize::from(exit.code()))?;
    }
    flag::register(SIGXFSZ, Arc::default())?;
    // Without a thread it ends the process as it always does.
    let _ = watch_memory(end);
    Ok(())
}

type Ending = Box<dyn FnOnce() -> u8 + Send>;

/// What tells of SIGBUS; gives the exit code.
static ENDING: Mutex<Option<Ending>> = Mutex::new(None);

/// SQLite changes pages of a file in memory. Where the file system then finds no room for one, as btrfs without a quota
/// left, SIGBUS comes again and again, and nothing behind it can be reached any more but by another thread.
fn watch_memory(end: fn(u8) -> !) -> io::Result<()> {
    leave_to_us(SIGBUS);
    let (mut come, told) = UnixStream::pair()?;
    thread::Builder::new().spawn(move || {
        let tell = come.read_exact(&mut [0]).ok().and_then(|()| ending().take());
        end(tell.map_or(Exit::Database.code(), |tell| tell()))
    })?;
    pipe::register(SIGBUS, told).map(drop)
}

/// Rust's own handler looks for a stack that is full. Called for anything else it gives its place up, and the next such
/// signal would end the process before anybody has told of it. So it is called once, if it is there; before there is any
/// other thread, which would wait for it for ever.
fn leave_to_us(signal: c_int) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    if caught >> (signal - 1) & 1 == 1 {
        let _ = raise(signal);
    }
}

fn ending() -> MutexGuard<'static, Option<Ending>> {
    ENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// This is done if memory gets no room on the disk; then the process ends with that exit code.
pub(crate) fn at_bus_error(tell: impl FnOnce() -> u8 + Send + 'static) {
    *ending() = Some(Box::new(tell));
}

/// The run that begins now may take so long.
pub(crate) fn end_after(limit: Duration) {
    let end = BEGINNING.elapsed().saturating_add(limit).as_millis();
    END_MS.store(u64::try_from(end).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// No run is under way any more.
pub(crate) fn end_never() {
    END_MS.store(0, Ordering::Relaxed);
}

fn is_signalled() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

fn is_time_over() -> bool {
    match END_MS.load(Ordering::Relaxed) {
        0 => false,
        end => BEGINNING.elapsed().as_millis() >= u128::from(end),
    }
}

/// Whether the run has to stop.
pub fn is_requested() -> bool {
    is_signalled() || is_time_over()
}

pub(crate) fn reason() -> Failure {
    let is_interrupt = SIGNAL.load(Ordering::Relaxed) == usize::from(Exit::Interrupted.code());
    let signal = if is_interrupt { Exit::Interrupted } else { Exit::Terminated };
    match is_signalled() {
        true => Failure { exit: signal, problems: vec![text::interrupted()] },
        false => Failure::of(text::run_too_long()),
    }
}

/// After how many rows the clock is looked at again: to ask it takes as long as to read a row.
const ROWS_BETWEEN_CHECKS: u64 = 256;

/// Goes on with the row of this number, unless the run has to stop.
pub(crate) fn check_at(row: u64) -> Result<(), Failure> {
    if row.is_multiple_of(ROWS_BETWEEN_CHECKS) { check() } else { Ok(()) }
}

/// Goes on, unless it has to stop.
pub fn check() -> Result<(), Failure> {
    if is_requested() { Err(reason()) } else { Ok(()) }
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
