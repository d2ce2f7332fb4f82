//! Threads are nice to have. Where the system gives none (`ulimit -u`, a container's limit of processes), the work is done
//! without.

use std::thread;

/// Whether there is one to be had now.
pub(crate) fn are_to_be_had() -> bool {
    thread::Builder::new().spawn(|| {}).is_ok_and(|thread| thread.join().is_ok())
}
