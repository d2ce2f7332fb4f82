//! A panic is a fault of this program, and still the end of a run that somebody has to be told of.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use anyhow::{Error, Result};

static LAST: Mutex<String> = Mutex::new(String::new());

/// Keeps what a panic says instead of printing it: it is told as any other problem.
pub fn watch() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
        let payload = info.payload();
        let said = payload.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panic");
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = format!("{said}{}", place.unwrap_or_default());
    }));
}

/// Does the work; a panic in it, or in a thread that it waits for, becomes its error.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Err(Error::msg(if last.is_empty() { "panic".to_owned() } else { last }))
    })
}
