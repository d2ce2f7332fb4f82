//! Places at which a test can make the process die, as a power cut would. Nothing in an ordinary build.

/// Dies here if a test asked for it: `TEMPOSTAR_CRASH_AT=<name>`, or `<name>:3` for the third passage; `panic@<name>`:
/// panics there. For a test that
/// wants to know them all, each passage's name is added to the file `TEMPOSTAR_PASSAGES`.
#[cfg(feature = "test-hooks")]
pub(crate) fn point(name: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static PASSAGES: AtomicUsize = AtomicUsize::new(0);
    note_passage(name);
    let Some(wanted) = crate::settings::test_hook::<String>("TEMPOSTAR_CRASH_AT") else { return };
    let (panics, wanted) = wanted.strip_prefix("panic@").map_or((false, &*wanted), |name| (true, name));
    let (wanted, passage) = wanted.split_once(':').unwrap_or((wanted, "1"));
    if wanted == name && (PASSAGES.fetch_add(1, Ordering::Relaxed) + 1).to_string() == passage {
        assert!(!panics, "as a test wants it");
        std::process::abort();
    }
}

#[cfg(feature = "test-hooks")]
fn note_passage(name: &str) {
    use std::fs::OpenOptions;
    use std::io::Write;
    let Some(path) = crate::settings::test_hook::<std::path::PathBuf>("TEMPOSTAR_PASSAGES") else { return };
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path) {
        // A test that misses a passage says so.
        let _ = writeln!(file, "{name}");
    }
}

#[cfg(not(feature = "test-hooks"))]
pub(crate) fn point(_name: &str) {}
