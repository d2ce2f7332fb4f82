//! Places at which a test can make the process die, as a power cut would. Nothing in an ordinary build.

/// Dies here if a test asked for it: `TEMPOSTAR_CRASH_AT=<name>`, or `<name>:3` for the third passage.
#[cfg(feature = "test-hooks")]
pub fn point(name: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static PASSAGES: AtomicUsize = AtomicUsize::new(0);
    let Some(wanted) = crate::settings::crash_at() else { return };
    let (wanted, passage) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if wanted == name && (PASSAGES.fetch_add(1, Ordering::Relaxed) + 1).to_string() == passage {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(feature = "test-hooks"))]
pub fn point(_name: &str) {}
