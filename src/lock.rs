//! Locks that the kernel releases, even after a crash.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;

/// A lock that is held as long as this lives.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Takes the lock of this file. `None`: somebody else holds it.
    pub fn take(file: File) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether the file still has a name: if somebody removed it, the next run takes another lock.
    pub fn is_still_there(&self) -> bool {
        self.0.metadata().is_ok_and(|file| file.nlink() > 0)
    }
}

impl Drop for Lock {
    /// Closing the file is not enough: a process that is being started at this very moment still has it open.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
